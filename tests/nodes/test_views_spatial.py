"""Pictures of spatial covariances: where a source stands, and how much comes from elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodegraph.marks import Selection
from nodegraph.values import Audio, Covariance, Grid, Peaks, Power
from nodegraph.views import Curves, Lens
from nodes import covariance, sounds_spatial, transform, views_spatial

GRID = Grid(16000, 512, 128, "hann", 512, 8000)
PLANE = Power(np.zeros((1, GRID.bins, GRID.frames)), GRID)
OVER_FREQUENCY = (views_spatial.covariance_rank, views_spatial.covariance_direction)


def places(*degrees: float, spread: float = 0.0, delay: float = 0.0) -> Covariance:
    peaks = Peaks(
        np.array(degrees), np.ones(len(degrees)), "°", tuple(f"at {angle:g}" for angle in degrees),
        np.full(len(degrees), delay), "ms",
    )  # fmt: skip
    return covariance.steering(peaks, PLANE, spread=spread)


def flat(channels: int) -> Covariance:
    return Covariance(np.broadcast_to(np.eye(channels), (GRID.bins, channels, channels)), GRID)


def test_a_source_at_one_place_is_a_line_at_its_angle() -> None:
    picture = views_spatial.covariance_picture(places(20, 70))
    assert [line.name for line in picture.lines] == ["at 20", "at 70"]
    for line, angle in zip(picture.lines, (20, 70), strict=True):
        np.testing.assert_allclose(line.y, np.tan(np.deg2rad(angle)) * line.x, atol=2e-3)
        assert np.hypot(line.x, line.y).max() == pytest.approx(np.sqrt(2), rel=1e-4)


def test_sound_from_everywhere_is_a_circle() -> None:
    (line,) = views_spatial.covariance_picture(flat(2)).lines
    np.testing.assert_allclose(np.hypot(line.x, line.y), 1, rtol=1e-5)
    assert (line.x[0], line.y[0]) == pytest.approx((line.x[-1], line.y[-1]))


def test_each_band_has_an_ellipse_of_every_source() -> None:
    picture = views_spatial.covariance_bands(places(20, 70, spread=0.1))
    titles = ["below 250 Hz", "250 to 1000 Hz", "1000 to 4000 Hz", "above 4000 Hz"]
    assert [panel.title for panel in picture.pictures] == titles
    for panel in picture.pictures:
        assert isinstance(panel, Curves)
        assert [line.name for line in panel.lines] == ["at 20", "at 70"]


def test_rank_and_direction_say_what_is_in_the_matrices() -> None:
    value = places(20, 70, spread=0.1)
    for line in views_spatial.covariance_rank(value).lines:
        np.testing.assert_allclose(line.y, 0.1 / 1.9, rtol=1e-4)
    for line, angle in zip(views_spatial.covariance_direction(value).lines, (20, 70), strict=True):
        np.testing.assert_allclose(line.y, angle, atol=0.01)
    # Half a turn between the channels reverses one of them.
    delayed = views_spatial.covariance_direction(places(20, delay=0.5)).lines[0]
    assert delayed.y[np.argmin(np.abs(delayed.x - 1000))] == pytest.approx(-20, abs=1)


@pytest.mark.parametrize("channels", [1, 3, 6])
def test_other_numbers_of_channels_show_the_share_of_the_strongest_direction(channels: int) -> None:
    (line,) = views_spatial.covariance_picture(flat(channels)).lines
    np.testing.assert_allclose(line.y, 1 / channels, rtol=1e-6)


@pytest.mark.parametrize("view", OVER_FREQUENCY)
def test_a_lens_is_obeyed(view: Any) -> None:
    picture = view(places(20, 70), lens=Lens(1000, 3000, columns=10))
    assert picture.x.start <= 1000 < 3000 <= picture.x.stop < 3100
    assert all(len(line.x) <= 10 for line in picture.lines)
    ellipses = views_spatial.covariance_picture(places(20), lens=Lens(columns=10))
    assert len(ellipses.lines[0].x) <= 10


def test_nothing_known_draws_finite_lines() -> None:
    for value in (np.zeros((GRID.bins, 2, 2)), np.full((GRID.bins, 2, 2), np.nan)):
        one = Covariance(value, GRID)
        pictures = [views_spatial.covariance_picture(one), *(view(one) for view in OVER_FREQUENCY)]
        for picture in pictures:
            assert all(np.isfinite([line.x, line.y]).all() for line in picture.lines)


def test_one_hears_what_places_alone_tell_apart() -> None:
    rng = np.random.default_rng(0)
    value = places(20, 70, spread=0.01)
    sounds = Audio(rng.standard_normal((2, GRID.length)), GRID.rate)
    mixture = transform.stft(sounds, n_fft=GRID.n_fft, hop=GRID.hop)
    clips = sounds_spatial.covariance_sound(value, mixture=mixture)
    assert [clip.name for clip in clips] == ["at 20", "at 70"]
    np.testing.assert_allclose(sum(clip.data for clip in clips), sounds.data, atol=1e-4)
    picked = sounds_spatial.covariance_sound(
        value, mixture=mixture, selection=Selection(parts=("at 70",))
    )
    assert [clip.name for clip in picked] == ["at 70"]
    with pytest.raises(ValueError, match="covariance has 3 channels, mixture has 2 channels"):
        sounds_spatial.covariance_sound(flat(3), mixture=mixture)
