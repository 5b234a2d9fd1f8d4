#!/usr/bin/env python3
"""HTTP as an attacker writes it, on the real socket: what two readers could understand differently is refused and ends
the connection, limits hold to the byte, and a refusal costs no memory."""

import json
import re
import socket
import time
import unittest

from life_test import GUARD
from load_case import LoadTest, Program

HEAD = b"POST /embed HTTP/1.1\r\nHost: localhost\r\n"
BODY = b'{"inputs":"a"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"
LINE, FIELDS, HEAD_BYTES, CHUNKS = 8_192, 100, 65_536, 65_536
KIB_OF_100_REFUSALS = 1_024


def chunk(data, extension=b""):
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


LAST = b"0\r\n\r\n"

# What it is, the bytes, and the status. Behind each stands SMUGGLED, which must not be answered.
REFUSED = (
    ("CL and TE", HEAD + LENGTH + CHUNKED + b"\r\n" + chunk(BODY) + LAST, 400),
    ("TE and CL", HEAD + CHUNKED + LENGTH + b"\r\n" + chunk(BODY) + LAST, 400),
    ("CL of 0 and TE", HEAD + b"Content-Length: 0\r\n" + CHUNKED + b"\r\n" + chunk(BODY) + LAST, 400),
    ("two CL", HEAD + b"Content-Length: 0\r\n" + LENGTH + b"\r\n" + BODY, 400),
    ("two equal CL", HEAD + LENGTH + LENGTH + b"\r\n" + BODY, 400),
    ("CL list", HEAD + b"Content-Length: 14, 14\r\n\r\n" + BODY, 400),
    ("CL with a sign", HEAD + b"Content-Length: +14\r\n\r\n" + BODY, 400),
    ("CL in hexadecimal", HEAD + b"Content-Length: 0xe\r\n\r\n" + BODY, 400),
    ("CL with an underscore", HEAD + b"Content-Length: 1_4\r\n\r\n" + BODY, 400),
    ("CL of nothing", HEAD + b"Content-Length: \r\n\r\n" + BODY, 400),
    ("CL that overflows", HEAD + b"Content-Length: 18446744073709551630\r\n\r\n" + BODY, 400),
    ("negative CL", HEAD + b"Content-Length: -1\r\n\r\n", 400),
    ("CL behind a space", HEAD + b"Content-Length : 14\r\n\r\n" + BODY, 400),
    ("two TE", HEAD + CHUNKED + CHUNKED + b"\r\n" + chunk(BODY) + LAST, 400),
    ("TE identity", HEAD + b"Transfer-Encoding: identity\r\n\r\n", 400),
    ("TE gzip, chunked", HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk(BODY) + LAST, 400),
    ("TE chunked, identity", HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + chunk(BODY) + LAST, 400),
    ("TE chunked, chunked", HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + chunk(BODY) + LAST, 400),
    ("TE xchunked", HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + chunk(BODY) + LAST, 400),
    ("TE with a vertical tab", HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + chunk(BODY) + LAST, 400),
    ("TE in quotes", HEAD + b'Transfer-Encoding: "chunked"\r\n\r\n' + chunk(BODY) + LAST, 400),
    ("TE folded", HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + chunk(BODY) + LAST, 400),
    ("TE behind a space", HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + chunk(BODY) + LAST, 400),
    ("bare LF everywhere", HEAD.replace(b"\r\n", b"\n") + b"\n", 400),
    ("bare LF at one field", HEAD + b"A: b\n" + LENGTH + b"\r\n" + BODY, 400),
    ("bare LF at the end of the head", HEAD + LENGTH + b"\n" + BODY, 400),
    ("bare LF behind a chunk's size", HEAD + CHUNKED + b"\r\n" + b"e\n" + BODY, 400),
    ("bare LF for the last line", HEAD + CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\n\n", 400),
    ("bare LF in the trailer", HEAD + CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\nA: b\n", 400),
    ("bare CR", HEAD + b"A: b\rContent-Length: 0\r\n\r\n", 400),
    ("folded field", HEAD + b"A: b\r\n c\r\n\r\n", 400),
    ("field folded by a tab", HEAD + b"A: b\r\n\tc\r\n\r\n", 400),
    ("field without a name", HEAD + b": b\r\n\r\n", 400),
    ("field without a colon", HEAD + b"field\r\n\r\n", 400),
    ("space in a field's name", HEAD + b"a b: c\r\n\r\n", 400),
    ("NUL in a field", HEAD + b"A: b\x00c\r\n\r\n", 400),
    ("NUL in a field's name", HEAD + b"A\x00: b\r\n\r\n", 400),
    ("no Host", b"GET /live HTTP/1.1\r\n\r\n", 400),
    ("two Hosts", b"GET /live HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
    ("HTTP/0.9", b"GET /live\r\n\r\n", 400),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("HTTP/1.2 with a space", b"GET /live HTTP/1. 1\r\nHost: localhost\r\n\r\n", 400),
    ("lower-case http", b"GET /live http/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32) + b"\n", 400),
    ("target with a space", b"GET /li ve HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("target with a bad escape", b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("target with NUL", b"GET /live%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("chunk size of no number", HEAD + CHUNKED + b"\r\nxyz\r\n" + BODY, 400),
    ("chunk size with a sign", HEAD + CHUNKED + b"\r\n+e\r\n" + BODY + b"\r\n" + LAST, 400),
    ("chunk size with 0x", HEAD + CHUNKED + b"\r\n0xe\r\n" + BODY + b"\r\n" + LAST, 400),
    ("chunk size that overflows", HEAD + CHUNKED + b"\r\nfffffffffffffffff\r\n" + BODY, 400),
    ("negative chunk size", HEAD + CHUNKED + b"\r\n-1\r\n" + BODY, 400),
    ("chunk longer than its size", HEAD + CHUNKED + b"\r\n1\r\n" + BODY + b"\r\n" + LAST, 400),
    ("chunk without its CRLF", HEAD + CHUNKED + b"\r\ne\r\n" + BODY + LAST, 400),
    ("chunk that ends in LF", HEAD + CHUNKED + b"\r\ne\n" + BODY + b"\n0\n\n", 400),
    ("trailer with a CL", HEAD + CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\nContent-Length: 999\r\n\r\n", 400),
    ("gzip", HEAD + LENGTH + b"Content-Encoding: gzip\r\n\r\n" + BODY, 415),
    ("deflate", HEAD + LENGTH + b"Content-Encoding: deflate\r\n\r\n" + BODY, 415),
    ("other Expect", HEAD + LENGTH + b"Expect: wonders\r\n\r\n" + BODY, 417),
    ("long target", b"GET /" + b"a" * LINE + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    ("target without an end", b"GET /" + b"a" * (2 * LINE), 414),
    ("long field", HEAD + b"A: " + b"a" * LINE + b"\r\n\r\n", 431),
    ("too many fields", HEAD + b"A: b\r\n" * FIELDS + b"\r\n", 431),
    ("long head", HEAD + (b"A: " + b"a" * 8_000 + b"\r\n") * 9 + b"\r\n", 431),
    ("body too large", HEAD + b"Content-Length: 2000000\r\n\r\n" + BODY, 413),
    ("body far too large", HEAD + b"Content-Length: 9223372036854775807\r\n\r\n" + BODY, 413),
    ("chunk too large", HEAD + CHUNKED + b"\r\nfffffff\r\n" + BODY, 413),
    ("chunks too large", HEAD + CHUNKED + b"\r\n" + chunk(b" " * 60_000) * 18 + LAST, 413),
    ("too many chunks", HEAD + CHUNKED + b"\r\n" + chunk(b" ") * (CHUNKS + 1) + LAST, 413),
)

# Wrong, but whole: the connection goes on. What it is, the bytes, and the status.
WRONG = (
    ("no such path", b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
    ("other method", b"DELETE /embed HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    ("unknown method", b"BREW /embed HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    ("other Host", b"GET /live HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
    ("no JSON", HEAD + b"Content-Length: 1\r\n\r\n{", 400),
    ("deep JSON", HEAD + b"Content-Length: 500000\r\n\r\n" + b"[" * 500_000, 400),
    ("no UTF-8", HEAD + b'Content-Length: 14\r\n\r\n{"inputs":"\xff"}', 400),
    ("no body", HEAD + b"\r\n", 400),
    ("wrong field", HEAD + b'Content-Length: 12\r\n\r\n{"inputs":1}', 422),
    ("no input", HEAD + b'Content-Length: 13\r\n\r\n{"inputs":[]}', 400),
    ("too many inputs", HEAD + b"Content-Length: %d\r\n\r\n" % len(many := json.dumps({"inputs": ["a"] * 20_000}).encode())
     + many, 422),
    ("unknown model", b"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 25\r\n\r\n"
     b'{"input":"a","model":"b"}', 404),
    ("late", HEAD + LENGTH + b"X-Request-Timeout-Ms: 0\r\n\r\n" + BODY, 504),
    ("wrong priority", HEAD + LENGTH + b"X-Priority: first\r\n\r\n" + BODY, 422),
    ("no head for it", b"POST /rerank HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}", 424),
)

# What a client may do, however odd.
TAKEN = (
    ("chunks", HEAD + CHUNKED + b"\r\n" + chunk(BODY[:3]) + chunk(BODY[3:]) + LAST),
    ("chunks of a byte", HEAD + CHUNKED + b"\r\n" + b"".join(chunk(bytes([byte])) for byte in BODY) + LAST),
    ("extensions of chunks", HEAD + CHUNKED + b"\r\n" + chunk(BODY, b';name="value";other') + LAST),
    ("trailers", HEAD + CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\nA: b\r\nHost: other\r\n\r\n"),
    ("size with zeros before it", HEAD + CHUNKED + b"\r\n000e\r\n" + BODY + b"\r\n" + LAST),
    ("TE in capitals", HEAD + b"TRANSFER-ENCODING: CHUNKED\r\n\r\n" + chunk(BODY) + LAST),
    ("as many chunks as may be", HEAD + CHUNKED + b"\r\n" + chunk(b" ") * (CHUNKS - 2) + chunk(BODY) + LAST),
    ("spaces around a value", HEAD + b"Content-Length: \t14 \r\n\r\n" + BODY),
    ("absolute target", b"POST http://localhost/embed HTTP/1.1\r\nHost: localhost\r\n" + LENGTH + b"\r\n" + BODY),
    ("escaped target", b"POST /%65mbed?query=1 HTTP/1.1\r\nHost: localhost\r\n" + LENGTH + b"\r\n" + BODY),
    ("identity", HEAD + LENGTH + b"Content-Encoding: identity\r\n\r\n" + BODY),
    ("fields up to the limit", HEAD + b"A: b\r\n" * (FIELDS - 2) + LENGTH + b"\r\n" + BODY),
    ("line up to the limit", HEAD + b"A: " + b"a" * (LINE - 3) + b"\r\n" + LENGTH + b"\r\n" + BODY),
    ("head close to the limit", HEAD + (b"A: " + b"a" * 8_000 + b"\r\n") * 8 + LENGTH + b"\r\n" + BODY),
)


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), GUARD)
        self.left = b""

    def send(self, data):
        """False where the server has closed before it had all: it may, after a refusal."""
        try:
            self.socket.sendall(data)
            return True
        except ConnectionError:
            return False

    def receive(self):
        """The next answer as status, fields and body; None where the server closed the connection instead."""
        while b"\r\n\r\n" not in self.left:
            if not self.more():
                return None
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        fields = dict(re.findall(rb"^([^:\r\n]+): ([^\r\n]*)", head, re.MULTILINE))
        length = int(fields.get(b"content-length", 0))
        while len(self.left) < length:
            if not self.more():
                raise AssertionError(f"half an answer: {head}")
        body, self.left = self.left[:length], self.left[length:]
        return int(head[9:12]), fields, body

    def more(self):
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            data = b""
        self.left += data
        return data != b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


class Protocol(LoadTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Program("--max-request-mib", "1")
        with cls.client() as client:
            client.send(HEAD + LENGTH + b"\r\n" + BODY)
            cls.good = client.receive()[2]

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    @classmethod
    def client(cls):
        return Client(cls.server.port)

    def refuse(self, what, data, status):
        with self.client() as client:
            client.send(data + SMUGGLED)
            answer = client.receive()
            self.assertIsNotNone(answer, what)
            self.assertEqual((answer[0], answer[1].get(b"connection")), (status, b"close"), what)
            self.assertIsNone(client.receive(), f"{what}: an answer to what stands behind it")

    def wrong(self, client, what, data, status):
        client.send(data)
        self.assertEqual(client.receive()[0], status, what)

    def test_what_is_read_in_two_ways_is_refused(self):
        for case in REFUSED:
            with self.subTest(case[0]):
                self.refuse(*case)

    def test_refusals_do_not_depend_on_how_the_bytes_arrive(self):
        for what, data, status in REFUSED:
            if len(data) > 300:
                continue
            with self.client() as client:
                client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                whole = data + SMUGGLED
                for at in range(0, len(whole), 7):
                    if not client.send(whole[at : at + 7]):
                        break
                    time.sleep(0.0002)
                answer = client.receive()
                self.assertTrue(answer is None or answer[0] == status, f"{what}: {answer and answer[0]}")

    def test_what_is_whole_keeps_the_connection(self):
        with self.client() as client:
            for what, data, status in WRONG:
                self.wrong(client, what, data, status)
                client.send(SMUGGLED)
                self.assertEqual(client.receive()[0], 200, what)

    def test_what_clients_may_do(self):
        with self.client() as client:
            for what, data in TAKEN:
                client.send(data)
                status, _, body = client.receive()
                self.assertEqual((status, body == self.good), (200, True), f"{what}: {body[:200]}")

    def test_pipelined_requests_are_answered_in_their_order(self):
        """More than the server's buffer holds, each with a text of its own."""
        bodies = [json.dumps({"inputs": f"text {i % 7} " * (i % 50 + 1), "truncate": True}).encode() for i in range(300)]
        requests = [HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body for body in bodies]
        with self.client() as client:
            alone = {}
            for request in requests:
                client.send(request)
                alone[request] = client.receive()[2]
            self.assertGreater(len(set(alone.values())), 7)
        with self.client() as client:
            client.send(b"".join(requests) + b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" + SMUGGLED)
            for request in requests:
                self.assertEqual(client.receive()[2], alone[request])
            self.assertEqual(client.receive()[2], b'{"live":true}')
            self.assertIsNone(client.receive())

    def test_expect_continue(self):
        with self.client() as client:
            client.send(HEAD + LENGTH + b"Expect: 100-continue\r\n\r\n")
            self.assertEqual(client.receive()[0], 100)
            client.send(BODY)
            self.assertEqual(client.receive()[2], self.good)
            client.send(HEAD + LENGTH + b"Expect: 100-continue\r\n\r\n" + BODY)  # does not wait for it
            answer = client.receive()
            if answer[0] == 100:
                answer = client.receive()
            self.assertEqual(answer[2], self.good)
            client.send(HEAD + b"Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(client.receive()[0], 413)
            self.assertIsNone(client.receive())

    def test_http_1_0(self):
        with self.client() as client:
            client.send(b"GET /live HTTP/1.0\r\nHost: localhost\r\n\r\n" + SMUGGLED)
            self.assertEqual(client.receive()[2], b'{"live":true}')
            self.assertIsNone(client.receive())

    def test_hundred_refusals_of_each_kind_cost_no_memory(self):
        refusals = [lambda case=case: self.refuse(*case) for case in REFUSED]
        refusals += [lambda case=case: self.one_wrong(*case) for case in WRONG]
        for case, refusal in zip(REFUSED + WRONG, refusals):
            growths = []
            # How many connections are about to end at a time differs, and so does what is kept for them; a leak would
            # be in every hundred.
            while len(growths) < 8 and (not growths or growths[-1] >= KIB_OF_100_REFUSALS):
                before = self.server.status("VmRSS")
                for _ in range(100):
                    refusal()
                growths.append(self.server.status("VmRSS") - before)
            self.assertLess(growths[-1], KIB_OF_100_REFUSALS, f"{case[0]}: {growths}")

    def one_wrong(self, what, data, status):
        with self.client() as client:
            self.wrong(client, what, data, status)


if __name__ == "__main__":
    unittest.main(verbosity=1)
