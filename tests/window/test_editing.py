"""Choosing, copying, looping, typing: what a user does all day."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nodegraph.document import Loop, find
from tests.window.conftest import Start
from tests.window.harness import Program
from tests.window.steps import add, empty, graph, names, ready, settled, spot, wire

SIZE = (1600, 1000)


def test_a_box_chooses_and_what_is_copied_is_pasted_into_a_second_window(program: Start):
    first = program()
    state = empty(first)
    first.wheel(spot(state, 0.5, 0.5), -2)
    settled(first)
    song = add(first, "Demo song", 0.2, 0.2)
    stft = add(first, "STFT", 0.5, 0.2)
    state = wire(first, f"{song}.out.mixture", f"{stft}.in.audio")
    first.drag(spot(state, 0.05, 0.05), spot(state, 0.95, 0.95), steps=10)
    first.wait(lambda s: set(s.selection) >= {f"node:{song}", f"node:{stft}"}, 3, "both chosen")
    first.key("ctrl+c")
    second = program()
    empty(second)
    second.front()
    second.move(spot(second.state(), 0.4, 0.4))
    second.key("ctrl+v")
    pasted = second.wait(lambda s: len(names(s)) == 2, 5, "what was copied")
    assert {item.type for item in graph(pasted).nodes.values()} == {"source.song", "transform.stft"}
    assert len(pasted.selection) == 2


def test_three_nodes_are_wrapped_in_a_loop_and_taken_out_again(desk: Program):
    window = desk
    state = empty(window)
    window.wheel(spot(state, 0.5, 0.5), -2)
    settled(window)
    made = [add(window, "Gain", 0.15 + 0.25 * k, 0.3) for k in range(3)]
    for one, other in pairwise(made):
        wire(window, f"{one}.out.", f"{other}.in.audio")
    before = window.state()
    window.move(spot(before, 0.5, 0.9))
    window.key("ctrl+a")
    window.wait(lambda s: len(s.selection) >= 3, 3, "all chosen")
    window.key("ctrl+l")
    wrapped = window.wait(lambda s: len(names(s)) == 4, 3, "the loop")
    (loop,) = names(wrapped) - set(made)
    item = find(graph(wrapped), loop)
    assert isinstance(item, Loop)
    assert set(item.body) == set(made)
    window.wait_frames(5)
    window.screenshot("wrapped")
    window.key("ctrl+z")
    window.wait(lambda s: s.hash == before.hash, 3, "the graph before")


def test_undo_inside_a_text_field_is_the_fields_own(desk: Program):
    window = desk
    state = empty(window)
    picture = add(window, "Save picture", 0.3, 0.2)
    before = window.wait_frames(5)
    field = before.widgets[f"{picture}.name"]
    window.click(field)
    window.type("abc", f"{picture}.name")
    window.key("ctrl+z")
    after = window.wait_frames(5)
    assert picture in names(after), "the node was undone while its text was typed"
    window.key("Return")
    window.click(spot(state, 0.9, 0.9))
    window.wait_frames(3)
    window.key("ctrl+z", "ctrl+z")
    window.wait(lambda s: picture not in names(s), 3, "undo outside of the field")


def test_a_knob_that_is_dragged_is_one_step(desk: Program):
    window = desk
    empty(window)
    gain = add(window, "Gain", 0.3, 0.2)
    before = window.wait_frames(5)
    x, y, width, height = before.widgets[f"{gain}.gain"]
    window.drag((x + width / 2, y + height / 2), (x + width * 0.9, y + height / 2), steps=10)
    moved = window.wait(lambda s: s.hash != before.hash, 3, "another gain")
    assert set(moved.nodes) == set(before.nodes)
    window.key("ctrl+z")
    window.wait(lambda s: s.hash == before.hash, 3, "one step back")


@pytest.mark.parametrize(
    ("keys", "popup"),
    [("question", "keys"), ("ctrl+shift+p", "commands"), ("ctrl+comma", "settings")],
)
def test_a_key_opens_what_it_should_and_escape_closes_it(desk: Program, keys: str, popup: str):
    window = desk
    ready(window)
    window.move((800, 500))
    window.key(keys)
    window.wait(lambda s: s.popup == popup, 3, popup)
    window.wait_frames(3)
    window.screenshot(popup)
    window.key("Escape")
    window.wait(lambda s: s.popup != popup, 3, "it to close")
    window.display.hand("key", keys)  # what is held is let go first, and counts all the same
    window.wait(lambda s: s.popup == popup, 3, f"{popup} again")
    window.key("Escape")
    window.wait(lambda s: s.popup != popup, 3, "it to close")


def test_a_paste_from_an_empty_clipboard_does_no_harm(desk: Program):
    window = desk
    state = empty(window)
    window.move(spot(state, 0.4, 0.4))
    window.key("ctrl+v")
    window.wait(lambda s: "clipboard is empty" in s.toast, 5, "that there is nothing")
    add(window, "Demo song", 0.3, 0.3)
    window.key("ctrl+a", "ctrl+c", "ctrl+v")
    window.wait(lambda s: len(names(s)) == 2, 5, "a copy")
