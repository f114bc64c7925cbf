"""The source-filter model in several channels, and a voice without pitch.

Each part k of the band, and the voice, lies in channel c with a gain of its own in energy:

    X_c = g_c0 (B F G) * (C S) + W diag(g_c) H

The updates are those of `nodes.dsp.source_filter` with the channels' sums in numerator and
denominator, and gains are updated alike. The mean of a gain over the channels is 1, so that X's mean
over them is the model in one channel.

References
----------
J.-L. Durrieu, A. Ozerov, C. Févotte, G. Richard, B. David, "Main instrument separation from stereophonic
audio signals using a source/filter model", EUSIPCO 2009.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans
from nodes.dsp.source_filter import (
    FLOOR,
    SUMS,
    Model,
    added,
    normalised,
    pieces_of,
    times_ratio,
    weights_of,
)

Array = NDArray[Any]

FLAT = 0.1
"""How loud the voice without pitch begins, against the mean of the sung one."""


def step(
    power: Array, model: Model, gains: Array, omega: float = 1.0, tick: Tick = silent
) -> tuple[Model, Array]:
    """Update pitches, vowels and activations, then filters, gains and templates, and normalise.

    Parameters
    ----------
    power
        Energy (channel, freq, time), its mean's largest bin 1.
    model, omega, tick
        As in `source_filter.step`.
    gains
        Of the voice and each part in each channel (channel, 1 + part).
    """
    pieces = pieces_of(power[0])
    runs = spans(len(pieces), -(-len(pieces) // SUMS))
    pitches, vowels, activations = (
        array.copy() for array in (model.pitches, model.vowels, model.activations)
    )
    lead, spread = gains[:, 0], model.templates * gains[:, np.newaxis, 1:]

    def gathered(work: Callable[[slice], list[Array]], first: float, share: float) -> list[Array]:
        """Add up what `work` gives for all frames, in a fixed order."""
        sums: list[list[Array]] = [[] for _ in runs]

        def turn(run: int) -> None:
            for frames in pieces[slice(*runs[run])]:
                sums[run] = added(sums[run], work(frames))

        parallel(turn, range(len(runs)), lambda done: tick(first + share * done))
        total = sums[0]
        for more in sums[1:]:
            total = added(total, more)
        return total

    def weighed(voice: Array, v: Array, bands: list[Array]) -> list[tuple[Array, Array]]:
        return [
            weights_of(energy, gain * voice + band)
            for energy, gain, band in zip(v, lead, bands, strict=True)
        ]

    def led(pairs: list[tuple[Array, Array]]) -> tuple[Array, Array]:
        """Add up the weights of the voice's channels."""
        above, below = (
            sum(gain * pair[side] for gain, pair in zip(lead, pairs, strict=True))
            for side in (0, 1)
        )
        return np.asarray(above), np.asarray(below)

    def ratio(factor: Array, sides: list[Array]) -> Array:
        return times_ratio(factor, sides[0], sides[1], omega)

    with one_blas_thread():
        shapes = model.bumps @ model.filters

        def change(frames: slice) -> list[Array]:
            v = power[..., frames] + np.float32(FLOOR)
            s, g, h = pitches[:, frames], vowels[:, frames], activations[:, frames]
            filtered, source = shapes @ g, model.combs @ s
            bands = [side @ h for side in spread]
            sides = led(weighed(filtered * source, v, bands))
            s[...] = ratio(s, [model.combs.T @ (w * filtered) for w in sides])
            source = model.combs @ s
            sides = led(weighed(filtered * source, v, bands))
            g[...] = ratio(g, [shapes.T @ (w * source) for w in sides])
            filtered = shapes @ g
            pairs = weighed(filtered * source, v, bands)
            h[...] = ratio(
                h,
                [
                    np.asarray(
                        sum(w.T @ pair[which] for w, pair in zip(spread, pairs, strict=True))
                    )
                    for which in (0, 1)
                ],
            )
            bands = [side @ h for side in spread]
            sides = led(weighed(filtered * source, v, bands))
            return [model.bumps.T @ (part * source) @ g.T for part in sides]

        sides = gathered(change, 0.0, 0.5)
        turned = replace(
            model,
            pitches=pitches,
            vowels=vowels,
            activations=activations,
            filters=ratio(model.filters, sides),
        )
        shapes = turned.bumps @ turned.filters

        def measure(frames: slice) -> list[Array]:
            """Give what gains and templates need: sums (channel,) and (channel, freq, part), twice."""
            v, h = power[..., frames] + np.float32(FLOOR), turned.activations[:, frames]
            voice = (shapes @ turned.vowels[:, frames]) * (turned.combs @ turned.pitches[:, frames])
            pairs = weighed(voice, v, [side @ h for side in spread])
            alone = [
                np.array([(pair[which] * voice).sum(dtype=np.float64) for pair in pairs])
                for which in (0, 1)
            ]
            return [*alone, *(np.stack([p[which] @ h.T for p in pairs]) for which in (0, 1))]

        voice_above, voice_below, above, below = gathered(measure, 0.5, 0.25)
        parts = [(turned.templates * side).sum(axis=1) for side in (above, below)]
        new = times_ratio(
            gains,
            np.concatenate([voice_above[:, np.newaxis], parts[0]], axis=1).astype(np.float32),
            np.concatenate([voice_below[:, np.newaxis], parts[1]], axis=1).astype(np.float32),
            omega,
        )
        turned, gains = _levelled(turned, new)
        lead, spread = gains[:, 0], turned.templates * gains[:, np.newaxis, 1:]
        _, _, above, below = gathered(measure, 0.75, 0.25)
        each = gains[:, np.newaxis, 1:]
        templates = times_ratio(
            turned.templates, (above * each).sum(axis=0), (below * each).sum(axis=0), omega
        )
    return normalised(replace(turned, templates=templates)), gains


