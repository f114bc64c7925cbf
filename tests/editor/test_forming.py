"""What a loop at work looks like so far: what its last turn left, and a curve with room ahead."""

from __future__ import annotations

import numpy as np

from nodegraph.editor.running.forming import behind, curve
from tests.toys import graph, n

INNER = {
    "type": "loop",
    "state": {"t": {"first": "outer.s", "next": "more"}},
    "body": {"more": n("add", {"a": "inner.t"})},
}
NESTED = graph(
    x=n("one"),
    outer={
        "type": "loop",
        "state": {"s": {"first": "x", "next": "inner.t"}},
        "watch": {"cost": "inner.t"},
        "body": {"inner": INNER},
    },
)


def test_a_state_is_what_the_innermost_node_gave() -> None:
    assert behind(NESTED, ("outer", "s")) == ("more", "")
    assert behind(NESTED, ("inner", "t")) == ("more", "")


def test_other_outputs_have_nothing_behind_them() -> None:
    for slot in [("x", ""), ("outer", "cost"), ("more", ""), ("nobody", "s")]:
        assert behind(NESTED, slot) is None


def test_a_curve_leaves_room_for_the_turns_to_come() -> None:
    drawn = curve("cost", [4.0, float("nan"), 2.0], 40)
    assert (drawn.x.start, drawn.x.stop) == (1, 40)
    np.testing.assert_array_equal(drawn.lines[0].x, [1, 3])
    assert drawn.y.start < 2
    assert drawn.y.stop > 4


def test_a_curve_of_one_number_has_a_height() -> None:
    drawn = curve("cost", [0.0], 1)
    assert drawn.y.stop > drawn.y.start
    assert drawn.x.stop > drawn.x.start


def test_numbers_over_more_than_a_decade_stand_on_a_logarithmic_axis() -> None:
    assert curve("cost", [4.0, 2.0], 9).y.scale == "linear"
    assert curve("cost", [400.0, 2.0], 9).y.scale == "log"
    assert curve("cost", [400.0, -2.0], 9).y.scale == "linear"
