"""While a hand is at a knob the pictures follow it; once it rests, all is as if it had never moved."""

from __future__ import annotations

import pytest

from tests.window.conftest import Start
from tests.window.harness import Program
from tests.window.steps import done, settled

FOLLOWS = ("kernel_h", "median_h", "wiener", "istft")


@pytest.fixture(scope="module")
def window(start: Start) -> Program:
    """Give one program with a graph that has run, for all tests."""
    made = start("harmonic_percussive")
    made.wait(lambda s: done(s, *FOLLOWS), 90, "the graph to have run")
    return made


def test_a_knob_that_is_dragged_is_followed_and_then_run_as_a_whole(window: Program):
    before = settled(window)
    for _ in range(12):
        if "kernel_h.length" in before.widgets:
            break
        x, y, width, height = before.nodes["kernel_h"]
        window.wheel((x + width / 2, y + 3), 1)
        before = settled(window)
    x, y, width, height = before.widgets["kernel_h.length"]
    window.drag(
        (x + width / 4, y + height / 2), (x + width / 2, y + height / 2), steps=30, drop=False
    )
    window.wait(lambda s: s.live > before.live, 10, "a run that follows the hand")
    window.drop()
    # On a machine that is busy, what follows may have become heavy, and wait for Enter.
    after = window.wait(lambda s: done(s, "kernel_h") and s.idle, 60, "the whole")
    assert after.hash != before.hash
    assert after.board["stft"]["state"] in ("done", "cached")


def test_the_loop_region_limits_runs_only_when_it_is_asked_to(window: Program):
    before = settled(window)
    window.key("F7")
    assert "loop region first" in window.wait(lambda s: s.toast, 5, "a word").toast
    assert window.state().board == before.board
