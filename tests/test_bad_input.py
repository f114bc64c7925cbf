"""Whatever one gives the program, it answers in lines that name what is wrong and what is allowed.

Nothing half-written stays, and no traceback is ever shown.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

import nodegraph
from nodegraph.document import MAX_BYTES
from tests.commands import call, n, process, save, surroundings

WINDOWS = sys.platform == "win32"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def separate(**song) -> dict:
    """Two sources by medians, with a small window."""
    medians = {
        name: n("kernel.median", {"power": "power", "kernel": f"{name}_kernel"})
        for name in ("harmonic", "percussive")
    }
    return {
        "song": n("source.stems", **{"path": "mine.wav", **song}),
        "stft": n("transform.stft", {"audio": "song.mixture"}, n_fft=512, hop=128),
        "power": n("transform.power", {"spectrogram": "stft"}),
        "harmonic_kernel": n("kernel.horizontal", {"plane": "power"}, length=0.1),
        "percussive_kernel": n("kernel.vertical", {"plane": "power"}, length=500),
        **medians,
        "wiener": n(
            "mask.wiener",
            {"mixture": "stft", "sources": {name: name for name in medians}},
        ),
        "istft": n("transform.istft", {"spectrogram": "wiener.estimates"}),
        "out": n("output.stems", {"audio": "istft", "mixture": "song.mixture"}, folder="out"),
    }


def noise(length: int = 4000, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.5, 0.5, (length, channels)).astype(np.float32)


def write(path: Path | str, samples: np.ndarray, rate: int = 8000) -> None:
    soundfile.write(path, samples, rate, subtype="FLOAT")


def written() -> list[str]:
    """Name everything that lies in the output folder, hidden or not."""
    return sorted(path.name for path in Path("out").rglob("*")) if Path("out").is_dir() else []


# Documents

DEEP = "[" * 100 + "]" * 100
DOCUMENTS = {
    "empty": ("", "line 1, column 1: Expecting value"),
    "broken": ('{"format": 1, "nodes": {', "line 1, column 25"),
    "a list": ("[]", 'a graph is an object with "format" and "nodes"'),
    "no text": (b"\xff\xfe\x00", "not UTF-8 text (byte 0)"),
    "newer": ('{"format": 99, "nodes": {}}', "99"),
    "wordy": ('{"format": "one", "nodes": {}}', "format"),
    "nested": (f'{{"format": 1, "nodes": {{}}, "layout": {{"x": {DEEP}}}}}', "at most 64 levels"),
    "abyss": ("[" * 200_000, "at most 64 levels"),
    "not a number": ('{"format": 1, "layout": {"x": NaN}}', "NaN is not allowed"),
    "too large": ('{"format": 1, "layout": {"x": 1e999}}', "numbers must be finite"),
    "digits": (f'{{"format": 1, "layout": {{"x": {"9" * 5000}}}}}', "5000"),
    "twins": ('{"format": 1, "nodes": {}, "nodes": {}}', "'nodes' stands twice"),
    "half": ('{"format": 1, "title": "\\ud800"}', "half a character"),
    "foreign": ('{"format": 1, "edges": []}', "no key 'edges'; it may have: about, format"),
    "typeless": ('{"format": 1, "nodes": {"a": {}}}', "node a: needs a type"),
    "mode": ('{"format": 1, "nodes": {"a": {"type": "x.y", "mode": "off"}}}', "'bypass' or 'mute'"),
    "name": ('{"format": 1, "nodes": {"a b": {"type": "x.y"}}}', "letters, digits and _"),
    "link": (
        '{"format": 1, "nodes": {"a": {"type": "x.y", "inputs": {"p": "a..b"}}}}',
        "node, node.port or node.port[source]",
    ),
    "twice": (
        '{"format": 1, "nodes": {"a": {"type": "x.y"}, "l": {"type": "loop", '
        '"body": {"a": {"type": "x.y"}}}}}',
        "the name 'a' is used twice",
    ),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_file_that_is_no_graph_is_refused_in_one_line(kind):
    content, said = DOCUMENTS[kind]
    Path("g.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    for command in ("run", "check", "describe", "format", "script"):
        done = call(command, "g.json")
        assert done.code == 1
        assert len(done.lines) == 1, done.err
        assert done.lines[0].startswith("g.json: ")
        assert said in done.lines[0]


def test_a_huge_file_is_refused_before_it_is_read():
    with Path("g.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    done = call("run", "g.json")
    assert (done.code, done.lines) == (1, ["g.json: 32 MB is too large: at most 32 MB"])


def test_no_file_and_a_folder_are_refused():
    Path("folder.json").mkdir()
    assert call("run", "gone.json").lines == ["gone.json: no such file"]
    assert call("run", "folder.json").code == 1
    assert len(call("check", "folder.json").lines) == 1


# Names, types, knobs


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"power": n("transform.power", {"spektrogram": "stft"})},
            [
                "power: input spectrogram (Spectrogram) is not wired",
                "power: no input 'spektrogram' (did you mean 'spectrogram'?); it has spectrogram",
            ],
        ),
        (
            {"istft": n("transform.istft", {"spectrogram": "wiener.estimate"})},
            [
                "istft: input spectrogram: wiener has no output 'estimate' (did you mean "
                "'estimates'?); it has wiener.estimates, wiener.masks"
            ],
        ),
        (
            {"stft": n("transform.stft", {"audio": "sogn.mixture"})},
            ["stft: input audio: there is no node 'sogn' (did you mean 'song'?)"],
        ),
        (
            {"istft": n("transform.istft", {"spectrogram": "power"})},
            ["istft: input spectrogram takes Spectrogram, but power gives Power"],
        ),
        (
            {"power": n("transform.power", {"spectrogram": "stft"}, exponent=9)},
            ["power: exponent must be 0.1 to 4, got 9"],
        ),
        (
            {"stft": n("transform.stft", {"audio": "song.mixture"}, window="hanning", hopp=1)},
            ["stft: window must be one of 'hann'", "stft: no knob 'hopp' (did you mean 'hop'?)"],
        ),
        (
            {"stft": n("transform.stft", {"audio": "istft"})},
            [
                "cycle: harmonic -> wiener -> istft -> stft -> power -> harmonic_kernel -> "
                "harmonic; what should repeat belongs in a loop"
            ],
        ),
    ],
)
def test_a_graph_that_cannot_run_is_refused_before_anything_runs(changed, said):
    save(Path("g.json"), {**separate(), **changed})
    write("mine.wav", noise())
    done = call("run", "g.json", "--report", "r.json")
    assert (done.code, done.out) == (1, "")
    for words in said:
        assert any(line.startswith(words) for line in done.lines), done.err
    assert call("check", "g.json").code == 1
    assert not written()
    assert not Path("r.json").exists()


def test_every_knob_of_every_node_says_its_range():
    types = nodegraph.discover()
    for type_id, node_type in types.items():
        for knob in node_type.knobs:
            for limit, beyond in ((knob.param.min, -1), (knob.param.max, 1)):
                if limit is None:
                    continue
                save(Path("g.json"), {"a": n(type_id, **{knob.name: limit + beyond})})
                done = call("run", "g.json")
                assert done.code == 1
                said = f"a: {knob.name} must be {knob.span}, got {limit + beyond!r}"
                assert said in done.lines


def test_planes_of_two_grids_are_refused_with_both_named():
    write("mine.wav", noise())
    save(Path("g.json"), {
        **separate(),
        "fine": n("transform.stft", {"audio": "song.mixture"}, n_fft=256, hop=64),
        "mask": n("mask.apply", {"mixture": "fine", "mask": "wiener.masks"}),
    })  # fmt: skip
    done = call("run", "g.json")
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.lines[0].startswith("mask: ")
    assert "hann 256, hop 64" in done.lines[0]
    assert "hann 512, hop 128" in done.lines[0]


# Recordings that cannot be read


def broken_file(kind: str) -> Path:
    path = Path({"m4a": "song.m4a", "m4a named wav": "song.wav"}.get(kind, f"{kind}.wav"))
    if kind in ("truncated", "truncated flac"):
        path = path.with_suffix(".flac" if "flac" in kind else ".wav")
        soundfile.write(path, noise(40_000), 8000)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
    elif kind.startswith("m4a"):
        path.write_bytes(b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + bytes(500))
    elif kind == "header only":
        soundfile.write(path, np.zeros((0, 1)), 8000)
    elif kind == "text":
        path.write_text("this is no sound " * 50)
    elif kind == "empty":
        path.touch()
    elif kind == "no audio in it":
        path = Path("folder")
        path.mkdir()
        (path / "readme.txt").write_text("nothing here")
    return path


BROKEN = {
    "empty": "is empty (0 bytes)",
    "header only": "has no samples",
    "text": "allowed are WAV, FLAC, OGG, MP3 and AIFF",
    "truncated": "cut off",
    "truncated flac": "cut off",
    "m4a": "M4A (AAC) is not supported: save it as WAV, FLAC, OGG or MP3",
    "m4a named wav": "M4A (AAC) is not supported",
    "no audio in it": "one file per source is needed",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_recording_that_cannot_be_read_is_named_and_nothing_is_written(kind):
    path = broken_file(kind)
    save(Path("g.json"), separate())
    done = call("run", "g.json", "--input", f"song={path}", "--report", "r.json")
    assert done.code == 2
    assert len(done.lines) == 1, done.err
    assert done.lines[0].startswith("song: ")
    assert path.name in done.lines[0]
    assert BROKEN[kind] in done.lines[0]
    assert not written()
    nodes = json.loads(Path("r.json").read_text())["nodes"]
    assert {entry["state"] for entry in nodes.values()} == {"failed", "blocked"}


def test_a_recording_that_is_not_there_is_a_fault_before_the_run():
    save(Path("g.json"), separate())
    done = call("run", "g.json", "--input", "song=gone.wav")
    assert (done.code, done.lines) == (1, ["song: gone.wav: no such file or folder"])
    done = call("run", "g.json")  # the file that the graph itself names
    assert done.code == 2
    assert len(done.lines) == 1
    assert "mine.wav" in done.lines[0]


@pytest.mark.parametrize(("value", "name"), [(np.nan, "NaN"), (-np.inf, "an infinite value")])
def test_samples_that_are_not_numbers_are_refused_with_their_position(value, name):
    samples = noise()
    samples[1234, 1] = value
    write("mine.wav", samples)
    save(Path("g.json"), separate())
    done = call("run", "g.json")
    assert done.code == 2
    assert len(done.lines) == 1
    assert f"mine.wav holds {name} at sample 1234 (0.154 s), channel 2" in done.lines[0]
    assert not written()


# Recordings that are odd, and run

ODD = {
    "silence": (np.zeros((4000, 2), np.float32), 8000),
    "one sample": (noise(1), 8000),
    "two samples": (noise(2), 44100),
    "shorter than a window": (noise(100), 8000),
    "mono": (noise(channels=1), 8000),
    "eight channels": (noise(channels=8), 8000),
    "8 kHz": (noise(), 8000),
    "192 kHz": (noise(20_000), 192_000),
    "loud": (noise() * 1e4, 8000),
    "faint": (noise() * 1e-4, 8000),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_recording_is_separated_into_parts_that_sum_to_it(kind):
    samples, rate = ODD[kind]
    write("mine.wav", samples, rate)
    save(Path("g.json"), separate())
    done = call("run", "g.json")
    assert (done.code, done.err) == (0, "")
    total = np.zeros(samples.shape)
    for path in Path("out").iterdir():
        part, same_rate = soundfile.read(path, always_2d=True)
        assert (part.shape, same_rate) == (samples.shape, rate)
        total += part
    assert {"mine_harmonic.wav", "mine_percussive.wav"} <= set(written())
    assert np.abs(total - samples).max() <= 1e-6 * max(np.abs(samples).max(), 1e-9)


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_masks_do_not_depend_on_loudness(gain):
    samples = noise()
    graph = save(Path("g.json"), separate())
    masks = []
    for factor in (1, gain):
        write("mine.wav", samples * np.float32(factor))
        masks.append(nodegraph.run(graph, only=["wiener.masks"])["wiener.masks"].data)
    assert np.abs(masks[0] - masks[1]).max() < 1e-4


# Where things are written


def test_names_in_any_script_work_everywhere():
    folder = Path("Größe 音楽 🎻 e\u0301")
    folder.mkdir()
    graph = save(folder / "Zeitlupe ½.json", separate(), title="Tönt")
    write(folder / "пісня ñ.wav", noise())
    done = call("run", graph, "--input", f"song={folder / 'пісня ñ.wav'}",
                "--out", folder / "ausgeführt", "--report", folder / "ré.json")  # fmt: skip
    assert (done.code, done.err) == (0, "")
    names = {path.name for path in (folder / "ausgeführt").iterdir()}
    assert {"пісня ñ_harmonic.wav", "пісня ñ_percussive.wav"} <= names
    report = json.loads((folder / "ré.json").read_text("utf-8"))
    assert report["title"] == "Tönt"
    assert all(Path(path).exists() for path in report["files"])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_refused_in_one_line():
    name = os.fsdecode(b"caf\xe9.wav")
    write("mine.wav", noise())
    Path("mine.wav").rename(name)
    save(Path("g.json"), separate())
    done = process("run", "g.json", "--input", f"song={name}", cwd=Path.cwd())
    assert done.code == 1
    assert len(done.lines) == 1
    assert "song" in done.lines[0]


@pytest.mark.parametrize("place", ["file.txt/sub", "/proc/nowhere"])
def test_a_folder_that_cannot_be_made_is_named(place):
    if place.startswith("/proc") and not sys.platform.startswith("linux"):
        pytest.skip("there is no /proc")
    Path("file.txt").touch()
    write("mine.wav", noise())
    save(Path("g.json"), separate())
    done = call("run", "g.json", "--out", place, "--report", "r.json")
    assert done.code == 2
    assert len(done.lines) == 1, done.err
    assert done.lines[0].startswith(f"out: cannot write {Path(place).absolute()}")
    assert json.loads(Path("r.json").read_text())["nodes"]["istft"]["state"] == "ran"


@pytest.mark.skipif(WINDOWS or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_one_may_not_write_to_is_named():
    Path("locked").mkdir(mode=0o500)
    write("mine.wav", noise())
    save(Path("g.json"), separate())
    done = call("run", "g.json", "--out", "locked")
    assert done.code == 2
    assert len(done.lines) == 1
    assert "Permission denied" in done.lines[0]


@pytest.fixture
def tiny_disk(tmp_path):
    """Give a disk of 256 kB, where this computer lets us make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    try:
        made = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        pytest.skip("no small disk can be made here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_and_nothing_half_written_stays(tiny_disk):
    write("mine.wav", noise(40_000))
    save(Path("g.json"), separate())
    done = call("run", "g.json", "--out", tiny_disk, "--report", "r.json")
    assert done.code == 2
    assert len(done.lines) == 1, done.err
    assert done.lines[0].startswith("out: ")
    assert "No space left" in done.lines[0] or "full" in done.lines[0]
    assert list(tiny_disk.iterdir()) == []
    assert json.loads(Path("r.json").read_text())["state"] == "partial"


def test_a_report_for_which_there_is_no_room_makes_the_run_partly_done(tiny_disk):
    write("mine.wav", noise())
    save(Path("g.json"), separate())
    with (tiny_disk / "filler").open("wb") as file, pytest.raises(OSError, match="space"):
        file.write(bytes(300_000))
    done = call("run", "g.json", "--report", tiny_disk / "r.json")
    assert done.code == 2
    assert len(done.lines) == 1
    assert "r.json" in done.lines[0]
    assert [path.name for path in tiny_disk.iterdir()] == ["filler"]
    assert {"mine_harmonic.wav", "mine_percussive.wav"} <= set(written())


def test_two_nodes_that_write_one_file_are_told_apart():
    write("mine.wav", noise())
    save(Path("g.json"), {
        "song": n("source.file", path="mine.wav"),
        "one": n("output.audio", {"audio": "song"}, folder="out", name="same"),
        "two": n("output.audio", {"audio": "song"}, folder="out", name="same"),
    })  # fmt: skip
    done = call("run", "g.json")
    assert done.code == 2
    assert len(done.lines) == 1
    late, first = ("two", "one") if done.lines[0].startswith("two") else ("one", "two")
    assert done.lines[0].startswith(f"{late}: ")
    assert f"is written by {first} too" in done.lines[0]
    assert written() == ["same.wav"]


# Memory


def test_work_that_cannot_fit_is_refused_before_it_is_begun():
    save(Path("g.json"), {
        "noise": n("source.noise", seconds=5, rate=192_000),
        "stft": n("transform.stft", {"audio": "noise"}, n_fft=131_072, hop=1),
        "tone": n("source.tone"),
    })  # fmt: skip
    done = call("run", "g.json")
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.lines[0].startswith("stft: needs about ")
    assert "GB are free: take a shorter stretch, a larger hop, mono, or --segment" in done.lines[0]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is known on Linux only")
def test_memory_that_runs_out_fails_a_node_and_not_the_program():
    save(Path("g.json"), {
        "noise": n("source.noise", seconds=600, rate=192_000, channels=8),
        "tone": n("source.tone"),
    })  # fmt: skip
    code = (
        "import resource, sys; import nodegraph.engine.engine; from nodegraph.cli import main;"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30));"
        "sys.exit(main(['run', 'g.json', '--report', 'r.json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=surroundings({"OPENBLAS_NUM_THREADS": "1"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("noise: ")
    assert "memory" in done.stderr or "needs about" in done.stderr
    assert json.loads(Path("r.json").read_text())["nodes"]["tone"]["state"] == "ran"


