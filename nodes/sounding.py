"""From spectra to sound: which bins are heard, and how they become clips.

What is left out is silent, so that a clip stays in step with all others; only frames that sound are
transformed. Bins are in or out, so what is picked and what is not add up to the whole. Planes are
turned into sound some frames at a time, so that an hour of a mask over a mixture needs no plane of
its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nodegraph.marks import Selection
from nodegraph.values import Array, Grid, Sourced, Spectrogram
from nodegraph.views import Clip
from nodes.dsp import constant_q, stft, windows
from nodes.dsp.blocks import spans
from nodes.marking import marked_part

FRAMES = 1024
"""Frames that are turned into sound at once."""
MOST = 1 << 25
"""Bins of a constant-Q plane that are held at once."""

Spectrum = Callable[[slice], Array]
"""Gives the spectrum at some frames, complex (channel, freq, frame)."""


# What is picked


def chosen(value: Sourced, selection: Selection) -> dict[str, Sourced]:
    """Give the sources that are wanted; inverted, with nothing else to invert, all others."""
    singles = value.singles()
    if not (selection.parts and value.names):
        return singles
    if missing := [name for name in selection.parts if name not in singles]:
        raise ValueError(f"no source {missing[0]!r}; there is: {', '.join(value.names)}")
    others = selection.invert and not selection.marks and selection.band is None
    return {name: one for name, one in singles.items() if (name in selection.parts) != others}


@dataclass(frozen=True)
class Pick:
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


class Spectra:
    """The mixture: of its sources the one of a name, or the sum of all."""

    def __init__(self, mixture: Spectrogram) -> None:
        self._mixture = mixture

    def of(self, name: str) -> Spectrum:
        """Give the source of this name where there is one, else the whole."""
        if name and name in self._mixture.names:
            return frames_of(self._mixture.pick(name).data)
        return self.whole

    @property
    def whole(self) -> Spectrum:
        """Give the sum of all sources."""
        data = self._mixture.data
        if self._mixture.names:
            return lambda frames: np.asarray(data[..., frames].sum(axis=0))
        return frames_of(data)


def frames_of(data: Array) -> Spectrum:
    return lambda frames: data[..., frames]


# From spectra to sound


def clip(name: str, spectrum: Spectrum, grid: Grid, pick: Pick, how: str = "") -> Clip:
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
    if not grid.linear:
        return _whole(spectrum, grid, frames)
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


def _whole(spectrum: Spectrum, grid: Grid, frames: slice) -> Array:
    """Give the sound of a constant-Q plane: all of it is transformed at once, few channels at a time."""
    channels = spectrum(slice(0, 1)).shape[0]
    made = np.empty((channels, grid.length), np.float32)
    for first, last in spans(channels, max(1, MOST // (grid.bins * grid.frames))):
        plane = np.zeros((last - first, grid.bins, grid.frames), np.complex64)
        for start in range(frames.start, frames.stop, FRAMES):
            part = slice(start, min(start + FRAMES, frames.stop))
            plane[..., part] = spectrum(part)[first:last]
        made[first:last] = constant_q.icqt(
            plane, grid.frequencies, grid.rate, grid.hop, grid.lead, grid.length
        )
    return made
