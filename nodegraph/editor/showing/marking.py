"""What a hand marks on a plane: boxes, strokes that add, strokes that take away.

A `Marking` belongs to one pane. It is heard as soon as something is marked, all but it where Shift
was held, and becomes a node on Enter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nodegraph.marks import Box, Brush, Mark, Marks, Selection
from nodegraph.views import Axis

Place = tuple[float, float]
"""Seconds and Hz."""

BRUSH = (0.04, 60.0)
"""Half width of a brush of size 1, in seconds and Hz, where a second and a kilohertz are seen."""
SIZES = (0.25, 16.0)
GROWTH = 1.2
"""How much larger the brush is for each notch of the wheel."""
NEAR = 0.25
"""A stroke gets another point once the hand is this share of the brush away from the last one."""


@dataclass(frozen=True, slots=True)
class Marking:
    """What is marked, and what the hand is at."""

    marks: Marks = ()
    invert: bool = False
    """All but what is marked is heard."""
    held: Mark | None = None
    """What is being drawn."""
    start: Place = (0.0, 0.0)
    node: str = ""
    """The node whose knob holds these marks; empty: they are not yet in the document."""

    @property
    def all(self) -> Marks:
        """What is marked, with what is being drawn."""
        return self.marks if self.held is None else (*self.marks, self.held)

    @property
    def selection(self) -> Selection:
        """What is to be heard."""
        return Selection(marks=self.all, invert=self.invert)


def begun_box(marking: Marking, at: Place, *, adding: bool, invert: bool) -> Marking:
    """Begin a box; it takes the place of what was marked, unless it is added."""
    marks = marking.marks if adding or marking.node else ()
    return replace(
        marking, marks=marks, invert=invert, held=Box(*at[:1] * 2, *at[1:] * 2), start=at
    )


def begun_stroke(
    marking: Marking, at: Place, half: tuple[float, float], *, erase: bool, invert: bool
) -> Marking:
    """Begin a stroke; it is added to what is marked."""
    held = Brush(*half, (at,), erase)
    return replace(marking, invert=invert, held=held, start=at)


def drawn(marking: Marking, at: Place) -> Marking:
    """Follow the hand."""
    held = marking.held
    if isinstance(held, Box):
        (start, stop), (low, high) = (sorted(pair) for pair in zip(marking.start, at, strict=True))
        return replace(marking, held=Box(start, stop, low, high, held.erase))
    if isinstance(held, Brush):
        x, y = held.points[-1]
        far = max(abs(at[0] - x) / (held.seconds or 1), abs(at[1] - y) / (held.hertz or 1))
        return (
            replace(marking, held=replace(held, points=(*held.points, at)))
            if far > NEAR
            else marking
        )
    return marking


def ended(marking: Marking, least: Place) -> Marking:
    """Let go: what is smaller than a few pixels was no mark."""
    held = marking.held
    small = isinstance(held, Box) and (
        held.stop - held.start < least[0] or held.high - held.low < least[1]
    )
    if held is None or small:
        return replace(marking, held=None)
    if isinstance(held, Brush) and held.erase and not marking.marks:
        return replace(marking, held=None)
    return replace(marking, marks=(*marking.marks, held), held=None)


def half_widths(size: float, across: Axis, upright: Axis) -> tuple[float, float]:
    """Give the half widths of a brush: as large on the screen, however close one looks."""
    seconds = BRUSH[0] * size * min(max(abs(across.stop - across.start) / 4, 0.02), 4.0)
    hertz = BRUSH[1] * size * min(max(abs(upright.stop - upright.start) / 4000, 0.05), 4.0)
    return round(seconds, 4), round(hertz, 1)


def resized(size: float, notches: float) -> float:
    """Make the brush larger or smaller."""
    return float(min(max(size * GROWTH**notches, SIZES[0]), SIZES[1]))


def in_words(marking: Marking) -> str:
    """Say what is heard: *0:01.20 to 0:02.10, 200 Hz to 1.2k*."""
    from nodegraph.editor.pictures.axes import hertz, moment

    marks = marking.all
    what = ""
    if len(marks) == 1 and isinstance(marks[0], Box):
        box = marks[0]
        times = f"{moment(box.start, 2)} to {moment(box.stop, 2)}"
        what = f"{times}, {hertz(round(max(box.low, 0)))} to {hertz(round(box.high))} Hz"
    elif marks:
        what = f"{len(marks)} mark{'s' * (len(marks) > 1)}"
    return f"all but {what}" if marking.invert and what else what
