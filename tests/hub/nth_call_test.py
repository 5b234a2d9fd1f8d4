#!/usr/bin/env python3
"""The N-th open, read, write, sync, rename or mapping fails while a model is downloaded, loaded and asked, for every N
until none is left to fail: an error in one line or the right vector, nothing partial under a name that is read, and the
next run gives the vector from what is there."""

import os
import shutil
import unittest

from hub_case import HubTest, real_repo
from scripted_hub import Hub

LIBRARY = os.environ.get("AKIDB_EMBED_FAILING_CALLS", "")
WORDS = ("embed", "hello world", "--model", "org/name", "--threads", "1")
# How many there are at the least; the system's own, of libraries that are loaded, are among them.
KINDS = {"open": 20, "read": 10, "write": 5, "sync": 5, "rename": 5, "map": 5}


class NthCall(HubTest):
    def setUp(self):
        super().setUp()
        self.assertTrue(os.path.isfile(LIBRARY), "AKIDB_EMBED_FAILING_CALLS names no library")
        self.repo = real_repo(self.folder / "model")
        self.failed = self.folder / "failed"

    def failing(self, environment, kind, nth):
        self.failed.unlink(missing_ok=True)
        return self.run_program(
            *WORDS,
            environment={**environment, "LD_PRELOAD": LIBRARY, "AKIDB_TEST_FAILS": f"{kind}:{nth}", "AKIDB_TEST_FAILED": str(self.failed)},
        )

    def clear(self, environment):
        for name in ("HF_HUB_CACHE", "AKIDB_EMBED_CACHE"):
            shutil.rmtree(environment[name], ignore_errors=True)

    def test_each(self):
        with Hub({"org/name": self.repo}) as hub:
            environment = self.environment(hub)
            whole = self.good(*WORDS, environment=environment).stdout
            for kind, least in KINDS.items():
                nth = 0
                while True:
                    nth += 1
                    self.clear(environment)
                    done = self.failing(environment, kind, nth)
                    if not self.failed.exists():
                        break
                    with self.subTest(kind=kind, nth=nth):
                        stderr = done.stderr.decode(errors="replace")
                        if done.returncode == 0:
                            self.assertEqual(done.stdout, whole)
                        else:
                            self.assertIn(done.returncode, range(1, 20), stderr)
                            self.assertTrue(stderr.splitlines()[-1].startswith("akidb-embed: "), stderr)
                        self.check_cache(self.repo)
                        self.assertEqual(self.good(*WORDS, environment=environment).stdout, whole)
                self.assertGreater(nth, least, kind)


if __name__ == "__main__":
    unittest.main()
