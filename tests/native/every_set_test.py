#!/usr/bin/env python3
"""Every kernel set that this machine has, in every precision: the golden vectors, and thousands of random batches.

A set is forced by AKIDB_EMBED_ISA; which there are, `akidb-embed doctor` says. usage: PROGRAM GOLDEN_TEST BACKEND_TEST
"""

import json
import os
import re
import subprocess
import sys
import unittest

PROGRAM, GOLDEN_TEST, BACKEND_TEST = (os.path.abspath(path) for path in sys.argv[1:4])
HANG_GUARD = 1200  # seconds

# Plain loops: a part is what there is time for.
SCALAR_TEXTS = "Golden.HelloWorld*:Golden.AFew*"
TEXTS = "Golden.HelloWorld*:Golden.AllTextsInOneBatch"
SCALAR_BATCHES = "*RandomBatches*/*_one"
BATCHES = "*RandomBatches*"


def environment(**extra):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AKIDB_")}
    return {**kept, "HF_HUB_OFFLINE": "1", **extra}


def sets():
    doctor = subprocess.run([PROGRAM, "doctor", "--json"], env=environment(), capture_output=True, timeout=HANG_GUARD)
    return json.loads(doctor.stdout)["native"]["available"]


class EverySet(unittest.TestCase):
    def runs(self, program, tests, **extra):
        """The output of the tests, of which there is at least one."""
        done = subprocess.run([program, f"--gtest_filter={tests}"], env=environment(**extra), capture_output=True,
                              text=True, timeout=HANG_GUARD)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-4000:])
        self.assertRegex(done.stdout, r"\[  PASSED  \] [1-9]")
        return done.stdout

    def test_golden_vectors(self):
        self.assertIn("scalar", sets())
        for kernels in sets():
            for dtype in ("fp32", "high", "bf16", "int8"):
                with self.subTest(kernels=kernels, dtype=dtype):
                    output = self.runs(GOLDEN_TEST, SCALAR_TEXTS if kernels == "scalar" else TEXTS,
                                       AKIDB_EMBED_ISA=kernels, AKIDB_GOLDEN_PROVIDER="native",
                                       AKIDB_GOLDEN_DTYPE=dtype)
                    print(kernels, dtype, *re.findall("largest difference.*", output), flush=True)

    def test_random_batches(self):
        for kernels in sets():
            with self.subTest(kernels=kernels):
                self.runs(BACKEND_TEST, SCALAR_BATCHES if kernels == "scalar" else BATCHES, AKIDB_EMBED_ISA=kernels)

    def test_fast_is_bf16_where_a_set_multiplies_it(self):
        for kernels in sets():
            with self.subTest(kernels=kernels):
                doctor = subprocess.run([PROGRAM, "doctor", "--dtype", "fast"], env=environment(AKIDB_EMBED_ISA=kernels),
                                        capture_output=True, text=True, timeout=HANG_GUARD)
                multiplies = kernels in ("amx", "avx512_bf16", "neon_bf16")
                self.assertRegex(doctor.stdout, f"products in {'bf16' if multiplies else 'fp32'}, kernels {kernels}\\b")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
