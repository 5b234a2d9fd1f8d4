"""What the tests of load share: a server whose model takes its time, the load generator, and what a process holds.

A test counts. Where AKIDB_LOAD_FIGURES is set, as `make soak` sets it, it measures time, too, and takes longer.
"""

import json
import os
import re
import resource
import subprocess
import unittest

from life_test import GUARD, Served

PACED = os.environ["AKIDB_PACED_SERVER"]
HTTP_LOAD = os.environ["AKIDB_HTTP_LOAD"]
FIGURES = bool(os.environ.get("AKIDB_LOAD_FIGURES"))
# Set by `make asan` and `make tsan`, whose programs keep memory for themselves: what is resident says nothing then.
SANITIZED = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ
ONE = json.dumps({"inputs": "a short text"})
FEW_DESCRIPTORS = 4_096  # a test of 1,000 connections needs them on both sides


def allow_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FEW_DESCRIPTORS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(FEW_DESCRIPTORS, hard), hard))


def load(port, connections, seconds, *options, path="/embed", bodies=(ONE,)):
    """Runs the load generator to its end; what it counted."""
    return finish(start_load(port, connections, seconds, *options, path=path, bodies=bodies))


def start_load(port, connections, seconds, *options, path="/embed", bodies=(ONE,)):
    words = [HTTP_LOAD, port, path, connections, seconds, *options, *bodies]
    return subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True)


def finish(process):
    try:
        said, _ = process.communicate(timeout=GUARD + 600)
    finally:
        process.kill()
    assert process.returncode == 0, said
    return json.loads(said)


def count(figures, status):
    return figures["answers"].get(str(status), {"count": 0})["count"]


class Watched:
    """A Served whose process can be looked at."""

    def status(self, name):
        """A line of /proc/PID/status as a number: VmRSS and VmHWM in KiB, Threads."""
        with open(f"/proc/{self.process.pid}/status") as lines:
            return int(re.search(rf"^{name}:\s*(\d+)", lines.read(), re.MULTILINE)[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def forget_peak(self):
        """VmHWM counts anew from here."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as out:
            out.write("5")

    def metric(self, name):
        """The sum of a metric's values over its labels."""
        connection = self.connect()
        connection.request("GET", "/metrics", headers=self.fields)
        text = connection.getresponse().read().decode()
        connection.close()
        values = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
        assert values, f"no metric {name}"
        return sum(float(value) for value in values)

    fields = {}


class Paced(Watched, Served):
    def __init__(self, **settings):
        words = [PACED]
        for name, value in settings.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        if "api_keys" in settings:
            self.fields = {"Authorization": "Bearer " + settings["api_keys"].split(",")[0]}
        self.start(words)

    def computed(self):
        """After stop(): how many texts its model computed."""
        return int(next(re.search(r"computed (\d+) texts", line)[1] for line in self.lines if "computed" in line))


class Program(Watched, Served):
    pass


class LoadTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        allow_descriptors()

    def figure(self, name, value, most=None, least=None):
        """Prints a figure; held against its bound only where time is measured."""
        bound = f" (at most {most:.4g})" if most is not None else f" (at least {least:.4g})" if least is not None else ""
        print(f"{self.id().rpartition('.')[2]}: {name} {value:.4g}{bound}", flush=True)
        if FIGURES and most is not None:
            self.assertLessEqual(value, most, name)
        if FIGURES and least is not None:
            self.assertGreaterEqual(value, least, name)
