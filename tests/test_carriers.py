"""Sounds and pictures that a graph wrote open as that graph again, and nothing else does."""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

import nodegraph
from nodegraph import document, history
from nodegraph.carriers import KINDS, graph_in, kind
from nodegraph.edits import set_knob
from nodegraph.errors import DocumentError
from tests.commands import call, n, save

SOUNDS = ("wav", "flac", "ogg")
CARRIERS = tuple(f"far/out/mine_{form}.{form}" for form in (*SOUNDS, "png"))
TITLE = "Leiser, 東京"


@pytest.fixture(scope="module")
def far(tmp_path_factory) -> Path:
    """A graph in a folder of its own, and what it wrote beside it."""
    folder = tmp_path_factory.mktemp("carriers") / "far"
    (folder / "sounds").mkdir(parents=True)
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, (4000, 2))
    soundfile.write(folder / "sounds/mine.wav", samples, 8000, subtype="FLOAT")
    sounds = {
        form: n("output.audio", {"audio": "gain"}, folder="out", format=form) for form in SOUNDS
    }
    nodes = {
        "song": n("source.file", path="sounds/mine.wav"),
        "gain": n("mix.gain", {"audio": "song"}, gain=-6),
        "png": n("output.picture", {"value": "gain"}, folder="out", width=300),
    }
    done = call("run", save(folder / "g.json", {**nodes, **sounds}, title=TITLE))
    assert (done.code, done.err) == (0, "")
    return folder


