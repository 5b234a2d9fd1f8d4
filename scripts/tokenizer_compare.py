#!/usr/bin/env python3
"""Speed of the tokenizer beside the reference's, on one thread, in interleaved runs: MB/s of both and their ratio.

usage: tokenizer_compare.py OURS REFERENCE TOKENIZER TEXT... [--rounds N]

OURS is build/release/bench/tokenizer_bench; REFERENCE the program that bench/peers/setup.sh builds from
bench/peers/adapters/hf-tokenizers (its `encode`, text by text); TOKENIZER a tokenizer.json. A round runs each program
once on each text, and each figure is the best of its five passes in that round; shown are medians over the rounds.
"""

import argparse
import re
import statistics
import subprocess
from pathlib import Path

PASSES = 5


def ours(program: str, tokenizer: str, text: str) -> float:
    """MB/s, ids only."""
    out = subprocess.run([program, tokenizer, text, str(PASSES)], stdout=subprocess.PIPE, check=True, text=True).stdout
    return max(int(b) / float(s) for b, _, s in map(str.split, out.splitlines())) / 1e6


def reference(program: str, tokenizer: str, text: str) -> float:
    """MB/s of `encode`."""
    out = subprocess.run([program, tokenizer, "--", text], stdout=subprocess.PIPE, check=True, text=True).stdout
    row = next(line for line in out.splitlines() if re.search(r"\| encode \|", line))
    return float(row.split("|")[4])


def cpu() -> str:
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", info)
    flags = re.search(r"flags\s*: (.*)", info)
    wanted = {"sse4_2", "avx2", "bmi2", "avx512f", "avx512bw", "avx512vbmi"}
    return f"{model.group(1) if model else 'unknown'}; {' '.join(f for f in (flags.group(1).split() if flags else []) if f in wanted)}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ours")
    parser.add_argument("reference")
    parser.add_argument("tokenizer")
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    figures = {text: ([], []) for text in arguments.texts}
    for _ in range(arguments.rounds):
        for text, (mine, theirs) in figures.items():
            mine.append(ours(arguments.ours, arguments.tokenizer, text))
            theirs.append(reference(arguments.reference, arguments.tokenizer, text))
    print(f"{cpu()}\n\n| text | ours MB/s | reference MB/s | ratio |\n| --- | ---: | ---: | ---: |")
    for text, (mine, theirs) in figures.items():
        ratio = statistics.median(m / t for m, t in zip(mine, theirs))
        print(f"| {Path(text).stem} | {statistics.median(mine):.1f} | {statistics.median(theirs):.2f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
