"""The tables and plots of curves.py."""

import statistics

from line_plot import line_plots

MARKS = ("<!-- curves: made by make bench -->", "<!-- curves end -->")
PRECISIONS = ("fp32", "bf16", "int8")
# Name in the results -> name here and precision; OpenVINO's own choice is bf16 on CPUs that multiply it.
NAMES = {
    "native fp32-highest": ("native", "fp32"),
    "native fp32-high": ("native high", "fp32"),
    "native bf16": ("native", "bf16"),
    "native int8": ("native", "int8"),
    "fastembed": ("fastembed", "fp32"),
    "fastembed-int8": ("fastembed", "int8"),
    "st-openvino-f32": ("OpenVINO", "fp32"),
    "st-openvino-default": ("OpenVINO", "bf16"),
    "st-openvino-int8": ("OpenVINO", "int8"),
    "ct2-f32": ("CTranslate2", "fp32"),
    "ct2-int8": ("CTranslate2", "int8"),
}
OURS = ("native", "native high")
BUSY = (
    " The machine had other work. Programs whose threads wait for each other lose more by that than ours do: these ratios say"
    " too much."
)


class Curve:
    """One figure of all programs: values[program][i] belongs to sizes[i]."""

    def __init__(self, sizes, values, is_time):
        self.sizes, self.values, self.is_time = sizes, values, is_time

    def of_precision(self, precision):
        return {NAMES[name][0]: row for name, row in self.values.items() if NAMES[name][1] == precision}

    def speed(self, value):
        return 1 / value if self.is_time else value

    def ratio(self, name):
        """This program's speed to that of the fastest peer of its precision, size by size; none without a peer."""
        peers = [row for peer, row in self.of_precision(NAMES[name][1]).items() if peer not in OURS]
        if not peers:
            return None
        best = [max(map(self.speed, column)) for column in zip(*peers)]
        return [self.speed(value) / fastest for value, fastest in zip(self.values[name], best)]


def is_ours(name):
    return NAMES[name][0] in OURS


def by_length(results):
    tokens = {int(length): count for length, count in results["tokens"].items()}
    values = {
        name: [count / statistics.median(seconds[f"length {length}"]) for length, count in tokens.items()]
        for name, seconds in results["seconds"].items()
    }
    return Curve(list(tokens), values, is_time=False)


def by_batch(results):
    values = {
        name: [1e3 * statistics.median(seconds[f"batch {batch}"]) for batch in results["batches"]]
        for name, seconds in results["seconds"].items()
    }
    return Curve(results["batches"], values, is_time=True)


def table(curve, head, form):
    lines = [f"| {head} | " + " | ".join(map(str, curve.sizes)) + " |", "| --- |" + " ---: |" * len(curve.sizes)]
    for precision in PRECISIONS:
        for name, values in curve.values.items():
            if NAMES[name][1] != precision:
                continue
            ratio = curve.ratio(name) if is_ours(name) else None
            cells = [form.format(value) for value in values]
            if ratio:
                cells = [f"{cell} ({times:.1f}x)" for cell, times in zip(cells, ratio)]
            lines.append("| " + " | ".join([f"{NAMES[name][0]}, {precision}", *cells]) + " |")
    return "\n".join(lines)


def plots(results):
    """File name -> (alternative text, SVG)."""
    length, batch = by_length(results), by_batch(results)
    made = {}
    for name, title, curve, x_title in (
        ("throughput", "Tokens a second, by the length of the texts", length, "tokens in a text"),
        ("latency", f"Milliseconds, by the texts of {results['batch_length']} tokens in a call", batch, "texts in a call"),
    ):
        panels = [(precision, x_title, curve.sizes, curve.of_precision(precision)) for precision in PRECISIONS]
        made[f"{name}.svg"] = (title, line_plots(title, [panel for panel in panels if panel[3]], OURS))
    title = "Speed of native, times that of the fastest peer of its precision"
    panels = []
    for head, curve, x_title in (("throughput", length, "tokens in a text"), ("latency", batch, "texts in a call")):
        ours = [name for name in curve.values if is_ours(name)]
        ratios = {NAMES[name][0].replace("native", NAMES[name][1]): curve.ratio(name) for name in ours}
        panels.append((head, x_title, curve.sizes, {name: ratio for name, ratio in ratios.items() if ratio}))
    if panels[0][3]:
        made["ratio.svg"] = (title, line_plots(title, panels, list(panels[0][3]), strong=1))
    return made


def page_part(results, images):
    loads, length = results["loads"], results["batch_length"]
    versions = "; ".join(dict.fromkeys(version for name, version in results["versions"].items() if not is_ours(name)))
    return "\n\n".join(
        [
            f"{results['machine']}; {results['threads']} threads, medians of {results['rounds']} rounds, load "
            f"{min(loads):.1f} to {max(loads):.1f}. {versions}." + (BUSY if max(loads) > results["threads"] + 1 else ""),
            "\n".join(images),
            table(by_length(results), "tokens/s, texts of ... tokens", "{:,.0f}"),
            table(by_batch(results), f"milliseconds, calls of ... texts of {length} tokens", "{:,.2f}"),
        ]
    )


def write_page(page, results):
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    images = []
    for name, (title, svg) in plots(results).items():
        (folder / name).write_text(svg, encoding="utf-8")
        images.append(f"![{title}]({folder.name}/{name})")
    content = page.read_text(encoding="utf-8")
    before, rest = content.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    page.write_text(f"{before}{MARKS[0]}\n{page_part(results, images)}\n{MARKS[1]}{after}", encoding="utf-8")
