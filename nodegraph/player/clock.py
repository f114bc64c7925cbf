"""Where playing is: the figures that the player's process tells, and what is heard by them.

The figures lie in memory that both processes see. They are written with a number before and behind
that grows with each writing, so that a reader knows when it read half of one and half of another.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from dataclasses import dataclass
from typing import NamedTuple

AHEAD = 0.25
"""Seconds at most that a clock goes on without being told."""
TRIES = 100


class State(NamedTuple):
    """What the player's process knows, as of its last block. Places are frames."""

    applied: float = 0
    """Number of the last command that has taken effect."""
    epoch: float = 0
    """Grows whenever the playhead does not simply go on."""
    origin: float = 0
    """Where it was when the epoch began."""
    played: float = 0
    """Frames played since then, up to the last block."""
    block: float = 0
    """Frames of the last block that were played."""
    playing: float = 0
    first: float = -1
    """The loop region; -1: none."""
    last: float = -1
    end: float = 0
    """Behind the last frame of all tracks."""
    rate: float = 1
    time: float = 0
    """When the stream took the last block, on `time.perf_counter`; without the jitter of calls."""
    latency: float = 0
    """Seconds from then until it is heard."""
    delivered: float = 0
    """Frames given to the stream since it was opened, silence included."""
    late: float = 0
    """Calls that came so late that the stream had run dry."""
    clipped: float = 0
    """Samples that were cut at full scale."""


SIZE = len(State()) + 2


def write(board: MutableSequence[float], state: State) -> None:
    """Put a state on a board of `SIZE` numbers. There is one writer only."""
    number = board[0] + 1
    board[0] = number
    board[1:-1] = state
    board[SIZE - 1] = number


def read(board: MutableSequence[float]) -> State | None:
    """Take the state from a board; None where its writer is gone in the midst of it."""
    for _ in range(TRIES):
        # The writer goes from the front to the back, so the reader comes from the back.
        number = board[SIZE - 1]
        state = State(*board[1:-1])
        if board[0] == number:
            return state
    return None


@dataclass(frozen=True, slots=True)
class Clock:
    """What is heard now."""

    seconds: float = 0.0
    """The playhead."""
    playing: bool = False
    rate: int = 44100
    """Samples a second of the stream."""
    delivered: int = 0
    """Frames given to the device, silence included."""
    late: int = 0
    """Times that the device ran dry."""
    clipped: int = 0
    """Samples that were cut at full scale."""


def progress(state: State, now: float, latency: float | None = None) -> float:
    """Give the frames of the epoch that have been heard."""
    if not (state.playing and state.block):
        return state.played + state.block
    waited = min(max(0.0, now - state.time), AHEAD + state.block / state.rate)
    behind = state.latency if latency is None else latency
    return max(0.0, state.played + (waited - behind) * state.rate)


def place(state: State, progress: float) -> float:
    """Give the frame that is so far into the epoch."""
    position = state.origin + progress
    if state.last < 0:
        return min(position, max(state.end, state.origin))
    if position < state.last:
        return position
    return state.first + (position - state.first) % (state.last - state.first)
