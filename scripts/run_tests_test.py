#!/usr/bin/env python3
"""Proves that run_tests.py counts what happened, in a build folder whose tests are given here."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RUNNER = Path(__file__).with_name("run_tests.py")

# A stand-in for a GoogleTest program: writes the report it is told to, and ends with the status it is told to.
PROGRAM = """
import os, sys
folder = os.environ["GTEST_OUTPUT"].removeprefix("json:")
os.makedirs(folder, exist_ok=True)
open(folder + sys.argv[1] + ".json", "w").write(sys.argv[2])
sys.exit(int(sys.argv[3]))
"""


def report(**results: str) -> str:
    cases = [
        '{"name":"%s","status":"%s","result":"%s"%s}'
        % (name, "NOTRUN" if result == "DISABLED" else "RUN", "SKIPPED" if result == "SKIPPED" else "COMPLETED",
           ',"failures":[{}]' if result == "FAILED" else "")
        for name, result in results.items()
    ]
    return '{"testsuites":[{"name":"Suite","testsuite":[%s]}]}' % ",".join(cases)


def run(tests: dict[str, list[str]]) -> tuple[int, list[str]]:
    """Runs the commands as ctest's tests; the status and the lines that were printed."""
    with tempfile.TemporaryDirectory() as build:
        program = Path(build) / "program.py"
        program.write_text(PROGRAM)
        lines = []
        for name, command in tests.items():
            arguments = " ".join(f"[==[{word}]==]" for word in [sys.executable, str(program), *command]) \
                if command[0] == name else " ".join(f"[==[{word}]==]" for word in command)
            lines.append(f"add_test([==[{name}]==] {arguments})")
        (Path(build) / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n")
        ended = subprocess.run([sys.executable, str(RUNNER), build, "--jobs", "2"], capture_output=True, text=True)
        return ended.returncode, ended.stdout.splitlines()


class RunTests(unittest.TestCase):
    def expect(self, tests, status, last_line, also=()):
        got_status, lines = run(tests)
        self.assertEqual(lines[-1], last_line, "\n".join(lines))
        self.assertEqual(got_status, status)
        for line in also:
            self.assertIn(line, lines)

    def test_cases_and_scripts_are_added_up(self):
        self.expect({"good": ["good", report(a="OK", b="OK", c="OK"), "0"], "script": ["true"]}, 0, "4 passed, 0 failed")

    def test_failed_cases_are_counted_one_by_one(self):
        self.expect({"bad": ["bad", report(a="OK", b="FAILED", c="FAILED"), "1"]}, 1, "1 passed, 2 failed",
                    ["FAILED: Suite.b", "FAILED: Suite.c"])

    def test_skipped_and_disabled_cases_are_no_passes(self):
        self.expect({"some": ["some", report(a="OK", b="SKIPPED", c="DISABLED"), "0"]}, 0, "1 passed, 0 failed",
                    ["skipped: Suite.b"])

    def test_a_program_that_died_is_a_failure(self):
        self.expect({"died": ["false"], "fine": ["true"]}, 1, "1 passed, 1 failed", ["FAILED: died (fail)"])

    def test_a_program_that_died_after_its_report_is_a_failure(self):
        self.expect({"late": ["late", report(a="OK"), "139"]}, 1, "1 passed, 1 failed")

    def test_a_broken_report_is_a_failure(self):
        self.expect({"broken": ["broken", '{"testsuites":', "0"]}, 1, "0 passed, 1 failed")

    def test_a_program_that_was_not_built_is_a_failure(self):
        self.expect({"absent": ["/nowhere/absent"]}, 1, "0 passed, 1 failed")

    def test_nothing_to_run_is_a_failure(self):
        self.expect({}, 1, "0 passed, 1 failed")

    def test_nothing_but_skipped_is_a_failure(self):
        self.expect({"all": ["all", report(a="SKIPPED"), "0"]}, 1, "0 passed, 1 failed")


if __name__ == "__main__":
    unittest.main()
