"""Stretches of time as one writes them: ``2.1-7; 8.7-13``, in seconds."""

from __future__ import annotations

import re

import numpy as np

from nodegraph.values import Array

FORM = re.compile(r"\s*(\d+(?:\.\d*)?)\s*-\s*(\d+(?:\.\d*)?)\s*s?\s*")


def ends_of(text: str, name: str) -> tuple[float, float]:
    """Read one stretch. Raises ValueError, which calls it by `name`."""
    found = FORM.fullmatch(text)
    low, high = (float(found[1]), float(found[2])) if found else (1.0, 0.0)
    if low >= high:
        raise ValueError(f"{name}: {text.strip()!r} needs the form '7-8.7', from and to in seconds")
    return low, high


def frames_in(text: str, times: Array) -> Array:
    """Say which times (frame,) lie in stretches such as ``0-2.1; 7-8.7``: bool (frame,)."""
    chosen = np.zeros(len(times), bool)
    for entry in filter(str.strip, re.split(r"[;,\n]", text)):
        low, high = ends_of(entry, "stretches")
        chosen |= (times >= low) & (times < high)
    return chosen
