#!/usr/bin/env python3
"""akidb-embed with the default model, which set-up brings."""

import json
import math
import re
import os
import signal
import struct
import time
import unittest
from pathlib import Path

from program import HANG_GUARD, ProgramTest, rows

DEFAULT = "sentence-transformers/all-MiniLM-L6-v2"
HELLO_WORLD = (-0.034478, 0.03102, 0.00673, 0.02611, -0.039362)  # as published
SENTENCES = Path(__file__).parents[2] / "examples" / "sentences.txt"


class Vectors(ProgramTest):
    def test_published_values(self):
        vector = rows(self.good("embed", "hello world").stdout)[0]["embedding"]
        self.assertEqual(len(vector), 384)
        for value, published in zip(vector, HELLO_WORLD):
            self.assertAlmostEqual(value, published, delta=1e-5)
        self.assertAlmostEqual(math.hypot(*vector), 1, places=5)

    def test_nothing_is_reported_anywhere(self):
        """ONNX Runtime's own reports of use begin with an id of the machine in the user's cache."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "akidb-embedding"
        home = self.folder / "home"
        home.mkdir()
        self.good("embed", "hello world", environment={"HOME": str(home), "XDG_CACHE_HOME": str(home), "AKIDB_EMBED_CACHE": str(cache)})
        self.assertEqual(list(home.rglob("*")), [])

    def test_no_place_for_temporary_files_is_needed(self):
        self.good("embed", "hello world", environment={"TMPDIR": "/nonexistent"})

    def test_more_threads_than_processors(self):
        self.good("embed", "hello world", "--threads", 200)

    def test_a_batch_has_the_vectors_of_its_texts(self):
        texts = ["hello world", "", "a longer text of several words", "日本語のテキスト", "hello world"]
        batch = [row["embedding"] for row in rows(self.good("embed", *texts).stdout)]
        for text, vector in zip(texts, batch):
            alone = rows(self.good("embed", "--", text).stdout)[0]["embedding"]
            self.assertLessEqual(max(abs(a - b) for a, b in zip(alone, vector)), 1e-6)

    def test_resume_after_kill(self):
        lines = SENTENCES.read_text().splitlines()
        self.write("in.txt", "\n".join(lines * 3))
        words = ["embed", "--batch-size", 64, "--input", "in.txt"]
        self.good(*words, "--output", "whole.f32")
        process = self.start(*words, "--output", "out.f32")
        journal = self.folder / "out.f32.resume"
        deadline = time.monotonic() + HANG_GUARD
        while time.monotonic() < deadline and process.poll() is None:
            if journal.exists() and journal.read_bytes().count(b"\n") >= 3:
                break
            time.sleep(0.002)
        process.kill()
        self.assertEqual(process.wait(), -signal.SIGKILL)
        self.good(*words, "--output", "out.f32", "--resume")
        expected, got = self.read("whole.f32"), self.read("out.f32")
        self.assertEqual(len(got), len(lines) * 3 * 384 * 4)
        count = len(got) // 4
        differences = (abs(a - b) for a, b in zip(struct.unpack(f"<{count}f", got), struct.unpack(f"<{count}f", expected)))
        self.assertLessEqual(max(differences), 1e-6)

    def test_resume_in_another_matmul_precision(self):
        self.write("in.txt", b"a\nb\n\xff\n")
        words = ("embed", "--input", "in.txt", "--output", "out.jsonl")
        self.fails(2, "in.txt:3: ", *words, "--matmul-precision", "highest")
        taken = json.loads(self.good("doctor", "--json").stdout)["native"]["matmul_precision"]
        self.assertIn(taken, ("highest", "high"))
        self.fails(2, "was 'highest' and is 'high'" if taken == "high" else "in.txt:3: ", *words, "--resume")

    def test_too_long(self):
        long = "word " * 400
        self.good("embed", long)
        self.fails(2, "tokens", "embed", long, "--truncation", "error")
        self.fails(2, "512", "embed", long, "--max-length", "1000")
        right = rows(self.good("embed", "a " + long).stdout)
        left = rows(self.good("embed", "a " + long, "--truncation", "left").stdout)
        self.assertNotEqual(right[0]["embedding"], left[0]["embedding"])

    def test_search(self):
        done = self.good("search", "--input", SENTENCES, "--top-k", "3", "--json", "Which animals live in the sea?")
        results = rows(done.stdout)[0]["results"]
        self.assertEqual([hit["rank"] for hit in results], [1, 2, 3])
        self.assertGreater(results[0]["cosine"], 0.4)


class Files(ProgramTest):
    def test_tokenizer_of_the_model(self):
        line = json.dumps({"text": "Hello wörld \U0001f600!", "pair": "x"})
        row = rows(self.good("tokenize", stdin=line).stdout)[0]
        self.assertEqual(row["tokens"], ["[CLS]", "hello", "world", "[UNK]", "!", "[SEP]", "x", "[SEP]"])
        self.assertEqual(row["ids"], [101, 7592, 2088, 100, 999, 102, 1060, 102])
        self.assertEqual(row["type_ids"], [0, 0, 0, 0, 0, 0, 1, 1])
        self.assertEqual(row["offsets"], [[0, 0], [0, 5], [6, 11], [12, 13], [13, 14], [0, 0], [0, 1], [0, 0]])
        as_bytes = rows(self.good("tokenize", "--byte-offsets", stdin=line).stdout)[0]
        self.assertEqual(as_bytes["offsets"][2:5], [[6, 12], [13, 17], [17, 18]])

    def test_truncation_of_the_tokenizer_file_applies_on_demand(self):
        line = json.dumps({"text": "word " * 300})
        self.assertEqual(len(rows(self.good("tokenize", stdin=line).stdout)[0]["ids"]), 302)
        cut = rows(self.good("tokenize", "--truncate", stdin=line).stdout)[0]["ids"]
        self.assertEqual((len(cut), cut[-1]), (128, 102))
        padded = rows(self.good("tokenize", "--pad", stdin='{"text":"word"}').stdout)[0]
        self.assertEqual((len(padded["ids"]), padded["tokens"][-1]), (128, "[PAD]"))

    def test_convert_and_use(self):
        report = json.loads(self.good("convert", DEFAULT, "--output", "own.onnx", "--json").stdout)
        self.assertTrue(report["ran"])
        self.assertEqual(report["outputs"], ["last_hidden_state"])
        self.assertGreater(report["nodes"], 100)
        self.assertIsNone(report["comparison"])
        folder = Path(json.loads(self.good("doctor", "--json").stdout)["model"]["folder"])

        # A folder that was published with that graph: converting it again has something to compare with.
        published = self.folder / "published"
        (published / "onnx").mkdir(parents=True)
        for path in folder.iterdir():
            (published / path.name).symlink_to(path)
        for name in ("own.onnx", "own.onnx.data"):
            (self.folder / name).rename(published / "onnx" / name)
        (published / "onnx" / "own.onnx").rename(published / "onnx" / "model.onnx")
        self.write("again.onnx", "old")
        self.fails(2, "another file than the graph that is read", "convert", published, "--output",
                   f"{published}/onnx/model.onnx", "--force")
        self.fails(2, "a name that ends in .onnx", "convert", published, "--output", f"{published}/model.safetensors", "--force")
        self.fails(2, "another file than the graph that is read", "quantize", published, "--to", "fp16", "--output",
                   f"{published}/onnx/model.onnx", "--force")
        self.fails(2, "again.onnx is there already", "convert", published, "--output", "again.onnx")
        again = json.loads(self.good("convert", published, "--output", "again.onnx", "--force", "--json").stdout)
        self.assertEqual(again["comparison"]["with"], "onnx/model.onnx")
        self.assertLessEqual(again["comparison"]["largest_difference"], 1e-5)
        self.assertGreater(again["comparison"]["tokens"], 500)

        bare = self.good("embed", "hello world", "--model", "again.onnx", "--tokenizer", folder, "--normalize", "yes")
        vector = rows(bare.stdout)[0]["embedding"]
        for value, expected in zip(vector, HELLO_WORLD):
            self.assertAlmostEqual(value, expected, places=5)


class Doctor(ProgramTest):
    def test_all_is_well(self):
        report = json.loads(self.good("doctor", "--json").stdout)
        self.assertTrue(report["works"])
        self.assertRegex(report["onnxruntime"]["version"], r"^\d+\.\d+\.\d+$")
        self.assertTrue(report["devices"][0]["usable"])
        self.assertAlmostEqual(report["model"]["vector_length"], 1, places=5)
        self.assertEqual(report["model"]["info"]["max_tokens"], 256)
        self.assertEqual(report["model"]["info"]["matmul_precision"], report["native"]["matmul_precision"])
        self.assertEqual({folder["purpose"] for folder in report["folders"]}, {"models", "derived", "hub cache"})
        self.assertIn("All is well", self.good("doctor").stdout.decode())

    def test_first_run_says_that_it_converts(self):
        models = Path(json.loads(self.good("doctor", "--json").stdout)["model"]["folder"])
        words = ("doctor", "--provider", "onnx", "--model", models, "--cache", self.folder / "cache")
        self.assertIn("with the conversion to ONNX in this run", self.good(*words).stdout.decode())
        self.assertNotIn("conversion", self.good(*words).stdout.decode())
        self.assertFalse(json.loads(self.good(*words, "--json").stdout)["model"]["converted"])

    def test_what_does_not_work(self):
        for words, code, field in (
            (("--model", "no-such/model"), 3, "model"),
            (("--device", "coreml"), 6, "model"),
            (("--provider", "onnx", "--onnxruntime", "missing.so"), 6, "onnxruntime"),
        ):
            with self.subTest(words=words):
                done = self.run_program("doctor", "--json", *words)
                self.assertEqual(done.returncode, code, done.stderr)
                report = json.loads(done.stdout)
                self.assertFalse(report["works"])
                self.assertTrue(report[field]["problem"])
                table = self.run_program("doctor", *words)
                self.assertEqual(table.returncode, code)
                self.assertIn(b"does not work here", table.stdout)
                problem = re.search(r"^  problem +(.{40})", table.stdout.decode(), re.MULTILINE)
                if problem:
                    self.assertNotIn(problem[1], table.stderr.decode())

    def test_without_a_model(self):
        report = json.loads(self.good("doctor", "--provider", "hash", "--json").stdout)
        self.assertTrue(report["works"])
        self.assertEqual(report["model"]["info"]["provider"], "hash")


class Missing(ProgramTest):
    def test_model(self):
        self.fails(3, "no-such/model", "embed", "a", "--model", "no-such/model")
        self.fails(3, "there is no file missing.onnx\n", "embed", "a", "--model", "missing.onnx")

    def test_device(self):
        self.fails(6, "device coreml: ", "embed", "a", "--device", "coreml")


if __name__ == "__main__":
    unittest.main()
