"""Make what one hears ready for the player: one or two channels, the rate it wants, how loud it is."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.engine.asking import Sounding
from nodegraph.errors import NodegraphError
from nodegraph.loudness import loudness, weighting
from nodegraph.marks import EVERYTHING, Selection
from nodegraph.sharing import share
from nodegraph.values import Audio, Value, channels
from nodegraph.views import Clip

Array = NDArray[Any]
NOTHING = -200.0
"""dB, where nothing at all is left."""
MOST, MOST_BYTES, LEAST = 96, 800_000_000, 4
"""Answers that are kept, their bytes, and how many of the newest are kept whatever their size."""


class Wordless(NodegraphError):
    """A question that has no answer; the message says why, in one line."""


class Soundings:
    """The sounds that were asked for last. Files of those that are let go are removed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Sounding, ...]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[Sounding, ...] | None:
        """Give the answer to a question that was asked before, while its files are there."""
        found = self._kept.get(key)
        if found is None:
            return None
        if not all(_there(sound) for sound in found):
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, sounds: tuple[Sounding, ...]) -> None:
        """Keep an answer, and let go of the oldest."""
        self._kept[key] = sounds
        while len(self._kept) > LEAST and (len(self._kept) > MOST or self._bytes() > MOST_BYTES):
            for sound in self._kept.popitem(last=False)[1]:
                sound.samples.drop()

    def _bytes(self) -> int:
        return sum(4 * math.prod(s.samples.shape) for sounds in self._kept.values() for s in sounds)


def _there(sound: Sounding) -> bool:
    return 0 in sound.samples.shape or Path(sound.samples.path).exists()


