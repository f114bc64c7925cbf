"""Methods compared in a large view: sorted by a click, with time and memory, and switched by keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import nodegraph
from nodegraph import document, edits
from nodegraph.editor.pictures.tables import cell
from nodegraph.shipped import shipped
from tests.commands import ROOT, call
from tests.window.conftest import Start
from tests.window.harness import Program, State
from tests.window.steps import done

SIZE = (1600, 1000)
METHODS = ["HPSS", "REPET", "all hints", "histogram", "kernel additive"]
AUDIO = ROOT.parent / "shared" / "audio"


def table(state: State) -> list[list[str]]:
    """Give heading and rows of the first table that is seen."""
    tables: Any = state.views[0]["tables"] if state.views else []
    return [list(row) for row in tables[0]] if tables else []


def column(state: State, title: str) -> list[str]:
    heading, *rows = table(state)
    return [row[heading.index(title)] for row in rows]


def numbers(state: State, title: str) -> list[float]:
    return [float(words) for words in column(state, title)]


def head(state: State, title: str) -> tuple[float, float, float, float]:
    """Give the place of the head of a column."""
    return state.places[f"view.0.head{table(state)[0].index(title)}"]


def through(window: Program) -> State:
    """Wait until all methods are compared, and the table tells of it."""
    window.wait(lambda s: "compare" in s.board and s.engine_pid, 30, "the graph")
    state = window.wait(lambda s: s.idle, 120, "a run")
    if not done(state, "compare", "windows"):
        window.key("F5")
    return window.wait(
        lambda s: s.idle and done(s, "compare", "windows") and len(table(s)) == 6, 120, "scores"
    )


@pytest.fixture(scope="module")
def compared(start: Start) -> Program:
    """Five methods at the demo song, all of them through."""
    window = start("compare_five")
    through(window)
    return window


def test_the_table_tells_of_each_method_its_scores_its_time_and_its_memory(compared: Program):
    state = compared.wait(lambda s: len(s.views) == 2 and s.views[1]["pictures"], 20, "both views")
    heading = ["SDR", "SIR", "SAR", "ISR", "SI-SDR", "improvement"]
    assert table(state)[0][1:] == [*(f"{name} (dB)" for name in heading), "time (s)", "memory (MB)"]
    assert column(state, table(state)[0][0]) == METHODS
    assert all(len(numbers(state, title)) == 5 for title in table(state)[0][1:])
    assert min(numbers(state, "time (s)")) > 0
    assert min(numbers(state, "memory (MB)")) > 1
    assert state.views[1]["kind"] == "boxes"


def test_clicks_on_a_head_sort_turn_it_round_and_give_the_rows_as_they_came(compared: Program):
    title = "SDR (dB)"
    came = numbers(compared.state(), title)
    for wanted in (sorted(came, reverse=True), sorted(came), came):
        before = compared.state()
        compared.click(head(before, title))
        compared.wait(lambda s, w=wanted: numbers(s, title) == w, 5, f"the order {wanted}")
    assert compared.state().hash == before.hash, "an order is no edit of the graph"


def test_methods_can_be_sorted_by_what_they_took_and_by_name(compared: Program):
    for title, clicks in {"memory (MB)": 1, "time (s)": 2}.items():
        for _ in range(clicks):
            compared.click(head(compared.state(), title))
            compared.wait_frames(6)
        found = numbers(compared.wait_frames(6), title)
        assert found == sorted(found, reverse=clicks == 1), title
    compared.screenshot("compare")
    compared.click(head(compared.state(), "method"))
    compared.wait(lambda s: column(s, "method") == sorted(METHODS), 5, "names from A to Z")


def test_the_table_is_saved_as_it_is_shown(compared: Program, tmp_path: Path):
    compared.click(head(compared.state(), "method"))
    falling = sorted(METHODS, reverse=True)
    state = compared.wait(lambda s: column(s, "method") == falling, 5, "names from Z to A")
    path = tmp_path / "table.svg"
    compared.move(state.places["view.0.head0"])
    compared.key("ctrl+p")
    compared.wait(lambda s: s.popup == "picture", 5, "the question")
    compared.click(compared.wait_frames(3).buttons["picture.format.svg"])
    compared.wait_frames(2)
    compared.key("Return")
    compared.wait(lambda s: s.popup == "files" and s.text == "files.field", 5, "the browser")
    compared.key("ctrl+a")
    compared.type(str(path), "files.field")
    compared.key("Return")
    compared.wait(lambda _: path.exists(), 30, "the file")
    words = path.read_text("utf-8")
    assert all(title.partition(" (")[0] in words for title in table(state)[0]), words
    places = [words.index(f">{name}<") for name in falling]
    assert places == sorted(places)


def test_keys_switch_between_the_methods(compared: Program):
    state = compared.wait(lambda s: len(s.loaded) == len(s.tracks) == 7, 60, "all tracks")
    assert [name[0] for name in state.tracks[2:]] == list("12345")
    x, y, *_ = state.canvas
    compared.move((x + 8, y + 60))
    seen = set()
    for number in (3, 7, 2):
        compared.key(str(number))
        seen.add(compared.wait(lambda s: len(s.heard) == 1, 5, "one track").heard)
        compared.wait_frames(4)
        seen.add(compared.state().heard)
    assert len(seen) >= 3


@pytest.mark.skipif(not AUDIO.is_dir(), reason="real recordings are looked for in ../shared/audio")
def test_on_a_real_song_the_window_and_the_command_have_the_same_numbers(
    program: Start, tmp_path: Path
):
    song = AUDIO / "falcon69"
    file = shipped()["compare_five"]
    told = call(
        "run", str(file), "--input", f"song={song}", "--only", "compare", "--report",
        str(tmp_path / "report.json"),
    )  # fmt: skip
    assert told.code == 0
    entry = json.loads((tmp_path / "report.json").read_text())["nodes"]["compare"]
    assert set(entry["costs"]) == set(METHODS)

    graph = nodegraph.load(file)
    types = nodegraph.discover()
    graph = edits.replace_source(graph, "song", str(song.resolve()), types, folder=True)
    (tmp_path / "real.json").write_text(document.text(graph), encoding="utf-8")
    state = through(program(tmp_path / "real.json"))
    for metric in ("SDR", "SIR", "SAR", "ISR", "SI-SDR", "improvement"):
        wanted = [cell(entry["scores"][name][metric], f"{metric} (dB)") for name in METHODS]
        assert column(state, f"{metric} (dB)") == wanted, metric
    # The same results are as large; how long they take is another matter each time.
    sizes = [cell(entry["costs"][name]["bytes"] / 1e6) for name in METHODS]
    assert column(state, "memory (MB)") == sizes
