"""The common fate transform: what moves together, a vibrato for instance, lies together.

A complex spectrogram is cut into patches, half over each other in frequency and in time, under a
window that is the root of hann both ways, and each patch is Fourier transformed in both. The model
says that a source has one pattern of modulation at each frequency, which comes and goes:

    P_j[c, f, t, a, b] = A[f, a, b, j] H[t, j] C[c, j]

with f and t the places of a patch, a and b those within its transform.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent

Array = NDArray[Any]

LEAST = 1e-10
"""Weakest model that counts, against the mean."""


def patch_count(size: int, patch: int) -> int:
    """Count the patches that cover a length, each place twice."""
    return -(-size // (patch // 2)) + 1


def _window(patch: tuple[int, int], dtype: Any) -> Array:
    rows, columns = (np.sin(np.pi * (np.arange(size) + 0.5) / size) for size in patch)
    return np.asarray(np.outer(rows, columns), dtype)


def transform(plane: Array, patch: tuple[int, int], tick: Tick = silent) -> Array:
    """Cut a plane (..., freq, time) into patches and transform each in both directions.

    Returns
    -------
    Complex (..., patches in freq, patches in time, *patch), of one patch more than cover the
    plane with half of them over each other.
    """
    (rows, columns), (bins, frames) = patch, plane.shape[-2:]
    real = plane.real.dtype
    count = patch_count(bins, rows), patch_count(frames, columns)
    up, on = rows // 2, columns // 2
    flat = plane.reshape(-1, bins, frames)
    padded = np.zeros((len(flat), (count[0] + 1) * up, (count[1] + 1) * on), plane.dtype)
    padded[:, up : up + bins, on : on + frames] = flat
    views = np.lib.stride_tricks.sliding_window_view(padded, patch, axis=(-2, -1))[:, ::up, ::on]
    window = _window(patch, real)
    result = np.empty((len(flat), *count, *patch), plane.dtype)

    def work(item: tuple[int, int]) -> None:
        result[item] = scipy.fft.fft2(views[item] * window, norm="ortho")

    parallel(work, [(n, f) for n in range(len(flat)) for f in range(count[0])], tick)
    return result.reshape(*plane.shape[:-2], *result.shape[1:])


def inverse(patches: Array, shape: tuple[int, int], tick: Tick = silent) -> Array:
    """Give the plane (..., *shape) back: inverse transforms under the same window, added up."""
    rows, columns = patches.shape[-2:]
    count, (up, on) = patches.shape[-4:-2], (rows // 2, columns // 2)
    flat = patches.reshape(-1, *patches.shape[-4:])
    window = _window((rows, columns), patches.real.dtype)
    result = np.empty((len(flat), *shape), patches.dtype)

    def work(number: int) -> None:
        added = np.zeros(((count[0] + 1) * up, (count[1] + 1) * on), patches.dtype)
        for f in range(count[0]):
            back = scipy.fft.ifft2(flat[number, f], norm="ortho") * window
            for half in (0, 1):
                # Patches of even and of odd number lie side by side: one addition for each half.
                part = back[half::2].transpose(1, 0, 2).reshape(rows, -1)
                added[f * up : f * up + rows, half * on : half * on + part.shape[1]] += part
        result[number] = added[up : up + shape[0], on : on + shape[1]]

    parallel(work, range(len(flat)), tick)
    return result.reshape(*patches.shape[:-4], *shape)


class Model(NamedTuple):
    """What sources are made of."""

    patterns: Array
    """A (f, source, a b): how each modulates at each frequency."""
    activations: Array
    """H (source, t)."""
    gains: Array
    """C (source, channel)."""


def start(strength: Array, sources: int, rng: np.random.Generator) -> Model:
    """Begin at random, as loud as the patches: strength (f, channel, t, a b)."""
    bands, channels, times, cells = strength.shape
    mean = float(strength.mean(dtype=np.float64)) or 1.0
    patterns = rng.uniform(0.1, 1.1, (bands, sources, cells)).astype(np.float32)
    activations = rng.uniform(0.1, 1.1, (sources, times)).astype(np.float32)
    gains = np.ones((sources, channels), np.float32)
    model = Model(patterns, activations, gains)
    now = np.einsum("fjx,jt->", patterns, activations, dtype=np.float64) / (bands * times * cells)
    return model._replace(activations=activations * np.float32(mean / now))


def _mixed(model: Model) -> Array:
    """Give H and C together, a row for each patch of a band: (channel t, source)."""
    both = model.gains[:, :, np.newaxis] * model.activations[:, np.newaxis]
    return np.asarray(both.reshape(len(both), -1).T)


def update(strength: Array, model: Model, tick: Tick = silent) -> Model:
    """Better patterns, then activations, then gains: the divergence of Kullback and Leibler never rises.

    Parameters
    ----------
    strength
        |X| of the patches (f, channel, t, a b), float32.
    model
        What was found so far.
    tick
        Called with the fraction done.
    """
    bands, channels, times, cells = strength.shape
    flat = strength.reshape(bands, channels * times, cells)
    least = np.float32(LEAST * float(strength.mean(dtype=np.float64)) or 1e-30)
    patterns, activations, gains = model
    drawn = np.empty((bands, channels * times, len(activations)), np.float32)

    def ratio(band: int, mixed: Array, pattern: Array) -> Array:
        there = mixed @ pattern
        np.maximum(there, least, out=there)
        np.divide(flat[band], there, out=there)
        return there

    def pull(mixed: Array, new: Array, part: int) -> Array:
        """Give how much each activation of each channel is asked for: (source, channel, t)."""

        def work(band: int) -> None:
            np.matmul(ratio(band, mixed, new[band]), new[band].T, out=drawn[band])

        parallel(work, range(bands), lambda done: tick((part + done) / 3))
        total: Array = drawn.sum(axis=0, dtype=np.float64)
        return total.T.reshape(-1, channels, times)

    with one_blas_thread():
        mixed = _mixed(model)
        whole = np.maximum(mixed.sum(axis=0), np.finfo(np.float32).tiny)[:, np.newaxis]
        new = np.empty_like(patterns)

        def renew(band: int) -> None:
            asked = mixed.T @ ratio(band, mixed, patterns[band])
            np.multiply(patterns[band], asked / whole, out=new[band])

        parallel(renew, range(bands), lambda done: tick(done / 3))
        size = np.maximum(new.sum(axis=(0, 2), dtype=np.float64), np.finfo(np.float32).tiny)
        asked = np.einsum("jct,jc->jt", pull(mixed, new, 1), gains)
        held = np.maximum(gains.sum(axis=1, dtype=np.float64) * size, np.finfo(np.float32).tiny)
        activations = (activations * asked / held[:, np.newaxis]).astype(np.float32)
        if channels > 1:
            mixed = _mixed(Model(new, activations, gains))
            asked = np.einsum("jct,jt->jc", pull(mixed, new, 2), activations)
            held = np.maximum(activations.sum(axis=1, dtype=np.float64) * size, 1e-38)
            gains = (gains * asked / held[:, np.newaxis]).astype(np.float32)
    return _balanced(Model(new, activations, gains))


def _balanced(model: Model) -> Model:
    """Give patterns and gains of each source the mean one; what it is loud goes into activations."""
    a = model.patterns.mean(axis=(0, 2), dtype=np.float64)
    c = model.gains.mean(axis=1, dtype=np.float64)
    a, c = (np.where(size > 0, size, 1.0) for size in (a, c))
    return Model(
        (model.patterns / a[:, np.newaxis]).astype(np.float32),
        (model.activations * (a * c)[:, np.newaxis]).astype(np.float32),
        (model.gains / c[:, np.newaxis]).astype(np.float32),
    )


def divergence(strength: Array, model: Model) -> float:
    """Give the divergence of Kullback and Leibler of patches and model."""
    there = np.einsum("fjx,jt,jc->fctx", *model, dtype=np.float64)
    least = LEAST * float(strength.mean(dtype=np.float64))
    v, x = np.maximum(strength, least), np.maximum(there, least)
    return float((v * np.log(v / x) - v + x).sum())


def share(patches: Array, model: Model, source: int) -> Array:
    """Give what a source has of the patches (channel, f, t, a, b): its share of the model."""
    channels, bands, times = patches.shape[:3]
    mixed = _mixed(model)
    result = np.empty_like(patches)
    with one_blas_thread():

        def work(band: int) -> None:
            mine = np.outer(mixed[:, source], model.patterns[band, source])
            whole = mixed @ model.patterns[band]
            even = np.full_like(mine, 1 / mixed.shape[1])
            part = np.divide(mine, whole, out=even, where=whole > 0)
            result[:, band] = patches[:, band] * part.reshape(channels, times, *patches.shape[-2:])

        parallel(work, range(bands))
    return result


def banded(patches: Array) -> Array:
    """Give the strength of patches (channel, f, t, a, b) as `update` takes it: (f, channel, t, a b).

    The strongest has the strength one, so that the model does not depend on the loudness.
    """
    strength = np.abs(patches).astype(np.float32, copy=False)
    turned = np.ascontiguousarray(np.moveaxis(strength, 0, 1))
    top = float(turned.max(initial=0))
    if top > 0:
        np.minimum(turned.astype(np.float64) / top, 1, out=turned, casting="same_kind")
    return turned.reshape(*turned.shape[:3], -1)
