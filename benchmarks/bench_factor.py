"""Variants of factorisation against the plain loops that people write, and what a constraint costs.

    python benchmarks/bench_factor.py [--quick]

Thirty seconds in one channel (eight with --quick). The peers are numpy as the NMF toolbox and
most scripts have it: one product for each lag, one source after another. They run on float32 as
ours do, with all threads that BLAS likes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from itertools import islice

import numpy as np
from measure import Row, table
from numpy.typing import NDArray

from nodes.dsp import constraints, convolutive, grouping, nmf

Array = NDArray[np.float32]
BINS, PER_SECOND = 1025, 86
EPS = np.float32(1e-7)


def plane(seconds: float) -> Array:
    """A plane of twelve parts and some noise, float32 (freq, time)."""
    rng = np.random.default_rng(0)
    frames = int(seconds * PER_SECOND)
    parts = rng.random((BINS, 12)) ** 4 @ rng.random((12, frames)) ** 4
    return (parts + 0.01 * rng.random(parts.shape)).astype(np.float32)


def right(array: Array, lag: int) -> Array:
    """Shift right, with zeros before."""
    return np.pad(array, ((0, 0), (lag, 0)))[:, : array.shape[1]]


def left(array: Array, lag: int) -> Array:
    """Shift left, with zeros behind."""
    return np.pad(array, ((0, 0), (0, lag)))[:, lag:]


def plain_convolutive(v: Array, w: Array, h: Array, turns: int) -> tuple[Array, Array]:
    """Convolutive factorisation as a loop over lags."""
    lags, ones = len(w), np.ones_like(v)
    for _ in range(turns):
        ratio = v / (sum(w[lag] @ right(h, lag) for lag in range(lags)) + EPS)
        above = sum(w[lag].T @ left(ratio, lag) for lag in range(lags))
        h = h * above / (sum(w[lag].T @ left(ones, lag) for lag in range(lags)) + EPS)
        ratio = v / (sum(w[lag] @ right(h, lag) for lag in range(lags)) + EPS)
        shifts = [right(h, lag) for lag in range(lags)]
        w = np.stack([w[k] * (ratio @ s.T) / (ones @ s.T + EPS) for k, s in enumerate(shifts)])
    return w, h


def plain_smooth(v: Array, w: Array, h: Array, turns: int, alpha: float) -> tuple[Array, Array]:
    """Factorisation with temporal continuity, term by term as in the paper."""
    frames, ones = h.shape[1], np.ones_like(v)
    for _ in range(turns):
        energy = (h**2).sum(axis=1, keepdims=True) + EPS
        changes = (np.diff(h, axis=1) ** 2).sum(axis=1, keepdims=True)
        plus = 4 * frames * h / energy
        minus = 2 * frames * (right(h, 1) + left(h, 1)) / energy
        minus = minus + 2 * frames * h * changes / energy**2
        h = h * (w.T @ (v / (w @ h + EPS)) + alpha * minus) / (w.T @ ones + alpha * plus + EPS)
        w = w * ((v / (w @ h + EPS)) @ h.T) / (ones @ h.T + EPS)
    return w, h


def smooth(v: Array, w: Array, h: Array, turns: int, alpha: float) -> tuple[Array, Array]:
    """Ours, with continuity plugged into the update."""
    for _ in range(turns):
        _, minus, plus = constraints.continuity(h)
        terms = ((alpha * minus).astype(np.float32), (alpha * plus).astype(np.float32))
        h = nmf.update_activations(v, w, h, terms=terms)
        w, h = nmf.normalise(nmf.update_templates(v, w, h), h)
    return w, h


def plain_held(v: Array, w: Array, h: Array, turns: int, held: int) -> tuple[Array, Array]:
    """Factorisation whose first templates are held."""
    ones = np.ones_like(v)
    for _ in range(turns):
        h = h * (w.T @ (v / (w @ h + EPS))) / (w.T @ ones + EPS)
        new = w * ((v / (w @ h + EPS)) @ h.T) / (ones @ h.T + EPS)
        w = np.concatenate([w[:, :held], new[:, held:]], axis=1)
    return w, h


def last(steps: Callable[[], object], turns: int) -> Callable[[], object]:
    """Take so many steps."""
    return lambda: next(islice(steps(), turns - 1, None))  # type: ignore[call-overload]


def rows(seconds: float) -> list[Row]:
    """All comparisons."""
    v, made = plane(seconds), []
    rng = np.random.default_rng(1)
    for rank, lags in ((3, 9), (3, 18), (8, 9)):
        w, h = convolutive.start(v, rank, lags, rng)
        made.append(
            Row(
                f"convolutive, K = {rank}, {lags} lags, 5 turns",
                last(partial(convolutive.steps, v, w, h), 5),
                "numpy by lag",
                partial(plain_convolutive, v, w, h, 5),
                2,
                5,
            )
        )
    w, h = nmf.start(v, 30, rng)
    alpha = 10 * float(v.mean())
    made.append(
        Row("continuity, K = 30, 5 turns", partial(smooth, v, w, h, 5, alpha), "numpy", partial(plain_smooth, v, w, h, 5, alpha), 2, 5)
    )  # fmt: skip
    made.append(
        Row("20 of 30 templates held, 5 turns", last(partial(nmf.steps_from, v, w, h, 1.0, 20), 5), "numpy", partial(plain_held, v, w, h, 5, 20), 2, 5)
    )  # fmt: skip
    stems = np.stack([v, v[::-1]])[:, np.newaxis]

    def full() -> list[Array]:
        return [
            np.array([np.sum(np.outer(w[:, k], h[k]) * stem[0]) for k in range(30)])
            for stem in stems
        ]

    made.append(
        Row("oracle groups of 30 parts, 2 sources", partial(grouping.likeness, w[np.newaxis], h, stems), "planes", full, 5, 3)
    )  # fmt: skip
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="eight seconds")
    table(rows(8 if parser.parse_args().quick else 30))


if __name__ == "__main__":
    main()
