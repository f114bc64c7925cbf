"""Spatial covariances: ellipses of two channels, and what they say over frequency."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nodegraph.values import Array, Covariance
from nodegraph.views import WHOLE, Axis, Curves, Lens, Line, Panels, view
from nodes.dsp.hermitian import eigenvalues, trace
from nodes.dsp.reduction import even
from nodes.picturing import PANELS, bins_between, panels

POINTS = 721
"""Points of an ellipse, the last of which is the first: the window draws it point by point."""
BANDS = (0.0, 250.0, 1000.0, 4000.0)
"""Where the bands that have ellipses of their own begin, in Hz."""
LEAST = 1e-6
"""Smallest ratio of eigenvalues that is shown: no model learns less."""


def _pair(value: Covariance) -> bool:
    return value.channels == 2


def _several(value: Covariance) -> bool:
    return value.channels > 1


def _shown(value: Covariance) -> dict[str, Array]:
    """Give the matrices (freq, channel, channel) of each source that is shown."""
    singles = list(value.singles().items())[:PANELS]
    return {name: np.nan_to_num(np.asarray(one.data)) for name, one in singles}


@view
def covariance_picture(value: Covariance, *, lens: Lens = WHOLE) -> Curves:
    """Show how the two channels of each source move together, as an ellipse.

    It is the outline of the average over all frequencies: a line for a source at one place, at its
    angle, and a circle for sound from everywhere. Of other numbers of channels the share of the
    strongest direction is shown over frequency.
    """
    if value.channels != 2:
        return _strongest(value, lens)
    means = {name: one.mean(axis=0) for name, one in _shown(value).items()}
    return _ellipses(means, lens, "")


@view("bands", label="Ellipses per band", when=_pair)
def covariance_bands(value: Covariance, *, lens: Lens = WHOLE) -> Panels:
    """Show the ellipses of all sources in each of four bands of frequency."""
    frequencies, pictures = value.grid.frequencies, []
    for low, high in zip(BANDS, (*BANDS[1:], np.inf), strict=True):
        inside = (frequencies >= low) & (frequencies < high)
        if inside.any():
            means = {name: one[inside].mean(axis=0) for name, one in _shown(value).items()}
            pictures.append(_ellipses(means, lens, _band(low, high)))
    return panels(pictures, len(pictures))


def _band(low: float, high: float) -> str:
    if low == 0:
        return f"below {high:g} Hz"
    return f"above {low:g} Hz" if high == np.inf else f"{low:g} to {high:g} Hz"


def _ellipses(covariances: dict[str, Array], lens: Lens, title: str) -> Curves:
    """Draw where one standard deviation of two channels lies."""
    circle = np.linspace(0, 2 * np.pi, max(5, min(POINTS, lens.columns)))
    unit = np.stack([np.cos(circle), np.sin(circle)])
    lines = []
    for name, matrix in covariances.items():
        strengths, directions = np.linalg.eigh(matrix.real)
        x, y = (directions * np.sqrt(np.maximum(strengths, 0))) @ unit
        lines.append(Line(name, x, y))
    most = max((float(np.abs([line.x, line.y]).max()) for line in lines), default=0.0)
    reach = max(1.5, 1.05 * most)
    first, second = (Axis(f"{which} channel", "", -reach, reach) for which in ("first", "second"))
    return Curves(tuple(lines), first, second, title=title, square=True)


def _over_frequency(
    value: Covariance,
    lens: Lens,
    y: Axis,
    measure: Callable[[Array], Array],
    join: Callable[[Array, Array, Array], Array],
) -> Curves:
    """Draw a number of each matrix over frequency, source by source."""
    first, last, x = bins_between(value.grid, lens.start, lens.stop)
    starts, stops = even(first, last, max(1, lens.columns))
    places = (value.grid.frequencies[starts] + value.grid.frequencies[stops - 1]) / 2
    lines = tuple(
        Line(name, places, join(measure(one[first:last]), starts - first, stops - first))
        for name, one in _shown(value).items()
    )
    return Curves(lines, x, y)


def _average(numbers: Array, starts: Array, stops: Array) -> Array:
    made: Array = np.add.reduceat(numbers, starts) / (stops - starts)
    return made


def _middle(numbers: Array, starts: Array, stops: Array) -> Array:
    """Take one of each cell, as angles cannot be averaged."""
    return np.asarray(numbers[(starts + stops - 1) // 2])


@view("rank", label="Rank over frequency", when=_several)
def covariance_rank(value: Covariance, *, lens: Lens = WHOLE) -> Curves:
    """Show the second eigenvalue against the first: the lower, the more a source has one place."""

    def ratio(matrices: Array) -> Array:
        if value.channels == 2:
            large, small = eigenvalues(matrices)
        else:
            ordered = np.linalg.eigvalsh(matrices.astype(np.complex128))
            large, small = ordered[..., -1], ordered[..., -2]
        share = np.divide(small, large, out=np.zeros_like(large), where=large > 0)
        return np.maximum(share, LEAST)

    return _over_frequency(value, lens, Axis("λ2 / λ1", "", LEAST, 1.0, "log"), ratio, _average)


@view("direction", label="Direction over frequency", when=_pair)
def covariance_direction(value: Covariance, *, lens: Lens = WHOLE) -> Curves:
    """Show the principal angle at each frequency: 0 is the first channel, 45 the middle.

    Beyond 90 degrees, below zero, one channel is reversed or comes half a turn later.
    """

    def angle(matrices: Array) -> Array:
        first, second = matrices[..., 0, 0].real, matrices[..., 1, 1].real
        return np.asarray(np.rad2deg(np.arctan2(2 * matrices[..., 0, 1].real, first - second) / 2))

    return _over_frequency(value, lens, Axis("principal angle", "°", -90.0, 90.0), angle, _middle)


def _strongest(value: Covariance, lens: Lens) -> Curves:
    """Draw the share of the largest eigenvalue over frequency."""

    def share(matrices: Array) -> Array:
        largest = np.linalg.eigvalsh(matrices.astype(np.complex128))[..., -1]
        size = trace(matrices)
        return np.divide(largest, size, out=np.zeros_like(largest), where=size > 0)

    y = Axis("share of the strongest direction", "", 0.0, 1.0)
    return _over_frequency(value, lens, y, share, _average)
