#!/usr/bin/env python3
"""Exports a Hugging Face encoder to ONNX with PyTorch: the classic way, for models that `akidb-embed convert` does not
know, or to compare with it.

usage: export_onnx_model.py MODEL OUT [--opset 14] [--tolerance 2e-5] [--revision main] [--force]

MODEL is a model folder or a hub id; its weights must be safetensors. OUT becomes a model folder that akidb-embed
opens: the configuration and tokenizer of MODEL, and onnx/model.onnx, float32, with dynamic axes batch_size and
sequence_length. The graph passes onnx.checker, and its rows are held against the original's over batches of several
shapes, with and without padding, before OUT is put in place.

Needs the packages of export_onnx_model_requirements.txt; `make test-export` brings them. Exit status: 0, or that of
the error in docs/errors.md.
"""

import argparse
import inspect
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

INVALID, NOT_FOUND, UNSUPPORTED, CORRUPT, INTERNAL = 2, 3, 4, 7, 70
REQUIREMENTS = Path(__file__).resolve().with_name("export_onnx_model_requirements.txt")
OUTPUT = "last_hidden_state"
# What a model folder holds beside its weights.
KEPT = ["*.json", "*.txt", "*.model", "1_Pooling/*.json", "2_Dense/*.json", "2_Dense/*.safetensors"]
PROTOBUF_LIMIT = 2_000_000_000
# Batch and longest sequence of each comparison; one that the model has no positions for is shortened.
SHAPES = [(1, 1), (1, 3), (2, 16), (3, 77), (1, 128), (4, 256), (2, 512)]


class ExportError(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


def import_packages():
    """The heavy packages, once the arguments are known to be good."""
    global np, onnx, ort, torch, transformers
    try:
        import numpy as np
        import onnx
        import onnxruntime as ort
        import torch
        import transformers
    except ImportError as error:
        raise ExportError(
            UNSUPPORTED, f"the package {error.name} is missing: python3 -m pip install -r {REQUIREMENTS}"
        ) from error


def model_folder(model: str, revision: str) -> Path:
    """A folder as it is; an id through huggingface_hub, into its cache."""
    folder = Path(model)
    if not folder.is_dir():
        if folder.exists() or model.count("/") != 1 or model.startswith((".", "/")):
            raise ExportError(NOT_FOUND, f"{model}: expected a model folder or a hub id (OWNER/NAME), found neither")
        folder = fetch(model, revision)
    if not (folder / "config.json").is_file():
        raise ExportError(NOT_FOUND, f"{folder}: expected a model folder, found no config.json in it")
    if not list(folder.glob("*.safetensors")):
        raise ExportError(NOT_FOUND, f"{folder}: expected weights in *.safetensors (pickled weights are not read)")
    return folder


def fetch(model: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, revision=revision, allow_patterns=[*KEPT, "*.safetensors"]))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is about the download
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ExportError(NOT_FOUND, f"{model}: neither a folder here nor to be had from the hub: {first}") from error


def load(folder: Path):
    try:
        json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExportError(CORRUPT, f"config.json: {error}") from error
    try:
        return transformers.AutoModel.from_pretrained(
            folder, attn_implementation="eager", dtype=torch.float32, use_safetensors=True, local_files_only=True
        ).eval()
    except ValueError as error:
        raise ExportError(UNSUPPORTED, f"{folder}: transformers does not know this model: {error}") from error
    except Exception as error:  # noqa: BLE001 - safetensors and transformers have many kinds
        raise ExportError(CORRUPT, f"{folder}: the model cannot be loaded: {error}") from error


def input_names(folder: Path, model) -> list[str]:
    """What the tokenizer gives and the model takes, in a fixed order."""
    try:
        offered = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True).model_input_names
    except Exception as error:  # noqa: BLE001
        raise ExportError(CORRUPT, f"{folder}: the tokenizer cannot be loaded: {error}") from error
    taken = inspect.signature(model.forward).parameters
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in offered and name in taken]
    if names[:2] != ["input_ids", "attention_mask"]:
        raise ExportError(UNSUPPORTED, f"expected a model of input_ids and attention_mask, found one of {list(taken)}")
    return names


