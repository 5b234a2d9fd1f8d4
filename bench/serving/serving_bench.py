#!/usr/bin/env python3
"""What serving costs: akidb-embed serve beside the library in process.

    bench/serving/serving_bench.py [BUILD-FOLDER] [--parts hash,model,start] [--seconds N] [--rounds N] [--json]

Server and library run on one core, by turns, the load on another; each has one worker thread. A figure is the median of
the rounds. The load is one short text a request, on 64 connections or one. The processor time of a request says the same
as the requests a second where the machine has other work, too.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

SERVED_ON, LOADED_FROM = "0", "1"  # cores
MANY = 64  # connections, or requests under way in process
STARTS = 10
TEXTS = [
    "the quick brown fox jumps high", "a glass of cold water please", "rain is expected in the evening",
    "how do I reset my password", "trains leave from platform two", "she plays the violin very well",
    "a short guide to baking bread", "prices went up again this year", "the river froze in early winter",
    "where can I buy fresh bread", "he forgot his keys at home", "new phones arrive in the spring",
    "the garden needs some more light", "we met them in the old town", "a map of the northern coast",
    "their answer came a day late",
]
DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"


def pinned(core, *words):
    return ["taskset", "-c", core, *map(str, words)]


class Server:
    """akidb-embed serve on its core; `seconds` is from its start to the first true /ready."""

    def __init__(self, build, *flags):
        begin = time.monotonic()
        self.process = subprocess.Popen(
            pinned(SERVED_ON, build / "akidb-embed", "serve", "--port", 0, "--threads", 1, "--offline", *flags),
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise SystemExit("the server did not start")
        while not self.is_ready():
            if self.process.poll() is not None:
                raise SystemExit("the server ended: " + self.process.stderr.read())
            time.sleep(0.001)
        self.seconds = time.monotonic() - begin

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_ready(self):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.stderr.read()
        self.process.wait(60)
        self.process.stderr.close()


def run(words, server=None):
    before = server.cpu_seconds() if server else 0
    figures = json.loads(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout)
    others = {status for status in figures["answers"] if status != "200"}
    if others or figures.get("broken") or figures.get("failed"):
        raise SystemExit(f"not all requests were answered: {figures}")
    answers = figures["answers"]["200"]
    cpu_seconds = server.cpu_seconds() - before if server else figures["cpu_seconds"]
    return {**answers, "cpu_us": cpu_seconds / answers["count"] * 1e6}


class Bench:
    def __init__(self, build, seconds):
        self.build = build
        self.seconds = seconds

    def over_http(self, server, path, fields, key, connections):
        bodies = [json.dumps({key: text, **fields}) for text in TEXTS]
        return run(pinned(LOADED_FROM, self.build / "bench/http_load", server.port, path, connections, self.seconds, *bodies),
                   server)

    def in_process(self, model, under_way):
        return run(pinned(SERVED_ON, self.build / "bench/in_process_load", model, under_way, self.seconds, *TEXTS))

    def one_round(self, model, flags):
        figures = {"in process": self.in_process(model, MANY), "alone in process": self.in_process(model, 1)}
        with Server(self.build, *flags) as server:
            figures["/v1/embeddings"] = self.over_http(server, "/v1/embeddings", {}, "input", MANY)
            figures["/v1/embeddings base64"] = self.over_http(
                server, "/v1/embeddings", {"encoding_format": "base64"}, "input", MANY)
            figures["/embed"] = self.over_http(server, "/embed", {}, "inputs", MANY)
            figures["alone /v1/embeddings"] = self.over_http(server, "/v1/embeddings", {}, "input", 1)
        return figures

    def model(self, model, flags, rounds):
        all_rounds = [self.one_round(model, flags) for _ in range(rounds)]
        return {row: {name: statistics.median(each[row][name] for each in all_rounds)
                      for name in ("per_second", "cpu_us", "p50_ms", "p99_ms")} for row in all_rounds[0]}

    def starts(self, flags):
        seconds = []
        for _ in range(STARTS):
            with Server(self.build, *flags) as server:
                seconds.append(server.seconds)
        return {"median_ms": statistics.median(seconds) * 1e3, "max_ms": max(seconds) * 1e3}


def table(figures):
    lines = ["| | requests/s | to in process | processor time, us | p50, ms | p99, ms |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for model, rows in figures["models"].items():
        for name, row in rows.items():
            alone = name.startswith("alone")
            base = rows["alone in process" if alone else "in process"]
            lines.append(f"| {model}: {name.removeprefix('alone ')}, {1 if alone else MANY} under way | {row['per_second']:,.0f} | "
                         f"{row['per_second'] / base['per_second']:.2f}x | {row['cpu_us']:.0f} | {row['p50_ms']:.3f} | "
                         f"{row['p99_ms']:.3f} |")
        http_row, in_process = rows["alone /v1/embeddings"], rows["alone in process"]
        lines.append(f"| {model}: what HTTP adds to a request alone | | | | {http_row['p50_ms'] - in_process['p50_ms']:.3f} | "
                     f"{http_row['p99_ms'] - in_process['p99_ms']:.3f} |")
    if start := figures.get("start_to_ready"):
        lines.append(f"\nstart to ready, default model: median {start['median_ms']:.0f} ms, longest of {STARTS} {start['max_ms']:.0f} ms")
    lines.append(f"\nload average {figures['load']:.1f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build/release", type=Path)
    parser.add_argument("--parts", default="hash,model,start")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        raise SystemExit("server and load need a core each")
    bench = Bench(options.build, options.seconds)
    parts = options.parts.split(",")
    figures = {"models": {}}
    if "hash" in parts:
        figures["models"]["hash"] = bench.model("hash", ["--provider", "hash"], options.rounds)
    if "model" in parts:
        figures["models"]["default model"] = bench.model(DEFAULT_MODEL, [], options.rounds)
    if "start" in parts:
        figures["start_to_ready"] = bench.starts([])
    figures["load"] = os.getloadavg()[0]
    print(json.dumps(figures, indent=1) if options.json else table(figures))


if __name__ == "__main__":
    sys.exit(main())
