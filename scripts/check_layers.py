#!/usr/bin/env python3
"""Holds the includes of src/ and include/ against scripts/layers.txt and prints those that break it.

  check_layers.py [ROOT]     ROOT: the tree to check; the one that this script is in where none is given

A file of src/ may include standard and POSIX headers, the public headers, its own rung and what its rung's row
in the table names; a *_test.cpp also GoogleTest. A folder without a row is part of the rung above it. Public headers include standard headers and each other.
The table itself must be a ladder: no row may reach itself.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

# Headers that no row has to name.
CXX = """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
climits clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef
cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem format forward_list
fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map
memory memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility
valarray variant vector version""".split()
POSIX = """dirent.h dlfcn.h elf.h errno.h fcntl.h fnmatch.h glob.h link.h poll.h pthread.h pwd.h sched.h signal.h
termios.h time.h unistd.h cpuid.h immintrin.h arm_neon.h""".split()
SYSTEM = frozenset(CXX + POSIX)
SYSTEM_FOLDERS = ("sys/", "linux/", "asm/", "mach/")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)"|(\S+))', re.MULTILINE)


@dataclass
class Row:
    folders: set[str]
    third_party: tuple[str, ...]


class BadTable(Exception):
    pass


def read_table(text: str) -> dict[str, Row]:
    table: dict[str, Row] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        name, colon, rest = line.partition(":")
        folders, _, headers = rest.partition("|")
        if not colon or name in table:
            raise BadTable(f"layers.txt:{number}: expected 'folder: folders | headers', each folder once, got '{line}'")
        table[name] = Row(set(folders.split()), tuple(headers.split()))
    for name, row in table.items():
        for unknown in sorted(row.folders - table.keys()):
            raise BadTable(f"layers.txt: {name} may include {unknown}, which has no row")
    for name in table:
        if name in reachable(table, name):
            raise BadTable(f"layers.txt: {name} reaches itself, so the table is no ladder")
    return table


def reachable(table: dict[str, Row], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(table[start].folders)
    while waiting:
        folder = waiting.pop()
        if folder not in seen:
            seen.add(folder)
            waiting += table[folder].folders
    return seen


def is_system(header: str) -> bool:
    return header in SYSTEM or header.startswith(SYSTEM_FOLDERS)


def rung_of(table: dict[str, Row], folder: Path) -> str | None:
    """The row that a folder below src/ belongs to: its own, or that of the nearest folder above."""
    return next((str(at) for at in (folder, *folder.parents) if str(at) in table), None)


def home_of(root: Path, folder: Path, header: str) -> Path | None:
    """The folder below src/ that a header in quotes is in; nothing where it is none of ours."""
    for at in (Path(header), folder / header):
        if (root / "src" / at).is_file():
            return at.parent
    return None


def complaint(root: Path, table: dict[str, Row], folder: Path, test: bool, match: re.Match) -> str | None:
    """Why this include is not allowed in a file of src/`folder`; nothing where it is."""
    angle, quoted, computed = match.groups()
    if computed:
        return f"includes {computed}: an include must name its header"
    header = angle or quoted
    if ".." in Path(header).parts:
        return f"includes {header}: name it from src/"
    rung = rung_of(table, folder)
    row = table[rung]
    home = home_of(root, folder, header) if quoted else None
    if home is not None:
        other = rung_of(table, home)
        if other == rung or other in row.folders:
            return None
        return f"includes {header}: {rung} may not know {other or home}"
    if is_system(header) or header.startswith("akidb/embedding/") or header.startswith(row.third_party):
        return None
    if test and header.startswith(("gtest/", "gmock/")):
        return None
    return f"includes {header}: it is neither standard, nor ours, nor named in the row of {rung}"


def check_sources(root: Path, table: dict[str, Row]) -> list[str]:
    complaints = []
    for path in source_files(root / "src"):
        folder = path.parent.relative_to(root / "src")
        if rung_of(table, folder) is None:
            complaints.append(f"{path.relative_to(root)}: the folder {folder} has no row in layers.txt")
            continue
        test = path.stem.endswith("_test")
        for match in INCLUDE.finditer(path.read_text()):
            if why := complaint(root, table, folder, test, match):
                complaints.append(f"{place(root, path, match)}: {why}")
    return complaints


def check_public(root: Path) -> list[str]:
    complaints = []
    for path in source_files(root / "include"):
        for match in INCLUDE.finditer(path.read_text()):
            header = match.group(1) or ""
            if header not in CXX and not header.startswith("akidb/embedding/"):
                what = match.group(0).strip()
                complaints.append(f"{place(root, path, match)}: a public header may not say {what}")
    return complaints


def source_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".cpp", ".hpp", ".h", ".cc", ".inc"))


def place(root: Path, path: Path, match: re.Match) -> str:
    line = match.string.count("\n", 0, match.start()) + 1
    return f"{path.relative_to(root)}:{line}"


def check(root: Path) -> list[str]:
    try:
        table = read_table((root / "scripts" / "layers.txt").read_text())
    except BadTable as bad:
        return [str(bad)]
    if not source_files(root / "src"):
        return [f"{root}/src has no sources"]
    return check_sources(root, table) + check_public(root)


def main() -> int:
    complaints = check(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    for line in complaints:
        print(line)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