@pytest.fixture(autouse=True)
def made(far, monkeypatch, tmp_path) -> Path:
    """Go to a copy of that folder, and give the graph."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(far, "far")
    return Path("far/g.json")


def bare(path: str, form: str) -> Path:
    """Write a sound that carries nothing."""
    soundfile.write(path, np.zeros((100, 1)), 8000, format=form)
    return Path(path)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        struct.pack("<4sI", name, len(c)) + c + b"\0" * (len(c) % 2) for name, c in chunks
    )
    return struct.pack("<4sI4s", b"RIFF", len(body) + 4, b"WAVE") + body


def comment(text: bytes) -> bytes:
    return riff((b"LIST", b"INFO" + struct.pack("<4sI", b"ICMT", len(text)) + text))


def refused(path: Path | str) -> str:
    """Say in which words a file is refused, by every command alike."""
    path = str(path)
    said = {tuple(call(command, path).lines) for command in ("run", "check", "describe", "script")}
    assert len(said) == 1
    ((line,),) = said
    assert line.startswith(f"{path}: ")
    assert call("check", path).code == 1
    return line.removeprefix(f"{path}: ")


# What a run wrote


@pytest.mark.parametrize("path", CARRIERS)
def test_a_carrier_opens_as_the_graph_that_made_it(path, made):
    graph, original = nodegraph.load(path), nodegraph.load(made)
    assert graph.title == original.title
    assert graph.base == Path("far/out").absolute()
    # Paths name the same files, from where the carrier lies.
    assert document.find(graph, "song").params["path"] == "../sounds/mine.wav"
    assert document.find(graph, "flac").params["folder"] == "."
    nodegraph.save(graph, "far/again.json")
    assert document.text(nodegraph.load("far/again.json")) == document.text(original)


@pytest.mark.parametrize("path", CARRIERS)
def test_commands_take_a_carrier_for_its_graph(path):
    assert call("check", path).out == "1 graph, no faults\n"
    assert TITLE in call("describe", path).out
    assert "mix.gain(" in call("script", path).out
    done = call("run", path)
    assert (done.code, done.err) == (0, "")
    assert Path(path).name in done.out
    assert "mine_wav.wav is unchanged" in done.out


def test_a_carrier_runs_with_options_as_any_graph(made):
    done = call("run", CARRIERS[0], "--only", "wav", "--set", "gain.gain=0", "--out", "loud")
    assert (done.code, done.err) == (0, "")
    loud, mine = (soundfile.read(p)[0] for p in ("loud/mine_wav.wav", "far/sounds/mine.wav"))
    assert np.allclose(loud, mine, atol=1e-6)
    # What it wrote carries the graph with that setting.
    assert document.find(nodegraph.load("loud/mine_wav.wav"), "gain").params["gain"] == 0


def test_a_carrier_is_known_by_its_first_bytes():
    shutil.copy(CARRIERS[1], "sound.json")
    shutil.copy("far/g.json", "graph.wav")
    assert nodegraph.load("sound.json").title == TITLE
    assert nodegraph.load("graph.wav").title == TITLE


def test_a_sound_may_be_larger_than_a_graph(monkeypatch):
    monkeypatch.setattr(document.reading, "MAX_BYTES", 10_000)
    assert Path(CARRIERS[0]).stat().st_size > 10_000
    assert nodegraph.load(CARRIERS[0]).title == TITLE
    monkeypatch.setattr(document.reading, "MAX_BYTES", 1000)
    said = "the graph in this WAV file: 0 MB is too large: at most 0 MB"
    assert refused(CARRIERS[0]) == said


def test_a_wav_that_another_program_wrote_anew_keeps_its_graph():
    text = graph_in(Path(CARRIERS[0]))
    assert text is not None
    Path("a.wav").write_bytes(comment(text.encode()))
    assert nodegraph.load("a.wav").title == TITLE


# What must not be lost


@pytest.mark.parametrize("path", CARRIERS)
def test_nothing_writes_a_graph_over_a_sound_or_picture(path):
    before = Path(path).read_bytes()
    graph = nodegraph.load(path)
    said = f"{path}: the graph in a {kind(Path(path))} file stays as it was written"
    for options, verb in ([], "changed"), (["--check"], "would change"):
        done = call("format", path, *options)
        assert (done.code, done.out, done.lines) == (1, f"1 graph, 0 {verb}\n", [said])
    with pytest.raises(
        DocumentError, match=rf"cannot write {path}: it is a .* choose another name"
    ):
        nodegraph.save(graph, path)
    assert Path(path).read_bytes() == before


def test_the_autosave_of_a_carrier_is_a_graph_file():
    path = Path(CARRIERS[0])
    graph = document.read(path)
    target = history.autosave_path(path, Path())
    history.autosave(graph, target)
    assert history.recover(target, path) is None
    history.autosave(set_knob(graph, "gain", "gain", 0), target)
    found = history.recover(target, path)
    assert found is not None
    assert document.find(found.graph, "gain").params["gain"] == 0


# What carries none


@pytest.mark.parametrize("form", ["wav", "flac", "ogg", "mp3"])
def test_a_sound_without_a_graph_is_refused_in_one_line(form):
    assert refused(bare(f"a.{form}", form)) == f"this {form.upper()} file carries no graph"


def test_an_mp3_that_an_output_wrote_carries_none(made):
    assert call("run", made, "--only", "ogg", "--set", "ogg.format=mp3").code == 0
    assert refused("far/out/mine_ogg.mp3") == "this MP3 file carries no graph"


@pytest.mark.parametrize("text", ["", "Recorded in Köln", '{"artist": "nobody"}', "[" * 100_000])
def test_another_comment_is_no_graph(text):
    Path("a.wav").write_bytes(comment(text.encode()))
    assert refused("a.wav") == "this WAV file carries no graph"
    Path("a.png").write_bytes(png(chunk(b"iTXt", b"nodegraph\0\0\0\0\0" + text.encode())))
    assert refused("a.png") == "this PNG file carries no graph"


def test_a_picture_without_a_graph_is_refused_in_one_line():
    Path("a.png").write_bytes(png(chunk(b"tEXt", b'Comment\0{"nodes": {}}')))
    assert refused("a.png") == "this PNG file carries no graph"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'tEXtnodegraph\0{"format": 99, "nodes": {}}', "format 99"),
        (b'tEXtnodegraph\0{"format": 1, "nodes": {"a"', "line 1, column 28: Expecting ':'"),
        (b'tEXtnodegraph\0{"nodes": ' + b"[" * 100_000, "at most 64 levels"),
        (b"tEXtnodegraph", "no graph"),
        (b"zTXtnodegraph", "no graph"),
        (b"zTXtnodegraph\0\0damaged", "no graph"),
        (b"iTXtnodegraph\0", "no graph"),
        (b"iTXtnodegraph\0\1\0\0", "no graph"),
        (b"iTXtnodegraph\0\1\0\0\0damaged", "no graph"),
        (b"zTXtnodegraph\0\0" + zlib.compress(bytes(1 << 28)), "no graph"),
    ],
)
def test_a_damaged_graph_is_refused_in_one_line(body, said):
    Path("a.png").write_bytes(png(chunk(body[:4], body[4:])))
    assert said in refused("a.png")


@pytest.mark.parametrize("path", CARRIERS)
def test_a_carrier_that_is_cut_off_gives_its_graph_or_one_line(path):
    whole, found = Path(path).read_bytes(), kind(Path(path))
    cut, told = Path("cut"), set()
    for length in {*range(100), *range(100, len(whole), max(len(whole) // 60, 1)), len(whole) - 1}:
        cut.write_bytes(whole[:length])
        try:
            title = document.read(cut).title
        except DocumentError as error:
            title = TITLE
            told.add(re.sub(r"line \d+, column \d+.*", "line", str(error)))
        assert title == TITLE
    assert told <= {
        f"cut: this {found} file carries no graph",
        f"cut: the graph in this {found} file: line",
        "cut: line",  # not even the first bytes are there
        "cut: not UTF-8 text (byte 0)",
    }


def test_a_recording_that_broke_off_still_has_its_graph():
    whole = Path(CARRIERS[1]).read_bytes()
    Path("cut.flac").write_bytes(whole[: len(whole) * 2 // 3])
    assert nodegraph.load("cut.flac").title == TITLE


@pytest.mark.parametrize("sign", KINDS)
def test_a_few_first_bytes_make_no_carrier(sign):
    for rest in (b"", b"\0" * 3, b"\0" * 300, b"\xff" * 300):
        Path("a").write_bytes(sign + rest)
        assert refused("a") == f"this {KINDS[sign]} file carries no graph"


def test_a_wav_with_broken_chunks_carries_none():
    for content in (
        riff((b"LIST", b"INFO")),
        riff((b"LIST", b"INFOICMT")),
        riff((b"LIST", b"INFO" + struct.pack("<4sI", b"ICMT", 1 << 31) + b"abc")),
        riff((b"LIST", b"INFO" + struct.pack("<4sI", b"IART", 0) * 3)),
        riff((b"ds64", b""), (b"data", b"abc")),
        riff()[:4] + b"\xff" * 4 + b"WAVE" + b"\xff" * 64,
        b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0abc",
    ):
        Path("a.wav").write_bytes(content)
        assert refused("a.wav") == "this WAV file carries no graph"


def test_what_is_no_file_is_said_as_before():
    Path("folder.wav").mkdir()
    assert refused("none.wav") == "no such file"
    assert "is a directory" in refused("folder.wav").lower()
