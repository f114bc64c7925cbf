"""Answer questions about values: how one looks closer, how it sounds, how much a sum leaves.

The value comes from what the engine keeps, mostly; what is missing is computed. What a picture or a
sound takes beside the value is found here: the nearest value of its type before the one asked for,
on the same grid, and one of a single source rather than one of several. Every fault is one line.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nodegraph.document import Graph, Link, Loop, walk
from nodegraph.engine import company, listening
from nodegraph.engine.asking import (
    Answer,
    Ask,
    Balance,
    Choice,
    Draw,
    Drew,
    Heard,
    Listen,
    Look,
    Looked,
    Slot,
    Unanswered,
    Weighed,
)
from nodegraph.engine.calling import words
from nodegraph.engine.listening import Wordless
from nodegraph.errors import GraphError
from nodegraph.marks import EVERYTHING, Selection, moved
from nodegraph.reduction import light, shifted
from nodegraph.sharing import folder as new_folder
from nodegraph.values import Absent, Audio, Sourced, Value
from nodegraph.views import Blend, Clip, Lens, Picture, Shown

if TYPE_CHECKING:
    from nodegraph.engine.engine import Engine

Region = tuple[float, float] | None


def answer(
    engine: Engine,
    graph: Graph,
    ask: Ask,
    *,
    at: Mapping[str, int] | None = None,
    region: Region = None,
    live: bool = False,
    folder: Path | None = None,
    ticket: int = 0,
    cancel: threading.Event | None = None,
) -> Answer:
    """Answer a question about the values of a graph, at some turns and in a stretch of time.

    `live` is that of `Engine.run`. Sounds are put into `folder`, by default into one of their own;
    their files belong to the engine, which removes those that were not asked for for long.
    """
    desk = Values(engine, graph, dict(at or {}), region, live, cancel)
    try:
        if isinstance(ask, Look):
            return _look(desk, ask, ticket)
        if isinstance(ask, Balance):
            return Weighed(ticket, _balance(desk, ask))
        if isinstance(ask, Draw):
            return _draw(desk, ask, ticket)
        return Heard(ticket, _listen(desk, ask, folder))
    except GraphError as error:
        return Unanswered(ticket, error.faults[0])
    except Wordless as error:
        return Unanswered(ticket, str(error))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with a question is its answer
        return Unanswered(ticket, words(error))


@dataclass
class Values:
    """Gives the values of one graph."""

    engine: Engine
    graph: Graph
    at: Mapping[str, int]
    region: Region
    live: bool
    cancel: threading.Event | None
    keys: dict[Slot, str] = field(default_factory=dict)
    """Of each value that was found."""
    _found: dict[Slot, Value] = field(default_factory=dict)

    def find(self, slot: Slot, source: str = "") -> Value:
        """Give the value of a slot. Raises Wordless where there is none."""
        if slot not in self._found:
            self._found[slot] = self._run(slot)
        value = self._found[slot]
        if not source or not isinstance(value, Sourced):
            return value
        if source not in value.names:
            known = ", ".join(value.names) or "no named sources"
            raise Wordless(f"{named(slot)} has no source {source!r}; it has {known}")
        return value.pick(source)

    def _run(self, slot: Slot) -> Value:
        node = slot[0]
        item = next((item for name, item, _ in walk(self.graph.nodes) if name == node), None)
        if item is None:
            raise Wordless(f"there is no node {node!r}")
        kind = None if isinstance(item, Loop) else self.engine.types.get(item.type)
        if kind is not None and kind.effect:
            raise Wordless(f"{node} writes files: there is nothing to look at or to hear")
        result = self.engine.run(
            self.graph, only=[named(slot)], region=self.region, at=self.at, cancel=self.cancel,
            lazy=True, live=self.live,
        )  # fmt: skip
        value = result.slots.get(slot)
        if isinstance(value, Absent):
            raise Wordless(f"{named(slot)}: {value.reason}")
        if value is None:
            faults = result.faults
            record = result.records[node]
            raise Wordless(faults[0] if faults else f"{node}: {record.error or record.state}")
        self.keys[slot] = result.names[slot]
        return value

    def company(self, slot: Slot, value: Value, kind: type[Value]) -> Value | None:
        """Find the nearest value of a type before a slot that fits its value."""
        several: Value | None = None
        grid = getattr(value, "grid", None)
        for candidate in company.nearest(self.graph, self.engine.types, slot, kind):
            try:
                found = self.find(candidate.slot, candidate.source)
            except Wordless:
                continue
            theirs = getattr(found, "grid", None)
            if not isinstance(found, kind) or (grid and theirs and grid != theirs):
                continue
            if not (isinstance(found, Sourced) and found.names):
                return found
            several = several or found
        return several


def named(slot: Slot) -> str:
    """Write a slot as links do."""
    return f"{slot[0]}.{slot[1]}" if slot[1] else slot[0]


def called(desk: Values, slot: Slot, value: Value, shown: Shown, what: str, **given: Any) -> Any:
    """Call a picture or sound with what it takes. Raises Wordless where something is missing."""
    arguments = {name: given[name] for name in shown.takes if given.get(name) is not None}
    if _misses_other(shown) and "other" not in arguments:
        raise Wordless(f"{shown.label or what} shows two outputs: choose another one beside it")
    for name, kind in shown.company.items():
        found = desk.company(slot, value, kind)
        if found is None and name not in shown.optional:
            raise Wordless(
                f"{type(value).__name__} has no {what} by itself: there is no {kind.__name__} "
                f"({name}) before {named(slot)} that fits it"
            )
        arguments[name] = found
    return shown.function(value, **arguments)


def _misses_other(shown: Shown) -> bool:
    if "other" not in shown.takes:
        return False
    other = inspect.signature(shown.function).parameters["other"]
    return other.default is inspect.Parameter.empty


# Looking


def _look(desk: Values, ask: Look, ticket: int) -> Looked:
    value = desk.find(ask.slot, ask.source)
    views = desk.engine.types.views(value)
    other = None if ask.other is None else desk.find(ask.other, ask.other_source)
    possible = [
        shown
        for shown in views.values()
        if (other is not None or not _misses_other(shown))
        and all(
            name in shown.optional or company.nearest(desk.graph, desk.engine.types, ask.slot, kind)
            for name, kind in shown.company.items()
        )
    ]
    kind = type(value).__name__
    if ask.kind and ask.kind not in views:
        known = ", ".join(repr(shown.kind) for shown in possible if shown.kind)
        ways = f"; its views are {known}" if known else ""
        raise Wordless(f"{kind} has no view {ask.kind!r}{ways}")
    if not views:
        raise Wordless(f"there is no picture of {kind}")
    shown = views[ask.kind] if ask.kind else (possible or list(views.values()))[0]
    start = desk.region[0] if desk.region else 0.0
    given = {"lens": _within(ask.lens, start if lies_in_time(value) else 0.0), "other": other}
    picture: Picture = called(desk, ask.slot, value, shown, "picture", **given)
    if lies_in_time(value):
        picture = shifted(picture, start)
    if isinstance(picture, Blend) and ask.source and len(picture.names) == 1:
        # A source that was picked has no name of its own any more; its colour goes by it.
        picture = replace(picture, names=(ask.source,))
    whole = desk.find(ask.slot)
    sources = whole.names if isinstance(whole, Sourced) else tuple(getattr(value, "names", ()))
    choices = tuple(Choice(shown.kind, shown.label) for shown in possible)
    return Looked(ticket, light(picture), choices, sources)


def _draw(desk: Values, ask: Draw, ticket: int) -> Drew:
    from nodegraph.engine.drawing import caption, written

    types, style, what = desk.engine.types, ask.style, ask.what
    if not isinstance(what, Look):
        size = written(ask.path, what, style, ask.factor, desk.graph, types)
        return Drew(ticket, ask.path, size)
    picture = ask.table or _look(desk, what, ticket).picture
    if ask.captioned and not style.caption:
        link = Link(*what.slot, what.source)
        style = replace(style, caption=caption(desk.graph, types, link, picture, desk.at))
    return Drew(ticket, ask.path, written(ask.path, picture, style, 1, desk.graph, types))


def lies_in_time(value: Value) -> bool:
    """Whether a value has a sample or a frame for each moment."""
    return isinstance(value, Audio) or hasattr(value, "grid")


def _within(lens: Lens, start: float) -> Lens:
    """Give a lens as seen from the start of a stretch of time."""
    if not start:
        return lens
    one, other = (None if edge is None else edge - start for edge in (lens.start, lens.stop))
    return replace(lens, start=one, stop=other)


# Listening


def _listen(desk: Values, ask: Listen, folder: Path | None) -> tuple[Any, ...]:
    value = desk.find(ask.slot)
    other = None if ask.other is None else desk.find(ask.other)
    less = {slot: desk.find(slot) for slot in ask.minus}
    kept = desk.engine.soundings
    slots = (ask.slot, *([ask.other] if ask.other else []), *less)
    key = ask, desk.region, *(desk.keys[slot] for slot in slots)
    known = kept.get(key)
    if known is not None:
        return known
    clips = _clips(desk, ask.slot, value, ask.selection)
    if other is not None and ask.other is not None:
        theirs = _clips(desk, ask.other, other, ask.selection)
        clips = listening.difference(clips, theirs, named(ask.slot), named(ask.other))
    for slot, taken in less.items():
        parts = _clips(desk, slot, taken)
        whole = replace(parts[0], data=np.sum([np.atleast_2d(part.data) for part in parts], axis=0))
        clips = listening.difference(clips, (whole,), named(ask.slot), named(slot))
    start = desk.region[0] if desk.region else 0.0
    where = folder or new_folder()
    made = listening.soundings(clips, ask.rate, start, where)
    kept.put(key, made)
    return made


def _clips(
    desk: Values, slot: Slot, value: Value, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Give what one hears of a value."""
    shown = desk.engine.types.sound(value)
    if shown is None:
        if not isinstance(value, Audio):
            raise Wordless(f"{type(value).__name__} cannot be heard")
        return listening.plain(value, selection)
    if "selection" not in shown.takes and selection != EVERYTHING:
        if replace(selection, parts=()) != EVERYTHING:
            raise Wordless(f"{type(value).__name__} cannot be heard in part")
        clips: tuple[Clip, ...] = called(desk, slot, value, shown, "sound")
        return listening.only(clips, selection.parts)
    if desk.region and lies_in_time(value):
        # The values of a stretch begin at zero, marks are in the time of the recording.
        selection = replace(selection, marks=moved(selection.marks, -desk.region[0]))
    found: tuple[Clip, ...] = called(desk, slot, value, shown, "sound", selection=selection)
    return found


def _balance(desk: Values, ask: Balance) -> float:
    mixture = desk.find(ask.mixture)
    parts = [(named(slot), desk.find(slot)) for slot in ask.parts]
    return listening.left_over(named(ask.mixture), mixture, parts)
