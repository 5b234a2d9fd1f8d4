#!/usr/bin/env python3
"""Proves that check_layers.py catches each kind of violation: a case is a small tree and what is said of it."""

import tempfile
import unittest
from pathlib import Path

import check_layers

TABLE = """
base: | openssl/
text: base  # a comment
backend: base
backend/onnx: base backend | onnxruntime
"""

# A tree that keeps every rule.
GOOD = {
    "src/base/a.hpp": "#include <vector>\n#include <sys/stat.h>\n#include <akidb/embedding/error.hpp>\n",
    "src/base/a.cpp": '#include "base/a.hpp"\n#include <openssl/evp.h>\n',
    "src/text/b.cpp": '#include "base/a.hpp"\n#  include "text/b.hpp"\n#include "b.hpp"\n',
    "src/text/b.hpp": "// #include <nothing.h>\n",
    "src/text/b_test.cpp": '#include <gtest/gtest.h>\n#include "text/b.hpp"\n',
    "src/backend/backend.hpp": "#include <span>\n",
    "src/backend/onnx/c.cpp": '#include "backend/backend.hpp"\n#include <onnxruntime_cxx_api.h>\n',
    "src/text/part/d.hpp": '#include "base/a.hpp"\n#include "text/b.hpp"\n',
    "src/text/part/d.cpp": '#include "text/part/d.hpp"\n#include "d.hpp"\n',
    "include/akidb/embedding/error.hpp": "#include <string>\n",
}

# What is written over the good tree, and what must be said of it.
BAD = {
    "a rung above": (
        {"src/base/x.cpp": '#include "text/b.hpp"\n'}, "src/base/x.cpp:1: includes text/b.hpp: base may not know text"),
    "a rung beside": ({"src/text/x.cpp": '\n#include "backend/backend.hpp"\n'}, "src/text/x.cpp:2:"),
    "a folder below a rung that is allowed": ({"src/backend/x.cpp": '#include "backend/onnx/d.hpp"\n',
                                               "src/backend/onnx/d.hpp": ""}, "backend may not know backend/onnx"),
    "a way round the table": ({"src/text/x.cpp": '#include "../backend/backend.hpp"\n'}, "name it from src/"),
    "a third-party header outside its folder": (
        {"src/text/x.cpp": "#include <openssl/evp.h>\n"}, "includes openssl/evp.h"),
    "the same in quotes": ({"src/text/x.cpp": '#include "openssl/evp.h"\n'}, "includes openssl/evp.h"),
    "a third-party header of nobody": ({"src/base/x.cpp": "#include <boost/asio.hpp>\n"}, "includes boost/asio.hpp"),
    "a test framework outside tests": ({"src/base/x.cpp": "#include <gtest/gtest.h>\n"}, "includes gtest/gtest.h"),
    "a header that is not there": ({"src/base/x.cpp": '#include "base/none.hpp"\n'}, "includes base/none.hpp"),
    "an include by macro": ({"src/base/x.cpp": "#include HEADER\n"}, "an include must name its header"),
    "a folder without a row": ({"src/new/x.cpp": ""}, "the folder new has no row"),
    "a part of a rung that looks up": (
        {"src/text/part/x.cpp": '#include "backend/backend.hpp"\n'}, "text may not know backend"),
    "a folder without a row, from a rung": (
        {"src/base/x.cpp": '#include "new/y.h"\n', "src/new/y.h": ""}, "base may not know new"),
    "a public header that knows src": (
        {"include/akidb/embedding/x.hpp": '#include "base/a.hpp"\n'}, "a public header may not say"),
    "a public header with a library": (
        {"include/akidb/embedding/x.hpp": "#include <simdjson.h>\n"}, "a public header may not say"),
    "a row twice": ({"scripts/layers.txt": "base:\nbase:\n"}, "layers.txt:2:"),
    "a row that is no row": ({"scripts/layers.txt": "base text\n"}, "layers.txt:1:"),
    "a row that names nobody": ({"scripts/layers.txt": "base: text\n"}, "base may include text, which has no row"),
    "a ring": ({"scripts/layers.txt": "base: text\ntext: backend\nbackend: base\n"}, "base reaches itself"),
}


def check(files: dict[str, str]) -> list[str]:
    with tempfile.TemporaryDirectory() as root:
        for name, text in {"scripts/layers.txt": TABLE, **files}.items():
            path = Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check_layers.check(Path(root))


class Layers(unittest.TestCase):
    def test_a_good_tree_passes(self):
        self.assertEqual(check(GOOD), [])

    def test_each_violation_is_named(self):
        for what, (files, expected) in BAD.items():
            with self.subTest(what):
                complaints = check({**GOOD, **files})
                self.assertTrue(complaints, "nothing was said")
                self.assertIn(expected, complaints[0])

    def test_a_tree_without_sources_is_no_success(self):
        self.assertEqual(len(check({})), 1)


if __name__ == "__main__":
    unittest.main()
