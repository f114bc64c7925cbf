"""All that the canvas shows of a document, as immutable data: boxes, frames, notes and wires.

What the layout of a document may hold, beside ``nodes`` and ``look`` of `nodegraph.edits`:

- ``look`` of a node: ``collapsed``, ``title``, ``width`` (S, M, L or a number), ``picture`` (false
  hides it), and ``reroutes``: for each input, by ``port`` or ``port[part]``, the points [x, y] that
  its wire goes through. They belong to the reader as the link does, so they follow a node that is
  renamed or removed, and a node without them means the same.
- ``frames``: objects with ``rect`` [x, y, width, height], ``title``, ``colour`` (a family).
- ``notes``: objects with ``rect`` and ``text``; a note that is only text gets a place.

Frames and notes may have an ``id``; without one their number is their name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodegraph.document import Graph
from nodegraph.editor.canvas.shapes import Shape, Spot
from nodegraph.editor.canvas.view import Point, Rect, around
from nodegraph.editor.canvas.wires import Array, Legs, Wire, legs

if TYPE_CHECKING:
    from nodegraph.editor.canvas.planning import Plan

Kind = Literal["node", "loop", "frame", "note", "wire"]
Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Box:
    """A node, a folded loop or an open loop at its place."""

    name: str
    x: float
    y: float
    shape: Shape
    inside: tuple[str, ...] = ()
    """The loops around it, outermost first."""

    @property
    def rect(self) -> Rect:
        """The whole of it in the world."""
        return Rect(self.x, self.y, self.shape.width, self.shape.height)

    def world(self, part: Rect) -> Rect:
        """Give the world rectangle of a part of the shape."""
        return part.moved(self.x, self.y)

    def centre(self, spot: Spot) -> Point:
        """Give the world point of a port."""
        return self.x + spot.at[0], self.y + spot.at[1]


@dataclass(frozen=True, slots=True)
class Plate:
    """A frame or a note."""

    name: str
    rect: Rect
    words: str = ""
    """The title of a frame, the text of a note."""
    colour: str = ""


@dataclass(frozen=True, eq=False)
class Anchors:
    """Every port of a scene, with the number of its box in `Scene.all_boxes`."""

    centres: Array
    owner: NDArray[np.intp]
    shown: NDArray[np.bool_]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn, by name. Later boxes lie above earlier ones."""

    nodes: Mapping[str, Box] = field(default_factory=dict)
    """Nodes and folded loops that are in sight."""
    loops: Mapping[str, Box] = field(default_factory=dict)
    """Open loops, outer ones first."""
    frames: Mapping[str, Plate] = field(default_factory=dict)
    notes: Mapping[str, Plate] = field(default_factory=dict)
    wires: Mapping[str, Wire] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    """What is out of sight, and the folded loop it is in."""
    plan: Plan | None = field(default=None, repr=False)
    """What it was built by, for the next scene."""
    stack: tuple[str, ...] = ()
    """What was brought to the top."""
    placed: Mapping[str, Point] = field(default_factory=dict, repr=False)
    """Where everything is, also what is out of sight."""

    def box(self, name: str) -> Box | None:
        """Find a node or loop; of what is out of sight, the folded loop that holds it."""
        name = self.within.get(name, name)
        return self.nodes.get(name) or self.loops.get(name)

    @cached_property
    def all_boxes(self) -> tuple[Box, ...]:
        """Open loops, then nodes, from below."""
        return (*self.loops.values(), *self.nodes.values())

    @cached_property
    def rects(self) -> Array:
        """Left, top, right, bottom of every box."""
        rows = [(b.x, b.y, b.x + b.shape.width, b.y + b.shape.height) for b in self.all_boxes]
        return np.array(rows, float).reshape(-1, 4)

    @cached_property
    def anchors(self) -> Anchors:
        """Every port, as arrays."""
        found = [(i, box, s) for i, box in enumerate(self.all_boxes) for s in box.shape.spots]
        centres = np.array([box.centre(s) for _, box, s in found], float).reshape(-1, 2)
        owner = np.array([i for i, _, _ in found], np.intp)
        shown = np.array([s.shown for _, _, s in found], np.bool_)
        return Anchors(centres, owner, shown, tuple(s for _, _, s in found))

    @cached_property
    def wire_list(self) -> tuple[Wire, ...]:
        """The wires in the order of `legs`."""
        return tuple(self.wires.values())

    @cached_property
    def legs(self) -> Legs:
        """The legs of all wires, as arrays."""
        return legs(self.wire_list)

    @cached_property
    def settled_notes(self) -> bool:
        """Whether every note has a place of its own, wherever the rest is."""
        graph = self.plan.graph if self.plan is not None else Graph()
        low, high = (plates(graph, "notes", "text", below) for below in (0, 1))
        return low == high

    @cached_property
    def bounds(self) -> Rect | None:
        """What everything together takes up; None for an empty scene."""
        plates = [p.rect for p in (*self.frames.values(), *self.notes.values())]
        return around([*(box.rect for box in self.all_boxes), *plates])


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two scenes, by kind and name."""

    added: frozenset[Key] = frozenset()
    removed: frozenset[Key] = frozenset()
    moved: frozenset[Key] = frozenset()
    """Only the place differs: of a box, a frame or a note."""
    changed: frozenset[Key] = frozenset()
    restacked: bool = False
    """What is in both lies in another order."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved or self.changed or self.restacked)


