#!/usr/bin/env python3
"""Certificates, proxies, and the token over plain http."""

import socket
import subprocess
import threading
import unittest

from hub_case import TOKEN, HubTest, plain_repo
from misbehaviours import FILE, body, location
from scripted_hub import Hub


class Proxy:
    """A proxy on loopback: tunnels every CONNECT to one port, whatever name was asked for, and answers other requests
    with 502. Keeps the heads of the requests."""

    def __init__(self, to_port):
        self.to_port = to_port
        self.heads = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                return
            head += piece
        self.heads.append(head.decode())
        if not head.startswith(b"CONNECT "):
            client.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self.to_port))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=self.pipe, args=(server, client), daemon=True)
        back.start()
        self.pipe(client, server)
        back.join()

    @staticmethod
    def pipe(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Secure(HubTest):
    def setUp(self):
        super().setUp()
        self.certificate = self.folder / "cert.pem"
        key = self.folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
            + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:hub.invalid"]
            + ["-keyout", str(key), "-out", str(self.certificate)],
            check=True,
            capture_output=True,
        )
        self.repo = plain_repo()
        self.pair = (str(self.certificate), str(key))

    def test_certificates(self):
        with Hub({"org/name": self.repo}, certificate=self.pair) as hub:
            self.fails(6, "localhost is not trusted", "pull", "org/name", environment=self.environment(hub))
            self.assertEqual(hub.seen, [])
            done = self.pull(hub, SSL_CERT_FILE=self.certificate)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual({headers.get("Authorization") for _, _, headers in hub.seen}, {f"Bearer {TOKEN}"})
            missing = self.environment(hub, SSL_CERT_FILE=self.folder / "missing.pem", HF_HUB_CACHE=self.folder / "other")
            self.fails(6, "SSL_CERT_FILE", "pull", "org/name", environment=missing)
        self.check_cache(self.repo, whole=True)

    def test_https_is_never_left_for_http(self):
        with Hub({"org/name": self.repo}) as plain, Hub({"org/name": self.repo}, certificate=self.pair) as hub:
            leads_down = lambda request: request.reply(301, headers={"Location": plain.url + request.handler.path})
            for hub.script in (body(location(f"{plain.url}/cdn/org/name/{FILE}")), leads_down):
                done = self.pull(hub, SSL_CERT_FILE=self.certificate)
                self.assertEqual(done.returncode, 7, done.stderr)
                self.assertIn(b"from https to plain http", done.stderr)
            self.assertEqual(plain.seen, [])

    def test_another_host_over_https_gets_no_token(self):
        repos = {"org/name": self.repo}
        with Hub(repos, certificate=self.pair) as other, Hub(repos, certificate=self.pair, cdn=other.url) as hub:
            done = self.pull(hub, SSL_CERT_FILE=self.certificate)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual([headers.get("Authorization") for _, _, headers in other.seen], [None])

    def test_a_proxy_tunnels_https(self):
        with Hub({"org/name": self.repo}, certificate=self.pair) as hub:
            proxy = Proxy(hub.port)
            self.addCleanup(proxy.close)
            hub.cdn = "https://hub.invalid"
            done = self.pull("https://hub.invalid", SSL_CERT_FILE=self.certificate, HTTPS_PROXY=proxy.url)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(len(proxy.heads), 0)
            for head in proxy.heads:
                self.assertTrue(head.startswith("CONNECT hub.invalid:443 "), head)
                self.assertNotIn(TOKEN, head)
            # NO_PROXY names it: the proxy sees nothing, and the name has no address.
            before = len(proxy.heads)
            variables = {"HTTPS_PROXY": proxy.url, "NO_PROXY": "example.org,hub.invalid", "HF_HUB_CACHE": self.folder / "other"}
            done = self.pull("https://hub.invalid", SSL_CERT_FILE=self.certificate, **variables)
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertIn(b"there is no connection to hub.invalid", done.stderr)
            self.assertEqual(len(proxy.heads), before)

    def test_a_proxy_is_not_asked_for_this_machine(self):
        with Hub({"org/name": self.repo}) as hub:
            dead = "http://127.0.0.1:1"
            done = self.pull(hub, http_proxy=dead, HTTPS_PROXY=dead, ALL_PROXY=dead)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_plain_http_elsewhere_gets_no_token(self):
        proxy = Proxy(1)
        self.addCleanup(proxy.close)
        done = self.pull("http://hub.invalid", http_proxy=proxy.url)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"the token stays here", done.stderr)
        self.assertEqual(len(proxy.heads), 1)
        self.assertTrue(proxy.heads[0].startswith("GET http://hub.invalid/api/models/org/name/revision/main?blobs=true "))
        self.assertNotIn(TOKEN, proxy.heads[0])
        self.assertNotIn("Authorization", proxy.heads[0])

    def test_a_proxy_that_is_not_there(self):
        done = self.pull("https://hub.invalid", HTTPS_PROXY="http://127.0.0.1:1")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn(b"there is no connection", done.stderr)


if __name__ == "__main__":
    unittest.main()
