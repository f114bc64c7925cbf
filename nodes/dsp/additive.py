"""Kernel additive modelling beside the medians: masks with a margin, and planes of low rank.

===============  ========================================================================
`margin_masks`   shares of two sources that must be clearly stronger, and what is left
`low_rank`       the nearest plane of a low rank, found from a few random sums
===============  ========================================================================
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent
from nodes.dsp.masks import by_rows

Array = NDArray[Any]


def margin_masks(
    first: Array,
    second: Array,
    margin: float,
    exponent: float = 0.0,
    tick: Tick = silent,
) -> Array:
    """Share each bin between two sources and a residual that is clearly neither.

    Parameters
    ----------
    first, second
        Strengths (channel, freq, time), not negative.
    margin
        How many times as strong as the other a source must be, 1 or more; of the numbers as they are.
    exponent
        p of the soft masks h^p / (h^p + (margin s)^p). 0 makes hard ones: the first source owns a
        bin where h > margin s, the second where s >= margin h.
    tick
        Called with the fraction done.

    Returns
    -------
    Masks float32 (3, channel, freq, time) that sum to one. Where both are silent everything is
    residual; with a margin of 1 there is none, and silence is shared evenly or is the second's.

    References
    ----------
    Driedger, Müller and Disch, "Extending harmonic-percussive separation of audio signals", ISMIR
    2014.
    """
    masks = np.empty((3, *np.broadcast_shapes(first.shape, second.shape)), np.float32)

    def work(rows: slice) -> None:
        one, two = first[..., rows, :], second[..., rows, :]
        mine, theirs, rest = masks[..., rows, :]
        if exponent:
            _over(one, two, margin, exponent, mine)
            _over(two, one, margin, exponent, theirs)
        else:
            factor = np.float32(margin)
            np.greater(one, factor * two, out=mine)
            np.logical_and(two >= factor * one, (two > 0) | (margin == 1), out=theirs)
        # Rounding may leave a sum a little above one.
        np.subtract(1, mine, out=rest)
        rest -= theirs
        np.maximum(rest, 0, out=rest)
        if margin == 1:
            rest[...] = 0

    by_rows(masks, work, tick)
    return masks


def _over(strong: Array, weak: Array, margin: float, exponent: float, out: Array) -> None:
    """Write h^p / (h^p + (margin s)^p) of one block."""
    factor = np.float32(margin)
    weak = factor * weak
    loudest = np.maximum(strong, weak)
    silence = loudest == 0
    loudest[silence] = 1
    # Dividing by the louder of the two first keeps high powers within float32.
    np.divide(strong, loudest, out=out)
    out **= exponent
    weak /= loudest
    weak **= exponent
    weak += out
    weak[silence] = 1
    out /= weak
    np.copyto(out, 0.5 if margin == 1 else 0, where=silence)


def low_rank(
    power: Array, rank: int, exponent: float, rng: np.random.Generator, tick: Tick = silent
) -> Array:
    """Give the nearest planes of a low rank, by a singular value decomposition from random sums.

    Twice as many random sums of columns as the rank, or eight more, span nearly what the strongest
    columns span; within them the decomposition is small.

    Parameters
    ----------
    power
        Planes (..., freq, time), not negative.
    rank
        How many singular values are kept.
    exponent
        What is approximated is power ^ exponent, and the result is raised to 1 / exponent: below 1
        quiet bins count for more.
    rng
        Draws the sums, the same ones for all planes.
    tick
        Called with the fraction done.

    Returns
    -------
    float32, same shape, not negative.

    References
    ----------
    Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53(2), 2011.
    Liutkus, FitzGerald and Rafii, "Scalable audio separation with light kernel additive modelling",
    ICASSP 2015.
    """
    bins, frames = power.shape[-2:]
    planes = power.reshape(-1, bins, frames)
    result = np.empty(planes.shape, np.float32)
    count = min(max(2 * rank, rank + 8), bins, frames)
    sums = rng.standard_normal((frames, count)).astype(np.float32)

    def work(number: int) -> None:
        result[number] = _compressed(planes[number], rank, exponent, sums)

    with one_blas_thread():
        parallel(work, range(len(planes)), tick)
    return result.reshape(power.shape)


def _compressed(plane: Array, rank: int, exponent: float, sums: Array) -> Array:
    """Give the nearest plane (freq, time) of a rank."""
    loudest = plane.max(initial=0.0)
    if loudest == 0:
        return plane
    # Relative to the loudest bin, so that no power leaves float32.
    compressed = plane / loudest if loudest >= 1e-30 else (plane.astype(float) / loudest)
    compressed = compressed.astype(np.float32, copy=False)
    if exponent != 1:
        compressed **= np.float32(exponent)
    basis = np.linalg.qr((compressed @ sums).astype(np.float64))[0].astype(np.float32)
    inside = basis.T @ compressed
    # The left singular vectors of the small matrix are the eigenvectors of its square.
    wide = inside.astype(np.float64)
    vectors = np.linalg.eigh(wide @ wide.T)[1][:, ::-1][:, :rank].astype(np.float32)
    found = (basis @ vectors) @ (vectors.T @ inside)
    np.maximum(found, 0, out=found)
    if exponent != 1:
        found **= np.float32(1 / exponent)
    found *= loudest
    return np.asarray(found)
