"""The ground of a popup: a rounded panel with its shadow, over everything else in the window."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.styles import CLEAR, make

# The panel does not fill its window: the rest is room for the shadow.


class Surface:
    """One panel that is opened, filled, emptied and opened again.

    Dear PyGui keeps every window there ever was, so one is made and used again.
    """

    def __init__(self, kit: Kit, *, focus: bool = True) -> None:
        self.kit, self._focus = kit, focus
        self.rect = Rect(0, 0, 0, 0)
        self.shown = False
        self._margin = kit.px(max(WINDOW.popup_shadow)) + 2
        self._window = int(
            dpg.add_window(
                show=False,
                no_title_bar=True,
                no_move=True,
                no_resize=True,
                no_collapse=True,
                no_background=True,
                no_scrollbar=True,
                no_scroll_with_mouse=True,
                no_saved_settings=True,
                no_focus_on_appearing=not focus,
                min_size=(8, 8),
            )
        )
        kit.style(self._window, "clear")
        self._bare = make(
            [(dpg.mvThemeCol_FrameBg, CLEAR)],
            [(dpg.mvStyleVar_FramePadding, (kit.px(4), kit.px(6)))],
        )
        self._ground = int(dpg.add_draw_layer(parent=self._window))
        self.body = int(
            dpg.add_child_window(
                parent=self._window,
                pos=(self._margin, self._margin),
                border=False,
                no_scrollbar=True,
                no_scroll_with_mouse=True,
            )
        )
        kit.style(self.body, "clear")

    def open(
        self,
        rect: Rect,
        radius: int = WINDOW.popup_radius,
        outline: str = "line2",
        ground: str = "panel",
    ) -> int:
        """Show an empty panel at a place in the window, and give what its content hangs in."""
        self.empty()
        self.move(rect, radius, outline, ground)
        dpg.configure_item(self._window, show=True)
        self.shown = True
        self.raise_()
        return self.body

    def move(
        self,
        rect: Rect,
        radius: int = WINDOW.popup_radius,
        outline: str = "line2",
        ground: str = "panel",
    ) -> None:
        """Put the panel elsewhere, or in another size."""
        kit, m = self.kit, self._margin
        self.rect = rect = Rect(*map(round, rect))
        dpg.configure_item(
            self._window,
            pos=(rect.x - m, rect.y - m),
            width=rect.width + 2 * m,
            height=rect.height + 2 * m,
        )
        dpg.configure_item(self.body, width=rect.width, height=rect.height)
        dpg.delete_item(self._ground, children_only=True)
        right, bottom = m + rect.width, m + rect.height
        for grown in sorted(map(kit.px, WINDOW.popup_shadow), reverse=True):
            dpg.draw_rectangle(
                (m - grown, m - grown),
                (right + grown, bottom + grown),
                color=(0, 0, 0, 0),
                fill=kit.theme.shadow,
                rounding=kit.px(radius) + grown,
                parent=self._ground,
            )
        dpg.draw_rectangle(
            (m, m),
            (right, bottom),
            color=kit.theme.role(outline),
            fill=kit.theme.role(ground),
            rounding=kit.px(radius),
            thickness=SPACE.hairline,
            parent=self._ground,
        )

    def bare(self, field: int) -> None:
        """Take the ground from a field that lies on one that is drawn."""
        dpg.bind_item_theme(field, self._bare)

    def raise_(self) -> None:
        """Bring it over the others; one that takes no focus stays where it is."""
        if self._focus:
            dpg.focus_item(self._window)

    def empty(self) -> None:
        """Take out what is in it."""
        dpg.delete_item(self.body, children_only=True)

    def hide(self) -> None:
        """Close it."""
        if self.shown:
            self.empty()
            dpg.configure_item(self._window, show=False)
            self.shown = False

    def holds(self, at: Point) -> bool:
        """Whether a point of the window lies on it."""
        return self.shown and self.rect.holds(at)

    def destroy(self) -> None:
        """Delete it."""
        dpg.delete_item(self._window)
        dpg.delete_item(self._bare)
        self.shown = False


def number(item: int | str) -> int:
    """Give the number of an item, which may have been made with a name."""
    return item if isinstance(item, int) else int(dpg.get_alias_id(item))


def paper(parent: int, rect: Rect, tag: str = "") -> int:
    """Add a drawlist at a place in a panel; in a group, since it knows no place of its own."""
    group = dpg.add_group(parent=parent, pos=(round(rect.x), round(rect.y)))
    size = max(round(rect.width), 1), max(round(rect.height), 1)
    return number(dpg.add_drawlist(*size, parent=group, tag=tag or dpg.generate_uuid()))
