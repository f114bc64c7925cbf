"""Sources: recordings from files, the demo song, and test signals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Absent, Audio
from nodes import audio_files
from nodes.audio_files import folders
from nodes.dsp import mixing, signals
from nodes.dsp import song as demo

Seconds = Annotated[float, Param(min=0, max=86400, unit="s")]
Duration = Annotated[float, Param(min=0.001, max=3600, unit="s")]
Rate = Annotated[int, Param(min=1000, max=384000, unit="Hz", suggest=(44100, 48000, 96000))]
Channels = Annotated[int, Param(min=1, max=64)]
Seed = Annotated[int, Param(min=0)]
Level = Annotated[float, Param(min=-120, max=0, unit="dBFS")]


class Recording(NamedTuple):
    """A mixture and, where they are known, its sources."""

    mixture: Audio
    stems: Audio | Absent


def _file(params: Mapping[str, Any]) -> Path:
    if not params["path"]:
        raise ValueError("no file is chosen: set path")
    return Path(params["path"])


def _track(params: Mapping[str, Any]) -> str:
    path = Path(params["path"])
    return path.resolve().name if path.is_dir() else path.stem


def _file_seconds(params: Mapping[str, Any]) -> float:
    path = _file(params)
    return _seconds(path, audio_files.info(path), params)


def _seconds(path: Path, header: audio_files.Info, params: Mapping[str, Any]) -> float:
    first, last = audio_files.stretch(path, header, params["start"], params["length"])
    return (last - first) / header.rate


@node(
    "source.file",
    label="Audio file",
    aliases=("load", "open", "wav", "mp3", "flac"),
    regional=True,
    fingerprint=lambda params: audio_files.fingerprint(Path(params["path"])),
    seconds=_file_seconds,
    track=_track,
)
def file(
    *,
    path: Annotated[str, Param(path="file")] = "",
    start: Seconds = 0.0,
    length: Seconds = 0.0,
    context: Context = SILENT,
) -> Audio:
    """Read a recording as it is: its own rate, its own channels, nothing rescaled.

    WAV, FLAC, OGG (Vorbis, Opus), MP3 and AIFF of any rate and number of channels, as float32.
    ``start`` and ``length`` choose a stretch in seconds; a length of 0 means to the end, and a
    length beyond the end gives what there is and says so.

    Fails where the file is missing, empty, cut off, of another kind (M4A/AAC is not supported), or
    holds a sample that is not a number; the message says which.
    """
    samples, rate = audio_files.read(
        _file({"path": path}), start, length, context.region, context.progress
    )
    if context.region is None:
        _note_short(samples.shape[-1] / rate, length, rate, context)
    return Audio(samples, rate)


def _note_short(seconds: float, length: float, rate: int, context: Context) -> None:
    if length and seconds < length - 0.5 / rate:
        context.note(f"the recording ends after {seconds:.3f} s of the {length:g} s asked for")


def _stems_fingerprint(params: Mapping[str, Any]) -> str:
    if not params["path"]:
        return ""
    path = Path(params["path"])
    files = folders.sounds(path) if path.is_dir() else [path]
    return " ".join(f"{found.name}:{audio_files.fingerprint(found)}" for found in files)


def _stems_seconds(params: Mapping[str, Any]) -> float:
    path = _file(params)
    if not path.is_dir():
        return _file_seconds(params)
    stems, _ = folders.divided(path)
    return _seconds(*folders.longest(folders.agreed(stems)), params)


@node(
    "source.stems",
    label="Stems",
    aliases=("multitrack", "folder", "references", "musdb"),
    regional=True,
    open_sources=True,
    fingerprint=_stems_fingerprint,
    seconds=_stems_seconds,
    track=_track,
)
def stems(
    *,
    path: Annotated[str, Param(path="folder")] = "",
    start: Seconds = 0.0,
    length: Seconds = 0.0,
    context: Context = SILENT,
) -> Recording:
    """Read a folder of stems: one source per audio file, and their sum as the mixture.

    Each file gives the source of its name. Files of different length are padded with silence to
    the longest, which is said; files of different rate or channel count are refused. A file named
    mixture, mix or master is no stem and is left out: it may be mastered, and then it is not the
    sum. ``start`` and ``length`` choose a stretch in seconds, 0 meaning to the end.

    Where ``path`` is one audio file, the mixture is that file and there are no stems.

    Fails as the audio file node does, where there is no audio file, and where two files would be
    one source.
    """
    folder = _file({"path": path})
    if not folder.is_dir():
        mixture = file(path=path, start=start, length=length, context=context)
        return Recording(mixture, Absent(f"{folder.name} is one file: it has no stems"))
    files, mixes = folders.divided(folder)
    _note_folder(files, mixes, context)
    headers = folders.agreed(files)
    samples, rate = folders.read_together(headers, start, length, context.region, context.progress)
    if context.region is None:
        _note_short(samples.shape[-1] / rate, length, rate, context)
    padded = folders.padded(headers, start, length)
    if padded:
        context.note(padded)
    mixture = Audio(mixing.total(samples), rate)
    return Recording(mixture, Audio(samples, rate, tuple(found.stem for found in files)))


def _note_folder(files: list[Path], mixes: list[Path], context: Context) -> None:
    if mixes:
        names = ", ".join(found.name for found in mixes)
        context.note(f"{names} is left out: the mixture is the sum of the stems")
    lossy = [found.name for found in files if found.suffix.lower() in audio_files.LOSSY]
    if lossy:
        context.note(
            f"{', '.join(lossy)}: a lossy file is no exact reference; scores near 15 dB and above "
            "mean little"
        )


class Song(NamedTuple):
    """A mixture and its sources."""

    mixture: Audio
    stems: Audio


@node(
    "source.song",
    label="Demo song",
    aliases=("example", "synthetic"),
    seconds=lambda params: demo.seconds(params["bars"]),
    track=lambda params: "song",
)
def song(
    *,
    seed: Seed = 0,
    players: Literal["all", "figure 5", "drums"] = "all",
    rate: Literal[44100, 48000] = 44100,
    bars: Annotated[int, Param(min=1, max=64, unit="bars")] = 8,
    reverb: bool = False,
    delay_pan: bool = False,
    auto_pan: bool = False,
    unison: bool = False,
    silent_intro: bool = False,
    mono: bool = False,
    clip: bool = False,
    context: Context = SILENT,
) -> Song:
    """Play a small song of which everything is known: five players and their mixture.

    100 beats a minute, eight bars of Am F C G in 19.2 s. The mixture is the sum of the stems.

    ======  ==================================================  =====  =========
    player  sound                                               angle  level
    ======  ==================================================  =====  =========
    vocals  40 harmonics and breath through four formants;      45°    -19 dBFS
            vibrato 5.5 Hz, ±40 cents; a melody that does not
            repeat
    drums   kick, snare, hats; the same every two bars (4.8 s)  45°    -21 dBFS
    bass    five dying partials                                 45°    -22 dBFS
    keys    chords of six slightly inharmonic partials          20°    -24 dBFS
    guitar  plucked strings, an arpeggio                        70°    -23 dBFS
    ======  ==================================================  =====  =========

    Angles count from the first channel, by constant power; levels are the rms of the power of both
    channels together. In eight bars there are 20 kicks, 16 snares and 64 hats.

    ``players``: *figure 5* is keys, vocals and guitar; *drums* is kick, snare and hats, each a stem
    of its own. ``seed`` 0 sings the melody as written, others vary it, the noises and the singer.
    ``reverb`` adds a small room (0.3 s, 18 dB below each player), ``delay_pan`` lets drums, keys and
    guitar reach one channel later (0.1, 0.25 and 0.25 ms), ``auto_pan`` moves the guitar between
    70° and 20° every two bars, ``unison`` adds a second voice on the same notes (*duet*, -22 dBFS),
    ``silent_intro`` keeps the voices silent for two bars, ``mono`` averages both channels, ``clip``
    drives the mixture into a soft clipper as a loud master would be: the stems then no longer add
    up to it.
    """
    made = demo.song(
        seed=seed, players=players, rate=rate, bars=bars, reverb=reverb, delay_pan=delay_pan,
        auto_pan=auto_pan, unison=unison, silent_intro=silent_intro, mono=mono, clip=clip,
        tick=context.progress,
    )  # fmt: skip
    if clip:
        context.note("clip is on: the mixture is not the sum of the stems")
    return Song(Audio(made.mixture, rate), Audio(made.images, rate, made.names))


def _memory(*, seconds: float, rate: int, channels: int, **knobs: Any) -> float:
    """Bytes of a made signal, and of the channel it is made in."""
    return 4.0 * seconds * rate * (channels + 1)


@node(
    "source.tone",
    aliases=("sine", "oscillator"),
    seconds=lambda params: params["seconds"],
    track=lambda params: "tone",
    memory=_memory,
)
def tone(
    *,
    frequency: Annotated[float, Param(min=0, max=192000, unit="Hz", log=True)] = 440.0,
    level: Level = -12.0,
    seconds: Duration = 2.0,
    rate: Rate = 44100,
    channels: Channels = 1,
    phase: Annotated[float, Param(min=-360, max=360, unit="degrees")] = 0.0,
    context: Context = SILENT,
) -> Audio:
    """Make a sine, the same in every channel.

    ``level`` is its peak: 0 dBFS reaches 1. ``phase`` is where the sine starts: 90 degrees is its
    crest. Fails where the frequency is above half the rate.
    """
    if frequency > rate / 2:
        raise ValueError(
            f"{frequency:g} Hz is above half the rate: at {rate} Hz at most {rate / 2:g} Hz"
        )
    wave = signals.tone(
        max(round(seconds * rate), 1), rate, frequency,
        amplitude=10 ** (level / 20), phase=phase, tick=context.progress,
    )  # fmt: skip
    return Audio(np.repeat(wave[np.newaxis], channels, axis=0), rate)


@node(
    "source.noise",
    aliases=("random", "white", "pink"),
    seconds=lambda params: params["seconds"],
    track=lambda params: "noise",
    memory=_memory,
)
def noise(
    *,
    colour: Literal["white", "pink"] = "white",
    level: Level = -20.0,
    seconds: Duration = 2.0,
    rate: Rate = 44100,
    channels: Channels = 1,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Audio:
    """Make Gaussian noise, independent in each channel.

    ``level`` is its rms, exact in each channel: 20 log10(rms). Peaks are some 13 dB above it. Pink
    noise falls by 3 dB an octave from 10 Hz up. The same seed gives the same noise.
    """
    rng, length = np.random.default_rng(seed), max(round(seconds * rate), 1)
    rows = np.empty((channels, length), np.float32)
    for channel in range(channels):
        rows[channel] = signals.noise(
            length, rate, rng, pink=colour == "pink", rms=10 ** (level / 20),
            tick=lambda part, channel=channel: context.progress((channel + part) / channels),  # type: ignore[misc]
        )  # fmt: skip
    return Audio(rows, rate)
