"""Large views: opened, looked at closer, marked, and what becomes of it in the document."""

from __future__ import annotations

from typing import Any

import pytest

from nodegraph.document import Link, Node, find
from nodegraph.marks import Box, parse
from tests.window.conftest import Start
from tests.window.harness import Program, State
from tests.window.steps import done, graph, names

SIZE = (1600, 1000)


def opened(program: Program, name: str, *wanted: str) -> State:
    """Wait until a shipped graph is shown and these nodes are through."""
    return program.wait(lambda s: s.idle and done(s, *wanted), 60, f"{name} to be done")


def choose(program: Program, *nodes: str) -> None:
    """Click nodes, one after another."""
    for number, name in enumerate(nodes):
        x, y, width, _ = program.state().nodes[name]
        held = ("shift",) if number else ()
        program.click((x + width / 3, y + 6), held=held)
    wanted = {f"node:{name}" for name in nodes}
    program.wait(lambda s: set(s.selection) == wanted, 5, f"{wanted} to be chosen")


def seen(state: State, pane: int = 0) -> dict[str, Any]:
    """Give what a pane shows."""
    return dict(state.views[pane])


def stretch(state: State) -> float:
    """Give how many seconds a pane shows."""
    start, stop = seen(state)["span"]
    return float(stop - start)


def pictured(program: Program, count: int = 1) -> State:
    """Wait until so many panes show their pictures, and nothing is on its way."""
    return program.wait(
        lambda s: (
            s.idle
            and len(s.views) == count
            and all(view["pictures"] and not view["waiting"] for view in s.views)
        ),
        30,
        f"pictures in {count} panes",
    )


def within(state: State, place: str, across: float, down: float) -> tuple[float, float]:
    """Give a point of a place by its shares."""
    x, y, width, height = state.places[place]
    return x + across * width, y + down * height


@pytest.fixture(scope="module")
def _positions(start: Start) -> Program:
    """Give one program for all tests that look at pan positions."""
    window = start("pan_histogram")
    window.wait(lambda s: "histogram" in s.nodes, 30, "the graph")
    return window


@pytest.fixture
def histogram(_positions: Program) -> Program:
    """The graph of pan positions, all of it done, and nothing large beside it."""
    window = _positions
    while "*" in window.state().title:
        before = window.state().hash
        window.key("ctrl+z")
        window.wait(lambda s, b=before: s.hash != b, 10, "a step taken back")
    state = window.wait(lambda s: s.idle and s.board["mask"]["state"] != "idle", 90, "a run")
    if not done(state, "mask", "apply"):
        window.key("Return")  # on a slow computer what follows a knob waits to be asked
    window.wait(lambda s: s.idle and done(s, "mask", "apply"), 90, "everything to be done")
    bare(window)
    return window


def bare(window: Program) -> None:
    """Close what the graph opens with, and show all of it."""
    for _ in range(len(window.state().views)):
        window.key("alt+v")
    state = window.wait(lambda s: not s.views and s.canvas[2] > 600, 5, "no large view")
    window.move((state.canvas[0] + 40, state.canvas[1] + 40))
    window.key("Home")
    window.wait_frames(12)


