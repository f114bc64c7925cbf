"""Position methods against the formulas as they are written, and against nussl where it is there.

    python benchmarks/bench_position.py [--quick]

Three panned sources in stereo at 4096/1024, a minute of them (ten seconds with --quick); PROJET
against its peers on ten (five) seconds, since these take long. *plain numpy* is each method on whole
planes in float32, as one writes it down. Nothing here is a test: times depend on the machine and on
what else it does; the ratios much less.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from measure import Row, Work, peak_bytes, seconds, table
from numpy.typing import NDArray

import nodegraph
from nodegraph.values import Peaks, Spectrogram
from nodes import mask, position, projet, transform

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests import benches

Array = NDArray[Any]
RATE, N_FFT, HOP = 44100, 4096, 1024
TURNS = 60
PEAKS = Peaks(np.array(benches.ANGLES), np.ones(3), "°", benches.NAMES)


@cache
def mixture(duration: float) -> Spectrogram:
    """Bench A, as long as asked for."""
    sound = benches.bench_a(RATE, duration)[0]
    return transform.stft(sound, n_fft=N_FFT, hop=HOP)


def spectrum(duration: float) -> Array:
    """The same as an array (2, freq, time)."""
    return np.asarray(mixture(duration).data)


# Histogram and mask


def histogram_and_mask(duration: float) -> Spectrogram:
    """Find the peaks and give each bin to the nearest."""
    found = position.angle(mixture(duration))
    peaks = position.peaks(position.histogram(found.angle, found.weight), count=3)
    return mask.apply(mixture(duration), position.mask(found.angle, peaks))


def plain_mask(duration: float) -> Array:
    """The same, as written."""
    x = spectrum(duration)
    angle = np.rad2deg(np.arctan2(np.abs(x[1]), np.abs(x[0])))
    weight = np.abs(x[0]) ** 2 + np.abs(x[1]) ** 2
    np.histogram(angle, 180, (0, 90), weights=weight)
    owner = np.abs(angle - np.array(benches.ANGLES)[:, None, None]).argmin(axis=0)
    return np.stack([x * (owner == number) for number in range(3)])


# PROJET


def at_once(duration: float, delays: int = 1, turns: int = TURNS) -> object:
    """Sixty turns from the peaks."""
    return projet.projet(
        mixture(duration),
        PEAKS,
        iterations=turns,
        directions=5 if delays > 1 else 10,
        delays=delays,
    )


def plain_projet(duration: float) -> Array:
    """The same from the same start, as written: without delays, all bins in one line."""
    x = spectrum(duration).reshape(2, -1)
    sides = np.deg2rad(np.linspace(-90, 0, 10))
    places = np.deg2rad(np.arange(1.5, 90, 3))
    p = np.stack([np.cos(sides), np.sin(sides)], axis=1)
    c = (p @ x).astype(np.complex64)
    v = np.abs(c)
    k = np.abs(p @ np.stack([np.cos(places), np.sin(places)])).astype(np.float32)
    away = np.rad2deg(places)[:, None] - np.array(benches.ANGLES)
    q = (np.exp(-((away / 6) ** 2) / 2) + 1e-3).astype(np.float32)
    q /= q.sum(axis=0)
    strengths, least = np.tile(v.mean(axis=0), (3, 1)), 1e-10 * v.max()
    for _ in range(TURNS):
        gains = k @ q
        ratio = v / (gains @ strengths + least)
        strengths = strengths * (gains.T @ ratio) / gains.sum(axis=0)[:, None]
        ratio = v / (gains @ strengths + least)
        q = q * (k.T @ (ratio @ strengths.T)) / np.outer(k.sum(axis=0), strengths.sum(axis=1))
        strengths, q = strengths * q.sum(axis=0)[:, None], q / q.sum(axis=0)
        np.sum(v * np.log(np.maximum(v, least) / (k @ q @ strengths + least)))
    gains = k @ q
    shared = c / (gains @ strengths + least)
    back = np.linalg.pinv(p).astype(np.float32)
    return np.stack([(back * gains[:, j]) @ shared * strengths[j] for j in range(3)])


# Methods that are asked of the registry by their id


def node(name: str) -> Callable[..., Any] | None:
    """Give a node's function; None where it is not there."""
    found = nodegraph.discover().get(name)
    return None if found is None else found.function


