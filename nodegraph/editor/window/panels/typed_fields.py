"""Text fields that hand over what was typed once they are left, and follow the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.window.kit import Kit

SOFT = " \n"
"""The end of a line that was broken to fit: a field of several lines does not break any itself."""


def folded(text: str, width: float, measure: Callable[[str], float]) -> str:
    """Break lines so that they fit a width; `unfolded` gives the text back as it was."""
    return "\n".join(_broken(line.rstrip(" "), width, measure) for line in text.split("\n"))


def _broken(line: str, width: float, measure: Callable[[str], float]) -> str:
    first, *words = line.split(" ")
    lines, now = [], first
    for word in words:
        longer = f"{now} {word}"
        if now.strip() and word and measure(longer) > width:
            lines.append(now)
            now = word
        else:
            now = longer
    return SOFT.join([*lines, now])


def unfolded(text: str) -> str:
    """Take out the line ends that `folded` put in."""
    return text.replace(SOFT, " ")


@dataclass
class _Field:
    item: int
    raw: str | None
    """What the document held when it was last asked; None to look again."""
    shown: str
    get: Callable[[], str]
    commit: Callable[[str], object]
    room: float
    """Width of a line where there are several, else 0."""


class TypedFields:
    """Some fields."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._fields: list[_Field] = []

    def add(
        self,
        parent: int,
        tag: str,
        get: Callable[[], str],
        commit: Callable[[str], object],
        *,
        width: float,
        lines: int = 1,
        hint: str = "",
    ) -> None:
        """Add a field that shows what `get` gives; of several lines it has no hint."""
        several = lines > 1
        room = width - self.kit.px(28) if several else 0.0
        raw = get()
        text = self._said(raw, room)
        more: dict[str, Any] = {"hint": hint}
        if several:
            more = {"multiline": True, "height": self.kit.px(20 * lines + 8)}
        item = self.kit.field(
            parent=parent, tag=tag, width=round(width), default_value=text, **more
        )  # fmt: skip
        self._fields.append(_Field(item, raw, text, get, commit, room))

    def _said(self, raw: str, room: float) -> str:
        return folded(raw, room, self.kit.width) if room else raw

    def refresh(self) -> None:
        """Hand over what was typed in fields that were left; show what changed elsewhere."""
        for field in self._fields:
            if dpg.is_item_active(field.item):
                continue
            self._handed(field)
            raw = field.get()
            if raw != field.raw:
                field.raw, field.shown = raw, self._said(raw, field.room)
                dpg.set_value(field.item, field.shown)

    def _handed(self, field: _Field) -> None:
        typed = str(dpg.get_value(field.item))
        if typed != field.shown:
            field.shown, field.raw = typed, None
            field.commit(unfolded(typed) if field.room else typed)

    def leave(self) -> None:
        """Hand over all that was typed, before the fields are removed."""
        for field in self._fields:
            if dpg.does_item_exist(field.item):
                self._handed(field)
            self.kit.forget(field.item)
        self._fields = []
