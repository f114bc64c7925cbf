"""``nodegraph batch --compare``: the results of several batches against each other."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nodegraph.errors import NodegraphError

if TYPE_CHECKING:
    from nodegraph.batch.pairs import Method, Pair


def compare(folders: Sequence[str], out: str | None, quiet: bool) -> int:
    """Compare batches, and give the exit code."""
    from nodegraph.batch import page, pairs, store, tables

    if len(folders) < 2:
        raise NodegraphError("--compare takes two folders or more")
    methods = pairs.matched(
        {name: store.read(Path(f)) for name, f in zip(_names(folders), folders, strict=True)}
    )
    found = pairs.compare(methods)
    if not found:
        raise NodegraphError("the folders have no track, source and metric in common")
    heads = ["source", "metric", "methods", "medians", "difference", "better", "p", "p (Holm)"]
    lines = [_compared(pair, methods) for pair in found]
    if not quiet:
        widths = [max(len(line[k]) for line in [heads, *lines]) for k in range(len(heads))]
        for line in [heads, *lines]:
            click.echo("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip())
    if out is None:
        return 0
    folder = store.Store(Path(out))
    folder.folder.mkdir(parents=True, exist_ok=True)
    plots = {
        metric: {
            f"{target}\n{name}": pairs.spread(method, (target, metric))
            for target in dict.fromkeys(pair.target for pair in found if pair.metric == metric)
            for name, method in methods.items()
        }
        for metric in dict.fromkeys(pair.metric for pair in found)
    }
    about = " ".join((pairs.__doc__ or "").split("\n\n")[1].split())
    title = " against ".join(methods)
    folder.write("comparison.csv", tables.lines_text([heads, *lines]))
    folder.write("comparison.html", page.compared(title, heads, lines, plots, list(methods), about))
    return 0


def _compared(pair: Pair, methods: Mapping[str, Method]) -> tuple[str, ...]:
    from nodegraph.batch import pairs

    key = (pair.target, pair.metric)
    one, other = (pairs.spread(methods[name], key).median for name in (pair.first, pair.second))
    return (
        pair.target, pair.metric, f"{pair.first} - {pair.second}",
        f"{_number(one)} - {_number(other)}", _number(pair.difference),
        f"{pair.better} of {pair.tracks}", _p(pair.p), _p(pair.holm),
    )  # fmt: skip


def _number(value: float) -> str:
    return "not defined" if math.isnan(value) else f"{value:.2f}"


def _p(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2g}"


def _names(folders: Sequence[str]) -> list[str]:
    """Name methods by their folders, and by the ones above where that is not enough."""
    paths = [Path(os.path.abspath(folder)) for folder in folders]  # noqa: PTH100
    for depth in range(1, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    raise NodegraphError("--compare: one folder is named twice")
