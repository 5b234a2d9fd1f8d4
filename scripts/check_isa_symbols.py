#!/usr/bin/env python3
"""Holds the objects of kernels to what the linker may see of them: their tables, and nothing that it could merge.

  check_isa_symbols.py OBJECT...

An inline function or a template that a file for one instruction set leaves behind as a weak symbol may be the copy that
the linker keeps for the whole program, which then dies on a CPU without those instructions. So an object below x86/ or
arm64/ may define no weak symbol, and of others only constants.
"""

import subprocess
import sys
from pathlib import PurePath

KERNEL_FOLDERS = {"x86", "arm64"}
CONSTANTS = "RrDdBb"  # nm's letters of data sections


def is_kernel(path: str) -> bool:
    return bool(KERNEL_FOLDERS & set(PurePath(path).parts))


def complaints(path: str) -> list[str]:
    symbols = subprocess.run(["nm", "--defined-only", "--extern-only", "--demangle", path],
                             check=True, capture_output=True, text=True).stdout
    bad = []
    for line in symbols.splitlines():
        _, kind, name = line.split(maxsplit=2)
        if kind not in CONSTANTS:
            bad.append(f"{PurePath(path).name}: {name} is a symbol of kind '{kind}', expected a constant or none")
    return bad


def main() -> int:
    objects = [path for path in sys.argv[1:] if is_kernel(path)]
    bad = [line for path in objects for line in complaints(path)]
    for line in bad:
        print(line)
    print(f"{len(objects)} objects of kernels, {len(bad)} symbols too many")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
