#!/usr/bin/env python3
"""Offline no socket is opened: the kernel kills the program at the first one."""

import signal
import unittest

from hub_case import HubTest, real_repo, refuse
from scripted_hub import Hub

NO_SOCKETS = refuse(["socket", "connect"])


class Offline(HubTest):
    def setUp(self):
        super().setUp()
        self.repo = real_repo(self.folder / "model")

    def offline(self, hub, *words, flag=True, **variables):
        environment = self.environment(hub, **variables)
        more = ["--offline"] if flag else []
        return self.run_program(*words, *more, environment=environment, preexec_fn=NO_SOCKETS)

    def test_the_guard_works(self):
        """Without --offline the same calls end by the kernel's hand."""
        with Hub({"org/name": self.repo}) as hub:
            for words in (["pull", "org/name"], ["embed", "text", "--model", "org/name"]):
                done = self.offline(hub, *words, flag=False)
                self.assertEqual(done.returncode, -signal.SIGSYS, done.stderr)
            self.assertEqual(hub.seen, [])

    def test_what_is_not_here_is_an_error(self):
        with Hub({"org/name": self.repo}) as hub:
            for flag, variables in ((True, {}), (False, {"HF_HUB_OFFLINE": "1"}), (False, {"TRANSFORMERS_OFFLINE": "YES"})):
                for words in (
                    ["embed", "text"],
                    ["similarity", "a", "b"],
                    ["tokenize"],
                    ["doctor"],
                    ["bench"],
                    ["search", "x"],
                ):
                    with self.subTest((words, flag)):
                        done = self.offline(hub, *words, "--model", "org/name", flag=flag, **variables)
                        self.assertEqual(done.returncode, 3, done.stderr)
                done = self.offline(hub, "pull", "org/name", flag=flag, **variables)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn(b"not on this machine", done.stderr)
                done = self.offline(hub, "convert", "org/name", flag=flag, **variables)
                self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(hub.seen, [])

    def test_what_is_here_works(self):
        with Hub({"org/name": self.repo}) as hub:
            self.assertEqual(self.pull(hub).returncode, 0)
            before = len(hub.seen)
            for words in (["embed", "hello world", "--model", "org/name"], ["pull", "org/name"], ["verify", "org/name"]):
                done = self.offline(hub, *words)
                self.assertEqual(done.returncode, 0, done.stderr)
            # Also without the flag: what is here is not looked for elsewhere.
            done = self.offline(hub, "embed", "hello world", "--model", "org/name", flag=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            for words in (["list"], ["remove", "--yes", "org/name"]):
                done = self.offline(hub, *words, flag=False)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(hub.seen), before)

    def test_a_repair_needs_the_hub(self):
        with Hub({"org/name": self.repo}) as hub:
            self.assertEqual(self.pull(hub).returncode, 0)
            blob = self.folder / "hub/models--org--name/blobs" / self.repo.blob("model.safetensors")
            blob.write_bytes(b"x")
            done = self.offline(hub, "verify", "org/name", "--repair")
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertIn(b"offline", done.stderr)
            self.assertTrue(blob.exists())


if __name__ == "__main__":
    unittest.main()
