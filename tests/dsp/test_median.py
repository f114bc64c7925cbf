import threading
import time

import numpy as np
import pytest
import scipy.ndimage

from nodes.dsp.blocks import parallel
from nodes.dsp.median import kernel_median


def bar(bins, frames):
    return np.ones((bins, frames), bool)


def plus(size):
    cells = np.zeros((size, size), bool)
    cells[size // 2, :] = cells[:, size // 2] = True
    return cells


def scipys(power, footprint):
    planes = power.reshape(-1, *power.shape[-2:])
    medians = [
        scipy.ndimage.median_filter(plane, footprint=footprint, mode="reflect") for plane in planes
    ]
    return np.stack(medians).reshape(power.shape)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, np.float32)


@pytest.mark.parametrize("size", [1, 3, 5, 7, 15, 17, 31, 33, 45, 63, 101])
@pytest.mark.parametrize(("bins", "frames"), [(33, 40), (64, 16), (15, 100), (17, 17)])
def test_a_bar_gives_what_scipy_gives_bit_for_bit(size, bins, frames):
    power = noise(2, bins, frames)
    for footprint in (bar(1, size), bar(size, 1)):
        assert np.array_equal(kernel_median(power, footprint), scipys(power, footprint))


@pytest.mark.parametrize("seed", range(40))
def test_any_shape_gives_what_scipy_gives_bit_for_bit(seed):
    rng = np.random.default_rng(seed)
    footprint = rng.random(2 * rng.integers(0, 4, 2) + 1) < rng.random()
    footprint.flat[0] = True
    power = noise(*rng.integers(1, 30, 2), seed=seed)
    assert np.array_equal(kernel_median(power, footprint), scipys(power, footprint))


def test_planes_larger_than_a_block_have_no_seams():
    power = noise(1025, 300)
    for footprint in (bar(1, 17), bar(31, 1), plus(5)):
        assert np.array_equal(kernel_median(power, footprint), scipys(power, footprint))


@pytest.mark.parametrize(("bins", "frames"), [(1, 1), (5, 1), (1, 5), (2, 3)])
def test_edges_are_mirrored_however_long_the_kernel(bins, frames):
    # scipy itself is wrong from about eight times the length on, so numpy mirrors here.
    power = noise(bins, frames)
    for size in (3, 31, 201):
        pad = size // 2
        rows = np.pad(power, ((0, 0), (pad, pad)), mode="symmetric")
        expected = np.median(np.lib.stride_tricks.sliding_window_view(rows, size, axis=1), axis=-1)
        assert np.array_equal(kernel_median(power, bar(1, size)), expected)


@pytest.mark.parametrize("footprint", [bar(1, 17), bar(31, 1), plus(5), np.eye(7, dtype=bool)])
def test_constant_stays_constant(footprint):
    assert np.all(
        kernel_median(np.full((2, 40, 30), 0.3, np.float32), footprint) == np.float32(0.3)
    )


