#!/usr/bin/env python3
"""Where the native encoder's time goes: a table of stages, by `perf record`.

usage: profile.py BUILD [--lengths 256,8] [--types fp32-high,bf16,int8] [--shape MiniLM-L6]

One text again and again on one core (bench/encoder_bench). Stages are told by the names of the functions that the time is
spent in; what an inlined function takes belongs to the one around it. What makes the model is left out.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

# The first that a function's name has counts.
STAGES = {
    "attention": r"attend|weigh|_scores|pack_key|pack_value|pack_rough|softmax",
    "epilogues (bias, GELU, residual, scales)": r"::finish|gelu",
    "products": r"multiply|_tile<|product|dot",
    "rows to operands (rounding, splitting, quantising)": r"row_to_operand|range_of|quanti|pack_rows|to_bytes|pack_bytes",
    "norms, embeddings, pooling": r"::norm<|gather|::embed\(|emit|pool|widen",
}
SET_UP = re.compile(r"bench::|mersenne_twister|prepack|pack_weights|pack_panel|clear_page|page_fault|memset")


def samples(program, words):
    """Function -> number of samples."""
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "perf.data")
        subprocess.run(["perf", "record", "-q", "-F", "1999", "-o", data, program, *words], check=True, capture_output=True)
        report = ["perf", "report", "-i", data, "--no-children", "--stdio", "-q", "-F", "sample,dso,symbol", "-t", "\t"]
        lines = subprocess.run(report, check=True, capture_output=True, text=True).stdout.splitlines()
    counts = {}
    for line in lines:
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) == 3 and cells[0].isdigit():
            counts[cells[2]] = counts.get(cells[2], 0) + int(cells[0])
    return counts


def shares(counts):
    stages = dict.fromkeys([*STAGES, "all else"], 0)
    for function, count in counts.items():
        if SET_UP.search(function):
            continue
        stage = next((name for name, pattern in STAGES.items() if re.search(pattern, function)), "all else")
        stages[stage] += count
    total = sum(stages.values())
    return {name: count / total for name, count in stages.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--lengths", default="256,8")
    parser.add_argument("--types", default="fp32-high,bf16,int8")
    parser.add_argument("--shape", default="MiniLM-L6")
    options = parser.parse_args()
    program = options.build / "bench" / "encoder_bench"
    columns = {}
    for length in options.lengths.split(","):
        for kind in options.types.split(","):
            columns[f"{kind}, {length} tokens"] = shares(samples(program, [options.shape, kind, length]))
    print("| | " + " | ".join(columns) + " |\n| --- |" + " ---: |" * len(columns))
    for stage in [*STAGES, "all else"]:
        print(f"| {stage} | " + " | ".join(f"{100 * column[stage]:.0f} %" for column in columns.values()) + " |")


if __name__ == "__main__":
    main()
