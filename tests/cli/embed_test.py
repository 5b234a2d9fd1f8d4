#!/usr/bin/env python3
"""akidb-embed embed: formats in, formats out, bad lines."""

import json
import os
import struct
import subprocess
import unittest

from program import HANG_GUARD, ProgramTest, rows

HASH = ("--provider", "hash")


class Input(ProgramTest):
    def texts(self, *words, **options):
        done = self.good("embed", *HASH, "--keep-text", *words, **options)
        return [row["text"] for row in rows(done.stdout)]

    def test_texts_of_the_command_line(self):
        self.assertEqual(self.texts("a", "", "[MASK]", "search", "--", "--json"), ["a", "", "[MASK]", "search", "--json"])

    def test_lines(self):
        self.assertEqual(self.texts(stdin="a\n\nb\r\nc"), ["a", "", "b", "c"])

    def test_no_input_is_no_row(self):
        self.assertEqual(self.texts(stdin=""), [])

    def test_byte_order_mark_is_no_text(self):
        self.assertEqual(self.texts(stdin=b"\xef\xbb\xbfa\nb\n"), ["a", "b"])

    def test_only_a_byte_order_mark(self):
        self.assertEqual(self.texts(stdin=b"\xef\xbb\xbf"), [])

    def test_jsonl_by_extension(self):
        path = self.write("a.jsonl", '{"text":"h\\u00e9\\ud83d\\ude00\\u0000"}\n')
        self.assertEqual(self.texts("--input", path), ["h\u00e9\U0001f600\0"])

    def test_csv_by_extension(self):
        path = self.write("a.csv", 'id,text\r\n1,"a ""b"", c"\r\n2,"two\nlines"\r\n\r\n3,')
        self.assertEqual(self.texts("--input", path), ['a "b", c', "two\nlines", ""])

    def test_other_fields_are_kept_byte_for_byte(self):
        line = '{"n": 1.00000000000000000001, "text": "a", "id": 12345678901234567890, "deep": [ {"x":1e400} ] }\n'
        out = self.good("embed", *HASH, "--input-format", "jsonl", "--id-field", "id", stdin=line).stdout.decode()
        self.assertTrue(
            out.startswith('{"index":0,"id":12345678901234567890,"n":1.00000000000000000001,"deep":[ {"x":1e400} ],"embedding":['),
            out[:200],
        )

    def test_vector_of_a_text_is_the_same_from_any_format(self):
        from_line = rows(self.good("embed", *HASH, stdin="hello\n").stdout)[0]["embedding"]
        from_json = rows(self.good("embed", *HASH, "--input-format", "jsonl", stdin='{"text":"hello"}').stdout)
        from_csv = rows(self.good("embed", *HASH, "--input-format", "csv", stdin="text\nhello\n").stdout)
        self.assertEqual(from_line, from_json[0]["embedding"])
        self.assertEqual(from_line, from_csv[0]["embedding"])


    def test_blank_lines_of_jsonl_are_no_records(self):
        path = self.write("IN.JSONL", '\n{"text":"a"}\n \t\r\n{"text":"b"}\n\n')
        done = self.good("embed", *HASH, "--input", path, "--keep-text")
        self.assertEqual([(row["index"], row["text"]) for row in rows(done.stdout)], [(0, "a"), (1, "b")])
        done = self.fails(2, ":4: not JSON", "embed", *HASH, "--input-format", "jsonl", stdin='\n{"text":"a"}\n\n{\n')
        self.assertEqual(len(rows(done.stdout)), 1)

    def test_a_dash_is_no_text(self):
        self.fails(2, 'standard input is --input -', "embed", *HASH, "-", stdin="a\n")


