"""Draw what is asked for into a file, and say in a caption what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from nodegraph import document
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Link, Node, find
from nodegraph.edits import relocate
from nodegraph.edits.layout import section
from nodegraph.figure import drawn
from nodegraph.figure.shapes import Drawing
from nodegraph.figure.shapes import drawn as drawn_shapes
from nodegraph.figure.style import Style, kind_of
from nodegraph.figure.words import described
from nodegraph.views import Lens, Picture

Types = Mapping[str, NodeType]


def written(
    path: Path, what: Picture | Drawing, style: Style, factor: float, graph: Graph, types: Types
) -> int:
    """Write a picture, or shapes at `factor` pixels a unit, with the graph in it; give its bytes.

    The file is complete or not there. Raises ValueError where it cannot be drawn, and DocumentError
    where it cannot be written.
    """
    kind, metadata = kind_of(path), graph_text(graph, types, path.parent)
    if isinstance(what, Drawing):
        content = drawn_shapes(what, kind, factor, metadata)
    else:
        content = drawn(what, kind, style, metadata)
    document.write_atomically(path, content)
    return len(content)


def graph_text(graph: Graph, types: Types, folder: Path) -> dict[str, str]:
    """Give the graph as a file in a folder keeps it: its paths are seen from there."""
    base = (graph.base or Path()).absolute()
    return {"nodegraph": document.text(relocate(graph, types, base, folder.absolute()))}


def fine(lens: Lens, width: int) -> Lens:
    """Give a lens that gives enough cells for a picture so many pixels wide."""
    rows, columns = max(lens.rows, width // 2), max(lens.columns, width)
    return replace(lens, rows=rows, columns=columns)


def caption(
    graph: Graph,
    types: Types,
    link: Link,
    picture: Picture | None = None,
    turns: Mapping[str, int] | None = None,
) -> str:
    """Say what a picture shows: the graph, the node, its output, and what is measured."""
    item = find(graph, link.node)
    look = section(graph, "look").get(link.node)
    title = look.get("title") if isinstance(look, Mapping) else ""
    if not title and isinstance(item, Node):
        node_type = types.get(item.type)
        title = node_type.label if node_type else item.type
    node = str(title or link.node.replace("_", " ").capitalize())
    part = " ".join(word for word in (link.port, link.source) if word)
    head = (graph.title, f"{node} ({part})" if part else node)
    whole = " – ".join(word for word in head if word)
    measured = described(picture) if picture is not None else ""
    seen = [f"turn {turn} of {loop}" for loop, turn in (turns or {}).items()]
    said = ", ".join(word for word in (measured, *seen) if word)
    return f"{whole}: {said}" if said else whole
