"""What popups say."""

from __future__ import annotations

import pytest

from nodegraph.declare import Knob, NodeType, Param
from nodegraph.document import Graph, Link, Loop, Node
from nodegraph.editor.files.settings import CHOICES
from nodegraph.editor.look.measures import MOTION
from nodegraph.editor.offers.ends import End
from nodegraph.editor.offers.search import Wire, choices
from nodegraph.editor.window.popups import words
from nodegraph.editor.window.popups.settings import SCALES, next_scale
from nodegraph.editor.window.popups.toast import left, said
from nodegraph.history import History
from nodegraph.registry import discover
from nodegraph.values import Audio, Power


@pytest.fixture(scope="module")
def types() -> dict[str, NodeType]:
    return dict(discover())


def test_the_search_says_what_the_wire_asks_for() -> None:
    assert words.filter_note(None) == ("", "")
    assert words.filter_note(Wire((Power,), link=Link("a"))) == ("takes Power", "Power")
    assert words.filter_note(Wire((Audio, Power), end=End("a", "x")))[0] == "gives Audio or Power"
    assert words.filter_note(Wire(None, link=Link("a"))) == ("what fits the wire", "")
    assert words.filter_note(None, "kam") == ("in place of kam", "")


def test_a_row_of_the_search_says_why_it_was_found(types: dict[str, NodeType]) -> None:
    assert words.right_of(choices(types, "stft")[0]) == "Time and frequency"
    found = next(choice for choice in choices(types, "magnitude") if choice.why)
    assert words.right_of(found) in (found.why, "Time and frequency")


def test_nodes_of_a_graph_are_found_by_name_title_and_type(types: dict[str, NodeType]) -> None:
    graph = Graph(
        {"one": Node("transform.stft"), "l": Loop(body={"two": Node("acme.thing")})},
        layout={"look": {"one": {"title": "Spectrum"}}},
    )
    found = words.find_nodes(graph, types, "")
    assert [node.name for node in found] == ["one", "l", "two"]
    assert found[0].label == "Spectrum (one)"
    assert found[2].kind == "acme.thing, in l"
    assert [node.name for node in words.find_nodes(graph, types, "stft")] == ["one"]
    assert words.find_nodes(graph, types, "spec")[0].spans == ((0, 4),)
    assert [node.name for node in words.find_nodes(graph, types, "loop")] == ["l"]


def test_steps_stand_newest_first_with_the_current_one_marked() -> None:
    first = Graph()
    history = History.start(first, saved=True)
    history = history.push(Graph(title="a"), "named it a").push(Graph(title="b"), "named it b")
    rows = words.steps(history.undo())
    assert [row.words for row in rows] == ["Named it b", "Named it a", "The beginning"]
    assert [row.now for row in rows] == [False, True, False]
    assert [row.undone for row in rows] == [True, False, False]
    assert [row.saved for row in rows] == [False, False, True]
    assert history.go(rows[0].index).graph.title == "b"


def test_every_type_has_a_help_page_with_all_it_declares(types: dict[str, NodeType]) -> None:
    for known in types.values():
        page = words.help_page(known)
        named = [line.words for line in page if line.style in ("port", "knob")]
        assert named == [port.name for port in known.ports] + [knob.name for knob in known.knobs]
        assert sum(line.style == "output" for line in page) == len(known.outputs)
        assert not any("`" in line.words for line in page if line.style == "text")


def test_a_product_in_the_help_keeps_its_star() -> None:
    (line,) = words.paragraphs("H <- H * (W^T (V * X)) of the *magnitude*, **not** ``x``.")
    assert line.words == "H <- H * (W^T (V * X)) of the magnitude, not x."
    lines = list(words.paragraphs("First.\n\n    X[k] = sum\n\nLast."))
    assert [line.style for line in lines] == ["text", "formula", "text"]


def test_knobs_are_told_in_words() -> None:
    tell = words.knob_words
    assert tell(Knob("on", "bool", True)) == "on or off, comes on"
    assert tell(Knob("kind", "choice", "a", ("a", "b"))) == "a, b; comes as a"
    assert tell(Knob("path", "str", "", (), Param(path="file"))) == "a file, comes empty"
    number = Knob("gain", "float", 3.0, (), Param(min=0, max=9, unit="dB"))
    assert tell(number) == "0 to 9 dB; comes as 3 dB"


def test_enter_is_the_first_answer_and_escape_the_last() -> None:
    answers = ("Save", "Discard", "Cancel")
    assert words.answer_for("Enter", answers) == "Save"
    assert words.answer_for("Escape", answers) == "Cancel"
    assert words.answer_for("A", answers) is None


def test_the_home_folder_is_written_short() -> None:
    assert words.tilde("/home/me/.config/x", "/home/me") == "~/.config/x"
    assert words.tilde("/home/meadow/x", "/home/me") == "/home/meadow/x"


def test_every_colour_map_has_a_name() -> None:
    assert set(words.COLOUR_MAPS) == set(CHOICES["colour_map"])


def test_the_interface_scale_goes_in_steps_and_stops() -> None:
    assert (SCALES[0], SCALES[-1]) == (80, 200)
    assert next_scale(100, 1) == 110
    assert next_scale(105, -1) == 100
    assert next_scale(200, 1) == 200
    assert next_scale(80, -1) == 80


def test_a_toast_stays_four_seconds_or_while_it_is_hovered() -> None:
    shown = said((), "Saved.", "ok", 0.0)
    assert left(shown, 3.9) is shown
    assert left(shown, MOTION.toast + 0.1) == ()
    held = left(shown, 3.0, hovered=0)
    assert held[0].until == 3.0 + MOTION.toast
    assert left(held, 6.9) == held


def test_toasts_stack_and_say_nothing_twice() -> None:
    shown = said((), "a", "info", 0.0)
    shown = said(said(shown, "b", "info", 1.0), "a", "info", 2.0)
    assert [toast.words for toast in shown] == ["b", "a"]
    for number in range(9):
        shown = said(shown, str(number), "info", 3.0)
    assert len(shown) == 4
    assert shown[-1].words == "8"
