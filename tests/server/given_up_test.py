#!/usr/bin/env python3
"""What nobody waits for any more is not computed, and its place is free: requests past their deadline, calls that are
cancelled.

A model that takes seconds for a text, one after another, is at work on one; a thousand others are behind it. Run by the
Python of the environment that `scripts/setup.sh clients` makes.
"""

import json
import os
import socket
import sys
import time
import unittest

import grpc

from life_test import GUARD
from load_case import LoadTest, Paced

sys.path.insert(0, os.environ["AKIDB_EMBED_STUBS"])
from tei.v1 import tei_pb2 as tei, tei_pb2_grpc as tei_grpc

SECONDS = 3  # for a text
MANY = 1_000
PATIENCE_MS = 200
REQUEST = (b"POST /embed HTTP/1.1\r\nHost: localhost\r\nX-Request-Timeout-Ms: %d\r\nContent-Length: %d\r\n\r\n%s")


class Behind(LoadTest):
    def setUp(self):
        self.server = Paced(service_us=SECONDS * 1_000_000, max_requests=4 * MANY, grpc=1)
        self.addCleanup(self.server.__exit__)
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.server.grpc_port}")
        self.addCleanup(self.channel.close)
        self.stub = tei_grpc.EmbedStub(self.channel)
        self.begin = time.monotonic()
        self.first = self.stub.Embed.future(tei.EmbedRequest(inputs="first"), timeout=GUARD)
        self.wait_for_in_flight(lambda count: count == 1)

    def wait_for_in_flight(self, is_met):
        end = time.monotonic() + GUARD
        while not is_met(now := self.server.metric("akidb_embed_in_flight_requests")):
            self.assertLess(time.monotonic(), end, f"{now} requests are under way")
            time.sleep(0.01)

    def end(self, last_alive):
        """The first text, and what the model had time to begin as long as anybody waited: nothing, on any machine that
        sends the thousand while the first is computed."""
        self.first.result(GUARD)
        self.assertEqual(self.server.stop(), 0)
        computed = self.server.computed()
        print(f"{self.id().rpartition('.')[2]}: computed {computed} texts")
        self.assertLessEqual(computed, 1 + int((last_alive - self.begin) / SECONDS))

    def test_thousand_requests_past_their_deadline_by_each_door(self):
        body = json.dumps({"inputs": "late"}).encode()
        sockets = []
        for _ in range(MANY):
            connection = socket.create_connection(("127.0.0.1", self.server.port), GUARD)
            connection.sendall(REQUEST % (PATIENCE_MS, len(body), body))
            sockets.append(connection)
        calls = [self.stub.Embed.future(tei.EmbedRequest(inputs="late"), timeout=PATIENCE_MS / 1e3) for _ in range(MANY)]
        last_alive = time.monotonic() + PATIENCE_MS / 1e3
        for call in calls:
            self.assertEqual(call.exception(GUARD).code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.end(last_alive)
        for connection in sockets:
            self.assertEqual(connection.recv(12), b"HTTP/1.1 504")
            connection.close()

    def test_thousand_cancelled_calls_and_their_places(self):
        calls = [self.stub.Embed.future(tei.EmbedRequest(inputs="cancelled"), timeout=GUARD) for _ in range(MANY)]
        streams = [self.stub.EmbedStream(iter([tei.EmbedRequest(inputs="cancelled")] * 8), timeout=GUARD)
                   for _ in range(10)]
        self.wait_for_in_flight(lambda count: count >= MANY)
        for call in calls + streams:
            call.cancel()
        cancelled = time.monotonic()
        self.wait_for_in_flight(lambda count: count <= 1)
        free = time.monotonic()
        self.figure("seconds until all places are free", free - cancelled, most=1)
        self.end(free)


if __name__ == "__main__":
    os.environ["no_proxy"] = "127.0.0.1"
    unittest.main(argv=[sys.argv[0]], verbosity=1)
