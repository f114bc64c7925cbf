"""Masks: which share of each time-frequency bin belongs to each source.

======================  =========================================  ================
`soft_mask`             shares by strength (Wiener, ideal ratio)   a partition
`binary_mask`           everything to the strongest                a partition
`threshold_mask`        every source that is strong enough         not a partition
`apply_mask`            what a mask lets through
======================  =========================================  ================

Sources lie along the first axis, in front of (channel, freq, time). Nothing here has an absolute
threshold, so a louder recording has the same masks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, parallel, silent, spans

Array = NDArray[Any]

BLOCK = 1 << 19
"""Numbers worked on at once: temporary arrays stay in the cache."""


def row_spans(plane: Array) -> list[tuple[int, int]]:
    """Cut a plane (..., freq, time) into stretches of frequency that are small enough."""
    bins = plane.shape[-2]
    return spans(bins, max(1, BLOCK * bins // max(plane.size, 1)))


def by_rows(plane: Array, work: Callable[[slice], None], tick: Tick = silent) -> None:
    """Call `work` with every stretch of frequency of a plane, on all cores."""
    parallel(lambda span: work(slice(*span)), row_spans(plane), tick)


def shared(plane: Array) -> Array:
    """Average the channels (..., channel, freq, time), so that all of them get one mask."""
    return plane if plane.shape[-3] == 1 else plane.mean(axis=-3, keepdims=True)


def soft_mask(sources: Array, exponent: float = 1.0, tick: Tick = silent) -> Array:
    """Share each bin among the sources by strength: m_j = s_j^p / sum_i s_i^p.

    Parameters
    ----------
    sources
        Strength (source, ..., freq, time), not negative; of complex numbers the magnitude counts.
    exponent
        p, applied to the numbers as they are. From about 10 on the mask is nearly binary.
    tick
        Called with the fraction done.

    Returns
    -------
    Masks of the same shape that sum to one. Where all sources are silent each gets 1 / count, so
    that nothing of the mixture is lost.

    References
    ----------
    Liutkus and Badeau, "Generalized Wiener filtering with fractional power spectrograms",
    ICASSP 2015.
    """
    masks = np.empty(sources.shape, np.float32)

    def work(rows: slice) -> None:
        _share(np.abs(sources[..., rows, :]), exponent, masks[..., rows, :])

    by_rows(sources, work, tick)
    return masks


def _share(strength: Array, exponent: float, out: Array) -> None:
    """Write the soft masks of one block."""
    loudest = strength.max(axis=0)
    silent = loudest == 0
    loudest[silent] = 1
    # Dividing by the loudest first keeps powers up to 20 within float32.
    np.divide(strength, loudest, out=out)
    np.copyto(out, 1, where=silent)
    out **= exponent
    out /= out.sum(axis=0)


def binary_mask(sources: Array, tick: Tick = silent) -> Array:
    """Give each bin wholly to the strongest source, ties and silence to the first.

    Parameters
    ----------
    sources
        Strength (source, ..., freq, time), not negative.
    tick
        Called with the fraction done.

    Returns
    -------
    Masks of the same shape, 0 or 1, with exactly one owner for each bin.
    """
    masks = np.empty(sources.shape, np.float32)

    def work(rows: slice) -> None:
        owner = sources[..., rows, :].argmax(axis=0)
        for number, mask in enumerate(masks):
            np.equal(owner, number, out=mask[..., rows, :])

    by_rows(sources, work, tick)
    return masks


def threshold_mask(
    source: Array,
    mixture: Array,
    exponent: float = 1.0,
    threshold: float = 0.5,
    tick: Tick = silent,
) -> Array:
    """Keep each bin where the source has at least a share of the mixture: |Y|^a / |X|^a >= t.

    Parameters
    ----------
    source
        Magnitude or complex spectrum (source?, channel, freq, time).
    mixture
        Magnitude or complex spectrum (channel, freq, time).
    exponent
        a: 1 compares magnitudes, 2 powers.
    threshold
        t, 0 to 1.
    tick
        Called with the fraction done.

    Returns
    -------
    Masks, 0 or 1. This is not a partition: where sources reinforce each other several own a bin,
    where they cancel or share it evenly perhaps none does. Silent bins of a source stay out.

    References
    ----------
    Stöter, Liutkus and Ito, "The 2018 signal separation evaluation campaign", LVA/ICA 2018 (the
    oracles IBM1 and IBM2).
    """
    least = np.float32(threshold ** (1 / exponent))
    masks = np.empty(np.broadcast_shapes(source.shape, mixture.shape), np.float32)

    def work(rows: slice) -> None:
        strength = np.abs(source[..., rows, :])
        enough = strength >= least * np.abs(mixture[..., rows, :])
        np.logical_and(enough, strength > 0, out=masks[..., rows, :])

    by_rows(masks, work, tick)
    return masks


def apply_mask(spectrogram: Array, mask: Array, invert: bool = False, tick: Tick = silent) -> Array:
    """Let through what the mask marks, or with `invert` everything else.

    Parameters
    ----------
    spectrogram
        Complex spectrum (source?, channel, freq, time).
    mask
        Shares 0 to 1 (source?, channel, freq, time); one channel serves all.
    invert
        Let through the share 1 - mask.
    tick
        Called with the fraction done.

    Returns
    -------
    Complex spectrum of the common shape.
    """
    shape = np.broadcast_shapes(spectrogram.shape, mask.shape)
    result = np.empty(shape, np.complex64)

    def work(rows: slice) -> None:
        part, out = spectrogram[..., rows, :], result[..., rows, :]
        np.multiply(part, mask[..., rows, :], out=out)
        if invert:
            # The difference, not the product with 1 - mask: both results then sum to the input.
            np.subtract(part, out, out=out)

    by_rows(result, work, tick)
    return result


def spread(mask: Array, count: int) -> Array:
    """Count how often each share occurs, in `count` steps from 0 to 1: int64 (count).

    What is not a number is not counted.
    """
    found: list[Array] = []

    def work(rows: slice) -> None:
        part = mask[..., rows, :]
        with np.errstate(invalid="ignore"):
            # What is not a number is a step of its own, behind the last.
            steps = np.nan_to_num(np.clip(part * np.float32(count), 0, count - 1), nan=count)
        found.append(np.bincount(steps.astype(np.intp).ravel(), minlength=count + 1)[:count])

    by_rows(mask, work)
    return np.asarray(np.sum(found, axis=0, dtype=np.int64))


def runs(mask: Array, most: int) -> tuple[int, int]:
    """Count for how many stretches of time a mask (..., freq, time) is on, at least a half.

    Returns
    -------
    all, short
        How many stretches there are, and how many of them last at most `most` frames.
    """
    found: list[tuple[int, int]] = []

    def work(rows: slice) -> None:
        on = mask[..., rows, :] >= 0.5
        flat = np.zeros((*on.shape[:-1], on.shape[-1] + 2), bool)
        flat[..., 1:-1] = on
        # Rows end with off, so that no stretch goes on into the next one.
        turns = np.flatnonzero(np.diff(flat.ravel().view(np.int8)))
        lengths = turns[1::2] - turns[::2]
        found.append((len(lengths), int((lengths <= most).sum())))

    by_rows(mask, work)
    return sum(total for total, _ in found), sum(short for _, short in found)


def blended(first: Array, second: Array, share: float) -> Array:
    """Give (1 - share) first + share second: masks that sum to one do so afterwards."""
    masks = np.empty(np.broadcast_shapes(first.shape, second.shape), np.float32)

    def work(rows: slice) -> None:
        out = masks[..., rows, :]
        np.subtract(second[..., rows, :], first[..., rows, :], out=out)
        out *= np.float32(share)
        out += first[..., rows, :]

    by_rows(masks, work)
    return masks
