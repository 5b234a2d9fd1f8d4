"""What the rounding of each stage costs by itself: the default model in numpy, with one stage rounded at a time.

usage: rounding_budget.py PROGRAM        in an environment with numpy ($PEERS_HOME/venvs/harness/bin/python)

PROGRAM is akidb-embed, which tokenises. Prints a table: the least and the mean cosine to the unrounded model over the
golden texts of up to 24 tokens and every eighth longer one.
"""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("AKIDB_EMBED_CACHE", Path.home() / ".cache/akidb-embedding"))
MODEL = CACHE / "models/sentence-transformers/all-MiniLM-L6-v2"
HEADS = 12
LAYERS = 6

# Linear layers by what they take: the two norms, the attention's result, the activation.
STAGES = {
    "query, key": ("attention.self.query", "attention.self.key"),
    "value": ("attention.self.value",),
    "attention output": ("attention.output.dense",),
    "up": ("intermediate.dense",),
    "down": ("output.dense",),
}


def read_safetensors(path):
    content = path.read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    tensors = {}
    for name, entry in json.loads(content[8 : 8 + size]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, last = (8 + size + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(content[first:last], np.float32).reshape(entry["shape"])
    return tensors


def golden_ids(program):
    lines = (ROOT / "tests/data/golden/texts.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line) for line in lines]
    asked = "".join(json.dumps({"text": text["text"]}) + "\n" for text in texts)
    done = subprocess.run([program, "tokenize"], input=asked.encode(), capture_output=True, check=True)
    ids = [json.loads(line)["ids"] for line in done.stdout.decode().splitlines()]
    ids = [row if len(row) <= 256 else row[:255] + row[-1:] for row in ids]
    short = [row for row in ids if len(row) <= 24]
    return short + [row for row in ids if len(row) > 24][::8]


class Encoder:
    def __init__(self, weights):
        self.weights = weights

    def norm(self, x, name):
        centred = x - x.mean(-1, keepdims=True)
        unit = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return unit * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def attend(self, query, key, value, offsets):
        out = np.empty_like(query)
        size = query.shape[1] // HEADS
        for first, last in zip(offsets, offsets[1:]):
            for head in range(HEADS):
                part = np.s_[first:last, head * size : (head + 1) * size]
                scores = query[part] @ key[part].T / np.float32(np.sqrt(size))
                scores = np.exp(scores - scores.max(-1, keepdims=True))
                out[part] = scores / scores.sum(-1, keepdims=True) @ value[part]
        return out

    def run(self, sequences, multiply):
        """Unit vectors; multiply(name, rows) is the product with the weights of that name."""
        weights = self.weights
        offsets = np.cumsum([0] + [len(ids) for ids in sequences])
        places = np.concatenate([np.arange(len(ids)) for ids in sequences])
        x = weights["embeddings.word_embeddings.weight"][np.concatenate(sequences)]
        x = x + weights["embeddings.token_type_embeddings.weight"][0]
        x = self.norm(x + weights["embeddings.position_embeddings.weight"][places], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            prefix = f"encoder.layer.{layer}."

            def linear(name, rows, prefix=prefix):
                return multiply(prefix + name, rows) + weights[prefix + name + ".bias"]

            states = [linear("attention.self." + name, x) for name in ("query", "key", "value")]
            context = self.attend(*states, offsets)
            x = self.norm(x + linear("attention.output.dense", context), prefix + "attention.output.LayerNorm")
            x = self.norm(x + linear("output.dense", gelu(linear("intermediate.dense", x))), prefix + "output.LayerNorm")
        pooled = np.array([x[first:last].mean(0) for first, last in zip(offsets, offsets[1:])])
        return pooled / np.linalg.norm(pooled, axis=-1, keepdims=True)


def gelu(x):
    """With an error function that is off by 1.5e-7 at most (Abramowitz and Stegun 7.1.26)."""
    size = np.abs(x) / np.sqrt(np.float32(2))
    t = 1 / (1 + 0.3275911 * size)
    tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    return (0.5 * x * (1 + np.sign(x) * (1 - tail * np.exp(-size * size)))).astype(np.float32)


def to_bf16(x):
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).view(np.float32)


def to_int8(weights):
    scale = np.abs(weights).max(1, keepdims=True) / 127
    return np.rint(weights / scale) * scale


def to_uint8(rows):
    least = np.minimum(rows.min(-1, keepdims=True), 0)
    scale = (np.maximum(rows.max(-1, keepdims=True), 0) - least) / 255
    scale[scale == 0] = 1
    zero = np.rint(-least / scale)
    return (np.clip(np.rint(rows / scale) + zero, 0, 255) - zero) * scale


def input_sizes(encoder):
    """The greatest size of each input of each product, over ids at random."""
    random = np.random.default_rng(1)
    sequences = [random.integers(0, 30522, length).tolist() for length in (128, 1, 2, 4)]
    sizes = {}

    def multiply(name, rows):
        sizes[name] = np.abs(rows).max(0)
        return rows @ encoder.weights[name + ".weight"].T

    encoder.run(sequences, multiply)
    return sizes


def balance(encoder, sizes):
    """As src/backend/native/input_factors.cpp."""
    factors = {}
    for name, size in sizes.items():
        names = [name]
        if "attention.self" in name:
            names = [name.rsplit(".", 1)[0] + "." + part for part in ("query", "key", "value")]
        largest = np.max([np.abs(encoder.weights[each + ".weight"]).max(0) for each in names], 0)
        largest = np.maximum(largest, 1e-4 * np.median(largest))
        factors[name] = np.sqrt(largest / np.maximum(size, np.median(size)))
        if "attention.output" in name:
            factors[name] = np.ones_like(size)
    return factors


class Rounding:
    """Products with rounded weights, rounded rows, or both, of those layers that `stages` names."""

    def __init__(self, encoder, round_weights, round_rows, factors=None):
        self.encoder = encoder
        self.round_rows = round_rows
        self.factors = factors
        self.rounded = {}
        for name, tensor in encoder.weights.items():
            if name.startswith("encoder.") and name.endswith(".weight") and tensor.ndim == 2:
                layer = name.removesuffix(".weight")
                self.rounded[layer] = round_weights(tensor / factors[layer] if factors else tensor)

    def multiply(self, stages, weights=True, rows=True):
        parts = [part for stage in stages for part in STAGES[stage]]

        def product(name, x):
            # "output.dense" ends the name of two layers.
            kind = name.split(".", 3)[3]
            if kind not in parts:
                return x @ self.encoder.weights[name + ".weight"].T
            scaled = x * self.factors[name] if self.factors else x
            plain = self.encoder.weights[name + ".weight"]
            right = self.rounded[name] if weights else plain / self.factors[name] if self.factors else plain
            return (self.round_rows(scaled) if rows else scaled) @ right.T

        return product


def main():
    encoder = Encoder(read_safetensors(MODEL / "model.safetensors"))
    sequences = golden_ids(sys.argv[1])
    exact = encoder.run(sequences, lambda name, x: x @ encoder.weights[name + ".weight"].T)

    def row(name, multiply):
        cosines = (encoder.run(sequences, multiply) * exact).sum(-1)
        print(f"| {name} | {cosines.min():.6f} | {cosines.mean():.6f} |", flush=True)

    print(f"{len(sequences)} texts\n\n| rounded | least cosine | mean |\n| --- | ---: | ---: |")
    bf16 = Rounding(encoder, to_bf16, to_bf16)
    int8 = Rounding(encoder, to_int8, to_uint8, balance(encoder, input_sizes(encoder)))
    unbalanced = Rounding(encoder, to_int8, to_uint8)
    for stage in STAGES:
        row(f"bf16, {stage}", bf16.multiply([stage]))
    row("bf16, all", bf16.multiply(STAGES))
    for stage in STAGES:
        row(f"int8, weights of {stage}", int8.multiply([stage], rows=False))
        row(f"int8, rows of {stage}", int8.multiply([stage], weights=False))
    row("int8, all", int8.multiply(STAGES))
    row("int8 without input factors, all", unbalanced.multiply(STAGES))


if __name__ == "__main__":
    main()
