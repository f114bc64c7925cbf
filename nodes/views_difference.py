"""Two values against each other: the first less the second, where both lie on one grid.

Levels differ in dB: red is stronger in the first, blue in the second. Where both are below the
floor there is no difference. Masks, fields and sound are subtracted. Histograms and curves are
drawn over each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from nodegraph.values import (
    Array,
    Audio,
    Curve,
    Field,
    Histogram,
    Mask,
    Plane,
    Power,
    Sourced,
    Spectrogram,
    Value,
)
from nodegraph.views import WHOLE, Curves, Heatmap, Lens, Panels, Wave, view
from nodes.dsp.reduction import decibels, joined
from nodes.picturing import (
    DECIBELS,
    PANELS,
    Cut,
    cut,
    energies,
    first_channel,
    image,
    panels,
    planes,
    shares,
)
from nodes.position import PRINCIPAL
from nodes.views_audio import wave
from nodes.views_position import histogram_picture, is_single

DIFFERENCE = 30.0
"""dB at the ends of the colours."""
SIDES = ("this", "the other")


# Planes


@view("difference", label="Difference")
def spectrogram_difference(
    value: Spectrogram, *, other: Value, lens: Lens = WHOLE
) -> Heatmap | Panels:
    """Show how many dB stronger each bin is than in another plane."""
    return _levels(value, other, lens)


@view("difference", label="Difference")
def power_difference(value: Power, *, other: Value, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show how many dB stronger each bin is than in another plane."""
    return _levels(value, other, lens)


def _levels(value: Plane, other: Value, lens: Lens) -> Heatmap | Panels:
    if not isinstance(other, (Spectrogram, Power)):
        raise _unlike(value, other)
    pairs = list(_pairs(value, other))
    if value.grid != other.grid:
        raise _apart(value, other)
    first, second = energies(value, lens), energies(other, lens)
    top = max(first.top, second.top)
    maps = [
        levels_difference(first.seen, first.images[one or 0], second.images[two or 0], top, name)
        for name, one, two in pairs
    ]
    return maps[0] if len(maps) == 1 else panels(maps, len(maps))


def levels_difference(seen: Cut, first: Array, second: Array, top: float, title: str) -> Heatmap:
    """Give a picture of energies against others, from `DECIBELS` below `top` on."""
    one, two = decibels([first, second], DECIBELS, top)
    return _signed(seen, one - two, "difference", "dB", DIFFERENCE, title)


def _signed(seen: Cut, data: Array, name: str, unit: str, most: float, title: str) -> Heatmap:
    return Heatmap(data, seen.x, seen.y, name, unit, -most, most, "diverging", title)


