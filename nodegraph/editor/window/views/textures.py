"""Textures of large views: made when needed, given back a few frames after they were last seen."""

from __future__ import annotations

from typing import Any

import dearpygui.dearpygui as dpg

LATER = 2
"""Frames that a texture outlives its last use: some drivers still read it."""


class Textures:
    """A registry of static textures."""

    def __init__(self) -> None:
        self._registry = int(dpg.add_texture_registry())
        self._gone: list[tuple[int, int]] = []
        self.made = 0
        """How many were made so far."""

    def make(self, flat: Any, width: int, height: int) -> int:
        """Make a texture of float32, four numbers for each pixel, row by row."""
        self.made += 1
        return int(dpg.add_static_texture(width, height, flat, parent=self._registry))

    def drop(self, texture: int) -> None:
        """Give a texture back; 0 is none."""
        if texture:
            self._gone.append((texture, dpg.get_frame_count()))

    def sweep(self) -> None:
        """Delete what is no longer seen."""
        if not self._gone:
            return
        now = dpg.get_frame_count()
        for texture, since in self._gone:
            if now > since + LATER and dpg.does_item_exist(texture):
                dpg.delete_item(texture)
        self._gone = [(item, since) for item, since in self._gone if now <= since + LATER]

    def destroy(self) -> None:
        """Delete all of them."""
        dpg.delete_item(self._registry)
        self._gone = []
