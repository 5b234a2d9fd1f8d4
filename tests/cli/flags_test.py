#!/usr/bin/env python3
"""Flags of akidb-embed from outside: exit codes, one line of error, help, man page, completions."""

import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from program import PROGRAM, ProgramTest, rows


class Wrong(ProgramTest):
    CASES = [
        ((), "expected a command"),
        (("embd",), "did you mean embed?"),
        (("--model", "x", "embed"), "the command comes first"),
        (("embed", "--formt", "npy"), "did you mean --format?"),
        (("embed", "--format", "xml"), "expected auto, jsonl, json, npy or f32, got 'xml'"),
        (("embed", "--threads", "-1"), "expected a whole number from 0 to 1024"),
        (("embed", "--format"), "--format needs a value"),
        (("embed", "--top-k", "3"), "embed does not take --top-k; search does"),
        (("embed", "a", "--input", "x"), "got both"),
        (("embed", "a", "--output-kind", "tokens", "--format", "npy"), "expected --format jsonl or json"),
        (("embed", "--input", "x.json"), "got a .json file"),
        (("embed", "a", "--provider", "hash", "--dimensions", "100000"), "--dimensions: expected 1 to 384, found 100000"),
        (("embed", "a", "--provider", "hash", "--prompt-name", "none"), "--prompt-name: no prompt"),
        (("similarity", "one"), "expected two texts or more, got 1"),
        (("search",), "expected a query"),
        (("tokenize", "a"), 'one JSON object a line such as {"text": "hello world"}'),
        (("embed", "--config", "missing.toml"), "--config: "),
        (("--completions", "tcsh"), "bash, zsh or fish"),
    ]

    def test_one_line_and_exit_code_2(self):
        for words, message in self.CASES:
            with self.subTest(words=words):
                self.assertEqual(self.fails(2, message, *words).stdout, b"")

    def test_plain_text_to_tokenize(self):
        done = self.fails(2, 'one object such as {"text": "hello world"}', "tokenize", "--provider", "hash", stdin="plain\n")
        self.assertIn(b"standard input:1: ", done.stderr)

    def test_convert_over_a_file(self):
        for there in ("out.onnx", "out.onnx.data"):
            path = self.write(there, "old")
            self.fails(2, f"{there} is there already; --force replaces it", "convert", "some/model", "-o", "out.onnx")
            self.assertEqual(self.read(there), b"old")
            Path(path).unlink()

    def test_outputs_that_no_graph_goes_to(self):
        (self.folder / "folder").mkdir()
        (self.folder / "folder.onnx").mkdir()
        (self.folder / "device.onnx").symlink_to("/dev/null")
        for command in (("convert", "some/model"), ("quantize", "some/model", "--to", "fp16")):
            for output, message in (
                ("-", 'expected a name that ends in .onnx, got "-"'),
                ("folder", 'expected a name that ends in .onnx, got "folder"'),
                ("/dev/full", 'expected a name that ends in .onnx, got "/dev/full"'),
                ("folder.onnx", "expected a file's name, not that of a folder or a device"),
                ("device.onnx", "expected a file's name, not that of a folder or a device"),
                ("no/such/dir/x.onnx", "expected a file in a folder that is there"),
            ):
                with self.subTest(command=command, output=output):
                    self.fails(2, "--output: " + message, *command, "-o", output)
        self.write("a.onnx", "")
        self.fails(2, "model: a.onnx is an ONNX file already", "convert", "a.onnx", "-o", "b.onnx")

    def test_other_exit_codes(self):
        self.fails(3, "", "tokenize", "--tokenizer", "missing.json")
        self.write("broken.json", "{")
        self.fails(7, "broken.json", "tokenize", "--tokenizer", "broken.json")


