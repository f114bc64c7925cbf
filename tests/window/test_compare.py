"""Methods compared in a large view: sorted by a click, with time and memory, and switched by keys."""

from __future__ import annotations

from typing import Any

import pytest

from tests.window.conftest import Start
from tests.window.harness import Program, State
from tests.window.steps import done

SIZE = (1600, 1000)
METHODS = ["HPSS", "REPET", "all hints", "histogram", "kernel additive"]


@pytest.fixture(scope="module")
def compared(start: Start) -> Program:
    """Five methods, all of them through."""
    window = start("compare_five")
    window.wait(lambda s: "compare" in s.board, 30, "the graph")
    state = window.wait(lambda s: s.idle, 120, "a run")
    if not done(state, "compare"):
        window.key("F5")
    window.wait(lambda s: s.idle and done(s, "compare") and table(s), 120, "the comparison")
    return window


def table(state: State) -> list[list[str]]:
    """Give heading and rows of the first table that is seen."""
    tables: Any = state.views[0]["tables"] if state.views else []
    return [list(row) for row in tables[0]] if tables else []


def column(state: State, title: str) -> list[str]:
    heading, *rows = table(state)
    return [row[heading.index(title)] for row in rows]


def head(state: State, title: str) -> str:
    return f"view.0.head{table(state)[0].index(title)}"


def numbers(state: State, title: str) -> list[float]:
    return [float(words.replace("−", "-").replace("\u2212", "-")) for words in column(state, title)]


def test_the_table_tells_of_each_method_its_scores_its_time_and_its_memory(compared: Program):
    state = compared.state()
    assert table(state)[0][-2:] == ["time (s)", "memory (MB)"]
    assert column(state, table(state)[0][0]) == METHODS
    for title in table(state)[0][1:]:
        assert len(numbers(state, title)) == 5, title
    assert min(numbers(state, "time (s)")) > 0
    assert min(numbers(state, "memory (MB)")) > 1
    compared.screenshot("compare")


def test_a_click_on_a_head_sorts_and_another_turns_it_round(compared: Program):
    title = "SDR (dB)"
    before = compared.state()
    as_they_came = numbers(before, title)
    for wanted in (
        sorted(as_they_came, reverse=True),
        sorted(as_they_came),
        as_they_came,
    ):
        compared.click(compared.state().places[head(before, title)])
        compared.wait(lambda s, w=wanted: numbers(s, title) == w, 5, f"the order {wanted}")
        compared.screenshot("compare_sorted")


def test_rows_can_be_sorted_by_time_and_the_order_stays_while_scores_come_anew(compared: Program):
    title = "time (s)"
    compared.click(compared.state().places[head(compared.state(), title)])
    compared.wait(
        lambda s: numbers(s, title) == sorted(numbers(s, title), reverse=True), 5, "slowest first"
    )
    compared.click(compared.state().places[head(compared.state(), title)])
    state = compared.wait(
        lambda s: numbers(s, title) == sorted(numbers(s, title)), 5, "quick first"
    )
    assert compared.state().hash == state.hash  # no edit of the graph


def test_keys_switch_between_the_methods(compared: Program):
    state = compared.wait(lambda s: len(s.loaded) == len(s.tracks) == 7, 60, "all tracks")
    compared.move((state.canvas[0] + 200, state.canvas[1] + 300))
    for number in (3, 7, 1):
        compared.key(str(number))
        heard = compared.wait(lambda s: len(s.heard) == 1, 5, "one track").heard
        compared.wait(lambda s, n=number: s.heard == (s.tracks[n - 1],) or s.heard, 5, "it")
        assert heard
