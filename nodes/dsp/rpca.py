"""Robust principal components: a plane as one of low rank plus one of few strong bins.

The plane M (channel, freq, time) is taken as one matrix (freq, channel x time): the channels lie
side by side and share their spectra. So two equal channels give what one of them gives. With
lambda = scale / sqrt(longer side) the inexact augmented Lagrangian method of Lin et al. finds

    min |L|_* + lambda |G S|_1  so that  L + S = M

in turns of three steps, with the dual plane Y and a step mu that grows:

    S <- shrink(M - L + Y / mu, lambda G / mu)
    L <- singular values of (M - S + Y / mu), each less 1 / mu, the small ones gone
    Y <- Y + mu (M - L - S);  mu <- min(rho mu, 1e7 of the first mu)

The singular values come from the eigenvalues of the small Gram matrix, in 64 bits.

References
----------
E. J. Candes, X. Li, Y. Ma, J. Wright, "Robust principal component analysis?", JACM 58(3), 2011.
Z. Lin, M. Chen, Y. Ma, "The augmented Lagrange multiplier method", arXiv:1009.5055.
P.-S. Huang et al., "Singing-voice separation from monaural recordings using robust principal
component analysis", ICASSP 2012.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

BLOCK = 1 << 17
"""Cells of the plane in one block of frames."""
SUMS = 16
"""Partial sums of the Gram matrix at most: they are added in a fixed order."""
FORBIDDEN = 1e6
"""A weight as large as this is endless: such a bin of the sparse plane is exactly zero."""
FIRST_STEP, LAST_STEP = 1.25, 1e7
"""The first mu against 1 over the largest singular value; the largest mu against the first."""
SILENCE = 1e-30
"""A plane whose largest number is below this is silent: its step would not be a 32-bit number."""


@dataclass(frozen=True)
class Start:
    """Where the turns begin."""

    dual: Array
    balance: float
    """Lambda: what a bin of the sparse plane costs."""
    mu: float
    most: float
    """The largest mu."""


@dataclass(frozen=True)
class State:
    """What there is after a turn."""

    low: Array
    sparse: Array
    dual: Array
    mu: float
    values: Array
    """Singular values of the low rank plane, falling; only those that are not zero."""
    residual: float
    """|M - L - S| / |M|."""


def start(
    plane: Array, scale: float = 1.0, first: float = FIRST_STEP, tick: Tick = silent
) -> Start:
    """Give the dual plane and the numbers that the turns begin with.

    Parameters
    ----------
    plane
        M (..., freq, time).
    scale
        Lambda times the square root of the longer side.
    first
        The first mu times the largest singular value.
    tick
        Called with the fraction done; it may raise to stop.
    """
    rows, columns = _sides(plane)
    balance = scale / float(np.sqrt(max(rows, columns)))
    peak = float(np.abs(plane).max(initial=0))
    if not peak > SILENCE:
        return Start(np.zeros_like(plane), balance, 1.0, LAST_STEP)
    with one_blas_thread():
        norm = float(np.sqrt(np.linalg.eigvalsh(_gram(plane, tick))[-1]))
    dual = plane * (1 / max(norm, peak / balance))
    return Start(dual, balance, first / norm, LAST_STEP * (FIRST_STEP / norm))


def shrink(
    plane: Array,
    low: Array,
    dual: Array,
    mu: float,
    balance: float,
    pattern: Array | None = None,
    tick: Tick = silent,
) -> Array:
    """Give the sparse plane: what is left of the low rank one, brought nearer to zero.

    Parameters
    ----------
    plane, low, dual
        M, L and Y (..., freq, time).
    mu, balance
        The step, and lambda.
    pattern
        Weights (..., freq, time) of the bins, which may be broadcast; from `FORBIDDEN` on the bin is
        exactly zero.
    tick
        Called with the fraction done; it may raise to stop.
    """
    sparse = np.empty_like(plane)
    weights = None if pattern is None else np.broadcast_to(pattern, plane.shape)

    def work(block: tuple[int, slice]) -> None:
        channel, frames = block
        m, b, y, out = (_matrices(a)[channel][:, frames] for a in (plane, low, dual, sparse))
        np.multiply(y, 1 / mu, out=out)
        out += m
        out -= b
        least: Any = balance / mu
        if weights is not None:
            w = weights.reshape(-1, *plane.shape[-2:])[channel][:, frames]
            least = np.where(w < FORBIDDEN, w * least, np.inf).astype(plane.dtype)
        # x less x held to the range within the threshold: no sign and no second plane is needed.
        out -= np.clip(out, -least, least)

    parallel(work, _blocks(plane), tick)
    return sparse


def low_rank(
    plane: Array, sparse: Array, dual: Array, mu: float, tick: Tick = silent
) -> tuple[Array, Array]:
    """Give the plane of low rank, and its singular values without those that are zero.

    Parameters
    ----------
    plane, sparse, dual, mu, tick
        As in `shrink`.
    """
    rest = np.empty_like(plane)

    def subtract(block: tuple[int, slice]) -> None:
        channel, frames = block
        m, s, y, out = (_matrices(a)[channel][:, frames] for a in (plane, sparse, dual, rest))
        np.multiply(y, 1 / mu, out=out)
        out += m
        out -= s

    parallel(subtract, _blocks(plane), lambda done: tick(0.2 * done))
    with one_blas_thread():
        squares, vectors = np.linalg.eigh(_gram(rest, lambda done: tick(0.2 + 0.3 * done)))
        values = np.sqrt(np.maximum(squares, 0))
        kept = values > 1 / mu
        factors = 1 - 1 / (mu * values[kept])
        u = vectors[:, kept].astype(plane.dtype)
        scaled = (vectors[:, kept] * factors).astype(plane.dtype)
        low = _projected(rest, u, scaled, lambda done: tick(0.5 + 0.5 * done))
    return low, (values[kept] - 1 / mu)[::-1].astype(np.float32)


def dual_step(
    plane: Array,
    low: Array,
    sparse: Array,
    dual: Array,
    mu: float,
    tick: Tick = silent,
) -> Array:
    """Give the dual plane: it gathers what the sum still lacks.

    Parameters
    ----------
    plane, low, sparse, dual, mu, tick
        As in `shrink`.
    """
    new = np.empty_like(plane)

    def work(block: tuple[int, slice]) -> None:
        channel, frames = block
        m, b, s, y, out = (
            _matrices(a)[channel][:, frames] for a in (plane, low, sparse, dual, new)
        )
        np.subtract(m, b, out=out)
        out -= s
        out *= mu
        out += y

    parallel(work, _blocks(plane), tick)
    return new


def larger_step(mu: float, rho: float, most: float) -> float:
    """Give the next mu."""
    return min(rho * mu, most)


def residual(plane: Array, low: Array, sparse: Array, tick: Tick = silent) -> float:
    """Give |M - L - S| / |M|, zero for a silent plane; arguments as in `shrink`."""
    blocks = list(enumerate(_blocks(plane)))
    sums = np.zeros((len(blocks), 2))

    def work(item: tuple[int, tuple[int, slice]]) -> None:
        number, (channel, frames) = item
        m, b, s = (_matrices(a)[channel][:, frames] for a in (plane, low, sparse))
        left = m - b
        left -= s
        sums[number] = [np.square(part, dtype=np.float64).sum() for part in (left, m)]

    parallel(work, blocks, tick)
    lacking, whole = sums.sum(axis=0)
    return float(np.sqrt(lacking / whole)) if whole > 0 else 0.0


def steps(
    plane: Array,
    scale: float = 1.0,
    rho: float = 1.5,
    pattern: Array | None = None,
    tick: Tick = silent,
    low: Array | None = None,
    first: float = FIRST_STEP,
) -> Iterator[State]:
    """Yield state after state, without end; take as many as you like.

    Parameters
    ----------
    plane, scale
        As in `start`.
    rho
        How much larger mu becomes from turn to turn.
    pattern
        As in `shrink`.
    tick
        Called with the number of turns done, such as 3.25; it may raise to stop.
    low
        The low rank plane to begin with, such as that of an earlier run; nothing by default.
    first
        As in `start`.
    """
    begin = start(plane, scale, first)
    low = np.zeros_like(plane) if low is None else low
    dual, mu, done = begin.dual, begin.mu, 0
    while True:
        at = partial(_within, tick, done)
        sparse = shrink(plane, low, dual, mu, begin.balance, pattern, partial(at, 0.0, 0.2))
        low, values = low_rank(plane, sparse, dual, mu, partial(at, 0.2, 0.6))
        dual = dual_step(plane, low, sparse, dual, mu, partial(at, 0.8, 0.1))
        left = residual(plane, low, sparse, partial(at, 0.9, 0.1))
        mu = larger_step(mu, rho, begin.most)
        done += 1
        yield State(low, sparse, dual, mu, values, left)


def _within(tick: Tick, done: int, first: float, share: float, fraction: float) -> None:
    tick(done + first + share * fraction)


def parts(
    low: Array,
    sparse: Array,
    gain: float = 1.0,
    first: int = 0,
    tick: Tick = silent,
) -> Array:
    """Give the strengths (2, ..., freq, time) of what is of low rank and of what is sparse.

    Parameters
    ----------
    low, sparse
        L and S (..., freq, time).
    gain
        What the low rank plane is multiplied by.
    first
        Below this bin all belongs to the low rank plane.
    tick
        Called with the fraction done; it may raise to stop.
    """
    made = np.empty((2, *low.shape), low.dtype)

    def work(block: tuple[int, slice]) -> None:
        channel, frames = block
        b, s = (_matrices(a)[channel][:, frames] for a in (low, sparse))
        background, front = (_matrices(a)[channel][:, frames] for a in made)
        np.abs(b, out=background)
        np.abs(s, out=front)
        background[:first] += front[:first]
        front[:first] = 0
        background *= gain

    parallel(work, _blocks(low), tick)
    return made


# The matrix and its blocks


def _sides(plane: Array) -> tuple[int, int]:
    """Give rows and columns of the matrix."""
    return plane.shape[-2], plane.size // plane.shape[-2]


def _matrices(plane: Array) -> Array:
    """Give the channels of a plane, which lie side by side: (channel, freq, time)."""
    return plane.reshape(-1, *plane.shape[-2:])


def _blocks(plane: Array) -> list[tuple[int, slice]]:
    """Cut the matrix into blocks of columns: channel and frames."""
    frames = max(16, BLOCK // plane.shape[-2] // 16 * 16)
    return [
        (channel, slice(first, last))
        for channel in range(len(_matrices(plane)))
        for first, last in spans(plane.shape[-1], frames)
    ]


def _upright(plane: Array) -> Array:
    """Give the matrix (freq, channel x time), in 64 bits, where it has fewer columns than rows."""
    return np.concatenate(list(_matrices(plane)), axis=1).astype(np.float64)


def _gram(plane: Array, tick: Tick) -> Array:
    """Multiply the matrix with itself, on its shorter side, in 64 bits."""
    rows, columns = _sides(plane)
    if columns < rows:
        matrix = _upright(plane)
        return np.asarray(matrix.T @ matrix)
    blocks = _blocks(plane)
    runs = spans(len(blocks), -(-len(blocks) // SUMS))
    sums = np.zeros((len(runs), rows, rows))

    def work(run: int) -> None:
        for channel, frames in blocks[slice(*runs[run])]:
            part = _matrices(plane)[channel][:, frames].astype(np.float64)
            sums[run] += part @ part.T

    parallel(work, range(len(runs)), tick)
    return np.asarray(sums.sum(axis=0))


def _projected(plane: Array, u: Array, scaled: Array, tick: Tick) -> Array:
    """Keep of the matrix what lies along vectors of its shorter side, each with its factor."""
    rows, columns = _sides(plane)
    low = np.zeros_like(plane)
    if u.shape[1] == 0:
        return low
    if columns < rows:
        matrix = np.concatenate(list(_matrices(plane)), axis=1)
        made = (matrix @ scaled) @ u.T
        channels = len(_matrices(plane))
        _matrices(low)[...] = made.reshape(rows, channels, -1).transpose(1, 0, 2)
        return low
    # With most vectors kept one product with their square is cheaper than two.
    square = scaled @ u.T if 2 * u.shape[1] > rows else None

    def work(block: tuple[int, slice]) -> None:
        channel, frames = block
        part, out = (_matrices(a)[channel][:, frames] for a in (plane, low))
        out[...] = square @ part if square is not None else scaled @ (u.T @ part)

    parallel(work, _blocks(plane), tick)
    return low
