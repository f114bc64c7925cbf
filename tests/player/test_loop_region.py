"""A loop region turns without a seam: exactly as long as it is, and without a click."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.player.mixer import SHORTEST
from tests.player.sounds import FADE, RATE, coded, filled, mixer, sine, step, track, where


@pytest.mark.parametrize("block", [64, 441, 5000])
def test_fifty_turns_are_each_exactly_the_region(block):
    m = mixer(a=coded(8000))
    m.loop((0.1, 0.25))
    first, length = 800, 1200
    m.play()
    out = filled(m, 50 * length, block)
    turns = where(out[0]).reshape(50, length)
    assert m.position == first
    assert m.played == 50 * length
    steady = turns[1:, : length - FADE]
    np.testing.assert_array_equal(
        steady, np.broadcast_to(first + np.arange(length - FADE), steady.shape)
    )
    assert turns[0, FADE - 1] == first + FADE - 1


@pytest.mark.parametrize(
    "region", [(0.0, 0.5), (0.1, 0.25), (0.0331, 0.0517), (0.2, 0.2 + SHORTEST)]
)
@pytest.mark.parametrize("phase", [0.0, 1.0, 2.5])
def test_the_seam_is_no_larger_a_step_than_the_material_and_the_fade_make(region, phase):
    # The last of the regions is as long as two fades; the first ends where the material does.
    sound = sine(4000, period=77.7, phase=phase)
    m = mixer(a=sound)
    m.loop(region)
    m.play()
    filled(m, 100)
    out = filled(m, 20_000)
    assert step(out) <= step(sound) + 2 * 0.25 / FADE
    assert np.abs(out).max() <= 0.25 + 1e-6


def test_material_that_is_exactly_the_region_has_no_edge():
    level = np.full((1, 800), 0.5, np.float32)
    m = mixer(a=track(level, start=1.0))
    m.loop((1.0, 1.1))
    m.play()
    filled(m, FADE)
    np.testing.assert_allclose(filled(m, 8000), 0.5, atol=1e-6)


def test_a_jump_to_the_last_moment_of_a_region_does_not_click():
    level = np.full((1, 800), 0.5, np.float32)
    m = mixer(a=level)
    m.loop((0.0, 0.1))
    m.play()
    filled(m, 100)
    m.seek((800 - 3) / RATE)
    np.testing.assert_allclose(filled(m, 500), 0.5, atol=1e-6)


def test_a_region_beyond_the_material_keeps_its_length():
    m = mixer(a=coded(800))
    m.loop((0.05, 0.2))
    m.play()
    turns = filled(m, 10 * 1200).reshape(2, 10, 1200)
    assert not turns[:, :, 400 : 1200 - FADE].any()
    np.testing.assert_array_equal(where(turns[0, 1:, 0]), 400)


def test_the_playhead_is_always_in_the_region():
    m = mixer(a=coded(8000))
    m.seek(0.9)
    m.loop((0.2, 0.4))
    assert m.position == 1600
    m.seek(0.3)
    assert m.position == 2400
    for outside in (0.1, 0.4, 5.0):
        m.seek(outside)
        assert m.position == 1600
    m.seek(0.35)
    m.loop((0.3, 0.5))
    assert m.position == 2800


def test_a_region_may_change_at_any_moment_while_it_plays():
    level = np.full((1, 8000), 0.5, np.float32)
    m = mixer(a=level)
    m.play()
    filled(m, 100)
    for k in range(300):
        m.loop([(0.0, 0.02), (0.01, 0.03), None, (0.5, 0.51)][k % 4])
        np.testing.assert_allclose(filled(m, 7 + k % 31), 0.5, atol=1e-6)


def test_what_is_repeated_no_more_goes_on_to_the_end():
    m = mixer(a=coded(2000))
    m.loop((0.1, 0.2))
    m.play()
    filled(m, 3000)
    m.loop(None)
    out = filled(m, 3000)
    assert not m.playing
    assert where(out[0])[np.flatnonzero(out[0])[-1]] == 1999


@pytest.mark.parametrize(
    "region", [(1, 1), (2, 1), (0, 0.009), (-1, 1), (float("nan"), 1), (0, float("inf"))]
)
def test_a_region_that_is_none_is_refused(region):
    m = mixer(a=coded(800))
    m.loop((0.01, 0.05))
    with pytest.raises(ValueError, match=r"^a loop "):
        m.loop(region)
    assert m.region == (80, 400)


@pytest.mark.parametrize("rate", [10, 100, 1000, 192_000])
def test_the_shortest_region_turns_at_any_rate(rate):
    m = mixer(rate=rate, a=coded(rate))
    m.loop((0.5, 0.5 + SHORTEST))
    m.play()
    out = filled(m, rate)
    first, last = m.region
    assert last - first == max(1, round(SHORTEST * rate))
    assert m.played == rate
    assert out.any()
