"""What segments promise: seams that cannot be found, constant memory, a clear refusal."""

from __future__ import annotations

import itertools
import json
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import document
from nodegraph.context import SILENT, Context
from nodegraph.declare import node
from nodegraph.engine.engine import Engine
from nodegraph.engine.segments import pieces, run_segments
from nodegraph.errors import Cancelled, GraphError
from nodegraph.registry import Registry, discover
from nodegraph.values import Absent, Audio, Files
from tests.toys import CALLS, TAPES, TYPES, engine, graph, n


def taped(seconds: float, **nodes):
    return graph(r=n("ramp", seconds=seconds), t=n("tape", {"sound": "r"}), **nodes)


@given(
    st.integers(1, 50_000), st.integers(1, 20_000), st.integers(1, 5000), st.sampled_from([1, 7, 64, 1000])
)  # fmt: skip
def test_pieces_cover_a_recording_and_meet_in_their_fades(
    total: int, length: int, margin: int, align: int
):
    parts = list(pieces(total, length, margin, align))
    assert parts[0].start == 0
    assert parts[0].fade_in is None
    assert parts[-1].stop == total
    assert parts[-1].fade_out is None
    for one, two in itertools.pairwise(parts):
        assert one.fade_out == two.fade_in
        assert one.fade_out is not None
        assert two.start <= one.fade_out[0] <= one.fade_out[1] <= one.stop
        assert two.start % align == 0


@pytest.mark.parametrize("seconds", [3.0, 10.0, 30.0, 30.5, 31.0, 100.0])
def test_segments_put_together_are_the_whole(seconds: float):
    TAPES.clear()
    result = run_segments(engine(), taped(seconds), 10.0)
    assert result.state == "done"
    assert len(TAPES) == 1
    assert TAPES[0].closed
    joined = np.concatenate(TAPES[0].parts, axis=-1)
    assert joined.shape == (1, round(seconds * 100))
    assert np.allclose(joined[0], np.arange(joined.shape[-1]), atol=1e-3)


def test_a_node_that_looks_back_less_than_the_context_leaves_no_seam():
    TAPES.clear()
    g = graph(
        r=n("ramp", seconds=60.0),
        d=n("delay", {"sound": "r"}, samples=50),
        t=n("tape", {"sound": "d"}),
    )
    run_segments(engine(), g, 20.0)
    joined = np.concatenate(TAPES[0].parts, axis=-1)[0]
    assert np.allclose(joined[50:], np.arange(6000 - 50), atol=2e-3)


def test_each_piece_is_let_go():
    TAPES.clear()
    e = engine(cache_bytes=0)
    result = run_segments(e, taped(100.0), 10.0)
    assert CALLS["ramp"] == 11  # a glance for the rate, and ten pieces
    assert not result.slots


def test_a_node_that_needs_the_whole_recording_is_refused_by_name():
    g = taped(10.0, w=n("whole", {"sound": "r"}))
    with pytest.raises(GraphError, match=r"w: toy\.whole needs the whole recording"):
        run_segments(engine(), g, 2.0)


def test_a_failure_or_cancel_leaves_no_file():
    TAPES.clear()
    g = graph(r=n("ramp", seconds=50.0), o=n("odd", {"sound": "r"}), t=n("tape", {"sound": "r"}))
    assert run_segments(engine(), g, 10.0).state == "partial"
    assert TAPES[0].aborted
    cancel = threading.Event()
    cancel.set()
    assert run_segments(engine(), taped(50.0), 10.0, cancel=cancel).state == "cancelled"
    assert not any(tape.closed for tape in TAPES)


# What streams say, claim and fail at


class Reel:
    """Claims a file, says something at every turn, and fails or is cancelled at its end."""

    def __init__(self, knobs, context: Context) -> None:
        self.knobs, self.context = knobs, context
        self.written = 0
        REELS.append(self)

    def write(self, inputs) -> None:
        self.context.claim(Path(self.knobs["name"]))
        self.written += 1
        self.context.note(f"piece {self.written}")

    def close(self) -> Files:
        self.context.note("closing")
        if self.knobs["end"] == "fail":
            raise ValueError("there is no room")
        if self.knobs["end"] == "cancel":
            raise Cancelled("cancelled")
        path = Path(self.knobs["name"])
        self.context.claim(path.with_name("last"))
        self.context.wrote(path)
        self.state = "closed"
        return Files((path,))

    def abort(self) -> None:
        self.state = "aborted"


REELS: list[Reel] = []


@node("toy.reel", effect=True, stream=Reel)
def reel(sound: Audio, *, name: str = "a", end: str = "", context: Context = SILENT) -> Files:
    """Write sound nowhere, with words."""
    return Files(())


@node("toy.late")
def late(
    sound: Audio, *, after: float = 0.0, until: float = 1e9, context: Context = SILENT
) -> Audio | Absent:
    """Give nothing for pieces that begin outside of a stretch."""
    begin = context.region[0] if context.region else 0.0
    return sound if after <= begin < until else Absent("not now")


REELED = Registry([*TYPES.values(), reel.__node__, late.__node__])


