"""The multichannel Wiener filter and the EM around it against norbert.

    python benchmarks/bench_wiener.py [--quick]

Four sources in thirty seconds of stereo, 4096/1024 (five with --quick), noise whose strengths vary
from bin to bin. norbert works in complex128, as its authors recommend. It has no exact EM: a turn of
ours is beside one of its simplified scheme. See `bench_dsp.py` for what the columns mean.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

import norbert
import numpy as np
from measure import Row, table
from numpy.typing import NDArray

from nodes.dsp import covariance, gaussian, wiener

Array = NDArray[Any]
SOURCES, CHANNELS, BINS = 4, 2, 2049


def material(frames: int) -> tuple[Array, Array]:
    """Give a mixture (channel, freq, time) and soft estimates (source, channel, freq, time)."""
    rng = np.random.default_rng(0)
    shape = (SOURCES, CHANNELS, BINS, frames)
    images = np.empty(shape, np.complex64)
    images.real = rng.standard_normal(shape, np.float32)
    images.imag = rng.standard_normal(shape, np.float32)
    images *= rng.random((SOURCES, 1, BINS, frames), np.float32) ** 3
    mixture = images.sum(axis=0)
    masks = rng.random((SOURCES, 1, BINS, frames), np.float32)
    masks /= masks.sum(axis=0)
    return mixture, masks * mixture


def divided(v: Array, r: Array, x: Array) -> Array:
    """Filter with norbert, frame by frame as it does itself."""
    made = np.empty((*x.shape, v.shape[-1]), x.dtype)
    for t in range(len(x)):
        model = norbert.get_mix_model(v[None, t], r)
        inverse = norbert._invert(model + 1e-10 * np.eye(x.shape[-1]), 1e-10)
        for j in range(v.shape[-1]):
            gain = norbert.wiener_gain(v[None, t, ..., j], r[..., j], inverse)
            made[t, ..., j] = norbert.apply_filter(x[None, t], gain)[0]
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="five seconds of sound")
    frames = 218 if parser.parse_args().quick else 1295
    mixture, estimates = material(frames)
    sources, learned = covariance.strengths(estimates), covariance.empirical(estimates)
    x = np.ascontiguousarray(mixture.transpose(2, 1, 0), np.complex128)
    y = np.ascontiguousarray(estimates.transpose(3, 2, 1, 0), np.complex128)
    v = np.ascontiguousarray(sources[:, 0].transpose(2, 1, 0), np.float64)
    r = np.ascontiguousarray(learned.transpose(1, 2, 3, 0), np.complex128)

    def theirs(iterations: int) -> object:
        # It writes into the estimates.
        return norbert.expectation_maximization(y.copy(), x, iterations)

    seconds = round(frames * 1024 / 44100)
    name = f"{SOURCES} sources, {seconds} s stereo 4096/1024"
    ours = partial(gaussian.simplified, mixture, estimates)
    rows = [
        Row(
            f"filter, {name}",
            partial(wiener.separate, mixture, sources, learned),
            "norbert",
            partial(divided, v, r, x),
            10,
            3,
        ),
        Row("simplified EM, 1 turn", partial(ours, 1), "norbert", partial(theirs, 1), 10, 3),
        Row("simplified EM, 3 turns", partial(ours, 3), "norbert", partial(theirs, 3), 15, 3),
        Row(
            "exact EM, 1 turn (peer: simplified)",
            partial(gaussian.step, mixture, sources, learned),
            "norbert",
            partial(theirs, 1),
            5,
            3,
        ),
    ]
    table(rows)


if __name__ == "__main__":
    main()
