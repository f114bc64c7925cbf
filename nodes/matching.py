"""Estimates and the references they meet: by name, never by order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nodegraph.values import Audio, Scores, Windows, channels
from nodes.dsp import spectral

OVER = "improvement"
"""The column that tells how much an estimate is better than the mixture."""


class Matched(NamedTuple):
    """Estimates, the references they meet, who meets whom by number, and why others do not."""

    estimates: Audio
    references: Audio | None
    pairs: list[tuple[int, int]]
    notes: list[str]


def check(one: Audio, other: Audio, names: tuple[str, str]) -> None:
    """Raise ValueError where two sounds cannot be compared sample by sample."""
    one.check_same(other, names)
    if one.channels != other.channels:
        raise ValueError(
            f"{names[0]} has {channels(one.channels)}, {names[1]} has "
            f"{channels(other.channels)}: both must have as many"
        )


def check_mixture(estimates: Audio, mixture: Audio) -> None:
    """Raise ValueError where the mixture is not one sound like the estimates."""
    check(estimates, mixture, ("estimates", "mixture"))
    mixture.check_one("mixture")


def missing(name: str, references: Audio | None) -> str:
    """Say why a source has no score; '' where it has one."""
    if references is None:
        return "not defined: there are no references"
    if name not in references.names:
        return f"{name} is not defined: the references are {', '.join(references.names)}"
    if not references.pick(name).data.any():
        return f"{name} is not defined: its reference is silent"
    return ""


def match(
    estimates: Audio, references: Audio | None, mixture: Audio | None, everyone: bool = False
) -> Matched:
    """Pair estimates with references by name, or `everyone` with everyone."""
    estimates = estimates.stacked()
    if references is not None:
        # One sound against one sound needs no names.
        references = references.stacked(estimates.names[0] if len(estimates.names) == 1 else "")
        check(estimates, references, ("estimates", "references"))
    if mixture is not None:
        check_mixture(estimates, mixture)
    pairs: list[tuple[int, int]] = []
    notes: list[str] = []
    for number, name in enumerate(estimates.names):
        if everyone and references is not None:
            pairs += [(number, reference) for reference in range(len(references.names))]
            continue
        fault = missing(name, references)
        if references is not None and not fault:
            pairs.append((number, references.names.index(name)))
            fault = "" if estimates.pick(name).data.any() else f"{name}: the estimate is silent"
        if fault and fault not in notes:
            notes.append(fault)
    return Matched(estimates, references, pairs, notes)


def undefined(names: tuple[str, ...], columns: tuple[str, ...], notes: list[str]) -> Scores:
    """Give a table with nothing but notes."""
    return Scores(
        {name: dict.fromkeys(columns, float("nan")) for name in names}, "dB", tuple(notes)
    )


def medians(windows: Windows) -> dict[str, dict[str, float]]:
    """Give the median over all windows where a measure is defined."""
    made: dict[str, dict[str, float]] = {}
    for name, row in zip(windows.rows, windows.data, strict=True):
        good = [values[~np.isnan(values)] for values in row]
        middles = [float(np.median(values)) if len(values) else float("nan") for values in good]
        made[name] = dict(zip(windows.metrics, middles, strict=True))
    return made


def lossy(references: Audio) -> list[str]:
    """Say which references a codec has cut off."""
    found: dict[float, list[str]] = {}
    for name, single in references.singles().items():
        end = spectral.ceiling(single.data, references.rate)
        if end:
            found.setdefault(end, []).append(name)
    return [
        f"references that look lossy, with nothing above {end / 1000:.3g} kHz: {', '.join(names)}"
        for end, names in sorted(found.items())
    ]
