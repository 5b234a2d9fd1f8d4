"""Throughput by length and latency by batch beside the fastest peers, in each precision.

usage: curves.py [--peers NAME,...] --adapter PROGRAM [--rounds 3] [--threads 2] [--json OUT] [--page PAGE.md]
                 in the environment venvs/harness
       curves.py --from RESULTS.json --page PAGE.md      writes the page again

All programs are open at once and asked in turn, one at a time, the others stopped: each round goes over all of them for
each figure. `--page` replaces what stands between the two "curves" marks of the page; plots go into a folder beside
the page that is named after it.
"""

import argparse
import json
import random
from pathlib import Path

from curves_page import write_page
from gen_workload import Texts
from open_programs import OpenPrograms
from peers import HOME, MODEL, PEERS
from report import machine

LENGTHS = (8, 16, 32, 64, 128, 256)
TOKENS = 4096  # of a throughput pass
BATCHES = (1, 2, 4, 8, 16, 32)
BATCH_LENGTH = 32
BATCH_CALLS = 8
OURS = ("fp32-highest", "fp32-high", "bf16", "int8")
FASTEST = "fastembed,st-openvino-f32,ct2-f32,st-openvino-default,fastembed-int8,st-openvino-int8,ct2-int8"


def prose_texts(seed):
    """English texts of exact lengths by the model's tokenizer."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    prose = (HOME / "work" / "english.txt").read_text(encoding="utf-8").splitlines()
    return Texts(prose, tokenizer, random.Random(seed))


def calls_of_all():
    texts = prose_texts(7)
    calls = {}
    for length in LENGTHS:
        calls[f"length {length}"] = [[texts.draw(length) for _ in range(TOKENS // length)]]
    for batch in BATCHES:
        calls[f"batch {batch}"] = [[texts.draw(BATCH_LENGTH) for _ in range(batch)] for _ in range(BATCH_CALLS)]
    return calls


def run(options):
    """What the page is made of; also what --json keeps."""
    commands = {f"native {dtype}": [str(options.adapter), options.model, dtype] for dtype in OURS}
    commands |= {name: PEERS[name] for name in options.peers.split(",")}
    with OpenPrograms(commands, options.threads) as opened:
        loads = opened.measure(calls_of_all(), options.rounds)
    return {
        "machine": machine(),
        "threads": options.threads,
        "rounds": options.rounds,
        "loads": loads,
        "tokens": {str(length): TOKENS // length * length for length in LENGTHS},
        "batches": list(BATCHES),
        "batch_length": BATCH_LENGTH,
        "versions": {program.name: program.version for program in opened.programs},
        "seconds": {program.name: program.seconds for program in opened.programs},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peers", default=FASTEST)
    parser.add_argument("--adapter", type=Path, help="this library's peer-adapter")
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2", help="what the adapter opens")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--from", type=Path, dest="kept", metavar="RESULTS.json")
    parser.add_argument("--page", type=Path, metavar="PAGE.md")
    options = parser.parse_args()
    results = json.loads(options.kept.read_text()) if options.kept else run(options)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    if options.page:
        write_page(options.page, results)


if __name__ == "__main__":
    main()
