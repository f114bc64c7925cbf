"""What one hears of a value: clips with the whole length, all channels, and how they were made.

What a selection leaves out is silent; see `nodes.sounding`.
"""

from __future__ import annotations

import numpy as np

from nodegraph.marks import EVERYTHING, Selection
from nodegraph.values import (
    Array,
    Audio,
    Factors,
    Field,
    Grid,
    Histogram,
    Mask,
    Power,
    Spectrogram,
)
from nodegraph.views import Clip, sound
from nodes.dsp import convolutive, stft, windows
from nodes.picturing import check_grid
from nodes.sounding import Pick, Spectra, Spectrum, chosen, clip, frames_of

AUDIO_FRAME, AUDIO_HOP = 2048, 512
"""The transform in which bins of plain sound are picked."""
SILENT = 1e-30
"""A model as weak as this against its largest is none."""
LEAST = np.finfo(np.float32).tiny
"""A bin weaker than this has no phase: it cannot be divided by."""
MOST_PARTS = 16
"""Parts of a factorisation that are played side by side if none is chosen."""

# Sound and spectra


@sound
def audio_sound(value: Audio, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play sound as it is, each source on its own; with marks only the bins under them."""
    singles = chosen(value, selection)
    if not selection.marks:
        return tuple(Clip(name, one.data, value.rate) for name, one in singles.items())
    grid = Grid(value.rate, AUDIO_FRAME, AUDIO_HOP, "hann", AUDIO_FRAME, value.length)
    window = windows.window(grid.window, grid.window_length)

    def spectrum(data: Array) -> Spectrum:
        def read(frames: slice) -> Array:
            # Frames before the first sample that is needed take some of those before it.
            start = frames.start * grid.hop - grid.pad
            stop = (frames.stop - 1) * grid.hop - grid.pad + grid.window_length
            piece = np.zeros((len(data), stop - start), np.float32)
            low, high = max(start, 0), min(stop, value.length)
            if low < high:
                piece[:, low - start : high - start] = data[:, low:high]
            # Behind the zeros that the transform itself puts first lie the frames themselves.
            skipped = grid.pad // grid.hop
            whole = stft.stft(piece, window, grid.hop, grid.n_fft)
            return np.asarray(whole[..., skipped : skipped + frames.stop - frames.start])

        return read

    pick = Pick(grid, selection)
    return tuple(clip(name, spectrum(one.data), grid, pick) for name, one in singles.items())


@sound
def spectrogram_sound(value: Spectrogram, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play a spectrogram with the phase it has."""
    pick = Pick(value.grid, selection)
    return tuple(
        clip(name, frames_of(one.data), value.grid, pick)
        for name, one in chosen(value, selection).items()
    )


@sound
def power_sound(
    value: Power, *, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play strengths with the phase of the mixture."""
    check_grid(value, mixture, ("power", "mixture"))
    pick, spectra = Pick(value.grid, selection), Spectra(mixture)

    def read(name: str, data: Array) -> Spectrum:
        def spectrum(frames: slice) -> Array:
            phase, magnitude = spectra.of(name)(frames), data[..., frames]
            if value.exponent != 1:
                magnitude = magnitude ** np.float32(1 / value.exponent)
            size = np.abs(phase)
            # Where the mixture is silent it has no phase.
            unit = np.divide(phase, size, out=np.ones_like(phase), where=size >= LEAST)
            return np.asarray(magnitude * unit)

        return spectrum

    return tuple(
        clip(name, read(name, one.data), value.grid, pick, "with the phase of the mixture")
        for name, one in chosen(value, selection).items()
    )


@sound
def mask_sound(
    value: Mask, *, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play what masks let through of the mixture."""
    check_grid(value, mixture, ("mask", "mixture"))
    pick, spectra = Pick(value.grid, selection), Spectra(mixture)

    def read(name: str, data: Array) -> Spectrum:
        return lambda frames: np.asarray(spectra.of(name)(frames) * data[..., frames])

    return tuple(
        clip(name, read(name, one.data), value.grid, pick, "mask applied to the mixture")
        for name, one in chosen(value, selection).items()
    )


# Parts and places


@sound
def factors_sound(
    value: Factors, *, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play each part's share of the mixture, which it has by its power (Wiener); they add up to it.

    With `selection.parts` only these; inverted, everything but these. Very many parts are played
    together if none is chosen.
    """
    check_grid(value, mixture, ("factors", "mixture"))
    wanted = [k for k, name in enumerate(value.names) if name in selection.parts]
    if selection.parts and not wanted:
        raise ValueError(f"no part {selection.parts[0]!r}; there is: {', '.join(value.names)}")
    pick, whole = Pick(value.grid, selection), Spectra(mixture).whole
    if not selection.parts and value.rank > MOST_PARTS:
        return (clip("", whole, value.grid, pick, "all parts together"),)
    if selection.parts and selection.invert and not selection.marks:
        rest = [k for k in range(value.rank) if k not in wanted]
        read, how = _shares(value, whole, mixture.channels, [rest]), "all other parts' share"
        return (clip("rest", read, value.grid, pick, how),)
    parts = wanted or list(range(value.rank))
    read = _shares(value, whole, mixture.channels, [[k] for k in parts])
    # All parts at once: what they are shares of is worked out only once.
    every = clip("", read, value.grid, pick).data.reshape(len(parts), mixture.channels, -1)
    return tuple(
        Clip(value.names[k], data, value.grid.rate, "part's share of the mixture")
        for k, data in zip(parts, every, strict=True)
    )


def _shares(value: Factors, whole: Spectrum, channels: int, groups: list[list[int]]) -> Spectrum:
    """Give the shares of groups of parts, one after another along the channels.

    Of the powers w h each part has one in every bin; where all are silent the shares are equal.
    """
    w, h = convolutive.unrolled(value.templates, value.activations)
    columns = [convolutive.columns(parts, value.rank, value.lags) for parts in groups]
    if len(w) not in (1, channels):
        w = w.mean(axis=0, keepdims=True)
    # Divided by the largest first, so that the powers stay within float32.
    w, h = (_unit(side) ** np.float32(2 / value.exponent) for side in (w, h))

    def read(frames: slice) -> Array:
        mixture, total = whole(frames), w @ h[:, frames]
        silent = total < SILENT
        total[silent], any_silent = 1, bool(silent.any())
        share = mixture / total
        made = np.empty((len(groups), *mixture.shape), np.complex64)
        for parts, picked, out in zip(groups, columns, made, strict=True):
            np.multiply(share, w[..., picked] @ h[picked, frames], out=out)
            if any_silent:
                np.copyto(out, mixture * np.float32(len(parts) / value.rank), where=silent)
        return made.reshape(-1, *mixture.shape[-2:])

    return read


def _unit(side: Array) -> Array:
    """Give numbers against the largest of them."""
    good = np.nan_to_num(side, posinf=0.0)
    made: Array = good / (float(good.max(initial=0.0)) or 1.0)
    return made


@sound
def histogram_sound(
    value: Histogram, *, angle: Field, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play the bins of the mixture that lie in a band of the histogram."""
    return field_sound(angle, mixture=mixture, selection=selection)


@sound
def field_sound(
    value: Field, *, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play the bins of the mixture where a quantity lies in a band; without one the mixture."""
    check_grid(value, mixture, (value.name or "field", "mixture"))
    spectra = Spectra(mixture)
    clips = []
    for name, one in chosen(value, selection).items():
        pick = Pick(value.grid, selection, one.data)
        how = "the mixture"
        if selection.band:
            low, high = (f"{edge:.3g}" for edge in selection.band)
            outside = " not" if selection.invert else ""
            how = f"bins of the mixture{outside} from {low} to {high} {value.unit}".rstrip()
        clips.append(clip(name, spectra.of(name), value.grid, pick, how))
    return tuple(clips)
