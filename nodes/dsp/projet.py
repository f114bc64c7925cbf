"""PROJET: sources told apart by seeing a stereo spectrum from several sides.

A projection is a sum of both channels in which one place is silent. How loud each place is in each
projection is known from geometry, the kernel K; the magnitudes V of M projections are explained as
V_m ~ sum_l K_ml sum_j Q_jl P_j, with Q where source j is (its histogram over places l) and P how
strong it is in each bin. Both are found by multiplicative updates, which never raise the
Kullback-Leibler divergence of V and model.

========================  ==========================================================
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

import math
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Buffers, Tick, one_blas_thread, parallel, silent, spans
from nodes.dsp.planes import aligned
from nodes.dsp.projections import CELLS, Block, Scene, Seen

Array = NDArray[Any]

QUIET = np.float32(1e-30)
"""Strengths as weak as this are as good as none, and yet numbers that can divide."""
NOWHERE = np.float32(1e-12)
"""Gain of a source without a place: no kernel lets one that has any become so quiet."""
TINY = np.finfo(np.float32).tiny


# Where the updates begin


def first_strengths(scene: Scene, seen: Seen, sources: int, tick: Tick = silent) -> Array:
    """Give every source the mean of all magnitudes: float32 (source, freq, time)."""
    made = np.empty((sources, *scene.shape), np.float32)
    out = scene.banded(made)
    buffers = Buffers(lambda: np.empty(scene.sides * scene.cells, np.float32))

    def work(block: Block) -> None:
        bands, columns = block
        with buffers.borrow() as room:
            out[bands, :, columns] = seen.magnitudes(block, room).mean(axis=1, keepdims=True)

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
    return _sweep(scene, seen, strengths, places, "q", tick)[:2]


def steps(
    scene: Scene, seen: Seen, strengths: Array, places: Array, tick: Tick = silent
) -> Iterator[tuple[Array, Array, float]]:
    """Yield ever better (strengths, places), without end; take as many as you like.

    One step is `update_strengths` and `update_places`, bit for bit, in one pass over the plane. On
    the way it learns the `cost` of what it began with, which is yielded as well. `tick` is called
    with the number of steps done, such as 3.25.
    """
    totals: dict[int, float] = {}
    for done in count():
        now = partial(_tick_from, tick, done)
        strengths, places, before = _sweep(scene, seen, strengths, places, "cpq", now, totals)
        yield strengths, places, before


def _tick_from(tick: Tick, done: int, fraction: float) -> None:
    tick(done + fraction)


def _sweep(
    scene: Scene,
    seen: Seen,
    strengths: Array,
    places: Array,
    work: str,
    tick: Tick,
    totals: dict[int, float] | None = None,
) -> tuple[Array, Array, float]:
    """Tell the cost ("c"), then update the strengths ("p"), then the places ("q").

    The strengths of a bin depend on that bin alone, so all of it fits into one pass: with its new
    strengths a block adds its share to the update of the places. `totals` keeps the sum of all
    magnitudes of a block from one pass to the next.
    """
    made = np.empty_like(strengths) if work != "c" else strengths
    old, new, sources = scene.banded(strengths), scene.banded(made), len(places)
    plain = None if scene.deep else scene.kernel(slice(0, 1))
    costs = np.zeros(len(scene.blocks))
    above = np.zeros((len(scene.blocks), *places.shape))
    below = np.zeros_like(above)
    known: dict[int, float] = {} if totals is None else totals
    lengths = (*3 * (scene.sides,), sources, sources)
    buffers = Buffers(lambda: [aligned(1, rows * scene.cells)[0] for rows in lengths])
    # Products with ones add up rows in half the time of sums.
    ones = np.ones(scene.cells, np.float32)

    def update(index: int) -> None:
        bands, columns = block = scene.blocks[index]
        kernel = scene.kernel(bands) if plain is None else plain
        gains = _gains(kernel, places)
        with buffers.borrow() as (first, second, third, fourth, fifth):
            v = seen.magnitudes(block, first)
            shape = (len(v), sources, v.shape[-1])
            ratio, terms = (room[: v.size].reshape(v.shape) for room in (second, third))
            p, better = (room[: math.prod(shape)].reshape(shape) for room in (fourth, fifth))
            np.maximum(old[bands, :, columns], QUIET, out=p)
            np.divide(v, np.matmul(gains, p, out=ratio), out=ratio)
            if "c" in work:
                if index not in known:
                    known[index] = float(v.sum(dtype=np.float64))
                # In float64: the difference of model and magnitudes is small against either.
                model = p.sum(axis=-1, dtype=np.float64) * gains.sum(axis=-2, dtype=np.float64)
                costs[index] = _surprise(v, ratio, terms) + float(model.sum()) - known[index]
            if "p" in work:
                relative = gains / gains.sum(axis=-2, keepdims=True)
                np.matmul(relative.swapaxes(-1, -2), ratio, out=better)
                better *= p
                p = np.maximum(better, QUIET, out=better)
            if work != "c":
                new[bands, :, columns] = p
            if "q" in work:
                if "p" in work:
                    np.divide(v, np.matmul(gains, p, out=ratio), out=ratio)
                shares = np.matmul(ratio, p.swapaxes(-1, -2)).reshape(-1, sources)
                above[index] = shares.T @ kernel.reshape(len(shares), -1)
                below[index] = np.vecdot(p, ones[: p.shape[-1]]).T @ kernel.sum(axis=-2)

    with one_blas_thread():
        parallel(update, range(len(scene.blocks)), tick)
    cost = float(costs.sum())
    if "q" not in work:
        return made, places, cost
    found = places * (above.sum(axis=0) / below.sum(axis=0))
    scale = found.sum(axis=1)
    # A source that is silent may be anywhere.
    found[scale == 0], scale[scale == 0] = places[scale == 0], 1
    _scale(made, scale.astype(np.float32))
    return made, (found / scale[:, np.newaxis]).astype(np.float32), cost


def _gains(kernel: Array, places: Array) -> Array:
    """Give how loud each source is in each projection; one that is nowhere is so in none."""
    return np.asarray(np.maximum(kernel @ places.T, NOWHERE))


def _surprise(v: Array, ratio: Array, terms: Array) -> float:
    """Add up v log(v / s) over a block, given v / s; `terms` is room to work in.

    With the sums of s and of v, which cost less, it makes the divergence v log(v / s) - v + s.
    """
    # Adding is faster than the larger of both, and does the same.
    np.log(np.add(ratio, TINY, out=terms), out=terms)
    return float(np.vecdot(v, terms).sum(dtype=np.float64))


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
    return _sweep(scene, seen, strengths, places, "c", tick)[2]


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
        gains = _gains(scene.kernel(bands), places)
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
