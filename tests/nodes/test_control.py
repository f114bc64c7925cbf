"""A number on a wire sets knobs."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from nodegraph import document
from nodegraph.engine.engine import Engine
from nodegraph.registry import discover
from nodegraph.values import Number
from nodes import control
from tests.commands import n


def test_it_gives_its_number() -> None:
    assert control.number(value=0.5).value == 0.5


def test_one_number_sets_knobs_of_several_nodes() -> None:
    nodes = {
        "number": n("control.number", value=-6.0),
        "tone": n("source.tone", {"level": "number"}, seconds=0.1),
        "gain": n("mix.gain", {"audio": "tone", "gain": "number"}),
    }
    graph = document.parse(json.dumps({"format": 1, "nodes": nodes}))
    result = Engine(discover()).run(graph)
    assert abs(abs(result["gain"].data).max() - 10 ** (-12 / 20)) < 1e-3


def ramped(turn: float, **knobs: Any) -> float:
    return control.ramp(Number(turn), **{"start": 10.0, "stop": 1.0, "over": 10, **knobs}).value


def test_a_ramp_goes_from_start_to_stop_and_stays_there() -> None:
    for shape in ("linear", "ratio"):
        numbers = [ramped(turn, shape=shape) for turn in range(1, 15)]
        assert numbers[0] == 10
        assert numbers[9:] == [1.0] * 5
        assert numbers[:10] == sorted(numbers[:10], reverse=True)
        assert ramped(0, shape=shape) == 10


def test_a_ramp_goes_in_equal_steps_or_equal_ratios() -> None:
    steps = [ramped(turn) for turn in range(1, 11)]
    assert [a - b for a, b in itertools.pairwise(steps)] == pytest.approx([1.0] * 9)
    ratios = [ramped(turn, shape="ratio") for turn in range(1, 11)]
    factors = [b / a for a, b in itertools.pairwise(ratios)]
    assert factors == pytest.approx([0.1 ** (1 / 9)] * 9)
    assert ramped(5, start=-4, stop=-1, shape="ratio") == pytest.approx(-(4 ** (5 / 9)))


def test_a_ramp_over_one_turn_is_at_its_end() -> None:
    assert ramped(1, over=1) == 1


@pytest.mark.parametrize("ends", [(0, 1), (1, 0), (-1, 1)])
def test_equal_ratios_across_zero_are_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="same sign"):
        ramped(2, start=ends[0], stop=ends[1], shape="ratio")
