"""A little program that speaks as the editor does to a test: it tries the harness itself.

A button that counts, a text field, and a surface that keeps where a drag began and ended and how
far the wheel went.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from typing import Any

import dearpygui.dearpygui as dpg

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
    server = Server(os.environ["NODEGRAPH_PROBE"], {"state": _state, "close": _close})
    while dpg.is_dearpygui_running():
        dpg.run_callbacks(dpg.get_callback_queue())
        _surface()
        dpg.render_dearpygui_frame()
        server.answer()
        time.sleep(1 / 120)


class Server:
    """Answers between two frames, and never waits."""

    def __init__(self, path: str, asks: dict[str, Callable[[], dict[str, Any]]]) -> None:
        self._asks = asks
        self._client: socket.socket | None = None
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.setblocking(False)
        self._socket.bind(path)
        self._socket.listen()

    def answer(self) -> None:
        """Answer what has come in."""
        try:
            if self._client is None:
                self._client, _ = self._socket.accept()
                self._client.setblocking(False)
            got = self._client.recv(65536)
        except BlockingIOError:
            return
        if not got:
            self._client.close()
            self._client, self._rest = None, b""
            return
        *lines, self._rest = (self._rest + got).split(b"\n")
        for line in lines:
            ask = self._asks.get(what := json.loads(line)["ask"])
            answer = ask() if ask else {"error": f"no such question: {what}"}
            self._client.setblocking(True)
            self._client.sendall(json.dumps(answer).encode() + b"\n")
            self._client.setblocking(False)


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
        "buttons": {"Count": _rect("count")},
        "widgets": {"name": _rect("name")},
        "places": {"surface": _rect("surface"), "window": [0, 0, *_size()]},
    }


def _rect(item: str) -> list[float]:
    return [*dpg.get_item_rect_min(item), *dpg.get_item_rect_size(item)]


def _size() -> tuple[int, int]:
    return dpg.get_viewport_client_width(), dpg.get_viewport_client_height()


def _close() -> dict[str, Any]:
    dpg.stop_dearpygui()
    return {}


main()
