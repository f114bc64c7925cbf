"""Sound of many channels: each on its own, and where sources are around the listener."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.values import Array, Audio, Mixing
from nodegraph.views import WHOLE, Axis, Curves, Lens, Line, Panels, view
from nodes.dsp import surround
from nodes.picturing import PANELS, panels
from nodes.views_audio import wave
from nodes.views_mixing import gains_of, six_channels

FAR = 1.15
SPEAKER = 0.08
"""How far a speaker stands out of the circle."""


def _many_channels(value: Audio) -> bool:
    return value.channels > 2 and not value.names


@view("channels", label="Channels", when=_many_channels)
def audio_channels(value: Audio, *, lens: Lens = WHOLE) -> Panels:
    """Show the outline of each channel on its own; six are those of 5.1."""
    waves = []
    for number, channel in enumerate(value.data[:PANELS]):
        name = surround.NAMES[number] if value.channels == 6 else f"channel {number + 1}"

        def samples(index: Any, channel: Array = channel) -> list[Array]:
            return [channel[index]]

        waves.append(wave(samples, [value.data], number, value, lens, name))
    return panels(waves, value.channels, columns=1)


@view("around", label="Around", when=six_channels)
def mixing_around(value: Mixing) -> Curves:
    """Draw each source from the listener to where its energy comes from, seen from above.

    The circle is where the five speakers stand; a source that is spread over several is nearer.
    """
    powers = gains_of(value)[list(surround.SPEAKERS)] ** 2
    total = powers.sum(axis=0)
    places = _seen(np.array(list(surround.SPEAKERS.values())))
    tips = np.divide(places @ powers, total, out=np.zeros((2, len(total))), where=total > 0)
    lines = tuple(
        Line(name, np.array([0.0, x]), np.array([0.0, y]))
        for name, (x, y) in zip(value.sources, tips.T, strict=True)
    )
    circle = Line("speakers", *_circle())
    across, along = (Axis(name, "", -FAR, FAR) for name in ("left to right", "back to front"))
    return Curves((*lines, circle), across, along)


def _seen(azimuths: Array) -> Array:
    """Give points (2, place) on a circle, as seen from above: left is left, front is up."""
    return np.stack([-np.sin(np.deg2rad(azimuths)), np.cos(np.deg2rad(azimuths))])


def _circle() -> Array:
    """Give a circle (2, point) with a spike at each speaker."""
    speakers = np.array(list(surround.SPEAKERS.values()))
    turn = np.sort(np.concatenate([np.arange(-180.0, 181.0, 5), speakers - 1, speakers + 1]))
    return _seen(turn) * np.where(np.isin(turn, speakers), 1 + SPEAKER, 1)
