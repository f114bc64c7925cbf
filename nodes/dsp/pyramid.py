"""Long arrays at ever coarser time, so that any stretch of them is shown at once.

Of sound the lowest and highest sample of every 64, of every 4096 and so on; of planes the largest
or the sum of every 4, 16, ... frames. Both are made once, when they are first needed, and kept for
as long as the array lives and there is room.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import parallel, spans
from nodes.dsp.reduction import Read

Array = NDArray[Any]
T = TypeVar("T")

MOST_BYTES = 512 << 20
"""What is kept in all."""
SAMPLES = 64
"""Samples that become one, at each level."""
FRAMES = 4
"""Frames that become one, at each level."""
FEW = 2048
"""A level with so few entries has no coarser one above it."""
BLOCK = 1 << 17
"""Samples or bins worked on at once: what fits into the cache of a core."""


@dataclass(frozen=True)
class _Entry:
    content: Any
    bytes: int
    owners: tuple[weakref.ref[Array], ...]


class Kept:
    """What was made from arrays that do not change, for as long as they live. Thread safe.

    Nothing is kept of an array that can still be written to. What was not used for longest goes
    first when there is more than `most` bytes.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self._gone: deque[Hashable] = deque()

    @property
    def bytes(self) -> int:
        """Bytes that are kept now."""
        with self._lock:
            self._sweep()
            return sum(entry.bytes for entry in self._entries.values())

    def get(self, arrays: Sequence[Array], what: Hashable, make: Callable[[], T]) -> T:
        """Give what `make` makes of the arrays: made now, or before under the name `what`.

        It must be an array, a number, or a list or tuple of such, and must not hold the arrays.
        """
        if any(array.flags.writeable for array in arrays):
            return make()
        key = (what, *map(_identity, arrays))
        with self._lock:
            found = self._found(key, arrays)
            making = self._making.setdefault(key, threading.Lock())
        if found is not None:
            return found.content  # type: ignore[no-any-return]
        with making:
            with self._lock:
                found = self._found(key, arrays)
            if found is not None:
                return found.content  # type: ignore[no-any-return]
            try:
                content = make()
                self._keep(key, arrays, content)
            finally:
                self._making.pop(key, None)
        return content

    def _found(self, key: Hashable, arrays: Sequence[Array]) -> _Entry | None:
        self._sweep()
        entry = self._entries.get(key)
        # The memory of an array that is gone may be that of another one by now.
        if entry is None or any(
            ref() is not _owner(array) for ref, array in zip(entry.owners, arrays, strict=True)
        ):
            return None
        self._entries.move_to_end(key)
        return entry

    def _keep(self, key: Hashable, arrays: Sequence[Array], content: Any) -> None:
        owners = tuple(weakref.ref(_owner(array), lambda _: self._forget(key)) for array in arrays)
        with self._lock:
            self._entries[key] = _Entry(content, _bytes(content), owners)
            total = sum(entry.bytes for entry in self._entries.values())
            while total > self._most and len(self._entries) > 1:
                total -= self._entries.popitem(last=False)[1].bytes

    def _forget(self, key: Hashable) -> None:
        """Drop an entry. Called when an array dies: anywhere, also while this thread has the lock."""
        self._gone.append(key)
        if self._lock.acquire(blocking=False):
            try:
                self._sweep()
            finally:
                self._lock.release()

    def _sweep(self) -> None:
        while self._gone:
            key = self._gone.popleft()
            entry = self._entries.get(key)
            if entry is not None and any(ref() is None for ref in entry.owners):
                del self._entries[key]


KEPT = Kept()
"""What all views keep together."""


