"""Projections are seen and heard: a few of them, each named after the place that is silent in it."""

from __future__ import annotations

import numpy as np
import pytest

import nodegraph
from nodegraph.marks import Box, Selection
from nodegraph.registry import discover
from nodegraph.values import Audio, Projections
from nodegraph.views import Heatmap, Lens
from nodes import projections, transform, views_projections
from tests import benches

FEW = ["without 0°", "without 20°", "without 40°", "without 50°", "without 70°", "without 90°"]


def seen(*degrees: float, **knobs: float) -> Projections:
    images = benches.at(*degrees, rate=8000, seconds=1.0)
    spectrum = transform.stft(benches.mixed(images), n_fft=512, hop=128)
    return projections.projections(spectrum, **knobs)  # type: ignore[arg-type]


def titles(value: Projections) -> list[str]:
    return [str(picture.title) for picture in views_projections.projections_picture(value).pictures]


def test_a_few_of_many_are_shown_from_one_side_to_the_other() -> None:
    value = seen(40.0)
    picture = views_projections.projections_picture(value)
    assert titles(value) == FEW
    assert picture.title == "6 of 10 projections"
    assert titles(seen(40.0, directions=3)) == ["without 0°", "without 45°", "without 90°"]


def test_of_many_delays_those_of_none_are_shown() -> None:
    value = seen(40.0, directions=4, delays=3, max_delay=0.5)
    assert titles(value) == [f"without {place}°, 0 ms" for place in (0, 30, 60, 90)]
    assert "4 of 12" in views_projections.projections_picture(value).title


def test_the_projection_that_cancels_the_source_is_dark_and_silent() -> None:
    value = seen(40.0)
    levels = []
    for picture in views_projections.projections_picture(value).pictures:
        assert isinstance(picture, Heatmap)
        levels.append(picture.data.max())
    assert max(levels) == pytest.approx(0, abs=1e-3)
    assert levels[2] < -100
    clips = views_projections.projections_sound(value)
    assert [clip.name for clip in clips] == FEW
    loud = [np.abs(clip.data).max() for clip in clips]
    assert loud[2] < 1e-5 * max(loud)
    assert clips[0].data.shape == (1, 8000)


def test_without_the_outermost_places_one_hears_one_channel() -> None:
    images = benches.at(20.0, 70.0, rate=8000, seconds=1.0)
    mixture = benches.mixed(images)
    clips = views_projections.projections_sound(seen(20.0, 70.0))
    np.testing.assert_allclose(clips[0].data[0], -mixture.data[1], atol=1e-4)
    np.testing.assert_allclose(clips[-1].data[0], mixture.data[0], atol=1e-4)


def test_a_lens_gives_no_more_cells_than_it_asks_for_and_keeps_the_range() -> None:
    value = seen(20.0, 70.0)
    whole = views_projections.projections_picture(value)
    part = views_projections.projections_picture(
        value, lens=Lens(0.2, 0.5, 100.0, 2000.0, rows=20, columns=10)
    )
    for picture, other in zip(part.pictures, whole.pictures, strict=True):
        assert isinstance(picture, Heatmap)
        assert isinstance(other, Heatmap)
        assert picture.data.shape[0] <= 20
        assert picture.data.shape[1] <= 10
        assert picture.top == pytest.approx(other.top, abs=1e-4)


def test_marks_choose_what_is_heard() -> None:
    clips = views_projections.projections_sound(
        seen(20.0, 70.0), selection=Selection((Box(0.4, 0.6, 0.0, 4000.0),))
    )
    assert not clips[0].data[0, :2000].any()
    assert clips[0].data[0, 4000:4500].any()


def test_silence_has_a_picture_and_a_sound() -> None:
    silent = transform.stft(Audio(np.zeros((2, 800)), 8000), n_fft=128, hop=32)
    value = projections.projections(silent)
    for picture in views_projections.projections_picture(value).pictures:
        assert isinstance(picture, Heatmap)
        assert np.isfinite(picture.data).all()
    assert not any(clip.data.any() for clip in views_projections.projections_sound(value))


def test_the_program_knows_how_to_show_and_play_them() -> None:
    value = seen(40.0)
    found = discover().views(value)
    assert "" in found
    assert nodegraph.discover() is not None
