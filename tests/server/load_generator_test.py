#!/usr/bin/env python3
"""The load generator waits for what is due, not for ticks of a clock: late requests would count as the server's time."""

import json
import os
import unittest

from load_case import LoadTest, Paced, count, start_load

RATE = 10
CONNECTIONS = 8


class LoadGenerator(LoadTest):
    def test_a_rate_wakes_it_for_requests_and_answers_alone(self):
        with Paced(service_us=1_000) as server, start_load(server.port, CONNECTIONS, 1, "--rate", RATE) as process:
            said = process.stdout.read()
            _, process.returncode, used = os.wait4(process.pid, 0)
            self.assertEqual(process.returncode, 0, said)
        figures = json.loads(said)
        self.assertTrue(1 <= count(figures, 200) <= RATE, said)
        self.assertLess(used.ru_nvcsw, 200, said)  # a tick a millisecond would be a thousand sleeps
        self.assertLess(used.ru_utime + used.ru_stime, 0.5, said)  # nor does it look without a rest


if __name__ == "__main__":
    unittest.main(verbosity=1)
