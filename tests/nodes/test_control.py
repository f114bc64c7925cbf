"""A number on a wire sets knobs."""

from __future__ import annotations

import json

from nodegraph import document
from nodegraph.engine.engine import Engine
from nodegraph.registry import discover
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
