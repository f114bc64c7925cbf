"""What the hand on the canvas asks for; the window carries it out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from nodegraph.document import Graph, Link
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.canvas.view import Point, View
from nodegraph.editor.offers.converters import Refusal
from nodegraph.editor.offers.ends import End
from nodegraph.editor.offers.search import Wire
from nodegraph.editor.stage import Selection


@dataclass(frozen=True)
class SetView:
    """Look elsewhere; `smooth` where the way there is shown."""

    view: View
    smooth: bool = False


@dataclass(frozen=True)
class Select:
    """Choose these and nothing else."""

    keys: Selection


@dataclass(frozen=True)
class Edit:
    """Take this graph in place of the one there is: one step to undo.

    Without a label the step is described by what it changed.
    """

    graph: Graph
    label: str = ""
    merge: Hashable = None
    selection: Selection | None = None


@dataclass(frozen=True)
class Settle:
    """A drag is over: the next edit is a step of its own."""


@dataclass(frozen=True)
class Fold:
    """The caret of a node or loop was clicked."""

    name: str


@dataclass(frozen=True)
class Raise:
    """Lay these on top of the others."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class OpenSearch:
    """Search for a node to put at `world`, in the body of `loop`, and to wire."""

    at: Point
    world: Point
    wire: Wire | None = None
    loop: str = ""


@dataclass(frozen=True)
class OpenMenu:
    """Open the menu of what was clicked with the right button."""

    at: Point
    hit: Hit


@dataclass(frozen=True)
class Offer:
    """A wire was dropped where it cannot be: the reason stays, Enter converts, Escape leaves."""

    at: Point
    refusal: Refusal
    link: Link
    end: End


@dataclass(frozen=True)
class Control:
    """A control of a loop was pressed, or its slider or curve at a share of its length."""

    loop: str
    control: str
    share: float = 0.0


@dataclass(frozen=True)
class OpenLarge:
    """Show an output in the large view."""

    node: str
    output: str


@dataclass(frozen=True)
class Rename:
    """Edit the title of a node or frame, or the text of a note."""

    key: Key


@dataclass(frozen=True)
class Say:
    """Say in one line why something did not happen."""

    text: str


Intent = (
    SetView
    | Select
    | Edit
    | Settle
    | Fold
    | Raise
    | OpenSearch
    | OpenMenu
    | Offer
    | Control
    | OpenLarge
    | Rename
    | Say
)
