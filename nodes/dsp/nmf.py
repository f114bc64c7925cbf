"""Non-negative matrix factorisation: a plane as few spectra (templates W) times their activations H.

Planes are (..., freq, time) and templates (..., freq, part): channels are stacked along frequency
and share the activations (part, time).

The multiplicative update is H <- H * (W^T (V * X^(b-2))) / (W^T X^(b-1)) with the model X = W H,
and W likewise. For beta between 0 and 2 the divergence never rises: for 1 to 2 this is the minimum
of the usual auxiliary function (Fevotte and Idier 2011). For 0 to 1 that minimum has the exponent
1 / (2 - beta), and the full step used here goes beyond it. With r the ratio of the update, the
auxiliary function falls if r^beta <= beta r + 1 - beta, which holds since r^beta is concave and the
right-hand side its tangent at 1. The full step gets there much sooner, above all for beta = 0.

References
----------
D. D. Lee, H. S. Seung, "Algorithms for non-negative matrix factorization", NIPS 2000.
C. Fevotte, J. Idier, "Algorithms for nonnegative matrix factorization with the beta-divergence",
Neural Computation 23(9), 2011, eq. 4.1 and section 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from itertools import count
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Buffers, Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

BLOCK = 1 << 18
"""Cells of the plane in one block of frames."""

LINE = 32
"""Frames in a block are a multiple of this."""

SUMS = 16
"""Partial sums of the template update at most: they are added in a fixed order."""

SMALL = 10**6
"""Multiplications up to which OpenBLAS takes matrices as they lie and does not rearrange them."""

HIT, HIT_RISE = 0.05, 0.25
"""Seconds from one hit of a part to the next at least; how far one rises above what is between."""

FLOOR = 1e-10
"""What is added to the model, against the loudest bin: it keeps divisions from zero.

It acts like one more part that never changes, so the divergence still falls.
"""


def start(power: Array, rank: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Give random templates (..., freq, part) and activations (part, time) as loud as the plane."""
    templates = rng.uniform(0.1, 1.1, (*power.shape[:-1], rank))
    activations = rng.uniform(0.1, 1.1, (rank, power.shape[-1]))
    mean = templates.reshape(-1, rank).mean(axis=0) @ activations.mean(axis=1)
    activations *= power.mean(dtype=np.float64) / mean
    return templates.astype(power.dtype), activations.astype(power.dtype)


