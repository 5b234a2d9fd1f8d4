#!/usr/bin/env python3
"""akidb-embed serve under a service manager: sockets that it hands over, and what it is told."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from life_test import GUARD, PROGRAM, Served, embed

# Becomes the program once the sockets stand where systemd puts them, from 3 on.
LAUNCH = """
import fcntl, os, sys
sockets = [int(each) for each in sys.argv[1].split(",") if each]
copies = [fcntl.fcntl(each, fcntl.F_DUPFD, 100) for each in sockets]  # out of the way of what goes to 3 and on
for at, copy in enumerate(copies):
    os.dup2(copy, 3 + at)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Managed(Served):
    """A server with a notification socket of ours."""

    def __init__(self, folder, *flags, sockets=(), **environment):
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(folder, "notify")
        self.told.bind(path)
        self.told.settimeout(GUARD)
        numbers = [each.fileno() for each in sockets]
        words = [PROGRAM, "serve", "--provider", "hash", "--port", "0", *flags]
        if sockets:
            words = [sys.executable, "-c", LAUNCH, ",".join(map(str, numbers)), *words]
        self.start(words, pass_fds=numbers, NOTIFY_SOCKET=path, **environment)

    def hear(self):
        return self.told.recv(4096).decode()

    def __exit__(self, *rest):
        super().__exit__(*rest)
        self.told.close()


class ServiceManager(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_is_told_of_each_state(self):
        config = Path(self.folder, "serve.toml")
        config.write_text("")
        with Managed(self.folder, "--config", str(config)) as server:
            self.assertEqual(server.hear(), "READY=1")
            server.process.send_signal(signal.SIGHUP)
            self.assertRegex(server.hear(), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(server.hear(), "READY=1")
            config.write_text("prot = 1\n")  # a reload that fails is over, too
            server.process.send_signal(signal.SIGHUP)
            self.assertIn("RELOADING=1", server.hear())
            self.assertEqual(server.hear(), "READY=1")
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.hear(), "STOPPING=1")
            self.assertEqual(server.process.wait(GUARD), 0)

    def test_watchdog_hears_of_a_server_that_comes_round(self):
        with Managed(self.folder, WATCHDOG_USEC="600000") as server:
            heard = [server.hear() for _ in range(5)]
            self.assertGreaterEqual(heard.count("WATCHDOG=1"), 4, heard)
            self.assertEqual(server.stop(), 0)

    def test_watchdog_of_another_process_is_none(self):
        with Managed(self.folder, WATCHDOG_USEC="100000", WATCHDOG_PID="1") as server:
            self.assertEqual(server.hear(), "READY=1")
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.hear(), "STOPPING=1")
            self.assertEqual(server.process.wait(GUARD), 0)

    def test_sockets_are_taken_and_left_open(self):
        path = os.path.join(self.folder, "http.sock")
        with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as local:
            tcp.bind(("127.0.0.1", 0))
            tcp.listen()
            local.bind(path)
            local.listen()
            for _ in range(2):  # the next server gets the same sockets
                waiting = socket.create_connection(tcp.getsockname(), GUARD)  # before anybody accepts
                with Managed(self.folder, sockets=(tcp, local)) as server:
                    connection = http.client.HTTPConnection("127.0.0.1", timeout=GUARD)
                    connection.sock = waiting
                    self.assertEqual(embed(connection)[0], 200)
                    connection.close()
                    done = subprocess.run(["curl", "-s", "--unix-socket", path, "http://localhost/live"],
                                          capture_output=True, timeout=GUARD, check=True)
                    self.assertEqual(done.stdout, b'{"live":true}')
                    self.assertEqual(server.stop(), 0)
                os.unlink(os.path.join(self.folder, "notify"))
            self.assertTrue(os.path.exists(path))

    def test_what_is_no_listening_socket_ends_the_start(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            done = subprocess.run([sys.executable, "-c", LAUNCH, str(other.fileno()), PROGRAM, "serve", "--provider", "hash"],
                                  pass_fds=[other.fileno()], capture_output=True, text=True, timeout=GUARD)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("descriptor 3: expected a listening socket", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
