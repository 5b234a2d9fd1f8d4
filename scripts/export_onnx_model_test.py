#!/usr/bin/env python3
"""export_onnx_model.py on small models that are made here and on the default model, with the pinned packages.

usage: export_onnx_model_test.py PROGRAM     (run it by make test-export; PROGRAM: akidb-embed, which opens the export)
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

os.environ["HF_HUB_OFFLINE"] = "1"
import export_onnx_model as exporter  # noqa: E402

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else ""
CACHE = os.environ.get("AKIDB_EMBED_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "akidb-embedding")
DEFAULT_MODEL = Path(CACHE) / "models" / "sentence-transformers" / "all-MiniLM-L6-v2"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", "a", "b", "c"]
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}


def setUpModule():
    exporter.import_packages()


def save(folder: Path, model, tokenizer: str) -> Path:
    from transformers import BertTokenizerFast, DistilBertTokenizerFast

    kind = {"bert": BertTokenizerFast, "distilbert": DistilBertTokenizerFast}[tokenizer]
    folder.mkdir()
    model.save_pretrained(folder, safe_serialization=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    kind(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


class Case(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        self.out = self.root / "out"

    def bert(self) -> Path:
        from transformers import BertConfig, BertModel

        config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=64, **SMALL)
        return save(self.root / "model", BertModel(config), "bert")

    def export(self, model, **more) -> Path:
        defaults = {"opset": 14, "tolerance": 2e-5, "revision": "main", "force": False}
        exporter.export(SimpleNamespace(model=str(model), out=str(self.out), **(defaults | more)))
        return self.out / "onnx" / "model.onnx"

    def fails(self, status: int, words: str, model, **more):
        with self.assertRaises(exporter.ExportError) as caught:
            self.export(model, **more)
        self.assertIn(words, str(caught.exception))
        self.assertEqual(caught.exception.status, status)


class Exports(Case):
    def test_bert_with_its_three_inputs_and_dynamic_axes(self):
        graph = exporter.onnx.load(str(self.export(self.bert())))
        self.assertEqual([value.name for value in graph.graph.input],
                         ["input_ids", "attention_mask", "token_type_ids"])
        self.assertEqual([entry.version for entry in graph.opset_import if entry.domain == ""], [14])
        self.assertEqual(sorted(p.name for p in self.root.iterdir()), ["model", "out"], "nothing is left behind")
        self.assertTrue((self.out / "tokenizer.json").is_file())
        self.assertFalse(list(self.out.glob("*.safetensors")))

    def test_distilbert_without_token_types(self):
        from transformers import DistilBertConfig, DistilBertModel

        config = DistilBertConfig(vocab_size=len(WORDS), max_position_embeddings=64, dim=32, n_layers=2, n_heads=4,
                                  hidden_dim=48)
        graph = exporter.onnx.load(str(self.export(save(self.root / "model", DistilBertModel(config), "distilbert"))))
        self.assertEqual([value.name for value in graph.graph.input], ["input_ids", "attention_mask"])

    def test_another_opset(self):
        graph = exporter.onnx.load(str(self.export(self.bert(), opset=17)))
        self.assertEqual([entry.version for entry in graph.opset_import if entry.domain == ""], [17])

    def test_an_earlier_export_is_replaced_when_asked(self):
        model = self.bert()
        self.export(model)
        self.fails(exporter.INVALID, "--force", model)
        self.export(model, force=True)

    @unittest.skipUnless(DEFAULT_MODEL.is_dir(), "set-up has not brought the default model")
    def test_the_default_model_gives_its_published_vector(self):
        self.export(DEFAULT_MODEL)
        run = subprocess.run([PROGRAM, "embed", "--model", str(self.out), "hello world"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        vector = json.loads(run.stdout)["embedding"]
        self.assertEqual(len(vector), 384)
        for found, published in zip(vector, [-0.034478, 0.03102, 0.00673, 0.02611, -0.039362]):
            self.assertAlmostEqual(found, published, places=5)


class Refuses(Case):
    def test_what_is_no_model(self):
        self.fails(exporter.NOT_FOUND, "neither", self.root / "nothing")
        self.fails(exporter.NOT_FOUND, "no config.json", self.root)
        self.fails(exporter.NOT_FOUND, "neither a folder here nor to be had from the hub", "nobody/nothing")

    def test_weights_that_are_missing_or_pickled(self):
        model = self.bert()
        (model / "model.safetensors").rename(model / "pytorch_model.bin")
        self.fails(exporter.NOT_FOUND, "safetensors", model)

    def test_weights_and_configurations_that_are_broken(self):
        model = self.bert()
        weights = (model / "model.safetensors").read_bytes()
        (model / "model.safetensors").write_bytes(weights[: len(weights) // 2])
        self.fails(exporter.CORRUPT, "cannot be loaded", model)
        (model / "config.json").write_text('{"model_type": "bert",')
        self.fails(exporter.CORRUPT, "config.json", model)

    def test_an_architecture_that_is_not_known(self):
        model = self.bert()
        (model / "config.json").write_text('{"model_type": "martian"}')
        self.fails(exporter.UNSUPPORTED, "does not know", model)

    def test_arguments_out_of_range(self):
        model = self.bert()
        self.fails(exporter.INVALID, "--opset", model, opset=7)
        self.fails(exporter.INVALID, "--tolerance", model, tolerance=0.0)

    def test_a_folder_that_is_no_export(self):
        self.out.mkdir()
        (self.out / "letters.txt").write_text("dear ...")
        self.fails(exporter.INVALID, "no earlier export", self.bert(), force=True)
        self.assertTrue((self.out / "letters.txt").is_file())

    def test_a_graph_that_differs_and_leaves_nothing(self):
        self.fails(exporter.INTERNAL, "does not compute what the model does", self.bert(), tolerance=1e-12)
        self.assertEqual([p.name for p in self.root.iterdir()], ["model"])


if __name__ == "__main__":
    unittest.main()
