"""Between sound and time-frequency planes: the short-time Fourier transform and its views."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Audio, Field, Grid, Power, Spectrogram
from nodes.dsp import stft as dsp
from nodes.dsp import windows

Window = Literal[
    "hann", "hamming", "sine", "blackman", "blackmanharris", "gaussian", "kaiser", "boxcar"
]


def _stft_bytes(audio: Audio, *, n_fft: int, hop: int, window_length: int, **_: Any) -> float:
    frames = dsp.frame_count(audio.length, window_length or n_fft, hop)
    return audio.data.size / max(audio.length, 1) * frames * (n_fft // 2 + 1) * 8.0


@node("transform.stft", label="STFT", aliases=("spectrogram",), memory=_stft_bytes)
def stft(
    audio: Audio,
    *,
    n_fft: Annotated[
        int,
        Param(2, 131072, unit="samples", log=True, suggest=(512, 1024, 2048, 4096, 8192)),
    ] = 4096,
    hop: Annotated[
        int,
        Param(1, 131072, unit="samples", log=True, align=True, suggest=(128, 256, 512, 1024, 2048)),
    ] = 1024,
    window: Window = "hann",
    window_length: Annotated[int, Param(0, 131072, unit="samples")] = 0,
    beta: Annotated[float, Param(0, 40, step=0.1)] = 8.6,
    context: Context = SILENT,
) -> Spectrogram:
    """Show which frequencies sound when: a complex spectrum for each short stretch of the sound.

    A window of ``window_length`` samples (0: as long as ``n_fft``) moves on by ``hop`` samples from
    frame to frame; each frame, filled with zeros to ``n_fft``, is Fourier transformed:

        X[c, k, t] = sum over m of  w[m] x[c, t hop - pad + m] exp(-2 pi i k m / n_fft)

    A long window tells near frequencies apart, a short one near times. ``pad`` zeros (window less
    hop) stand before the recording, so that the inverse gives back every sample. ``beta`` shapes
    the ``kaiser`` and ``gaussian`` windows (higher: broader in frequency, less leakage) and does
    nothing to the others.

    Shapes: audio (source?, channel, sample) to spectrogram (source?, channel, freq, time) with
    n_fft // 2 + 1 frequencies.

    Fails where window and hop leave samples uncovered, so that no inverse exists: hann with a hop
    as long as the window, for instance.

    Reference: J. B. Allen, "Short term spectral analysis, synthesis, and modification by discrete
    Fourier transform", IEEE TASSP 25(3), 1977.
    """
    grid = Grid(
        rate=audio.rate,
        n_fft=n_fft,
        hop=hop,
        window=windows.text(window, beta),
        window_length=window_length or n_fft,
        length=audio.length,
    )
    if grid.window_length > n_fft:
        raise ValueError(f"window_length must be 0 to n_fft ({n_fft}), got {window_length}")
    weights = windows.window(grid.window, grid.window_length)
    dsp.check_invertible(weights, hop, grid.window)
    spectrum = dsp.stft(audio.data, weights, hop, n_fft, context.progress)
    return Spectrogram(spectrum, grid, audio.sources)


def _istft_bytes(spectrogram: Spectrogram, **_: Any) -> float:
    data = spectrogram.data
    return data[..., 0, 0].size * spectrogram.grid.length * 4.0


@node("transform.istft", label="Inverse STFT", memory=_istft_bytes)
def istft(spectrogram: Spectrogram, *, context: Context = SILENT) -> Audio:
    """Turn a spectrogram back into sound, sample for sample.

    Each frame is transformed back, weighted with its window again and added to its neighbours; the
    sum is divided by that of the squared windows (weighted overlap-add). An unchanged spectrogram
    gives exactly the recording it was made from. A changed one, after a mask for instance, need not
    be the spectrogram of any sound: this gives the sound whose spectrogram is nearest.

    Shapes: spectrogram (source?, channel, freq, time) to audio (source?, channel, sample). Window,
    hop, rate and length come with the spectrogram.

    Reference: D. W. Griffin, J. S. Lim, "Signal estimation from modified short-time Fourier
    transform", IEEE TASSP 32(2), 1984.
    """
    grid = spectrogram.grid
    if not grid.linear:
        raise ValueError(f"the spectrogram is on {grid.scale}: use transform.icqt")
    weights = windows.window(grid.window, grid.window_length)
    samples = dsp.istft(
        spectrogram.data, weights, grid.hop, grid.n_fft, grid.length, context.progress
    )
    return Audio(samples, grid.rate, spectrogram.sources)


def _plane_bytes(plane: Spectrogram | Power) -> float:
    return plane.data.size * 4.0


@node(
    "transform.power",
    label="Power",
    aliases=("magnitude",),
    memory=lambda spectrogram, **_: _plane_bytes(spectrogram),
)
def power(
    spectrogram: Spectrogram,
    *,
    exponent: Annotated[float, Param(0.1, 4, step=0.1, suggest=(1, 2))] = 2.0,
    context: Context = SILENT,
) -> Power:
    """Measure how strong each bin is and forget its phase: the magnitude to an exponent.

    P = |X|^exponent. With 1 that is the magnitude, with 2 the power, which adds up over sources
    that have nothing to do with each other.

    Shapes: (source?, channel, freq, time), as they come.
    """
    data = dsp.strength(spectrogram.data, exponent, context.progress)
    return Power(data, spectrogram.grid, spectrogram.sources, exponent)


@node("transform.log", label="Level", memory=lambda power, **_: _plane_bytes(power))
def log(
    power: Power,
    *,
    range: Annotated[float, Param(1, 200, step=1, unit="dB")] = 80.0,
    reference: Literal["peak", "full scale"] = "peak",
    context: Context = SILENT,
) -> Field:
    """Give the level of each bin in decibels, as one hears it: in ratios, not in differences.

    L = 20 log10(|X| / reference), and never less than ``range`` below the reference. ``peak`` puts
    0 dB at the strongest bin of each source; ``full scale`` at a sine of amplitude 1, whose bin has
    half the sum of the window. Whatever the exponent of the power, the level is the same.

    Shapes: (source?, channel, freq, time), as they come.

    When it fails: silence has no peak, and every bin gets the lowest level. A recording that is run
    in segments has a peak in each of them: use ``full scale`` there.
    """
    grid = power.grid
    # A sine of amplitude 1 is two turning numbers of length 1/2, weighted with the window or 1.
    total = windows.window(grid.window, grid.window_length).sum() if grid.linear else 1
    zero = None if reference == "peak" else float(total) / 2
    data = dsp.level(power.data, power.exponent, range, zero, context.progress)
    return Field(data, power.grid, power.sources, "level", "dB")
