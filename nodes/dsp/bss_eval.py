"""BSS Eval: what is wrong with an estimate, told apart by projections on the true sources.

An estimate is the sum of the true source, what filters of that source could explain (spatial
distortion), what filters of the others could (interference), and the rest (artefacts). Versions 3
and 4 differ in where the filters are fitted: anew in each window, or once for the whole recording.

Sounds are (source, channel, sample). Scores lie between -120 dB and 200 dB, as those of `metrics`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans
from nodes.dsp.metrics import decibels
from nodes.dsp.projection import Filtering, correlations, cut, projection

Array = NDArray[Any]
Kind = Literal["images", "sources"]
Version = Literal["v4", "v3"]
Pairs = Sequence[tuple[int, int]]

TAPS = 512
"""Length of the filters, as the peers have it."""
BLOCKS = 6
"""Blocks that one thread filters at a time."""

# Energies that the scores are made of: true source, all error, spatial error, target, interference,
# projection on all, artefacts, interference and artefacts.
TRUE, ERROR, SPATIAL, TARGET, INTERFERENCE, ALL, ARTEFACTS, FOREIGN = range(8)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Scores in dB: float64 (pair, window), a pair being an estimate and its reference.

    NaN means *not defined*.
    """

    sdr: Array
    """Source to distortion: against all errors."""
    isr: Array
    """Source image to spatial distortion; not defined for *sources*."""
    sir: Array
    """Source to interference."""
    sar: Array
    """Sources to artefacts."""
    starts: Array
    """Where the windows begin, in seconds (window,)."""


def windows_of(length: int, window: int, hop: int) -> list[tuple[int, int]]:
    """Cut a recording into whole windows; 0, or one longer than the recording, is all of it."""
    if not 0 < window < length:
        return [(0, length)]
    return [(at, at + window) for at in range(0, length - window + 1, hop)]


@one_blas_thread()
def evaluate(
    estimates: Array,
    references: Array,
    rate: int,
    *,
    kind: Kind = "images",
    version: Version = "v4",
    window: float = 1.0,
    hop: float = 1.0,
    filters: int = TAPS,
    pairs: Pairs | None = None,
    tick: Tick = silent,
) -> Evaluation:
    """Score estimates against the true sources, window by window.

    Parameters
    ----------
    estimates, references
        Sounds (source, channel, sample), of as many channels and samples.
    rate
        Samples per second.
    kind
        ``images``: a source is what it is in each channel, and filters are errors. ``sources``:
        what filters of a source can make counts as that source.
    version
        ``v4`` fits filters on the whole recording, ``v3`` on each window.
    window, hop
        Length of a window and way to the next, in seconds. A window of 0 is the whole recording. A
        last window that is not whole is left out.
    filters
        Taps of the filters.
    pairs
        What is scored: which estimate against which reference, by number; by default each against
        that of its own number, where there must be as many. Every reference may explain
        interference, whether it stands in a pair or not.
    tick
        Called with the fraction done.

    Returns
    -------
    Scores of each pair in each window. They are not defined in a window in which a reference or an
    estimate is silent. One that is silent everywhere is left out before: only its own pairs are not
    defined.

    References
    ----------
    Vincent, Gribonval and Févotte, "Performance measurement in blind audio source separation", IEEE
    Trans. Audio, Speech and Language Processing 14(4), 2006. Stöter, Liutkus and Ito, "The 2018
    signal separation evaluation campaign", LVA/ICA 2018.
    """
    if pairs is None:
        if len(estimates) != len(references):
            raise ValueError(f"{len(estimates)} estimates, {len(references)} references")
        pairs = [(number, number) for number in range(len(estimates))]
    if estimates.shape[1:] != references.shape[1:]:
        raise ValueError(f"estimates are {estimates.shape[1:]}, references {references.shape[1:]}")
    stretches = windows_of(estimates.shape[-1], round(window * rate), max(1, round(hop * rate)))
    energies = np.full((len(pairs), len(stretches), 8), np.nan)
    # What is silent everywhere has no scores, and takes none from the others.
    heard = [_heard(sounds) for sounds in (estimates, references)]
    scored = [n for n, (e, r) in enumerate(pairs) if heard[0][e] and heard[1][r]]
    if scored:
        used = [sorted({pairs[n][0] for n in scored}), np.flatnonzero(heard[1]).tolist()]
        numbers = [(used[0].index(pairs[n][0]), used[1].index(pairs[n][1])) for n in scored]
        judge = _Judge(_taken(estimates, used[0]), _taken(references, used[1]), numbers, filters)
        energies[scored] = judge.energies(stretches, version == "v3", tick)
    tick(1.0)
    starts = np.array([start / rate for start, _ in stretches])
    sdr, isr, sir, sar = _scores(energies, kind)
    return Evaluation(sdr, isr, sir, sar, starts)


