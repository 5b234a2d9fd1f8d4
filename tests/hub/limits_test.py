#!/usr/bin/env python3
"""Many processes at once, a full disk, a cache that cannot be written, file systems without links."""

import errno
import os
import resource
import signal
import subprocess
import threading
import time
import unittest

from hub_case import HubTest, check_cache, plain_repo, refuse
from program import HANG_GUARD
from scripted_hub import Hub

PROCESSES = 16


class Together(HubTest):
    def test_sixteen_processes_download_once(self):
        repo = plain_repo(8_000_000)
        with Hub({"org/name": repo}) as hub:
            # The first one is slow enough for the others to meet it.
            hub.script = lambda request: request.kind == "cdn" and time.sleep(1) is not None
            running = [
                self.start("pull", "org/name", "--json", environment=self.environment(hub), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(PROCESSES)
            ]
            for process in running:
                _, words = process.communicate(timeout=HANG_GUARD)
                self.assertEqual(process.returncode, 0, words)
            asked = [path for _, path, _ in hub.seen]
        self.assertEqual(sum("/revision/" in path for path in asked), PROCESSES)
        for name in repo.files:
            wanted = not name.endswith((".bin", ".md"))
            self.assertEqual(sum(path.endswith(f"/resolve/{repo.commit}/{name}") for path in asked), wanted, name)
        self.assertEqual(sum("/cdn/" in path for path in asked), 1)
        self.check_cache(repo, whole=True)
        self.assertEqual(list((self.folder / "hub").rglob("*.incomplete")), [])

    def test_ctrl_c_ends_it_and_the_next_goes_on(self):
        repo = plain_repo(4_000_000)
        half = threading.Event()

        def stalls_in_the_middle(request):
            if request.kind != "cdn" or request.number > 1:
                return False
            request.handler.send_response(200)
            request.handler.send_header("Content-Length", "4000000")
            request.handler.end_headers()
            request.raw(repo.files["model.safetensors"][:2_000_000])
            half.set()
            return request.stall()

        with Hub({"org/name": repo}, script=stalls_in_the_middle) as hub:
            environment = self.environment(hub, HF_HUB_DOWNLOAD_TIMEOUT=30)
            process = self.start("pull", "org/name", environment=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertTrue(half.wait(HANG_GUARD))
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _, words = process.communicate(timeout=HANG_GUARD)
            self.assertEqual(process.returncode, 130, words)
            self.check_cache(repo)
            self.assertEqual(self.pull(hub).returncode, 0)
            ranges = [headers.get("Range") for _, path, headers in hub.seen if "/cdn/" in path]
            self.assertEqual(ranges, [None, "bytes=2000000-"])
        self.check_cache(repo, whole=True)


class Disk(HubTest):
    def test_a_file_size_limit_is_a_full_disk(self):
        repo = plain_repo()
        with Hub({"org/name": repo}) as hub:
            for limit in (0, 100, 100_000):
                limited = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                self.fails(6, "File too large", "pull", "org/name", environment=self.environment(hub), preexec_fn=limited)
                self.check_cache(repo)
            self.assertEqual(self.pull(hub).returncode, 0)
        self.check_cache(repo, whole=True)

    @unittest.skipUnless(os.geteuid() == 0, "mounting needs root")
    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("this machine does not mount")
        self.addCleanup(subprocess.run, ["umount", "-l", str(disk)], check=False)
        repo = plain_repo(3_000_000)
        environment = {"HF_HUB_CACHE": disk / "hub"}
        with Hub({"org/name": repo}) as hub:
            # It says so before the first byte where the size is known to be too large,
            words = self.pull(hub, **environment)
            self.assertEqual(words.returncode, 6, words.stderr)
            self.assertIn(b"expected room for 3000000 bytes", words.stderr)
            # and in the middle where another program takes the room.
            repo.files["model.safetensors"] = repo.files["model.safetensors"][:900_000]
            taken = disk / "taken"

            def takes_the_room(request):
                if request.kind == "cdn" and not taken.exists():
                    taken.write_bytes(b"x" * 500_000)
                return False

            hub.script = takes_the_room
            words = self.pull(hub, **environment)
            self.assertEqual(words.returncode, 6, words.stderr)
            self.assertIn(b"No space left", words.stderr)
            self.check_cache(repo, cache=disk / "hub")
            taken.write_bytes(b"")
            self.assertEqual(self.pull(hub, **environment).returncode, 0)
        self.check_cache(repo, whole=True, cache=disk / "hub")

    def test_a_read_only_cache_serves_what_it_holds(self):
        repo = plain_repo()
        read_only = {"preexec_fn": refuse(["mkdir", "mkdirat", "symlink", "symlinkat"], errno.EROFS, creating=True)}
        with Hub({"org/name": repo}) as hub:
            environment = self.environment(hub)
            self.fails(2, "set HF_HUB_CACHE to a folder of your own", "pull", "org/name", environment=environment, **read_only)
            self.assertEqual(self.pull(hub).returncode, 0)
            self.good("pull", "org/name", environment=environment, **read_only)
            # A newer commit cannot come.
            repo.commit = "b" * 40
            repo.files["config.json"] += b" "
            self.fails(2, "cannot", "pull", "org/name", environment=environment, **read_only)
            self.good("list", environment=environment, **read_only)
            self.good("verify", "org/name", environment=environment, **read_only)


class SystemCalls(HubTest):
    def test_each_that_fails_ends_it_cleanly(self):
        repo = plain_repo()
        with Hub({"org/name": repo}) as hub:
            for names, code in (
                (["fsync"], errno.EIO),
                (["flock"], errno.ENOLCK),
                (["pwrite64"], errno.EIO),
                (["pwrite64"], errno.ENOSPC),
                (["rename", "renameat", "renameat2"], errno.EXDEV),
                (["mkdir", "mkdirat"], errno.EACCES),
                (["symlink", "symlinkat", "link", "linkat", "pwrite64"], errno.EDQUOT),
            ):
                with self.subTest(names=names, errno=code):
                    expected = 6 if code in (errno.ENOSPC, errno.EDQUOT) else 2
                    environment = self.environment(hub, HF_HUB_CACHE=self.folder / f"{names[0]}{code}")
                    self.fails(expected, os.strerror(code), "pull", "org/name", environment=environment, preexec_fn=refuse(names, code))
                    check_cache(self, self.folder / f"{names[0]}{code}", repo)
                    self.good("pull", "org/name", environment=environment)
                    check_cache(self, self.folder / f"{names[0]}{code}", repo, whole=True)


class Links(HubTest):
    def pull_refusing(self, repo, names, **variables):
        with Hub({"org/name": repo}) as hub:
            environment = self.environment(hub, **variables)
            guard = {"preexec_fn": refuse(names, errno.EPERM)} if names else {}
            self.good("pull", "org/name", environment=environment, **guard)
            self.good("pull", "org/name", environment=environment, **guard)
            self.assertEqual(sum("/cdn/" in path for _, path, _ in hub.seen), 1)
            report = self.good("verify", "--json", "org/name", environment=environment).stdout
            self.assertIn(b'"problems":[]', report)
            self.assertIn(b'"unknown":0', report)
        self.check_cache(repo, whole=True)
        return self.folder / "hub/models--org--name/snapshots" / repo.commit / "model.safetensors"

    def test_no_symbolic_links(self):
        path = self.pull_refusing(plain_repo(), ["symlink", "symlinkat"])
        self.assertFalse(path.is_symlink())
        self.assertEqual(path.stat().st_nlink, 2)

    def test_no_links_at_all(self):
        path = self.pull_refusing(plain_repo(), ["symlink", "symlinkat", "link", "linkat"])
        self.assertFalse(path.is_symlink())
        self.assertEqual(path.stat().st_nlink, 1)

    def test_links_that_are_not_wanted(self):
        path = self.pull_refusing(plain_repo(), [], HF_HUB_DISABLE_SYMLINKS="1")
        self.assertFalse(path.is_symlink())


if __name__ == "__main__":
    unittest.main()