class Settings(ProgramTest):
    def dimension(self, *words, **options):
        return len(rows(self.good("embed", "a", "--provider", "hash", *words, **options).stdout)[0]["embedding"])

    def test_line_over_environment_over_file(self):
        self.write("akidb.toml", 'provider = "hash"\n[embed]\ndimensions = 5\n')
        environment = {"AKIDB_EMBED_CONFIG": "akidb.toml"}
        self.assertEqual(self.dimension(environment=environment), 5)
        environment["AKIDB_EMBED_DIMENSIONS"] = "4"
        self.assertEqual(self.dimension(environment=environment), 4)
        self.assertEqual(self.dimension("--dimensions", "3", environment=environment), 3)

    def test_log_as_json(self):
        done = self.good("embed", "--provider", "hash", "--on-error", "skip", "--log-format", "json", stdin=b"a\n\xff\n")
        for line in rows(done.stderr):
            self.assertEqual(list(line), ["time", "level", "message"])
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        quiet = self.good("embed", "--provider", "hash", "--on-error", "skip", "--log-level", "error", stdin=b"a\n\xff\n")
        self.assertEqual(quiet.stderr, b"")

    def test_nothing_is_said_in_a_pipe(self):
        self.assertEqual(self.good("embed", "a", "--provider", "hash").stderr, b"")
        shown = self.good("embed", "a", "--provider", "hash", "--progress").stderr.decode()
        self.assertRegex(shown, r"1 text, \d+ tokens in")


