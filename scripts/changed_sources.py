#!/usr/bin/env python3
"""Sources below src/ that changed, themselves or in a header, since clang-tidy found them clean.

    scripts/changed_sources.py BUILD-FOLDER      prints them, one a line

Which headers a source has is known from Ninja's last build. BUILD-FOLDER/lint/SOURCE is there and younger than all of
them where a source is clean; scripts/lint.sh makes it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Another rule is another verdict.
RULES = (ROOT / ".clang-tidy", ROOT / "scripts" / "lint.sh")


def sources(build):
    """Those that the build has commands for."""
    paths = {Path(entry["file"]) for entry in json.loads((build / "compile_commands.json").read_text())}
    return sorted(path for path in paths if path.is_relative_to(ROOT / "src"))


def dependencies(listing, build):
    """Of `ninja -t deps`: the files that each source was compiled from, itself the first of them."""
    found = {}
    current = None
    for line in listing.splitlines():
        if not line.startswith("    "):
            current = None
            continue
        path = os.path.normpath(build / line.strip())
        if current is None:
            current = found.setdefault(Path(path), set())
        current.add(path)
    return found


def is_clean(source, files, build):
    """Without a list of its files, or with one that is gone, a source counts as changed."""
    stamp = build / "lint" / source.relative_to(ROOT)
    try:
        known = os.stat(stamp).st_mtime_ns
        return source in files and all(os.stat(path).st_mtime_ns < known for path in (*files[source], *RULES))
    except OSError:
        return False


def main():
    build = Path(sys.argv[1]).resolve()
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    files = dependencies(listing, build)
    for source in sources(build):
        if not is_clean(source, files, build):
            print(source.relative_to(ROOT))


if __name__ == "__main__":
    main()
