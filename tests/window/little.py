"""A little program that speaks as the editor does to a test: it tries the harness itself.

A button that counts, a text field, and a surface that keeps where a drag began and ended and how
far the wheel went.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.answering import Server

drags: list[str] = []
held: list[tuple[float, float]] = []
wheel = [0]


def main() -> None:
    """Draw until the window is closed."""
    dpg.create_context()
    with dpg.window(tag="all", no_scrollbar=True):
        dpg.add_button(label="Count", tag="count", user_data=0, width=120, callback=_count)
        dpg.add_input_text(tag="name", width=300)
        dpg.add_drawlist(400, 300, tag="surface")
        dpg.draw_rectangle((0, 0), (400, 300), fill=(60, 120, 180), parent="surface")
    dpg.set_primary_window("all", True)
    with dpg.handler_registry():
        dpg.add_mouse_wheel_handler(callback=lambda _, notches: wheel.append(wheel[-1] + notches))
    dpg.configure_app(manual_callback_management=True)
    dpg.create_viewport(title="Little", width=640, height=480, vsync=False)
    dpg.setup_dearpygui()
    dpg.show_viewport()
    dpg.render_dearpygui_frame()
    server = Server(
        Path(os.environ["NODEGRAPH_PROBE"]), {"state": _state, "frame": _frame, "close": _close}
    )
    while dpg.is_dearpygui_running():
        dpg.run_callbacks(dpg.get_callback_queue())
        _surface()
        dpg.render_dearpygui_frame()
        server.answer()
        time.sleep(1 / 120)


def _count() -> None:
    dpg.set_item_user_data("count", dpg.get_item_user_data("count") + 1)


def _surface() -> None:
    mouse = tuple(dpg.get_mouse_pos(local=False))
    if dpg.is_mouse_button_clicked(dpg.mvMouseButton_Left):
        held[:] = [mouse]
    if dpg.is_mouse_button_released(dpg.mvMouseButton_Left) and held:
        ctrl = "ctrl " if dpg.is_key_down(dpg.mvKey_LControl) else ""
        drags.append(f"{ctrl}{held[0]} to {mouse}")
    if dpg.is_mouse_button_double_clicked(dpg.mvMouseButton_Left):
        drags.append("double")


def _state() -> dict[str, Any]:
    return {
        "frame": dpg.get_frame_count(),
        "title": dpg.get_viewport_title(),
        "graph": dpg.get_value("name"),
        "board": {"count": {"state": str(dpg.get_item_user_data("count"))}},
        "view": [0, 0, wheel[-1]],
        "selection": drags,
        "text": "name" if dpg.is_item_active("name") else "",
        "typed": dpg.get_value("name") if dpg.is_item_active("name") else "",
        "buttons": {"Count": _rect("count")},
        "widgets": {"name": _rect("name")},
        "places": {"surface": _rect("surface"), "window": [0, 0, *_size()]},
    }


def _frame() -> dict[str, Any]:
    return {"frame": dpg.get_frame_count()}


def _rect(item: str) -> list[float]:
    return [*dpg.get_item_rect_min(item), *dpg.get_item_rect_size(item)]


def _size() -> tuple[int, int]:
    return dpg.get_viewport_client_width(), dpg.get_viewport_client_height()


def _close() -> dict[str, Any]:
    dpg.stop_dearpygui()
    return {}


main()
