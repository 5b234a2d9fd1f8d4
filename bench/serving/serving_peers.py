#!/usr/bin/env python3
"""Servers of embeddings beside each other: akidb-embed serve, Infinity, FastAPI with fastembed, and, where it was
built, Text Embeddings Inference.

    bench/serving/serving_peers.py [BUILD-FOLDER] [--servers NAME,...] [--workloads NAME,...] [--seconds N] [--rounds N]
                                   [--rate N] [--json]

The same weights in float32, the same load generator, one text a request to POST /v1/embeddings
on 16 connections. All servers are there from the first round to the last and share one core; each has one thread to
compute with, and sleeps (SIGSTOP) while it is not its turn. The load has another core. A figure is the
median of the rounds. The equal load is the same rate of requests for all: half of what the slowest takes, or --rate, and
then that load alone.
First each server shows that its vectors are ours. `bench/peers/setup.sh infinity fastapi` brings
the peers, `TEI_SOURCE=FOLDER bench/peers/setup.sh tei` the last. Leave the machine alone meanwhile.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from serving_bench import LOADED_FROM, SERVED_ON, TEXTS, pinned

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers" / "adapters"))
from infinity_peer import with_onnx_at_root

HOME = Path(os.environ.get("PEERS_HOME", Path.home() / ".cache" / "akidb-peers"))
MODEL = HOME / "models" / "minilm"
NAME = "minilm"
CONNECTIONS = 16
BATCH = 64  # texts that Infinity computes at once, at most
PATIENCE = 120  # seconds until a server has to answer
LEAST_COSINE = 0.9999
WARM_UP = 1  # seconds
SHARE = 0.5  # of what the slowest server takes: the equal load
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def infinity(build, port, engine):
    return [HOME / "venvs" / "infinity" / "bin" / "infinity_emb", "v2", "--model-id", ".", "--served-model-name", NAME,
            "--engine", engine, "--device", "cpu", "--dtype", "float32", "--pooling-method", "mean", "--batch-size", BATCH,
            "--url-prefix", "/v1", "--host", "127.0.0.1", "--port", port, "--no-bettertransformer", "--no-model-warmup",
            "--log-level", "error"]


def akidb_embed(build, port):
    return [build / "akidb-embed", "serve", "--offline", "--threads", 1, "--port", port, "--no-grpc",
            "--model", f"{NAME}={MODEL}"]


def fastapi(build, port):
    return [HOME / "venvs" / "fastapi" / "bin" / "python", HERE / "fastapi_server.py", "onnx/model.onnx", MODEL, port]


def tei(build, port):
    return ["env", "ORT_DYLIB_PATH=" + next(map(str, (HOME / "venvs/onnx").glob("**/libonnxruntime.so.*"))),
            HOME / "bin" / "text-embeddings-router", "--model-id", MODEL, "--dtype", "float32",
            "--tokenization-workers", 1, "--auto-truncate", "--hostname", "127.0.0.1", "--port", port]


# Its command, and the folder that it runs in: Infinity's ONNX engine finds a local model by a relative path only.
SERVERS = {
    "akidb-embed": (akidb_embed, lambda: MODEL),
    "infinity-torch": (lambda build, port: infinity(build, port, "torch"), lambda: MODEL),
    "infinity-optimum": (lambda build, port: infinity(build, port, "optimum"), lambda: with_onnx_at_root(MODEL)),
    "fastapi": (fastapi, lambda: MODEL),
    "tei": (tei, lambda: MODEL),
}


class Server:
    """A server on its core, asleep from its first answer on but in its turns."""

    def __init__(self, name, build):
        self.port = free_port()
        command, folder = SERVERS[name]
        self.process = subprocess.Popen(
            pinned(SERVED_ON, *command(build, self.port)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            process_group=0, cwd=folder(), env={**os.environ, **ONE_THREAD, "HF_HUB_OFFLINE": "1"})
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.vector(TEXTS[0])
                break
            except (OSError, http.client.HTTPException, ValueError):
                if self.process.poll() is not None or time.monotonic() > end:
                    self.end()
                    raise SystemExit(f"{name} does not answer") from None
                time.sleep(0.1)
        self.signal(signal.SIGSTOP)

    def signal(self, number):
        os.killpg(self.process.pid, number)

    @contextlib.contextmanager
    def turn(self):
        self.signal(signal.SIGCONT)
        try:
            yield
        finally:
            self.signal(signal.SIGSTOP)

    def vector(self, text):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", "/v1/embeddings", json.dumps({"input": text, "model": NAME}),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status != 200:
            raise ValueError(said[:200])
        return json.loads(said)["data"][0]["embedding"]

    def load(self, build, texts, seconds, *options):
        bodies = [json.dumps({"input": text, "model": NAME}) for text in texts]
        words = pinned(LOADED_FROM, build / "bench" / "http_load", self.port, "/v1/embeddings", CONNECTIONS, seconds, *options, *bodies)
        figures = json.loads(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout)
        if set(figures["answers"]) != {"200"} or figures["broken"]:
            raise SystemExit(f"not all requests were answered: {figures}")
        return {**figures["answers"]["200"], "missed": figures["missed"]}

    def end(self):
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5


def workloads():
    with open(HOME / "work" / "workloads.json") as file:
        mixed = json.load(file)["workloads"]["mixed"]["texts"][:64]
    return {"8 tokens": TEXTS, "mixed lengths": mixed}


class Comparison:
    def __init__(self, servers, options):
        self.servers, self.options = servers, options
        self.build = options.build.resolve()

    def one_round(self, texts, rate):
        options = ["--rate", f"{rate:.1f}"] if rate else []
        figures = {}
        for name, server in self.servers.items():
            with server.turn():
                server.load(self.build, texts, WARM_UP, *options)
                figures[name] = server.load(self.build, texts, self.options.seconds, *options)
                if figures[name]["missed"]:
                    raise SystemExit(f"{name} does not keep up with {rate:.1f} requests a second: {figures[name]}")
        return figures

    def rounds(self, texts, rate):
        all_rounds = [self.one_round(texts, rate) for _ in range(self.options.rounds)]
        return {name: {key: statistics.median(each[name][key] for each in all_rounds)
                       for key in ("per_second", "p50_ms", "p99_ms")} for name in self.servers}

    def of(self, texts):
        if self.options.rate:
            return {"full": {}, "rate": self.options.rate, "equal": self.rounds(texts, self.options.rate)}
        full = self.rounds(texts, 0)
        rate = SHARE * min(row["per_second"] for row in full.values())
        return {"full": full, "rate": rate, "equal": self.rounds(texts, rate)}

    def least_cosines(self, texts):
        """Of each server's vectors to those of the first."""
        expected, least = None, {}
        for name, server in self.servers.items():
            with server.turn():
                rows = [server.vector(text) for text in texts]
            expected = expected or rows
            least[name] = min(map(cosine, rows, expected))
            if least[name] < LEAST_COSINE:
                raise SystemExit(f"{name} gives other vectors: cosine {least[name]:.6f}")
        return least


