#!/usr/bin/env python3
"""akidb-embed embed --resume: whatever ended the first run, the output is that of one run."""

import json
import os
import signal
import subprocess
import time
import unittest

from program import HANG_GUARD, ProgramTest, rows

FORMATS = ("jsonl", "json", "npy", "f32")
DIMENSION = 8
FLAGS = ("--provider", "hash", "--dimensions", DIMENSION, "--batch-size", 16, "--on-error", "skip")


def lines_of(count):
    """Texts of many lengths; every 97th line is bad, some are empty."""
    out = []
    for i in range(count):
        if i % 97 == 96:
            out.append(b"\xff bad")
        elif i % 31 == 30:
            out.append(b"")
        else:
            out.append(b" ".join(b"w%d" % (i * j % 1009) for j in range(i % 40 + 1)))
    return [line + b"\n" for line in out]


class Resume(ProgramTest):
    def setUp(self):
        super().setUp()
        self.lines = lines_of(3000)
        self.write("in.txt", b"".join(self.lines))

    def embed(self, output, *words):
        return ["embed", *FLAGS, "--output", output, *words]

    def whole(self, form):
        self.good(*self.embed("whole." + form, "--input", "in.txt"))
        return self.read("whole." + form)

    def wait_for_rows(self, output, count):
        """Until the journal says that `count` records are through."""
        deadline = time.monotonic() + HANG_GUARD
        while time.monotonic() < deadline:
            try:
                journal = self.read(output + ".resume").splitlines()
                if len(journal) > 1 and json.loads(journal[-1])["records"] >= count:
                    return
            except (OSError, ValueError):
                pass
            time.sleep(0.005)
        self.fail("the program makes no progress")

    def stop_after(self, count, signum, output):
        """A run that is stopped while it waits for more input than `count` lines."""
        process = self.start(*self.embed(output), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(b"".join(self.lines[:count]))
        process.stdin.flush()
        self.wait_for_rows(output, count - 96)  # the last of them may be bad, or wait for its neighbours
        process.send_signal(signum)
        stderr = process.communicate(timeout=HANG_GUARD)[1].decode()
        self.assertEqual(process.returncode, -9 if signum == signal.SIGKILL else 130, stderr)
        return stderr

    def check_valid(self, form, output):
        content = self.read(output)
        if form == "jsonl":
            return len(rows(content))
        if form == "json":
            return len(json.loads(content))
        if form == "npy":
            count = eval(content[10:128])["shape"][0]
            self.assertEqual(len(content), 128 + count * DIMENSION * 4)
            return count
        self.assertEqual(len(content) % (DIMENSION * 4), 0)
        return len(content) // (DIMENSION * 4)

    def test_interrupted_while_waiting(self):
        for form in FORMATS:
            expected = self.whole(form)
            for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
                for count in (100, 1000, 2999):
                    with self.subTest(form=form, signum=signum, count=count):
                        output = "out." + form
                        stderr = self.stop_after(count, signum, output)
                        if signum != signal.SIGKILL:
                            kept = self.check_valid(form, output)
                            self.assertGreaterEqual(kept, count - 96 - count // 97 - 1)
                            self.assertIn("--resume goes on from there", stderr)
                        self.good(*self.embed(output, "--input", "in.txt", "--resume"))
                        self.assertEqual(self.read(output), expected)
                        self.assertFalse((self.folder / (output + ".resume")).exists())

    def killed_on_its_way(self, output, sizes, signum):
        """Writes `output`, with a signal at each size, and says whether any came before the end."""
        output.unlink(missing_ok=True)
        words = self.embed(output.name, "--input", "in.txt", "--resume")
        stops = 0
        for size in sizes:
            process = self.start(*words, stderr=subprocess.DEVNULL)
            while process.poll() is None and (not output.exists() or output.stat().st_size < size):
                pass
            process.send_signal(signum)
            stops += process.wait(timeout=HANG_GUARD) != 0
            if process.returncode == 0:
                break
        if (self.folder / (output.name + ".resume")).exists():
            self.good(*words)
        return stops > 0

    def test_killed_at_any_moment_and_again(self):
        for form in FORMATS:
            expected = self.whole(form)
            step = len(expected) // 7
            for signum in (signal.SIGKILL, signal.SIGINT):
                with self.subTest(form=form, signum=signum):
                    output = self.folder / ("killed." + form)
                    # On a busy machine a run may be over before it is seen to have begun: then again.
                    stops = any(self.killed_on_its_way(output, range(step, len(expected), step), signum) for _ in range(20))
                    self.assertTrue(stops)
                    self.assertEqual(output.read_bytes(), expected)

    def mends(self, damage, says=b"", forms=FORMATS):
        """A run is killed, `damage` changes its output or the journal beside it, and the next run goes on all the same."""
        for form in forms:
            with self.subTest(form=form):
                expected = self.whole(form)
                output = self.folder / ("out." + form)
                self.stop_after(1500, signal.SIGKILL, output.name)
                damage(output)
                done = self.good(*self.embed(output.name, "--input", "in.txt", "--resume"))
                self.assertIn(says, done.stderr)
                self.assertEqual(output.read_bytes(), expected)

    def test_torn_output_and_torn_journal(self):
        def tear(output):
            journal = output.with_name(output.name + ".resume")
            output.write_bytes(output.read_bytes() + b'{"index":15')  # half a row
            journal.write_bytes(journal.read_bytes() + b'{"records":99')  # half a checkpoint

        self.mends(tear)

    def test_output_that_lost_its_end(self):
        def cut(output):  # as after a power cut: an earlier checkpoint still fits
            os.truncate(output, output.stat().st_size // 2)

        self.mends(cut, forms=("jsonl",))

    def test_output_that_a_power_cut_left_with_holes(self):
        def punch(output):
            content = bytearray(output.read_bytes())
            begin = len(content) // 2
            content[begin : begin + 4096] = bytes(len(content[begin : begin + 4096]))  # a block that was never written
            output.write_bytes(content)

        self.mends(punch, says=b" rows of the unfinished run did not reach the disk, and come again")

    def test_from_standard_input(self):
        expected = self.whole("npy")
        self.stop_after(1500, signal.SIGINT, "out.npy")
        self.good(*self.embed("out.npy", "--resume"), stdin=b"".join(self.lines))
        self.assertEqual(self.read("out.npy"), expected)

    def test_a_bad_line_can_be_mended(self):
        words = ["embed", "--provider", "hash", "--batch-size", 4, "--output", "out.jsonl", "--input", "in.txt"]
        self.write("in.txt", b"a\nb\nc\nd\ne\n\xff\nf\n")
        self.fails(2, "in.txt:6: ", *words)
        self.write("in.txt", b"a\nb\nc\nd\ne\nmended\nf\n")
        self.good(*words, "--resume")
        resumed = self.read("out.jsonl")
        self.good(*words)
        self.assertEqual(resumed, self.read("out.jsonl"))
        self.assertEqual([row["index"] for row in rows(resumed)], list(range(7)))

    def test_nothing_to_resume_is_a_beginning(self):
        expected = self.whole("jsonl")
        self.good(*self.embed("out.jsonl", "--input", "in.txt", "--resume"))
        self.assertEqual(self.read("out.jsonl"), expected)


class Overwritten(ProgramTest):
    WORDS = ("embed", "--provider", "hash", "--output", "out.jsonl")
    WARNING = "akidb-embed: warning: out.jsonl: overwrites an unfinished run (2 rows); --resume would have gone on with it\n"

    def test_unfinished_output(self):
        self.write("in.txt", b"a\nb\n\xff\n")
        first = self.run_program(*self.WORDS, "--input", "in.txt")
        self.assertNotIn(b"overwrites", first.stderr)
        again = self.run_program(*self.WORDS, "--input", "in.txt")
        self.assertTrue(again.stderr.decode().startswith(self.WARNING), again.stderr)
        done = self.good(*self.WORDS, "a text of the command line")
        self.assertEqual(done.stderr.decode(), self.WARNING)
        self.assertEqual([path.name for path in self.folder.glob("out.*")], ["out.jsonl"])
        self.assertEqual(self.good(*self.WORDS, "a finished output is replaced without a word").stderr, b"")


class Refused(ProgramTest):
    def unfinished(self):
        for name in ("out.jsonl", "out.jsonl.resume"):
            (self.folder / name).unlink(missing_ok=True)
        self.write("in.txt", b"a\nb\n\xff\n")
        self.fails(2, "in.txt:3: ", "embed", "--provider", "hash", "--input", "in.txt", "--output", "out.jsonl")
        return self.read("out.jsonl"), self.read("out.jsonl.resume")

    def refused(self, message, *words):
        before = self.unfinished()
        self.fails(2, message, "embed", "--provider", "hash", "--output", "out.jsonl", "--resume", *words)
        self.assertEqual((self.read("out.jsonl"), self.read("out.jsonl.resume")), before)

    def test_other_settings(self):
        self.refused("dimensions was '' and is '3'", "--input", "in.txt", "--dimensions", "3")
        self.refused("normalize was 'model' and is 'no'", "--input", "in.txt", "--normalize", "no")
        self.refused("format was 'jsonl' and is 'json'", "--input", "in.txt", "--format", "json")
        self.refused("keep-text was '' and is 'true'", "--input", "in.txt", "--keep-text")

    def test_other_input(self):
        self.write("other.txt", b"a\nB\nc\n")
        self.refused("first 4 bytes are not those", "--input", "other.txt")
        self.write("other.txt", b"a")
        self.refused("first 4 bytes are not those", "--input", "other.txt")

    def test_output_that_is_complete(self):
        self.write("in.txt", b"a\n")
        words = ("embed", "--provider", "hash", "--input", "in.txt", "--output", "out.jsonl")
        self.good(*words)
        before = self.read("out.jsonl")
        self.fails(2, "it is complete", *words, "--resume")
        self.assertEqual(self.read("out.jsonl"), before)

    def test_journal_that_is_none(self):
        self.write("in.txt", b"a\n")
        self.write("out.jsonl", b"old")
        self.write("out.jsonl.resume", b"nonsense\n")
        for flags in ((), ("--resume",)):
            self.fails(2, "out.jsonl.resume: expected the journal", "embed", "--provider", "hash", "--input", "in.txt",
                       "--output", "out.jsonl", *flags)
            self.assertEqual((self.read("out.jsonl"), self.read("out.jsonl.resume")), (b"old", b"nonsense\n"))
        self.fails(2, "out.jsonl.resume: expected the journal", "embed", "a", "--provider", "hash", "--output", "out.jsonl")
        self.assertEqual((self.read("out.jsonl"), self.read("out.jsonl.resume")), (b"old", b"nonsense\n"))

    def test_journal_that_has_no_line_yet(self):
        for torn in (b"", b'{"journ', b'{"journal":"akidb-embed","version'):
            self.write("in.txt", b"a\n")
            self.write("out.jsonl", b"")
            self.write("out.jsonl.resume", torn)
            self.good("embed", "--provider", "hash", "--input", "in.txt", "--output", "out.jsonl")
            self.assertEqual(len(rows(self.read("out.jsonl"))), 1)

    def test_without_files(self):
        self.fails(2, "--resume: expected", "embed", "a", "--provider", "hash", "--resume", "--output", "out.jsonl")
        self.fails(2, "--resume: expected", "embed", "--provider", "hash", "--resume")

    def test_two_processes_and_one_output(self):
        first = self.start("embed", "--provider", "hash", "--output", "out.jsonl", stdin=subprocess.PIPE)
        deadline = time.monotonic() + HANG_GUARD
        while not (self.folder / "out.jsonl.resume").exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        self.fails(2, "another process is writing it", "embed", "a", "--provider", "hash", "--output", "out.jsonl")
        first.communicate(b"a\n", timeout=HANG_GUARD)
        self.assertEqual(first.returncode, 0)
        self.assertEqual(len(rows(self.read("out.jsonl"))), 1)


if __name__ == "__main__":
    unittest.main()
