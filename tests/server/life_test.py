#!/usr/bin/env python3
"""akidb-embed serve as a process: start, drain, reload, secrets. On the hash provider."""

import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

PROGRAM = os.environ["AKIDB_EMBED_PROGRAM"]
GUARD = 60  # seconds after which a hung process fails the test


class Served:
    """A server that listens on a free port; its standard error is kept."""

    def __init__(self, *flags, **environment):
        self.start([PROGRAM, "serve", "--provider", "hash", "--port", "0", *flags], **environment)

    def start(self, words, pass_fds=(), **environment):
        self.process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            pass_fds=pass_fds,
        )
        self.lines = []
        self.port = None
        self.grpc_port = None
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.wait_for("is ready")

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"listening on https?://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
            if found := re.search(r"listening for gRPC on 127\.0\.0\.1:(\d+)", line):
                self.grpc_port = int(found[1])

    def wait_for(self, text):
        end = time.monotonic() + GUARD
        while not any(text in line for line in self.lines):
            if time.monotonic() > end or self.process.poll() is not None and not self.reader.is_alive():
                raise AssertionError(f"no line with '{text}' in {self.lines}")
            time.sleep(0.005)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=GUARD)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(GUARD)
        self.reader.join(GUARD)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(GUARD)
        self.reader.join(GUARD)
        self.process.stdout.close()
        self.process.stderr.close()


