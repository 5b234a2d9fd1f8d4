#!/usr/bin/env python3
"""How fast `akidb-embed pull` downloads, beside curl, from one server on loopback.

    bench/hub_download.py build/release/akidb-embed [--megabytes 512] [--rounds 7] [--folder /dev/shm]

Both write to --folder (memory by default, so that no disk is measured). curl checks nothing; the pull hashes every byte
with sha256 and syncs the file. Rounds are interleaved; medians are printed, with the CPU seconds of each client.
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

    def __init__(self, path):
        self.path = path
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
                client.sendfile(file, 0)


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
    parser.add_argument("--folder", default="/dev/shm")
    arguments = parser.parse_args()

    size = arguments.megabytes * 1_000_000
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        piece = os.urandom(CHUNK)
        content = piece * (size // CHUNK) + piece[: size % CHUNK]
        (folder / "content").write_bytes(content)
        server = FileServer(folder / "content")
        repo = Repo({"config.json": b'{"model_type":"bert"}', "model.safetensors": content})
        times = {"curl": [], "pull": []}
        with Hub({"org/name": repo}, cdn=server.url) as hub:
            siblings = repo.siblings()  # hashed once
            repo.siblings = lambda: siblings
            digest = siblings[1]["lfs"]["sha256"]
            repo.blob = lambda path: digest if path == "model.safetensors" else siblings[0]["blobId"]
            environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_TOKEN": "", "HF_HOME": str(folder / "home")}
            for _ in range(arguments.rounds + 1):
                times["curl"].append(timed(["curl", "--silent", "--show-error", "--output", folder / "curl", server.url]))
                (folder / "curl").unlink()
                times["pull"].append(timed([arguments.program, "pull", "org/name"], environment))
                shutil.rmtree(folder / "home")
    print(f"{arguments.megabytes} MB in {arguments.folder}, medians of {arguments.rounds} interleaved rounds")
    rates = {}
    for program, measured in times.items():
        seconds = statistics.median(wall for wall, _ in measured[1:])  # the first round warms up
        cpu = statistics.median(cpu for _, cpu in measured[1:])
        rates[program] = arguments.megabytes / seconds
        print(f"{program:5} {rates[program]:8,.0f} MB/s  {seconds:6.3f} s, {cpu:6.3f} CPU seconds")
    print(f"pull has {rates['pull'] / rates['curl']:.2f} of curl's rate")


if __name__ == "__main__":
    main()
