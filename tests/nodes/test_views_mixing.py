"""Pictures of mixings, and of one channel against the other."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nodegraph.registry import discover
from nodegraph.values import Array, Audio, Mixing
from nodegraph.views import Axis, Lens
from nodes.views_mixing import (
    audio_scatter,
    mixing_arrows,
    mixing_over_frequency,
    mixing_picture,
)


def placed(*degrees: float, level: float = 1.0, bins: int = 1) -> Mixing:
    angles = np.deg2rad(degrees)
    matrix = level * np.stack([np.cos(angles), np.sin(angles)])
    return Mixing(np.repeat(matrix[np.newaxis], bins, axis=0), tuple(f"at {d:g}" for d in degrees))


def test_the_ways_to_look_at_mixings_and_at_stereo() -> None:
    registry = discover()
    assert list(registry.views(placed(20, 70))) == ["", "arrows"]
    assert set(registry.views(placed(20, 70, bins=3))) == {"", "arrows", "over_frequency"}
    assert list(registry.views(Mixing(np.ones((1, 3, 1)), ("a",)))) == [""]
    assert "scatter" in registry.views(Audio(np.ones((2, 9)), 8000))
    for other in (Audio(np.ones((1, 9)), 8000), Audio(np.ones((1, 2, 9)), 8000, ("a",))):
        assert "scatter" not in registry.views(other)


def test_a_mixing_is_listed_with_angles_and_gains() -> None:
    table = mixing_picture(placed(20, -45, level=2))
    assert table.columns == ("source", "angle (°)", "channel 1", "channel 2")
    assert table.rows[0] == pytest.approx(
        ("at 20", 20, 2 * math.cos(math.radians(20)), 2 * math.sin(math.radians(20)))
    )
    assert table.rows[1][1] == pytest.approx(-45)
    assert mixing_picture(placed(20, bins=3)).notes == ("the mean over 3 frequencies",)
    five = mixing_picture(Mixing(np.ones((1, 5, 2)), ("a", "b")))
    assert five.columns == ("source", *(f"channel {k}" for k in range(1, 6)))
    assert mixing_picture(Mixing(np.zeros((1, 2, 1)), ("none",))).rows == (
        ("none", 45.0, 0.0, 0.0),
    )


def test_arrows_end_at_the_gains() -> None:
    picture = mixing_arrows(placed(20, 70))
    assert [line.name for line in picture.lines] == ["at 20", "at 70"]
    for line, degrees in zip(picture.lines, (20, 70), strict=True):
        tip = (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
        assert (line.x.tolist(), line.y.tolist()) == (
            [0, pytest.approx(tip[0])],
            [0, pytest.approx(tip[1])],
        )
        assert picture.x.start < line.x.max() < picture.x.stop
        assert picture.y.start < line.y.max() < picture.y.stop
    reversed_ = mixing_arrows(placed(-30))
    assert reversed_.lines[0].y[1] == pytest.approx(-0.5)
    assert reversed_.y.start < -0.5
    assert np.isfinite(mixing_arrows(Mixing(np.zeros((1, 2, 1)), ("none",))).lines[0].x).all()


def test_angles_over_frequency_follow_the_lens() -> None:
    value = Mixing(np.concatenate([placed(20).data, placed(70).data] * 50), ("a",))
    picture = mixing_over_frequency(value)
    np.testing.assert_allclose(picture.lines[0].y[:2], [20, 70])
    part = mixing_over_frequency(value, lens=Lens(10, 30, columns=5))
    assert (part.x.start, part.x.stop, len(part.lines[0].x)) == (10, 30, 5)


def sound(samples: int = 20000) -> Array:
    """Two sources at 20 and 70 degrees that seldom sound together."""
    rng = np.random.default_rng(0)
    turned = np.deg2rad([20, 70])
    sources = rng.uniform(-1, 1, (2, samples)) * (rng.random(samples) < [[0.3], [0.3]])
    made: Array = np.stack([np.cos(turned), np.sin(turned)]) @ sources
    return made


def test_sources_lie_on_lines_in_the_scatter() -> None:
    picture = audio_scatter(Audio(sound(), 8000))
    far = float(np.abs(sound()).max())
    assert picture.x == Axis("first channel", "", pytest.approx(-far), pytest.approx(far))
    assert (picture.y.start, picture.y.stop) == (picture.x.start, picture.x.stop)
    assert picture.data.shape == (512, 512)
    assert picture.data.max() == 0
    rows, columns = np.nonzero(picture.data > -30)
    y, x = (2 * far * (cells + 0.5) / 512 - far for cells in (rows, columns))
    away = [np.abs(x * math.sin(a) - y * math.cos(a)) for a in np.deg2rad([20, 70])]
    # Both channels count up to far cells: nearly all of the crowd is on one of the two lines.
    assert np.mean(np.minimum(*away) < 3 * far / 512) > 0.9


def test_the_scatter_gives_no_more_cells_than_asked_for_and_keeps_all_samples() -> None:
    value = Audio(sound(), 8000)
    value.freeze()
    fine = audio_scatter(value)
    coarse = audio_scatter(value, lens=Lens(rows=64, columns=32))
    assert coarse.data.shape == (64, 32)
    for picture in (fine, coarse):
        # Empty cells lie 100 dB down, which is nothing against one sample.
        counts = 10 ** ((picture.data.astype(float) + picture.top) / 10)
        assert counts.sum() == pytest.approx(20000, rel=1e-3)
    part = audio_scatter(value, lens=Lens(0.0, 0.4))
    assert part.x.start <= 0 < 0.4 <= part.x.stop
    assert part.data.shape[1] < 512


@pytest.mark.parametrize(
    "data", [np.zeros((2, 9)), np.zeros((2, 0)), np.ones((2, 1)), np.full((2, 4), np.nan)]
)
def test_silence_and_single_samples_have_a_picture(data: Array) -> None:
    picture = audio_scatter(Audio(data, 8000))
    assert np.isfinite(picture.data).all()
    assert picture.x.stop > picture.x.start
