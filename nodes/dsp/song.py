"""A small song, made from nothing, of which everything is known: notes, hits, angles and levels.

100 beats a minute, one chord a bar (Am F C G), five players. Each is written down first (`hits`,
`score`), then played, then set to its level and placed in the stereo image; the mixture is the
sum of the images. The drums repeat exactly every two bars; the melody does not repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from nodes.dsp.mixing import BLOCK, pan, total

Array = NDArray[Any]
Tick = Callable[[float], None]

BEAT = 0.6
"""Seconds: 100 beats a minute."""
BAR = 4 * BEAT

ANGLES = {"vocals": 45.0, "duet": 45.0, "drums": 45.0, "bass": 45.0, "keys": 20.0, "guitar": 70.0}
"""Place of each player in degrees from the first channel."""
LEVELS = {
    "vocals": -19.0,
    "duet": -22.0,
    "drums": -21.0,
    "bass": -22.0,
    "keys": -24.0,
    "guitar": -23.0,
}
"""Loudness of each player: dBFS rms of its power summed over both channels."""
DELAYS = {"drums": 0.0001, "keys": 0.00025, "guitar": -0.00025}
"""Seconds by which the second channel hears a player later (delay-pan); the others: none."""
PLAYERS = {
    "all": ("vocals", "drums", "bass", "keys", "guitar"),
    "figure 5": ("keys", "vocals", "guitar"),
    "drums": ("kick", "snare", "hats"),
}

BEATS = {
    "kick": (0, 2.5, 4, 5.5, 6),
    "snare": (1, 3, 5, 7),
    "hats": tuple(np.arange(0, 8, 0.5).tolist()),
}
"""Where each drum is hit, in beats of a pattern of two bars."""
CHORDS = ((57, 60, 64), (57, 60, 65), (55, 60, 64), (55, 59, 62))
"""Keys of each bar as MIDI notes: A minor, F, C, G."""
ROOTS = (33, 29, 36, 31)
SCALE = (57, 59, 60, 62, 64, 65, 67, 69, 71, 72, 74, 76)
"""The white keys from A3 to E5: what is sung."""

# Bars of the melody: beat, beats held, degree of the scale, vowel.
MELODY: tuple[tuple[tuple[float, float, int, str], ...], ...] = (
    ((0.5, 1.0, 4, "a"), (1.5, 2.0, 7, "e")),
    ((0.0, 1.5, 5, "o"), (2.0, 1.5, 7, "i")),
    ((0.5, 1.5, 6, "e"), (2.0, 0.5, 4, "a"), (2.5, 1.5, 2, "o")),
    ((0.0, 0.5, 5, "o"), (0.5, 3.0, 3, "a")),
    ((0.0, 0.5, 7, "i"), (0.5, 1.5, 9, "e"), (2.5, 1.0, 8, "a")),
    ((0.0, 2.0, 7, "o"), (2.5, 1.0, 5, "e")),
    ((0.0, 1.0, 6, "a"), (1.0, 2.5, 4, "i")),
    ((0.0, 1.0, 8, "e"), (1.0, 2.5, 6, "a")),
)
FORMANTS = {
    "a": ((730, 1.0), (1090, 0.5), (2440, 0.16), (3400, 0.08)),
    "e": ((530, 1.0), (1840, 0.4), (2480, 0.25), (3500, 0.10)),
    "i": ((290, 1.0), (2250, 0.35), (3000, 0.25), (3700, 0.12)),
    "o": ((520, 1.0), (880, 0.5), (2540, 0.08), (3300, 0.05)),
}
"""Resonances of each vowel: Hz and strength."""


class Note(NamedTuple):
    """One note as it is played."""

    start: float
    """Seconds."""
    length: float
    """Seconds."""
    pitch: float
    """MIDI number; 69 is 440 Hz."""
    gain: float = 1.0
    vowel: str = ""

    @property
    def frequency(self) -> float:
        """Hz."""
        return float(440 * 2 ** ((self.pitch - 69) / 12))


class Song(NamedTuple):
    """A mixture and what it is made of."""

    mixture: NDArray[np.float32]
    """(channel, sample)."""
    images: NDArray[np.float32]
    """Each player as it sounds in the mixture (source, channel, sample)."""
    names: tuple[str, ...]


def seconds(bars: int = 8) -> float:
    """Duration."""
    return bars * BAR


def hits(bars: int = 8) -> dict[str, Array]:
    """When each drum is hit, in seconds: exact, and the same every two bars."""
    pattern = {
        name: np.add.outer(np.arange(0, bars, 2) * 4, beats).ravel()
        for name, beats in BEATS.items()
    }
    return {name: beats[beats < bars * 4] * BEAT for name, beats in pattern.items()}


def score(bars: int = 8, seed: int = 0) -> dict[str, tuple[Note, ...]]:
    """What vocals, bass, keys and guitar play, with the small liberties in time and force they take.

    Seed 0 sings the melody as it is written; others, and every eight bars after the first, vary it.
    """
    rng = np.random.default_rng([seed, 99])
    return {
        "vocals": tuple(_sung(bars, seed, rng)),
        "bass": tuple(_humanised(_bass_line(bars), rng)),
        "keys": tuple(_humanised(_stabs(bars), rng)),
        "guitar": tuple(_humanised(_arpeggio(bars), rng)),
    }


def guitar_angle(times: Array) -> Array:
    """Where the guitar is under auto-pan, in degrees: from 70 to 20 and back every two bars."""
    return 45 + 25 * np.cos(2 * np.pi * np.asarray(times) / (2 * BAR))


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
        dry = _levelled(name, _play(name, rate, bars, seed, playing), rate, bars, seed)
        if silent_intro and name in ("vocals", "duet"):
            dry[: round(min(2, bars / 2) * BAR * rate)] = 0
        placing(0.0)
        image = _image(name, dry, rate, delay_pan, auto_pan)
        if reverb:
            image += _room(dry, rate, np.random.default_rng([seed, 50 + index]), placing)
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


# What is played


def _sung(bars: int, seed: int, rng: np.random.Generator) -> Iterator[Note]:
    for bar in range(bars):
        free = seed != 0 or bar >= len(MELODY)
        for beat, held, degree, vowel in MELODY[bar % len(MELODY)]:
            if free:
                degree = int(np.clip(degree + rng.integers(-2, 3), 0, len(SCALE) - 1))
                vowel = "aeio"[rng.integers(4)]
            yield Note(bar * BAR + beat * BEAT, held * BEAT, SCALE[degree], 1.0, vowel)


def _bass_line(bars: int) -> Iterator[Note]:
    for bar in range(bars):
        root = ROOTS[bar % 4]
        for beat, held, step in ((0, 1.4, 0), (1.5, 0.9, 0), (2.5, 0.9, 12), (3.5, 0.45, 7)):
            yield Note(bar * BAR + beat * BEAT, held * BEAT, root + step, 0.8 if step else 1.0)


def _stabs(bars: int) -> Iterator[Note]:
    for bar in range(bars):
        for beat, held in ((0, 1.2), (1.5, 0.8), (3, 0.9)):
            for pitch in CHORDS[bar % 4]:
                yield Note(bar * BAR + beat * BEAT, held * BEAT, pitch)


def _arpeggio(bars: int) -> Iterator[Note]:
    for bar in range(bars):
        low, middle, high = CHORDS[bar % 4]
        tones = (low - 12, high - 12, low, middle, high, middle + 12, high, low)
        for eighth, pitch in enumerate(tones):
            # A plucked string speaks late.
            yield Note(bar * BAR + eighth * BEAT / 2 + 0.012, BEAT, pitch, 1 - 0.2 * (eighth % 2))


def _humanised(notes: Iterator[Note], rng: np.random.Generator) -> Iterator[Note]:
    """Play up to 8 ms early or late and up to 1.5 dB softer or louder; a chord stays together."""
    beat, late, louder = -1.0, 0.0, 1.0
    for note in notes:
        if note.start != beat:
            beat, late = note.start, rng.uniform(-0.008, 0.008)
            louder = 10 ** (rng.uniform(-1.5, 1.5) / 20)
        yield note._replace(start=max(note.start + late, 0.0), gain=note.gain * louder)


# How it sounds


def _play(name: str, rate: int, bars: int, seed: int, tick: Tick) -> Array:
    """Play one player on its own: mono (sample,) at any level."""
    if name in BEATS or name == "drums":
        return _drums(name, rate, bars, seed, tick)
    notes = score(bars, seed)["vocals" if name == "duet" else name]
    if name in ("vocals", "duet"):
        return _voice(notes, rate, bars, seed, name == "duet", tick)
    sounds: dict[str, Callable[[float, int, int], Array]] = {
        "bass": _bass_tone,
        "keys": _keys_tone,
        "guitar": _string,
    }
    out = np.zeros(round(seconds(bars) * rate))
    for number, note in enumerate(notes):
        tone = sounds[name](note.frequency, rate, seed)
        _add(out, _released(tone, note.length, rate) * note.gain, round(note.start * rate))
        tick((number + 1) / len(notes))
    return out


def _levelled(name: str, dry: Array, rate: int, bars: int, seed: int) -> Array:
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
            sound = _drum(drum, rate, seed)
            for time in times:
                # Off-beats of the hats are softer, in the same way in every bar.
                accent = 0.6 if drum == "hats" and round(time / BEAT * 2) % 2 else 1.0
                _add(out, accent * sound, round(time * rate))
        tick(0.9)
    return out


@lru_cache(64)
def _drum(drum: str, rate: int, seed: int) -> Array:
    """One hit: every one of a drum is the same, and over before the pattern starts again."""
    rng = np.random.default_rng([seed, 1, list(BEATS).index(drum)])
    t = np.arange(round((0.25 if drum == "hats" else 0.4) * rate)) / rate
    noise = rng.standard_normal(len(t))
    if drum == "kick":
        # From 170 down to 50 Hz within some 40 ms.
        turns = 50 * t + 120 * 0.025 * (1 - np.exp(-t / 0.025))
        body = np.sin(2 * np.pi * turns) * np.exp(-t / 0.11)
        return body * np.minimum(t / 0.002, 1) * _closing(t)
    if drum == "snare":
        rattle = np.tanh(1.5 * _band(noise, 1200, 9000, rate)) * np.exp(-t / 0.08)
        shell = np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.06)
        return (0.6 * rattle + 0.4 * shell) * np.minimum(t / 0.001, 1) * _closing(t)
    return 0.4 * np.tanh(_band(noise, 7000, None, rate)) * np.exp(-t / 0.03) * _closing(t)


def _closing(t: Array) -> Array:
    """Fade out over the last quarter of a sound, so that it ends in silence."""
    return np.asarray(np.minimum(1, 4 * (1 - t / t[-1])))


def _band(noise: Array, low: float, high: float | None, rate: int) -> Array:
    if high is None:
        sections = scipy.signal.butter(4, low, "highpass", fs=rate, output="sos")
    else:
        sections = scipy.signal.butter(4, (low, high), "bandpass", fs=rate, output="sos")
    return np.asarray(scipy.signal.sosfilt(sections, noise))


@lru_cache(64)
def _bass_tone(frequency: float, rate: int, seed: int) -> Array:
    """Five partials, the higher ones dying sooner."""
    t = np.arange(round(1.2 * rate)) / rate
    tone = sum(
        np.sin(2 * np.pi * k * frequency * t) * np.exp(-t * (1.2 + 0.9 * k)) / k**0.9
        for k in range(1, 6)
    )
    return np.asarray(tone * np.minimum(t / 0.008, 1))


@lru_cache(64)
def _keys_tone(frequency: float, rate: int, seed: int) -> Array:
    """Six partials, each a little sharper than harmonic, as on a piano."""
    t = np.arange(round(1.0 * rate)) / rate
    tone = sum(
        np.sin(2 * np.pi * k * np.sqrt(1 + 4e-4 * k**2) * frequency * t + k * k)
        * np.exp(-t * (0.8 + 0.6 * k))
        / k**1.3
        for k in range(1, 7)
    )
    return np.asarray(tone * np.minimum(t / 0.006, 1))


@lru_cache(64)
def _string(frequency: float, rate: int, seed: int) -> Array:
    """A plucked string: noise that runs round a loop one period long and is dulled at each turn.

    The loop is a whole number of samples, half a sample of the averaging filter, and an all-pass
    for the fraction that is left (Karplus and Strong 1983; Jaffe and Smith 1983).
    """
    rng = np.random.default_rng([seed, 4, round(frequency)])
    period = rate / frequency - 0.5
    whole = int(period - 0.2)
    rest = period - whole
    turn = (1 - rest) / (1 + rest)
    pluck = rng.uniform(-1, 1, whole)
    for _ in range(3):
        pluck = 0.5 * (pluck + np.roll(pluck, 1))
    loop = np.zeros(whole + 3)
    loop[0:2] = 1, turn
    loss = 0.998 ** (220 / frequency)
    loop[whole : whole + 3] -= loss * np.convolve((0.5, 0.5), (turn, 1))
    source = np.zeros(round(0.8 * rate))
    source[:whole] = pluck - pluck.mean()
    return np.asarray(scipy.signal.lfilter((1, turn), loop, source))


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
        _add(out, _syllable(note, rate, size, rng, second), at)
        if number % 3 != 2:
            hiss = _consonant(rate, rng)
            _add(out, hiss, max(at - round(0.8 * len(hiss)), 0))
        tick((number + 1) / len(notes))
    return out


def _syllable(note: Note, rate: int, size: float, rng: np.random.Generator, second: bool) -> Array:
    """One sung note: it slides up to its pitch and after a while begins to tremble."""
    t = np.arange(round((note.length + 0.09) * rate)) / rate
    vibrato, depth = (5.1, 30) if second else (5.5, 40)
    trembling = np.clip((t - 0.35) / 0.2, 0, 1) * depth * np.sin(2 * np.pi * vibrato * (t - 0.35))
    cents = trembling - 180 * np.exp(-t / 0.04) + (7 if second else 0)
    frequency = note.frequency * 2 ** (cents / 1200)
    phase = 2 * np.pi * np.cumsum(frequency) / rate
    count = min(40, int(0.45 * rate / frequency.max()))
    breath = 0.02 * rng.standard_normal(len(t))
    source = _harmonics(phase, count) / np.sqrt(count) + breath
    # A glottis falls by some 12 dB an octave, and lips give 6 of them back.
    source = scipy.signal.lfilter([0.06], [1, -0.94], source)
    shape = np.minimum(t / 0.045, 1) * np.clip((t[-1] - t) / 0.09, 0, 1)
    swell = 0.8 + 0.2 * np.sin(np.pi * np.clip(t / t[-1], 0, 1))
    return np.asarray(_formants(source, note.vowel, rate, size) * shape * swell)


def _harmonics(phase: Array, count: int) -> Array:
    """Sum of cos(k phase) for k from 1 to count, in closed form."""
    half = np.sin(phase / 2)
    near = np.abs(half) < 1e-6
    safe = np.where(near, 1, half)
    return np.where(near, count, (np.sin((count + 0.5) * phase) / safe - 1) / 2)


def _formants(source: Array, vowel: str, rate: int, size: float) -> Array:
    """Send a source through the resonances of a vowel, side by side."""
    out = np.zeros_like(source)
    for centre, strength in FORMANTS[vowel]:
        width = 60 + 0.04 * centre
        radius, angle = np.exp(-np.pi * width / rate), 2 * np.pi * size * centre / rate
        # A resonance with a peak of 1.
        low = (1 - radius**2) / 2
        pole = [1, -2 * radius * np.cos(angle), radius**2]
        out += strength * scipy.signal.lfilter([low, 0, -low], pole, source)
    return out


def _consonant(rate: int, rng: np.random.Generator) -> Array:
    t = np.arange(round(rng.uniform(0.04, 0.08) * rate)) / rate
    shape = np.sin(np.pi * t / t[-1]) ** 2
    return np.asarray(0.02 * _band(rng.standard_normal(len(t)), 4500, 11000, rate) * shape)


# Where it stands


def _image(name: str, dry: Array, rate: int, delay_pan: bool, auto_pan: bool) -> Array:
    """Place a player (2, sample)."""
    angle: Any = ANGLES.get(name, ANGLES["drums"])
    if auto_pan and name == "guitar":
        angle = guitar_angle(np.arange(len(dry)) / rate)
    image = pan(dry, angle)
    late = round(DELAYS.get(name, 0.0) * rate) if delay_pan else 0
    if late:
        channel = 1 if late > 0 else 0
        late = abs(late)
        image[channel, late:] = image[channel, :-late].copy()
        image[channel, :late] = 0
    return image


def _room(dry: Array, rate: int, rng: np.random.Generator, tick: Tick) -> Array:
    """What a small room adds (2, sample): noise dying by 60 dB in 0.3 s, 18 dB below the player.

    What would sound on after the last bar is left out.
    """
    t = np.arange(round(0.3 * rate)) / rate
    response = rng.standard_normal((2, len(t))) * 10 ** (-3 * t / 0.3)
    response[:, : round(0.004 * rate)] = 0
    response *= 10 ** (-18 / 20) / np.sqrt((response**2).sum())
    wet = np.zeros((2, len(dry) + len(t)))
    for start in range(0, len(dry), BLOCK):
        piece = dry[np.newaxis, start : start + BLOCK]
        heard = scipy.signal.oaconvolve(piece, response, axes=-1)
        wet[:, start : start + heard.shape[-1]] += heard
        tick(start / len(dry))
    return wet[:, : len(dry)]
