"""What of a scene does not depend on places: which boxes there are, their shapes, who is wired.

While nodes are dragged one plan serves every frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Link, Loop, Node, walk
from nodegraph.editor.canvas.loop_shapes import folded_loop, loop_title, open_loop
from nodegraph.editor.canvas.placing import Placer, framed
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.shapes import Shape, Types, node_shape
from nodegraph.editor.canvas.view import Point, around
from nodegraph.editor.canvas.wiring import End, ends, observers
from nodegraph.edits.layout import position, section
from nodegraph.values import Curve, Number

Sources = Mapping[tuple[str, str], tuple[str, ...]]


class Plan:
    """The plan of a document; nothing of it changes once it is made."""

    def __init__(
        self,
        graph: Graph,
        types: Mapping[str, NodeType],
        folded: Mapping[str, bool],
        pictures: Mapping[str, float],
        sources: Sources,
        old: Plan | None = None,
    ) -> None:
        self.graph, self.types, self.given, self.pictures = graph, types, folded, pictures
        self.sources = sources
        self.looks = section(graph, "look")
        self.items: dict[str, Item] = {}
        self.chains: dict[str, tuple[str, ...]] = {}
        self.within: dict[str, str] = {}
        """What is out of sight, and the folded loop it is in."""
        self.folded: dict[str, bool] = {}
        for name, item, inside in walk(graph.nodes):
            self.items[name] = item
            self.chains[name] = (*inside, name)
            self.folded[name] = bool(folded.get(name, self._look(name).get("collapsed", False)))
            holder = next((x for x in inside if self.folded[x]), None)
            if holder is not None:
                self.within[name] = holder
        self.anew = self._differing(old) if old is not None else None
        """What itself is another than in the plan before, where that is all that differs beside
        places; None where more does."""
        self.links: list[End] = []
        self.made: dict[str, tuple[Any, ...]] = dict(old.made) if old else {}
        """From what each shape was made, so that the next plan need not make it again."""
        self.shapes: dict[str, Shape] = {}
        """What is drawn as one box."""
        if old is not None and self.anew is not None:
            self._go_on(old, self.anew)
        else:
            self.links = [end for name, item in self.items.items() for end in ends(name, item)]
            self.extra = self._extra_types()
            self._shape(self.items)
        self.loops = [
            name
            for name, item in self.items.items()
            if isinstance(item, Loop) and not self.folded[name] and name not in self.within
        ]
        """The open loops, outer ones first."""

    def _differing(self, old: Plan) -> frozenset[str] | None:
        """Name the nodes and loops that differ from a plan; None where more than they does."""
        given = self.types is old.types and self.sources is old.sources
        same = given and (self.given, self.pictures) == (old.given, old.pictures)
        if not same or self.folded != old.folded or [*self.chains.items()] != [*old.chains.items()]:
            return None
        items = {name for name, item in self.items.items() if item is not old.items[name]}
        for name in items:
            now, was = self.items[name], old.items[name]
            if type(now) is not type(was) or now.type != was.type:
                return None
            if [*ends(name, now)] != [*ends(name, was)]:
                return None
        seen = () if self.looks is old.looks else self.items
        return frozenset(items.union(n for n in seen if self._look(n) != old._look(n)))

    def _go_on(self, old: Plan, anew: Iterable[str]) -> None:
        """Take over from the plan before all but what differs."""
        self.links, self.extra, self.shapes = old.links, old.extra, dict(old.shapes)
        self.observers, self.touching = old.observers, old.touching
        if self.graph.layout.get("nodes") is old.graph.layout.get("nodes"):
            self._positions = old._positions
        self._shape(anew)

    def serves(
        self,
        graph: Graph,
        types: Mapping[str, NodeType],
        folded: Mapping[str, bool],
        pictures: Mapping[str, float],
        sources: Sources,
    ) -> bool:
        """Whether it is the plan of just this."""
        same = self.graph is graph and self.types is types and self.sources is sources
        return same and self.given == folded and self.pictures == pictures

    @cached_property
    def observers(self) -> set[str]:
        """What in a loop's body neither its next turn nor anything outside depends on."""
        return observers(self.items, self.chains, self.links)

    @cached_property
    def touching(self) -> dict[str, set[int]]:
        """For each node and loop the numbers of the links whose way depends on its place."""
        found: dict[str, set[int]] = {}
        for i, end in enumerate(self.links):
            for name in (*self.chains[end.node], *self.chains.get(end.link.node, ())):
                found.setdefault(name, set()).add(i)
        return found

    def _look(self, name: str) -> Mapping[str, Any]:
        look = self.looks.get(name)
        return look if isinstance(look, Mapping) else {}

    # Shapes

    def _shape(self, names: Iterable[str]) -> None:
        """Shape what of these is drawn as one box."""
        given, read = self.extra
        for name in names:
            item = self.items[name]
            if name in self.within or (isinstance(item, Loop) and not self.folded[name]):
                continue
            look, picture = self._look(name), self.pictures.get(name)
            if isinstance(item, Loop):
                self.shapes[name] = folded_loop(loop_title(name, look), item, self._states(item))
                continue
            known = self.types.get(item.type)
            arrive, leave = given.get(name, {}), read.get(name, {})
            source = (item, known, look, self.folded[name], picture, arrive, leave)
            last = self.made.get(name)
            if last is None or last[1:] != source:
                self.made[name] = last = (node_shape(*source), *source)
            self.shapes[name] = last[0]

    def _extra_types(self) -> tuple[dict[str, dict[str, Types]], dict[str, dict[str, Types]]]:
        """Find the types at ports that no node type declares, from what is at the other end."""
        given: dict[str, dict[str, Types]] = {}
        read: dict[str, dict[str, Types]] = {}
        for end in self.links:
            reader, source = self.items[end.node], self.items.get(end.link.node)
            kind = self.types.get(reader.type) if isinstance(reader, Node) else None
            taken = kind.port(end.port) if kind else None
            if isinstance(reader, Node) and taken is None:
                given.setdefault(end.node, {})[end.port] = self.types_of(end.link)
            if isinstance(source, Node):
                kind = self.types.get(source.type)
                if kind is None or all(o.name != end.link.port for o in kind.outputs):
                    ports = read.setdefault(end.link.node, {})
                    ports[end.link.port] = ports.get(end.link.port) or (
                        taken.types if taken else ()
                    )
        return given, read

    def types_of(self, link: Link) -> Types:
        """Give the types that a link may carry; empty where nothing says."""
        seen: set[tuple[str, str]] = set()
        while (link.node, link.port) not in seen:
            seen.add((link.node, link.port))
            item = self.items.get(link.node)
            if isinstance(item, Loop):
                if link.port in item.state:
                    link = item.state[link.port].first
                    continue
                return (Curve,) if link.port in item.watch else (Number,)
            kind = self.types.get(item.type) if item else None
            output = kind.output(link.port) if kind else None
            return output.types if output else ()
        return ()

    def _states(self, item: Loop) -> dict[str, Types]:
        return {key: self.types_of(state.first) for key, state in item.state.items()}

    # Places

    @cached_property
    def _positions(self) -> dict[str, Point]:
        found = ((name, position(self.graph, name)) for name in self.items)
        return {name: at for name, at in found if at is not None}

    def places(self, spots: Mapping[str, Point]) -> dict[str, Point]:
        """Give where everything is. `spots` go before the layout's places."""
        found = {**self._positions, **{n: at for n, at in spots.items() if n in self.items}}
        empty = (name for name in self.loops if not self._body(name))
        if all(name in found for name in self.shapes) and all(name in found for name in empty):
            return found
        sizes = {name: (shape.width, shape.height) for name, shape in self.shapes.items()}
        reads = sorted(
            {(end.link.node, end.node) for end in self.links if end.link.node in self.items}
        )
        placer = Placer(found, sizes, self.chains, reads)
        placer.place(self.graph.nodes)
        return placer.spots

    def box(self, name: str, placed: Mapping[str, Point]) -> Box:
        """Give a node or folded loop at its place."""
        return Box(name, *placed[name], self.shapes[name], self.chains[name][:-1])

    def frame(
        self,
        name: str,
        nodes: Mapping[str, Box],
        loops: Mapping[str, Box],
        placed: Mapping[str, Point],
    ) -> Box:
        """Give an open loop around what is in it, of which inner loops are framed already."""
        inner = (nodes.get(child) or loops.get(child) for child in self._body(name))
        body = around(box.rect for box in inner if box is not None)
        frame = framed(body) if body else None
        x, y = (frame.x, frame.y) if frame else placed.get(name, (0.0, 0.0))
        size = (frame.width, frame.height) if frame else (0.0, 0.0)
        item = self.items[name]
        assert isinstance(item, Loop)
        shape = open_loop(loop_title(name, self._look(name)), item, self._states(item), *size)
        return Box(name, x, y, shape, self.chains[name][:-1])

    def _body(self, name: str) -> Mapping[str, Item]:
        item = self.items[name]
        return item.body if isinstance(item, Loop) else {}
