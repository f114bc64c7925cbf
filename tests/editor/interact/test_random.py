"""Whatever the mouse does on whatever graph: nothing raises, and every edit leaves a good document."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import document, edits
from nodegraph.document import Graph, read
from nodegraph.editor.canvas.view import View
from nodegraph.editor.interact.events import (
    Button,
    Cancel,
    Event,
    Held,
    Move,
    Press,
    Release,
    Wheel,
)
from nodegraph.editor.interact.intents import Edit
from nodegraph.editor.interact.machine import step
from nodegraph.editor.interact.states import Resting
from nodegraph.registry import discover
from tests.commands import ROOT
from tests.editor.interact.hand import Hand
from tests.strategies import graphs, runnable_graphs
from tests.toys import TYPES as TOYS

TYPES = discover()
FILES = sorted((ROOT / "graphs").glob("*.json"))
SIZE = (1200.0, 700.0)


def place(chance: random.Random, hand: Hand) -> tuple[float, float]:
    """Most places mean something: a port, a head, a wire, a corner."""
    scene, kind = hand.stage.scene, chance.random()
    if kind < 0.45 and len(scene.anchors.centres):
        centre = chance.choice(scene.anchors.centres.tolist())
        return hand.view.to_screen((centre[0] + chance.uniform(-6, 6), centre[1]))
    if kind < 0.75 and scene.all_boxes:
        rect = chance.choice(scene.all_boxes).rect
        share = chance.choice([0.02, 0.3, 0.98])
        height = min(chance.uniform(0, rect.height), chance.choice([16.0, 60.0, 1e6]))
        return hand.view.to_screen((rect.x + share * rect.width, rect.y + height))
    if kind < 0.85 and scene.wire_list:
        return hand.view.to_screen(chance.choice(chance.choice(scene.wire_list).points))
    plates = [*scene.frames.values(), *scene.notes.values()]
    if kind < 0.9 and plates:
        rect = chance.choice(plates).rect
        return hand.view.to_screen((rect.right - chance.choice([3, 50]), rect.bottom - 3))
    return chance.uniform(0, SIZE[0]), chance.uniform(0, SIZE[1])


def event(chance: random.Random, hand: Hand) -> Event:
    at = place(chance, hand)
    held = Held(*(chance.random() < 0.1 for _ in range(4)))
    button: Button = chance.choices(("left", "middle", "right"), (8, 1, 1))[0]
    kind = chance.random()
    rest = isinstance(hand.state, Resting)
    if kind < (0.5 if rest else 0.05):
        return Press(at, button, held, chance.random() < 0.15)
    if kind < (0.6 if rest else 0.4):
        return Release(at, button, held)
    if kind > 0.97:
        return Cancel() if kind > 0.99 else Wheel(at, chance.randint(-4, 4), held)
    return Move(at, held)


def wander(graph: Graph, types: Any, seed: int, events: int) -> Hand:
    before = document.text(graph)
    chance, hand = random.Random(seed), Hand(graph, types, View(size=SIZE))
    if hand.stage.scene.bounds:
        hand.view = hand.view.fitted(hand.stage.scene.bounds)
        hand.stage = hand._stage()
    for _ in range(events):
        one, stage, state = event(chance, hand), hand.stage, hand.state
        first = step(state, one, stage)
        left, asked = step(state, Cancel(), stage)
        assert isinstance(left, Resting)
        assert not any(isinstance(intent, Edit) for intent in asked)
        now = document.text(stage.graph) if chance.random() < 0.05 else ""
        new = hand.send(one)
        assert hand.state == first[0]
        assert [type(i) for i in new] == [type(i) for i in first[1]]
        assert not now or document.text(stage.graph) == now
        _ = hand.overlay
    assert document.text(graph) == before
    return hand


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_thousand_events_on_a_shipped_graph(path: Any):
    graph = replace(
        read(path),
        layout={
            **read(path).layout,
            "frames": [{"rect": [0, 0, 500, 400], "title": "all"}, 7, {"rect": [9, 9, 90, 90]}],
            "notes": ["words", {"rect": [600, 0, 200, 90], "text": "more"}],
        },
    )
    assert wander(graph, TYPES, len(path.stem), 1000).edits > 10


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(), st.integers(0, 9))
def test_events_on_any_graph(graph: Graph, seed: int):
    wander(graph, TYPES, seed, 120)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(runnable_graphs(TOYS), st.integers(0, 9))
def test_events_on_any_graph_that_runs(graph: Graph, seed: int):
    wander(graph, TOYS, seed, 120)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(min_nodes=2), st.integers(0, 9))
def test_a_document_that_changes_under_the_hand_ends_the_gesture(graph: Graph, seed: int):
    chance, hand = random.Random(seed), Hand(graph, TYPES, View(size=SIZE))
    for _ in range(60):
        hand.send(event(chance, hand))
        if chance.random() < 0.15 and hand.graph.nodes:
            hand.graph = edits.remove(hand.graph, [chance.choice(list(hand.graph.nodes))])
            hand.stage = hand._stage()
