"""What things are called in panels."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.editor.canvas.loop_shapes import loop_title
from nodegraph.edits.layout import section

Types = Mapping[str, NodeType]
LOOP = "loop"
LOOP_SUMMARY = "Runs what lies in it again and again; each turn begins with what the last one left."


def label_of(name: str, item: Item, types: Types, look: Mapping[str, Any]) -> str:
    """Say what a node or loop is called: the title it was given, or that of its type."""
    if isinstance(item, Loop):
        return loop_title(name, look)
    known = types.get(item.type)
    return str(look.get("title") or (known.label if known else item.type))


def labels(graph: Graph, types: Types) -> dict[str, str]:
    """Say what each node and loop of a graph is called."""
    looks = section(graph, "look")
    return {
        name: label_of(name, item, types, look if isinstance(look := looks.get(name), dict) else {})
        for name, item, _ in walk(graph.nodes)
    }


def family_of(item: Item) -> str:
    """Give the family of a node or loop."""
    return "control" if isinstance(item, Loop) else item.type.partition(".")[0]


@lru_cache(maxsize=1024)
def folded(words: str, letters: int = 62) -> str:
    """Break words into lines for a tooltip."""
    lines = (textwrap.fill(line, letters) for line in words.splitlines())
    return "\n".join(lines)
