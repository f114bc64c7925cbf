"""Kernel additive modelling: what the sheet of methods says of K1 to K3, on notes and drums."""

from __future__ import annotations

from functools import cache

import librosa
import numpy as np
import pytest

from nodegraph.values import Grid, Kernel, Power, Spectrogram
from nodes import additive, covariance, gaussian, kernel, mask, mix, transform
from tests import benches

BARS = {"notes": Kernel(np.ones((1, 31))), "drums": Kernel(np.ones((31, 1)))}


@cache
def spectrum() -> Spectrogram:
    value = transform.stft(benches.bench_c()[0])
    value.freeze()
    return value


@cache
def medians(exponent: float = 1.0) -> Power:
    power = transform.power(spectrum(), exponent=exponent)
    rows = [kernel.median(power, bar).data for bar in BARS.values()]
    value = Power(np.stack(rows), power.grid, tuple(BARS), exponent)
    value.freeze()
    return value


def scored(estimates: Spectrogram) -> list[float]:
    return benches.scores(benches.bench_c()[1], transform.istft(estimates))


def small(seed: int = 0, sources: tuple[str, ...] = (), exponent: float = 1.0) -> Power:
    grid = Grid(44100, 256, 64, "hann", 256, 3000)
    shape = (*([len(sources)] if sources else []), 2, grid.bins, grid.frames)
    value = Power(np.random.default_rng(seed).random(shape, np.float32), grid, sources, exponent)
    value.freeze()
    return value


@cache
def short() -> tuple[Power, Power, Power]:
    """Two seconds of notes and drums in short windows, and their medians: librosa's take long."""
    audio = mix.trim(benches.bench_c()[0], start=1.0, length=2.0)
    power = transform.power(transform.stft(audio, n_fft=512, hop=256), exponent=1.0)
    made = [kernel.median(power, bar) for bar in BARS.values()]
    return power, made[0], made[1]


def librosas(margin: float, power: float) -> tuple[np.ndarray, np.ndarray]:
    return librosa.decompose.hpss(
        short()[0].data[0], kernel_size=31, power=power, margin=margin, mask=True
    )


# Masks with a margin


@pytest.mark.parametrize("margin", [1.0, 2.0, 3.5])
def test_soft_masks_are_those_of_librosa(margin):
    masks = additive.margin(*short()[1:], margin=margin, kind="soft").data
    for mine, theirs in zip(masks[:2, 0], librosas(margin, 2.0), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1.2e-7)


@pytest.mark.parametrize("margin", [1.0, 2.0])
def test_hard_masks_are_those_of_librosa_but_for_ties(margin):
    _, notes, drums = short()
    masks = additive.margin(notes, drums, margin=margin, kind="hard").data
    theirs = librosas(margin, np.inf)
    assert np.array_equal(masks[0, 0], theirs[0])
    # A bin that is the drums' by exactly the margin has no owner in librosa.
    tied = drums.data[0] == np.float32(margin) * notes.data[0]
    assert np.array_equal(masks[1, 0], theirs[1] | tied)


@pytest.mark.parametrize(("kind", "mean"), [("soft", mask.soft), ("hard", mask.binary)])
def test_without_a_margin_these_are_the_masks_of_two_sources(kind, mean):
    notes, drums = short()[1:]
    masks = additive.margin(notes, drums, margin=1.0, kind=kind)
    rows = [drums.data, notes.data] if kind == "hard" else [notes.data, drums.data]
    theirs = mean(Power(np.stack(rows), notes.grid, ("first", "second"), 1.0)).data
    # Ties go to the first of a stack, and to the percussive here.
    mine = masks.data[1::-1] if kind == "hard" else masks.data[:2]
    np.testing.assert_allclose(mine, theirs, atol=2e-7)


def test_a_row_and_a_column_are_told_apart_and_share_their_crossing():
    grid = Grid(44100, 256, 64, "hann", 256, 5000)
    data = np.zeros((1, grid.bins, grid.frames), np.float32)
    data[0, 40, :] = data[0, :, 30] = 1
    power = Power(data, grid, (), 1.0)
    bars = (Kernel(np.ones((1, 17))), Kernel(np.ones((17, 1))))
    made = [kernel.median(power, bar) for bar in bars]
    masks = additive.margin(*made, margin=1.0, kind="soft").data[:, 0]
    row, column = np.delete(masks[:, 40, :], 30, axis=1), np.delete(masks[:, :, 30], 40, axis=1)
    assert np.all(row[0] == 1)
    assert np.all(column[0] == 0)
    assert masks[:, 40, 30].tolist() == [0.5, 0.5, 0]
    masks = additive.margin(*made, margin=2.0, kind="hard").data[:, 0]
    assert masks[:, 40, 30].tolist() == [0, 0, 1]


def test_it_does_not_matter_whether_magnitudes_or_powers_come():
    for kind in ("soft", "hard"):
        one = additive.margin(
            medians().pick("notes"), medians().pick("drums"), margin=2.0, kind=kind
        )
        # Mixed on purpose: the percussive one alone is a power.
        other = additive.margin(
            medians().pick("notes"), medians(2.0).pick("drums"), margin=2.0, kind=kind
        )
        assert (np.abs(one.data - other.data) > 1e-3).mean() < 1e-4


