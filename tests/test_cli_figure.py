"""``nodegraph figure``: which files it writes, what it runs, and how it ends."""

from __future__ import annotations

import builtins
import json
import struct
from pathlib import Path

import numpy as np
import pytest

import nodegraph
from nodegraph.carriers import graph_in
from nodegraph.declare import node
from nodegraph.values import Absent, Audio, Number
from nodegraph.views import Axis, Curves, Line, view
from tests.commands import call, n, process, save

pytest.importorskip("matplotlib")

RUNS: list[str] = []


@node("toy.sound")
def sound(*, seconds: float = 0.1, loud: float = 0.5) -> Audio:
    """Give sound."""
    RUNS.append("sound")
    return Audio(np.full((1, round(seconds * 8000)), loud), 8000)


@node("toy.stems")
def stems() -> Audio:
    """Give two sources."""
    return Audio(np.ones((2, 1, 800)), 8000, ("vocals", "drums"))


@node("toy.costly")
def costly(audio: Audio) -> Audio:
    """Must not run."""
    RUNS.append("costly")
    return audio


@node("toy.fail")
def fail(audio: Audio) -> Audio:
    """Fail."""
    raise ValueError("too quiet: at least -60 dB")


@node("toy.nothing")
def nothing(audio: Audio) -> Audio | Absent:
    """Give nothing."""
    return Absent("no references")


@node("toy.count")
def count(audio: Audio) -> Number:
    """Give a number."""
    return Number(float(audio.data.sum()), "sum")


@view("level", label="Level")
def level(value: Audio) -> Curves:
    """Show the level."""
    line = Line("level", np.arange(3.0), np.arange(3.0))
    return Curves((line,), Axis("time", "s", 0, 2), Axis("level", "dB", 0, 2))


@pytest.fixture(autouse=True)
def _toys(monkeypatch, tmp_path):
    """Work in an empty folder, with the toys above among the node types."""
    types = nodegraph.discover()
    for toy in (sound, stems, costly, fail, nothing, count):
        types.add(toy.__node__)
    types._views.append(level.__view__)
    monkeypatch.setattr(nodegraph, "discover", lambda: types)
    monkeypatch.chdir(tmp_path)
    RUNS.clear()


GRAPH = {
    "song": n("toy.sound"),
    "two": n("toy.stems"),
    "costly": n("toy.costly", {"audio": "song"}),
    "fail": n("toy.fail", {"audio": "song"}),
    "nothing": n("toy.nothing", {"audio": "song"}),
    "stft": n("transform.stft", {"audio": "song"}, n_fft=256, hop=64),
    "save": n("output.audio", {"audio": "song"}, folder="kept"),
    "kam": {
        "type": "loop",
        "params": {"iterations": 4},
        "state": {"x": {"first": "song", "next": "again"}},
        "watch": {"sum": "sum"},
        "body": {
            "again": n("mix.subtract", {"audio": "kam.x", "other": "song"}),
            "sum": n("toy.count", {"audio": "kam.x"}),
        },
    },
}


@pytest.fixture
def graph() -> Path:
    return save(Path("g.json"), GRAPH, title="A graph", layout={"nodes": {}})


def size(path: Path) -> tuple[int, int]:
    return struct.unpack(">II", path.read_bytes()[16:24])


def test_a_view_is_a_file_that_is_listed_and_carries_the_graph(graph):
    done = call("figure", graph, "song", "-o", "out/a.png")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1 file written\n  out/a.png  ")
    assert size(Path("out/a.png"))[0] == 1600
    text = graph_in(Path("out/a.png"))
    assert text is not None
    assert json.loads(text)["title"] == "A graph"
    assert call("check", "out/a.png").code == 0


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_svg_and_pdf_are_written_alike_every_time(graph, ending):
    for name in ("a", "b"):
        assert call("figure", graph, "song", "-o", f"{name}.{ending}").code == 0
    content = Path(f"a.{ending}").read_bytes()
    assert content == Path(f"b.{ending}").read_bytes()
    assert content.startswith({"svg": b"<?xml", "pdf": b"%PDF"}[ending])


@pytest.mark.parametrize(
    ("words", "width"),
    [([], 1600), (["--scale", "1"], 800), (["--scale", "4"], 3200), (["--width", "500"], 500)],
)
def test_scale_or_width_says_how_large(graph, words, width):
    assert call("figure", graph, "song", "-o", "a.png", *words).code == 0
    assert size(Path("a.png"))[0] == width


