"""Nodes as shapes: title and chip, ports with their names, knobs with their values, a picture."""

from __future__ import annotations

from collections.abc import Iterator

from nodegraph.editor.canvas.knob_kinds import setting, share, written
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.shapes import KnobRow, Spot
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.drawing.ruler import fitted, width
from nodegraph.editor.drawing.signs import sign
from nodegraph.editor.look.colours import CHIP, Rgba, Theme, mix
from nodegraph.editor.look.faces import TEXT, icon
from nodegraph.editor.look.measures import NODE, WINDOW
from nodegraph.editor.look.signs import STATES, family_style, type_style
from nodegraph.figure.shapes import Area, Image, Shape, Stroke, Words


def family(box: Box) -> str:
    """Name the family whose chip a box has."""
    kind = box.shape.type
    return "control" if kind == "loop" else kind.split(".", 1)[0]


def node_shapes(box: Box, theme: Theme, image: Image | None) -> Iterator[Shape]:
    """Draw a node from below: shadow, body, header, rows, picture, ports."""
    painter = _Painter(box, theme)
    yield from painter.body()
    yield from painter.header()
    yield from painter.names()
    for row in box.shape.knobs:
        yield from painter.knob(row)
    if box.shape.picture is not None and image is not None:
        yield Area(box.world(box.shape.picture), theme.plot)
        yield image
    for spot in box.shape.spots:
        if spot.shown:
            hollow = spot.needed and not spot.wired
            style = type_style(spot.type, theme)
            yield from sign(style, box.centre(spot), theme.canvas, theme.node, hollow=hollow)


def frame_of(box: Box) -> Rect:
    """Give what a node takes up without its footer, of which a file has nothing to say."""
    shape, rect = box.shape, box.rect
    if shape.footer is None:
        return rect
    return Rect(rect.x, rect.y, rect.width, max(shape.footer.y + 4, NODE.header + 8))