def plain(value: Audio, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Give a sound as it is, source by source. Raises Wordless where bins of it are marked."""
    if replace(selection, parts=()) != EVERYTHING:
        raise Wordless("bins of a sound cannot be heard alone: mark them on its spectrogram")
    clips = tuple(Clip(name, one.data, one.rate) for name, one in value.singles().items())
    return only(clips, selection.parts)


def only(clips: tuple[Clip, ...], parts: Sequence[str]) -> tuple[Clip, ...]:
    """Give the clips of some parts; without parts all. Raises Wordless where there is none."""
    chosen = tuple(clip for clip in clips if not parts or clip.name in parts)
    if parts and not chosen:
        known = ", ".join(clip.name for clip in clips if clip.name) or "no named parts"
        raise Wordless(f"there is no part {', '.join(parts)}; there is: {known}")
    return chosen


def difference(
    ours: tuple[Clip, ...], theirs: tuple[Clip, ...], name: str, other: str
) -> tuple[Clip, ...]:
    """Subtract sounds sample by sample, by name where both have several. Raises Wordless."""
    named = {clip.name: clip for clip in theirs}
    made: list[Clip] = []
    for clip in ours:
        partner = theirs[0] if len(theirs) == 1 or len(ours) == 1 else named.get(clip.name)
        if partner is None or (len(ours) == 1 and len(theirs) > 1):
            raise Wordless(f"{other} has no source {clip.name!r} to subtract from {name}")
        if clip.rate != partner.rate:
            raise Wordless(f"{name} has {clip.rate} Hz, {other} has {partner.rate} Hz")
        mine, its = np.atleast_2d(clip.data), np.atleast_2d(partner.data)
        if mine.shape[-1] != its.shape[-1]:
            raise Wordless(f"{name} has {mine.shape[-1]} samples, {other} has {its.shape[-1]}")
        if mine.shape[0] != its.shape[0] and 1 not in (mine.shape[0], its.shape[0]):
            raise Wordless(
                f"{name} has {channels(mine.shape[0])}, {other} {channels(its.shape[0])}"
            )
        made.append(Clip(clip.name, mine - its, clip.rate, _said(clip.how, f"less {other}")))
    return tuple(made)


def soundings(clips: Sequence[Clip], rate: int, start: float, where: Path) -> tuple[Sounding, ...]:
    """Make clips ready, two at a time. Raises OSError where there is no room."""
    with ThreadPoolExecutor(2, "sounds") as pool:
        return tuple(pool.map(lambda clip: sounding(clip, rate, start, where), clips))


def sounding(clip: Clip, rate: int, start: float, where: Path) -> Sounding:
    """Make a clip ready and put it where the player finds it. Raises OSError without room."""
    data, how = folded(np.atleast_2d(np.asarray(clip.data, np.float32)))
    data, silenced = without_gaps(data)
    data, converted = resampled(data, clip.rate, rate)
    return Sounding(
        clip.name, share(data, where), rate or clip.rate, start, loudness(data, rate or clip.rate),
        float(max(data.max(), -data.min())) if data.size else 0.0,
        _said(clip.how, how, silenced, converted),
    )  # fmt: skip


def _said(*words: str) -> str:
    return "; ".join(word for word in words if word)


def folded(data: Array) -> tuple[Array, str]:
    """Fold channels to at most two: (channel, sample), and how that was done."""
    count = data.shape[0]
    if count <= 2:
        return data, ""
    if count == 6:  # left, right, centre, low frequencies, surround left and right
        half = np.float32(math.sqrt(0.5))
        sides = [data[k] + half * data[2] + half * data[4 + k] for k in (0, 1)]
        return np.stack(sides), "5.1 folded to stereo (ITU-R BS.775)"
    return np.stack([data[0::2].mean(0), data[1::2].mean(0)]), f"{count} channels folded to stereo"


def without_gaps(data: Array) -> tuple[Array, str]:
    """Replace what is not a number by silence, and say so."""
    if np.isfinite(np.add.reduce(data, axis=None, dtype=np.float64)):
        return data, ""
    bad = ~np.isfinite(data)
    count = int(bad.any(axis=0).sum())
    return np.where(bad, np.float32(0), data), f"{count} samples that are no numbers are silent"


def resampled(data: Array, rate: int, wanted: int) -> tuple[Array, str]:
    """Bring sound to another rate, 0 to leave it."""
    if wanted in (0, rate):
        return data, ""
    how = f"from {rate} to {wanted} Hz"
    if not data.shape[-1]:
        return data, how
    from scipy.signal import resample_poly

    common = math.gcd(rate, wanted)
    made: Array = resample_poly(data, wanted // common, rate // common, axis=-1)
    return made.astype(np.float32, copy=False), how


def prepare() -> None:
    """Load what the first question would wait for."""
    weighting(48000)
    resampled(np.zeros((1, 8), np.float32), 44100, 48000)
    loudness(np.ones((1, 48000), np.float32), 48000)


def left_over(name: str, mixture: Value, parts: Sequence[tuple[str, Value]]) -> float:
    """Give how large the mixture less the sum of its parts is, in dB below it. Raises Wordless."""
    whole = _one(name, mixture)
    rest = whole.astype(np.float64)
    for part, value in parts:
        samples = _one(part, value)
        assert isinstance(mixture, Audio)
        assert isinstance(value, Audio)
        if (value.rate, value.length) != (mixture.rate, mixture.length):
            raise Wordless(f"{name} is {mixture.frame()}, {part} is {value.frame()}")
        if samples.shape[0] not in (1, whole.shape[0]):
            raise Wordless(
                f"{name} has {channels(whole.shape[0])}, {part} has {channels(samples.shape[0])}"
            )
        rest -= samples
    size, left = (float(np.square(x, dtype=np.float64).sum()) for x in (whole, rest))
    if not math.isfinite(size + left):
        raise Wordless("there are samples that are no numbers")
    if not left:
        return NOTHING
    if not size:
        raise Wordless(f"{name} is silent, and the sum of the parts is not")
    return max(10 * math.log10(left / size), NOTHING)


def _one(name: str, value: Value) -> Array:
    """Give a sound, its sources summed."""
    if not isinstance(value, Audio):
        raise Wordless(f"{name} is {type(value).__name__}, and no sound that could be summed")
    return value.data.sum(axis=0) if value.names else value.data
