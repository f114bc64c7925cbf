"""Kernel models: medians against librosa, a loop of four turns from sound to sound.

    python benchmarks/bench_kernels.py [--quick]

The recording is noise, 60 s of stereo at 44.1 kHz (10 s with --quick): medians take as long for any
numbers. *HPSS* is both medians of length 31 with the soft masks, on one channel. *KAM* is four
turns of two sources, horizontal and vertical, with the covariances of their channels, from samples
to estimates; the goal is 8 s on two free cores. Sparse kernels stand against scipy's footprint.
"""

from __future__ import annotations

import sys
import time
from functools import partial

import librosa
import numpy as np
import scipy.ndimage
from measure import Row, table
from numpy.typing import NDArray

from nodegraph.values import Audio, Kernel, Power, Spectrogram
from nodes import covariance, gaussian, transform
from nodes import kernel as kernels
from nodes.dsp.additive import low_rank
from nodes.dsp.masks import soft_mask
from nodes.dsp.median import kernel_median

RATE = 44100
GOAL = 8.0
HORIZONTAL, VERTICAL = np.ones((1, 31), bool), np.ones((31, 1), bool)


def hpss(magnitude: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give both soft masks of one channel."""
    medians = [kernel_median(magnitude, bar) for bar in (HORIZONTAL, VERTICAL)]
    return soft_mask(np.stack(medians), 2.0)


def additive(audio: Audio, turns: int) -> Audio:
    """Kernel additive modelling with covariances, as in the graph ``kam_covariance``."""
    spectrum = transform.stft(audio)
    strength = covariance.strength(spectrum)
    bars = [Kernel(HORIZONTAL[:, :17]), Kernel(VERTICAL)]
    names = ("harmonic", "percussive")
    v = Power(np.stack([strength.data] * 2), strength.grid, names)
    r = covariance.covariance(spectrum, v)

    def divided() -> Spectrogram:
        return gaussian.multichannel(spectrum, v, r)

    for _ in range(turns):
        estimates = divided()
        r = covariance.weighted_covariance(
            estimates, covariance.strength(estimates), frames="alike"
        )
        seen = covariance.strength(estimates, r, mode="posterior")
        rows = [
            kernels.median(seen.pick(name), bar).data for name, bar in zip(names, bars, strict=True)
        ]
        v = v.like(np.stack(rows))
    return transform.istft(divided())


def sparse(period: int, count: int) -> NDArray[np.bool_]:
    """Give a kernel of one cell for each period."""
    cells = np.zeros((1, 2 * period * count + 1), bool)
    cells[0, ::period] = True
    return cells


def main() -> None:
    """Print the table, then the times of whole loops."""
    quick = "--quick" in sys.argv
    length = RATE * (10 if quick else 60)
    noise = np.random.default_rng(0).standard_normal((2, length)).astype(np.float32)
    audio = Audio(noise, RATE)
    magnitude = np.abs(transform.stft(audio).data[0])
    theirs = partial(librosa.decompose.hpss, magnitude, kernel_size=31, mask=True)
    for mine, other in zip(hpss(magnitude), theirs(), strict=True):
        np.testing.assert_allclose(mine, other, atol=2e-7)
    shape = "x".join(map(str, magnitude.shape))
    part = magnitude[:, :400]
    periodic = sparse(40, 4)
    peer = partial(scipy.ndimage.median_filter, part, footprint=periodic, mode="reflect")
    best = partial(np.linalg.svd, part, full_matrices=False)
    table(
        [
            Row(f"HPSS, {shape}", partial(hpss, magnitude), "librosa", theirs, 8, 1 if quick else 3),
            Row("periodic kernel, 9 of 321", partial(kernel_median, part, periodic), "scipy", peer, 5, 3),
            Row(
                "low rank, 20",
                lambda: low_rank(part, 20, 1.0, np.random.default_rng(0)),
                "numpy svd", best, 5, 3,
            ),
        ]
    )  # fmt: skip
    began = time.perf_counter()
    additive(audio, 4)
    print(
        f"KAM, 4 turns, {length // RATE} s of stereo: {time.perf_counter() - began:.2f} s", end=""
    )
    print(f" (goal {GOAL:g} s)" if not quick else "")


if __name__ == "__main__":
    main()
