"""Cards: one for each node with a fault, the same whether asked for alone or all together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nodegraph.document import Graph, Node
from nodegraph.editor.running.board import Board, edited
from nodegraph.editor.running.cards import card, cards, troubles
from nodegraph.registry import discover


@pytest.fixture(scope="module")
def types():
    return discover()


def test_all_cards_are_the_urgent_ones_of_each_node(types):
    graph = Graph(
        nodes={
            "gone": Node("source.file", {"path": "gone.wav"}),
            "odd": Node("acme.super_mask"),
            "fine": Node("source.tone"),
            "open": Node("mix.gain"),
            "wrong": Node("source.tone", {"seconds": -1}),
        }
    )
    board = edited(Board(), Graph(), graph, types)
    single = {name: card(board, name, graph, types) for name in graph.nodes}
    urgent = {name: one for name, one in single.items() if one is not None and one.urgent}
    found = cards(board, graph, types)
    assert found.keys() == urgent.keys()
    for name, one in found.items():  # what mends is a function, equal to itself alone
        assert replace(one, fix=None) == replace(urgent[name], fix=None)
    assert {"odd", "wrong"} <= urgent.keys()
    assert not {"fine", "open"} & urgent.keys()


def test_what_runs_well_changes_no_trouble(types):
    graph = Graph(
        nodes={"fine": Node("source.tone"), "wrong": Node("source.tone", {"seconds": -1})}
    )
    board = edited(Board(), Graph(), graph, types)
    assert [name for name, *_ in troubles(board)] == ["wrong"]
