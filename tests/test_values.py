"""Values hold their promises on shape and dtype, and join only what belongs together."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nodegraph.values import (
    Absent,
    Audio,
    Curve,
    Factors,
    Field,
    Grid,
    Histogram,
    Kernel,
    Mask,
    Number,
    Peaks,
    Power,
    Scores,
    Spectrogram,
    Value,
    channels,
    stack,
)

GRID = Grid(rate=8000, n_fft=8, hop=4, window="hann", window_length=8, length=20)
PLANE = (GRID.bins, GRID.frames)


def audio(*shape: int, rate: int = 8000, sources: tuple[str, ...] = ()) -> Audio:
    return Audio(np.zeros(shape or (2, 20)), rate, sources)


def power(*leading: int, sources: tuple[str, ...] = (), exponent: float = 2.0) -> Power:
    return Power(np.ones((*leading, *PLANE)), GRID, sources, exponent)


# The grid


@pytest.mark.parametrize(
    ("grid", "pad", "bins", "frames"),
    [
        (GRID, 4, 5, 6),
        (Grid(44100, 4096, 1024, "hann", 4096, 441_000), 3072, 2049, 434),
        (Grid(44100, 2048, 512, "hann", 2048, 44100), 1536, 1025, 90),
        (Grid(44100, 8192, 1024, "hann", 2048, 44100), 1024, 4097, 45),
        (Grid(8000, 8, 8, "boxcar", 8, 16), 0, 5, 2),
        (Grid(8000, 8, 8, "boxcar", 8, 17), 0, 5, 3),
        (Grid(8000, 8, 16, "boxcar", 8, 16), 0, 5, 1),
        (Grid(8000, 9, 4, "hann", 8, 1), 4, 5, 2),
        (Grid(8000, 8, 4, "hann", 8, 0), 4, 5, 1),
        (Grid(8000, 8, 8, "boxcar", 8, 0), 0, 5, 1),
    ],
)
def test_a_grid_counts_as_by_hand(grid: Grid, pad: int, bins: int, frames: int) -> None:
    assert (grid.pad, grid.bins, grid.frames) == (pad, bins, frames)
    assert grid.frequencies.shape == (bins,)
    assert grid.times.shape == (frames,)


@given(st.integers(1, 64), st.integers(1, 8), st.integers(1, 300))
def test_every_sample_lies_under_as_many_frames_as_any_other(
    hop: int, overlap: int, length: int
) -> None:
    window = hop * overlap
    grid = Grid(8000, window, hop, "hann", window, length)
    starts = np.arange(grid.frames) * hop - grid.pad
    covered = np.zeros(length, int)
    for start in starts:
        covered[max(start, 0) : max(start + window, 0)] += 1
    assert set(covered) == {overlap}
    assert starts[-1] < length


def test_a_grid_labels_its_axes() -> None:
    assert GRID.frequencies.tolist() == [0, 1000, 2000, 3000, 4000]
    # Frame 0 begins 4 samples before the recording: its middle is the first sample.
    assert GRID.times.tolist() == [0, 0.0005, 0.001, 0.0015, 0.002, 0.0025]


def test_a_grid_says_itself_in_words() -> None:
    assert str(GRID) == "8000 Hz, hann 8, hop 4, 20 samples"
    padded = Grid(44100, 4096, 512, "kaiser(8.6)", 2048, 100)
    assert str(padded) == "44100 Hz, kaiser(8.6) 2048 in 4096, hop 512, 100 samples"


# Shapes and dtypes


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (Audio(np.zeros((2, 5), np.float64), 8000), np.float32),
        (Audio(np.zeros((2, 5), np.int16), 8000), np.float32),
        (Spectrogram(np.zeros((1, *PLANE), np.complex128), GRID), np.complex64),
        (Power(np.zeros((1, *PLANE), np.float64), GRID), np.float32),
        (Mask(np.zeros((1, *PLANE), bool), GRID), np.float32),
        (Field(np.zeros((1, *PLANE)), GRID, name="angle", unit="°"), np.float32),
        (Histogram(np.zeros(3), np.arange(4.0)), np.float32),
        (Kernel(np.ones((3, 3), int)), np.bool_),
    ],
    ids=lambda value: type(value).__name__,
)
def test_arrays_are_cast_to_what_the_type_promises(value: Any, dtype: Any) -> None:
    assert value.data.dtype == dtype


def test_an_array_that_fits_is_taken_and_not_copied() -> None:
    samples = np.zeros((2, 5), np.float32)
    assert Audio(samples, 8000).data is samples


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 5), (1, 2, 3, 5)])
def test_audio_without_sources_has_two_axes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"Audio needs 2 axes \(channel, sample\), got shape"):
        Audio(np.zeros(shape), 8000)


def test_sources_are_an_axis_with_a_name_for_each() -> None:
    with pytest.raises(ValueError, match=r"Audio needs 3 axes \(source, channel, sample\)"):
        audio(2, 20, sources=("a",))
    with pytest.raises(ValueError, match="has 3 sources and 2 names: a, b"):
        audio(3, 2, 20, sources=("a", "b"))
    with pytest.raises(ValueError, match="a source name twice: a, a"):
        audio(2, 2, 20, sources=("a", "a"))


def test_a_plane_fits_its_grid() -> None:
    with pytest.raises(ValueError, match="Power of 5 bins and 7 frames does not fit its grid of 5"):
        Power(np.zeros((1, 5, 7)), GRID)
    with pytest.raises(ValueError, match="Mask of 4 bins"):
        Mask(np.zeros((1, 4, 6)), GRID)
    with pytest.raises(ValueError, match=r"Power needs 3 axes \(channel, frequency, time\)"):
        Power(np.zeros(PLANE), GRID)


def test_a_histogram_fits_its_edges() -> None:
    with pytest.raises(ValueError, match="does not fit 3 edges"):
        Histogram(np.zeros(3), np.arange(3.0))
    one = Histogram(np.array([1, 2]), np.array([0.0, 2.0, 6.0]), "°")
    assert one.centres.tolist() == [1, 4]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.ones((2, 3)), "odd number of bins and of frames"),
        (np.ones((3, 2)), "odd number of bins and of frames"),
        (np.ones(3), "odd number of bins and of frames"),
        (np.zeros((3, 3)), "at least one neighbour must count"),
    ],
)
def test_a_kernel_is_odd_by_odd_and_not_empty(data: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Kernel(data)


def test_factors_fit_each_other_and_their_grid() -> None:
    bins, frames = PLANE
    factors = Factors(np.ones((1, bins, 3)), np.ones((3, frames)), GRID)
    assert (factors.rank, factors.names) == (3, ("part 1", "part 2", "part 3"))
    labelled = Factors(np.ones((1, bins, 1)), np.ones((1, frames)), GRID, labels=("voice",))
    assert labelled.names == ("voice",)
    with pytest.raises(
        ValueError, match=r"templates \(lag\?, channel, freq, part\) and activations"
    ):
        Factors(np.ones((1, bins, 2)), np.ones((3, frames)), GRID)
    with pytest.raises(ValueError, match="do not fit their grid"):
        Factors(np.ones((1, bins, 3)), np.ones((3, frames + 1)), GRID)
    with pytest.raises(ValueError, match="3 parts and 1 labels"):
        Factors(np.ones((1, bins, 3)), np.ones((3, frames)), GRID, labels=("voice",))
    with pytest.raises(ValueError, match="3 parts cannot hold 4"):
        Factors(np.ones((1, bins, 3)), np.ones((3, frames)), GRID, held=4)


def test_factors_may_be_patches_of_several_frames() -> None:
    bins, frames = PLANE
    plain = Factors(np.ones((2, bins, 3)), np.ones((3, frames)), GRID)
    patches = Factors(np.ones((4, 2, bins, 3)), np.ones((3, frames)), GRID)
    assert (plain.lags, plain.channels, plain.convolutive) == (1, 2, False)
    assert (patches.lags, patches.channels, patches.convolutive) == (4, 2, True)


def test_audio_knows_its_size() -> None:
    sound = audio(2, 4000)
    assert (sound.channels, sound.length, sound.seconds) == (2, 4000, 0.5)


# Frozen


@pytest.mark.parametrize(
    "value",
    [
        audio(),
        power(1),
        Kernel(np.ones((1, 3))),
        Histogram(np.zeros(2), np.arange(3.0)),
        Peaks(np.zeros(1), np.zeros(1)),
        Curve(np.zeros(2), np.zeros(2)),
        Factors(np.ones((1, *PLANE[:1], 1)), np.ones((1, PLANE[1])), GRID),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_frozen_value_can_not_be_changed(value: Value) -> None:
    value.freeze()
    arrays = list(value.arrays())
    assert arrays
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1
    assert value.nbytes == sum(array.nbytes for array in arrays)
    with pytest.raises(FrozenInstanceError):
        value.unit = "x"  # type: ignore[attr-defined]


def test_values_without_arrays_have_no_bytes() -> None:
    for value in (Number(1.0), Absent("no references"), Scores({"a": {"SNR": 1.0}})):
        assert value.nbytes == 0
        value.freeze()


def test_values_are_never_compared() -> None:
    assert audio() != audio()


# Sources


def test_picking_a_source_gives_it_alone_with_all_else_kept() -> None:
    data = np.arange(2 * 1 * 30).reshape(2, 1, *PLANE)
    both = Power(data, GRID, ("a", "lead vocals"), exponent=1.0)
    one = both.pick("lead vocals")
    assert one.names == ()
    assert (one.grid, one.exponent) == (GRID, 1.0)
    np.testing.assert_array_equal(one.data, data[1])


def test_picking_a_source_that_is_not_there_says_what_is() -> None:
    with pytest.raises(KeyError, match="no source 'c'; there is: a, b"):
        audio(2, 1, 5, sources=("a", "b")).pick("c")
    with pytest.raises(KeyError, match="there is: no named sources"):
        audio().pick("a")


def test_singles_are_the_sources_and_stack_puts_them_back() -> None:
    data = np.random.default_rng(0).normal(size=(3, 2, 20)).astype(np.float32)
    three = Audio(data, 8000, ("a", "b", "c"))
    again = stack(three.singles())
    assert isinstance(again, Audio)
    assert again.names == three.names
    np.testing.assert_array_equal(again.data, data)
    alone = audio()
    assert alone.singles() == {"": alone}


def test_stacked_gives_a_source_axis_once() -> None:
    alone = audio()
    assert alone.stacked("voice").names == ("voice",)
    assert alone.stacked().names == ("source",)
    assert alone.stacked().data.shape == (1, 2, 20)
    three = audio(3, 2, 20, sources=("a", "b", "c"))
    assert three.stacked("x") is three


@given(st.permutations(["a", "b", "c"]))
def test_a_stack_keeps_the_order_given(order: list[str]) -> None:
    assume(order)
    values = {name: Audio(np.full((1, 3), i), 8000) for i, name in enumerate(order)}
    stacked = stack(values)
    assert isinstance(stacked, Audio)
    assert stacked.names == tuple(order)
    assert stacked.data[:, 0, 0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (audio(), power(1), "'one' is Audio, 'other' is Power"),
        (power(1), Mask(np.ones((1, *PLANE)), GRID), "'one' is Power, 'other' is Mask"),
        (Kernel(np.ones((1, 1))), Kernel(np.ones((1, 1))), "'one' is Kernel"),
        (audio(), audio(rate=44100), "'one' is on 8000 Hz, 20 samples, 'other' on 44100 Hz"),
        (audio(), audio(2, 21), "20 samples, 'other' on 8000 Hz, 21 samples"),
        (audio(), audio(3, 20), "'one' has 2 channels, 'other' has 3 channels"),
        (audio(), audio(1, 20), "'one' has shape"),
        (audio(), audio(1, 2, 20, sources=("a",)), r"carries 1 sources \(a\): pick one with"),
        (power(1), power(1, exponent=1.0), "'one' has exponent 2.0, 'other' 1.0"),
        (
            Field(np.ones((1, *PLANE)), GRID, unit="s"),
            Field(np.ones((1, *PLANE)), GRID, unit="°"),
            "'one' has unit s, 'other' °",
        ),
        (
            Histogram(np.ones(2), np.arange(3.0), "°"),
            Histogram(np.ones(3), np.arange(4.0), "°"),
            "2 bins from 0 to 2 °, 'other' on 3 bins from 0 to 3 °",
        ),
    ],
)
def test_what_does_not_belong_together_is_not_stacked(
    one: Value, other: Value, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        stack({"one": one, "other": other})


def test_planes_of_different_grids_are_refused_with_both_grids() -> None:
    grid = Grid(8000, 8, 4, "hann", 8, 19)
    other = Power(np.ones((1, grid.bins, grid.frames)), grid)
    with pytest.raises(ValueError, match="20 samples, the second on 8000 Hz, hann 8, hop 4, 19"):
        power(1).check_same(other)


def test_one_channel_goes_with_any_number() -> None:
    power(1).check_same(power(2))
    power(2).check_same(Mask(np.ones((1, *PLANE)), GRID))
    with pytest.raises(ValueError, match="mixture has 2 channels, mask has 3 channels"):
        power(2).check_same(power(3), ("mixture", "mask"))
    assert (channels(1), channels(0)) == ("1 channel", "0 channels")


def test_scores_and_numbers_become_one_table_with_rows_named_after_their_wires() -> None:
    table = stack(
        {
            "kam": Scores({"vocals": {"SNR": 3.0}, "": {"SNR": 1.0}}, notes=("left out",)),
            "rank": Number(8, "parts", "dB"),
            "plain": Number(1, unit="dB"),
        }
    )
    assert isinstance(table, Scores)
    assert table.rows == {
        "kam vocals": {"SNR": 3.0},
        "kam": {"SNR": 1.0},
        "rank": {"parts": 8},
        "plain": {"value": 1},
    }
    assert (table.unit, table.notes) == ("dB", ("left out",))
    mixed = stack({"a": Number(1, unit="dB"), "b": Number(2, unit="s")})
    assert isinstance(mixed, Scores)
    assert mixed.unit == ""
