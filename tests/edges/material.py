"""Small recordings of every kind that troubles a method, and all the values one can make of them.

`RECORDINGS` has them by name. A `Material` makes of one recording whatever may come in at a port:
all of it on one grid, with the same sources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nodegraph.values import (
    Activity,
    Array,
    Audio,
    Covariance,
    Curve,
    Factors,
    Field,
    Histogram,
    Kernel,
    Mask,
    Mixing,
    Neighbours,
    Notes,
    Number,
    Partials,
    Peaks,
    Pitch,
    Power,
    Projections,
    Scores,
    Similarity,
    Spectrogram,
    Terms,
    Value,
)
from nodes import bands, transform

RATE, LENGTH = 8000, 1600
N_FFT, HOP = 256, 64
LOUD = 2.0**14
"""About 1e4, and a power of two: numbers made louder by it are rounded as they were before."""


class NotMade(Exception):
    """There is no such value of this recording: a mono one has no angles."""


@dataclass(frozen=True)
class Recording:
    """Images of sources (source, channel, sample) and how they are transformed."""

    images: Array
    rate: int = RATE
    hop: int = HOP
    window: str = "hann"


# Recordings


def played(count: int = 3, length: int = LENGTH, rate: int = RATE) -> Array:
    """Play tones with some noise, each source at times and pitches of its own: (source, sample)."""
    rng = np.random.default_rng(5)
    time = np.arange(length) / rate
    rows = []
    for number in range(count):
        turn = 2 * np.pi * (number + 1) * rate / (3 * count + 4) * time
        swell = np.sin(np.pi * (time * (7 + 3 * number) + number / count)) ** 2
        noise = rng.standard_normal(length)
        rows.append(swell * (np.sin(turn) + np.sin(2 * turn) / 3) / 4 + noise / 100)
    return np.array(rows)


def panned(mono: Array, degrees: Array | None = None) -> Array:
    """Place each source between two channels, from 15 to 75 degrees: (source, 2, sample)."""
    if degrees is None:
        degrees = np.linspace(15, 75, len(mono)) if len(mono) > 1 else np.array([30.0])
    angles = np.deg2rad(degrees)[:, np.newaxis, np.newaxis]
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1) * mono[:, np.newaxis]


def stereo(count: int = 3, length: int = LENGTH, rate: int = RATE, gain: float = 1.0) -> Recording:
    return Recording(gain * panned(played(count, length, rate)), rate)


def changed(factors: Array) -> Recording:
    """Give the plain recording with every sample multiplied."""
    return Recording(stereo().images * factors)


def _impulse() -> Recording:
    images = np.zeros((3, 2, LENGTH))
    images[0, :, LENGTH // 2] = 0.8, 0.6
    return Recording(images)


def _around() -> Recording:
    """Put sources into six channels, each into three of them."""
    gains = np.array([[3, 2, 1, 0, 0, 0], [0, 0, 1, 2, 1, 0], [1, 0, 0, 0, 2, 3]]) / 4
    return Recording(gains[:, :, np.newaxis] * played()[:, np.newaxis])


def _pause() -> Recording:
    now = np.ones(LENGTH)
    now[LENGTH // 4 : LENGTH // 2 + LENGTH // 4] = 0
    return changed(now)


RATES = (16000, 44100, 48000, 96000)
RECORDINGS: dict[str, Callable[[], Recording]] = {
    "plain": stereo,
    "silence": lambda: changed(np.zeros(1)),
    "an impulse": _impulse,
    "DC": lambda: Recording(panned(np.full((3, LENGTH), 0.2))),
    "mono": lambda: Recording(played()[:, np.newaxis]),
    "dual mono": lambda: Recording(panned(played(), np.full(3, 45.0))),
    "hard-panned": lambda: Recording(panned(played(2), np.array([0.0, 90.0]))),
    "antiphase": lambda: Recording(np.stack([played(), -played()], axis=1)),
    "one in antiphase": lambda: Recording(panned(played(), np.array([20.0, -45.0, 60.0]))),
    "one sample": lambda: stereo(length=1),
    "shorter than the window": lambda: stereo(length=100),
    "an odd length": lambda: stereo(length=1599),
    "a prime length": lambda: stereo(length=1601),
    **{f"{rate} Hz": (lambda rate=rate: stereo(rate=rate)) for rate in RATES},
    "very quiet": lambda: stereo(gain=1 / LOUD),
    "very loud": lambda: stereo(gain=LOUD),
    "one source": lambda: stereo(1),
    "eight sources": lambda: stereo(8),
    "six channels": _around,
    "one frame": lambda: Recording(stereo(length=N_FFT - 6).images, RATE, N_FFT, "boxcar"),
    "denormal samples": lambda: stereo(gain=1e-40),
    "denormal powers": lambda: stereo(gain=1e-21),
    "a silent channel": lambda: changed(np.array([[1.0], [0.0]])),
    "a silent source": lambda: changed(np.array([1, 0, 1])[:, np.newaxis, np.newaxis]),
    "a pause": _pause,
}


# Values of one recording


class Material:
    """What may come in at a port; each attribute is one kind of value."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        count, self.channels, _ = recording.images.shape
        self.names = tuple(f"source {number + 1}" for number in range(count))
        images = recording.images.astype(np.float32)
        self.images = Audio(images, recording.rate, self.names)
        self.mixture = Audio(images.sum(axis=0, dtype=float), recording.rate)
        self.made: dict[str, dict[str, Value]] = {}
        """What nodes made of it, by type."""
        self.first_channel = Audio(self.mixture.data[:1], recording.rate)

    def _transformed(self, audio: Audio) -> Spectrogram:
        shape = self.recording
        return transform.stft(audio, n_fft=N_FFT, hop=shape.hop, window=shape.window)  # type: ignore[arg-type]

    def _two_channels(self, what: str) -> None:
        if self.channels != 2:
            raise NotMade(f"{what} needs two channels")

    @cached_property
    def spectrogram(self) -> Spectrogram:
        return self._transformed(self.mixture)

    @cached_property
    def stems(self) -> Spectrogram:
        return self._transformed(self.images)

    @cached_property
    def power(self) -> Power:
        return Power(np.abs(self.spectrogram.data) ** 2, self.spectrogram.grid)

    @cached_property
    def powers(self) -> Power:
        return Power(np.abs(self.stems.data) ** 2, self.stems.grid, self.names)

    @cached_property
    def strengths(self) -> Power:
        """Variances of the sources: the mean over their channels."""
        return self.powers.like(self.powers.data.mean(axis=-3, keepdims=True))

    @cached_property
    def weight(self) -> Power:
        return self.power.like(self.power.data.sum(axis=-3, keepdims=True))

    @cached_property
    def masks(self) -> Mask:
        strength = self.powers.data.astype(float)
        total = strength.sum(axis=0)
        even = np.full_like(strength, 1 / len(strength))
        shares = np.divide(strength, total, out=even, where=total > 0)
        return Mask(shares, self.spectrogram.grid, self.names)

    @cached_property
    def mask(self) -> Mask:
        return self.masks.pick(self.names[0])

    def _field(self, name: str, data: Array, unit: str) -> Field:
        return Field(data[np.newaxis], self.spectrogram.grid, (), name, unit)

    @cached_property
    def angle(self) -> Field:
        self._two_channels("an angle")
        first, second = np.abs(self.spectrogram.data.astype(complex))
        degrees = np.rad2deg(np.arctan2(second, first))
        return self._field("angle", np.where(first + second > 0, degrees, 45), "°")

    @cached_property
    def attenuation(self) -> Field:
        """How much louder the second channel is, a - 1/a, as DUET has it; at most 10."""
        ratio = np.tan(np.clip(np.deg2rad(self.angle.data[0].astype(float)), 0.1, 1.47))
        return self._field("attenuation", ratio - 1 / ratio, "")

    @cached_property
    def delay(self) -> Field:
        """How much later the second channel is, in ms; 0 where there is no phase to tell it."""
        self._two_channels("a delay")
        first, second = self.spectrogram.data.astype(complex)
        turn = 2 * np.pi * self.spectrogram.grid.frequencies[:, np.newaxis]
        later = np.angle(first * np.conj(second)) / np.where(turn > 0, turn, np.inf)
        return self._field("delay", 1000 * later, "ms")

    @cached_property
    def histogram(self) -> Histogram:
        energy = self.weight.data.astype(float)
        edges = np.linspace(0, 90, 91)
        counts, _ = np.histogram(self.angle.data.ravel(), edges, weights=energy.ravel())
        return Histogram(counts, edges, "°", "angle", "energy")

    @cached_property
    def histogram_2d(self) -> Histogram:
        """Energy over attenuation and delay."""
        sides = np.linspace(-3, 3, 31), np.linspace(-3, 3, 25)
        energy = self.weight.data.astype(float).ravel()
        places = [np.clip(f.data.ravel(), -3, 3) for f in (self.attenuation, self.delay)]
        counts, *_ = np.histogram2d(*places, bins=sides, weights=energy)
        return Histogram(counts, sides[0], "", "attenuation", "energy", (), sides[1], "ms", "delay")

    @cached_property
    def histogram_in_time(self) -> Histogram:
        """Energy over angle and time."""
        grid, edges = self.spectrogram.grid, np.linspace(0, 90, 91)
        steps = np.arange(grid.frames + 1) * grid.hop / grid.rate
        places = (
            self.angle.data[0],
            np.broadcast_to((steps[1:] + steps[:-1]) / 2, self.angle.data[0].shape),
        )
        energy = self.weight.data.astype(float).ravel()
        counts, *_ = np.histogram2d(
            *(place.ravel() for place in places), bins=(edges, steps), weights=energy
        )
        return Histogram(counts, edges, "°", "angle", "energy", (), steps, "s", "time")

    @cached_property
    def _levels(self) -> Array:
        """How loud each source is in each channel, one at most: (source, channel)."""
        rms = np.sqrt((self.images.data.astype(float) ** 2).mean(axis=-1))
        loudest = rms.max(axis=-1, keepdims=True)
        return np.divide(rms, loudest, out=np.ones_like(rms), where=loudest > 0)

    @cached_property
    def bands(self) -> Histogram:
        """Power of each source in mel bands over time."""
        return bands.mel(self.powers, bands=20)

    @cached_property
    def peaks(self) -> Peaks:
        """Where the sources stand: by their first and last channel, spread where they coincide."""
        angles = np.rad2deg(np.arctan2(self._levels[:, -1], self._levels[:, 0]))
        if len(np.unique(angles.round(3))) < len(angles):
            angles = np.linspace(15, 75, len(angles))
        order = np.argsort(angles)
        called = tuple(self.names[number] for number in order)
        heights = np.linspace(1, 0.5, len(angles))
        return Peaks(angles[order].astype(np.float32), heights.astype(np.float32), "°", called)

    @cached_property
    def peaks_2d(self) -> Peaks:
        """Where the sources stand, as symmetric attenuation and delay in ms."""
        ratio = np.tan(np.clip(np.deg2rad(self.peaks.positions.astype(float)), 0.1, 1.47))
        delays = np.linspace(-0.2, 0.2, len(ratio)) if len(ratio) > 1 else np.zeros(1)
        return Peaks(
            (ratio - 1 / ratio).astype(np.float32), self.peaks.heights, "", self.peaks.names,
            delays.astype(np.float32), "ms",
        )  # fmt: skip

    @cached_property
    def kernel(self) -> Kernel:
        cells = np.zeros((5, 5), bool)
        cells[2] = cells[:, 2] = True
        return Kernel(cells, "cross")

    @cached_property
    def similarity(self) -> Similarity:
        """The cosine between each two frames of the mixture."""
        frames = np.abs(self.spectrogram.data.astype(complex)).mean(axis=0)
        norm = np.sqrt((frames**2).sum(axis=0))
        frames = np.divide(frames, norm, out=np.zeros_like(frames), where=norm > 0)
        return Similarity(frames.T @ frames, self.spectrogram.grid)

    @cached_property
    def neighbours(self) -> Neighbours:
        """Itself for each frame, and for all but the first the one before."""
        frames = np.arange(self.spectrogram.grid.frames)
        return Neighbours(np.stack([frames, frames - 1], axis=-1), self.spectrogram.grid)

    @cached_property
    def beats(self) -> Curve:
        """A beat spectrum that falls and rises."""
        lags = np.arange(1 + max(1, self.spectrogram.grid.frames // 2))
        step = self.spectrogram.grid.hop / self.spectrogram.grid.rate
        return Curve((1 + np.cos(lags)) / 2, lags * step, "beat spectrum", "", "lag", "s")

    @cached_property
    def tempo(self) -> Curve:
        """Periods over time, in seconds."""
        return Curve(
            np.array([0.02, 0.05, 0.03]), np.array([0.0, 0.07, 0.15]), "", "s", "time", "s"
        )

    @cached_property
    def factors(self) -> Factors:
        """Random parts, as loud as the mixture."""
        rng, grid = np.random.default_rng(3), self.spectrogram.grid
        templates = rng.uniform(0.1, 1.1, (self.channels, grid.bins, 4))
        activations = rng.uniform(0.1, 1.1, (4, grid.frames))
        model = np.einsum("cfk,kt->", templates, activations) / self.power.data.size
        activations *= self.power.data.mean(dtype=float) / model
        return Factors(templates, activations, grid, 2.0)

    @cached_property
    def notes(self) -> Notes:
        """A note for each source, one after another, and one that no recording reaches."""
        count, seconds = len(self.names), self.recording.images.shape[-1] / self.recording.rate
        onsets = np.append(np.arange(count) * seconds / count, seconds + 10)
        pitches = np.append(60 + 3.0 * np.arange(count), 60)
        parts = np.append(np.arange(count), 0)
        return Notes(
            onsets, onsets + seconds / count, pitches, np.ones(count + 1), parts, self.names
        )

    @cached_property
    def patches(self) -> Factors:
        """The parts, each of them two frames long."""
        plain = self.factors
        templates = np.stack([plain.templates, plain.templates[..., ::-1]])
        return Factors(templates, plain.activations / 2, plain.grid, plain.exponent)

    @cached_property
    def called(self) -> Factors:
        """The parts, two for each of two players."""
        plain, labels = self.factors, ("keys C4", "keys E4", "bass C2", "bass G2")
        return Factors(plain.templates, plain.activations, plain.grid, plain.exponent, labels)

    @cached_property
    def terms(self) -> Terms:
        """A little of everything, for each activation."""
        rng, h = np.random.default_rng(4), self.factors.activations
        scale = np.float32(self.power.data.mean(dtype=float))
        return Terms(scale * rng.random((2, *h.shape)), self.factors.grid)

    @cached_property
    def covariance(self) -> Covariance:
        """How the channels of each source go together, of trace C, with a little of everything."""
        y = self.stems.data.astype(complex)
        found = np.einsum("jcft,jdft->jfcd", y, y.conj())
        trace = np.einsum("jfcc->jf", found).real[..., np.newaxis, np.newaxis]
        even = np.eye(self.channels) / self.channels
        shares = np.divide(
            found, trace, out=np.broadcast_to(even, found.shape).astype(complex), where=trace > 0
        )
        return Covariance(
            self.channels * (0.95 * shares + 0.05 * even), self.spectrogram.grid, self.names
        )

    @cached_property
    def mixing(self) -> Mixing:
        """How loud each source is in each channel, as columns of length one."""
        columns = self._levels.T / np.linalg.norm(self._levels.T, axis=0)
        return Mixing(columns[np.newaxis], self.names)

    @cached_property
    def projections(self) -> Projections:
        self._two_channels("a projection")
        degrees = np.linspace(-90, 90, 10, endpoint=False)
        first, second = self.spectrogram.data
        angles = np.deg2rad(degrees)[:, np.newaxis, np.newaxis]
        data = np.cos(angles) * first + np.sin(angles) * second
        return Projections(data, self.spectrogram.grid, (), degrees, np.zeros(len(degrees)))

    @cached_property
    def activity(self) -> Activity:
        """The first half sounds."""
        grid = self.spectrogram.grid
        return Activity(np.arange(grid.frames) < (grid.frames + 1) // 2, grid)

    @cached_property
    def pitches(self) -> Pitch:
        """A note of each source, a third apart, with a pause."""
        times = self.spectrogram.grid.times
        notes = 220 * 1.25 ** np.arange(len(self.names))[:, np.newaxis]
        sung = (np.arange(len(times)) % 8 < 6) & self.images.data.any(axis=(1, 2))[:, np.newaxis]
        return Pitch(np.where(sung, notes, 0), times, np.where(sung, 0.9, 0.1), self.names)

    @cached_property
    def pitch(self) -> Pitch:
        return self.pitches.pick(self.names[0])

    @cached_property
    def partials(self) -> Partials:
        """Two tracks that rise, as loud as the mixture, as long as there are frames."""
        audio, hop = self.mixture, HOP
        frames = np.tile(np.arange(1 + audio.length // hop), 2)
        track = np.repeat([0, 1], len(frames) // 2)
        size = np.abs(audio.data).max(axis=-1, keepdims=True)
        return Partials(
            track, frames * (hop / audio.rate), 300.0 + 400 * track + frames,
            np.repeat(size, len(frames), axis=1), np.zeros((len(size), len(frames))),
            audio.rate, hop, audio.length,
        )  # fmt: skip

    @cached_property
    def number(self) -> Number:
        return Number(1.0, "turn")

    @cached_property
    def curve(self) -> Curve:
        return Curve(np.linspace(1, 0, 5), np.arange(5.0), "cost")

    @cached_property
    def scores(self) -> Scores:
        return Scores({name: {"SNR": 3.0, "improvement": float("nan")} for name in self.names})

    @cached_property
    def response(self) -> Audio:
        """The sound of a small room, 100 samples of it."""
        rng = np.random.default_rng(9)
        fading = np.exp(-np.arange(100) / 20) * rng.standard_normal((1, 100))
        return Audio(fading, self.recording.rate)
