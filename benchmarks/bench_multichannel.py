"""Multichannel NMF: one turn of EM against the same equations in plain numpy.

    python benchmarks/bench_multichannel.py [--quick]

The sizes are 513 bins by 189 frames (six seconds at 16 kHz) and thirty seconds of stereo at 44.1 kHz
(not with --quick), three sources of four parts each. No maintained library has this method, so the
peer is what one writes from the paper: a line of einsum for each equation, in double precision.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import numpy as np
from measure import Row, table
from numpy.typing import NDArray

from nodes.dsp import multichannel as dsp

Array = NDArray[Any]
SIZES = {"6 s at 16 kHz": (513, 189), "30 s at 44.1 kHz": (1025, 2585)}
ANGLES = np.deg2rad([22.5, 45.0, 67.5])


def mixture(bins: int, frames: int) -> Array:
    """Three panned noises that come and go, complex64 (2, freq, time)."""
    rng = np.random.default_rng(0)
    shape = (3, bins, frames)
    power = rng.uniform(size=(3, bins, 4)) ** 4 @ rng.uniform(size=(3, 4, frames)) ** 4
    sources = np.sqrt(power) * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
    mixed = np.einsum("cj,jft->cft", np.array([np.cos(ANGLES), np.sin(ANGLES)]), sources)
    return np.asarray(mixed.astype(np.complex64))


def plain(x: Array, model: dsp.Model, noise: float) -> tuple[Array, Array, Array, float]:
    """One turn, equation by equation, for a real mixing of one frequency."""
    einsum = partial(np.einsum, optimize=True)
    a = model.mixing[0].real
    w, h = model.templates.astype(float), model.activations.astype(float)
    channels, bins, frames = x.shape
    sources, parts = a.shape[1], len(h) // a.shape[1]
    sigma = noise**2 * float((np.abs(x) ** 2).mean())
    p = einsum("fjk,jkt->jft", w.reshape(bins, sources, parts), h.reshape(sources, parts, frames))
    s = einsum("cj,jft,dj->ftcd", a, p, a) + sigma * np.eye(channels)
    det = s[..., 0, 0] * s[..., 1, 1] - s[..., 0, 1] ** 2
    inverse = np.empty_like(s)
    inverse[..., 0, 0], inverse[..., 1, 1] = s[..., 1, 1] / det, s[..., 0, 0] / det
    inverse[..., 0, 1] = inverse[..., 1, 0] = -s[..., 0, 1] / det
    white = einsum("ftcd,dft->cft", inverse, x)
    quadratic = einsum("cft,cft->ft", x.conj(), white).real
    y = einsum("cj,cft->jft", a, white)
    gain = einsum("ci,ftcd,dj->ijft", a, inverse, a)
    estimate = p * y
    rss = einsum("ift,jft->ij", estimate, estimate.conj()).real
    rss += np.diag(p.sum(axis=(1, 2))) - einsum("ift,ijft,jft->ij", p, gain, p)
    rxs = einsum("cft,jft->cj", x, estimate.conj()).real
    power = np.abs(y) ** 2
    for part in range(len(h)):
        j = part // parts
        mine = np.outer(w[:, part], h[part])
        u = mine**2 * (power[j] - gain[j, j]) + mine
        w[:, part] = (u / h[part]).mean(axis=1)
        h[part] = (u / w[:, part, np.newaxis]).mean(axis=0)
    a = rxs @ np.linalg.inv(rss)
    length = np.linalg.norm(a, axis=0)
    w *= np.repeat(length**2, parts)
    total = w.sum(axis=0)
    return a / length, w / total, h * total[:, np.newaxis], -float((np.log(det) + quadratic).mean())


def main() -> None:
    """Print the table; that both do the same is looked at first."""
    sizes = list(SIZES.items())[: 1 if "--quick" in sys.argv else None]
    rows = []
    for name, (bins, frames) in sizes:
        x = mixture(bins, frames)
        mixing = np.array([np.cos(ANGLES), np.sin(ANGLES)])[np.newaxis].astype(complex)
        model = dsp.Model(mixing, *dsp.start(x, 3, 4, np.random.default_rng(0)))
        ours, number = dsp.em_step(x, model, 0.05)
        a, w, _, peer_number = plain(x, model, 0.05)
        np.testing.assert_allclose(ours.mixing[0].real, a, atol=1e-6)
        np.testing.assert_allclose(ours.templates, w, rtol=1e-4)
        np.testing.assert_allclose(number, peer_number, rtol=1e-6)
        work, peer = partial(dsp.em_step, x, model, 0.05), partial(plain, x, model, 0.05)
        title = f"a turn of EM, {bins}x{frames} ({name})"
        rows.append(Row(title, work, "numpy einsum", peer, 5, 5 if frames < 1000 else 3))
    table(rows)


if __name__ == "__main__":
    main()
