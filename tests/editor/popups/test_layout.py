"""Where popups lie, what of a list is seen, and how words are cut."""

from __future__ import annotations

from nodegraph.editor import commands
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.window.popups.layout import (
    Scroll,
    centred,
    clamped,
    columns,
    filtered,
    parts,
    placed,
)

WINDOW = (1000.0, 600.0)


def test_a_popup_opens_to_the_lower_right_and_flips_at_the_edges() -> None:
    assert placed((100, 100), (300, 200), WINDOW) == Rect(100, 100, 300, 200)
    assert placed((900, 100), (300, 200), WINDOW) == Rect(600, 100, 300, 200)
    assert placed((900, 500), (300, 200), WINDOW) == Rect(600, 300, 300, 200)
    assert placed((900, 500), (300, 200), WINDOW, offset=24) == Rect(576, 276, 300, 200)


def test_a_popup_never_leaves_the_window() -> None:
    for x in range(0, 1001, 50):
        for y in range(0, 601, 50):
            rect = placed((x, y), (400, 380), WINDOW, 24)
            assert Rect(0, 0, *WINDOW).encloses(rect)
    assert clamped(Rect(-50, 900, 100, 100), WINDOW) == Rect(8, 492, 100, 100)
    # What is larger than the window shows its beginning.
    assert centred((1200, 900), WINDOW)[:2] == (8, 8)


def test_arrows_go_round_and_pages_stop_at_the_ends() -> None:
    state = Scroll(5, 3)
    assert state.moved(-1).chosen == 4
    assert state.moved(-1).first == 2
    assert state.moved(-1).moved(1).chosen == 0
    assert state.moved(3).chosen == 3
    assert state.moved(30).chosen == 4
    assert state.moved(30).moved(-30).first == 0


def test_arrows_pass_what_cannot_be_chosen() -> None:
    able = (False, True, False, True).__getitem__
    state = Scroll(4, 4, -1)
    assert state.moved(1, able).chosen == 1
    assert state.moved(1, able).moved(1, able).chosen == 3
    assert state.moved(1, able).moved(-1, able).chosen == 3
    assert Scroll(2, 2, -1).moved(1, lambda item: False).chosen == -1
    assert Scroll(0, 3, -1).moved(1).chosen == -1


def test_the_wheel_scrolls_and_stops() -> None:
    state = Scroll(20, 5)
    assert state.wheeled(3).shown == range(3, 8)
    assert state.wheeled(99).shown == range(15, 20)
    assert state.wheeled(-1).first == 0
    assert Scroll(3, 5).wheeled(3).first == 0


def test_the_scroll_bar_is_where_the_list_is() -> None:
    state = Scroll(100, 10)
    assert Scroll(10, 10).bar(200) is None
    assert state.bar(200) == (0, 24)
    end = state.wheeled(90).bar(200)
    assert end is not None
    assert end[0] + end[1] == 200
    for first in (0, 33, 90):
        bar = state.wheeled(first).bar(200)
        assert bar is not None
        assert state.from_bar(bar[0], 200).first == first


def test_matched_letters_stand_out() -> None:
    assert parts("Median along time", [(0, 3)]) == (("Med", True), ("ian along time", False))
    assert parts("Nearest median", [(8, 11)]) == (
        ("Nearest ", False), ("med", True), ("ian", False),
    )  # fmt: skip
    assert parts("abc", []) == (("abc", False),)
    assert parts("abc", [(0, 2), (1, 3)]) == (("ab", True), ("c", True))
    for spans in ([(0, 9)], [(2, 1)], [(1, 2), (2, 3)]):
        assert "".join(words for words, _ in parts("abc", spans)) == "abc"


def test_the_key_sheet_is_complete_in_any_number_of_columns() -> None:
    sheet = commands.key_sheet()
    for count in (1, 2, 3, 4, 9):
        dealt = columns(sheet, count)
        assert len(dealt) <= count
        said = [row for column in dealt for row in column if row[0] == "row"]
        labels = [words for _, _, words in said]
        assert sorted(labels) == sorted(command.label for command in commands.COMMANDS)
        deeds = [row for column in dealt for row in column if row[0] == "deed"]
        assert len(deeds) == 2 * len(commands.GESTURES)


def test_columns_keep_groups_whole_and_in_order() -> None:
    dealt = columns(commands.key_sheet(), 3)
    heads = [words for column in dealt for kind, _, words in column if kind == "head"]
    assert heads == [*commands.GROUPS, "Mouse"]
    assert all(column[0][0] == "head" for column in dealt)


def test_the_filter_of_the_key_sheet_takes_keys_words_and_groups() -> None:
    sheet = commands.key_sheet()
    assert filtered(sheet, "ctrl shift p") == (("Help", (("Ctrl Shift P", "All commands"),)),)
    assert {name for name, _ in filtered(sheet, "listen")} == {"Listen"}
    assert filtered(sheet, "nothing like that") == ()
    assert filtered(sheet, "  ") == sheet
    assert columns((), 3) == ()
