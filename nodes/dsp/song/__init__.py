"""A small song, made from nothing, of which everything is known: notes, hits, angles and levels.

100 beats a minute, one chord a bar (Am F C G), five players. Each is written down first (`hits`,
`score`), then played, then set to its level and placed in the stereo image; the mixture is the
sum of the images. The drums repeat exactly every two bars; the melody does not repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.mixing import BLOCK, total
from nodes.dsp.song.notes import BAR, Note, hits, score, seconds
from nodes.dsp.song.places import ANGLES, DELAYS, guitar_angle, place, room
from nodes.dsp.song.players import LEVELS, levelled, play

__all__ = [
    "ANGLES",
    "DELAYS",
    "LEVELS",
    "PLAYERS",
    "Note",
    "Song",
    "guitar_angle",
    "hits",
    "score",
    "seconds",
    "song",
]

Tick = Callable[[float], None]

PLAYERS = {
    "all": ("vocals", "drums", "bass", "keys", "guitar"),
    "figure 5": ("keys", "vocals", "guitar"),
    "drums": ("kick", "snare", "hats"),
}


class Song(NamedTuple):
    """A mixture and what it is made of."""

    mixture: NDArray[np.float32]
    """(channel, sample)."""
    images: NDArray[np.float32]
    """Each player as it sounds in the mixture (source, channel, sample)."""
    names: tuple[str, ...]


def song(
    *,
    seed: int = 0,
    players: str = "all",
    rate: int = 44100,
    bars: int = 8,
    reverb: bool = False,
    delay_pan: bool = False,
    auto_pan: bool = False,
    unison: bool = False,
    silent_intro: bool = False,
    mono: bool = False,
    clip: bool = False,
    tick: Tick = lambda fraction: None,
) -> Song:
    """Play the song.

    Parameters
    ----------
    seed
        Noise, small liberties, the singer's size and, unless it is 0, the melody.
    players
        A key of `PLAYERS`.
    rate, bars
        Samples per second; length in bars of four beats.
    reverb
        Add a room of 0.3 s, 18 dB below each player.
    delay_pan
        Reach both channels at different times as well: `DELAYS`.
    auto_pan
        Move the guitar: `guitar_angle`.
    unison
        A second voice sings the same notes.
    silent_intro
        The voices are silent for the first two bars, or the first half of a shorter song.
    mono
        Average both channels into one.
    clip
        Drive the mixture into a soft clipper. It is then not the sum of the images.
    tick
        Called with the fraction done.
    """
    names = PLAYERS[players]
    if unison and "vocals" in names:
        at = names.index("vocals") + 1
        names = (*names[:at], "duet", *names[at:])
    length = round(seconds(bars) * rate)
    images = np.empty((len(names), 1 if mono else 2, length), np.float32)
    for index, name in enumerate(names):
        playing, placing = (
            _part(tick, (index + k) / len(names), 0.5 / len(names)) for k in (0, 0.5)
        )
        dry = levelled(name, play(name, rate, bars, seed, playing), rate, bars, seed)
        if silent_intro and name in ("vocals", "duet"):
            dry[: round(min(2, bars / 2) * BAR * rate)] = 0
        placing(0.0)
        image = place(name, dry, rate, delay_pan, auto_pan)
        if reverb:
            image += room(dry, rate, np.random.default_rng([seed, 50 + index]), placing)
        placing(1.0)
        images[index] = image.mean(axis=0) if mono else image
    mixture = np.empty(images.shape[1:], np.float32)
    for start in range(0, length, BLOCK):
        loud = total(images[..., start : start + BLOCK])
        mixture[:, start : start + BLOCK] = 0.9 * np.tanh(2.2 * loud) if clip else loud
        tick(1.0)
    return Song(mixture, images, names)


def _part(tick: Tick, start: float, share: float) -> Tick:
    """Report a part of the work as a fraction of the whole."""
    return lambda fraction: tick(start + fraction * share)
