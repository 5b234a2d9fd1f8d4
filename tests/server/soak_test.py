#!/usr/bin/env python3
"""A long mixed load: memory, descriptors and threads stay where they are after the warm-up.

    soak_test.py [--minutes N] [--model MODEL]      the short form is a test, `make soak` runs 30 minutes

Lengths, routes, errors and clients that leave are mixed. The gate is a line fitted through the samples of resident
memory: it may rise by 1 MiB an hour, or by what a page here and there makes in a short run. A server that leaks on
purpose has to fail the same gate.
"""

import argparse
import json
import os
import random
import socket
import sys
import threading
import time
import unittest
from unittest import mock

from life_test import GUARD
from load_case import SANITIZED, LoadTest, Paced, Program

MINUTES = 0.25
MODEL = None
WARM_UP = 0.3  # of the time
MIB_AN_HOUR = 1.0
NOISE_MIB = 0.5  # a fitted rise over the whole run that says nothing
CLIENTS = 6
WORDS = "the river froze early and trains were late because snow had fallen on the old northern line".split()
LEAK_BYTES = 4_096


def text(chance):
    return " ".join(chance.choices(WORDS, k=min(200, 1 + int(chance.lognormvariate(2, 1)))))


def texts(chance):
    return [text(chance) for _ in range(chance.randint(1, 16))]


# Weight, path, body, the status that it has to have. {} stands for what is made anew each time.
def requests(chance):
    return chance.choices(
        [
            ("/v1/embeddings", lambda: json.dumps({"input": texts(chance)}), 200),
            ("/v1/embeddings", lambda: json.dumps({"input": text(chance), "encoding_format": "base64"}), 200),
            ("/embed", lambda: json.dumps({"inputs": texts(chance)}), 200),
            ("/embed", lambda: json.dumps({"inputs": text(chance)}), 200),
            ("/v1/akidb/embed", lambda: json.dumps({"inputs": texts(chance)}), 200),
            ("/v2/embed", lambda: json.dumps({"texts": texts(chance), "model": "", "input_type": "search_query",
                                              "embedding_types": ["int8"]}), None),
            ("/api/embed", lambda: json.dumps({"model": "", "input": texts(chance)}), None),
            ("/tokenize", lambda: json.dumps({"inputs": text(chance)}), 200),
            ("/embed", lambda: '{"inputs":', 400),
            ("/embed", lambda: json.dumps({"inputs": 5}), 422),
            ("/v1/embeddings", lambda: json.dumps({"input": "a", "model": "none"}), 404),
            ("/nowhere/" + str(chance.randrange(1_000_000)), lambda: "{}", 404),
        ],
        weights=[6, 3, 6, 6, 3, 1, 1, 2, 1, 1, 1, 1],
    )[0]


class Client(threading.Thread):
    def __init__(self, server, seed, end):
        super().__init__(daemon=True)
        self.server, self.chance, self.end = server, random.Random(seed), end
        self.answers = self.left = 0
        self.problem = None
        self.start()

    def run(self):
        try:
            connection = self.server.connect()
            while time.monotonic() < self.end:
                if self.chance.random() < 0.02:
                    self.leave()
                    continue
                path, make, status = requests(self.chance)
                connection.request("POST", path, make())
                answer = connection.getresponse()
                body = answer.read()
                if status and answer.status != status:
                    raise AssertionError(f"{path}: {answer.status}, expected {status}: {body[:200]}")
                self.answers += 1
            connection.close()
        except Exception as problem:  # the main thread raises it
            self.problem = problem

    def leave(self):
        """Sends a request, or half of one, and goes."""
        body = json.dumps({"inputs": texts(self.chance)}).encode()
        whole = b"POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        with socket.create_connection(("127.0.0.1", self.server.port), GUARD) as leaver:
            leaver.sendall(whole[: self.chance.choice([len(whole), len(whole) // 2])])
        self.left += 1


def slope(samples):
    """MiB a second of the line through (seconds, MiB), by least squares."""
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread


def soak(server, minutes):
    """Samples of (seconds, resident MiB, descriptors, threads) after the warm-up, and what the clients did."""
    begin = time.monotonic()
    end = begin + 60 * minutes
    clients = [Client(server, seed, end) for seed in range(CLIENTS)]
    samples = []
    while (now := time.monotonic()) < end:
        if now - begin > WARM_UP * 60 * minutes:
            samples.append((now - begin, server.status("VmRSS") / 1024, server.descriptors(), server.status("Threads")))
        time.sleep(min(1, minutes))
    for client in clients:
        client.join(GUARD)
        if client.problem:
            raise client.problem
    return samples, sum(client.answers for client in clients), sum(client.left for client in clients)


def problems(samples):
    """What the gate says against a run, in words."""
    seconds = samples[-1][0] - samples[0][0]
    per_second = slope([(at, memory) for at, memory, _, _ in samples])
    found = []
    if per_second * seconds > max(NOISE_MIB, MIB_AN_HOUR / 3600 * seconds):
        found.append(f"memory rises by {per_second * seconds:.2f} MiB in {seconds:.0f} s, {per_second * 3600:.1f} MiB an hour")
    descriptors = [each[2] for each in samples]
    if sum(descriptors[-5:]) / 5 > sum(descriptors[:5]) / 5 + 2 * CLIENTS:
        found.append(f"descriptors rise from {descriptors[0]} to {descriptors[-1]}")
    threads = {each[3] for each in samples}
    if len(threads) > 1:
        found.append(f"threads change: {sorted(threads)}")
    return found


class Soak(LoadTest):
    def run_one(self, server, minutes):
        samples, answers, left = soak(server, minutes)
        self.assertEqual(server.stop(), 0)
        found = problems(samples)
        rise = slope([(at, memory) for at, memory, _, _ in samples]) * 3600
        print(f"{answers} answers, {left} clients left in {60 * minutes:.0f} s; {samples[0][1]:.1f} to {samples[-1][1]:.1f} MiB, "
              f"{rise:.2f} MiB an hour; {samples[-1][2]} descriptors, {samples[-1][3]} threads", flush=True)
        self.assertGreater(answers, 100)
        return found

    def test_memory_stays(self):
        flags = ["--provider", "auto", "--model", MODEL] if MODEL else []
        with Program("--text-cache-mib", "2", *flags) as server:
            found = self.run_one(server, MINUTES)
            self.assertEqual([each for each in found if not SANITIZED or "memory" not in each], [])

    def test_a_leak_fails_the_gate(self):
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # which would find it at the end, rightly
        with mock.patch.dict(os.environ, ASAN_OPTIONS=options), Paced(service_us=50, leak_bytes=LEAK_BYTES) as server:
            found = self.run_one(server, min(MINUTES, 1))
            print("the leaking server:", found)
            self.assertTrue(any("memory rises" in each for each in found), found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--model")
    given, rest = parser.parse_known_args()
    MINUTES, MODEL = given.minutes, given.model
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    unittest.main(verbosity=1, argv=[sys.argv[0], *rest])
