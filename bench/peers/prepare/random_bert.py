"""Write an encoder of a well-known shape with random weights: what it costs does not depend on what it knows.

usage: random_bert.py MODEL_DIR OUT_DIR BERT-base|BERT-large

OUT_DIR gets what a hub repository has, with the tokenizer and the pooling of MODEL_DIR and 8,192 positions, and
onnx/model.onnx.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from export_onnx import export
from transformers import BertConfig, BertModel

SHAPES = {
    "BERT-base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    "BERT-large": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096},
}
POSITIONS = 8192


def main() -> None:
    source, out, shape = Path(sys.argv[1]), Path(sys.argv[2]), SHAPES[sys.argv[3]]
    torch.manual_seed(3)
    BertModel(BertConfig(max_position_embeddings=POSITIONS, **shape), add_pooling_layer=False).save_pretrained(out)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "modules.json"):
        shutil.copy(source / name, out)
    (out / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": POSITIONS, "do_lower_case": False}))
    pooling = json.loads((source / "1_Pooling" / "config.json").read_text())
    pooling["word_embedding_dimension"] = shape["hidden_size"]
    (out / "1_Pooling").mkdir(exist_ok=True)
    (out / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (out / "onnx").mkdir(exist_ok=True)
    export(out, out / "onnx" / "model.onnx")


if __name__ == "__main__":
    main()
