"""Questions about values that are there: what they look like, closer, and what they sound like.

A run gives small pictures of all that is on screen. Whoever looks closer asks: a question names an
output, the turns of loops, and what is wanted of it. It is answered beside the run that goes on,
from what the engine keeps, so that neither waits for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nodegraph.figure.shapes import Drawing
from nodegraph.figure.style import PLAIN, Style
from nodegraph.marks import EVERYTHING, Selection
from nodegraph.sharing import Sounding as Sounding
from nodegraph.views import WHOLE, Lens, Picture, Table

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


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a view, or shapes that are there already, into a file; one that is there is replaced."""

    path: Path
    what: Look | Drawing
    style: Style = PLAIN
    factor: float = 2.0
    """Pixels for each unit of a drawing."""
    captioned: bool = False
    """Where the style has no caption, one says what the view shows."""
    table: Table | None = None
    """A table as it is shown, in its order and with what methods took, in place of the view's own."""


Ask = Look | Listen | Balance | Draw


def slots_of(ask: Ask) -> tuple[Slot, ...]:
    """Name the outputs that a question is about; none where what is drawn is there already."""
    if isinstance(ask, Draw):
        return slots_of(ask.what) if isinstance(ask.what, Look) else ()
    if isinstance(ask, Balance):
        return (ask.mixture, *ask.parts)
    minus = ask.minus if isinstance(ask, Listen) else ()
    return (ask.slot, *minus) if ask.other is None else (ask.slot, ask.other, *minus)


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
class Drew:
    """The file is there."""

    ticket: int
    path: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There is no answer, and why, in one line."""

    ticket: int
    reason: str


Answer = Looked | Heard | Weighed | Drew | Unanswered
