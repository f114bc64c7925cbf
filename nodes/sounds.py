"""What one hears of a value: clips with the whole length, all channels, and how they were made.

What a selection leaves out is silent, so that a clip stays in step with all others; only frames
that sound are transformed. Bins are in or out, so what is marked and what is not marked add up to
the whole. Planes are turned into sound some frames at a time, so that an hour of a mask over a
mixture needs no plane of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    Sourced,
    Spectrogram,
)
from nodegraph.views import Clip, sound
from nodes.dsp import stft, windows
from nodes.marking import marked_part
from nodes.picturing import check_grid

FRAMES = 1024
"""Frames that are turned into sound at once."""
AUDIO_FRAME, AUDIO_HOP = 2048, 512
"""The transform in which bins of plain sound are picked."""
SILENT = 1e-30
"""A model as weak as this against its largest is none."""
MOST_PARTS = 16
"""Parts of a factorisation that are played side by side if none is chosen."""

Spectrum = Callable[[slice], Array]
"""Gives the spectrum at some frames, complex (channel, freq, frame)."""


# Sound and spectra


@sound
def audio_sound(value: Audio, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play sound as it is, each source on its own; with marks only the bins under them."""
    singles = _chosen(value, selection)
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

    pick = _Pick(grid, selection)
    return tuple(_clip(name, spectrum(one.data), grid, pick) for name, one in singles.items())


