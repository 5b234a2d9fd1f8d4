#!/usr/bin/env python3
"""Clients of embedding servers, unchanged, against akidb-embed serve: each gets the same vector.

Run by the Python of the environment that `scripts/setup.sh clients` makes.
"""

import base64
import json
import os
import subprocess
import unittest

import cohere
import huggingface_hub
import langchain_openai
import numpy
import ollama
import openai
import tritonclient.http
from llama_index.embeddings.openai_like import OpenAILikeEmbedding

from life_test import GUARD, Served, raw_vector

TEXT = "The quick brown fox jumps over the lazy dog."
OTHER = "Grüße aus Köln, 你好 🙂"


def float32(values):
    return numpy.asarray(values, dtype=numpy.float32)


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Served()
        cls.base = f"http://127.0.0.1:{cls.server.port}"
        cls.vector = cls.raw(TEXT)
        cls.other = cls.raw(OTHER)

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    @classmethod
    def raw(cls, text):
        return numpy.frombuffer(raw_vector(cls.server, text), dtype="<f4")

    def same(self, rows):
        """Vectors of TEXT and OTHER, bit for bit."""
        self.assertEqual(len(rows), 2)
        numpy.testing.assert_array_equal(float32(rows[0]).view(numpy.uint32), self.vector.view(numpy.uint32))
        numpy.testing.assert_array_equal(float32(rows[1]).view(numpy.uint32), self.other.view(numpy.uint32))

    def test_openai(self):
        client = openai.OpenAI(base_url=self.base + "/v1", api_key="none", max_retries=0)
        for encoding in ("float", "base64", None):  # None: the client asks for base64 and unpacks it
            extra = {"encoding_format": encoding} if encoding else {}
            answer = client.embeddings.create(model="hash", input=[TEXT, OTHER], **extra)
            rows = [row.embedding for row in answer.data]
            if encoding == "base64":
                rows = [numpy.frombuffer(base64.b64decode(row), dtype="<f4") for row in rows]
            self.same(rows)
            self.assertEqual([row.index for row in answer.data], [0, 1])
            self.assertGreater(answer.usage.prompt_tokens, 0)
        short = client.embeddings.create(model="hash", input=TEXT, dimensions=16)
        self.assertEqual(len(short.data[0].embedding), 16)
        self.assertEqual([model.id for model in client.models.list()], ["hash"])
        self.assertEqual(client.models.retrieve("hash").id, "hash")
        with self.assertRaises(openai.NotFoundError) as caught:
            client.embeddings.create(model="text-embedding-3-small", input=TEXT)
        self.assertEqual(caught.exception.code, "model_not_found")
        with self.assertRaises(openai.BadRequestError) as caught:
            client.embeddings.create(model="hash", input=["a"] * 2_049)
        self.assertEqual(caught.exception.type, "invalid_request_error")

    def test_openai_for_node(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "openai_client.cjs")
        done = subprocess.run(["node", script, self.base + "/v1", TEXT, OTHER], capture_output=True, text=True, timeout=GUARD)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.same(said["float"])
        self.same(said["default"])
        self.same([numpy.frombuffer(base64.b64decode(row), dtype="<f4") for row in said["base64"]])
        self.assertGreater(said["usage"]["prompt_tokens"], 0)
        self.assertEqual(said["models"], ["hash"])
        self.assertEqual(said["unknown"], {"kind": "NotFoundError", "status": 404, "code": "model_not_found",
                                           "type": "invalid_request_error", "param": None})
        self.assertEqual((said["empty"]["kind"], said["empty"]["status"]), ("BadRequestError", 400))

    def test_cohere(self):
        client = cohere.ClientV2(api_key="none", base_url=self.base)
        answer = client.embed(texts=[TEXT, OTHER], model="hash", input_type="search_document",
                              embedding_types=["float", "int8", "ubinary"])
        self.same(answer.embeddings.float_)
        self.assertEqual(len(answer.embeddings.ubinary[0]) * 8, len(self.vector))
        self.same(cohere.Client(api_key="none", base_url=self.base).embed(texts=[TEXT, OTHER], model="hash").embeddings)
        with self.assertRaises(cohere.NotFoundError):
            client.embed(texts=[TEXT], model="embed-v4", input_type="search_query", embedding_types=["float"])

    def test_huggingface_hub(self):
        client = huggingface_hub.InferenceClient(base_url=self.base)
        self.same([client.feature_extraction(text)[0] for text in (TEXT, OTHER)])
        same, other = client.sentence_similarity(TEXT, [TEXT, OTHER])
        self.assertAlmostEqual(same, 1, places=5)
        self.assertLess(other, same)

    def test_ollama(self):
        client = ollama.Client(host=self.base)
        self.same(client.embed(model="hash", input=[TEXT, OTHER]).embeddings)
        self.same([client.embeddings(model="hash", prompt=text).embedding for text in (TEXT, OTHER)])
        self.assertEqual(client.list().models[0].model, "hash")
        self.assertIn("embedding", client.show("hash").capabilities)

    def test_langchain(self):
        client = langchain_openai.OpenAIEmbeddings(
            base_url=self.base + "/v1", api_key="none", model="hash", check_embedding_ctx_length=False)
        self.same(client.embed_documents([TEXT, OTHER]))
        self.same([client.embed_query(TEXT), client.embed_query(OTHER)])

    def test_llama_index(self):
        client = OpenAILikeEmbedding(model_name="hash", api_base=self.base + "/v1", api_key="none")
        self.same(client.get_text_embedding_batch([TEXT, OTHER]))

    def test_tritonclient(self):
        client = tritonclient.http.InferenceServerClient(self.base.removeprefix("http://"))
        self.assertTrue(client.is_server_live() and client.is_server_ready() and client.is_model_ready("hash"))
        self.assertEqual(client.get_model_metadata("hash")["outputs"][0]["datatype"], "FP32")
        for binary in (True, False):
            texts = tritonclient.http.InferInput("text", [2], "BYTES")
            texts.set_data_from_numpy(numpy.array([TEXT, OTHER], dtype=object), binary_data=binary)
            for outputs in (None, [tritonclient.http.InferRequestedOutput("embedding", binary_data=not binary)]):
                answer = client.infer("hash", [texts], outputs=outputs, request_id="7")
                self.assertEqual(answer.get_response()["id"], "7")
                self.same(answer.as_numpy("embedding"))

    def test_curl(self):
        done = subprocess.run(["curl", "-sf", self.base + "/embed", "-d", json.dumps({"inputs": [TEXT, OTHER]})],
                              capture_output=True, timeout=GUARD, check=True)
        self.same(json.loads(done.stdout))


if __name__ == "__main__":
    os.environ["no_proxy"] = "127.0.0.1"
    unittest.main(verbosity=1)
