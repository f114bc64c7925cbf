"""The report of a batch as one HTML file: tables, box plots, and what failed. It loads nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from nodegraph.batch import boxes
from nodegraph.batch.tables import Measure, Row, Spread, measures
from nodegraph.figure.theme import LIGHT

_STYLE = """
:root { color-scheme: light dark; --text: #16191f; --faint: #414a58; --line: #8d96a5;
  --grid: #dde1e8; --ground: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --text: #eceff4; --faint: #b9c1cd; --line: #59616f;
  --grid: #2a2f37; --ground: #121418; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--ground);
  max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.faint { color: var(--faint); } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0 1rem; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid var(--grid); text-align: right; }
th:first-child, td:first-child, td.text { text-align: left; }
caption { text-align: left; color: var(--faint); }
svg { display: inline-block; margin: .5rem 1rem .5rem 0; }
svg text { font-size: 12px; fill: var(--text); } svg .name { font-weight: 600; }
svg .tick { text-anchor: end; fill: var(--faint); } svg .label { text-anchor: middle; }
svg .grid { stroke: var(--grid); } svg .zero { stroke: var(--line); }
svg .whisker, svg .box { stroke: var(--line); } svg .box { fill-opacity: .55; }
svg .middle { stroke: var(--text); stroke-width: 2; } svg circle { fill: var(--text); opacity: .45; }
"""
_ABOUT = (
    "The score of a track is that of its node (for framewise measures the median over the frames); "
    "the score of the set is the median over the tracks. A score that is not defined, as for a "
    "silent reference, counts nowhere."
)


def report(title: str, facts: Mapping[str, str], rows: Sequence[Row]) -> str:
    """Write the report of one batch."""
    found = measures(rows)
    parts = [_facts(facts), f'<p class="faint">{escape(_ABOUT)}</p>']
    for measure in found:
        parts += [f"<h2>{escape(measure.node)}</h2>", _summary(measure), *_plots(measure)]
    parts += [_failed(rows), *(_tracks(measure, rows) for measure in found)]
    return page(title, parts)


def page(title: str, parts: Iterable[str]) -> str:
    """Put parts on a page of their own."""
    # Half of a letter, as a file name may hold, is no HTML.
    body = "\n".join(parts).encode("utf-8", "backslashreplace").decode()
    head = escape(title.encode("utf-8", "backslashreplace").decode())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{head}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{head}</h1>\n{body}\n</body>\n</html>\n"
    )


def _facts(facts: Mapping[str, str]) -> str:
    rows = [(name, text) for name, text in facts.items() if text]
    return table(["", ""], rows, heads=False, text=True)


def _summary(measure: Measure) -> str:
    heads = ["source", "metric", "median", "quartiles", "mean", "least", "most", "tracks"]
    lines = [
        (
            target or "all", metric, number(s.median),
            f"{number(s.quantile(0.25))} to {number(s.quantile(0.75))}" if s.values else "",
            number(s.mean), number(s.quantile(0)), number(s.quantile(1)),
            f"{len(s.values)}{f', {s.missing} not defined' if s.missing else ''}",
        )
        for (target, metric), s in measure.spreads.items()
    ]  # fmt: skip
    unit = f"in {measure.unit}; " if measure.unit else ""
    return table(heads, lines, f"{unit}over the tracks")


def _plots(measure: Measure) -> list[str]:
    colours = LIGHT.named([target or measure.node for target in measure.targets])
    return [
        boxes.plot(
            metric, measure.unit,
            {t or measure.node: s for (t, m), s in measure.spreads.items() if m == metric}, colours,
        )
        for metric in measure.metrics
    ]  # fmt: skip


def _tracks(measure: Measure, rows: Sequence[Row]) -> str:
    keys = list(measure.spreads)
    heads = ["track", *(f"{target} {metric}".strip() for target, metric in keys)]
    lines = []
    for row in rows:
        scores = row.marks.nodes.get(measure.node, ("", {}))[1] if row.marks else {}
        cells = [number(scores.get(t, {}).get(m, math.nan)) for t, m in keys]
        name = row.track.id if row.state == "done" else f"{row.track.id} ({row.state})"
        lines.append((name, *cells))
    return f"<h2>{escape(measure.node)}, track by track</h2>" + table(heads, lines, measure.unit)


def _failed(rows: Sequence[Row]) -> str:
    lines = [
        (row.track.id, row.state, "; ".join(row.faults or (row.marks.faults if row.marks else ())))
        for row in rows
        if row.state != "done"
    ]
    if not lines:
        return ""
    return "<h2>Failed or not run</h2>" + table(["track", "state", "why"], lines, text=True)


def table(
    columns: Sequence[str],
    lines: Iterable[Sequence[str]],
    caption: str = "",
    *,
    heads: bool = True,
    text: bool = False,
) -> str:
    """Write a table, of numbers or of text."""
    kind = ' class="text"' if text else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for cell in line) + "</tr>"
        for line in lines
    )
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    top = f"<thead><tr>{head}</tr></thead>" if heads else ""
    return f'<div class="wide"><table>{told}{top}<tbody>{body}</tbody></table></div>'


def number(value: float) -> str:
    """Write a number for people."""
    return "" if math.isnan(value) else f"{value:.2f}"


def compared(
    title: str, heads: Sequence[str], lines: Sequence[Sequence[str]],
    plots: Mapping[str, Mapping[str, Spread]], methods: Sequence[str], about: str,
) -> str:  # fmt: skip
    """Write the comparison of several batches; the last line of a label names the method."""
    named = LIGHT.named(methods)
    parts = [f'<p class="faint">{escape(about)}</p>', table(heads, lines)]
    for metric, spreads in plots.items():
        colours = {label: named[label.rpartition("\n")[2]] for label in spreads}
        parts.append(boxes.plot(metric, "", spreads, colours))
    return page(title, parts)
