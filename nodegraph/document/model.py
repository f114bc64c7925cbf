"""What a graph is: nodes and loops by name, their knobs, and links that live in the receiver."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodegraph.errors import DocumentError

ID = re.compile(r"[^\W\d]\w*")
_LINK = re.compile(r"(?P<node>[^\W\d]\w*)(?:\.(?P<port>[^\W\d]\w*))?(?:\[(?P<source>(?s:.+))\])?")

Json = Any
Params = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a value comes from: ``node``, ``node.port``, either with ``[source]`` behind it."""

    node: str
    port: str = ""
    source: str = ""

    @classmethod
    def parse(cls, text: str) -> Link:
        """Read a link. Raises DocumentError."""
        match = _LINK.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise DocumentError(f"{text!r} is no link: write node, node.port or node.port[source]")
        return cls(match["node"], match["port"] or "", match["source"] or "")

    def __str__(self) -> str:
        port = f".{self.port}" if self.port else ""
        return f"{self.node}{port}{f'[{self.source}]' if self.source else ''}"


Input = Link | Mapping[str, Link]
"""What a port is wired to: one link, or for a port that takes many, name -> link."""


@dataclass(frozen=True)
class Node:
    """One node: a type, its knobs, and where its inputs come from."""

    type: str
    params: Params = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    mode: str = ""
    """``bypass``, ``mute``, or empty for normal work."""
    extra: Params = field(default_factory=dict)
    """Keys this version does not know; kept for types it does not know, else a fault."""


@dataclass(frozen=True, slots=True)
class State:
    """A named value of a loop: `first` comes from outside, `next` from inside."""

    first: Link
    next: Link


@dataclass(frozen=True)
class Loop:
    """A node that runs its body again and again, each time with the states the last turn left."""

    params: Params = field(default_factory=dict)
    state: Mapping[str, State] = field(default_factory=dict)
    watch: Mapping[str, Link] = field(default_factory=dict)
    body: Mapping[str, Item] = field(default_factory=dict)
    mode: str = ""

    type = "loop"


Item = Node | Loop


@dataclass(frozen=True)
class Graph:
    """A whole document."""

    nodes: Mapping[str, Item] = field(default_factory=dict)
    title: str = ""
    about: str = ""
    layout: Params = field(default_factory=dict)
    base: Path | None = field(default=None, compare=False)
    """Folder that relative paths start from: that of the file; not written, None for a new graph."""


def walk(
    items: Mapping[str, Item], inside: tuple[str, ...] = ()
) -> Iterator[tuple[str, Item, tuple[str, ...]]]:
    """Give every id, its node or loop, and the loops around it, outermost first."""
    for name, item in items.items():
        yield name, item, inside
        if isinstance(item, Loop):
            yield from walk(item.body, (*inside, name))


def find(graph: Graph, name: str) -> Item:
    """Find a node or loop anywhere in the graph. Raises DocumentError."""
    for known, item, _ in walk(graph.nodes):
        if known == name:
            return item
    raise DocumentError(f"there is no node {name!r}")


def links(item: Item) -> Iterator[tuple[str, Link]]:
    """Give every link that an item holds itself, with a word for where it stands."""
    if isinstance(item, Loop):
        for name, state in item.state.items():
            yield f"state {name}: first", state.first
            yield f"state {name}: next", state.next
        for name, link in item.watch.items():
            yield f"watch {name}", link
        return
    for port, wired in item.inputs.items():
        if isinstance(wired, Link):
            yield f"input {port}", wired
        else:
            for name, link in wired.items():
                yield f"input {port} ({name})", link
