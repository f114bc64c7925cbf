"""Multichannel NMF: sources of a few parts each, and how each of them reaches the channels.

The model is x = A s + b. The channels x of a bin are a mixture of sources s_j that are independent
and Gaussian with the variance p_j = sum of w_fk h_kn over the parts k of source j, and of noise b of
the same variance in every channel and bin. One turn of expectation and maximisation (EM) brings
mixing A (1 or freq, channel, source), templates w (freq, part) and activations h (part, time)
closer to the mixture. Parts lie in the order of sources, as many for each.

Everything is reckoned against the mean power of the mixture, so that loud and quiet recordings are
alike.

References
----------
A. Ozerov, C. Fevotte, "Multichannel nonnegative matrix factorization in convolutive mixtures for
audio source separation", IEEE Transactions on Audio, Speech, and Language Processing 18(3), 2010.
"""

from __future__ import annotations

from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

BLOCK = 1 << 13
"""Bins in one block of frequencies: its planes stay in the cache."""

SUMS = 16
"""Partial sums over frequency at most: they are added in a fixed order."""

LEAST_HOLD = 1e-9
"""How firmly the mixing is held at least. It decides only where a source is silent, or where two of
them cannot be told apart."""


class Model(NamedTuple):
    """What is known of the sources."""

    mixing: Array
    """complex128 (1 or freq, channel, source)."""
    templates: Array
    """(freq, part)."""
    activations: Array
    """(part, time)."""


def loudness(mixture: Array, tick: Tick = silent) -> float:
    """Give the mean power of (channel, freq, time) over everything; 1 for silence."""
    rows = _rows(mixture)
    sums = np.empty(len(rows))

    def work(index: int) -> None:
        part = mixture[:, slice(*rows[index])]
        sums[index] = _squared(part).sum(dtype=np.float64)

    parallel(work, range(len(rows)), tick)
    return float(sums.sum()) / mixture.size or 1.0