class Output(ProgramTest):
    def values(self):
        done = self.good("embed", *HASH, "--dimensions", "3", stdin="a\nb\n")
        return [row["embedding"] for row in rows(done.stdout)]

    def test_json(self):
        path = self.folder / "out.json"
        self.good("embed", *HASH, "--dimensions", "3", "--output", path, stdin="a\nb\n")
        array = json.loads(path.read_text())
        self.assertEqual([row["embedding"] for row in array], self.values())
        self.assertEqual(json.loads(self.good("embed", *HASH, "--format", "json").stdout), [])

    def test_f32(self):
        done = self.good("embed", *HASH, "--dimensions", "3", "--format", "f32", stdin="a\nb\n")
        flat = [value for row in self.values() for value in row]
        self.assertEqual(done.stdout, struct.pack("<6f", *flat))

    def test_npy(self):
        self.good("embed", *HASH, "--dimensions", "3", "--output", "out.npy", stdin="a\nb\n")
        content = self.read("out.npy")
        self.assertEqual(content[:10], b"\x93NUMPY\x01\x00\x76\x00")
        self.assertEqual(eval(content[10:128]), {"descr": "<f4", "fortran_order": False, "shape": (2, 3)})
        self.assertEqual(content[127:128], b"\n")
        self.assertEqual(content[128:], struct.pack("<6f", *[v for row in self.values() for v in row]))

    def test_npy_without_rows(self):
        self.good("embed", *HASH, "--dimensions", "3", "--output", "out.npy")
        self.assertEqual(eval(self.read("out.npy")[10:])["shape"], (0, 3))

    def test_npy_into_a_pipe(self):
        self.fails(2, "expected --output FILE", "embed", "a", *HASH, "--format", "npy")

    def test_npy_into_a_redirected_file(self):
        with open(self.folder / "out.npy", "wb") as out:
            out.write(b"before")
            out.flush()
            process = self.start("embed", "a", *HASH, "--dimensions", "3", "--format", "npy", stdout=out)
            self.assertEqual(process.wait(), 0)
            out.write(b"after")
        content = self.read("out.npy")
        self.assertEqual(content[6:12], b"\x93NUMPY")
        self.assertEqual(content[-5:], b"after")
        self.assertEqual(len(content), 6 + 128 + 12 + 5)

    def test_a_shorter_output_leaves_nothing_of_a_longer_one(self):
        self.write("out.jsonl", "x" * 100_000)
        self.good("embed", "a", *HASH, "--dimensions", "2", "--output", "out.jsonl")
        self.assertEqual(len(rows(self.read("out.jsonl"))), 1)

    def test_nothing_is_left_beside_a_finished_output(self):
        self.good("embed", *HASH, "--output", "out.jsonl", stdin="a\n")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["out.jsonl"])

    def test_output_that_cannot_be_opened(self):
        self.fails(2, "no/out.jsonl: cannot be written (No such file", "embed", "a", *HASH, "--output", "no/out.jsonl")

    def test_a_format_that_is_not_written(self):
        self.fails(2, 'found ".parquet"', "embed", "a", *HASH, "--output", "out.parquet")
        self.good("embed", "a", *HASH, "--format", "jsonl", "--output", "out.csv")

    def test_output_over_the_input(self):
        path = self.write("a.txt", "a\n")
        self.fails(2, "expected another file", "embed", *HASH, "--input", path, "--output", "./a.txt")
        self.assertEqual(self.read("a.txt"), b"a\n")

    def refused_and_untouched(self, message, name, *words, mode="rb", **streams):
        self.write(name, "a\n")
        with open(self.folder / name, mode) as stream:
            process = self.start("embed", *HASH, *words, stderr=subprocess.PIPE, **{key: stream for key in streams})
            stderr = process.communicate(timeout=HANG_GUARD)[1].decode()
        self.assertEqual(process.returncode, 2, stderr)
        self.assertIn(message, stderr)
        self.assertEqual([(path.name, path.read_bytes()) for path in self.folder.iterdir()], [(name, b"a\n")])

    def test_output_over_standard_input(self):
        self.refused_and_untouched("--output: expected another file than standard input", "s", "-o", "s", stdin=True)

    def test_standard_output_over_the_input(self):
        self.refused_and_untouched("standard output: expected another file than --input", "s", "-i", "s", mode="ab",
                                   stdout=True)

    def test_journal_over_the_input(self):
        self.refused_and_untouched("its journal would be d.resume", "d.resume", "-i", "d.resume", "-o", "d")
        self.refused_and_untouched("its journal would be d.resume", "d.resume", "-o", "d", stdin=True)

    def test_a_request_that_cannot_be_leaves_an_old_output_alone(self):
        self.write("out.npy", "old")
        for flags in (("--dimensions", 100000), ("--prompt-name", "none")):
            self.assertEqual(self.run_program("embed", "a", *HASH, "--output", "out.npy", *flags).returncode, 2)
            self.assertEqual(self.read("out.npy"), b"old")

    def test_per_token(self):
        done = self.good("embed", "one two", *HASH, "--output-kind", "tokens")
        row = rows(done.stdout)[0]
        self.assertEqual(len(row["embedding"]), len(row["byte_offsets"]))
        self.assertIn([4, 7], row["byte_offsets"])


