"""A titled list in the middle of the window: recent files, and the steps to undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files import places
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import SPACE
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.line import DIM, Line
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.rows import Rows
from nodegraph.editor.window.popups.words import StepRow, steps

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

T = TypeVar("T")
ROW, MOST, HEAD = 30, 14, 44


class Listing(Popup, Generic[T]):
    """Arrows and Enter, or a click."""

    title = ""
    wide = 420
    nothing = ""

    def __init__(self, host: Host, shut: Callable[[], None]) -> None:
        super().__init__(host, shut)
        self.items: Sequence[T] = ()
        self._rows: Rows | None = None

    def load(self) -> tuple[Sequence[T], int]:
        """Give what to list, and which is chosen at first."""
        raise NotImplementedError

    def paint(self, line: Line, item: T) -> None:
        """Draw a row."""
        raise NotImplementedError

    def able(self, item: T) -> bool:
        """Say whether a row can be taken."""
        return True

    def taken(self, item: T) -> None:
        """Do what a row is for; the popup is shut already."""
        raise NotImplementedError

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, gap = self.kit, self.kit.px(SPACE.gap)
        self.items, chosen = self.load()
        head, row = kit.px(HEAD), kit.px(ROW)
        room = int((self.window[1] - 16 - head - 2 * gap) // row)
        count = max(1, min(len(self.items), MOST, room))
        width = min(kit.px(self.wide), round(self.window[0]) - 16)
        height = head + count * row + gap + gap // 2
        body = self.surface.open(centred((width, height), self.window, 0.3))
        self.heading(self.title, head, body)
        if not self.items:
            self.label(self.nothing, (self.pad, head), TEXT.body, "t2", parent=body)
        self._rows = Rows(
            kit, body, f"{self.name}.row", Rect(gap, head, width - 2 * gap, count * row),
            row, count, lambda line, index: self.paint(line, self.items[index]), self._take,
            able=lambda index: self.able(self.items[index]),
        )  # fmt: skip
        self._rows.fill(len(self.items), chosen)

    def _take(self, index: int) -> None:
        if 0 <= index < len(self.items) and self.able(self.items[index]):
            item = self.items[index]
            self.shut()
            self.taken(item)

    def key(self, chord: str) -> bool:
        """Move, take, or leave."""
        rows = self._rows
        steps = {"Up": -1, "Down": 1, "PageUp": -MOST, "PageDown": MOST}
        if rows is not None and chord in steps:
            rows.move(steps[chord])
            return True
        if rows is not None and chord in ("Enter", "Space"):
            self._take(rows.state.chosen)
            return True
        return super().key(chord) or chord == "Tab"

    def rects(self) -> dict[str, Rect]:
        """Give the places of the rows, by number."""
        return self._rows.rects(self.origin, lambda at: f"{self.name}:{at}") if self._rows else {}

    def refresh(self, mouse: Pointer) -> None:
        """Follow the mouse."""
        super().refresh(mouse)
        if self._rows is not None:
            self._rows.refresh(mouse, self.origin)


class StepList(Listing[StepRow]):
    """The steps to undo; a click goes to a step."""

    name = "history"
    title = "Steps to undo"

    def load(self) -> tuple[Sequence[StepRow], int]:
        """Give the steps, the newest first, the current one chosen."""
        rows = steps(self.host.session.history)
        return rows, next((at for at, row in enumerate(rows) if row.now), 0)

    def paint(self, line: Line, item: StepRow) -> None:
        """Draw what a step did, and whether it is the current or the saved one."""
        px = line.kit.px
        x = px(8)
        if item.now:
            line.icon(x, "caret-right-fill", "acc", 13)
        said = ", ".join(
            words for holds, words in ((item.now, "now"), (item.saved, "saved")) if holds
        )
        left = line.right(line.width - px(8), said)
        role = "t3" if item.undone else "t1"
        text = TEXT.title if item.now else TEXT.body
        line.words(x + px(18), item.words, text, role, left - x - px(30))

    def taken(self, item: StepRow) -> None:
        """Go to a step."""
        if not item.now:
            self.host.do("edit.goto", step=item.index)


class RecentList(Listing[places.Recent]):
    """Files that were open before; pinned ones first."""

    name = "recent"
    title = "Recent files"
    wide = 560
    nothing = "No file was opened yet."

    def load(self) -> tuple[Sequence[places.Recent], int]:
        """Give the files."""
        known = self.host.settings
        names = dict.fromkeys((*known.pins, *known.recent))
        return places.recent([Path(name) for name in names], Path.home()), 0

    def able(self, item: places.Recent) -> bool:
        """Say whether the file is there."""
        return not item.missing

    def paint(self, line: Line, item: places.Recent) -> None:
        """Draw name and folder."""
        px = line.kit.px
        pinned = str(item.path) in self.host.settings.pins
        line.icon(px(8), "push-pin" if pinned else "clock", "t3", 13)
        where = f"{item.folder}, not there now" if item.missing else item.folder
        left = line.right(line.width - px(8), where, TEXT.label, "t3", line.width * 0.5)
        role = DIM if item.missing else "t1"
        line.words(px(30), item.name, TEXT.body, role, left - px(42))

    def taken(self, item: places.Recent) -> None:
        """Open a file."""
        self.host.open_path(item.path)