# Ctrl+C

SLOW = '''
import time
from nodegraph.context import SILENT, Context
from nodegraph.declare import node
from nodegraph.values import Audio, Files


@node("slow.deaf")
def deaf(audio: Audio) -> Audio:
    """Hear nothing for a long time."""
    open("begun", "w").close()
    time.sleep(60)
    return audio


@node("slow.writer", effect=True)
def writer(audio: Audio) -> Files:
    """Hear nothing while writing."""
    open("begun", "w").close()
    time.sleep(60)
    return Files(())
'''


def started(*words: str) -> subprocess.Popen[str]:
    """Start a run in the background."""
    Path("mine_nodes").mkdir(exist_ok=True)
    Path("mine_nodes/slow.py").write_text(SLOW)
    return subprocess.Popen(
        [sys.executable, "-m", "nodegraph", "run", "g.json", "--report", "r.json", *words],
        env=surroundings({"NODEGRAPH_NODES": "mine_nodes"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(pattern: str) -> None:
    end = time.monotonic() + 30
    while not list(Path().glob(pattern)):
        assert time.monotonic() < end, f"{pattern} never came"
        time.sleep(0.005)


def interrupted(number: int) -> float:
    """Interrupt a run while it writes its stems; give the seconds it took to end."""
    for old in (*Path("out").glob("*"), Path("r.json")):
        old.unlink(missing_ok=True)
    run = started()
    wait_for("out/.*" if list(Path().glob("out")) else "out")
    begin = time.monotonic()
    run.send_signal(number)
    _, err = run.communicate(timeout=30)
    seconds = time.monotonic() - begin
    assert run.returncode == 130, err
    assert err == ""
    assert written() == []
    report = json.loads(Path("r.json").read_text())
    assert report["state"] == "cancelled"
    assert report["nodes"]["istft"]["state"] == "ran"
    assert report["nodes"]["out"]["state"] == "cancelled"
    return seconds


@pytest.mark.alone
@pytest.mark.skipif(WINDOWS, reason="signals are of another kind there")
def test_ctrl_c_ends_a_run_within_half_a_second_and_leaves_no_half_files():
    write("mine.wav", noise(48_000 * 200), 48_000)
    nodes = {
        "song": n("source.file", path="mine.wav"),
        "istft": n("mix.gain", {"audio": "song"}),
        "out": n("output.stems", {"audio": "istft"}, folder="out", format="flac"),
    }
    save(Path("g.json"), nodes)
    # A busy computer may be late once, not every time.
    assert min(interrupted(number) for number in (signal.SIGINT, signal.SIGTERM)) < 0.5


@pytest.mark.alone
@pytest.mark.skipif(WINDOWS, reason="signals are of another kind there")
def test_a_node_that_hears_nothing_is_left_where_it_stands_and_reported():
    save(Path("g.json"), {
        "tone": n("source.tone"),
        "deaf": n("slow.deaf", {"audio": "tone"}),
        "out": n("output.audio", {"audio": "tone"}, folder="out"),
    })  # fmt: skip
    run = started()
    wait_for("begun")
    wait_for("out/tone_out.wav")
    begin = time.monotonic()
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=30)
    assert time.monotonic() - begin < 1.5
    assert run.returncode == 130
    assert out.startswith("interrupted in ")
    report = json.loads(Path("r.json").read_text())
    assert {name: entry["state"] for name, entry in report["nodes"].items()} == {
        "tone": "ran",
        "deaf": "cancelled",
        "out": "ran",
    }
    assert [Path(path).name for path in report["files"]] == ["tone_out.wav"]


@pytest.mark.alone
@pytest.mark.skipif(WINDOWS, reason="signals are of another kind there")
@pytest.mark.parametrize("times", [1, 2])
def test_a_node_that_hears_nothing_while_it_writes_is_given_two_seconds_or_until_asked_twice(times):
    save(Path("g.json"), {"tone": n("source.tone"), "slow": n("slow.writer", {"audio": "tone"})})
    run = started()
    wait_for("begun")
    begin = time.monotonic()
    for _ in range(times):
        run.send_signal(signal.SIGINT)
        time.sleep(0.5)
    run.communicate(timeout=30)
    seconds = time.monotonic() - begin
    assert run.returncode == 130
    assert 1.9 < seconds < 5 if times == 1 else seconds < 1.8