class Documents(ProgramTest):
    def commands(self):
        text = self.good("--help").stdout.decode()
        found = re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)
        self.assertIn("embed", found)
        return found

    def test_help_of_every_command(self):
        for command in self.commands():
            done = self.good(command, "--help")
            self.assertIn(f"Usage: akidb-embed {command}", done.stdout.decode())
            self.assertIn("Examples:", done.stdout.decode())

    def test_version(self):
        self.assertRegex(self.good("--version").stdout.decode(), r"^akidb-embed \d+\.\d+\.\d+\n$")

    def test_man_page_is_clean_roff(self):
        page = self.good("--man").stdout
        for command in self.commands():
            self.assertIn(f".SS {command}".encode(), page)
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=page, capture_output=True)
            self.assertEqual(done.stderr, b"")

    def test_completions_are_clean_scripts(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.good("--completions", shell).stdout
            self.assertIn(b"akidb-embed", script)
            if shutil.which(shell):
                done = subprocess.run([shell, "-n"], input=script, capture_output=True)
                self.assertEqual((done.returncode, done.stderr), (0, b""), shell)

    def test_bash_completes(self):
        script = f"""
            source <("{PROGRAM}" --completions bash)
            ask() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _akidb_embed; echo "${{COMPREPLY[@]}}"; }}
            ask akidb-embed em; ask akidb-embed embed --form; ask akidb-embed embed --format n; ask akidb-embed search --top
        """
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
        self.assertEqual(done.stdout.split("\n")[:4], ["embed", "--format", "npy", "--top-k"], done.stderr)


class Small(ProgramTest):
    def test_similarity(self):
        out = self.good("similarity", "a", "b", "a", "--provider", "hash", "--json").stdout
        cosines = json.loads(out)["cosines"]
        self.assertAlmostEqual(cosines[0][2], 1, places=6)
        self.assertEqual(cosines[0][1], cosines[1][0])
        table = self.good("similarity", "a", "日本", "--provider", "hash").stdout.decode().splitlines()
        self.assertEqual(len(table), 3)
        self.assertIn("1.0000", table[2])

    def test_search(self):
        self.write("in.jsonl", "".join(json.dumps({"body": text}) + "\n" for text in ["one", "two\nlines", "three", "one"]))
        words = ("search", "--provider", "hash", "--input", "in.jsonl", "--text-field", "body", "--top-k", "2")
        found = rows(self.good(*words, "--json", "one", "two\nlines").stdout)
        self.assertEqual([(hit["index"], hit["line"]) for hit in found[0]["results"]], [(0, 1), (3, 4)])
        self.assertEqual(found[1]["results"][0]["text"], "two\nlines")
        self.assertAlmostEqual(found[1]["results"][0]["cosine"], 1, places=6)
        table = self.good(*words, "two\nlines").stdout.decode().splitlines()
        self.assertEqual(table[:2], ["two lines", "rank  cosine  text"])
        self.assertEqual(table[2], "   1  1.0000  two lines")
        self.assertEqual(len(table), 4)

    def test_quantize_without_lines(self):
        empty = self.write("empty", "")
        self.fails(2, "--texts: the file has no lines", "quantize", "model", "--to", "int8", "--texts", empty)
        self.fails(2, "cannot read", "quantize", "model", "--to", "int8", "--calibration", str(self.folder))

    def test_quantize_with_labels_that_are_no_number(self):
        for label in ("nan", "inf", "-inf", "1e999"):
            self.write("pairs.tsv", f"1\ta\tb\n{label}\tc\td\n")
            message = "--pairs: pairs.tsv: line 2: expected a finite number"
            self.fails(2, message, "quantize", "model", "--to", "int8", "--pairs", "pairs.tsv")

    def test_a_name_with_control_characters_stays_on_its_line(self):
        self.fails(3, "a\\nb\\x1b[31m", "embed", "hi", "--model", "a\nb\x1b[31m/x.onnx")

    def test_bench(self):
        done = self.good("bench", "--provider", "hash", "--seconds", "1", "--json")
        self.assertEqual(done.stderr, b"")
        report = json.loads(done.stdout)
        self.assertGreaterEqual(report["latency"]["samples"], 100)
        self.assertEqual(report["throughput"][0]["texts_of"], "32 tokens")
        for part in report["throughput"]:
            self.assertGreaterEqual(part["rounds"], 1)
            self.assertGreater(part["texts_per_second"], 0)
        shown = self.good("bench", "--provider", "hash", "--seconds", "1", "--progress").stderr.decode()
        self.assertIn("opening the model ...", shown)
        self.assertIn(f"measuring many texts of 32 tokens (2 of {len(report['throughput']) + 1}) ...", shown)

    def test_search_of_nothing(self):
        self.fails(2, "the input has no lines", "search", "q", "--provider", "hash")

    def test_tokenize(self):
        lines = '{"text":"one two"}\n{"text":"\\u00e9 x","pair":null,"add_special_tokens":false,"other":[1]}\n'
        first, second = rows(self.good("tokenize", "--provider", "hash", stdin=lines).stdout)
        self.assertEqual(list(first), ["ids", "type_ids", "tokens", "offsets"])
        self.assertIn([4, 7], first["offsets"])
        self.assertEqual(second["offsets"], [[0, 1], [2, 3]])
        as_bytes = rows(self.good("tokenize", "--provider", "hash", "--byte-offsets", stdin=lines).stdout)[1]
        self.assertEqual(as_bytes["offsets"], [[0, 2], [3, 4]])

    def test_tokenize_bad_lines(self):
        lines = b'{"text":"a"}\nx\n{"text":"\\ud800"}\n{"text":"b","add_special_tokens":1}\n{"text":"b","pair":2}\n{}\n\xff\n{"text":"c"}\n'
        done = self.run_program("tokenize", "--provider", "hash", stdin=lines)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(rows(done.stdout)), 1)
        self.assertIn(b"standard input:2: not JSON", done.stderr)
        done = self.good("tokenize", "--provider", "hash", "--on-error", "skip", stdin=lines)
        self.assertEqual(len(rows(done.stdout)), 2)
        self.assertEqual(re.findall(rb"standard input:(\d)", done.stderr), [b"2", b"3", b"4", b"5", b"6", b"7"])
        escaped = self.good("tokenize", "--provider", "hash", stdin=r'{"te\u0078t":"a"}')
        self.assertEqual(escaped.stdout, self.good("tokenize", "--provider", "hash", stdin='{"text":"a"}').stdout)
        self.fails(2, "field text is there twice", "tokenize", "--provider", "hash", stdin='{"text":"a","text":"b"}')

    def test_bench(self):
        figures = json.loads(self.good("bench", "--provider", "hash", "--seconds", "1", "--json").stdout)
        self.assertEqual(figures["latency"]["tokens"], 8)
        self.assertEqual([part["texts_of"] for part in figures["throughput"]],
                         ["32 tokens", "128 tokens", "256 tokens", "mixed, up to 256"])
        for part, tokens in zip(figures["throughput"], (32, 128, 256)):
            self.assertEqual(part["tokens"], part["texts"] * tokens)
            self.assertGreater(part["tokens_per_second"], 0)


if __name__ == "__main__":
    unittest.main()
