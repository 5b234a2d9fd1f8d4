#!/usr/bin/env python3
"""Tests of changed_sources.py."""

import os
import tempfile
import unittest
from pathlib import Path

import changed_sources


class ChangedSources(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.build = self.root / "build"
        self.kept = (changed_sources.ROOT, changed_sources.RULES)
        changed_sources.ROOT, changed_sources.RULES = self.root, (self.root / ".clang-tidy",)
        for name in (".clang-tidy", "src/a.cpp", "src/a.hpp", "build/lint/src/a.cpp"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).touch()
        self.age("build/lint/src/a.cpp", +10)
        listing = "src/a.o: #deps 2, deps mtime 1 (VALID)\n    ../src/a.cpp\n    ../src/a.hpp\n\n"
        self.files = changed_sources.dependencies(listing, self.build)

    def tearDown(self):
        changed_sources.ROOT, changed_sources.RULES = self.kept

    def age(self, name, seconds):
        path = self.root / name
        now = path.stat().st_mtime + seconds
        os.utime(path, (now, now))

    def is_clean(self):
        return changed_sources.is_clean(self.root / "src/a.cpp", self.files, self.build)

    def test_reads_the_files_of_a_source(self):
        self.assertEqual(set(map(str, self.files[self.root / "src/a.cpp"])), {str(self.root / "src/a.cpp"), str(self.root / "src/a.hpp")})

    def test_is_clean_until_something_changes(self):
        for name in ("src/a.cpp", "src/a.hpp", ".clang-tidy"):
            self.assertTrue(self.is_clean())
            self.age(name, +20)
            self.assertFalse(self.is_clean(), name)
            self.age(name, -20)

    def test_counts_as_changed_where_nothing_is_known(self):
        (self.build / "lint/src/a.cpp").unlink()
        self.assertFalse(self.is_clean())

    def test_counts_as_changed_where_a_header_is_gone(self):
        (self.root / "src/a.hpp").unlink()
        self.assertFalse(self.is_clean())

    def test_counts_as_changed_where_it_was_not_built(self):
        self.files = {}
        self.assertFalse(self.is_clean())


if __name__ == "__main__":
    unittest.main()
