"""Position: read from a stereo mixture where its sources stand, and divide it by place."""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import (
    Array,
    Field,
    Grid,
    Histogram,
    Mask,
    Peaks,
    Power,
    Spectrogram,
    channels,
    numbered,
)
from nodes.dsp import position as dsp

PRINCIPAL = "principal angle"


class Position(NamedTuple):
    """Where each bin stands, how sure that is, and how much it matters."""

    angle: Field
    coherence: Field
    weight: Power


@node("position.angle", label="Angle")
def angle(
    spectrogram: Spectrogram,
    *,
    mode: Literal["survey", "principal"] = "survey",
    context: Context = SILENT,
) -> Position:
    """Tell for each bin where between the two channels it stands.

    *survey*: phi = atan2(|X2|, |X1|), 0 degrees is the first channel, 45 the middle, 90 the second.
    *principal*: phi = 1/2 atan2(2 Re X1 X2*, |X1|^2 - |X2|^2), -90 to 90 degrees, which tells a source
    with one channel reversed from a plain one.

    The *coherence* hypot(2 Re X1 X2*, |X1|^2 - |X2|^2) / (|X1|^2 + |X2|^2) is 1 where the channels
    differ in level only and falls with delay and reverberation. The *weight* is the energy
    |X1|^2 + |X2|^2. All three are (channel 1, freq, time); silent bins say 45 degrees.

    Needs two channels. It fails for recordings made with spaced microphones, whose channels differ
    in time rather than level, and for sources that stand at the same place.

    Cano et al., "Musical source separation: an introduction", section IV-A, figure 5.
    """
    if spectrogram.channels != 2:
        raise ValueError(
            "a position lies between two channels, this spectrogram has "
            f"{channels(spectrogram.channels)}: use a stereo recording"
        )
    principal = mode == "principal"
    degrees, sure, energy = dsp.position(spectrogram.data, principal, context.progress)
    grid, names = spectrogram.grid, spectrogram.names
    return Position(
        Field(degrees, grid, names, PRINCIPAL if principal else "angle", "°"),
        Field(sure, grid, names, "coherence"),
        Power(energy, grid, names, 2.0),
    )


def _range(angle: Field) -> tuple[float, float]:
    """Angles that a field may hold, in degrees."""
    if angle.unit != "°" or angle.channels != 1:
        raise ValueError(
            f"angle must be in degrees and have one channel, as Angle gives it, got "
            f"{angle.name or 'a field'} with {channels(angle.channels)}"
        )
    return (-90.0 if angle.name == PRINCIPAL else 0.0), 90.0


def _energy(weight: Power, floor: float) -> Array:
    """Energy (source?, freq, time), without what lies `floor` dB below the largest."""
    energy = weight.data if weight.exponent == 2 else weight.data ** (2 / weight.exponent)
    energy = energy[..., 0, :, :] if weight.channels == 1 else energy.sum(axis=-3)
    least = energy.max(axis=(-2, -1), keepdims=True) * np.float32(10 ** (floor / 10))
    return np.where(energy >= least, energy, np.float32(0))


def _check_parts(angle: Field, weight: Power, masks: Mask | None) -> None:
    """Raise ValueError where angle, weight and masks are not of one mixture."""
    angle.check_same(weight, ("angle", "weight"))
    if angle.names != weight.names:
        raise ValueError("angle and weight carry different sources: take both from one Angle")
    if masks is not None:
        angle.check_same(masks, ("angle", "masks"))
        if angle.names:
            raise ValueError("masks divide one mixture, and angle carries several sources already")


def _frame_edges(grid: Grid) -> Array:
    """Where frames begin and end in seconds, each a hop long, about their centres."""
    half = grid.hop / grid.rate / 2
    return np.append(grid.times - half, grid.times[-1] + half)


