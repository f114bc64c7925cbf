"""All that decides how one node is drawn: when none of it differs, nothing is drawn again."""

from __future__ import annotations

from dataclasses import dataclass

from nodegraph.editor.canvas.shapes import Shape, Spot
from nodegraph.editor.look.colours import Rgba, Theme, mix
from nodegraph.editor.look.measures import NODE
from nodegraph.editor.look.signs import STATES
from nodegraph.editor.running.watched import LoopNow
from nodegraph.editor.window.canvas.detail import Level
from nodegraph.editor.window.canvas.words import Footer


@dataclass(frozen=True, slots=True)
class NodeLook:
    """How a node looks, wherever it lies."""

    shape: Shape
    footer: Footer
    level: Level
    selected: bool = False
    hovered: bool = False
    leaving: bool = False
    """Dragged out of its loop or into another one."""
    texture: int = 0
    said: str = ""
    """In the picture's place."""
    rows: tuple[tuple[str, ...], ...] = ()
    """In the picture's place: a small table."""
    loop: LoopNow | None = None
    """In the picture's place of a folded loop: its curve, and which turn it shows."""
    fraction: float = 0.0
    fits: frozenset[tuple[str, str, str]] | None = None
    """Side, name and part of the ports that a wire being dragged fits; None while none is."""
    types: bool = False
    """Ports say what type they carry."""
    plain: frozenset[str] | None = None
    """Knobs that are drawn, since something lies over their widgets; None draws all of them."""
    past: bool = False
    """Its picture is one of an earlier turn."""
    presenting: bool = False

    @property
    def family(self) -> str:
        """The family whose chip it has."""
        kind = self.shape.type
        return "control" if kind == "loop" else kind.split(".", 1)[0]

    @property
    def faded(self) -> float:
        """How much of its colours is left."""
        return STATES[self.footer.state].whole

    def fitting(self, spot: Spot) -> bool | None:
        """Whether a wire being dragged fits a port; None while none is dragged."""
        return None if self.fits is None else (spot.side, spot.port, spot.part) in self.fits


@dataclass(frozen=True, slots=True)
class Tones:
    """The colours of one node, faded where the whole node is."""

    theme: Theme
    whole: float = 1.0

    def __call__(self, role: str) -> Rgba:
        """Give a role's colour."""
        return self.faded(self.theme.role(role))

    def faded(self, colour: Rgba) -> Rgba:
        """Give any colour as it is seen in this node."""
        return colour if self.whole >= 1 else mix(colour, self.theme.canvas, self.whole)


def outline(look: NodeLook, theme: Theme) -> tuple[Rgba, int]:
    """Give colour and width of the line around a node."""
    role = STATES[look.footer.state].outline
    if look.selected:
        return theme.sel, NODE.outline_selected
    if role == "err":
        return theme.err, NODE.outline_selected
    if look.leaving:
        return theme.loop, NODE.outline_selected
    return (theme.line2 if look.hovered or role else theme.line), NODE.outline
