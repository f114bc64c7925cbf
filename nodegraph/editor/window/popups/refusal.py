"""Why a wire was refused, kept at the pointer after it was let go, with what would convert."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nodegraph.document import Link
from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import CARD, SPACE
from nodegraph.editor.offers.converters import Refusal
from nodegraph.editor.offers.ends import End
from nodegraph.editor.window.popups.layout import placed
from nodegraph.editor.window.popups.line import Line
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.surface import paper

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host


class RefusalBox(Popup):
    """Enter inserts what converts, Escape leaves it."""

    name = "refusal"

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        at: Point,
        refusal: Refusal,
        link: Link,
        end: End,
    ) -> None:
        super().__init__(host, shut)
        self.at, self.refusal, self.link, self.end = at, refusal, link, end

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, pad, high = self.kit, self.kit.px(SPACE.bar), self.kit.px(18)
        width = kit.px(CARD.refusal_width)
        reason = self.refusal.reason
        reasons = kit.fonts.lines(reason[:1].upper() + reason[1:], TEXT.reason, width - 2 * pad)
        said = kit.fonts.lines(self.refusal.said, TEXT.label, width - 2 * pad)
        said = said if self.refusal.said else []
        foot = kit.px(26)
        height = 2 * pad + (len(reasons) + len(said)) * high + kit.px(6) + foot
        rect = placed(self.at, (width, height), self.window, kit.px(CARD.refusal_offset))
        body = self.surface.open(rect, CARD.radius, "err")
        y = pad
        for text, role, lines in ((TEXT.reason, "t1", reasons), (TEXT.label, "t2", said)):
            for line in lines:
                self.label(line, (pad, y), text, role, parent=body)
                y += high
        self._foot(body, pad, y + kit.px(6), width - 2 * pad, foot)

    def _foot(self, body: int, x: int, y: int, width: int, high: int) -> None:
        kit = self.kit
        line = Line(kit, paper(body, Rect(x, y, width, high), "refusal.keys"), width, high)
        at = 0.0
        steps = len(self.refusal.offer)
        insert = [("Enter", "insert both" if steps > 1 else "insert it")] if steps else []
        for key, words in [*insert, ("Esc", "leave it")]:
            wide = max(kit.width(key, TEXT.small_number) + kit.px(10), kit.px(18))
            line.key(round(at + wide), key)
            at = line.words(at + wide + kit.px(8), words, TEXT.label, "t1") + kit.px(18)

    def key(self, chord: str) -> bool:
        """Enter converts where something would; any other key leaves it and goes on."""
        if chord == "Enter" and self.refusal.offer:
            self.shut()
            self.host.do("graph.convert", refusal=self.refusal, link=self.link, end=self.end)
            return True
        if chord not in ("Escape", "Enter"):
            self.shut()
            return False
        return super().key("Escape")
