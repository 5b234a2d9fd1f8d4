#!/usr/bin/env python3
"""Compares this library's tokenizer with the reference on many strings; fails on the first that differ.

usage: tokenizer_differential.py DRIVER [--cases N] [--seed S] [--only NAME] [--model FOLDER]

DRIVER is build/release/tests/tokenizer_jsonl. Run it by tokenizer_differential.sh, which brings the pinned reference.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import tokenizers
from tokenizer_cases import answer, fixed_cases, random_case, silent_panics, sweep_cases
from tokenizer_variants import ADDED, build
from tokenizers import Tokenizer

REFERENCE = "0.23.3"
SHOWN = 5
# All of Unicode takes the reference long: with these, every table and every way around one is seen.
SWEPT = {"uncased", "cased", "uncleaned", "no-normalizer", "sequence", "added", "model"}


def ask(driver: str, tokenizer: Path, cases: list[dict]) -> list[dict]:
    lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
    run = subprocess.run([driver, str(tokenizer)], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.decode().split("\n")[:-1]]


def same(ours: dict, theirs: dict) -> bool:
    if "error" in theirs:
        return "error" in ours
    return ours == theirs


def compare(name: str, driver: str, file: Path, reference: Tokenizer, cases: list[dict]) -> tuple[int, int]:
    """(compared, different)"""
    compared = different = errors = 0
    answers = ask(driver, file, cases)
    with silent_panics():
        expected = [answer(reference, case) for case in cases]
    for case, ours, theirs in zip(cases, answers, expected, strict=True):
        if theirs is None:
            continue
        compared += 1
        errors += "error" in theirs
        if same(ours, theirs):
            continue
        different += 1
        if different <= SHOWN:
            print(f"{name}: {json.dumps(case)[:1000]}")
            for key in sorted(set(ours) | set(theirs)):
                if ours.get(key) != theirs.get(key):
                    print(f"  {key}\n    ours:   {json.dumps(ours.get(key))[:500]}\n    theirs: {json.dumps(theirs.get(key))[:500]}")
    print(f"{name}: {compared} compared ({errors} of them errors on both sides), {different} different", flush=True)
    return compared, different


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--cases", type=int, default=120_000, help="random cases over all tokenizers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="the name of one tokenizer")
    parser.add_argument("--model", help="a folder with a further tokenizer.json: the default model's")
    arguments = parser.parse_args()
    assert tokenizers.__version__ == REFERENCE, f"tokenizers is {tokenizers.__version__}, expected {REFERENCE}"

    extra = [token.content for token in ADDED]
    total = failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        references = build(folder)
        files = {name: folder / (name if (folder / name).is_dir() else f"{name}.json") for name in references}
        if arguments.model:
            references["model"] = Tokenizer.from_file(f"{arguments.model}/tokenizer.json")
            files["model"] = Path(arguments.model)
        for name, reference in references.items():
            if arguments.only not in (None, name):
                continue
            rng = random.Random(f"{arguments.seed} {name}")
            cases = fixed_cases() + (sweep_cases(4096) if name in SWEPT else [])
            cases += [random_case(rng, extra) for _ in range(arguments.cases // len(references))]
            compared, different = compare(name, arguments.driver, files[name], reference, cases)
            total, failed = total + compared, failed + different
    print(f"{total} cases compared with tokenizers {REFERENCE}, {failed} different")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
