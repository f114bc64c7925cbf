"""Sound as its outline, down to single samples."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from nodegraph.values import Array, Audio
from nodegraph.views import WHOLE, Axis, Lens, Panels, Wave, view
from nodes.dsp import pyramid
from nodes.dsp.reduction import even
from nodes.picturing import PANELS, panels, part, stretch

POINTS = 2000
"""Most columns of a waveform that nobody asked to be finer."""


@view
def audio_picture(value: Audio, *, lens: Lens = WHOLE) -> Wave | Panels:
    """Show the outline of all channels, for each source on its own."""
    if not value.names:
        return _outline(value, value.data, lens, "")
    pairs = zip(value.names[:PANELS], value.data, strict=False)
    waves = [_outline(value, data, lens, name) for name, data in pairs]
    return panels(waves, len(value.names), columns=1)


def _outline(value: Audio, data: Array, lens: Lens, name: str) -> Wave:
    def samples(index: Any) -> list[Array]:
        return [channel[index] for channel in data]

    return wave(samples, [data], "", value, lens, name)


def wave(
    samples: pyramid.Samples,
    arrays: Sequence[Array],
    what: Hashable,
    like: Audio,
    lens: Lens,
    name: str,
) -> Wave:
    """Give the outline of sound made of arrays: each cell has the ends of all its samples.

    Where there are fewer samples than columns, each cell is one sample.
    """
    axis = Axis("time", "s", 0.0, like.seconds)
    if not like.length or not like.channels:
        return Wave(name or "audio", np.zeros(1, np.float32), np.zeros(1, np.float32), axis, name)
    first, last = stretch(axis, like.length, lens.start, lens.stop)
    most = min(lens.columns, POINTS) if lens == WHOLE else lens.columns
    starts, stops = even(first, last, max(1, most))
    levels = pyramid.KEPT.get(
        arrays, ("outline", what), lambda: pyramid.outline_levels(samples, like.length)
    )
    low, high = pyramid.outline(samples, levels, starts, stops)
    return Wave(name or "audio", low, high, part(axis, like.length, first, last), name)
