"""Text fields that hand over what was typed once they are left, and follow the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
    shown: str
    get: Callable[[], str]
    commit: Callable[[str], object]


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
        more: dict[str, Any] = {}
        shown: Callable[[], str] = get
        if lines > 1:
            more = {"multiline": True, "height": self.kit.px(20 * lines + 8)}
            room = width - self.kit.px(28)
            shown = partial(self._folded, get, room)

        text = shown()
        item = self.kit.field(
            parent=parent, tag=tag, hint="" if lines > 1 else hint, width=round(width),
            default_value=text, **more,
        )  # fmt: skip
        self._fields.append(_Field(item, text, shown, commit))

    def _folded(self, get: Callable[[], str], room: float) -> str:
        return folded(get(), room, self.kit.width)

    def refresh(self) -> None:
        """Hand over what was typed in fields that were left; show what changed elsewhere."""
        for field in self._fields:
            if dpg.is_item_active(field.item):
                continue
            self._handed(field)
            now = field.get()
            if now != field.shown:
                field.shown = now
                dpg.set_value(field.item, now)

    def _handed(self, field: _Field) -> None:
        typed = str(dpg.get_value(field.item))
        if typed != field.shown:
            field.shown = typed
            field.commit(unfolded(typed))

    def leave(self) -> None:
        """Hand over all that was typed, before the fields are removed."""
        for field in self._fields:
            if dpg.does_item_exist(field.item):
                self._handed(field)
            self.kit.forget(field.item)
        self._fields = []