def _histogram_bytes(
    angle: Field, *rest: Power | Mask | None, bins: int, over: str, **_: object
) -> float:
    """Energies, and for each source its bins, over time in each frame."""
    sources = max([1, *(len(value.names) for value in (angle, *rest) if value is not None)])
    frames = angle.grid.frames if over == "time" else 1
    return angle.data.size * 4.0 + sources * bins * frames * 8.0


@node("position.histogram", label="Position histogram", whole=True, memory=_histogram_bytes)
def histogram(
    angle: Field,
    weight: Power,
    masks: Mask | None = None,
    *,
    bins: Annotated[int, Param(min=2, max=3600, unit="bins")] = 180,
    smooth: Annotated[float, Param(min=0, max=50, step=0.5, unit="bins")] = 1.5,
    floor: Annotated[float, Param(min=-200, max=0, unit="dB")] = -60.0,
    over: Literal["whole", "time"] = "whole",
    context: Context = SILENT,
) -> Histogram:
    """Sum the energy that comes from each angle.

    Each bin of the mixture adds its energy at its angle, in `bins` steps from 0 to 90 degrees (from
    -90 for the principal angle), blurred by a Gaussian of `smooth` steps; bins weaker than `floor`
    below the strongest are left out. Sources panned to different places show as peaks.

    With `masks` there is one histogram per source, of energy times mask; where the masks sum to
    one, the histograms sum to that of the mixture. An angle and a weight that carry several
    sources give one histogram each.

    ``over`` set to *time* makes one of each frame, (source?, bins, frame): it shows who moves, and
    sums over time to the *whole* one. Peaks need the whole one.
    """
    _check_parts(angle, weight, masks)
    low, high = _range(angle)
    shares = None if masks is None else masks.stacked().data.mean(axis=-3)
    planes = zip(angle.stacked().data, _energy(weight.stacked(), floor), strict=True)
    count = dsp.histogram_over_time if over == "time" else dsp.histogram
    counts = [
        count(degrees[0], energy, low, high, bins, shares, context.progress)
        for degrees, energy in planes
    ]
    axis = -2 if over == "time" else -1
    data = dsp.smooth(np.stack(counts), smooth, low < 0, axis).reshape(-1, *counts[0].shape[axis:])
    names = masks.names if masks is not None else angle.names
    edges = np.linspace(low, high, bins + 1)
    across = None
    if over == "time":
        start = context.region[0] if context.region else 0.0
        across = start + _frame_edges(angle.grid)
    return Histogram(
        data if names else data[0], edges, "°", angle.name, "energy", names,
        across, "s" if over == "time" else "", "time" if over == "time" else "",
    )  # fmt: skip


def _words(text: str, separators: str) -> list[str]:
    return [word.strip() for word in re.split(separators, text) if word.strip()]


def _set_by_hand(text: str, histogram: Histogram) -> tuple[Array, Array]:
    """Read positions from text; their heights are those of the histogram there."""
    low, high = histogram.edges[0], histogram.edges[-1]
    try:
        places = np.array(sorted(float(word) for word in _words(text, r"[\s,;]+")))
    except ValueError:
        places = np.empty(0)
    if len(places) == 0:
        raise ValueError(f"at: {text!r} is not a list of numbers such as '20 45 70'")
    if not np.all((places >= low) & (places <= high)) or len(set(places)) < len(places):
        raise ValueError(
            f"at: {text!r} must be different positions from {low:g} to {high:g} {histogram.unit}"
        )
    total = histogram.data if not histogram.names else histogram.data.sum(axis=0)
    return places, np.interp(places, histogram.centres, total)


