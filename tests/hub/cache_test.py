#!/usr/bin/env python3
"""One cache, two programs: what akidb-embed brings, huggingface_hub reads, and the other way round."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

from hub_case import HubTest, plain_repo, pseudo_random
from program import HANG_GUARD
from scripted_hub import COMMIT, Hub, git_sha1, sha256


def reference_folder():
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("AKIDB_EMBED_CACHE") or user / "akidb-embedding") / "python" / "huggingface_hub"


REFERENCE = reference_folder()
HOLDS_A_LOCK = """
import sys
from huggingface_hub.utils import WeakFileLock
with WeakFileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


class SharedCache(HubTest):
    def setUp(self):
        super().setUp()
        self.assertTrue(REFERENCE.is_dir(), "huggingface_hub is missing: run scripts/setup.sh huggingface_hub")

    def python(self, code, hub, **more):
        """What the code prints, with huggingface_hub at hand."""
        environment = {**self.environment(hub, **more), "PYTHONPATH": str(REFERENCE), "PATH": os.environ["PATH"]}
        done = subprocess.run(
            [sys.executable, "-c", "import huggingface_hub as hub\n" + code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=HANG_GUARD,
            cwd=self.folder,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def tree(self):
        """The cache as names: links with their targets, files with their content."""
        entries = {}
        for path in sorted((self.folder / "hub").rglob("*")):
            name = str(path.relative_to(self.folder / "hub"))
            if path.is_symlink():
                entries[name] = "-> " + os.readlink(path)
            elif path.is_file():
                entries[name] = sha256(path.read_bytes())
        return entries

    def test_the_layouts_are_the_same(self):
        """File by file: names, links, refs, locks."""
        repo = plain_repo()
        wanted = [name for name in repo.files if not name.endswith((".bin", ".md"))]
        with Hub({"org/name": repo}) as hub:
            self.assertEqual(self.pull(hub).returncode, 0)
            ours = self.tree()
            (self.folder / "hub").rename(self.folder / "ours")
            for name in wanted:
                self.python(f"hub.hf_hub_download('org/name', {name!r})", hub)
        theirs = self.tree()
        theirs.pop("CACHEDIR.TAG", None)
        notes = {name for name in ours if "/.no_exist/" in name}
        self.assertGreater(len(notes), 3)
        self.assertEqual({name: entry for name, entry in ours.items() if name not in notes}, theirs)

    def test_huggingface_hub_reads_what_we_brought(self):
        repo = plain_repo()
        with Hub({"org/name": repo}) as hub:
            self.assertEqual(self.pull(hub).returncode, 0)
            before = len(hub.seen)
            path = self.python("print(hub.hf_hub_download('org/name', 'model.safetensors', local_files_only=True))", hub)
            self.assertEqual(sha256(Path(path).read_bytes()), repo.blob("model.safetensors"))
            snapshot = self.python("print(hub.snapshot_download('org/name'))", hub, HF_HUB_OFFLINE="1")
            self.assertEqual(Path(snapshot).name, COMMIT)
            self.assertEqual(len(hub.seen), before)
            # Online it asks whether that is the newest, and downloads nothing.
            self.python("hub.hf_hub_download('org/name', 'model.safetensors')", hub)
            self.assertFalse([path for _, path, _ in hub.seen[before:] if "/cdn/" in path])
            code = "print(type(hub.try_to_load_from_cache('org/name', 'vocab.txt')), hub.try_to_load_from_cache('org/name', 'x'))"
            self.assertEqual(self.python(code, hub), "<class 'object'> None")
            code = """
scan = hub.scan_cache_dir()
assert not scan.warnings, scan.warnings
(repo,) = scan.repos
(revision,) = repo.revisions
print(repo.repo_id, revision.commit_hash, sorted(revision.refs), revision.nb_files)"""
            files = len(repo.files) - 2
            self.assertEqual(self.python(code, hub), f"org/name {COMMIT} ['main'] {files}")

    def test_we_read_what_huggingface_hub_brought(self):
        repo = plain_repo()
        with Hub({"org/name": repo}) as hub:
            self.python("hub.snapshot_download('org/name')", hub)
            before = len(hub.seen)
            done = json.loads(self.pull(hub, "--json").stdout)
            self.assertEqual((done["downloaded"], done["commit"], done["weights"]), (0, COMMIT, "model.safetensors"))
            self.assertEqual([path for _, path, _ in hub.seen[before:]], ["/api/models/org/name/revision/main?blobs=true"])
        listed = json.loads(self.good("list", "--json", environment=self.environment(hub)).stdout)
        self.assertEqual([model["model"] for model in listed], ["org/name"])
        self.assertEqual(listed[0]["snapshots"], [{"commit": COMMIT, "refs": ["main"], "files": len(repo.files), "missing": 0}])
        report = json.loads(self.good("verify", "--json", environment=self.environment(hub)).stdout)[0]
        self.assertEqual((report["checked"], report["unknown"], report["problems"]), (len(repo.files), 0, []))
        self.good("remove", "--yes", "org/name", environment=self.environment(hub))
        self.assertEqual(self.python("print(len(hub.scan_cache_dir().repos))", hub), "0")

    def test_each_goes_on_where_the_other_stopped(self):
        """A new commit that keeps most of its blobs: each program downloads only what changed."""
        old, new = plain_repo(), plain_repo()
        new.commit = "b" * 40
        new.files["config.json"] += b"\n"
        for first, second in (("ours", "theirs"), ("theirs", "ours")):
            bring = {
                "ours": lambda hub: self.assertEqual(self.pull(hub).returncode, 0),
                "theirs": lambda hub: self.python("hub.snapshot_download('org/name', ignore_patterns=['*.bin', '*.md'])", hub),
            }
            with self.subTest(first), Hub({"org/name": old}) as hub:
                bring[first](hub)
                hub.repos["org/name"] = new
                before = len(hub.seen)
                bring[second](hub)
                fetched = [path for method, path, _ in hub.seen[before:] if method == "GET" and "/resolve/" in path]
                self.assertEqual([path.rsplit("/", 1)[1] for path in fetched], ["config.json"])
                self.assertEqual((self.folder / "hub/models--org--name/refs/main").read_text(), new.commit)
                self.python("hub.hf_hub_download('org/name', 'config.json', local_files_only=True)", hub)
            (self.folder / "hub").rename(self.folder / first)

    def test_locks_exclude_both(self):
        """While huggingface_hub's lock is held, we wait; while ours is held, it waits."""
        repo = plain_repo(3_000_000)
        digest = repo.blob("model.safetensors")
        lock = self.folder / "hub/.locks/models--org--name" / f"{digest}.lock"
        with Hub({"org/name": repo}) as hub:
            lock.parent.mkdir(parents=True)
            environment = {**self.environment(hub), "PYTHONPATH": str(REFERENCE), "PATH": os.environ["PATH"]}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            holder = subprocess.Popen([sys.executable, "-c", HOLDS_A_LOCK, str(lock)], env=environment, **pipes)
            self.assertEqual(holder.stdout.readline(), b"held\n")
            pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
            pull = self.start("pull", "org/name", "--log-level", "info", environment=self.environment(hub), **pipes)
            for line in pull.stderr:
                if b"waiting for another process" in line:
                    break
            self.assertIsNone(pull.poll())
            self.assertFalse((self.folder / "hub/models--org--name/blobs" / digest).exists())
            holder.communicate(b"")
            self.assertEqual(pull.wait(HANG_GUARD), 0)
            pull.stderr.close()

    def test_a_partial_file_of_an_older_version_is_gone_on_with(self):
        repo = plain_repo(1_000_000)
        content = repo.files["model.safetensors"]
        blobs = self.folder / "hub/models--org--name/blobs"
        blobs.mkdir(parents=True)
        (blobs / (sha256(content) + ".incomplete")).write_bytes(content[:600_000])
        with Hub({"org/name": repo}) as hub:
            self.assertEqual(self.pull(hub).returncode, 0)
            ranges = [headers.get("Range") for _, path, headers in hub.seen if "/cdn/" in path]
            self.assertEqual(ranges, ["bytes=600000-"])
        self.check_cache(repo, whole=True)

    def test_a_partial_file_of_something_else_is_not(self):
        repo = plain_repo()
        blobs = self.folder / "hub/models--org--name/blobs"
        blobs.mkdir(parents=True)
        (blobs / (repo.blob("model.safetensors") + ".incomplete")).write_bytes(pseudo_random(100_000, seed=2))
        (blobs / (git_sha1(repo.files["config.json"]) + ".incomplete")).write_bytes(b"x" * 10_000)
        with Hub({"org/name": repo}) as hub:
            self.assertEqual(self.pull(hub).returncode, 0)
        self.check_cache(repo, whole=True)


if __name__ == "__main__":
    unittest.main()
