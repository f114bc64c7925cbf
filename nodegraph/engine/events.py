"""What a run tells while it goes on. Progress bar, report and window are listeners of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Started:
    """A node begins."""

    node: str
    turn: int = 0
    """Number of the loop turn it belongs to; 0 outside loops."""


@dataclass(frozen=True, slots=True)
class Progressed:
    """A node says how far it is."""

    node: str
    fraction: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A node shows an unfinished value."""

    node: str
    value: object


@dataclass(frozen=True, slots=True)
class Noted:
    """A node says something worth knowing."""

    node: str
    text: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """A file is complete."""

    node: str
    path: Path


@dataclass(frozen=True, slots=True)
class Finished:
    """A node is through, one way or another."""

    node: str
    state: str
    """``ran``, ``cached``, ``failed``, ``blocked``, ``absent``, ``muted`` or ``cancelled``."""
    seconds: float = 0.0
    bytes: int = 0
    turn: int = 0
    error: str = ""
    why: str = ""
    """Why it ran: what changed since the last time."""
    key: str = ""
    """Names the result: another one whenever the result may be another one."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A loop has finished a turn."""

    loop: str
    turn: int
    limit: int
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The watched numbers of this turn, and under `CHANGE` how far the states moved, where that
    was measured."""
    around: Mapping[str, int] = field(default_factory=dict)
    """Turns of the loops around it that it was turned in."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A loop begins to turn, or its result was known: the numbers of turns that were made before."""

    loop: str
    limit: int
    numbers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """From the first turn on, as `Turned` names them; none where it begins at the beginning."""
    around: Mapping[str, int] = field(default_factory=dict)


CHANGE = " change"
"""Under this name the relative change of the states stands among the numbers of a turn."""

Event = Started | Progressed | Previewed | Noted | Wrote | Finished | Turned | Recalled
Listener = Callable[[Event], None]
