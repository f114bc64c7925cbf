"""What the commands promise: what they do, what they say, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pytest
import soundfile

import nodegraph
from nodegraph import document
from nodegraph.cli.progress import Watcher, insides
from nodegraph.cli.settings import read
from nodegraph.cli.summary import table
from nodegraph.context import SILENT, Context
from nodegraph.declare import Knob, Param, node
from nodegraph.engine.events import Finished, Progressed, Started, Turned
from nodegraph.registry import Registry
from nodegraph.values import Absent, Audio, Files, Number, Scores
from tests.commands import ROOT, call, n, process, save, surroundings


@node("toy.sound")
def sound(
    *, seconds: float = 0.1, name: str = "x", loud: bool = True, of: Literal[1, 2] = 1
) -> Audio:
    """Give sound."""
    return Audio(np.full((1, round(seconds * 8000)), 0.5), 8000)


@node("toy.score")
def score(audio: Audio, *, context: Context = SILENT) -> Scores:
    """Score something."""
    context.note("measured with care")
    return Scores({"a": {"SNR": 3.14159, "gain": float("nan")}, "longer": {"SNR": -12.5}})


@node("toy.moved")
def moved(audio: Audio) -> Number:
    """Give a number."""
    return Number(0.25, "moved", "%")


@node("toy.nothing")
def nothing(audio: Audio) -> Audio | Absent:
    """Give nothing."""
    return Absent("no references")


@node("toy.fail")
def fail(audio: Audio) -> Audio:
    """Fail."""
    raise ValueError("too quiet: at least -60 dB")


@node("toy.save", effect=True)
def keep(
    audio: Audio,
    *,
    folder: Annotated[str, Param(path="folder")] = "kept",
    name: str = "note.txt",
    existing: Literal["refuse", "number", "replace"] = "refuse",
    context: Context = SILENT,
) -> Files:
    """Write a small file."""
    path = Path(folder) / name
    context.claim(path)
    if path.exists() and existing == "refuse":
        raise ValueError(f"{path.name} exists")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x" * 2500)
    context.wrote(path)
    return Files((path,))


TOYS = (sound, score, moved, nothing, fail, keep)


@pytest.fixture(autouse=True)
def _toys(monkeypatch, tmp_path):
    """Work in an empty folder, with the toys above among the node types."""
    installed = nodegraph.discover()
    types = Registry([*installed.values(), *(toy.__node__ for toy in TOYS)])
    monkeypatch.setattr(nodegraph, "discover", lambda: types)
    monkeypatch.chdir(tmp_path)


SMALL = {
    "song": n("toy.sound"),
    "score": n("toy.score", {"audio": "song"}),
    "save": n("toy.save", {"audio": "song"}),
}
LOOP = {
    "song": n("toy.sound"),
    "kam": {
        "type": "loop",
        "params": {"iterations": 2},
        "state": {"x": {"first": "song", "next": "again"}},
        "watch": {"moved": "moved"},
        "body": {
            "again": n("toy.sound"),
            "moved": n("toy.moved", {"audio": "kam.x"}),
            "inner": n("toy.save", {"audio": "kam.x"}, existing="replace"),
        },
    },
    "save": n("toy.save", {"audio": "kam.x"}, name="end.txt"),
}


# run


def test_a_run_says_how_it_went_what_was_measured_and_what_was_written():
    save(Path("g.json"), SMALL)
    done = call("run", "g.json")
    assert (done.code, done.err) == (0, "")
    assert "3 nodes: 3 ran, 0 from the cache" in done.out
    assert "score: measured with care" in done.out
    assert "score (dB)\n             SNR         gain\n" in done.out
    assert "  a         3.14  not defined\n  longer  -12.50\n" in done.out
    assert f"1 file written\n  {Path('kept/note.txt')}  2.5 kB" in done.out


def test_a_single_number_is_said_in_a_line():
    save(Path("g.json"), {"song": n("toy.sound"), "how": n("toy.moved", {"audio": "song"})})
    assert "\n\nhow: 0.25 %\n" in call("run", "g.json").out


def test_a_quiet_run_says_nothing():
    save(Path("g.json"), SMALL)
    assert call("run", "g.json", "--quiet").out == ""
    assert Path("kept/note.txt").exists()


def test_a_failing_node_costs_one_line_and_what_follows_it():
    save(
        Path("g.json"),
        {
            **SMALL,
            "bad": n("toy.fail", {"audio": "song"}),
            "after": n("toy.score", {"audio": "bad"}),
        },
    )
    done = call("run", "g.json")
    assert done.code == 2
    assert done.lines == ["bad: too quiet: at least -60 dB; got audio Audio 1 x 800"]
    assert "partly done" in done.out
    assert "3 ran, 0 from the cache, 1 failed, 1 blocked" in done.out
    assert Path("kept/note.txt").exists()


def test_what_is_muted_or_not_defined_is_no_fault():
    save(
        Path("g.json"),
        {
            "song": n("toy.sound"),
            "none": n("toy.nothing", {"audio": "song"}),
            "score": n("toy.score", {"audio": "none"}),
            "mute": {**n("toy.fail", {"audio": "song"}), "mode": "mute"},
        },
    )
    done = call("run", "g.json")
    assert (done.code, done.err) == (0, "")
    assert "1 muted, 1 not defined" in done.out
    assert "none, score: no references" in done.out


def test_an_unknown_type_blocks_only_what_follows_it():
    save(Path("g.json"), {**SMALL, "odd": n("other.kind", {"audio": "song"})})
    done = call("run", "g.json")
    assert done.code == 2
    assert done.lines == ["odd: unknown type 'other.kind'"]
    assert Path("kept/note.txt").exists()


def test_only_runs_a_node_and_what_it_needs():
    save(Path("g.json"), SMALL)
    done = call("run", "g.json", "--only", "score")
    assert done.code == 0
    assert "2 nodes: 2 ran" in done.out
    assert not Path("kept").exists()
    assert call("run", "g.json", "--only", "skore").lines == [
        "there is no node 'skore' (did you mean 'score'?)"
    ]


def test_the_same_graph_has_the_same_hash_everywhere():
    path = save(Path("g.json"), SMALL)
    call("run", path, "--report", "r.json")
    named = json.loads(Path("r.json").read_text())["graph"]
    assert named == document.fingerprint(nodegraph.load(path))
    assert named == nodegraph.run(path, only=["score"]).fingerprint
    assert f"Hash: {named}" in call("describe", path).out


# --set


@pytest.mark.parametrize(
    ("text", "knob", "value"),
    [
        ("4096", Knob("n", "int", 1), 4096),
        ("1", Knob("x", "float", 1.0), 1),
        (".5", Knob("x", "float", 1.0), 0.5),
        ("-1e-3", Knob("x", "float", 1.0), -0.001),
        ("wide", Knob("x", "float", 1.0), "wide"),
        ("true", Knob("b", "bool", False), True),
        ("1", Knob("t", "str", ""), "1"),
        ("true", Knob("t", "str", ""), "true"),
        ('"1"', Knob("t", "str", ""), "1"),
        ("a=b", Knob("t", "str", ""), "a=b"),
        ("", Knob("t", "str", ""), ""),
        ("hann", Knob("c", "choice", "hann", ("hann", "sine")), "hann"),
        ("2", Knob("c", "choice", 1, (1, 2)), 2),
        ("2", Knob("c", "choice", "1", ("1", "2")), "2"),
        ("[1]", None, [1]),
        ("plain words", None, "plain words"),
    ],
)
def test_a_value_is_read_as_its_knob_means_it(text, knob, value):
    assert read(text, knob) == value
    assert type(read(text, knob)) is type(value)


def test_knobs_are_set_in_loops_and_of_loops_too():
    save(Path("g.json"), LOOP)
    done = call(
        "run",
        "g.json",
        "--report",
        "r.json",
        "--set",
        "kam.iterations=5",
        "--set",
        "again.seconds=0.2",
        "--set",
        "again.name=1",
    )
    assert done.code == 0
    assert json.loads(Path("r.json").read_text())["nodes"]["inner"]["runs"] == 5


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("song.seconds=wide", "song: seconds must be a number, got 'wide'"),
        (
            "song.secnds=1",
            "song: no knob 'secnds' (did you mean 'seconds'?); it has seconds, name, loud, of",
        ),
        ("song.of=3", "song: of must be one of 1, 2, got 3"),
        ("song.loud=1", "song: loud must be true or false, got 1"),
        ("sing.seconds=1", "--set sing.seconds=1: there is no node 'sing' (did you mean 'song'?)"),
        (
            "zzz.x=1",
            "--set zzz.x=1: there is no node 'zzz'; it has song, kam, again, moved, inner, save",
        ),
        ("song=1", "--set song=1: write node.knob=value, such as stft.hop=512"),
        ("kam.iterations=-1", "kam: iterations must be 0 to 100000, got -1"),
        ("kam.x=1", "kam: no knob 'x'; it has iterations, tolerance, until"),
    ],
)
def test_a_wrong_setting_is_one_line_that_says_what_is_allowed(word, line):
    save(Path("g.json"), LOOP)
    done = call("run", "g.json", "--set", word)
    assert (done.code, done.out, done.lines) == (1, "", [line])


def test_all_wrong_settings_are_said_at_once():
    save(Path("g.json"), SMALL)
    done = call("run", "g.json", "--set", "song.of=3", "--set", "x.y=1", "--input", "song=gone.wav")
    assert done.code == 1
    assert len(done.lines) == 3


# --input


def stems(folder: Path) -> Path:
    folder.mkdir()
    for level, name in enumerate(("drums", "vocals"), 1):
        soundfile.write(folder / f"{name}.wav", np.full((400, 2), level / 10), 8000)
    return folder


def test_a_source_is_replaced_by_a_file_named_from_here_wherever_the_graph_is():
    save(Path("far/away/g.json"), SMALL)
    soundfile.write("mine.wav", np.zeros((4000, 1)), 8000)
    done = call("run", "far/away/g.json", "--input", "song=mine.wav", "--report", "r.json")
    assert done.code == 0, done.err
    assert json.loads(Path("r.json").read_text())["nodes"]["song"]["bytes"] == 4 * 4000


def test_a_source_is_replaced_by_the_sum_of_a_folder_of_stems():
    stems(Path("band"))
    save(Path("far/g.json"), SMALL)
    done = call(
        "run", "far/g.json", "--input", "song=band", "--only", "song", "--set", "song.start=0.01"
    )
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("song=gone.wav", "song: gone.wav: no such file or folder"),
        ("song", "--input song: write NODE=PATH, such as song=mine.wav"),
        ("score=g.json", "score is no source: only a node without inputs can be replaced"),
        ("sog=g.json", "--input sog=g.json: there is no node 'sog' (did you mean 'song'?)"),
    ],
)
def test_a_wrong_input_is_one_line(word, line):
    save(Path("g.json"), SMALL)
    done = call("run", "g.json", "--input", word)
    assert (done.code, done.lines) == (1, [line])


# --out, --overwrite


def test_out_is_the_folder_of_every_output_node_in_loops_too():
    save(Path("far/g.json"), LOOP)
    done = call("run", "far/g.json", "--out", "new/place")
    assert done.code == 0, done.err
    assert sorted(path.name for path in Path("new/place").iterdir()) == ["end.txt", "note.txt"]
    assert f"  {Path('new/place/end.txt')}  2.5 kB" in done.out
    assert not Path("far/kept").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need permission there")
def test_a_graph_behind_a_symbolic_link_reads_and_writes_where_one_says(tmp_path):
    save(Path("real/deep/graphs/g.json"), SMALL)
    soundfile.write("mine.wav", np.zeros((100, 1)), 8000)
    Path("link").symlink_to(tmp_path / "real/deep/graphs")
    done = call("run", "link/g.json", "--input", "song=mine.wav", "--out", "kept", "--report", "r")
    assert (done.code, done.err) == (0, "")
    assert Path("kept/note.txt").exists()
    assert f"  {Path('kept/note.txt')}  2.5 kB" in done.out
    (path,) = json.loads(Path("r").read_text())["files"]
    assert ".." not in path


def test_a_folder_that_is_set_by_name_wins_over_out():
    save(Path("g.json"), LOOP)
    call("run", "g.json", "--out", "all", "--set", "save.folder=one")
    assert [path.name for path in Path("one").iterdir()] == ["end.txt"]
    assert [path.name for path in Path("all").iterdir()] == ["note.txt"]


def test_files_are_replaced_only_when_asked():
    save(Path("g.json"), SMALL)
    call("run", "g.json")
    again = call("run", "g.json")
    assert again.code == 2
    assert again.lines == ["save: note.txt exists"]
    assert call("run", "g.json", "--overwrite").code == 0


# --report


def test_a_report_tells_of_every_node_also_where_one_failed():
    save(Path("g.json"), {**SMALL, "bad": n("toy.fail", {"audio": "song"})}, title="Mine")
    done = call("run", "g.json", "--report", "deep/er/r.json")
    report = json.loads(Path("deep/er/r.json").read_text())
    assert (report["title"], report["state"], report["format"]) == ("Mine", "partial", 1)
    assert report["faults"] == done.lines
    assert {name: entry["state"] for name, entry in report["nodes"].items()} == {
        "song": "ran",
        "score": "ran",
        "save": "ran",
        "bad": "failed",
    }
    assert report["nodes"]["score"]["scores"]["a"] == {"SNR": pytest.approx(3.14159), "gain": None}
    assert report["nodes"]["score"]["unit"] == "dB"
    assert [Path(path).name for path in report["files"]] == ["note.txt"]


def test_a_report_without_a_place_is_a_fault_before_the_run():
    save(Path("g.json"), SMALL)
    assert call("run", "g.json", "--report", ".").code == 1
    done = call("run", "g.json", "--report", "g.json/r.json")
    assert done.code == 1
    assert len(done.lines) == 1
    assert not Path("kept").exists()


# --segment


def test_a_run_in_segments_writes_what_a_whole_run_writes():
    save(Path("g.json"), {
        "tone": n("source.tone", seconds=3, rate=8000),
        "gain": n("mix.gain", {"audio": "tone"}, gain=-6),
        "out": n("output.audio", {"audio": "gain"}),
    })  # fmt: skip
    assert call("run", "g.json", "--out", "whole").code == 0
    done = call("run", "g.json", "--out", "parts", "--segment", "0.5", "--report", "r.json")
    assert (done.code, done.err) == (0, "")
    assert f"  {Path('parts/tone_out.wav')}  9" in done.out
    whole, parts = (soundfile.read(f"{folder}/tone_out.wav")[0] for folder in ("whole", "parts"))
    assert np.abs(whole - parts).max() < 1e-6


def test_a_graph_that_needs_the_whole_recording_is_refused_by_name():
    save(Path("g.json"), {
        "tone": n("source.tone"),
        "null": n("measure.null", {"estimates": "tone", "mixture": "tone"}),
    })  # fmt: skip
    done = call("run", "g.json", "--segment", "1")
    assert (done.code, done.out) == (1, "")
    assert done.lines == ["null: measure.null needs the whole recording and cannot run in segments"]


# Graphs by name


def test_a_shipped_graph_goes_by_its_bare_name(monkeypatch):
    path = save(Path("far/tiny_graph.json"), SMALL)
    monkeypatch.setattr("nodegraph.shipped.shipped", lambda: {"tiny_graph": path})
    assert call("check", "tiny_graph").code == 0
    assert call("run", "tiny_graph", "--only", "song").code == 0
    done = call("run", "tiny")
    assert done.lines == ["tiny: no such file, and no shipped graph of that name: tiny_graph"]
    save(Path("tiny_graph"), {})
    assert "0 nodes" in call("run", "tiny_graph").out, "a file of that name comes first"


def test_shipped_graphs_stand_beside_the_package():
    from nodegraph.shipped import shipped

    assert set(shipped()) == {path.stem for path in (ROOT / "graphs").glob("*.json")}


# check


def test_check_has_a_line_for_every_fault_of_every_graph():
    save(Path("good.json"), SMALL)
    save(Path("bad.json"), {"a": n("toy.sound", of=7), "b": n("toy.scor", {"audio": "c"})})
    assert call("check", "good.json", "good.json").out == "2 graphs, no faults\n"
    done = call("check", "good.json", "bad.json", "gone.json")
    assert (done.code, done.out) == (1, "")
    assert done.lines == [
        "bad.json: a: of must be one of 1, 2, got 7",
        "bad.json: b: input: there is no node 'c'",
        "bad.json: b: unknown type 'toy.scor' (did you mean 'toy.score'?)",
        "gone.json: no such file",
    ]


# describe


def test_describe_tells_nodes_in_the_order_of_work_with_loops_indented():
    told = {**LOOP, "odd": n("other.kind", {"audio": "song"})}
    save(
        Path("g.json"),
        told,
        title="Two turns",
        about="What it *shows*.",
        layout={"notes": [{"text": "look here"}]},
    )
    out = call("describe", "g.json").out
    assert out.startswith("Two turns\n\nWhat it *shows*.\n\n6 nodes and 1 loop\n\n1. ")
    loop = out[out.index(": loop\n") - 6 : out.index("save: Save")]
    assert "        set: iterations 2" not in loop
    assert "    set: iterations 2\n" in loop
    assert "    state x: begins as song, goes on as again\n" in loop
    assert "    watches moved: moved\n" in loop
    assert (
        "moved: Moved (toy.moved)\n        reads audio from kam.x (as of this turn of kam)" in loop
    )
    assert "save: Save (toy.save)\n    reads audio from kam.x\n    set: name end.txt" in out
    assert "odd: unknown type 'other.kind'" in out
    assert "Note: look here" in out


def test_describe_tells_of_a_graph_that_cannot_run_too():
    save(Path("g.json"), {"a": n("toy.score", {"audio": "b"}), "b": n("toy.fail", {"audio": "b"})})
    done = call("describe", "g.json")
    assert done.code == 0
    assert "It cannot run as it stands:\ncycle: b -> b" in done.out


# nodes


def test_nodes_lists_every_type_by_family():
    out = call("nodes").out
    for type_id, node_type in nodegraph.discover().items():
        assert f"  {type_id} " in out
        assert node_type.summary in out
    assert call("nodes", "toy").out.startswith("toy\n  toy.fail")


def test_nodes_tells_all_about_a_type():
    out = call("nodes", "transform.stft").out
    assert "transform.stft: STFT\n" in out
    assert "  n_fft          4096 samples; 2 to 131072 samples, whole; try 512" in out
    assert '"hann"; one of "hann", ' in out
    assert "audio  Audio" in out
    assert "IEEE TASSP" in out
    assert "iterations  10; 0 to 100000, whole" in call("nodes", "loop").out


@pytest.mark.parametrize("word", ["stft", "STFT", "transform.stf", "Inverse STFT"])
def test_a_type_that_is_not_there_is_guessed(word):
    done = call("nodes", word)
    assert done.code == 1
    assert "did you mean 'transform." in done.lines[0]


def test_nodes_speaks_json():
    everything = json.loads(call("nodes", "--json").out)
    assert {entry["id"] for entry in everything} == set(nodegraph.discover())
    one = json.loads(call("nodes", "toy.sound", "--json").out)
    assert one["knobs"][0] == {"name": "seconds", "kind": "float", "default": 0.1}
    assert one["knobs"][3]["choices"] == [1, 2]
    assert one["source"] is True
    assert json.loads(call("nodes", "loop", "--json").out)["knobs"][0]["name"] == "iterations"


def test_nodes_writes_the_reference():
    out = call("nodes", "--markdown").out
    assert "## toy\n" in out
    assert "### Sound (`toy.sound`)\n" in out
    assert "| `of` | 1 | one of 1, 2 |" in out


# format


def test_format_writes_what_is_not_canonical_and_leaves_the_rest():
    path = save(Path("g.json"), SMALL)
    before = path.read_bytes()
    done = call("format", "--check", path)
    assert (done.code, done.out) == (1, "g.json\n1 graph, 1 would change\n")
    assert path.read_bytes() == before
    assert call("format", path).code == 0
    written = path.read_bytes()
    assert b'"existing": "refuse"' in written
    stamp = path.stat().st_mtime_ns
    assert call("format", path).out == "1 graph, 0 changed\n"
    assert call("format", "--check", path).code == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (written, stamp)


def test_format_goes_on_behind_a_broken_graph():
    Path("broken.json").write_text("{")
    path = save(Path("g.json"), SMALL)
    done = call("format", "broken.json", path)
    assert done.code == 1
    assert done.lines == [
        "broken.json: line 1, column 2: Expecting property name enclosed in double quotes"
    ]
    assert call("format", "--check", path).code == 0


# script


def test_script_writes_a_program_that_does_the_same(tmp_path):
    save(Path("far/g.json"), {
        "tone": n("source.tone", seconds=0.1),
        "out": n("output.audio", {"audio": "tone"}, folder="stems"),
    })  # fmt: skip
    assert call("run", "far/g.json").code == 0
    done = call("script", "far/g.json", "-o", "far/program.py")
    assert (done.code, done.out, done.err) == (0, "", "")
    whole = Path("far/stems/tone_out.wav").read_bytes()
    Path("far/stems/tone_out.wav").unlink()
    command = [sys.executable, tmp_path / "far/program.py"]
    subprocess.run(command, env=surroundings(), capture_output=True, check=True)
    samples, _ = soundfile.read("far/stems/tone_out.wav")
    Path("before.wav").write_bytes(whole)
    assert np.array_equal(samples, soundfile.read("before.wav")[0])
    assert "transform" not in call("script", "far/g.json").out
    assert "source.tone(" in call("script", "far/g.json").out


def test_script_refuses_what_cannot_run():
    save(Path("g.json"), {"a": n("source.tone", seconds=-1), "b": n("source.ton")})
    done = call("script", "g.json", "-o", "p.py")
    assert done.code == 1
    assert done.lines == [
        "a: seconds must be 0.001 to 3600 s, got -1",
        "b: unknown type 'source.ton' (did you mean 'source.tone'?)",
    ]
    assert not Path("p.py").exists()


# The command itself


@pytest.mark.parametrize("words", [[], ["g.json"]])
def test_without_a_display_one_line_names_the_command_that_needs_none(words, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    save(Path("g.json"), SMALL)
    done = call(*words)
    name = "g.json" if words else "GRAPH"
    assert done.code == 1
    assert done.lines == [
        "no display to open a window on: DISPLAY is not set. "
        f"Without a window: nodegraph run {name}"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chekc"], "nodegraph: No such command 'chekc'"),
        (["run"], "nodegraph run: Missing argument 'GRAPH'"),
        (["run", "g.json", "--sett", "x"], "nodegraph run: No such option"),
        (["run", "g.json", "--segment", "0"], "nodegraph run: --segment 0: must be more than 0"),
        (["run", "g.json", "--segment", "x"], "nodegraph run: Invalid value for '--segment'"),
    ],
)
def test_wrong_words_are_one_line_and_a_fault_before_the_run(words, said):
    done = call(*words)
    assert (done.code, len(done.lines)) == (1, 1)
    assert done.lines[0].startswith(said)


def test_version_and_help():
    assert call("--version").out == f"nodegraph {nodegraph.__version__}\n"
    out = call("--help").out
    for command in ("run", "check", "describe", "nodes", "format", "script", "figure", "doctor"):
        assert f"\n  {command} " in out
        assert call(command, "--help").code == 0


def test_a_fault_of_the_program_is_one_line_too(monkeypatch):
    def broken(*_):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(nodegraph, "load", broken)
    done = call("describe", "g.json")
    assert done.code == 1
    assert done.lines == [
        "this is a fault of the program: RuntimeError: two lines; "
        "NODEGRAPH_DEBUG=1 before the command shows where"
    ]
    monkeypatch.setenv("NODEGRAPH_DEBUG", "1")
    with pytest.raises(RuntimeError):
        call("describe", "g.json")


def test_a_reader_that_leaves_early_is_no_fault(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "nodegraph", "nodes", "--markdown"],
        cwd=tmp_path,
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        assert command.stderr.read() == ""


def test_the_installed_command_runs_a_graph(tmp_path):
    save(tmp_path / "ein graf ü.json", {"tone": n("source.tone")})
    done = process("run", "ein graf ü.json", "--report", "r ü.json", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert json.loads((tmp_path / "r ü.json").read_text())["state"] == "done"


# Progress


class Bar:
    def update(self, task, completed, description):
        self.now = (completed, description)


def test_progress_counts_nodes_and_tells_of_turns():
    path = save(Path("g.json"), LOOP)
    graph = nodegraph.load(path)
    bar = Bar()
    names = {"song", "kam", "again", "moved", "inner", "save"}
    watch = Watcher(bar, 0, insides(graph), names)
    for event, count, said in (
        (Started("song"), 0, "song"),
        (Progressed("song", 0.5), 0, "song 50%"),
        (Finished("song", "ran"), 1, ""),
        (Started("again", 1), 1, "again"),
        (Finished("again", "ran", turn=1), 1, ""),
        (Turned("kam", 1, 2), 1, "kam: turn 1 of 2"),
        (Finished("kam", "ran"), 5, ""),
        (Finished("save", "ran"), 6, ""),
    ):
        watch(event)
        assert bar.now == (count, said)


def test_progress_tells_of_segments():
    bar = Bar()
    watch = Watcher(bar, 0, {}, {"song"})
    for _ in range(3):
        watch(Started("song"))
        watch(Finished("song", "ran"))
    assert bar.now == (1, "piece 3")


def test_a_table_lines_up():
    assert (
        table({"a": {"x": -143.2}, "bc": {"y": 1}})
        == "            x     y\n  a   -143.20\n  bc           1.00"
    )
    assert table({"a": {"x": 1e-5}}).endswith("1e-05")
