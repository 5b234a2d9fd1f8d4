#!/usr/bin/env python3
"""The same text, alone in its request, through every route and method of docs/api.md: the vector of the library in
process, bit for bit, in each form that carries float32.

Run by the Python of the environment that `scripts/setup.sh clients` makes; AKIDB_EMBED_STUBS is the folder with what
protoc wrote from proto/.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import grpc
import numpy
from tritonclient.grpc import service_pb2 as kserve

from life_test import GUARD, PROGRAM, Served

sys.path.insert(0, os.environ["AKIDB_EMBED_STUBS"])
from akidb.embedding.v1 import embedding_pb2 as own
from tei.v1 import tei_pb2 as tei

TEXT = "Grüße aus Köln: the quick brown fox, 你好 🙂"
DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BYTES = len(TEXT.encode()).to_bytes(4, "little") + TEXT.encode()  # as an element of a raw tensor


def floats(values):
    return numpy.asarray(values, dtype="<f4").tobytes()


def in_json(read):
    return lambda body, fields: read(json.loads(body))


def raw(body, fields):
    return body


def behind_the_json(body, fields):
    return body[int(fields["Inference-Header-Content-Length"]) :]


def tensor(**more):
    return {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", **more}]}


def with_bytes(**more):
    """A body with a raw tensor, and the field that says where it begins."""
    text = json.dumps({**tensor(parameters={"binary_data_size": len(BYTES)}), **more}).encode()
    return text + BYTES, {"Inference-Header-Content-Length": str(len(text))}


OPENAI = [
    ({"input": TEXT}, in_json(lambda said: floats(said["data"][0]["embedding"]))),
    ({"input": [TEXT], "encoding_format": "base64"},
     in_json(lambda said: base64.b64decode(said["data"][0]["embedding"]))),
]
TEI = [({"inputs": TEXT}, in_json(lambda said: floats(said[0]))), ({"inputs": [TEXT]}, in_json(lambda said: floats(said[0])))]

# A body, with header fields where they are needed, and how the vector is read from the answer: a row for each form.
ROUTES = {
    "/v1/akidb/embed": [
        ({"inputs": TEXT}, in_json(lambda said: floats(said["embeddings"][0]))),
        ({"inputs": [TEXT], "format": "base64"}, in_json(lambda said: base64.b64decode(said["embeddings"][0]))),
        ({"inputs": TEXT, "format": "raw"}, raw),
    ],
    "/v1/embeddings": OPENAI,
    "/embeddings": OPENAI,
    "/embed": TEI,
    "/": TEI,
    "/invocations": TEI,
    "/models/{model}/pipeline/feature-extraction": TEI,
    "/vertex": [({"instances": [{"inputs": TEXT}]}, in_json(lambda said: floats(said["predictions"][0][0])))],
    "/v1/embed": [({"texts": [TEXT]}, in_json(lambda said: floats(said["embeddings"][0])))],
    "/v2/embed": [
        ({"texts": [TEXT], "embedding_types": ["float"]}, in_json(lambda said: floats(said["embeddings"]["float"][0]))),
        ({"inputs": [{"content": [{"type": "text", "text": TEXT}]}], "embedding_types": ["base64"]},
         in_json(lambda said: base64.b64decode(said["embeddings"]["base64"][0]))),
    ],
    "/api/embed": [({"input": TEXT}, in_json(lambda said: floats(said["embeddings"][0])))],
    "/api/embeddings": [({"prompt": TEXT}, in_json(lambda said: floats(said["embedding"])))],
    "/v2/models/{model}/infer": [
        (tensor(data=[TEXT]), in_json(lambda said: floats(said["outputs"][0]["data"]))),
        (with_bytes(), in_json(lambda said: floats(said["outputs"][0]["data"]))),
        (with_bytes(parameters={"binary_data_output": True}), behind_the_json),
    ],
}
WITHOUT_VECTOR = {  # of a whole text, in float32
    "/embed_all", "/embed_sparse", "/predict", "/rerank", "/similarity", "/tokenize", "/decode", "/v2/rerank",
    "/v1/rerank", "/api/show",
}

OWN = [
    (own.BatchEmbeddingRequest(inputs=[own.Input(text=TEXT)]), own.BatchEmbeddingResponse,
     lambda said: floats(said.embeddings.values)),
    (own.BatchEmbeddingRequest(inputs=[own.Input(text=TEXT)], format=own.FORMAT_RAW), own.BatchEmbeddingResponse,
     lambda said: said.embeddings.raw),
]
TEI_CALL = [(tei.EmbedRequest(inputs=TEXT), tei.EmbedResponse, lambda said: floats(said.embeddings))]
TENSOR = {"name": "text", "datatype": "BYTES", "shape": [1]}

# A message, what comes back, and how the vector is read from that.
METHODS = {
    "/akidb.embedding.v1.EmbeddingService/EmbedBatch": OWN,
    "/akidb.embedding.v1.EmbeddingService/EmbedStream": OWN,
    "/tei.v1.Embed/Embed": TEI_CALL,
    "/tei.v1.Embed/EmbedStream": TEI_CALL,
    "/inference.GRPCInferenceService/ModelInfer": [
        (kserve.ModelInferRequest(inputs=[{**TENSOR, "contents": {"bytes_contents": [TEXT.encode()]}}]),
         kserve.ModelInferResponse, lambda said: floats(said.outputs[0].contents.fp32_contents)),
        (kserve.ModelInferRequest(inputs=[TENSOR], raw_input_contents=[BYTES]), kserve.ModelInferResponse,
         lambda said: said.raw_output_contents[0]),
    ],
}
METHODS_WITHOUT_VECTOR = re.compile(
    r"/grpc\.|/tei\.v1\.(Info|Predict|Rerank|Tokenize)/|/tei\.v1\.Embed/Embed(Sparse|All)"
    r"|/akidb\.embedding\.v1\.EmbeddingService/(GetModelInfo|ListModels|HealthCheck)"
    r"|/inference\.GRPCInferenceService/(Server|Model(Ready|Metadata))")


def documented(kind):
    return re.findall(rf"^\| {kind} \| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE)


class EveryRoute:
    flags = ()
    model = ""

    @classmethod
    def setUpClass(cls):
        cls.server = Served(*cls.flags)
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "vector.f32")
            subprocess.run([PROGRAM, "embed", "--provider", "hash", *cls.flags, "--output", file, TEXT], check=True,
                           capture_output=True, timeout=GUARD)
            cls.vector = Path(file).read_bytes()

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    def test_http(self):
        self.assertEqual(len(self.vector), 4 * 384)
        connection = self.server.connect()
        asked = 0
        for path in documented("POST"):
            self.assertEqual(path in ROUTES, path not in WITHOUT_VECTOR, path)
            for body, read in ROUTES.get(path, ()):
                fields = {}
                if isinstance(body, tuple):
                    body, fields = body
                elif path.startswith("/api/"):
                    body = {**body, "model": self.model}
                connection.request("POST", path.replace("{model}", self.model),
                                   body if isinstance(body, bytes) else json.dumps(body), fields)
                answer = connection.getresponse()
                said = answer.read()
                self.assertEqual(answer.status, 200, f"{path}: {said[:300]}")
                self.assertEqual(read(said, answer.headers), self.vector, f"{path} {body}")
                asked += 1
        self.assertEqual(asked, sum(map(len, ROUTES.values())))
        connection.close()

    def test_grpc(self):
        asked = 0
        with grpc.insecure_channel(f"127.0.0.1:{self.server.grpc_port}") as channel:
            for path in documented("gRPC"):
                self.assertEqual(path in METHODS, METHODS_WITHOUT_VECTOR.match(path) is None, path)
                for message, kind, read in METHODS.get(path, ()):
                    if isinstance(message, kserve.ModelInferRequest):
                        message.model_name = self.model
                    call = channel.stream_stream(path, type(message).SerializeToString, kind.FromString)
                    answers = list(call(iter([message]), timeout=GUARD))
                    self.assertEqual([read(answer) for answer in answers], [self.vector], path)
                    asked += 1
        self.assertEqual(asked, sum(map(len, METHODS.values())))


class Hash(EveryRoute, unittest.TestCase):
    model = "hash"


class DefaultModel(EveryRoute, unittest.TestCase):
    flags = ("--provider", "auto", "--model", DEFAULT_MODEL)
    model = DEFAULT_MODEL


if __name__ == "__main__":
    os.environ["no_proxy"] = "127.0.0.1"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    unittest.main(argv=[sys.argv[0]], verbosity=1)