class ClosedStreams(ProgramTest):
    """0, 1 or 2 closed by whoever starts the program."""

    def run_without(self, descriptors, *words):
        def close():
            for descriptor in descriptors:
                os.close(descriptor)

        return self.run_program("embed", *HASH, *words, preexec_fn=close)

    def test_no_input(self):
        for words in ((), ("--output", "out.npy")):
            done = self.run_without([0], *words)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"standard input: cannot be read", done.stderr)
            self.assertIn(b"(Bad file descriptor)", done.stderr)
        self.assertEqual(len(rows(self.run_without([0], "hi").stdout)), 1)

    def test_no_output(self):
        for descriptors in ([1], [0, 1]):
            done = self.run_without(descriptors, "hi")
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"standard output: cannot be written", done.stderr)
        self.assertEqual(self.run_without([0, 1, 2], "hi").returncode, 2)

    def test_a_file_takes_no_stream_for_its_own(self):
        done = self.run_without([0, 1, 2], "hi", "--output", "out.jsonl")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(rows(self.read("out.jsonl"))), 1)


class KeysOfARow(ProgramTest):
    """None is there twice."""

    def test_flags_that_name_one_key_twice(self):
        for key, flags in (
            ("index", ("--id-field", "index")),
            ("index", ("--embedding-field", "index")),
            ("embedding", ("--id-field", "embedding")),
            ("byte_offsets", ("--embedding-field", "byte_offsets", "--output-kind", "tokens")),
            ("text", ("--embedding-field", "text", "--keep-text")),
            ("index", ("--text-field", "index", "--keep-text")),
        ):
            with self.subTest(flags=flags):
                self.fails(2, f"a row's field {key} would be both", "embed", *HASH, "--input-format", "jsonl", *flags)
        self.fails(2, "--embedding-field: expected UTF-8", "embed", "hi", *HASH, "--embedding-field", b"\xff")
        self.fails(2, "--id-field: expected another field", "embed", *HASH, "--id-field", "text", "--format", "f32")

    def test_a_name_that_the_row_does_not_write_is_free(self):
        line = '{"text":"a","byte_offsets":1}\n'
        row = rows(self.good("embed", *HASH, "--input-format", "jsonl", "--embedding-field", "text", stdin=line).stdout)[0]
        self.assertEqual(list(row), ["index", "byte_offsets", "text"])
        line = '{"text":"a","index":1}\n'
        self.good("embed", *HASH, "--input-format", "jsonl", "--format", "f32", stdin=line)
        row = rows(self.good("embed", *HASH, "--input-format", "csv", "--embedding-field", "text", stdin="text\na\n").stdout)[0]
        self.assertEqual(list(row), ["index", "text"])

    def test_a_field_of_the_tokens(self):
        self.fails(2, "field byte_offsets is one that each row has", "embed", *HASH, "--input-format", "jsonl",
                   "--output-kind", "tokens", stdin='{"text":"a","byte_offsets":1}\n')

    def test_csv_header(self):
        for header, problem in (("text,index", "field index is one that each row has"), ("text,n,n", "column n is there twice"),
                                ("text,text", "column text is there twice"), ("text,embedding", "--embedding-field")):
            self.fails(2, problem, "embed", *HASH, "--input-format", "csv", "--on-error", "skip", stdin=header + "\n")


