"""The players: each plays its notes or beats on its own, and is set to its level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.song.notes import BEAT, BEATS, Note, hits, score, seconds
from nodes.dsp.song.tones import bass_tone, drum_hit, keys_tone, string
from nodes.dsp.song.voice import consonant, syllable

Array = NDArray[Any]
Tick = Callable[[float], None]

LEVELS = {
    "vocals": -19.0,
    "duet": -22.0,
    "drums": -21.0,
    "bass": -22.0,
    "keys": -24.0,
    "guitar": -23.0,
}
"""Loudness of each player: dBFS rms of its power summed over both channels."""


def play(name: str, rate: int, bars: int, seed: int, tick: Tick) -> Array:
    """Play one player on its own: mono (sample,) at any level."""
    if name in BEATS or name == "drums":
        return _drums(name, rate, bars, seed, tick)
    notes = score(bars, seed)["vocals" if name == "duet" else name]
    if name in ("vocals", "duet"):
        return _voice(notes, rate, bars, seed, name == "duet", tick)
    sounds: dict[str, Callable[[float, int, int], Array]] = {
        "bass": bass_tone,
        "keys": keys_tone,
        "guitar": string,
    }
    out = np.zeros(round(seconds(bars) * rate))
    for number, note in enumerate(notes):
        tone = sounds[name](note.frequency, rate, seed)
        _add(out, _released(tone, note.length, rate) * note.gain, round(note.start * rate))
        tick((number + 1) / len(notes))
    return out


def levelled(name: str, dry: Array, rate: int, bars: int, seed: int) -> Array:
    """Set a player to its level; one drum stands as it does in the whole kit."""
    kit = _drums("drums", rate, bars, seed, lambda fraction: None) if name in BEATS else dry
    level = LEVELS["drums" if name in BEATS else name]
    factor: float = 10 ** (level / 20) / np.sqrt(np.mean(kit**2))
    return dry * factor


def _add(out: Array, sound: Array, at: int) -> None:
    room = max(min(len(sound), len(out) - at), 0)
    out[at : at + room] += sound[:room]


def _released(tone: Array, length: float, rate: int) -> Array:
    """Let go of a key after `length` seconds: a fade of 40 ms."""
    held, fade = round(length * rate), round(0.04 * rate)
    tone = tone[: held + fade].copy()
    tone[held:] *= np.linspace(1, 0, fade)[: len(tone) - held]
    return tone


def _drums(name: str, rate: int, bars: int, seed: int, tick: Tick) -> Array:
    out = np.zeros(round(seconds(bars) * rate))
    for drum, times in hits(bars).items():
        if name in (drum, "drums"):
            sound = drum_hit(drum, rate, seed)
            for time in times:
                # Off-beats of the hats are softer, in the same way in every bar.
                accent = 0.6 if drum == "hats" and round(time / BEAT * 2) % 2 else 1.0
                _add(out, accent * sound, round(time * rate))
        tick(0.9)
    return out


def _voice(
    notes: tuple[Note, ...],
    rate: int,
    bars: int,
    seed: int,
    second: bool,
    tick: Tick,
) -> Array:
    """Sing: 40 harmonics and breath through four formants, and a consonant before some notes."""
    rng = np.random.default_rng([seed, 5 + second])
    # The size of the singer's head moves all formants.
    size = 1.0 if seed == 0 else rng.uniform(0.92, 1.12)
    size *= 1.15 if second else 1.0
    out = np.zeros(round(seconds(bars) * rate))
    for number, note in enumerate(notes):
        late = rng.uniform(0.005, 0.025) if second else 0.0
        at = round((note.start + late) * rate)
        _add(out, syllable(note, rate, size, rng, second), at)
        if number % 3 != 2:
            hiss = consonant(rate, rng)
            _add(out, hiss, max(at - round(0.8 * len(hiss)), 0))
        tick((number + 1) / len(notes))
    return out
