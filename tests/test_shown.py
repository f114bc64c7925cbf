"""What a graph shows and plays when it opens follows every edit, and is never a reason to fail."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, parse, text
from nodegraph.edits import ShownView, set_tracks, set_views, tracks, views
from nodegraph.errors import DocumentError
from tests.strategies import graphs
from tests.test_edits import KAM

POWER = ShownView(Link("power"), "loudest")
STATE = ShownView(Link("kam", "h"), other=Link("kam", "p"))


def with_layout(**layout: object) -> Graph:
    return edits.set_layout(KAM, {**KAM.layout, **layout})


@pytest.fixture
def shown() -> Graph:
    graph = set_views(KAM, [POWER, STATE])
    return set_tracks(graph, [Link("load"), Link("kam", "h"), Link("split", "", "h")])


def test_what_was_set_is_read_back_also_from_the_file(shown: Graph) -> None:
    again = parse(text(shown))
    assert views(again) == (POWER, STATE)
    assert [str(link) for link in tracks(again)] == ["load", "kam.h", "split[h]"]
    assert shown.layout["views"] == [
        {"show": "power", "kind": "loudest"},
        {"show": "kam.h", "with": "kam.p"},
    ]


def test_what_is_looked_at_first_follows_as_well() -> None:
    graph = edits.set_focus(KAM, ["power", "kam"])
    assert edits.focus(parse(text(graph))) == ("power", "kam")
    assert edits.focus(edits.rename(graph, "kam", "again")) == ("power", "again")
    assert edits.focus(edits.remove(graph, ["power"])) == ("kam",)
    assert edits.focus(edits.unwrap(graph, "kam")) == ("power",)
    assert edits.focus(with_layout(focus=["nobody", 3, "power", "power"])) == ("power",)
    assert edits.focus(KAM) == edits.focus(with_layout(focus="power")) == ()
    with pytest.raises(DocumentError):
        edits.set_focus(KAM, ["nobody"])


def test_a_graph_without_them_shows_and_plays_nothing() -> None:
    assert (views(KAM), tracks(KAM)) == ((), ())
    assert set_views(KAM, []) is KAM
    assert set_tracks(KAM, []) is KAM


def test_showing_nothing_any_more_leaves_no_trace(shown: Graph) -> None:
    assert set_tracks(set_views(shown, []), []).layout == KAM.layout


def test_the_same_entry_twice_is_one() -> None:
    assert views(set_views(KAM, [POWER, POWER])) == (POWER,)
    assert tracks(with_layout(tracks=["power", "power"])) == (Link("power"),)


@pytest.mark.parametrize(
    "link", ["nobody", "kam", "kam.nothing", "kam.iteration"], ids=lambda link: link
)
def test_what_is_not_there_is_refused_and_where_a_file_has_it_left_out(link: str) -> None:
    with pytest.raises(DocumentError):
        set_tracks(KAM, [Link.parse(link)])
    with pytest.raises(DocumentError):
        set_views(KAM, [ShownView(Link.parse(link))])
    graph = with_layout(tracks=[link, "load"], views=[{"show": link}, {"show": "power"}])
    assert tracks(graph) == (Link("load"),)
    assert views(graph) == (ShownView(Link("power")),)


def test_a_view_compared_with_what_is_not_there_is_shown_alone() -> None:
    graph = with_layout(views=[{"show": "power", "with": "nobody"}])
    assert views(graph) == (ShownView(Link("power")),)


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("kam.h"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["show", "kind", "with", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_nonsense_is_left_out_and_no_edit_minds_it(odd: object) -> None:
    graph = with_layout(views=odd, tracks=odd)
    for changed in (graph, edits.rename(graph, "kam", "loop"), edits.remove(graph, ["load"])):
        for link in (*tracks(changed), *(view.show for view in views(changed))):
            set_tracks(changed, [link])
    assert json.loads(text(graph))["layout"]["views"] == odd


def test_a_renamed_node_loop_or_state_is_followed(shown: Graph) -> None:
    graph = edits.rename(edits.rename(shown, "power", "loud"), "kam", "again")
    graph = edits.rename_state(graph, "again", "h", "held")
    assert views(graph) == (
        ShownView(Link("loud"), "loudest"),
        ShownView(Link("again", "held"), other=Link("again", "p")),
    )
    assert [str(link) for link in tracks(graph)] == ["load", "again.held", "split[h]"]


def test_what_is_removed_is_shown_and_played_no_more(shown: Graph) -> None:
    graph = edits.remove(shown, ["power", "load"])
    assert graph.layout["tracks"] == ["split[h]"]
    assert "views" not in graph.layout
    assert [str(link) for link in tracks(graph)] == ["split[h]"]
    assert views(edits.remove(shown, ["plot"])) == views(shown)


def test_a_state_that_goes_takes_its_view_along_and_a_comparison_alone(shown: Graph) -> None:
    assert views(edits.remove(shown, ["median_p"])) == (POWER, ShownView(Link("kam", "h")))
    assert views(edits.remove(shown, ["median_h"])) == (POWER,)
    assert views(edits.remove_state(shown, "kam", "p")) == (POWER, ShownView(Link("kam", "h")))


def test_a_loop_laid_open_is_shown_as_what_it_gave(shown: Graph) -> None:
    assert views(edits.unwrap(shown, "kam"))[1] == ShownView(
        Link("median_h"), other=Link("median_p")
    )


def test_a_copy_leaves_them_and_what_was_cut_and_pasted_has_them_again(shown: Graph) -> None:
    doubled, _ = edits.duplicate(shown, ["power", "kam"])
    assert (views(doubled), tracks(doubled)) == (views(shown), tracks(shown))
    clip = edits.copy(shown, ["power"])
    pasted, _ = edits.paste(edits.remove(shown, ["power"]), clip)
    assert POWER in views(pasted)
    twice, _ = edits.paste(pasted, clip)
    assert sorted(map(str, views(twice))) == sorted(map(str, views(pasted)))


@settings(max_examples=40, deadline=None)
@given(graphs(), st.data())
def test_after_any_removal_everything_shown_is_there(graph: Graph, data: st.DataObject) -> None:
    names = sorted(edits.tree.names_of(graph))
    readable = [Link(name) for name in names if edits.shown._fault(graph, Link(name)) is None]
    graph = set_tracks(set_views(graph, map(ShownView, readable)), readable)
    assert set(tracks(graph)) == set(readable)
    gone = data.draw(st.lists(st.sampled_from(names), unique=True) if names else st.just([]))
    graph = edits.remove(graph, [name for name in gone if name in names][:1])
    assert graph.layout.get("tracks", []) == [str(link) for link in tracks(graph)]
    assert len(graph.layout.get("views", [])) == len(views(graph))


def test_the_stretch_that_is_on_screen_first_is_two_times_or_none() -> None:
    assert edits.span(KAM) is None
    assert edits.span(with_layout(span=[1, 5.5])) == (1.0, 5.5)
    for odd in ([5, 1], [1], [1, 2, 3], ["1", "2"], [-1, 2], [1, 1], {"a": 1}, 3, [True, 2]):
        assert edits.span(with_layout(span=odd)) is None
