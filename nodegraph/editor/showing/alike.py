"""Which times are like the one that is heard, as a picture of neighbours tells."""

from __future__ import annotations

import numpy as np

from nodegraph.views import Heatmap

Spans = tuple[tuple[float, float], ...]


def alike(picture: Heatmap, seconds: float) -> Spans:
    """Give the stretches of time, in seconds, that are like a moment; none outside of the picture."""
    rows, columns = picture.data.shape
    share = (seconds - picture.x.start) / ((picture.x.stop - picture.x.start) or 1.0)
    if not (rows and columns and 0 <= share < 1):
        return ()
    lit = np.concatenate([[False], picture.data[:, int(share * columns)] > 0, [False]])
    edges = np.flatnonzero(lit[1:] != lit[:-1]).reshape(-1, 2)
    step = (picture.y.stop - picture.y.start) / rows
    return tuple(
        (picture.y.start + int(first) * step, picture.y.start + int(last) * step)
        for first, last in edges
    )
