#!/usr/bin/env python3
"""How fast `akidb-embed pull` downloads, beside curl, from one server on loopback.

    bench/hub_download.py build/release/akidb-embed [--megabytes 512] [--rounds 7] [--rate 0] [--folder /dev/shm]

All write to --folder (memory by default, so that no disk is measured). curl checks nothing; the pull hashes every byte
with sha256 and syncs the file; "checked" is curl and then sha256sum. Rounds are interleaved; medians are printed, with the
CPU seconds of each client. `openssl speed -evp sha256` says what hashing alone takes.
"""

import argparse
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hub"))
from scripted_hub import Hub, Repo  # noqa: E402

CHUNK = 1 << 20


class FileServer:
    """One file for every GET, by sendfile: as little work as a server can have."""

    def __init__(self, path, rate):
        self.path = path
        self.rate = rate  # bytes a second; 0: no limit
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, open(self.path, "rb") as file:
            head = b""
            while True:
                while b"\r\n\r\n" not in head:
                    piece = client.recv(4096)
                    if not piece:
                        return
                    head += piece
                head = b""
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % os.path.getsize(self.path))
                self.send(client, file)

    def send(self, client, file):
        if self.rate == 0:
            client.sendfile(file, 0)
            return
        size = os.path.getsize(self.path)
        began = time.monotonic()
        for at in range(0, size, CHUNK):
            client.sendfile(file, at, min(CHUNK, size - at))
            time.sleep(max(0, began + at / self.rate - time.monotonic()))


def timed(command, environment=None):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rate", type=int, default=0, help="MB/s that the server gives; 0: all that it has")
    parser.add_argument("--folder", default="/dev/shm")
    arguments = parser.parse_args()

    size = arguments.megabytes * 1_000_000
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        piece = os.urandom(CHUNK)
        content = piece * (size // CHUNK) + piece[: size % CHUNK]
        (folder / "content").write_bytes(content)
        server = FileServer(folder / "content", arguments.rate * 1_000_000)
        repo = Repo({"config.json": b'{"model_type":"bert"}', "model.safetensors": content})
        times = {"curl": [], "checked": [], "pull": []}
        with Hub({"org/name": repo}, cdn=server.url) as hub:
            siblings = repo.siblings()  # hashed once
            repo.siblings = lambda: siblings
            digest = siblings[1]["lfs"]["sha256"]
            repo.blob = lambda path: digest if path == "model.safetensors" else siblings[0]["blobId"]
            environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_TOKEN": "", "HF_HOME": str(folder / "home")}
            for _ in range(arguments.rounds + 1):
                fetch = ["curl", "--silent", "--show-error", "--output", folder / "curl", server.url]
                times["curl"].append(timed(fetch))
                (folder / "curl").unlink()
                times["checked"].append(tuple(map(sum, zip(timed(fetch), timed(["sha256sum", folder / "curl"])))))
                (folder / "curl").unlink()
                times["pull"].append(timed([arguments.program, "pull", "org/name"], environment))
                shutil.rmtree(folder / "home")
    server_rate = f"a server of {arguments.rate} MB/s" if arguments.rate else "an unbounded server"
    print(f"{arguments.megabytes} MB from {server_rate}, in {arguments.folder}, medians of {arguments.rounds} rounds")
    rates = {}
    for program, measured in times.items():
        seconds = statistics.median(wall for wall, _ in measured[1:])  # the first round warms up
        cpu = statistics.median(cpu for _, cpu in measured[1:])
        rates[program] = arguments.megabytes / seconds
        print(f"{program:7} {rates[program]:8,.0f} MB/s  {seconds:6.3f} s, {cpu:6.3f} CPU seconds")
    print(f"pull has {rates['pull'] / rates['curl']:.2f} of curl's rate, {rates['pull'] / rates['checked']:.2f} of curl's and sha256sum's")


if __name__ == "__main__":
    main()