@view("difference", label="Difference")
def mask_difference(value: Mask, *, other: Value, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show how much more of each bin a mask gives than another one."""
    if not isinstance(other, Mask):
        raise _unlike(value, other)
    pairs = list(_pairs(value, other))
    if value.grid != other.grid:
        raise _apart(value, other)
    seen = cut(value.grid, lens, deep=True)

    def shown(mask: Mask, k: int | None) -> Array:
        kept = (planes(mask, k), "shares")
        return image(shares(mask, k), kept, seen, mask.grid, "average")

    maps = [
        _signed(seen, shown(value, one) - shown(other, two), "difference", "", 1.0, name)
        for name, one, two in pairs
    ]
    return maps[0] if len(maps) == 1 else panels(maps, len(maps))


@view("difference", label="Difference")
def field_difference(value: Field, *, other: Value, lens: Lens = WHOLE) -> Heatmap | Panels:
    """Show how much larger a quantity is than in another field; of several channels the first."""
    if not isinstance(other, Field) or (value.unit, value.name) != (other.unit, other.name):
        raise _unlike(value, other)
    pairs = list(_pairs(value, other))
    if value.grid != other.grid:
        raise _apart(value, other)
    seen = cut(value.grid, lens)
    circle = {"rad": 2 * np.pi, "°": 180.0 if value.name == PRINCIPAL else 0.0}.get(value.unit, 0)

    def shown(one: int | None, two: int | None) -> Array:
        reads = first_channel(value, one), first_channel(other, two)
        made = joined(lambda r, c: reads[0](r, c) - reads[1](r, c), seen.rows, seen.columns, "one")
        return (made + circle / 2) % circle - circle / 2 if circle else made

    images = [shown(one, two) for _, one, two in pairs]
    most = circle / 2 or max(_largest(made) for made in images) or 1.0
    if value.unit == "dB":
        most = DIFFERENCE
    maps = [
        _signed(seen, made.astype(np.float32), "difference", value.unit, most, name)
        for made, (name, _, _) in zip(images, pairs, strict=True)
    ]
    return maps[0] if len(maps) == 1 else panels(maps, len(maps))


def _largest(image: Array) -> float:
    good = np.abs(image[np.isfinite(image)])
    return float(good.max()) if good.size else 0.0


# Sound


@view("difference", label="Difference")
def audio_difference(value: Audio, *, other: Value, lens: Lens = WHOLE) -> Wave | Panels:
    """Show the outline of what is left when another sound is taken away."""
    if not isinstance(other, Audio):
        raise _unlike(value, other)
    pairs = list(_pairs(value, other))
    value.check_same(other, SIDES)
    waves = []
    for name, one, two in pairs:
        a = value.data if one is None else value.data[one]
        b = other.data if two is None else other.data[two]

        def samples(index: Any, a: Array = a, b: Array = b) -> list[Array]:
            # One channel is compared with all.
            count = max(len(a), len(b))
            return [a[k % len(a)][index] - b[k % len(b)][index] for k in range(count)]

        waves.append(wave(samples, [a, b], "difference", value, lens, name or "difference"))
    return waves[0] if len(waves) == 1 else panels(waves, len(waves), columns=1)


# Lines


@view("difference", label="Both", when=is_single)
def histogram_difference(value: Histogram, *, other: Value, lens: Lens = WHOLE) -> Curves:
    """Draw two histograms over each other, each below its own highest bin."""
    if not isinstance(other, Histogram):
        raise _unlike(value, other)
    value.check_same(other, SIDES)
    both = [histogram_picture(_summed(side), lens=lens) for side in (value, other)]
    lines = [
        replace(picture.lines[0], name=name) for picture, name in zip(both, SIDES, strict=True)
    ]
    return replace(both[0], lines=tuple(lines))


def _summed(value: Histogram) -> Histogram:
    return value.like(value.data.sum(axis=0), ()) if value.names else value


@view("difference", label="Both")
def curve_difference(value: Curve, *, other: Value) -> Curves:
    """Draw two curves over each other."""
    from nodes.views import curves_of

    if not isinstance(other, Curve) or (value.unit, value.x_unit) != (other.unit, other.x_unit):
        raise _unlike(value, other)
    return curves_of((value, other), SIDES)


# What can be compared


def _pairs(value: Sourced, other: Sourced) -> Iterator[tuple[str, int | None, int | None]]:
    """Give which sources are compared: those of one name, or all with the one there is."""
    if not (value.names or other.names):
        return iter([("", None, None)])
    if value.names and other.names:
        common = [name for name in value.names if name in other.names]
        if not common:
            raise ValueError(
                f"no source is on both sides: {', '.join(value.names)} against "
                f"{', '.join(other.names)}"
            )
        places = [(n, value.names.index(n), other.names.index(n)) for n in common]
        return iter([(n, one, two) for n, one, two in places if max(one, two) < PANELS])
    if value.names:
        return iter([(name, k, None) for k, name in enumerate(value.names[:PANELS])])
    return iter([(name, None, k) for k, name in enumerate(other.names[:PANELS])])


def _unlike(value: Value, other: Value) -> ValueError:
    return ValueError(f"there is no difference of {_called(value)} and {_called(other)}")


def _called(value: Value) -> str:
    unit = getattr(value, "unit", "")
    return f"{type(value).__name__}{f' in {unit}' if unit else ''}"


def _apart(value: Plane, other: Plane) -> ValueError:
    return ValueError(f"{SIDES[0]} is on {value.grid}, {SIDES[1]} on {other.grid}")
