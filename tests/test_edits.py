"""Every edit gives a new graph, leaves the old one alone, and never one that cannot be saved."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.declare import NodeType, Param, node
from nodegraph.document import (
    MAX_DEPTH,
    Graph,
    Link,
    Loop,
    Node,
    find,
    fingerprint,
    parse,
    text,
    walk,
)
from nodegraph.errors import DocumentError
from nodegraph.values import Audio
from tests.strategies import changes, graphs

KAM = parse(
    json.dumps(
        {
            "format": 1,
            "nodes": {
                "load": {"type": "source.file", "params": {"path": "song.wav"}},
                "stft": {"type": "transform.stft", "inputs": {"audio": "load"}},
                "power": {"type": "transform.power", "inputs": {"spectrogram": "stft"}},
                "kam": {
                    "type": "loop",
                    "params": {"iterations": 5, "tolerance": 0.0, "until": "change"},
                    "state": {
                        "h": {"first": "power", "next": "median_h"},
                        "p": {"first": "power", "next": "median_p"},
                    },
                    "watch": {"change": "moved"},
                    "body": {
                        "split": {
                            "type": "mask.wiener",
                            "inputs": {
                                "mixture": "stft",
                                "sources": {"harmonic": "kam.h", "percussive": "kam.p"},
                            },
                        },
                        "median_h": {"type": "kernel.median", "inputs": {"power": "split[h]"}},
                        "median_p": {"type": "kernel.median", "inputs": {"power": "split[p]"}},
                        "moved": {"type": "measure.change", "inputs": {"power": "median_h"}},
                    },
                },
                "plot": {"type": "view.curve", "inputs": {"curve": "kam.change"}},
                "out": {"type": "output.stems", "inputs": {"audio": "kam.h", "extra": "split"}},
            },
            "layout": {"nodes": {"stft": [10, 20], "power": [30, 5]}, "look": {"stft": {"c": 1}}},
        }
    )
)


class Pair(NamedTuple):
    mixture: Audio
    stems: Audio


@node("source.file", replaces=("old.load",))
def load_file(*, path: Annotated[str, Param(path="file")] = "", gain: float = 1.0) -> Audio:
    """Load."""
    raise NotImplementedError


@node("source.stems")
def load_stems(*, path: Annotated[str, Param(path="folder")] = "", rate: int = 0) -> Pair:
    """Load."""
    raise NotImplementedError


@node("demo.song")
def song(*, seconds: float = 5.0) -> Pair:
    """Make."""
    raise NotImplementedError


@node("mix.gain", replaces=("old.gain",))
def gain(audio: Audio, *, decibels: float = 0.0) -> Audio:
    """Turn up."""
    raise NotImplementedError


TYPES: dict[str, NodeType] = {
    function.__node__.id: function.__node__ for function in (load_file, load_stems, song, gain)
}


def refused(match: str):  # type: ignore[no-untyped-def]
    return pytest.raises(DocumentError, match=match)


def params(graph: Graph, name: str) -> dict[str, object]:
    return dict(find(graph, name).params)


def wires(graph: Graph, name: str) -> dict[str, object]:
    item = find(graph, name)
    assert isinstance(item, Node)
    return {
        port: str(wired) if isinstance(wired, Link) else {k: str(v) for k, v in wired.items()}
        for port, wired in item.inputs.items()
    }


def loop_of(graph: Graph, name: str = "kam") -> Loop:
    item = find(graph, name)
    assert isinstance(item, Loop)
    return item


# What holds for any edit of any graph


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_edits_keep_a_graph_that_can_be_saved_and_has_no_dangling_link(
    data: st.DataObject,
) -> None:
    graph = data.draw(graphs(min_nodes=3))
    refusals: list[str] = []
    for _ in range(data.draw(st.integers(1, 8))):
        before = text(graph)
        edit = data.draw(changes(graph))
        try:
            edited = edit(graph)
        except DocumentError as error:
            refusals.append(str(error))
            edited = graph
        assert text(graph) == before
        assert text(parse(text(edited))) == text(edited)
        assert parse(text(edited)) == edited
        names = [name for name, _, _ in walk(edited.nodes)]
        assert len(names) == len(set(names))
        assert edits.dangling(edited) == []
        graph = edited
    assert not any("\n" in line for line in refusals)


@settings(max_examples=40, deadline=None)
@given(graphs(), st.data())
def test_a_second_graph_takes_a_clipboard_of_any_graph_without_a_dangling_link(
    graph: Graph, data: st.DataObject
) -> None:
    names = [name for name, _, _ in walk(graph.nodes)]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    clip = parse(text(edits.copy(graph, chosen)))
    pasted, ids = edits.paste(KAM, clip, data.draw(st.sampled_from(["", "kam"])))
    assert edits.dangling(pasted) == []
    assert set(ids) == {name for name, _, _ in walk(clip.nodes)}
    assert text(parse(text(pasted))) == text(pasted)
    assert edits.remove(pasted, ids.values()) == KAM


def test_an_edit_shares_what_it_does_not_touch() -> None:
    edited = edits.set_knob(KAM, "stft", "hop", 512)
    assert edited.nodes["kam"] is KAM.nodes["kam"]
    inner = edits.set_knob(KAM, "moved", "x", 1)
    assert loop_of(inner).body["split"] is loop_of(KAM).body["split"]
    assert inner.nodes["stft"] is KAM.nodes["stft"]


def test_an_edit_of_200_nodes_takes_microseconds() -> None:
    graph = Graph({f"n{i}": Node("a.b", {"hop": 1}, {"x": Link(f"n{i - 1}")}) for i in range(200)})
    best = min(_seconds(lambda: edits.set_knob(graph, "n100", "hop", 2)) for _ in range(50))
    assert best < 200e-6
    best = min(_seconds(lambda: edits.connect(graph, "n3", "n100", "x")) for _ in range(50))
    assert best < 200e-6


def _seconds(function) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def test_an_edit_that_changes_nothing_gives_the_same_graph() -> None:
    assert edits.set_knob(KAM, "load", "path", "song.wav") is KAM
    assert edits.rename(KAM, "stft", "stft") is KAM
    assert edits.connect(KAM, "load", "stft", "audio") is KAM
    assert edits.set_mode(KAM, ["stft"], "") is KAM
    assert edits.remove(KAM, []) is KAM
    assert edits.move(KAM, {"stft": (10, 20)}) is KAM
    assert edits.reset_knob(KAM, "stft", "hop") is KAM
    assert edits.complete(edits.complete(KAM, TYPES), TYPES) == edits.complete(KAM, TYPES)
    full = edits.complete(KAM, TYPES)
    assert edits.complete(full, TYPES) is full


@pytest.mark.parametrize(
    "edit",
    [
        lambda g: edits.remove(g, ["sfft"]),
        lambda g: edits.rename(g, "sfft", "b"),
        lambda g: edits.connect(g, "load", "sfft", "audio"),
        lambda g: edits.connect(g, "sfft", "power", "spectrogram"),
        lambda g: edits.set_knob(g, "sfft", "hop", 1),
        lambda g: edits.copy(g, ["sfft"]),
        lambda g: edits.move(g, {"sfft": (0, 0)}),
        lambda g: edits.set_mode(g, ["sfft"], "mute"),
    ],
)
def test_a_misspelt_node_is_named_with_the_nearest_there_is(edit) -> None:  # type: ignore[no-untyped-def]
    with refused("there is no node 'sfft'; did you mean 'stft'"):
        edit(KAM)


# Nodes


def test_a_node_is_added_outside_or_into_a_loop() -> None:
    graph = edits.add(KAM, "gain", Node("mix.gain", inputs={"audio": Link("load")}))
    assert wires(graph, "gain") == {"audio": "load"}
    inner = edits.add(KAM, "gain", Node("mix.gain"), "kam")
    assert "gain" in loop_of(inner).body


def test_a_whole_loop_can_be_added_at_once() -> None:
    loop = loop_of(edits.rename(KAM, "kam", "again"), "again")
    with refused("the name 'median_h' is taken"):
        edits.add(KAM, "again", loop)
    outer = edits.remove(KAM, ["kam"])
    assert edits.add(outer, "again", loop).nodes["again"] == loop


@pytest.mark.parametrize("name", ["2nd", "a-b", "", "a b", "a.b", "ä́"])
def test_a_name_that_no_link_could_write_is_refused(name: str) -> None:
    with refused("letters, digits and _"):
        edits.add(KAM, name, Node("a.b"))
    with refused("letters, digits and _"):
        edits.rename(KAM, "stft", name)


@pytest.mark.parametrize(
    "item",
    [
        Node(""),
        Node("loop"),
        Node("a.b", mode="off"),
        Node("a.b", {"x": float("nan")}),
        Node("a.b", {"x": "\ud800"}),
        Node("a.b", {"x": (1, 2)}),
        Node("a.b", {"x": object()}),
        Node("a.b", extra={"params": {"x": 1}}),
        Node("a.b", inputs={"x": Link("not a name")}),
        Loop(state={"1": None}),  # type: ignore[dict-item]
    ],
)
def test_a_node_that_could_not_be_written_and_read_back_is_not_added(item: Node) -> None:
    with pytest.raises(DocumentError):
        edits.add(KAM, "new", item)


def test_a_node_with_a_link_to_nothing_is_not_added() -> None:
    with refused("gain: input audio: there is no node 'nothing'"):
        edits.add(KAM, "gain", Node("mix.gain", inputs={"audio": Link("nothing")}))


def test_what_is_added_does_not_follow_later_changes_of_what_was_given() -> None:
    given_params = {"list": [1]}
    graph = edits.add(KAM, "new", Node("a.b", given_params))
    given_params["list"].append(2)
    assert params(graph, "new") == {"list": [1]}


def test_removing_a_node_disconnects_its_readers_and_forgets_its_place() -> None:
    graph = edits.remove(KAM, ["stft"])
    assert wires(graph, "power") == {}
    assert wires(graph, "split") == {"sources": {"harmonic": "kam.h", "percussive": "kam.p"}}
    assert graph.layout == {"nodes": {"power": [30, 5]}}


def test_removing_where_a_state_goes_on_removes_the_state_and_its_readers() -> None:
    graph = edits.remove(KAM, ["median_h"])
    kam = loop_of(graph)
    assert set(kam.state) == {"p"}
    assert wires(graph, "split")["sources"] == {"percussive": "kam.p"}
    assert wires(graph, "out") == {"extra": "split"}


def test_removing_what_is_watched_removes_the_watch_its_readers_and_until() -> None:
    graph = edits.remove(KAM, ["moved"])
    assert loop_of(graph).watch == {}
    assert loop_of(graph).params["until"] == ""
    assert wires(graph, "plot") == {}


def test_removing_a_state_takes_along_states_of_other_loops_that_start_from_it() -> None:
    graph = edits.add(KAM, "next_loop", Loop())
    graph = edits.add_state(graph, "next_loop", "s", "kam.h", "kam.h")
    graph = edits.add(graph, "last", Node("a.b", inputs={"x": Link("next_loop", "s")}))
    graph = edits.remove(graph, ["power"])
    assert loop_of(graph).state == {}
    assert loop_of(graph, "next_loop").state == {}
    assert wires(graph, "last") == {}


def test_removing_a_loop_removes_its_body() -> None:
    graph = edits.remove(KAM, ["kam", "split"])
    assert {name for name, _, _ in walk(graph.nodes)} == {"load", "stft", "power", "plot", "out"}
    assert wires(graph, "out") == {}


def test_renaming_moves_every_link_and_the_layout() -> None:
    graph = edits.rename(KAM, "stft", "spectrum")
    assert wires(graph, "power") == {"spectrogram": "spectrum"}
    assert wires(graph, "split")["mixture"] == "spectrum"
    assert graph.layout["nodes"] == {"spectrum": [10, 20], "power": [30, 5]}
    assert graph.layout["look"] == {"spectrum": {"c": 1}}
    assert text(edits.rename(graph, "spectrum", "stft")) == text(KAM)


def test_renaming_a_loop_moves_the_links_to_its_states_and_watches() -> None:
    graph = edits.rename(KAM, "kam", "separate")
    assert wires(graph, "split")["sources"] == {
        "harmonic": "separate.h",
        "percussive": "separate.p",
    }
    assert wires(graph, "plot") == {"curve": "separate.change"}


def test_a_taken_name_is_refused_wherever_it_is_taken() -> None:
    for taken in ("power", "split", "kam"):
        with refused(f"the name '{taken}' is taken"):
            edits.rename(KAM, "stft", taken)


def test_a_link_replaces_what_was_wired() -> None:
    graph = edits.connect(KAM, "median_h[left]", "out", "audio")
    assert wires(graph, "out") == {"audio": "median_h[left]", "extra": "split"}


def test_entries_of_a_port_that_takes_many_come_and_go_by_name() -> None:
    graph = edits.connect(KAM, "power", "split", "sources", "lead vocals")
    assert wires(graph, "split")["sources"] == {
        "harmonic": "kam.h",
        "percussive": "kam.p",
        "lead vocals": "power",
    }
    graph = edits.disconnect(graph, "split", "sources", "harmonic")
    graph = edits.disconnect(graph, "split", "sources", "percussive")
    assert wires(graph, "split")["sources"] == {"lead vocals": "power"}
    assert "sources" not in wires(
        edits.disconnect(graph, "split", "sources", "lead vocals"), "split"
    )


def test_a_single_wire_becomes_an_entry_when_a_second_comes() -> None:
    graph = edits.connect(KAM, "load", "out", "extra", "drums")
    assert wires(graph, "out")["extra"] == {"split": "split", "drums": "load"}
    graph = edits.connect(KAM, "split[vocals]", "out", "extra")
    graph = edits.connect(graph, "load", "out", "extra", "drums")
    assert wires(graph, "out")["extra"] == {"vocals": "split[vocals]", "drums": "load"}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda g: edits.connect(g, "kam", "out", "audio"), "kam is a loop: say which"),
        (lambda g: edits.connect(g, "kam.w", "out", "audio"), "has no 'w'; it has kam.h"),
        (lambda g: edits.connect(g, "power", "kam", "h"), "kam is a loop"),
        (lambda g: edits.connect(g, "stft", "stft", "audio"), "cannot read itself"),
        (lambda g: edits.connect(g, "a b", "stft", "audio"), "is no link"),
        (lambda g: edits.connect(g, "load", "stft", ""), "the port must be text"),
        (lambda g: edits.disconnect(g, "stft", "phase"), "nothing is wired to 'phase'"),
        (lambda g: edits.disconnect(g, "split", "sources", "x"), "no entry 'x'; there is harm"),
        (lambda g: edits.disconnect(g, "stft", "audio", "x"), "no entry 'x'"),
    ],
)
def test_wires_that_cannot_be_are_refused_in_words(edit, message: str) -> None:  # type: ignore[no-untyped-def]
    with refused(message):
        edit(KAM)


def test_a_knob_keeps_1_and_1_0_and_true_apart() -> None:
    graph = edits.set_knob(KAM, "stft", "x", 1)
    for value in (1.0, True, 1):
        graph = edits.set_knob(graph, "stft", "x", value)
        assert type(params(graph, "stft")["x"]) is type(value)


@pytest.mark.parametrize(
    "value",
    [float("inf"), float("nan"), "\udc80", (1, 2), {1: 2}, {1, 2}, object(), b"x", 10**5000],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_a_file_cannot_hold_is_no_knob(value: object) -> None:
    with refused("stft: hop must be true, false, a finite number"):
        edits.set_knob(KAM, "stft", "hop", value)


def test_a_value_nested_too_deeply_is_no_knob() -> None:
    deep: object = 0
    for _ in range(MAX_DEPTH):
        deep = [deep]
    with refused("nested too deeply"):
        edits.set_knob(KAM, "stft", "hop", deep)


def test_knobs_of_a_loop_are_checked_and_reset_to_their_default() -> None:
    with refused("iterations must be 0 to 100000, got -1"):
        edits.set_knob(KAM, "kam", "iterations", -1)
    with refused("a loop has no knob 'turns'; there is iterations"):
        edits.set_knob(KAM, "kam", "turns", 1)
    assert params(edits.reset_knob(KAM, "kam", "iterations"), "kam")["iterations"] == 10


def test_a_knob_that_is_reset_is_left_for_complete_to_write() -> None:
    graph = edits.set_knob(edits.complete(KAM, TYPES), "load", "gain", 0.5)
    graph = edits.reset_knob(graph, "load", "gain")
    assert params(graph, "load") == {"path": "song.wav"}
    assert params(edits.complete(graph, TYPES), "load") == {"path": "song.wav", "gain": 1.0}


def test_nodes_are_bypassed_muted_and_switched_on() -> None:
    graph = edits.set_mode(KAM, ["stft", "kam"], "bypass")
    assert (find(graph, "stft").mode, find(graph, "kam").mode) == ("bypass", "bypass")
    assert edits.set_mode(graph, ["stft", "kam"], "") == KAM
    with refused("mode must be"):
        edits.set_mode(KAM, ["stft"], "off")


def test_another_type_keeps_knobs_and_wires_and_drops_what_only_the_old_one_knew() -> None:
    graph = edits.add(KAM, "x", Node("a.b", {"k": 1}, {"p": Link("load")}, extra={"odd": 1}))
    assert find(edits.replace_type(graph, "x", "c.d"), "x") == Node(
        "c.d", {"k": 1}, {"p": Link("load")}
    )
    with refused("cannot become a loop"):
        edits.replace_type(graph, "x", "loop")
    with refused("kam is a loop"):
        edits.replace_type(graph, "kam", "c.d")


def test_fresh_names_count_on_and_never_come_back() -> None:
    assert edits.fresh_name(KAM, "transform.istft") == "istft"
    assert edits.fresh_name(KAM, "stft") == "stft_2"
    assert edits.fresh_name(KAM, "split") == "split_2"
    assert edits.fresh_name(KAM, "istft", used={"istft", "istft_2"}) == "istft_3"
    assert edits.fresh_name(edits.rename(KAM, "stft", "stft_2"), "stft_2") == "stft_3"
    assert edits.fresh_name(KAM, "2 chars!") == "n_2_chars"
    assert edits.fresh_name(KAM, "???") == "node"


# Loops


def test_nodes_move_into_a_loop_and_out_and_all_links_stay() -> None:
    graph = edits.move_into(KAM, ["power", "stft"], "kam")
    assert {"power", "stft"} <= loop_of(graph).body.keys()
    assert edits.move_out(graph, ["power", "stft"]) == KAM
    assert edits.move_into(graph, ["power", "stft"], "") == KAM


def test_a_loop_cannot_move_into_itself() -> None:
    with refused("kam cannot be moved into itself"):
        edits.move_into(KAM, ["kam"], "kam")
    with refused("stft is in no loop"):
        edits.move_out(KAM, ["stft"])
    with refused("stft is a node, not a loop"):
        edits.move_into(KAM, ["power"], "stft")


def test_loops_nest_no_deeper_than_a_file_can_hold() -> None:
    graph = KAM
    with refused("nested too deeply"):
        for i in range(MAX_DEPTH):
            graph = edits.wrap(graph, ["load"], f"loop_{i}")
            parse(text(graph))
    graph = edits.connect(graph, "stft", "load", "x", "entry")
    parse(text(graph))


def test_wrapping_puts_a_selection_into_a_loop_where_it_stood() -> None:
    graph = edits.wrap(KAM, ["stft", "power"], "again", 3)
    loop = loop_of(graph, "again")
    assert set(loop.body) == {"stft", "power"}
    assert loop.params == {"iterations": 3, "tolerance": 0.0, "until": ""}
    assert graph.layout["nodes"]["again"] == [10, 5]
    assert wires(graph, "split") == wires(KAM, "split")
    inner = edits.wrap(KAM, ["median_h", "moved"], "inner")
    assert set(loop_of(inner, "inner").body) == {"median_h", "moved"}
    assert "inner" in loop_of(inner).body


def test_a_loop_is_not_made_around_nothing_or_across_loops() -> None:
    with refused("nothing is selected"):
        edits.wrap(KAM, [], "again")
    with refused("different loops"):
        edits.wrap(KAM, ["stft", "split"], "again")
    with refused("the name 'split' is taken"):
        edits.wrap(KAM, ["stft"], "split")
    with refused("iterations must be"):
        edits.wrap(KAM, ["stft"], "again", -1)


def test_unwrapping_undoes_wrapping() -> None:
    graph = edits.unwrap(edits.wrap(KAM, ["load", "stft"], "again"), "again")
    assert text(graph) == text(KAM)


def test_an_unwrapped_loop_is_one_turn_of_it() -> None:
    graph = edits.unwrap(KAM, "kam")
    assert wires(graph, "split")["sources"] == {"harmonic": "power", "percussive": "power"}
    assert wires(graph, "out") == {"audio": "median_h", "extra": "split"}
    assert wires(graph, "plot") == {}
    assert edits.dangling(graph) == []


def test_unwrapping_follows_states_that_go_on_as_one_another() -> None:
    graph = edits.set_state(KAM, "kam", "h", next="kam.p")
    assert wires(edits.unwrap(graph, "kam"), "out")["audio"] == "power"


def test_unwrapping_picks_the_source_that_a_reader_picked() -> None:
    graph = edits.connect(KAM, "kam.h[left]", "split", "mixture")
    assert wires(edits.unwrap(graph, "kam"), "split")["mixture"] == "power[left]"


def test_states_are_added_set_renamed_and_removed() -> None:
    graph = edits.add_state(KAM, "kam", "w", "stft", "kam.w")
    assert str(loop_of(graph).state["w"].next) == "kam.w"
    graph = edits.set_state(graph, "kam", "w", next="split")
    assert (str(loop_of(graph).state["w"].first), str(loop_of(graph).state["w"].next)) == (
        "stft",
        "split",
    )
    graph = edits.rename_state(graph, "kam", "h", "harmonic")
    assert wires(graph, "out")["audio"] == "kam.harmonic"
    assert wires(graph, "split")["sources"] == {"harmonic": "kam.harmonic", "percussive": "kam.p"}
    graph = edits.remove_state(graph, "kam", "harmonic")
    assert wires(graph, "out") == {"extra": "split"}
    assert edits.dangling(graph) == []


def test_watches_are_set_renamed_and_removed_and_until_follows() -> None:
    graph = edits.set_watch(KAM, "kam", "cost", "median_p")
    graph = edits.rename_watch(graph, "kam", "change", "shift")
    assert wires(graph, "plot") == {"curve": "kam.shift"}
    assert loop_of(graph).params["until"] == "shift"
    graph = edits.remove_watch(graph, "kam", "shift")
    assert wires(graph, "plot") == {}
    assert loop_of(graph).params["until"] == ""
    assert set(loop_of(graph).watch) == {"cost"}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda g: edits.add_state(g, "kam", "h", "power", "split"), "'h' is taken"),
        (lambda g: edits.add_state(g, "kam", "change", "power", "split"), "'change' is taken"),
        (lambda g: edits.add_state(g, "kam", "iteration", "power", "split"), "counts the turns"),
        (lambda g: edits.add_state(g, "kam", "1st", "power", "split"), "no name for a state"),
        (lambda g: edits.add_state(g, "kam", "w", "split", "split"), "comes from outside"),
        (lambda g: edits.add_state(g, "kam", "w", "kam.h", "split"), "comes from outside"),
        (lambda g: edits.add_state(g, "kam", "w", "power", "kam.change"), "inside, read moved"),
        (lambda g: edits.add_state(g, "stft", "w", "power", "split"), "a node, not a loop"),
        (lambda g: edits.remove_state(g, "kam", "w"), "no state 'w'; there is h, p"),
        (lambda g: edits.rename_state(g, "kam", "h", "p"), "'p' is taken"),
        (lambda g: edits.set_watch(g, "kam", "h", "moved"), "'h' is taken"),
        (lambda g: edits.set_watch(g, "kam", "new", "kam.iterations"), "outside the loop only"),
        (lambda g: edits.remove_watch(g, "kam", "cost"), "no watch 'cost'; there is change"),
        (lambda g: edits.rename_watch(g, "kam", "change", "iterations"), "counts the turns"),
    ],
)
def test_states_and_watches_that_cannot_be_are_refused_in_words(edit, message: str) -> None:  # type: ignore[no-untyped-def]
    with refused(message):
        edit(KAM)


# Scope


@pytest.mark.parametrize(
    ("reader", "link", "inside", "fault"),
    [
        ("split", "stft", False, None),
        ("split", "kam.h", False, None),
        ("split", "kam.iteration", False, None),
        ("out", "kam.h", False, None),
        ("out", "kam.iterations", False, None),
        ("out", "kam.change", False, None),
        ("out", "split", False, None),
        ("kam", "power", False, None),
        ("kam", "split", True, None),
        ("kam", "kam.p", True, None),
        ("kam", "stft", True, None),
        ("out", "kam.iteration", False, "inside the loop only"),
        ("split", "kam.iterations", False, "outside the loop only"),
        ("split", "kam.change", False, "whole only once the loop is through"),
        ("kam", "split", False, "comes from outside"),
        ("kam", "kam.h", False, "comes from outside"),
        ("out", "out", False, "cannot read itself"),
        ("out", "kam", False, "say which of its values, kam.h, kam.p"),
        ("out", "nothing", False, "there is no node 'nothing'"),
    ],
)
def test_scope_is_lexical(reader: str, link: str, inside: bool, fault: str | None) -> None:
    said = edits.visible(KAM, reader, Link.parse(link), inside=inside)
    assert (said is None) if fault is None else (said is not None and fault in said)


def test_one_loop_reads_the_body_of_another() -> None:
    graph = edits.add(edits.add(KAM, "other", Loop()), "reader", Node("a.b"), "other")
    assert edits.visible(graph, "reader", Link("split")) is None
    assert edits.visible(graph, "reader", Link("kam", "iteration")) is not None


# Clipboard


def test_a_copy_of_a_loop_carries_its_body_and_keeps_its_inner_links() -> None:
    clip = parse(text(edits.copy(KAM, ["kam", "split"])))
    graph, ids = edits.paste(KAM, clip)
    assert ids == {name: f"{name}_2" for name in ("kam", "split", "median_h", "median_p", "moved")}
    assert wires(graph, "split_2") == {
        "mixture": "stft",
        "sources": {"harmonic": "kam_2.h", "percussive": "kam_2.p"},
    }
    assert str(loop_of(graph, "kam_2").state["h"].first) == "power"
    assert str(loop_of(graph, "kam_2").state["h"].next) == "median_h_2"
    assert graph.nodes["kam"] is KAM.nodes["kam"]


def test_pasting_elsewhere_drops_links_to_what_is_not_there() -> None:
    clip = edits.copy(KAM, ["power", "plot", "kam"])
    graph, _ = edits.paste(Graph({"stft": Node("a.b")}), clip)
    assert wires(graph, "power") == {"spectrogram": "stft"}
    assert wires(graph, "plot") == {"curve": "kam.change"}
    graph, _ = edits.paste(Graph(), edits.copy(KAM, ["kam", "plot"]))
    assert loop_of(graph).state == {}
    assert wires(graph, "split") == {}
    assert wires(graph, "plot") == {"curve": "kam.change"}


def test_the_number_of_the_turn_is_not_pasted_outside_its_loop() -> None:
    inner = edits.connect(KAM, "kam.iteration", "split", "mixture")
    graph, ids = edits.paste(inner, edits.copy(inner, ["split"]))
    assert "mixture" not in wires(graph, ids["split"])
    graph, ids = edits.paste(inner, edits.copy(inner, ["split"]), "kam")
    assert wires(graph, ids["split"])["mixture"] == "kam.iteration"


def test_pasting_moves_the_layout_and_takes_no_name_that_was_used() -> None:
    clip = edits.copy(KAM, ["stft"])
    graph, ids = edits.paste(KAM, clip, offset=(1, 2), used={"stft_2"})
    assert ids == {"stft": "stft_3"}
    assert graph.layout["nodes"]["stft_3"] == [11, 22]
    assert graph.layout["look"]["stft_3"] == {"c": 1}


def test_names_that_count_already_count_on() -> None:
    graph, _ = edits.duplicate(KAM, ["stft"])
    graph, ids = edits.duplicate(graph, ["stft_2", "stft"])
    assert set(ids.values()) == {"stft_3", "stft_4"}


def test_a_duplicate_lies_in_the_same_loop_and_reads_what_the_original_reads() -> None:
    graph, ids = edits.duplicate(KAM, ["median_h", "power", "moved"])
    assert set(ids) == {"median_h", "power", "moved"}
    assert "median_h_2" in loop_of(graph).body
    assert "power_2" in graph.nodes
    assert wires(graph, "median_h_2") == {"power": "split[h]"}
    assert wires(graph, "moved_2") == {"power": "median_h_2"}


# Layout and words


def test_moving_nodes_changes_no_meaning() -> None:
    graph = edits.move(KAM, {"load": (1.5, 2), "split": (0, 0)})
    graph = edits.set_look(graph, ["kam", "stft"], "collapsed", True)
    graph = edits.set_about(edits.set_title(graph, "T"), "A")
    assert fingerprint(graph) == fingerprint(KAM)
    assert graph.layout["nodes"]["load"] == [1.5, 2]
    assert graph.layout["look"] == {"kam": {"collapsed": True}, "stft": {"c": 1, "collapsed": True}}
    assert edits.set_look(graph, ["kam"], "collapsed").layout["look"].keys() == {"stft"}


def test_a_position_is_two_finite_numbers() -> None:
    for at in ((float("nan"), 0), ("a", 0)):
        with refused("position"):
            edits.move(KAM, {"stft": at})  # type: ignore[dict-item]
    with refused("layout"):
        edits.set_layout(KAM, {"x": float("inf")})


def test_a_layout_of_any_shape_survives_every_edit() -> None:
    odd = edits.set_layout(KAM, {"nodes": [1, 2], "look": 3, "stft": {"stft": 1}})
    graph = edits.remove(edits.rename(odd, "stft", "x"), ["x"])
    assert graph.layout == odd.layout
    assert edits.duplicate(odd, ["stft"])[0].layout == odd.layout
    assert edits.move(odd, {"stft": (1, 2)}).layout["nodes"] == {"stft": [1, 2]}


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda g: g, ""),
        (lambda g: edits.set_knob(g, "stft", "hop", 512), "set stft.hop"),
        (lambda g: edits.reset_knob(g, "load", "path"), "reset load.path"),
        (lambda g: edits.move(g, {"stft": (0, 0), "load": (1, 1), "out": (2, 2)}), "3 nodes moved"),
        (lambda g: edits.move(g, {"stft": (0, 0)}), "1 node moved"),
        (lambda g: edits.add(g, "x", Node("a.b")), "added x"),
        (lambda g: edits.remove(g, ["plot", "out"]), "removed 2 nodes"),
        (lambda g: edits.rename(g, "stft", "s"), "renamed stft to s"),
        (lambda g: edits.connect(g, "load", "plot", "curve"), "connected plot.curve"),
        (lambda g: edits.disconnect(g, "plot", "curve"), "disconnected plot.curve"),
        (lambda g: edits.wrap(g, ["load", "stft"], "again"), "wrapped 2 nodes in again"),
        (lambda g: edits.unwrap(g, "kam"), "unwrapped kam"),
        (lambda g: edits.move_into(g, ["stft"], "kam"), "moved stft into kam"),
        (lambda g: edits.move_out(g, ["moved"]), "moved moved out"),
        (lambda g: edits.set_mode(g, ["stft"], "mute"), "muted stft"),
        (lambda g: edits.set_mode(g, ["stft", "out"], "bypass"), "2 nodes changed"),
        (lambda g: edits.replace_type(g, "stft", "b.c"), "changed stft to b.c"),
        (lambda g: edits.set_watch(g, "kam", "cost", "split"), "added watch kam.cost"),
        (lambda g: edits.add_state(g, "kam", "w", "load", "split"), "added state kam.w"),
        (lambda g: edits.set_knob(g, "split", "x", 1), "set split.x"),
        (lambda g: edits.set_title(g, "T"), "changed the title"),
        (lambda g: edits.set_look(g, ["stft"], "c"), "changed the layout"),
    ],
)
def test_a_change_is_described_in_a_few_words(edit, said: str) -> None:  # type: ignore[no-untyped-def]
    assert edits.describe_change(KAM, edit(KAM)) == said


def test_a_knob_from_1_to_1_0_is_a_change() -> None:
    one = edits.set_knob(KAM, "stft", "x", 1)
    assert edits.describe_change(one, edits.set_knob(one, "stft", "x", 1.0)) == "set stft.x"


# Files


def test_complete_writes_out_every_default_and_renames_old_types() -> None:
    graph = edits.add(KAM, "old", Node("old.load", {"gain": 2.0}), "kam")
    graph = edits.add(graph, "loop", Loop({"iterations": 3}))
    full = edits.complete(graph, TYPES)
    assert find(full, "old") == Node("source.file", {"gain": 2.0, "path": ""})
    assert params(full, "loop") == {"iterations": 3, "tolerance": 0.0, "until": ""}
    assert full.nodes["stft"] is graph.nodes["stft"]


def test_complete_leaves_knobs_it_does_not_know() -> None:
    graph = edits.set_knob(KAM, "load", "gone", 3)
    assert params(edits.complete(graph, TYPES), "load")["gone"] == 3


def _path_after(path: str, old: str, new: str) -> object:
    graph = edits.set_knob(KAM, "load", "path", path)
    moved = edits.relocate(graph, TYPES, Path(old), Path(new))
    assert moved.base == Path(new)
    return params(moved, "load")["path"]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("song.wav", "/a/b", "/a/b/c", "../song.wav"),
        ("song.wav", "/a/b", "/a/c", "../b/song.wav"),
        ("songs/one.wav", "/a", "/a/songs", "one.wav"),
        ("./song.wav", "/a", "/a", "./song.wav"),
        ("", "/a", "/b", ""),
        ("/a/b/song.wav", "/x", "/a", "b/song.wav"),
        ("/a/song.wav", "/a", "/a", "song.wav"),
        ("C:\\music\\song.wav", "/a", "/b", "C:\\music\\song.wav"),
    ],
)
def test_a_moved_graph_names_the_same_files(path: str, old: str, new: str, expected: str) -> None:
    assert _path_after(path, old, new) == expected


def test_a_moved_graph_names_the_same_files_through_symbolic_links(tmp_path: Path) -> None:
    real = tmp_path / "deep" / "er" / "real"
    real.mkdir(parents=True)
    (tmp_path / "link").symlink_to(real)
    (tmp_path / "song.wav").touch()
    moved = str(_path_after("song.wav", str(tmp_path), str(tmp_path / "link")))
    assert (tmp_path / "link" / moved).resolve() == (tmp_path / "song.wav").resolve()
    assert _path_after("link/x.wav", str(tmp_path), str(tmp_path)) == "link/x.wav"


def test_moving_there_and_back_changes_nothing() -> None:
    there = edits.relocate(KAM, TYPES, Path("/a/b"), Path("/c/d"))
    assert edits.relocate(there, TYPES, Path("/c/d"), Path("/a/b")) == KAM


def test_unknown_types_keep_their_paths() -> None:
    graph = edits.add(KAM, "x", Node("plugin.load", {"path": "song.wav"}))
    moved = edits.relocate(graph, TYPES, Path("/a"), Path("/b"))
    assert params(moved, "x") == {"path": "song.wav"}


def test_a_source_is_replaced_by_a_file_and_links_stay() -> None:
    graph = edits.replace_source(KAM, "load", "other.wav", TYPES)
    assert find(graph, "load") == Node("source.file", {"path": "other.wav", "gain": 1.0})
    assert wires(graph, "stft") == {"audio": "load"}


def test_a_source_is_replaced_by_a_folder_of_stems(tmp_path: Path) -> None:
    graph = edits.connect(KAM, "load[vocals]", "out", "extra")
    graph = edits.replace_source(graph, "load", str(tmp_path), TYPES)
    assert find(graph, "load") == Node("source.stems", {"path": str(tmp_path), "rate": 0})
    assert wires(graph, "stft") == {"audio": "load.mixture"}
    assert wires(graph, "out")["extra"] == "load.stems[vocals]"
    told = edits.replace_source(KAM, "load", "no such folder", TYPES, folder=True)
    assert wires(told, "stft") == {"audio": "load.mixture"}


def test_a_source_with_references_keeps_its_outputs_whatever_replaces_it() -> None:
    graph = edits.replace_type(KAM, "load", "demo.song")
    graph = edits.connect(graph, "load.stems[vocals]", "stft", "audio")
    graph = edits.replace_source(graph, "load", "song.wav", TYPES)
    assert find(graph, "load") == Node("source.stems", {"path": "song.wav", "rate": 0})
    assert wires(graph, "stft") == {"audio": "load.stems[vocals]"}
    # A link that said nothing before is not given a meaning.
    vague = edits.connect(graph, "load", "out", "audio")
    vague = edits.replace_source(vague, "load", "song.wav", TYPES)
    assert wires(vague, "out")["audio"] == "load"


def test_only_a_source_of_a_known_type_is_replaced() -> None:
    with refused("stft is of the unknown type"):
        edits.replace_source(KAM, "stft", "x.wav", TYPES)
    with refused("amp is no source"):
        graph = edits.add(KAM, "amp", Node("mix.gain"))
        edits.replace_source(graph, "amp", "x.wav", TYPES)
    with refused("kam is no source"):
        edits.replace_source(KAM, "kam", "x.wav", TYPES)
    with refused("there is no node type 'source.stems'"):
        only = {"source.file": TYPES["source.file"]}
        edits.replace_source(KAM, "load", "x", only, folder=True)
    with refused("there is no node 'lod'; did you mean 'load'"):
        edits.replace_source(KAM, "lod", "x.wav", TYPES)
