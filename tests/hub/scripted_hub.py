"""A model hub on loopback: serves repositories as the hub does, and misbehaves where it is told to.

    with Hub({"org/name": Repo({"config.json": b"{}"})}) as hub:
        ... HF_ENDPOINT=hub.url ...

`hub.script` is called before every request with a Request and may answer it in place of the hub: it returns True then.
"""

import hashlib
import http.server
import json
import re
import socket
import ssl
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

COMMIT = "a" * 40
HANG_GUARD = 60  # seconds that a stalled answer lasts at most


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def git_sha1(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass
class Repo:
    files: dict
    commit: str = COMMIT
    refs: tuple = ("main",)
    # Suffixes of what is kept in large-file storage and named by sha256.
    large: tuple = (".safetensors", ".onnx", ".onnx_data", ".bin")
    extra: list = field(default_factory=list)  # entries of the list that have no content

    def is_large(self, path):
        return path.endswith(self.large)

    def blob(self, path):
        content = self.files[path]
        return sha256(content) if self.is_large(path) else git_sha1(content)

    def siblings(self):
        entries = []
        for path, content in self.files.items():
            entry = {"rfilename": path, "size": len(content), "blobId": git_sha1(content)}
            if self.is_large(path):
                entry["lfs"] = {"sha256": sha256(content), "size": len(content), "pointerSize": 130}
            entries.append(entry)
        return entries + self.extra

    def tree(self):
        entries = []
        for path, content in self.files.items():
            entry = {"type": "file", "path": path, "size": len(content), "oid": git_sha1(content)}
            if self.is_large(path):
                entry["lfs"] = {"oid": sha256(content), "size": len(content), "pointerSize": 130}
            entries.append(entry)
        return entries


class Request:
    """One request, with the means to answer it badly."""

    def __init__(self, handler, kind, path, number):
        self.handler = handler
        self.kind = kind  # "api", "tree", "file", "cdn"
        self.path = path  # of the file in its repository; "" for api
        self.number = number  # of the requests of this kind and path, from 1
        self.headers = {name.lower(): value for name, value in handler.headers.items()}

    @property
    def range_start(self):
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(match[1]) if match else None

    def reply(self, status, body=b"", headers=(), length=None):
        self.handler.send_response(status)
        for name, value in dict(headers).items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(body) if length is None else length))
        self.handler.end_headers()
        self.write(body)
        if length is not None and length != len(body):
            self.close()
        return True

    def json(self, value, status=200, headers=()):
        return self.reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **dict(headers)})

    def start(self, status=200, headers=()):
        """Headers of an answer whose end is the end of the connection."""
        self.handler.close_connection = True
        self.raw(f"HTTP/1.1 {status} OK\r\n".encode())
        self.raw("".join(f"{name}: {value}\r\n" for name, value in dict(headers).items()).encode() + b"\r\n")

    def write(self, body):
        if self.handler.command != "HEAD":
            self.raw(body)

    def raw(self, data):
        try:
            self.handler.wfile.write(data)
            self.handler.wfile.flush()
        except OSError:
            self.handler.close_connection = True
            return False
        return True

    def close(self):
        self.handler.close_connection = True
        return True

    def reset(self):
        """The connection ends with RST."""
        connection = self.handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return self.close()

    def stall(self):
        """Nothing more comes until the client leaves."""
        self.handler.connection.settimeout(HANG_GUARD)
        try:
            while self.handler.connection.recv(4096):
                pass
        except OSError:
            pass
        return self.close()

    def drip(self, data, pause):
        """A byte now and then, until the client leaves."""
        deadline = time.monotonic() + HANG_GUARD
        for byte in data:
            if time.monotonic() > deadline or not self.raw(bytes([byte])):
                break
            time.sleep(pause)
        return self.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        hub = self.server.hub
        url = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(url.path)
        with hub.lock:
            hub.seen.append((self.command, self.path, dict(self.headers.items())))
        for kind, pattern, answer in (
            ("api", r"/api/models/(?P<model>.+)/revision/(?P<revision>[^?]+)", self.answer_api),
            ("tree", r"/api/models/(?P<model>.+)/tree/(?P<revision>[^?]+)", self.answer_tree),
            ("file", r"/(?P<model>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)", self.answer_file),
            ("cdn", r"/cdn/(?P<model>[^/]+/[^/]+)/(?P<path>.+)", self.answer_cdn),
        ):
            match = re.fullmatch(pattern, path)
            if match:
                break
        else:
            return Request(self, "other", path, 1).reply(404)
        parts = match.groupdict()
        request = Request(self, kind, parts.get("path", ""), hub.count(kind, parts.get("path", "")))
        if hub.script and hub.script(request):
            return None
        repo = hub.repos.get(parts["model"])
        if repo is None:
            return request.reply(401, headers={"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
        if parts.get("revision", repo.commit) not in (*repo.refs, repo.commit):
            return request.reply(404, headers={"X-Error-Code": "RevisionNotFound"})
        return answer(request, parts["model"], repo)

    def answer_api(self, request, model, repo):
        request.json({"id": model, "modelId": model, "sha": repo.commit, "private": False, "siblings": repo.siblings()})

    def answer_tree(self, request, _model, repo):
        request.json(repo.tree())

    def facts(self, repo, path):
        return {"X-Repo-Commit": repo.commit}

    def answer_file(self, request, model, repo):
        path = request.path
        if path not in repo.files:
            return request.reply(404, headers={**self.facts(repo, path), "X-Error-Code": "EntryNotFound"})
        if not repo.is_large(path):
            return self.send_content(request, repo, {**self.facts(repo, path), "ETag": f'"{repo.blob(path)}"'})
        linked = {"X-Linked-Etag": f'"{repo.blob(path)}"', "X-Linked-Size": str(len(repo.files[path])), "ETag": '"redirect"'}
        location = self.server.hub.cdn + urllib.parse.quote(f"/cdn/{model}/{path}")
        return request.reply(302, headers={**self.facts(repo, path), **linked, "Location": location})

    def answer_cdn(self, request, _model, repo):
        self.send_content(request, repo, {"ETag": '"of the storage"'})

    def send_content(self, request, repo, headers):
        content = repo.files[request.path]
        start = request.range_start
        headers = {**headers, "Accept-Ranges": "bytes"}
        if start is None:
            return request.reply(200, content, headers)
        if start >= len(content):
            return request.reply(416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return request.reply(206, content[start:], headers)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


class Hub:
    """A running hub; `cdn` may be another hub's address, where large files then come from."""

    def __init__(self, repos, script=None, cdn=None, certificate=None):
        self.repos = repos
        self.script = script
        self.lock = threading.Lock()
        self.seen = []
        self.counts = {}
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.hub = self
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.port = self.server.server_address[1]
        self.url = f"{scheme}://localhost:{self.port}" if certificate else f"http://127.0.0.1:{self.port}"
        self.cdn = cdn or self.url.replace("127.0.0.1", "localhost")  # another host, as far as a client can tell
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def count(self, kind, path):
        with self.lock:
            self.counts[kind, path] = self.counts.get((kind, path), 0) + 1
            return self.counts[kind, path]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
