"""Stages for tests: the canvas of a small graph or of a shipped one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from nodegraph.document import Graph, Item, Link, Loop, Node, State, find, read
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.stage import Stage, nodes
from nodegraph.registry import discover
from tests.commands import ROOT

TYPES = discover()
FILES = sorted((ROOT / "graphs").glob("*.json"))
KAM = read(ROOT / "graphs" / "kernel_additive.json")


def staged(graph: Graph, keys: Iterable[Key] = (), used: Collection[str] = ()) -> Stage:
    """Give the stage of a graph with some things chosen."""
    return Stage(graph, TYPES, build(graph, TYPES), selection=frozenset(keys), used=frozenset(used))


def on(graph: Graph, *names: str, used: Collection[str] = ()) -> Stage:
    """Give the stage of a graph with some nodes chosen."""
    return staged(graph, nodes(*names), used)


def chain(count: int = 3, **layout: Any) -> Graph:
    """Give a noise and gains behind one another: a, b, c..."""
    names = "abcdefgh"[:count]
    made: dict[str, Item] = {
        name: Node("mix.gain", TYPES["mix.gain"].defaults, {"audio": Link(names[i - 1])})
        if i
        else Node("source.noise", TYPES["source.noise"].defaults)
        for i, name in enumerate(names)
    }
    spots = {name: [300 * i, 0] for i, name in enumerate(names)}
    return Graph(made, layout={"nodes": spots, **layout})


def looped() -> Graph:
    """Give a noise, a loop that makes it louder with every turn, and a gain behind it."""
    gain = TYPES["mix.gain"].defaults
    body = {"louder": Node("mix.gain", gain, {"audio": Link("again", "x")})}
    params = {"iterations": 3, "tolerance": 0.0, "until": ""}
    loop = Loop(params, {"x": State(Link("a"), Link("louder"))}, {}, body)
    made: dict[str, Item] = {
        "a": Node("source.noise", TYPES["source.noise"].defaults),
        "again": loop,
        "end": Node("mix.gain", gain, {"audio": Link("again", "x")}),
    }
    spots = {"a": [0, 0], "again": [388, -112], "louder": [500, 0], "end": [1200, 0]}
    return Graph(made, layout={"nodes": spots})


def node(graph: Graph, name: str) -> Node:
    """Find a node that is no loop."""
    item = find(graph, name)
    assert isinstance(item, Node)
    return item


def loop(graph: Graph, name: str) -> Loop:
    """Find a loop."""
    item = find(graph, name)
    assert isinstance(item, Loop)
    return item