def _owner(array: Array) -> Array:
    """Give the array that holds the memory of a view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _identity(array: Array) -> Hashable:
    place = array.__array_interface__["data"][0]
    return place, array.shape, array.strides, array.dtype.str


def _bytes(content: Any) -> int:
    if isinstance(content, (list, tuple)):
        return sum(map(_bytes, content))
    return int(getattr(content, "nbytes", 64))


# Sound

Samples = Callable[[Any], Sequence[Array]]
"""Gives the samples of each channel at a slice or at an array of places."""
Outline = tuple[Array, Array]
"""The lowest and the highest of each stretch."""


def outline_levels(samples: Samples, length: int) -> list[Outline]:
    """Give the outline of a sound over every 64 samples, over every 64 of these, and so on.

    Channels are joined. Samples that are not numbers are left out.
    """
    levels: list[Outline] = []
    read, count = _ends_of(samples), length
    while count > FEW:
        levels.append(_coarser(read, count))
        low, high = levels[-1]
        read, count = _entries_of(low, high), len(low)
    return levels


def outline(samples: Samples, levels: Sequence[Outline], starts: Array, stops: Array) -> Outline:
    """Give the lowest and highest sample of stretches of a sound, exactly.

    Parameters
    ----------
    samples
        The sound.
    levels
        Its `outline_levels`.
    starts, stops
        First and last sample (not included) of each stretch, rising; none is empty.

    Returns
    -------
    low, high
        float32 (stretch,); NaN where no sample is a number.
    """
    return _stretches(_ends_of(samples), levels, starts, stops)


Ends = Callable[[Any], Outline]


def _ends_of(samples: Samples) -> Ends:
    def read(index: Any) -> Outline:
        first, *others = samples(index)
        low = high = first
        for other in others:
            low, high = np.fmin(low, other), np.fmax(high, other)
        return low, high

    return read


def _entries_of(low: Array, high: Array) -> Ends:
    return lambda index: (low[index], high[index])


def _coarser(read: Ends, length: int) -> Outline:
    count = -(-length // SAMPLES)
    low, high = (np.empty(count, np.float32) for _ in range(2))

    def work(span: tuple[int, int]) -> None:
        first, last = span
        sides = read(slice(first * SAMPLES, min(last * SAMPLES, length)))
        for side, out, how in zip(sides, (low, high), (np.fmin, np.fmax), strict=True):
            whole = (last - first) * SAMPLES
            if len(side) < whole:
                side = np.concatenate([side, np.full(whole - len(side), np.nan, np.float32)])
            # Halves of halves: many times as fast as one short row after the other.
            for _ in range(SAMPLES.bit_length() - 1):
                side = how(side[::2], side[1::2])
            out[first:last] = side

    parallel(work, spans(count, BLOCK // SAMPLES))
    return low, high


def _stretches(read: Ends, levels: Sequence[Outline], starts: Array, stops: Array) -> Outline:
    if not levels:
        return _direct(read, starts, stops)
    above = levels[0]
    # Whole entries of the level above lie from `first` to `last`; samples are left at both ends.
    first, last = -(-starts // SAMPLES), stops // SAMPLES
    whole = first < last
    head = _gathered(read, starts, np.where(whole, first * SAMPLES, stops))
    tail = _gathered(read, np.where(whole, last * SAMPLES, starts), stops, backwards=True)
    low, high = np.fmin(head[0], tail[0]), np.fmax(head[1], tail[1])
    if whole.any():
        inner = _stretches(_entries_of(*above), levels[1:], first[whole], last[whole])
        low[whole] = np.fmin(low[whole], inner[0])
        high[whole] = np.fmax(high[whole], inner[1])
    return low, high


def _gathered(read: Ends, starts: Array, stops: Array, backwards: bool = False) -> Outline:
    """Join short stretches; of an empty one the sample beside it that belongs to the whole."""
    steps = np.arange(max(1, int((stops - starts).max())))
    if backwards:
        index = np.minimum(
            np.maximum(stops[:, None] - 1 - steps, starts[:, None]), stops[:, None] - 1
        )
    else:
        index = np.minimum(starts[:, None] + steps, np.maximum(stops - 1, starts)[:, None])
    low, high = read(index)
    return np.fmin.reduce(low, axis=1), np.fmax.reduce(high, axis=1)


def _direct(read: Ends, starts: Array, stops: Array) -> Outline:
    """Join stretches of something short."""
    base, last = int(starts[0]), int(stops[-1])
    ends = np.stack([starts, stops], axis=1).ravel() - base
    low, high = (np.append(side, side[-1:]) for side in read(slice(base, last)))
    return np.fmin.reduceat(low, ends)[::2], np.fmax.reduceat(high, ends)[::2]


# Planes


def plane_levels(read: Read, bins: int, frames: int, how: np.ufunc) -> list[Array]:
    """Join every 4 frames of a plane, every 4 of these, and so on: float32 (bin, ...) each.

    Parameters
    ----------
    read
        Gives a part of the plane; it is called from several threads.
    bins, frames
        Size of the plane.
    how
        np.fmax for the largest, np.add for the sum.
    """
    levels: list[Array] = []
    while frames > FEW:
        levels.append(_fewer(read, bins, frames, how))
        read, frames = _part_of(levels[-1]), levels[-1].shape[1]
    return levels


def depth(frames: int) -> int:
    """Count the levels of a plane with so many frames."""
    count = 0
    while frames > FEW:
        frames, count = -(-frames // FRAMES), count + 1
    return count


def _part_of(level: Array) -> Read:
    return lambda rows, columns: level[rows, columns]


def _fewer(read: Read, bins: int, frames: int, how: np.ufunc) -> Array:
    made = np.empty((bins, -(-frames // FRAMES)), np.float32)
    width = max(FRAMES, BLOCK // FRAMES * FRAMES)

    def work(item: tuple[tuple[int, int], tuple[int, int]]) -> None:
        (top, bottom), (start, stop) = item
        with np.errstate(all="ignore"):
            part = read(slice(top, bottom), slice(start, stop))
            out = made[top:bottom, start // FRAMES : -(-stop // FRAMES)]
            count = (stop - start) // FRAMES
            quarters = [part[:, n : count * FRAMES : FRAMES] for n in range(FRAMES)]
            whole = out[:, :count]
            how(quarters[0], quarters[1], out=whole)
            how(whole, quarters[2], out=whole)
            how(whole, quarters[3], out=whole)
            if count < out.shape[1]:
                how.reduce(part[:, count * FRAMES :], axis=1, out=out[:, count])

    rows = spans(bins, max(1, BLOCK // min(frames, width)))
    parallel(work, [(row, span) for row in rows for span in spans(frames, width)])
    return made
