"""Files: saved, killed, recovered; opened while a sound is missing; graphs inside sounds."""

from __future__ import annotations

from pathlib import Path

import nodegraph
from nodegraph import document
from nodegraph.document import Graph, Node
from nodegraph.shipped import shipped
from tests.commands import process
from tests.window.conftest import Start
from tests.window.steps import add, empty, graph, names, ready

SIZE = (1600, 1000)


def test_a_graph_is_saved_killed_changed_and_recovered(program: Start, tmp_path: Path):
    path = tmp_path / "tön.json"
    nodegraph.save(Graph(nodes={"tone": Node("source.tone")}), path)
    first = program(path)
    first.wait(lambda s: names(s) == {"tone"}, 20, "the graph")
    gain = add(first, "Gain", 0.5, 0.3)
    first.key("ctrl+s")
    first.wait(lambda s: not s.title.startswith("*"), 5, "it to be saved")
    assert set(document.read(path).nodes) == {"tone", gain}
    more = add(first, "Trim", 0.7, 0.6)
    autosave = path.with_name(f".{path.name}.autosave")
    first.wait(lambda s: autosave.exists(), 10, "the autosave")
    first.kill()
    second = program(path, home=first.home)
    second.wait(lambda s: s.popup == "question", 20, "the offer")
    second.screenshot("recover")
    second.key("Return")
    back = second.wait(lambda s: more in names(s), 5, "what was not saved")
    assert names(back) == {"tone", gain, more}
    second.key("ctrl+s")
    second.wait(lambda s: not autosave.exists(), 5, "the autosave to go")
    assert second.close() == 0


def test_an_untitled_graph_comes_back_after_a_crash(program: Start):
    first = program()
    empty(first)
    tone = add(first, "Tone", 0.3, 0.3)
    first.wait(lambda s: any((first.home / "config" / "autosaves").glob("*")), 10, "the autosave")
    first.kill()
    second = program(home=first.home)
    second.wait(lambda s: s.popup == "question", 20, "the offer")
    second.key("Return")
    second.wait(lambda s: tone in names(s), 5, "the graph")


def test_leaving_with_changes_asks_and_cancel_stays(program: Start):
    window = program()
    empty(window)
    tone = add(window, "Tone", 0.3, 0.3)
    window.ask("close")
    window.wait(lambda s: s.popup == "question", 5, "the question")
    window.key("Escape")
    window.wait(lambda s: not s.popup, 5, "it to close")
    assert tone in names(window.state())


def test_a_graph_whose_sound_is_missing_asks_once_and_opens_all_the_same(
    program: Start, tmp_path: Path
):
    path = tmp_path / "graph.json"
    nodegraph.save(Graph(nodes={"song": Node("source.file", {"path": "gone.wav"})}), path)
    window = program(path)
    window.wait(lambda s: s.popup == "question", 20, "the question")
    window.key("Escape")
    state = window.wait(lambda s: not s.popup, 5, "it to close")
    assert names(state) == {"song"}
    window.screenshot("missing_sound")


def test_a_sound_that_carries_its_graph_opens_it(program: Start, tmp_path: Path):
    assert process("run", "hello_mix", "--out", "out", cwd=tmp_path).code == 0
    sounds = sorted(tmp_path.rglob("*.wav"))
    window = program(sounds[0])
    state = window.wait(lambda s: names(s), 20, "the graph")
    assert graph(state).title == document.read(shipped()["hello_mix"]).title


def test_a_file_that_is_no_graph_is_one_line(program: Start, tmp_path: Path):
    path = tmp_path / "broken.json"
    path.write_text("{", encoding="utf-8")
    window = program(path)
    ready(window)
    window.wait(lambda s: "broken.json" in s.toast, 10, "the line")
