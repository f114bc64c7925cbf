"""Evidence: masks that are combined, claims that share, bands and places."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.values import Grid, Mask, Power, Spectrogram, stack
from nodes import evidence, mask

Array = NDArray[Any]
How = Literal["evidence", "product", "smallest", "largest", "mean"]
GRID = Grid(8000, 64, 16, "hann", 64, 400)
NAMES = ("place", "melody", "new")
HOWS: tuple[How, ...] = ("evidence", "product", "smallest", "largest", "mean")


class Notes(Context):
    """Keeps what a node says."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


def shares(sources: tuple[str, ...] = NAMES, channels: int = 1, seed: int = 0) -> Mask:
    rng = np.random.default_rng(seed)
    shape = (*([len(sources)] if sources else []), channels, GRID.bins, GRID.frames)
    return Mask(rng.uniform(0, 1, shape).astype(np.float32), GRID, sources)


def constant(*values: float) -> Mask:
    plane = np.ones((1, GRID.bins, GRID.frames), np.float32)
    return Mask(np.stack([np.float32(value) * plane for value in values]), GRID, NAMES)


def spectrum(*sides: Array) -> Spectrogram:
    return Spectrogram(np.stack(sides), GRID)


def noise(seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    shape = (GRID.bins, GRID.frames)
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


# Masks combined


@pytest.mark.parametrize("how", HOWS)
def test_one_mask_alone_stays_as_it_is(how: How):
    only = shares(("place",))
    made = evidence.combine(only, how=how, limit=60)
    assert made.names == ()
    np.testing.assert_allclose(made.data, only.data[0], atol=2e-6)


@pytest.mark.parametrize("how", HOWS)
def test_the_order_of_masks_does_not_matter_and_nothing_is_written_to(how: How):
    masks = shares()
    before = masks.data.copy()
    words = "melody 0.5, new 2"
    turned = Mask(masks.data[::-1].copy(), GRID, NAMES[::-1])
    first = evidence.combine(masks, how=how, weights=words)
    np.testing.assert_allclose(
        first.data, evidence.combine(turned, how=how, weights=words).data, atol=2e-6
    )
    np.testing.assert_array_equal(masks.data, before)


def test_evidence_multiplies_odds():
    made = evidence.combine(constant(0.8, 0.6, 0.5), weights="melody 2", prior=-3)
    odds = 4 * 1.5**2 * 10**-0.3
    np.testing.assert_allclose(made.data, odds / (1 + odds), rtol=1e-5)


def test_a_half_says_nothing_and_a_negative_weight_turns_a_hint_round():
    assert np.allclose(evidence.combine(constant(0.5, 0.5, 0.5)).data, 0.5)
    turned = evidence.combine(constant(0.9, 0.5, 0.5), weights="place -1").data
    np.testing.assert_allclose(turned, 0.1, rtol=1e-5)


def test_no_hint_counts_more_than_the_limit():
    made = evidence.combine(constant(1, 0.5, 0.5), limit=10).data
    np.testing.assert_allclose(made, 10 / 11, rtol=1e-5)
    # So two that contradict each other leave the third to decide.
    made = evidence.combine(constant(1, 0, 0.7), limit=30).data
    np.testing.assert_allclose(made, 0.7, rtol=1e-4)


def test_the_inverse_of_all_hints_is_the_inverse_of_the_mask():
    masks = shares()
    inverse = Mask(1 - masks.data, GRID, NAMES)
    total = evidence.combine(masks, prior=4).data + evidence.combine(inverse, prior=-4).data
    np.testing.assert_allclose(total, 1, atol=1e-5)


def test_product_smallest_largest_and_mean_are_what_they_are_called():
    masks = shares()
    a, b, _ = masks.data
    words = "place 0.5, new 0"
    for how, expected in {
        "product": np.sqrt(a) * b,
        "smallest": np.minimum(np.sqrt(a), b),
        "largest": np.ones_like(a),  # m^0 is 1
        "mean": (0.5 * a + b) / 1.5,
    }.items():
        made = evidence.combine(masks, how=how, weights=words).data  # type: ignore[arg-type]
        np.testing.assert_allclose(made, expected, atol=2e-6, err_msg=how)
    np.testing.assert_array_equal(
        evidence.combine(masks, how="largest").data, masks.data.max(axis=0)
    )


@pytest.mark.parametrize(
    ("words", "how", "said"),
    [
        ("voice 1", "evidence", "'voice 1' is not a mask and a number; there are place, melody"),
        ("place", "evidence", "'place' is not a mask"),
        ("place much", "evidence", "place must be a number from -100 to 100, got 'much'"),
        ("place nan", "evidence", "place must be a number"),
        ("place -1", "product", "place must be a number from 0 to 100"),
        ("place 0, melody 0, new 0", "mean", "a mean needs one mask that counts"),
    ],
)
def test_weights_that_mean_nothing_are_refused(words: str, how: How, said: str):
    with pytest.raises(ValueError, match=said):
        evidence.combine(shares(), how=how, weights=words)


# Claims that share


def test_masks_with_a_rest_sum_to_one_and_keep_their_odds_against_it():
    claims = shares()
    made = evidence.with_rest(claims, rest="others")
    assert made.names == (*NAMES, "others")
    np.testing.assert_allclose(made.data.sum(axis=0), 1, atol=1e-6)
    np.testing.assert_allclose(
        made.data[:3] / made.data[3], claims.data / (1 - claims.data), rtol=1e-3
    )


def test_one_claim_gives_itself_and_its_inverse():
    claim = shares(("vocals",))
    made = evidence.with_rest(claim)
    np.testing.assert_allclose(made.pick("vocals").data, claim.data[0], atol=2e-6)
    np.testing.assert_allclose(made.pick("rest").data, 1 - claim.data[0], atol=2e-6)


def test_two_that_are_both_certain_share_and_where_nobody_claims_all_is_rest():
    made = evidence.with_rest(constant(1, 1, 0)).data
    np.testing.assert_allclose(made[:, 0, 0, 0], [0.5, 0.5, 0, 0], atol=1e-5)
    made = evidence.with_rest(constant(0, 0, 0)).data
    np.testing.assert_array_equal(made[:, 0, 0, 0], [0, 0, 0, 1])


@pytest.mark.parametrize("name", ["place", " ", ""])
def test_the_rest_needs_a_name_of_its_own(name: str):
    with pytest.raises(ValueError, match=r"rest: .* must be a name that no mask has"):
        evidence.with_rest(shares(), rest=name)


# Bands


def test_a_band_keeps_what_lies_from_one_edge_to_the_other():
    plane = spectrum(noise())
    made = evidence.band(plane, low=500, high=1500)
    inside = (GRID.frequencies >= 500) & (GRID.frequencies <= 1500)
    np.testing.assert_array_equal(made.data[0], np.repeat(inside[:, np.newaxis], GRID.frames, 1))
    inverse = evidence.band(plane, low=500, high=1500, invert=True)
    np.testing.assert_array_equal(made.data + inverse.data, 1)


def test_a_band_without_an_upper_edge_goes_to_the_top():
    made = evidence.band(Power(np.ones((1, GRID.bins, GRID.frames)), GRID), low=0)
    assert made.data.all()
    with pytest.raises(ValueError, match=r"low \(2000 Hz\) must be at most high \(1000 Hz\)"):
        evidence.band(spectrum(noise()), low=2000, high=1000)


# Places


@pytest.mark.parametrize("angle", [0, 20, 45, 70, 90])
def test_what_stands_at_the_place_has_one_and_what_stands_across_has_none(angle: float):
    one, radians = noise(), np.deg2rad(angle)
    there = spectrum(np.cos(radians) * one, np.sin(radians) * one)
    across = spectrum(-np.sin(radians) * one, np.cos(radians) * one)
    np.testing.assert_allclose(evidence.place(there, at=angle).data, 1, atol=1e-5)
    np.testing.assert_allclose(evidence.place(across, at=angle).data, 0, atol=1e-5)


def test_it_is_mid_against_side_in_the_middle_and_falls_with_the_distance():
    plane = spectrum(noise(1), noise(2))
    mid, side = (np.abs(plane.data[0] + sign * plane.data[1]) ** 2 for sign in (1, -1))
    np.testing.assert_allclose(evidence.place(plane).data[0], mid / (mid + side), atol=1e-5)
    made = [evidence.place(spectrum(np.cos(a) * noise(), np.sin(a) * noise()), at=30).data.mean()
            for a in np.deg2rad([30, 40, 60, 80])]  # fmt: skip
    np.testing.assert_allclose(made, np.cos(np.deg2rad([0, 10, 30, 50])) ** 2, atol=1e-5)


def test_silence_says_nothing_and_loudness_does_not_matter():
    silent = np.zeros((GRID.bins, GRID.frames))
    assert np.all(evidence.place(spectrum(silent, silent)).data == 0.5)
    plane = spectrum(noise(1), noise(2))
    faint = plane.like(plane.data * np.float32(2.0**-60))
    np.testing.assert_allclose(evidence.place(faint).data, evidence.place(plane).data, atol=1e-6)


def test_one_channel_stands_in_the_middle_as_two_that_are_the_same_do():
    notes = Notes()
    for angle in (0, 30, 45):
        one = evidence.place(spectrum(noise()), at=angle, context=notes)
        np.testing.assert_array_equal(
            one.data, evidence.place(spectrum(noise(), noise()), at=angle).data
        )
        np.testing.assert_allclose(one.data, np.cos(np.deg2rad(45 - angle)) ** 2, atol=1e-5)
    assert set(notes.said) == {"one channel alone: all of it stands in the middle"}


def test_more_than_two_channels_are_refused():
    with pytest.raises(ValueError, match="this spectrogram has 3 channels"):
        evidence.place(spectrum(noise(), noise(), noise()))


def test_a_stack_equals_its_singles():
    planes = {"a": spectrum(noise(1), noise(2)), "b": spectrum(noise(3), noise(4))}
    made = evidence.place(stack(planes), at=30)  # type: ignore[arg-type]
    for name, plane in planes.items():
        np.testing.assert_array_equal(made.pick(name).data, evidence.place(plane, at=30).data)


def test_hints_of_two_sources_divide_a_mixture_without_loss():
    """As the graphs wire it: hints, claims, masks, estimates."""
    plane = spectrum(noise(1), noise(2))
    hint = shares(("place", "new"))
    claims = {
        "vocals": evidence.combine(hint, weights="new 0.4"),
        "drums": evidence.combine(hint, weights="place -1"),
    }
    made = mask.apply(plane, evidence.with_rest(stack(claims)))  # type: ignore[arg-type]
    assert made.names == ("vocals", "drums", "rest")
    np.testing.assert_allclose(made.data.sum(axis=0), plane.data, atol=1e-5)
