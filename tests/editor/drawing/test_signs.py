"""The sign of every type can be drawn by Dear PyGui, large and small, filled and hollow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.editor.look.signs import Shape, TypeStyle
from nodegraph.editor.window.kit.pen import Pen
from nodegraph.editor.window.kit.signs import draw_sign

INK, GROUND, INSIDE = (200, 120, 40, 255), (20, 20, 20, 255), (40, 40, 40, 255)


class Wordless(Pen):
    """A pen that needs no fonts."""

    def words_at(self, *_: Any, **__: Any) -> int:
        return 0


@pytest.fixture(scope="module")
def drawings() -> Iterator[int]:
    dpg.create_context()
    with dpg.window():
        yield int(dpg.add_drawlist(100, 100))
    dpg.destroy_context()


@pytest.mark.parametrize("hollow", [False, True])
@pytest.mark.parametrize("factor", [0.3, 0.58, 1.0, 2.5])
@pytest.mark.parametrize("shape", Shape, ids=lambda shape: shape.value)
def test_every_sign_can_be_drawn(drawings: int, shape: Shape, factor: float, hollow: bool) -> None:
    pen = Wordless(None, drawings)  # type: ignore[arg-type]
    draw_sign(pen, TypeStyle(shape, INK, "X"), (50, 50), factor, INK, GROUND, INSIDE, hollow=hollow)
    assert dpg.get_item_children(drawings, 2)
    dpg.delete_item(drawings, children_only=True)
