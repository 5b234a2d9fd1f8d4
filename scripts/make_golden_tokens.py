#!/usr/bin/env python3
"""Writes tests/data/tokenizer: small tokenizers, cases for them and the reference's answers.

usage: make_golden_tokens.py OUT_FOLDER MODEL_FOLDER     (run it by tokenizer_differential.sh --golden)
"""

import json
import random
import shutil
import sys
from pathlib import Path

import tokenizers
from tokenizer_cases import answer, digest, fixed_cases, random_case, silent_panics, sweep_cases
from tokenizer_texts import SENTENCES
from tokenizer_variants import ADDED, build
from tokenizers import Tokenizer

REFERENCE = "0.23.3"
SEED = 20
RANDOM_CASES = 60  # of each tokenizer
SWEEP = 4096  # code points a line of unicode.jsonl
# Each of these has a table, or a way around one, that the others lack.
SWEPT = ["uncased", "cased", "uncleaned", "no-normalizer", "sequence"]
WHOLE = ["uncased"]  # gets every fixed case, too


def lines(path: Path, rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows), encoding="utf-8")


def golden(name: str, reference: Tokenizer, cases: list[dict]) -> list[dict]:
    with silent_panics():
        answers = [answer(reference, case) for case in cases]
    return [{"tokenizer": name, "case": case, "answer": a} for case, a in zip(cases, answers) if a is not None]


def main() -> None:
    assert tokenizers.__version__ == REFERENCE, f"tokenizers is {tokenizers.__version__}, expected {REFERENCE}"
    out, model = Path(sys.argv[1]), sys.argv[2]
    shutil.rmtree(out / "tokenizers", ignore_errors=True)
    references = build(out / "tokenizers")
    extra = [token.content for token in ADDED]
    rows, sweeps = [], []
    for name, reference in references.items():
        rng = random.Random(f"{SEED} {name}")
        cases = [{"text": text} for text in rng.sample(SENTENCES, 5)]
        cases += fixed_cases() if name in WHOLE else rng.sample(fixed_cases(), 12)
        cases += [random_case(rng, extra) for _ in range(RANDOM_CASES)]
        rows += golden(name, reference, cases)
        if name in SWEPT:
            sweeps += [{"tokenizer": name, "first": i * SWEEP, "count": SWEEP, "sha256": digest(answer(reference, case))}
                       for i, case in enumerate(sweep_cases(SWEEP))]
    lines(out / "cases.jsonl", rows)
    lines(out / "unicode.jsonl", sweeps)

    reference = Tokenizer.from_file(f"{model}/tokenizer.json")
    rng = random.Random(SEED)
    cases = fixed_cases() + [random_case(rng, []) for _ in range(100)]
    lines(out / "default_model.jsonl", golden("default model", reference, cases))
    print(f"{len(rows)} cases, {len(sweeps)} stretches of Unicode, {len(cases)} of the default model")


if __name__ == "__main__":
    main()
