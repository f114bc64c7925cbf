"""The whole graph as a drawing: the canvas at its own size, everything on it, nothing around it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Loop, Node, find, walk
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.planning import Sources
from nodegraph.editor.canvas.scene import Box, Scene
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.drawing.loops import loop_ground, loop_top
from nodegraph.editor.drawing.nodes import frame_of, node_shapes
from nodegraph.editor.drawing.plates import frame_shapes, note_shapes
from nodegraph.editor.drawing.wires import wire_marks, wire_shapes
from nodegraph.editor.look.colours import THEMES, Rgba, Theme
from nodegraph.editor.look.faces import TEXT
from nodegraph.figure.shapes import (
    Area,
    Disc,
    Drawing,
    Image,
    Point,
    Polygon,
    Shape,
    Stroke,
    Words,
)
from nodegraph.views import Blend, Heatmap, Panels, Picture, Table

MARGIN = 32.0
FINE, BOLD = 4, 2
"""Pixels of a picture in a node for each unit of its side: of planes, and of lines, which would be
too thin with more."""
WHITE: Rgba = (255, 255, 255, 255)
Slot = tuple[str, str]


def graph_figure(
    graph: Graph,
    types: Mapping[str, NodeType],
    *,
    dark: bool = False,
    pictures: Mapping[Slot, Picture] | None = None,
    sources: Sources | None = None,
    caption: str = "",
    folded: Mapping[str, bool] | None = None,
    colour_map: str = "magma",
) -> Drawing:
    """Draw a document as it is laid out.

    `pictures` are those of outputs by node and output; a node shows that of its first output that
    has one, and has no room for one where it has none. `sources` are those that run through
    outputs, where they are known; `folded` goes before what the layout says.
    """
    theme, given = THEMES["dark" if dark else "light"], pictures or {}
    shown = _shown(graph, types, given)
    heights = {name: 0.0 for name in _names(graph) if name not in shown}
    scene = build(graph, types, folded=folded, pictures=heights, sources=sources)
    ground = theme.canvas if dark else WHITE
    theme = theme if dark else _on(theme, WHITE)
    shapes = list(_shapes(graph, scene, theme, shown, colour_map))
    return _framed(scene, shapes, ground, theme, caption)


def _on(theme: Theme, ground: Rgba) -> Theme:
    """Give a theme whose canvas is another ground."""
    return replace(theme, canvas=ground)


def _names(graph: Graph) -> Iterator[str]:
    return (name for name, _, _ in walk(graph.nodes))


def _shown(
    graph: Graph, types: Mapping[str, NodeType], given: Mapping[Slot, Picture]
) -> dict[str, Picture]:
    """Give the picture of each node that has one: of its first output, or a loop's first watch."""
    found: dict[str, Picture] = {}
    for name in _names(graph):
        item = find(graph, name)
        node_type = types.get(item.type) if isinstance(item, Node) else None
        outputs = [output.name for output in node_type.outputs] if node_type else []
        if isinstance(item, Loop):
            outputs = list(item.watch)
        picture = next((given[name, out] for out in outputs if (name, out) in given), None)
        if picture is not None and not isinstance(picture, Table):
            found[name] = picture
    return found


def _shapes(
    graph: Graph, scene: Scene, theme: Theme, shown: Mapping[str, Picture], colour_map: str
) -> Iterator[Shape]:
    """Draw from below: frames and notes, loops, wires, what sits on them, nodes."""
    for plate in scene.frames.values():
        yield from frame_shapes(plate, theme)
    for plate in scene.notes.values():
        yield from note_shapes(plate, theme)
    for box in scene.loops.values():
        item = find(graph, box.name)
        assert isinstance(item, Loop)
        curve = dict(box.shape.controls).get("curve")
        image = _image(box, curve, shown.get(box.name), theme, colour_map)
        yield from loop_ground(box, item, theme, image)
    for wire in scene.wires.values():
        yield from wire_shapes(wire, theme)
    for box in scene.loops.values():
        yield from loop_top(box, theme)
    for box in scene.nodes.values():
        image = _image(box, box.shape.picture, shown.get(box.name), theme, colour_map)
        yield from node_shapes(box, theme, image)
    for wire in scene.wires.values():
        yield from wire_marks(wire, theme)


def _image(
    box: Box, part: Rect | None, picture: Picture | None, theme: Theme, colour_map: str
) -> Image | None:
    """Paint the small picture of a box."""
    if part is None or picture is None:
        return None
    from nodegraph.editor.pictures.raster import raster

    place = box.world(part)
    parts = picture.pictures if isinstance(picture, Panels) else (picture,)
    fine = FINE if all(isinstance(part, (Heatmap, Blend)) for part in parts) else BOLD
    size = round(place.width * fine), round(place.height * fine)
    pixels: Any = raster(_roomy(picture), *size, theme, colour_map=colour_map)
    return Image(place, pixels)


def _roomy(picture: Picture) -> Picture:
    """Give a kernel with room around it: alone it would fill all there is."""
    if not isinstance(picture, Heatmap) or picture.name != "neighbour":
        return picture
    rows, columns = picture.data.shape
    side = max(rows, columns)
    up, across = (2 + (side - length) // 4 for length in (rows, columns))
    return replace(picture, data=np.pad(picture.data, ((up, up), (across, across))))


def _framed(scene: Scene, shapes: list[Shape], ground: Rgba, theme: Theme, caption: str) -> Drawing:
    """Put the shapes on a ground with a margin, and the caption below them."""
    rects = [frame_of(box) for box in scene.all_boxes]
    rects += [plate.rect for plate in (*scene.frames.values(), *scene.notes.values())]
    left = min((r.x for r in rects), default=0.0)
    top = min((r.y for r in rects), default=0.0)
    right = max((r.right for r in rects), default=320.0)
    bottom = max((r.bottom for r in rects), default=80.0)
    for points in (shape.points for shape in shapes if isinstance(shape, Stroke)):
        # The handles of a curve reach a little farther than the curve itself.
        left, right = min(left, *(x for x, _ in points)), max(right, *(x for x, _ in points))
        top, bottom = min(top, *(y for _, y in points)), max(bottom, *(y for _, y in points))
    wide = right - left
    size = max(TEXT.panel.size, min(wide / 64, 28.0))
    lines = textwrap.wrap(caption, max(int(wide / (0.55 * size)), 20)) if caption else []
    y = bottom + MARGIN
    for line in lines:
        shapes.append(Words((left, y + size / 2), line, size, theme.t2))
        y += 1.5 * size
    height = (y if lines else bottom) - top + 2 * MARGIN - (0.5 * size if lines else 0)
    moved = tuple(_moved(shape, MARGIN - left, MARGIN - top) for shape in shapes)
    return Drawing(wide + 2 * MARGIN, height, theme.dark, ground, moved)


def _moved(shape: Shape, dx: float, dy: float) -> Shape:
    def at(point: Point) -> Point:
        return point[0] + dx, point[1] + dy

    if isinstance(shape, (Area, Image)):
        x, y, wide, high = shape.place
        return replace(shape, place=(x + dx, y + dy, wide, high))
    if isinstance(shape, Disc):
        return replace(shape, centre=at(shape.centre))
    if isinstance(shape, (Polygon, Stroke)):
        return replace(shape, points=tuple(map(at, shape.points)))
    return replace(shape, at=at(shape.at))
