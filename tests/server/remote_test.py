#!/usr/bin/env python3
"""The provider `remote` against akidb-embed serve, in every wire format: the program asks the program. On the hash
provider, so that vectors are known and no model is needed."""

import json
import os
import struct
import subprocess
import tempfile
import unittest

from life_test import GUARD, PROGRAM, Served, make_certificate, raw_vector

WIRES = ("openai", "tei", "huggingface", "ollama", "cohere", "jina")
KEY = "canary-5f0c"
TEXTS = [f"text {number}: Grüße aus Köln, 你好 🙂" for number in range(300)]  # several calls in each format


def ask(server, wire, *words, texts=("hello",), scheme="http", model="hash", **environment):
    command = [PROGRAM, "embed", "--provider", "remote", "--wire", wire, "--endpoint", f"{scheme}://127.0.0.1:{server.port}",
               "--model", model, "-i", "-", "--input-format", "jsonl", "--format", "f32", *words]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    return subprocess.run(command, input=lines.encode(), capture_output=True, timeout=GUARD, env={**os.environ, **environment})


class Remote(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Served()

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    def good(self, done):
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def fails(self, done, code, words):
        self.assertEqual(done.returncode, code, done.stderr.decode())
        self.assertIn(words, done.stderr.decode())
        self.assertEqual(done.stdout, b"")

    def test_every_format_gives_the_servers_own_vectors(self):
        expected = b"".join(raw_vector(self.server, text) for text in TEXTS)
        for wire in WIRES:
            self.assertEqual(self.good(ask(self.server, wire, texts=TEXTS)), expected, wire)

    def test_every_format_takes_the_empty_text(self):
        expected = raw_vector(self.server, "")
        for wire in WIRES:
            self.assertEqual(self.good(ask(self.server, wire, texts=[""])), expected, wire)

    def test_what_a_request_asks_for(self):
        long = "word " * 3000
        whole = raw_vector(self.server, "hello")
        for wire in WIRES:
            vector = self.good(ask(self.server, wire, "--normalize", "yes"))
            self.assertEqual(vector, whole, wire)
            short = self.good(ask(self.server, wire, "--dimensions", "8"))
            values = struct.unpack("<8f", short)
            self.assertAlmostEqual(sum(value * value for value in values), 1, places=5, msg=wire)
            self.good(ask(self.server, wire, texts=[long]))
            refused = ask(self.server, wire, "--truncation", "error", texts=[long])
            if wire == "openai":
                self.fails(refused, 4, "truncation: error: the wire format openai has no such wish")
            else:
                self.fails(refused, 2, "")
        for wire in ("cohere", "jina"):
            self.good(ask(self.server, wire, "--input-type", "document"))
        for wire in ("tei", "huggingface"):
            self.good(ask(self.server, wire, "--truncation", "left", texts=[long]))
            self.fails(ask(self.server, wire, "--prompt-name", "unheard-of"), 2, "unheard-of")
        for wire in ("tei", "huggingface", "jina"):
            self.good(ask(self.server, wire, "--normalize", "no"))

    def test_a_model_that_is_not_there(self):
        for wire in WIRES:
            done = ask(self.server, wire, model="org/other")
            if wire == "tei":  # names no model
                self.good(done)
            else:
                self.fails(done, 3, "org/other")

    def test_keys(self):
        with Served("--api-keys", KEY) as server, tempfile.NamedTemporaryFile("w", suffix=".key") as file:
            file.write(KEY + "\n")
            file.flush()
            for wire in WIRES:
                self.fails(ask(server, wire), 5, "")
                wrong = ask(server, wire, "--key-variable", "OTHER_KEY", OTHER_KEY="wrong-" + KEY)
                self.fails(wrong, 5, "")
                self.assertNotIn(KEY, wrong.stderr.decode())
                self.good(ask(server, wire, "--key-file", file.name))
            self.assertEqual(server.stop(), 0)
            self.assertNotIn(KEY, "".join(server.lines))

    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = make_certificate(folder, "server")
            with Served("--tls-certificate", certificate, "--tls-key", key) as server:
                for wire in WIRES:
                    self.good(ask(server, wire, scheme="https", SSL_CERT_FILE=certificate))
                    self.fails(ask(server, wire, "--retries", "0", scheme="https"), 6, "not trusted")
                self.assertEqual(server.stop(), 0)

    def test_a_server_that_is_gone(self):
        with Served() as server:
            self.assertEqual(server.stop(), 0)
            for wire in WIRES:
                self.fails(ask(server, wire, "--retries", "0"), 6, "there is no connection to 127.0.0.1")


if __name__ == "__main__":
    unittest.main()
