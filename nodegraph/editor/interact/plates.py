"""Edits of frames and notes by the names that the scene gives them."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph import edits
from nodegraph.document import Graph
from nodegraph.editor.canvas.scene import Key, plates
from nodegraph.editor.canvas.view import Rect

_SECTIONS = {"frame": ("frames", "title"), "note": ("notes", "text")}


def place_plates(graph: Graph, rects: Mapping[Key, Rect]) -> Graph:
    """Give the graph with frames and notes at other places; what is not there is left out."""
    layout = dict(graph.layout)
    for kind, (section, words) in _SECTIONS.items():
        numbers = _numbers(graph, section, words)
        places = {numbers[n]: rect for (k, n), rect in rects.items() if k == kind and n in numbers}
        if places:
            content = list(layout[section])
            for i, rect in places.items():
                entry = {words: content[i]} if isinstance(content[i], str) else content[i]
                content[i] = {**entry, "rect": [round(side) for side in rect]}
            layout[section] = content
    return edits.set_layout(graph, layout)


def _numbers(graph: Graph, section: str, words: str) -> dict[str, int]:
    """Give which entry of the layout each frame or note is; entries that make no sense are none."""
    content = graph.layout.get(section)
    shown = [
        i
        for i, entry in enumerate(content if isinstance(content, list) else [])
        if plates(Graph(layout={section: [entry]}), section, words, 0)
    ]
    return dict(zip(plates(graph, section, words, 0), shown, strict=True))
