#!/usr/bin/env python3
"""kill -9 at random points of download and load: nothing partial is ever left under a name that is read, and the next
start works."""

import random
import shutil
import subprocess
import time
import unittest

from hub_case import HubTest, real_repo
from program import HANG_GUARD, rows
from scripted_hub import Hub

KILLS = 200
STARTS = 1000  # at most


class Kill(HubTest):
    def test_two_hundred_points(self):
        repo = real_repo(self.folder / "model")
        words = ["embed", "hello world", "--model", "org/name", "--threads", "1"]
        chance = random.Random(20240501)
        with Hub({"org/name": repo}, script=self.slowly) as hub:
            environment = self.environment(hub)
            whole = self.good(*words, environment=environment).stdout
            began = time.monotonic()
            self.good(*words, environment=self.clear(environment))
            lasts = time.monotonic() - began
            self.clear(environment)
            killed = 0
            for start in range(STARTS):
                process = self.start(*words, environment=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                try:
                    out, err = process.communicate(timeout=chance.uniform(0, lasts))
                    # It was quicker than the blow: then it must be right, and the next starts from nothing.
                    self.assertEqual((process.returncode, out), (0, whole), err)
                    self.clear(environment)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate(timeout=HANG_GUARD)
                    killed += 1
                self.check_cache(repo)
                if start % 10 == 9:
                    self.assertEqual(self.good(*words, environment=environment).stdout, whole)
                    self.clear(environment)
                if killed == KILLS:
                    break
            self.assertEqual(killed, KILLS)
            self.assertEqual(self.good(*words, environment=environment).stdout, whole)
        vector = rows(whole)[0]["embedding"]
        self.assertEqual(len(vector), 32)

    def clear(self, environment):
        for name in ("HF_HUB_CACHE", "AKIDB_EMBED_CACHE"):
            shutil.rmtree(environment[name], ignore_errors=True)
        return environment

    @staticmethod
    def slowly(request):
        """The weights come in pieces, so that there is something to cut."""
        if request.kind != "cdn":
            return False
        content = request.handler.server.hub.repos["org/name"].files[request.path]
        start = request.range_start or 0
        request.handler.send_response(206 if start else 200)
        if start:
            request.handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.handler.send_header("Content-Length", str(len(content) - start))
        request.handler.end_headers()
        piece = max(1, len(content) // 8)
        for at in range(start, len(content), piece):
            request.raw(content[at : at + piece])
            time.sleep(0.005)
        return True


if __name__ == "__main__":
    unittest.main()
