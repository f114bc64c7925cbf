"""Frames and notes: make, move, change and remove them.

A document may hold them without an ``id``. An edit of more than places gives each the name it was
drawn by, so that it keeps that name from then on. What makes no sense is left in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from nodegraph.document import Graph
from nodegraph.editor.acting.change import Change, Point
from nodegraph.editor.canvas import hits
from nodegraph.editor.canvas.scene import Key, Kind, Plate, Scene, plates, rect_of
from nodegraph.editor.canvas.view import Rect, around
from nodegraph.editor.stage import Selection, Stage, nodes
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


def plates_of(scene: Scene, kind: str) -> Mapping[str, Plate]:
    """Give the frames or the notes that are drawn."""
    return scene.frames if kind == "frame" else scene.notes


def plate_of(scene: Scene, key: Key) -> Plate | None:
    """Find a frame or note."""
    return plates_of(scene, key[0]).get(key[1]) if key[0] in SECTIONS else None


def chosen_plates(stage: Stage) -> list[Key]:
    """Give the chosen frames and notes in the order of the document."""
    found: list[Key] = [("frame", name) for name in stage.scene.frames]
    found += [("note", name) for name in stage.scene.notes]
    return [key for key in found if key in stage.selection]


def enclosed(scene: Scene, rect: Rect) -> dict[Key, Rect]:
    """Give the frames and notes that lie in a world rectangle entirely."""
    found: dict[Key, Plate] = {("frame", name): plate for name, plate in scene.frames.items()}
    found |= {("note", name): plate for name, plate in scene.notes.items()}
    return {key: plate.rect for key, plate in found.items() if rect.encloses(plate.rect)}


def carried(scene: Scene, frame: str) -> Selection:
    """Give what lies in a frame and so moves with it: nodes, loops, notes and smaller frames."""
    plate = scene.frames.get(frame)
    if plate is None:
        return frozenset()
    held = nodes(*hits.inside(scene, plate.rect)) | enclosed(scene, plate.rect).keys()
    return held - {("frame", frame)}


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
        plate, data = drawn.get(name), _whole(entry, kind)
        rect = {"rect": _numbers(plate.rect)} if plate and "rect" not in data else {}
        changed = change(name, {**data, **rect, "id": name})
        if changed is not None:
            kept.append(changed)
    return _with(graph, kind, kept)


def _named(graph: Graph, kind: str) -> list[tuple[str, Any]]:
    """Give each entry with the name that the scene draws it by; empty where it draws none."""
    section, words = SECTIONS[kind], WORDS[kind]
    names = iter(plates(graph, section, words, 0))
    content = graph.layout.get(section)
    return [
        (next(names) if plates(Graph(layout={section: [entry]}), section, words, 0) else "", entry)
        for entry in (content if isinstance(content, list) else [])
    ]


def _whole(entry: Any, kind: str) -> Entry:
    """Give an entry that is drawn as an object, without a place that makes no sense."""
    data = {WORDS[kind]: entry} if isinstance(entry, str) else entry
    return data if rect_of(data.get("rect")) else without(data, ["rect"])


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
    graph = rewritten(graph, kind, plates_of(stage.scene, kind), lambda _, entry: entry)
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


def placed(graph: Graph, rects: Mapping[Key, Rect]) -> Graph:
    """Give the graph with frames and notes at other places; what is not there is left out."""
    for kind in SECTIONS:
        new = {name: _numbers(rect) for (k, name), rect in rects.items() if k == kind}
        found = _named(graph, kind) if new else []
        if new.keys() & {name for name, _ in found}:
            entries = [
                {**_whole(entry, kind), "rect": new[name]} if name in new else entry
                for name, entry in found
            ]
            graph = _with(graph, kind, entries)
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

    return rewritten(graph, kind, plates_of(stage.scene, kind), change)


# Acts


def add_frame(stage: Stage, at: Point = (0, 0), title: str = "Frame", colour: str = "") -> Change:
    """Put a frame around what is chosen; an empty one where nothing is."""
    boxes = [box.rect for name in stage.chosen if (box := stage.scene.box(name))]
    boxes += [plate.rect for key in chosen_plates(stage) if (plate := plate_of(stage.scene, key))]
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


def set_plate(
    stage: Stage,
    key: Key,
    *,
    title: str | None = None,
    text: str | None = None,
    colour: str | None = None,
) -> Change:
    """Change a frame or note; what is None stays. An empty colour goes back to the plain one."""
    kind, name = key
    if plate_of(stage.scene, key) is None:
        return Change(stage.graph, said=f"There is no {kind} {name!r}.")
    words = title if kind == "frame" else text
    new: Entry = {} if words is None else {WORDS[kind]: words}
    new |= {} if colour is None else {"colour": colour}

    def change(found: str, entry: Entry) -> Entry:
        changed = {**entry, **new} if found == name else entry
        return without(changed, ["colour"]) if changed.get("colour") == "" else changed

    graph = rewritten(stage.graph, kind, plates_of(stage.scene, kind), change)
    what = "wrote on" if colour is None else "coloured"
    return Change(graph, label=f"{what} a {kind}", merge=("plate", key, tuple(sorted(new))))


def refitted(before: Stage, graph: Graph, boxes: Mapping[str, Rect]) -> Graph:
    """Give the graph with every frame grown or moved to what it held before, where that moved."""
    fits: dict[Key, Rect] = {}
    for name, frame in before.scene.frames.items():
        held = [key for kind, key in carried(before.scene, name) if kind == "node"]
        rects = [boxes[key] for key in held if key in boxes]
        old = around(b.rect for key in held if (b := before.scene.box(key)))
        body = around(rects)
        if body and old and body != old and not frame.rect.encloses(around_body(body)):
            fits["frame", name] = around_body(body)
    return placed(graph, fits)
