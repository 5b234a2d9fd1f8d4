"""Results of a run as tables."""

import dataclasses
import json
import os
import platform
import re
import statistics
from pathlib import Path

ISA_FLAGS = """avx2 avx512f avx_vnni avx512_vnni avx512_bf16 avx512_fp16 amx_tile amx_int8 amx_bf16 neon asimd asimddp
i8mm bf16 sve""".split()


@dataclasses.dataclass
class Result:
    """What the rounds of one program gave; figures[workload] holds seconds, one a pass; processor[workload]
    the processor time of the same passes."""

    name: str
    version: str = ""
    figures: dict = dataclasses.field(default_factory=dict)
    processor: dict = dataclasses.field(default_factory=dict)
    first_vector: list = dataclasses.field(default_factory=list)
    peak_rss: list = dataclasses.field(default_factory=list)
    load: list = dataclasses.field(default_factory=list)
    min_cosine: float | None = None
    error: str = ""


def machine() -> str:
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", text)
    flags = re.search(r"(?:flags|Features)\s*:\s*(.*)", text)
    present = set(flags[1].split()) if flags else set()
    isa = " ".join(flag for flag in ISA_FLAGS if flag in present)
    name = model[1] if model else platform.machine()
    return f"{name}, {os.cpu_count()} cores; {isa}"


def figure(workload: dict, seconds: list[float]) -> float:
    """p50 milliseconds for latency, real tokens a second for throughput."""
    middle = statistics.median(seconds)
    return middle * 1e3 if workload["kind"] == "latency" else sum(workload["tokens"]) / middle


def cell(workload: dict, value: float, best: float) -> str:
    if workload["kind"] == "latency":
        return f"{value:.2f} ({best / value:.2f})"
    return f"{value:,.0f} ({value / best:.2f})"


def table(results: list[Result], workloads: dict) -> str:
    """Markdown; behind each figure, in brackets, its share of the fastest one's speed."""
    units = {"latency": "p50 ms", "throughput": "tokens/s"}
    heads = [f"{name} {units[workload['kind']]}" for name, workload in workloads.items()]
    lines = ["| " + " | ".join(["peer", *heads, "min cosine", "peak RSS MB", "first vector s"]) + " |"]
    lines.append("|" + " --- |" + " ---: |" * (len(heads) + 3))
    best = {}
    for name, workload in workloads.items():
        values = [figure(workload, r.figures[name]) for r in results if r.figures.get(name)]
        if values:
            best[name] = min(values) if workload["kind"] == "latency" else max(values)
    for result in results:
        row = [result.name]
        for name, workload in workloads.items():
            seconds = result.figures.get(name)
            row.append(cell(workload, figure(workload, seconds), best[name]) if seconds else "-")
        row.append("-" if result.min_cosine is None else f"{result.min_cosine:.6f}")
        row.append(f"{max(result.peak_rss) / 1e6:.0f}" if result.peak_rss else "-")
        row.append(f"{statistics.median(result.first_vector):.2f}" if result.first_vector else "-")
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def speed(result: Result, name: str, workload: dict) -> float | None:
    """Higher is faster: tokens a second, or calls a second."""
    seconds = result.figures.get(name)
    if not seconds:
        return None
    value = figure(workload, seconds)
    return 1e3 / value if workload["kind"] == "latency" else value


def ratios(base: Result, others: list[Result], workloads: dict) -> str:
    """How many times as fast `base` is as each of the others: medians divided by medians."""
    heads = [f"{base.name} against", *workloads, "first vector", "peak RSS"]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" + " ---: |" * (len(heads) - 1)]
    for other in others:
        row = [other.name]
        for name, workload in workloads.items():
            ours, theirs = speed(base, name, workload), speed(other, name, workload)
            row.append(f"{ours / theirs:.2f}x" if ours and theirs else "-")
        for values in ("first_vector", "peak_rss"):
            ours, theirs = getattr(base, values), getattr(other, values)
            row.append(f"{statistics.median(ours) / statistics.median(theirs):.2f}" if ours and theirs else "-")
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n\nWorkloads: more is faster. First vector (time) and peak RSS: less is better."


def processor_table(results: list[Result], workloads: dict, base: str) -> str:
    """Processor time: what is left to compare where other programs had the cores, too."""
    lines = ["| processor ms | " + " | ".join(workloads) + " |", "|" + " --- |" + " ---: |" * len(workloads)]
    bases = [result.processor for result in results if result.name == base]
    for result in results:
        row = [result.name]
        for name in workloads:
            passes = result.processor.get(name)
            if not passes:
                row.append("-")
                continue
            middle = statistics.median(passes)
            ours = bases[0].get(name) if bases else None
            share = f" ({middle / statistics.median(ours):.2f}x)" if ours else ""
            row.append(f"{middle * 1e3:,.1f}{share}")
        lines.append("| " + " | ".join(row) + " |")
    note = "A call of a latency workload, the whole list of the others, over all threads"
    return "\n".join(lines) + f"\n\n{note}" + (f"; in brackets: times that of {base}." if bases else ".")


def load_of(results: list[Result]) -> str:
    loads = [load for result in results for load in result.load]
    return f"load {min(loads):.1f} to {max(loads):.1f}" if loads else "load unknown"


def report(results: list[Result], workloads: dict, rounds: int, base: str = "") -> str:
    failures = [f"- {result.name}: {result.error}" for result in results if result.error]
    versions = [f"- {result.name}: {result.version}" for result in results if result.version]
    parts = [f"{machine()}; {rounds} rounds; {load_of(results)}", table(results, workloads), "\n".join(versions)]
    bases = [result for result in results if result.name == base]
    if bases:
        others = [result for result in results if result.name != base]
        parts.insert(2, ratios(bases[0], others, workloads))
    parts.insert(-1, processor_table(results, workloads, base))
    if failures:
        parts.append("failed:\n" + "\n".join(failures))
    return "\n\n".join(parts) + "\n"


def save(path: str, results: list[Result], workloads: dict, rounds: int, base: str) -> None:
    document = {
        "machine": machine(),
        "rounds": rounds,
        "tokens": {name: sum(workload["tokens"]) for name, workload in workloads.items()},
        "results": [dataclasses.asdict(result) for result in results],
    }
    Path(path).write_text(json.dumps(document, indent=1))
    Path(path).with_suffix(".md").write_text(report(results, workloads, rounds, base))