def start_with(
    power: Array, fixed: Array, rank: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Give templates that begin with those given (..., freq, part), and random ones behind them.

    The activations are random; the fixed parts and the others are as loud as the plane together.
    """
    templates = rng.uniform(0.1, 1.1, (*power.shape[:-1], rank)).astype(power.dtype)
    templates /= templates.sum(axis=tuple(range(templates.ndim - 1)), dtype=np.float64)
    known = np.broadcast_to(fixed, (*power.shape[:-1], fixed.shape[-1])).astype(power.dtype)
    templates = np.concatenate([known, templates], axis=-1)
    activations = rng.uniform(0.1, 1.1, (templates.shape[-1], power.shape[-1]))
    rows = templates.reshape(-1, templates.shape[-1])
    mean = rows.mean(axis=0, dtype=np.float64) @ activations.mean(axis=1)
    activations *= power.mean(dtype=np.float64) / mean if mean > 0 else 0.0
    return templates, activations.astype(power.dtype)


def update_activations(
    power: Array,
    templates: Array,
    activations: Array,
    beta: float = 1.0,
    gamma: float = 1.0,
    floor: float | None = None,
    tick: Tick = silent,
    terms: tuple[Array, Array] | None = None,
) -> Array:
    """Give activations that explain the plane better with the same templates.

    Parameters
    ----------
    power
        Energy (..., freq, time), not negative.
    templates, activations
        (..., freq, part) and (part, time). What is zero stays zero.
    beta
        Divergence: 0 Itakura-Saito, 1 Kullback-Leibler, 2 Euclid.
    gamma
        Exponent of the step: 1 is the full step.
    floor
        Added to the model, and for beta 0 to the plane; by default 1e-10 of the loudest bin.
    tick
        Called with the fraction done; it may raise to stop.
    terms
        What constraints add to what the update multiplies by and divides by, (part, time) each.
    """
    least = default_floor(power) if floor is None else floor
    settings = (beta, gamma, least)
    return _sweep(pieces_of(power), templates, activations, settings, "h", tick, terms)[1]


def update_templates(
    power: Array,
    templates: Array,
    activations: Array,
    beta: float = 1.0,
    gamma: float = 1.0,
    floor: float | None = None,
    tick: Tick = silent,
    held: int = 0,
) -> Array:
    """Give templates that explain the plane better with the same activations.

    Parameters
    ----------
    power, templates, activations, beta, gamma, floor, tick
        As in `update_activations`.
    held
        As many templates, from the first, stay as they are.
    """
    least = default_floor(power) if floor is None else floor
    settings = (beta, gamma, least)
    made = _sweep(pieces_of(power), templates, activations, settings, "w", tick)[0]
    return _holding(made, templates, held)


def _holding(made: Array, templates: Array, held: int) -> Array:
    """Put the first templates back."""
    made[..., :held] = templates[..., :held]
    return made


def normalise(templates: Array, activations: Array, held: int = 0) -> tuple[Array, Array]:
    """Give each template the sum one and put its scale into the activations.

    The first `held` templates stay as they are.
    """
    sums = _part_sums(templates)
    sums[sums == 0] = 1
    sums[:held] = 1
    return templates / sums, activations * sums[:, np.newaxis]


def nmf_steps(
    power: Array,
    rank: int,
    beta: float = 1.0,
    rng: np.random.Generator | None = None,
    tick: Tick = silent,
) -> Iterator[tuple[Array, Array]]:
    """Yield ever better (templates, activations), without end; take as many as you like.

    `steps_from` a random `start`.

    Parameters
    ----------
    power
        Energy (..., freq, time), not negative.
    rank
        Number of parts.
    beta
        Divergence: 0 Itakura-Saito, 1 Kullback-Leibler, 2 Euclid.
    rng
        Source of the start; without one always the same.
    tick
        Called with the number of steps done, such as 3.25; it may raise to stop.
    """
    yield from steps_from(
        power, *start(power, rank, rng or np.random.default_rng(0)), beta, tick=tick
    )


def steps_from(
    power: Array,
    templates: Array,
    activations: Array,
    beta: float = 1.0,
    held: int = 0,
    tick: Tick = silent,
) -> Iterator[tuple[Array, Array]]:
    """Yield ever better (templates, activations), without end, from those given.

    One step is `update_activations`, `update_templates` and `normalise`, bit for bit, but goes
    through the plane only once. Keeps a copy of the plane.

    Parameters
    ----------
    power, templates, activations, beta
        As in `update_activations`.
    held
        As many templates, from the first, stay as they are.
    tick
        Called with the number of steps done, such as 3.25; it may raise to stop.
    """
    settings = (beta, 1.0, default_floor(power))
    pieces = side_by_side(pieces_of(power))
    for done in count():
        part_tick = partial(_tick_from, tick, done)
        w, h = _sweep(pieces, templates, activations, settings, "hw", part_tick)
        templates, activations = normalise(_holding(w, templates, held), h, held)
        yield templates, activations


def _tick_from(tick: Tick, done: int, fraction: float) -> None:
    tick(done + fraction)


def default_floor(power: Array) -> float:
    """Give what is added to the model: far below the plane, and yet a number that can divide."""
    return max(FLOOR * float(power.max()), 1e-30)


def pieces_of(power: Array) -> list[Array]:
    """Cut a plane into blocks of frames (freq, time), with the channels stacked along frequency.

    A block is whole cache lines long, so that its rows start where these do.
    """
    v = power.reshape(-1, power.shape[-1])
    frames = max(1, round(BLOCK / len(v) / LINE)) * LINE
    return [v[:, first:last] for first, last in spans(v.shape[-1], frames)]


def side_by_side(pieces: list[Array]) -> list[Array]:
    """Copy pieces so that the rows of each lie side by side, all in one stretch of memory.

    In the plane they lie far apart. Side by side they are divided three times as fast and multiplied
    in two thirds of the time, which makes up for the copy within a few steps.
    """
    size = pieces[0].size
    memory = np.empty(sum(piece.size for piece in pieces), pieces[0].dtype)
    copies = [
        memory[index * size : index * size + piece.size].reshape(piece.shape)
        for index, piece in enumerate(pieces)
    ]
    parallel(lambda index: np.copyto(copies[index], pieces[index]), range(len(pieces)))
    return copies


def _sweep(
    pieces: list[Array],
    templates: Array,
    activations: Array,
    settings: tuple[float, float, float],
    change: str,
    tick: Tick,
    terms: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:
    """Update the activations ("h"), the templates ("w") or one after the other ("hw").

    Activations of a block of frames depend on that block alone, so both updates fit into one pass:
    while a block is in the cache its activations are updated, and with the new ones it adds its
    share to the update of the templates.
    """
    beta, gamma, least = settings
    w, h = templates.reshape(-1, templates.shape[-1]), activations.copy()
    frames = pieces[0].shape[1]
    runs = spans(len(pieces), -(-len(pieces) // SUMS))
    buffers = Buffers(lambda: np.empty((2, len(w), frames), w.dtype))
    shares: list[list[Array]] = [[] for _ in runs]
    sums = _part_sums(w)[:, np.newaxis]
    with one_blas_thread():
        gram = w.T @ w if beta == 2 else None

    def update(run: int) -> None:
        for index in range(*runs[run]):
            vb = pieces[index]
            hb = h[:, index * frames : index * frames + vb.shape[1]]
            with buffers.borrow() as (x, r):
                x, r = x[:, : vb.shape[1]], r[:, : vb.shape[1]]
                if "h" in change:
                    above, below = _terms(vb, w, hb, beta, least, x, r)
                    if below is None:
                        scale = sums if gram is None else gram @ hb
                    else:
                        scale = _times(w.T, below, np.empty_like(hb))
                    better = _times(w.T, above, np.empty_like(hb))
                    if terms is not None:
                        here = slice(index * frames, index * frames + vb.shape[1])
                        better += terms[0][:, here]
                        scale = scale + terms[1][:, here]
                    _step(hb, better, scale, gamma)
                if "w" in change:
                    above, below = _terms(vb, w, hb, beta, least, x, r)
                    parts = [above @ hb.T] if below is None else [above @ hb.T, below @ hb.T]
                    shares[run] = _added(shares[run], parts)

    with one_blas_thread():
        parallel(update, range(len(runs)), tick)
        if "w" in change:
            w = w.copy()
            above, *below = reduce(_added, shares)
            _step(w, above, below[0] if below else _template_scale(w, h, beta), gamma)
    return w.reshape(templates.shape), h


def _times(factor: Array, block: Array, out: Array) -> Array:
    """Multiply a factor with a block of frames: in panels, where that makes small products."""
    frames = block.shape[1]
    width = SMALL // factor.size // 16 * 16
    if not 32 <= width < frames:
        return np.matmul(factor, block, out=out)
    whole = frames // width * width

    def panels(array: Array) -> Array:
        return array[:, :whole].reshape(len(array), -1, width).transpose(1, 0, 2)

    np.matmul(factor, panels(block), out=panels(out))
    np.matmul(factor, block[:, whole:], out=out[:, whole:])
    return out


def _terms(
    v: Array, w: Array, h: Array, beta: float, least: float, x: Array, r: Array
) -> tuple[Array, Array | None]:
    """Give V X^(beta-2) and X^(beta-1) of a block, in `r` and `x`.

    The second is None where what it becomes is cheaper to have in another way.
    """
    if beta == 2:
        return v, None
    _times(w, h, x)
    x += least
    if beta == 0:
        np.divide(1, x, out=x)
        np.add(v, least, out=r)
        r *= x
        r *= x
        return r, x
    if beta == 1:
        np.divide(v, x, out=x)
        return x, None
    np.divide(v, x, out=r)
    np.power(x, beta - 1, out=x)
    r *= x
    return r, x


def _added(sums: list[Array], parts: list[Array]) -> list[Array]:
    """Add each part to its sum, in place; without sums the parts are the first."""
    for total, part in zip(sums, parts, strict=False):
        total += part
    return sums or parts


def _template_scale(w: Array, h: Array, beta: float) -> Array:
    """Give what divides the update of the templates for beta 1 and 2."""
    if beta == 1:
        return np.asarray(h.sum(axis=1, dtype=np.float64).astype(h.dtype))
    return np.asarray(w @ (h @ h.T))


def _step(factor: Array, above: Array, below: Array, gamma: float) -> None:
    """Multiply a factor by (above / below)^gamma, in place.

    Where `below` is zero the other factor is, and `above` is zero too: the part is silent.
    """
    np.divide(above, below, out=above, where=below > 0)
    if gamma != 1:
        np.power(above, gamma, out=above)
    factor *= above


def _part_sums(templates: Array) -> Array:
    """Add up each template over all frequencies and channels."""
    rows = templates.reshape(-1, templates.shape[-1])
    return np.asarray(rows.sum(axis=0, dtype=np.float64).astype(templates.dtype))


def divergence(
    power: Array, templates: Array, activations: Array, beta: float = 1.0, tick: Tick = silent
) -> float:
    """Give how far the model is from the plane: the beta-divergence, summed over all bins.

    Parameters
    ----------
    power, templates, activations
        As in `update_activations`.
    beta
        0 Itakura-Saito, 1 Kullback-Leibler, 2 half the squared distance.
    tick
        Called with the fraction done; it may raise to stop.
    """
    pieces, least = pieces_of(power), default_floor(power)
    w = templates.reshape(-1, templates.shape[-1]).astype(np.float64)
    h = activations.astype(np.float64)
    frames = pieces[0].shape[1]
    costs = np.zeros(len(pieces))

    def measure(index: int) -> None:
        piece = pieces[index]
        model = w @ h[:, index * frames : index * frames + piece.shape[1]] + least
        costs[index] = _cost(piece.astype(np.float64), model, beta, least)

    with one_blas_thread():
        parallel(measure, range(len(pieces)), tick)
    return float(costs.sum())


def _cost(v: Array, x: Array, beta: float, least: float) -> float:
    """Add up the divergence of one block."""
    if beta == 0:
        ratio = (v + least) / x
        return float(np.sum(ratio - np.log(ratio) - 1))
    if beta == 1:
        ratio = np.maximum(v / x, np.finfo(np.float64).tiny)
        return float(np.sum(v * np.log(ratio) - v + x))
    if beta == 2:
        return float(np.sum((v - x) ** 2)) / 2
    terms = v**beta + (beta - 1) * x**beta - beta * v * x ** (beta - 1)
    return float(np.sum(terms)) / (beta * (beta - 1))


def by_pitch(templates: Array) -> Array:
    """Give the order of the parts from low to high: by the centroid of their templates.

    Silent parts come last.
    """
    centroid = centroids(templates)
    return np.argsort(np.where(np.isnan(centroid), np.inf, centroid), kind="stable")


def centroids(templates: Array) -> Array:
    """Give for each part how high its template (..., freq, part) lies, in bins; NaN for a silent one."""
    shape = templates.reshape(-1, *templates.shape[-2:]).sum(axis=0, dtype=np.float64)
    total = shape.sum(axis=0)
    centroid = np.arange(len(shape)) @ shape / np.where(total > 0, total, 1)
    made: Array = np.where(total > 0, centroid, np.nan)
    return made


def hits(activations: Array, rate: float) -> list[int]:
    """Count for each part how often it is hit.

    Parameters
    ----------
    activations
        (part, time).
    rate
        Frames per second.

    Returns
    -------
    For each part the number of peaks that rise by a quarter of the part's largest activation above
    the valleys beside them, and lie `HIT` seconds apart. Activations are averaged over so long
    before: where frames are shorter than the period of a low drum, they ripple.
    """
    counts = []
    width = max(1, round(HIT * rate))
    for row in np.nan_to_num(np.asarray(activations, np.float64), posinf=0.0):
        row = scipy.ndimage.uniform_filter1d(row, width, mode="constant") if width > 1 else row
        # Zeros at both ends make peaks of what is hit before the first frame or in the last one.
        found = scipy.signal.find_peaks(
            np.pad(row, 1),
            prominence=(row.max(initial=0) * HIT_RISE) or 1,
            distance=max(1.0, HIT * rate),
        )
        counts.append(len(found[0]))
    return counts


def combine(
    templates: Array, activations: Array, groups: Sequence[Sequence[int]], tick: Tick = silent
) -> Array:
    """Give the plane of each group of parts: (source, ..., freq, time), zeros for an empty group.

    Parameters
    ----------
    templates, activations
        (..., freq, part) and (part, time).
    groups
        For each source the parts that belong to it, counted from 0.
    tick
        Called with the fraction done; it may raise to stop.
    """
    w, frames = templates.reshape(-1, templates.shape[-1]), activations.shape[-1]
    result = np.empty((len(groups), len(w), frames), w.dtype)

    def multiply(item: tuple[int, tuple[int, int]]) -> None:
        source, rows = item
        parts = list(groups[source])
        np.matmul(w[slice(*rows), parts], activations[parts], out=result[source, slice(*rows)])

    items = [
        (source, rows)
        for source in range(len(groups))
        for rows in spans(len(w), max(1, BLOCK // frames))
    ]
    with one_blas_thread():
        parallel(multiply, items, tick)
    return result.reshape(len(groups), *templates.shape[:-1], frames)