def reeled(seconds: float = 30.0, **nodes):
    """Run pieces of ten seconds."""
    REELS.clear()
    g = graph(r=n("ramp", seconds=seconds), **nodes)
    return run_segments(Engine(REELED, threads=1, cache_bytes=0), g, 10.0)


def test_what_a_stream_says_is_kept_from_the_first_piece_to_its_end():
    result = reeled(t=n("reel", {"sound": "r"}))
    assert result.state == "done"
    record = result.records["t"]
    assert record.notes == ["piece 1", "piece 2", "piece 3", "closing"]
    assert (record.state, record.runs, record.files) == ("ran", 3, [Path("a")])
    assert result.report()["nodes"]["t"]["notes"] == record.notes


def test_two_streams_that_claim_one_file_are_refused():
    result = reeled(t=n("reel", {"sound": "r"}), u=n("reel", {"sound": "r"}))
    assert result.state == "partial"
    assert result.faults == [f"u: {Path('a').absolute()} is written by t too: {NAME}"]
    assert [reel.state for reel in REELS] == ["aborted", "aborted"]


NAME = "give one of them another name"


def test_a_file_that_two_streams_claim_at_their_end_is_refused():
    result = reeled(t=n("reel", {"sound": "r"}), u=n("reel", {"sound": "r"}, name="b"))
    assert result.state == "partial"
    assert result.faults == [f"u: {Path('last').absolute()} is written by t too: {NAME}"]
    assert [reel.state for reel in REELS] == ["closed", "aborted"]
    assert result.files == [Path("a")]


def test_a_stream_that_fails_at_its_end_costs_its_own_files_only():
    result = reeled(t=n("reel", {"sound": "r"}, end="fail"), u=n("reel", {"sound": "r"}, name="b"))
    assert result.state == "partial"
    assert result.faults == ["t: there is no room"]
    assert result.records["t"].notes[-1] == "closing"
    assert [reel.state for reel in REELS] == ["aborted", "closed"]
    assert result.files == [Path("b")]


def test_a_cancel_at_the_end_leaves_what_is_complete():
    result = reeled(
        t=n("reel", {"sound": "r"}),
        u=n("reel", {"sound": "r"}, name="b", end="cancel"),
        v=n("reel", {"sound": "r"}, name="c"),
    )
    assert result.state == "cancelled"
    states = {name: result.records[name].state for name in "tuv"}
    assert states == {"t": "ran", "u": "cancelled", "v": "cancelled"}
    assert [reel.state for reel in REELS] == ["closed", "aborted", "aborted"]


@pytest.mark.parametrize("stretch", [{"after": 5.0}, {"until": 15.0}])
def test_pieces_with_a_gap_are_not_joined(stretch):
    result = reeled(l=n("late", {"sound": "r"}, **stretch), t=n("reel", {"sound": "l"}))
    assert result.state == "partial"
    assert (
        "t: a piece of the recording gave nothing to write: run it as a whole" in result.faults[0]
    )
    assert all(reel.state == "aborted" for reel in REELS)


def test_sound_that_is_never_there_is_no_fault():
    result = reeled(l=n("late", {"sound": "r"}, after=1e6), t=n("reel", {"sound": "l"}))
    assert (result.state, result.records["t"].state, result.files) == ("done", "absent", [])


def saved(folder: Path, **outputs):
    """Write two seconds of sound with the real outputs, in pieces."""
    nodes = {
        "tone": {"type": "source.tone", "params": {"rate": 8000}},
        "half": {"type": "mix.gain", "inputs": {"audio": "tone"}, "params": {"gain": -6.0}},
    }
    for name, knobs in outputs.items():
        nodes[name] = {
            "type": "output.audio",
            "inputs": {"audio": "half" if name == "second" else "tone"},
            "params": {"folder": str(folder), "existing": "number", **knobs},
        }
    g = document.parse(json.dumps({"format": 1, "nodes": nodes}))
    return run_segments(Engine(discover(), threads=1, cache_bytes=0), g, 0.5)


def test_real_outputs_that_would_write_one_file_are_refused(tmp_path):
    result = saved(tmp_path, first={"name": "x"}, second={"name": "x"})
    assert result.state == "partial"
    assert "second: " in result.faults[0]
    assert f"{tmp_path / 'x.wav'} is written by first too" in result.faults[0]
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_another_output_goes_by_is_refused(tmp_path):
    soundfile.write(tmp_path / "x.wav", np.zeros(10), 8000)
    result = saved(tmp_path, first={"name": "x"}, second={"name": "x-2"})
    assert result.faults == [f"first: {tmp_path / 'x-2.wav'} is written by second too: {NAME}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x-2.wav", "x.wav"]


def test_a_file_that_differs_is_a_fault_of_its_node(tmp_path):
    soundfile.write(tmp_path / "x.flac", np.zeros(10), 8000)
    knobs = {"name": "x", "format": "flac", "existing": "refuse"}
    result = saved(tmp_path, first=knobs, second={"name": "y"})
    assert result.state == "partial"
    assert result.faults[0].startswith(f"first: {tmp_path / 'x.flac'} is already there and differs")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.flac", "y.wav"]
    again = saved(tmp_path, second={"name": "y"})
    assert again.records["second"].notes == ["y.wav is unchanged"]
