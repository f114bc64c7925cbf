"""Auto-layout: nothing overlaps, wires run to the right, the corner stays."""

from __future__ import annotations

import time
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, read, walk
from nodegraph.editor.canvas.loop_shapes import FLOOR, HEAD, INNER, LOOP_WIDTH, RAIL
from nodegraph.editor.offers.arrange import align, arrange, distribute
from nodegraph.editor.offers.ends import ends
from nodegraph.editor.offers.layers import ACROSS, BADGE, DOWN, layered
from tests.commands import ROOT
from tests.strategies import graphs, runnable_graphs
from tests.toys import TYPES

SHIPPED = sorted((ROOT / "graphs").glob("*.json"))
Box = tuple[float, float, float, float]

slow = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def sizes_of(graph: Graph) -> dict[str, tuple[int, int]]:
    """Give every node a size, and no open loop."""
    return {
        name: (176 + 8 * (len(name) % 5), 80 + 37 * (index % 7))
        for index, (name, item, _) in enumerate(walk(graph.nodes))
        if not (isinstance(item, Loop) and item.body)
    }


def boxes_of(graph: Graph, places: Any, sizes: Any) -> dict[str, Box]:
    """Give every box, that of an open loop around its body."""
    boxes: dict[str, Box] = {}
    for name, item, _ in reversed(list(walk(graph.nodes))):
        x, y = places[name]
        if name in sizes:
            boxes[name] = (x, y, x + sizes[name][0], y + sizes[name][1])
            continue
        assert isinstance(item, Loop)
        inner = [boxes[key] for key in item.body]
        right, low = max(b[2] for b in inner), max(b[3] for b in inner)
        boxes[name] = (x, y, max(right + INNER + RAIL, x + LOOP_WIDTH), low + FLOOR)
        assert min(b[0] for b in inner) == x + RAIL + INNER
        assert min(b[1] for b in inner) == y + HEAD + INNER
    return boxes


def siblings(graph: Graph) -> list[list[str]]:
    inner = [list(item.body) for _, item, _ in walk(graph.nodes) if isinstance(item, Loop)]
    return [list(graph.nodes), *inner]


def assert_apart(graph: Graph, boxes: dict[str, Box]) -> None:
    for names in siblings(graph):
        for one, other in combinations(names, 2):
            a, b = boxes[one], boxes[other]
            across = max(b[0] - a[2], a[0] - b[2])
            down = max(b[1] - a[3], a[1] - b[3])
            assert across >= ACROSS or down >= DOWN, (one, other, a, b)


def assert_rightwards(graph: Graph, boxes: dict[str, Box]) -> None:
    chains = {name: (*path, name) for name, _, path in walk(graph.nodes)}
    for end, link in ends(graph):
        source, reader = chains[link.node], chains[end.node]
        for one, other in zip(source, reader, strict=False):
            if one != other:
                assert boxes[one][2] + ACROSS <= boxes[other][0], (link, end)
                break


@slow
@given(graphs())
def test_nothing_overlaps_in_any_graph_even_one_that_cannot_run(graph: Graph):
    sizes = sizes_of(graph)
    assert_apart(graph, boxes_of(graph, arrange(graph, sizes), sizes))


@slow
@given(runnable_graphs(TYPES, max_nodes=14))
def test_every_wire_runs_from_left_to_right_outside_loops(graph: Graph):
    sizes = sizes_of(graph)
    boxes = boxes_of(graph, arrange(graph, sizes), sizes)
    assert_apart(graph, boxes)
    assert_rightwards(graph, boxes)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_graph_is_laid_out_well(path: Any):
    graph = read(path)
    sizes = sizes_of(graph)
    boxes = boxes_of(graph, arrange(graph, sizes), sizes)
    assert_apart(graph, boxes)
    assert_rightwards(graph, boxes)


@slow
@given(graphs(min_nodes=1), st.data())
def test_a_selection_keeps_its_corner_and_the_rest_stays(graph: Graph, data: st.DataObject):
    names = data.draw(st.lists(st.sampled_from(sorted(graph.nodes)), min_size=1, unique=True))
    points = st.tuples(st.integers(-500, 500), st.integers(-500, 500))
    placed = edits.move(graph, {name: data.draw(points) for name, _, _ in walk(graph.nodes)})
    placed = edits.set_layout(placed, {**placed.layout, "look": {}})
    flat = {name: (200, 100) for name, _, _ in walk(graph.nodes)}  # every loop is folded
    found = arrange(placed, flat, names)
    spots = placed.layout["nodes"]
    assert found.keys() == set(names)
    for axis in (0, 1):
        assert min(at[axis] for at in found.values()) == min(spots[n][axis] for n in names)


def test_an_open_loop_keeps_the_corner_of_its_frame():
    graph = read(ROOT / "graphs" / "kernel_additive.json")
    sizes = sizes_of(graph)
    laid = edits.move(graph, arrange(graph, sizes))
    assert arrange(laid, sizes) == arrange(edits.move(laid, arrange(laid, sizes)), sizes)
    found = arrange(laid, sizes, ["kam"])
    assert found["kam"] == tuple(laid.layout["nodes"]["kam"])


