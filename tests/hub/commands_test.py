#!/usr/bin/env python3
"""pull, list, verify, remove, and models by their id, from an empty cache to vectors."""

import json
import os
import pty
import signal
import subprocess
import time
import unittest

from hub_case import TOOL, HubTest, plain_repo, pseudo_random, real_repo, tiny_onnx
from program import HANG_GUARD, rows
from scripted_hub import COMMIT, Hub, Repo

DEFAULT = "sentence-transformers/all-MiniLM-L6-v2"


class Commands(HubTest):
    def test_pull_says_what_it_took_and_why(self):
        with Hub({"org/name": plain_repo()}) as hub:
            done = self.pull(hub)
            self.assertEqual(done.stderr, b"")
            text = done.stdout.decode()
            self.assertIn(f"commit    {COMMIT}\n", text)
            self.assertIn("weights   model.safetensors (safetensors)\n", text)
            self.assertIn("downloaded\n", text)
            self.assertIn("all were here\n", self.pull(hub).stdout.decode())

    def test_progress_has_rate_and_eta(self):
        repo = plain_repo(2_000_000)

        def slowly(request):
            if request.kind != "cdn":
                return False
            request.handler.send_response(200)
            request.handler.send_header("Content-Length", "2000000")
            request.handler.end_headers()
            for at in range(0, 2_000_000, 200_000):
                request.raw(repo.files["model.safetensors"][at : at + 200_000])
                time.sleep(0.05)
            return True

        with Hub({"org/name": repo}, script=slowly) as hub:
            words = self.pull(hub, "--progress").stderr.decode()
            self.assertRegex(words, r"model\.safetensors  5/5  \d+\.\d [kM]B of 2\.0 MB  \d+%  \d+\.\d MB/s  ETA \d:\d\d")

    def test_which_onnx_file(self):
        files = {"config.json": b'{"model_type":"unheard-of"}', "tokenizer.json": b"{}"}
        for name in ("model.onnx", "model_O4.onnx", "model_quantized.onnx"):
            files[f"onnx/{name}"] = tiny_onnx(seed=len(name))
        files["onnx/model.onnx"] = tiny_onnx("weights.bin", "./more/of.them", "weights.bin")
        for name in ("onnx/weights.bin", "onnx/more/of.them", "onnx/model.onnx_data", "weights.bin"):
            files[name] = pseudo_random(2000, seed=len(name))
        with Hub({"org/name": Repo(files)}) as hub:
            for words, weights, others in (
                ([], "onnx/model.onnx", ["onnx/more/of.them", "onnx/weights.bin"]),
                (["--dtype", "fp16"], "onnx/model_O4.onnx", []),
                (["--dtype", "int8"], "onnx/model_quantized.onnx", []),
                (["--onnx-file", "model_O4"], "onnx/model_O4.onnx", []),
            ):
                report = json.loads(self.pull(hub, "--json", "--hub-cache", self.folder / weights, *words).stdout)
                self.assertEqual(report["weights"], weights)
                paths = [file["path"] for file in report["files"] if file["path"] not in ("config.json", "tokenizer.json")]
                self.assertEqual(sorted(paths), sorted([weights, *others]))
                self.assertEqual(paths[-1], weights)
                self.assertTrue(report["reason"])
            self.fails(3, "onnx/model_O4.onnx", "pull", "org/name", "--onnx-file", "nothing", environment=self.environment(hub))
            files["onnx/other.onnx"] = files.pop("onnx/model.onnx")
            self.fails(2, "--onnx-file", "pull", "org/name", environment=self.environment(hub))

    def test_a_graph_whose_weights_are_not_there(self):
        for location in ("missing.bin", "../config.json", "/etc/passwd", ""):
            files = {"config.json": b'{"model_type":"unheard-of"}', "onnx/model.onnx": tiny_onnx(location)}
            with Hub({"org/name": Repo(files)}) as hub:
                self.fails(7, "onnx/model.onnx: keeps weights in a file that the repository does not have", "pull", "org/name",
                           environment=self.environment(hub))
                self.assertEqual(list((self.folder / "hub").rglob("snapshots/*/onnx")), [])
        with Hub({"org/name": Repo({"config.json": b"{}", "onnx/model.onnx": b"no graph"})}) as hub:
            self.fails(7, "onnx/model.onnx: expected an ONNX graph", "pull", "org/name", environment=self.environment(hub))

    def test_what_a_provider_can_use(self):
        """No safetensors for ONNX Runtime that the converter cannot write, and nothing else for the native encoder."""
        def repo_of(model_type, *graphs):
            repo = plain_repo(1000)
            repo.files["config.json"] = b'{"model_type":"%s"}' % model_type
            repo.files.update({path: tiny_onnx() for path in graphs})
            return repo

        for number, (repo, words, weights) in enumerate((
            (repo_of(b"bert"), ["--provider", "onnx"], "model.safetensors"),
            (repo_of(b"mpnet"), [], "model.safetensors"),
            (repo_of(b"mpnet", "onnx/model.onnx"), [], "model.safetensors"),
            (repo_of(b"mpnet", "onnx/model.onnx"), ["--provider", "onnx"], "onnx/model.onnx"),
            (repo_of(b"mpnet", "onnx/model_quantized.onnx"), ["--provider", "native", "--dtype", "int8"], "model.safetensors"),
        )):
            with Hub({"org/name": repo}) as hub:
                report = json.loads(self.pull(hub, "--json", "--hub-cache", self.folder / str(number), *words).stdout)
                self.assertEqual(report["weights"], weights, words)
        for repo, words, code, message in (
            (repo_of(b"mpnet"), ["--provider", "onnx"], 3, "cannot be converted to ONNX"),
            (repo_of(b"unheard-of", "onnx/model.onnx"), ["--provider", "native"], 4, "architecture are not known here"),
            (repo_of(b"bert"), ["--provider", "hash"], 2, "expected one that runs models"),
            (repo_of(b"bert"), ["--provider", "native", "--onnx-file", "model"], 2, "no ONNX files"),
        ):
            with Hub({"org/name": repo}) as hub:
                self.fails(code, message, "pull", "org/name", *words, environment=self.environment(hub))
                self.assertFalse(list((self.folder / "hub").rglob("model.safetensors")))

    def test_revisions(self):
        repo = plain_repo()
        repo.refs = ("main", "v1.0", "refs/pr/1")
        with Hub({"org/name": repo}) as hub:
            for revision in ("v1.0", "refs/pr/1", COMMIT):
                self.assertEqual(self.pull(hub, "--revision", revision).returncode, 0, revision)
            refs = self.folder / "hub/models--org--name/refs"
            self.assertEqual((refs / "refs/pr/1").read_text(), COMMIT)
            self.assertFalse((refs / COMMIT).exists())
            listed = json.loads(self.good("list", "--json", environment=self.environment(hub)).stdout)
            self.assertEqual(listed[0]["snapshots"][0]["refs"], ["refs/pr/1", "v1.0"])
            self.fails(3, 'no revision "v9"', "pull", "org/name", "--revision", "v9", environment=self.environment(hub))

    def test_shards(self):
        repo = plain_repo()
        content = repo.files.pop("model.safetensors")
        repo.files["model-1.safetensors"], repo.files["model-2.safetensors"] = content[:1000], content[1000:]
        repo.files["unused.safetensors"] = b"x"
        repo.files["model.safetensors.index.json"] = b'{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}'
        with Hub({"org/name": repo}) as hub:
            report = json.loads(self.pull(hub, "--json").stdout)
            names = [file["path"] for file in report["files"]]
            self.assertEqual(names[-1], "model.safetensors.index.json")
            self.assertIn("model-2.safetensors", names)
            self.assertNotIn("unused.safetensors", names)

    def test_verify_finds_and_repairs(self):
        repo = plain_repo()
        with Hub({"org/name": repo}) as hub:
            environment = self.environment(hub)
            self.assertEqual(self.pull(hub).returncode, 0)
            blobs = self.folder / "hub/models--org--name/blobs"
            self.assertIn(b"as they should be", self.good("verify", environment=environment).stdout)
            whole = repo.files["model.safetensors"]
            for damage in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b"", None):
                blob = blobs / repo.blob("model.safetensors")
                blob.unlink() if damage is None else blob.write_bytes(damage)
                done = self.run_program("verify", "org/name", environment=environment)
                self.assertEqual(done.returncode, 7, done.stderr)
                self.assertIn(b"org/name: model.safetensors: ", done.stdout)
                self.assertIn(b"1 file is damaged", done.stderr)
                done = self.good("verify", "org/name", "--repair", environment=environment)
                self.assertIn(b"(repaired)", done.stdout)
                self.good("verify", environment=environment)
                self.check_cache(repo, whole=True)
            # A blob of another size heals at the next pull too.
            (blobs / repo.blob("config.json")).write_bytes(b"short")
            self.assertEqual(self.pull(hub).returncode, 0)
            self.check_cache(repo, whole=True)

    def test_a_repair_that_finds_no_hub_takes_nothing_away(self):
        repo = plain_repo()
        with Hub({"org/name": repo}) as hub:
            self.assertEqual(self.pull(hub).returncode, 0)
        blob = self.folder / "hub/models--org--name/blobs" / repo.blob("model.safetensors")
        blob.write_bytes(b"damaged")
        self.fails(6, "no connection", "verify", "org/name", "--repair", environment=self.environment(hub))
        self.assertEqual(blob.read_bytes(), b"damaged")

    def test_remove(self):
        with Hub({"org/name": plain_repo(), "org/other": plain_repo()}) as hub:
            environment = self.environment(hub)
            for model in ("org/name", "org/other"):
                self.assertEqual(self.pull(hub, model=model).returncode, 0)
            self.good("remove", "--yes", "org/name", environment=environment)
            self.assertFalse((self.folder / "hub/models--org--name").exists())
            self.assertFalse((self.folder / "hub/.locks/models--org--name").exists())
            listed = json.loads(self.good("list", "--json", environment=environment).stdout)
            self.assertEqual([model["model"] for model in listed], ["org/other"])
            self.fails(3, "not on this machine", "remove", "--yes", "org/name", environment=environment)
            self.fails(2, "expected a folder, or an id", "remove", "--yes", "../hub", environment=environment)
            own = self.folder / "own/models"
            for model in ("owner/one", "plain"):
                (own / model).mkdir(parents=True)
                (own / model / "config.json").write_text("{}")
            self.fails(3, "not on this machine", "remove", "--yes", "owner", environment=environment)
            self.assertTrue((own / "owner/one/config.json").exists())
            self.good("remove", "--yes", "plain", environment=environment)
            self.good("remove", "--yes", "owner/one", environment=environment)
            self.assertEqual(list(own.glob("*/*")), [])
            self.fails(2, "expected a model", "remove", environment=environment)

    def answered(self, environment, answer, signum=None):
        """`remove org/name` at a terminal that says `answer`."""
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "r+b", buffering=0) as terminal:
            process = self.start("remove", "org/name", stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, environment=environment)
            os.close(theirs)
            asked = b""
            while b"[y/N]" not in asked:
                asked += terminal.read(1024)
            self.assertIn(b"Remove org/name from this machine", asked)
            process.send_signal(signum) if signum else terminal.write(answer)
            process.communicate(timeout=HANG_GUARD)
        return process.returncode

    def test_remove_asks(self):
        with Hub({"org/name": plain_repo()}) as hub:
            environment = self.environment(hub)
            self.assertEqual(self.pull(hub).returncode, 0)
            folder = self.folder / "hub/models--org--name"
            self.fails(2, "expected --yes where nobody can be asked", "remove", "org/name", environment=environment)
            for answer in (b"\n", b"n\n", b"x\n", b"\x04"):
                self.assertEqual(self.answered(environment, answer), 130, answer)
            self.assertEqual(self.answered(environment, b"", signal.SIGINT), -signal.SIGINT)
            self.assertTrue(folder.exists())
            self.assertEqual(self.answered(environment, b"Yes\n"), 0)
            self.assertFalse(folder.exists())

    def test_an_empty_cache(self):
        environment = self.environment("http://127.0.0.1:1")
        self.assertIn(b"no models", self.good("list", environment=environment).stdout)
        self.assertIn(b"no models", self.good("verify", environment=environment).stdout)
        self.fails(3, "not in the hub's cache", "verify", "org/name", environment=environment)


