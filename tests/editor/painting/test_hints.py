"""What is said beside the hand, and how much of a node is drawn at a zoom."""

from __future__ import annotations

from nodegraph.document import Graph, Loop, Node
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.interact.overlay import Overlay
from nodegraph.editor.window.canvas.detail import picture_place
from nodegraph.editor.window.canvas.hints import drop_words
from nodegraph.registry import discover

TYPES = discover()
GRAPH = Graph(
    {"song": Node("source.song"), "kam": Loop(), "two": Loop()},
    layout={"nodes": {"song": [0, 0], "kam": [400, 0], "two": [400, 600]}},
)
SCENE = build(GRAPH, TYPES)


def test_the_pointer_says_what_becomes_of_nodes_that_are_let_go():
    assert drop_words(Overlay(GRAPH), SCENE) == ""
    assert drop_words(Overlay(GRAPH, loop="kam"), SCENE) == "into Kam"
    assert drop_words(Overlay(GRAPH, leaving="kam"), SCENE) == "out of Kam"
    assert drop_words(Overlay(GRAPH, loop="two", leaving="kam"), SCENE) == "out of Kam, into Two"


def test_where_no_words_can_be_read_the_picture_has_their_room():
    shape = SCENE.nodes["song"].shape
    near, far = picture_place(shape, "full"), picture_place(shape, "drawn")
    assert near == shape.picture
    assert near is not None
    assert far is not None
    assert shape.footer is not None
    assert far.height > near.height
    room = Rect(0, shape.header.bottom, shape.width, shape.footer.y - shape.header.bottom)
    assert room.encloses(far)
