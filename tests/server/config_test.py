#!/usr/bin/env python3
"""The settings of akidb-embed serve: the config file, what is shown of them, and what a reload makes of them."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from life_test import GUARD, PROGRAM, Served, embed

EXAMPLE = Path(__file__).parents[2] / "examples" / "serve.toml"


def get(server, path, **headers):
    connection = server.connect()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def models_of(server):
    return [model["id"] for model in json.loads(get(server, "/v1/models")[1])["data"]]


def vector(server, model, text, **fields):
    connection = server.connect()
    connection.request("POST", "/v1/akidb/embed", json.dumps({"model": model, "inputs": text, **fields}))
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return body["embeddings"][0] if answer.status == 200 else body["error"]["message"]


class ConfigTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = Path(self.folder.name, "serve.toml")

    def serve(self, text, *flags, **environment):
        self.file.write_text(text)
        return Served("--config", str(self.file), *flags, **environment)


class File(ConfigTest):
    def test_the_example_serves_what_it_says(self):
        example = EXAMPLE.read_text()
        words = [PROGRAM, "serve", "--config", str(EXAMPLE), "--port", "0", "--grpc-port", "0"]
        server = Served.__new__(Served)
        server.start(words)
        with server:
            server.wait_for("model minilm-int8 is ready")
            self.assertEqual(models_of(server), ["minilm", "text-embedding-3-small", "minilm-int8"])
            alias = json.loads(get(server, "/v1/models/text-embedding-3-small")[1])
            self.assertEqual(alias["id"], "text-embedding-3-small")
            shown = json.loads(get(server, "/v1/akidb/config")[1])
            self.assertEqual(shown["serve"]["text-cache-mib"], 64)
            self.assertEqual(shown["models"][1]["dtype"], "int8")
            self.assertEqual(shown["models"][1]["prompts"], {"query": "query: ", "document": ""})
            plain = vector(server, "text-embedding-3-small", "query: hello")
            self.assertEqual(plain, vector(server, "minilm", "query: hello"))
            asked = vector(server, "minilm-int8", "hello", input_type="query")
            self.assertEqual(asked, vector(server, "minilm-int8", "query: hello", prompt_name="document"))
            self.assertNotEqual(asked, plain)
            self.assertIn("at most 256", vector(server, "minilm-int8", [str(i) for i in range(257)]))
            self.assertEqual(server.stop(), 0)
        for line in example.splitlines():  # settings that are not in use are spelt right, too
            if line.startswith("## "):
                key = line[3:].split(" =")[0]
                section = "[[serve.models]]" if key in ("revision", "onnx-file") else "[serve]"
                self.file.write_text(f"{section}\n{line[3:]}\n")
                done = subprocess.run([PROGRAM, "serve", "--config", str(self.file), "--port", "70000"],
                                      capture_output=True, text=True, timeout=GUARD)
                self.assertIn("--port: expected", done.stderr, line)

    def test_what_is_wrong_is_named_with_its_line(self):
        for text, message in (
            ("[serve]\nport = 70000\n", "line 2: port: expected a whole number from 0 to 65535, got '70000'"),
            ("[serve]\nprot = 1\n", "line 2: unknown key prot; did you mean port?"),
            ("[[serve.models]]\ndtpe = \"int8\"\n", "line 2: unknown key dtpe of a model; did you mean dtype?"),
            ("[[serve.models]]\ndevice = \"tpu\"\n", "line 2: device: expected auto, cpu, cuda"),
            ("[serve]\nhost = \"a\n", "line 2: "),
            ("[[serve.models]]\nname = \"a\"\n[[serve.models]]\nname = \"b\"\naliases = [\"a\"]\n",
             "two models are called a"),
        ):
            self.file.write_text(text)
            done = subprocess.run([PROGRAM, "serve", "--provider", "hash", "--config", str(self.file)],
                                  capture_output=True, text=True, timeout=GUARD)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_each_model_has_its_own_settings(self):
        with self.serve('[[serve.models]]\nname = "short"\nmax-length = 5\n'
                        '[[serve.models]]\nname = "asking"\ndefault-prompt = "q"\nthreads = 1\n'
                        '[serve.models.prompts]\nq = "ask "\n'
                        '[[serve.models]]\nname = "plain"\naliases = ["other"]\n') as server:
            server.wait_for("model plain is ready")
            self.assertEqual(vector(server, "short", "a b c d e f"), vector(server, "plain", "a b c"))
            self.assertEqual(vector(server, "asking", "why"), vector(server, "other", "ask why"))
            self.assertEqual(server.stop(), 0)


    def test_pooling_is_as_asked(self):
        text = '[serve]\nprovider = "auto"\noffline = true\n[[serve.models]]\nname = "cls"\npooling = "cls"\n'
        server = Served.__new__(Served)
        self.file.write_text(text)
        server.start([PROGRAM, "serve", "--config", str(self.file), "--port", "0"])
        with server:
            models = json.loads(get(server, "/v1/akidb/models")[1])["models"]
            self.assertEqual(models[0]["pooling"], "cls")
            rows = vector(server, "cls", "hello", output="tokens")
            pooled = vector(server, "cls", "hello", normalize="no")
            self.assertEqual(pooled, rows[0])
            self.assertEqual(server.stop(), 0)


class Shown(ConfigTest):
    def test_secrets_and_folders_are_not(self):
        keys = Path(self.folder.name, "keys-of-the-server")
        keys.write_text("canary-in-file-77\n")
        text = f'[serve]\napi-key-file = "{keys}"\n[[serve.models]]\nmodel = "{self.folder.name}/a-folder"\n'
        with self.serve(text, AKIDB_EMBED_API_KEYS="canary-in-environment-78") as server:
            self.assertEqual(get(server, "/v1/akidb/config")[0], 401)
            status, body = get(server, "/v1/akidb/config", Authorization="Bearer canary-in-file-77")
            self.assertEqual(status, 200)
            printed = next(line for line in server.lines if line.startswith("settings "))
            self.assertEqual(server.stop(), 0)
        shown = json.loads(body)
        self.assertEqual(shown["serve"]["api-keys"], "***")
        self.assertEqual(shown["serve"]["api-key-file"], "keys-of-the-server")
        self.assertEqual(shown["models"], [{**shown["models"][0], "model": "a-folder", "provider": "hash"}])
        self.assertNotIn(self.folder.name, body.decode())
        self.assertEqual(json.loads(printed[len("settings "):])["serve"]["api-key-file"], str(keys))
        self.assertNotIn("canary", body.decode() + "".join(server.lines))


class Reload(ConfigTest):
    TWO = '[[serve.models]]\nname = "one"\n[[serve.models]]\nname = "two"\naliases = ["deux"]\n'
    NEXT = '[[serve.models]]\nname = "three"\n[[serve.models]]\nname = "one"\nmax-length = 5\n'

    def reload(self, server, text, said):
        server.lines.clear()
        self.file.write_text(text)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(said)

    def shown_names(self, server):
        return [model["name"] for model in json.loads(get(server, "/v1/akidb/config")[1])["models"]]

    def test_models_come_and_go_without_a_lost_request(self):
        with self.serve(self.TWO) as server:
            server.wait_for("model two is ready")
            stopped = threading.Event()
            problems = []

            def ask():
                connection = server.connect()
                while not stopped.is_set():
                    connection.request("GET", "/ready")
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status != 200:
                        problems.append("not ready")
                    status, body, _ = embed(connection, ["some text"] * 8)
                    if status != 200:
                        problems.append(body)
                connection.close()

            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for text, names in ((self.NEXT, ["three", "one"]), (self.TWO, ["one", "two", "deux"])) * 5:
                self.reload(server, text, "reloaded")
                self.assertEqual(models_of(server), names)
            self.reload(server, self.NEXT, "reloaded")
            stopped.set()
            for thread in threads:
                thread.join(GUARD)
            self.assertEqual(problems, [])
            self.assertEqual(vector(server, "one", "a b c d e f"), vector(server, "three", "a b c"))
            self.assertIn("deux", vector(server, "deux", "a"))
            self.assertEqual(server.stop(), 0)

    def test_what_is_wrong_leaves_all_as_it_was(self):
        with self.serve(self.TWO) as server:
            server.wait_for("model two is ready")
            for text, said in (
                ("[serve]\nprot = 1\n", "all stays as it was: invalid_argument: serve.toml: line 2: unknown key prot"),
                (self.TWO + "[serve]\n" * 2, "all stays as it was"),
                ('[[serve.models]]\nname = "new"\n[[serve.models]]\nname = "bad"\nprovider = "onnx"\nmodel = "nobody/nothing"\n'
                 '[serve]\noffline = true\n', "none is dropped"),
            ):
                self.reload(server, text, said)
                self.assertEqual(models_of(server)[:2], ["one", "two"])
                self.assertEqual(get(server, "/ready")[0], 200)
                self.assertFalse(any(line.startswith("settings ") for line in server.lines), server.lines)
                self.assertEqual(self.shown_names(server), ["one", "two"])
            self.assertEqual(server.stop(), 0)

    def test_what_waits_for_the_next_start_is_not_shown(self):
        with self.serve("[serve]\nmax-openai-inputs = 2\n" + self.TWO) as server:
            server.wait_for("model two is ready")
            self.reload(server, "[serve]\nmax-openai-inputs = 9\nmax-texts = 7\n" + self.NEXT, "reloaded")
            waits = next(line for line in server.lines if "waits for the next start" in line)
            self.assertIn("max-texts", waits)
            self.assertIn("max-openai-inputs", waits)
            said = next(json.loads(line[len("settings "):]) for line in server.lines if line.startswith("settings "))
            for shown in (said, json.loads(get(server, "/v1/akidb/config")[1])):
                self.assertEqual(shown["serve"]["max-openai-inputs"], 2)
                self.assertEqual(shown["serve"]["max-texts"], 65536)
                self.assertEqual([model["name"] for model in shown["models"]], ["three", "one"])
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
