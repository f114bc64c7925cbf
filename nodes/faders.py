"""Faders and sources as one writes them: ``vocals -3; drums off; keys 0 at 4, -12 at 6``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from nodes.dsp.mixing import OFF
from nodes.dsp.remix import Fader

MOST = 120.0
"""Highest level in dB, and lowest but for *off*."""
NUMBER = r"[+-]?\d+(?:\.\d+)?"
LEVEL = rf"(?:{NUMBER}(?:\s*dB)?|off)"
MOVE = rf"{LEVEL}\s+at\s+\d+(?:\.\d+)?(?:\s*s)?"
FORM = re.compile(rf"(.*?[^\s,:])\s*:?\s+({MOVE}(?:\s*,\s*{MOVE})*|{LEVEL})")


def entries(text: str) -> Iterator[str]:
    """Give what stands between semicolons or on lines of its own."""
    return filter(None, (part.strip() for part in re.split(r"[;\n]", text)))


def check_known(knob: str, name: str, names: Sequence[str], seen: Sequence[str]) -> None:
    """Raise ValueError where a text names a source that is not there, or one twice."""
    if name not in names:
        known = ", ".join(names) or "one sound without a name"
        raise ValueError(f"{knob}: there is no source {name!r}; there is: {known}")
    if name in seen:
        raise ValueError(f"{knob}: {name!r} is there twice")


def read(text: str, names: Sequence[str], knob: str = "gains") -> list[Fader]:
    """Read the fader of each source; sources that are not named stay at 0 dB."""
    found: dict[str, Fader] = {}
    for entry in entries(text):
        match = FORM.fullmatch(entry)
        if match is None:
            raise ValueError(
                f"{knob}: {entry!r} needs the form 'vocals -3' (dB), 'vocals off' or "
                "'vocals 0 at 2, -12 at 4' (dB, s)"
            )
        check_known(knob, match[1], names, list(found))
        found[match[1]] = _fader(match[1], match[2], knob)
    return [found.get(name, Fader.still(0.0)) for name in names]


def _fader(name: str, text: str, knob: str) -> Fader:
    """Read one level, or levels and times."""
    steps = [step.split(" at ") for step in re.sub(r"\s+", " ", text).split(",")]
    levels = [_level(name, step[0], knob) for step in steps]
    times = [float(step[1].removesuffix("s")) if len(step) > 1 else 0.0 for step in steps]
    if any(np.diff(times) <= 0):
        raise ValueError(f"{knob}: times of {name!r} must rise, got {text!r}")
    return Fader(tuple(times), tuple(levels))


def _level(name: str, text: str, knob: str) -> float:
    word = text.strip()
    if word == "off":
        return OFF
    level = float(word.removesuffix("dB"))
    if abs(level) > MOST:
        raise ValueError(f"{knob}: {name!r} must be -120 to 120 dB or off, got {level:g}")
    return level


def chosen(text: str, names: Sequence[str], knob: str = "names") -> list[bool]:
    """Say which sources a list of names chooses; an empty one chooses all."""
    wanted: list[str] = []
    for name in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        check_known(knob, name, names, wanted)
        wanted.append(name)
    return [not wanted or name in wanted for name in names]