class Models(HubTest):
    def tool(self, hub, *words):
        environment = {**os.environ, **self.environment(hub)}
        return subprocess.run([TOOL, *map(str, words)], env=environment, capture_output=True, timeout=HANG_GUARD, check=False)

    def test_an_id_becomes_vectors(self):
        """From empty caches, the default model's id included."""
        repo = real_repo(self.folder / "model")
        with Hub({"org/name": repo, DEFAULT: repo}) as hub:
            environment = self.environment(hub)
            local = rows(self.good("embed", "hello world", "--model", "model", environment=environment).stdout)
            for words in (["--model", "org/name"], []):
                done = self.good("embed", "hello world", *words, environment=environment)
                self.assertEqual(done.stderr, b"")
                self.assertEqual(rows(done.stdout), local)
            before = len(hub.seen)
            self.good("embed", "hello world", "--model", "org/name", environment=environment)
            report = json.loads(self.good("doctor", "--json", "--model", "org/name", environment=environment).stdout)
            self.assertEqual(report["model"]["info"]["revision"], COMMIT)
            self.assertEqual(len(hub.seen), before)

    def test_a_quantised_file_is_found_again(self):
        folder = self.folder / "model"
        repo = real_repo(folder)
        with Hub({"org/name": repo}) as hub:
            environment = self.environment(hub)
            self.good("convert", "model", "--output", "plain.onnx", environment=environment)
            repo.files["onnx/model_quantized.onnx"] = self.read("plain.onnx")
            local = rows(self.good("embed", "hello world", "--model", "model", environment=environment).stdout)
            words = ["embed", "hello world", "--model", "org/name", "--provider", "onnx", "--dtype", "int8"]
            vectors = rows(self.good(*words, environment=environment).stdout)
            for ours, theirs in zip(vectors[0]["embedding"], local[0]["embedding"]):
                self.assertAlmostEqual(ours, theirs, places=5)
            self.good(*words, "--offline", environment=environment)
            # The other weights are not there: they come when they are asked for, or when others are made of them.
            self.good("embed", "x", "--model", "org/name", "--provider", "onnx", "--dtype", "fp16", environment=environment)
            self.good("embed", "x", "--model", "org/name", "--revision", COMMIT, environment=environment)

    def test_another_type_is_not_taken_without_being_asked_for(self):
        """What was pulled as int8 is neither the model of those who ask for none, nor in the way of its safetensors."""
        repo = real_repo(self.folder / "model")
        with Hub({"org/name": repo}) as hub:
            environment = self.environment(hub)
            self.good("convert", "model", "--output", "plain.onnx", environment=environment)
            repo.files["onnx/model_quantized.onnx"] = self.read("plain.onnx")
            words = ["embed", "hello world", "--model", "org/name"]
            self.assertEqual(self.pull(hub, "--dtype", "int8").returncode, 0)
            self.fails(3, "which --dtype int8 or --onnx-file takes", *words, "--offline", environment=environment)
            done = self.good(*words, "--dtype", "int8", "--offline", environment=environment)
            self.assertIn(b"not those of the native int8", done.stderr)
            local = rows(self.good("embed", "hello world", "--model", "model", environment=environment).stdout)
            self.assertEqual(rows(self.good(*words, environment=environment).stdout), local)
            done = self.good(*words, "--dtype", "int8", environment=environment)
            self.assertEqual(done.stderr, b"")

    def test_a_graph_for_weights_that_cannot_be_converted(self):
        """The safetensors are here, and the converter does not write RoBERTa: the graph of the same revision comes too."""
        folder = self.folder / "model"
        repo = real_repo(folder)
        self.good("convert", "model", "--output", "plain.onnx")
        config = json.loads(repo.files["config.json"])
        repo.files["config.json"] = json.dumps({**config, "model_type": "roberta", "pad_token_id": 1}).encode()
        repo.refs = ("main", "v1")
        onnx = ["embed", "hello world", "--model", "org/name", "--provider", "onnx"]
        with Hub({"org/name": repo}) as hub:
            environment = self.environment(hub)
            self.assertIn(b"model.safetensors", self.pull(hub, "--revision", "v1").stdout)
            said = "cannot be converted to ONNX"
            self.fails(4, said, *onnx, "--revision", "v1", environment=environment)  # published without a graph
            done = self.fails(6, said, *onnx, "--revision", "v1", "--offline", environment=environment)
            self.assertIn(b"akidb-embed pull org/name --revision v1 --provider onnx", done.stderr)
            repo.files["onnx/other.onnx"] = self.read("plain.onnx")  # the name is not the usual one
            repo.files["onnx/model_quantized.onnx"] = b"no graph"
            self.fails(2, "--onnx-file", *onnx, "--revision", "v1", environment=environment)
            del repo.files["onnx/model_quantized.onnx"]
            local = rows(self.good("embed", "hello world", "--model", "plain.onnx", "--tokenizer", "model").stdout)
            self.assertEqual(rows(self.good(*onnx, "--revision", "v1", environment=environment).stdout), local)
            self.assertFalse((self.folder / "hub/models--org--name/refs/main").exists())
            before = len(hub.seen)
            for words in (["--provider", "onnx"], ["--provider", "onnx", "--dtype", "fp16"]):
                self.good("embed", "x", "--model", "org/name", "--revision", "v1", "--offline", *words, environment=environment)
            self.assertEqual(len(hub.seen), before)

    def test_a_device_of_onnx_runtime_has_a_graph_fetched(self):
        """--provider auto, a device that only ONNX Runtime has: refused for what the device lacks, not for the weights."""
        repo = real_repo(self.folder / "model")
        self.good("convert", "model", "--output", "plain.onnx")
        config = json.loads(repo.files["config.json"])
        repo.files["config.json"] = json.dumps({**config, "model_type": "roberta", "pad_token_id": 1}).encode()
        repo.files["onnx/model.onnx"] = self.read("plain.onnx")
        with Hub({"org/name": repo}) as hub:
            environment = self.environment(hub)
            self.assertIn(b"model.safetensors", self.pull(hub).stdout)
            self.fails(6, "xnnpack", "embed", "x", "--model", "org/name", "--device", "xnnpack", environment=environment)
            self.assertTrue(list((self.folder / "hub").rglob("snapshots/*/onnx/model.onnx")))

    def test_what_was_made_of_a_model_goes_with_it(self):
        repos = {"org/name": real_repo(self.folder / "model"), "org/other": real_repo(self.folder / "other", 2)}
        with Hub(repos) as hub:
            environment = self.environment(hub)
            derived = self.folder / "own/derived"

            def made(model):
                before = set(derived.glob("*"))
                for words in ([], ["--dtype", "int8"], ["--dtype", "fp16"]):
                    self.good("embed", "x", "--model", model, "--provider", "onnx", *words, environment=environment)
                return {path.name for path in set(derived.glob("*")) - before if len(path.name) == 64}

            first, others = made("org/name"), made("org/other")
            self.assertEqual((len(first), len(others)), (3, 3))
            text = self.good("remove", "--yes", "org/name", environment=environment).stdout.decode()
            self.assertEqual({path.name for path in derived.glob("*") if len(path.name) == 64}, others)
            for name in first:
                self.assertIn(name, text)

    def test_a_name_without_its_owner(self):
        self.fails(3, "is sentence-transformers/all-MiniLM-L6-v2 meant?", "embed", "x", "--offline", "--model", "all-MiniLM-L6-v2",
                   environment=self.environment("http://127.0.0.1:1"))

    def test_no_connection(self):
        self.fails(6, 'model "no/such" is not on this machine, and ', "embed", "x", "--model", "no/such",
                   environment=self.environment("http://127.0.0.1:1"))

    def test_a_file_of_the_current_folder_by_its_bare_name(self):
        real_repo(self.folder / "model")
        self.good("convert", "model", "--output", "plain.onnx")
        self.fails(3, "write ./plain.onnx", "embed", "x", "--provider", "onnx", "--model", "model", "--onnx-file", "plain.onnx")

    def test_a_partial_snapshot_is_completed(self):
        """Another program brought the configuration alone."""
        repo = real_repo(self.folder / "model")
        with Hub({"org/name": repo}) as hub:
            snapshot = self.folder / "hub/models--org--name/snapshots" / COMMIT
            snapshot.mkdir(parents=True)
            (snapshot / "config.json").write_bytes(repo.files["config.json"])
            (self.folder / "hub/models--org--name/refs").mkdir()
            (self.folder / "hub/models--org--name/refs/main").write_text(COMMIT)
            self.good("embed", "hello world", "--model", "org/name", environment=self.environment(hub))

    def test_a_graph_by_name(self):
        plain, data = tiny_onnx(), pseudo_random(3000)
        outside = tiny_onnx("weights.bin", "more/weights.bin")
        for files, written in (
            ({"onnx/model.onnx": outside, "model.onnx": b"x", "onnx/weights.bin": data, "onnx/more/weights.bin": data},
             ["graph.onnx", "more/weights.bin", "weights.bin"]),
            ({"model.onnx": plain, "model.safetensors": data}, ["graph.onnx"]),
        ):
            repo = Repo({"config.json": b"{}", **files})
            into = self.folder / f"into{len(written)}"
            into.mkdir()
            with Hub({"org/name": repo}) as hub:
                done = self.tool(hub, "download_onnx", "org/name", into / "graph.onnx")
                self.assertEqual(done.returncode, 0, done.stderr)
            there = sorted(str(path.relative_to(into)) for path in into.rglob("*") if path.is_file())
            self.assertEqual(there, written)
            self.assertEqual((into / "graph.onnx").read_bytes(), files.get("onnx/model.onnx", plain))
            subprocess.run(["rm", "-r", self.folder / "hub"], check=True)
        with Hub({"org/name": plain_repo()}) as hub:
            done = self.tool(hub, "download_onnx", "org/name", self.folder / "graph.onnx")
            self.assertEqual(done.returncode, 3, done.stderr)

    def test_a_tokenizer_by_id_without_the_weights(self):
        repo = real_repo(self.folder / "model")
        with Hub({"org/name": repo}) as hub:
            done = self.tool(hub, "tokenize", "org/name", "hello world")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(len(done.stdout.split()), 2)
            self.assertFalse([path for _, path, _ in hub.seen if "safetensors" in path])
            before = len(hub.seen)
            self.assertEqual(self.tool(hub, "tokenize", "org/name", "hello world").stdout, done.stdout)
            self.assertEqual(len(hub.seen), before)
            # The weights come when the model is opened.
            self.good("embed", "hello world", "--model", "org/name", environment=self.environment(hub))


if __name__ == "__main__":
    unittest.main()
