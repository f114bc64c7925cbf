"""What each of several methods took: the seconds and the largest result of all nodes above its wire.

A node that compares methods has a wire for each, and says at its declaration which port they end
in. Nodes that several methods share count for each of them, since each would need them alone. The
seconds are those of the nodes, one after another, however many of them ran side by side; a loop
takes what its body takes, all turns together. The bytes are those of the largest result that one
of the nodes gave, kept or not; what a node needs beside that while it works nobody can tell.

A result that was taken from the cache took no time in this run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import networkx as nx

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Link, Node, walk


class Cost(NamedTuple):
    """What something took."""

    seconds: float = 0.0
    bytes: int = 0


Costs = Mapping[str, Cost]
Types = Mapping[str, NodeType]


def of_graph(
    graph: Graph, types: Types, edges: nx.DiGraph[str], spent: Costs
) -> dict[str, dict[str, Cost]]:
    """Give for each node that compares methods what each of them took, by the name of its wire."""
    return {
        name: of_wires(edges, wires, name, spent)
        for name, item, _ in walk(graph.nodes)
        if name in spent and (wires := wires_of(item, types))
    }


def wires_of(item: Item, types: Types) -> dict[str, Link]:
    """Give the wires of a node that compares methods, by name; none of any other node.

    Where one wire brings several sources, nobody can tell what each of them took.
    """
    known = types.get(item.type)
    if known is None or not known.methods or not isinstance(item, Node):
        return {}
    wired = item.inputs.get(known.methods, {})
    return {} if isinstance(wired, Link) else dict(wired)


def of_wires(
    edges: nx.DiGraph[str], wires: Mapping[str, Link], reader: str, spent: Costs
) -> dict[str, Cost]:
    """Give what each wire of a node took.

    Parameters
    ----------
    edges
        The order of work as a plan has it.
    wires
        The wires by name.
    reader
        The node they end in.
    spent
        What each node took.
    """
    return {
        name: total(above(edges, link.node, reader) & spent.keys(), edges, spent)
        for name, link in wires.items()
    }


def above(edges: nx.DiGraph[str], node: str, reader: str) -> set[str]:
    """Name a node and all that comes before it, for somebody who reads it.

    Of a loop that is the whole body, wherever it is read: all its turns come before the last. But a
    reader in the body sees the turn that goes on, and not its end.
    """
    found, todo = set[str](), [node]
    while todo:
        name = todo.pop()
        if name not in edges or name in found:
            continue
        found |= {name, *nx.ancestors(edges, name)}
        loops = {start.removesuffix("^") for start in found if start.endswith("^")} - found
        todo += [loop for loop in loops if reader not in nx.ancestors(edges, loop)]
    return {name for name in found if not name.endswith("^")}


def total(names: set[str], edges: nx.DiGraph[str], spent: Costs) -> Cost:
    """Give what several nodes took together."""
    # The time of a loop is that of its body, which is counted already.
    seconds = sum(spent[name].seconds for name in sorted(names) if f"{name}^" not in edges)
    return Cost(seconds, max((spent[name].bytes for name in names), default=0))


def in_columns(cost: Cost | None) -> dict[str, float]:
    """Give the columns of a table in which a cost is told; NaN where it is not known."""
    seconds, size = (math.nan, math.nan) if cost is None else (cost.seconds, cost.bytes / 1e6)
    return {"time (s)": seconds, "memory (MB)": size}
