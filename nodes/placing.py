"""Where PROJET begins: a histogram of places for each source."""

from __future__ import annotations

from typing import Literal

import numpy as np

from nodegraph.values import Array, Histogram, Peaks, numbered
from nodes.dsp import projet as dsp

BINS, LAGS = 30, 17
"""Places that are told apart: angles from 0 to 90 degrees, and delays where there are any."""
WIDTH = 6.0
"""Width in degrees of the places that the updates start from."""
FAINT = 1e-3
"""What every other place starts from, against 1."""

Start = Literal["histogram", "random"]


def _angles_of(peaks: Peaks) -> tuple[Array, Array | None]:
    """Give angles in degrees and, where peaks have any, delays in ms."""
    positions = np.asarray(peaks.positions, float)
    late = None if peaks.across is None else np.asarray(peaks.across, float)
    if len(positions) == 0:
        raise ValueError("there are no peaks to start from")
    if late is not None and peaks.across_unit != "ms":
        raise ValueError(f"peaks must have delays in ms, got {peaks.across_unit or 'no unit'}")
    if peaks.unit == "" and late is not None:
        # Symmetric attenuation a - 1 / a, as DUET has it, with a = |X2| / |X1|.
        positions = np.rad2deg(np.arctan2(positions + np.hypot(positions, 2), 2))
    elif peaks.unit != "°":
        raise ValueError(f"peaks must be in degrees, got {peaks.unit or 'no unit'}")
    if not np.all((positions >= 0) & (positions <= 90)):
        raise ValueError(
            "peaks must lie from 0 to 90 degrees, got "
            f"{', '.join(f'{place:.1f}' for place in positions)}: set Angle to survey"
        )
    return positions, late


def _lag_edges(delays: Array) -> Array | None:
    """Give edges in ms whose centres go from the smallest delay of the projections to the largest."""
    most = float(np.abs(delays).max()) * 1000
    return np.linspace(-1, 1, LAGS + 1) * most * LAGS / (LAGS - 1) if most else None


def first_places(
    delays: Array, peaks: Peaks | None, start: Start, count: int, seed: int
) -> Histogram:
    """Give the places to start from."""
    edges, across = np.linspace(0.0, 90.0, BINS + 1), _lag_edges(delays)
    known = peaks.called if peaks is not None else ()
    if start == "histogram":
        if peaks is None:
            raise ValueError(
                "to start from the histogram its peaks are needed: wire Peaks to peaks"
            )
        names, data = known, _around(peaks, edges, across)
    elif not count and not known:
        raise ValueError("for a random start set count, or wire Peaks to peaks")
    else:
        names = known if count in (0, len(known)) else numbered(count)
        shape = (BINS,) if across is None else (BINS, LAGS)
        data = np.random.default_rng(seed).uniform(0.1, 1.1, (len(names), *shape))
    units = ("", "") if across is None else ("ms", "delay")
    data = dsp.normalised(data)
    return Histogram(data, edges, "°", "angle", "share", names, across, *units)


def _around(peaks: Peaks, edges: Array, across: Array | None) -> Array:
    """Give each source a Gaussian around its peak, and a little of every other place.

    A peak that has no delay may come with any.
    """
    places, late = _angles_of(peaks)
    data = dsp.bumps((edges[1:] + edges[:-1]) / 2, places, WIDTH)
    if across is not None:
        wide = WIDTH * BINS / 90 * (across[1] - across[0])
        beside = np.ones((len(places), LAGS))
        if late is not None:
            beside = dsp.bumps((across[1:] + across[:-1]) / 2, late, wide)
        data = data[..., np.newaxis] * beside[:, np.newaxis]
    return data + FAINT
