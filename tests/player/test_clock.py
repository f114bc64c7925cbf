"""The clock says what is heard, and is never half of one thing and half of another."""

from __future__ import annotations

import threading

import pytest

from nodegraph.player import clock
from nodegraph.player.clock import SIZE, State

PLAYING = State(
    epoch=1, origin=1000, played=500, block=20, playing=1, end=9000, rate=1000, time=7.0
)


def test_what_is_written_is_read():
    board = [0.0] * SIZE
    clock.write(board, PLAYING)
    assert clock.read(board) == PLAYING


def test_half_a_state_is_not_read():
    board = [0.0] * SIZE
    clock.write(board, PLAYING)
    board[0] += 1  # its writer ended here
    assert clock.read(board) is None


def test_a_reader_beside_a_writer_sees_whole_states_only():
    board = [0.0] * SIZE
    over = threading.Event()

    def writing():
        number = 0
        while not over.is_set():
            number += 1
            clock.write(board, State(*[number] * len(PLAYING)))

    thread = threading.Thread(target=writing)
    thread.start()
    try:
        seen = [state for _ in range(3000) if (state := clock.read(board)) is not None]
    finally:
        over.set()
        thread.join()
    assert seen
    assert all(len(set(state)) == 1 for state in seen[1:] if state != State())


@pytest.mark.parametrize(("now", "frames"), [(7.0, 500), (7.01, 510), (6.9, 500), (99.0, 770)])
def test_the_time_goes_on_between_blocks_but_not_for_ever(now, frames):
    assert clock.progress(PLAYING, now) == pytest.approx(frames)


def test_the_latency_is_taken_off_but_never_to_before_the_beginning():
    assert clock.progress(PLAYING, 7.0, 0.06) == pytest.approx(440)
    assert clock.progress(PLAYING._replace(latency=0.06), 7.0) == pytest.approx(440)
    assert clock.progress(PLAYING._replace(played=10), 7.0, 0.06) == 0


def test_nothing_goes_on_while_it_does_not_play_or_waits():
    for still in (PLAYING._replace(playing=0), PLAYING._replace(block=0)):
        assert clock.progress(still, 7.2) == still.played + still.block


def test_a_place_is_clamped_to_the_end_and_wrapped_into_the_loop_region():
    assert clock.place(PLAYING, 500) == 1500
    assert clock.place(PLAYING, 50_000) == 9000
    looped = PLAYING._replace(first=1200, last=1700, origin=1300)
    assert clock.place(looped, 0) == 1300
    assert clock.place(looped, 399) == 1699
    assert clock.place(looped, 400) == 1200
    assert clock.place(looped, 5 * 500 + 7) == 1307
