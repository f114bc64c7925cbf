"""The ground of a node as a small picture that is stretched: shadow, outline and round corners.

Drawn as shapes, each smooth round edge costs software rendering many thin triangles. As a picture
of one corner, one edge and so on it costs eight rectangles, and looks the same to the pixel.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.colours import Rgba
from nodegraph.editor.window.kit.pen import Pen

MOST = 256


@dataclass(frozen=True, slots=True)
class Stamp:
    """A rounded rectangle with what lies around it; sizes in pixels."""

    radius: float
    head: Rgba
    body: Rgba
    outline: Rgba
    thick: int
    around: tuple[tuple[float, Rgba], ...] = ()
    """Rectangles below it, each grown by so much: a shadow or a halo, the largest first."""

    @property
    def margin(self) -> int:
        """How far it reaches over its rectangle."""
        return math.ceil(max([self.thick, *(by for by, _ in self.around)]))

    @property
    def corner(self) -> int:
        """Side of a corner, with its margin."""
        return self.margin + math.ceil(self.radius) + 1


def pixels(stamp: Stamp) -> NDArray[np.float32]:
    """Give the picture of a stamp with no straight part: (side, side, 4) from 0 to 1."""
    side = 2 * stamp.corner
    at = np.abs(np.arange(side) + 0.5 - stamp.corner) - (side / 2 - stamp.margin - stamp.radius)
    x, y = np.meshgrid(at, at)
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0)
    away = outside - stamp.radius
    picture = np.zeros((side, side, 4))
    picture[..., :3] = np.array(stamp.outline[:3]) / 255
    for by, colour in (*stamp.around, (stamp.thick, stamp.outline)):
        _lay(picture, colour, np.clip(0.5 - (away - by), 0, 1))
    inside = np.clip(0.5 - away, 0, 1)
    top = np.arange(side)[:, None] < stamp.corner
    _lay(picture, stamp.head, np.where(top, inside, 0.0))
    _lay(picture, stamp.body, np.where(top, 0.0, inside))
    return picture.astype(np.float32)


def _lay(picture: NDArray[np.float64], colour: Rgba, share: NDArray[np.float64]) -> None:
    """Lay a colour over a picture."""
    red, green, blue, alpha = (part / 255 for part in colour)
    over = (share * alpha)[..., None]
    below = picture[..., 3:] * (1 - over)
    total = over + below
    mixed = np.array([red, green, blue]) * over + picture[..., :3] * below
    picture[..., :3] = np.where(total > 0, mixed / np.maximum(total, 1e-9), picture[..., :3])
    picture[..., 3:] = total


class Stamps:
    """The textures of stamps."""

    def __init__(self) -> None:
        self._registry = int(dpg.add_texture_registry())
        self._made: OrderedDict[Stamp, int] = OrderedDict()

    def draw(self, pen: Pen, stamp: Stamp, box: Rect, head: float) -> None:
        """Draw a stamp around a rectangle, whose upper part is as high as `head`."""
        texture, margin = self._texture(stamp), stamp.margin
        reach = stamp.corner - margin
        if box.width < 2 * reach or box.height < 2 * reach:
            pen.fill(box.grown(stamp.thick), stamp.outline)
            pen.fill(box, stamp.head)
            return
        left, top, right, bottom = box.x, box.y, box.right, box.bottom
        edge = margin / (2 * stamp.corner)
        columns = (
            (left - margin, left + reach, 0.0, 0.5),
            (left + reach, right - reach, 0.5, 0.5),
            (right - reach, right + margin, 0.5, 1.0),
        )
        rows = ((top - margin, top + reach, 0.0, 0.5), (bottom - reach, bottom + margin, 0.5, 1.0))
        for y0, y1, v0, v1 in rows:
            for x0, x1, u0, u1 in columns:
                pen.part(texture, (x0, y0), (x1, y1), (u0, v0), (u1, v1))
        inner = top + reach, bottom - reach
        for x0, x1, u0, u1 in ((left - margin, left, 0.0, edge), (right, right + margin, 1 - edge, 1.0)):  # fmt: skip
            pen.part(texture, (x0, inner[0]), (x1, inner[1]), (u0, 0.5), (u1, 0.5))
        middle = min(max(top + head, inner[0]), inner[1])
        if middle > inner[0]:
            pen.fill(Rect(left, inner[0], box.width, middle - inner[0]), stamp.head)
        if inner[1] > middle:
            pen.fill(Rect(left, middle, box.width, inner[1] - middle), stamp.body)

    def destroy(self) -> None:
        """Give all of it back."""
        dpg.delete_item(self._registry)
        self._made.clear()

    def _texture(self, stamp: Stamp) -> int:
        found = self._made.get(stamp)
        if found is not None:
            self._made.move_to_end(stamp)
            return found
        picture = pixels(stamp)
        side = picture.shape[0]
        item = int(dpg.add_static_texture(side, side, picture.ravel(), parent=self._registry))
        self._made[stamp] = item
        if len(self._made) > MOST:
            dpg.delete_item(self._made.popitem(last=False)[1])
        return item
