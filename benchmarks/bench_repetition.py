"""Repetition against plain numpy and librosa.

    python benchmarks/bench_repetition.py [--quick]

Thirty seconds in one channel, 2048/1024 (ten with --quick): a loop of 2 s under noise. The peers are
the formulas as one writes them down in numpy and scipy, and librosa's `recurrence_matrix` and
`nn_filter`. Nothing here is a test: the times depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
from functools import partial

import librosa
import numpy as np
import scipy.ndimage
import scipy.sparse
from measure import Row, table
from numpy.typing import NDArray

from nodes.dsp import modulation, repetition, similarity

Array = NDArray[np.float32]
RATE, N_FFT, HOP = 44100, 2048, 1024
PERIOD, ORDER, DISTANCE = 86, 5, 43


def magnitude(duration: float) -> Array:
    """A loop under noise, float32 (freq, time)."""
    rng = np.random.default_rng(0)
    frames = int(duration * RATE / HOP)
    loop = rng.gamma(1.0, 1.0, (N_FFT // 2 + 1, PERIOD))
    noise = 0.5 * rng.gamma(1.0, 1.0, (N_FFT // 2 + 1, frames))
    plane: Array = (np.tile(loop, frames // PERIOD + 1)[:, :frames] + noise).astype(np.float32)
    return plane


def plain_beats(plane: Array) -> NDArray[np.float64]:
    """The autocorrelation of each row by FFT, then their average."""
    frames = plane.shape[1]
    spectrum = np.fft.fft(plane**2, 2 * frames, axis=1)
    rows = np.fft.ifft(np.abs(spectrum) ** 2, axis=1).real[:, :frames]
    beats: NDArray[np.float64] = (rows / np.arange(frames, 0, -1)).mean(axis=0)
    return beats / beats[0]


def plain_periodic(plane: Array) -> Array:
    """The median over whole periods, with what is missing at the end as NaN."""
    bins, frames = plane.shape
    times = -(-frames // PERIOD)
    padded = np.full((bins, times * PERIOD), np.nan, np.float32)
    padded[:, :frames] = plane
    model = np.nanmedian(padded.reshape(bins, times, PERIOD), axis=1)
    return np.tile(model, times)[:, :frames]


def plain_adaptive(plane: Array) -> Array:
    """The median over five repetitions, those beyond an edge as NaN."""
    frames = plane.shape[1]
    seen = np.arange(frames)[:, None] + np.arange(-2, 3) * PERIOD
    outside = (seen < 0) | (seen >= frames)
    stacked = plane[:, np.where(outside, 0, seen)]
    stacked[:, outside] = np.nan
    return np.nanmedian(stacked, axis=-1)  # type: ignore[no-any-return]


def plain_similarity(plane: Array) -> Array:
    """One product of matrices, on as many threads as BLAS has."""
    unit = plane / np.linalg.norm(plane, axis=0)
    product: Array = unit.T @ unit
    return product


def plain_modulation(plane: Array) -> Array:
    """Peaks of the two-dimensional transform by scipy.ndimage."""
    spectrum = np.fft.fft2(plane)
    sizes = np.abs(np.fft.fftshift(spectrum))
    sizes /= sizes.max()
    highest = scipy.ndimage.maximum_filter(sizes, (1, 15))
    lowest = scipy.ndimage.minimum_filter(sizes, (1, 15))
    peaks = (sizes == highest) & (highest - lowest > sizes.std())
    return np.abs(np.fft.ifft2(np.fft.ifftshift(peaks) * spectrum))  # type: ignore[no-any-return]


def links(near: NDArray[np.int32]) -> scipy.sparse.csr_matrix:
    """Neighbours as librosa takes them."""
    frame, place = np.nonzero(near >= 0)
    ones = np.ones(len(frame))
    return scipy.sparse.csr_matrix((ones, (frame, near[frame, place])), (len(near), len(near)))


def rows(plane: Array) -> list[Row]:
    """Everything."""
    frames = plane.shape[1]
    whole = [(0, frames)]
    matrix = similarity.self_similarity(plane[None], 1.0)
    near = similarity.similar_frames(matrix, DISTANCE, 0.0, 100)
    linked = links(near)
    periods = np.full(frames, PERIOD)
    recurrence = partial(
        librosa.segment.recurrence_matrix, plane, k=near.shape[1], width=DISTANCE, metric="cosine", sparse=True,
    )  # fmt: skip

    def found() -> object:
        return similarity.similar_frames(
            similarity.self_similarity(plane[None], 1.0), DISTANCE, 0.0, 100
        )

    return [
        Row("beat spectrum", partial(repetition.beat_spectrogram, plane[None], 1.0, whole), "numpy", partial(plain_beats, plane), 5, 5),
        Row("periodic median, all", partial(repetition.periodic_median, plane, PERIOD), "numpy", partial(plain_periodic, plane), 5, 5),
        Row("periodic median, adaptive, 5", partial(repetition.adaptive_median, plane, periods, ORDER), "numpy", partial(plain_adaptive, plane), 10, 5),
        Row("self-similarity", partial(similarity.self_similarity, plane[None], 1.0), "numpy", partial(plain_similarity, plane), 1, 5),
        Row("similarity and similar frames", found, "librosa", recurrence, 1, 5),
        Row("neighbour median", partial(similarity.neighbour_median, plane, near), "librosa", partial(librosa.decompose.nn_filter, plane, rec=linked, aggregate=np.median), 3, 3),
        Row("2-D Fourier background", partial(modulation.repeating, plane, 7, False), "numpy, scipy", partial(plain_modulation, plane), 5, 5),
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true")
    table(rows(magnitude(10 if parser.parse_args().quick else 30)))


if __name__ == "__main__":
    main()
