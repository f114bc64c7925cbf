"""Questions about values that are there: what they look like, closer, and what they sound like.

A run gives small pictures of all that is on screen. Whoever looks closer asks: a question names an
output, the turns of loops, and what is wanted of it. It is answered beside the run that goes on,
from what the engine keeps, so that neither waits for the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from nodegraph.marks import EVERYTHING, Selection
from nodegraph.sharing import Sounding as Sounding
from nodegraph.views import WHOLE, Lens, Picture

Slot = tuple[str, str]
"""Node and output."""


@dataclass(frozen=True, slots=True)
class Look:
    """What does an output look like through a lens?"""

    slot: Slot
    kind: str = ""
    """Of the views that there are for its type."""
    lens: Lens = WHOLE
    source: str = ""
    """One of several sources; empty: all."""
    other: Slot | None = None
    """The output to compare with, for views that show two."""
    other_source: str = ""


@dataclass(frozen=True, slots=True)
class Listen:
    """What does an output sound like?"""

    slot: Slot
    selection: Selection = EVERYTHING
    rate: int = 0
    """Samples a second wanted; 0: as it has."""
    other: Slot | None = None
    """Where it is to be the difference to another output."""
    minus: tuple[Slot, ...] = ()
    """Where it is to be what is left without some outputs: all their sources are taken away."""


@dataclass(frozen=True, slots=True)
class Balance:
    """How far is the sum of some sounds from another one?"""

    mixture: Slot
    parts: tuple[Slot, ...]


Ask = Look | Listen | Balance


@dataclass(frozen=True, slots=True)
class Choice:
    """A way in which a value can be shown."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture, and the other ways in which the value can be shown."""

    ticket: int
    picture: Picture
    choices: tuple[Choice, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What an output sounds like, source by source."""

    ticket: int
    sounds: tuple[Sounding, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How large the difference is, in dB below the mixture."""

    ticket: int
    level: float


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There is no answer, and why, in one line."""

    ticket: int
    reason: str


Answer = Looked | Heard | Weighed | Unanswered