@sound
def spectrogram_sound(value: Spectrogram, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play a spectrogram with the phase it has."""
    pick = _Pick(value.grid, selection)
    return tuple(
        _clip(name, _frames_of(one.data), value.grid, pick)
        for name, one in _chosen(value, selection).items()
    )


@sound
def power_sound(
    value: Power, *, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play strengths with the phase of the mixture."""
    check_grid(value, mixture, ("power", "mixture"))
    pick, spectra = _Pick(value.grid, selection), _Spectra(mixture)

    def read(name: str, data: Array) -> Spectrum:
        def spectrum(frames: slice) -> Array:
            phase, magnitude = spectra.of(name)(frames), data[..., frames]
            if value.exponent != 1:
                magnitude = magnitude ** np.float32(1 / value.exponent)
            size = np.abs(phase)
            # Where the mixture is silent it has no phase.
            unit = np.divide(phase, size, out=np.ones_like(phase), where=size > 0)
            return np.asarray(magnitude * unit)

        return spectrum

    return tuple(
        _clip(name, read(name, one.data), value.grid, pick, "with the phase of the mixture")
        for name, one in _chosen(value, selection).items()
    )


@sound
def mask_sound(
    value: Mask, *, mixture: Spectrogram, selection: Selection = EVERYTHING
) -> tuple[Clip, ...]:
    """Play what masks let through of the mixture."""
    check_grid(value, mixture, ("mask", "mixture"))
    pick, spectra = _Pick(value.grid, selection), _Spectra(mixture)

    def read(name: str, data: Array) -> Spectrum:
        return lambda frames: np.asarray(spectra.of(name)(frames) * data[..., frames])

    return tuple(
        _clip(name, read(name, one.data), value.grid, pick, "mask applied to the mixture")
        for name, one in _chosen(value, selection).items()
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
    pick, whole = _Pick(value.grid, selection), _Spectra(mixture).whole
    if not selection.parts and value.rank > MOST_PARTS:
        return (_clip("", whole, value.grid, pick, "all parts together"),)
    if selection.parts and selection.invert and not selection.marks:
        rest = [k for k in range(value.rank) if k not in wanted]
        read, how = _shares(value, whole, mixture.channels, [rest]), "all other parts' share"
        return (_clip("rest", read, value.grid, pick, how),)
    chosen = wanted or list(range(value.rank))
    read = _shares(value, whole, mixture.channels, [[k] for k in chosen])
    # All parts at once: what they are shares of is worked out only once.
    every = _clip("", read, value.grid, pick).data.reshape(len(chosen), mixture.channels, -1)
    return tuple(
        Clip(value.names[k], data, value.grid.rate, "part's share of the mixture")
        for k, data in zip(chosen, every, strict=True)
    )


def _shares(value: Factors, whole: Spectrum, channels: int, groups: list[list[int]]) -> Spectrum:
    """Give the shares of groups of parts, one after another along the channels.

    Of the powers w h each part has one in every bin; where all are silent the shares are equal.
    """
    w, h = value.templates, value.activations
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
        for parts, out in zip(groups, made, strict=True):
            np.multiply(share, w[..., parts] @ h[parts, frames], out=out)
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
    spectra = _Spectra(mixture)
    clips = []
    for name, one in _chosen(value, selection).items():
        pick = _Pick(value.grid, selection, one.data)
        how = "the mixture"
        if selection.band:
            low, high = (f"{edge:.4g}" for edge in selection.band)
            outside = " not" if selection.invert else ""
            how = f"bins of the mixture{outside} from {low} to {high} {value.unit}".rstrip()
        clips.append(_clip(name, spectra.of(name), value.grid, pick, how))
    return tuple(clips)


# What is picked


def _chosen(value: Sourced, selection: Selection) -> dict[str, Sourced]:
    """Give the sources that are wanted; inverted, with nothing else to invert, all others."""
    singles = value.singles()
    if not (selection.parts and value.names):
        return singles
    if missing := [name for name in selection.parts if name not in singles]:
        raise ValueError(f"no source {missing[0]!r}; there is: {', '.join(value.names)}")
    others = selection.invert and not selection.marks and selection.band is None
    return {name: one for name, one in singles.items() if (name in selection.parts) != others}


@dataclass(frozen=True)
class _Pick:
    """Which bins of a plane are heard."""

    grid: Grid
    selection: Selection
    quantity: Array | None = None
    """What the band is a band of (channel, freq, time)."""

    @property
    def some(self) -> bool:
        """Whether any bins are left out."""
        return bool(self.selection.marks) or self._banded

    @property
    def _banded(self) -> bool:
        return self.selection.band is not None and self.quantity is not None

    def frames(self) -> tuple[slice, Callable[[slice], Array]]:
        """Give the frames that sound, and what share of each bin in some frames is heard."""
        marks, invert = self.selection.marks, self.selection.invert
        plane, first = marked_part(marks, self.grid) if marks else (np.empty((0, 0), bool), 0)
        last = first + plane.shape[1]

        def heard(frames: slice) -> Array:
            picked: Array
            if marks:
                picked = np.zeros((1, self.grid.bins, frames.stop - frames.start), bool)
                low, high = max(frames.start, first), min(frames.stop, last)
                if low < high:
                    part = plane[:, low - first : high - first]
                    picked[0, :, low - frames.start : high - frames.start] = part
            else:
                picked = np.ones((1, 1, 1), bool)
            if self._banded:
                picked = picked & self._in_band(frames)
            return ~picked if invert else picked

        whole = slice(0, self.grid.frames)
        return (slice(first, last) if marks and not invert else whole), heard

    def _in_band(self, frames: slice) -> Array:
        assert self.quantity is not None
        assert self.selection.band is not None
        part = self.quantity[..., frames]
        low, high = self.selection.band
        # A band of a circle may go over its end.
        inside = [part >= low, part <= high]
        made: Array = inside[0] & inside[1] if low <= high else inside[0] | inside[1]
        return made


class _Spectra:
    """The mixture: of its sources the one of a name, or the sum of all."""

    def __init__(self, mixture: Spectrogram) -> None:
        self._mixture = mixture

    def of(self, name: str) -> Spectrum:
        """Give the source of this name where there is one, else the whole."""
        if name and name in self._mixture.names:
            return _frames_of(self._mixture.pick(name).data)
        return self.whole

    @property
    def whole(self) -> Spectrum:
        """Give the sum of all sources."""
        data = self._mixture.data
        if self._mixture.names:
            return lambda frames: np.asarray(data[..., frames].sum(axis=0))
        return _frames_of(data)


def _frames_of(data: Array) -> Spectrum:
    return lambda frames: data[..., frames]


# From spectra to sound


def _clip(name: str, spectrum: Spectrum, grid: Grid, pick: _Pick, how: str = "") -> Clip:
    """Turn a spectrum into sound, where it is heard."""
    if not pick.some:
        return Clip(name, sounding(spectrum, grid, slice(0, grid.frames)), grid.rate, how)
    frames, heard = pick.frames()
    data = sounding(lambda part: spectrum(part) * heard(part), grid, frames)
    return Clip(name, data, grid.rate, how)


def sounding(spectrum: Spectrum, grid: Grid, frames: slice) -> Array:
    """Give the sound of a spectrum that is silent outside of some frames: float32 (channel, sample).

    It is transformed in stretches. Each begins as many frames early as reach into it, and of its
    sound only what all its frames reach is taken.
    """
    window = windows.window(grid.window, grid.window_length)
    overlap = -(-grid.window_length // grid.hop)
    channels = spectrum(slice(0, 1)).shape[0]
    made = np.zeros((channels, grid.length), np.float32)
    # Behind the last frame others still lie under its window.
    last = min(frames.stop + overlap, grid.frames)
    for start in range(frames.start, last, FRAMES):
        stop = min(start + FRAMES, last)
        early = max(start - overlap, 0)
        piece = spectrum(slice(early, stop))
        origin = early * grid.hop
        low = max(start * grid.hop - grid.pad, 0)
        high = min(stop * grid.hop - grid.pad, grid.length)
        if low < high:
            sound = stft.istft(piece, window, grid.hop, grid.n_fft, high - origin)
            made[:, low:high] = sound[:, low - origin :]
    return made
