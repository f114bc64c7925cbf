"""The desk on which tracks are mixed: which are heard, how loud, and which two are compared.

One track is heard at a time unless more are added: the mixture at first. Soloed tracks are heard in
the place of those, muted ones never. Two tracks, A and B, can be compared: at the same loudness
where that is wanted, and blind, when the desk shuffles all tracks and their names are not shown.

Everything goes by the keys of tracks, so that it holds while the graph is edited.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nodegraph.editor.hearing.tracks import Lineup
from nodegraph.player.levels import Level

LOUDEST, SOFTEST = 12.0, -60.0
"""Gains in dB that can be set; the softest is silence."""
MOST_MATCHED = 24.0
"""dB by which a track is made louder or softer at most, to be as loud as another."""


@dataclass(frozen=True)
class Loud:
    """How loud the sound of a track is."""

    loudness: float
    """LUFS; minus infinity for silence."""
    peak: float
    """The largest sample."""


@dataclass(frozen=True)
class Strip:
    """What is set for a track."""

    gain: float = 0.0
    """dB."""
    pan: float = 0.0


PLAIN = Strip()


@dataclass(frozen=True)
class Blind:
    """A blind comparison: the order in which the tracks are shown, and which of the two is A."""

    order: tuple[str, ...]
    swapped: bool
    revealed: bool = False


@dataclass(frozen=True)
class Desk:
    """What is set. Keys of tracks that are not there do nothing."""

    heard: frozenset[str] = frozenset()
    """Empty: the mixture."""
    solo: frozenset[str] = frozenset()
    mute: frozenset[str] = frozenset()
    strips: Mapping[str, Strip] = field(default_factory=dict)
    a: str = ""
    """The track that others are compared with; empty: the mixture."""
    b: str = ""
    """The other one: what was heard last beside A; empty: the first part."""
    comparing: bool = False
    """One of the two is heard because they are compared."""
    matched: bool = True
    """What is compared is made equally loud."""
    blind: Blind | None = None
    looping: bool = False
    """The loop region is repeated; where there is none, all of it."""

    @property
    def hidden(self) -> bool:
        """Whether names are not to be shown."""
        return self.blind is not None and not self.blind.revealed

    def strip(self, key: str) -> Strip:
        """Give what is set for a track."""
        return self.strips.get(key, PLAIN)


# What is heard


def audible(desk: Desk, line: Lineup) -> tuple[str, ...]:
    """Give the keys of the tracks that are heard, in their order."""
    there = set(line.keys)
    wanted = (desk.solo & there) or (desk.heard & there) or {line.mixture}
    return tuple(key for key in line.keys if key in wanted and key not in desk.mute)


def pair(desk: Desk, line: Lineup) -> tuple[str, str]:
    """Give the keys of A and B."""
    one = desk.a if desk.a in line.keys else line.mixture
    rest = [key for key in (desk.b, *line.keys) if key in line.keys and key != one]
    other = rest[0] if rest else one
    if desk.blind is not None and desk.blind.swapped:
        return other, one
    return one, other


def current(desk: Desk, line: Lineup) -> str:
    """Give the track that the keys for one track mean: the first that is heard."""
    heard = audible(desk, line)
    wanted = [key for key in line.keys if key in (desk.solo or desk.heard)]
    return heard[0] if heard else wanted[0] if wanted else line.mixture


def shown(desk: Desk, line: Lineup) -> tuple[str, ...]:
    """Give the keys of the tracks in the order in which they are shown."""
    if desk.blind is None:
        return line.keys
    kept = [key for key in desk.blind.order if key in line.keys]
    return (*kept, *(key for key in line.keys if key not in kept))


# What hands do


def hear(desk: Desk, line: Lineup, key: str, *, more: bool = False) -> Desk:
    """Hear one track alone; with `more` beside what is heard, or no longer."""
    if more:
        heard = frozenset(audible(desk, line)) ^ {key}
        return replace(
            desk, heard=heard or frozenset({key}), solo=frozenset(), mute=desk.mute - {key},
            comparing=False,
        )  # fmt: skip
    one = desk.a if desk.a in line.keys else line.mixture
    last = desk.b if key == one else key
    return replace(
        desk, heard=frozenset({key}), solo=frozenset(), mute=desk.mute - {key}, b=last,
        comparing=False,
    )  # fmt: skip


def solo(desk: Desk, key: str, *, more: bool = False) -> Desk:
    """Let a track alone be heard, or end that; with `more` beside those that are soloed."""
    alone = frozenset({key})
    wanted = desk.solo ^ alone if more else frozenset() if desk.solo == alone else alone
    return replace(desk, solo=wanted, mute=desk.mute - wanted, comparing=False)


def mute(desk: Desk, key: str) -> Desk:
    """Silence a track, or end that."""
    return replace(desk, mute=desk.mute ^ {key}, comparing=False)


def all_but(desk: Desk, line: Lineup, key: str) -> Desk:
    """Hear all parts of the mixture but one; done twice, hear the mixture."""
    parts = line.parts or tuple(k for k in line.keys if k != line.mixture)
    wanted = frozenset(parts) - {key}
    already = frozenset(audible(desk, line)) == wanted
    if already or not wanted:
        return hear(desk, line, line.mixture)
    return replace(desk, heard=wanted, solo=frozenset(), mute=frozenset(), comparing=False)


def set_gain(desk: Desk, key: str, gain: float) -> Desk:
    """Set the gain of a track in dB."""
    gain = min(max(round(gain, 1), SOFTEST), LOUDEST) if math.isfinite(gain) else 0.0
    return _strip(desk, key, replace(desk.strip(key), gain=gain))


def set_pan(desk: Desk, key: str, pan: float) -> Desk:
    """Set where a track is heard from."""
    pan = min(max(round(pan, 2), -1.0), 1.0) if math.isfinite(pan) else 0.0
    return _strip(desk, key, replace(desk.strip(key), pan=pan))


def _strip(desk: Desk, key: str, strip: Strip) -> Desk:
    rest = {name: kept for name, kept in desk.strips.items() if name != key}
    return replace(desk, strips=rest if strip == PLAIN else {**rest, key: strip})


def compare(desk: Desk, line: Lineup, side: str = "") -> Desk:
    """Hear A or B, by default the one of them that is not heard."""
    one, other = pair(desk, line)
    key = {"a": one, "b": other}.get(side) or (other if audible(desk, line) == (one,) else one)
    return replace(
        desk, heard=frozenset({key}), solo=frozenset(), mute=desk.mute - {key}, comparing=True
    )


def make_a(desk: Desk, line: Lineup) -> Desk:
    """Let what is heard be A; what was A becomes B."""
    if desk.blind is not None:
        return desk
    key, (one, other) = current(desk, line), pair(desk, line)
    return replace(desk, a=key, b=one if key != one else other)


def blind(desk: Desk, line: Lineup, seed: int) -> Desk:
    """Shuffle the tracks and hide their names; then show what they were; then end it."""
    if desk.blind is None:
        draw = random.Random(seed)
        order = list(line.keys)
        draw.shuffle(order)
        fresh = replace(desk, blind=Blind(tuple(order), draw.random() < 0.5))
        return compare(fresh, line, "a")
    if not desk.blind.revealed:
        return replace(desk, blind=replace(desk.blind, revealed=True))
    one, other = pair(desk, line)
    if desk.blind.swapped:
        one, other = other, one
    return replace(desk, blind=None, a=one, b=other)


# How loud


def matching(desk: Desk, line: Lineup, sounds: Mapping[str, Loud]) -> dict[str, float]:
    """Give the dB by which A and B are made equally loud; empty where that is not wanted.

    The louder one is made softer, so that nothing clips that did not.
    """
    if not (desk.comparing and desk.matched):
        return {}
    two = [key for key in dict.fromkeys(pair(desk, line)) if key in sounds]
    known = {k: sounds[k].loudness + desk.strip(k).gain for k in two}
    known = {k: loud for k, loud in known.items() if math.isfinite(loud)}
    if len(known) < 2:
        return {}
    softest = max(min(known.values()), max(known.values()) - MOST_MATCHED)
    return {key: min(softest - loud, 0.0) for key, loud in known.items()}


def levels(desk: Desk, line: Lineup, sounds: Mapping[str, Loud]) -> dict[str, Level]:
    """Give the gain and pan of each track that is heard, all lowered alike where they would clip."""
    more = matching(desk, line, sounds)
    made: dict[str, Level] = {}
    for key in audible(desk, line):
        strip = desk.strip(key)
        decibels = strip.gain + more.get(key, 0.0)
        gain = 0.0 if strip.gain <= SOFTEST else 10 ** (decibels / 20)
        made[key] = Level(gain, strip.pan)
    peak = _peak(made, line, sounds)
    if peak <= 1:
        return made
    return {key: replace(level, gain=level.gain / peak) for key, level in made.items()}


def _peak(made: Mapping[str, Level], line: Lineup, sounds: Mapping[str, Loud]) -> float:
    """Give the largest sample that a mix of tracks can have.

    Parts of a mixture hold no more than it does and what their gains add or take: that is mostly
    less than the sum of their peaks.
    """
    peaks = {key: sounds[key].peak for key in made if key in sounds}
    at_most = sum(made[key].gain * peak for key, peak in peaks.items())
    mixture, parts = sounds.get(line.mixture), line.parts
    if mixture is None or line.mixture in made or not set(made) <= set(parts):
        return at_most
    if not all(key in sounds for key in parts):
        return at_most
    changed = (abs((made[k].gain if k in made else 0.0) - 1) * sounds[k].peak for k in parts)
    return min(at_most, mixture.peak + sum(changed))


def gain_words(gain: float) -> str:
    """Write a gain: ``+3.2``, ``0.0``, ``-inf``."""
    if gain <= SOFTEST:
        return "-inf"
    return f"{gain:+.1f}" if gain else "0.0"


def read_gain(text: str) -> float | None:
    """Read a gain in dB that was typed; None where it is none."""
    words = text.strip().lower().removesuffix("db").strip().replace("−", "-").replace(",", ".")
    if words in ("-inf", "-∞", "off"):
        return SOFTEST
    try:
        gain = float(words)
    except ValueError:
        return None
    return gain if math.isfinite(gain) else None


def names(desk: Desk, line: Lineup) -> dict[str, str]:
    """Give the name shown for each track: none of their own while they are hidden."""
    order: Sequence[str] = shown(desk, line)
    if desk.hidden:
        return {key: f"Track {place}" for place, key in enumerate(order, 1)}
    return {track.key: track.name for track in line.tracks}
