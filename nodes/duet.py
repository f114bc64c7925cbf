"""DUET: find sources by level and delay between two channels, and divide the mixture among them."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, NamedTuple

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
)
from nodes.dsp import duet as dsp
from nodes.position import called

ATTENUATION, DELAY = "attenuation", "delay"
MILLISECONDS = "ms"
MOST = 8
"""Peaks that are taken where no number is asked for."""

Milliseconds = Annotated[float, Param(min=0.01, max=20, step=0.01, unit="ms", log=True)]


class Bins(NamedTuple):
    """How much louder and later each bin is in the second channel, and how much it matters."""

    attenuation: Field
    delay: Field
    weight: Power


def _omega(grid: Grid) -> Array:
    """Phase in a millisecond (freq,)."""
    return 2 * math.pi / 1000 * grid.frequencies


def _check_stereo(spectrogram: Spectrogram) -> None:
    if spectrogram.channels != 2:
        raise ValueError(
            "level and delay are told between two channels, this spectrogram has "
            f"{channels(spectrogram.channels)}: use a stereo recording"
        )


def _check_mixture(spectrogram: Spectrogram) -> None:
    _check_stereo(spectrogram)
    spectrogram.check_one("spectrogram")


def _three_planes(spectrogram: Spectrogram, **_: object) -> float:
    """Attenuation, delay and weight."""
    return spectrogram.data.size / 2 * 12.0


@node(
    "position.duet",
    label="DUET",
    memory=_three_planes,
    aliases=("level and delay", "symmetric attenuation", "time difference", "ITD", "ILD"),
)
def duet(
    spectrogram: Spectrogram,
    *,
    p: Annotated[float, Param(min=0, max=2, step=0.5)] = 1.0,
    q: Annotated[float, Param(min=0, max=2, step=0.5)] = 0.0,
    max_delay: Milliseconds = 0.3,
    context: Context = SILENT,
) -> Bins:
    """Tell for each bin how much louder and how much later the second channel is.

    With R = X2 / X1 and a = |R|, the symmetric *attenuation* is alpha = a - 1/a: 0 where both channels
    are as loud, positive where the second is louder, held between -10 and 10 (20 dB). The *delay*
    is -arg(R) / omega in ms: **positive where the second channel comes later**, held within
    `max_delay`. The *weight* is (|X1| |X2|)^p omega^q, omega in radians per ms. All three are
    (channel 1, freq, time).

    A phase tells a delay only up to half a turn. So bins at and above 1 / (2 `max_delay`) have no weight:
    with 0.3 ms (10 cm of way) those from 1.7 kHz on. Nor have bins that seem to be later than
    `max_delay`, those of frequency 0, and those silent in one channel. Masks made from the peaks
    (`position.duet_mask`) are for all bins.

    When it fails: sources that differ in neither level nor delay are one; where sources overlap, a
    bin has the delay of neither; reverberation blurs both. A reversed channel looks like a long delay
    and has no weight. Music panned by level alone has no delays: `position.angle` is made for it.

    Yilmaz and Rickard, "Blind separation of speech mixtures via time-frequency masking", IEEE TSP
    52(7), 2004; the weights are from Rickard, "The DUET blind source separation algorithm", 2007.
    """
    _check_stereo(spectrogram)
    grid, names = spectrogram.grid, spectrogram.names
    level, turn, weight = dsp.features(
        spectrogram.data, _omega(grid), max_delay, p, q, context.progress
    )
    return Bins(
        Field(level, grid, names, ATTENUATION),
        Field(turn, grid, names, DELAY, MILLISECONDS),
        Power(weight, grid, names, 2.0),
    )


def _check_planes(attenuation: Field, delay: Field, weight: Power, masks: Mask | None) -> None:
    """Raise ValueError where these are not what DUET gives of one mixture."""
    for plane, name, unit in ((attenuation, ATTENUATION, ""), (delay, DELAY, MILLISECONDS)):
        if (plane.name, plane.unit, plane.channels) != (name, unit, 1):
            raise ValueError(
                f"{name} must be what DUET gives as {name}, got "
                f"{plane.name or 'a field'} in {plane.unit or 'no unit'} with "
                f"{channels(plane.channels)}"
            )
    attenuation.check_same(delay, (ATTENUATION, DELAY))
    attenuation.check_same(weight, (ATTENUATION, "weight"))
    if weight.channels != 1:
        raise ValueError(f"weight must have one channel, got {weight.channels}")
    if not attenuation.names == delay.names == weight.names:
        raise ValueError("attenuation, delay and weight carry different sources: take all from one")
    if masks is not None:
        attenuation.check_same(masks, (ATTENUATION, "masks"))
        if attenuation.names:
            raise ValueError("masks divide one mixture, and attenuation carries several sources")


@node("position.histogram_2d", label="DUET histogram", whole=True)
def histogram_2d(
    attenuation: Field,
    delay: Field,
    weight: Power,
    masks: Mask | None = None,
    *,
    bins: Annotated[int, Param(min=3, max=400, unit="bins")] = 50,
    max_attenuation: Annotated[float, Param(min=0.1, max=dsp.LIMIT, step=0.1)] = 0.7,
    max_delay: Milliseconds = 0.3,
    smooth: Annotated[int, Param(min=1, max=15, step=2, unit="bins")] = 3,
    context: Context = SILENT,
) -> Histogram:
    """Sum the weight that comes from each attenuation and delay.

    `bins` by `bins`, from minus to plus `max_attenuation` and `max_delay`; what lies outside is left
    out. An attenuation of 0.7 is 3 dB between the channels; sources panned to 20 and 70 degrees lie
    at -2.4 and 2.4. Averaged over `smooth` by `smooth` bins, 1 leaves it as it is.

    With `masks` there is one histogram per source, of weight times mask; where the masks sum to one,
    the histograms sum to that of the mixture. Planes of several sources give one histogram each.
    The result is (source?, attenuation, delay).

    When it fails: a delay shorter than a bin, or a level closer than one, shows no peak of its own.
    """
    _check_planes(attenuation, delay, weight, masks)
    shares = None if masks is None else masks.stacked().data.mean(axis=-3)
    planes = (plane.stacked().data[:, 0] for plane in (attenuation, delay, weight))
    ends = max_attenuation, max_delay
    counts = [
        dsp.histogram(level, turn, much, ends, bins, shares, context.progress)
        for level, turn, much in zip(*planes, strict=True)
    ]
    data = dsp.smooth(np.stack(counts), smooth).reshape(-1, bins, bins)
    names = masks.names if masks is not None else attenuation.names
    along, across = (np.linspace(-end, end, bins + 1) for end in ends)
    return Histogram(
        data if names else data[0], along, "", ATTENUATION, "weight", names,
        across, MILLISECONDS, DELAY,
    )  # fmt: skip


def _by_hand(text: str, histogram: Histogram) -> Array:
    """Read places (peak, 2) from text."""
    words = [part for part in text.split(";") if part.strip()]
    try:
        places = np.array([[float(w) for w in re.split(r"[\s,]+", p.strip())] for p in words])
    except ValueError:
        places = np.empty(0)
    if places.ndim != 2 or places.shape[1] != 2:
        raise ValueError(f"at: {text!r} is not a list of pairs such as '-0.4 0.12; 0 0; 0.4 -0.12'")
    assert histogram.across is not None
    for name, unit, edges, column in (
        (histogram.quantity, histogram.unit, histogram.edges, places.T[0]),
        (histogram.across_quantity, histogram.across_unit, histogram.across, places.T[1]),
    ):
        if not np.all((column >= edges[0]) & (column <= edges[-1])):
            said = f"from {edges[0]:g} to {edges[-1]:g} {unit}".rstrip()
            raise ValueError(f"at: {text!r} must have each {name} {said}")
    if len({tuple(place) for place in places.tolist()}) < len(places):
        raise ValueError(f"at: {text!r} must be different places")
    return places


def _written(places: Array, histogram: Histogram) -> str:
    # Adding zero takes the sign from what is rounded to none.
    rounded = [(round(level, 2) + 0.0, round(turn, 3) + 0.0) for level, turn in places.tolist()]
    return "; ".join(
        f"{level:g} {turn:g} {histogram.across_unit}" for level, turn in sorted(rounded)
    )


def _found(
    histogram: Histogram, total: Array, count: int, distance: int, height: float
) -> tuple[Array, Array]:
    """Find the `count` highest peaks, or with 0 all up to eight, from left to right."""
    places, heights = dsp.find_peaks(total, distance, height / 100)
    first = np.array([histogram.centres[0], histogram.across_centres[0]])
    steps = np.array([np.diff(histogram.centres[:2])[0], np.diff(histogram.across_centres[:2])[0]])
    if len(places) < max(count, 1):
        reason = (
            f"found at {_written(first + places * steps, histogram)}; lower height or distance, "
            "ask for fewer, or set them with at"
            if len(places)
            else "the histogram is empty, as it is for silence, for one channel alone, and where all "
            "lies outside of its range"
        )
        raise ValueError(f"{len(places)} of {count or 'any'} peaks: {reason}")
    places, heights = places[: count or MOST], heights[: count or MOST]
    # From left to right; places in one column of bins, from the earliest to the latest.
    order = np.lexsort((places[:, 1], np.round(places[:, 0])))
    return first + places[order] * steps, heights[order]


@node("position.peaks_2d", label="Peaks in 2-D", whole=True, aliases=("DUET peaks",))
def peaks_2d(
    histogram: Histogram,
    *,
    count: Annotated[int, Param(min=0, max=MOST, unit="peaks")] = 0,
    distance: Annotated[int, Param(min=1, max=50, unit="bins")] = 2,
    height: Annotated[float, Param(min=0, max=100, step=0.5, unit="%")] = 10.0,
    at: str = "",
    names: str = "",
) -> Peaks:
    """Find the places that stand out in a histogram of two quantities.

    Takes the `count` highest peaks (0: all, eight at most). A peak is the highest bin within
    `distance` bins on each side (2: of 5 by 5 bins) and reaches `height` per cent of the highest one;
    its place is the centre of the bin, refined by a parabola along each axis.

    `at` sets places by hand instead, in pairs, as in *-0.4 0.12; 0 0; 0.4 -0.12*. `names` calls them,
    as in *keys, vocals, guitar*, from left to right or as they stand in `at`; the names become
    source names. A histogram of several sources is summed.

    When it fails: without a `count`, ripples that are higher than `height` are peaks as well; and
    sources less than `distance` apart are one.
    """
    if histogram.across is None:
        raise ValueError(
            f"peaks in 2-D need a histogram of two quantities, this one is of "
            f"{histogram.quantity or 'one'} alone: use Peaks"
        )
    total = histogram.data.sum(axis=0) if histogram.names else histogram.data
    if at.strip():
        places = _by_hand(at, histogram)
        heights = _heights(histogram, total, places)
    else:
        places, heights = _found(histogram, total, count, distance, height)
    names_of = called(names, len(places), _written(places, histogram))
    heights = heights / max(heights.max(), np.finfo(np.float32).tiny)
    level, turn = places.T.astype(np.float32)
    return Peaks(
        level, heights.astype(np.float32), histogram.unit, names_of, turn, histogram.across_unit
    )


def _heights(histogram: Histogram, total: Array, places: Array) -> Array:
    """Read how high the bins are that places lie in."""
    assert histogram.across is not None
    index = [
        np.clip(np.searchsorted(edges, column, "right") - 1, 0, len(edges) - 2)
        for edges, column in zip((histogram.edges, histogram.across), places.T, strict=True)
    ]
    return np.asarray(total[tuple(index)], np.float64)


def _check_peaks(peaks: Peaks) -> tuple[Array, Array]:
    """Give attenuations and delays of peaks. Raises ValueError where they have none."""
    if len(peaks.positions) == 0:
        raise ValueError("there are no peaks to divide the mixture by")
    if peaks.across is None or (peaks.unit, peaks.across_unit) != ("", MILLISECONDS):
        two = "" if peaks.across is None else f" and {peaks.across_unit or 'no unit'}"
        raise ValueError(
            f"peaks must have an attenuation and a delay in ms, these are in "
            f"{peaks.unit or 'no unit'}{two}: take them from Peaks in 2-D"
        )
    return peaks.positions, peaks.across


def _mask_bytes(spectrogram: Spectrogram, peaks: Peaks, **_: object) -> float:
    """One mask for each peak."""
    return spectrogram.data.size / 2 * 4.0 * len(peaks.positions)


@node("position.duet_mask", label="DUET mask", memory=_mask_bytes)
def duet_mask(spectrogram: Spectrogram, peaks: Peaks, *, context: Context = SILENT) -> Mask:
    """Give each bin to the source whose level and delay explain it best.

    The maximum likelihood rule: bin X goes to the source j with the least
    |a_j exp(-i omega d_j) X1 - X2|^2 / (1 + a_j^2), a = (alpha + sqrt(alpha^2 + 4)) / 2. That is asked of
    every bin, at high frequencies too, since from known delays the phase follows without doubt.
    Frequency 0 goes with the bin above it.

    The masks (source, channel 1, freq, time) are 0 or 1 with exactly one owner, so they sum to one;
    silence is the first source's. At high frequencies sources that differ in delay alone may
    have the same phase again, and share those bins by chance.

    Yilmaz and Rickard, IEEE TSP 52(7), 2004, section III.
    """
    _check_mixture(spectrogram)
    level, turn = _check_peaks(peaks)
    data = dsp.likeliest_mask(
        spectrogram.data, level, turn, _omega(spectrogram.grid), context.progress
    )
    return Mask(data, spectrogram.grid, peaks.called)


def _image_bytes(spectrogram: Spectrogram, masks: Mask, *_: Any, **__: object) -> float:
    """One stereo spectrum for each source."""
    return spectrogram.data.size * 8.0 * max(len(masks.names), 1)


@node("position.duet_demix", label="DUET images", memory=_image_bytes, aliases=("demix",))
def duet_demix(
    spectrogram: Spectrogram, masks: Mask, peaks: Peaks, *, context: Context = SILENT
) -> Spectrogram:
    """Make of each source what it is by its level and delay, from both channels.

    S_j = M_j (X1 + a_j exp(i omega d_j) X2) / (1 + a_j^2) is the likeliest source in the bins of mask
    M_j, and its image in the channels (1, a_j exp(-i omega d_j)) S_j. Against `mask.apply` this takes
    away what of the others does not fit the place; so the images (source, channel 2, freq, time) do
    **not** sum to the mixture.

    Masks and peaks must name the same sources. When it fails: a source that is not a point, with
    reverberation or a width of its own, loses it.

    Rickard, "The DUET blind source separation algorithm", 2007.
    """
    _check_mixture(spectrogram)
    spectrogram.check_same(masks, ("spectrogram", "masks"))
    level, turn = _check_peaks(peaks)
    if masks.channels != 1:
        raise ValueError(f"masks must have one channel for both, got {masks.channels}")
    if sorted(masks.names) != sorted(peaks.called) and (masks.names or len(level) > 1):
        mine = ", ".join(masks.names) or "one source without a name"
        raise ValueError(f"masks are of {mine}, peaks of {', '.join(peaks.called)}")
    order = [peaks.called.index(name) for name in masks.names] or [0]
    data = dsp.images(
        spectrogram.data, masks.stacked().data, level[order], turn[order], _omega(spectrogram.grid),
        context.progress,
    )  # fmt: skip
    return Spectrogram(data, spectrogram.grid, masks.names or peaks.called)