def test_only_what_the_picture_needs_is_run(graph):
    assert call("figure", graph, "stft", "-o", "a.png").code == 0
    assert RUNS == ["sound"]
    assert not Path("kept").exists()


def test_the_caption_says_graph_node_and_what_is_measured(graph):
    def text(*words):
        assert call("figure", graph, *words, "-o", "a.svg", "--overwrite").code == 0
        return Path("a.svg").read_text("utf-8").split("</metadata>")[1]

    assert "A graph – STFT: level in dB below the largest" in text("stft")
    assert "A graph – Stems (vocals): amplitude over time" in text("two[vocals]")
    assert "as I like it" in text("stft", "--caption", "as I like it")
    assert "A graph" not in text("stft", "--no-caption")


def test_a_loop_is_drawn_as_it_stood_in_a_turn(graph):
    def text(*words):
        assert call("figure", graph, "kam.x", *words, "-o", "a.svg", "--overwrite").code == 0
        return Path("a.svg").read_text("utf-8").split("</metadata>")[1]

    assert "turn 2 of kam" in text("--at", "kam=2")
    assert text("--at", "kam=2") != text("--at", "kam=1")


def test_knobs_and_sources_are_set_as_in_a_run(graph):
    for name, words in (("a", []), ("b", ["--set", "song.loud=0.9"])):
        assert call("figure", graph, "stft", "-o", f"{name}.png", "--scale", 1, *words).code == 0
    assert json.loads(graph_in(Path("b.png")))["nodes"]["song"]["params"]["loud"] == 0.9
    assert Path("a.png").read_bytes() != Path("b.png").read_bytes()


def test_every_option_of_the_look_changes_the_file(graph):
    looks = (
        ["--dark"],
        ["--map", "greys"],
        ["--range", "20"],
        ["--no-caption"],
        ["--caption", "x"],
    )
    seen = set()
    for words in ([], *looks):
        words = ["--scale", "1", "--overwrite", *words]
        assert call("figure", graph, "stft", "-o", "a.png", *words).code == 0
        content = Path("a.png").read_bytes()
        seen.add(content)
    assert len(seen) == 1 + len(looks)


def test_nothing_is_overwritten_without_being_asked(graph):
    Path("a.png").write_text("mine")
    done = call("figure", graph, "song", "-o", "a.png")
    assert (done.code, done.lines) == (1, ["a.png: is there already; --overwrite replaces it"])
    assert Path("a.png").read_text() == "mine"
    assert RUNS == []
    assert call("figure", graph, "song", "-o", "a.png", "--overwrite").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["song", "-o", "a.gif"], "nodegraph figure: -o: a picture is .png, .svg or .pdf"),
        (["song"], "nodegraph figure: Missing option '-o'"),
        (["sonk", "-o", "a.png"], "there is no node 'sonk' (did you mean 'song'?)"),
        (["song.left", "-o", "a.png"], "song: no output 'left'"),
        (["song[", "-o", "a.png"], "'song[' is no link"),
        (["two[bass]", "-o", "a.png"], "two[bass]: no source 'bass'; it has vocals, drums"),
        (
            ["song", "-o", "a.png", "--kind", "x"],
            "--kind x: song has difference (Difference), level (Level)",
        ),
        (["song", "-o", "a.png", "--kind", "difference"], "Difference shows two outputs"),
        (["song", "-o", "a.png", "--with", "sonk"], "there is no node 'sonk'"),
        (["-o", "a.png", "--with", "song"], "nodegraph figure: --with: needs a NODE"),
        (["kam", "-o", "a.png"], "kam: write which output, such as kam."),
        (["song", "-o", "a.png", "--at", "kam=9"], "--at kam=9: must be a turn from 0 to 4"),
        (["song", "-o", "a.png", "--at", "k=1"], "--at k=1: no loop 'k'; there is kam"),
        (["song", "-o", "a.png", "--at", "kam"], "--at kam: write LOOP=TURN"),
        (["song", "-o", "a.png", "--from", "2", "--to", "1"], "nodegraph figure: --from 2 --to 1"),
        (["song", "-o", "a.png", "--range", "0"], "nodegraph figure: --range 0"),
        (["song", "-o", "a.png", "--scale", "3"], "nodegraph figure: Invalid value for '--scale'"),
        (["song", "-o", "a.png", "--scale", "1", "--width", "400"], "nodegraph figure: --scale"),
        (["song", "-o", "a.png", "--pictures"], "nodegraph figure: --pictures"),
        (["song", "-o", "a.png", "--set", "song.lud=1"], "song: no knob 'lud'"),
        (["save", "-o", "a.png"], "save: writes files, and has nothing to draw"),
        (["-o", "a.png", "--kind", "level"], "nodegraph figure: --kind: needs a NODE"),
        (["-o", "a.png", "--from", "1"], "nodegraph figure: --from: needs a NODE"),
    ],
)
def test_what_cannot_be_is_one_line_before_anything_is_written(graph, words, said):
    done = call("figure", graph, *words)
    assert (done.code, len(done.lines)) == (1, 1)
    assert done.lines[0].startswith(said)
    assert sorted(path.name for path in Path().iterdir()) == ["g.json"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fail", "fail: too quiet: at least -60 dB; got audio Audio 1 x 800"),
        ("nothing", "nothing: nothing to draw: no references"),
    ],
)
def test_a_run_that_does_not_get_there_is_partly_done(graph, name, said):
    done = call("figure", graph, name, "-o", "a.png")
    assert (done.code, done.lines) == (2, [said])
    assert not Path("a.png").exists()


