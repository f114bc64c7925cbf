"""A box plot as SVG, for a page that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from nodegraph.batch.tables import Spread

LEFT, RIGHT, TOP, LINE = 64, 20, 26, 17
HEIGHT = 240
WIDE, BETWEEN = 34, 30
"""Pixels of a box, and between two."""
LETTER = 7.4
"""Pixels of a letter of the labels."""


def plot(title: str, unit: str, spreads: Mapping[str, Spread], colours: Mapping[str, str]) -> str:
    """Draw a box for each name: median, quartiles, whiskers to 1.5 of their distance, every track."""
    shown = {name: spread for name, spread in spreads.items() if spread.values}
    if not shown:
        return f"<p>{escape(title)}: not defined in any track.</p>"
    step = max(
        WIDE + BETWEEN, 12 + LETTER * max(len(line) for n in shown for line in n.split("\n"))
    )
    width = LEFT + RIGHT + step * len(shown)
    lines = max(name.count("\n") for name in shown) + 1
    height = TOP + HEIGHT + 14 + LINE * (lines + 1)
    low, high, ticks = scale([v for spread in shown.values() for v in spread.values])

    def y(value: float) -> float:
        return TOP + HEIGHT * (high - value) / (high - low)

    words = alternative(title, unit, shown)
    parts = [
        f'<svg role="img" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" aria-label="{escape(words, quote=True)}">',
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>",
        f'<text class="name" x="{LEFT}" y="15">{escape(title)}'
        f"{f' ({escape(unit)})' if unit else ''}</text>",
    ]
    for tick in ticks:
        kind = "zero" if tick == 0 else "grid"
        parts.append(
            f'<line class="{kind}" x1="{LEFT}" x2="{width - RIGHT:.1f}" y1="{y(tick):.1f}" '
            f'y2="{y(tick):.1f}"/><text class="tick" x="{LEFT - 8}" y="{y(tick) + 4:.1f}">'
            f"{tick:g}</text>"
        )
    for place, (name, spread) in enumerate(shown.items()):
        parts += _box(LEFT + step * (place + 0.5), name, spread, colours.get(name, "#888888"), y)
    return "".join([*parts, "</svg>"])


def _box(x: float, name: str, spread: Spread, colour: str, y: object) -> list[str]:
    assert callable(y)
    first, middle, third = (spread.quantile(part) for part in (0.25, 0.5, 0.75))
    reach = 1.5 * (third - first)
    inside = [v for v in spread.values if first - reach <= v <= third + reach]
    low, high = min(inside), max(inside)
    left, half = x - WIDE / 2, WIDE / 4
    parts = [
        f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{y(high):.1f}" y2="{y(third):.1f}"/>',
        f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{y(first):.1f}" y2="{y(low):.1f}"/>',
        *(
            f'<line class="whisker" x1="{x - half:.1f}" x2="{x + half:.1f}" y1="{y(end):.1f}" '
            f'y2="{y(end):.1f}"/>'
            for end in (low, high)
        ),
        f'<rect class="box" x="{left:.1f}" y="{y(third):.1f}" width="{WIDE}" '
        f'height="{max(y(first) - y(third), 0.5):.1f}" fill="{colour}"/>',
        f'<line class="middle" x1="{left:.1f}" x2="{left + WIDE:.1f}" y1="{y(middle):.1f}" '
        f'y2="{y(middle):.1f}"/>',
    ]
    # Points stand a little apart, always in the same way, so that none hides another.
    for turn, value in enumerate(spread.values):
        aside = ((turn * 0.618) % 1 - 0.5) * WIDE * 0.7
        parts.append(f'<circle cx="{x + aside:.1f}" cy="{y(value):.1f}" r="2"/>')
    for line, text in enumerate(name.split("\n")):
        parts.append(
            f'<text class="label" x="{x:.1f}" y="{TOP + HEIGHT + 18 + LINE * line}">'
            f"{escape(text)}</text>"
        )
    return parts


def alternative(title: str, unit: str, spreads: Mapping[str, Spread]) -> str:
    """Say in words what the picture shows."""
    told = [
        f"{name.replace(chr(10), ' ')} {spread.median:.2f} ({spread.quantile(0.25):.2f} to "
        f"{spread.quantile(0.75):.2f}, {len(spread.values)} tracks)"
        for name, spread in spreads.items()
    ]
    return f"Box plot of {title}{f' in {unit}' if unit else ''}: median (quartiles): " + "; ".join(
        told
    )


def scale(values: list[float]) -> tuple[float, float, list[float]]:
    """Give the ends of an axis that holds all values, and round numbers along it."""
    low, high = min(values), max(values)
    reach = (high - low) or max(abs(high), 1.0)
    low, high = low - 0.05 * reach, high + 0.05 * reach
    raw = (high - low) / 6
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * k for k in (1, 2, 5, 10) if size * k >= raw)
    ticks = [round(k * step, 10) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return low, high, ticks