def _rows(mixture: Array) -> list[tuple[int, int]]:
    return spans(mixture.shape[-2], max(1, BLOCK // mixture.shape[-1]))


def start(
    mixture: Array, sources: int, parts: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Give random templates (freq, part) and activations (part, time) as loud as the mixture.

    Each template has the sum one and is as strong at each frequency as the mixture, times a random
    number. The activations are random too, on average the same for all parts and frames.
    """
    count = sources * parts
    templates = rng.uniform(0.1, 1.1, (mixture.shape[-2], count))
    activations = rng.uniform(0.1, 1.1, (count, mixture.shape[-1]))
    power = np.empty(len(templates))

    def work(rows: tuple[int, int]) -> None:
        part = _squared(mixture[:, slice(*rows)])
        power[slice(*rows)] = part.mean(axis=-1, dtype=np.float64).sum(axis=0)

    parallel(work, _rows(mixture))
    activations *= power.sum() / count / activations.mean(axis=1, keepdims=True)
    templates *= power[:, np.newaxis] if power.any() else 1
    return (templates / templates.sum(axis=0)).astype(np.float32), activations.astype(np.float32)


class _Bins(NamedTuple):
    """What follows from the model in a block of frequencies, planes (..., freq, time)."""

    p: Array
    """Variance of each source."""
    t: Array
    """Each source's column of A, whitened by the model: L^-1 a_j with L L^H the covariance."""
    y: Array
    """a_j^H times inverse covariance times x: the estimate of source j is p_j y_j."""
    z: Array
    """The mixture whitened by the model, L^-1 x (channel, ...)."""
    scale: Array
    """One over the diagonal of L (channel, ...)."""


def _expected(x: Array, a: Array, w: Array, h: Array, sigma: float) -> _Bins:
    """Take apart the covariance of a block by Cholesky's method, whatever the number of channels.

    With x (channel, freq, time), a (1 or freq, channel, source), w (source, freq, part) and h
    (source, part, time).
    """
    channels = a.shape[-2]
    p = w @ h
    at = a.transpose(1, 2, 0)[..., np.newaxis]  # (channel, source, freq, 1)
    scale = np.empty((channels, *p.shape[1:]))
    z = np.empty_like(x)
    t = np.empty((channels, *p.shape), a.dtype)
    lower: list[list[Array]] = []
    for c in range(channels):
        row: list[Array] = []
        for d in range(c):
            entry = _weighted(p, a[:, c] * a[:, d].conj())
            for e in range(d):
                entry -= row[e] * lower[d][e].conj()
            entry *= scale[d]
            row.append(entry)
        rest = _weighted(p, np.abs(a[:, c]) ** 2)
        rest += sigma
        for entry in row:
            rest -= _squared(entry)
        # What is left is at least the noise, were it not for rounding.
        np.maximum(rest, sigma, out=rest)
        np.sqrt(rest, out=rest)
        np.divide(1, rest, out=scale[c])
        z[c] = x[c]
        t[c] = at[c]
        for d, entry in enumerate(row):
            z[c] -= entry * z[d]
            t[c] -= entry * t[d]
        z[c] *= scale[c]
        t[c] *= scale[c]
        lower.append(row)
    y = t[0].conj() * z[0]
    for c in range(1, channels):
        y += t[c].conj() * z[c]
    return _Bins(p, t, y, z, scale)


def _weighted(p: Array, weights: Array) -> Array:
    """Sum the sources (source, freq, time) with weights (1 or freq, source)."""
    if np.iscomplexobj(weights):
        made = np.empty(p.shape[1:], complex)
        made.real, made.imag = _weighted(p, weights.real), _weighted(p, weights.imag)
        return made
    if len(weights) == 1:
        return np.asarray((weights @ p.reshape(len(p), -1)).reshape(p.shape[1:]))
    return np.asarray((weights[:, np.newaxis] @ p.transpose(1, 0, 2))[:, 0])


def _squared(plane: Array) -> Array:
    """Give the squared magnitude."""
    if np.iscomplexobj(plane):
        made: Array = np.square(plane.real) + np.square(plane.imag)
        return made
    return plane * plane


class _Share(NamedTuple):
    """What a block of frequencies adds to the next model."""

    rss: Array
    """Covariance of the sources, summed over time (1 or freq, source, source)."""
    rxs: Array
    """Mixture against sources (1 or freq, channel, source)."""
    constant: Array
    """What multiplies the activations (source, part)."""
    rising: Array
    """What multiplies their square (source, part, time)."""
    alive: Array
    """Frequencies at which a part is not silent (source, part)."""
    likelihood: Array


def _maximised(x: Array, w: Array, h: Array, made: _Bins, single: bool) -> tuple[Array, _Share]:
    """Give the templates of a block anew, and its share in everything else.

    With u the expected power of a part, w becomes the mean of u / h over time, and then h the mean of
    u / w over frequency with the new w. No plane of a single part is needed: u = p^2 d + p, and
    d = |y_j|^2 - g_j is the same for all parts of a source.
    """
    p, t, y = made.p, made.t, made.y
    d = _squared(y)
    for row in t:
        d -= _squared(row)
    # In exact arithmetic nothing here is negative.
    new = w * np.maximum(1 + w * (d @ h.transpose(0, 2, 1)) / p.shape[-1], 0)
    ratio = np.divide(w, new, out=np.zeros_like(w), where=new > 0)
    rising = (w * ratio).transpose(0, 2, 1) @ d
    s = y * p
    u = t * p
    rss, rxs = _outer(s, s, single), _outer(x, s, single)
    for row in u.conj():
        rss -= _outer(row, row, single)
    own = np.arange(len(p))
    rss[..., own, own] += p.sum(axis=(1, 2)) if single else p.sum(axis=2).T
    likelihood = 2 * np.log(made.scale).sum() - _squared(made.z).sum()
    share = _Share(
        rss, rxs, ratio.sum(axis=1), rising, (new > 0).sum(axis=1), np.array([likelihood])
    )
    return new, share


def _outer(one: Array, other: Array, single: bool) -> Array:
    """Sum one_i conj(other_j) over time, and over frequency where the mixing is a single one."""
    if single:
        # Real parts side by side with imaginary ones: their products add up to the real part.
        left, right = (
            np.ascontiguousarray(a).reshape(len(a), -1).view(np.float64) for a in (one, other)
        )
        # Of a matrix times itself, numpy asks BLAS for one half, which is six times slower here.
        return np.asarray(left @ (right.copy() if one is other else right).T)[np.newaxis]
    one, other = one.transpose(1, 0, 2), other.transpose(1, 2, 0)
    return np.asarray(one @ other.conj())


def em_step(
    mixture: Array,
    model: Model,
    noise: float,
    hold: float = 0.0,
    power: float | None = None,
    tick: Tick = silent,
) -> tuple[Model, float]:
    """Take one turn of EM: a model that explains the mixture better.

    Parameters
    ----------
    mixture
        Spectrum (channel, freq, time), complex.
    model
        Where it starts. The mixing of one frequency is real and stays so.
    noise
        Amplitude of the noise against that of the mixture, as 0.01.
    hold
        How firmly the mixing is held where it was: it goes 1 / (1 + hold) of the way, about.
    power
        What `loudness` gives of the mixture, where that is known.
    tick
        Called with the fraction done; it may raise to stop.

    Returns
    -------
    The new model, its columns of A of length one and its templates of sum one, and the
    log-likelihood of the old one: the mean over bins of -log det S - x^H S^-1 x, S the covariance.
    With the same noise it never falls from turn to turn.
    """
    power = loudness(mixture) if power is None else power
    channels, bins, frames = mixture.shape
    single = len(model.mixing) == 1
    a = _real_where_single(model.mixing)
    sources = a.shape[-1]
    w, h = _by_source(model, sources, power)
    new = np.empty_like(w)
    rows = _rows(mixture)
    runs = spans(len(rows), -(-len(rows) // SUMS))
    shares: list[Any] = [None] * len(runs)
    rss = np.empty((1 if single else bins, sources, sources), a.dtype)
    rxs = np.empty((len(rss), channels, sources), a.dtype)

    def work(run: int) -> None:
        for span in rows[slice(*runs[run])]:
            part = slice(*span)
            x = mixture[:, part] * np.float64(1 / np.sqrt(power))
            made = _expected(x, a if single else a[part], w[:, part], h, noise**2)
            new[:, part], share = _maximised(x, w[:, part], h, made, single)
            if not single:
                rss[part], rxs[part] = share.rss, share.rxs
                share = share._replace(rss=np.zeros(0), rxs=np.zeros(0))
            shares[run] = share if shares[run] is None else _added(shares[run], share)

    with one_blas_thread():
        parallel(work, range(len(runs)), tick)
        total = reduce(_added, shares)
        if single:
            rss, rxs = total.rss, total.rxs
        a, length = _unit(_solved(a, rss, rxs, max(hold, LEAST_HOLD)), a)
    gain = np.maximum(total.constant[..., np.newaxis] + h * total.rising, 0)
    h = h * gain / np.maximum(total.alive, 1)[..., np.newaxis]
    new *= (length.T**2)[..., np.newaxis]
    likelihood = float(total.likelihood[0]) / (bins * frames) - channels * np.log(power)
    return _joined(a, new, h, power), float(likelihood)


def _real_where_single(mixing: Array) -> Array:
    """One matrix for all frequencies is that of sources panned by level: real, and stays so."""
    if len(mixing) > 1:
        return mixing
    return np.ascontiguousarray(mixing.real)


def _by_source(model: Model, sources: int, power: float) -> tuple[Array, Array]:
    """Give templates (source, freq, part), against the power, and activations, in double precision."""
    w = model.templates / np.float64(power)
    w = np.ascontiguousarray(w.reshape(len(w), sources, -1).transpose(1, 0, 2))
    h = model.activations.astype(np.float64)
    return w, h.reshape(sources, -1, h.shape[-1])


def _joined(mixing: Array, w: Array, h: Array, power: float) -> Model:
    """Turn back what `_by_source` did, and give each template the sum one."""
    w = w.transpose(1, 0, 2).reshape(w.shape[1], -1) * power
    h = h.reshape(-1, h.shape[-1])
    total = w.sum(axis=0)
    total[total == 0] = 1
    w /= total
    h *= total[:, np.newaxis]
    return Model(mixing.astype(complex), w.astype(np.float32), h.astype(np.float32))


def _added(one: _Share, other: _Share) -> _Share:
    return _Share(*(mine + more for mine, more in zip(one, other, strict=True)))


def _solved(old: Array, rss: Array, rxs: Array, hold: float) -> Array:
    """Give the mixing that explains the mixture by the sources, R_xs R_ss^-1, held where it was.

    A step away costs the hold times its square, times the power of the source.
    """
    own = np.arange(rss.shape[-1])
    size = rss[..., own, own].real.copy()
    size[size <= 0] = 1
    held = rss.copy()
    held[..., own, own] += hold * size
    target = rxs + hold * size[:, np.newaxis] * old
    # In units of each source's own size: they may be far apart.
    unit = np.sqrt(size)
    held /= unit[:, :, np.newaxis] * unit[:, np.newaxis]
    solved = np.linalg.solve(held.swapaxes(-1, -2), (target / unit[:, np.newaxis]).swapaxes(-1, -2))
    return np.asarray(solved.swapaxes(-1, -2) / unit[:, np.newaxis])


def _unit(mixing: Array, old: Array) -> tuple[Array, Array]:
    """Give columns of length one, and the lengths (1 or freq, source) they had."""
    length = np.sqrt((np.abs(mixing) ** 2).sum(axis=-2))
    mixing = np.where(length[:, np.newaxis] > 0, mixing, old)
    return mixing / np.where(length > 0, length, 1)[:, np.newaxis], length


def images(
    mixture: Array,
    model: Model,
    noise: float,
    spread: bool = True,
    tick: Tick = silent,
) -> Array:
    """Give what each source adds to the mixture: complex64 (source, channel, freq, time).

    Parameters
    ----------
    mixture, model, noise, tick
        As in `em_step`.
    spread
        Share what the model holds for noise among the sources, in each bin by their power: then
        they sum to the mixture.
    """
    power = loudness(mixture)
    single = len(model.mixing) == 1
    a = _real_where_single(model.mixing)
    sources = a.shape[-1]
    w, h = _by_source(model, sources, power)
    out = np.empty((sources, *mixture.shape), np.complex64)

    def work(rows: tuple[int, int]) -> None:
        part = slice(*rows)
        root = np.float64(np.sqrt(power))
        x = mixture[:, part] * (1 / root)
        mine = a if single else a[part]
        made = _expected(x, mine, w[:, part], h, noise**2)
        s = made.y * made.p * root
        at = mine.transpose(2, 1, 0)[..., np.newaxis]  # (source, channel, freq, 1)
        if not spread:
            np.multiply(s[:, np.newaxis], at, out=out[:, :, part], casting="same_kind")
            return
        image = s[:, np.newaxis] * at
        rest = mixture[:, part] - image.sum(axis=0)
        total = made.p.sum(axis=0)
        share = np.divide(made.p, total, out=np.full_like(made.p, 1 / sources), where=total > 0)
        image += share[:, np.newaxis] * rest
        out[:, :, part] = image

    with one_blas_thread():
        parallel(work, _rows(mixture), tick)
    return out
