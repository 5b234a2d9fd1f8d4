#!/usr/bin/env python3
"""The recipe of docs/ONNX-MIGRATION-GUIDE.md: its commands run, and find the default model's vectors to be the same as
sentence-transformers', and others not to be."""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from program import PROGRAM

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "data" / "golden"
DIMENSION = 384


def recipe() -> str:
    guide = (ROOT / "docs" / "ONNX-MIGRATION-GUIDE.md").read_text(encoding="utf-8")
    return re.search(r"<!-- these lines are run by [^\n]*\n```sh\n(.*?)```", guide, re.S)[1]


class Recipe(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        (self.folder / "scripts").symlink_to(ROOT / "scripts")
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "akidb-embed").symlink_to(Path(PROGRAM).resolve())
        texts = (GOLDEN / "texts.jsonl").read_text(encoding="utf-8").splitlines()
        self.texts = texts[:120]
        (self.folder / "texts.jsonl").write_text("\n".join(self.texts) + "\n", encoding="utf-8")
        values = (GOLDEN / "vectors.f32").read_bytes()
        size = 4 * DIMENSION
        self.vectors = [struct.unpack(f"<{DIMENSION}f", values[i * size : (i + 1) * size]) for i in range(len(self.texts))]

    def write_old(self, vectors) -> None:
        rows = (json.dumps({"embedding": list(vector)}) for vector in vectors)
        (self.folder / "old.jsonl").write_text("\n".join(rows) + "\n")

    def run_recipe(self) -> subprocess.CompletedProcess:
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(["sh", "-ec", recipe()], cwd=self.folder, capture_output=True, text=True,
                              env=os.environ | {"PATH": path})

    def compare(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "scripts/compare_vectors.py", *arguments], cwd=self.folder,
                              capture_output=True, text=True)

    def test_the_vectors_of_sentence_transformers_are_the_same(self):
        self.write_old(self.vectors)
        run = self.run_recipe()
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn(f"{len(self.texts)} rows of 384 values", run.stdout)
        self.assertGreaterEqual(float(re.search(r"least cosine ([\d.]+)", run.stdout)[1]), 0.999999)
        self.assertLessEqual(float(re.search(r"largest difference (\S+)", run.stdout)[1]), 5e-6)
        self.assertTrue(run.stdout.endswith("the same\n"))

    def test_others_are_not(self):
        self.write_old([*self.vectors[:-1], self.vectors[0]])
        run = self.run_recipe()
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn(f"(row {len(self.texts) - 1})", run.stdout)
        self.assertIn("not the same", run.stdout)

    def test_other_lengths_are_told_from_other_directions(self):
        self.write_old([[2 * value for value in vector] for vector in self.vectors])
        run = self.run_recipe()
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("row 0 has lengths of 2.000000 and 1.000000", run.stdout)

    def test_numpy_files_are_read_and_files_that_do_not_go_together_refused(self):
        self.write_old(self.vectors)
        written = subprocess.run([PROGRAM, "embed", "--input", "texts.jsonl", "--output", "new.npy"], cwd=self.folder)
        self.assertEqual(written.returncode, 0)
        self.assertEqual(self.compare("old.jsonl", "new.npy").returncode, 0)
        self.write_old(self.vectors[1:])
        run = self.compare("old.jsonl", "new.npy")
        self.assertEqual(run.returncode, 2)
        self.assertIn("as many rows", run.stderr)
        self.assertEqual(self.compare("old.jsonl", "nothing.npy").returncode, 2)


if __name__ == "__main__":
    unittest.main()
