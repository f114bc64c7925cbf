"""How sources reach the channels: gains and arrows of a mixing, and one channel against the other."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.values import Array, Audio, Mixing
from nodegraph.views import WHOLE, Axis, Curves, Heatmap, Lens, Line, Table, view
from nodes.dsp import pyramid, surround
from nodes.dsp.blocks import parallel, spans
from nodes.dsp.reduction import decibels, even
from nodes.picturing import level, part, stretch

CELLS = 512
"""Cells along each side of the finest picture of samples."""
DECIBELS = 50.0
"""Range of how many samples there are in a cell."""
BLOCK = 1 << 20
"""Samples counted at once; a sum of whole numbers does not depend on it."""


def gains_of(value: Mixing) -> Array:
    """Give the gain of each source in each channel (channel, source), in the mean over frequencies.

    Below zero where gains are the same at all frequencies and one channel is reversed.
    """
    if len(value.data) == 1 and not value.data.imag.any():
        return np.asarray(value.data[0].real)
    gains: Array = np.sqrt((np.abs(value.data) ** 2).mean(axis=0))
    return gains


def _angles(value: Mixing) -> Array:
    """Give the principal angle of each source between two channels, in degrees, 45 in silence."""
    first, second = value.data[:, 0], value.data[:, 1]
    cross = 2 * (first * second.conj()).real.mean(axis=0)
    apart = (np.abs(first) ** 2 - np.abs(second) ** 2).mean(axis=0)
    angles: Array = np.rad2deg(np.arctan2(cross, apart) / 2)
    return np.where(np.hypot(cross, apart) > 0, angles, 45.0)


def _numbered(channel: int) -> str:
    return f"channel {channel + 1}"


def six_channels(value: Mixing) -> bool:
    return value.channels == 6


@view
def mixing_picture(value: Mixing) -> Table:
    """List the gain of each source in each channel, and for two channels the angle it stands at."""
    called = surround.NAMES if six_channels(value) else map(_numbered, range(value.channels))
    columns = ["source", *called]
    rows: list[tuple[str | float, ...]] = [
        (name, *map(float, gains))
        for name, gains in zip(value.sources, gains_of(value).T, strict=True)
    ]
    if value.channels == 2:
        columns.insert(1, "angle (°)")
        rows = [
            (row[0], float(angle), *row[1:])
            for row, angle in zip(rows, _angles(value), strict=True)
        ]
    notes = (f"the mean over {len(value.data)} frequencies",) if len(value.data) > 1 else ()
    return Table(tuple(columns), tuple(rows), notes)


def _two_channels(value: Mixing) -> bool:
    return value.channels == 2


@view("arrows", label="Arrows", when=_two_channels)
def mixing_arrows(value: Mixing) -> Curves:
    """Draw each source from zero to its gains in the first and in the second channel."""
    length, angles = np.hypot(*gains_of(value)), np.deg2rad(_angles(value))
    tips = np.stack([length * np.cos(angles), length * np.sin(angles)])
    far = float(np.abs(tips).max(initial=0.0)) * 1.1 or 1.0
    # A little below zero, since an area under an arrow means nothing.
    low = -far if np.any(tips < -0.05 * far) else -0.05 * far
    lines = tuple(
        Line(name, np.array([0.0, x]), np.array([0.0, y]))
        for name, (x, y) in zip(value.sources, tips.T, strict=True)
    )
    x, y = (Axis(f"{which} channel", "", low, far) for which in ("first", "second"))
    return Curves(lines, x, y, square=True)


def _over_frequencies(value: Mixing) -> bool:
    return value.channels == 2 and len(value.data) > 1


@view("over_frequency", label="Over frequency", when=_over_frequencies)
def mixing_over_frequency(value: Mixing, *, lens: Lens = WHOLE) -> Curves:
    """Draw the angle of each source at each frequency, by levels alone."""
    whole = Axis("bin", "", 0.0, float(len(value.data)))
    first, last = stretch(whole, len(value.data), lens.start, lens.stop)
    starts, stops = even(first, last, max(1, lens.columns))
    middle = (starts + stops - 1) // 2
    levels = np.abs(value.data[middle])
    angles = np.rad2deg(np.arctan2(levels[:, 1], levels[:, 0]))
    lines = tuple(
        Line(name, middle + 0.5, angles[:, number]) for number, name in enumerate(value.sources)
    )
    return Curves(lines, part(whole, len(value.data), first, last), Axis("angle", "°", -1.0, 91.0))


# Sound


def _plain_stereo(value: Audio) -> bool:
    return value.channels == 2 and not value.names


@view("scatter", label="Left against right", when=_plain_stereo)
def audio_scatter(value: Audio, *, lens: Lens = WHOLE) -> Heatmap:
    """Show how many samples lie where, the first channel across and the second upright.

    A source panned by level alone lies on a straight line through zero, at its angle: these lines
    are the axes that ICA looks for. Numbers of samples are in dB below the fullest cell.
    """
    far = _far(value.data)
    counts = pyramid.KEPT.get([value.data], ("scatter",), lambda: _counts(value.data, far))
    whole = Axis("first channel", "", -far, far)
    first, last = stretch(whole, CELLS, lens.start, lens.stop)
    columns, _ = even(first, last, max(1, lens.columns))
    rows, _ = even(0, CELLS, max(1, lens.rows))
    image = np.add.reduceat(counts[:, first:last], columns - first, axis=1)
    image = np.add.reduceat(image, rows, axis=0)
    top = float(image.max(initial=0.0))
    (image,) = decibels([image], 2 * DECIBELS)
    x, y = part(whole, CELLS, first, last), Axis("second channel", "", -far, far)
    return Heatmap(image, x, y, "samples", "dB", -DECIBELS, 0.0, top=level(top), square=True)


def _far(sound: Array) -> float:
    """Give the largest finite sample, whatever its sign; 1 in silence."""
    ends = [float(np.abs(end)) for end in (sound.min(initial=0.0), sound.max(initial=0.0))]
    far = max(end if math.isfinite(end) else 0.0 for end in ends)
    return far or 1.0


def _counts(sound: Array, far: float) -> Array:
    """Count the samples in each cell (second channel, first channel)."""
    pieces = spans(sound.shape[-1], BLOCK)
    sums: list[Array] = [np.empty(0)] * len(pieces)

    def work(number: int) -> None:
        piece = sound[:, slice(*pieces[number])]
        good = np.isfinite(piece).all(axis=0)
        cell = (np.where(good, piece, 0) + np.float64(far)) * (CELLS / (2 * far))
        across, upright = np.clip(cell, 0, CELLS - 1).astype(np.intp)
        sums[number] = np.bincount((upright * CELLS + across)[good], minlength=CELLS * CELLS)

    parallel(work, range(len(pieces)))
    total = np.sum(sums, axis=0) if sums else np.zeros(CELLS * CELLS)
    counts: Array = np.asarray(total, np.float32).reshape(CELLS, CELLS)
    return counts
