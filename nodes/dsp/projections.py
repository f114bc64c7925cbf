"""A stereo spectrum seen from several sides, block by block.

A projection is a sum of both channels in which one place is silent: cos(a) X1 + sin(a) X2
exp(i 2 pi f d) cancels a source at a + 90 degrees whose second channel comes d later. A `Scene` knows
how loud each place is in each projection, and cuts planes into blocks; what is `Seen` gives the
projections of a block, from planes that are there or from the spectrum.

Without delays the kernel is the same at all frequencies, and bins are worked on as they lie in
memory. With delays each frequency is a *band* of its own.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans
from nodes.dsp.planes import aligned

Array = NDArray[Any]

CELLS = 1 << 16
"""Cells of all projections in one block."""
EVEN = 16
"""Columns of a block are a multiple of this where they can: so rows begin where processors fetch."""
LEAST = 1 << 12
"""Frames of a block at least, where each frequency has a kernel of its own."""
NULL = 1e-6
"""Smallest number in a kernel: a projection of float32 numbers is no more silent than that."""
KEPT = 1 << 29
"""Bytes of magnitudes that are kept from one step to the next; more are worked out again."""

Block = tuple[slice, slice]
"""Bands and columns of the planes of a `Scene`."""


class Scene:
    """Which places are looked at from which sides, and how planes are cut into blocks.

    Parameters
    ----------
    angles, delays
        Degrees and seconds (projection,).
    places, lags
        Degrees and seconds (place,).
    frequencies
        Hz (freq,).
    frames
        Length of the time axis.
    """

    def __init__(
        self,
        angles: Array,
        delays: Array,
        places: Array,
        lags: Array,
        frequencies: Array,
        frames: int,
    ) -> None:
        self.angles, self.delays, self.frequencies = angles, delays, frequencies
        self.shape = (len(frequencies), frames)
        self.deep = bool(np.any(delays) or np.any(lags))
        """Whether the kernel depends on the frequency: then each of them is a band, else all are one."""
        a, b = np.deg2rad(angles)[:, np.newaxis], np.deg2rad(places)
        first, second = np.cos(a) * np.cos(b), np.sin(a) * np.sin(b)
        self._plain = ((first + second) ** 2).astype(np.float32)
        self._late = (-4 * first * second).astype(np.float32)
        apart = np.abs(np.subtract.outer(delays, lags)).round(12)
        self._apart, self._which = np.unique(apart, return_inverse=True)
        self._which = self._which.reshape(apart.shape)
        size = CELLS // len(angles)
        size -= size % EVEN if size > EVEN else 0
        columns = frames if self.deep else len(frequencies) * frames
        across = spans(columns, max(size, LEAST) if self.deep else size)
        bands = len(frequencies) if self.deep else 1
        down = spans(bands, max(1, size // columns))
        self.blocks = [(slice(*rows), slice(*part)) for rows in down for part in across]
        self.cells = (down[0][1] - down[0][0]) * (across[0][1] - across[0][0])
        """Cells of one projection in the largest block."""

    @property
    def sides(self) -> int:
        """Number of projections."""
        return len(self.angles)

    def kernel(self, bands: slice) -> Array:
        """Give how loud each place is in each projection: float32 (band, projection, place).

        |cos a cos b + sin a sin b exp(i phi)|^2 = cos^2(a - b) - sin 2a sin 2b sin^2(phi / 2), with
        phi = 2 pi f (d - lag): for a and b in different quadrants a sum of what is not negative.
        """
        if not self.deep:
            plain: Array = np.sqrt(np.maximum(self._plain, np.float32(NULL**2)))
            return plain[np.newaxis]
        half = np.pi * np.multiply.outer(self.frequencies[bands], self._apart)
        made: Array = np.take(np.square(np.sin(half)).astype(np.float32), self._which, axis=1)
        made *= self._late
        made += self._plain
        np.maximum(made, np.float32(NULL**2), out=made)
        return np.sqrt(made, out=made)

    def banded(self, plane: Array) -> Array:
        """Give a plane (..., freq, time) as (band, ..., column), where it can be without a copy."""
        plane = plane.reshape(-1, *plane.shape[-2:])
        if self.deep:
            return plane.transpose(1, 0, 2)
        return plane.reshape(1, len(plane), -1)

    def directions(self, bands: slice) -> Array:
        """Give what each projection takes of both channels: complex128 (band, projection, 2)."""
        angles = np.deg2rad(self.angles)
        frequencies = self.frequencies[bands] if self.deep else np.zeros(1)
        turn = np.exp(2j * np.pi * np.multiply.outer(frequencies, self.delays))
        return np.stack([np.broadcast_to(np.cos(angles), turn.shape), np.sin(angles) * turn], -1)


# What is seen


class Seen(Protocol):
    """Gives blocks of projections, and of their magnitudes."""

    def spectra(self, block: Block) -> Array:
        """Give complex64 (band, projection, column), not to be written to."""

    def magnitudes(self, block: Block, room: Array) -> Array:
        """Give float32 (band, projection, column), not to be written to: in `room` or elsewhere."""


class Ready:
    """Projections (projection, freq, time) that are there."""

    def __init__(self, scene: Scene, projections: Array) -> None:
        self._planes = scene.banded(projections)

    def spectra(self, block: Block) -> Array:
        bands, columns = block
        return np.asarray(self._planes[bands, :, columns])

    def magnitudes(self, block: Block, room: Array) -> Array:
        spectra = self.spectra(block)
        return np.asarray(np.abs(spectra, out=room[: spectra.size].reshape(spectra.shape)))


class Made:
    """Projections of a stereo spectrum (2, freq, time), made when they are needed.

    Their magnitudes are kept where they are not too many.
    """

    def __init__(self, scene: Scene, spectrogram: Array) -> None:
        self._scene, self._planes = scene, scene.banded(spectrogram)
        self._kept: dict[int, Array] = {}
        self._keeps = scene.sides * spectrogram[0].size * 4 <= KEPT

    def spectra(self, block: Block) -> Array:
        """Give cos(a) X1 + sin(a) X2 exp(i 2 pi f d).

        Written in real numbers, whose products are rounded alike wherever they lie in memory.
        """
        bands, columns = block
        first, second = (self._planes[bands, channel, columns] for channel in (0, 1))
        scene = self._scene
        made = np.empty((len(first), scene.sides, first.shape[-1]), np.complex64)
        share = np.empty(first.shape, np.complex64)
        turned: dict[float, Array] = {0.0: second}
        for side, (angle, delay) in enumerate(zip(scene.angles, scene.delays, strict=True)):
            if delay not in turned:
                turned = {0.0: second, delay: _turned(second, scene.frequencies[bands], delay)}
            radians, out = np.deg2rad(angle), made[:, side].view(np.float32)
            np.multiply(first.view(np.float32), np.float32(np.cos(radians)), out=out)
            part = turned[delay].view(np.float32)
            out += np.multiply(part, np.float32(np.sin(radians)), out=share.view(np.float32))
        return made

    def magnitudes(self, block: Block, room: Array) -> Array:
        bands, columns = block
        key = bands.start * self._planes.shape[-1] + columns.start
        if key in self._kept:
            return self._kept[key]
        spectra = self.spectra(block)
        where = aligned(1, spectra.size)[0] if self._keeps else room
        made = np.abs(spectra, out=where[: spectra.size].reshape(spectra.shape))
        return self._kept.setdefault(key, made) if self._keeps else np.asarray(made)


def _turned(plane: Array, frequencies: Array, delay: float) -> Array:
    """Multiply a plane (freq, time) with exp(i 2 pi f delay)."""
    phase = 2 * np.pi * frequencies[:, np.newaxis] * delay
    cosine, sine = np.cos(phase).astype(np.float32), np.sin(phase).astype(np.float32)
    made = np.empty(plane.shape, np.complex64)
    made.real = plane.real * cosine - plane.imag * sine
    made.imag = plane.real * sine + plane.imag * cosine
    return made


def around(directions: int, delays: int = 1, most: float = 0.0) -> tuple[Array, Array]:
    """Give angles in degrees and delays in seconds of projections that cancel every place in turn.

    Each of the `directions`, from -90 to 0 degrees, comes with each of the delays from -`most` to
    `most`; one delay is none.
    """
    angles = np.linspace(-90.0, 0.0, directions)
    lags = np.linspace(-most, most, delays) if delays > 1 else np.zeros(1)
    return np.tile(angles, len(lags)), np.repeat(lags, len(angles))


def project(
    spectrogram: Array, angles: Array, delays: Array, frequencies: Array, tick: Tick = silent
) -> Array:
    """See a stereo spectrum from several sides: cos(a) X1 + sin(a) X2 exp(i 2 pi f d).

    Parameters
    ----------
    spectrogram
        Complex (2, freq, time).
    angles, delays
        Degrees and seconds (projection,).
    frequencies
        Hz (freq,).
    tick
        Called with the fraction done; it may raise to stop.

    Returns
    -------
    complex64 (projection, freq, time). A source at a + 90 degrees whose second channel comes d later
    is silent.
    """
    nowhere = np.zeros(1)
    scene = Scene(angles, delays, nowhere, nowhere, frequencies, spectrogram.shape[-1])
    seen = Made(scene, spectrogram)
    made = np.empty((scene.sides, *spectrogram.shape[-2:]), np.complex64)
    out = scene.banded(made)

    def work(block: Block) -> None:
        bands, columns = block
        out[bands, :, columns] = seen.spectra(block)

    parallel(work, scene.blocks, tick)
    return made
