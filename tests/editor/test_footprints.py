"""What is painted by hand is a footprint, whatever the hand does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.cells import read, written
from nodegraph.editor import footprints
from nodegraph.editor.footprints import LARGEST, SHAPES, begun, board, drawn, painted, resized

CROSS = ".#./###/.#."
sides = st.integers(0, LARGEST // 2).map(lambda half: 2 * half + 1)


def text(cells: np.ndarray) -> list[str]:
    return written(cells).split("/")


@given(rows=sides, columns=sides, seed=st.integers(0, 1000))
def test_what_is_written_is_read_back(rows: int, columns: int, seed: int) -> None:
    cells = np.random.default_rng(seed).random((rows, columns)) < 0.5
    cells[rows // 2, columns // 2] = True
    assert np.array_equal(read(written(cells)), cells)


def test_a_diagonal_rises() -> None:
    assert text(read("diag(3)")) == ["..#", ".#.", "#.."]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("size", [(1, 1), (1, 31), (31, 1), (7, 15), (31, 31)])
def test_every_shape_of_every_size_can_be_read_and_holds_its_middle(name: str, size) -> None:
    cells = footprints.shaped(name, *size)
    assert cells.shape == size
    assert np.array_equal(read(written(cells)), cells)
    if name != "periodic" or (size[1] // 2) % 2 == 0:
        assert cells[size[0] // 2, size[1] // 2]


def test_shapes_are_what_they_are_called() -> None:
    assert text(footprints.shaped("horizontal", 3, 5)) == [".....", "#####", "....."]
    assert text(footprints.shaped("vertical", 3, 3)) == [".#.", ".#.", ".#."]
    assert text(footprints.shaped("cross", 3, 3)) == CROSS.split("/")
    assert text(footprints.shaped("diagonal", 3, 3)) == ["..#", ".#.", "#.."]
    assert text(footprints.shaped("periodic", 1, 13)) == ["#.#.#.#.#.#.#"]
    assert text(footprints.shaped("clear", 3, 3)) == ["...", ".#.", "..."]


def test_a_stroke_paints_all_that_lies_on_its_way() -> None:
    stroke = drawn(begun(footprints.shaped("clear", 5, 5), (4, 0)), (0, 4))
    assert text(stroke.cells) == ["....#", "...#.", "..#..", ".#...", "#...."]


def test_a_stroke_that_begins_on_a_marked_cell_takes_away() -> None:
    stroke = drawn(begun(read(CROSS), (1, 1)), (1, 2))
    assert text(stroke.cells) == [".#.", "#..", ".#."]


def test_the_other_button_takes_away_wherever_it_begins() -> None:
    stroke = drawn(begun(read(CROSS), (0, 0), erase=True), (0, 1))
    assert text(stroke.cells) == ["...", "###", ".#."]


def test_a_stroke_leaves_what_was_painted_before_it_alone() -> None:
    cells = read(CROSS)
    begun(cells, (0, 0))
    assert written(cells) == CROSS


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12), st.booleans())
def test_no_stroke_takes_the_last_cell_away(way, erase: bool) -> None:
    stroke = begun(footprints.shaped("horizontal", 5, 5), (2, 2), erase=erase)
    for cell in way:
        stroke = drawn(stroke, cell)
        assert painted(stroke.text) is not None


def test_another_size_keeps_what_is_around_the_middle() -> None:
    larger = resized(read(CROSS), 5, 7)
    assert text(larger) == [".......", "...#...", "..###..", "...#...", "......."]
    assert written(resized(larger, 3, 3)) == CROSS


def test_a_size_that_would_hold_nothing_holds_the_middle() -> None:
    assert text(resized(read("#.#/.../..."), 1, 1)) == ["#"]


@pytest.mark.parametrize(("wanted", "size"), [(-4, 1), (0, 1), (2, 3), (31, 31), (32, 31)])
def test_sizes_are_odd_and_within_what_can_be_painted(wanted: int, size: int) -> None:
    assert resized(read("#"), wanted, wanted).shape == (size, size)


@pytest.mark.parametrize("words", ["", "#?", "##", "#/##/#", "...", "diag(4)", "diag(99)"])
def test_what_cannot_be_painted_says_why(words: str) -> None:
    assert painted(words) is None
    assert footprints.unpainted(words)
    assert "\n" not in footprints.unpainted(words)
    assert footprints.unpainted(CROSS) == ""


@given(rows=sides, columns=sides)
def test_every_cell_is_found_where_it_is_drawn(rows: int, columns: int) -> None:
    laid = board(rows, columns, 280, 260, 26)
    assert laid.left >= 0
    assert laid.top >= 0
    assert laid.side * rows <= 260
    assert laid.side * columns <= 280
    for cell in [(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 2)]:
        x = laid.left + (cell[1] + 0.5) * laid.side
        y = laid.top + (cell[0] + 0.5) * laid.side
        assert laid.cell(x, y) == laid.nearest(x, y) == cell
    assert laid.cell(laid.left - 1, laid.top) is None
    assert laid.nearest(-100, 1e6) == (rows - 1, 0)
