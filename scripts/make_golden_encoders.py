"""Small random models of each encoder architecture, with the hidden states that transformers gives.

usage: make_golden_encoders.py FOLDER

For each architecture FOLDER/NAME gets config.json and model.safetensors as the model hub has them, ids.txt (a
sequence of token ids a line) and expected.f32 (a row of little-endian float32 a token, sequence after sequence:
last_hidden_state, each sequence alone, in float64 rounded once).
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    NomicBertConfig,
    NomicBertModel,
    RobertaConfig,
    RobertaModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

VOCABULARY = 50
LENGTHS = [1, 2, 3, 9, 17, 40, 150]

SIZES = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=48,
)

MODELS = {
    "bert": (BertModel, BertConfig(**SIZES, max_position_embeddings=160), {"add_pooling_layer": False}),
    "distilbert": (
        DistilBertModel,
        DistilBertConfig(
            vocab_size=VOCABULARY, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=160
        ),
        {},
    ),
    "mpnet": (MPNetModel, MPNetConfig(**SIZES, max_position_embeddings=162), {"add_pooling_layer": False}),
    "roberta": (
        RobertaModel,
        RobertaConfig(**SIZES, max_position_embeddings=162, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1),
        {"add_pooling_layer": False},
    ),
    "xlm-roberta": (
        XLMRobertaModel,
        XLMRobertaConfig(**SIZES, max_position_embeddings=162, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1),
        {"add_pooling_layer": False},
    ),
    "nomic_bert": (NomicBertModel, NomicBertConfig(**SIZES, max_position_embeddings=160), {}),
    "modernbert": (
        ModernBertModel,
        ModernBertConfig(
            **(SIZES | {"num_hidden_layers": 4}),
            max_position_embeddings=160,
            local_attention=16,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            cls_token_id=1,
            sep_token_id=2,
        ),
        {},
    ),
}

# The spelling of the model hub's own NomicBERT, which transformers rewrites as it loads it.
NOMIC_NAMES = {
    "embeddings.LayerNorm": "emb_ln",
    "self_attn.o_proj": "attn.out_proj",
    "mlp.up_proj": "mlp.fc11",
    "mlp.gate_proj": "mlp.fc12",
    "mlp.down_proj": "mlp.fc2",
    "post_attention_layernorm": "norm1",
    "post_mlp_layernorm": "norm2",
}


def randomise(model: torch.nn.Module) -> None:
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.rand(parameter.shape, generator=generator, dtype=torch.float32) * 2 - 1
            if parameter.dim() == 1 and name.endswith("weight"):
                parameter.copy_(1 + 0.5 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(0.3 * noise)
            elif "embedding" in name:
                parameter.copy_(noise)
            else:
                parameter.copy_(2 * noise / parameter.shape[1] ** 0.5)


def hub_nomic(state: dict, config: dict) -> tuple[dict, dict]:
    renamed = {}
    for name, tensor in state.items():
        if ".self_attn.q_proj" in name:
            parts = [state[name.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")]
            tensor, name = torch.cat(parts), name.replace("self_attn.q_proj", "attn.Wqkv")
        elif ".self_attn.k_proj" in name or ".self_attn.v_proj" in name:
            continue
        for theirs, hub in NOMIC_NAMES.items():
            name = name.replace(theirs, hub)
        renamed[name.replace("layers.", "encoder.layers.")] = tensor.contiguous()
    return renamed, {
        "model_type": "nomic_bert",
        "n_embd": config["hidden_size"],
        "n_layer": config["num_hidden_layers"],
        "n_head": config["num_attention_heads"],
        "n_inner": config["intermediate_size"],
        "n_positions": config["max_position_embeddings"],
        "vocab_size": config["vocab_size"],
        "type_vocab_size": config["type_vocab_size"],
        "layer_norm_epsilon": config["layer_norm_eps"],
        "activation_function": "swiglu",
        "rotary_emb_base": 1000,
        "rotary_emb_fraction": 1.0,
        "rotary_emb_interleaved": False,
        "rotary_emb_scale_base": None,
        "rotary_scaling_factor": None,
        "qkv_proj_bias": False,
        "mlp_fc1_bias": False,
        "mlp_fc2_bias": False,
        "prenorm": False,
        "use_rms_norm": False,
        "parallel_block": False,
        "causal": False,
    }


def sequences() -> list[list[int]]:
    random = np.random.default_rng(11)
    made = [random.integers(3, VOCABULARY, length).tolist() for length in LENGTHS]
    # Padding inside and at the end: architectures that count positions pass over it.
    made.append([5, 1, 6, 7, 1, 1, 8, 9, 1])
    return made


def write(name: str, folder: Path) -> None:
    make, config, options = MODELS[name]
    model = make(config, **options).eval()
    randomise(model)
    folder.mkdir(parents=True, exist_ok=True)
    state = {key: value.detach().clone() for key, value in model.state_dict().items()}
    described = config.to_dict() | {"model_type": config.model_type}
    if name == "nomic_bert":
        state, described = hub_nomic(state, described)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    keep = {key: value for key, value in described.items() if key != "transformers_version"}
    (folder / "config.json").write_text(json.dumps(keep, indent=1, sort_keys=True) + "\n")
    exact = model.double()
    rows = []
    for ids in sequences():
        batch = torch.tensor([ids])
        with torch.no_grad():
            output = exact(input_ids=batch, attention_mask=torch.ones_like(batch))
        rows.append(output.last_hidden_state[0].float().numpy().astype("<f4"))
    (folder / "expected.f32").write_bytes(b"".join(part.tobytes() for part in rows))
    (folder / "ids.txt").write_text("".join(" ".join(map(str, ids)) + "\n" for ids in sequences()))


def main() -> None:
    for name in MODELS:
        write(name, Path(sys.argv[1]) / name)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (Path(sys.argv[1]) / "manifest.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()
