"""A voice as a source and a filter over a band of few spectra: the instantaneous mixture model.

The energy V (freq, time) of a recording is explained as

    X = (B F G) * (C S) + W H

the smooth filters B F with their activations G ("which vowel"), times combs C of all pitches with
their activations S ("which pitch"), plus spectra W with activations H ("the band"). B and C are
given, the other five are found by multiplicative updates that bring down the Itakura-Saito
divergence of V and X: each becomes itself times (numerator / denominator)^omega, with V / X^2 in the
one and 1 / X in the other. S, G and H of a frame depend on that frame alone, so a block of frames
goes through all three while it is in the cache.

References
----------
J.-L. Durrieu, B. David, G. Richard, "A musically motivated mid-level representation for pitch
estimation and musical audio source separation", IEEE J. Selected Topics in Signal Processing 5(6),
2011.
D. Klatt, L. Klatt, "Analysis, synthesis, and perception of voice quality variations", JASA 87(2),
1990: the glottal source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]

BLOCK = 1 << 17
"""Cells of the plane in one block of frames."""
SUMS = 16
"""Partial sums of an update at most: they are added in a fixed order."""
FLOOR = 1e-10
"""Added to plane and model, whose largest bin is 1."""
SILENCE = 1e-30
"""A plane whose largest number is below this is silent."""
OPEN = 0.25
"""Share of a period in which the glottis is open."""
LOBE = 16
"""Bins on each side of a partial that it reaches."""
FINE = 128
"""Steps from bin to bin in the table of the window's spectrum."""
LEAST = 5.8e-4
"""Share of the voice's energy, in its weakest frames, that counts as silence."""


@dataclass(frozen=True)
class Model:
    """The matrices, for a plane whose largest bin is 1."""

    combs: Array
    """C (freq, pitch): given."""
    pitches: Array
    """S (pitch, time)."""
    bumps: Array
    """B (freq, bump): given."""
    filters: Array
    """F (bump, filter), each of sum one."""
    vowels: Array
    """G (filter, time), of sum one in each frame."""
    templates: Array
    """W (freq, part), each of sum one."""
    activations: Array
    """H (part, time)."""


# Dictionaries


def pitch_table(low: float, high: float, steps: int) -> Array:
    """Give pitches in Hz from `low` to `high`, `steps` to a semitone."""
    count = int(np.floor(12 * steps * np.log2(high / low) + 1e-9)) + 1
    return np.asarray(low * 2 ** (np.arange(count) / (12 * steps)))


def glottal(pitch: float, count: int) -> Array:
    """Give the complex amplitudes of the partials 1 to `count` of the glottal source KLGLOTT88."""
    a = 2j * np.pi * OPEN * np.arange(1, count + 1)
    fading = np.exp(-a)
    return np.asarray(
        pitch * 6.75 * (fading + 2 * (1 + 2 * fading) / a - 6 * (1 - fading) / a**2) / a
    )


def combs(table: Array, rate: int, n_fft: int, window: Array) -> Array:
    """Give the energy spectrum of a glottal source at each pitch, its largest bin 1: (freq, pitch).

    Parameters
    ----------
    table
        Pitches in Hz.
    rate, n_fft, window
        Of the transform.
    """
    bins = n_fft // 2 + 1
    centred = np.zeros(FINE * n_fft)
    half = len(window) // 2
    centred[: len(window) - half] = window[half:]
    centred[len(centred) - half :] = window[:half]
    shape = np.fft.rfft(centred).real
    made = np.zeros((bins, len(table)))
    near = np.arange(-LOBE, LOBE + 1)
    for number, pitch in enumerate(table):
        count = int(np.ceil(rate / 2 / pitch)) - 1
        if count < 1:
            continue
        places = np.arange(1, count + 1) * pitch * n_fft / rate
        cells = np.rint(places).astype(int)[:, np.newaxis] + near
        away = np.rint(np.abs(cells - places[:, np.newaxis]) * FINE).astype(int)
        values = glottal(pitch, count)[:, np.newaxis] * shape[np.minimum(away, len(shape) - 1)]
        inside = (cells >= 0) & (cells < bins)
        sums = [
            np.bincount(cells[inside], side[inside], bins) for side in (values.real, values.imag)
        ]
        energy = sums[0] ** 2 + sums[1] ** 2
        made[:, number] = energy / energy.max()
    return made.astype(np.float32)


