"""The first screen: cards are opened with the mouse and with the keys, and found by typing."""

from __future__ import annotations

import pytest

from nodegraph import document
from nodegraph.shipped import shipped
from tests.window.conftest import Start
from tests.window.harness import Program, State
from tests.window.steps import names, ready

SIZE = (1280, 720)
CARD = "gallery.card."


@pytest.fixture(scope="module")
def window(start: Start) -> Program:
    """Give one program for all tests."""
    made = start()
    ready(made)
    return made


@pytest.fixture(autouse=True)
def _in_gallery(window: Program) -> None:
    """Begin each test with the gallery, with all of its cards."""
    if window.state().popup != "gallery":
        window.key("ctrl+shift+o")
        window.wait(lambda s: s.popup == "gallery", 5, "the gallery")
    window.move((1270, 300))
    window.wait(lambda s: f"{CARD}loudest_source" in s.places, 5, "the cards")


def cards(state: State) -> list[str]:
    """Name the cards that can be seen."""
    return [place.removeprefix(CARD) for place in state.places if place.startswith(CARD)]


def expected(card: str) -> set[str]:
    """Name the first nodes of a shipped graph."""
    return set(document.read(shipped()[card]).nodes)


def test_a_click_opens_a_card(window: Program) -> None:
    window.click(window.state().places[f"{CARD}four_sources"])
    state = window.wait(lambda s: not s.popup and names(s), 5, "the graph")
    assert expected("four_sources") <= names(state)


def test_arrows_and_enter_open_a_card(window: Program) -> None:
    for key in ("Right", "Left", "Return"):
        window.key(key)
        window.wait_frames(2)
    state = window.wait(
        lambda s: not s.popup and s.title.startswith("loudest_source"), 5, "the first graph"
    )
    assert expected("loudest_source") <= names(state)


def test_each_figure_of_the_survey_is_one_click_away(window: Program) -> None:
    window.click(window.state().buttons["gallery.chip.figure"])
    figures = ["loudest_source", "four_sources", "kernel_additive", "pan_histogram"]
    figures += ["harmonic_percussive", "nmf_drums"]
    shown = window.wait(lambda s: cards(s) == figures, 8, "the figures, in order")
    shown = window.wait_frames(6)
    window.click(shown.places[f"{CARD}nmf_drums"])
    state = window.wait(lambda s: s.title.startswith("nmf_drums"), 5, "the graph")
    assert expected("nmf_drums") <= names(state)
    window.key("ctrl+shift+o")
    shown = window.wait(lambda s: s.popup == "gallery", 8, "the gallery")
    window.click(shown.buttons["gallery.chip.all"])


def test_typing_leaves_the_cards_that_fit(window: Program) -> None:
    window.key("ctrl+f")
    window.type("figure 6b", "gallery.search")
    window.wait(lambda s: cards(s) == ["nmf_drums"], 8, "one card")
    window.key("ctrl+a", "BackSpace", "Escape")
    window.wait(lambda s: len(cards(s)) > 1, 8, "all cards")


def test_enter_opens_the_first_card_that_fits(window: Program) -> None:
    window.key("ctrl+f")
    window.type("null test", "gallery.search")
    window.wait(lambda s: cards(s)[0] == "null_test", 8, "the card of this title, first")
    window.key("Return")
    window.wait(lambda s: not s.popup and s.title.startswith("null_test"), 5, "the graph")
    window.key("ctrl+shift+o")
    window.wait(lambda s: s.popup == "gallery", 8, "the gallery")


def test_nothing_is_to_be_run_or_undone_here(window: Program) -> None:
    buttons = window.state().buttons
    assert {"topbar.theme", "topbar.presenter", "topbar.menu.file"} <= buttons.keys()
    assert not {"topbar.run", "topbar.undo", "topbar.switch"} & buttons.keys()


def test_a_chip_leaves_the_cards_of_a_subject(window: Program) -> None:
    whole = cards(window.state())
    window.click(window.state().buttons["gallery.chip.factor"])
    fewer = window.wait(lambda s: cards(s) not in ([], whole), 8, "fewer cards")
    graphs = {name: document.read(shipped()[name]) for name in cards(fewer)}
    assert "nmf_drums" in graphs
    for name, graph in graphs.items():
        assert any(item.type.startswith("factor.") for _, item, _ in document.walk(graph.nodes)), (
            name
        )
    window.click(fewer.buttons["gallery.chip.all"])
    window.wait(lambda s: cards(s) == whole, 8, "all cards")
