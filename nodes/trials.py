"""What is heard in a trial of a listening test: excerpts and anchors, equally loud, as files."""

from __future__ import annotations

import hashlib
import io
import math
import wave
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.loudness import loudness
from nodes.dsp import anchors

Array = NDArray[Any]
FADE = 0.005
"""Seconds, at both ends."""
FULL = 2.0**23 - 1
"""Highest number of a sample of 24 bits."""
LOW, MID = 3500.0, 7000.0
BROADCAST = {"low anchor": ("anchor 3.5 kHz", LOW), "mid anchor": ("anchor 7 kHz", MID)}
INTERFERENCE, ARTEFACTS, DISTORTED = (
    "anchor interference", "anchor artefacts", "anchor distorted target",
)  # fmt: skip
HOLES, FEW = 0.2, 0.99
"""Shares of bins that are set to zero in the distorted target, and in what is heard as artefacts."""


@dataclass(frozen=True)
class Heard:
    """A sound of a trial, and what it is."""

    name: str
    role: str
    samples: Array
    gain: float = 0.0
    """dB, by which it was made as loud as the reference."""


def loudest(samples: Array, size: int, rate: int) -> float:
    """Say in seconds, to a tenth, where the stretch of `size` samples with most energy begins."""
    step = max(round(rate / 10), 1)
    starts = np.arange(0, max(samples.shape[-1] - size, 0) + 1, step)
    energy = np.square(samples, dtype=np.float64).sum(axis=0)
    total = np.concatenate([[0.0], np.cumsum(energy)])
    held = total[np.minimum(starts + size, samples.shape[-1])] - total[starts]
    return float(starts[held.argmax()] / rate)


def reference(samples: Array) -> Heard:
    """Give the reference, hidden among the others."""
    return Heard("reference", "reference", samples)


def broadcast_anchors(samples: Array, rate: int, note: Callable[[str], None]) -> list[Heard]:
    """Make the anchors of BS.1534: the reference without its high frequencies."""
    made = []
    for role, (name, cutoff) in BROADCAST.items():
        if anchors.reaches(rate, cutoff):
            made.append(Heard(name, role, anchors.low_pass(samples, rate, cutoff)))
        else:
            note(f"{name} is left out: at {rate} Hz it would be the reference itself")
    return made


def separation_anchors(
    samples: Array, others: Array | None, rate: int, seed: int, note: Callable[[str], None]
) -> list[Heard]:
    """Make the anchors of Emiya et al. (2011): what separation does to sound, done badly."""
    rng = np.random.default_rng(seed)
    low = samples
    if anchors.reaches(rate, LOW):
        low = anchors.low_pass(samples, rate, LOW)
    made = [Heard(DISTORTED, "anchor", anchors.with_holes(low, rate, HOLES, rng))]
    if others is None:
        note(f"{INTERFERENCE} is left out: no interference is wired")
    elif not others.any():
        note(f"{INTERFERENCE} is left out: the interference is silent here")
    else:
        made.append(Heard(INTERFERENCE, "anchor", samples + as_loud(others, samples, rate)))
    left = anchors.with_holes(samples, rate, FEW, rng)
    made.append(Heard(ARTEFACTS, "anchor", samples + as_loud(left, samples, rate)))
    return made


def gain_to(samples: Array, goal: Array, rate: int) -> float:
    """Give the gain in dB that makes one sound as loud as another; 0 where one is silent."""
    # The gate of the standard is a level; what is compared here may be at any.
    size = float(np.abs(goal).max(initial=0)) or 1.0
    mine, its = (loudness(one / size, rate) for one in (samples, goal))
    return its - mine if math.isfinite(its - mine) else 0.0


def as_loud(samples: Array, goal: Array, rate: int) -> Array:
    """Make a sound as loud as another."""
    gain = np.float32(10 ** (gain_to(samples, goal, rate) / 20))
    return samples * gain


def matched(heard: Sequence[Heard], goal: Array, rate: int) -> list[Heard]:
    """Make all sounds as loud as the reference."""
    gains = [0.0 if one.role == "reference" else gain_to(one.samples, goal, rate) for one in heard]
    return [
        replace(one, samples=one.samples * np.float32(10 ** (gain / 20)), gain=gain)
        for one, gain in zip(heard, gains, strict=True)
    ]


def faded(samples: Array, rate: int) -> Array:
    """Let a sound begin and end without a click."""
    count = min(max(round(FADE * rate), 1), samples.shape[-1] // 2)
    ramp = np.sin(np.pi / 2 * (np.arange(count) + 0.5) / max(count, 1)) ** 2
    made = samples.copy()
    made[..., :count] *= ramp
    made[..., made.shape[-1] - count :] *= ramp[::-1]
    return made


def trim(heard: Iterable[Heard]) -> float:
    """Give the factor that brings the loudest peak of all to full scale at most."""
    peak = max(float(np.abs(one.samples).max(initial=0)) for one in heard)
    return min(1.0, 1 / peak) if peak else 1.0


def coded(samples: Array, rate: int) -> bytes:
    """Give a sound as a WAV file of 24 bits that says nothing else."""
    whole = np.clip(np.rint(samples.T.astype(np.float64) * FULL), -FULL, FULL).astype("<i4")
    content = np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(samples.shape[0])
        writer.setsampwidth(3)
        writer.setframerate(rate)
        writer.writeframes(content)
    return file.getvalue()


def shuffled(files: Sequence[bytes], seed: int) -> list[int]:
    """Give the order in which sounds are numbered: drawn from the seed and what is in them.

    Whoever knows the seed and the conditions but not their sounds cannot draw it again.
    """
    seen: dict[bytes, int] = {}
    drawn = []
    for number, content in enumerate(files):
        digest = hashlib.sha256(content).digest()
        seen[digest] = seen.get(digest, 0) + 1
        ticket = hashlib.sha256(f"{seed} {seen[digest]} ".encode() + digest).digest()
        drawn.append((ticket, number))
    return [number for _, number in sorted(drawn)]


def check_names(names: Iterable[str]) -> None:
    """Raise ValueError where a condition has a name that another sound of a trial has."""
    taken: Mapping[str, object] = dict.fromkeys(
        ["reference", DISTORTED, INTERFERENCE, ARTEFACTS, *(name for name, _ in BROADCAST.values())]
    )
    for name in names:
        if name in taken:
            raise ValueError(f"a condition is named {name!r}, as another sound here: rename it")
