"""Frames and notes: make, move, change and remove them.

A document may hold them without an ``id``; the first edit gives each the name it was drawn by, so
that it keeps that name from then on. What makes no sense is left in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from nodegraph.document import Graph
from nodegraph.editor.acting.change import Change, Point
from nodegraph.editor.canvas.scene import Key, Kind, Plate, rect_of
from nodegraph.editor.canvas.view import Rect, around
from nodegraph.editor.stage import Selection, Stage
from nodegraph.edits import set_layout
from nodegraph.edits.nodes import next_free
from nodegraph.edits.tree import without

SECTIONS: Mapping[str, str] = {"frame": "frames", "note": "notes"}
WORDS = {"frame": "title", "note": "text"}
NOTE = (320.0, 136.0)
FRAME = (480.0, 320.0)
MARGIN, TITLE = 24.0, 24.0
"""Around what a frame holds, and above that for its title."""

Entry = dict[str, Any]


# Reading


def plates_of(stage: Stage, kind: str) -> Mapping[str, Plate]:
    """Give the frames or the notes that are drawn."""
    return stage.scene.frames if kind == "frame" else stage.scene.notes


def plate_of(stage: Stage, key: Key) -> Plate | None:
    """Find a frame or note."""
    return plates_of(stage, key[0]).get(key[1]) if key[0] in SECTIONS else None


def chosen_plates(stage: Stage) -> list[Key]:
    """Give the chosen frames and notes in the order of the document."""
    found: list[Key] = [("frame", name) for name in stage.scene.frames]
    found += [("note", name) for name in stage.scene.notes]
    return [key for key in found if key in stage.selection]


def carried(stage: Stage, frame: str) -> Selection:
    """Give what lies in a frame and so moves with it: nodes, loops, notes and smaller frames."""
    plate = stage.scene.frames.get(frame)
    if plate is None:
        return frozenset()
    scene, rect = stage.scene, plate.rect
    found: set[Key] = {("node", b.name) for b in scene.all_boxes if rect.encloses(b.rect)}
    found |= {("note", name) for name, note in scene.notes.items() if rect.encloses(note.rect)}
    found |= {
        ("frame", name)
        for name, other in scene.frames.items()
        if rect.encloses(other.rect) and other.rect != rect
    }
    return frozenset(found)


# Rewriting


def rewritten(
    graph: Graph,
    kind: str,
    drawn: Mapping[str, Plate],
    change: Callable[[str, Entry], Entry | None],
) -> Graph:
    """Give the graph with each frame or note changed by name; None removes it."""
    kept: list[Any] = []
    for name, entry in _named(graph, kind):
        if not name:
            kept.append(entry)
            continue
        plate = drawn.get(name)
        rect = {"rect": _numbers(plate.rect)} if plate and "rect" not in entry else {}
        changed = change(name, {**entry, **rect, "id": name})
        if changed is not None:
            kept.append(changed)
    return _with(graph, kind, kept)


def _named(graph: Graph, kind: str) -> list[tuple[str, Any]]:
    """Give each entry with the name that the scene draws it by; empty where it draws none."""
    words, taken = WORDS[kind], set[str]()
    found: list[tuple[str, Any]] = []
    content = graph.layout.get(SECTIONS[kind])
    for i, entry in enumerate(content if isinstance(content, list) else []):
        data = {words: entry} if isinstance(entry, str) else entry
        if not isinstance(data, dict) or not (
            rect_of(data.get("rect")) or (kind == "note" and data.get(words))
        ):
            found.append(("", entry))
            continue
        name = str(data.get("id", i))
        while name in taken:
            name += "+"
        taken.add(name)
        # A note with a place that makes no sense is drawn elsewhere; it is written there.
        found.append((name, data if rect_of(data.get("rect")) else without(data, ["rect"])))
    return found


def _with(graph: Graph, kind: str, entries: list[Any]) -> Graph:
    section = SECTIONS[kind]
    rest = without(graph.layout, [section])
    return set_layout(graph, {**rest, section: entries} if entries else rest)


def _numbers(rect: Rect) -> list[float]:
    return [tidy(x) for x in rect]


def tidy(x: float) -> float:
    """Round a place to what is worth keeping in a file."""
    near = round(x, 2)
    return int(near) if near == int(near) else near


# Edits of a graph


def added(
    graph: Graph, stage: Stage, kind: str, rect: Rect, words: str, colour: str = ""
) -> tuple[Graph, str]:
    """Give the graph with a new frame or note, and its name."""
    graph = rewritten(graph, kind, plates_of(stage, kind), lambda _, entry: entry)
    content = graph.layout.get(SECTIONS[kind])
    old = list(content) if isinstance(content, list) else []
    name = next_free(kind, {name for name, _ in _named(graph, kind) if name})
    entry: Entry = {"id": name, "rect": _numbers(rect), WORDS[kind]: words}
    if colour:
        entry["colour"] = colour
    # A frame that holds others lies under them, so that they can still be grabbed.
    under = kind == "frame" and any(
        isinstance(other, dict) and (inner := rect_of(other.get("rect"))) and rect.encloses(inner)
        for other in old
    )
    return _with(graph, kind, [entry, *old] if under else [*old, entry]), name


def moved(graph: Graph, stage: Stage, by: Mapping[Key, Point]) -> Graph:
    """Give the graph with frames and notes moved, each by its own way."""
    for kind in SECTIONS:
        ways = {name: way for (k, name), way in by.items() if k == kind}
        if not ways:
            continue

        def change(name: str, entry: Entry, ways: Mapping[str, Point] = ways) -> Entry:
            rect = rect_of(entry.get("rect"))
            if rect is None or name not in ways:
                return entry
            return {**entry, "rect": _numbers(rect.moved(*ways[name]))}

        graph = rewritten(graph, kind, plates_of(stage, kind), change)
    return graph


def removed(graph: Graph, stage: Stage, keys: Iterable[Key]) -> Graph:
    """Give the graph without these frames and notes."""
    gone = set(keys)
    for kind in SECTIONS:
        names = {name for k, name in gone if k == kind}
        if names:
            graph = _without(graph, stage, kind, names)
    return graph


def _without(graph: Graph, stage: Stage, kind: str, names: Collection[str]) -> Graph:
    def change(name: str, entry: Entry) -> Entry | None:
        return None if name in names else entry

    return rewritten(graph, kind, plates_of(stage, kind), change)


# Acts


def add_frame(stage: Stage, at: Point = (0, 0), title: str = "Frame", colour: str = "") -> Change:
    """Put a frame around what is chosen; an empty one where nothing is."""
    boxes = [box.rect for name in stage.chosen if (box := stage.scene.box(name))]
    boxes += [plate.rect for key in chosen_plates(stage) if (plate := plate_of(stage, key))]
    body = around(boxes)
    rect = around_body(body) if body else Rect(*at, *FRAME)
    return _made(stage, "frame", rect, title, colour)


def around_body(body: Rect) -> Rect:
    """Give the frame that holds this much."""
    wide = body.grown(MARGIN)
    return Rect(wide.x, wide.y - TITLE, wide.width, wide.height + TITLE)


def add_note(stage: Stage, at: Point = (0, 0), text: str = "Note") -> Change:
    """Put a note with its upper left corner at a point."""
    return _made(stage, "note", Rect(*at, *NOTE), text)


def _made(stage: Stage, kind: Kind, rect: Rect, words: str, colour: str = "") -> Change:
    graph, name = added(stage.graph, stage, kind, rect, words, colour)
    return Change(graph, frozenset([(kind, name)]), f"added a {kind}")


def move_plates(stage: Stage, by: Mapping[Key, Point]) -> Change:
    """Move frames and notes alone, each by its own way; what lies in a frame stays."""
    graph = moved(stage.graph, stage, by)
    return Change(graph, label=f"moved {_what(by)}", merge=("plates", frozenset(by)))


def set_plate(
    stage: Stage,
    key: Key,
    *,
    rect: Rect | None = None,
    title: str | None = None,
    text: str | None = None,
    colour: str | None = None,
) -> Change:
    """Change a frame or note; what is None stays. An empty colour goes back to the plain one."""
    kind, name = key
    if plate_of(stage, key) is None:
        return Change(stage.graph, said=f"There is no {kind} {name!r}.")
    words = title if kind == "frame" else text
    new: Entry = {} if rect is None else {"rect": _numbers(rect)}
    new |= {} if words is None else {WORDS[kind]: words}
    new |= {} if colour is None else {"colour": colour}

    def change(found: str, entry: Entry) -> Entry:
        changed = {**entry, **new} if found == name else entry
        return without(changed, ["colour"]) if changed.get("colour") == "" else changed

    graph = rewritten(stage.graph, kind, plates_of(stage, kind), change)
    what = "resized" if rect is not None else "coloured" if colour is not None else "wrote on"
    return Change(graph, label=f"{what} a {kind}", merge=("plate", key, tuple(sorted(new))))


def remove_plates(stage: Stage, keys: Iterable[Key]) -> Change:
    """Remove frames and notes; what lies in a frame stays."""
    gone = [key for key in keys if plate_of(stage, key)]
    graph = removed(stage.graph, stage, gone)
    return Change(graph, stage.selection - set(gone), f"removed {_what(gone)}" if gone else "")


def _what(keys: Iterable[Key]) -> str:
    kinds = [kind for kind, _ in keys]
    one = f"a {kinds[0]}" if kinds else "nothing"
    return one if len(kinds) < 2 else f"{len(kinds)} frames and notes"


def refitted(before: Stage, graph: Graph, boxes: Mapping[str, Rect]) -> Graph:
    """Give the graph with every frame grown or moved to what it held before, where that moved."""
    fits: dict[str, Rect] = {}
    for name, frame in before.scene.frames.items():
        held = [key for kind, key in carried(before, name) if kind == "node"]
        rects = [boxes[key] for key in held if key in boxes]
        old = around(b.rect for key in held if (b := before.scene.box(key)))
        body = around(rects)
        if body and old and body != old and not frame.rect.encloses(around_body(body)):
            fits[name] = around_body(body)
    if not fits:
        return graph

    def change(name: str, entry: Entry) -> Entry:
        return {**entry, "rect": _numbers(fits[name])} if name in fits else entry

    return rewritten(graph, "frame", before.scene.frames, change)