def duet(duration: float) -> Work | None:
    """DUET from spectrum to masked spectra."""
    names = ("duet", "histogram_2d", "peaks_2d", "duet_mask")
    parts = [node(f"position.{name}") for name in names]
    if None in parts:
        return None
    features, histogram, peaks, masks = parts

    def work() -> object:
        attenuation, delay, weight = features(mixture(duration))
        found = peaks(histogram(attenuation, delay, weight))
        return mask.apply(mixture(duration), masks(mixture(duration), found))

    return work


def adress(duration: float) -> Work | None:
    """ADRess from spectrum to one source."""
    plane, select = node("position.adress"), node("position.adress_select")
    if plane is None or select is None:
        return None
    return lambda: select(mixture(duration), *plane(mixture(duration)))


def plain_adress(duration: float) -> list[Array]:
    """The azimuth where each bin nearly vanishes, searched for on a grid of 101 gains."""
    found = []
    for one, other in (spectrum(duration), spectrum(duration)[::-1]):
        least = np.full(one.shape, np.inf, np.float32)
        most, at = np.zeros_like(least), np.zeros_like(least)
        for gain in np.linspace(0, 1, 101, dtype=np.float32):
            rest = np.abs(one - gain * other)
            at = np.where(rest < least, gain, at)
            np.minimum(least, rest, out=least)
            np.maximum(most, rest, out=most)
        found += [at, most - least]
    return found


# nussl


def nussl_works(duration: float) -> dict[str, Work]:
    """Its PROJET and DUET; empty where it cannot be imported.

    Its PROJET divides by the strengths where it should multiply: its time can be compared, its
    result cannot.
    """
    try:
        import scipy.signal

        for name in ("hamming", "hann", "blackman"):
            if not hasattr(scipy.signal, name):
                setattr(scipy.signal, name, getattr(scipy.signal.windows, name))
        nussl = importlib.import_module("nussl")
    except (ImportError, OSError, AttributeError) as error:
        print(f"nussl is absent ({error}): without its rows")
        return {}
    spatial = nussl.separation.spatial
    sound = nussl.AudioSignal(
        audio_data_array=benches.bench_a(RATE, duration)[0].data.astype(float),
        sample_rate=RATE,
        stft_params=nussl.STFTParams(window_length=N_FFT, hop_length=HOP, window_type="hann"),
    )
    flat = {"location_set_delay": 1, "projection_set_delay": 1, "maximum_delay_in_samples": 0}
    return {
        "PROJET": lambda: spatial.Projet(sound, 3, num_iterations=TURNS, **flat)(),
        "DUET": lambda: spatial.Duet(sound, 3)(),
    }


def goal(name: str, work: Work, most: float) -> None:
    """Print time and memory of one work against what it may take."""
    work()
    took = min(seconds(work) for _ in range(2))
    reached = "yes" if took < most else "no"
    print(f"{name}: {took:.2f} s, goal {most:g} s {reached}, {peak_bytes(work) / 1e6:.0f} MB")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten seconds of sound")
    quick = parser.parse_args().quick
    long, short = (10.0, 5.0) if quick else (60.0, 10.0)
    known = nussl_works(short)
    rows = [
        Row(
            f"histogram and mask, {long:g} s", partial(histogram_and_mask, long),
            "plain numpy", partial(plain_mask, long), 2, 5,
        ),
        Row(
            f"PROJET with its cost, {TURNS} it., {short:g} s", partial(at_once, short),
            "plain numpy", partial(plain_projet, short), 2, 3,
        ),
    ]  # fmt: skip
    if "PROJET" in known:
        rows.append(
            Row(
                f"PROJET, {TURNS} it., {short:g} s", partial(at_once, short),
                "nussl", known["PROJET"], 2, 1,
            )
        )  # fmt: skip
    for name, ours, peer, theirs, least in (
        ("ADRess", adress(short), "grid of 101", partial(plain_adress, short), 50),
        ("DUET", duet(short), "nussl", known.get("DUET"), 2),
    ):
        if ours is None or theirs is None:
            print(f"{name} has no row: {'its node' if ours is None else peer} is absent")
        else:
            rows.append(Row(f"{name}, {short:g} s", ours, peer, theirs, least, 3))
    table(rows)
    goal(f"histogram and mask, {long:g} s", partial(histogram_and_mask, long), long / 60)
    goal(f"PROJET, {TURNS} it., {long:g} s", partial(at_once, long), 15 * long / 60)
    late = partial(at_once, short, 5, 10)
    goal(f"PROJET, 5 directions by 5 delays, 10 it., {short:g} s", late, short)


if __name__ == "__main__":
    main()
