#!/usr/bin/env python3
"""Models whose files are not what they should be: one line that says what is wrong, and an exit code of the table."""

import json
import os
import shutil
import struct
import unittest
from pathlib import Path

from program import ProgramTest, rows

BERT = Path(__file__).parents[1] / "data" / "encoders" / "bert"
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c"]


def parse(checkpoint):
    """The tensors of a safetensors file: {name: (shape, floats)}."""
    size = struct.unpack_from("<Q", checkpoint)[0]
    header = json.loads(checkpoint[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            tensors[name] = (entry["shape"], list(struct.unpack(f"<{(end - begin) // 4}f", checkpoint[begin:end])))
    return tensors


def serialize(tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        bytes_ = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class BrokenModel(ProgramTest):
    """`model` is a copy of a small random BERT, with a vocabulary."""

    def setUp(self):
        super().setUp()
        self.model = self.folder / "model"
        self.model.mkdir()
        for name in ("config.json", "model.safetensors"):
            shutil.copyfile(BERT / name, self.model / name)
        (self.model / "vocab.txt").write_text("\n".join(VOCABULARY))

    def tensors(self):
        return parse((BERT / "model.safetensors").read_bytes())

    def write_tensors(self, tensors):
        (self.model / "model.safetensors").write_bytes(serialize(tensors))

    def name_of(self, ending):
        return next(name for name in self.tensors() if name.endswith(ending))


class Tokenizer(BrokenModel):
    def test_one_that_is_named_and_not_there(self):
        for words in (("embed", "a"), ("similarity", "a", "b"), ("bench",)):
            for provider in ("auto", "native", "onnx"):
                with self.subTest(words=words, provider=provider):
                    self.fails(3, "tokenizer: cannot open nonexist: ", *words, "-m", self.model, "--provider", provider,
                               "--cache", self.folder / "cache", "--tokenizer", "nonexist")

    def test_the_model_has_none(self):
        (self.model / "vocab.txt").unlink()
        done = self.run_program("embed", "a", "-m", self.model, "--provider", "native")
        self.assertNotIn(b"not_found", done.stderr)


class Irregular(BrokenModel):
    def replace(self, name, make):
        path = self.model / name
        if path.exists():
            path.unlink()
        make(path)
        return path

    @staticmethod
    def remove(path):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def test_what_is_no_file_is_not_waited_for(self):
        kinds = (
            ("a FIFO", os.mkfifo),
            ("a folder", os.mkdir),
            ("a device", lambda path: os.symlink("/dev/zero", path)),
        )
        for name in ("modules.json", "tokenizer.json", "config.json", "model.safetensors", "model.onnx"):
            for kind, make in kinds:
                with self.subTest(name=name, kind=kind):
                    path = self.replace(name, make)
                    provider = "onnx" if name == "model.onnx" else "native"
                    message = f"{name}: expected a regular file, found {kind}"
                    try:
                        self.fails(7, message, "embed", "a", "-m", self.model, "--provider", provider, "--offline")
                    finally:
                        self.remove(path)
            if (BERT / name).exists():
                shutil.copyfile(BERT / name, self.model / name)


class Checkpoint(BrokenModel):
    def test_a_norm_under_both_of_its_names(self):
        tensors = self.tensors()
        name = self.name_of("embeddings.LayerNorm.weight")
        old = name.replace("weight", "gamma")
        tensors[old] = tensors[name]
        self.write_tensors(tensors)
        message = f'model.safetensors: expected one of the tensors "{old}" and "{name}", found both'
        self.fails(7, message, "embed", "a", "-m", self.model, "--provider", "native")

    def test_a_pointer_to_a_large_file(self):
        pointer = f"version https://lfs.invalid/spec/v1\noid sha256:{'0' * 64}\nsize 91232\n"
        for name, provider in (("model.safetensors", "native"), ("tokenizer.json", "native"), ("model.onnx", "onnx")):
            with self.subTest(name=name):
                path = self.model / name
                whole = path.read_bytes() if path.exists() else None
                path.write_text(pointer)
                message = f"{name}: this is a pointer of Git LFS, not the file itself"
                self.fails(7, message, "embed", "a", "-m", self.model, "--provider", provider)
                path.unlink() if whole is None else path.write_bytes(whole)


    def test_an_index_that_contradicts_its_shards(self):
        tensors = sorted(self.tensors().items())
        (self.model / "model.safetensors").unlink()
        half = len(tensors) // 2
        shards = {"one.safetensors": dict(tensors[:half]), "two.safetensors": dict(tensors[half:])}
        for file, part in shards.items():
            (self.model / file).write_bytes(serialize(part))
        index = {name: file for file, part in shards.items() for name in part}
        words = ("embed", "a", "-m", self.model, "--provider", "native", "--cache", self.folder / "cache")

        def write(**more):
            (self.model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {**index, **more}}))

        write()
        self.good(*words)
        moved = tensors[0][0]
        for name, found in ((moved, "in one.safetensors"), ("nothing", "in no file")):
            with self.subTest(name=name):
                write(**{name: "two.safetensors"})
                self.fails(7, f'model.safetensors.index.json: tensor "{name}": expected in two.safetensors, found {found}',
                           *words)


class Notes(BrokenModel):
    def test_a_precision_that_nothing_has(self):
        words = ("embed", "a", "-m", self.model, "--matmul-precision", "high", "--cache", self.folder / "cache")
        for others in (("--dtype", "int8"), ("--dtype", "bf16"), ("--provider", "onnx")):
            with self.subTest(others=others):
                said = self.good(*words, *others).stderr.decode()
                self.assertEqual(said.count("matmul_precision: of no effect"), 1, said)
        self.assertEqual(self.good(*words, "--provider", "native").stderr, b"")


class Values(BrokenModel):
    def test_not_finite_in_a_table(self):
        for ending in ("position_embeddings.weight", "token_type_embeddings.weight"):
            for value in (float("nan"), float("-inf")):
                with self.subTest(tensor=ending, value=value):
                    tensors = self.tensors()
                    name = self.name_of(ending)
                    tensors[name][1][-1] = value
                    self.write_tensors(tensors)
                    message = f'model.safetensors: tensor "{name}": a value is NaN or infinite'
                    self.fails(7, message, "embed", "a", "-m", self.model, "--provider", "native")

    def test_one_token_that_gives_no_vector(self):
        for value in (float("nan"), 3e38):  # the square of the second is infinite
            with self.subTest(value=value):
                tensors = self.tensors()
                shape, values = tensors[self.name_of("word_embeddings.weight")]
                values[VOCABULARY.index("c") * shape[1]] = value
                self.write_tensors(tensors)
                self.check_one_token_that_gives_no_vector()

    def check_one_token_that_gives_no_vector(self):
        words = ("embed", "-m", self.model, "--provider", "native")
        message = "the model gave NaN or infinity in the embeddings"
        self.fails(7, f"command line: text 2: {message}", *words, "a", "c", "b")
        self.write("in.txt", "a\nb\nc\na b\n")
        self.fails(7, f"in.txt:3: {message}", *words, "--input", "in.txt")
        done = self.good(*words, "--input", "in.txt", "--on-error", "skip")
        self.assertEqual(len(rows(done.stdout)), 3)
        self.assertIn(f"in.txt:3: {message}", done.stderr.decode())

    def test_a_vector_of_no_length(self):
        tensors = self.tensors()
        last = [name for name in tensors if name.endswith("output.LayerNorm.weight")][-1]
        for name in (last, last.replace("weight", "bias")):
            tensors[name] = (tensors[name][0], [0.0] * len(tensors[name][1]))
        self.write_tensors(tensors)
        self.fails(7, f"health check of {self.model}: the vector has length 0, expected more than 0", "embed", "a", "-m",
                   self.model, "--provider", "native")


if __name__ == "__main__":
    unittest.main()
