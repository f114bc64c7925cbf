"""Sound as partials: sinusoids that come, move and go, found, joined, chosen and played again."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Audio, Partials, Pitch
from nodes.dsp import pitch as pitches
from nodes.dsp import sinusoids as dsp
from nodes.dsp import synthesis as playing

Decibels = Annotated[float, Param(min=-160, max=0, step=1, unit="dB")]


def _peaks_bytes(audio: Audio, *, hop: int, most: int, **_: object) -> float:
    """Points with frequency, time and number, and amplitude and phase for each channel."""
    return audio.length / hop * most * (20.0 + 8.0 * audio.channels) + 5e7


@node(
    "voice.peaks", label="Spectral peaks", whole=True, memory=_peaks_bytes, aliases=("sinusoids",)
)
def peaks(
    audio: Audio,
    *,
    window: Annotated[float, Param(min=4, max=1000, step=1, unit="ms")] = 46.0,
    hop: Annotated[
        int, Param(min=16, max=65536, unit="samples", log=True, align=True, suggest=(256, 512))
    ] = 512,
    most: Annotated[int, Param(min=1, max=500, unit="peaks")] = 60,
    floor: Decibels = -60.0,
    context: Context = SILENT,
) -> Partials:
    """Find the sinusoids of each frame: the peaks of its spectrum.

    Every `hop` samples, about which a Hann window of `window` is centred, the local maxima of the
    spectrum are refined by a parabola through three levels in dB; the phase is read at the same
    place. The `most` strongest are kept, down to `floor` below the strongest of the whole sound;
    maxima that are side lobes of stronger ones are left out. All channels share the frequencies.

    Each peak is a track of its own; `voice.tracks` joins them.

    When it fails: the window must hold three periods of the lowest tone, 46 ms at 65 Hz; two
    partials nearer than four bins of the window (87 Hz for 46 ms) become one. Fast glides are weakened.

    Reference: R. J. McAulay, T. F. Quatieri, "Speech analysis/synthesis based on a sinusoidal
    representation", IEEE TASSP 34(4), 1986.
    """
    audio.check_one("audio")
    size = max(round(window / 1000 * audio.rate) | 1, 5)
    points = dsp.peaks(audio.data, audio.rate, hop, size, most, floor, context.progress)
    return Partials(
        np.arange(len(points.frames)), points.frames * (hop / audio.rate), points.frequencies,
        points.amplitudes, points.phases, audio.rate, hop, audio.length,
    )  # fmt: skip


def _strength(partials: Partials) -> Array:
    """Give the amplitude of each point over all channels."""
    return np.asarray(np.sqrt(np.square(partials.amplitudes.astype(np.float64)).sum(axis=0)))


def _partials_bytes(partials: Partials, *_: object, **__: object) -> float:
    """The points once more, and how they are sorted."""
    return partials.nbytes * 2.0


@node(
    "voice.tracks", label="Join tracks", whole=True, memory=_partials_bytes, aliases=("partials",)
)
def tracks(
    partials: Partials,
    *,
    jump: Annotated[float, Param(min=0, max=1000, step=1, unit="Hz")] = 30.0,
    share: Annotated[float, Param(min=0, max=50, step=0.1, unit="%")] = 1.0,
    least: Annotated[int, Param(min=1, max=1000, unit="frames")] = 3,
    context: Context = SILENT,
) -> Partials:
    """Join the peaks of neighbouring frames into partials.

    From strong to weak each peak goes on with the nearest track of the frame before that is still
    free, no more than `jump` and `share` of its frequency away; what finds none begins a new track.
    Tracks of fewer than `least` frames are noise and left out.

    Partials that were joined before are taken apart and joined anew.

    When it fails: where partials cross they may change places; reverberation and drums make many
    short ones.

    Reference: R. J. McAulay, T. F. Quatieri, "Speech analysis/synthesis based on a sinusoidal
    representation", IEEE TASSP 34(4), 1986.
    """
    frames = partials.frames
    by_frame = np.lexsort((partials.frequencies, frames))
    order, number = dsp.tracks(
        frames[by_frame], partials.frequencies[by_frame], _strength(partials)[by_frame],
        jump, share / 100, least, context.progress,
    )  # fmt: skip
    joined = partials.kept(by_frame[order])
    return Partials(
        number, joined.times, joined.frequencies, joined.amplitudes, joined.phases,
        partials.rate, partials.hop, partials.length,
    )  # fmt: skip


@node("voice.select", label="Select partials", whole=True, memory=_partials_bytes)
def select(
    partials: Partials,
    pitch: Pitch,
    *,
    tolerance: Annotated[float, Param(min=0.01, max=6, step=0.05, unit="semitones")] = 0.5,
    harmonics: Annotated[int, Param(min=1, max=200)] = 40,
    invert: bool = False,
) -> Partials:
    """Keep the partials that belong to a pitch: those that follow its harmonics.

    A track is kept where more than half of its energy lies within `tolerance` of a multiple of the
    pitch at its time, up to the number of `harmonics`. `invert` keeps all others: the two add up.

    When it fails: high harmonics lie closer than the tolerance, and partials of other players that
    happen to lie on one are kept with it.
    """
    pitch.check_one("pitch")
    sung = pitches.at_times(pitch.data, pitch.times, partials.times)
    kept = dsp.near_harmonics(
        partials.track, partials.frequencies, _strength(partials), sung, tolerance, harmonics
    )
    return partials.kept(~kept if invert else kept)


def _synthesis_bytes(partials: Partials, **_: object) -> float:
    """The sound, twice as exact as it is given, and coefficients of each stretch."""
    return partials.channels * (partials.length * 12.0 + len(partials.track) * 60.0) + 5e7


@node("voice.synthesis", label="Play partials", whole=True, memory=_synthesis_bytes)
def synthesis(partials: Partials, *, context: Context = SILENT) -> Audio:
    """Play partials: a sine for each, whose amplitude and frequency glide from frame to frame.

    From one point to the next the amplitude is linear, and the phase the smoothest cubic that has the
    frequency and the phase of both ends, so that the sound lines up with the recording and can be
    subtracted from it. Partials come and go within one hop.

    Shapes: points to audio (channel, sample), as long as the recording.

    When it fails: onsets smear over a window, and noise becomes a chirping of many short tones.

    Reference: R. J. McAulay, T. F. Quatieri, "Speech analysis/synthesis based on a sinusoidal
    representation", IEEE TASSP 34(4), 1986, eqs. 33 to 37.
    """
    sound = playing.synthesis(
        partials.track, partials.frames, partials.frequencies, partials.amplitudes,
        partials.phases, partials.rate, partials.hop, partials.length, context.progress,
    )  # fmt: skip
    return Audio(sound, partials.rate)
