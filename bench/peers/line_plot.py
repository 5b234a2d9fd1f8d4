"""Line plots side by side as one SVG that reads on light and on dark pages."""

import math
from xml.sax.saxutils import escape

GRAY = "#767c85"  # reads on both
COLORS = ("#3b82f6", "#a855f7", "#f97316", "#10b981", "#ec4899", "#8b6f47")
PANEL, GAP = 270, 40
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 84, 44
HEIGHT = 400


def ticks(lowest, highest):
    """1, 2 and 5 times powers of ten, or more steps where all is near, from the last below to the first above."""
    steps = (1, 2, 5) if highest > 8 * lowest else (1, 1.5, 2, 3, 4, 5, 7)
    values = [step * 10.0**power for power in range(-4, 9) for step in steps]
    first = max(value for value in values if value <= lowest)
    last = min(value for value in values if value >= highest)
    return [value for value in values if first <= value <= last]


def text_at(x, y, text, anchor="start", color=GRAY, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}"{more}>{escape(text)}</text>'


class Axes:
    """Where values lie in the panel whose left edge is `left`; both axes are logarithmic."""

    def __init__(self, left, xs, ys):
        self.left, self.xs, self.ys = left, xs, ys

    def x(self, value):
        return self.left + PANEL * math.log(value / self.xs[0]) / math.log(self.xs[-1] / self.xs[0])

    def y(self, value):
        up = math.log(value / self.ys[0]) / math.log(self.ys[-1] / self.ys[0])
        return HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def grid(axes, title, x_title, with_labels, strong):
    """The panel's frame; `strong` is the value whose line stands out."""
    parts = [text_at(axes.left, TOP - 12, title, more=' font-weight="bold"')]
    for y in axes.ys:
        opacity = ".9" if y == strong else ".3"
        parts.append(f'<path d="M{axes.left} {axes.y(y):.1f}h{PANEL}" stroke="{GRAY}" stroke-opacity="{opacity}"/>')
        if with_labels:
            parts.append(text_at(axes.left - 8, axes.y(y) + 4, f"{y:,g}", "end"))
    parts += [text_at(axes.x(x), HEIGHT - BOTTOM + 18, str(x), "middle") for x in axes.xs]
    parts.append(text_at(axes.left + PANEL / 2, HEIGHT - 8, x_title, "middle"))
    return parts


def line(axes, values, color, is_bold):
    points = [f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in zip(axes.xs, values)]
    parts = [
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{color}" stroke-width="{3 if is_bold else 1.6}"/>'
    ]
    for point in points:
        x, y = point.split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="{3.5 if is_bold else 2.5}" fill="{color}"/>')
    return parts


def legend(colors, bold):
    parts, left = [], LEFT
    for name, color in colors.items():
        width = 4 if name in bold else 2
        parts.append(f'<path d="M{left} 41h22" stroke="{color}" stroke-width="{width}"/>')
        parts.append(text_at(left + 28, 45, name))
        left += 28 + 7.2 * len(name) + 26
    return parts


def line_plots(title, panels, bold, strong=None):
    """One plot a panel, all on one scale upwards. A panel is (title, title of x, xs, {name: a value for each x});
    the names in `bold` are drawn thicker."""
    every = [value for *_, series in panels for values in series.values() for value in values]
    ys = ticks(min(every), max(every))
    colors = dict(zip(dict.fromkeys(name for *_, series in panels for name in series), COLORS))
    parts = [text_at(LEFT, 22, title, more=' font-size="15"'), *legend(colors, bold)]
    for number, (panel_title, x_title, xs, series) in enumerate(panels):
        axes = Axes(LEFT + number * (PANEL + GAP), xs, ys)
        parts += grid(axes, panel_title, x_title, number == 0, strong)
        for name, values in sorted(series.items(), key=lambda item: item[0] in bold):
            parts += line(axes, values, colors[name], name in bold)
    width = LEFT + len(panels) * (PANEL + GAP) - GAP + RIGHT
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="13">\n{body}\n</svg>\n'
    )
