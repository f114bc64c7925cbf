"""What every popup is: it opens on a surface, takes keys, follows the mouse, and is shut."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.faces import TEXT, Text
from nodegraph.editor.look.measures import SPACE, WIDGETS
from nodegraph.editor.window.popups.layout import Size
from nodegraph.editor.window.popups.mouse import Pointer
from nodegraph.editor.window.popups.surface import Surface

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host
    from nodegraph.editor.window.kit import Kit

FIELD_PADDING = 6
"""Above and below the words in a field of the kit."""
WAIT = 2
"""Frames until a new field can take the keys; a key that opened a popup is no text in it."""


class Popup:
    """One thing that is open over the window."""

    name = ""
    outside = True
    """A press outside closes it."""

    def __init__(self, host: Host, shut: Callable[[], None]) -> None:
        self.host = host
        self.shut = shut
        """Closes this popup and leaves those below it open."""
        self.surface: Surface
        self.window: Size = (0, 0)
        self._field = ""
        self._wait = 0

    @property
    def kit(self) -> Kit:
        """Fonts, styles and measures as they are now."""
        return self.host.kit

    @property
    def origin(self) -> Point:
        """The upper left corner of the panel in the window."""
        return self.surface.rect.x, self.surface.rect.y

    def show(self, surface: Surface, window: Size) -> None:
        """Open on a surface, in a window of a size."""
        self.surface, self.window = surface, window
        self.build()

    def build(self) -> None:
        """Open the surface and fill it."""
        raise NotImplementedError

    def resize(self, window: Size) -> None:
        """Fit another size of the window."""
        self.window = window
        self.build()

    def key(self, chord: str) -> bool:
        """Take a key press; says whether it was taken."""
        if chord == "Escape":
            self.cancel()
            return True
        return False

    @property
    def waiting(self) -> bool:
        """Whether it will change by itself."""
        return self._wait > 0

    def closed(self) -> None:
        """Let go of what does not hang in the surface."""

    def raised(self) -> None:
        """Be the upper one again, after a question over it was answered."""

    def rects(self) -> dict[str, Rect]:
        """Give the places of rows that can be clicked, by name, in the window."""
        return {}

    def cancel(self) -> None:
        """Leave without an answer: by Escape, or a press outside."""
        self.shut()

    def refresh(self, mouse: Pointer) -> None:
        """Follow the mouse; called before each frame while this popup is the upper one."""
        if self._wait:
            self._wait -= 1
            if not self._wait and dpg.does_item_exist(self._field):
                dpg.focus_item(self._field)

    # Pieces that many have

    def focus(self, tag: str, wait: int = WAIT) -> None:
        """Give the keys to a field as soon as that can be."""
        self._field, self._wait = tag, wait

    def field(
        self,
        tag: str,
        rect: Rect,
        change: Callable[[str], object],
        *,
        parent: int,
        value: str = "",
        hint: str = "",
        **more: Any,
    ) -> int:
        """Add a text field that has the keys."""
        if dpg.does_item_exist(tag):
            dpg.delete_item(tag)
        made: list[int] = []

        def changed(_: object, typed: object) -> None:
            # A field says what it loses by Escape even after it is gone.
            if made and dpg.does_item_exist(made[0]):
                change(str(typed))

        high = self.kit.px(TEXT.body.size) + 2 * self.kit.px(FIELD_PADDING)
        item = self.kit.field(
            parent=parent,
            tag=tag,
            hint=hint,
            default_value=value,
            width=round(rect.width),
            pos=(round(rect.x), round(rect.y + (rect.height - high) / 2)),
            callback=changed,
            **more,
        )
        made.append(item)
        self.focus(tag)
        return item

    def label(
        self,
        words: str,
        at: Point,
        text: Text = TEXT.body,
        role: str = "t1",
        *,
        parent: int,
        **more: Any,
    ) -> int:
        """Add a line of text with its upper left corner at a point."""
        # Text widgets sit lower by the padding of a frame, to stand beside one.
        place = round(at[0]), round(at[1]) - self.kit.px(WIDGETS.frame_padding[1])
        return self.kit.words(words, text, role, parent=parent, pos=place, **more)

    def heading(self, words: str, head: int, parent: int) -> int:
        """Add the title of a popup, in the middle of a head of a height."""
        at = self.pad, (head - self.kit.px(TEXT.panel.size)) / 2
        return self.label(words, at, TEXT.panel, parent=parent)

    @property
    def pad(self) -> int:
        """Room at the edges."""
        return self.kit.px(SPACE.panel)
