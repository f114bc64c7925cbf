"""Paint one node with all its parts, in pixels from its upper left corner."""

from __future__ import annotations

import math

from nodegraph.editor.canvas.shapes import KnobRow, Spot
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import CHIP, HALO, Rgba, Theme, mix, with_alpha
from nodegraph.editor.look.faces import SMALLEST_TEXT, TEXT, Face
from nodegraph.editor.look.measures import LOOP, NODE, PORT, PRESENTER, WINDOW
from nodegraph.editor.look.signs import STATES, family_style, type_style
from nodegraph.editor.running.watched import LoopNow
from nodegraph.editor.window.canvas.detail import length, picture_place, pixels, type_size, whole
from nodegraph.editor.window.canvas.knob_face import draw_knob
from nodegraph.editor.window.canvas.loop_curve import CurvePainter
from nodegraph.editor.window.canvas.node_look import NodeLook, Tones, outline
from nodegraph.editor.window.canvas.stamps import Stamp, Stamps
from nodegraph.editor.window.canvas.words import Footer
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.kit.signs import draw_sign

SPOKES = 8


def paint_node(
    pen: Pen, stamps: Stamps, theme: Theme, look: NodeLook, factor: float
) -> tuple[Pen | None, bool]:
    """Draw a node; give the part that turns while it runs, and whether its title is cut."""
    painter = _Painter(pen, stamps, theme, look, factor)
    return painter.paint()