def _found(
    histogram: Histogram, count: int, distance: float, prominence: float
) -> tuple[Array, Array]:
    """Find the `count` highest peaks, or with 0 all up to eight, from left to right."""
    total = histogram.data if not histogram.names else histogram.data.sum(axis=0)
    step = (histogram.edges[-1] - histogram.edges[0]) / len(total)
    circular = histogram.quantity == PRINCIPAL
    places, heights = dsp.find_peaks(total, distance / step, prominence / 100, circular)
    places = histogram.centres[0] + places * step
    if len(places) < max(count, 1):
        reason = (
            f"found at {', '.join(f'{place:.1f}' for place in places)} {histogram.unit}; lower "
            "prominence or distance, ask for fewer, or set them with at"
            if len(places)
            else "the histogram is empty, as it is for silence"
        )
        raise ValueError(f"{len(places)} of {count or 'any'} peaks: {reason}")
    best = np.sort(np.argsort(-heights, kind="stable")[: count or 8])
    return places[best], heights[best]


def called(names: str, count: int, where: str) -> tuple[str, ...]:
    """Read a name for each of `count` peaks, or number them where none are given."""
    given = _words(names, ",") or numbered(count)
    if len(given) != count or len(set(given)) < count:
        raise ValueError(
            f"names: {count} peaks (at {where}) need as many different names, "
            f"got {', '.join(given)}"
        )
    return tuple(given)


@node("position.peaks", label="Peaks", whole=True)
def peaks(
    histogram: Histogram,
    *,
    count: Annotated[int, Param(min=0, max=8, unit="peaks")] = 0,
    distance: Annotated[float, Param(min=0, max=90, unit="°")] = 5.0,
    prominence: Annotated[float, Param(min=0, max=100, step=0.5, unit="%")] = 2.0,
    at: Annotated[str, Param(places=True)] = "",
    names: str = "",
) -> Peaks:
    """Find the places that stand out in a histogram.

    Takes the `count` highest peaks (0: all, eight at most) that lie `distance` apart and rise by
    `prominence` per cent of the highest above the valleys beside them, refined by a parabola.
    `at` sets positions by hand instead: *20 45 70*. `names` calls them from left to right, as in
    *keys, vocals, guitar*; the names become source names.

    A histogram of several sources is summed. Sources that stand closer than the blur of the
    histogram show as one peak.
    """
    if histogram.across is not None:
        raise ValueError(
            f"peaks need a histogram of one quantity, this one is of {histogram.quantity} and "
            f"{histogram.across_quantity}: use "
            + ("over = whole" if histogram.across_unit == "s" else "Peaks in 2-D")
        )
    if at.strip():
        places, heights = _set_by_hand(at, histogram)
    else:
        places, heights = _found(histogram, count, distance, prominence)
    where = ", ".join(f"{place:.1f}" for place in places)
    names_of = called(names, len(places), f"{where} {histogram.unit}")
    heights = heights / max(heights.max(), np.finfo(np.float32).tiny)
    return Peaks(places.astype(np.float32), heights.astype(np.float32), histogram.unit, names_of)


@node("position.mask", label="Position mask", aliases=("angle mask",))
def mask(
    angle: Field,
    peaks: Peaks,
    *,
    width: Annotated[float, Param(min=0, max=90, unit="°")] = 0.0,
    context: Context = SILENT,
) -> Mask:
    """Give each bin to the position it points to.

    Every bin goes to the nearest peak, so that the masks (source, channel 1, freq, time) are 0 or 1
    with exactly one owner. With a `width` only bins within that many degrees count, and the rest
    belongs to nobody: it is in the residual.

    Bins where sources overlap point somewhere between them, and go to the wrong one or to a third.
    """
    low, high = _range(angle)
    if angle.names:
        raise ValueError(f"angle carries {len(angle.names)} sources: take the angle of the mixture")
    if len(peaks.positions) == 0:
        raise ValueError("there are no peaks to divide the angle by")
    if peaks.unit != angle.unit:
        raise ValueError(f"peaks are in {peaks.unit or 'no unit'}, the angle in {angle.unit}")
    order = np.argsort(peaks.positions, kind="stable")
    circle = high - low if low < 0 else 0.0
    data = dsp.nearest_mask(
        angle.data, peaks.positions[order], width, circle, tick=context.progress
    )
    return Mask(data, angle.grid, tuple(peaks.called[number] for number in order))