def test_another_kind_of_view_is_drawn(graph):
    assert call("figure", graph, "song", "--kind", "level", "-o", "a.svg").code == 0
    assert "level over time" in Path("a.svg").read_text("utf-8")


def test_a_view_of_two_outputs_is_drawn(graph):
    words = ["stft", "--kind", "difference", "--with", "stft", "-o", "a.svg"]
    assert (call("figure", graph, *words).code, RUNS) == (0, ["sound"])


@pytest.mark.parametrize("scale", ["log", "mel"])
def test_the_frequency_axis_and_the_stretch_of_time_are_chosen(graph, scale):
    def text(*words):
        assert call("figure", graph, "stft", *words, "-o", "a.svg", "--overwrite").code == 0
        return Path("a.svg").read_text("utf-8").split("</metadata>")[1]

    assert "frequency (kHz)" in text()
    assert "frequency (Hz)" in text("--axis", scale)
    assert text("--from", "0.02", "--to", "0.06") != text()


def test_without_a_node_the_whole_graph_is_drawn_and_nothing_runs(graph):
    done = call("figure", graph, "-o", "a.svg")
    assert (done.code, done.err, RUNS) == (0, "", [])
    text = Path("a.svg").read_text("utf-8").split("</metadata>")[1]
    for words in ("STFT", "Save audio", "STATES IN", "n fft", "256 samples", "mixture"):
        assert (words in text) == (words != "mixture"), words
    assert "<image" not in text


def test_with_pictures_the_graph_runs_but_writes_nothing(graph):
    done = call("figure", graph, "-o", "a.svg", "--pictures", "--caption", "All of it")
    assert done.code == 0
    assert done.lines == ["fail: too quiet: at least -60 dB; got audio Audio 1 x 800"]
    text = Path("a.svg").read_text("utf-8")
    assert "<image" in text
    assert "All of it" in text
    assert not Path("kept").exists()


def test_a_graph_has_its_own_size_and_may_be_given_another(graph):
    widths = []
    for words in (["--scale", "1"], ["--scale", "2"], ["--width", "640"]):
        assert call("figure", graph, "-o", "a.png", "--overwrite", *words).code == 0
        widths.append(size(Path("a.png"))[0])
    assert abs(widths[1] - 2 * widths[0]) <= 1
    assert widths[2] == 640


def test_an_empty_graph_is_a_ground():
    save(Path("empty.json"), {})
    assert call("figure", "empty.json", "-o", "a.png").code == 0
    assert Path("a.png").stat().st_size > 100


def test_without_matplotlib_the_way_out_is_named_before_anything_runs(graph, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **named):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    done = call("figure", graph, "song", "-o", "a.png")
    assert done.code == 1
    assert done.lines == ['pictures need matplotlib: pip install "nodegraph[figures]"']
    assert RUNS == []


def test_no_display_and_no_window_is_needed(tmp_path):
    save(tmp_path / "ein graf ü.json", {"tone": n("source.tone", seconds=0.1)})
    env = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "PYTHONWARNINGS": "error"}
    for node_or_not in (["tone"], []):
        words = ["figure", "ein graf ü.json", *node_or_not, "-o", "bild ü.png", "--overwrite"]
        done = process(*words, cwd=tmp_path, env=env)
        assert (done.code, done.err) == (0, "")
    assert (tmp_path / "bild ü.png").exists()
