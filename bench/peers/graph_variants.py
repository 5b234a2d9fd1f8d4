"""Processor time of forms of the default model's graph in ONNX Runtime, on one thread.

usage: graph_variants.py CONVERTED_FOLDER EXPORTED.onnx     in the environment venvs/onnx

CONVERTED_FOLDER is a folder of this library's derived/ (two graphs over one data file). Runs take turns; the
figure is the least processor time of a run, which other programs on the machine disturb little.
"""

import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

SHAPES = {(1, 8): 60, (16, 32): 15, (2, 256): 15}  # (sequences, tokens each): runs
NO_GELU = "BiasGeluFusion;GeluFusionL1;GeluFusionL2;GeluFusion"


def session(path: Path, level: str = "ORT_ENABLE_ALL", disabled: str = "") -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    if disabled:
        options.add_session_config_entry("optimization.disable_specified_optimizers", disabled)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def feed(model: onnxruntime.InferenceSession, shape: tuple[int, int], rng: np.random.Generator) -> dict:
    values = {
        "input_ids": rng.integers(1_000, 20_000, shape),
        "attention_mask": np.ones(shape, np.int64),
        "token_type_ids": np.zeros(shape, np.int64),
    }
    return {entry.name: values[entry.name] for entry in model.get_inputs()}


def main() -> None:
    folder, exported = Path(sys.argv[1]), Path(sys.argv[2])
    unmasked = folder / "model_unmasked.onnx"
    sessions = {
        "exported": session(exported),
        "converted, masked": session(folder / "model.onnx"),
        "converted": session(unmasked),
        "converted, basic optimisations": session(unmasked, "ORT_ENABLE_BASIC"),
        "converted, no Gelu fusion": session(unmasked, disabled=NO_GELU),
    }
    rng = np.random.default_rng(0)
    least = {}
    for shape, runs in SHAPES.items():
        feeds = {name: feed(model, shape, rng) for name, model in sessions.items()}
        for _ in range(runs):
            for name, model in sessions.items():
                started = time.process_time()
                model.run(None, feeds[name])
                spent = time.process_time() - started
                least[name, shape] = min(spent, least.get((name, shape), spent))
    print("| processor ms | " + " | ".join(f"{a} x {b}" for a, b in SHAPES) + " |")
    print("| --- |" + " ---: |" * len(SHAPES))
    for name in sessions:
        print(f"| {name} | " + " | ".join(f"{least[name, shape] * 1e3:.2f}" for shape in SHAPES) + " |")


if __name__ == "__main__":
    main()
