"""A table in a large view: sorted by a click, and what methods took beside their scores."""

from __future__ import annotations

import json
import math
from dataclasses import replace

from nodegraph import document
from nodegraph.declare import Many, node
from nodegraph.editor.running.board_data import Board, Shown, Wires
from nodegraph.editor.showing import Showing
from nodegraph.editor.showing.listing import Order, clicked, costs_of, ordered, with_costs
from nodegraph.engine import plan
from nodegraph.engine.costs import Cost
from nodegraph.registry import Registry
from nodegraph.values import Number, Scores
from nodegraph.views import Table
from tests.toys import TYPES, n

NAN = math.nan
TABLE = Table(
    ("source", "SDR (dB)"), (("b", 3.0), ("a", NAN), ("d", 7.0), ("c", -2.0), ("e", 3.0)), ("said",)
)


def first(table: Table) -> list[str]:
    return [str(row[0]) for row in table.rows]


def test_without_an_order_rows_stand_as_they_came():
    assert ordered(TABLE, None) is TABLE
    assert ordered(TABLE, Order("gone")) is TABLE


def test_rows_stand_in_the_order_of_a_column_and_what_is_not_defined_comes_last():
    assert first(ordered(TABLE, Order("SDR (dB)"))) == ["d", "b", "e", "c", "a"]
    assert first(ordered(TABLE, Order("SDR (dB)", False))) == ["c", "b", "e", "d", "a"]
    assert first(ordered(TABLE, Order("source", False))) == ["a", "b", "c", "d", "e"]
    assert first(ordered(TABLE, Order("source"))) == ["e", "d", "c", "b", "a"]
    assert ordered(TABLE, Order("source")).notes == ("said",)


def test_a_column_of_numbers_and_words_is_sorted_as_words():
    mixed = replace(TABLE, rows=(("a", 2.0), ("b", "none"), ("c", NAN)))
    assert first(ordered(mixed, Order("SDR (dB)", False))) == ["a", "b", "c"]


def test_clicks_on_one_head_fall_rise_and_give_the_rows_as_they_came():
    falling = clicked(None, TABLE, "SDR (dB)")
    rising = clicked(falling, TABLE, "SDR (dB)")
    assert falling == Order("SDR (dB)", True)
    assert rising == Order("SDR (dB)", False)
    assert clicked(rising, TABLE, "SDR (dB)") is None


def test_words_rise_first_and_another_head_begins_anew():
    words = clicked(Order("SDR (dB)", False), TABLE, "source")
    assert words == Order("source", False)
    assert clicked(words, TABLE, "source") == Order("source", True)


def test_each_pane_has_an_order_of_its_own():
    shown = Showing().opened(("a", "")).added(("b", "")).in_order(1, Order("SDR (dB)"))
    assert [pane.order for pane in shown.panes] == [None, Order("SDR (dB)")]
    assert shown.in_order(1, None).panes[1].order is None


# What methods took


@node("toy.compare", methods="numbers")
def compare(numbers: Many[Scores | Number]) -> Scores:
    """Compare numbers."""
    return Scores()


KNOWN = Registry([*TYPES.values(), compare.__node__])  # type: ignore[attr-defined]
NODES = {
    "x": n("one"),
    "more": n("add", {"a": "x"}),
    "how": n("compare", {"numbers": {"a": "more", "b": "x"}}),
}
GRAPH = document.parse(json.dumps({"format": 1, "nodes": NODES}))
BOARD = Board(
    nodes={
        "x": Shown("done", seconds=1.5, bytes=2_000_000),
        "more": Shown("cached", seconds=0.5, bytes=1000),
        "how": Shown("done", seconds=9.0),
    },
    wires=Wires(plan.make(GRAPH, KNOWN).edges),
)


def test_what_each_method_took_is_what_the_nodes_above_it_show():
    assert costs_of(GRAPH, KNOWN, BOARD, "how") == {
        "a": Cost(2.0, 2_000_000),
        "b": Cost(1.5, 2_000_000),
    }
    assert costs_of(GRAPH, KNOWN, BOARD, "more") == {}
    assert costs_of(GRAPH, KNOWN, BOARD, "gone") == {}


def test_costs_stand_beside_the_scores_and_can_be_sorted_by():
    told = Table(("source", "SDR (dB)"), (("a", 1.0), ("b", 2.0), ("other", 3.0)))
    table = with_costs(told, costs_of(GRAPH, KNOWN, BOARD, "how"))
    assert table.columns == ("source", "SDR (dB)", "time (s)", "memory (MB)")
    assert table.rows[:2] == (("a", 1.0, 2.0, 2.0), ("b", 2.0, 1.5, 2.0))
    assert all(math.isnan(float(cell)) for cell in table.rows[2][2:])
    assert first(ordered(table, Order("time (s)", False))) == ["b", "a", "other"]


def test_a_table_that_names_no_method_stays_as_it_is():
    assert with_costs(TABLE, {}) is TABLE
    assert with_costs(TABLE, {"x": Cost(1.0)}) is TABLE
