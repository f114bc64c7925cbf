"""PROJET: sources told apart by seeing a stereo mixture from several sides.

``position.projet`` does it at one stroke. The same can be wired as a loop, from
``position.projet_start`` over ``position.projet_strengths``, ``position.projet_places`` and
``position.projet_cost`` to ``position.projet_filter`` behind it, with the same result bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import (
    Array,
    Curve,
    Histogram,
    Number,
    Peaks,
    Power,
    Projections,
    Sourced,
    Spectrogram,
    channels,
)
from nodes.dsp import projet as dsp

BINS, LAGS = 30, 17
"""Places that are told apart: angles from 0 to 90 degrees, and delays where there are any."""
WIDTH = 6.0
"""Width in degrees of the places that the updates start from."""
FAINT = 1e-3
"""What every other place starts from, against 1."""

Directions = Annotated[int, Param(min=2, max=180, suggest=(5, 10, 20))]
Delays = Annotated[int, Param(min=1, max=33, suggest=(1, 9))]
MaxDelay = Annotated[float, Param(min=0.01, max=20, step=0.05, unit="ms")]
Start = Literal["histogram", "random"]
Count = Annotated[int, Param(min=0, max=8, unit="sources")]
Seed = Annotated[int, Param(min=0)]


class Sources(NamedTuple):
    """How strong each source is in each bin, and where it stands."""

    strengths: Power
    places: Histogram


class Placed(NamedTuple):
    """Where each source stands, and how strong it is in each bin."""

    places: Histogram
    strengths: Power


class Demixed(NamedTuple):
    """A mixture divided among sources by place."""

    estimates: Spectrogram
    strengths: Power
    places: Histogram
    cost: Curve


def _one(value: Sourced, name: str) -> None:
    """Raise ValueError where several sources come in a place that takes one sound."""
    if value.names:
        raise ValueError(
            f"{name} carries {len(value.names)} sources ({', '.join(value.names)}): "
            "pick one with [name]"
        )


def _sides(
    spectrogram: Spectrogram, directions: int, delays: int, max_delay: float
) -> tuple[Array, Array]:
    """Give angles and delays of the projections of a stereo mixture."""
    _one(spectrogram, "spectrogram")
    if spectrogram.channels != 2:
        raise ValueError(
            "a projection is a sum of two channels, this spectrogram has "
            f"{channels(spectrogram.channels)}: use a stereo recording"
        )
    return dsp.around(directions, delays, max_delay / 1000)


def _scene(angles: Array, delays: Array, strengths: Power, places: Histogram) -> dsp.Scene:
    """Give what is looked at from where. Raises ValueError where the parts do not fit."""
    if places.unit != "°" or (places.across is not None and places.across_unit != "ms"):
        units = places.unit or "no unit"
        if places.across is not None:
            units += f" by {places.across_unit or 'no unit'}"
        raise ValueError(f"places must be in degrees, or degrees by ms, got {units}")
    if not places.names or places.names != strengths.names:
        mine, theirs = (", ".join(side.names) or "none" for side in (strengths, places))
        raise ValueError(f"strengths has the sources {mine}, places {theirs}: both need the same")
    if strengths.channels != 1:
        raise ValueError(f"strengths need 1 channel, got {strengths.channels}")
    lags = places.across_centres / 1000 if places.across is not None else np.zeros(1)
    spots, late = np.repeat(places.centres, len(lags)), np.tile(lags, len(places.centres))
    grid = strengths.grid
    return dsp.Scene(angles, delays, spots, late, grid.frequencies, grid.frames)


def _parts(
    projections: Projections, strengths: Power, places: Histogram
) -> tuple[dsp.Scene, dsp.Seen, Array, Array]:
    """Give what the updates work on."""
    _one(projections, "projections")
    if projections.grid != strengths.grid:
        raise ValueError(f"projections are on {projections.grid}, strengths on {strengths.grid}")
    scene = _scene(projections.angles, projections.delays, strengths, places)
    return scene, dsp.Ready(scene, projections.data), *_model(strengths, places)


def _model(strengths: Power, places: Histogram) -> tuple[Array, Array]:
    """Give P (source, freq, time) as magnitudes and Q (source, place)."""
    data = strengths.data[:, 0]
    if strengths.exponent != 1:
        data = data ** np.float32(1 / strengths.exponent)
    return data, places.data.reshape(len(places.data), -1)


def _with(power: Power, data: Array) -> Power:
    return replace(power, data=data[:, np.newaxis], exponent=1.0)


def _filled(places: Histogram, data: Array) -> Histogram:
    return places.like(data.reshape(places.data.shape))


# Where it begins


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


def _first_places(
    delays: Array, peaks: Peaks, start: Start, count: int, seed: int
) -> Histogram:
    """Give the places to start from."""
    places, late = _angles_of(peaks)
    edges, across = np.linspace(0.0, 90.0, BINS + 1), _lag_edges(delays)
    shape = (BINS,) if across is None else (BINS, LAGS)
    if start == "random":
        called = peaks.called if count in (0, len(places)) else ()
        names = called or tuple(f"source {number + 1}" for number in range(count))
        data = np.random.default_rng(seed).uniform(0.1, 1.1, (len(names), *shape))
    else:
        names, centres = peaks.called, (edges[1:] + edges[:-1]) / 2
        data = dsp.bumps(centres, places, WIDTH)
        if across is not None:
            steps = (across[1:] + across[:-1]) / 2
            wide = WIDTH * BINS / 90 * (across[1] - across[0])
            beside = 1.0 if late is None else dsp.bumps(steps, late, wide)[:, np.newaxis]
            data = np.broadcast_to(data[..., np.newaxis] * beside, (len(names), *shape))
        data = data + FAINT
    return Histogram(
        dsp.normalised(data), edges, "°", "angle", "share", names,
        across, "" if across is None else "ms", "" if across is None else "delay",
    )  # fmt: skip


def _begin(
    spectrogram: Spectrogram | Projections, angles: Array, delays: Array, places: Histogram, context: Context
) -> Sources:
    ...