def test_the_greater_the_margin_the_more_is_residual():
    shares = [
        additive.margin(small(), small(1), margin=margin, kind=kind).data[2].mean()
        for kind in ("soft", "hard")
        for margin in (1.0, 2.0, 4.0)
    ]
    assert shares[0] == shares[3] == 0
    assert shares[0] < shares[1] < shares[2]
    assert shares[3] < shares[4] < shares[5]


def test_every_knob_of_the_margin_matters():
    plain = additive.margin(small(), small(1), kind="soft")
    for knobs in ({"margin": 3.0}, {"kind": "hard"}, {"exponent": 1.0}, {"channels": "shared"}):
        other = additive.margin(small(), small(1), **({"kind": "soft"} | knobs))
        assert plain.data.shape != other.data.shape or not np.array_equal(plain.data, other.data)
    assert plain.names == ("harmonic", "percussive", "residual")
    assert additive.margin(small(), small(1), channels="shared").channels == 1


def test_stacks_have_no_margin():
    with pytest.raises(ValueError, match=r"harmonic carries 2 sources \(a, b\)"):
        additive.margin(small(sources=("a", "b")), small())
    with pytest.raises(ValueError, match="percussive carries 2 sources"):
        additive.margin(small(), small(sources=("a", "b")))


# Figures of the sheet: notes and drums


def test_medians_share_notes_and_drums_as_well_as_the_table_says():
    soft = scored(mask.wiener(spectrum(), medians()).estimates)
    hard = scored(mask.apply(spectrum(), mask.binary(medians())))
    assert min(soft) >= 15.3 - 0.1
    assert min(hard) >= 16.6 - 0.1


@cache
def turned(turns: int, spatial: str = "") -> dict[int, list[float]]:
    """Scores after some of the turns of kernel additive modelling, begun with nothing known."""
    power = transform.power(spectrum())
    names = tuple(BARS)
    v = Power(np.stack([power.data] * 2), power.grid, names)
    r = covariance.covariance(spectrum(), v)
    found = {}
    for turn in range(1, turns + 1):
        if spatial:
            estimates = gaussian.multichannel(spectrum(), v, r)
            r = covariance.weighted_covariance(
                estimates, covariance.strength(estimates), frames=spatial
            )
            z = covariance.strength(estimates, r, mode="posterior")
        else:
            z = transform.power(mask.wiener(spectrum(), v).estimates)
        v = v.like(np.stack([kernel.median(z.pick(name), bar).data for name, bar in BARS.items()]))
        if turn in (1, 2, 4, 8):
            found[turn] = scored(mask.wiener(spectrum(), v).estimates)
    return found


def test_turns_help_notes_and_drums_as_much_as_the_table_says():
    found = turned(8)
    for turn, table in {1: 15.3, 2: 16.1, 4: 16.9, 8: 23.2}.items():
        np.testing.assert_allclose(found[turn], table, atol=0.2)
    # One turn is the medians with soft masks, whose exponent is 2.
    soft = scored(mask.wiener(spectrum(), medians(2.0)).estimates)
    np.testing.assert_allclose(found[1], soft, atol=1e-3)


@pytest.mark.parametrize(("frames", "least"), [("energy", 1e-2), ("alike", 0.3)])
def test_in_one_channel_covariances_change_nothing(frames, least):
    """But where all frames count alike the quietest bins, below -100 dB, are held up."""
    with_them, without = turned(2, frames), turned(8)
    for turn in (1, 2):
        np.testing.assert_allclose(with_them[turn], without[turn], atol=least)


# The light form


def test_ranks_of_the_light_form_err_no_more_than_the_table_says():
    magnitudes = np.abs(spectrum().data[:, :, :260])
    grid = Grid(44100, 4096, 1024, "hann", 4096, 1024 * 256)
    power = Power(magnitudes[..., : grid.frames], grid, (), 1.0)
    for rank, table in {10: 0.133, 50: 0.030, 100: 0.013}.items():
        found = additive.compress(power, rank=rank).data
        assert np.linalg.norm(found - power.data) / np.linalg.norm(power.data) <= table
        assert rank * sum(power.data.shape) / power.data.size < 0.44


def test_compression_keeps_grid_sources_and_exponent():
    value = small(sources=("one", "two"))
    made = additive.compress(value, rank=3)
    assert (made.grid, made.sources, made.exponent) == (value.grid, ("one", "two"), 1.0)
    single = additive.compress(value.pick("two"), rank=3)
    assert np.array_equal(made.pick("two").data, single.data)


def test_every_knob_of_the_compression_matters():
    plain = additive.compress(small()).data
    for knobs in ({"rank": 20}, {"exponent": 0.5}, {"seed": 1}):
        assert not np.array_equal(additive.compress(small(), **knobs).data, plain)
    assert np.array_equal(additive.compress(small(), seed=0).data, plain)