class _Painter:
    def __init__(self, box: Box, theme: Theme) -> None:
        self.box, self.shape, self.theme = box, box.shape, theme
        self.place = frame_of(box)
        self.whole = STATES["muted"].whole if box.shape.mode == "mute" else 1.0

    def tone(self, colour: Rgba) -> Rgba:
        """Give a colour as it is seen in this node."""
        return colour if self.whole >= 1 else mix(colour, self.theme.canvas, self.whole)

    def body(self) -> Iterator[Shape]:
        theme, place = self.theme, self.place
        folded = self.shape.folded and self.shape.footer is None
        for by in NODE.shadow:
            yield Area(place.grown(by / 2).moved(0, by / 2), theme.shadow, radius=NODE.radius + by)
        outer = place.grown(0.5)
        body = theme.head if folded else theme.node
        line = theme.line if self.shape.known else theme.line2
        yield Area(outer, self.tone(body), self.tone(line), 1, NODE.radius + 0.5)

    def header(self) -> Iterator[Shape]:
        theme, place, tone = self.theme, self.place, self.tone
        top = float(NODE.header)
        if not (self.shape.folded and self.shape.footer is None):
            head = tone(theme.head)
            yield Area((place.x, place.y, place.width, top), head, radius=NODE.radius)
            lower = (place.x, place.y + top - NODE.radius, place.width, NODE.radius)
            yield Area(lower, head)
        style = family_style(family(self.box), theme)
        colour, side = tone(style.colour), NODE.chip
        x, middle = place.x + NODE.chip_left, place.y + top / 2
        chip = Rect(x, middle - side / 2, side, side)
        yield Area(chip, mix(colour, tone(theme.head), CHIP), radius=NODE.chip_radius)
        name = style.icon if self.shape.known else "question"
        yield Words(chip.centre, icon(name), NODE.icon, colour, "center")
        start, right = place.x + NODE.title_left, place.right - NODE.side
        if self.shape.mode:
            state = STATES["muted" if self.shape.mode == "mute" else "bypassed"]
            sign_at = (right - NODE.icon / 2, middle)
            yield Words(sign_at, icon(state.icon), NODE.icon, tone(theme.t2), "center")
            right -= NODE.icon + 6
        size = TEXT.title.size
        title = fitted(self.shape.title, size, right - start, bold=True)
        yield Words((start, middle), title, size, tone(theme.t1), bold=True)

    def names(self) -> Iterator[Shape]:
        """Write the names of ports beside them; where both sides of a row are long, both give way."""
        if self.shape.folded and self.shape.footer is None:
            yield from self._hidden()
            return
        size, edge = TEXT.label.size, NODE.port_name
        ports = [spot for spot in self.shape.spots if not spot.knob]
        sides = [[s for s in ports if s.side == side] for side in ("in", "out")]
        room = self.place.width - 2 * edge - 8
        through = self.shape.mode == "bypass" and all(sides)
        if through:
            yield self._through(sides[0][0], sides[1][0])
        for spots, others in (sides, sides[::-1]):
            for row, spot in enumerate(spots):
                if through and row == 0:
                    continue
                taken = width(others[row].label, size) if row < len(others) else 0.0
                words = fitted(spot.label, size, max(room - taken, room * 0.42))
                x, y = self.box.centre(spot)
                left = spot.side == "in"
                at = (x + edge if left else x - edge, y)
                align: str = "left" if left else "right"
                yield Words(at, words, size, self.tone(self.theme.t2), align)  # type: ignore[arg-type]

    def _through(self, first: Spot, last: Spot) -> Shape:
        """Draw the dashed way past a node that is bypassed."""
        colour = self.tone(type_style(first.type, self.theme).colour)
        ends = (self.box.centre(first), self.box.centre(last))
        return Stroke(ends, colour, 2, dashes=(5, 4))

    def _hidden(self) -> Iterator[Shape]:
        """Say how many more ports a folded node has behind the one that shows."""
        size, place = TEXT.small_number.size, self.place
        for count, x in zip(self.shape.hidden, (place.x - 14, place.right + 14), strict=True):
            if count:
                at = (x, place.y - 2)
                yield Words(at, f"+{count}", size, self.theme.t3, "center", mono=True)

    def knob(self, row: KnobRow) -> Iterator[Shape]:
        """Draw a knob: its name, and its value where its widget would stand."""
        theme, tone = self.theme, self.tone
        place = self.box.world(row.widget)
        middle = place.centre[1]
        size = TEXT.label.size
        left = self.place.x + (NODE.port_name if row.wired else NODE.side)
        name = fitted(row.knob.name.replace("_", " "), size, place.x - left - 4)
        yield Words((left, middle), name, size, tone(theme.t2))
        if row.wired:
            yield Words((place.right, middle), "wired", size, tone(theme.t3), "right")
            return
        asked = setting(row.knob)
        if asked.kind == "check":
            yield from self._check(place, bool(row.value))
            return
        yield Area(place, tone(theme.frame), radius=4)
        if asked.kind in ("slider_int", "slider_float"):
            grab = NODE.slider_grab
            x = place.x + 2 + (place.width - 4 - grab) * share(row.knob, row.value)
            grabbed = (x, place.y + 2, grab, place.height - 4)
            yield Area(grabbed, tone(theme.line2), radius=NODE.slider_grab_radius)
        words = written(row.knob, row.value)
        if asked.numeric:
            size = TEXT.number.size
            said = fitted(words, size, place.width - 4, mono=True)
            yield Words(place.centre, said, size, tone(theme.t1), "center", mono=True)
            return
        said = fitted(words, size, place.width - 16)
        yield Words((place.x + 8, middle), said, size, tone(theme.t1))

    def _check(self, place: Rect, ticked: bool) -> Iterator[Shape]:
        theme, side = self.theme, WINDOW.icon
        box = Rect(place.x, place.centre[1] - side / 2, side, side)
        yield Area(box, self.tone(theme.frame), radius=3)
        if ticked:
            yield Words(box.centre, icon("check"), side - 3, self.tone(theme.acc), "center")
