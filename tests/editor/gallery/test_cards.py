"""What stands on the cards, how they are ordered and found, and the list of recent files."""

import datetime
from pathlib import Path

import pytest

from nodegraph.document import Graph, Loop, Node
from nodegraph.editor.files.gallery import (
    chips,
    day_text,
    depths,
    figures_first,
    filtered,
    gallery,
    recent_files,
    subjects,
    tags,
)
from nodegraph.editor.files.settings import Settings
from nodegraph.shipped import shipped

CARDS = figures_first(gallery(shipped()))
NOON = datetime.datetime(2026, 11, 22, 12).timestamp()
DAY = 86400


def test_every_shipped_graph_has_a_card_with_words_of_its_own():
    assert len(CARDS) == len(shipped())
    assert (
        len({card.title for card in CARDS}) == len({card.sentence for card in CARDS}) == len(CARDS)
    )
    assert all(card.sentence not in ("", card.title) and not card.fault for card in CARDS)


def test_the_figures_of_the_survey_come_first_and_in_order():
    figures = [card.tags[0] for card in filtered(CARDS, "figure")]
    assert figures == [f"Figure {number}" for number in ("1", "2", "4", "5", "6a", "6b")]
    assert CARDS[: len(figures)] == filtered(CARDS, "figure")


def test_behind_the_figures_the_first_card_is_the_simplest_and_loops_come_last():
    others = [card for card in CARDS if "figure" not in card.subjects]
    assert others[0].name in ("hello_mix", "null_test", "what_is_that_sound")
    assert [card.loop for card in others] == sorted(card.loop for card in others)


def test_tags_are_what_the_text_says_of_the_survey():
    assert tags("Lines (figure 6a\nof the survey). Survey, section III.") == (
        "Figure 6a",
        "Section III",
    )
    assert tags("figure 2 of another paper, section IV") == ()


def test_filters_are_those_that_part_the_cards():
    found = chips(CARDS)
    assert found == ("figure", "position", "kernel", "factor", "voice", "loop", "mask", "measure")
    for name in found:
        shown = filtered(CARDS, name)
        assert 0 < len(shown) < len(CARDS)
        assert all(name in card.subjects for card in shown)


def test_every_word_must_be_found_whatever_its_case():
    found = filtered(CARDS, words="NMF drums")
    assert found[0].name == "nmf_drums"
    assert 1 < len(found) < len(CARDS)
    assert filtered(CARDS, words="null test")[0].name == "null_test"
    assert filtered(CARDS, words="nmf zither") == ()
    assert filtered(CARDS, "loop", "nmf fused")[0].name == "nmf_by_hand"
    assert filtered(CARDS) == CARDS


def test_subjects_are_found_inside_loops():
    body = {"inner": Node("kernel.median"), "deeper": Loop(body={"one": Node("mask.soft")})}
    assert subjects(Graph({"loop": Loop(body=body)})) == {"kernel", "mask", "loop"}
    assert subjects(Graph({"song": Node("source.song")})) == set()


def test_depths_end_where_a_graph_bites_its_tail():
    from nodegraph.document import Link

    items = {"a": Node("x.a", inputs={"i": Link("b")}), "b": Node("x.b", inputs={"i": Link("a")})}
    assert set(depths(items)) == {"a", "b"}
    assert depths({}) == {}


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (0, "today"),
        (1, "yesterday"),
        (2, "Friday"),
        (6, "Monday"),
        (7, "15 Nov"),
        (400, "18 Oct 2025"),
    ],
)
def test_days_are_said_as_short_as_is_clear(ago: int, said: str):
    assert day_text(NOON - ago * DAY, NOON) == said


def test_a_day_ahead_or_beyond_the_calendar_is_no_fault():
    assert day_text(NOON + 3 * DAY, NOON) == "25 Nov"
    assert day_text(1e30, NOON) == ""


def test_pinned_files_come_first_and_only_once():
    settings = Settings(recent=("/a.json", "/b.wav", "/gone.png"), pins=("/b.wav",))
    times = {"/a.json": NOON, "/b.wav": NOON - DAY}
    files = recent_files(settings, NOON, lambda path: times.get(path.as_posix()))
    assert [file.path for file in files] == [Path("/b.wav"), Path("/a.json"), Path("/gone.png")]
    assert [file.icon for file in files] == ["music-note", "note", "frame-corners"]
    assert [file.pinned for file in files] == [True, False, False]
    assert [file.day for file in files] == ["yesterday", "today", "missing"]
    assert [file.missing for file in files] == [False, False, True]
