"""Make a graph ready to run: every name, link, type, knob and cycle is checked here.

The result is a tree of scopes. The outermost holds the steps that run once; each loop has a scope
of its own with the steps that its turns repeat. What stands in a body but depends on neither a
state nor the turn number is lifted out, and runs once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from nodegraph import document
from nodegraph.declare import NodeType
from nodegraph.document import Graph
from nodegraph.engine.resolve import Resolver, nearest
from nodegraph.engine.scopes import arrange
from nodegraph.engine.steps import Scope, Slot, Step
from nodegraph.errors import GraphError


@dataclass(eq=False)
class Plan:
    """A graph made ready to run."""

    graph: Graph
    root: Scope
    steps: dict[str, Step]
    """Every step by name, in order of work."""
    wanted: frozenset[Slot]
    unknown: dict[str, str]
    """Nodes of unknown type: name -> what to say about it."""
    edges: nx.DiGraph[str]

    @cached_property
    def fingerprint(self) -> str:
        """The graph's meaning as a hash."""
        return document.fingerprint(self.graph)

    @cached_property
    def outsiders(self) -> list[Step]:
        """The steps whose result depends on the outside world, such as files."""
        return [
            step
            for step in self.steps.values()
            if step.kind == "call" and step.type is not None and step.type.fingerprint is not None
        ]

    @cached_property
    def compares(self) -> bool:
        """Whether a node in it compares methods, so that what each of them took is told."""
        return any(step.type is not None and step.type.methods for step in self.steps.values())

    def sources_of(self, name: str) -> list[Step]:
        """Give the source nodes that a node depends on, in order of work."""
        before = nx.ancestors(self.edges, name)
        return [s for n, s in self.steps.items() if n in before and s.type and s.type.source]


def make(graph: Graph, types: Mapping[str, NodeType], only: Iterable[str] | None = None) -> Plan:
    """Plan the nodes that `only` names (``node`` or ``node.output``), by default all.

    Raises
    ------
    GraphError
        With one line per fault. A node of unknown type is no fault: it blocks what follows.
    """
    resolver = Resolver(graph, types)
    wanted = resolver.resolve(only)
    if resolver.faults:
        raise GraphError(resolver.faults)
    root = arrange(resolver, wanted)
    steps = {name: resolver.steps[name] for name in resolver.order}
    return Plan(graph, root, steps, frozenset(wanted), _unknown(resolver), resolver.edges)


def check(graph: Graph, types: Mapping[str, NodeType]) -> list[str]:
    """Give every fault of a graph, one line each; empty when it can run."""
    resolver = Resolver(graph, types)
    resolver.resolve(None)
    return resolver.faults + [f"{name}: {said}" for name, said in _unknown(resolver).items()]


def _unknown(resolver: Resolver) -> dict[str, str]:
    """Say of each node of unknown type which type was probably meant."""
    return {
        name: f"unknown type {kind!r}{nearest(kind, resolver.types)}"
        for name, kind in resolver.unknown.items()
    }
