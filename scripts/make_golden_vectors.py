"""Write the golden vectors of sentence-transformers to tests/data/golden.

usage: make_golden_vectors.py MODEL_FOLDER SENTENCES OUT_FOLDER

Run it by make_golden_vectors.sh, which brings the pinned versions. What the files hold is said in
tests/data/golden/README.md.
"""

import hashlib
import json
import platform
import sys
from pathlib import Path

import numpy as np
import sentence_transformers
import tokenizers
import torch
import transformers
from golden_texts import SEED, all_texts
from sentence_transformers import SentenceTransformer

# Published for this model and "hello world", to five or six decimals: independent of this script.
HELLO_WORLD = [-0.034478, 0.03102, 0.00673, 0.02611, -0.039362]
TOKENWISE = ["hello world", "", "Cafe\u0301 in İstanbul: 東京 🙂!", "antidisestablishmentarianism [SEP] tail", "sentence", "boundary"]


def embed(model: SentenceTransformer, texts: list[str], **more) -> list:
    """One text a forward pass: no padding and no mask in the reference."""
    return [model.encode([text], batch_size=1, show_progress_bar=False, convert_to_numpy=False, **more)[0].cpu()
            for text in texts]


def token_ids(model: SentenceTransformer, text: str) -> list[int]:
    return model.preprocess([text])["input_ids"][0].tolist()


def byte_offsets(model: SentenceTransformer, text: str, count: int) -> list[list[int]]:
    """Where the first `count` tokens stand in the text, in bytes of its UTF-8."""
    encoding = model.tokenizer(text, return_offsets_mapping=True, truncation=True, max_length=model.max_seq_length)
    pairs = encoding["offset_mapping"][:count]
    return [[len(text[:at].encode()) for at in pair] for pair in pairs]


def tokenwise_texts(pairs: list[tuple[str, str]]) -> list[str]:
    """TOKENWISE, where a group's name stands for the group's longest text."""
    groups = {group: max((text for g, text in pairs if g == group), key=len) for group in ("sentence", "boundary")}
    return [groups.get(text, text) for text in TOKENWISE]


def write_texts(path: Path, model: SentenceTransformer, pairs: list[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for group, text in pairs:
            whole = len(model.tokenizer(text, truncation=False)["input_ids"])
            kept = len(token_ids(model, text))
            assert kept == min(whole, model.max_seq_length), (text, whole, kept)
            line = {"group": group, "text": text, "tokens": kept, "truncated_tokens": whole - kept}
            out.write(json.dumps(line) + "\n")


def write_tokenwise(folder: Path, model: SentenceTransformer, texts: list[str]) -> list[np.ndarray]:
    rows = [row.numpy() for row in embed(model, texts, output_value="token_embeddings")]
    with (folder / "tokenwise.jsonl").open("w", encoding="utf-8") as out:
        for text, vectors in zip(texts, rows):
            ids = token_ids(model, text)
            assert len(ids) == len(vectors)
            line = {"text": text, "ids": ids, "byte_offsets": byte_offsets(model, text, len(ids))}
            out.write(json.dumps(line) + "\n")
    np.concatenate(rows).astype("<f4").tofile(folder / "tokenwise.f32")
    return rows


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    source, sentences, folder = (Path(argument) for argument in sys.argv[1:4])
    torch.set_num_threads(1)
    pairs = all_texts(sentences.read_text(encoding="utf-8").splitlines())
    texts = [text for _, text in pairs]
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    write_texts(folder / "texts.jsonl", model, pairs)
    vectors = np.stack([row.numpy() for row in embed(model, texts)])
    vectors.astype("<f4").tofile(folder / "vectors.f32")
    token_texts = tokenwise_texts(pairs)
    token_rows = write_tokenwise(folder, model, token_texts)

    hello = vectors[texts.index("hello world")][: len(HELLO_WORLD)]
    assert np.abs(hello - HELLO_WORLD).max() < 1e-5, hello

    model = model.double()
    exact = np.stack([row.numpy() for row in embed(model, texts)])
    exact_rows = [row.numpy() for row in embed(model, token_texts, output_value="token_embeddings")]
    assert exact.dtype == np.float64 and exact_rows[0].dtype == np.float64
    manifest = {
        "texts": len(texts),
        "dimension": vectors.shape[1],
        "max_tokens": model.max_seq_length,
        "seed": SEED,
        "versions": {"sentence-transformers": sentence_transformers.__version__, "torch": torch.__version__,
                     "transformers": transformers.__version__, "tokenizers": tokenizers.__version__,
                     "numpy": np.__version__, "python": platform.python_version()},
        "sha256": {name: sha256(source / name) for name in ("model.safetensors", "tokenizer.json")},
        "float32_against_float64": {
            "vectors_largest_difference": float(np.abs(vectors - exact).max()),
            "tokenwise_largest_difference": float(max(np.abs(a - b).max() for a, b in zip(token_rows, exact_rows))),
            "tokenwise_largest_value": float(max(np.abs(rows).max() for rows in exact_rows)),
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(json.dumps(manifest, indent=2))


if __name__ == "__main__":
    main()