@slow
@given(graphs())
def test_the_same_graph_is_laid_out_the_same(graph: Graph):
    again = parse_again(graph)
    assert arrange(graph, sizes_of(graph)) == arrange(again, sizes_of(graph))


def parse_again(graph: Graph) -> Graph:
    return Graph(dict(graph.nodes), graph.title, graph.about, dict(graph.layout))


def test_crossings_that_can_be_undone_are_undone():
    boxes = dict.fromkeys(("a", "b", "c", "x", "y", "z"), (100.0, 50.0))
    found = layered(boxes, [("a", "z"), ("b", "y"), ("c", "x"), ("a", "y")])
    height = {name: at[1] for name, at in found.items()}
    assert (height["a"] < height["b"]) == (height["z"] < height["y"])
    assert (height["b"] < height["c"]) == (height["y"] < height["x"])


def test_a_chain_is_a_straight_line():
    boxes = {"a": (100.0, 300.0), "b": (100.0, 50.0), "c": (100.0, 120.0)}
    found = layered(boxes, [("a", "b"), ("b", "c")])
    assert len({y for _, y in found.values()}) == 1


def test_a_wire_passes_a_box_by_and_does_not_run_through_it():
    boxes = {"a": (100.0, 100.0), "b": (100.0, 400.0), "c": (100.0, 100.0)}
    found = layered(boxes, [("a", "b"), ("b", "c"), ("a", "c")])
    assert found["b"][0] == found["a"][0] + 100 + ACROSS


def test_a_badge_gets_more_room():
    boxes = {"a": (100.0, 50.0), "b": (100.0, 50.0), "c": (100.0, 50.0)}
    found = layered(boxes, [("a", "b"), ("b", "c")], [("a", "b")])
    assert found["b"][0] - 100 == BADGE
    assert found["c"][0] - found["b"][0] - 100 == ACROSS


def test_a_source_stands_beside_what_reads_it():
    boxes = dict.fromkeys("abcdk", (100.0, 50.0))
    found = layered(boxes, [("a", "b"), ("b", "c"), ("c", "d"), ("k", "d")])
    assert found["k"][0] == found["c"][0]


def test_a_circle_is_laid_out_all_the_same():
    boxes = dict.fromkeys("abc", (100.0, 50.0))
    found = layered(boxes, [("a", "b"), ("b", "c"), ("c", "a")])
    assert len(set(found.values())) == 3


@pytest.mark.alone
def test_two_hundred_nodes_are_laid_out_at_once():
    nodes = {f"n{i}": Node("a", {}, {"x": Link(f"n{i * 7 % i}")} if i else {}) for i in range(200)}
    nodes |= {
        f"m{i}": Node("a", {}, {"x": Link(f"n{i}"), "y": Link(f"n{i // 2}")}) for i in range(100)
    }
    graph = Graph(nodes)
    start = time.perf_counter()
    arrange(graph, sizes_of(graph))
    assert time.perf_counter() - start < 2


PLACES = {"a": (0.0, 0.0), "b": (300.0, 50.0), "c": (120.0, 400.0)}
SIZES = {"a": (100.0, 50.0), "b": (200.0, 80.0), "c": (60.0, 60.0)}


@pytest.mark.parametrize(
    ("side", "value"),
    [("left", 0), ("right", 500), ("top", 0), ("bottom", 460), ("centre", 250), ("middle", 230)],
)
def test_aligned_nodes_share_a_line(side: Any, value: float):
    axis = 0 if side in ("left", "right", "centre") else 1
    part = {"left": 0, "top": 0, "right": 1, "bottom": 1}.get(side, 0.5)
    found = align(PLACES, SIZES, side)
    assert {at[axis] + part * SIZES[name][axis] for name, at in found.items()} == {value}
    assert all(found[name][1 - axis] == PLACES[name][1 - axis] for name in PLACES)


def test_distributed_nodes_have_even_gaps_and_the_ends_stay():
    places = {"a": (0.0, 7.0), "b": (700.0, 7.0), "c": (150.0, 9.0)}
    found = distribute(places, SIZES, "across")
    order = sorted(found, key=lambda name: found[name][0])
    gaps = {found[b][0] - found[a][0] - SIZES[a][0] for a, b in pairwise(order)}
    assert len(gaps) == 1
    assert (found["a"], found["b"]) == (places["a"], places["b"])
    assert found["c"][1] == 9


def test_distributed_nodes_do_not_overlap_where_room_is_short():
    found = distribute({"a": (0.0, 0.0), "b": (5.0, 3.0), "c": (9.0, 1.0)}, SIZES, "down")
    order = sorted(found, key=lambda name: found[name][1])
    assert all(found[b][1] - found[a][1] - SIZES[a][1] == DOWN for a, b in pairwise(order))


def test_nothing_to_arrange_is_no_fault():
    assert arrange(Graph(), {}) == {}
    assert align({}, {}, "left") == {}
    assert distribute({"a": (1, 2)}, SIZES, "down") == {"a": (1, 2)}
