#!/usr/bin/env python3
"""Runs every test that a build folder has and ends with the line "N passed, N failed".

A GoogleTest program counts as its cases, which it reports as JSON; any other test counts as one. A program
that died before it could report is one failure. No test at all is a failure too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Tally:
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def count_cases(report: Path, tally: Tally) -> None:
    """Adds the cases of one GoogleTest program's JSON report."""
    for suite in json.loads(report.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{suite['name']}.{case['name']}"
            if case.get("failures"):
                tally.failures.append(name)
            elif case["result"] == "SKIPPED":
                tally.skipped.append(name)
            elif case["status"] == "RUN":
                tally.passed += 1


def count(junit: Path, reports: Path) -> Tally:
    """Reads ctest's own report, and for each program that left one in `reports` the report of its cases."""
    tally = Tally()
    for test in xml.parse(junit).getroot().iter("testcase"):
        name, status = test.get("name"), test.get("status")
        report = reports / f"{name}.json"
        if status == "disabled":
            tally.skipped.append(name)
            continue
        before = len(tally.failures)
        if report.exists():
            try:
                count_cases(report, tally)
            except (ValueError, KeyError):
                tally.failures.append(f"{name} (its report is broken)")
        elif status == "run":
            tally.passed += 1
        if status != "run" and len(tally.failures) == before:
            tally.failures.append(f"{name} ({status})")
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--jobs", default=str(os.cpu_count()))
    parser.add_argument("ctest", nargs="*", help="options for ctest, after --, as in: -- -L unit")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        junit, reports = Path(temporary) / "junit.xml", Path(temporary) / "reports"
        command = ["ctest", "--test-dir", str(arguments.build), "--output-on-failure", "--parallel", arguments.jobs]
        environment = dict(os.environ, GTEST_OUTPUT=f"json:{reports}/", GTEST_COLOR="no")
        ended = subprocess.run([*command, "--output-junit", str(junit), *arguments.ctest], env=environment)
        tally = count(junit, reports) if junit.exists() else Tally()

    for name in tally.skipped:
        print(f"skipped: {name}")
    for name in tally.failures:
        print(f"FAILED: {name}")
    if ended.returncode != 0 and not tally.failures:
        tally.failures.append("ctest")
        print(f"FAILED: ctest ended with {ended.returncode}")
    if tally.passed == 0 and not tally.failures:
        tally.failures.append("nothing")
        print("FAILED: no test was run")
    print(f"{tally.passed} passed, {len(tally.failures)} failed", flush=True)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
