"""Running akidb-embed in a folder of its own, for the tests beside this file."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ.get("AKIDB_EMBED_PROGRAM", "")
HANG_GUARD = 300  # seconds; no test waits for it


def word(value):
    """An argument: bytes as they are, anything else as it prints."""
    return value if isinstance(value, bytes) else str(value)


def clean_environment(extra=None):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AKIDB_EMBED_")}
    return {**kept, "HF_HUB_OFFLINE": "1", **(extra or {})}


class ProgramTest(unittest.TestCase):
    """A test case with a folder that is gone afterwards."""

    def setUp(self):
        self.assertTrue(Path(PROGRAM).is_file(), "AKIDB_EMBED_PROGRAM names no program")
        folder = tempfile.TemporaryDirectory(prefix="akidb-embed-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, content):
        path = self.folder / name
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return str(path)

    def read(self, name):
        return (self.folder / name).read_bytes()

    def start(self, *words, environment=None, **options):
        return subprocess.Popen([PROGRAM, *map(word, words)], cwd=self.folder, env=clean_environment(environment), **options)

    def run_program(self, *words, stdin=b"", environment=None, **options):
        if isinstance(stdin, str):
            stdin = stdin.encode()
        return subprocess.run(
            [PROGRAM, *map(word, words)],
            cwd=self.folder,
            env=clean_environment(environment),
            input=stdin,
            capture_output=True,
            timeout=HANG_GUARD,
            **options,
        )

    def good(self, *words, **options):
        done = self.run_program(*words, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        return done

    def fails(self, code, message, *words, **options):
        """Ends with `code` and one line on standard error that has `message` in it."""
        done = self.run_program(*words, **options)
        stderr = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, code, stderr)
        self.assertIn(message, stderr)
        self.assertEqual(stderr.count("\n"), 1, stderr)
        self.assertTrue(stderr.startswith("akidb-embed: "), stderr)
        return done


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


if __name__ == "__main__":
    sys.exit("run by ctest, through the *_test.py files")
