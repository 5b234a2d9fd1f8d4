"""The shapes of BERT-base and BERT-large, with random weights, and long texts, beside OpenVINO.

usage: shapes.py BERT-base|BERT-large --adapter PROGRAM [--isa NAME,...] [--rounds 2] [--threads 2] [--json OUT]
                 in the environment venvs/harness, after setup.sh shapes

The same weights and tokenizer for all; all programs are open at once and asked in turn, the others stopped. `--isa` adds
this library with those kernel sets forced. A text of 8,192 tokens is embedded once by each.
"""

import argparse
import json
import os
import statistics
from pathlib import Path

from curves import prose_texts
from open_programs import OpenPrograms
from peers import HOME, PEERS
from report import machine

TEXTS_OF_A_PASS = {32: 32, 128: 8, 512: 2}
DOUBLING = {"1x": 8, "2x": 16}  # texts of 128 tokens
ONE_TEXT = {8: 20, 256: 3, 512: 3, 8192: 1}  # length -> calls
ONCE = {"one 8192"}
OPENVINO = {"OpenVINO, fp32": "st-openvino-f32", "OpenVINO, bf16": "st-openvino-default", "OpenVINO, int8": "st-openvino-int8"}
OURS = {"fp32 `highest`": "fp32-highest", "fp32 `high`": "fp32-high", "bf16": "bf16", "int8": "int8"}
FORCED = {"fp32": "fp32-highest", "bf16": "bf16", "int8": "int8"}


def commands_of(adapter, folder, isas):
    commands = {f"native, {name}": [str(adapter), str(folder), dtype] for name, dtype in OURS.items()}
    for isa in isas:
        for name, dtype in FORCED.items():
            commands[f"native, {name}, {isa}"] = ["env", f"AKIDB_EMBED_ISA={isa}", str(adapter), str(folder), dtype]
    return commands | {name: PEERS[peer] for name, peer in OPENVINO.items()}


def calls_of_all():
    texts = prose_texts(11)
    calls = {f"many {length}": [[texts.draw(length) for _ in range(count)]] for length, count in TEXTS_OF_A_PASS.items()}
    calls |= {f"cost {name}": [[texts.draw(128) for _ in range(count)]] for name, count in DOUBLING.items()}
    return calls | {f"one {length}": [[texts.draw(length)] for _ in range(count)] for length, count in ONE_TEXT.items()}


def row(program):
    def median(figure):
        return statistics.median(program.seconds[figure])

    cells = [f"{length * count / median(f'many {length}'):,.0f}" for length, count in TEXTS_OF_A_PASS.items()]
    cells += [f"{1e3 * median(f'one {length}'):,.1f}" for length in ONE_TEXT]
    cells.append(f"{median('cost 2x') / median('cost 1x'):.2f}x")
    return f"| {program.name} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shape", choices=("BERT-base", "BERT-large"))
    parser.add_argument("--adapter", type=Path, required=True, help="this library's peer-adapter")
    parser.add_argument("--isa", default="", help="kernel sets to force, beside what the CPU gets")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.environ["PEERS_MAX_TOKENS"] = "8192"
    folder = HOME / "models" / options.shape.lower()
    commands = commands_of(options.adapter, folder, [isa for isa in options.isa.split(",") if isa])
    with OpenPrograms(commands, options.threads, folder) as opened:
        loads = opened.measure(calls_of_all(), options.rounds, ONCE)
    print(
        f"{options.shape}; {machine()}; {options.threads} threads, medians of {options.rounds} rounds, "
        f"load {min(loads):.1f} to {max(loads):.1f}\n"
    )
    heads = [f"{length} tokens, tokens/s" for length in TEXTS_OF_A_PASS] + [f"one of {length}, ms" for length in ONE_TEXT]
    print("| | " + " | ".join([*heads, "twice the texts"]) + " |\n| --- |" + " ---: |" * (len(heads) + 1))
    for program in opened.programs:
        print(row(program))
    if options.json:
        seconds = {program.name: program.seconds for program in opened.programs}
        options.json.write_text(json.dumps({"machine": machine(), "loads": loads, "seconds": seconds}, indent=1))


if __name__ == "__main__":
    main()