def bumps(bins: int, count: int) -> Array:
    """Give smooth humps side by side, four of them over each bin: (freq, bump)."""
    centres = np.linspace(0, bins - 1, count)
    width = 4 * max(bins - 1, 1) / max(count - 1, 1)
    away = np.abs(np.arange(bins)[:, np.newaxis] - centres) / width
    return np.where(away < 0.5, np.cos(np.pi * away) ** 2, 0).astype(np.float32)


# Turns


def level_of(power: Array) -> float:
    """Give the largest number of a plane, 1 for a silent one: what it is divided by."""
    peak = float(power.max(initial=0))
    return peak if peak > SILENCE else 1.0


def start(
    power: Array, combs: Array, bumps: Array, filters: int, parts: int, rng: np.random.Generator
) -> Model:
    """Give random matrices, as loud as the plane (freq, time), whose largest bin should be 1."""
    frames = power.shape[-1]

    def draw(rows: int, columns: int) -> Array:
        return rng.uniform(0.1, 1.1, (rows, columns)).astype(np.float32)

    begun = Model(
        combs,
        draw(combs.shape[1], frames),
        bumps,
        draw(bumps.shape[1], filters),
        draw(filters, frames),
        draw(combs.shape[0], parts),
        draw(parts, frames),
    )
    begun = normalised(begun)
    mean = float(power.mean(dtype=np.float64)) / 2
    with one_blas_thread():
        voice, band = (float(part.mean(dtype=np.float64)) for part in planes(begun))
    return replace(
        begun,
        pitches=begun.pitches * np.float32(mean / voice),
        activations=begun.activations * np.float32(mean / band),
    )


def band_anew(model: Model, rng: np.random.Generator) -> Model:
    """Begin templates and activations at random, as loud as they are."""
    templates = rng.uniform(0.1, 1.1, model.templates.shape).astype(np.float32)
    templates /= _sums(templates)
    activations = rng.uniform(0.1, 1.1, model.activations.shape).astype(np.float32)
    # Templates have sum one, or are silent: the sum of activations is the energy of the band.
    before = float(model.activations.sum(dtype=np.float64))
    activations *= np.float32(before / float(activations.sum(dtype=np.float64)))
    return replace(model, templates=templates, activations=activations)


def normalised(model: Model) -> Model:
    """Bring filters, vowels and templates to sum one; their scale goes into pitches and activations."""
    sums = _sums(model.filters)
    vowels = model.vowels * sums[:, np.newaxis]
    frames = _sums(vowels)
    parts = _sums(model.templates)
    return replace(
        model,
        filters=model.filters / sums,
        vowels=vowels / frames,
        pitches=model.pitches * frames,
        templates=model.templates / parts,
        activations=model.activations * parts[:, np.newaxis],
    )


def _sums(array: Array) -> Array:
    """Add up each column; 1 where it is empty."""
    sums = array.sum(axis=0, dtype=np.float64)
    sums[sums == 0] = 1
    return np.asarray(sums, array.dtype)


