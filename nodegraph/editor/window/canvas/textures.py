"""Pictures of nodes as textures: a few made each frame, and the oldest given back.

A texture in use is replaced before it goes, and goes a frame later: some drivers still read it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.views import Picture, Table

BUCKETS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
BUDGET = 0.004
"""Seconds of a frame for making textures; at least one is made."""
MOST, MOST_BYTES = 400, 64_000_000
SWEEP = 0.5
"""Seconds from one look for pictures that are gone to the next."""

Raster = Callable[[Picture, int, int], Any]
"""Gives float32 numbers, four for each pixel, row by row."""


def bucket(factor: float) -> float:
    """Give the size that a texture is made in, so that zooming does not make one each frame."""
    return next((size for size in BUCKETS if size >= factor * 0.99), BUCKETS[-1])


@dataclass(slots=True)
class _Made:
    item: int
    picture: Picture
    """Kept, so that its identity is not given to another one."""
    bytes: int


_Key = tuple[int, int, int]


class Textures:
    """Textures by picture and size."""

    def __init__(self, raster: Raster) -> None:
        self.raster = raster
        self._registry = int(dpg.add_texture_registry())
        self._made: OrderedDict[_Key, _Made] = OrderedDict()
        self._wanted: OrderedDict[_Key, Picture] = OrderedDict()
        self._last: dict[str, _Key] = {}
        self._gone: list[int] = []
        self._bytes = 0
        self._swept = 0.0

    @property
    def queued(self) -> bool:
        """Whether there are textures to be made."""
        return bool(self._wanted)

    def get(self, owner: str, picture: Picture | None, width: int, height: int) -> int:
        """Give the texture of a picture in a size, or until it is made the owner's last one."""
        if picture is None or isinstance(picture, Table) or width < 4 or height < 4:
            self._last.pop(owner, None)
            return 0
        key = id(picture), width, height
        found = self._made.get(key)
        if found is None:
            self._wanted[key] = picture
            found = self._made.get(self._last.get(owner, key))
            return found.item if found else 0
        self._made.move_to_end(key)
        self._last[owner] = key
        return found.item

    def work(self) -> bool:
        """Make some of what is wanted; say whether any was made."""
        for item in self._gone:
            if dpg.does_item_exist(item):
                dpg.delete_item(item)
        self._gone.clear()
        start, some = time.perf_counter(), bool(self._wanted)
        while self._wanted:
            # What was asked for last is on screen for sure.
            key, picture = self._wanted.popitem()
            if key not in self._made:
                self._make(key, picture)
            if time.perf_counter() - start > BUDGET:
                break
        return some

    def forget_wanted(self) -> None:
        """Drop what nobody asked for again; called before all ask anew."""
        self._wanted.clear()

    def keep(self, owners: Collection[str], pictures: Collection[Picture]) -> None:
        """Say who is in sight, and which pictures there are: others are given back in time."""
        for owner in [name for name in self._last if name not in owners]:
            del self._last[owner]
        if (now := time.monotonic()) - self._swept < SWEEP:
            return
        self._swept = now
        alive, used = set(map(id, pictures)), set(self._last.values())
        for key in [key for key in self._made if key[0] not in alive and key not in used]:
            self._drop(key)

    def _drop(self, key: _Key) -> None:
        made = self._made.pop(key)
        self._bytes -= made.bytes
        self._gone.append(made.item)

    def destroy(self) -> None:
        """Give all of it back."""
        dpg.delete_item(self._registry)
        self._made.clear()
        self._wanted.clear()
        self._last.clear()
        self._gone.clear()

    def _make(self, key: _Key, picture: Picture) -> None:
        _, width, height = key
        flat = self.raster(picture, width, height)
        item = int(dpg.add_static_texture(width, height, flat, parent=self._registry))
        size = 16 * width * height
        self._made[key] = _Made(item, picture, size)
        self._bytes += size
        used = set(self._last.values())
        while len(self._made) > MOST or self._bytes > MOST_BYTES:
            old = next((k for k in self._made if k not in used and k != key), None)
            if old is None:
                return
            self._drop(old)
