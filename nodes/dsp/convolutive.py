"""Convolutive factorisation: each part is a patch of several frames, set down at its onsets.

The model is X = sum over lags l of W_l times the activations shifted right by l. Unrolled, with the
templates side by side (freq, lag part) and the shifted activations below each other (lag part, time),
it is one product, and whatever takes a plain factorisation takes it.

References
----------
P. Smaragdis, "Non-negative matrix factor deconvolution", ICA 2004.
M. N. Schmidt, M. Morup, "Nonnegative matrix factor 2-D deconvolution for blind single channel source
separation", ICA 2006: the update of all lags at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp import nmf
from nodes.dsp.blocks import Buffers, Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]


def start(power: Array, rank: int, lags: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Give random templates (lag, ..., freq, part) and activations (part, time), as loud as the plane."""
    templates = rng.uniform(0.1, 1.1, (lags, *power.shape[:-1], rank))
    activations = rng.uniform(0.1, 1.1, (rank, power.shape[-1]))
    model = templates.reshape(lags, -1, rank).mean(axis=1).reshape(-1)
    mean = model @ shifted(activations, lags).mean(axis=1)
    activations *= power.mean(dtype=np.float64) / mean
    return templates.astype(power.dtype), activations.astype(power.dtype)


def shifted(activations: Array, lags: int) -> Array:
    """Give activations (part, time) shifted right by each lag: (lag part, time), zeros before."""
    rank, frames = activations.shape
    made = np.zeros((lags, rank, frames), activations.dtype)
    for lag in range(min(lags, frames)):
        made[lag, :, lag:] = activations[:, : frames - lag]
    return made.reshape(-1, frames)


def unrolled(templates: Array, activations: Array) -> tuple[Array, Array]:
    """Give factors whose plain product is the model: (channel, freq, lag part), (lag part, time).

    Those without lags, whose templates have three axes, are given as they are. Column l K + k is
    lag l of part k.
    """
    if templates.ndim == 3:
        return templates, activations
    lags = len(templates)
    side = np.moveaxis(templates, 0, -2).reshape(*templates.shape[1:-1], -1)
    return side, shifted(activations, lags)


def columns(parts: Sequence[int], rank: int, lags: int) -> list[int]:
    """Say which columns of unrolled factors belong to some parts."""
    return [lag * rank + part for lag in range(lags) for part in parts]


def step(
    power: Array, templates: Array, activations: Array, held: int = 0, tick: Tick = silent
) -> tuple[Array, Array]:
    """Give better (templates, activations): the Kullback-Leibler divergence never rises.

    H <- H * sum_l W_l^T R(t+l) / sum_l W_l^T 1(t+l) with R = V / X, then X anew and, for all lags at
    once, W_l <- W_l * (R H(t-l)^T) / (1 H(t-l)^T). What is zero stays zero; the first `held`
    templates stay as they are.

    Parameters
    ----------
    power
        Energy (..., freq, time), not negative.
    templates, activations
        (lag, ..., freq, part) and (part, time).
    held
        As many templates, from the first, stay as they are.
    tick
        Called with the fraction done; it may raise to stop.
    """
    pieces = nmf.pieces_of(power)
    return _step(pieces, nmf.default_floor(power), templates, activations, held, tick)


def steps(
    power: Array, templates: Array, activations: Array, held: int = 0, tick: Tick = silent
) -> Iterator[tuple[Array, Array]]:
    """Yield ever better (templates, activations), without end.

    Each is a `step` and `nmf.normalise`, bit for bit. Keeps a copy of the plane. `tick` is called
    with the number of steps done.
    """
    pieces, least = nmf.side_by_side(nmf.pieces_of(power)), nmf.default_floor(power)
    for done in count():
        made = _step(pieces, least, templates, activations, held, partial(_from, tick, done))
        templates, activations = nmf.normalise(*made, held)
        yield templates, activations


def _from(tick: Tick, done: int, fraction: float) -> None:
    tick(done + fraction)


def _step(
    pieces: list[Array],
    least: float,
    templates: Array,
    activations: Array,
    held: int,
    tick: Tick,
) -> tuple[Array, Array]:
    lags, rank, frames = len(templates), templates.shape[-1], activations.shape[-1]
    w = np.ascontiguousarray(
        np.moveaxis(templates.reshape(lags, -1, rank), 0, 1).reshape(-1, lags * rank)
    )
    h = shifted(activations, lags)
    width = pieces[0].shape[1]
    buffers = Buffers(lambda: np.empty((len(w), width), w.dtype))
    reached = np.empty((lags * rank, frames), w.dtype)

    def ratio(index: int, x: Array) -> Array:
        """Give V over X of a block."""
        np.matmul(w, h[:, _frames(index)], out=x)
        x += least
        return np.divide(pieces[index], x, out=x)

    def _frames(index: int) -> slice:
        return slice(index * width, index * width + pieces[index].shape[1])

    def reach(index: int) -> None:
        with buffers.borrow() as scratch:
            x = scratch[:, : pieces[index].shape[1]]
            np.matmul(w.T, ratio(index, x), out=reached[:, _frames(index)])

    runs = spans(len(pieces), -(-len(pieces) // nmf.SUMS))
    shares: list[Array | None] = [None] * len(runs)

    def share(run: int) -> None:
        for index in range(*runs[run]):
            with buffers.borrow() as scratch:
                x = scratch[:, : pieces[index].shape[1]]
                part = ratio(index, x) @ h[:, _frames(index)].T
                before = shares[run]
                shares[run] = part if before is None else before + part

    with one_blas_thread():
        parallel(reach, range(len(pieces)), lambda done: tick(done / 2))
        better = _back(reached, lags)
        # Behind the last frame a patch is cut off: what it holds there counts for nothing.
        sums = w.sum(axis=0, dtype=np.float64).astype(w.dtype)
        worse = _back(np.broadcast_to(sums[:, np.newaxis], reached.shape), lags)
        activations = activations * _over(better, worse)
        h = shifted(activations, lags)
        parallel(share, range(len(runs)), lambda done: tick((1 + done) / 2))
    above = reduce(np.add, [one for one in shares if one is not None])
    below = h.sum(axis=1, dtype=np.float64).astype(w.dtype)
    made = w * _over(above, np.broadcast_to(below, above.shape))
    rows = np.moveaxis(made.reshape(-1, lags, rank), 1, 0).reshape(templates.shape)
    made = np.ascontiguousarray(rows)
    made[..., :held] = templates[..., :held]
    return made, activations


def _back(reached: Array, lags: int) -> Array:
    """Shift (lag part, time) left by each lag and add up: (part, time)."""
    frames = reached.shape[-1]
    each = reached.reshape(lags, -1, frames)
    total: Array = each[0].copy()
    for lag in range(1, min(lags, frames)):
        total[:, : frames - lag] += each[lag, :, lag:]
    return total


def _over(above: Array, below: Array) -> Array:
    """Divide; where the divisor is zero the other factor is, and nothing changes."""
    return np.divide(above, below, out=np.ones_like(above), where=below > 0)
