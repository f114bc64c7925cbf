import time

import numpy as np
import pytest

from nodes.dsp.stft import check_invertible, dual_window, frame_count, istft, level, stft, strength
from nodes.dsp.windows import COSINES, window

LENGTHS = [0, 1, 2, 7, 1000, 2047, 2048, 2049, 44101]
PAIRS = [(2048, 512), (2048, 1024), (2048, 700), (2047, 513), (1024, 256), (4096, 1024)]
WINDOWS = ["hann", "hamming", "sine", "blackman", "blackmanharris", "boxcar"]
SHAPED = ["kaiser(8.6)", "gaussian(8.6)"]


def noise(*shape, dtype=np.float64, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def there_and_back(samples, name, size, hop, n_fft):
    weights = window(name, size)
    spectrum = stft(samples, weights, hop, n_fft)
    return istft(spectrum, weights, hop, n_fft, samples.shape[-1])


def largest(array):
    return float(np.abs(array).max(initial=0))


@pytest.mark.parametrize("name", WINDOWS + SHAPED)
@pytest.mark.parametrize(("size", "hop"), PAIRS)
def test_the_inverse_gives_every_sample_back(name, size, hop):
    for length in LENGTHS:
        samples = noise(1, length)
        back = there_and_back(samples, name, size, hop, size)
        assert back.shape == samples.shape
        assert largest(back - samples) < 1e-12


@pytest.mark.parametrize("name", WINDOWS + SHAPED)
def test_the_inverse_gives_every_sample_back_in_single_precision(name):
    samples = noise(2, 44101, dtype=np.float32)
    back = there_and_back(samples, name, 2048, 512, 2048)
    assert back.dtype == np.float32
    assert largest(back - samples) < 4e-6


@pytest.mark.parametrize(
    ("name", "size", "hop", "n_fft"),
    [
        ("hann", 1000, 250, 4096),
        ("hann", 1001, 333, 1001),
        ("hann", 2, 1, 2),
        ("hann", 2, 1, 7),
        ("boxcar", 512, 512, 512),
        ("boxcar", 1, 1, 2),
        ("hamming", 512, 512, 600),
        ("hann", 64, 1, 64),
        ("hann", 9000, 1000, 9001),
    ],
)
def test_odd_zero_padded_and_extreme_frames_are_undone_too(name, size, hop, n_fft):
    for length in (1, 3, 997, 5000):
        samples = noise(2, length)
        assert largest(there_and_back(samples, name, size, hop, n_fft) - samples) < 1e-11


@pytest.mark.parametrize(
    ("name", "size", "hop"),
    [
        ("hann", 2048, 2048),
        ("blackman", 2048, 2048),
        ("hann", 2048, 2047),
        ("sine", 2048, 2048),
        ("boxcar", 2048, 2049),
        ("kaiser(40)", 2048, 2048),
    ],
)
def test_a_pair_that_loses_samples_is_refused(name, size, hop):
    with pytest.raises(ValueError, match=r"cannot be undone.*a hop of 1 to 1024 is safe"):
        check_invertible(window(name, size), hop)


@pytest.mark.parametrize("name", [*WINDOWS, "kaiser(40)", "gaussian(40)"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 100, 101, 2048])
def test_the_hop_that_is_called_safe_is_safe(name, size):
    for hop in range(1, max(1, size // 2) + 1):
        check_invertible(window(name, size), hop)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((2, 5000)),
        np.full((1, 5000), 0.7),
        np.eye(1, 5000),
        np.eye(1, 5000, 4999),
        np.where(np.arange(5000) % 2, 1.0, -1.0)[np.newaxis],
        noise(8, 5003),
        noise(1, 5000) * 1e-4,
        noise(1, 5000) * 1e4,
    ],
    ids=["silence", "DC", "first", "last", "Nyquist", "8 channels, prime", "quiet", "loud"],
)
def test_edge_cases_are_undone_without_nan(samples):
    back = there_and_back(samples, "hann", 1024, 256, 1024)
    assert largest(back - samples) <= 1e-12 * max(1, largest(samples))


def test_dc_and_nyquist_are_real():
    spectrum = stft(noise(1, 3000), window("hann", 256), 64, 256)
    assert largest(spectrum[:, [0, -1]].imag) == 0


def test_the_transform_is_the_sum_in_its_docstring():
    samples, weights, hop, n_fft = noise(1, 100), window("hann", 12), 5, 16
    spectrum = stft(samples, weights, hop, n_fft)
    padded = np.concatenate([np.zeros(7), samples[0], np.zeros(30)])
    times, bins = np.arange(12), np.arange(9)
    turn = np.exp(-2j * np.pi * np.outer(bins, times) / n_fft)
    for t in range(spectrum.shape[-1]):
        assert np.allclose(spectrum[0, :, t], turn @ (weights * padded[t * hop : t * hop + 12]))


def test_the_transform_is_linear():
    one, other, weights = noise(1, 9000), noise(1, 9000, seed=1), window("hann", 1024)
    total = stft(2 * one - 3 * other, weights, 256, 1024)
    parts = 2 * stft(one, weights, 256, 1024) - 3 * stft(other, weights, 256, 1024)
    assert largest(total - parts) < 1e-11


def test_spectra_of_sources_add_up_to_that_of_the_mixture():
    sources, weights = noise(4, 2, 9000, dtype=np.float32), window("hann", 1024)
    total = stft(sources.sum(axis=0), weights, 256, 1024)
    assert largest(stft(sources, weights, 256, 1024).sum(axis=0) - total) < 1e-6 * largest(total)


def test_energy_is_kept():
    # With a hop of 1/4 the squared sine windows add up to 2 everywhere: Parseval for the frames.
    samples, size = noise(1, 9000), 1024
    energy = np.abs(stft(samples, window("sine", size), size // 4, size)) ** 2
    energy[:, 1:-1] *= 2
    assert energy.sum() / size / 2 == pytest.approx((samples**2).sum(), rel=1e-12)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman"])
def test_interior_frames_equal_librosas(name):
    import librosa

    samples, size, hop = noise(2, 30000), 2048, 512
    theirs = librosa.stft(
        samples, n_fft=size, hop_length=hop, window=name, center=False, dtype=np.complex128
    )
    ours = stft(samples, window(name, size), hop, size)
    first = (size - hop) // hop
    assert largest(ours[..., first : first + theirs.shape[-1]] - theirs) < 1e-10


@pytest.mark.parametrize("name", [name for name in COSINES if name != "boxcar"])
@pytest.mark.parametrize("size", [2, 5, 1024])
def test_windows_equal_scipys_periodic_ones(name, size):
    import scipy.signal

    assert largest(window(name, size) - scipy.signal.get_window(name, size)) < 1e-15


def test_kaiser_equals_scipys_and_sine_is_the_root_of_hann():
    import scipy.signal

    assert (
        largest(window("kaiser(8.6)", 512) - scipy.signal.get_window(("kaiser", 8.6), 512)) < 1e-15
    )
    assert largest(window("sine", 512) ** 2 - window("hann", 512)) < 1e-15


@pytest.mark.parametrize("name", ["gaussian(8.6)", "kaiser(8.6)"])
def test_beta_makes_a_window_narrower(name):
    assert window(name.replace("8.6", "20"), 512).sum() < window(name, 512).sum()


@pytest.mark.parametrize("name", ["ham", "kaiser", "hann(3)", "kaiser(x)", "gaussian(-1)", ""])
def test_an_unknown_window_is_refused_with_those_there_are(name):
    with pytest.raises(ValueError, match="is no window; there is: boxcar, hann"):
        window(name, 16)


def test_the_dual_window_undoes_the_window():
    weights = window("hann", 2047)
    total = np.zeros(513 * 4)
    total[:2047] = weights * dual_window(weights, 513)
    assert np.allclose(total.reshape(4, 513).sum(axis=0), 1)


def test_a_stack_gives_the_stack_of_its_singles():
    samples, weights = noise(3, 2, 5000, dtype=np.float32), window("hann", 512)
    spectra = stft(samples, weights, 128, 512)
    assert np.array_equal(spectra, np.stack([stft(one, weights, 128, 512) for one in samples]))
    sounds = istft(spectra, weights, 128, 512, 5000)
    singles = [istft(one, weights, 128, 512, 5000) for one in spectra]
    assert np.array_equal(sounds, np.stack(singles))


def test_inputs_are_not_touched_and_may_be_read_only():
    samples, weights = noise(2, 5000, dtype=np.float32), window("hann", 512)
    samples.flags.writeable = weights.flags.writeable = False
    spectrum = stft(samples, weights, 128, 512)
    before = spectrum.copy()
    spectrum.flags.writeable = False
    istft(spectrum, weights, 128, 512, 5000)
    strength(spectrum)
    assert np.array_equal(samples, noise(2, 5000, dtype=np.float32))
    assert np.array_equal(spectrum, before)


def test_the_result_does_not_depend_on_the_number_of_threads(monkeypatch):
    samples, weights = noise(2, 200000, dtype=np.float32), window("hann", 2048)
    many = stft(samples, weights, 512, 2048)
    sound = istft(many, weights, 512, 2048, 200000)
    monkeypatch.setattr("nodes.dsp.blocks.cores", lambda: 1)
    assert np.array_equal(stft(samples, weights, 512, 2048), many)
    assert np.array_equal(istft(many, weights, 512, 2048, 200000), sound)


@pytest.mark.parametrize("length", [0, 1, 767, 768, 769, 5000])
def test_frames_are_as_many_as_the_grid_says(length):
    from nodegraph.values import Grid

    grid = Grid(44100, 1024, 256, "hann", 1024, length)
    assert frame_count(length, 1024, 256) == grid.frames
    spectrum = stft(np.zeros((1, length), np.float32), window("hann", 1024), 256, 1024)
    assert spectrum.shape == (1, grid.bins, grid.frames)


@pytest.mark.parametrize("exponent", [0.5, 1, 1.5, 2, 4])
def test_strength_is_the_magnitude_to_the_exponent(exponent):
    spectrum = (noise(2, 30, 20) + 1j * noise(2, 30, 20, seed=1)).astype(np.complex64)
    expected = np.abs(spectrum.astype(np.complex128)) ** exponent
    assert np.allclose(strength(spectrum, exponent), expected, rtol=1e-5)


def test_level_is_in_decibels_below_the_peak_of_each_source():
    magnitude = np.array([1, 0.1, 1e-3, 0], np.float32).reshape(1, 2, 2)
    both = np.stack([magnitude, magnitude * 1e-4])
    for exponent in (1, 2):
        levels = level(both**exponent, exponent, 50)
        assert np.allclose(levels.reshape(2, 4), [0, -20, -50, -50], atol=1e-4)


def test_level_against_full_scale_may_be_above_zero():
    levels = level(np.array([[[10.0, 1e-9]]], np.float32), 1, 80, 1.0)
    assert np.allclose(levels, [20, -80], atol=1e-4)


def test_level_of_silence_is_the_lowest():
    assert np.all(level(np.zeros((2, 3, 4), np.float32), 2, 80) == -80)


@pytest.mark.parametrize("inverse", [False, True])
def test_a_tick_that_raises_stops_the_work_at_once(inverse):
    samples, weights = np.zeros((2, 5_000_000), np.float32), window("hann", 4096)
    spectrum = np.broadcast_to(np.complex64(0), (2, 2049, 8000))

    def stop(fraction):
        raise InterruptedError

    stft(samples[:, :10], weights, 512, 4096)  # loads scipy.fft

    def work():
        if inverse:
            return istft(spectrum, weights, 512, 4096, 4_000_000, stop)
        return stft(samples, weights, 512, 4096, stop)

    began = time.process_time()
    with pytest.raises(InterruptedError):
        work()
    # Processor time of two threads: other programs may hold the cores while the tests run.
    assert time.process_time() - began < 0.6
