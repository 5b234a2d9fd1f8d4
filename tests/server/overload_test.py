#!/usr/bin/env python3
"""More load than a server can take: what it accepts it answers in time, what it refuses it refuses at once."""

import json
import time
import unittest

from life_test import GUARD
from load_case import FIGURES, ONE, LoadTest, Paced, count, finish, load, start_load

SERVICE_US = 2_000
BOUND = 256  # requests under way
CONNECTIONS = 2 * BOUND
SECONDS = 10 if FIGURES else 2
DRAINS = 20


class Overload(LoadTest):
    def check(self, figures):
        """Every answer is one of the three, each refusal says when to come again, and no request is lost."""
        self.assertLessEqual(set(figures["answers"]), {"200", "429", "503"}, figures)
        self.assertEqual((figures["broken"], figures["refused"]), (0, 0), figures)
        for status in ("429", "503"):
            answers = figures["answers"].get(status, {"count": 0, "with_retry_after": 0})
            self.assertEqual(answers["count"], answers["with_retry_after"], figures)

    def test_two_and_ten_times_the_capacity(self):
        with Paced(service_us=SERVICE_US, max_requests=BOUND) as server:
            load(server.port, BOUND, 1)
            peak = load(server.port, BOUND, SECONDS)
            self.check(peak)
            capacity = count(peak, 200) / peak["seconds"]
            # As many connections at capacity as above it: a connection has memory of its own.
            time.sleep(0.5)
            self.check(load(server.port, CONNECTIONS, SECONDS, "--rate", capacity))
            at_capacity = server.status("VmHWM")
            queue_ms = BOUND / capacity * 1e3  # what a full queue takes
            for times in (2, 10):
                time.sleep(0.5)  # until the connections of the last load are gone
                server.forget_peak()
                over = load(server.port, CONNECTIONS, SECONDS, "--rate", times * capacity)
                self.check(over)
                self.assertGreater(count(over, 429), 0)
                self.assertGreater(count(over, 200), 0)
                accepted, refused = over["answers"]["200"], over["answers"]["429"]
                self.figure(f"at {times}x, goodput to peak", accepted["per_second"] / capacity, least=0.9)
                self.figure(f"at {times}x, p99 of accepted, ms", accepted["p99_ms"], most=1.5 * queue_ms)
                self.figure(f"at {times}x, p99 of refusals, ms", refused["p99_ms"], most=50)
                growth = server.status("VmHWM") / at_capacity
                self.figure(f"at {times}x, memory to that at capacity", growth, most=1.1)
                self.assertLess(growth, 1.5)  # of little: the server has 25 MiB
            self.assertEqual(server.stop(), 0)

    def test_retry_after_is_what_the_queue_takes(self):
        with Paced(service_us=10_000, max_requests=400) as server:
            background = start_load(server.port, 400, 6, "--stay-closed")
            time.sleep(4)
            # Several: a client of the load has left a place free between an answer and its next request.
            probes = [server.connect() for _ in range(16)]
            for probe in probes:
                probe.request("POST", "/embed", ONE)
            answers = [probe.getresponse() for probe in probes]
            refusals = [answer for answer in answers if answer.status == 429]
            self.assertTrue(refusals, [answer.status for answer in answers])
            seconds = int(refusals[0].headers["Retry-After"])
            for probe in probes:
                probe.close()
            self.check(finish(background))
            # 400 texts at 100 a second are 4 seconds, and more where the machine is slow; 1 is what is said unmeasured.
            self.assertGreaterEqual(seconds, 4)
            self.assertLessEqual(seconds, 60)
            self.figure("Retry-After for a queue of 4 s", seconds, most=6)
            self.assertEqual(server.stop(), 0)

    def test_drains_lose_no_accepted_request(self):
        for _ in range(DRAINS):
            with Paced(service_us=1_000, max_requests=64) as server:
                background = start_load(server.port, 64, GUARD, "--stay-closed")
                time.sleep(0.2)
                self.assertEqual(server.stop(), 0)
                figures = finish(background)
                self.check(figures)
                self.assertGreater(count(figures, 200), 0)
                self.assertLess(figures["seconds"], GUARD)  # each connection was closed

    def test_a_caller_of_many_does_not_push_another_aside(self):
        lists = json.dumps({"inputs": [f"text {i}" for i in range(2_048)]})
        with Paced(service_us=200, api_keys="many,single") as server:
            single = ["--field", "Authorization: Bearer single", "--rate", 50]
            alone = load(server.port, 16, SECONDS, *single)
            many = start_load(server.port, 4, SECONDS + 2, "--field", "Authorization: Bearer many",
                              path="/v1/akidb/embed", bodies=(lists,))
            time.sleep(0.5)
            beside = load(server.port, 16, SECONDS, *single)
            self.assertEqual(set(alone["answers"]), {"200"})
            self.assertEqual(set(beside["answers"]), {"200"})
            taken = finish(many)
            self.assertLessEqual(set(taken["answers"]), {"200"})
            # Two thousand texts take 0.4 s; in a line of all callers a single one would wait for that, and four times.
            alone, beside = alone["answers"]["200"], beside["answers"]["200"]
            self.figure("p99 of single texts beside lists to that alone", beside["p99_ms"] / alone["p99_ms"], most=3)
            print(f"p99 alone {alone['p99_ms']:.2f} ms, beside lists {beside['p99_ms']:.2f} ms")
            self.assertLess(beside["p50_ms"], 200)
            self.assertEqual(server.stop(), 0)

    def test_thousand_clients_leave(self):
        with Paced(service_us=20_000, max_requests=2_000) as server:
            connections = []
            request = (f"POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(ONE)}\r\n\r\n" + ONE).encode()
            for _ in range(1_000):
                connection = server.connect()
                connection.connect()
                connection.sock.sendall(request)
                connections.append(connection)
            end = time.monotonic() + GUARD
            while server.metric("akidb_embed_in_flight_requests") < 900 and time.monotonic() < end:
                time.sleep(0.01)
            for connection in connections:
                connection.close()
            left = time.monotonic()
            while server.metric("akidb_embed_in_flight_requests") > 0:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.01)
            self.figure("seconds until all places are free", time.monotonic() - left, most=1)
            self.assertEqual(self.embed_status(server), 200)
            self.assertEqual(server.stop(), 0)
            # 50 a second for as long as they were there: most were never computed.
            print(f"computed {server.computed()} of 1,000 texts")
            self.assertLess(server.computed(), 500)

    @staticmethod
    def embed_status(server):
        connection = server.connect()
        connection.request("POST", "/embed", ONE)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status


if __name__ == "__main__":
    unittest.main(verbosity=1)