def _levelled(model: Model, gains: Array) -> tuple[Model, Array]:
    """Bring the mean of each gain over the channels to 1; what it was goes into the model."""
    mean = gains.mean(axis=0)
    mean = np.where(mean > 0, mean, np.float32(1))
    louder = replace(
        model,
        pitches=model.pitches * mean[0],
        activations=model.activations * mean[1:, np.newaxis],
    )
    return louder, gains / mean


def planes(model: Model, gains: Array, tick: Tick = silent) -> Array:
    """Give the energy of voice and band: (2, channel, freq, time)."""
    made = np.empty((2, len(gains), len(model.combs), model.pitches.shape[1]), np.float32)
    with one_blas_thread():
        shapes = model.bumps @ model.filters
        spread = model.templates * gains[:, np.newaxis, 1:]

        def work(frames: slice) -> None:
            voice = (shapes @ model.vowels[:, frames]) * (model.combs @ model.pitches[:, frames])
            for channel, side in enumerate(spread):
                np.multiply(voice, gains[channel, 0], out=made[0, channel][:, frames])
                made[1, channel][:, frames] = side @ model.activations[:, frames]

        parallel(work, pieces_of(made[0, 0]), tick)
    return made


def divergence(power: Array, model: Model, gains: Array) -> float:
    """Give the Itakura-Saito divergence of planes and their model, summed over bins and channels."""
    ratio = (power + FLOOR) / (planes(model, gains).sum(axis=0, dtype=np.float64) + FLOOR)
    return float(np.sum(ratio - np.log(ratio) - 1))


def unvoiced(pitches: Array, reach: int) -> Array:
    """Give the activations (1, time) that a voice without pitch begins with.

    A tenth of the mean of the sung one, in frames that are no more than `reach` from a sung frame.
    """
    total = pitches.sum(axis=0, dtype=np.float64)
    sung = total > 0
    level = FLAT * total[sung].mean() if sung.any() else 0.0
    near = scipy.ndimage.maximum_filter1d(sung, 2 * reach + 1, mode="constant")
    return np.where(near, level, 0.0).astype(np.float32)[np.newaxis]
