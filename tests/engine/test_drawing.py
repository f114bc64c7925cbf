"""Files that the engine draws: by question, in its process or here."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import nodegraph
from nodegraph.carriers import graph_in
from nodegraph.document import Link
from nodegraph.engine.answering import answer
from nodegraph.engine.asking import Balance, Draw, Drew, Listen, Look, Unanswered, slots_of
from nodegraph.engine.drawing import caption, fine
from nodegraph.engine.engine import Engine
from nodegraph.engine.worker import Worker
from nodegraph.figure.shapes import Area, Drawing
from nodegraph.figure.style import Style
from nodegraph.views import Lens, Table
from tests.commands import n, save

pytest.importorskip("matplotlib")

TYPES = nodegraph.discover()
NODES = {
    "tone": n("source.tone", seconds=0.2),
    "stft": n("transform.stft", {"audio": "tone"}, n_fft=256, hop=64),
    "fail": n("transform.stft", {"audio": "tone"}, n_fft=256, hop=256),
    "save": n("output.audio", {"audio": "tone"}),
}
SHAPES = Drawing(100, 50, False, (255, 255, 255, 255), (Area((10, 10, 20, 20), (255, 0, 0, 255)),))


@pytest.fixture
def graph(tmp_path):
    path = save(
        tmp_path / "g.json", NODES, title="A graph", layout={"look": {"stft": {"title": "Plane"}}}
    )
    return nodegraph.load(path)


def ask(graph, path, what, **more):
    return answer(Engine(TYPES), graph, Draw(path, what, **more), ticket=7)


def test_a_view_is_drawn_with_its_caption_and_the_graph(graph, tmp_path):
    path = tmp_path / "a.svg"
    done = ask(graph, path, Look(("stft", "")), captioned=True)
    assert done == Drew(7, path, path.stat().st_size)
    text = path.read_text("utf-8")
    assert "A graph – Plane: level in dB below the largest" in text
    path = tmp_path / "b.png"
    assert isinstance(ask(graph, path, Look(("stft", "")), style=Style(400)), Drew)
    assert json.loads(graph_in(path) or "")["title"] == "A graph"
    assert not list(tmp_path.glob(".b*"))


def test_a_caption_that_was_chosen_stays_and_none_is_none(graph, tmp_path):
    path = tmp_path / "a.svg"
    ask(graph, path, Look(("stft", "")), style=Style(caption="mine"), captioned=True)
    assert "mine</text>" in path.read_text("utf-8")
    ask(graph, path, Look(("stft", "")))
    assert "Plane" not in path.read_text("utf-8").split("</metadata>")[1]


def test_shapes_are_drawn_though_nothing_has_run(graph, tmp_path):
    path = tmp_path / "a.png"
    assert isinstance(ask(graph, path, SHAPES, factor=3), Drew)
    assert int.from_bytes(path.read_bytes()[16:20], "big") == 300
    assert graph_in(path) is not None


@pytest.mark.parametrize(
    ("what", "name", "reason"),
    [
        (Look(("save", "")), "a.png", "save writes files"),
        (Look(("nope", "")), "a.png", "there is no node"),
        (Look(("stft", ""), "x"), "a.png", "Spectrogram has no view 'x'"),
        (Look(("stft", "")), "a.gif", "a picture is .png, .svg or .pdf"),
        (Look(("stft", "")), "none/a.png", "cannot write"),
    ],
)
def test_what_cannot_be_drawn_says_why_in_one_line(graph, tmp_path, what, name, reason):
    done = ask(graph, tmp_path / name, what)
    assert isinstance(done, Unanswered)
    assert reason in done.reason
    assert "\n" not in done.reason
    assert [path.name for path in tmp_path.iterdir()] == ["g.json"]


def test_a_table_is_drawn_as_it_is_shown(graph, tmp_path):
    one, other = (Table(("method", name), (("a", 1.0),)) for name in ("SDR (dB)", "time (s)"))
    for name, table in {"one": one, "other": other}.items():
        path = tmp_path / f"{name}.svg"
        assert isinstance(ask(graph, path, Look(("stft", "")), table=table), Drew)
    drawn = {path.stem: path.read_text("utf-8") for path in tmp_path.glob("*.svg")}
    assert "time (s)" in drawn["other"]
    assert "time (s)" not in drawn["one"]
    assert "SDR (dB)" in drawn["one"]


def test_a_question_is_about_the_outputs_it_needs():
    look = Look(("a", ""), other=("b", "x"))
    assert slots_of(Draw(Path("a.png"), look)) == (("a", ""), ("b", "x"))
    assert slots_of(Draw(Path("a.png"), SHAPES)) == ()
    assert slots_of(Balance(("m", ""), (("a", ""),))) == (("m", ""), ("a", ""))
    assert slots_of(Listen(("a", ""))) == (("a", ""),)


def test_more_pixels_take_more_cells_and_never_fewer():
    assert fine(Lens(rows=10, columns=20), 3200) == Lens(rows=1600, columns=3200)
    assert fine(Lens(rows=1024, columns=2048), 800) == Lens(rows=1024, columns=2048)


def test_captions_name_source_output_and_turn(graph):
    assert caption(graph, TYPES, Link("tone", "", "left")) == "A graph – Tone (left)"
    said = caption(graph, TYPES, Link("stft"), None, {"kam": 3})
    assert said == "A graph – Plane: turn 3 of kam"


def test_the_process_of_the_engine_draws_and_says_so(graph, tmp_path):
    worker = Worker()
    try:
        path = tmp_path / "a.png"
        ticket = worker.ask(graph, Draw(path, Look(("stft", "")), Style(400)), topic="picture")
        end, found = time.monotonic() + 100, []
        while not found and time.monotonic() < end:
            found = [
                message for message in worker.poll(0.2) if isinstance(message, (Drew, Unanswered))
            ]
    finally:
        worker.close()
    assert found == [Drew(ticket, path, path.stat().st_size)]
