"""What segments promise: seams that cannot be found, constant memory, a clear refusal."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.engine.segments import pieces, run_segments
from nodegraph.errors import GraphError
from tests.toys import CALLS, TAPES, engine, graph, n


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
