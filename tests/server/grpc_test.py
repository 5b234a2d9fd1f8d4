#!/usr/bin/env python3
"""gRPC clients against akidb-embed serve: generated stubs, tritonclient, gRPC's own health and reflection clients.

Run by the Python of the environment that `scripts/setup.sh clients` makes; AKIDB_EMBED_STUBS is the folder with what
protoc wrote from proto/.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

import grpc
import numpy
import tritonclient.grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tritonclient.grpc import service_pb2, service_pb2_grpc

from life_test import GUARD, PROGRAM, Served, make_certificate, raw_vector

sys.path.insert(0, os.environ["AKIDB_EMBED_STUBS"])
from akidb.embedding.v1 import embedding_pb2 as own, embedding_pb2_grpc as own_grpc
from tei.v1 import tei_pb2 as tei, tei_pb2_grpc as tei_grpc

TEXT = "The quick brown fox jumps over the lazy dog."
OTHER = "Grüße aus Köln, 你好 🙂"
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def connect(server, **more):
    return grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", options=UNLIMITED, **more)


def batch(*texts, **fields):
    return own.BatchEmbeddingRequest(inputs=[own.Input(text=text) for text in texts], **fields)


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def bearer(key):
    return (("authorization", "Bearer " + key),)


class Calls(unittest.TestCase):
    """Every call of every service, on one server without keys."""

    @classmethod
    def setUpClass(cls):
        cls.server = Served()
        cls.channel = connect(cls.server)
        cls.vectors = [raw_vector(cls.server, text) for text in (TEXT, OTHER)]

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()
        assert cls.server.stop() == 0

    def same(self, rows):
        """Vectors of TEXT and OTHER: the bits that HTTP gives."""
        self.assertEqual(len(rows), 2)
        for row, vector in zip(rows, self.vectors):
            self.assertEqual(numpy.asarray(row, dtype="<f4").tobytes(), vector)

    def fails(self, code, call, *arguments, **more):
        with self.assertRaises(grpc.RpcError) as caught:
            answer = call(*arguments, **more)
            list(answer) if hasattr(answer, "__next__") else answer
        self.assertEqual(caught.exception.code(), code, caught.exception)
        return caught.exception

    def test_own(self):
        stub = own_grpc.EmbeddingServiceStub(self.channel)
        answer = stub.EmbedBatch(batch(TEXT, OTHER), timeout=GUARD)
        self.same(numpy.array(answer.embeddings.values, dtype="<f4").reshape(2, answer.embeddings.dimension))
        raw = stub.EmbedBatch(batch(TEXT, OTHER, format=own.FORMAT_RAW), timeout=GUARD)
        self.same(numpy.frombuffer(raw.embeddings.raw, dtype="<f4").reshape(2, raw.embeddings.dimension))
        self.assertEqual(answer.usage.total_tokens, sum(report.tokens for report in answer.inputs))
        answers = list(stub.EmbedStream(iter([batch(TEXT), batch(OTHER)]), timeout=GUARD))
        self.same([each.embeddings.values for each in answers])
        self.assertEqual(stub.GetModelInfo(own.GetModelInfoRequest(), timeout=GUARD).state, own.MODEL_STATE_READY)
        self.assertEqual([model.name for model in stub.ListModels(own.ListModelsRequest(), timeout=GUARD).models], ["hash"])
        self.assertTrue(stub.HealthCheck(own.HealthCheckRequest(), timeout=GUARD).ready)
        self.fails(grpc.StatusCode.NOT_FOUND, stub.EmbedBatch, batch(TEXT, model="other"))
        self.fails(grpc.StatusCode.INVALID_ARGUMENT, stub.EmbedBatch, batch())

    def test_text_embeddings_inference(self):
        names = [fr'te_request_{what}' for what in (r'count\{method="single"\}', r'count\{method="batch"\}',
                 r'success\{method="single"\}', r'failure\{err="model_type"\}', r'failure\{err="validation"\}')]
        before = [self.metric(name) for name in names]
        stub = tei_grpc.EmbedStub(self.channel)
        requests = [tei.EmbedRequest(inputs=text, truncate=True) for text in (TEXT, OTHER)]
        answers = [stub.Embed(request, timeout=GUARD) for request in requests]
        self.same([answer.embeddings for answer in answers])
        self.assertEqual(answers[0].metadata.compute_chars, len(TEXT))
        self.same([answer.embeddings for answer in stub.EmbedStream(iter(requests), timeout=GUARD)])
        _, call = stub.Embed.with_call(requests[0], timeout=GUARD)
        self.assertIn("x-compute-tokens", dict(call.initial_metadata()))
        info = tei_grpc.InfoStub(self.channel).Info(tei.InfoRequest(), timeout=GUARD)
        self.assertEqual(info.model_type, tei.MODEL_TYPE_EMBEDDING)

        predict, rerank = tei_grpc.PredictStub(self.channel), tei_grpc.RerankStub(self.channel)
        sparse, pair = tei.EmbedSparseRequest(inputs=TEXT), tei.PredictPairRequest(inputs=[TEXT, OTHER])
        one, ranked = tei.PredictRequest(inputs=TEXT), tei.RerankRequest(query=TEXT, texts=[OTHER])
        for call, argument in (
            (stub.EmbedSparse, sparse), (stub.EmbedSparseStream, iter([sparse])), (predict.Predict, one),
            (predict.PredictStream, iter([one])), (predict.PredictPair, pair), (predict.PredictPairStream, iter([pair])),
            (rerank.Rerank, ranked), (rerank.RerankStream, iter([tei.RerankStreamRequest(query=TEXT, text=OTHER)])),
        ):
            self.fails(grpc.StatusCode.FAILED_PRECONDITION, call, argument, timeout=GUARD)
        counted = [self.metric(name) - at_first for name, at_first in zip(names, before)]
        self.assertEqual(counted, [5 + 6, 2, 5, 8, 0])

    def http(self, path, **body):
        connection = self.server.connect()
        connection.request("POST", path, json.dumps(body))
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        said = json.loads(answer.read())
        connection.close()
        return said

    def test_tokens_of_text_embeddings_inference(self):
        """Each unary call and its stream say what HTTP says."""
        embed, tokenize = tei_grpc.EmbedStub(self.channel), tei_grpc.TokenizeStub(self.channel)

        def of(call, stream, requests):
            answers = [call(request, timeout=GUARD) for request in requests]
            streamed = list(stream(iter(requests), timeout=GUARD))
            for each in answers + streamed:
                each.ClearField("metadata") if "metadata" in each.DESCRIPTOR.fields_by_name else None
            self.assertEqual(answers, streamed)
            return answers

        requests = [tei.EmbedAllRequest(inputs=text, truncate=True) for text in (TEXT, OTHER)]
        expected = self.http("/embed_all", inputs=[TEXT, OTHER])
        for answer, rows in zip(of(embed.EmbedAll, embed.EmbedAllStream, requests), expected):
            self.assertEqual(numpy.array([token.embeddings for token in answer.token_embeddings], dtype="<f4").tobytes(),
                             numpy.array(rows, dtype="<f4").tobytes())

        requests = [tei.EncodeRequest(inputs=text, add_special_tokens=True) for text in (TEXT, OTHER)]
        expected = self.http("/tokenize", inputs=[TEXT, OTHER])
        for answer, tokens in zip(of(tokenize.Tokenize, tokenize.TokenizeStream, requests), expected):
            self.assertEqual([(token.id, token.text, token.special) for token in answer.tokens],
                             [(token["id"], token["text"], token["special"]) for token in tokens])
            self.assertEqual([(token.start, token.stop) for token in answer.tokens if not token.special],
                             [(token["start"], token["stop"]) for token in tokens if not token["special"]])

        ids = [[token["id"] for token in tokens] for tokens in expected]
        requests = [tei.DecodeRequest(ids=each, skip_special_tokens=True) for each in ids]
        texts = [answer.text for answer in of(tokenize.Decode, tokenize.DecodeStream, requests)]
        self.assertEqual(texts, self.http("/decode", ids=ids))

    def test_open_inference_protocol(self):
        client = tritonclient.grpc.InferenceServerClient(f"127.0.0.1:{self.server.grpc_port}")
        self.assertTrue(client.is_server_live() and client.is_server_ready() and client.is_model_ready("hash"))
        self.assertEqual(client.get_server_metadata().name, "akidb-embedding")
        self.assertEqual(client.get_model_metadata("hash").outputs[0].datatype, "FP32")
        texts = tritonclient.grpc.InferInput("text", [2], "BYTES")
        texts.set_data_from_numpy(numpy.array([TEXT, OTHER], dtype=object))
        answer = client.infer("hash", [texts], request_id="7")
        self.assertEqual(answer.get_response().id, "7")
        self.same(answer.as_numpy("embedding"))
        client.close()
        tensor = service_pb2.ModelInferRequest.InferInputTensor(name="text", datatype="BYTES", shape=[2])
        tensor.contents.bytes_contents.extend(text.encode() for text in (TEXT, OTHER))
        stub = service_pb2_grpc.GRPCInferenceServiceStub(self.channel)
        answer = stub.ModelInfer(service_pb2.ModelInferRequest(model_name="hash", inputs=[tensor]), timeout=GUARD)
        self.same(numpy.array(answer.outputs[0].contents.fp32_contents, dtype="<f4").reshape(answer.outputs[0].shape))
        self.fails(grpc.StatusCode.NOT_FOUND, stub.ModelReady, service_pb2.ModelReadyRequest(name="other"), timeout=GUARD)

    def test_health_and_reflection(self):
        stub = health_pb2_grpc.HealthStub(self.channel)
        for name in ("", "hash", "tei.v1.Embed"):
            answer = stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=GUARD)
            self.assertEqual(answer.status, health_pb2.HealthCheckResponse.SERVING)
        self.fails(grpc.StatusCode.NOT_FOUND, stub.Check, health_pb2.HealthCheckRequest(service="x"), timeout=GUARD)
        found = ProtoReflectionDescriptorDatabase(self.channel)
        self.assertIn("akidb.embedding.v1.EmbeddingService", found.get_services())
        for service in found.get_services():
            if "v1alpha" not in service:
                self.assertTrue(found.FindFileContainingSymbol(service).service)

    def test_deadline_and_cancel(self):
        stub = own_grpc.EmbeddingServiceStub(self.channel)
        large = batch(*(f"text {i} " * 20 for i in range(16_000)))
        self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, stub.EmbedBatch, large, timeout=0.05)
        for _ in range(5):
            running = stub.EmbedBatch.future(large, timeout=GUARD)
            time.sleep(0.05)
            running.cancel()
        self.wait_until_idle()

    def test_a_thousand_clients_that_leave(self):
        stub = tei_grpc.EmbedStub(self.channel)
        running = [stub.Embed.future(tei.EmbedRequest(inputs=TEXT * 50, truncate=True), timeout=GUARD) for _ in range(1_000)]
        for each in running:
            each.cancel()
        self.wait_until_idle()
        self.same([stub.Embed(tei.EmbedRequest(inputs=text), timeout=GUARD).embeddings for text in (TEXT, OTHER)])

    def metric(self, name):
        connection = self.server.connect()
        connection.request("GET", "/metrics")
        page = connection.getresponse().read().decode()
        connection.close()
        return float(re.search(rf"^{name}(?:{{.*}})? (\S+)$", page, re.MULTILINE)[1])

    def wait_until_idle(self):
        """No call is under way, at last."""
        end = time.monotonic() + GUARD
        while self.metric("akidb_embed_grpc_calls") + self.metric("akidb_embed_in_flight_requests") > 0:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def test_ten_thousand_texts_in_bounded_memory(self):
        stub = tei_grpc.EmbedStub(self.channel)
        filler = "word " * 400  # 2 KB: 20 MB in all

        def stream():
            for i in range(10_000):
                yield tei.EmbedRequest(inputs=f"{i} {filler}", truncate=True)

        list(stub.EmbedStream(iter([tei.EmbedRequest(inputs=TEXT)] * 100), timeout=GUARD))
        before, most, count = resident_mib(self.server.process.pid), 0, 0
        for answer in stub.EmbedStream(stream(), timeout=GUARD):
            count += 1
            if count % 500 == 0:
                most = max(most, resident_mib(self.server.process.pid))
        self.assertEqual(count, 10_000)
        self.assertLess(most - before, 16)

    def test_hundred_refusals_of_each_kind_cost_no_memory(self):
        batches = "/akidb.embedding.v1.EmbeddingService/EmbedBatch"
        refused = (
            ("no such method", "/no.Service/Method", b"", "UNIMPLEMENTED"),
            ("no message", "/tei.v1.Embed/Embed", b"\xff\xff", "INVALID_ARGUMENT"),
            ("no UTF-8", "/tei.v1.Embed/Embed", b"\x0a\x02\xff\xff", "INVALID_ARGUMENT"),
            ("no input", batches, batch().SerializeToString(), "INVALID_ARGUMENT"),
            ("too many inputs", batches, batch(*["a"] * 17_000).SerializeToString(), "INVALID_ARGUMENT"),
            ("unknown model", batches, batch(TEXT, model="other").SerializeToString(), "NOT_FOUND"),
            ("no head", "/tei.v1.Rerank/Rerank", tei.RerankRequest(query="a", texts=["b"]).SerializeToString(),
             "FAILED_PRECONDITION"),
            ("no tensor", "/inference.GRPCInferenceService/ModelInfer",
             service_pb2.ModelInferRequest(model_name="hash").SerializeToString(), "INVALID_ARGUMENT"),
        )

        def refuse(times):
            call = self.channel.unary_unary(path)
            for _ in range(times):
                self.fails(grpc.StatusCode[code], call, message, timeout=GUARD)

        for what, path, message, code in refused:
            # A leak grows in every round; the allocator's arenas, one for each thread that comes by, only in the first.
            grown = []
            while not grown or (grown[-1] >= 1 and len(grown) < 5):
                before = resident_mib(self.server.process.pid)
                refuse(100)
                grown.append(resident_mib(self.server.process.pid) - before)
            self.assertLess(grown[-1], 1, f"{what}: grown by {grown} MiB")

    def test_a_client_that_does_not_read_is_not_heard(self):
        stub = own_grpc.EmbeddingServiceStub(self.channel)
        stopped = threading.Event()

        def stream():
            for batch_number in range(10_000):
                if stopped.is_set():
                    return
                yield batch(*(f"{batch_number} {i}" for i in range(256)))

        before, texts = resident_mib(self.server.process.pid), self.metric("akidb_embed_texts_total")
        answers = stub.EmbedStream(stream(), timeout=GUARD)
        next(answers)
        last = -1
        while (now := self.metric("akidb_embed_texts_total")) != last:  # until nothing more is computed
            last = now
            time.sleep(0.5)
        self.assertLess(last - texts, 256 * 200)  # of 10,000 batches: what fits into the buffers of both sides
        self.assertLess(resident_mib(self.server.process.pid) - before, 64)
        stopped.set()
        answers.cancel()
        self.wait_until_idle()


class Doors(unittest.TestCase):
    """Who gets in, and how it ends."""

    def test_keys(self):
        with Served("--requests-per-minute", "30", AKIDB_EMBED_API_KEYS="canary-key-77,other") as server:
            channel = connect(server)
            stub = tei_grpc.EmbedStub(channel)
            codes = []
            for metadata in ((), bearer("wrong"), *[bearer("canary-key-77")] * 4, bearer("other")):
                try:
                    stub.Embed(tei.EmbedRequest(inputs="canary text 91c7"), metadata=metadata, timeout=GUARD)
                    codes.append("OK")
                except grpc.RpcError as problem:
                    codes.append(problem.code().name)
                    if problem.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
                        self.assertIn("retry-after", dict(problem.trailing_metadata()))
            self.assertEqual(codes, ["UNAUTHENTICATED"] * 2 + ["OK"] * 3 + ["RESOURCE_EXHAUSTED", "OK"])
            with self.assertRaises(grpc.RpcError) as caught:
                ProtoReflectionDescriptorDatabase(channel).get_services()
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
            health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=GUARD)
            channel.close()
            self.assertEqual(server.stop(), 0)
            said = "".join(server.lines)
            self.assertNotIn("canary-key-77", said)
            self.assertNotIn("canary text", said)

    def test_message_too_large(self):
        with Served("--max-request-mib", "1") as server:
            channel = connect(server)
            stub = tei_grpc.EmbedStub(channel)
            for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
                with self.assertRaises(grpc.RpcError) as caught:
                    stub.Embed(tei.EmbedRequest(inputs="a " * 1_000_000, truncate=True), compression=compression,
                               timeout=GUARD)
                self.assertIn(caught.exception.code(), (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNIMPLEMENTED))
            stub.Embed(tei.EmbedRequest(inputs="a"), timeout=GUARD)
            channel.close()
            self.assertEqual(server.stop(), 0)

    def test_tls_and_client_certificates(self):
        with tempfile.TemporaryDirectory() as folder:
            def read(path):
                with open(path, "rb") as file:
                    return file.read()

            def ask(server, trusted, own_pair=None):
                pair = (read(own_pair[1]), read(own_pair[0])) if own_pair else (None, None)
                channel = grpc.secure_channel(f"127.0.0.1:{server.grpc_port}",
                                              grpc.ssl_channel_credentials(read(trusted), *pair), options=UNLIMITED)
                try:
                    tei_grpc.EmbedStub(channel).Embed(tei.EmbedRequest(inputs="a"), timeout=5)
                    return True
                except grpc.RpcError as problem:
                    self.assertEqual(problem.code(), grpc.StatusCode.UNAVAILABLE)
                    return False
                finally:
                    channel.close()

            certificate, key = make_certificate(folder, "server")
            old = os.path.join(folder, "old.pem")
            with open(old, "wb") as copy:
                copy.write(read(certificate))
            renewed, client = make_certificate(folder, "renewed"), make_certificate(folder, "client")
            flags = ("--tls-certificate", certificate, "--tls-key", key)
            with Served(*flags) as server:
                self.assertTrue(ask(server, certificate))
                with self.assertRaises(grpc.RpcError):  # in the clear
                    tei_grpc.EmbedStub(connect(server)).Embed(tei.EmbedRequest(inputs="a"), timeout=5)
                with open(key, "wb") as file:
                    file.write(read(renewed[1]))  # does not fit the certificate
                server.process.send_signal(signal.SIGHUP)
                server.wait_for("reloaded")
                self.assertTrue(ask(server, old))
                server.lines.clear()
                os.replace(renewed[0], certificate)
                server.process.send_signal(signal.SIGHUP)
                server.wait_for("reloaded")
                self.assertTrue(ask(server, certificate))
                self.assertFalse(ask(server, old))
                self.assertEqual(server.stop(), 0)
            with Served(*flags, "--tls-client-ca", client[0]) as server:
                self.assertTrue(ask(server, certificate, client))
                self.assertFalse(ask(server, certificate))
                self.assertFalse(ask(server, certificate, (certificate, key)))
                self.assertEqual(server.stop(), 0)

    def test_drain_loses_no_accepted_call(self):
        for _ in range(10):
            with Served() as server:
                codes, problems = [], []

                def client():
                    channel = connect(server)
                    stub = tei_grpc.EmbedStub(channel)
                    while True:
                        try:
                            stub.Embed(tei.EmbedRequest(inputs=TEXT), timeout=GUARD)
                            codes.append("OK")
                        except grpc.RpcError as problem:
                            codes.append(problem.code().name)
                            if problem.code() != grpc.StatusCode.UNAVAILABLE:
                                problems.append(problem)
                            break
                    channel.close()

                idle = [connect(server) for _ in range(5)]
                for channel in idle:
                    grpc.channel_ready_future(channel).result(GUARD)
                watched = []
                watch = health_pb2_grpc.HealthStub(idle[0]).Watch(health_pb2.HealthCheckRequest(), timeout=GUARD)
                watched.append(next(watch).status)
                threads = [threading.Thread(target=client) for _ in range(4)]
                for thread in threads:
                    thread.start()
                time.sleep(0.1)
                begin = time.monotonic()
                self.assertEqual(server.stop(), 0)
                self.assertLess(time.monotonic() - begin, 15)  # the grace is 30 s
                for thread in threads:
                    thread.join(GUARD)
                with self.assertRaises(grpc.RpcError):
                    for state in watch:
                        watched.append(state.status)
                self.assertEqual(watched, [health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING])
                for channel in idle:
                    channel.close()
                self.assertEqual(problems, [])
                self.assertGreater(codes.count("OK"), 0)

    def test_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "g%41 rpc")  # gRPC itself reads this as a URI
            words = [PROGRAM, "serve", "--provider", "hash", "--port", "0", "--grpc-unix-socket"]

            def fails(path, code=6):
                done = subprocess.run([*words, path], capture_output=True, text=True, timeout=GUARD)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn("cannot listen for gRPC on " + path, done.stderr)

            with Served("--grpc-unix-socket", path):
                pass  # killed: its socket stays
            self.assertTrue(os.path.exists(path))
            with Served("--grpc-unix-socket", path) as server, grpc.insecure_channel("unix:" + urllib.parse.quote(path)) as channel:
                fails(path)
                answer = own_grpc.EmbeddingServiceStub(channel).EmbedBatch(batch(TEXT), timeout=GUARD)
                self.assertEqual(numpy.asarray(answer.embeddings.values, dtype="<f4").tobytes(), raw_vector(server, TEXT))
                self.assertEqual(server.stop(), 0)
            self.assertFalse(os.path.exists(path))
            fails(os.path.join(folder, "nowhere", "grpc"))
            fails(os.path.join(folder, "x" * 107), code=2)
            with open(path, "w") as file:
                file.write("mine")
            fails(path, code=2)
            self.assertTrue(os.path.isfile(path))

    def test_ports(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            done = subprocess.run([PROGRAM, "serve", "--provider", "hash", "--port", "0", "--grpc-port",
                                   str(taken.getsockname()[1])], capture_output=True, text=True, timeout=GUARD)
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertIn("--grpc-port", done.stderr)
        with Served("--no-grpc") as server:
            self.assertIsNone(server.grpc_port)
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    os.environ["no_proxy"] = "127.0.0.1"
    unittest.main(argv=[sys.argv[0]], verbosity=1)
