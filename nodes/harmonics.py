"""What belongs to a known pitch or holds its phase: harmonics fitted and masked, phases compared."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Audio, Field, Mask, Pitch, Power, Spectrogram
from nodes.dsp import harmonics as dsp
from nodes.dsp import stft
from nodes.dsp.blocks import cores

Harmonics = Annotated[int, Param(min=1, max=200)]
Inharmonicity = Annotated[float, Param(min=0, max=0.01, step=0.0001)]
DEVIATION = "frequency deviation"
STEADY = ("harmonic", "percussive")


class Separated(NamedTuple):
    """What the harmonics of each pitch explain, and what is left."""

    estimates: Audio
    residual: Audio


def _harmonics_bytes(
    audio: Audio, pitch: Pitch, *, harmonics: int, window: float, degree: int, **_: object
) -> float:
    """Estimates in both precisions, and the waves of the frames that are fitted side by side."""
    sources = max(len(pitch.names), 1)
    waves = 2 * harmonics * (degree + 1) * sources * window / 1000 * audio.rate * 8.0
    return audio.data.size * 12.0 * sources + 3 * waves * min(cores(), dsp.FRAMES)


@node(
    "voice.harmonics",
    label="Fit harmonics",
    version=2,
    whole=True,
    memory=_harmonics_bytes,
    aliases=("least squares", "harmonic separation"),
)
def harmonics(
    audio: Audio,
    pitch: Many[Pitch],
    *,
    harmonics: Harmonics = 40,
    window: Annotated[float, Param(min=5, max=1000, step=1, unit="ms")] = 93.0,
    degree: Annotated[int, Param(min=0, max=3)] = 1,
    inharmonicity: Inharmonicity = 0.0,
    overlaps: Literal["smooth", "fit"] = "smooth",
    context: Context = SILENT,
) -> Separated:
    """Separate sources whose pitches are known: fit the harmonics of all of them at once.

    In frames of `window` that overlap by half, x is the sum over sources and harmonics of
    (a(u) cos h phi + b(u) sin h phi), with phi the phase that the pitch runs through and a, b
    polynomials of `degree` in time (1: amplitudes that change linearly); the fit is by least
    squares. With an `inharmonicity` B > 0 the h-th partial lies at h f0 sqrt(1 + B h^2), as those of
    strings do.

    Partials of two sources less than rate / window samples apart cannot be told apart by the fit
    alone: a fifth shares every third. With ``overlaps`` set to *smooth* their amplitudes are expected
    to be as a line between those of the source's next partials that are alone says, e. They are then
    the likeliest under c ~ N(0, e^2) for a noise as strong as what the fit leaves: partials at the
    same place get the shares e_j^2 / sum of e^2. *fit* leaves them as they come: without noise and
    with pitches that are exact it tells apart what is not at the very same place, and shares the
    rest evenly; with noise it gives partials of near places large amplitudes against each other.

    Shapes: audio (channel, sample) and pitch (source, frame) to estimates (source, channel, sample)
    and a residual, which sum to the audio.

    When it fails: of partials that meet the phases are not known, so a fifth is parted at 12 dB and
    not exactly; a unison is halved. A pitch that is wrong by half a semitone explains little.

    Reference: T. Virtanen, A. Klapuri, "Separation of harmonic sounds using linear models for the
    overtone series", ICASSP 2002.
    """
    audio.check_one("audio")
    voices = pitch.stacked("harmonic")
    size = max(2 * round(window / 2000 * audio.rate), 4)
    made = dsp.separate(
        audio.data, audio.rate, voices.data, voices.times, size, harmonics, degree, inharmonicity,
        overlaps == "smooth", context.progress,
    )  # fmt: skip
    rest = audio.data - made.sum(axis=0)
    return Separated(Audio(made, audio.rate, voices.names), Audio(rest, audio.rate))


def _mask_bytes(pitch: Pitch, plane: Spectrogram | Power, **_: object) -> float:
    """A mask of one channel for each source and the rest."""
    return plane.grid.bins * plane.grid.frames * 4.0 * (max(len(pitch.names), 1) + 1) + 5e7


@node("voice.harmonic_mask", label="Harmonic mask", memory=_mask_bytes, aliases=("comb", "melody"))
def harmonic_mask(
    pitch: Pitch,
    plane: Spectrogram | Power,
    *,
    width: Annotated[float, Param(min=0.01, max=3, step=0.05, unit="semitones")] = 0.5,
    lobe: Annotated[float, Param(min=0, max=10, step=0.1, unit="bins")] = 1.5,
    harmonics: Harmonics = 40,
    inharmonicity: Inharmonicity = 0.0,
    context: Context = SILENT,
) -> Mask:
    """Keep the bins about the harmonics of a pitch.

    m is 1 within half of `width` about each of the `harmonics` h f0 sqrt(1 + B h^2), and falls to 0 at
    one and a half times. Where `lobe` bins of the plane are wider than that they count instead: a
    partial is never narrower than the main lobe of its window.

    Shapes: pitch (source?, frame) and a plane, for its grid alone, to masks
    (source, channel 1, freq, time), the last the *rest*; they sum to one. A pitch without names gives
    *harmonic* and *rest*. Where no voice sounds all goes to the rest.

    When it fails: consonants and breath are not harmonic, and whatever else lies on a harmonic comes
    along; a pitch that is an octave too low keeps the gaps as well.

    Reference: T. Virtanen, A. Mesaros, M. Ryynänen, "Combining pitch-based inference and
    non-negative spectrogram factorization in separating vocals from polyphonic music", SAPA 2008.
    """
    voices, grid = pitch.stacked("harmonic"), plane.grid
    plane.check_one("plane")
    if "rest" in pitch.names:
        raise ValueError("a source of the pitch is called rest, as the last mask is: rename it")
    grid.check_linear("a mask of harmonics")
    names = (*(pitch.names or ("harmonic",)), "rest")
    data = dsp.mask(
        voices.data, voices.times, grid.times, grid.frequencies, width,
        lobe * grid.rate / grid.n_fft, harmonics, inharmonicity, context.progress,
    )  # fmt: skip
    return Mask(data[:, np.newaxis], grid, names)


def _deviation_bytes(spectrogram: Spectrogram, **_: object) -> float:
    return spectrogram.data.size * 4.0 + 2e8


@node(
    "voice.phase_deviation",
    label="Phase deviation",
    memory=_deviation_bytes,
    aliases=("instantaneous frequency", "reassignment"),
)
def phase_deviation(spectrogram: Spectrogram, *, context: Context = SILENT) -> Field:
    """Tell how far the frequency in each bin is off the middle of the bin.

    D(k, t) = N / (2 pi H) princarg(angle X(k, t) - angle X(k, t - 1) - 2 pi H k / N), in bins: from
    frame to frame the phase of a steady tone turns by as much as its frequency says. Two bins off a
    steady tone the deviation is -2; for a hit, whose phases are not steady, it is anything. The
    first frame takes what the second has.

    Shapes: (source?, channel, freq, time), as they come.

    When it fails: with a hop of more than a quarter of `n_fft` it is ambiguous within the main lobe.

    Reference: J. L. Flanagan, R. M. Golden, "Phase vocoder", Bell System Technical Journal 45, 1966.
    """
    grid = spectrogram.grid
    grid.check_linear("phase deviation")
    if 4 * grid.hop > grid.n_fft:
        context.note(
            f"a hop of {grid.hop} is more than a quarter of n_fft ({grid.n_fft}): deviations of two "
            "bins cannot be told from others"
        )
    data = dsp.phase_deviation(spectrogram.data, grid.hop, grid.n_fft, context.progress)
    return Field(data, grid, spectrogram.names, DEVIATION, "bins")


def _phase_bytes(spectrogram: Spectrogram, *_: object, **__: object) -> float:
    return spectrogram.data.size * 16.0


@node(
    "voice.phase_masks",
    label="Phase masks",
    memory=_phase_bytes,
    aliases=("phase vocoder", "tonal and transient"),
)
def phase_masks(
    spectrogram: Spectrogram,
    deviation: Field,
    *,
    limit: Annotated[float, Param(min=0.01, max=2, step=0.05, unit="bins")] = 0.75,
    frames: Annotated[int, Param(min=1, max=31, step=2, unit="frames")] = 3,
    context: Context = SILENT,
) -> Mask:
    """Divide a mixture into what holds its phase, *harmonic*, and what does not, *percussive*.

    A peak of the spectrum is steady where its deviation is no more than `limit` and its neighbours
    say the same frequency, within `limit`; it takes along those bins of its main lobe, two to each
    side, that do. (An impulse holds its phase too, but there each bin says a frequency of its own.)
    A median over `frames` (odd) takes out what holds for a moment only. Silence is harmonic.

    Shapes: spectrogram and deviation (channel, freq, time) to masks (source 2, channel, freq, time)
    of 0 and 1 that sum to one.

    When it fails: vibrato and glides do not hold still; two partials in one main lobe beat.

    Reference: E. Cano, M. Plumbley, C. Dittmar, "Phase-based harmonic/percussive separation",
    Interspeech 2014.
    """
    spectrogram.check_same(deviation, ("spectrogram", "deviation"))
    spectrogram.check_one("spectrogram")
    if deviation.names or deviation.name != DEVIATION:
        raise ValueError(
            "deviation must be one field in bins, as voice.phase_deviation gives it, got "
            f"{deviation.name or 'a field'}"
        )
    if deviation.data.shape != spectrogram.data.shape:
        raise ValueError(
            f"spectrogram has {spectrogram.channels} channels, deviation {deviation.channels}"
        )
    size = stft.strength(spectrogram.data, 1.0)
    held = dsp.phase_mask(deviation.data, size, limit, frames, context.progress)
    return Mask(np.stack([held, 1 - held]), spectrogram.grid, STEADY)
