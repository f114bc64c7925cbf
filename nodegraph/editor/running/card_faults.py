"""Read a fault: each reader knows one kind, says it in plain words and finds what would mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Link, Node, walk
from nodegraph.errors import DocumentError

Types = Mapping[str, NodeType]
Edit = Callable[[Graph], Graph]


@dataclass(frozen=True, slots=True)
class Fix:
    """What a card offers: an edit of the graph, or a command of the window by its id."""

    label: str
    edit: Edit | None = None
    command: str = ""
    node: str = ""
    name: str = ""
    """Port or knob that the command is about."""


@dataclass(frozen=True)
class Look:
    """A node with a fault, and what is around it."""

    node: str
    item: Item
    type: NodeType | None
    words: str
    graph: Graph
    types: Types
    exists: Callable[[Path], bool]

    @property
    def label(self) -> str:
        """What the node is called, to stand in a sentence."""
        return f"*{self.type.label if self.type else self.node}*"


Found = tuple[str, str, Fix | None] | None
NOT_WIRED = "Not wired"


def _unknown(look: Look) -> Found:
    if look.type is not None or not isinstance(look.item, Node):
        return None
    near = re.search(r"did you mean '([^']+)'", look.words)
    fix = None
    if near and near[1] in look.types:
        fix = Fix(f"Use {near[1]}", partial(_retyped, node=look.node, type_id=near[1]))
    sentence = f"*{look.node}* is of the type *{look.item.type}*, which is not installed."
    return "Unknown type", sentence, fix


def _retyped(graph: Graph, node: str, type_id: str) -> Graph:
    return edits.replace_type(graph, node, type_id)


def _not_wired(look: Look) -> Found:
    found = re.findall(r"input (\w+) \(([^)]*)\) is not wired", look.words)
    if not found or not all(part.endswith("not wired") for part in look.words.split("; ")):
        return None
    wanted = " and ".join(f"*{port}* ({kinds})" for port, kinds in found)
    fix = Fix("Find what fits", command="search.fits", node=look.node, name=found[0][0])
    return NOT_WIRED, f"{look.label} needs a wire into {wanted}.", fix


def _missing_file(look: Look) -> Found:
    for knob in look.type.knobs if look.type else ():
        if not knob.param.path or (look.type and look.type.effect):
            continue
        text = look.item.params.get(knob.name, knob.default)
        if not text:
            fix = Fix("Choose a file", command="file.choose", node=look.node, name=knob.name)
            return "No file", f"{look.label} has no {knob.param.path} to read yet.", fix
        path = (look.graph.base or Path()).absolute() / Path(str(text)).expanduser()
        if not look.exists(path):
            fix = Fix("Relink", command="file.relink", node=look.node, name=knob.name)
            sentence = f"{look.label} cannot find *{path.name}* in {path.parent}."
            return "File not found", sentence, fix
    return None


def _channels(look: Look) -> Found:
    match = re.search(r"(\w+)'? has (\d+) channels?, '?(\w+)'?(?: has)? (\d+)", look.words)
    single = re.search(r"(\w+) has (\d+) channels?, only 1", look.words)
    if match:
        one, first, other, second = match[1], int(match[2]), match[3], int(match[4])
        sentence = (
            f"{look.label} got {first} channel{'s' * (first != 1)} on *{one}* "
            f"and {second} on *{other}*."
        )
        port = one if first > second else other
    elif single:
        port, sentence = single[1], f"{look.label} got {single[2]} channels on *{single[1]}*."
    else:
        return None
    converter = _converter(look, port)
    if converter is None:
        return "Different channels", sentence, None
    fix = Fix(
        f"Insert {converter.label}",
        partial(spliced, node=look.node, port=port, converter=converter),
    )
    return "Different channels", f"{sentence} Insert *{converter.label}*?", fix


def _converter(look: Look, port: str) -> NodeType | None:
    """Find the node that the message names, else one that calls itself a downmix."""
    wired = look.item.inputs.get(port) if isinstance(look.item, Node) else None
    takes = look.type.port(port) if look.type else None
    if not isinstance(wired, Link) or takes is None:
        return None
    named = [look.types[word] for word in re.findall(r"\w+\.\w+", look.words) if word in look.types]
    mixing = [known for known in look.types.values() if "downmix" in known.aliases]
    for known in (*named, *mixing):
        if len(known.ports) == len(known.outputs) == 1 and any(
            issubclass(given, takes.types) for given in known.outputs[0].types
        ):
            return known
    return None


def spliced(graph: Graph, node: str, port: str, converter: NodeType) -> Graph:
    """Give the graph with a node put into the wire of a port. Raises DocumentError."""
    items = {name: (item, path) for name, item, path in walk(graph.nodes)}
    item, path = items.get(node, (None, ()))
    link = item.inputs.get(port) if isinstance(item, Node) else None
    if not isinstance(link, Link):
        raise DocumentError(f"{node}: no single wire goes into {port}")
    name = edits.fresh_name(graph, converter.id)
    new = Node(converter.id, converter.defaults, {converter.ports[0].name: link})
    grown = edits.add(graph, name, new, path[-1] if path else "")
    return edits.connect(grown, Link(name, converter.outputs[0].name), node, port)


def _memory(look: Look) -> Found:
    match = re.search(r"needs about ([\d.]+ GB); ([\d.]+ GB) are free", look.words)
    if not match and "ran out of memory" not in look.words:
        return None
    need = f"needs about {match[1]}; {match[2]} are free" if match else "ran out of memory"
    hop = _hop(look)
    ways = f"a hop of {hop[1]}, " if hop else ""
    sentence = f"{look.label} {need}. Use the loop region, {ways}or mono."
    fix = Fix("Set a region", command="transport.region", node=look.node)
    if match and float(match[1][:-3]) < float(match[2][:-3]):
        return "Much memory", sentence, Fix("Run anyway", command="run.anyway", node=look.node)
    if hop:
        fix = Fix(f"Use a hop of {hop[1]}", partial(_set, node=hop[0], knob="hop", value=hop[1]))
    return "Too little memory", sentence, fix


def _hop(look: Look) -> tuple[str, int] | None:
    """Find the transform before the node, and the hop that halves what it gives."""
    items = {name: item for name, item, _ in walk(look.graph.nodes)}
    todo, seen = [look.node], set()
    while todo:
        name = todo.pop(0)
        item = items.get(name)
        known = look.types.get(item.type) if item else None
        knob = known.knob("hop") if known else None
        if item and knob and knob.kind == "int":
            value = item.params.get("hop", knob.default)
            if isinstance(value, int) and knob.fault(2 * value) is None and value > 0:
                return name, 2 * value
        seen.add(name)
        for wired in item.inputs.values() if isinstance(item, Node) else ():
            found = [wired] if isinstance(wired, Link) else wired.values()
            todo.extend(link.node for link in found if link.node not in seen)
    return None


def _set(graph: Graph, node: str, knob: str, value: int) -> Graph:
    return edits.set_knob(graph, node, knob, value)


def _knob(look: Look) -> Found:
    match = re.match(r"(\w+) (must be [^;]*)", look.words)
    if not match or match[1] not in {*look.item.params}:
        return None
    fix = Fix(f"Reset {match[1]}", partial(_reset, node=look.node, knob=match[1]))
    return "Setting not allowed", f"{look.label}: *{match[1]}* {match[2]}.", fix


def _reset(graph: Graph, node: str, knob: str) -> Graph:
    return edits.reset_knob(graph, node, knob)


def _kind(look: Look) -> Found:
    match = re.search(r"input (\w+) takes ([\w ]+), but (\S+) gives ([\w ]+)", look.words)
    if not match:
        return None
    fix = Fix("Find a converter", command="wire.convert", node=look.node, name=match[1])
    sentence = f"{look.label} takes {match[2]} on *{match[1]}*, but *{match[3]}* gives {match[4]}."
    return "Does not fit", sentence, fix


def _stopped(look: Look) -> Found:
    if "engine's process" not in look.words and "did not stop" not in look.words:
        return None
    fix = Fix("Run it again", command="run.here", node=look.node)
    return "The engine ended", f"{look.label}: {look.words}. Nothing of the graph is lost.", fix


def _other(look: Look) -> Found:
    return "Could not run", f"{look.label}: {look.words.rstrip('.')}.", None


READERS: tuple[Callable[[Look], Found], ...] = (
    _unknown,
    _stopped,
    _not_wired,
    _missing_file,
    _channels,
    _memory,
    _knob,
    _kind,
    _other,
)
