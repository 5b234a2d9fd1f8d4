#!/usr/bin/env python3
"""What JSON is, by each wire family: the cases of tests/data/json, as bodies and as a field inside a good request."""

import codecs
import json
import re
import unittest
from pathlib import Path

from life_test import Served

CASES = Path(__file__).resolve().parents[1] / "data" / "json" / "cases.txt"
MALFORMED = b"the body is not valid"
DEPTH = 64

# A good request with room for a value in a field that is ignored, and the status that it has. Our own format has no such
# field: what it refuses is then the field, not the JSON.
FAMILIES = {
    "akidb": ("/v1/akidb/embed", b'{"inputs":"a","other":%s}', 400),
    "openai": ("/v1/embeddings", b'{"input":"a","user":%s}', 200),
    "tei": ("/embed", b'{"inputs":"a","other":%s}', 200),
    "cohere": ("/v2/embed", b'{"texts":["a"],"max_tokens":%s}', 200),
    "ollama": ("/api/embed", b'{"model":"hash","input":"a","other":%s}', 200),
    "kserve": ("/v2/models/hash/infer",
               b'{"inputs":[{"name":"a","shape":[1],"datatype":"BYTES","data":["a"]}],"other":%s}', 200),
}

# Fields whose values have bounds, in a good request of their family, and the status of a value outside of them.
BOUNDED = (
    ("/v1/akidb/embed", b'{"inputs":"a","dimensions":%s}', 400),
    ("/v1/embeddings", b'{"input":"a","dimensions":%s}', 400),
    ("/v1/embeddings", b'{"input":[%s]}', 400),
    ("/embed", b'{"inputs":"a","dimensions":%s}', 422),
    ("/decode", b'{"ids":[%s]}', 422),
    ("/v2/embed", b'{"texts":["a"],"output_dimension":%s}', 400),
    ("/api/embed", b'{"model":"hash","input":"a","dimensions":%s}', 400),
)
OUT_OF_BOUNDS = (b"-1", b"1.5", b"4294967296", b"18446744073709551615", b"18446744073709551621", b"1e300", b"true", b"[]", b"{}")
NO_NUMBER = (b"NaN", b"-NaN", b"Infinity", b"-Infinity", b"1e999", b"0x10", b"01", b"+1", b".5", b"5.")


def cases():
    for line in CASES.read_text(encoding="ascii").splitlines():
        kind, name, text = line.split(" ", 2)
        text = codecs.escape_decode(text.encode())[0]
        yield kind, name, re.sub(rb"\{(\d+)\*(.+?)\}", lambda found: found[2] * int(found[1]), text)


class Json(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Served()
        cls.connection = cls.server.connect()

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()
        assert cls.server.stop() == 0

    def post(self, path, body):
        self.connection.request("POST", path, body)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def check(self, kind, name, good_status, status, said):
        if kind == "n":
            self.assertEqual((status, MALFORMED in said), (400, True), f"{name}: {said[:200]}")
        elif kind == "y":
            self.assertEqual((status, MALFORMED in said), (good_status, False), f"{name}: {said[:200]}")
        else:
            self.assertIn(status, (good_status, 400), name)

    def test_as_a_field(self):
        counts = {"y": 0, "n": 0, "i": 0}
        for path, request, good_status in FAMILIES.values():
            for kind, name, text in cases():
                self.check(kind, f"{path} {name}", good_status, *self.post(path, request % text))
                counts[kind] += 1
        self.assertGreaterEqual(counts["y"], 80 * len(FAMILIES))
        self.assertGreaterEqual(counts["n"], 200 * len(FAMILIES))
        self.assertGreaterEqual(counts["i"], 10 * len(FAMILIES))

    def test_as_the_body(self):
        """No text is a request, but each family says of one that is JSON what it lacks."""
        for path, _, _ in FAMILIES.values():
            for kind, name, text in cases():
                status, said = self.post(path, text)
                self.assertIn(status, (400, 422), f"{path} {name}")
                if kind != "i":
                    self.assertEqual(MALFORMED in said, kind == "n", f"{path} {name}: {said[:200]}")

    def test_depth(self):
        for path, request, good_status in FAMILIES.values():
            for depth, kind in ((DEPTH - 1, "y"), (DEPTH, "n"), (DEPTH + 1, "n"), (1_000_000, "n")):
                self.check(kind, f"{path} {depth} deep", good_status, *self.post(path, request % (b"[" * depth + b"1" + b"]" * depth)))

    def test_numbers_out_of_bounds(self):
        for path, request, status in BOUNDED:
            for value in OUT_OF_BOUNDS:
                if b"[%s]" in request and value in (b"[]", b"{}", b"true"):
                    continue  # another kind of input
                answer = self.post(path, request % value)
                self.assertEqual((answer[0], MALFORMED in answer[1]), (status, False), f"{path} {value}: {answer[1][:200]}")
            for value in NO_NUMBER:
                self.check("n", f"{path} {value}", 0, *self.post(path, request % value))

    def test_invalid_utf8_in_a_tensor_of_bytes_is_named_by_its_place(self):
        texts = [b"good", b"bad \xff", b"good"]
        raw = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
        head = json.dumps({"inputs": [{"name": "text", "shape": [3], "datatype": "BYTES",
                                       "parameters": {"binary_data_size": len(raw)}}]}).encode()
        self.connection.request("POST", "/v2/models/hash/infer", head + raw,
                                {"Inference-Header-Content-Length": str(len(head))})
        answer = self.connection.getresponse()
        self.assertEqual(answer.status, 400)
        self.assertIn(b"inputs[0].data[1]", answer.read())


if __name__ == "__main__":
    unittest.main(verbosity=1)
