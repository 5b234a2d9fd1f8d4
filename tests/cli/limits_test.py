#!/usr/bin/env python3
"""akidb-embed at the limits of the machine: full disks, closed pipes, inputs larger than memory should be."""

import json
import os
import re
import resource
import signal
import subprocess
import threading
import time
import unittest
from pathlib import Path

from program import HANG_GUARD, ProgramTest, rows

FLAGS = ("--provider", "hash", "--dimensions", 8)


class FullDisk(ProgramTest):
    def test_dev_full(self):
        self.fails(6, "no space is left", "embed", "a", *FLAGS, "--output", "/dev/full")
        for words in (("embed", "a", *FLAGS), ("--help",), ("--man",), ("similarity", "a", "b", "--provider", "hash"),
                      ("tokenize", "--provider", "hash")):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                process = self.start(*words, stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE)
                stderr = process.communicate(b'{"text":"a"}\n', timeout=HANG_GUARD)[1].decode()
                self.assertEqual(process.returncode, 6, stderr)
                self.assertIn("standard output: no space is left", stderr)

    def test_what_was_kept_is_whole_and_goes_on(self):
        self.write("in.txt", "".join(f"text number {i}\n" for i in range(2000)))
        for form in ("jsonl", "json", "npy", "f32"):
            with self.subTest(form=form):
                words = ["embed", *FLAGS, "--batch-size", 50, "--input", "in.txt"]
                self.good(*words, "--output", "whole." + form)
                expected = self.read("whole." + form)
                limit = len(expected) // 2

                def limit_files():
                    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

                done = self.fails(6, "no space is left", *words, "--output", "out." + form, preexec_fn=limit_files)
                self.assertIn(b"--resume goes on from there", done.stderr)
                content = self.read("out." + form)
                self.assertLessEqual(len(content), limit)
                if form == "jsonl":
                    self.assertGreater(len(rows(content)), 800)
                elif form == "npy":
                    count = eval(content[10:128])["shape"][0]
                    self.assertEqual(len(content), 128 + count * 32)
                    self.assertGreater(count, 800)
                elif form == "json":
                    self.assertGreater(len(json.loads(content)), 800)
                self.good(*words, "--output", "out." + form, "--resume")
                self.assertEqual(self.read("out." + form), expected)


class ClosedPipe(ProgramTest):
    def test_reader_that_leaves(self):
        self.write("in.txt", "some text\n" * 100_000)
        process = self.start("embed", *FLAGS, "--input", "in.txt", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        json.loads(process.stdout.readline())
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()
        self.assertEqual(process.wait(timeout=HANG_GUARD), -signal.SIGPIPE)


class SlowInput(ProgramTest):
    def test_rows_come_without_a_full_batch(self):
        process = self.start("embed", *FLAGS, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for i in range(3):
            process.stdin.write(b"text\n")
            process.stdin.flush()
            self.assertEqual(json.loads(process.stdout.readline())["index"], i)
        process.stdin.close()
        self.assertEqual(process.stdout.read(), b"")
        process.stdout.close()
        self.assertEqual(process.wait(timeout=HANG_GUARD), 0)

    def test_interrupt_while_nothing_comes(self):
        for signum in (signal.SIGINT, signal.SIGTERM):
            process = self.start("embed", *FLAGS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            process.stdin.write(b"text\n")
            process.stdin.flush()
            process.stdout.readline()
            process.send_signal(signum)
            self.assertEqual(process.wait(timeout=HANG_GUARD), 130)
            self.assertEqual(process.stderr.read(), b"akidb-embed: interrupted\n")
            for stream in (process.stdin, process.stdout, process.stderr):
                stream.close()

    def test_interrupt_while_nobody_is_at_the_other_end_of_a_fifo(self):
        os.mkfifo(self.folder / "fifo")
        for words in (("--input", "fifo"), ("text", "--output", "fifo")):
            process = self.start("embed", *FLAGS, *words, stderr=subprocess.PIPE)
            while not catches(process.pid, signal.SIGINT):
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=HANG_GUARD), 130)
            self.assertEqual(process.stderr.read(), b"akidb-embed: interrupted\n")
            process.stderr.close()

    def test_fifos_at_both_ends(self):
        for name in ("in", "out"):
            os.mkfifo(self.folder / name)
        process = self.start("embed", *FLAGS, "--input", "in", "--output", "out")
        with open(self.folder / "in", "wb") as stream:
            stream.write(b"one\ntwo\n")
        self.assertEqual(len(rows(self.read("out"))), 2)
        self.assertEqual(process.wait(timeout=HANG_GUARD), 0)


def catches(pid, signum):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"SigCgt:\s*(\w+)", status)[1], 16) >> (signum - 1) & 1


TEXTS_IN_FLIGHT = 6144  # src/cli/stream/stream.hpp
DIMENSIONS = 384


class Memory(ProgramTest):
    """Peak memory does not grow with the input: a tenth of the texts takes as much."""

    def peak(self, count, words, line):
        # AddressSanitizer keeps freed memory back; a build without it does not look at this.
        environment = {"ASAN_OPTIONS": "quarantine_size_mb=1"}
        process = self.start(*words, environment=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

        def feed():
            block = line * 1000
            for _ in range(count // 1000):
                process.stdin.write(block)
            process.stdin.close()

        feeder = threading.Thread(target=feed)
        feeder.start()
        highest = 0
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            found = [part for part in status.read_text().splitlines() if part.startswith("VmHWM")]
            highest = max(highest, int(found[0].split()[1]) if found else 0)
            time.sleep(0.01)
        feeder.join()
        self.assertEqual(process.returncode, 0)
        self.assertGreater(highest, 0)
        return highest

    def test_flat(self):
        text = b"onelongword" * 90 + b" and more"  # few tokens: the hash provider is to take no time
        cases = {
            "lines": (["embed", *FLAGS, "--format", "f32"], text + b"\n"),
            "jsonl": (["embed", *FLAGS, "--format", "f32", "--input-format", "jsonl"], b'{"text":"' + text + b'"}\n'),
            "csv": (["embed", *FLAGS, "--input-format", "csv", "--text-field", "some", "--format", "f32"], b"some\n" + text + b"\n"),
        }
        for name, (words, line) in cases.items():
            with self.subTest(name):
                small = self.peak(20_000, words, line)
                large = self.peak(200_000, words, line)
                # How many of the texts in flight wait as text, and how many as vectors, is the threads' luck.
                luck = 1.5 * TEXTS_IN_FLIGHT * (len(line) + 4 * DIMENSIONS) / 1024
                self.assertLess(large, small + luck, f"{small} kB for 20 MB, {large} kB for 200 MB")

    def test_a_line_without_end(self):
        words = ["embed", *FLAGS, "--on-error", "skip", "--max-line-bytes", 1000]
        small = self.peak(20_000, words, b"x" * 1000)
        large = self.peak(200_000, words, b"x" * 1000)
        # A sanitizer's build takes hundreds of megabytes before it reads anything.
        self.assertLess(large, small + 20_000, f"{small} kB for 20 MB, {large} kB for 200 MB")


if __name__ == "__main__":
    unittest.main()