class BadLines(ProgramTest):
    CASES = [
        # input format, flags, input, line of the bad record, what is said
        ("lines", (), b"a\n\xff\nb\n", 2, "expected UTF-8"),
        ("lines", ("--max-line-bytes", "3"), b"a\nabcd\nb\n", 2, "expected at most 3 bytes"),
        ("jsonl", (), b'{"text":"a"}\n,\n{"text":"b"}\n', 2, "not JSON"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"a"\n{"text":"b"}\n', 2, "not JSON"),
        ("jsonl", (), b'{"text":"a"}\n["text"]\n{"text":"b"}\n', 2, "expected an object"),
        ("jsonl", (), b'{"text":"a"}\n{"txt":"a"}\n{"text":"b"}\n', 2, "expected a field text"),
        ("jsonl", (), b'{"text":"a"}\n{"text":null}\n{"text":"b"}\n', 2, "expected a string, found null"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"a","text":"b"}\n{"text":"b"}\n', 2, "twice"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"\\ud800"}\n{"text":"b"}\n', 2, "surrogate"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"a","x":1,"x":2}\n{"text":"b"}\n', 2, "field x is there twice"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"a","x":["\\udc00"]}\n{"text":"b"}\n', 2, "surrogate"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"\xc3"}\n{"text":"b"}\n', 2, "expected UTF-8"),
        ("jsonl", ("--id-field", "id"), b'{"text":"a","id":1}\n{"text":"a"}\n{"text":"b","id":2}\n', 2, "expected a field id"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"a","embedding":0}\n{"text":"b"}\n', 2, "--embedding-field"),
        ("jsonl", (), b'{"text":"a"}\n{"text":"a","ind\\u0065x":7}\n{"text":"b"}\n', 2, "field index is one that each row has"),
        ("jsonl", ("--id-field", "id"), b'{"text":"a","id":1}\n{"text":"a","id":1,"id":2}\n{"text":"b","id":2}\n', 2, "twice"),
        ("csv", (), b"text,n\na,1\na\nb,2\n", 3, "expected 2 columns, found 1"),
        ("csv", (), b"text,n\na,1\na,2,3\nb,2\n", 3, "expected 2 columns, found 3"),
        ("csv", (), b'text,n\na,1\n"a"x,2\nb,2\n', 3, "expected a comma"),
        ("csv", (), b"text,n\na,1\na,\xff\nb,2\n", 3, "expected UTF-8"),
        ("csv", ("--max-line-bytes", "6"), b"text,n\na,1\nabcdef,1\nb,2\n", 3, "expected at most 6 bytes"),
        ("lines", ("--truncation", "error", "--max-length", "4"), b"a\na b c d e\nb\n", 2, "tokens"),
    ]

    def test_stop(self):
        for form, flags, content, line, problem in self.CASES:
            with self.subTest(form=form, problem=problem):
                path = self.write("in", content)
                done = self.fails(2, problem, "embed", *HASH, "--input", path, "--input-format", form, *flags)
                self.assertIn(f"in:{line}: ", done.stderr.decode())

    def test_skip(self):
        for form, flags, content, line, problem in self.CASES:
            with self.subTest(form=form, problem=problem):
                path = self.write("in", content)
                done = self.good("embed", *HASH, "--input", path, "--input-format", form, *flags, "--on-error", "skip",
                                 "--keep-text")
                out = rows(done.stdout)
                self.assertEqual([(row["index"], row["text"]) for row in out], [(0, "a"), (2, "b")])
                stderr = done.stderr.decode()
                self.assertIn(f"in:{line}: ", stderr)
                self.assertIn(problem, stderr)
                self.assertIn("1 bad record skipped", stderr)

    def test_what_came_before_a_bad_line_is_written(self):
        path = self.write("in.txt", b"a\nb\n\xff\nc\n")
        done = self.fails(2, "in.txt:3: ", "embed", *HASH, "--input", path, "--output", "out.jsonl")
        self.assertIn(b"2 rows are in out.jsonl", done.stderr)
        self.assertEqual(len(rows(self.read("out.jsonl"))), 2)

    def test_what_came_before_quotes_that_have_no_end_is_written(self):
        path = self.write("in.csv", "text,n\n" + "".join(f"a,{n}\n" for n in range(300)) + '"a\nb"x,300\nc,301\n')
        for skip in ((), ("--on-error", "skip")):
            done = self.fails(2, "in.csv:302: ", "embed", *HASH, "--input", path, "--batch-size", "64", *skip)
            self.assertEqual([row["n"] for row in rows(done.stdout)], [str(n) for n in range(300)])

    def test_a_whole_file_of_texts_that_are_too_long(self):
        path = self.write("in.txt", "a b c d e f\n" * 100)
        done = self.good("embed", *HASH, "--input", path, "--truncation", "error", "--max-length", "4", "--on-error", "skip")
        self.assertEqual(done.stdout, b"")
        self.assertIn(b"100 bad records skipped", done.stderr)

    def test_input_that_cannot_be_read(self):
        self.fails(2, "missing.txt: cannot be opened (No such file", "embed", *HASH, "--input", "missing.txt")
        self.fails(2, "cannot be read as a file", "embed", *HASH, "--input", ".")

    def test_csv_without_the_column(self):
        self.fails(2, "expected a column text (--text-field), found a, b", "embed", *HASH, "--input-format", "csv",
                   stdin="a,b\n1,2\n")
        self.fails(2, "expected a header", "embed", *HASH, "--input-format", "csv", stdin="")


if __name__ == "__main__":
    unittest.main()
