"""Planes of real numbers: what they hold, how they lie in memory, and what is summed from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodes.dsp import hermitian, planes

Array = NDArray[Any]


def tile(*shape: int) -> Array:
    rng = np.random.default_rng(0)
    made: Array = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(
        np.complex64
    )
    return made


@pytest.mark.parametrize("shape", [(1, 5, 7), (2, 5, 7), (3, 2, 5, 1), (3, 6, 1, 7)])
def test_a_tile_comes_back_from_its_planes_as_it_was(shape: tuple[int, ...]) -> None:
    given = tile(*shape)
    count = 2 * given.size // (shape[-2] * shape[-1])
    made = planes.planar(given, planes.room(count, *shape[-2:]))
    np.testing.assert_array_equal(made[..., 0::2, :, :], given.real)
    np.testing.assert_array_equal(made[..., 1::2, :, :], given.imag)
    back = np.empty_like(given)
    planes.woven(made, back)
    np.testing.assert_array_equal(back, given)


@pytest.mark.parametrize("size", [1, 16, 17, 1000])
def test_every_row_begins_where_the_processor_fetches(size: int) -> None:
    made = planes.aligned(3, size)
    assert made.dtype == np.float32
    assert size <= made.shape[1] < size + 16
    assert all(row.ctypes.data % planes.LINE == 0 for row in made)


@pytest.mark.parametrize(("bins", "frames"), [(1, 1), (3, 100000), (2000, 3), (5, 0), (40, 700)])
def test_a_room_holds_every_tile(bins: int, frames: int) -> None:
    length = planes.room(1, bins, frames).shape[1]
    for band in hermitian.bands(bins, frames):
        for rows, _, columns in hermitian.tiles(band, frames):
            assert (rows.stop - rows.start) * (columns.stop - columns.start) <= length


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_moments_of_planes_are_sums_of_products(channels: int) -> None:
    given = tile(3, channels, 5, 400)
    made = planes.moment(planes.planar(given, planes.room(6 * channels, 5, 400)))
    expected = np.einsum("jcft,jdft->jfcd", given, given.conj(), dtype=complex)
    assert made.dtype == np.complex64
    np.testing.assert_allclose(made, expected, atol=1e-6 * np.abs(expected).max())
    np.testing.assert_array_equal(made, made.conj().swapaxes(-1, -2))
