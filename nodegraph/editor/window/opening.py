"""The window before anything is in it: it shows while the program is still being read."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.files.settings import Settings
from nodegraph.editor.look.colours import THEMES


def show(settings: Settings, title: str) -> None:
    """Put an empty window on the screen."""
    dpg.create_context()
    dpg.configure_app(manual_callback_management=True, keyboard_navigation=False)
    dpg.create_viewport(
        title=title,
        width=settings.width,
        height=settings.height,
        x_pos=0,
        y_pos=0,
        min_width=640,
        min_height=480,
        disable_close=True,
        clear_color=THEMES[settings.theme].win,
    )
    dpg.setup_dearpygui()
    dpg.show_viewport()
    dpg.render_dearpygui_frame()
