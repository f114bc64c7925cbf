from dataclasses import replace

import pytest

from nodegraph.document import Graph, Link, Loop, Node, State
from nodegraph.editor.files.session import autosaved, blank, edited, saved
from nodegraph.editor.running.board import Board, Shown, Wires
from nodegraph.editor.window.panels import status_words
from nodegraph.editor.window.panels.typed_fields import folded, unfolded

NAMES = {"median": "Kernel median", "kam": "Kam"}


def test_the_line_says_what_runs_and_in_which_turn():
    board = Board(
        {
            "kam": Shown("running", turn=5, limit=8),
            "median": Shown("running", turn=6, note="half"),
            "next": Shown("queued"),
        },
        going=True,
        kinds={"kam": "loop"},
        wires=Wires(paths={"median": ("kam",)}),
    )
    assert status_words.working(board, NAMES) == "Kernel median, iteration 6 of 8"
    assert status_words.working(replace(board, stopping=True), NAMES).startswith("Stopping: ")


def test_a_board_at_rest_says_nothing_and_one_that_begins_says_so():
    assert status_words.working(Board(), {}) == ""
    assert status_words.working(Board(going=True), {}) == "Getting ready"


def test_states_are_counted_those_first_that_need_a_look():
    board = Board({"a": Shown("done"), "b": Shown("error"), "c": Shown("done"), "d": Shown()})
    assert [count.words for count in status_words.counts(board)] == ["1 error", "2 done", "1 idle"]


def test_saved_not_saved_autosaved(tmp_path):
    session = blank(tmp_path)
    assert status_words.saved(session) == "nothing to save"
    session = edited(session, Graph({"a": Node("mix.sum")}), now=0.0)
    assert status_words.saved(session) == "not saved"
    session = autosaved(session, {}, 10.0)
    assert status_words.saved(session) == "autosaved"
    session = saved(session, {}, tmp_path / "a.json")
    assert status_words.saved(session) == "saved"


def test_the_rate_is_that_of_the_first_source():
    graph = Graph(
        {
            "stft": Node("transform.stft", {"rate": 1}, {"audio": Link("song")}),
            "song": Node("source.song", {"rate": 44100}),
        }
    )
    assert status_words.rate(graph, {}) == "44.1 kHz"
    assert status_words.rate(graph, {"song": 48000}) == "48 kHz"
    loop = Loop(state={"a": State(Link("x"), Link("y"))})
    assert status_words.rate(Graph({"loop": loop}), {}) == ""


def test_memory_in_gigabytes():
    assert status_words.memory(3.1e8, 15.9e9) == "0.31 GB of 15.9 GB"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one",
        "# Try it\nPull the length to 0.2 s and let it run again.\n\n- one\n- two",
        "a-word-that-is-longer-than-the-line and more",
        "two  blanks  inside   stay",
        "  - a list that is moved in and long enough to be broken",
    ],
)
def test_text_that_was_broken_to_fit_comes_back_as_it_was(text):
    shown = folded(text, 20, len)
    assert unfolded(shown) == text
    for line in shown.split("\n"):
        assert len(line.strip()) <= 20 or " " not in line.strip()


def test_blanks_at_the_end_of_a_line_are_no_breaks():
    assert unfolded(folded("one \ntwo", 20, len)) == "one\ntwo"
