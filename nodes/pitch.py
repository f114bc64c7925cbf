"""Fundamental frequency: of one voice alone, and of the strongest voice in a mixture."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Audio, Histogram, Pitch, Power, Spectrogram
from nodes.dsp import melody, stft
from nodes.dsp import pitch as dsp

Hertz = Annotated[float, Param(min=20, max=10000, step=5, unit="Hz", log=True)]
Hop = Annotated[
    int, Param(min=16, max=65536, unit="samples", log=True, align=True, suggest=(256, 512, 1024))
]
Length = Annotated[
    int, Param(min=64, max=65536, unit="samples", log=True, suggest=(1024, 2048, 4096))
]


def check_range(low: float, high: float, rate: int) -> None:
    """Raise ValueError where there is no pitch from low to high."""
    if not low * 1.05 < high:
        raise ValueError(f"low ({low:g} Hz) must be at least 5 per cent below high ({high:g} Hz)")
    if high > rate / 4:
        raise ValueError(
            f"high must be at most a quarter of the rate, {rate / 4:g} Hz at {rate} Hz, got {high:g} Hz"
        )


def _pitch(audio: Audio, hop: int, found: list[tuple[Array, Array]]) -> Pitch:
    """Put what was found of each source together."""
    data, sure = (np.stack(side) for side in zip(*found, strict=True))
    times = dsp.frame_times(audio.length, audio.rate, hop)
    if not audio.names:
        data, sure = data[0], sure[0]
    return Pitch(data, times, sure, audio.names)


def _yin_bytes(audio: Audio, *, hop: int, **_: object) -> float:
    """What is kept of each frame, and the blocks that are worked on."""
    return audio.data.size / max(hop, 1) * 16.0 + 5e7


def _pyin_bytes(audio: Audio, *, hop: int, **_: object) -> float:
    """The chances of all states of one source, and where each came from."""
    return audio.length / max(hop, 1) * 500 * 16.0 + 1e8


@node("voice.yin", label="YIN", memory=_yin_bytes, aliases=("F0", "fundamental frequency", "pitch"))
def yin(
    audio: Audio,
    *,
    low: Hertz = 65.0,
    high: Hertz = 1000.0,
    threshold: Annotated[float, Param(min=0.01, max=1, step=0.01)] = 0.1,
    voiced: Annotated[float, Param(min=0, max=1, step=0.01)] = 0.7,
    window: Length = 2048,
    hop: Hop = 512,
    context: Context = SILENT,
) -> Pitch:
    """Find the pitch of one voice: the shortest time after which the sound repeats.

    d(tau) = sum over a `window` of (x[m] - x[m + tau])^2, divided by its mean over all shorter lags,
    is near 0 at the period. The first trough below the `threshold` is taken, else the deepest of all,
    refined by a parabola: pitches are right within a hundredth of a semitone. The confidence is 1
    less the depth; frames less sure than `voiced` have pitch 0, as silence has. With `voiced` at 0
    every frame that sounds has a pitch.

    Shapes: audio (source?, channel, sample) to pitch (source?, frame), a frame every `hop` samples,
    the first at sample 0. Channels are compared each with itself, so their polarity does not matter.

    When it fails: of two voices at once it finds neither, or a common multiple of their periods;
    where the second harmonic is much the strongest, as in a sung i, it takes half the period.

    Reference: A. de Cheveigné, H. Kawahara, "YIN, a fundamental frequency estimator for speech and
    music", JASA 111(4), 2002.
    """
    check_range(low, high, audio.rate)
    found = []
    for number, row in enumerate(audio.stacked().data):
        share = context.part(number, len(audio.names))
        pitch, sure = dsp.yin(row, audio.rate, low, high, hop, window, threshold, share)
        found.append((np.where(sure >= voiced, pitch, 0), sure))
    return _pitch(audio, hop, found)


@node(
    "voice.pyin",
    label="pYIN",
    whole=True,
    memory=_pyin_bytes,
    aliases=("F0", "fundamental frequency", "probabilistic YIN", "melody"),
)
def pyin(
    audio: Audio,
    *,
    low: Hertz = 65.0,
    high: Hertz = 1000.0,
    window: Length = 2048,
    hop: Hop = 512,
    context: Context = SILENT,
) -> Pitch:
    """Find the pitch of one voice and when it sings, with what came before and comes after in mind.

    As `voice.yin`, but with 100 thresholds at once, weighted by Beta(2, 18): each names its candidates,
    and a hidden Markov model with states of a tenth of a semitone, voiced or not, finds the likeliest
    path (Viterbi). A pitch may move by 35.9 octaves a second, and the voice begin or end with a
    probability of 1 per cent a frame. Within its state the pitch is that of the candidates, so it is
    finer than the states. The confidence is the probability that the frame is voiced.

    Shapes: as `voice.yin`.

    When it fails: of several voices at once it finds one or none; breathy and hoarse tones are unvoiced.

    Reference: M. Mauch, S. Dixon, "pYIN: a fundamental frequency estimator using probabilistic
    threshold distributions", ICASSP 2014.
    """
    check_range(low, high, audio.rate)
    found = []
    for number, row in enumerate(audio.stacked().data):
        share = context.part(number, len(audio.names))
        found.append(dsp.pyin(row, audio.rate, low, high, hop, window, tick=share))
    return _pitch(audio, hop, found)


def _salience_bytes(plane: Spectrogram | Power, **_: object) -> float:
    """Magnitudes of one source, and candidates for each frame."""
    return plane.data.size * 4.0 + plane.grid.frames * max(len(plane.names), 1) * 400 * 4.0


@node(
    "voice.salience",
    label="Pitch salience",
    memory=_salience_bytes,
    aliases=("F0", "harmonic sum", "melody"),
)
def salience(
    plane: Spectrogram | Power,
    *,
    low: Hertz = 65.0,
    high: Hertz = 1000.0,
    step: Annotated[float, Param(min=1, max=100, step=1, unit="cents")] = 20.0,
    harmonics: Annotated[int, Param(min=1, max=60)] = 10,
    decay: Annotated[float, Param(min=0.1, max=1, step=0.05)] = 0.8,
    corner: Annotated[float, Param(min=0, max=5000, step=50, unit="Hz")] = 500.0,
    context: Context = SILENT,
) -> Histogram:
    """Tell for each pitch and frame how much sounds at its harmonics.

    s(f) = sum over h of decay^(h - 1) w(h f) |X(h f)|, on pitches from `low` to `high` that lie `step`
    apart. The weight w(f) = f / (f + corner) keeps the bass from covering the melody; 0 leaves it out.
    Between the bins the magnitude is interpolated; energies of the channels are added. It is a
    histogram over time (source?, pitch, frame), for `voice.path` to find a melody in.

    When it fails: half and a third of a pitch have many of its harmonics too, and chords make
    fundamentals that nobody plays. A lower `decay` and a narrower range favour the true pitch.

    Reference: J. Salamon, E. Gómez, "Melody extraction from polyphonic music signals using pitch
    contour characteristics", IEEE TASLP 20(6), 2012.
    """
    grid = plane.grid
    grid.check_linear("salience")
    check_range(low, high, grid.rate)
    count = int(1200 * np.log2(high / low) / step) + 1
    candidates = low * 2 ** (np.arange(count) * (step / 1200))
    planes = []
    for number, one in enumerate(plane.stacked().data):
        data = melody.salience(
            _magnitude(plane, one), grid.rate / grid.n_fft, candidates, harmonics, decay, corner,
            context.part(number, len(plane.names)),
        )  # fmt: skip
        planes.append(data)
    start = context.region[0] if context.region else 0.0
    half = grid.hop / grid.rate / 2
    edges = low * 2 ** ((np.arange(count + 1) - 0.5) * (step / 1200))
    across = start + np.append(grid.times - half, grid.times[-1] + half)
    return Histogram(
        np.stack(planes) if plane.names else planes[0], edges, "Hz", "pitch", "salience",
        plane.names, across, "s", "time",
    )  # fmt: skip


def _magnitude(plane: Spectrogram | Power, data: Array) -> Array:
    """Give the root of the energy of all channels (freq, time)."""
    if isinstance(plane, Spectrogram):
        size = stft.strength(data, 1.0)
    elif plane.exponent == 1:
        size = data
    else:
        size = data ** np.float32(1 / plane.exponent)
    return np.asarray(size[0] if len(size) == 1 else np.hypot.reduce(size, axis=0))


def _path_bytes(salience: Histogram, **_: object) -> float:
    """Of each state where it came from, and its level."""
    return salience.data.size * 16.0


@node(
    "voice.path",
    label="Pitch path",
    version=2,
    whole=True,
    memory=_path_bytes,
    aliases=("Viterbi", "melody"),
)
def path(
    salience: Histogram,
    *,
    cost: Annotated[float, Param(min=0, max=20, step=0.1, unit="/semitone")] = 0.3,
    cap: Annotated[float, Param(min=0.1, max=48, step=0.5, unit="semitones")] = 10.0,
    floor: Annotated[float, Param(min=-120, max=0, step=1, unit="dB")] = -10.0,
    pauses: bool = True,
    context: Context = SILENT,
) -> Pitch:
    """Find the strongest steady melody in a salience.

    Of all paths with one pitch a frame it takes the one with the largest sum of log s, less `cost` for
    each semitone it jumps from frame to frame; a jump never costs more than one of `cap` semitones
    (Viterbi). Frames whose salience on the path is more than `floor` below the strongest have
    pitch 0. The confidence is the share of the path in the strongest salience of its frame, and 0
    in silence.

    While the voice pauses the path goes on with whatever else sounds. With `pauses` it is cut where
    it jumps by more than half a semitone, and each stretch has the median of its levels in dB. Where
    the levels fall into two heaps (the threshold of Otsu explains 85 per cent of their spread), the
    stretches of the weaker heap have pitch 0 too; where they do not nothing is left out.

    Shapes: salience (source?, pitch, frame) to pitch (source?, frame), at the middle of the frames.

    When it fails: it follows whoever is loudest. Where the band is as loud as the voice its pauses
    are not found; a voice that sings half of its notes very softly loses them with `pauses`.

    References: J.-L. Durrieu, G. Richard, B. David, C. Févotte, "Source/filter model for unsupervised
    main melody extraction", IEEE TASLP 18(3), 2010, for the costs of the jumps. J. Salamon, E. Gómez,
    IEEE TASLP 20(6), 2012, for voice found by the mean salience of a contour.
    """
    if salience.across is None or salience.across_unit != "s" or salience.unit != "Hz":
        raise ValueError(
            "salience must be a histogram of Hz over time, as voice.salience gives it, got "
            f"{salience.quantity or 'a histogram'} in {salience.unit or 'no unit'}"
        )
    centres = np.sqrt(salience.edges[1:] * salience.edges[:-1])
    span = 12 * np.log2(centres[-1] / centres[0]) if len(centres) > 1 else 1.0
    per_semitone = max(len(centres) - 1, 1) / span
    start = context.region[0] if context.region else 0.0
    pitches, sure = [], []
    for number, strength in enumerate(salience.stacked().data):
        share = context.part(number, len(salience.names))
        states = melody.path(strength, per_semitone, cost, cap, share)
        level = strength[states, np.arange(strength.shape[1])]
        top = strength.max(axis=0)
        heard = (level > 0) & (level >= 10 ** (floor / 20) * top.max(initial=0))
        if pauses:
            heard &= ~melody.pauses(level, states, per_semitone, heard)
        fine = centres[0] * 2 ** (melody.refined(strength, states) / per_semitone / 12)
        pitches.append(np.where(heard, fine, 0))
        sure.append(np.divide(level, top, out=np.zeros_like(level), where=top > 0))
    data, confidence = np.stack(pitches), np.stack(sure)
    if not salience.names:
        data, confidence = data[0], confidence[0]
    return Pitch(data, salience.across_centres - start, confidence, salience.names)
