"""A batch from end to end: whatever dies or is broken, what is finished stays and the rest goes on."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

import nodegraph
from nodegraph.batch.crew import BLAS, surroundings
from tests.batch import sets
from tests.batch.sets import NAMES, marks
from tests.commands import Outcome, call, n
from tests.commands import surroundings as outside

FIRST, SECOND, THIRD = (f"test/{name}" for name in NAMES)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sets.musdb(tmp_path_factory.mktemp("sets") / "musdb")


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """A data set of one's own, to spoil."""
    return Path(shutil.copytree(kept, tmp_path / "musdb"))


@pytest.fixture(scope="module", autouse=True)
def _toys(tmp_path_factory: pytest.TempPathFactory):
    """Have node types that misbehave."""
    folder = tmp_path_factory.mktemp("nodes")
    (folder / "toys.py").write_text(sets.TOYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODEGRAPH_NODES", str(folder))
        patch.setenv("TRAP", "")
        nodegraph.discover.cache_clear()
        yield
    nodegraph.discover.cache_clear()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    sets.graph(Path("g.json"))


@pytest.fixture(scope="module")
def ran(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """One batch that several tests look at: how it ended, and its folder."""
    folder = tmp_path_factory.mktemp("ran")
    path = sets.graph(folder / "g.json")
    return call("batch", path, kept, "--out", folder / "o", "--jobs", "2"), folder / "o"


@pytest.fixture
def before(ran: tuple[Outcome, Path], tmp_path: Path) -> Path:
    """The results of that batch, to spoil."""
    return Path(shutil.copytree(ran[1], tmp_path / "o"))


def begin(*words: object) -> subprocess.Popen[str]:
    """Start a batch as a process of its own, in a session of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "nodegraph", "batch", *map(str, words)],
        env=outside({"NODEGRAPH_NODES": os.environ["NODEGRAPH_NODES"], "TRAP": os.environ["TRAP"]}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
    )  # fmt: skip


def wait_for(path: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children()]


def gone(pids: list[int], seconds: float = 10) -> bool:
    import psutil

    end = time.monotonic() + seconds
    while any(psutil.pid_exists(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def table(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text("utf-8").splitlines()))


def leftovers(folder: Path) -> list[str]:
    """Name everything hidden that a batch left, but for its lock."""
    return [path.name for path in folder.rglob(".*") if path.name != ".lock"]


def test_a_data_set_is_run_scored_and_summed_up(ran: tuple[Outcome, Path]):
    done, out = ran
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1 of 3  test/")
    assert "3 tracks: 3 done" in done.out
    assert sorted(p.stem for p in (out / "tracks/test").iterdir()) == sorted(NAMES)
    content = marks(out)[f"{FIRST}.json"]
    assert [target["name"] for target in content["targets"]] == ["drums", "vocals"]
    assert content["targets"][0]["frames"][0]["duration"] == pytest.approx(2.4)
    assert content["nodegraph"]["files"] == [f"estimates/{FIRST}/vocals.wav"]
    wave, rate = soundfile.read(out / f"estimates/{FIRST}/vocals.wav", dtype="float32")
    assert rate == 44100
    assert np.abs(wave.T - sets.played(1).mixture.data).max() < 1e-6
    lines = table(str(out / "scores.csv"))
    assert len(lines) == 6
    assert {line["track"] for line in lines} == set(NAMES)
    assert "<svg" in (out / "report.html").read_text("utf-8")
    assert not (out / "failed.txt").exists()
    assert leftovers(out) == []


def test_scores_are_those_of_the_same_graph_run_by_itself(ran: tuple[Outcome, Path], kept: Path):
    for name in NAMES[:2]:
        call(
            "run",
            "g.json",
            "--input",
            f"song={kept}/test/{name}",
            "--only",
            "snr",
            "--report",
            "r.json",
        )
        alone = json.loads(Path("r.json").read_text())["nodes"]["snr"]["scores"]
        assert marks(ran[1])[f"test/{name}.json"]["nodegraph"]["scores"]["snr"]["rows"] == alone


def test_any_number_of_processes_gives_the_same(ran: tuple[Outcome, Path], kept: Path):
    assert call("batch", "g.json", kept, "--out", "o", "--jobs", 1).code == 0
    assert marks(Path("o")) == marks(ran[1])
    assert Path("o/scores.csv").read_text() == (ran[1] / "scores.csv").read_text()


def test_both_layouts_and_any_order_give_each_track_its_own_references(
    ran: tuple[Outcome, Path], tmp_path: Path
):
    dsd = sets.dsd100(tmp_path / "dsd") / "Mixtures"
    call("batch", "g.json", dsd / "Test", dsd / "Dev", "--out", "p", "--scores-only")
    ours, theirs = marks(ran[1]), marks(Path("p"))
    assert [ours[f"test/{name}.json"]["targets"] for name in NAMES] == [
        theirs[f"{subset}/{name}.json"]["targets"]
        for subset, name in zip(("dev", "test", "test"), NAMES, strict=True)
    ]


def test_bad_recordings_are_reported_and_stop_nothing(data: Path):
    (data / FIRST / "bass.wav").unlink()
    broken = data / SECOND / "drums.wav"
    broken.write_bytes(broken.read_bytes()[:5000])
    done = call("batch", "g.json", data, "--out", "o")
    assert done.code == 2
    assert [line.partition(": ")[0] for line in done.lines] == [FIRST, SECOND]
    assert "bass missing" in done.lines[0]
    assert "cut off" in done.lines[1]
    assert list(marks(Path("o"))) == [f"{THIRD}.json"]
    listed = Path("o/failed.txt").read_text("utf-8").splitlines()
    assert [line.split("\t")[0] for line in listed] == [FIRST, SECOND]
    lines = table("o/scores.csv")
    assert [line["state"] for line in lines] == ["failed", "failed", "done", "done"]
    assert "bass missing" in lines[0]["note"]
    assert "cut off" in Path("o/report.html").read_text("utf-8")
    # Mended, they alone are run.
    shutil.copy(data / THIRD / "bass.wav", data / FIRST / "bass.wav")
    done = call("batch", "g.json", data, "--out", "o", "--resume")
    assert done.out.startswith("1 track finished before")
    assert Path("o/failed.txt").read_text("utf-8").count("\n") == 1


def test_a_reference_that_is_not_there_or_silent_is_a_row_without_a_score(tmp_path: Path):
    for name in ("a", "b"):
        sets.write(tmp_path / "set" / name / "vocals.wav", sets.stems(1)["vocals"])
    sets.write(tmp_path / "set" / "b" / "drums.wav", 0 * sets.stems(1)["drums"])
    done = call("batch", "g.json", tmp_path / "set", "--out", "o", "--scores-only")
    assert (done.code, done.err) == (0, "")
    lines = table("o/scores.csv")
    assert [(line["track"], line["target"], bool(line["score"])) for line in lines] == [
        ("a", "drums", False), ("a", "vocals", True), ("b", "drums", False), ("b", "vocals", True)
    ]  # fmt: skip
    assert "drums" in lines[0]["note"]
    assert "silent" in lines[2]["note"]


def test_a_node_that_fails_costs_its_own_part_and_is_tried_again(data: Path):
    sets.graph(Path("g.json"), worse=n("output.audio", {"audio": "trap"}, name="{nonsense}"))
    done = call("batch", "g.json", data / FIRST, "--out", "o")
    assert done.code == 2
    assert "{nonsense}" in done.lines[0]
    content = marks(Path("o"))[f"{FIRST}.json"]["nodegraph"]
    assert content["state"] == "partial"
    assert content["scores"]["snr"]["rows"]["vocals"]["SNR"]
    assert "1 partly done" in done.out
    again = call("batch", "g.json", data / FIRST, "--out", "o", "--resume")
    assert "finished before" not in again.out
    assert again.code == 2


def test_frames_come_from_the_node_that_has_them(data: Path):
    sets.graph(Path("g.json"), framed=n("toy.framed", {"audio": "trap"}))
    call("batch", "g.json", data / FIRST, "--out", "o", "--scores-only")
    vocals, drums = marks(Path("o"))[f"{FIRST}.json"]["targets"]
    assert [frame["metrics"]["SDR"] for frame in vocals["frames"]] == [1.0, 2.0, None]
    assert (drums["name"], len(drums["frames"])) == ("drums", 1)
    call("batch", "g.json", data / FIRST, "--out", "p", "--scores", "snr", "--scores-only")
    assert len(marks(Path("p"))[f"{FIRST}.json"]["targets"][0]["frames"]) == 1


# Going on


def test_going_on_runs_what_is_new_or_changed_and_touches_nothing_else(before: Path, data: Path):
    paths = {name: before / f"tracks/{name}.json" for name in (FIRST, SECOND, THIRD)}
    times = {name: path.stat().st_mtime_ns for name, path in paths.items()}
    sets.write(data / SECOND / "bass.wav", 0.5 * sets.stems(2)["bass"])
    paths[THIRD].unlink()
    done = call("batch", "g.json", data, "--out", "o", "--resume")
    assert done.code == 0
    assert done.out.startswith("1 track finished before")
    assert paths[FIRST].stat().st_mtime_ns == times[FIRST]
    assert paths[SECOND].stat().st_mtime_ns > times[SECOND]
    assert len(marks(before)) == 3


def test_a_file_of_a_track_that_was_cut_short_is_no_finished_track(before: Path, kept: Path):
    path = before / f"tracks/{FIRST}.json"
    path.write_bytes(path.read_bytes()[:300])
    done = call("batch", "g.json", kept, "--out", "o", "--resume")
    assert (done.code, done.out.startswith("2 tracks finished before")) == (0, True)


def test_a_folder_is_never_mixed_with_another_batch(before: Path, kept: Path):
    done = call("batch", "g.json", kept, "--out", "o")
    assert (done.code, "--resume" in done.err) == (1, True)
    done = call("batch", "g.json", kept, "--out", "o", "--resume", "--set", "song.length=1")
    assert (done.code, "another graph" in done.err) == (1, True)
    assert len(marks(before)) == 3
    words = ("--overwrite", "--set", "song.length=1", "--scores-only")
    assert call("batch", "g.json", kept / FIRST, "--out", "o", *words).code == 0
    (content,) = marks(before).values()
    assert content["targets"][0]["frames"][0]["duration"] == 1.0


def test_a_batch_that_is_killed_loses_no_finished_track_and_goes_on(data: Path, monkeypatch):
    monkeypatch.setenv("TRAP", f"wait={NAMES[1]}={Path('here').absolute()}")
    running = begin("g.json", data, "--out", "o", "--jobs", "1")
    wait_for(Path("here"))
    workers = children(running.pid)
    running.kill()
    running.communicate()
    assert gone(workers)
    assert list(marks(Path("o"))) == [f"{FIRST}.json"]
    before = Path(f"o/tracks/{FIRST}.json").stat().st_mtime_ns
    monkeypatch.setenv("TRAP", "")
    done = call("batch", "g.json", data, "--out", "o", "--resume")
    assert done.code == 0
    assert done.out.startswith("1 track finished before")
    assert Path(f"o/tracks/{FIRST}.json").stat().st_mtime_ns == before
    assert len(marks(Path("o"))) == 3
    assert leftovers(Path("o")) == []


@pytest.mark.slow
def test_wherever_it_is_killed_a_track_is_whole_or_not_there(data: Path, tmp_path: Path):
    """Killed as files grow, as they get their place, and as a track is finished."""
    for moment in ("estimates/test/.*", "estimates/test/[!.]*", "tracks/test/[!.]*"):
        known = set(tmp_path.glob(f"o/{moment}"))
        running = begin("g.json", data, "--out", "o", "--jobs", "2", "--resume")
        while running.poll() is None and not set(tmp_path.glob(f"o/{moment}")) - known:
            time.sleep(0.001)
        running.kill()
        running.communicate()
        for name, content in marks(Path("o")).items():
            assert content["nodegraph"]["state"] == "done", name
            for file in content["nodegraph"]["files"]:
                assert soundfile.info(f"o/{file}").duration == pytest.approx(2.4)
    assert call("batch", "g.json", data, "--out", "o", "--resume").code == 0
    assert len(marks(Path("o"))) == 3
    assert leftovers(Path("o")) == []


def test_a_process_that_is_killed_costs_one_more_try(data: Path, monkeypatch):
    monkeypatch.setenv("TRAP", f"once={NAMES[0]}={Path('dead').absolute()}")
    done = call("batch", "g.json", data, "--out", "o", "--jobs", "2")
    assert Path("dead").exists()
    assert (done.code, done.err) == (0, "")
    assert len(marks(Path("o"))) == 3
    assert leftovers(Path("o")) == []


def test_a_recording_that_kills_its_process_twice_is_given_up(data: Path, monkeypatch):
    monkeypatch.setenv("TRAP", f"always={NAMES[0]}")
    done = call("batch", "g.json", data, "--out", "o", "--jobs", "2")
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.lines[0].startswith(FIRST)
    assert "SIGKILL" in done.lines[0]
    assert len(marks(Path("o"))) == 2


def test_processes_that_do_not_start_end_the_batch_with_the_reason(data: Path, monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    done = call("batch", "g.json", data, "--out", "o", "--jobs", "2")
    assert done.code == 2
    assert "no process can be started" in done.lines[-1]
    assert "3 not run" in done.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_at_once_and_what_is_finished_is_summed_up(
    number: int, data: Path, monkeypatch
):
    monkeypatch.setenv("TRAP", f"wait={NAMES[1]}={Path('here').absolute()}")
    running = begin("g.json", data, "--out", "o", "--jobs", "1")
    wait_for(Path("here"))
    workers = children(running.pid)
    began = time.monotonic()
    os.killpg(running.pid, number)  # as a terminal does
    out, err = running.communicate(timeout=20)
    assert time.monotonic() - began < 3
    assert running.returncode == 130
    assert err.splitlines() == ["interrupted: --resume goes on"]
    assert "3 tracks: 1 done, 2 not run" in out
    assert gone(workers)
    lines = table("o/scores.csv")
    assert [line["state"] for line in lines] == ["done", "done", "not run", "not run"]


def test_two_batches_do_not_work_in_one_folder(data: Path, monkeypatch):
    monkeypatch.setenv("TRAP", f"wait={NAMES[0]}={Path('here').absolute()}")
    running = begin("g.json", data, "--out", "o", "--jobs", "1")
    wait_for(Path("here"))
    done = call("batch", "g.json", data, "--out", "o", "--resume")
    assert (done.code, "another batch" in done.err) == (1, True)
    running.kill()
    running.communicate()


@pytest.fixture
def tiny_disk(tmp_path: Path):
    """A disk with room for the files of one track."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)]
    try:
        made = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        pytest.skip("no small disk can be made here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_stops_the_batch_and_leaves_nothing_half_written(data: Path, tiny_disk: Path):
    done = call("batch", "g.json", data, "--out", tiny_disk / "o", "--jobs", "1")
    assert done.code == 2
    assert any(line.startswith("the disk is full") for line in done.lines)
    whole = [n for n, m in marks(tiny_disk / "o").items() if m["nodegraph"]["state"] == "done"]
    assert whole == [f"{FIRST}.json"]
    assert leftovers(tiny_disk / "o") == []
    assert "1 not run" in done.out
    done = call("batch", "g.json", data, "--out", tiny_disk / "o", "--resume", "--overwrite")
    assert done.code == 2


# What is asked for wrongly


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name the recordings"),
        (("musdb",), "--out DIR"),
        (("none", "--out", "o"), "none: no such file"),
        (("musdb", "--out", "o", "--set", "snr.wrong=1"), "no knob 'wrong'"),
        (("musdb", "--out", "o", "--scores", "ns"), "there are snr"),
        (("musdb", "--out", "o", "--input", "trap"), "there are song"),
        (("musdb", "--out", "o", "--jobs", "0"), "0"),
        (("musdb", "--out", "g.json"), "g.json"),
    ],
)
def test_a_fault_is_said_in_one_line_before_anything_runs(words, said: str, data: Path):
    done = call("batch", "g.json", *words)
    assert done.code == 1
    assert len(done.lines) == 1
    assert said in done.err
    assert not Path("o/tracks").exists()


def test_a_graph_without_a_source_or_with_several_asks_which(data: Path):
    sets.graph(Path("g.json"), noise=n("source.noise"))
    assert call("batch", "g.json", data / FIRST, "--out", "o", "--scores-only").code == 0
    nodes = json.loads(Path("g.json").read_text())["nodes"]
    text = json.dumps({"format": 1, "nodes": nodes}).replace('"song', '"tune')
    Path("h.json").write_text(text)
    done = call("batch", "h.json", data / FIRST, "--out", "p", "--scores-only")
    assert (done.code, "--input NODE" in done.err) == (1, True)
    words = ("--input", "tune", "--input", f"noise={data / FIRST}/bass.wav")
    assert call("batch", "h.json", data / FIRST, "--out", "p", "--scores-only", *words).code == 0


def test_the_list_shows_what_would_run_and_runs_nothing(data: Path):
    (data / FIRST / "bass.wav").unlink()
    done = call("batch", "g.json", data, "--list")
    assert done.code == 0
    assert [line.split("  ")[0] for line in done.out.splitlines()] == [FIRST, SECOND, THIRD]
    assert "bass missing" in done.out


def test_plain_files_are_separated_and_have_no_scores(data: Path):
    files = [data / name / "mixture.wav" for name in (FIRST, SECOND)]
    done = call("batch", "g.json", *files, "--layout", "files", "--out", "o", "--jobs", "1")
    assert done.code == 0
    assert len(list(Path("o/estimates").rglob("vocals.wav"))) == 2
    assert all(
        frame["metrics"]["SNR"] is None
        for content in marks(Path("o")).values()
        for target in content["targets"]
        for frame in target["frames"]
    )


# Processes


def test_each_process_has_one_thread_for_matrices_and_its_share_of_the_cores(data: Path):
    sets.graph(Path("g.json"), threads=n("toy.threads", {"audio": "trap"}))
    call("batch", "g.json", data / FIRST, "--out", "o", "--scores-only")
    scores = marks(Path("o"))[f"{FIRST}.json"]["nodegraph"]["scores"]
    assert scores["threads"]["rows"] == {"most": {"threads": 1.0}}
    told = surroundings(3)
    assert told["NODEGRAPH_CORES"] == "3"
    assert {told[name] for name in BLAS} == {"1"}


def test_a_process_may_be_allowed_fewer_cores(monkeypatch):
    from nodes.dsp.blocks import cores

    monkeypatch.setenv("NODEGRAPH_CORES", "1")
    assert cores() == 1
    monkeypatch.setenv("NODEGRAPH_CORES", "nonsense")
    assert cores() >= 1


# Two batches


def test_two_batches_are_compared_track_by_track(ran: tuple[Outcome, Path], kept: Path):
    call("batch", "g.json", kept, "--out", "less", "--scores-only", "--set", "song.length=1")
    done = call("batch", "--compare", ran[1], "less", "--out", "both")
    assert (done.code, done.err) == (0, "")
    vocals = next(line for line in done.out.splitlines() if line.startswith("vocals"))
    assert "o - less" in vocals
    assert "of 3" in vocals
    lines = table("both/comparison.csv")
    assert [line["source"] for line in lines] == ["drums", "vocals"]
    assert Path("both/comparison.html").read_text("utf-8").count("<svg") == 1


def test_files_of_museval_are_compared_with_ours(ran: tuple[Outcome, Path]):
    Path("theirs/test").mkdir(parents=True)
    for name in NAMES:
        frames = [{"time": 0.0, "duration": 1.0, "metrics": {"SNR": -50.0}}]
        text = json.dumps({"targets": [{"name": "vocals", "frames": frames}]})
        Path(f"theirs/test/{name}.json").write_text(text)
    done = call("batch", "--compare", ran[1], "theirs")
    assert done.code == 0
    assert "3 of 3" in done.out
    assert "0.25" in done.out


def test_what_cannot_be_compared_is_said(before: Path):
    Path("empty").mkdir()
    for words, said in (
        (("o",), "two folders"), (("o", "./o"), "named twice"), (("o", "empty"), "no scores"),
    ):  # fmt: skip
        done = call("batch", "--compare", *words)
        assert (done.code, said in done.err) == (1, True), done.err
