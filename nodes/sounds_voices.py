"""What one hears of voices: a sine that follows a pitch, and partials as they sound together."""

from __future__ import annotations

import numpy as np

from nodegraph.marks import EVERYTHING, Selection
from nodegraph.values import Array, Partials, Pitch
from nodegraph.views import Clip, sound
from nodes import sinusoids
from nodes.dsp.pitch import at_times
from nodes.sounding import chosen

RATE = 22050
"""Samples per second of the sine: no pitch needs more."""
LEVEL, FADE = 0.2, 0.01
"""Amplitude of the sine, and the seconds in which it comes and goes."""


@sound
def pitch_sound(value: Pitch, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
    """Play a sine that follows the pitch, and is silent where there is none."""
    clips = []
    for name, one in chosen(value, selection).items():
        assert isinstance(one, Pitch)
        clips.append(Clip(name, _sine(one)[np.newaxis], RATE, "a sine that follows the pitch"))
    return tuple(clips)


def _sine(value: Pitch) -> Array:
    step = float(value.times[1] - value.times[0]) if len(value.times) > 1 else 0.0
    end = float(value.times[-1]) + step / 2 if len(value.times) else 0.0
    moments = np.arange(max(round(end * RATE), 1)) / RATE
    pitch = at_times(value.data.astype(np.float64), value.times, moments)
    fade = max(int(FADE * RATE), 1)
    heard = np.convolve(pitch > 0, np.ones(fade) / fade, "same")[: len(pitch)]
    wave = np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    return np.asarray(LEVEL * heard * wave, np.float32)


@sound
def partials_sound(value: Partials) -> tuple[Clip, ...]:
    """Play all partials together, with the phases they have."""
    made = sinusoids.synthesis(value)
    return (Clip("", made.data, value.rate, "the partials alone"),)
