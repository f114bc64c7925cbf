"""RPCA against the plain recipe with a full decomposition in each turn, and the source-filter model.

    python benchmarks/bench_voice.py [--quick] [--seconds 60]

A song of notes, drums and a melody at 16 kHz (ten seconds with --quick). Nothing here is a test: the
times depend on the machine and on what else it does; the ratios much less.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from measure import Row, seconds, table
from numpy.typing import NDArray

from nodes.dsp import instruments, rpca, source_filter
from nodes.dsp.stft import stft
from nodes.dsp.windows import window

Array = NDArray[Any]
RATE, N_FFT, HOP = 16000, 1024, 256


def recording(duration: float) -> Array:
    """Notes, drums and a melody with vibrato: float32 (1, sample)."""
    length = int(duration * RATE)
    parts = (
        instruments.notes(length, RATE, (130.8, 196.0, 164.8), np.random.default_rng(0)),
        0.8 * instruments.drums(length, RATE, np.random.default_rng(1)),
        instruments.notes(
            length, RATE, (220.0, 246.9, 277.2), np.random.default_rng(2), vibrato=0.02
        ),
    )
    return np.sum(parts, axis=0, dtype=np.float32)[np.newaxis]


def plain(magnitude: Array, rho: float = 1.5) -> Iterator[float]:
    """Turn by turn as published, with a full decomposition: gives how much is lacking."""
    m = magnitude.astype(np.float64)
    norm = np.linalg.norm(m, 2)
    balance = 1 / np.sqrt(max(m.shape))
    dual = m / max(norm, np.abs(m).max() / balance)
    low, mu, most = np.zeros_like(m), 1.25 / norm, 1.25e7 / norm
    while True:
        rest = m - low + dual / mu
        sparse = np.sign(rest) * np.maximum(np.abs(rest) - balance / mu, 0)
        u, s, v = np.linalg.svd(m - sparse + dual / mu, full_matrices=False)
        low = (u * np.maximum(s - 1 / mu, 0)) @ v
        dual = dual + mu * (m - low - sparse)
        mu = min(rho * mu, most)
        yield float(np.linalg.norm(m - low - sparse) / np.linalg.norm(m))


def until(residuals: Iterator[float], tolerance: float = 1e-6) -> int:
    """Count the turns that it takes."""
    return next(turn for turn, left in enumerate(residuals, 1) if left < tolerance)


def ours(magnitude: Array) -> int:
    return until(state.residual for state in rpca.steps(magnitude))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="ten seconds of sound, once")
    parser.add_argument("--seconds", type=float, default=60, help="of sound")
    chosen = parser.parse_args()
    duration = 10 if chosen.quick else chosen.seconds
    spectrum = stft(recording(duration), window("hann", N_FFT), HOP, N_FFT)
    magnitude = np.abs(spectrum).astype(np.float32)
    print(f"{duration:g} s at {RATE} Hz, plane {magnitude.shape}")
    print(f"turns: ours {ours(magnitude)}, plain {until(plain(magnitude[0]))}")
    short = magnitude[..., : max(600, magnitude.shape[-1] // 6)]
    rows = [
        Row(
            f"RPCA, 10 turns of {short.shape[-1]} frames",
            lambda: list(islice(rpca.steps(short), 10)),
            "full decomposition",
            lambda: list(islice(plain(short[0]), 10)),
            3,
            3,
        )
    ]
    table(rows)
    print(f"RPCA of {duration:g} s in one channel: {seconds(lambda: ours(magnitude)):.1f} s")
    two = np.concatenate([magnitude, magnitude[..., ::-1]])
    print(f"RPCA of {duration:g} s in two channels: {seconds(lambda: ours(two)):.1f} s")
    print(f"one turn of the source-filter model: {seconds(turn(magnitude[0] ** 2)):.2f} s")


def turn(power: Array) -> Any:
    """Prepare a turn of the source-filter model, with the sizes that are usual."""
    table = source_filter.pitch_table(100, 800, 8)
    combs = source_filter.combs(table, RATE, N_FFT, window("hann", N_FFT))
    bumps = source_filter.bumps(len(power), 30)
    energy = power / power.max()
    begun = source_filter.start(energy, combs, bumps, 10, 40, np.random.default_rng(0))
    return lambda: source_filter.step(energy, begun)


if __name__ == "__main__":
    main()
