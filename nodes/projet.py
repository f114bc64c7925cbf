"""PROJET: sources told apart by seeing a stereo mixture from several sides.

``position.projet`` does it at one stroke. The same can be wired as a loop, from
``position.projet_start`` over ``position.projet_strengths``, ``position.projet_places`` and
``position.projet_cost`` to ``position.projet_filter`` behind it, with the same result bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, NamedTuple

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
    Spectrogram,
)
from nodes.dsp import projections as geometry
from nodes.dsp import projet as dsp
from nodes.dsp.blocks import Tick
from nodes.placing import BINS, Start, first_places
from nodes.projections import Delays, Directions, MaxDelay, planes_bytes, sides

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


def _scene(angles: Array, delays: Array, strengths: Power, places: Histogram) -> geometry.Scene:
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
    return geometry.Scene(angles, delays, spots, late, grid.frequencies, grid.frames)


def _parts(
    projections: Projections, strengths: Power, places: Histogram
) -> tuple[geometry.Scene, geometry.Seen, Array, Array]:
    """Give what the updates work on."""
    projections.check_one("projections")
    if projections.grid != strengths.grid:
        raise ValueError(f"projections are on {projections.grid}, strengths on {strengths.grid}")
    scene = _scene(projections.angles, projections.delays, strengths, places)
    return scene, geometry.Ready(scene, projections.data), *_model(strengths, places)


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


def _begin(
    scene: geometry.Scene,
    seen: geometry.Seen,
    plane: Spectrogram | Projections,
    places: Histogram,
    tick: Tick,
) -> Power:
    data = dsp.first_strengths(scene, seen, len(places.names), tick)
    return Power(data[:, np.newaxis], plane.grid, places.names, 1.0)


def _start_bytes(projections: Projections, *_: object, count: int = 0, **__: object) -> float:
    return planes_bytes(count or 8, 4.0, projections)


@node("position.projet_start", label="PROJET start", whole=True, memory=_start_bytes)
def projet_start(
    projections: Projections,
    peaks: Peaks | None = None,
    *,
    start: Start = "histogram",
    count: Count = 0,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Sources:
    """Begin PROJET: every source as strong as the mixture, and near its peak.

    *strengths*: P_j is the mean of all projections' magnitudes, the same for each source.
    *places*: Q_j, how much of source j stands where, is a histogram of 30 angles; with delays of 30
    angles by 17 delays. `start` set to *histogram* gives each peak a Gaussian of 6 degrees on top of
    0.001 everywhere; peaks of DUET give delays too, others may come with any. *random* draws
    numbers from 0.1 to 1.1 by `seed`, for `count` sources (0: as many as there are peaks). Each Q_j
    sums to one.

    Shapes: strengths (source, 1, freq, time), magnitudes; places (source, 30) or (source, 30, 17).

    The start decides: from random places two of four seeds ended with sources at wrong places.
    """
    projections.check_one("projections")
    places = first_places(projections.delays, peaks, start, count, seed)
    scene = geometry.Scene(
        projections.angles, projections.delays, places.centres, np.zeros(BINS),
        projections.grid.frequencies, projections.grid.frames,
    )  # fmt: skip
    seen = geometry.Ready(scene, projections.data)
    return Sources(_begin(scene, seen, projections, places, context.progress), places)


# One turn


def _turn_bytes(projections: Projections, strengths: Power, *_: object, **__: object) -> float:
    """New strengths, and scratch memory."""
    return strengths.nbytes + 32e6


@node("position.projet_strengths", label="PROJET strengths", whole=True, memory=_turn_bytes)
def projet_strengths(
    projections: Projections, strengths: Power, places: Histogram, *, context: Context = SILENT
) -> Power:
    """Say better how strong each source is, from where the sources stand: one update of P.

    P_j <- P_j sum_m G_mj V_m / S_m / sum_m G_mj with V = |C| the magnitudes of the projections,
    G = K Q^T how loud each source is in each projection and S = G P the model. The kernel
    K_ml = |cos a_m cos b_l + sin a_m sin b_l exp(i 2 pi f (d_m - d_l))| says how loud place l is in
    projection m. The Kullback-Leibler divergence of V and S never rises.

    Shapes: strengths (source, 1, freq, time), places (source, angle) or (source, angle, delay).

    FitzGerald, Liutkus and Badeau, IEEE/ACM TASLP 24(9), 2016.
    """
    data = dsp.update_strengths(*_parts(projections, strengths, places), context.progress)
    return _with(strengths, data)


@node("position.projet_places", label="PROJET places", whole=True, memory=_turn_bytes)
def projet_places(
    projections: Projections, strengths: Power, places: Histogram, *, context: Context = SILENT
) -> Placed:
    """Say better where each source stands, from how strong the sources are: one update of Q.

    Q_jl <- Q_jl sum K_ml P_j V_m / S_m / sum K_ml P_j, summed over projections, frequencies and
    frames; see PROJET strengths. Each Q_j is brought to the sum 1 and its factor moved to P_j, so
    that both come out. The divergence never rises. A place that is zero stays zero, and a source
    that is silent stays where it was.

    Shapes: places (source, angle) or (source, angle, delay), strengths (source, 1, freq, time). Any
    histograms over degrees will do, in any number of bins.

    FitzGerald, Liutkus and Badeau, IEEE/ACM TASLP 24(9), 2016.
    """
    p, q = dsp.update_places(*_parts(projections, strengths, places), context.progress)
    return Placed(_filled(places, q), _with(strengths, p))


@node("position.projet_cost", label="PROJET cost", whole=True)
def projet_cost(
    projections: Projections, strengths: Power, places: Histogram, *, context: Context = SILENT
) -> Number:
    """Say how far the model is from the projections: the number that the updates bring down.

    The Kullback-Leibler divergence v log v/s - v + s of magnitudes and model, summed over all
    projections, frequencies and frames. It grows with the loudness of the recording, and its length.
    """
    value = dsp.cost(*_parts(projections, strengths, places), context.progress)
    return Number(value, "divergence")


def _filter_bytes(projections: Projections, strengths: Power, *_: object, **__: object) -> float:
    return 4.0 * strengths.nbytes + 32e6


@node("position.projet_filter", label="PROJET filter", whole=True, memory=_filter_bytes)
def projet_filter(
    projections: Projections, strengths: Power, places: Histogram, *, context: Context = SILENT
) -> Spectrogram:
    """Divide the mixture among sources by where they stand and how strong they are.

    Each projection is shared by a soft mask, C_mj = C_m G_mj P_j / sum_i G_mi P_i with G = K Q^T, and
    the shares of a source are brought back to two channels by the pseudo-inverse of the
    projections. The images (source, 2, freq, time) sum to the mixture.

    Because the mask differs from projection to projection it can silence a source by its place
    where a mask on the channels could not; sources at the same place are told apart by nothing.
    """
    scene, seen, p, q = _parts(projections, strengths, places)
    data = dsp.divide(scene, seen, p, q, context.progress)
    return Spectrogram(data, projections.grid, strengths.names)


# All at once


def _projet_bytes(
    spectrogram: Spectrogram, peaks: Peaks | None = None, *, directions: int, delays: int,
    count: int = 0, **_: object,
) -> float:  # fmt: skip
    """Magnitudes that are kept, strengths before and after, and the images."""
    sources = len(peaks.positions) if peaks is not None and not count else count
    kept = planes_bytes(directions * delays, 4.0, spectrogram)
    return (
        (kept if kept <= geometry.KEPT else 0) + planes_bytes(24 * sources, 1.0, spectrogram) + 64e6
    )


@node(
    "position.projet",
    label="PROJET",
    whole=True,
    memory=_projet_bytes,
    aliases=("projection-based demixing",),
)
def projet(
    spectrogram: Spectrogram,
    peaks: Peaks | None = None,
    *,
    iterations: Annotated[int, Param(1, 5000, suggest=(30, 60, 100))] = 60,
    directions: Directions = 10,
    delays: Delays = 1,
    max_delay: MaxDelay = 0.5,
    start: Start = "histogram",
    count: Count = 0,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Demixed:
    """Find where each source stands and how strong it is, and divide the mixture by both.

    The mixture is seen from several sides (Projections), and their magnitudes are explained as
    V_m ~ sum_l K_ml sum_j Q_jl P_j: how loud place l is in projection m, how much of source j stands
    there, and how strong the source is in each bin. P and Q are found by multiplicative updates from
    the peaks of the histogram, bit for bit as a loop of PROJET strengths and PROJET places finds
    them; then PROJET filter divides the mixture. The divergence (*cost*) never rises.

    Shapes: (2, freq, time) to estimates (source, 2, freq, time), strengths (source, 1, freq, time),
    places (source, 30) or, with `delays` above 1, (source, 30, 17).

    When it fails: sources at one place, and any from a wrong start: a source needs a peak of its
    own. Reverberation and, without `delays`, microphones apart from each other blur the places. With
    delays it needs some hundred iterations, since low notes hardly tell them, and many projections
    take long: begin with 5 directions and 5 delays. A channel that is reversed has no place from 0
    to 90 degrees.

    FitzGerald, Liutkus and Badeau, "Projection-based demixing of spatial audio", IEEE/ACM TASLP
    24(9), 2016. Cano et al., "Musical source separation: an introduction", section IV-A.
    """
    angles, late = sides(spectrogram, directions, delays, max_delay)
    places = first_places(late, peaks, start, count, seed)
    names, grid, costs = places.names, spectrogram.grid, []
    empty = np.broadcast_to(np.float32(0), (len(names), 1, grid.bins, grid.frames))
    scene = _scene(angles, late, Power(empty, grid, names, 1.0), places)
    seen = geometry.Made(scene, spectrogram.data)
    first = _begin(scene, seen, spectrogram, places, context.progress)

    def states() -> Iterator[Sources]:
        begun = _model(first, places)
        for p, q, before in dsp.steps(
            scene, seen, *begun, tick=lambda done: context.progress(done / iterations)
        ):
            costs.append(before)
            yield Sources(_with(first, p), _filled(places, q))

    strengths, places = context.advance(states(), iterations)
    model = _model(strengths, places)
    costs.append(dsp.cost(scene, seen, *model, lambda _: context.progress(1.0)))
    data = dsp.divide(scene, seen, *model, lambda _: context.progress(1.0))
    turns = np.arange(1, iterations + 1, dtype=np.float32)
    curve = Curve(np.array(costs[1:], np.float32), turns, "divergence")
    return Demixed(Spectrogram(data, grid, names), strengths, places, curve)
