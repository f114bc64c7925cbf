"""ADRess: sources told apart by the gain at which one channel cancels them in the other."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Field, Mask, Peaks, Power, Spectrogram, channels
from nodes.dsp import adress as dsp


class Nulls(NamedTuple):
    """Where the null of each bin lies, and how far it stands out."""

    angle: Field
    strength: Power


class Selected(NamedTuple):
    """Sources by themselves, and which bins they were made of."""

    estimate: Spectrogram
    mask: Mask


def _stereo(spectrogram: Spectrogram) -> None:
    if spectrogram.channels != 2:
        raise ValueError(
            "ADRess cancels one channel with the other, this spectrogram has "
            f"{channels(spectrogram.channels)}: use a stereo recording"
        )


@node(
    "position.adress", label="ADRess", aliases=("azimuth", "null", "cancellation", "gain scaling")
)
def adress(
    spectrogram: Spectrogram,
    *,
    side: Literal["both", "first", "second"] = "both",
    normalise: bool = True,
    context: Context = SILENT,
) -> Nulls:
    """Find for each bin the gain at which one channel cancels it in the other.

    |P - g Q| falls to a null where g is the gain by which the softer channel P of a source follows
    its louder one Q. Its square is a parabola in g, so the null is known without trying gains:
    g = Re(P Q*) / |Q|^2, held to 0..1. The *angle* is atan g in degrees on the side of the first
    channel and 90 - atan g on that of the second: a source panned by level alone is found at its
    angle. The *strength* is how far the null stands out, the largest minus the least |P - g Q| over
    0 <= g <= 1. Both are (channel 1, freq, time); silent bins say 45 degrees.

    `side`: *both* takes the louder channel of each bin for Q. *first* and *second* make one plane of
    the original: all bins are held to that half, sources of the other half crowd at 45 degrees.

    `normalise` divides the strength by max(g, 1 - g): a source alone in its bin then has the
    magnitude of its louder channel. Without, as published, sources sound softer the nearer g is to 1/2.

    Needs two channels. Fails where channels differ in time or phase: a source with one channel
    reversed has no null and shows at the edge, at 0 or 90 degrees.

    Barry, Lawlor and Coyle, "Sound source separation: azimuth discrimination and resynthesis", DAFx
    2004.
    """
    _stereo(spectrogram)
    degrees, height = dsp.plane(spectrogram.data, side, normalise, context.progress)
    grid, names = spectrogram.grid, spectrogram.names
    return Nulls(
        Field(degrees, grid, names, "angle", "°"),
        Power(height, grid, names, 1.0),
    )


def _check(spectrogram: Spectrogram, angle: Field, strength: Power) -> None:
    """Raise ValueError where the three are not of one stereo mixture."""
    _stereo(spectrogram)
    for value, name in ((spectrogram, "spectrogram"), (angle, "angle"), (strength, "strength")):
        value.check_one(name)
    for value, name in ((angle, "angle"), (strength, "strength")):
        spectrogram.check_same(value, ("spectrogram", name))
        if value.channels != 1:
            raise ValueError(
                f"{name} must have one channel, as ADRess gives it, got {channels(value.channels)}"
            )
    if angle.unit != "°" or angle.name == "principal angle":
        raise ValueError(
            f"angle must run from 0 to 90 degrees, as ADRess gives it, got {angle.name or 'a field'}"
        )
    if strength.exponent != 1:
        raise ValueError(
            f"strength must be a magnitude, as ADRess gives it, got exponent {strength.exponent:g}"
        )


def _places(peaks: Peaks | None, place: float) -> tuple[list[float], tuple[str, ...]]:
    """Give the places in rising order with their names; the knob has none."""
    if peaks is None:
        return [place], ()
    if len(peaks.positions) == 0:
        raise ValueError("there are no peaks to select")
    if peaks.unit != "°" or peaks.positions.min() < 0 or peaks.positions.max() > 90:
        raise ValueError(
            "peaks must lie from 0 to 90 degrees, got "
            f"{', '.join(f'{where:g}' for where in peaks.positions)} {peaks.unit or 'no unit'}"
        )
    order = np.argsort(peaks.positions, kind="stable")
    return [float(peaks.positions[k]) for k in order], tuple(peaks.called[k] for k in order)


def _select_bytes(
    spectrogram: Spectrogram, angle: Field, strength: Power, peaks: Peaks | None = None, **_: Any
) -> float:
    """A stereo spectrum and a mask for each source."""
    count = 1 if peaks is None else len(peaks.positions)
    return 20.0 * count * spectrogram.grid.bins * spectrogram.grid.frames


@node(
    "position.adress_select",
    label="ADRess select",
    memory=_select_bytes,
    aliases=("azimuth", "subspace", "discrimination"),
)
def adress_select(
    spectrogram: Spectrogram,
    angle: Field,
    strength: Power,
    peaks: Peaks | None = None,
    *,
    place: Annotated[float, Param(min=0, max=90, step=0.5, unit="°")] = 45.0,
    width: Annotated[float, Param(min=0.01, max=2, step=0.01, suggest=(0.1, 0.2, 0.4, 0.6))] = 0.4,
    output: Literal["resynthesis", "louder channel"] = "resynthesis",
    context: Context = SILENT,
) -> Selected:
    """Take out what comes from one place, or from each of several peaks.

    The *mask* keeps the bins whose null lies within half the `width` of the gain at `place`; a
    width in gain, as published, where 0 is the first channel, 1 the middle and 2 the second. With
    `peaks` wired there is a source for each of them, `place` is not used, and where two windows
    overlap a bin goes to the nearer one.

    *resynthesis* gives each bin its strength as magnitude, with the phase of its louder channel;
    *louder channel* gives it that channel as it is. The result is placed back between the channels:
    (1, tan a) times that up to 45 degrees, (tan(90 - a), 1) beyond. For the mixture through the
    mask, both channels as they are, use `mask.apply`.

    Shapes: spectrogram (2, freq, time), angle and strength (1, freq, time) to (source?, 2, freq, time).

    Fails where sources overlap: such bins point somewhere between and are taken by nobody or by a
    third. A small width cuts holes, a large one lets neighbours in.

    Barry, Lawlor and Coyle, "Sound source separation: azimuth discrimination and resynthesis", DAFx
    2004.
    """
    _check(spectrogram, angle, strength)
    places, names = _places(peaks, place)
    masks = dsp.select(angle.data, places, width, lambda done: context.progress(done / 4))
    height = strength.data if output == "resynthesis" else None
    made = dsp.resynthesise(
        spectrogram.data, masks, places, height, lambda done: context.progress((1 + 3 * done) / 4)
    )
    grid = spectrogram.grid
    if not names:
        made, masks = made[0], masks[0]
    return Selected(Spectrogram(made, grid, names), Mask(masks, grid, names))
