"""A graph as text that can be read aloud: title, about, then every node in the order of work."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from nodegraph.declare import LOOP_KNOBS, Knob, NodeType
from nodegraph.document import Graph, Item, Link, Loop, Node, State, fingerprint, walk
from nodegraph.engine import plan
from nodegraph.errors import GraphError

WIDTH = 88
_MODES = {"bypass": "bypassed: passes its first fitting input on", "mute": "muted: nothing leaves"}

Types = Mapping[str, NodeType]


def describe(graph: Graph, types: Types) -> str:
    """Describe a graph in lines of plain text, whether it can run or not."""
    rank, faults = _order(graph, types)
    parts = [
        graph.title or "Untitled graph",
        "\n".join(_wrapped(line) for line in graph.about.splitlines()),
        _counts(graph),
        "\n".join(_Teller(types, rank).items(graph.nodes, "", ())),
        "\n".join(_notes(graph)),
        "\n".join(["It cannot run as it stands:", *faults] if faults else []),
        f"Hash: {fingerprint(graph)}",
    ]
    return "\n\n".join(part for part in parts if part)


def _order(graph: Graph, types: Types) -> tuple[dict[str, int], list[str]]:
    """Give every node its place in the work, as they stand in the file where that cannot be."""
    names = [name for name, _, _ in walk(graph.nodes)]
    faults: list[str] = []
    try:
        names = list(plan.make(graph, types).steps)
    except GraphError as error:
        faults = error.faults
    return {name: place for place, name in enumerate(names)}, faults


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _counts(graph: Graph) -> str:
    kinds = [isinstance(item, Loop) for _, item, _ in walk(graph.nodes)]
    nodes, loops = kinds.count(False), kinds.count(True)
    said = f"{nodes} node{'s' * (nodes != 1)}"
    return f"{said} and {loops} loop{'s' * (loops != 1)}" if loops else said


def _notes(graph: Graph) -> Iterator[str]:
    """Give what somebody wrote beside the nodes."""
    notes = graph.layout.get("notes", [])
    for note in notes if isinstance(notes, list) else []:
        text = note.get("text") if isinstance(note, dict) else note
        if isinstance(text, str) and text:
            yield _wrapped(f"Note: {' '.join(text.split())}")


class _Teller:
    """Tells of nodes one by one; loops indented, their nodes numbered within them."""

    def __init__(self, types: Types, rank: Mapping[str, int]) -> None:
        self.types = types
        self.rank = rank

    def items(
        self, items: Mapping[str, Item], number: str, inside: tuple[str, ...]
    ) -> Iterator[str]:
        indent = "    " * len(inside)
        ordered = sorted(items, key=lambda name: self.rank.get(name, len(self.rank)))
        for place, name in enumerate(ordered, 1):
            item, label = items[name], f"{number}{place}"
            lines = self.loop(item) if isinstance(item, Loop) else self.node(item, inside)
            yield f"{indent}{label}. {name}: {self.kind(item)}"
            yield from (f"{indent}    {line}" for line in lines)
            if item.mode:
                yield f"{indent}    {_MODES[item.mode]}"
            if isinstance(item, Loop):
                yield from self.items(item.body, f"{label}.", (*inside, name))

    def kind(self, item: Item) -> str:
        """Say what a node is: its label, and its type id where that says more."""
        if isinstance(item, Loop):
            return "loop"
        node_type = self.types.get(item.type)
        return f"{node_type.label} ({item.type})" if node_type else f"unknown type {item.type!r}"

    def node(self, item: Node, inside: tuple[str, ...]) -> Iterator[str]:
        for port, wired in item.inputs.items():
            links = {"": wired} if isinstance(wired, Link) else wired
            read = [
                f"{name} from {link}" if name else f"from {link}" for name, link in links.items()
            ]
            turning = {link.node for link in links.values()} & set(inside)
            turn = f" (as of this turn of {', '.join(sorted(turning))})" if turning else ""
            yield f"reads {port} {', '.join(read)}{turn}"
        node_type = self.types.get(item.type)
        yield from _settings(item.params, node_type.knobs if node_type else ())

    def loop(self, item: Loop) -> Iterator[str]:
        yield from _settings(item.params, LOOP_KNOBS)
        for name, state in item.state.items():
            yield f"state {name}: {_state(state)}"
        for name, link in item.watch.items():
            yield f"watches {name}: {link}"
        yield "in each turn:" if item.body else "its body is empty"


def _state(state: State) -> str:
    return f"begins as {state.first}, goes on as {state.next}"


def _settings(params: Mapping[str, Any], knobs: tuple[Knob, ...]) -> Iterator[str]:
    """Tell the knobs: first those somebody turned, then those that stand as they come."""
    known = {knob.name: knob for knob in knobs}
    turned: list[str] = []
    default: list[str] = []
    for name, value in params.items():
        knob = known.get(name)
        unit = f" {knob.param.unit}" if knob and knob.param.unit else ""
        text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
        plain = knob is not None and value == knob.default
        if not (plain and value in ("", False)):
            (default if plain else turned).append(f"{name} {text}{unit}")
    if turned:
        yield f"set: {', '.join(turned)}"
    if default:
        yield f"as usual: {', '.join(default)}"
