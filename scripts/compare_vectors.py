#!/usr/bin/env python3
"""Holds two files of vectors against each other, row by row: are they the same, but for rounding?

usage: compare_vectors.py OLD NEW [--least-cosine 0.9999]

A file is .jsonl (a vector, or an object with the vector as "embedding", a line) or .npy (float32, rows x dimension), as
`akidb-embed embed` writes them. Needs Python alone. Exit status 1 where a cosine is lower, or a length another by more
than a hundredth; 2 where the files do not go together.
"""

import argparse
import array
import ast
import json
import math
import sys
from pathlib import Path

LENGTH_TOLERANCE = 0.01


def read_npy(path: Path) -> list:
    data = path.read_bytes()
    if data[:6] != b"\x93NUMPY":
        raise ValueError(f"{path}: expected an .npy file")
    wide = data[6] >= 2
    begin = (12 if wide else 10) + int.from_bytes(data[8 : 12 if wide else 10], "little")
    header = ast.literal_eval(data[12 if wide else 10 : begin].decode("latin1"))
    if header["descr"] != "<f4" or header["fortran_order"] or len(header["shape"]) != 2:
        raise ValueError(f"{path}: expected float32 of two dimensions, row by row, found {header}")
    values = array.array("f", data[begin:])
    if sys.byteorder == "big":
        values.byteswap()
    rows, dimension = header["shape"]
    return [values[row * dimension : (row + 1) * dimension] for row in range(rows)]


def read(path: Path) -> list:
    if path.suffix == ".npy":
        return read_npy(path)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row["embedding"] if isinstance(row, dict) else row for row in rows]


def length(row) -> float:
    return math.sqrt(sum(value * value for value in row))


def other_length(old: list, new: list) -> int | None:
    """The first row whose length is another, as of vectors that only one side normalised."""
    for row, (a, b) in enumerate(zip(old, new)):
        if not math.isclose(length(a), length(b), rel_tol=LENGTH_TOLERANCE):
            return row
    return None


def compare(old: list, new: list) -> tuple[float, int, float]:
    """The least cosine, its row, and the largest difference of two values."""
    if not old or len(old) != len(new):
        raise ValueError(f"expected as many rows in both files, found {len(old)} and {len(new)}")
    least, at, largest = 2.0, 0, 0.0
    for row, (a, b) in enumerate(zip(old, new)):
        if len(a) != len(b):
            raise ValueError(f"row {row}: expected as many values in both files, found {len(a)} and {len(b)}")
        lengths = length(a) * length(b)
        cosine = sum(x * y for x, y in zip(a, b)) / lengths if lengths else float(length(a) == length(b))
        if not cosine >= least:  # a NaN is the least of all
            least, at = cosine, row
        largest = max(largest, max(abs(x - y) for x, y in zip(a, b)))
    return least, at, largest


def main() -> int:
    parser = argparse.ArgumentParser(usage="compare_vectors.py OLD NEW [--least-cosine 0.9999]")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--least-cosine", type=float, default=0.9999)
    options = parser.parse_args()
    try:
        old, new = read(options.old), read(options.new)
        least, row, largest = compare(old, new)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(old)} rows of {len(old[0])} values")
    print(f"least cosine {least:.9f} (row {row}), largest difference {largest:.2g}")
    print(f"lengths of row 0: {length(old[0]):.6f} and {length(new[0]):.6f}")
    if not least >= options.least_cosine:
        print(f"not the same: expected a cosine of at least {options.least_cosine}")
        return 1
    if (row := other_length(old, new)) is not None:
        lengths = f"{length(old[row]):.6f} and {length(new[row]):.6f}"
        print(f"not the same: the directions are, but row {row} has lengths of {lengths}: normalisation")
        return 1
    print("the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
