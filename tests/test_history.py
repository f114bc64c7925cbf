"""Undo goes back to the start, redo to the end, and a crash costs nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Node, fingerprint, read, text, write
from nodegraph.errors import DocumentError
from nodegraph.history import (
    History,
    autosave,
    autosave_path,
    discard,
    recover,
    untitled,
)
from tests.strategies import changes, graphs

START = Graph({"stft": Node("transform.stft", {"hop": 1024})})


def with_hop(graph: Graph, hop: float) -> Graph:
    return edits.set_knob(graph, "stft", "hop", hop)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_undo_to_the_start_and_redo_to_the_end_give_the_same_graphs(data: st.DataObject) -> None:
    history = History.start(data.draw(graphs()))
    line = [history.graph]
    for _ in range(data.draw(st.integers(1, 6))):
        edit = data.draw(changes(history.graph))
        try:
            history = history.push(edit(history.graph))
        except DocumentError:
            continue
        if history.graph is not line[-1]:
            line.append(history.graph)
    prints = [fingerprint(graph) for graph in line]
    for graph in reversed(line):
        assert history.graph is graph
        history = history.undo()
    assert not history.can_undo
    for graph, expected in zip(line, prints, strict=True):
        assert history.graph is graph
        assert fingerprint(history.graph) == expected
        history = history.redo()
    assert not history.can_redo


def test_a_history_does_not_change_when_it_goes_on() -> None:
    start = History.start(START)
    start.push(with_hop(START, 512))
    assert (start.graph, start.can_undo, start.can_redo) == (START, False, False)


def test_undo_and_redo_stop_at_the_ends() -> None:
    history = History.start(START)
    assert history.undo().graph is START
    assert history.redo().graph is START
    assert (history.undo_label, history.redo_label) == ("", "")


def test_an_edit_after_undo_drops_what_was_undone() -> None:
    history = History.start(START).push(with_hop(START, 512)).undo().push(with_hop(START, 256))
    assert not history.can_redo
    assert history.undo().graph is START


def test_steps_have_labels_given_or_described() -> None:
    history = History.start(START).push(with_hop(START, 512)).push(Graph(), "clear all")
    assert history.undo_label == "clear all"
    assert history.undo().undo_label == "set stft.hop"
    assert history.undo().redo_label == "clear all"


def test_a_slider_drag_is_one_step() -> None:
    history = History.start(START)
    for hop in range(1, 100):
        history = history.push(with_hop(history.graph, hop), "set stft.hop", ("stft", "hop"))
    assert len(history.steps) == 2
    assert history.undo().graph is START


def test_a_second_drag_of_the_same_slider_is_a_second_step() -> None:
    history = History.start(START).push(with_hop(START, 1), "", "hop").settle()
    history = history.push(with_hop(START, 2), "", "hop")
    assert len(history.steps) == 3


def test_drags_do_not_merge_across_undo_save_or_another_edit() -> None:
    one = History.start(START).push(with_hop(START, 1), "", "hop")
    between = one.push(with_hop(START, 2)).push(with_hop(START, 3), "", "hop")
    assert len(between.steps) == 4
    saved = one.mark_saved().push(with_hop(START, 2), "", "hop")
    assert len(saved.steps) == 3
    undone = one.push(with_hop(START, 9)).undo().push(with_hop(START, 2), "", "hop")
    assert len(undone.steps) == 3
    other = one.push(with_hop(START, 2), "", "other")
    assert len(other.steps) == 3


def test_pushing_the_same_graph_is_no_step() -> None:
    history = History.start(START)
    assert history.push(START) is history


def test_there_is_no_limit_to_undo() -> None:
    history = History.start(START)
    for hop in range(3000):
        history = history.push(with_hop(history.graph, hop), "set")
    for _ in range(3000):
        history = history.undo()
    assert history.graph is START


def test_a_graph_is_dirty_until_saved_and_again_after_an_edit() -> None:
    history = History.start(START, saved=True)
    assert not history.dirty
    history = history.push(with_hop(START, 512))
    assert history.dirty
    assert not history.undo().dirty
    assert not history.mark_saved().dirty
    assert history.mark_saved().undo().dirty
    assert History.start(START).dirty


def test_going_back_by_hand_is_not_dirty_but_1_and_1_0_differ() -> None:
    history = History.start(START, saved=True).push(with_hop(START, 512))
    assert not history.push(with_hop(START, 1024)).dirty
    assert history.push(with_hop(START, 1024.0)).dirty


def test_moving_a_node_is_dirty() -> None:
    assert History.start(START, saved=True).push(edits.move(START, {"stft": (1, 1)})).dirty


def test_names_that_were_there_once_are_remembered() -> None:
    history = History.start(START).push(edits.remove(START, ["stft"]))
    assert edits.fresh_name(history.graph, "stft", history.names) == "stft_2"
    history = history.push(edits.add(history.graph, "other", Node("x.y")))
    assert history.names == {"stft", "other"}


# The copy that survives a crash


def test_the_autosave_lies_beside_the_file_or_in_the_folder_given(tmp_path: Path) -> None:
    assert autosave_path(tmp_path / "kam.json", Path("x")) == tmp_path / ".kam.json.autosave"
    assert autosave_path(None, tmp_path) == tmp_path / ".untitled.autosave"
    assert autosave_path(None, tmp_path, "7") == tmp_path / ".7.autosave"


def test_after_a_crash_the_edits_come_back(tmp_path: Path) -> None:
    file = tmp_path / "kam.json"
    write(START, file)
    target = autosave_path(file, tmp_path)
    autosave(with_hop(START, 512), target)
    found = recover(target, file)
    assert found is not None
    assert (text(found.graph), found.newer) == (text(with_hop(START, 512)), True)
    assert found.path == target
    assert text(read(file)) == text(START)
    discard(target)
    assert recover(target, file) is None
    discard(target)


def test_an_autosave_that_says_what_the_file_says_is_not_offered(tmp_path: Path) -> None:
    file = tmp_path / "kam.json"
    write(START, file)
    autosave(START, autosave_path(file, tmp_path))
    assert recover(autosave_path(file, tmp_path), file) is None


def test_an_autosave_older_than_its_file_is_offered_as_such(tmp_path: Path) -> None:
    file, target = tmp_path / "kam.json", tmp_path / ".kam.json.autosave"
    autosave(with_hop(START, 512), target)
    os.utime(target, (1, 1))
    write(START, file)
    found = recover(target, file)
    assert found is not None
    assert not found.newer


def test_an_autosave_of_a_lost_or_broken_file_is_offered(tmp_path: Path) -> None:
    file, target = tmp_path / "kam.json", tmp_path / ".kam.json.autosave"
    autosave(START, target)
    assert recover(target, file) is not None
    assert recover(target) is not None
    file.write_text("{")
    assert recover(target, file) is not None


def test_a_broken_autosave_gives_one_line_and_loses_nothing(tmp_path: Path) -> None:
    file, target = tmp_path / "kam.json", tmp_path / ".kam.json.autosave"
    write(START, file)
    target.write_text('{"format": 1, "nodes": {')
    with pytest.raises(DocumentError) as caught:
        recover(target, file)
    assert str(target) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert target.read_text() == '{"format": 1, "nodes": {'
    assert text(read(file)) == text(START)


def test_autosaves_of_untitled_graphs_are_found_the_latest_first(tmp_path: Path) -> None:
    for age, name in enumerate(["one", "two", "three"]):
        target = autosave_path(None, tmp_path, name)
        autosave(START, target)
        os.utime(target, (100 - age, 100 - age))
    (tmp_path / "other.txt").touch()
    assert [path.name for path in untitled(tmp_path)] == [
        ".one.autosave",
        ".two.autosave",
        ".three.autosave",
    ]
    assert untitled(tmp_path / "missing") == []


def test_an_autosave_that_cannot_be_written_or_removed_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot write"):
        autosave(START, tmp_path / "missing" / ".a.autosave")
    with pytest.raises(DocumentError, match="cannot remove"):
        discard(tmp_path)
