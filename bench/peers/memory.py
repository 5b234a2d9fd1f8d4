"""Resident memory of embedding programs over many mixed texts, one program after the other.

usage: memory.py [--peers NAME,...] [--cmd NAME=COMMAND]... [--texts 100000] [--threads 2] [--json OUT]

In the environment venvs/harness, as $PEERS_HOME/venvs/harness/bin/python.

The texts are those of the workload `mixed`, drawn with a fixed seed in calls of 1,000. The curve is the
resident size after each tenth; the peak is VmHWM of the process group. No vectors are sent back.
"""

import argparse
import json
import random
import shlex
import sys
import time
from pathlib import Path

from peers import MODEL, PEERS, WORKLOADS, LineProcess, PeerFailed, group_memory

CALL = 1_000
SEED = 7


def calls(texts: list[str], count: int):
    rng = random.Random(SEED)
    size = min(CALL, max(1, count // 10))  # the curve has a point for each tenth
    for at in range(0, count, size):
        yield rng.choices(texts, k=min(size, count - at))


def measure(command: list[str], texts: list[str], count: int, threads: int) -> dict:
    process = LineProcess(command, threads)
    try:
        process.ask({"op": "load", "model": str(MODEL), "threads": threads})
        started = time.perf_counter()
        curve, embedded = [], 0
        for call in calls(texts, count):
            process.embed(call)
            embedded += len(call)
            if embedded * 10 // count > len(curve):
                curve.append(group_memory(process.process.pid, "VmRSS"))
        peak = group_memory(process.process.pid, "VmHWM")
        return {"peak": peak, "curve": curve, "seconds": time.perf_counter() - started}
    finally:
        process.stop()


def table(results: dict, count: int) -> str:
    tenths = " | ".join(f"{tenth}0 %" for tenth in range(1, 11))
    lines = [f"{count:,} mixed texts; resident MB", "", f"| program | {tenths} | peak |"]
    lines.append("| --- |" + " ---: |" * 11)
    for name, result in results.items():
        sizes = [*result["curve"], result["peak"]]
        lines.append(f"| {name} | " + " | ".join(f"{size / 1e6:.0f}" for size in sizes) + " |")
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peers", default="fastembed", help="'none' for none")
    parser.add_argument("--cmd", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    texts = json.loads(WORKLOADS.read_text(encoding="utf-8"))["workloads"]["mixed"]["texts"]
    names = [] if options.peers == "none" else options.peers.split(",")
    programs = {name: PEERS[name] for name in names}
    programs |= {name: shlex.split(cmd) for name, cmd in (value.split("=", 1) for value in options.cmd)}
    results = {}
    for name, command in programs.items():
        try:
            results[name] = measure(command, texts, options.texts, options.threads)
            print(f"{name}: {results[name]['seconds']:.0f} s", file=sys.stderr)
        except (PeerFailed, OSError, ValueError) as error:
            print(f"{name} failed: {error}", file=sys.stderr)
    print(table(results, options.texts))
    if options.json:
        Path(options.json).write_text(json.dumps({"texts": options.texts, "results": results}, indent=1))


if __name__ == "__main__":
    main()