def difference(old: Scene, new: Scene) -> Changes:
    """Say what to draw again after one scene gave way to another."""
    added: set[Key] = set()
    removed: set[Key] = set()
    moved: set[Key] = set()
    changed: set[Key] = set()
    for kind, before, after in _sections(old, new):
        added.update((kind, name) for name in after.keys() - before.keys())
        removed.update((kind, name) for name in before.keys() - after.keys())
        for name, now in after.items():
            was = before.get(name)
            if was is None or was is now or was == now:
                continue
            (moved if _only_moved(was, now) else changed).add((kind, name))
    stacks = [[name for name in a.nodes if name in b.nodes] for a, b in ((old, new), (new, old))]
    return Changes(
        frozenset(added),
        frozenset(removed),
        frozenset(moved),
        frozenset(changed),
        stacks[0] != stacks[1],
    )


def _sections(
    old: Scene, new: Scene
) -> Iterator[tuple[Kind, Mapping[str, object], Mapping[str, object]]]:
    yield "node", old.nodes, new.nodes
    yield "loop", old.loops, new.loops
    yield "frame", old.frames, new.frames
    yield "note", old.notes, new.notes
    yield "wire", old.wires, new.wires


def _only_moved(was: object, now: object) -> bool:
    if isinstance(was, Box) and isinstance(now, Box):
        same = was.shape is now.shape or was.shape == now.shape
        return same and was.inside == now.inside
    if isinstance(was, Plate) and isinstance(now, Plate):
        size = was.rect[2:] == now.rect[2:]
        return size and (was.words, was.colour) == (now.words, now.colour)
    return False


def plates(graph: Graph, section: str, words: str, below: float) -> dict[str, Plate]:
    """Read the frames or notes of a layout; what makes no sense is left out."""
    found: dict[str, Plate] = {}
    content = graph.layout.get(section)
    for i, entry in enumerate(content if isinstance(content, list) else []):
        data = {words: entry} if isinstance(entry, str) else entry
        if not isinstance(data, dict):
            continue
        rect = rect_of(data.get("rect"))
        if rect is None and section == "notes" and data.get(words):
            rect = Rect(0, below + 160 * i, 320, 136)
        if rect is not None:
            name = str(data.get("id", i))
            while name in found:
                name += "+"
            said, colour = (str(data.get(key) or "") for key in (words, "colour"))
            found[name] = Plate(name, rect, said, colour)
    return found


def rect_of(value: Any) -> Rect | None:
    """Read a rectangle; None where it is none."""
    if not isinstance(value, list) or len(value) != 4 or not all(map(_is_number, value)):
        return None
    return Rect(*map(float, value)) if value[2] > 0 and value[3] > 0 else None


def points_of(value: Any) -> list[Point]:
    """Read points; what is none is left out."""
    return [
        (float(at[0]), float(at[1]))
        for at in (value if isinstance(value, list) else [])
        if isinstance(at, list) and len(at) == 2 and all(map(_is_number, at))
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9
