"""Whatever is done in whatever order, the document stays one that can be written and shown."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.document import Graph, parse, read, text
from nodegraph.editor.acting import EDITS, able, act, copied, paste
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.commands import BY_ID
from nodegraph.editor.stage import Stage
from nodegraph.edits import dangling
from tests.editor.acting.stages import FILES, staged
from tests.strategies import graphs

COMMANDS = sorted(EDITS)
STEPS = 60


def checked(before: Graph, after: Graph, written: str) -> None:
    assert text(before) == written
    assert dangling(after) == []
    assert parse(text(after)) == after


def chosen(stage: Stage, draw: random.Random) -> Stage:
    """Choose a few things of any kind."""
    keys: list[Key] = [("node", name) for name in stage.order]
    keys += [("frame", name) for name in stage.scene.frames]
    keys += [("note", name) for name in stage.scene.notes]
    keys += [("wire", name) for name in stage.scene.wires]
    some = draw.sample(keys, min(len(keys), draw.choice([0, 1, 1, 2, 3, 5])))
    return replace(stage, selection=frozenset(some))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_any_acts_in_a_row_keep_the_document_whole(path: Path):
    draw = random.Random(path.stem)
    start = read(path)
    stage = staged(start)
    for _ in range(STEPS):
        stage = chosen(stage, draw)
        command = draw.choice(COMMANDS)
        key = draw.choice(BY_ID[command].keys)
        at = draw.uniform(-500, 3000), draw.uniform(-500, 1500)
        written = text(stage.graph)
        if draw.random() < 0.1:
            change = paste(stage, copied(stage), draw.choice([None, at]))
        else:
            was_able = able(command, stage)
            change = act(command, stage, key, at)
            assert was_able or change.graph is stage.graph
        checked(stage.graph, change.graph, written)
        assert "\n" not in change.said
        stage = staged(change.graph, used=stage.used | set(stage.order))
        if change.selection is not None:
            scene = stage.scene
            there = {*scene.nodes, *scene.loops, *scene.within}
            assert {name for kind, name in change.selection if kind == "node"} <= there
            assert {n for kind, n in change.selection if kind == "frame"} <= scene.frames.keys()
            assert {n for kind, n in change.selection if kind == "note"} <= scene.notes.keys()
        if len(stage.order) > 60 or not stage.order:
            stage = staged(start)


ODD = st.dictionaries(
    st.sampled_from(["nodes", "look", "frames", "notes", "base"]),
    st.none() | st.text(max_size=3) | st.lists(st.text(max_size=3) | st.integers(), max_size=3),
    max_size=3,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(), ODD, st.randoms(use_true_random=False))
def test_any_act_on_any_graph_keeps_the_document_whole(
    graph: Graph, layout: dict[str, Any], draw: random.Random
):
    graph = replace(graph, layout={**graph.layout, **layout})
    bare, written = staged(graph), text(graph)
    for command in COMMANDS:
        stage = chosen(bare, draw)
        checked(graph, act(command, stage, draw.choice(BY_ID[command].keys)).graph, written)
    stage = chosen(bare, draw)
    checked(graph, paste(stage, copied(stage)).graph, written)
