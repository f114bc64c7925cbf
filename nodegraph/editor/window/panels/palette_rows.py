"""What the palette lists: families in wiring order, and the types of those that are open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nodegraph.declare import LOOP_KNOBS, Knob, NodeType
from nodegraph.editor.look.colours import DARK
from nodegraph.editor.look.signs import family_style
from nodegraph.editor.offers.search import FAMILIES, choices
from nodegraph.editor.window.panels.names import LOOP, LOOP_SUMMARY, folded

KNOBS = 12
"""Knobs that a tooltip names."""


@dataclass(frozen=True)
class Entry:
    """A type that can be added."""

    type: str
    label: str
    tip: str
    takes: str = ""
    """Name of the type of value that it works on; empty for a source."""
    gives: str = ""


@dataclass(frozen=True)
class Family:
    """A family and its types, in the order of connecting them."""

    name: str
    title: str
    entries: tuple[Entry, ...]


def families(types: Mapping[str, NodeType]) -> tuple[Family, ...]:
    """Give every family that has types; a loop is one of those that control."""
    found: dict[str, list[Entry]] = {}
    for choice in choices(types):
        found.setdefault(choice.family, []).append(_entry(types[choice.type]))
    if types:
        found["control"] = [_LOOP, *found.get("control", ())]
    order = [*dict.fromkeys((*FAMILIES, *found))]
    return tuple(
        Family(name, family_style(name, DARK).title, tuple(found[name]))
        for name in order
        if name in found
    )


def _entry(known: NodeType) -> Entry:
    takes = known.ports[0].types[0].__name__ if known.ports else ""
    gives = known.outputs[0].types[0].__name__ if known.outputs else ""
    return Entry(known.id, known.label, tip(known.summary, known.knobs), takes, gives)


def tip(summary: str, knobs: Collection[Knob]) -> str:
    """Say in a tooltip what a type does and what can be set."""
    names = [knob.name.replace("_", " ") for knob in knobs][:KNOBS]
    more = ", …" if len(knobs) > KNOBS else ""
    lines = [folded(summary)]
    if names:
        lines.append(folded(f"Knobs: {', '.join(names)}{more}"))
    return "\n".join(lines)


_LOOP = Entry(LOOP, "Loop", tip(LOOP_SUMMARY, LOOP_KNOBS))