def full_load(rows, ours, name):
    if not rows:
        return " | |"
    row = rows[name]
    return f"{row['per_second']:,.0f} | {rows[ours]['per_second'] / row['per_second']:.2f}x | {row['p99_ms']:.1f}"


def table(figures):
    lines = ["| | texts/s | ours to it | p99 at full load, ms | p50 at equal load, ms | p99 at equal load, ms | ours to it |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for workload, said in figures["workloads"].items():
        ours = next(iter(said["equal"]))
        for name, equal in said["equal"].items():
            lines.append(f"| {workload}: {name} | {full_load(said['full'], ours, name)} | {equal['p50_ms']:.2f} | "
                         f"{equal['p99_ms']:.2f} | {said['equal'][ours]['p99_ms'] / equal['p99_ms']:.2f}x |")
        lines.append(f"| {workload}: equal load | {said['rate']:.0f} | | | | | |")
    lines.append("\nleast cosine to ours: " + ", ".join(f"{name} {value:.6f}" for name, value in figures["cosines"].items()) +
                 f"; load average {figures['load']:.1f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build/release", type=Path)
    parser.add_argument("--servers", default=",".join(name for name in SERVERS if name != "tei"), help="the first is the one that the others are held against")
    parser.add_argument("--workloads", default=",".join(workloads()))
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    texts = {name: workloads()[name] for name in options.workloads.split(",")}
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(Server(name, options.build.resolve())) for name in options.servers.split(",")}
        comparison = Comparison(servers, options)
        figures = {"cosines": comparison.least_cosines([text for each in texts.values() for text in each[:8]]),
                   "workloads": {name: comparison.of(each) for name, each in texts.items()}}
    figures["load"] = os.getloadavg()[0]
    print(json.dumps(figures, indent=1) if options.json else table(figures))


if __name__ == "__main__":
    sys.exit(main())
