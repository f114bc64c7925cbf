"""Which large views are open, what they share, and how they follow the document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nodegraph import edits
from nodegraph.document import Graph, Node
from nodegraph.editor.showing import Pane, Showing, kept
from nodegraph.editor.showing.showing import DIFFERENCE, MOST, RANGES

A, B, C = ("a", ""), ("b", "masks"), ("c", "")


def test_opening_an_output_shows_it_alone_and_opening_it_again_changes_nothing():
    one = Showing().opened(A)
    assert [pane.slot for pane in one.panes] == [A]
    assert one.opened(A) == one
    assert [pane.slot for pane in one.opened(B).panes] == [B]


def test_at_most_four_panes_stand_beside_one_another():
    many = Showing().opened(A)
    for number in range(6):
        many = many.added((f"n{number}", ""))
    assert len(many.panes) == MOST
    assert many.chosen is not None
    assert many.chosen.slot == ("n5", "")


def test_comparing_two_shows_both_and_their_difference():
    shown = Showing().compared(A, B)
    assert [(pane.slot, pane.kind, pane.other) for pane in shown.panes] == [
        (A, "", None), (B, "", None), (A, DIFFERENCE, B),
    ]  # fmt: skip


def test_closing_the_last_pane_gives_the_canvas_back_and_forgets_what_was_seen():
    shown = replace(Showing().opened(A), alone=True).at_time(0, (1.0, 2.0))
    empty = shown.closed(0)
    assert not empty.panes
    assert not empty.alone
    assert empty.shared.time is None


def test_linked_panes_see_the_same_and_one_that_is_let_go_keeps_what_it_saw():
    shown = Showing().opened(A).added(B).at_time(0, (1.0, 2.0))
    assert shown.window(1).time == (1.0, 2.0)
    apart = shown.link(1, False).at_time(0, (3.0, 4.0))
    assert apart.window(0).time == (3.0, 4.0)
    assert apart.window(1).time == (1.0, 2.0)
    assert apart.link(1, True).window(1).time == (3.0, 4.0)


def test_a_limit_of_levels_moves_alone_and_stays_in_range():
    shown = Showing().opened(A)
    higher = shown.limited(0, top=5.0)
    assert (higher.window(0).top, higher.window(0).range_db) == (5.0, 75.0)
    lower = shown.limited(0, low=-5.0)
    assert (lower.window(0).top, lower.window(0).range_db) == (0.0, 75.0)
    for _ in range(40):
        shown = shown.limited(0, low=5.0)
    assert shown.window(0).range_db == RANGES[0]


def test_a_range_of_its_own_leaves_the_others_alone():
    shown = Showing().opened(A).added(B).link(1, False).limited(1, low=-10.0)
    assert shown.window(0).range_db == 70.0
    assert shown.window(1).range_db == 80.0


def test_the_next_way_of_showing_goes_round():
    shown = Showing().opened(A)
    for kind in ("over", "spread", ""):
        shown = shown.next_kind(0, ["", "over", "spread"])
        assert shown.panes[0].kind == kind


def test_what_shows_a_node_that_is_gone_closes_and_what_compares_with_one_shows_itself():
    shown = Showing().compared(A, B)
    assert [pane.slot for pane in shown.followed({"a"}).panes] == [A, A]
    assert shown.followed({"a"}).panes[1].other is None
    assert not shown.followed(set()).panes
    assert shown.followed({"a", "b"}) is shown


def test_a_new_name_is_followed():
    shown = Showing().compared(A, B).renamed("b", "other")
    assert shown.panes[1].slot == ("other", "masks")
    assert shown.panes[2].other == ("other", "masks")
    assert shown.renamed("nobody", "x") is shown


def graph(**layout: object) -> Graph:
    made = edits.add(Graph(), "a", Node("toy.one"))
    made = edits.add(made, "b", Node("toy.two"))
    return replace(made, layout=layout)


def test_a_graph_opens_with_the_views_it_remembers():
    shown = Showing(
        (Pane(A, "drums"), Pane(("b", "masks"), kind="over", other=A, other_source="bass"))
    )
    written = kept.remembered(graph(), shown)
    assert written.layout["views"] == [
        {"show": "a[drums]"}, {"show": "b.masks", "kind": "over", "with": "a[bass]"},
    ]  # fmt: skip
    assert kept.opening(written, Showing()).panes == shown.panes


def test_forgetting_the_views_leaves_no_trace():
    written = kept.remembered(graph(), Showing((Pane(A),)))
    assert "views" not in kept.remembered(written, Showing()).layout


@pytest.mark.parametrize(
    "content",
    [None, 7, "a", [7], [{}], [{"show": 3}], [{"show": "no such"}], [{"show": "gone"}],
     [{"show": "a b"}], {"show": "a"}],
)  # fmt: skip
def test_what_makes_no_sense_is_left_out(content):
    assert not kept.opening(graph(views=content), Showing()).panes


def test_views_of_the_graph_before_are_closed():
    before = replace(Showing().opened(C), scale="mel")
    after = kept.opening(graph(), before)
    assert not after.panes
    assert after.scale == "mel"
