"""Several masks of one thing: what they say together.

======================  =====================================================================
`combined`              product, smallest, largest, mean, or the odds that independent hints give
`with_rest`             claims of several sources, as masks that sum to one with a rest
`band`                  which frequencies lie between two
`placed`                the share of each bin that stands at an angle between two channels
======================  =====================================================================
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, silent
from nodes.dsp.masks import by_rows

Array = NDArray[Any]

SURE = 1e-6
"""How far a claim stays below certainty, so that two sources that are both certain share a bin."""


def combined(
    masks: Array,
    weights: Array,
    how: str = "evidence",
    prior: float = 0.0,
    limit: float = 20.0,
    tick: Tick = silent,
) -> Array:
    """Make one mask of several.

    Parameters
    ----------
    masks
        Shares 0 to 1 (mask, ..., freq, time).
    weights
        How much each counts (mask).
    how
        *evidence*: o = prior prod (m / (1 - m))^w, result o / (1 + o), with the odds of each mask
        held within `limit`. *product*: prod m^w. *smallest* and *largest*: of m^w. *mean*: weighted.
    prior, limit
        In dB, as ratios of powers.
    tick
        Called with the fraction done.

    Returns
    -------
    Shares float32 (..., freq, time).
    """
    made = np.empty(masks.shape[1:], np.float32)
    most = np.float32(limit * np.log(10) / 10)
    start = np.float32(prior * np.log(10) / 10)
    plain = weights / max(float(weights.sum()), np.finfo(float).tiny)

    def work(rows: slice) -> None:
        total: Array | None = None
        for mask, weight, share in zip(masks, weights, plain, strict=True):
            part = mask[..., rows, :]
            if how == "evidence":
                with np.errstate(divide="ignore"):
                    odds = np.log(part) - np.log1p(-part)
                part = np.clip(odds, -most, most) * np.float32(weight)
            elif how == "mean":
                part = part * np.float32(share)
            elif weight != 1:
                part = part ** np.float32(weight)
            if total is None:
                total = part.astype(np.float32)
            elif how in ("evidence", "mean"):
                total += part
            elif how == "product":
                total *= part
            else:
                (np.minimum if how == "smallest" else np.maximum)(total, part, out=total)
        assert total is not None
        if how == "evidence":
            # Held where an exponential is still a number; beyond, the mask is 0 or 1 anyway.
            total = 1 / (1 + np.exp(-np.clip(total + start, -80, 80)))
        made[..., rows, :] = np.clip(total, 0, 1)

    by_rows(made, work, tick)
    return made


def with_rest(masks: Array, tick: Tick = silent) -> Array:
    """Turn claims (source, ..., freq, time) into masks (source + 1, ...) that sum to one.

    M_j = m_j prod_{i != j} (1 - m_i) and the rest prod (1 - m_i), divided by their sum: of all ways
    in which one source or none owns a bin, how likely each is. Claims are held 1e-6 below one.
    """
    count = len(masks)
    made = np.empty((count + 1, *masks.shape[1:]), np.float32)

    def work(rows: slice) -> None:
        out = made[..., rows, :]
        np.minimum(masks[..., rows, :], np.float32(1 - SURE), out=out[:count])
        # The odds of each source against nobody at all.
        out[:count] /= 1 - out[:count]
        out[count] = 1
        out /= out.sum(axis=0)

    by_rows(made, work, tick)
    return made


def band(frequencies: Array, frames: int, low: float, high: float) -> Array:
    """Give 1 from `low` to `high` in Hz and 0 elsewhere: float32 (freq, time)."""
    inside = (frequencies >= low) & (frequencies <= high)
    return np.repeat(inside.astype(np.float32)[:, np.newaxis], frames, axis=1)


def placed(spectrum: Array, angle: float, tick: Tick = silent) -> Array:
    """Give the share of the energy of each bin that stands at an angle between two channels.

    With the channels turned by the angle, P = cos a X1 + sin a X2 and Q = cos a X2 - sin a X1, the
    share is |P|^2 / (|P|^2 + |Q|^2), 1/2 in silence.

    Parameters
    ----------
    spectrum
        Complex (..., 1 or 2, freq, time); one channel counts as two that are the same.
    angle
        In degrees: 0 the first channel, 90 the second.
    tick
        Called with the fraction done.

    Returns
    -------
    Shares float32 (..., 1, freq, time).
    """
    shape = (*spectrum.shape[:-3], 1, *spectrum.shape[-2:])
    made = np.empty(shape, np.float32)
    along, across = (np.float32(f(np.deg2rad(angle))) for f in (np.cos, np.sin))

    def work(rows: slice) -> None:
        first, second = (spectrum[..., channel, rows, :] for channel in (0, -1))
        here: Array = np.abs(along * first + across * second)
        there: Array = np.abs(along * second - across * first)
        # Ratios to the larger of the two: squares of what is faint would be zero.
        larger = np.maximum(here, there)
        silent_bins = larger == 0
        larger[silent_bins] = 1
        here, there = (here / larger) ** 2, (there / larger) ** 2
        share = here / np.maximum(here + there, np.float32(0.5))
        made[..., 0, rows, :] = np.where(silent_bins, np.float32(0.5), share)

    by_rows(made, work, tick)
    return made
