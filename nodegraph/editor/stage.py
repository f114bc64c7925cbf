"""What a hand on the canvas acts upon: the document, what is drawn of it, and what is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nodegraph.declare import NodeType
from nodegraph.document import Graph, walk
from nodegraph.editor.canvas.scene import Key, Scene
from nodegraph.editor.canvas.view import View

Selection = frozenset[Key]
"""Kinds are ``node`` (nodes and loops, folded or open), ``frame``, ``note`` and ``wire``."""


@dataclass(frozen=True)
class Stage:
    """The canvas as it is now, for pure functions."""

    graph: Graph = field(default_factory=Graph)
    types: Mapping[str, NodeType] = field(default_factory=dict)
    scene: Scene = field(default_factory=Scene)
    view: View = field(default_factory=View)
    selection: Selection = frozenset()
    used: frozenset[str] = frozenset()
    """Names that were given once in this session: new nodes take others."""

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the chosen nodes and loops, in the order of the document."""
        wanted = {name for kind, name in self.selection if kind == "node"}
        return tuple(name for name in self.order if name in wanted)

    @property
    def order(self) -> tuple[str, ...]:
        """Every node and loop of the document, outer ones first."""
        return tuple(name for name, _, _ in walk(self.graph.nodes))


def nodes(*names: str) -> Selection:
    """Give the selection of some nodes or loops."""
    return frozenset(("node", name) for name in names)
