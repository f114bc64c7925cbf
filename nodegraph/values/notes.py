"""What is played: notes as a score has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.values.core import Array, Value


@dataclass(frozen=True, eq=False)
class Notes(Value):
    """Notes of one or several parts, in order of their onsets; all arrays are (note,)."""

    onsets: Array
    """Seconds."""
    offsets: Array
    """Seconds; none lies before its onset."""
    pitches: Array
    """MIDI numbers, also between the keys; 69 is 440 Hz."""
    velocities: Array
    """How hard, 0 to 1."""
    parts: Array
    """Which of the parts plays it, counted from 0."""
    names: tuple[str, ...] = ()
    """A name for each part."""

    def __post_init__(self) -> None:
        listed = ("onsets", "offsets", "pitches", "velocities")
        arrays: dict[str, Array] = {
            name: np.asarray(getattr(self, name), np.float64).ravel() for name in listed
        }
        arrays["parts"] = np.asarray(self.parts, np.int64).ravel()
        count = len(arrays["onsets"])
        if any(len(array) != count for array in arrays.values()):
            sizes = ", ".join(f"{len(array)} {name}" for name, array in arrays.items())
            raise ValueError(f"Notes need as many of each, got {sizes}")
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("Notes need numbers, got one that is not finite")
        if np.any(arrays["offsets"] < arrays["onsets"]):
            number = int(np.flatnonzero(arrays["offsets"] < arrays["onsets"])[0])
            raise ValueError(f"note {number + 1} ends before it begins")
        if count and not 0 <= arrays["parts"].min() <= arrays["parts"].max() < len(self.names):
            raise ValueError(f"Notes name a part that is none of the {len(self.names)} there are")
        order = np.lexsort((arrays["pitches"], arrays["onsets"]))
        for name, array in arrays.items():
            object.__setattr__(self, name, array[order])

    def __len__(self) -> int:
        return len(self.onsets)

    @property
    def frequencies(self) -> Array:
        """Hz."""
        made: Array = 440 * 2 ** ((self.pitches - 69) / 12)
        return made
