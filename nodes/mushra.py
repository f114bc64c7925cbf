"""Listening tests: a MUSHRA session written as files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodegraph import mushra as tests
from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.loudness import loudness as lufs
from nodegraph.values import Audio, Files, channels
from nodes import audio_files, trials
from nodes.output import Folder
from nodes.saving import Batch
from nodes.saving.names import fill, usable
from nodes.source import Seed

BROWSERS = (44100, 48000)
"""Rates that sound cards run at when a browser plays."""


@node(
    "output.mushra",
    label="MUSHRA session",
    aliases=("listening test", "webmushra", "export", "anchors", "blind"),
    effect=True,
    whole=True,
)
def session(
    reference: Audio,
    conditions: Many[Audio],
    interference: Audio | None = None,
    *,
    folder: Folder = "mushra",
    name: str = "{track}_{node}",
    trial: str = "{track}",
    starts: str = "",
    length: Annotated[float, Param(min=0.01, max=12, step=0.5, unit="s")] = 10.0,
    anchors: Literal["all", "3.5 and 7 kHz", "separation", "none"] = "all",
    questions: Literal["quality", "all four"] = "quality",
    loudness: Literal["matched", "as it is"] = "matched",
    seed: Seed = 0,
    existing: Literal["refuse", "replace"] = "refuse",
    context: Context = SILENT,
) -> Files:
    """Write a blind listening test (MUSHRA): reference, conditions and anchors, ready to be rated.

    A folder ``name`` with WAV files of equal length, rate and loudness, whose names tell nothing;
    ``session.json``, which this program plays; and ``config.yaml``, which webMUSHRA plays: put the
    folder into its ``configs`` and open ``?config=NAME/config.yaml``. Beside it ``NAME_key.json``
    says what is what, and stays at home. `measure.mushra` reads the answers.

    ``conditions`` are the systems under test, named by their wires; all must be like the reference
    in length and channels. The reference is also hidden among them. ``interference`` is what the
    separation should have removed: the sum of all other sources.

    ``starts`` are the seconds where excerpts begin, one trial for each ("0, 12.5"); empty is the one
    stretch where the reference is loudest. ``length`` is theirs, 12 s at most. They fade in and out
    over 5 ms. ``trial`` names the trials.

    ``anchors``: *3.5 and 7 kHz* are the reference through a low-pass (BS.1534-3). *separation* are
    those of Emiya et al. (2011): the distorted target (3.5 kHz, and 20 % of all bins set to zero),
    interference (added to the reference, equally loud), artefacts (what is left when 99 % of the bins are
    zero, added to the reference, equally loud). ``questions``: overall quality, or also how well the target is
    preserved, the rest suppressed, and how free of artefacts it is, each a trial of its own.

    ``loudness``: one gain for each sound makes it as loud as the reference (BS.1770); it is said and
    kept in the key. Where something would clip, all sounds of the trial are lowered alike. Written
    with 24 bits.

    Fails where a trial would have more than 12 sounds, where the reference is silent, and where
    conditions do not fit it. Differences in loudness are themselves something that one may want to
    ask for: then leave it as it is.

    ITU-R BS.1534-3, 2015. Emiya, Vincent, Harlander and Hohmann, "Subjective and objective quality
    assessment of audio source separation", IEEE TASLP 19(7), 2011.
    """
    _check(reference, conditions, interference)
    known = {"track": context.track or "track", "node": context.node or "node"}
    called = usable(fill(name, known))
    title = " ".join(fill(trial, known).split()) or "trial"
    if reference.rate not in BROWSERS:
        context.note(
            f"{reference.rate} Hz: webMUSHRA wants the rate of the sound card, 44.1 or 48 kHz"
        )
    begins = _starts(starts, reference, length, context)
    asked = tuple(tests.QUESTIONS) if questions == "all four" else ("quality",)
    made: list[tests.Trial] = []
    key: dict[str, Mapping[str, tests.Condition]] = {}
    sounds: dict[str, bytes] = {}
    for number, begin in enumerate(begins, 1):
        context.progress((number - 1) / len(begins), f"excerpt {number} of {len(begins)}")
        cut = _cut(reference, conditions, interference, begin, length)
        heard = _heard(*cut, reference.rate, anchors, seed, context)
        files, stimuli, what = _files(heard, reference.rate, loudness, seed, number, context)
        sounds |= files
        for question in asked:
            words = [title, str(number) if len(begins) > 1 else "", question * (len(asked) > 1)]
            id = " ".join(word for word in words if word)
            made.append(tests.Trial(id, question, f"t{number}_reference.wav", stimuli))
            key[id] = what
    test = tests.Session(called, seed, tuple(made))
    return _written(test, tests.Key(called, key), sounds, folder, existing, context)


def _check(reference: Audio, conditions: Audio, interference: Audio | None) -> None:
    """Raise ValueError where the sounds of a test do not fit each other."""
    reference.check_one("reference")
    if interference is not None:
        interference.check_one("interference")
    for other, name in ((conditions, "conditions"), (interference, "interference")):
        if other is None:
            continue
        reference.check_same(other, ("reference", name))
        if reference.channels != other.channels:
            raise ValueError(
                f"reference has {channels(reference.channels)}, {name} {channels(other.channels)}"
            )
    for other in (reference, conditions, interference):
        if other is not None and not np.isfinite(other.data).all():
            raise ValueError("a sound holds values that are not numbers")
    trials.check_names(conditions.names)


def _starts(text: str, reference: Audio, length: float, context: Context) -> list[float]:
    """Read where excerpts begin. Raises ValueError where that is no time in the recording."""
    words = [word for word in re.split(r"[,;\s]+", text) if word]
    if not words:
        size = round(length * reference.rate)
        words = [f"{trials.loudest(reference.data, size, reference.rate):g}"]
        if words != ["0"]:
            context.note(f"the reference is loudest from {words[0]} s on")
    found: list[float] = []
    for word in words:
        try:
            begin = float(word)
        except ValueError:
            begin = -1.0
        if not 0 <= begin < reference.seconds:
            raise ValueError(
                f"starts: {word!r} is no time of the recording, which has {reference.seconds:g} s"
            )
        if begin in found:
            raise ValueError(f"starts: {word} is there twice")
        found.append(begin)
    short = [begin for begin in found if begin + length > reference.seconds + 1 / reference.rate]
    if short:
        times = ", ".join(f"{begin:g}" for begin in short)
        context.note(
            f"the recording ends before {length:g} s from {times} s: that trial is shorter"
        )
    return found


def _cut(
    reference: Audio, conditions: Audio, interference: Audio | None, begin: float, length: float
) -> tuple[NDArray[Any], dict[str, NDArray[Any]], NDArray[Any] | None]:
    """Take an excerpt of all sounds. Raises ValueError where the reference is silent there."""
    first = min(round(begin * reference.rate), reference.length - 1)
    last = min(first + max(round(length * reference.rate), 1), reference.length)
    target = reference.data[..., first:last]
    if not target.any():
        raise ValueError(f"the reference is silent from {begin:g} s on: choose other starts")
    singles = conditions.stacked("condition").singles()
    systems = {name: one.data[..., first:last] for name, one in singles.items()}
    return target, systems, None if interference is None else interference.data[..., first:last]


def _heard(
    target: NDArray[Any],
    systems: Mapping[str, NDArray[Any]],
    others: NDArray[Any] | None,
    rate: int,
    anchors: str,
    seed: int,
    context: Context,
) -> list[trials.Heard]:
    """Give all sounds of a trial. Raises ValueError where they are too many."""
    heard = [trials.reference(target)]
    heard += [trials.Heard(name, "system", samples) for name, samples in systems.items()]
    if anchors in ("all", "3.5 and 7 kHz"):
        heard += trials.broadcast_anchors(target, rate, context.note)
    if anchors in ("all", "separation"):
        heard += trials.separation_anchors(target, others, rate, seed, context.note)
    if len(heard) > tests.MOST:
        raise ValueError(
            f"a trial would have {len(heard)} sounds ({len(systems)} conditions, the hidden reference "
            f"and {len(heard) - len(systems) - 1} anchors): at most {tests.MOST} can be compared"
        )
    return heard


def _files(
    heard: list[trials.Heard],
    rate: int,
    loudness: str,
    seed: int,
    number: int,
    context: Context,
) -> tuple[dict[str, bytes], tuple[tests.Stimulus, ...], dict[str, tests.Condition]]:
    """Make the files of a trial, number its stimuli at random, and say what each of them is."""
    target = heard[0].samples
    if loudness == "matched":
        heard = trials.matched(heard, target, rate)
        gains = ", ".join(f"{one.name} {one.gain:+.1f} dB" for one in heard[1:])
        context.note(f"loudness matched to {lufs(target, rate):.1f} LUFS: {gains}")
    silent = [one.name for one in heard if not one.samples.any()]
    if silent:
        context.note(f"{', '.join(silent)}: silent in trial {number}")
    heard = [replace(one, samples=trials.faded(one.samples, rate)) for one in heard]
    factor = trials.trim(heard)
    if factor < 1:
        context.note(
            f"all sounds of trial {number} are lowered by {-20 * np.log10(factor):.1f} dB: none clips"
        )
    coded = [trials.coded(one.samples * np.float32(factor), rate) for one in heard]
    files = {f"t{number}_reference.wav": coded[0]}
    stimuli: list[tests.Stimulus] = []
    what: dict[str, tests.Condition] = {}
    for place, which in enumerate(trials.shuffled(coded, seed), 1):
        stimulus = tests.Stimulus(f"s{place}", f"t{number}_s{place}.wav")
        files[stimulus.file] = coded[which]
        stimuli.append(stimulus)
        what[stimulus.id] = tests.Condition(heard[which].name, heard[which].role, heard[which].gain)
    return files, tuple(stimuli), what


def _written(
    test: tests.Session,
    key: tests.Key,
    sounds: Mapping[str, bytes],
    folder: str,
    existing: str,
    context: Context,
) -> Files:
    """Put all files of a test in place, or none."""
    texts = {
        tests.SESSION: tests.session_text(test).encode(),
        tests.CONFIG: tests.web_text(test, key).encode(),
    }
    with (
        Batch(folder, existing, context) as outer,
        Batch(str(Path(folder) / test.name), existing, context) as inner,
    ):
        content: dict[Path, bytes] = {}
        temps: dict[Path, Path] = {}
        for file, data in (texts | dict(sounds)).items():
            path = inner.path(Path(file).stem, Path(file).suffix[1:])
            content[path], temps[path] = data, inner.temp(path)
        path = outer.path("{test}_key", "json", test=test.name)
        content[path], temps[path] = tests.key_text(key).encode(), outer.temp(path)
        for path, temp in temps.items():
            with audio_files.explained(path):
                temp.write_bytes(content[path])
        return outer.place(temps)