class _Painter:
    def __init__(
        self, pen: Pen, stamps: Stamps, theme: Theme, look: NodeLook, factor: float
    ) -> None:
        self.stamps = stamps
        self.pen, self.theme, self.look, self.factor = pen, theme, look, factor
        self.shape = look.shape
        self.state = STATES[look.footer.state]
        self.tone = Tones(theme, self.state.whole)
        self.full = look.level == "full"
        self.box = pixels(Rect(0, 0, self.shape.width, self.shape.height), factor)
        self.spin: Pen | None = None
        self.cut = False

    def paint(self) -> tuple[Pen | None, bool]:
        self._ground()
        self._header()
        self._rows()
        size = type_size(TEXT.label, self.factor)
        for row in self.shape.knobs if size else ():
            self._knob(row, size)
        self._picture()
        self._footer()
        for spot in self.shape.spots:
            if spot.shown or (spot.knob and self.look.fitting(spot)):
                self._port(spot)
        return self.spin, self.cut

    def px(self, measure: float) -> int:
        return length(measure, self.factor)

    # From below

    def _ground(self) -> None:
        theme, box = self.theme, self.box
        radius = NODE.radius * self.factor
        folded = self.shape.folded and self.shape.footer is None
        head = self.tone("head")
        body = head if folded else self.tone("node")
        colour, thick = outline(self.look, theme)
        around: tuple[tuple[float, Rgba], ...] = ()
        if self.look.selected:
            around = ((self.px(NODE.halo) + thick, with_alpha(theme.sel, HALO)),)
        elif self.full:
            around = tuple((max(by * self.factor, 1.0), theme.shadow) for by in NODE.shadow)
        dashed = self.state.dashed and not self.look.selected
        line = theme.canvas if dashed else colour
        stamp = Stamp(radius, head, body, line, thick, around)
        self.stamps.draw(self.pen, stamp, box, self.px(NODE.header))
        if dashed:
            self._dashed(colour)

    def _dashed(self, colour: Rgba) -> None:
        x, y, width, height = self.box.grown(1)
        on, off = self.px(6), self.px(4)
        for at in range(0, int(width), on + off):
            end = min(at + on, width)
            self.pen.line((x + at, y), (x + end, y), colour)
            self.pen.line((x + at, y + height), (x + end, y + height), colour)
        for at in range(0, int(height), on + off):
            end = min(at + on, height)
            self.pen.line((x, y + at), (x, y + end), colour)
            self.pen.line((x + width, y + at), (x + width, y + end), colour)

    def _header(self) -> None:
        pen, tone = self.pen, self.tone
        family = family_style(self.look.family, self.theme)
        top = self.px(NODE.header)
        middle = top / 2
        side, left = self.px(NODE.chip), self.px(NODE.chip_left)
        chip = Rect(left, whole(middle - side / 2), side, side)
        colour = tone.faded(family.colour)
        pen.fill(chip, mix(colour, tone("head"), CHIP), NODE.chip_radius * self.factor)
        size = self.px(NODE.icon)
        if size >= 6:
            name = family.icon if self.shape.known else "question"
            pen.icon(chip.centre, name, size, colour)
        right = self.box.width - self.px(NODE.side)
        caret = self.px(WINDOW.caret)
        if self.full:
            name = "caret-right" if self.shape.folded else "caret-down"
            pen.icon((right - caret / 2, middle), name, caret, tone("t2"))
            right -= caret + self.px(6)
        if self.state.header and size >= 6:
            pen.icon((right - size / 2, middle), self.state.icon, size, tone(self.state.icon_role))
            right -= size + self.px(6)
        start = self.px(NODE.title_left)
        # Where all else is too small to read, the title still names the node.
        type_pixels = type_size(TEXT.title, self.factor) or min(TEXT.block.size, top - 4)
        if type_pixels >= SMALLEST_TEXT:
            words = pen.ruler.fitted(self.shape.title, Face.SEMIBOLD, type_pixels, right - start)
            pen.words(start, middle, words, Face.SEMIBOLD, type_pixels, tone("t1"))
            self.cut = words != self.shape.title
        if self.look.footer.state == "running":
            measure = PRESENTER.progress if self.look.presenting else NODE.progress
            high = self.px(measure)
            pen.fill(Rect(0, top - high, self.box.width, high), tone("frame"))
            done = whole(self.box.width * self.look.fraction)
            if done:
                pen.fill(Rect(0, top - high, done, high), tone("run"))

    # Rows

    def _rows(self) -> None:
        if self.shape.folded and self.shape.footer is None:
            self._counts()
            return
        size = type_size(TEXT.label, self.factor)
        ports = [spot for spot in self.shape.spots if not spot.knob]
        ins = [spot for spot in ports if spot.side == "in"]
        outs = [spot for spot in ports if spot.side == "out"]
        skip = 0
        if self.shape.mode == "bypass" and ins and outs:
            self._through(ins[0], outs[0])
            skip = 1
        if not size:
            return
        edge = self.px(NODE.port_name)
        room = self.box.width - 2 * edge - self.px(8)
        for i, (spots, left) in enumerate(((ins, True), (outs, False))):
            others = (outs, ins)[i]
            for row, spot in enumerate(spots[skip:], skip):
                beside = others[row].label if row < len(others) else ""
                taken = self.pen.ruler.width(beside, Face.REGULAR, size) if beside else 0.0
                free = max(room - taken, room * 0.42)
                self._name(spot, left, edge, size, free)

    def _name(self, spot: Spot, left: bool, edge: int, size: int, room: float) -> None:
        fits = self.look.fitting(spot)
        tone = self.tone("t3" if fits is False else "t2")
        words = self.pen.ruler.fitted(spot.label, Face.REGULAR, size, room)
        y = whole(spot.at[1] * self.factor)
        if left:
            self.pen.words(edge, y, words, Face.REGULAR, size, tone)
        else:
            self.pen.words_to(self.box.width - edge, y, words, Face.REGULAR, size, tone)
        small = type_size(TEXT.small, self.factor)
        wide = self.pen.ruler.width(words, Face.REGULAR, size)
        kind = self.pen.ruler.width(spot.type, Face.REGULAR, small)
        gap = self.px(6)
        # Within the node, where nothing else can stand; both sides of a row share what is free.
        if not self.look.types or not spot.type or kind + 2 * gap > (room - wide) / 2 + gap:
            return
        x = edge + wide + gap if left else self.box.width - edge - wide - gap - kind
        self.pen.words(x, y, spot.type, Face.REGULAR, small, self.tone("t3"))

    def _through(self, source: Spot, target: Spot) -> None:
        """Draw the dashed way past a node that is bypassed."""
        y = whole(source.at[1] * self.factor)
        colour = self.tone.faded(type_style(source.type, self.theme).colour)
        on, off = self.px(5), self.px(4)
        for x in range(0, int(self.box.width), on + off):
            end = min(x + on, self.box.width)
            self.pen.line((x, y), (end, y), colour, max(2 * self.factor, 1.0))

    def _counts(self) -> None:
        """Say how many more ports a folded node has behind the one that shows."""
        size = type_size(TEXT.small_number, self.factor)
        for count, x in zip(self.shape.hidden, (0.0, self.box.width), strict=True):
            if count and size:
                at = x - self.px(14) if not x else x + self.px(14)
                words = f"+{count}"
                self.pen.words_at(at, -self.px(2), words, Face.MONO, size, self.tone("t3"))

    def _knob(self, row: KnobRow, size: int) -> None:
        place = pixels(row.widget, self.factor)
        middle = whole((row.row.y + row.row.height / 2) * self.factor)
        left = self.px(NODE.port_name if row.wired else NODE.side)
        name = row.knob.name.replace("_", " ")
        words = self.pen.ruler.fitted(name, Face.REGULAR, size, place.x - left - self.px(4))
        self.pen.words(left, middle, words, Face.REGULAR, size, self.tone("t2"))
        if row.wired:
            self.pen.words_to(place.right, middle, "wired", Face.REGULAR, size, self.tone("t3"))
            return
        if self.look.plain is None or row.knob.name in self.look.plain:
            draw_knob(self.pen, row, place, self.factor, self.tone)

    # Picture and footer

    def _picture(self) -> None:
        room = picture_place(self.shape, self.look.level)
        if room is None:
            return
        place = pixels(room, self.factor)
        if self.look.loop is not None:
            self._turns(place, self.look.loop)
            return
        plot = self.tone("plot")
        share = self.state.picture * self.state.whole
        if not self.look.texture or share < 1:
            self.pen.fill(place, plot)
        if self.look.texture:
            self.pen.image(self.look.texture, place, share)
            if self.look.past:
                self.pen.ring(place, self.theme.loop)
            return
        if not self.shape.known:
            self._hatched(place)
            return
        size = type_size(TEXT.small, self.factor) or SMALLEST_TEXT
        if self.look.rows:
            self._table(place, size)
        elif self.look.said:
            wide = place.width - self.px(16)
            words = self.pen.ruler.fitted(self.look.said, Face.REGULAR, size, wide)
            if self.full or words == self.look.said:
                self.pen.words_at(*place.centre, words, Face.REGULAR, size, self.tone("t3"))

    def _turns(self, place: Rect, now: LoopNow) -> None:
        """Draw the curve of a folded loop, and how far along its turns it is."""
        high = max(self.px(LOOP.track) // 2, 2)
        above = Rect(place.x, place.y, place.width, place.height - high)
        CurvePainter(self.pen, self.theme, self.factor, above).paint(now, None)
        along = now.turn / max(now.limit, now.turn, 1)
        line = Rect(place.x, above.bottom, place.width, high)
        self.pen.fill(line, self.tone("frame"))
        if along:
            self.pen.fill(Rect(line.x, line.y, line.width * along, high), self.tone("loop"))

    def _hatched(self, place: Rect) -> None:
        step = max(self.px(10), 4)
        x, y, width, height = place
        for at in range(step, int(width + height), step):
            start = (x + min(at, width), y + max(at - width, 0))
            end = (x + max(at - height, 0), y + min(at, height))
            self.pen.line(start, end, self.tone("line"))

    def _table(self, place: Rect, size: int) -> None:
        pitch = max(self.px(18), size + 3)
        columns = max(len(row) for row in self.look.rows)
        wide = (place.width - self.px(12)) / columns
        for i, row in enumerate(self.look.rows):
            y = place.y + self.px(4) + pitch * (i + 0.5)
            if y + size / 2 > place.bottom:
                return
            for j, cell in enumerate(row):
                face = Face.MONO if j and i else Face.REGULAR
                words = self.pen.ruler.fitted(cell, face, size, wide - self.px(6))
                tone = self.tone("t2" if i else "t3")
                if j:
                    right = place.right - self.px(6) - wide * (columns - 1 - j)
                    self.pen.words_to(right, y, words, face, size, tone)
                else:
                    self.pen.words(place.x + self.px(6), y, words, face, size, tone)

    def _footer(self) -> None:
        if self.shape.footer is None:
            return
        line, said = self.look.footer, self.shape.footer
        place = pixels(said, self.factor)
        middle = place.y + place.height / 2
        self.pen.fill(Rect(0, place.y, self.box.width, 1), self.tone("line"))
        side, size = self.px(NODE.side), type_size(TEXT.small, self.factor)
        icon = self.px(WINDOW.small_icon)
        at = (side + icon / 2, middle)
        if line.state == "running":
            self.spin = spinner(self.pen, at, icon / 2, self.theme.run)
        else:
            self.pen.icon(at, line.icon, max(icon, 9), self.tone(line.icon_role))
        if not size:
            self._short_state(line, middle, side + icon + 5)
            return
        start, end = side + icon + self.px(7), self.box.width - side
        ruler = self.pen.ruler
        word = ruler.fitted(line.word, Face.REGULAR, size, end - start)
        self.pen.words(start, middle, word, Face.REGULAR, size, self.tone(line.word_role))
        free = end - start - ruler.width(word, Face.REGULAR, size) - self.px(8)
        right = ruler.fitted(line.right, Face.MONO, size, free)
        if len(right) > 2:
            self.pen.words_to(end, middle, right, Face.MONO, size, self.tone("t2"))

    def _short_state(self, line: Footer, middle: float, start: int) -> None:
        """Say in the smallest type how it stands, where that fits."""
        size, room = SMALLEST_TEXT, self.box.width - start - self.px(NODE.side)
        words = self.pen.ruler.fitted(line.word, Face.REGULAR, size, room)
        if words == line.word and self.shape.footer and self.px(self.shape.footer.height) > size:
            self.pen.words(start, middle, words, Face.REGULAR, size, self.tone(line.word_role))

    def _port(self, spot: Spot) -> None:
        theme, fits = self.theme, self.look.fitting(spot)
        style = type_style(spot.type, theme) if spot.type else type_style("", theme)
        colour = self.tone.faded(style.colour)
        grown = 1.0
        if fits is not None:
            grown = PORT.fitting / PORT.radius if fits else 1.0
            colour = colour if fits else mix(colour, self.tone("node"), PORT.fading)
        if self.look.presenting:
            grown *= PORT.presenter_radius / PORT.radius
        centre = (whole(spot.at[0] * self.factor), whole(spot.at[1] * self.factor))
        draw_sign(
            self.pen, style, centre, self.factor, colour, theme.canvas, self.tone("node"),
            hollow=spot.needed and not spot.wired, grown=grown,
        )  # fmt: skip


def spinner(pen: Pen, at: tuple[float, float], radius: float, colour: Rgba) -> Pen:
    """Draw eight spokes that get fainter, around a point; give what turns."""
    place = pen.node()
    place.move(*at)
    turning = place.node()
    for i in range(SPOKES):
        angle = 2 * math.pi * i / SPOKES
        x, y = math.cos(angle), math.sin(angle)
        shade = with_alpha(colour, 0.25 + 0.75 * (i + 1) / SPOKES)
        start, end = (0.45 * radius * x, 0.45 * radius * y), (0.9 * radius * x, 0.9 * radius * y)
        turning.line(start, end, shade, max(radius / 4.5, 1.0))
    return turning
