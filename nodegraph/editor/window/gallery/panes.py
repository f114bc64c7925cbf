"""What the parts right of the column are made in, and its two styles."""

from __future__ import annotations

from dataclasses import dataclass

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.look.measures import SPACE, WINDOW
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.styles import make

Item = int
FIELD_PADDING = 6
"""Above and below the words in the search field."""


@dataclass(frozen=True)
class Styles:
    """Of the ground, and of what is raised from it."""

    ground: Item
    raised: Item

    def free(self) -> None:
        """Delete both."""
        for item in (self.ground, self.raised):
            if dpg.does_item_exist(item):
                dpg.delete_item(item)


def styles(kit: Kit) -> Styles:
    """Make both. In the light theme the usual fill of buttons and fields is that of the ground."""
    theme = kit.theme
    ground = make(
        [(dpg.mvThemeCol_ChildBg, theme.win)],
        [(dpg.mvStyleVar_WindowPadding, (0, 0)), (dpg.mvStyleVar_ItemSpacing, (0, 0))],
    )
    raised = make(
        [
            (dpg.mvThemeCol_Button, theme.panel),
            (dpg.mvThemeCol_ButtonHovered, theme.hover),
            (dpg.mvThemeCol_ButtonActive, theme.act),
            (dpg.mvThemeCol_FrameBg, theme.panel),
        ],
        [
            (dpg.mvStyleVar_FrameRounding, (kit.px(WINDOW.button_radius),)),
            (dpg.mvStyleVar_FramePadding, (kit.px(SPACE.gap), kit.px(FIELD_PADDING))),
        ],
    )
    return Styles(ground, raised)


def pane(parent: Item, rect: Rect, style: Item, *, scrolls: bool = False) -> Item:
    """Add a child window at a place."""
    made = dpg.add_child_window(
        parent=parent,
        pos=(round(rect.x), round(rect.y)),
        width=max(round(rect.width), 1),
        height=max(round(rect.height), 1),
        border=False,
        no_scrollbar=not scrolls,
        no_scroll_with_mouse=not scrolls,
    )
    dpg.bind_item_theme(made, style)
    return int(made)


def fill(parent: Item, rect: Rect, colour: Rgba, radius: float = 0) -> None:
    """Fill a rectangle."""
    dpg.draw_rectangle(
        (rect.x, rect.y),
        (rect.right, rect.bottom),
        color=(0, 0, 0, 0),
        fill=colour,
        rounding=radius,
        thickness=0,
        parent=parent,
    )
