#!/usr/bin/env python3
"""akidb-embed pull from a hub that misbehaves, row by row of misbehaviours.py: each ends in a clear error or heals, and
nothing partial is ever left under a name that is read."""

import concurrent.futures
import tempfile
import unittest
from pathlib import Path

from hub_case import TOKEN, HubTest, check_cache, hub_environment, plain_repo
from misbehaviours import ROWS
from scripted_hub import Hub

WORKERS = 8  # rows wait more than they work


class BadHub(HubTest):
    def run_row(self, row):
        repo = plain_repo()
        if row.change:
            row.change(repo)
        with tempfile.TemporaryDirectory(dir=self.folder) as name, Hub({"org/name": repo}, script=row.script) as hub:
            folder = Path(name)
            done = self.run_program("pull", "org/name", environment=hub_environment(folder, hub.url))
            words = done.stderr.decode(errors="replace")
            self.assertEqual(done.returncode, row.exit, words)
            self.assertIn(row.says, words)
            self.assertLessEqual(words.count("\n"), 3, words)
            self.assertNotIn(TOKEN, words + done.stdout.decode())
            check_cache(self, folder / "hub", repo, whole=row.exit == 0)
            self.assertEqual([path for path in folder.rglob("*evil*")], [])
            # Whatever it was, a hub that is well again heals it.
            if row.exit != 0 and not row.change:
                hub.script = None
                again = self.run_program("pull", "org/name", environment=hub_environment(folder, hub.url))
                self.assertEqual(again.returncode, 0, again.stderr)
                check_cache(self, folder / "hub", repo, whole=True)

    def test_each_row(self):
        self.assertGreaterEqual(len(ROWS), 40)
        self.assertEqual(len({row.name for row in ROWS}), len(ROWS))
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            running = {row.name: pool.submit(self.run_row, row) for row in ROWS}
            for name, row in running.items():
                with self.subTest(name):
                    row.result()

    def test_the_token_stays_with_its_host(self):
        repo = plain_repo()
        with Hub({"org/name": repo}) as other, Hub({"org/name": repo}) as hub:
            # Same machine, another name and port: another host.
            hub.cdn = other.url.replace("127.0.0.1", "localhost")
            self.assertEqual(self.pull(hub).returncode, 0)
            self.assertGreater(len(hub.seen), 3)
            for _, _, headers in hub.seen:
                self.assertEqual(headers.get("Authorization"), f"Bearer {TOKEN}")
            self.assertEqual(len(other.seen), 1)
            for _, path, headers in other.seen:
                self.assertNotIn("Authorization", headers)
                self.assertNotIn(TOKEN, path + repr(headers))
        self.check_cache(repo, whole=True)

    def test_a_hub_that_is_not_there(self):
        for model, way in (("org/name", "path of the model's folder"), ("sentence-transformers/all-MiniLM-L6-v2", "scripts/setup.sh")):
            for command in (["pull", model], ["embed", "text", "--model", model]):
                with self.subTest(command):
                    done = self.fails(6, way, *command, environment=self.environment("http://127.0.0.1:1"))
                    self.assertIn(b"there is no connection to 127.0.0.1", done.stderr)

    def test_an_endpoint_that_is_none(self):
        for endpoint in ("ftp://x", "nonsense", "http://user:word@host"):
            with self.subTest(endpoint):
                self.fails(2, "HF_ENDPOINT", "pull", "org/name", environment=self.environment(endpoint))


if __name__ == "__main__":
    unittest.main()
