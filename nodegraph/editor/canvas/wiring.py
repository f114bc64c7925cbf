"""Find for every link of a document where its wire runs in a scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nodegraph.document import Item, Link, Loop
from nodegraph.editor.canvas.scene import Box, Scene, points_of
from nodegraph.editor.canvas.shapes import HEADER, Rail, Side, Spot
from nodegraph.editor.canvas.view import Point
from nodegraph.editor.canvas.wires import Wire

if TYPE_CHECKING:
    from nodegraph.editor.canvas.planning import Plan

BELOW = 24.0
"""How far below two nodes a wire turns back that cannot pass between them."""


@dataclass(frozen=True, slots=True)
class End:
    """A link and where it arrives."""

    link: Link
    node: str
    port: str
    """Of a loop ``first``, ``next`` or ``watch``; `part` is then the name of the state."""
    part: str = ""

    @property
    def place(self) -> str:
        """Which input it is: ``port`` or ``port[part]``."""
        return f"{self.port}[{self.part}]" if self.part else self.port


def ends(name: str, item: Item) -> Iterator[End]:
    """Give every link that a node or loop holds itself."""
    if isinstance(item, Loop):
        for state in item.state:
            yield End(item.state[state].first, name, "first", state)
            yield End(item.state[state].next, name, "next", state)
        for watch, link in item.watch.items():
            yield End(link, name, "watch", watch)
        return
    for port, wired in item.inputs.items():
        if isinstance(wired, Link):
            yield End(wired, name, port)
        else:
            for part, link in wired.items():
                yield End(link, name, port, part)


def observers(
    items: Mapping[str, Item], chains: Mapping[str, tuple[str, ...]], links: list[End]
) -> set[str]:
    """Find what in a loop's body neither its next turn nor anything outside depends on."""
    bodies = {name for name, chain in chains.items() if len(chain) > 1}
    if not bodies:
        return set()
    reads: dict[str, list[str]] = {}
    todo: list[str] = []
    for end in links:
        if end.port == "watch" and isinstance(items[end.node], Loop):
            continue
        reads.setdefault(end.node, []).append(end.link.node)
        outside = chains[end.node][:-1] != chains.get(end.link.node, ())[:-1]
        if end.port == "next" or outside:
            todo.append(end.link.node)
    needed: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo += reads.get(name, [])
    return {n for n in bodies - needed if not isinstance(items[n], Loop)}


class Wirer:
    """Lays the wires of one scene."""

    def __init__(self, scene: Scene, plan: Plan) -> None:
        self.scene, self.plan = scene, plan
        self.items, self.chains = plan.items, plan.chains
        self._known: dict[str, dict[tuple[Side, Rail, str, str], Spot]] = {}

    def wires(self, numbers: Iterable[int]) -> dict[str, Wire]:
        """Give the wires of these links of the plan, by name.

        A link to nothing, or inside a folded loop, has none.
        """
        found: dict[str, Wire] = {}
        for number in numbers:
            end = self.plan.links[number]
            wire = self._wire(end) if end.link.node in self.items else None
            if wire is not None:
                found[wire.name] = wire
        return found

    def _wire(self, end: End) -> Wire | None:
        link, scene = end.link, self.scene
        inside = self.chains[end.node][:-1]
        turn = end.port in ("next", "watch") and isinstance(self.items[end.node], Loop)
        scope = (*inside, end.node) if turn else inside
        turned = link.node in scope
        source, reader = scene.box(link.node), scene.box(end.node)
        if source is None or reader is None or (source is reader and self._hidden(end, turned)):
            return None
        out = self._spot(source, "out", "in" if turned else "out", link.port, "")
        into = self._spot(reader, "in", "out" if turn else "in", end.port, end.part)
        start, stop = _centre(source, "out", out), _centre(reader, "in", into)
        points, joints, crossings = self._way(end, scope, start, stop)
        run = self.plan.sources.get((link.node, link.port), ())
        given, taken = (spot.type if spot else "" for spot in (out, into))
        item = self.items[link.node]
        return Wire(
            f"{end.node}.{end.place}",
            link.node,
            link.port,
            end.node,
            end.port,
            end.part,
            tuple(points),
            joints,
            crossings,
            self._middles(source, reader, points, turned or turn),
            given or taken,
            link.source,
            1 if link.source else len(run),
            end.node in self.plan.observers or item.mode == "bypass",
            item.mode == "mute",
        )

    def _hidden(self, end: End, turned: bool) -> bool:
        """Whether both ends are in one folded loop; a node may well read itself by mistake."""
        within = self.scene.within
        folded = self.scene.nodes.get(end.node)
        loop = folded is not None and isinstance(self.items[end.node], Loop)
        return end.node in within or end.link.node in within or (loop and end.port != "first")

    def _spot(self, box: Box, side: Side, rail: Rail, port: str, part: str) -> Spot | None:
        rail = rail if box.shape.kind == "loop" else ""
        known = self._known.get(box.name)
        if known is None:
            known = {(s.side, s.rail, s.port, s.part): s for s in box.shape.spots}
            self._known[box.name] = known
        return known.get((side, rail, port, part))

    def _way(
        self, end: End, scope: tuple[str, ...], start: Point, stop: Point
    ) -> tuple[list[Point], tuple[int, ...], tuple[tuple[str, int], ...]]:
        """Give what a wire goes through, which of that are reroutes, and which crossings."""
        loops, path = self.scene.loops, self.chains[end.link.node][:-1]
        look = self.plan.looks.get(end.node)
        kept = look.get("reroutes") if isinstance(look, Mapping) else None
        bends = points_of(kept.get(end.place)) if isinstance(kept, Mapping) else []
        way: list[tuple[Point, str]] = [(start, "")]
        for name in reversed(path):
            if name not in scope and name in loops:
                way.append(((loops[name].rect.right, start[1]), name))
        first = len(way)
        way += [(at, "*") for at in bends]
        for name in scope:
            if name in path or name == end.link.node or name not in loops:
                continue
            rect = loops[name].rect
            # A reroute inside the frame comes behind the port on its edge.
            while first < len(way) and not rect.holds(way[first][0]):
                first += 1
            height = way[first][0][1] if first < len(way) else stop[1]
            way.insert(first, ((rect.x, height), name))
            first += 1
        way.append((stop, ""))
        joints = tuple(i for i, (_, what) in enumerate(way) if what == "*")
        crossings = tuple((what, i) for i, (_, what) in enumerate(way) if what not in ("", "*"))
        return [at for at, _ in way], joints, crossings

    def _middles(
        self, source: Box, reader: Box, points: list[Point], rails: bool
    ) -> tuple[float | None, ...]:
        """Say for each leg at which height it turns back, so that it passes between two nodes."""
        if len(points) > 2 or rails or points[1][0] >= points[0][0]:
            return (None,) * (len(points) - 1)
        one, two = source.rect, reader.rect
        if one.bottom <= two.y:
            return ((one.bottom + two.y) / 2,)
        if two.bottom <= one.y:
            return ((two.bottom + one.y) / 2,)
        return (max(one.bottom, two.bottom) + BELOW,)


def _centre(box: Box, side: Side, spot: Spot | None) -> Point:
    """Give where a wire ends; behind a folded edge, in the middle of its header."""
    if spot is not None:
        return box.centre(spot)
    return box.x + (box.shape.width if side == "out" else 0.0), box.y + HEADER / 2
