"""What lies under the pointer, in words: time, frequency, note, level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nodegraph.editor.pictures.axes import at, clock, plain, shares
from nodegraph.figure.table import NOT_DEFINED
from nodegraph.views import Axis, Blend, Curves, Heatmap, Panels, Picture, Wave

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
LOWEST = 8.0
"""Hertz; below it no instrument sounds."""


@dataclass(frozen=True)
class Readout:
    """Four texts; empty where there is nothing to say."""

    x: str = ""
    y: str = ""
    value: str = ""
    note: str = ""


def value_at(picture: Picture, share_x: float, share_y: float) -> Readout:
    """Read a picture at a point; shares count from the left and from the bottom."""
    if not (0 <= share_x <= 1 and 0 <= share_y <= 1):
        return Readout()
    if isinstance(picture, Panels):
        return _in_panels(picture, share_x, share_y)
    if isinstance(picture, Heatmap):
        return _in_heatmap(picture, share_x, share_y)
    if isinstance(picture, Blend):
        return _in_blend(picture, share_x, share_y)
    if isinstance(picture, Curves):
        return _in_curves(picture, share_x, share_y)
    return _in_wave(picture, share_x) if isinstance(picture, Wave) else Readout()


def _in_panels(picture: Panels, share_x: float, share_y: float) -> Readout:
    rows = max((row + span for row, _, span, _ in picture.places), default=0)
    columns = max((column + span for _, column, _, span in picture.places), default=0)
    across, down = share_x * columns, (1 - share_y) * rows
    for part, (row, column, tall, wide) in zip(picture.pictures, picture.places, strict=False):
        x, y = (across - column) / (wide or 1), 1 - (down - row) / (tall or 1)
        if 0 <= x <= 1 and 0 <= y <= 1:
            return value_at(part, x, y)
    return Readout()


def _in_heatmap(picture: Heatmap, share_x: float, share_y: float) -> Readout:
    x, y = at(picture.x, share_x), at(picture.y, share_y)
    data = np.atleast_2d(picture.data)
    value = ""
    if data.size:
        row, column = (
            min(int(share * count), count - 1)
            for share, count in zip((share_y, share_x), data.shape, strict=True)
        )
        value = measured(float(data[row, column]), picture.unit)
    return Readout(_written(picture.x, x), _written(picture.y, y), value, _note(picture, x, y))


def _in_blend(picture: Blend, share_x: float, share_y: float) -> Readout:
    """Read level and the source that has the largest share."""
    x, y = at(picture.x, share_x), at(picture.y, share_y)
    value = ""
    planes = np.asarray(picture.shares)
    if planes.size and planes.ndim == 3:
        row = min(int(share_y * planes.shape[1]), planes.shape[1] - 1)
        column = min(int(share_x * planes.shape[2]), planes.shape[2] - 1)
        cell = np.nan_to_num(planes[:, row, column].astype(np.float32), nan=0.0)
        most = int(cell.argmax())
        if cell[most] > 0 and most < len(picture.names):
            value = f"{picture.names[most]} {round(100 * float(cell[most]))} %"
        level = measured(float(picture.level[row, column]), "dB")
        value = f"{value}  {level}".strip()
    return Readout(_written(picture.x, x), _written(picture.y, y), value, _note(picture, x, y))


def _in_curves(picture: Curves, share_x: float, share_y: float) -> Readout:
    """Read the line that is nearest at this x."""
    x, y = at(picture.x, share_x), at(picture.y, share_y)
    near: list[tuple[float, str]] = []
    for line in picture.lines:
        count = min(len(line.x), len(line.y))
        along = np.asarray(line.x[:count], float)
        if count and (np.diff(along) >= 0).all() and along[0] <= x <= along[-1]:
            height = float(np.interp(x, along, line.y[:count]))
            away = abs(float(shares(picture.y, height)) - share_y)
            if math.isfinite(away):
                near.append((away, f"{line.name} {measured(height, picture.y.unit)}".strip()))
    value = min(near)[1] if near else ""
    return Readout(_written(picture.x, x), _written(picture.y, y), value, _note(picture, x, y))


def _in_wave(picture: Wave, share_x: float) -> Readout:
    count = min(len(picture.low), len(picture.high))
    value = ""
    if count:
        column = min(int(share_x * count), count - 1)
        low, high = (plain(float(side[column]), 0.01) for side in (picture.low, picture.high))
        value = low if low == high else f"{low} to {high}"
    return Readout(_written(picture.x, at(picture.x, share_x)), "", value)


def _note(picture: Any, x: float, y: float) -> str:
    for axis, number in ((picture.y, y), (picture.x, x)):
        if axis.unit == "Hz":
            return note_name(number)
    return ""


def note_name(hertz: float) -> str:
    """Name the nearest note of equal temperament and the cents from it: ``C5 -1 ct``."""
    if not LOWEST <= hertz < math.inf:
        return ""
    cents = round(1200 * math.log2(hertz / 440)) + 6900
    number, rest = divmod(cents + 50, 100)
    rest -= 50
    return f"{NOTES[number % 12]}{number // 12 - 1} {f'{rest:+d}' if rest else '0'} ct"


def _written(axis: Axis, number: float) -> str:
    """Write a place on an axis, as finely as a picture shows."""
    if axis.unit != "s":
        return measured(number, axis.unit)
    if abs(number) < 60:
        return f"{plain(number, 0.01)} s"
    hundredths = round(abs(number) * 100)
    sign = "-" if number < 0 else ""
    return f"{sign}{clock(hundredths // 100)}.{hundredths % 100:02d}"


def measured(value: float, unit: str) -> str:
    """Write a number with its unit."""
    if math.isnan(value):
        return NOT_DEFINED
    if math.isinf(value):
        text = "∞" if value > 0 else "-∞"
    elif unit in ("dB", "°"):
        text = plain(value, 0.1)
    elif unit == "Hz":
        text = plain(value, 1 if abs(value) >= 100 else 0.1)
    else:
        text = plain(value, 0.01) if 0.1 <= abs(value) < 1e4 else f"{value:.3g}"
    return f"{text}°" if unit == "°" else f"{text} {unit}".rstrip()
