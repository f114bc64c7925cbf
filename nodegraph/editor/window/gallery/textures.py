"""Thumbnails as textures, one after another, their upper corners as round as the card's."""

from __future__ import annotations

from collections.abc import Iterable

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.files.gallery import GalleryCard
from nodegraph.editor.files.thumbnails import Thumbnails
from nodegraph.editor.pictures.raster import to_texture

Item = int


class Textures:
    """The thumbnails that are loaded, in one theme, for cards of one size."""

    def __init__(self, thumbnails: Thumbnails, theme: str) -> None:
        self._thumbnails, self._theme = thumbnails, theme
        self._registry = int(dpg.add_texture_registry())
        self._made: dict[str, Item] = {}
        self._left: list[GalleryCard] = []
        self._old: list[Item] = []

    def want(self, cards: Iterable[GalleryCard]) -> None:
        """Load the thumbnails of some cards, again where that was done before."""
        names = [card.name for card in self._left]
        self._left += [card for card in cards if card.key and card.name not in names]

    @property
    def waiting(self) -> bool:
        """Whether anything is still to be loaded."""
        return bool(self._left)

    def get(self, name: str) -> Item:
        """Give the texture of a card; 0 where it has none."""
        return self._made.get(name, 0)

    def step(self, width: int, height: int, radius: int) -> str:
        """Load one thumbnail for a picture of a size, and name its card, or give an empty name."""
        for old in self._old:  # nothing shows them any more since the last frame
            dpg.delete_item(old)
        self._old = []
        while self._left:
            card = self._left.pop(0)
            image = self._thumbnails.load(card, self._theme)
            if image is not None:
                self._take(card.name, rounded(image, width, height, radius))
                return card.name
        return ""

    def _take(self, name: str, image: NDArray[np.uint8]) -> None:
        rows, columns = image.shape[:2]
        if name in self._made:
            self._old.append(self._made[name])
        self._made[name] = int(
            dpg.add_static_texture(columns, rows, to_texture(image), parent=self._registry)
        )

    def free(self) -> None:
        """Let go of all of them."""
        if dpg.does_item_exist(self._registry):
            dpg.delete_item(self._registry)
        self._made, self._left, self._old = {}, [], []


def rounded(image: NDArray[np.uint8], width: int, height: int, radius: int) -> NDArray[np.uint8]:
    """Make the upper corners clear, so that they are round when the image is shown at a size."""
    rows, columns = image.shape[:2]
    # The centre of each pixel, in pixels of the screen, from the nearer side and from the top.
    across = (np.arange(columns) + 0.5) * width / columns
    x = np.minimum(across, width - across)
    y = (np.arange(rows) + 0.5) * height / rows
    beyond_x = np.maximum(radius - x, 0.0)[np.newaxis, :]
    beyond_y = np.maximum(radius - y, 0.0)[:, np.newaxis]
    cover = np.clip(radius + 0.5 - np.hypot(beyond_x, beyond_y), 0.0, 1.0)
    cover = np.where((beyond_x > 0) & (beyond_y > 0), cover, 1.0)
    made = image.copy()
    made[..., 3] = np.rint(made[..., 3] * cover)
    return made