def sample(model, names: list[str], batch: int, length: int, padded: bool) -> dict:
    """Token ids that do not depend on the machine; where it is padded, row i ends i + 1 tokens early."""
    config = model.config
    generator = torch.Generator().manual_seed(batch * 1000 + length)
    pad = config.pad_token_id or 0
    ids = torch.randint(min(pad + 1, config.vocab_size - 1), config.vocab_size, (batch, length), generator=generator)
    mask = torch.ones_like(ids)
    if padded:
        for row in range(batch):
            kept = max(1, length - row - 1)
            ids[row, kept:] = pad
            mask[row, kept:] = 0
    values = {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
    return {name: values[name] for name in names}


def positions(model) -> int:
    """Longest sequence; models that number positions from behind the padding id lose some."""
    config = model.config
    longest = getattr(config, "max_position_embeddings", 512)
    return longest - (config.pad_token_id or 0) - 1 if "roberta" in config.model_type else longest


def write_graph(model, names: list[str], target: Path, opset: int) -> None:
    class Encoder(torch.nn.Module):
        def forward(self, *values):
            return self.model(**dict(zip(names, values))).last_hidden_state

    encoder = Encoder()
    encoder.model = model
    encoder.eval()  # the exporter puts the mode back that it finds, into the model too
    axes = {0: "batch_size", 1: "sequence_length"}
    try:
        with torch.no_grad():
            torch.onnx.export(
                encoder,
                tuple(sample(model, names, 2, min(16, positions(model)), padded=True).values()),
                str(target),
                input_names=names,
                output_names=[OUTPUT],
                dynamic_axes={name: axes for name in [*names, OUTPUT]},
                opset_version=opset,
                do_constant_folding=True,
                dynamo=False,
            )
    except Exception as error:  # noqa: BLE001 - torch's exporter has many kinds
        reason = str(error).strip().splitlines()
        raise ExportError(UNSUPPORTED, f"torch cannot export this model with opset {opset}: {reason[0]}") from error


def check_graph(path: Path, names: list[str]) -> None:
    try:
        onnx.checker.check_model(str(path), full_check=True)
    except onnx.checker.ValidationError as error:
        raise ExportError(INTERNAL, f"onnx.checker refuses the graph: {error}") from error
    graph = onnx.load(str(path), load_external_data=False).graph
    for value in [*graph.input, *graph.output]:
        axes = [axis.dim_param for axis in value.type.tensor_type.shape.dim][:2]
        if axes != ["batch_size", "sequence_length"]:
            raise ExportError(INTERNAL, f"{value.name}: expected dynamic axes, found {axes}")
    if [value.name for value in graph.input] != names:
        raise ExportError(INTERNAL, f"expected inputs {names}, found {[value.name for value in graph.input]}")


def compare(model, names: list[str], path: Path) -> tuple[float, float, int]:
    """Largest difference of two values and least cosine of two rows, over all tokens that are no padding."""
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    largest, least, tokens = 0.0, 1.0, 0
    for batch, length in SHAPES:
        for padded in (False, True):
            inputs = sample(model, names, batch, min(length, positions(model)), padded)
            with torch.no_grad():
                expected = model(**inputs).last_hidden_state.numpy()
            found = session.run([OUTPUT], {name: value.numpy() for name, value in inputs.items()})[0]
            kept = inputs["attention_mask"].numpy().astype(bool)
            a, b = expected[kept].astype(np.float64), found[kept].astype(np.float64)
            if not np.isfinite(b).all():
                raise ExportError(INTERNAL, f"the graph gives values that are not finite for {batch} x {length} tokens")
            largest = max(largest, float(np.abs(a - b).max()))
            cosines = (a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
            least, tokens = min(least, float(cosines.min())), tokens + len(a)
    return largest, least, tokens


def copy_configuration(folder: Path, target: Path) -> None:
    for pattern in KEPT:
        for source in folder.glob(pattern):
            if source.name.endswith((".safetensors.index.json",)) or not source.is_file():
                continue
            (target / source.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / source.relative_to(folder))


def check_arguments(options) -> Path:
    out = Path(options.out)
    if not 11 <= options.opset <= 20:
        raise ExportError(INVALID, f"--opset: expected 11 to 20, found {options.opset}")
    if not options.tolerance > 0:
        raise ExportError(INVALID, f"--tolerance: expected more than 0, found {options.tolerance}")
    if out.exists() and not options.force:
        raise ExportError(INVALID, f"{out} is there already: --force replaces it")
    if out.exists() and not (out / "onnx" / "model.onnx").is_file():
        raise ExportError(INVALID, f"{out} is no earlier export (it has no onnx/model.onnx), so it is not replaced")
    if not out.absolute().parent.is_dir():
        raise ExportError(INVALID, f"{out}: its folder is not there")
    return out


def export(options) -> None:
    out = check_arguments(options)
    import_packages()
    folder = model_folder(options.model, options.revision)
    if out.exists() and out.resolve() == folder.resolve():
        raise ExportError(INVALID, f"{out} is the model itself")
    model = load(folder)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if parameters * 4 > PROTOBUF_LIMIT:
        raise ExportError(UNSUPPORTED, f"{parameters:,} parameters do not fit into one ONNX file: use akidb-embed convert")
    names = input_names(folder, model)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.absolute().parent) as staging:
        graph = Path(staging) / "model" / "onnx" / "model.onnx"
        graph.parent.mkdir(parents=True)
        write_graph(model, names, graph, options.opset)
        check_graph(graph, names)
        largest, least, tokens = compare(model, names, graph)
        verdict = f"largest difference {largest:.2g}, least cosine {least:.9f} over {tokens:,} tokens"
        if largest > options.tolerance:
            raise ExportError(INTERNAL, f"the graph does not compute what the model does: {verdict}")
        copy_configuration(folder, graph.parent.parent)
        if out.exists():
            shutil.rmtree(out)
        os.rename(graph.parent.parent, out)
    size = (out / "onnx" / "model.onnx").stat().st_size
    print(f"{out / 'onnx' / 'model.onnx'}: {size:,} bytes, opset {options.opset}, inputs {', '.join(names)}")
    print(f"against the original: {verdict}")


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--opset", type=int, default=14)
    parser.add_argument("--tolerance", type=float, default=2e-5)
    parser.add_argument("--revision", default="main")
    parser.add_argument("--force", action="store_true")
    try:
        export(parser.parse_args())
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
