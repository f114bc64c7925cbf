"""Planes over time and frequency: levels, phase, the loudest source, fields, and kernels.

What is seen and how it is joined is decided in `nodes.picturing`.
"""

from __future__ import annotations

import math

import numpy as np

from nodegraph.values import Array, Field, Kernel, Plane, Power, Spectrogram
from nodegraph.views import WHOLE, Axis, Blend, Heatmap, Lens, Panels, view
from nodes.dsp import pyramid
from nodes.dsp.reduction import BLOCK, How, decibels, joined
from nodes.picturing import (
    DECIBELS,
    FLOOR,
    cut,
    energies,
    energy,
    first_channel,
    heatmaps,
    image,
    is_level,
    levels_map,
    named,
    planes,
    sources,
    summit,
)
from nodes.position import PRINCIPAL

PHASE_FLOOR = 60.0
"""dB below the largest level; what is weaker has no phase worth a colour."""


# Levels


@view
def spectrogram_picture(value: Spectrogram, *, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show the level in decibels below the largest of all sources, channels averaged."""
    return _levels(value, lens)


@view
def power_picture(value: Power, *, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show the level in decibels below the largest of all sources, channels averaged."""
    return _levels(value, lens)


def _levels(value: Plane, lens: Lens) -> Heatmap | Panels:
    shown = energies(value, lens)
    return heatmaps(
        value,
        shown.decibels,
        lambda image, title: levels_map(shown.seen, image, shown.zero, title),
    )


def _several(value: Plane) -> bool:
    return len(value.names) > 1


@view("loudest", label="Loudest source", when=_several)
def spectrogram_loudest(value: Spectrogram, *, lens: Lens = WHOLE) -> Blend:
    """Give each bin the colour of its loudest source, as in the survey's figure 1."""
    return _loudest(value, lens)


@view("loudest", label="Loudest source", when=_several)
def power_loudest(value: Power, *, lens: Lens = WHOLE) -> Blend:
    """Give each bin the colour of its loudest source, as in the survey's figure 1."""
    return _loudest(value, lens)


def _loudest(value: Plane, lens: Lens) -> Blend:
    """Colour by the loudest source, dimmed by its level; silence is the first one's, and black."""
    shown = energies(value, lens)
    stacked = np.stack(shown.images)
    owner = np.where(np.isnan(stacked), -1, stacked).argmax(axis=0)
    shares = np.stack([owner == number for number in range(len(stacked))]).astype(np.float16)
    with np.errstate(all="ignore"):
        (level,) = decibels([np.fmax.reduce(stacked, axis=0)], FLOOR, shown.top)
    return Blend(
        shares,
        np.nan_to_num(level, nan=-FLOOR),
        value.names[: len(stacked)],
        shown.seen.x,
        shown.seen.y,
        -DECIBELS,
        0.0,
        _cut_title(value, len(stacked)),
        shown.zero,
    )


def _cut_title(value: Plane, shown: int) -> str:
    count = len(value.names)
    return f"{shown} of {count} sources" if shown < count else ""


@view("phase", label="Phase")
def spectrogram_phase(value: Spectrogram, *, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show the phase of the first channel where there is enough sound to have one."""
    seen = cut(value.grid, lens)
    images = []
    for source in sources(value):
        read, first = energy(value, source), planes(value, source)[0]
        kept = (planes(value, source), named(value))
        least = np.float32(summit(read, kept, value.grid) * 10 ** (-PHASE_FLOOR / 10))

        def phase(
            rows: slice, columns: slice, first: Array = first, least: np.float32 = least
        ) -> Array:
            part = first[rows, columns]
            angle: Array = np.angle(part).astype(np.float32)
            weak = ~(part.real**2 + part.imag**2 > least)
            angle[weak] = np.nan
            return angle

        images.append(joined(phase, seen.rows, seen.columns, "one"))
    return heatmaps(
        value,
        images,
        lambda image, title: Heatmap(
            image, seen.x, seen.y, "phase", "rad", -math.pi, math.pi, "cyclic", title
        ),
    )


# Fields


@view
def field_picture(value: Field, *, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show a quantity such as an angle; of several channels the first.

    Of levels the largest in each cell is kept, of anything else one.
    """
    seen = cut(value.grid, lens, deep=is_level(value))
    how: How = "largest" if is_level(value) else "one"
    images = [
        image(
            first_channel(value, source),
            (planes(value, source), "first"),
            seen,
            value.grid,
            how,
        )
        for source in sources(value)
    ]
    low, high, colours = _scale(value)
    name = value.name or "field"
    return heatmaps(
        value,
        images,
        lambda image, title: Heatmap(
            image, seen.x, seen.y, name, value.unit, low, high, colours, title
        ),
    )


def _scale(value: Field) -> tuple[float, float, str]:
    """Choose range and colours of a field: circles, signed quantities and plain ones."""
    if value.unit == "rad":
        return -math.pi, math.pi, "cyclic"
    if value.unit == "°":
        # The principal angle closes a circle, the other one runs from left over the middle to right.
        circle = value.name == PRINCIPAL
        return (-90.0, 90.0, "cyclic") if circle else (0.0, 90.0, "diverging")
    low, high = _extremes(value)
    if value.unit == "dB":
        return max(low, high - DECIBELS) if low < high else high - DECIBELS, high, "magma"
    if low < 0:
        return -max(-low, high), max(-low, high), "diverging"
    return 0.0, 1.0 if high == 0 or (high <= 1 and not value.unit) else high, "magma"


def _extremes(value: Field) -> tuple[float, float]:
    """Give the lowest and the highest number of the sources that are shown, wherever they are."""
    ends = [_ends(planes(value, source)[0]) for source in sources(value)]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _ends(plane: Array) -> tuple[float, float]:
    def measured() -> tuple[float, float]:
        step = max(1, BLOCK // plane.shape[1])
        low, high = math.inf, -math.inf
        for row in range(0, len(plane), step):
            good = plane[row : row + step]
            if not np.isfinite(good).all():
                good = good[np.isfinite(good)]
            if good.size:
                low, high = min(low, float(good.min())), max(high, float(good.max()))
        return (low, high) if low <= high else (0.0, 0.0)

    return pyramid.KEPT.get([plane], "ends", measured)


# Kernels


@view
def kernel_picture(value: Kernel) -> Heatmap:
    """Show which neighbours count, around the bin in the middle."""
    height, width = (length / 2 for length in value.data.shape)
    return _kernel(value, Axis("frames", "", -width, width), Axis("bins", "", -height, height))


@view("placed", label="In seconds and Hz")
def kernel_placed(value: Kernel, *, plane: Spectrogram) -> Heatmap:
    """Show which neighbours count, as far from the bin in the middle as they are on the plane."""
    grid = plane.grid
    grid.check_linear("a kernel in Hz")
    tall, wide = value.data.shape
    height, width = tall * grid.rate / grid.n_fft / 2, wide * grid.hop / grid.rate / 2
    return _kernel(
        value, Axis("distance", "s", -width, width), Axis("distance", "Hz", -height, height)
    )


def _kernel(value: Kernel, x: Axis, y: Axis) -> Heatmap:
    image = value.data.astype(np.float32)
    return Heatmap(image, x, y, "neighbour", "", 0.0, 1.0, "grey", value.name)
