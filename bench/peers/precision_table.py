"""The results of run_all.py as one table by precision: our speed in brackets, times that of the fastest peer of that precision.

usage: precision_table.py RESULTS.json        ours are named native-fp32-highest, native-fp32-high, native-bf16, native-int8
"""

import json
import statistics
import sys
from pathlib import Path

HEADS = {
    "single_short": "one text of 8 tokens, ms",
    "single_long": "one of 256 tokens, ms",
    "s32": "32 tokens, tokens/s",
    "s256": "256, tokens/s",
    "mixed": "mixed, tokens/s",
}
LATENCY = ("single_short", "single_long")
PRECISIONS = ("fp32", "bf16", "int8")


def precision(name):
    """fp32 unless the name tells; OpenVINO's own choice is bf16 on CPUs that multiply it."""
    if name == "st-openvino-default":
        return "bf16"
    return next((kind for kind in ("bf16", "int8") if kind in name), "fp32")


def is_ours(result):
    return result["name"].startswith("native")


def cell(result, workload, rivals, tokens):
    seconds = result["figures"].get(workload)
    if not seconds:
        return "-"
    middle = statistics.median(seconds)
    text = f"{1e3 * middle:.2f}" if workload in LATENCY else f"{tokens[workload] / middle:,.0f}"
    best = [statistics.median(rival["figures"][workload]) for rival in rivals if rival["figures"].get(workload)]
    return f"{text} ({min(best) / middle:.1f}x)" if best and is_ours(result) else text


def row(result, results, workloads, tokens):
    rivals = [r for r in results if not is_ours(r) and precision(r["name"]) == precision(result["name"])]
    cells = [cell(result, workload, rivals, tokens) for workload in workloads]
    cells.append("-" if result["min_cosine"] is None else f"{result['min_cosine']:.6f}")
    cells.append(f"{statistics.median(result['first_vector']):.2f}")
    cells.append(f"{max(result['peak_rss']) / 1e6:,.0f}")
    return f"| {result['name']} | " + " | ".join(cells) + " |"


def main():
    document = json.loads(Path(sys.argv[1]).read_text())
    results = [result for result in document["results"] if result["peak_rss"]]
    tokens = document["tokens"]
    workloads = [name for name in HEADS if name in tokens]
    loads = [load for result in results for load in result["load"]]
    print(f"{document['machine']}; {document['rounds']} rounds; load {min(loads):.1f} to {max(loads):.1f}\n")
    heads = [HEADS[name] for name in workloads] + ["least cosine", "first vector, s", "peak, MB"]
    print("| | " + " | ".join(heads) + " |\n| --- |" + " ---: |" * len(heads))
    for kind in PRECISIONS:
        chosen = [result for result in results if precision(result["name"]) == kind]
        for result in sorted(chosen, key=lambda one: not is_ours(one)):
            print(row(result, results, workloads, tokens))
    for result in document["results"]:
        if result["error"]:
            print(f"\n{result['name']} failed: {result['error']}")


if __name__ == "__main__":
    main()