def step(power: Array, model: Model, omega: float = 1.0, tick: Tick = silent) -> Model:
    """Update pitches, vowels and activations, then filters, then templates, and normalise.

    Parameters
    ----------
    power
        Energy (freq, time), its largest bin 1.
    model
        What is updated.
    omega
        Exponent of the update: 1 is the full step, 1/2 the one that provably never fails.
    tick
        Called with the fraction done; it may raise to stop.
    """
    pieces = pieces_of(power)
    runs = spans(len(pieces), -(-len(pieces) // SUMS))
    pitches, vowels, activations = (
        array.copy() for array in (model.pitches, model.vowels, model.activations)
    )
    with one_blas_thread():
        shapes = model.bumps @ model.filters
        shares: list[list[Array]] = [[] for _ in runs]

        def change(run: int) -> None:
            for frames in pieces[slice(*runs[run])]:
                v = power[:, frames] + np.float32(FLOOR)
                s, g, h = pitches[:, frames], vowels[:, frames], activations[:, frames]
                filtered, band = shapes @ g, model.templates @ h
                source = model.combs @ s
                above, below = weights_of(v, filtered * source + band)
                _scaled(s, model.combs.T, above * filtered, below * filtered, omega)
                source = model.combs @ s
                above, below = weights_of(v, filtered * source + band)
                _scaled(g, shapes.T, above * source, below * source, omega)
                filtered = shapes @ g
                above, below = weights_of(v, filtered * source + band)
                _scaled(h, model.templates.T, above, below, omega)
                band = model.templates @ h
                above, below = weights_of(v, filtered * source + band)
                terms = [model.bumps.T @ (part * source) @ g.T for part in (above, below)]
                shares[run] = added(shares[run], terms)

        parallel(change, range(len(runs)), lambda done: tick(0.7 * done))
        above, below = reduce(added, shares)
        filters = times_ratio(model.filters, above, below, omega)
        turned = normalised(
            replace(model, pitches=pitches, vowels=vowels, activations=activations, filters=filters)
        )
        shapes = turned.bumps @ turned.filters
        sums: list[list[Array]] = [[] for _ in runs]

        def gather(run: int) -> None:
            for frames in pieces[slice(*runs[run])]:
                v = power[:, frames] + np.float32(FLOOR)
                voice, band = _both(turned, shapes, frames)
                above, below = weights_of(v, voice + band)
                h = turned.activations[:, frames]
                sums[run] = added(sums[run], [above @ h.T, below @ h.T])

        parallel(gather, range(len(runs)), lambda done: tick(0.7 + 0.3 * done))
        above, below = reduce(added, sums)
        templates = times_ratio(turned.templates, above, below, omega)
    return normalised(replace(turned, templates=templates))


def pieces_of(power: Array) -> list[slice]:
    """Cut a plane (freq, time) into blocks of frames."""
    frames = max(16, BLOCK // len(power) // 16 * 16)
    return [slice(first, last) for first, last in spans(power.shape[-1], frames)]


def _both(model: Model, shapes: Array, frames: slice) -> tuple[Array, Array]:
    """Give voice and band in some frames."""
    voice = (shapes @ model.vowels[:, frames]) * (model.combs @ model.pitches[:, frames])
    return voice, model.templates @ model.activations[:, frames]


def weights_of(v: Array, x: Array) -> tuple[Array, Array]:
    """Give V / X^2 and 1 / X; the model is overwritten."""
    x += np.float32(FLOOR)
    np.divide(1, x, out=x)
    above = v * x
    above *= x
    return above, x


def _scaled(factor: Array, left: Array, above: Array, below: Array, omega: float) -> None:
    """Multiply a factor by the ratio of what its update adds up, in place."""
    factor[...] = times_ratio(factor, left @ above, left @ below, omega)


def times_ratio(factor: Array, above: Array, below: Array, omega: float) -> Array:
    """Give a factor times (above / below)^omega; it stays where there is nothing to divide by."""
    ratio = np.divide(above, below, out=np.ones_like(above), where=below > 0)
    if omega != 1:
        np.power(ratio, omega, out=ratio)
    return np.asarray(factor * ratio)


def added(sums: list[Array], parts: list[Array]) -> list[Array]:
    """Add each part to its sum, in place; without sums the parts are the first."""
    for total, part in zip(sums, parts, strict=False):
        total += part
    return sums or parts


def planes(model: Model, tick: Tick = silent) -> Array:
    """Give the energy of voice and band: (2, freq, time)."""
    shape = (2, len(model.combs), model.pitches.shape[1])
    made = np.empty(shape, np.float32)
    with one_blas_thread():
        shapes = model.bumps @ model.filters

        def work(frames: slice) -> None:
            made[0][:, frames], made[1][:, frames] = _both(model, shapes, frames)

        parallel(work, pieces_of(made[0]), tick)
    return made


def divergence(power: Array, model: Model, tick: Tick = silent) -> float:
    """Give the Itakura-Saito divergence of a plane and its model, summed over all bins."""
    pieces = pieces_of(power)
    costs = np.zeros(len(pieces))
    with one_blas_thread():
        shapes = model.bumps @ model.filters

        def measure(number: int) -> None:
            voice, band = _both(model, shapes, pieces[number])
            x = voice.astype(np.float64) + band + FLOOR
            ratio = (power[:, pieces[number]] + FLOOR) / x
            costs[number] = float(np.sum(ratio - np.log(ratio) - 1))

        parallel(measure, range(len(pieces)), tick)
    return float(costs.sum())


# Pitch


def near(pitches: Array, places: Array, width: float) -> Array:
    """Keep of S (pitch, time) what is within half the `width` of `places` (time,), in table steps.

    NaN is silence: nothing is kept there.
    """
    away = np.abs(np.arange(len(pitches))[:, np.newaxis] - places)
    return np.where(away <= width / 2, pitches, np.float32(0))


def voiced(energy: Array, least: float = LEAST) -> Array:
    """Say in which frames there is voice: all but the weakest, which hold a share of its energy."""
    order = np.sort(energy.astype(np.float64))
    total = order.sum()
    if not total > 0:
        return np.zeros(len(energy), bool)
    threshold = order[
        np.searchsorted(order.cumsum() / total, least, side="right").clip(max=len(order) - 1)
    ]
    return np.asarray(energy >= threshold)
