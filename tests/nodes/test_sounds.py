"""What one hears: whole, in parts that add up to it, and only the bins that were marked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.marks import Box, Brush, Marks, Selection
from nodegraph.registry import discover
from nodegraph.values import (
    Array,
    Audio,
    Factors,
    Field,
    Grid,
    Histogram,
    Kernel,
    Mask,
    Number,
    Power,
    Spectrogram,
    Value,
)
from nodegraph.views import Clip
from nodes import marking, mask, position, sounding, sounds, transform

RATE = 8000
LENGTH = 20_001
EVERYTHING = Selection()


def noise(channels: int = 2, length: int = LENGTH, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal((channels, length)).astype(np.float32)


def spectrum(channels: int = 2, length: int = LENGTH, seed: int = 0, **kind: Any) -> Spectrogram:
    settings = {"n_fft": 256, "hop": 64} | kind
    return transform.stft(Audio(noise(channels, length, seed), RATE), **settings)


MIXTURE = spectrum()
GRID = MIXTURE.grid


def masks(seed: int = 0) -> Mask:
    share = np.random.default_rng(seed).random(MIXTURE.data.shape).astype(np.float32)
    return Mask(np.stack([share, 1 - share]), GRID, ("a", "b"))


def factors(rank: int = 4, channels: int = 2) -> Factors:
    rng = np.random.default_rng(0)
    w, h = rng.random((channels, GRID.bins, rank)), rng.random((rank, GRID.frames))
    w[:, :10] = 0
    h[:, :5] = 0
    return Factors(w, h, GRID)


def only(clips: tuple[Clip, ...]) -> Clip:
    (clip,) = clips
    return clip


# Whole


@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize("length", [1, 63, 64, 20_001])
def test_a_spectrogram_sounds_like_what_it_was_made_from(channels: int, length: int):
    value = spectrum(channels, length)
    clip = only(sounds.spectrogram_sound(value))
    np.testing.assert_allclose(clip.data, noise(channels, length), atol=1e-5)
    assert clip.rate == RATE
    assert clip.data.dtype == np.float32
    assert (clip.name, clip.how) == ("", "")


@pytest.mark.parametrize(
    "kind", [{"hop": 100}, {"hop": 256, "window": "boxcar"}, {"window_length": 200, "hop": 70}]
)
@pytest.mark.parametrize("block", [1, 7, 1024])
def test_stretches_join_without_a_seam(
    kind: dict[str, Any], block: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sounding, "FRAMES", block)
    value = spectrum(length=3000, **kind)
    np.testing.assert_allclose(
        only(sounds.spectrogram_sound(value)).data, noise(length=3000), atol=1e-5
    )


def test_sound_is_played_as_it_is():
    value = Audio(np.stack([noise(), noise(seed=1)]), RATE, ("a", "b"))
    clips = sounds.audio_sound(value)
    assert [clip.name for clip in clips] == ["a", "b"]
    np.testing.assert_array_equal(clips[1].data, value.data[1])
    (one,) = sounds.audio_sound(value, selection=Selection(parts=("b",)))
    assert one.name == "b"
    (one,) = sounds.audio_sound(value, selection=Selection(parts=("b",), invert=True))
    assert one.name == "a"
    with pytest.raises(ValueError, match="no source 'c'; there is: a, b"):
        sounds.audio_sound(value, selection=Selection(parts=("c",)))


@pytest.mark.parametrize("exponent", [1.0, 2.0, 0.5])
def test_strengths_have_the_phase_of_the_mixture(exponent: float):
    power = Power(np.abs(MIXTURE.data) ** exponent, GRID, (), exponent)
    clip = only(sounds.power_sound(power, mixture=MIXTURE))
    np.testing.assert_allclose(clip.data, noise(), atol=2e-4)
    assert clip.how == "with the phase of the mixture"


def test_a_mixture_too_weak_to_divide_by_has_no_phase():
    mixture = MIXTURE.like((MIXTURE.data.astype(complex) * 1e-41).astype(np.complex64))
    clip = only(sounds.power_sound(Power(np.abs(MIXTURE.data), GRID, (), 1.0), mixture=mixture))
    assert np.isfinite(clip.data).all()


def test_masks_let_their_share_through_and_the_shares_add_up():
    clips = sounds.mask_sound(masks(), mixture=MIXTURE)
    assert [clip.name for clip in clips] == ["a", "b"]
    assert clips[0].how == "mask applied to the mixture"
    np.testing.assert_allclose(sum(clip.data for clip in clips), noise(), atol=1e-5)
    applied = transform.istft(mask.apply(MIXTURE, masks()))
    np.testing.assert_allclose(clips[0].data, applied.data[0], atol=1e-5)


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("exponent", [1.0, 2.0])
def test_parts_add_up_to_the_mixture(channels: int, exponent: float):
    value = factors(4, channels)
    value = Factors(value.templates, value.activations, GRID, exponent)
    clips = sounds.factors_sound(value, mixture=MIXTURE)
    assert [clip.name for clip in clips] == ["part 1", "part 2", "part 3", "part 4"]
    assert clips[0].how == "part's share of the mixture"
    np.testing.assert_allclose(sum(clip.data for clip in clips), noise(), atol=1e-4)


def test_a_part_and_all_others_add_up():
    value, chosen = factors(), ("part 2", "part 3")
    two = sounds.factors_sound(value, mixture=MIXTURE, selection=Selection(parts=chosen))
    assert [clip.name for clip in two] == list(chosen)
    rest = only(
        sounds.factors_sound(value, mixture=MIXTURE, selection=Selection(parts=chosen, invert=True))
    )
    assert rest.name == "rest"
    np.testing.assert_allclose(two[0].data + two[1].data + rest.data, noise(), atol=1e-5)
    with pytest.raises(ValueError, match="no part 'x'"):
        sounds.factors_sound(value, mixture=MIXTURE, selection=Selection(parts=("x",)))


def test_a_part_has_its_share_by_power():
    value = factors(2, 1)
    strengths = [value.templates[..., [k]] @ value.activations[[k]] for k in (0, 1)]
    total = strengths[0] ** 2 + strengths[1] ** 2
    share = np.divide(strengths[0] ** 2, total, out=np.full_like(total, 0.5), where=total > 0)
    true = transform.istft(mask.apply(MIXTURE, Mask(share, GRID))).data
    clip = sounds.factors_sound(value, mixture=MIXTURE, selection=Selection(parts=("part 1",)))[0]
    np.testing.assert_allclose(clip.data, true, atol=1e-5)


def test_very_many_parts_are_played_together():
    clip = only(sounds.factors_sound(factors(17), mixture=MIXTURE))
    assert clip.how == "all parts together"
    np.testing.assert_allclose(clip.data, noise(), atol=1e-5)


# Places


def test_a_band_of_angles_plays_who_stands_there():
    left, right = noise(1, seed=1), noise(1, seed=2)
    sound = np.concatenate([left * math.cos(0.3), left * math.sin(0.3)])
    sound[:, LENGTH // 2 :] = 0
    other = np.concatenate([right * math.cos(1.2), right * math.sin(1.2)])
    other[:, : LENGTH // 2 + 512] = 0
    mixture = transform.stft(Audio(sound + other, RATE), n_fft=256, hop=64)
    where = position.angle(mixture)
    histogram = position.histogram(where.angle, where.weight)
    band = Selection(band=(60.0, 80.0))
    clip = only(
        sounds.histogram_sound(histogram, angle=where.angle, mixture=mixture, selection=band)
    )
    np.testing.assert_allclose(clip.data, other, atol=1e-4)
    assert clip.how == "bins of the mixture from 60 to 80 °"
    field = only(sounds.field_sound(where.angle, mixture=mixture, selection=band))
    np.testing.assert_array_equal(field.data, clip.data)
    rest = only(
        sounds.field_sound(
            where.angle, mixture=mixture, selection=Selection(band=(60.0, 80.0), invert=True)
        )
    )
    np.testing.assert_allclose(rest.data + clip.data, sound + other, atol=1e-5)
    assert "not from 60" in rest.how
    whole = only(sounds.field_sound(where.angle, mixture=mixture))
    np.testing.assert_allclose(whole.data, sound + other, atol=1e-5)


def test_a_band_of_a_circle_may_go_over_its_end():
    angle = np.zeros((1, GRID.bins, GRID.frames), np.float32)
    angle[:, ::2] = 88
    angle[:, 1::4] = -88
    field = Field(angle, GRID, (), position.PRINCIPAL, "°")
    over = only(sounds.field_sound(field, mixture=MIXTURE, selection=Selection(band=(80.0, -80.0))))
    kept = np.abs(angle) == 88
    true = transform.istft(mask.apply(MIXTURE, Mask(kept, GRID)))
    np.testing.assert_allclose(over.data, true.data, atol=1e-5)


# Marks


MARKS: tuple[Marks, ...] = (
    (Box(0.5, 1.0, 500, 2000),),
    (Box(-1, 99, -100, 99_999),),
    (Box(0.3, 0.3, 440, 440),),
    (Brush(0.05, 200, ((0.2, 300.0), (1.0, 2000.0), (1.7, 900.0))),),
    (Box(0.2, 2.0, 0, 4000), Box(0.5, 0.7, 1000, 2000, erase=True), Brush(0.1, 99, ((0.6, 1500.0),))),
    (Box(50, 60, 0, 100),),
    (Box(0.1, 0.2, 0, 100, erase=True),),
)  # fmt: skip


@pytest.mark.parametrize("marks", MARKS)
def test_what_is_marked_and_what_is_not_add_up_to_the_whole(marks: Marks):
    clips = [
        only(sounds.spectrogram_sound(MIXTURE, selection=Selection(marks, invert=invert)))
        for invert in (False, True)
    ]
    np.testing.assert_allclose(clips[0].data + clips[1].data, noise(), atol=1e-5)
    assert clips[0].data.shape == noise().shape


@pytest.mark.parametrize("marks", MARKS)
@pytest.mark.parametrize("block", [5, 1024])
def test_what_is_marked_sounds_like_a_mask_of_it(
    marks: Marks, block: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sounding, "FRAMES", block)
    plane = marking.marked(marks, GRID)
    true = transform.istft(mask.apply(MIXTURE, Mask(plane[np.newaxis], GRID))).data
    clip = only(sounds.spectrogram_sound(MIXTURE, selection=Selection(marks)))
    np.testing.assert_allclose(clip.data, true, atol=1e-5)


def test_every_kind_of_value_plays_only_what_is_marked():
    marks = (Box(0.5, 0.8, 500, 2000),)
    plane = marking.marked(marks, GRID)
    inside = Selection(marks)
    true = transform.istft(mask.apply(MIXTURE, Mask(plane[np.newaxis], GRID))).data
    power = Power(np.abs(MIXTURE.data), GRID, (), 1.0)
    angle = position.angle(MIXTURE).angle
    made = [
        sounds.power_sound(power, mixture=MIXTURE, selection=inside),
        sounds.mask_sound(masks(), mixture=MIXTURE, selection=inside),
        sounds.factors_sound(factors(), mixture=MIXTURE, selection=inside),
        sounds.field_sound(angle, mixture=MIXTURE, selection=inside),
    ]
    for clips in made:
        np.testing.assert_allclose(sum(clip.data for clip in clips), true, atol=2e-4)


def test_marks_on_plain_sound_pick_bins_of_it():
    value = Audio(noise(), RATE)
    grid = Grid(RATE, 2048, 512, "hann", 2048, LENGTH)
    for marks in MARKS:
        plane = marking.marked(marks, grid)
        whole = transform.stft(value, n_fft=2048, hop=512)
        true = transform.istft(mask.apply(whole, Mask(plane[np.newaxis], grid))).data
        clip = only(sounds.audio_sound(value, selection=Selection(marks)))
        np.testing.assert_allclose(clip.data, true, atol=1e-5)
        rest = only(sounds.audio_sound(value, selection=Selection(marks, invert=True)))
        np.testing.assert_allclose(clip.data + rest.data, noise(), atol=1e-5)


def test_only_frames_that_sound_are_transformed():
    seen: list[slice] = []
    long = Grid(RATE, 256, 64, "hann", 256, RATE * 3600)

    def spectrum(frames: slice) -> Array:
        seen.append(frames)
        return np.zeros((2, long.bins, frames.stop - frames.start), np.complex64)

    data = sounding.sounding(spectrum, long, slice(100_000, 100_300))
    assert data.shape == (2, RATE * 3600)
    assert sum(part.stop - part.start for part in seen) < 400


def test_a_marked_tone_is_heard_and_its_neighbour_is_not():
    time = np.arange(LENGTH) / RATE
    low, high = np.sin(2 * np.pi * 500 * time), np.sin(2 * np.pi * 2500 * time)
    sound = np.stack([low + high]).astype(np.float32)
    plane = transform.stft(Audio(sound, RATE), n_fft=1024, hop=256)
    selection = Selection((Box(-1, 9, 300, 700),))
    clip = only(sounds.spectrogram_sound(plane, selection=selection))
    np.testing.assert_allclose(clip.data[0, 1000:-1000], low[1000:-1000], atol=2e-3)


# Any value


@settings(max_examples=30, deadline=None)
@given(
    start=st.floats(-1, 4), size=st.floats(0, 3), low=st.floats(-100, 5000),
    wide=st.floats(0, 5000), invert=st.booleans(),
)  # fmt: skip
def test_any_box_is_silent_where_it_is_far(
    start: float, size: float, low: float, wide: float, invert: bool
):
    box = Box(start, start + size, low, low + wide)
    clip = only(sounds.spectrogram_sound(MIXTURE, selection=Selection((box,), invert=invert)))
    assert clip.data.shape == (2, LENGTH)
    assert np.isfinite(clip.data).all()
    far = 3 * GRID.window_length / RATE
    if not invert:
        before = clip.data[:, : max(0, int((start - far) * RATE))]
        after = clip.data[:, max(0, int((start + size + far) * RATE)) :]
        assert not before.any()
        assert not after.any()


def test_grids_that_differ_are_refused_in_one_line():
    other = spectrum(length=100)
    calls: list[Any] = [
        lambda: sounds.mask_sound(masks(), mixture=other),
        lambda: sounds.factors_sound(factors(), mixture=other),
        lambda: sounds.power_sound(Power(np.ones(MIXTURE.data.shape), GRID), mixture=other),
        lambda: sounds.field_sound(position.angle(MIXTURE).angle, mixture=other),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"is on .*, mixture on") as caught:
            call()
        assert "\n" not in str(caught.value)


def test_a_mixture_of_several_sources_is_their_sum():
    both = Spectrogram(np.stack([MIXTURE.data, MIXTURE.data]), GRID, ("a", "c"))
    (a, b) = sounds.mask_sound(masks(), mixture=both)
    plain = sounds.mask_sound(masks(), mixture=MIXTURE)
    np.testing.assert_allclose(a.data, plain[0].data, atol=1e-5)
    np.testing.assert_allclose(b.data, 2 * plain[1].data, atol=1e-5)


SILENT: dict[str, tuple[Value, str]] = {
    "audio": (Audio(np.zeros((1, 0)), RATE), "audio_sound"),
    "spectrogram": (MIXTURE, "spectrogram_sound"),
    "power": (Power(np.ones((1, GRID.bins, GRID.frames)), GRID), "power_sound"),
    "mask": (masks(), "mask_sound"),
    "factors": (factors(), "factors_sound"),
    "histogram": (Histogram(np.ones(3), np.arange(4.0)), "histogram_sound"),
    "field": (Field(np.ones((1, GRID.bins, GRID.frames)), GRID), "field_sound"),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_value_finds_its_sound(name: str):
    value, function = SILENT[name]
    found = discover().sound(value)
    assert found is not None
    assert found.function.__name__ == function
    assert "selection" in found.takes


def test_numbers_and_kernels_do_not_sound():
    types = discover()
    assert types.sound(Number(1.0)) is None
    assert types.sound(Kernel(np.ones((1, 1)))) is None


def test_silence_stays_silent_and_inputs_stay_as_they_are():
    grid = Grid(192_000, 64, 64, "boxcar", 64, 1)
    silent = Spectrogram(np.zeros((1, grid.bins, 1)), grid)
    power = Power(np.zeros((1, grid.bins, 1)), grid)
    model = Factors(np.zeros((1, grid.bins, 2)), np.zeros((2, 1)), grid)
    values: list[Value] = [silent, power, model, MIXTURE, masks()]
    for value in values:
        value.freeze()
    clips = (
        *sounds.spectrogram_sound(silent),
        *sounds.power_sound(power, mixture=silent),
        *sounds.factors_sound(model, mixture=silent),
        *sounds.audio_sound(Audio(np.zeros((8, 0)), RATE)),
        *sounds.audio_sound(Audio(np.zeros((8, 1)), RATE), selection=Selection(MARKS[0])),
    )
    for clip in clips:
        assert not clip.data.any()
    before = MIXTURE.data.copy()
    sounds.spectrogram_sound(MIXTURE, selection=Selection(MARKS[0], invert=True))
    np.testing.assert_array_equal(MIXTURE.data, before)
