"""Sounds as sums of filtered other sounds: which filters come nearest, and what they give.

References are (reference, sample), each channel of each source one of them; what is projected on
them is (sound, sample). All delays of all references span a space; the projection of a sound on it
is found from correlations alone, block by block, so that no long sound is transformed as a whole.
A sound ends with zeros on both sides, and filters ring beyond it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

SIZE = 8192
"""Shortest length of the Fourier transforms, which makes that of the blocks."""
TOGETHER = 16
"""Blocks that are transformed at once."""
PARTIAL = 64
"""At most as many partial sums of correlations are held."""
TILE = 512
"""Rows and columns of a matrix that one thread works on."""
RIDGES = (0.0, 1e-12, 1e-9, 1e-6)
"""Added to the diagonal of ones where references cannot be told apart, until they can: as noise of -120,
-90 or -60 dB in each of them would."""
TAME = 100.0
"""Where a ridge is needed, it is made so large that no filter has a greater gain: others would blow up
what a reference does not have, a rounding error or the edge of a window."""


def block_of(filters: int) -> tuple[int, int]:
    """Give the length of the transforms and of the blocks, for filters of so many taps."""
    size = max(SIZE, scipy.fft.next_fast_len(8 * filters, real=True))
    return size, size - filters + 1


def cut(sounds: Array, start: int, length: int, count: int, step: int) -> Array:
    """Give `count` stretches of sounds (..., sample), `step` apart, zeros beyond the ends.

    Returns
    -------
    float64 (..., stretch, sample of the stretch).
    """
    made = np.zeros((*sounds.shape[:-1], count, length))
    for number in range(count):
        low = start + number * step
        first, last = max(low, 0), min(low + length, sounds.shape[-1])
        if first < last:
            made[..., number, first - low : last - low] = sounds[..., first:last]
    return made


@one_blas_thread()
def correlations(references: Array, sounds: Array, filters: int, tick: Tick = silent) -> Array:
    """Correlate references with sounds, the sound coming later by 0 to `filters` - 1 samples.

    Returns
    -------
    float64 (reference, sound, lag): sum over n of x(n) y(n + lag).
    """
    size, step = block_of(filters)
    length = sounds.shape[-1]
    blocks = -(-length // step)
    groups = spans(blocks, max(TOGETHER, -(-blocks // PARTIAL)))
    partial = np.empty((len(groups), len(references), len(sounds), filters))

    def work(number: int) -> None:
        total: Array | float = 0.0
        low, high = groups[number]
        for start, stop in spans(high - low, TOGETHER):
            where, count = (low + start) * step, stop - start
            x = scipy.fft.rfft(cut(references, where, step, count, step), size)
            y = scipy.fft.rfft(cut(sounds, where, size, count, step), size)
            np.conjugate(x, out=x)
            # (freq, reference, block) times (freq, block, sound): small products, one a frequency.
            total = total + np.matmul(x.transpose(2, 0, 1), y.transpose(2, 1, 0))
        lags = scipy.fft.irfft(np.asarray(total), size, axis=0)[:filters]
        partial[number] = lags.transpose(1, 2, 0)

    parallel(work, range(len(groups)), tick)
    made: Array = partial.sum(axis=0)
    return made


def _gram(lags: Array) -> Array:
    """Write the lower tiles of the matrix of all delayed references, from their correlations."""
    count, _, taps = lags.shape
    made = np.zeros((count * taps, count * taps))
    for i in range(count):
        for j in range(i + 1):
            # Delayed by a and b: the sum of x_i(n - a) x_j(n - b) is the correlation at lag a - b.
            tile = made[i * taps : (i + 1) * taps, j * taps : (j + 1) * taps]
            tile[...] = scipy.linalg.toeplitz(lags[i, j], lags[j, i])
    return made


def cholesky(matrix: Array, tick: Tick = silent) -> bool:
    """Replace a symmetric matrix, given by its lower triangle, by its Cholesky factor, in place.

    Tile by tile on all cores. What is above the diagonal is not read, and means nothing afterwards.

    Returns
    -------
    Whether it has one: whether the matrix is positive definite.
    """
    rows = spans(len(matrix), TILE)
    whole = len(rows) ** 3
    for number, (low, high) in enumerate(rows):
        corner = matrix[low:high, low:high]
        factor, fault = scipy.linalg.lapack.dpotrf(corner, lower=1)
        if fault:
            return False
        corner[...] = factor
        below = rows[number + 1 :]

        def solve(row: tuple[int, int], low: int = low, factor: Array = factor) -> None:
            panel = matrix[slice(*row), low : low + len(factor)]
            panel[...] = scipy.linalg.blas.dtrsm(1.0, factor, panel, side=1, lower=1, trans_a=1)

        def reduce(
            place: tuple[tuple[int, int], tuple[int, int]], low: int = low, high: int = high
        ) -> None:
            row, column = (slice(*edge) for edge in place)
            matrix[row, column] -= matrix[row, low:high] @ matrix[column, low:high].T

        parallel(solve, below)
        parallel(reduce, [(a, b) for i, a in enumerate(below) for b in below[: i + 1]])
        tick(1 - (len(rows) - number - 1) ** 3 / whole)
    return True


@one_blas_thread()
def projection(lags: Array, products: Array, tick: Tick = silent) -> Array:
    """Find the filters that bring references nearest to sounds, by least squares.

    Parameters
    ----------
    lags
        Correlations of the references with themselves (reference, reference, lag).
    products
        Those of the references with the sounds (reference, sound, lag).
    tick
        Called with the fraction done.

    Returns
    -------
    float64 (reference, sound, tap). Where references depend on each other, as two channels that are
    the same do, or leave frequencies out, many filters give the same projection: tame ones are
    returned.
    """
    count, sounds, taps = products.shape
    # Each reference at a size of one: what the ridge means does not depend on anybody's gain.
    sizes = np.sqrt(lags[np.arange(count), np.arange(count), 0])
    sizes[sizes == 0] = 1.0
    scaled = lags / (sizes[:, np.newaxis] * sizes)[..., np.newaxis]
    right = (products / sizes[:, np.newaxis, np.newaxis]).transpose(0, 2, 1).reshape(-1, sounds)
    made: Array | None = None
    for number, ridge in enumerate(RIDGES):
        matrix = _gram(scaled)
        matrix.flat[:: len(matrix) + 1] += ridge
        if not cholesky(matrix, tick if number == 0 else silent):
            continue
        # LAPACK counts along columns: for it this lower triangle is the upper one of the transpose.
        solution, _ = scipy.linalg.lapack.dpotrs(matrix.T, right, lower=0)
        solution = solution.reshape(count, taps, sounds) / sizes[:, np.newaxis, np.newaxis]
        made = solution.transpose(0, 2, 1)
        if not ridge or np.abs(scipy.fft.rfft(made, 2 * taps)).max() <= TAME:
            break
    assert made is not None, "a matrix of ones with a ridge is positive definite"
    return made


class Filtering:
    """Filters (reference, sound, tap) as spectra, ready to be used block by block."""

    def __init__(self, filters: Array) -> None:
        self.taps = filters.shape[-1]
        self.size, self.step = block_of(self.taps)
        self.spectra = scipy.fft.rfft(filters, self.size)

    def spectrum(self, references: Array, start: int, count: int) -> Array:
        """Transform `count` blocks of references (reference, sample) with what came before each."""
        stretches = cut(references, start - self.taps + 1, self.size, count, self.step)
        made: Array = scipy.fft.rfft(stretches)
        return made

    def apply(self, spectrum: Array, which: Sequence[int] | slice = slice(None)) -> Array:
        """Give the sum of the filtered references, as sounds (sound, block, sample of the block)."""
        taken = spectrum[which]
        total = taken[0] * self.spectra[0, :, np.newaxis]
        part = np.empty_like(total)
        for one, filters in zip(taken[1:], self.spectra[1:], strict=True):
            np.multiply(one, filters[:, np.newaxis], out=part)
            total += part
        made: Array = scipy.fft.irfft(total, self.size, overwrite_x=True)
        return made[..., self.taps - 1 :]
