"""New nodes, other types, names, titles and knobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as replaced

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Json, Loop, find
from nodegraph.editor.acting import plates
from nodegraph.editor.acting.bends import pruned
from nodegraph.editor.acting.change import Change, Point, listed, nothing, refused
from nodegraph.editor.acting.loops import insert_loop
from nodegraph.editor.acting.places import pinned
from nodegraph.editor.acting.plates import tidy
from nodegraph.editor.acting.room import room_in
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.offers import search
from nodegraph.editor.offers.matching import match, words_of
from nodegraph.editor.offers.rewire import replace_node
from nodegraph.editor.offers.search import FAMILIES, Choice, Wire
from nodegraph.editor.stage import Stage, nodes
from nodegraph.edits.layout import section
from nodegraph.errors import DocumentError

LOOP_CHOICE = Choice(
    "loop", "Loop", "control", "Runs what is in it again and again, with what the last turn left."
)
"""The loop in the search: no node type, but found like one."""

_LOOP_TYPE = NodeType(
    "control.loop",
    lambda: None,
    LOOP_CHOICE.label,
    LOOP_CHOICE.summary,
    "",
    (),
    (),
    (),
    aliases=("iterate", "repeat", "estimate filter re-estimate", "expectation maximization EM"),
)
"""What the words of a search are held against."""


# Adding


def choices(
    types: Mapping[str, NodeType], text: str = "", wire: Wire | None = None
) -> list[Choice]:
    """Give what a search offers: node types, and the loop where it fits.

    A wire out of an output can begin a state of a loop; into an input nothing comes from one that
    is still empty.
    """
    found = search.choices(types, text, wire)
    words = words_of(text)
    if wire is not None and (wire.link is None or not words):
        return found
    if not words:
        order = {family: at for at, family in enumerate(FAMILIES)}
        last = order[LOOP_CHOICE.family]
        at = sum(order.get(choice.family, len(order)) <= last for choice in found)
        return [*found[:at], LOOP_CHOICE, *found[at:]]
    hit = match(_LOOP_TYPE, words, slips=False)
    if hit is None and not found:
        hit = match(_LOOP_TYPE, words, slips=True)
    if hit is None:
        return found
    score, spans, why, why_spans = hit
    loop = replaced(LOOP_CHOICE, spans=spans, why=why, why_spans=why_spans)
    better = [choice for choice in found if _score(types[choice.type], words) >= score]
    return [*better, loop, *found[len(better) :]]


def _score(known: NodeType, words: list[str]) -> float:
    hit = match(known, words, slips=False)
    return hit[0] if hit else 0.0


def insert(
    stage: Stage, choice: Choice, wire: Wire | None = None, at: Point = (0, 0), loop: str = ""
) -> Change:
    """Add what was chosen in the search, wired and at its place, and choose it."""
    if choice.type == LOOP_CHOICE.type:
        return insert_loop(stage, at, loop, wire)
    if choice.type not in stage.types:
        return nothing(stage, f"There is no node type {choice.type!r}.")
    name = edits.fresh_name(stage.graph, choice.type, stage.used)
    spot = tidy(at[0]), tidy(at[1])
    try:
        graph = search.insert(pinned(stage), stage.types, choice, wire, spot, loop, stage.used)
        graph = room_in(stage, graph, loop)
    except DocumentError as error:
        return refused(stage, error)
    return Change(pruned(graph), nodes(name), f"added {name}")


def replace(stage: Stage, node: str, type_id: str) -> Change:
    """Put a node of another type in the place of one, with the wires and knobs that fit."""
    try:
        done = replace_node(stage.graph, stage.types, node, type_id)
    except DocumentError as error:
        return refused(stage, error)
    said = f"Lost: {listed(done.lost)}." if done.lost else ""
    label = f"replaced {node} by {stage.types[type_id].label}"
    return Change(pruned(done.graph), label=label, said=said)


# Setting


def set_knob(stage: Stage, node: str, knob: str, value: Json) -> Change:
    """Set a knob, if its declaration allows the value."""
    try:
        fault = _knob_fault(stage, find(stage.graph, node), knob, value)
        if fault:
            return nothing(stage, fault)
        graph = edits.set_knob(stage.graph, node, knob, value)
    except DocumentError as error:
        return refused(stage, error)
    return Change(graph, merge=("knob", node, knob))


def _knob_fault(stage: Stage, item: Item, knob: str, value: Json) -> str:
    known = None if isinstance(item, Loop) else stage.types.get(item.type)
    if known is None:
        return ""  # a loop's knobs are checked by the edit, what is unknown takes anything
    found = known.knob(knob)
    if found is None:
        return f"{known.label} has no knob {knob!r}."
    fault = found.fault(value)
    return f"{known.label}: {knob} {fault}." if fault else ""


# Names and words


def retitle(stage: Stage, key: Key, text: str) -> Change:
    """Write the title of a node or frame, or the text of a note; an empty one takes it off."""
    kind, name = key
    if kind == "frame":
        return plates.set_plate(stage, key, title=text)
    if kind == "note":
        return plates.set_plate(stage, key, text=text)
    try:
        graph = edits.set_look(stage.graph, [name], "title", text.strip() or None)
    except DocumentError as error:
        return refused(stage, error)
    label = "" if graph is stage.graph else f"titled {name}"
    return Change(graph, label=label)


def restyle(stage: Stage, frame: str, family: str) -> Change:
    """Give a frame the colour of a family; an empty one takes it off."""
    return plates.set_plate(stage, ("frame", frame), colour=family)


def about(stage: Stage, title: str, text: str) -> Change:
    """Write the title and the description of the graph."""
    try:
        graph = edits.set_about(edits.set_title(stage.graph, title), text)
    except DocumentError as error:
        return refused(stage, error)
    return Change(_kept(stage.graph, graph))


def title_of(graph: Graph, name: str) -> str:
    """Give the title that somebody gave a node; empty where nobody did."""
    look = section(graph, "look").get(name)
    return str(look.get("title") or "") if isinstance(look, Mapping) else ""


def _kept(old: Graph, new: Graph) -> Graph:
    return old if (old.title, old.about) == (new.title, new.about) else new
