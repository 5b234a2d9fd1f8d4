"""From the start of a process to its first vector, programs in turn.

usage: first_vector.py [--peers NAME,...] [--cmd NAME=COMMAND]... [--process NAME=COMMAND]... [--runs 15] [--threads 2]
                       in the environment venvs/harness

`--peers` and `--cmd` speak the line protocol: until the answer to load and embed. `--process` writes a vector and ends:
until it has ended. The file cache is warm: the first run of each is not counted.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import time

from peers import MODEL, PEERS, LineProcess
from report import machine

TEXT = "hello world"


def protocol(command, threads):
    process = LineProcess(command, threads)
    try:
        process.ask({"op": "load", "model": str(MODEL), "threads": threads})
        process.embed([TEXT], **{"return": True})
        return time.perf_counter() - process.started
    finally:
        process.stop()


def whole_process(command, _threads):
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def named(values, time_one):
    return {name: (time_one, shlex.split(command)) for name, command in (value.split("=", 1) for value in values)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peers", default="", help="of run_all.py --list")
    parser.add_argument("--cmd", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--process", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    programs = {name: (protocol, PEERS[name]) for name in options.peers.split(",") if name}
    programs |= named(options.cmd, protocol) | named(options.process, whole_process)
    seconds = {name: [] for name in programs}
    for run in range(options.runs + 1):
        for name, (time_one, command) in programs.items():
            taken = time_one(command, options.threads)
            if run > 0:
                seconds[name].append(taken)
    print(f"{machine()}; {options.threads} threads, medians of {options.runs} runs in turn, load {os.getloadavg()[0]:.1f}\n")
    print("| | first vector, ms | least | most |\n| --- | ---: | ---: | ---: |")
    for name, taken in seconds.items():
        print(f"| {name} | {1e3 * statistics.median(taken):.1f} | {1e3 * min(taken):.1f} | {1e3 * max(taken):.1f} |")


if __name__ == "__main__":
    main()
