#!/usr/bin/env python3
"""Servers of embeddings beside each other: akidb-embed serve, Infinity, FastAPI with fastembed.

    bench/serving/serving_peers.py [BUILD-FOLDER] [--servers NAME,...] [--seconds N] [--rounds N] [--json]

The same weights in float32, the same load generator, one text a request to POST /v1/embeddings
on 16 connections. Each server has one
core and one thread to compute with, the load another core; the servers take turns in each round, and a figure is the
median of the rounds. First each server shows that its vectors are ours. `bench/peers/setup.sh infinity fastapi` brings
the peers. Leave the machine alone meanwhile.
"""

import argparse
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


# Its command, and the folder that it runs in: Infinity's ONNX engine finds a local model by a relative path only.
SERVERS = {
    "akidb-embed": (akidb_embed, lambda: MODEL),
    "infinity-torch": (lambda build, port: infinity(build, port, "torch"), lambda: MODEL),
    "infinity-optimum": (lambda build, port: infinity(build, port, "optimum"), lambda: with_onnx_at_root(MODEL)),
    "fastapi": (fastapi, lambda: MODEL),
}


class Server:
    def __init__(self, name, build):
        self.port = free_port()
        command, folder = SERVERS[name]
        self.process = subprocess.Popen(
            pinned(SERVED_ON, *command(build, self.port)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, cwd=folder(), env={**os.environ, **ONE_THREAD, "HF_HUB_OFFLINE": "1"})
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.vector(TEXTS[0])
                return
            except (OSError, http.client.HTTPException, ValueError):
                if self.process.poll() is not None or time.monotonic() > end:
                    self.end()
                    raise SystemExit(f"{name} does not answer") from None
                time.sleep(0.1)

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
        return figures["answers"]["200"]

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
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


def one_round(names, build, seconds, texts, rate):
    figures = {}
    for name in names:
        with Server(name, build) as server:
            server.load(build, texts, 1)
            options = ["--rate", f"{rate:.1f}"] if rate else []
            figures[name] = server.load(build, texts, seconds, *options)
    return figures


def medians(rounds):
    return {name: {key: statistics.median(each[name][key] for each in rounds) for key in ("per_second", "p50_ms", "p99_ms")}
            for name in rounds[0]}


def compare(names, build, seconds, rounds, texts):
    full = medians([one_round(names, build, seconds, texts, 0) for _ in range(rounds)])
    rate = SHARE * min(row["per_second"] for row in full.values())
    return {"full": full, "rate": rate, "equal": medians([one_round(names, build, seconds, texts, rate) for _ in range(rounds)])}


def check_vectors(names, build, texts):
    """The least cosine of each server's vectors to those of the first."""
    expected, least = None, {}
    for name in names:
        with Server(name, build) as server:
            rows = [server.vector(text) for text in texts]
        expected = expected or rows
        least[name] = min(map(cosine, rows, expected))
        if least[name] < LEAST_COSINE:
            raise SystemExit(f"{name} gives other vectors: cosine {least[name]:.6f}")
    return least


def table(figures):
    lines = [f"| | texts/s | ours to it | p99 at full load, ms | p99 at equal load, ms | ours to it |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for workload, said in figures["workloads"].items():
        ours = next(iter(said["full"]))
        for name, row in said["full"].items():
            late = said["equal"][name]["p99_ms"]
            lines.append(f"| {workload}: {name} | {row['per_second']:,.0f} | {said['full'][ours]['per_second'] / row['per_second']:.2f}x | "
                         f"{row['p99_ms']:.1f} | {late:.1f} | {said['equal'][ours]['p99_ms'] / late:.2f}x |")
        lines.append(f"| {workload}: equal load | {said['rate']:.0f} | | | | |")
    lines.append("\nleast cosine to ours: " + ", ".join(f"{name} {value:.6f}" for name, value in figures["cosines"].items()) +
                 f"; load average {figures['load']:.1f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build/release", type=Path)
    parser.add_argument("--servers", default=",".join(SERVERS), help="the first is the one that the others are held against")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names, build = options.servers.split(","), options.build.resolve()
    texts = workloads()
    figures = {"cosines": check_vectors(names, build, [text for each in texts.values() for text in each[:8]]), "workloads": {
        name: compare(names, build, options.seconds, options.rounds, each) for name, each in texts.items()}}
    figures["load"] = os.getloadavg()[0]
    print(json.dumps(figures, indent=1) if options.json else table(figures))


if __name__ == "__main__":
    sys.exit(main())
