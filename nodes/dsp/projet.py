"""PROJET: sources told apart by seeing a stereo spectrum from several sides.

A projection is a sum of both channels in which one place is silent. How loud each place is in each
projection is known from geometry, the kernel K; the magnitudes V of M projections are explained as
V_m ~ sum_l K_ml sum_j Q_jl P_j, with Q where source j is (its histogram over places l) and P how
strong it is in each bin. Both are found by multiplicative updates, which never raise the
Kullback-Leibler divergence of V and model.

========================  ==========================================================
`project`                 the projections of a spectrum
`first_strengths`         where the updates begin
`bumps`                   the same for the places
`update_strengths`        better P for the same Q
`update_places`           better Q for the same P
`steps`                   both, again and again, in one pass over the plane
`cost`                    the divergence
`divide`                  the spectrum shared among the sources
========================  ==========================================================

Nothing is added to the model that a quiet recording could fall below. K is held above `NULL`
instead: where the sources together have any strength, the model has some in every projection.

References
----------
D. FitzGerald, A. Liutkus, R. Badeau, "Projection-based demixing of spatial audio", IEEE/ACM
Transactions on Audio, Speech and Language Processing 24(9), 2016.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Buffers, Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

CELLS = 1 << 17
"""Cells of all projections in one block."""
LEAST = 1 << 12
"""Frames of a block at least, where each frequency has a kernel of its own."""
NULL = 1e-6
"""Smallest number in a kernel: a projection of float32 numbers is no more silent than that."""
QUIET = np.float32(1e-30)
"""Strengths as weak as this are as good as none, and yet numbers that can divide."""
TINY = np.finfo(np.float32).tiny
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
        columns = frames if self.deep else len(frequencies) * frames
        across = spans(columns, max(size, LEAST) if self.deep else size)
        bands = len(frequencies) if self.deep else 1
        down = spans(bands, max(1, size // columns))
        self.blocks = [(slice(*rows), slice(*part)) for rows in down for part in across]
        self.width = max(rows.stop - rows.start for rows, _ in self.blocks)
        self.length = max(part.stop - part.start for _, part in self.blocks)

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

    def magnitudes(self, block: Block) -> Array:
        """Give float32 (band, projection, column), not to be written to."""


class Ready:
    """Projections (projection, freq, time) that are there."""

    def __init__(self, scene: Scene, projections: Array) -> None:
        self._planes = scene.banded(projections)

    def spectra(self, block: Block) -> Array:
        bands, columns = block
        return np.asarray(self._planes[bands, :, columns])

    def magnitudes(self, block: Block) -> Array:
        return np.asarray(np.abs(self.spectra(block)))


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

    def magnitudes(self, block: Block) -> Array:
        bands, columns = block
        key = bands.start * self._planes.shape[-1] + columns.start
        if key in self._kept:
            return self._kept[key]
        made: Array = np.abs(self.spectra(block))
        if self._keeps:
            self._kept[key] = made
        return made


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


# Where the updates begin


def first_strengths(scene: Scene, seen: Seen, sources: int, tick: Tick = silent) -> Array:
    """Give every source the mean of all magnitudes: float32 (source, freq, time)."""
    made = np.empty((sources, *scene.shape), np.float32)
    out = scene.banded(made)

    def work(block: Block) -> None:
        bands, columns = block
        out[bands, :, columns] = seen.magnitudes(block).mean(axis=1, keepdims=True)

    parallel(work, scene.blocks, tick)
    return made


def bumps(centres: Array, places: Array, width: float) -> Array:
    """Give a Gaussian of this width around each place: float64 (place, centre), 1 at its top."""
    away = (centres - places[:, np.newaxis]) / width
    return np.asarray(np.exp(-(away**2) / 2))


def normalised(places: Array) -> Array:
    """Give histograms (source, ...) of sum 1 in float32."""
    flat = places.reshape(len(places), -1).astype(np.float64)
    return np.asarray((flat / flat.sum(axis=1, keepdims=True)).astype(np.float32)).reshape(
        places.shape
    )


# Updates


def update_strengths(
    scene: Scene, seen: Seen, strengths: Array, places: Array, tick: Tick = silent
) -> Array:
    """Give strengths that explain the projections better with the same places.

    P_j <- P_j sum_m G_mj (V_m / S_m) / sum_m G_mj with G = K Q^T and the model S = G P.

    Parameters
    ----------
    scene
        The places that `places` count, and how planes are cut.
    seen
        The projections.
    strengths
        P, float32 (source, freq, time).
    places
        Q, float32 (source, place), each of sum 1.
    tick
        Called with the fraction done; it may raise to stop.
    """
    return _sweep(scene, seen, strengths, places, "p", tick)[0]


def update_places(
    scene: Scene, seen: Seen, strengths: Array, places: Array, tick: Tick = silent
) -> tuple[Array, Array]:
    """Give strengths and places that explain the projections better, P changed in scale alone.

    Q_jl <- Q_jl sum K_ml (V_m / S_m) P_j / sum K_ml P_j, then brought to the sum 1 with the factor
    moved to P_j. Parameters as in `update_strengths`.
    """
    return _sweep(scene, seen, strengths, places, "q", tick)


def steps(
    scene: Scene, seen: Seen, strengths: Array, places: Array, tick: Tick = silent
) -> Iterator[tuple[Array, Array]]:
    """Yield ever better (strengths, places), without end; take as many as you like.

    One step is `update_strengths` and `update_places`, bit for bit, in one pass over the plane.
    `tick` is called with the number of steps done, such as 3.25.
    """
    for done in count():
        part_tick = partial(_tick_from, tick, done)
        strengths, places = _sweep(scene, seen, strengths, places, "pq", part_tick)
        yield strengths, places


def _tick_from(tick: Tick, done: int, fraction: float) -> None:
    tick(done + fraction)


def _sweep(
    scene: Scene, seen: Seen, strengths: Array, places: Array, change: str, tick: Tick
) -> tuple[Array, Array]:
    """Update the strengths ("p"), the places ("q") or one after the other ("pq").

    The strengths of a bin depend on that bin alone, so both updates fit into one pass: with its new
    strengths a block adds its share to the update of the places.
    """
    made = np.empty_like(strengths)
    old, new, sources = scene.banded(strengths), scene.banded(made), len(places)
    plain = None if scene.deep else scene.kernel(slice(0, 1))
    above = np.zeros((len(scene.blocks), *places.shape))
    below = np.zeros_like(above)
    size = scene.width * scene.length
    buffers = Buffers(lambda: np.empty((scene.sides + 2 * sources) * size, np.float32))

    def update(index: int) -> None:
        bands, columns = block = scene.blocks[index]
        kernel = scene.kernel(bands) if plain is None else plain
        gains, v = kernel @ places.T, seen.magnitudes(block)
        with buffers.borrow() as memory:
            x = memory[: v.size].reshape(v.shape)
            shape = (len(v), sources, v.shape[-1])
            p, better = memory[v.size :][: 2 * v.size // scene.sides * sources].reshape(2, *shape)
            np.maximum(old[bands, :, columns], QUIET, out=p)
            if "p" in change:
                np.divide(v, np.matmul(gains, p, out=x), out=x)
                np.matmul(gains.swapaxes(-1, -2), x, out=better)
                better /= gains.sum(axis=-2)[..., np.newaxis]
                p = np.multiply(better, p, out=better)
                np.maximum(p, QUIET, out=p)
            new[bands, :, columns] = p
            if "q" in change:
                np.divide(v, np.matmul(gains, p, out=x), out=x)
                shares = np.matmul(x, p.swapaxes(-1, -2)).reshape(-1, sources)
                above[index] = shares.T @ kernel.reshape(len(shares), -1)
                below[index] = p.sum(axis=-1).T @ kernel.sum(axis=-2)

    with one_blas_thread():
        parallel(update, range(len(scene.blocks)), tick)
    if "q" not in change:
        return made, places
    found = places * (above.sum(axis=0) / below.sum(axis=0))
    sums = found.sum(axis=1)
    # A source that is silent may be anywhere.
    found[sums == 0], sums[sums == 0] = places[sums == 0], 1
    _scale(made, sums.astype(np.float32))
    return made, (found / sums[:, np.newaxis]).astype(np.float32)


def _scale(strengths: Array, factors: Array) -> None:
    """Multiply each source with its factor, in place."""
    flat = strengths.reshape(len(strengths), -1)

    def work(span: tuple[int, int]) -> None:
        flat[:, slice(*span)] *= factors[:, np.newaxis]

    parallel(work, spans(flat.shape[1], CELLS))


def cost(scene: Scene, seen: Seen, strengths: Array, places: Array, tick: Tick = silent) -> float:
    """Give how far the model is from what is seen: the Kullback-Leibler divergence, summed over all.

    Parameters as in `update_strengths`.
    """
    p = scene.banded(strengths)
    plain = None if scene.deep else scene.kernel(slice(0, 1))
    costs = np.zeros(len(scene.blocks))
    size = scene.sides * scene.width * scene.length
    buffers = Buffers(lambda: np.empty((2, size), np.float32))

    def measure(index: int) -> None:
        bands, columns = block = scene.blocks[index]
        kernel = scene.kernel(bands) if plain is None else plain
        v = seen.magnitudes(block)
        with buffers.borrow() as (x, y):
            model, terms = (memory[: v.size].reshape(v.shape) for memory in (x, y))
            np.matmul(kernel @ places.T, np.maximum(p[bands, :, columns], QUIET), out=model)
            np.maximum(np.divide(v, model, out=terms), TINY, out=terms)
            np.log(terms, out=terms)
            terms *= v
            terms -= v
            terms += model
            costs[index] = terms.sum(axis=-1).sum(dtype=np.float64)

    with one_blas_thread():
        parallel(measure, range(len(scene.blocks)), tick)
    return float(costs.sum())


# The sources


def divide(scene: Scene, seen: Seen, strengths: Array, places: Array, tick: Tick = silent) -> Array:
    """Share a stereo spectrum among its sources: complex64 (source, 2, freq, time).

    Each projection is shared by a soft mask, C_mj = C_m G_mj P_j / sum_i G_mi P_i, and the shares of
    a source are brought back to two channels by the pseudo-inverse of the projections. Those of all
    sources sum to the spectrum.

    Parameters as in `update_strengths`.
    """
    bins, frames = strengths.shape[-2:]
    made = np.empty((len(strengths), 2, bins, frames), np.complex64)
    out, p = scene.banded(made), scene.banded(strengths)

    def work(block: Block) -> None:
        bands, columns = block
        seen_here, part = seen.spectra(block), p[bands, :, columns]
        gains = scene.kernel(bands) @ places.T
        # Against the strongest source, so that the quotient stays within float32.
        top = part.max(axis=1, keepdims=True)
        shares = np.divide(part, top, out=np.ones_like(part), where=top > 0)
        total = gains @ shares
        even = np.empty(seen_here.shape, np.complex64)
        np.divide(seen_here.real, total, out=even.real)
        np.divide(seen_here.imag, total, out=even.imag)
        back = np.linalg.pinv(scene.directions(bands))
        weights = back[:, np.newaxis] * gains.transpose(0, 2, 1)[:, :, np.newaxis]
        weights = weights.reshape(len(back), -1, scene.sides)
        if scene.deep:
            images = weights.astype(np.complex64) @ even
        else:
            images = (weights.real.astype(np.float32) @ even.view(np.float32)).view(np.complex64)
        both = np.repeat(shares, 2, axis=1)
        images.real *= both
        images.imag *= both
        out[bands, :, columns] = images

    with one_blas_thread():
        parallel(work, scene.blocks, tick)
    return made