def _heard(sounds: Array) -> Array:
    """Tell which sounds are not silent."""
    return np.array([bool(sound.any()) for sound in sounds], bool)


def _taken(sounds: Array, numbers: list[int]) -> Array:
    """Give some of the sounds, without a copy where they are all."""
    return sounds if len(numbers) == len(sounds) else sounds[numbers]


def _scores(energies: Array, kind: Kind) -> Iterator[Array]:
    """Turn energies (..., which) into SDR, ISR, SIR and SAR."""
    ratios = [(TRUE, ERROR), (TRUE, SPATIAL), (TARGET, INTERFERENCE), (ALL, ARTEFACTS)]
    if kind == "sources":
        ratios[0] = (TARGET, FOREIGN)
    for number, (signal, error) in enumerate(ratios):
        if kind == "sources" and number == 1:
            yield np.full(energies.shape[:-1], np.nan)
            continue
        pair = zip(energies[..., signal].flat, energies[..., error].flat, strict=True)
        made = [np.nan if np.isnan(s) else decibels(float(s), float(e)) for s, e in pair]
        yield np.array(made).reshape(energies.shape[:-1])


def _within(tick: Tick, low: float, high: float) -> Tick:
    """Report a part of the work."""
    return lambda done: tick(low + (high - low) * done)


