"""Commands: each has a key, none shares it, and each is found by what people call it."""

from __future__ import annotations

import re

import pytest

from nodegraph.editor import commands
from nodegraph.editor.commands import BY_ID, COMMANDS, GROUPS, Context, Place, chord, match, search

CANVAS = Context()
TEXT = Context(typing=True)
KEY = re.compile(r"(Ctrl\+)?(Alt\+)?(Shift\+)?([A-Z0-9.,?\[\]]|F[1-9][0-2]?|[A-Z][a-z]+)")


def keyed(place):
    """Give every key that holds in a place with its command."""
    return [
        (key, command.id)
        for command in COMMANDS
        if command.where in (place, Place.ANYWHERE)
        for key in command.keys
    ]


def test_every_command_has_a_key_a_label_and_a_group():
    assert len(BY_ID) == len(COMMANDS)
    assert len({command.label for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert command.keys, command.id
        assert command.menu in GROUPS
        assert command.label[0].isupper()


@pytest.mark.parametrize("place", Place)
def test_no_key_means_two_things_in_one_place(place):
    keys = [key for key, _ in keyed(place)]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("place", Place)
def test_every_key_finds_its_command(place):
    for key, name in keyed(place):
        found = match(key, Context(place))
        if place is Place.POPUP:
            assert found is None or found.typing
        else:
            assert found is not None
            assert found.id == name


def test_keys_are_written_in_one_form():
    for command in COMMANDS:
        for key in command.keys:
            assert KEY.fullmatch(key), key
            *held, last = key.split("+")
            assert key == chord(last, **{name.lower(): True for name in held})


def test_no_key_is_one_that_types_a_letter_on_european_keyboards():
    assert not [key for command in COMMANDS for key in command.keys if "Ctrl+Alt" in key]


def test_keys_that_the_text_field_needs_are_left_to_it():
    needed = ["Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Space",
              "Tab", "Enter", "Escape", "Delete", "Backspace", "Home", "End", "Left", "Ctrl+Left",
              "M", "1", ".", "?", "Shift+M"]  # fmt: skip
    for key in needed:
        assert match(key, TEXT) is None, key
        assert match(key, Context(Place.POPUP)) is None, key


def test_what_holds_while_typing_can_type_nothing():
    for command in COMMANDS:
        for key in command.keys if command.typing else ():
            assert "Ctrl" in key or re.search(r"F\d+$", key), key
    assert match("Ctrl+S", TEXT) == BY_ID["file.save"]
    assert match("F5", TEXT) == BY_ID["run.all"]
    assert match("Ctrl+Shift+P", Context(Place.POPUP)) == BY_ID["help.commands"]


def test_enter_means_what_the_place_says():
    assert match("Enter", CANVAS) == BY_ID["run.waiting"]
    assert match("Enter", Context(Place.GALLERY)) == BY_ID["gallery.open"]
    assert match("Enter", Context(Place.REFUSAL)) == BY_ID["graph.convert"]
    assert match("Enter", Context(Place.ANYWHERE)) is None


def test_edits_of_the_graph_do_not_happen_in_the_gallery():
    for key, name in keyed(Place.GALLERY):
        if BY_ID[name].edit:
            assert "+" in key


def test_the_keys_that_are_promised():
    promised = {"F5": "run.all", "Shift+F5": "run.here", "Escape": "run.stop", "Tab": "graph.add",
                "Space": "sound.play", "1": "sound.hear", "9": "sound.hear", "Home": "view.fit",
                ".": "view.fit_selection", "F11": "view.presenter", "?": "help.keys",
                "Ctrl+Shift+P": "help.commands", "Ctrl+A": "edit.select_all",
                "Enter": "run.waiting", "Ctrl+O": "file.open", "Ctrl+N": "file.new",
                "Ctrl+B": "graph.bypass", "M": "graph.mute"}  # fmt: skip
    for key, name in promised.items():
        found = match(key, CANVAS)
        assert found is not None
        assert found.id == name


def test_a_key_press_is_written_the_same_on_every_keyboard():
    assert chord("p", ctrl=True, shift=True) == "Ctrl+Shift+P"
    assert chord("/", shift=True) == chord("?", shift=True) == chord("?") == "?"
    assert chord("=", ctrl=True) == chord("+", ctrl=True, shift=True) == "Ctrl+Plus"
    assert chord("-", ctrl=True) == "Ctrl+Minus"
    assert (chord("Esc"), chord("NumPadEnter"), chord(" ")) == ("Escape", "Enter", "Space")


def test_what_cannot_be_done_is_not_offered():
    def able(command):
        return command.menu != "Loops"

    assert match("P", CANVAS, able) is None
    assert all(found.command.menu != "Loops" for found in search("turn", able))
    assert "Loops" not in dict(commands.key_sheet(able))
    assert commands.menu("Loops", able) == ()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("undo", "edit.undo"),
        ("Save as", "file.save_as"),
        ("zi", "view.zoom_in"),
        ("ra", "run.all"),
        ("wrap", "graph.wrap"),
        ("pic save", "view.save_picture"),
        ("presnter", "view.presenter"),
        ("preferences", "edit.settings"),
        ("night", "view.theme"),
        ("shortcuts", "help.keys"),
        ("tidy", "graph.arrange"),
        ("f5", "run.all"),
        ("ctrl+o", "file.open"),
        ("dele", "edit.delete"),
        ("gray", "view.grey"),
        ("cancel", "run.stop"),
    ],
)
def test_a_command_is_found_by_what_people_call_it(typed, name):
    assert search(typed)[0].command.id == name


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_is_first_for_its_own_label(command):
    assert search(command.label)[0].command == command


def test_nothing_typed_lists_all_and_the_latest_first():
    assert [found.command for found in search("")] == list(COMMANDS)
    latest = search("  ", recent=["run.all", "edit.undo"])
    assert [found.command.id for found in latest[:3]] == ["run.all", "edit.undo", "file.new"]


def test_what_nobody_means_finds_nothing():
    assert search("qqqq") == ()
    assert search("undo qqqq") == ()
    assert search("\x00 ☃") == ()


def test_marks_lie_on_what_was_typed():
    found = search("pic save")[0]
    assert [found.command.label[a:b].lower() for a, b in found.marks] == ["save", "pic"]
    assert search("tidy")[0].marks == ()


def test_the_sheet_shows_every_command_once():
    sheet = dict(commands.key_sheet())
    assert list(sheet) == [*GROUPS, "Mouse"]
    labels = [label for group in GROUPS for _, label in sheet[group]]
    assert sorted(labels) == sorted(command.label for command in COMMANDS)
    rows = {label: keys for group in sheet.values() for keys, label in group}
    assert rows["Hear one track"] == "1 to 9"
    assert rows["Redo"] == "Ctrl Shift Z, Ctrl Y"
    assert rows["Move the selection"] == "arrows, Shift arrows"
    assert all(rows.values())


def test_a_mac_has_its_own_word_for_control():
    assert commands.shown("Ctrl+Shift+P", mac=True) == "Cmd Shift P"
    assert commands.shown("Alt+Left") == "Alt ←"


def test_the_menus_hold_commands_in_the_order_of_the_table():
    for name in commands.MENUS:
        listed = commands.menu(name)
        assert listed
        assert all(command.menu == name for command in listed)
        assert BY_ID["sound.play"] not in listed


def test_escape_leaves_whatever_is_still_held():
    assert chord("Escape", ctrl=True, shift=True) == "Escape"
    assert chord("Enter", shift=True) == "Enter"
    assert chord("Enter", alt=True) == "Alt+Enter"
