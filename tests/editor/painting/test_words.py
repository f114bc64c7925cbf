import pytest

from nodegraph.editor.running.board import Board, Shown
from nodegraph.editor.running.cards import Card
from nodegraph.editor.window.canvas.words import Footers, duration, empty, footer, size


def board(**shown):
    return Board(nodes={"n": Shown(**shown)}, kinds={"n": "t"}, measured={"t": 2.0})


def said(mode="", known=True, card=None, **shown):
    line = footer(board(**shown), "n", mode, known, card)
    return line.word, line.right


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"state": "idle"}, ("idle", "")),
        ({"state": "done", "seconds": 0.42, "bytes": 13_600_000}, ("done", "0.42 s  13.6 MB")),
        ({"state": "cached", "seconds": 1.0, "bytes": 500}, ("cached", "500 B")),
        ({"state": "running", "fraction": 0.4, "left": 0.3}, ("running", "40 %  0.30 s left")),
        ({"state": "stale"}, ("stale", "Enter runs it")),
        ({"state": "idle", "held": True}, ("stopped", "Enter runs it")),
    ],
)
def test_the_footer_says_how_a_node_stands(shown, words):
    assert said(**shown) == words


def test_what_is_set_by_hand_shows_before_the_engine_knows():
    assert said("mute", state="done")[0] == "muted"
    assert said("bypass", state="done")[0] == "bypassed"
    assert said(known=False, state="idle")[0] == "unknown type"


def test_an_error_is_named_by_its_card():
    card = Card("n", "Channels do not match", "", "")
    assert said(card=card, state="error") == ("Channels do not match", "")


def test_a_footer_follows_its_board():
    footers = Footers()
    one, other = board(state="idle"), board(state="done")
    cards = {}
    assert footers.get(one, cards, "n", "", True).word == "idle"
    assert footers.get(one, cards, "n", "", True) is footers.get(one, cards, "n", "", True)
    assert footers.get(other, cards, "n", "", True).word == "done"


def test_an_empty_picture_says_why():
    assert empty(Shown(), "idle") == "not run yet"
    assert empty(Shown(error="waits for load"), "blocked") == "waits for load"
    assert empty(Shown(looked=True), "done") == "no picture"
    assert empty(Shown(), "running") == ""


def test_times_and_sizes_are_short():
    assert [duration(t) for t in (None, 0.001, 0.42, 3.14, 42, 125)] == [
        "", "<0.01 s", "0.42 s", "3.1 s", "42 s", "2:05 min",
    ]  # fmt: skip
    assert [size(b) for b in (0, 12, 2_000, 13_600_000, 3_100_000_000)] == [
        "", "12 B", "2.0 kB", "13.6 MB", "3.1 GB",
    ]  # fmt: skip
