"""Score-informed factorisation: a part for each note of each player."""

from __future__ import annotations

import math
import re
from typing import Annotated

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Factors, Notes, Power
from nodes.dsp import scores as dsp
from nodes.factor import joined, plain, plane_bytes

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
ATTACK = "attack"


def note_name(pitch: float) -> str:
    """Write a MIDI number as musicians do: 60 is C4, 60.5 is C4+50."""
    key = math.ceil(pitch - 0.5)
    cents = round(100 * (pitch - key))
    return f"{KEYS[key % 12]}{key // 12 - 1}" + (f"{cents:+d}" if cents else "")


@node(
    "factor.score_start",
    label="Start from a score",
    whole=True,
    aliases=("score-informed", "midi", "piano roll"),
)
def score_start(
    power: Power,
    notes: Notes,
    *,
    tolerance: Annotated[float, Param(0, 6, step=0.1, unit="semitones")] = 0.5,
    early: Annotated[float, Param(0, 10, step=0.01, unit="s")] = 0.1,
    late: Annotated[float, Param(0, 10, step=0.01, unit="s")] = 0.2,
    attacks: bool = False,
    context: Context = SILENT,
) -> Factors:
    """Begin a factorisation from what the score says: a part for each pitch of each player.

    The template of a pitch is 1/h around its harmonics h f0, as wide as ``tolerance`` to both sides,
    1.5 bins at least, and zero elsewhere; its activation is one from ``early`` before each onset to
    ``late`` after each offset, and zero elsewhere. Multiplicative updates keep zeros: run
    ``factor.refine``, or a loop of ``factor.update_h`` and ``factor.update_w``, and each part learns
    how its note sounds, where and only where it may sound. With ``attacks`` each player has one more
    part, flat, that may sound within 60 ms of its onsets.

    Parts are named after player and pitch, *keys C4*: ``factor.group_by_name`` joins the players. A
    note outside the recording or above half the rate has no part, which is said.

    Shapes: power (channel, freq, time) to templates (channel, freq, part) and activations (part,
    time).

    When it fails: a score that is off by more than ``early`` and ``late``, or in another tuning;
    players in unison, whose notes share all harmonics, are told apart by nothing; what is not in
    the score is given to the notes beside it.

    References: S. Ewert, M. Muller, "Using score-informed constraints for NMF-based source
    separation", ICASSP 2012. S. Ewert, B. Pardo, M. Muller, M. D. Plumbley, "Score-informed source
    separation for musical audio recordings", IEEE SPM 31(3), 2014.
    """
    data, grid = plain(power), power.grid
    templates: list[Array] = []
    activations: list[Array] = []
    labels: list[str] = []
    missing = 0

    def add(label: str, template: Array, allowed: Array) -> bool:
        if not (template.any() and allowed.any()):
            return False
        templates.append(template)
        activations.append(allowed)
        labels.append(label)
        return True

    for part, name in enumerate(notes.names):
        mine = notes.parts == part
        for pitch in np.unique(np.round(notes.pitches[mine], 2)):
            here = mine & (np.round(notes.pitches, 2) == pitch)
            hertz = 440 * 2 ** ((pitch - 69) / 12)
            shape = dsp.harmonics(grid.frequencies, hertz, tolerance, power.exponent)
            allowed = dsp.sounding(grid.times, notes.onsets[here], notes.offsets[here], early, late)
            if not add(f"{name} {note_name(float(pitch))}", shape, allowed):
                missing += int(here.sum())
        if attacks:
            onsets = notes.onsets[mine]
            near = dsp.sounding(grid.times, onsets, onsets, dsp.ATTACK, dsp.ATTACK)
            add(f"{name} {ATTACK}", np.ones(grid.bins), near)
    if not labels:
        raise ValueError("no note of the score lies within the recording")
    if missing:
        context.note(f"{missing} notes lie outside the recording, or above half its rate")
    w = np.stack(templates, axis=-1)
    w /= w.sum(axis=0) * power.channels
    h = np.stack(activations).astype(float)
    mean = w.mean(axis=0) @ h.mean(axis=1)
    h *= data.mean(dtype=np.float64) / mean
    every = np.repeat(w[np.newaxis], power.channels, axis=0)
    return Factors(every, h, grid, power.exponent, tuple(labels))


def groups_by_name(factors: Factors) -> dict[str, list[int]]:
    """Join parts whose names begin alike: all but the last word."""
    if not factors.labels:
        raise ValueError(
            "the parts have numbers and no names: use factor.group, and say which belong together"
        )
    groups: dict[str, list[int]] = {}
    for part, label in enumerate(factors.labels):
        groups.setdefault(re.sub(r"\s+\S+$", "", label.strip()), []).append(part)
    return groups


@node(
    "factor.group_by_name",
    label="Group by name",
    aliases=("players", "join parts"),
    memory=lambda factors, **_: plane_bytes(
        factors, len({label.rpartition(" ")[0] for label in factors.labels})
    ),
)
def group_by_name(factors: Factors, *, context: Context = SILENT) -> Power:
    """Join parts whose names begin alike into sources: *keys C4* and *keys E4* become *keys*.

    The last word of a name tells the parts of a source apart; what stands before it is the source.
    For parts that have no names there is ``factor.group``.

    Shapes: templates (channel, freq, part) and activations (part, time) to (source, channel, freq,
    time).
    """
    return joined(factors, groups_by_name(factors), context)
