"""The one object that parts of the window are made with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.look.colours import Rgba, Theme
from nodegraph.editor.look.faces import TEXT, Face, Text, icon, scaled
from nodegraph.editor.look.measures import WINDOW
from nodegraph.editor.window.kit.fonts import Fonts
from nodegraph.editor.window.kit.styles import STYLES, root

Item = int
Call = Callable[[], object]


def _number(item: int | str) -> Item:
    """Give the number of an item, which may have been made with a name."""
    return item if isinstance(item, int) else int(dpg.get_alias_id(item))


class Kit:
    """Fonts, styles, measures and the usual widgets in one theme and interface scale."""

    def __init__(self, theme: Theme, scale: int = 100, fonts: Fonts | None = None) -> None:
        self.theme, self.scale = theme, scale
        self.fonts = fonts or Fonts(scale)
        self.fonts.bind()
        self._styles: dict[str, Item] = {}
        self._fields: set[Item] = set()
        self._root = root(theme, scale)
        dpg.bind_theme(self._root)

    # Measures and type

    def px(self, measure: float) -> int:
        """Give pixels for a measure at interface scale 100 %."""
        return scaled(measure, self.scale)

    def width(self, words: str, text: Text = TEXT.body) -> float:
        """Measure words in pixels."""
        return self.fonts.width(words, text)

    def set(self, item: Item, text: Text) -> Item:
        """Bind type to a widget."""
        dpg.bind_item_font(item, self.fonts.font(text))
        return item

    def style(self, item: Item, name: str) -> Item:
        """Bind one of `STYLES` to a widget."""
        if name not in self._styles:
            self._styles[name] = STYLES[name](self.theme, self.scale)
        dpg.bind_item_theme(item, self._styles[name])
        return item

    # Drawing

    def draw_words(
        self,
        at: tuple[float, float],
        words: str,
        text: Text,
        colour: Rgba,
        parent: Item,
        *,
        zoom: float = 1.0,
    ) -> Item:
        """Draw words with the upper left corner at a point; whole pixels keep them crisp."""
        size = self.fonts.size(text, zoom)
        item = dpg.draw_text(
            (round(at[0]), round(at[1])),
            words if size else "",
            size=size or 1,
            color=colour,
            parent=parent,
        )
        # The face decides; the size comes from the item itself.
        dpg.bind_item_font(item, self.fonts.at(text.face, max(size, 1)))
        return int(item)

    def draw_icon(
        self,
        centre: tuple[float, float],
        name: str,
        size: float,
        colour: Rgba,
        parent: Item,
        *,
        zoom: float = 1.0,
    ) -> Item:
        """Draw an icon around a point; `size` at interface scale 100 %."""
        pixels = max(scaled(size, self.scale, zoom), 1)
        # Measured: the middle of what is seen of an icon, as a share of the size of its type.
        corner = round(centre[0] - 0.46 * pixels), round(centre[1] - 0.43 * pixels)
        item = dpg.draw_text(
            corner,
            icon(name),
            size=pixels,
            color=colour,
            parent=parent,
        )
        dpg.bind_item_font(item, self.fonts.at(Face.REGULAR, pixels))
        return int(item)

    # Widgets

    def words(
        self, words: str, text: Text = TEXT.body, role: str = "t1", *, parent: Item, **more: Any
    ) -> Item:
        """Add a line of text."""
        item = dpg.add_text(words, color=self.theme.role(role), parent=parent, **more)
        return self.set(_number(item), text)

    def button(
        self,
        label: str,
        press: Call,
        style: str = "button",
        *,
        parent: Item,
        icon_name: str = "",
        width: int = 0,
        height: float = WINDOW.button,
        text: Text = TEXT.body,
        tip: str = "",
        **more: Any,
    ) -> Item:
        """Add a button; `width` 0 takes what the label needs, both at interface scale 100 %."""
        shown = "  ".join(part for part in (icon(icon_name) if icon_name else "", label) if part)
        item = _number(
            dpg.add_button(
                label=shown,
                callback=lambda *_: press(),
                width=self.px(width) if width else 0,
                height=self.px(height),
                parent=parent,
                **more,
            )
        )
        self.set(item, text)
        self.style(item, style)
        if tip:
            self.tip(item, tip)
        return item

    def icon_button(
        self,
        name: str,
        press: Call,
        tip: str,
        *,
        parent: Item,
        side: float = WINDOW.button,
        style: str = "icon",
        **more: Any,
    ) -> Item:
        """Add a square button with an icon; the tip says what it does and its key."""
        item = _number(
            dpg.add_button(
                label=icon(name),
                callback=lambda *_: press(),
                width=self.px(side),
                height=self.px(side),
                parent=parent,
                **more,
            )
        )
        dpg.bind_item_font(item, self.fonts.at(Face.REGULAR, self.px(WINDOW.icon)))
        self.style(item, style)
        self.tip(item, tip)
        return item

    def tip(self, item: Item, words: str) -> Item:
        """Say something about an item while the pointer rests on it."""
        with dpg.tooltip(item, delay=0.4) as tip:
            self.words(words, TEXT.label, "t2", parent=int(tip))
        self.style(int(tip), "popup")
        return int(tip)

    def field(self, *, parent: Item, hint: str = "", width: int = -1, **more: Any) -> Item:
        """Add a text field; while it is active, keys are text."""
        item = _number(dpg.add_input_text(parent=parent, hint=hint, width=width, **more))
        self.set(item, TEXT.body)
        self.style(item, "field")
        return self.typed(item)

    def typed(self, item: Item) -> Item:
        """Remember that keys are text while this item is active: a field, or a number being typed."""
        self._fields.add(item)
        return item

    def forget(self, item: Item) -> None:
        """Forget a field that is deleted."""
        self._fields.discard(item)

    @property
    def typing(self) -> bool:
        """Whether a text field has the keys; a slider that is dragged with the mouse does not."""
        down = dpg.is_mouse_button_down(dpg.mvMouseButton_Left)
        gone = [item for item in self._fields if not dpg.does_item_exist(item)]
        self._fields.difference_update(gone)
        return any(
            dpg.is_item_active(item) and not (down and "Slider" in str(dpg.get_item_type(item)))
            for item in self._fields
        )
