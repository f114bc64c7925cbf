"""The transform, the median and the factorisation against the libraries people use.

    python benchmarks/bench_dsp.py [--quick]

Thirty seconds of stereo (five with --quick), made up of noise and tones. Nothing here is a test: the
times depend on the machine and on what else it does; the ratios much less.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import islice
from statistics import median

import librosa
import numpy as np
import scipy.ndimage
from measure import Row, Work, seconds, table
from numpy.typing import NDArray
from sklearn.decomposition import non_negative_factorization

from nodes.dsp import nmf
from nodes.dsp.median import kernel_median
from nodes.dsp.stft import istft, stft
from nodes.dsp.windows import window

Array = NDArray[np.float32]
RATE = 44100
LOSSES = {0: "itakura-saito", 1: "kullback-leibler", 2: "frobenius"}


def recording(duration: float) -> Array:
    """Noise and a few gliding tones, stereo, float32 (channel, sample)."""
    rng = np.random.default_rng(0)
    time = np.arange(int(duration * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * pitch * time * (1 + time / 1000)) for pitch in (110, 440, 1760))
    return (rng.standard_normal((2, len(time))) + tones).astype(np.float32)


def transforms(samples: Array) -> list[Row]:
    """The transform and its inverse."""
    rows = []
    for n_fft, hop in ((2048, 512), (4096, 1024)):
        weights = window("hann", n_fft)
        ours = stft(samples, weights, hop, n_fft)
        theirs = librosa.stft(samples, n_fft=n_fft, hop_length=hop)
        forward = partial(stft, samples, weights, hop, n_fft)
        back = partial(istft, ours, weights, hop, n_fft, samples.shape[-1])
        peer = partial(librosa.stft, samples, n_fft=n_fft, hop_length=hop)
        peer_back = partial(librosa.istft, theirs, hop_length=hop, length=samples.shape[-1])
        name = f"{n_fft}/{hop}, stereo"
        rows.append(Row(f"STFT {name}", forward, "librosa", peer, 4))
        rows.append(Row(f"inverse STFT {name}", back, "librosa", peer_back, 5))
        if importlib.util.find_spec("torch"):
            peer, peer_back = torch_transforms(samples, n_fft, hop)
            rows.append(Row(f"STFT {name}", forward, "torch", peer, 2))
            rows.append(Row(f"inverse STFT {name}", back, "torch", peer_back, 3.5))
    return rows


def torch_transforms(samples: Array, n_fft: int, hop: int) -> tuple[Work, Work]:
    """The same in torch."""
    import torch

    sound, weights = torch.from_numpy(samples), torch.hann_window(n_fft)
    settings = {"n_fft": n_fft, "hop_length": hop, "window": weights}
    spectrum = torch.stft(sound, **settings, return_complex=True)
    return (
        lambda: torch.stft(sound, **settings, return_complex=True),
        lambda: torch.istft(spectrum, **settings, length=samples.shape[-1]),
    )


def medians(magnitude: Array) -> list[Row]:
    """Medians along time and frequency, and over a cross."""

    def masks() -> Array:
        harmonic = kernel_median(magnitude, np.ones((1, 31), bool)) ** 2
        percussive = kernel_median(magnitude, np.ones((31, 1), bool)) ** 2
        return harmonic / (harmonic + percussive + np.float32(1e-30))

    cross = np.zeros((5, 5), bool)
    cross[2, :] = cross[:, 2] = True
    shapes = {
        "31 frames": np.ones((1, 31), bool),
        "31 bins": np.ones((31, 1), bool),
        "cross": cross,
    }
    peer = partial(librosa.decompose.hpss, magnitude, kernel_size=31, mask=True)
    rows = [Row("HPSS, both medians of 31 and the masks", masks, "librosa", peer, 8, 3)]
    for name, shape in shapes.items():
        ours = partial(kernel_median, magnitude, shape)
        theirs = partial(scipy.ndimage.median_filter, magnitude, footprint=shape, mode="reflect")
        rows.append(Row(f"median over {name}", ours, "scipy.ndimage", theirs, 4, 3))
    return rows


def factorisation(bins: int, frames: int, rank: int, beta: int, goal: float, turns: int) -> Row:
    """A number of iterations from the same start, float32."""
    rng = np.random.default_rng(0)
    model = rng.random((bins, rank)) ** 4 @ rng.random((rank, frames)) ** 4
    plane = ((model + 0.01) * (rng.random((bins, frames)) + 0.1)).astype(np.float32)
    w, h = nmf.start(plane, rank, np.random.default_rng(1))

    def ours() -> object:
        return next(
            islice(nmf.nmf_steps(plane, rank, beta, np.random.default_rng(1)), turns - 1, None)
        )

    def theirs() -> object:
        return non_negative_factorization(
            plane, W=w.copy(), H=h.copy(), n_components=rank, init="custom", solver="mu",
            beta_loss=LOSSES[beta], tol=0, max_iter=turns,
        )  # fmt: skip

    name = f"NMF {LOSSES[beta]} K={rank}, {bins}x{frames}, {turns} it."
    return Row(name, ours, "scikit-learn", theirs, goal, 5)


def stolen_core(row: Row) -> None:
    """Print how much longer the work takes while another program keeps one core busy."""

    def alone_and_disturbed(work: Callable[[], object]) -> float:
        alone = median(seconds(work) for _ in range(5))
        thief = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            return median(seconds(work) for _ in range(5)) / alone
        finally:
            thief.kill()
            thief.wait()

    ours, theirs = alone_and_disturbed(row.ours), alone_and_disturbed(row.peer)
    print(f"{row.name} with a stolen core: ours {ours:.2f} times as long (goal 1.7), ", end="")
    print(f"{row.peer_name} {theirs:.2f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="five seconds of sound, no long rows")
    quick = parser.parse_args().quick
    duration = 5 if quick else 30
    samples = recording(duration)
    magnitude = np.abs(stft(samples[:1], window("hann", 2048), 512, 2048)[0])
    frames, turns = magnitude.shape[1], 10 if quick else 30
    kl = factorisation(1025, frames, 16, 1, 2, turns)
    rows = [
        *transforms(samples),
        *medians(magnitude),
        factorisation(1025, frames, 8, 1, 2, turns),
        kl,
        factorisation(1025, frames, 64, 1, 1.3, turns),
        factorisation(1025, frames, 16, 0, 2, turns),
        factorisation(1025, frames, 16, 2, 1.1, turns),
    ]
    if not quick:
        rows.append(factorisation(2049, 10336, 32, 1, 3.5, 3))
    table(rows)
    stolen_core(kl)


if __name__ == "__main__":
    main()
