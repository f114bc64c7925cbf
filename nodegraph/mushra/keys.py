"""The key of a test: which stimulus is what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nodegraph.mushra.plain import FORMAT, Reader, loaded, text_of
from nodegraph.mushra.sessions import ROLES


@dataclass(frozen=True)
class Condition:
    """What a stimulus is."""

    name: str
    role: str = "system"
    gain: float = 0.0
    """dB, which made it as loud as the reference."""


@dataclass(frozen=True)
class Key:
    """What the stimuli of a test are: by trial, then by stimulus."""

    name: str
    trials: Mapping[str, Mapping[str, Condition]] = field(default_factory=dict)


def key_of(folder: Path) -> Path:
    """Say where the key of a test is, whose sounds are in a folder."""
    folder = folder.absolute()
    return folder.with_name(f"{folder.name}_key.json")


def read_key(path: Path) -> Key:
    """Read a key. Raises ValueError in one line that names the file and what is wrong in it."""
    reader = loaded(path)
    reader.only("format", "name", "trials")
    trials = {
        id: {stimulus: _condition(one) for stimulus, one in trial.named().items()}
        for id, trial in reader.inner("trials").named().items()
    }
    return Key(reader.text("name"), trials)


def _condition(reader: Reader) -> Condition:
    reader.only("condition", "role", "gain")
    return Condition(reader.text("condition"), reader.one_of("role", ROLES), reader.number("gain"))


def key_text(key: Key) -> str:
    """Give the text of a key."""
    trials = {
        id: {
            stimulus: {"condition": one.name, "role": one.role, "gain": round(one.gain, 4)}
            for stimulus, one in stimuli.items()
        }
        for id, stimuli in key.trials.items()
    }
    return text_of({"format": FORMAT, "name": key.name, "trials": trials})
