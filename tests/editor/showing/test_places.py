"""Where the parts of large views stand: nothing overlaps, nothing is outside."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.showing import places
from nodegraph.views import Axis, Curves, Heatmap, Line, Panels, Table, Wave

TIME, PITCH = Axis("time", "s", 0, 10), Axis("frequency", "Hz", 50, 20000, "log")
ROOM = Rect(0, 0, 880, 520)


def plane(title: str = "") -> Heatmap:
    return Heatmap(np.zeros((4, 5), np.float32), TIME, PITCH, "level", "dB", -80, 0, title=title)


def factors(rank: int) -> Panels:
    lines = tuple(Line(f"part {k}", np.zeros(2), np.zeros(2)) for k in range(rank))
    part, down = Axis("part", "", 0.5, rank + 0.5), Axis("part", "", rank + 0.5, 0.5)
    table = Table(("part", "hits"), tuple((f"part {k}", 3.0) for k in range(rank)))
    pictures = (Curves(lines, part, PITCH), plane(), Curves(lines, TIME, down), table)
    return Panels(pictures, ((0, 0, 6, 1), (0, 1, 6, 4), (6, 1, 3, 4), (6, 0, 3, 1)))


def apart(rects: list[Rect]) -> bool:
    return all(
        min(min(a.right, b.right) - max(a.x, b.x), min(a.bottom, b.bottom) - max(a.y, b.y)) <= 0
        for a, b in combinations(rects, 2)
    )


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("beside", [False, True])
def test_panes_fill_the_room(count, beside):
    rects = places.panes(ROOM, count, beside)
    assert len(rects) == count
    assert apart(rects)
    assert sum(r.width * r.height for r in rects) == pytest.approx(ROOM.width * ROOM.height)


def test_side_by_side_means_in_rows_of_two():
    one, two, three = places.panes(ROOM, 3, True)
    assert one.y == two.y
    assert three.width == ROOM.width


@pytest.mark.parametrize("size", [(880, 520), (400, 180), (90, 60)])
@pytest.mark.parametrize(
    "picture",
    [plane(), Wave("audio", np.zeros(3), np.zeros(3), TIME), Curves((), TIME, PITCH),
     Table(("a",), ())],
    ids=lambda picture: type(picture).__name__,
)  # fmt: skip
def test_one_picture_stands_inside_of_its_room(size, picture):
    (spot,) = places.single(Rect(0, 0, *size), picture, 1.0)
    assert spot.rect.width > 0
    assert spot.rect.height > 0
    assert ROOM.encloses(spot.rect)


@pytest.mark.parametrize("count", [1, 2, 4, 9])
def test_several_pictures_do_not_touch(count):
    columns = int(np.ceil(np.sqrt(count)))
    grid = tuple((k // columns, k % columns, 1, 1) for k in range(count))
    spots = places.grid(ROOM, Panels(tuple(plane() for _ in range(count)), grid), 1.0)
    assert apart([spot.rect for spot in spots])
    assert spots[0].upright
    assert all(spot.upright == (spot.rect.x == spots[0].rect.x) for spot in spots)


@pytest.mark.parametrize("rank", [1, 3, 8, 24])
@pytest.mark.parametrize("size", [(880, 520), (480, 260)])
def test_templates_and_activations_share_the_axes_of_the_product(rank, size):
    made = places.factors(Rect(0, 0, *size), factors(rank), 1.0)
    assert made is not None
    left, middle, below = made.left.rect, made.middle.rect, made.below.rect
    assert (left.y, left.height) == (middle.y, middle.height)
    assert (below.x, below.width) == (middle.x, middle.width)
    assert len(made.rows) == rank
    assert apart([left, middle, below, *made.rows])
    assert made.table == 3


def test_other_pictures_are_no_factorisation():
    assert places.factored(plane()) is None
    assert places.factored(Panels((plane(), plane()), ((0, 0, 1, 1), (0, 1, 1, 1)))) is None


def test_a_histogram_leaves_room_for_what_stands_below():
    curves = Curves((), Axis("angle", "°", 0, 90), Axis("energy", "dB", -40, 2))
    one, two = places.single(ROOM, curves, 1.0, below=True)
    assert apart([one.rect, two.rect])
    assert one.rect.height > two.rect.height
    assert one.rect.width == two.rect.width


@pytest.mark.parametrize("room", [Rect(0, 0, 600, 300), Rect(10, 20, 300, 800)])
def test_where_both_axes_count_the_same_a_step_across_is_one_up(room: Rect) -> None:
    x, y = Axis("first channel", "", -1.0, 1.0), Axis("second channel", "", -0.5, 0.5)
    line = Line("a", np.zeros(2), np.zeros(2))
    for square in (False, True):
        (spot,) = places.single(room, Curves((line,), x, y, square=square), 1.0)
        assert spot.rect.x >= room.x
        assert spot.rect.right <= room.right
        assert spot.rect.bottom <= room.bottom
        assert (abs(spot.rect.width - 2 * spot.rect.height) <= 2) == square