def test_an_output_opens_large_is_looked_at_closer_and_closes(histogram: Program):
    window = histogram
    choose(window, "stft")
    window.key("v")
    whole = pictured(window)
    assert seen(whole)["slot"] == ("stft", "")
    assert seen(whole)["pictures"] == ("Heatmap",)
    assert whole.places["view"][0] > whole.canvas[0] + whole.canvas[2] - 2
    assert "inspector" not in whole.places

    window.wheel(within(whole, "view.0.plot0", 0.5, 0.5), 5)
    near = window.wait(
        lambda s: stretch(s) < 0.5 * stretch(whole) and seen(s)["sharp"] and s.idle,
        20,
        "a closer picture",
    )
    (start, stop), (first, last) = seen(near)["span"], seen(whole)["span"]
    assert (start + stop) / 2 == pytest.approx((first + last) / 2, abs=0.2)

    window.wheel(within(whole, "view.0.plot0", 0.5, 0.5), 3, held=("shift",))
    window.wait(lambda s: seen(s)["pitch"][1] < 0.8 * seen(whole)["pitch"][1], 5, "fewer Hz")
    before = seen(window.state())["span"]
    window.drag(within(whole, "view.0.plot0", 0.7, 0.5), within(whole, "view.0.plot0", 0.4, 0.5), 2)
    window.wait(lambda s: seen(s)["span"][0] > before[0] + 0.5, 5, "a later stretch")

    window.move(within(whole, "view.0.plot0", 0.3, 0.6))
    told = window.wait(lambda s: "Hz" in seen(s)["readout"], 5, "a readout")
    assert "dB" in seen(told)["readout"]
    window.key("Home")
    window.wait(lambda s: seen(s)["span"] == seen(whole)["span"], 5, "all of it")
    window.key("f")
    alone = window.wait(lambda s: s.canvas[2] == 0, 5, "the view alone")
    assert alone.places["view"][2] > 1500
    window.key("f")
    window.wait(lambda s: s.canvas[2] > 0, 5, "the canvas again")
    window.click(window.state().buttons["view.0.close"])
    window.wait(lambda s: not s.views and "view" not in s.places, 5, "no view")


def test_a_click_plays_from_there_and_the_limits_move(histogram: Program):
    window = histogram
    choose(window, "stft")
    window.key("v")
    state = pictured(window)
    window.click(within(state, "view.0.plot0", 0.5, 0.5))
    window.wait(lambda s: abs(s.seconds - 9.6) < 0.5, 5, "the playhead in the middle")
    window.move(within(state, "view.0.plot0", 0.5, 0.5))
    window.key("d", "d")
    window.wait(lambda s: seen(s)["range"] == (-80, 0), 5, "a lower limit")
    window.key("shift+u")
    window.wait(lambda s: seen(s)["range"] == (-80, 5), 5, "a higher limit")


def test_a_peak_that_is_dragged_sets_the_knob_and_the_masks_follow(histogram: Program):
    window = histogram
    choose(window, "histogram")
    window.key("v")
    state = window.wait(lambda s: len([p for p in s.places if p.startswith("peak:")]) == 3, 20, "")
    before = state.hash
    first = min(
        (p for p in state.places if p.startswith("peak:")), key=lambda p: state.places[p][0]
    )
    x, y, width, height = state.places[first]
    plot = state.places["view.0.plot0"]
    window.drag((x + width / 2, y + height / 2), (x + plot[2] * 8 / 90, y + height / 2))
    after = window.wait(lambda s: s.hash != before and done(s, "mask"), 30, "another mask")
    at = [float(word) for word in find(graph(after), "peaks").params["at"].split()]
    assert at[0] == pytest.approx(28, abs=1.5)
    assert at[1:] == pytest.approx([44.8, 70.0], abs=0.3)
    window.key("ctrl+z")
    window.wait(lambda s: s.hash == before, 5, "one step to undo")


def test_a_slice_of_the_histogram_is_heard(histogram: Program):
    window = histogram
    choose(window, "histogram")
    window.key("v")
    state = pictured(window)
    assert seen(state)["pictures"] == ("Curves", "Heatmap")
    window.drag(within(state, "view.0.plot0", 0.70, 0.6), within(state, "view.0.plot0", 0.85, 0.6))
    window.wait(lambda s: "slice" in s.places and s.auditioned == "histogram", 10, "a slice")
    window.key("Escape")
    window.wait(lambda s: "slice" not in s.places and not s.auditioned, 5, "no slice")


