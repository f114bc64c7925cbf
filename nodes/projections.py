"""A stereo mixture seen from several sides, in each of which one place is silent."""

from __future__ import annotations

from typing import Annotated

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Projections, Sourced, Spectrogram, channels
from nodes.dsp import projections as dsp

Directions = Annotated[int, Param(min=2, max=180, suggest=(5, 10, 20))]
Delays = Annotated[int, Param(min=1, max=33, suggest=(1, 9))]
MaxDelay = Annotated[float, Param(min=0.01, max=20, step=0.05, unit="ms")]


def sides(
    spectrogram: Spectrogram, directions: int, delays: int, max_delay: float
) -> tuple[Array, Array]:
    """Give angles and delays of the projections of a stereo mixture."""
    spectrogram.check_one("spectrogram")
    if spectrogram.channels != 2:
        raise ValueError(
            "a projection is a sum of two channels, this spectrogram has "
            f"{channels(spectrogram.channels)}: use a stereo recording"
        )
    return dsp.around(directions, delays, max_delay / 1000)


def planes_bytes(count: float, bytes_each: float, plane: Sourced) -> float:
    return count * plane.data[..., :1, :, :].size * bytes_each


def _projections_bytes(
    spectrogram: Spectrogram, *, directions: int, delays: int, **_: object
) -> float:
    return planes_bytes(directions * delays, 8.0, spectrogram) + 32e6


@node(
    "position.projections",
    label="Projections",
    memory=_projections_bytes,
    aliases=("PROJET", "cancel a place"),
)
def projections(
    spectrogram: Spectrogram,
    *,
    directions: Directions = 10,
    delays: Delays = 1,
    max_delay: MaxDelay = 0.5,
    context: Context = SILENT,
) -> Projections:
    """See a stereo mixture from several sides, each of which silences one place.

    C_m = cos(a_m) X1 + sin(a_m) X2 exp(i 2 pi f d_m), with `directions` angles a_m from -90 to 0
    degrees: a source at a_m + 90 degrees whose second channel comes d_m later is not heard in it.
    With `delays` above 1 every angle comes with so many delays, evenly from -`max_delay` to
    `max_delay`; 0.5 ms is the distance of 17 cm between two microphones.

    Shapes: (2, freq, time) to (projection, freq, time), complex. Ten directions take five times the
    memory of the mixture, with nine delays each 45 times.

    It fails for mono, where every place is the same; reverberation comes from many places at once
    and is silent in none.

    FitzGerald, Liutkus and Badeau, "Projection-based demixing of spatial audio", IEEE/ACM TASLP
    24(9), 2016.
    """
    angles, late = sides(spectrogram, directions, delays, max_delay)
    grid = spectrogram.grid
    data = dsp.project(spectrogram.data, angles, late, grid.frequencies, context.progress)
    return Projections(data, grid, angles=angles, delays=late)