@pytest.mark.parametrize("footprint", [bar(1, 17), bar(31, 1), plus(7)])
def test_outliers_fewer_than_half_of_the_kernel_change_nothing(footprint):
    power = np.ones((50, 50), np.float32)
    cells = np.argwhere(footprint)
    power[tuple((cells[: len(cells) // 2] + 10).T)] = 1e6
    middle = 10 + footprint.shape[0] // 2, 10 + footprint.shape[1] // 2
    assert kernel_median(power, footprint)[middle] == 1


@pytest.mark.parametrize("footprint", [bar(1, 17), bar(31, 1), plus(5)])
def test_a_stack_gives_the_stack_of_its_singles(footprint):
    power = noise(3, 2, 40, 50)
    singles = [[kernel_median(channel, footprint) for channel in source] for source in power]
    assert np.array_equal(kernel_median(power, footprint), np.array(singles))


@pytest.mark.parametrize("footprint", [bar(1, 17), bar(31, 1), plus(5)])
def test_the_input_is_not_touched_and_may_be_read_only(footprint):
    power = noise(2, 40, 50)
    before = power.copy()
    power.flags.writeable = False
    kernel_median(power, footprint)
    assert np.array_equal(power, before)


@pytest.mark.parametrize("footprint", [bar(1, 17), bar(31, 1), plus(5)])
def test_a_gain_goes_straight_through(footprint):
    power = noise(2, 40, 50)
    for gain in (2.0**-40, 2.0**40):
        louder = kernel_median(power * np.float32(gain), footprint)
        assert np.array_equal(louder, kernel_median(power, footprint) * np.float32(gain))


def test_doubles_stay_doubles():
    power = np.random.default_rng(0).random((20, 30))
    assert np.array_equal(kernel_median(power, bar(1, 5)), scipys(power, bar(1, 5)))


def test_equals_librosas_masks():
    import librosa

    magnitude = noise(513, 200)
    theirs = librosa.decompose.hpss(magnitude, kernel_size=31, power=2.0, mask=True)[0]
    harmonic = kernel_median(magnitude, bar(1, 31)).astype(np.float64) ** 2
    percussive = kernel_median(magnitude, bar(31, 1)).astype(np.float64) ** 2
    assert np.abs(harmonic / (harmonic + percussive) - theirs).max() < 1.2e-7


def test_one_row_and_one_column_are_told_apart():
    power = np.zeros((61, 61), np.float32)
    power[30, :] = power[:, 30] = 1
    assert np.array_equal(np.flatnonzero(kernel_median(power, bar(1, 17)).any(axis=1)), [30])
    assert np.array_equal(np.flatnonzero(kernel_median(power, bar(17, 1)).any(axis=0)), [30])


@pytest.mark.parametrize("footprint", [bar(1, 17), bar(31, 1), plus(9)])
def test_a_tick_that_raises_stops_the_work_within_a_third_of_a_second(footprint):
    power = noise(2, 1025, 3000)

    def stop(fraction):
        raise InterruptedError

    began = time.process_time()
    with pytest.raises(InterruptedError):
        kernel_median(power, footprint, stop)
    # Processor time of two threads: other programs may hold the cores while the tests run.
    assert time.process_time() - began < 0.6


def test_ticks_rise_to_one():
    heard = []
    kernel_median(noise(2, 1025, 1500), bar(1, 17), heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1


def test_the_result_does_not_depend_on_the_number_of_threads(monkeypatch):
    power = noise(2, 300, 400)
    many = kernel_median(power, bar(1, 17))
    monkeypatch.setattr("nodes.dsp.blocks.cores", lambda: 1)
    assert np.array_equal(kernel_median(power, bar(1, 17)), many)


def test_parallel_inside_parallel_does_not_wait_for_itself():
    seen = []
    parallel(lambda outer: parallel(lambda inner: seen.append((outer, inner)), range(5)), range(20))
    assert sorted(seen) == [(outer, inner) for outer in range(20) for inner in range(5)]


def test_parallel_passes_on_what_a_call_raises_and_stops():
    done = []

    def work(item):
        if item == 3:
            raise KeyError(item)
        time.sleep(0.001)
        done.append(item)

    with pytest.raises(KeyError):
        parallel(work, range(1000))
    assert len(done) < 500


def test_parallel_ticks_from_the_thread_that_calls():
    threads = set()
    parallel(
        lambda item: time.sleep(0.02),
        range(20),
        lambda fraction: threads.add(threading.current_thread()),
    )
    assert threads == {threading.current_thread()}


def over_what_there_is(power, footprint):
    """The median over the neighbours inside the plane, bin by bin."""
    bins, frames = power.shape
    shifts = np.argwhere(footprint) - np.array(footprint.shape) // 2
    result = power.copy()
    for k, n in np.ndindex(bins, frames):
        places = shifts + np.array((k, n))
        inside = ((places >= 0) & (places < (bins, frames))).all(axis=1)
        there = np.sort(power[tuple(places[inside].T)])
        if len(there):
            result[k, n] = there[len(there) // 2]
    return result


@pytest.mark.parametrize("seed", range(60))
def test_dropped_edges_leave_the_median_over_what_there_is(seed):
    rng = np.random.default_rng(seed)
    footprint = rng.random(2 * rng.integers(0, 5, 2) + 1) < rng.random()
    footprint.flat[0] = True
    power = noise(*rng.integers(1, 30, 2), seed=seed)
    dropped = kernel_median(power, footprint, drop=True)
    assert np.array_equal(dropped, over_what_there_is(power, footprint))


@pytest.mark.parametrize("footprint", [bar(1, 7), bar(9, 1), plus(5), np.eye(5, dtype=bool)])
def test_far_from_the_edges_it_makes_no_difference_what_is_beyond(footprint):
    power = noise(2, 60, 50)
    mirrored, dropped = (kernel_median(power, footprint, drop=drop) for drop in (False, True))
    high, wide = footprint.shape[0] // 2, footprint.shape[1] // 2
    inner = (slice(None), slice(high, 60 - high), slice(wide, 50 - wide))
    assert np.array_equal(mirrored[inner], dropped[inner])
    assert not np.array_equal(mirrored, dropped)


def test_a_bin_that_has_no_neighbour_left_keeps_its_value():
    power = noise(5, 8)
    footprint = np.zeros((1, 9), bool)
    footprint[0, [0, 8]] = True
    dropped = kernel_median(power, footprint, drop=True)
    assert np.array_equal(dropped, np.roll(power, 4, axis=1))
    footprint = np.zeros((1, 99), bool)
    footprint[0, [0, 98]] = True
    assert np.array_equal(kernel_median(power, footprint, drop=True), power)


def test_a_sparse_kernel_much_longer_than_the_plane_gives_what_scipy_gives():
    power = noise(3, 40)
    footprint = np.zeros((1, 2 * 33 + 1), bool)
    footprint[0, ::11] = True
    assert np.array_equal(kernel_median(power, footprint), scipys(power, footprint))
    tall = np.zeros((2 * 33 + 1, 3), bool)
    tall[::11, 1] = True
    power = noise(45, 6)
    assert np.array_equal(kernel_median(power, tall), scipys(power, tall))
