"""Build the scene of a document: shapes, places, frames around bodies, wires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Link, Loop, Node, walk
from nodegraph.editor.canvas.loop_shapes import folded_loop, loop_title, open_loop
from nodegraph.editor.canvas.placing import Placer, framed
from nodegraph.editor.canvas.scene import Box, Scene, plates
from nodegraph.editor.canvas.shapes import Shape, Types, node_shape
from nodegraph.editor.canvas.view import Point, around
from nodegraph.editor.canvas.wiring import Wirer, ends
from nodegraph.edits.layout import position, section
from nodegraph.values import Curve, Number


def build(
    graph: Graph,
    types: Mapping[str, NodeType],
    *,
    folded: Mapping[str, bool] | None = None,
    pictures: Mapping[str, float] | None = None,
    sources: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
    raised: Iterable[str] = (),
    spots: Mapping[str, Point] | None = None,
    old: Scene | None = None,
) -> Scene:
    """Give the scene of a document.

    `folded` goes before what the layout says on nodes and loops. `pictures` are the heights of
    picture areas, 0 for none; without one a node takes what fits its width. `sources` are those
    known to run through an output. `raised` names what lies on top, the topmost last. `spots` go
    before the layout's places, such as while a node is dragged. `old` is the scene before, from
    which shapes are taken where nothing changed.
    """
    return _Builder(graph, types, folded or {}, pictures or {}, old or Scene()).build(
        sources or {}, list(raised), spots or {}
    )


class _Builder:
    def __init__(
        self,
        graph: Graph,
        types: Mapping[str, NodeType],
        folded: Mapping[str, bool],
        pictures: Mapping[str, float],
        old: Scene,
    ) -> None:
        self.graph, self.types, self.pictures, self.old = graph, types, pictures, old
        self.looks = section(graph, "look")
        self.items: dict[str, Item] = {}
        self.chains: dict[str, tuple[str, ...]] = {}
        self.within: dict[str, str] = {}
        self.folded: dict[str, bool] = {}
        for name, item, inside in walk(graph.nodes):
            self.items[name] = item
            self.chains[name] = (*inside, name)
            self.folded[name] = bool(folded.get(name, self._look(name).get("collapsed", False)))
            holder = next((x for x in inside if self.folded[x]), None)
            if holder is not None:
                self.within[name] = holder
        self.links = [end for name, item in self.items.items() for end in ends(name, item)]
        self.made: dict[str, tuple[Any, ...]] = {}

    def build(
        self,
        sources: Mapping[tuple[str, str], tuple[str, ...]],
        raised: list[str],
        spots: Mapping[str, Point],
    ) -> Scene:
        shapes = self._shapes()
        placed = self._places(shapes, spots)
        nodes = {n: Box(n, *placed[n], shape, self.chains[n][:-1]) for n, shape in shapes.items()}
        for name in raised:
            if name in nodes:
                nodes[name] = nodes.pop(name)
        loops = self._loops(nodes, placed)
        rects = around(box.rect for box in (*nodes.values(), *loops.values()))
        scene = Scene(
            nodes,
            loops,
            plates(self.graph, "frames", "title", 0),
            plates(self.graph, "notes", "text", rects.bottom + 48 if rects else 0),
            within=self.within,
            made=self.made,
        )
        wirer = Wirer(scene, self.items, self.chains, self.looks, sources)
        return replace(scene, wires=wirer.wires(self.links))

    def _look(self, name: str) -> Mapping[str, Any]:
        look = self.looks.get(name)
        return look if isinstance(look, Mapping) else {}

    # Shapes

    def _shapes(self) -> dict[str, Shape]:
        """Shape what is drawn as one box."""
        given, read = self._extra_types()
        shapes: dict[str, Shape] = {}
        for name, item in self.items.items():
            if name in self.within or (isinstance(item, Loop) and not self.folded[name]):
                continue
            look, picture = self._look(name), self.pictures.get(name)
            if isinstance(item, Loop):
                states = self._states(name, item)
                shapes[name] = folded_loop(loop_title(name, look), item, states)
                continue
            known = self.types.get(item.type)
            arrive, leave = given.get(name, {}), read.get(name, {})
            source = (item, known, look, self.folded[name], picture, arrive, leave)
            last = self.old.made.get(name)
            if last is not None and last[1:] == source:
                self.made[name] = last
            else:
                self.made[name] = (node_shape(*source), *source)
            shapes[name] = self.made[name][0]
        return shapes

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

    def _states(self, name: str, item: Loop) -> dict[str, Types]:
        return {key: self.types_of(state.first) for key, state in item.state.items()}

    # Places

    def _places(self, shapes: Mapping[str, Shape], spots: Mapping[str, Point]) -> dict[str, Point]:
        found = {name: at for name in self.items if (at := position(self.graph, name)) is not None}
        found.update({name: at for name, at in spots.items() if name in self.items})
        if all(name in found for name in shapes) and not any(
            isinstance(item, Loop) and not item.body and name not in found
            for name, item in self.items.items()
        ):
            return found
        sizes = {name: (shape.width, shape.height) for name, shape in shapes.items()}
        reads = sorted(
            {(end.link.node, end.node) for end in self.links if end.link.node in self.items}
        )
        placer = Placer(found, sizes, self.chains, reads)
        placer.place(self.graph.nodes)
        return placer.spots

    def _loops(self, nodes: Mapping[str, Box], placed: Mapping[str, Point]) -> dict[str, Box]:
        """Frame the open loops, inner ones first; give them outer ones first."""
        loops: dict[str, Box] = {}
        for name, item in reversed(self.items.items()):
            if not isinstance(item, Loop) or self.folded[name] or name in self.within:
                continue
            inner = (nodes.get(child) or loops.get(child) for child in item.body)
            body = around(box.rect for box in inner if box is not None)
            frame = framed(body) if body else None
            x, y = (frame.x, frame.y) if frame else placed.get(name, (0.0, 0.0))
            size = (frame.width, frame.height) if frame else (0.0, 0.0)
            states = self._states(name, item)
            shape = open_loop(loop_title(name, self._look(name)), item, states, *size)
            loops[name] = Box(name, x, y, shape, self.chains[name][:-1])
        return dict(reversed(loops.items()))