def test_a_box_is_heard_at_once_and_becomes_a_mask_on_enter(histogram: Program):
    window = histogram
    choose(window, "stft")
    window.key("v")
    state = pictured(window)
    before = state.hash
    window.drag(within(state, "view.0.plot0", 0.40, 0.4), within(state, "view.0.plot0", 0.60, 0.7))
    window.wait(lambda s: seen(s)["marks"] == 1 and s.auditioned == "stft", 10, "a box")
    window.key("Return")
    made = window.wait(lambda s: s.hash != before, 5, "a node")
    assert not made.auditioned
    (name,) = names(made) - names(state)
    node = find(graph(made), name)
    assert isinstance(node, Node)
    assert Link("stft") in node.inputs.values()
    (box,) = parse(node.params["marks"])
    assert isinstance(box, Box)
    assert box.start == pytest.approx(7.7, abs=0.3)
    assert box.stop == pytest.approx(11.5, abs=0.3)
    assert made.selection == (f"node:{name}",)
    window.wait(lambda s: done(s, name), 30, "the mask")
    window.key("ctrl+z")
    window.wait(lambda s: s.hash == before, 5, "one step to undo")


def test_a_brush_adds_and_escape_forgets(histogram: Program):
    window = histogram
    choose(window, "stft")
    window.key("v")
    state = pictured(window)
    window.click(state.buttons["view.0.tool.brush"])
    for down in (0.4, 0.6):
        window.drag(
            within(state, "view.0.plot0", 0.3, down), within(state, "view.0.plot0", 0.6, down)
        )
    window.wait(lambda s: seen(s)["marks"] == 2, 5, "two strokes")
    window.key("Escape")
    window.wait(lambda s: seen(s)["marks"] == 0 and not s.auditioned, 5, "none")


def test_two_outputs_stand_side_by_side_with_their_difference(program: Start):
    window = program("binary_vs_soft")
    window.wait(lambda s: "apply_soft" in s.nodes, 30, "the graph")
    window.wait(lambda s: s.idle and done(s, "apply_soft", "apply_binary"), 90, "all to be done")
    bare(window)
    choose(window, "apply_soft", "apply_binary")
    window.key("shift+v")
    state = pictured(window, 3)
    assert seen(state, 2)["kind"] == "difference"
    left, right = state.places["view.0"], state.places["view.1"]
    assert left[1] == right[1]
    window.wheel(within(state, "view.0.plot0", 0.5, 0.5), 4)
    near = window.wait(
        lambda s: seen(s)["span"] != seen(state)["span"] and s.idle, 20, "a closer look"
    )
    assert len({view["span"] for view in near.views}) == 1
    window.click(near.buttons["view.1.link"])
    alone = window.wait(lambda s: not seen(s, 1)["linked"], 5, "a pane by itself")
    window.wheel(within(near, "view.0.plot0", 0.5, 0.5), 2)
    apart = window.wait(lambda s: seen(s)["span"] != seen(alone)["span"], 5, "closer still")
    assert seen(apart, 1)["span"] == seen(alone, 1)["span"]


def test_a_part_of_a_factorisation_is_heard_when_it_is_clicked(program: Start):
    window = program("nmf_drums")
    window.wait(lambda s: "nmf" in s.nodes, 30, "the graph")
    window.wait(lambda s: s.idle and done(s, "nmf"), 90, "the factorisation")
    choose(window, "nmf")
    if [view["slot"][0] for view in window.state().views] != ["nmf"]:
        window.key("v")
    state = pictured(window)
    rows = sorted(place for place in state.places if place.startswith("part:"))
    assert len(rows) == 3
    window.click(state.places[rows[1]])
    window.wait(lambda s: s.auditioned == "nmf", 10, "the part")
    window.click(state.places[rows[1]])
    window.wait(lambda s: not s.auditioned, 5, "the tracks again")


def test_a_click_on_a_moment_lights_up_those_that_are_like_it(program: Start):
    window = program("repet_sim")
    window.wait(lambda s: len(s.views) == 4, 30, "the graph")
    state = pictured(window, 4)
    window.wait(lambda s: s.loaded, 30, "the sound")
    window.click(within(state, "view.2.plot0", 0.55, 0.5))
    lit = window.wait(lambda s: seen(s, 2)["alike"] >= 2, 5, "moments that are alike")
    assert [bool(view["alike"]) for view in lit.views] == [True, False, True, True]
    marks = seen(lit, 2)["alike"]
    window.click(within(state, "view.2.plot0", 0.05, 0.5))
    window.wait(lambda s: seen(s, 2)["alike"] not in (0, marks), 5, "others")
