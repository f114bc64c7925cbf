"""Surround: known gains at known places, power that is kept, and the standard's sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.engine.listening import folded
from nodes.dsp import remix, surround
from nodes.dsp.surround import BACK_LEFT, BACK_RIGHT, CENTRE, LEFT, LOW, RIGHT

HALF = np.sqrt(0.5)
RATE = 8000


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def power(sound: np.ndarray) -> float:
    return float(np.square(sound, dtype=float).sum())


# Gains


@given(st.floats(-180, 180))
def test_the_squares_of_the_gains_sum_to_one_everywhere(azimuth: float):
    gains = surround.around(azimuth)
    assert np.sum(gains**2) == pytest.approx(1, abs=1e-12)
    assert np.all(gains >= 0)
    assert np.count_nonzero(gains) <= 2
    assert gains[LOW] == 0


@given(st.floats(-180, 180))
def test_the_vectors_of_the_speakers_point_to_the_place(azimuth: float):
    gains = surround.around(azimuth)
    places = np.deg2rad(list(surround.SPEAKERS.values()))
    total = np.sum(gains[list(surround.SPEAKERS)] * np.exp(1j * places))
    assert np.exp(1j * np.deg2rad(azimuth)) == pytest.approx(total / abs(total), abs=1e-9)


@given(st.floats(0, 180))
def test_left_and_right_are_mirrored(azimuth: float):
    mirrored = surround.around(-azimuth)[[RIGHT, LEFT, CENTRE, LOW, BACK_RIGHT, BACK_LEFT]]
    assert surround.around(azimuth) == pytest.approx(mirrored, abs=1e-12)


def test_gains_at_places_that_are_known():
    for channel, place in surround.SPEAKERS.items():
        assert np.array_equal(surround.around(place), np.eye(6)[channel])
    between = {(15.0, LEFT, CENTRE), (-15.0, CENTRE, RIGHT), (70.0, LEFT, BACK_LEFT), (180.0, BACK_LEFT, BACK_RIGHT)}  # fmt: skip
    for place, one, other in between:
        gains = surround.around(place)
        assert gains[[one, other]] == pytest.approx([HALF, HALF])
    assert surround.around(180) == pytest.approx(surround.around(-180))


@pytest.mark.parametrize("width", [0, 20, 60, 120, 180])
@pytest.mark.parametrize("azimuth", [0, 15, 30, -75, 110, 180])
def test_an_image_keeps_its_power_wherever_and_however_wide_it_is(azimuth: float, width: float):
    wide = noise(2, 4000) * [[1.0], [0.4]] + 0.7 * noise(1, 4000, seed=1)
    for image in (wide, remix.vector(20)[:, np.newaxis] * noise(1, 4000), wide * [[1], [-1]]):
        towards = remix.direction(image)
        matrix = surround.placed(towards, azimuth, width)
        made = matrix @ image
        assert power(made) == pytest.approx(power(image), rel=1e-9)
        shares = np.square(made).sum(axis=1) / power(made)
        assert surround.levels(matrix, towards) ** 2 == pytest.approx(shares, abs=1e-9)


def test_a_point_at_a_speaker_is_that_speaker_alone_and_the_source_itself():
    q = noise(1, 1000).astype(float)
    image = remix.vector(20)[:, np.newaxis] * q
    matrix = surround.placed(remix.direction(image), 110, 0)
    made = matrix @ image
    assert np.abs(made[BACK_LEFT] - q[0]).max() < 1e-9
    assert not made[[LEFT, RIGHT, CENTRE, LOW, BACK_RIGHT]].any()


def test_sixty_degrees_wide_in_front_is_stereo_turned_to_the_middle():
    image = noise(2, 3000)
    towards = remix.direction(image)
    made = surround.placed(towards, 0, 60) @ image
    assert np.allclose(made[[LEFT, RIGHT]], remix.turn(45 - towards.angle) @ image, atol=1e-6)
    assert not made[[CENTRE, LOW, BACK_LEFT, BACK_RIGHT]].any()


def test_uncorrelated_sources_sum_in_power():
    angles, places = (20, 45, 70, 10), (0, 45, -100, 180)
    images = [remix.vector(a)[:, np.newaxis] * noise(1, 200_000, seed=a) for a in angles]
    matrices = [
        surround.placed(remix.direction(image), place, 0)
        for image, place in zip(images, places, strict=True)
    ]
    made = surround.upmixed(images, matrices)
    assert power(made) == pytest.approx(sum(map(power, images)), rel=0.01)


# Upmix


def test_stereo_left_where_it_is_passes_bit_for_bit():
    image = noise(2, 1000)
    made = surround.upmixed([image], [surround.front(2)])
    assert np.array_equal(made[[LEFT, RIGHT]], image)
    assert not made[2:].any()
    mono = noise(1, 1000)
    assert np.array_equal(surround.upmixed([mono], [surround.front(1)])[CENTRE], mono[0])


def test_the_noise_has_energy_one_and_the_two_sides_differ():
    left, right = (surround.velvet(44100, 0, side) for side in (0, 1))
    assert np.sum(left**2) == pytest.approx(1)
    assert abs(np.sum(left * right)) < 0.4
    assert not np.array_equal(left, surround.velvet(44100, 1, 0))
    assert np.array_equal(left, surround.velvet(44100, 0, 0))
    for rate in (1000, 8000, 96000):
        assert np.sum(surround.velvet(rate, 3, 0) ** 2) == pytest.approx(1)


def test_what_is_heard_from_behind_is_diffuse_late_and_as_loud_as_asked():
    same = np.repeat(noise(1, 60_000), 2, axis=0)
    made = surround.upmixed([0 * same], [surround.front(2)], same, RATE, rear=0.5, late=0.02)
    behind = made[[BACK_LEFT, BACK_RIGHT]]
    assert not behind[:, : round(0.02 * RATE)].any()
    assert not made[[LEFT, RIGHT, CENTRE, LOW]].any()
    levels = 10 * np.log10(np.mean(behind**2, axis=1) / np.mean(same[0] ** 2))
    assert levels == pytest.approx(20 * np.log10(0.5), abs=0.5)
    assert abs(np.corrcoef(behind)[0, 1]) < 0.4
    mono = surround.upmixed([0 * same], [surround.front(2)], same[:1], RATE, rear=0.5, late=0.02)
    assert np.array_equal(mono, made)


@pytest.mark.parametrize(("hertz", "level"), [(30, 0), (120, -6.02), (240, -24.6), (480, -48.2)])
def test_the_low_channel_is_that_of_linkwitz_and_riley(hertz: float, level: float):
    tone = np.cos(2 * np.pi * hertz * np.arange(4 * RATE) / RATE)[np.newaxis].astype(np.float32)
    made = surround.upmixed([tone], [surround.front(1)], rate=RATE, low=0.5)
    steady = slice(RATE, 3 * RATE)
    found = 10 * np.log10(
        np.mean(made[LOW, steady].astype(float) ** 2) / np.mean(tone[0, steady] ** 2)
    )
    assert found == pytest.approx(level - 6.02, abs=0.5)
    assert np.array_equal(made[CENTRE], tone[0])


def test_blocks_are_the_whole(monkeypatch: pytest.MonkeyPatch):
    images = [noise(2, 5000, seed=seed) for seed in range(3)]
    matrices = [surround.placed(remix.direction(image), 40, 30) for image in images]
    call = lambda: surround.upmixed(images, matrices, images[0], RATE, low=0.3)  # noqa: E731
    whole = call()
    six = surround.downmixed(whole, HALF, 0.5)
    monkeypatch.setattr(surround, "BLOCK", 700)
    assert np.allclose(call(), whole, atol=1e-6)
    assert np.array_equal(surround.downmixed(whole, HALF, 0.5), six)


# Downmix


def test_a_downmix_is_the_sum_of_the_standard():
    channels = noise(6, 500).astype(float)
    left, right, centre, low, back_left, back_right = channels
    made = surround.downmixed(channels, HALF, HALF)
    assert np.allclose(made[0], left + 0.7071068 * centre + 0.7071068 * back_left, atol=1e-5)
    assert np.allclose(made[1], right + 0.7071068 * centre + 0.7071068 * back_right, atol=1e-5)
    mono = surround.downmixed(channels, HALF, HALF, mono=True)
    wanted = HALF * (left + right) + centre + 0.5 * (back_left + back_right)
    assert np.allclose(mono[0], wanted, atol=1e-5)
    assert low.any()


def test_the_player_folds_the_same_way():
    channels = noise(6, 500)
    heard, said = folded(channels)
    assert np.allclose(heard, surround.downmixed(channels, HALF, HALF), atol=1e-6)
    assert "BS.775" in said


def test_a_source_in_the_centre_comes_back_at_its_own_level():
    """C at -3 dB on both sides is what constant power pans to the middle."""
    q = noise(1, 800)
    image = HALF * np.repeat(q, 2, axis=0)
    six = surround.upmixed([image], [surround.placed(remix.direction(image), 0, 0)])
    assert np.allclose(surround.downmixed(six, HALF, HALF), image, atol=1e-6)


def test_stacks_are_folded_as_their_singles():
    stack = noise(3, 6, 400)
    made = surround.downmixed(stack, HALF, HALF)
    for one, done in zip(stack, made, strict=True):
        assert np.array_equal(surround.downmixed(one, HALF, HALF), done)


def test_the_noise_colours_little():
    """In octaves from 250 Hz up it is within 3 dB of flat."""
    response = surround.velvet(44100, 0, 0)
    hertz = np.fft.rfftfreq(1 << 15, 1 / 44100)
    spectrum = np.abs(np.fft.rfft(response, 1 << 15)) ** 2
    for low in (250, 500, 1000, 2000, 4000, 8000):
        band = spectrum[(hertz >= low) & (hertz < 2 * low)].mean()
        assert abs(10 * np.log10(band)) < 3, low
    assert np.count_nonzero(response) >= 30
