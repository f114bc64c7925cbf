"""Which parts of a factorisation belong together: by what they sound like, or by the true sources.

References
----------
M. Spiertz, V. Gnann, "Source-filter based clustering for monaural blind source separation", DAFx 2009.
D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]
Looks = Literal["all", "spectrum", "rhythm", "place"]

BANDS, COEFFICIENTS = 40, 13
"""Bands of equal width in mel, and how many cepstral coefficients are made of them."""
RANGE = 80.0
"""Decibels that count below the loudest band."""
FRAMES = 512
"""Frames of a source that are worked on at once."""


def features(
    templates: Array, activations: Array, rate: float, per_second: float, looks: Looks = "all"
) -> Array:
    """Describe each part by numbers: (part, feature), each of mean 0 and variance 1 over the parts.

    Parameters
    ----------
    templates, activations
        (channel, freq, part) and (part, time).
    rate
        Samples per second: the last bin lies at half of it.
    per_second
        Frames per second.
    looks
        *spectrum*: cepstrum, centroid and flatness of the template. *rhythm*: kurtosis and
        periodicity of the activation. *place*: level of each channel. *all*: these together.
    """
    found = []
    if looks in ("all", "spectrum"):
        found.append(_spectrum(templates.sum(axis=0, dtype=np.float64), rate))
    if looks in ("all", "rhythm"):
        found.append(_rhythm(activations.astype(np.float64), per_second))
    if looks in ("all", "place"):
        levels = templates.sum(axis=1, dtype=np.float64)
        total = levels.sum(axis=0)
        found.append(np.divide(levels, total, out=np.zeros_like(levels), where=total > 0).T)
    # Each way of looking counts alike, however many numbers it gives.
    alike = [_standard(one) / np.sqrt(one.shape[1]) for one in found]
    return np.concatenate(alike, axis=1)


def _standard(numbers: Array) -> Array:
    spread = numbers.std(axis=0)
    away = numbers - numbers.mean(axis=0)
    even = spread > 1e-9 * np.maximum(np.abs(numbers).max(axis=0), 1e-12)
    made: Array = np.divide(away, spread, out=np.zeros_like(away), where=even)
    return made


def _spectrum(w: Array, rate: float) -> Array:
    """Give cepstral coefficients, centroid and flatness of templates (freq, part)."""
    bins = len(w)
    places = 2595 * np.log10(1 + np.linspace(0, rate / 2, bins) / 700)
    band = np.minimum((places / places[-1] * BANDS).astype(int), BANDS - 1) if bins > 1 else [0]
    weights = np.zeros((BANDS, bins))
    weights[band, np.arange(bins)] = 1
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
    filled = weights.any(axis=1)
    levels = _decibels(weights[filled] @ w)
    cepstrum = scipy.fft.dct(levels, axis=0, norm="ortho")[1 : COEFFICIENTS + 1]
    total = w.sum(axis=0)
    share = np.divide(w, total, out=np.full_like(w, 1 / bins), where=total > 0)
    flatness = _decibels(w).mean(axis=0)
    made: Array = np.concatenate([cepstrum, [places @ share, flatness]]).T
    return made


def _decibels(energies: Array) -> Array:
    """Give levels below the largest of each column."""
    top = energies.max(axis=0)
    against = np.divide(energies, top, out=np.ones_like(energies), where=top > 0)
    made: Array = 20 * np.log10(np.maximum(against, 10 ** (-RANGE / 20)))
    return made


def _rhythm(h: Array, per_second: float) -> Array:
    """Give how peaked and how periodic activations (part, time) are."""
    away = h - h.mean(axis=1, keepdims=True)
    variance = (away**2).mean(axis=1)
    fourth = (away**4).mean(axis=1)
    peaked = np.divide(fourth, variance**2, out=np.ones_like(fourth), where=variance**2 > 0)
    frames = h.shape[1]
    size = scipy.fft.next_fast_len(2 * frames)
    spectrum = np.abs(scipy.fft.rfft(away, size, axis=1)) ** 2
    lags = scipy.fft.irfft(spectrum, size, axis=1)[:, :frames]
    first = min(max(1, round(0.2 * per_second)), frames - 1)
    best = lags[:, first : frames // 2 + 1].max(axis=1, initial=0.0)
    periodic = np.divide(best, lags[:, 0], out=np.zeros_like(best), where=lags[:, 0] > 0)
    return np.stack([np.log(peaked), periodic], axis=1)


def cluster(points: Array, count: int, rng: np.random.Generator, restarts: int = 10) -> Array:
    """Sort points (point, feature) into groups of near ones: k-means++, the best of some tries.

    Returns
    -------
    The group of each point, counted from 0. No group is empty where there are as many points.
    """
    count = min(count, len(points))
    best, least = np.zeros(len(points), int), np.inf
    for _ in range(restarts):
        labels, cost = _k_means(points, count, rng)
        if cost < least:
            best, least = labels, cost
    return best


def _k_means(points: Array, count: int, rng: np.random.Generator) -> tuple[Array, float]:
    chosen = [int(rng.integers(len(points)))]
    for _ in range(count - 1):
        far = _distances(points, points[chosen]).min(axis=1)
        far[chosen] = 0
        weights = far if far.sum() > 0 else np.isin(np.arange(len(points)), chosen, invert=True)
        chosen.append(int(rng.choice(len(points), p=weights / weights.sum())))
    centres = points[chosen]
    labels = np.full(len(points), -1)
    for _ in range(100):
        distances = _distances(points, centres)
        nearest = distances.argmin(axis=1)
        for group in range(count):
            if not (nearest == group).any():
                # The point that lies worst begins the group that is empty.
                worst = distances[np.arange(len(points)), nearest]
                shared = np.bincount(nearest, minlength=count)[nearest] > 1
                nearest[np.where(shared, worst, -1).argmax()] = group
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        centres = np.stack([points[labels == group].mean(axis=0) for group in range(count)])
    cost = float(_distances(points, centres)[np.arange(len(points)), labels].sum())
    return labels, cost


def _distances(points: Array, centres: Array) -> Array:
    made: Array = ((points[:, np.newaxis] - centres) ** 2).sum(axis=-1)
    return made


def likeness(templates: Array, activations: Array, sources: Array, tick: Tick = silent) -> Array:
    """Say how much each part is like each source: (source, part).

    The inner product of the part's plane with that of the source, over the sum of the latter; no
    plane of a part is ever made.

    Parameters
    ----------
    templates, activations
        (channel, freq, part) and (part, time).
    sources
        Strengths (source, channel, freq, time), not negative.
    tick
        Called with the fraction done; it may raise to stop.
    """
    w = templates.reshape(-1, templates.shape[-1])
    frames = activations.shape[-1]
    items = [(j, span) for j in range(len(sources)) for span in spans(frames, FRAMES)]
    found = np.zeros((len(items), activations.shape[0]))
    sums = np.zeros(len(items))

    def work(index: int) -> None:
        source, span = items[index]
        part = sources[source][..., slice(*span)].reshape(len(w), -1)
        found[index] = ((w.T @ part) * activations[:, slice(*span)]).sum(axis=1, dtype=np.float64)
        sums[index] = part.sum(dtype=np.float64)

    with one_blas_thread():
        parallel(work, range(len(items)), tick)
    each = found.reshape(len(sources), -1, found.shape[1]).sum(axis=1)
    total = sums.reshape(len(sources), -1).sum(axis=1)[:, np.newaxis]
    made: Array = np.divide(each, total, out=np.zeros_like(each), where=total > 0)
    return made
