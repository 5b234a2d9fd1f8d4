#!/usr/bin/env python3
"""/openapi.json, as a server gives it, is OpenAPI 3.1 by a validator that is not ours.

Run by the Python of the environment `openapi` that `scripts/setup.sh clients` makes.
"""

import json
import unittest

from openapi_spec_validator import OpenAPIV31SpecValidator

from life_test import Served


def problems(document):
    return [problem.message for problem in OpenAPIV31SpecValidator(document).iter_errors()]


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Served("--no-grpc") as server:
            connection = server.connect()
            connection.request("GET", "/openapi.json")
            cls.document = json.load(connection.getresponse())
            connection.close()
            assert server.stop() == 0

    def test_is_valid(self):
        self.assertTrue(self.document["openapi"].startswith("3.1."))
        self.assertEqual(problems(self.document), [])

    def test_a_broken_one_is_not(self):
        for broken in (
            {**self.document, "info": {"title": "no version"}},
            {**self.document, "paths": {"/embed": {"post": {"responses": {"200": {"description": 5}}}}}},
        ):
            self.assertNotEqual(problems(broken), [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
