"""A workbench for musical source separation: graphs of small nodes, run, saved and watched.

    import nodegraph

    graph = nodegraph.load("graphs/harmonic_percussive.json")
    result = nodegraph.run(graph, {"median_h.length": 0.2}, only=["istft"])
    result["istft"]                      # a value: Audio with .data, .rate, .sources
    nodegraph.save(graph, "mine.json")

Everything else is imported when first used, so that this line costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nodegraph.document import Graph
    from nodegraph.engine.engine import Result
    from nodegraph.registry import Registry

__version__ = "0.1.0"
__all__ = ["discover", "load", "run", "save"]


@cache
def discover() -> Registry:
    """Give all node types installed on this computer."""
    from nodegraph.registry import discover

    return discover()


def load(path: str | Path) -> Graph:
    """Read a graph file, with every knob of known types written out. Raises DocumentError."""
    from nodegraph import document, edits

    return edits.complete(document.read(Path(path)), discover())


def save(graph: Graph, path: str | Path) -> None:
    """Write a graph file, canonical and atomic; its paths are made to start from its new folder."""
    from nodegraph import document, edits

    path = Path(path)
    types = discover()
    base = (graph.base or Path()).absolute()
    graph = edits.relocate(edits.complete(graph, types), types, base, path.parent.absolute())
    document.write(graph, path)


def run(
    graph: Graph | str | Path,
    knobs: Mapping[str, Any] | None = None,
    *,
    only: Iterable[str] | None = None,
    **settings: Any,
) -> Result:
    """Run a graph or graph file once and give its values.

    Parameters
    ----------
    graph
        A graph, or the path of a file.
    knobs
        Values to set, by ``node.knob``.
    only
        Nodes whose values are wanted; by default those that nobody reads.
    settings
        As `nodegraph.engine.engine.Engine.run` takes them: ``region``, ``listener``, ``cancel``.

    Raises
    ------
    GraphError
        Before anything runs, with one line per fault. A node that fails does not raise: see
        ``result.state`` and ``result.faults``; its value does when it is asked for.
    """
    from nodegraph.engine.engine import Engine

    if isinstance(graph, (str, Path)):
        graph = load(graph)
    engine = Engine(discover(), cache_bytes=0)
    return engine.run(set_knobs(graph, knobs or {}), only=only, **settings)


def set_knobs(graph: Graph, knobs: Mapping[str, Any]) -> Graph:
    """Set knobs by ``node.knob``; a relative path starts from the current folder, as typed.

    Raises DocumentError where there is no such node.
    """
    from nodegraph import document, edits
    from nodegraph.errors import DocumentError

    types = discover()
    for name, value in knobs.items():
        node, _, knob = name.partition(".")
        if not knob:
            raise DocumentError(f"{name!r} is no knob: write node.knob")
        node_type = types.get(document.find(graph, node).type)
        declared = node_type.knob(knob) if node_type else None
        if declared is not None and declared.param.path and isinstance(value, (str, Path)):
            value = path_in(graph, value)
        graph = edits.set_knob(graph, node, knob, value)
    return graph


def path_in(graph: Graph, path: str | Path) -> str:
    """Say a path, relative to the current folder, as it stands in the graph's file."""
    import os

    from nodegraph.edits.files import seen_from

    if not str(path):
        return ""
    there = os.path.abspath(Path(path).expanduser())  # noqa: PTH100 - links stay as typed
    base = (graph.base or Path()).absolute()
    try:
        return seen_from(there, base)
    except ValueError:  # another drive
        return Path(there).as_posix()