def embed(connection, text="hello", **headers):
    connection.request("POST", "/embed", json.dumps({"inputs": text}), headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer


def raw_vector(server, text):
    """The vector as bytes of float32, by our own route: what all others are held against."""
    connection = server.connect()
    connection.request("POST", "/v1/akidb/embed", json.dumps({"inputs": text}), {"Accept": "application/octet-stream"})
    vector = connection.getresponse().read()
    connection.close()
    return vector


def make_certificate(folder, name):
    """A self-signed one for 127.0.0.1: the files of the certificate and of its key."""
    files = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", files[0], "-keyout", files[1]], check=True, capture_output=True, timeout=GUARD)
    return files


class Life(unittest.TestCase):
    def test_idle_server_ends_at_once_in_spite_of_open_connections(self):
        with Served() as server:
            connections = [server.connect() for _ in range(20)]
            for connection in connections:
                self.assertEqual(embed(connection)[0], 200)
            begin = time.monotonic()
            self.assertEqual(server.stop(), 0)
            seconds = time.monotonic() - begin
            print(f"an idle server with 20 connections ended {seconds:.2f} s after SIGTERM")
            self.assertLess(seconds, 15)  # neither the 75 s of an idle connection nor the 30 s of grace
            for connection in connections:
                connection.close()

    def test_drain_loses_no_accepted_request(self):
        for _ in range(20):
            with Served() as server:
                problems = []
                statuses = {200: 0, 503: 0}
                stopped = threading.Event()

                def client():
                    while not stopped.is_set():
                        connection = server.connect()
                        try:
                            connection.connect()
                        except OSError:
                            return  # nobody listens any more
                        try:
                            while True:
                                status, body, answer = embed(connection, ["some text"] * 8)
                                statuses[status] += 1
                                if status == 503 and answer.headers["Retry-After"] is None:
                                    problems.append("503 without Retry-After")
                                if answer.headers["Connection"] == "close":
                                    break
                        except (OSError, http.client.HTTPException) as problem:
                            problems.append(repr(problem))
                            return
                        finally:
                            connection.close()
                        if status == 503:
                            return

                threads = [threading.Thread(target=client) for _ in range(4)]
                for thread in threads:
                    thread.start()
                time.sleep(0.1)
                self.assertEqual(server.stop(), 0)
                stopped.set()
                for thread in threads:
                    thread.join(GUARD)
                self.assertEqual(problems, [])
                self.assertGreater(statuses[200], 0)

    def test_second_signal_ends_it_now(self):
        with Served() as server:
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.05)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(GUARD), 130)
            server.stop()

    def test_reload_takes_new_keys_and_loses_no_request(self):
        with tempfile.TemporaryDirectory() as folder:
            keys = Path(folder, "keys")
            keys.write_text("old-key\n")
            with Served("--api-key-file", str(keys)) as server:
                bearer = lambda key: {"Authorization": "Bearer " + key}
                connection = server.connect()
                self.assertEqual(embed(connection, **bearer("old-key"))[0], 200)
                self.assertEqual(embed(connection, **bearer("new-key"))[0], 401)
                keys.write_text("old-key\nnew-key\n")
                server.process.send_signal(signal.SIGHUP)
                end = time.monotonic() + GUARD
                while not any("reloaded" in line for line in server.lines) and time.monotonic() < end:
                    self.assertEqual(embed(connection, **bearer("old-key"))[0], 200)
                server.wait_for("reloaded")
                self.assertEqual(embed(connection, **bearer("new-key"))[0], 200)
                self.assertEqual(server.stop(), 0)

    def test_no_secret_leaves(self):
        secret, text = "canary-key-5f2b", "canary text 91c7"
        with Served("--log-level", "debug", AKIDB_EMBED_API_KEYS=secret) as server:
            connection = server.connect()
            answers = []
            for path, body in (("/embed", {"inputs": text}), ("/embed", {"inputs": text, "dimensions": 0}), ("/nowhere", {})):
                for key in (secret, "wrong-" + secret):
                    connection.request("POST", path, json.dumps(body), {"Authorization": "Bearer " + key})
                    answers.append(connection.getresponse().read())
            for path in ("/metrics", "/info", "/v1/models", "/v1/akidb/models"):
                connection.request("GET", path, headers={"Authorization": "Bearer " + secret})
                answers.append(connection.getresponse().read())
            self.assertEqual(server.stop(), 0)
            said = b"".join(answers) + "".join(server.lines).encode()
            self.assertNotIn(secret.encode(), said)
            self.assertNotIn(text.encode(), said)

    def test_tls_and_client_certificates(self):
        with tempfile.TemporaryDirectory() as folder:
            def ask(server, trusted, own=None, most=ssl.TLSVersion.MAXIMUM_SUPPORTED):
                context = ssl.create_default_context(cafile=trusted)
                context.maximum_version = most
                if own:
                    context.load_cert_chain(*own)
                connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=GUARD, context=context)
                try:
                    return embed(connection)[0]
                finally:
                    connection.close()

            certificate, key = make_certificate(folder, "server")
            renewed = make_certificate(folder, "renewed")
            client = make_certificate(folder, "client")
            flags = ("--tls-certificate", certificate, "--tls-key", key)
            with Served(*flags) as server:
                self.assertEqual(ask(server, certificate), 200)
                self.assertEqual(ask(server, certificate, most=ssl.TLSVersion.TLSv1_2), 200)
                with self.assertRaises(ssl.SSLError):
                    ask(server, certificate, most=ssl.TLSVersion.TLSv1_1)
                os.replace(renewed[0], certificate)
                os.replace(renewed[1], key)
                server.process.send_signal(signal.SIGHUP)
                server.wait_for("reloaded")
                self.assertEqual(ask(server, certificate), 200)
                self.assertEqual(server.stop(), 0)
            fifo = os.path.join(folder, "fifo")
            os.mkfifo(fifo)
            for words in ((fifo, key, client[0]), (certificate, fifo, client[0]), (certificate, key, fifo)):
                named = list(zip(("--tls-certificate", "--tls-key", "--tls-client-ca"), words))
                done = subprocess.run([PROGRAM, "serve", "--provider", "hash", "--port", "0", *sum(named, ())],
                                      capture_output=True, text=True, timeout=GUARD)
                self.assertEqual(done.returncode, 2, done.stderr)
                [flag] = [name for name, file in named if file == fifo]
                self.assertIn(f"{flag}: cannot be used: fifo: expected a regular file, found a FIFO", done.stderr)
            with Served(*flags, "--tls-client-ca", client[0]) as server:
                self.assertEqual(ask(server, certificate, client), 200)
                for other in (None, (certificate, key)):
                    with self.assertRaises((ssl.SSLError, OSError)):
                        ask(server, certificate, other)
                self.assertEqual(server.stop(), 0)

    def test_requests_of_a_key_are_limited(self):
        with Served("--requests-per-minute", "20", AKIDB_EMBED_API_KEYS="a,b") as server:
            connection = server.connect()
            answers = [embed(connection, Authorization="Bearer a") for _ in range(3)]
            self.assertEqual([status for status, _, _ in answers], [200, 200, 429])
            self.assertIn(answers[2][2].headers["Retry-After"], ("2", "3"))
            self.assertEqual(embed(connection, Authorization="Bearer b")[0], 200)
            self.assertEqual(server.stop(), 0)

    def test_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            with Served("--unix-socket", path) as server:
                done = subprocess.run(
                    ["curl", "-s", "--unix-socket", path, "http://localhost/v1/embeddings", "-d", '{"input": "a"}'],
                    capture_output=True, timeout=GUARD, check=True)
                self.assertEqual(json.loads(done.stdout)["object"], "list")
                done = subprocess.run(["curl", "-s", "--unix-socket", path, "http://any.name/v1/models"],
                                      capture_output=True, timeout=GUARD, check=True)
                self.assertEqual(json.loads(done.stdout)["object"], "list")
                self.assertEqual(server.stop(), 0)
            self.assertFalse(os.path.exists(path))

    def test_unix_socket_is_no_other_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file, link = Path(folder, "file"), Path(folder, "link")
            file.write_text("mine")
            link.symlink_to("file")
            long = os.path.join(folder, "x" * 107)
            for path, message in ((file, "is no socket"), (link, "is no socket"), (long, "at most 107 bytes")):
                done = subprocess.run([PROGRAM, "serve", "--provider", "hash", "--port", "0", "--unix-socket", str(path)],
                                      capture_output=True, text=True, timeout=GUARD)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(f"cannot listen on {path}: ", done.stderr)
                self.assertIn(message, done.stderr)
                self.assertEqual(file.read_text(), "mine")
                self.assertTrue(link.is_symlink())
            path = Path(folder, "socket")
            with Served("--unix-socket", str(path)) as server:
                path.unlink()
                path.write_text("mine")
                self.assertEqual(server.stop(), 0)
            self.assertEqual(path.read_text(), "mine")

    def test_log_that_nobody_reads_holds_nothing_up(self):
        unread, given = os.pipe()
        process = subprocess.Popen([PROGRAM, "serve", "--provider", "hash", "--port", "0", "--log-requests"],
                                   stdout=subprocess.DEVNULL, stderr=given)
        try:
            os.close(given)
            said = b""
            while b"is ready" not in said:
                said += os.read(unread, 4_096)
            connection = http.client.HTTPConnection(
                "127.0.0.1", int(re.search(rb"listening on http://127\.0\.0\.1:(\d+)", said)[1]), timeout=GUARD)
            for _ in range(1_000):  # the pipe holds the lines of some 300
                self.assertEqual(embed(connection)[0], 200)
            connection.close()
            process.terminate()
            self.assertEqual(process.wait(GUARD), 0)
            said = os.read(unread, 1 << 20)
            self.assertGreater(said.count(b"request_id="), 100)
        finally:
            process.kill()
            process.wait(GUARD)
            os.close(unread)

    def test_wrong_settings_exit_2(self):
        for flags, message in (
            (("--port", "70000"), "--port: expected a whole number from 0 to 65535"),
            (("--model", "a=x", "--model", "a=y"), "two models are called a"),
            (("--model", "=x"), "expected NAME=MODEL"),
            (("--tls-key", "x"), "--tls-certificate and --tls-key go together"),
            (("--tls-key", "x", "--tls-certificate", "x"), "--tls-certificate: cannot be used"),
            (("--prot", "1"), "did you mean --port?"),
            (("--cors-origin", "https://a.example/"), "--cors-origin: expected SCHEME://HOST[:PORT] or *, got"),
            (("--dtype", "int9"), "--dtype: expected auto, fp32"),
        ):
            done = subprocess.run([PROGRAM, "serve", "--provider", "hash", *flags], capture_output=True, text=True, timeout=GUARD)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)

    def test_a_model_that_is_not_there_ends_the_start(self):
        done = subprocess.run([PROGRAM, "serve", "--port", "0", "--offline", "--model", "nobody/nothing"],
                              capture_output=True, text=True, timeout=GUARD)
        self.assertEqual(done.returncode, 3, done.stderr)
        errors = [line for line in done.stderr.splitlines() if line.startswith("akidb-embed: ")]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertTrue(errors[0].startswith('akidb-embed: model "nobody/nothing" is not on this machine: '), errors)
        done = subprocess.run([PROGRAM, "serve", "--port", "0", "--no-grpc", "--model", "./nosuch"],
                              capture_output=True, text=True, timeout=GUARD)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn('akidb-embed: model: there is no folder "./nosuch"', done.stderr)

    def test_a_port_that_is_taken_is_named_with_its_flag(self):
        with Served("--no-grpc") as server:
            done = subprocess.run([PROGRAM, "serve", "--provider", "hash", "--no-grpc", "--port", str(server.port)],
                                  capture_output=True, text=True, timeout=GUARD)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"cannot listen on 127.0.0.1:{server.port}: is the port taken? --port names another", done.stderr)
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