class _Judge:
    """Estimates and references, none of them silent, and the pairs to be scored."""

    def __init__(self, estimates: Array, references: Array, pairs: Pairs, filters: int) -> None:
        self.estimates, self.references = estimates, references
        self.pairs, self.taps = pairs, filters
        self.channels = estimates.shape[1]

    def energies(self, stretches: list[tuple[int, int]], anew: bool, tick: Tick = silent) -> Array:
        """Give the energies (pair, window, which), fitting filters `anew` in each window."""
        made = np.full((len(self.pairs), len(stretches), 8), np.nan)
        whole = 0, self.estimates.shape[-1]
        good = [n for n, (start, stop) in enumerate(stretches) if self._all_heard(start, stop)]
        # Fitting to the whole recording is fitting once for all of its windows.
        jobs = [([n], stretches[n]) for n in good] if anew else [(good, whole)] if good else []
        for done, (numbers, (start, stop)) in enumerate(jobs):
            begin, middle, end = (
                done / len(jobs),
                (done + 0.6) / len(jobs),
                (done + 1) / len(jobs),
            )
            fitted = self.fit(start, stop, _within(tick, begin, middle))
            chosen = [stretches[number] for number in numbers]
            self._measure(fitted, chosen, numbers, made, _within(tick, middle, end))
        return made

    def _all_heard(self, start: int, stop: int) -> bool:
        return all(
            bool(_heard(s[..., start:stop]).all()) for s in (self.references, self.estimates)
        )

    def fit(self, start: int, stop: int, tick: Tick) -> tuple[Filtering, list[Filtering]]:
        """Find the filters from all references to all estimates, and from one to one of each pair."""
        references, estimates = (
            sounds[..., start:stop].reshape(-1, stop - start)
            for sounds in (self.references, self.estimates)
        )
        both = np.concatenate([references, estimates])
        known = len(references)
        lags = correlations(references, both, self.taps, _within(tick, 0, 0.3))
        own: dict[int, Filtering] = {}
        for reference in sorted({r for _, r in self.pairs}):
            at = self.rows(reference)
            mine = [number for number, (_, r) in enumerate(self.pairs) if r == reference]
            to = [self.rows(self.pairs[number][0], known) for number in mine]
            found = projection(lags[at, at], np.concatenate([lags[at, rows] for rows in to], 1))
            for number, filters in zip(mine, np.split(found, len(mine), axis=1), strict=True):
                own[number] = Filtering(filters)
        shared = projection(lags[:, :known], lags[:, known:], _within(tick, 0.3, 1))
        return Filtering(shared), [own[number] for number in range(len(self.pairs))]

    def rows(self, number: int, first: int = 0) -> slice:
        """Where the channels of a source stand."""
        return slice(first + number * self.channels, first + (number + 1) * self.channels)

    def _measure(
        self,
        fitted: tuple[Filtering, list[Filtering]],
        stretches: list[tuple[int, int]],
        numbers: list[int],
        made: Array,
        tick: Tick,
    ) -> None:
        """Write the energies of each stretch, its filtered sounds ringing beyond its end."""
        shared, own = fitted
        items = []
        for number, (start, stop) in zip(numbers, stretches, strict=True):
            blocks = -(-(stop - start + self.taps - 1) // shared.step)
            items += [(number, start, stop, *edges) for edges in spans(blocks, BLOCKS)]
        parts = np.empty((len(items), len(self.pairs), 8))

        def work(item: int) -> None:
            _, start, stop, first, last = items[item]
            parts[item] = self._parts(shared, own, slice(start, stop), first, last - first)

        parallel(work, range(len(items)), tick)
        made[:, numbers] = 0
        for (number, *_), part in zip(items, parts, strict=True):
            made[:, number] += part

    def _parts(
        self, shared: Filtering, own: list[Filtering], where: slice, first: int, count: int
    ) -> Array:
        """Give the energies of a few blocks (pair, which)."""
        begin, step = first * shared.step, shared.step
        references = self.references[..., where]
        flat = references.reshape(-1, references.shape[-1])
        spectrum = shared.spectrum(flat, begin, count)
        everything = shared.apply(spectrum)
        made = np.empty((len(self.pairs), 8))
        for number, (estimate, reference) in enumerate(self.pairs):
            truth = cut(references[reference], begin, step, count, step)
            guess = cut(self.estimates[estimate, :, where], begin, step, count, step)
            target = own[number].apply(spectrum, self.rows(reference))
            projected = everything[self.rows(estimate)]
            made[number] = [
                _energy(truth),
                _energy(guess - truth),
                _energy(target - truth),
                _energy(target),
                _energy(projected - target),
                _energy(projected),
                _energy(guess - projected),
                _energy(guess - target),
            ]
        return made


def _energy(sound: Array) -> float:
    flat = sound.reshape(-1)
    return float(flat @ flat)


@one_blas_thread()
def components(
    estimate: Array, references: Array, which: int, *, filters: int = TAPS, tick: Tick = silent
) -> Array:
    """Split an estimate into the true source and what is wrong with it, as sounds.

    Filters are fitted on the whole recording; what rings beyond its end is left out.

    Parameters
    ----------
    estimate
        Sound (channel, sample).
    references
        True sources (source, channel, sample).
    which
        Number of the reference that is estimated.
    filters
        Taps of the filters.
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (4, channel, sample): the true source, spatial distortion, interference, artefacts. They
    sum to the estimate.
    """
    channels, length = estimate.shape
    heard = np.flatnonzero(_heard(references)).tolist()
    truth = references[which]
    made = np.zeros((4, channels, length), np.float32)
    made[0] = truth
    if which not in heard or not estimate.any():
        made[1] = estimate - truth
        return made
    judge = _Judge(estimate[np.newaxis], references[heard], [(0, heard.index(which))], filters)
    shared, (own,) = judge.fit(0, length, _within(tick, 0, 0.7))
    flat, at = judge.references.reshape(-1, length), judge.rows(heard.index(which))
    blocks = spans(-(-length // shared.step), BLOCKS)

    def work(item: int) -> None:
        first, last = blocks[item]
        begin, end = first * shared.step, min(last * shared.step, length)
        spectrum = shared.spectrum(flat, begin, last - first)
        target, everything = (
            sound.reshape(channels, -1)[:, : end - begin]
            for sound in (own.apply(spectrum, at), shared.apply(spectrum))
        )
        made[1, :, begin:end] = target - truth[:, begin:end]
        made[2, :, begin:end] = everything - target
        made[3, :, begin:end] = estimate[:, begin:end] - everything

    parallel(work, range(len(blocks)), _within(tick, 0.7, 1))
    return made


@one_blas_thread()
def nearest(estimate: Array, references: Array) -> int:
    """Give the number of the reference that a sound has most of, by gains alone."""
    flat = estimate.astype(np.float64).reshape(-1)
    found = []
    for reference in references:
        truth = reference.astype(np.float64).reshape(-1)
        size = float(truth @ truth)
        found.append(float(truth @ flat) ** 2 / size if size else -1.0)
    return int(np.argmax(found))
