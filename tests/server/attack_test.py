#!/usr/bin/env python3
"""Clients that mean harm: slow ones by the thousand, and a server that is killed."""

import contextlib
import json
import os
import selectors
import socket
import tempfile
import time
import unittest

from life_test import GUARD, embed
from load_case import FIGURES, ONE, SANITIZED, LoadTest, Paced, Program, count, load

THOUSAND = 1_000
READERS = 1_000 if FIGURES else 300
SECONDS = 6 if FIGURES else 2
BATCH = 50
LONG = json.dumps({"inputs": [f"text {i}" for i in range(200)]})  # an answer of 1 MB
HEAD = "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"


def head(path, length):
    return HEAD.format(path=path, length=length).encode()


class Attack:
    """Connections that send `first`, then a byte of `rest` now and then, and read nothing. `between` is called after each
    few of them."""

    def __init__(self, port, first, rest=b"", connections=THOUSAND, receive_buffer=None, between=None):
        self.rest = rest
        self.sockets = []
        for _ in range(connections):
            attacker = socket.socket()
            if receive_buffer:
                attacker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            attacker.connect(("127.0.0.1", port))
            attacker.sendall(first)
            self.sockets.append(attacker)
            if between and len(self.sockets) % BATCH == 0:
                between()

    def drip(self, at):
        for attacker in self.sockets:
            with contextlib.suppress(OSError):
                attacker.send(self.rest[at : at + 1])

    def wait_until_closed(self):
        """What each attacker was told before the server ended its connection."""
        said = []
        selector = selectors.DefaultSelector()
        for attacker in self.sockets:
            attacker.setblocking(False)
            selector.register(attacker, selectors.EVENT_READ, bytearray())
        end = time.monotonic() + GUARD
        while selector.get_map():
            if time.monotonic() > end:
                raise AssertionError(f"{len(selector.get_map())} attackers are still connected")
            for key, _ in selector.select(1):
                try:
                    data = key.fileobj.recv(65_536)
                except ConnectionError:
                    data = b""
                if data:
                    key.data.extend(data)
                    continue
                said.append(bytes(key.data))
                selector.unregister(key.fileobj)
                key.fileobj.close()
        return said

    def close(self):
        for attacker in self.sockets:
            attacker.close()


def wait_until_idle(server):
    """Until nothing is computed any more."""
    end = time.monotonic() + GUARD
    while server.metric("akidb_embed_in_flight_requests") > 0:
        assert time.monotonic() < end
        time.sleep(0.01)


def wait_until_written(server):
    """Until the system has taken what it takes of the answers: the last of them are still on their way to it."""
    end = time.monotonic() + GUARD
    before, unsent = None, server.metric("akidb_embed_unsent_bytes")
    while unsent != before:
        assert time.monotonic() < end
        time.sleep(0.2)
        before, unsent = unsent, server.metric("akidb_embed_unsent_bytes")


class SlowClients(LoadTest):
    def beside(self, make_attack):
        """The load of well-behaved clients before an attack and during it."""
        with Program("--max-requests", "4096") as server:
            before = load(server.port, 16, SECONDS, "--rate", 300)
            attack = make_attack(server)
            wait_until_idle(server)
            wait_until_written(server)
            during = load(server.port, 16, SECONDS, "--rate", 300)
            threads = server.status("Threads")
            memory = server.status("VmHWM")
            attack.close()
            for figures in (before, during):
                self.assertEqual(set(figures["answers"]), {"200"}, figures)
                self.assertEqual((figures["broken"], figures["refused"]), (0, 0), figures)
            print(f"{self.id().rpartition('.')[2]}: {threads} threads, peak memory {memory / 1024:.0f} MiB, p99 before "
                  f"{before['answers']['200']['p99_ms']:.2f} ms, during {during['answers']['200']['p99_ms']:.2f} ms")
            self.figure("p99 of others during to before",
                        during["answers"]["200"]["p99_ms"] / before["answers"]["200"]["p99_ms"], most=1.5)
            self.assertEqual(server.stop(), 0)
            return memory

    def test_slow_heads(self):
        self.beside(lambda server: Attack(server.port, b"POST /embed HTTP/1.1\r\nHost: lo"))

    def test_slow_bodies(self):
        self.beside(lambda server: Attack(server.port, head("/embed", 1_000_000) + b"\r\n{"))

    def test_slow_readers(self):
        request = head("/v1/akidb/embed", len(LONG)) + b"\r\n" + LONG.encode()
        memory = self.beside(
            lambda server: Attack(server.port, request, connections=READERS, receive_buffer=4_096,
                                  between=lambda: wait_until_idle(server)))
        if not SANITIZED:
            self.assertLess(memory, 200 * 1024)  # KiB: 300 answers are 300 MB, with what they were made from

    def test_they_are_told_and_let_go(self):
        with Paced(patience_ms=700) as server:
            heads = Attack(server.port, b"POST /embed HTTP/1.1\r\nHost: lo", b"calhost\r\nX: ")
            bodies = Attack(server.port, head("/embed", 100) + b"\r\n{", b" " * 20)
            for at in range(4):
                heads.drip(at)
                bodies.drip(at)
                time.sleep(0.1)
            told = heads.wait_until_closed() + bodies.wait_until_closed()
            self.assertEqual(len(told), 2 * THOUSAND)
            self.assertEqual({answer[:12] for answer in told}, {b"HTTP/1.1 408"})
            readers = Attack(server.port, head("/v1/akidb/embed", len(LONG)) + b"\r\n" + LONG.encode(),
                             connections=20, receive_buffer=4_096)
            time.sleep(0.1)
            readers.close()
            end = time.monotonic() + GUARD
            while server.metric("akidb_embed_http_connections") > 1:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.05)
            self.assertEqual(count(load(server.port, 1, 0.2), 200) > 0, True)
            self.assertEqual(server.stop(), 0)


class Killed(LoadTest):
    def test_the_next_start_finds_port_and_socket_free(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            for _ in range(10):
                # gRPC's port would be the one above, which another test may have.
                with Program("--port", str(port), "--grpc-port", "0", "--unix-socket", path) as server:
                    self.assertEqual(server.port, port)
                    connections = [server.connect() for _ in range(20)]
                    for connection in connections:
                        self.assertEqual(embed(connection)[0], 200)
                        connection.request("POST", "/embed", ONE)  # under way at the blow
                    with socket.socket(socket.AF_UNIX) as local:
                        local.connect(path)
                        local.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        self.assertIn(b"200 OK", local.recv(4_096))
                    server.process.kill()
                    server.process.wait(GUARD)
                    for connection in connections:
                        connection.close()
                self.assertEqual(os.listdir(folder), ["socket"])


if __name__ == "__main__":
    unittest.main(verbosity=1)
