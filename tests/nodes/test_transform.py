import subprocess
import sys

import numpy as np
import pytest

from nodegraph.values import Audio, Power
from nodes import transform


def audio(*shape, rate=44100, seed=0):
    samples = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    names = tuple(f"source {n}" for n in range(shape[0])) if len(shape) == 3 else ()
    value = Audio(samples, rate, names)
    value.freeze()
    return value


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000, 96000])
@pytest.mark.parametrize("length", [1, 5, 1023, 20011])
def test_there_and_back_gives_the_recording(rate, length):
    sound = audio(2, length, rate=rate)
    back = transform.istft(transform.stft(sound))
    assert back.rate == rate
    assert back.data.shape == sound.data.shape
    assert np.abs(back.data - sound.data).max() < 4e-6


@pytest.mark.parametrize(
    "window",
    ["hann", "hamming", "sine", "blackman", "blackmanharris", "gaussian", "kaiser", "boxcar"],
)
def test_every_window_is_undone_from_what_the_grid_says(window):
    sound = audio(1, 9000)
    spectrogram = transform.stft(sound, n_fft=1000, hop=200, window=window, window_length=801)
    assert np.abs(transform.istft(spectrogram).data - sound.data).max() < 4e-6


def test_sources_keep_their_names_and_equal_their_singles():
    sound = audio(3, 2, 5000)
    spectrogram = transform.stft(sound)
    assert spectrogram.sources == sound.sources
    single = transform.stft(sound.pick("source 1"))
    assert np.array_equal(spectrogram.pick("source 1").data, single.data)
    assert transform.istft(spectrogram).sources == sound.sources
    level = transform.log(transform.power(spectrogram))
    assert np.array_equal(level.pick("source 1").data, transform.log(transform.power(single)).data)


@pytest.mark.parametrize(
    "knobs",
    [
        {"n_fft": 2048},
        {"hop": 512},
        {"window": "hamming"},
        {"window_length": 3000},
        {"window": "kaiser", "beta": 5.0},
        {"window": "gaussian", "beta": 5.0},
    ],
)
def test_every_knob_of_the_transform_matters(knobs):
    sound = audio(1, 9000)
    plain = transform.stft(sound, **{**knobs, "beta": 8.6} if "beta" in knobs else {})
    changed = transform.stft(sound, **knobs)
    assert changed.grid != plain.grid
    same_shape = changed.data.shape == plain.data.shape
    assert not (same_shape and np.array_equal(changed.data, plain.data))


def test_a_hop_that_loses_samples_is_refused_by_name():
    with pytest.raises(ValueError, match=r"hann over 4096 .* hop of 4096 .* 1 to 2048 is safe"):
        transform.stft(audio(1, 9000), hop=4096)


def test_a_window_longer_than_the_transform_is_refused():
    with pytest.raises(ValueError, match=r"window_length must be 0 to n_fft \(4096\), got 5000"):
        transform.stft(audio(1, 9000), window_length=5000)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_power_says_its_exponent(exponent):
    power = transform.power(transform.stft(audio(2, 5000)), exponent=exponent)
    assert power.exponent == exponent
    assert power.data.dtype == np.float32
    assert power.data.min() >= 0


def test_a_full_scale_sine_is_at_zero_decibels():
    sine = Audio(np.sin(2 * np.pi * 1000 * np.arange(44100) / 44100)[np.newaxis], 44100)
    for exponent in (1.0, 2.0):
        power = transform.power(transform.stft(sine, n_fft=4410, hop=1102), exponent=exponent)
        level = transform.log(power, reference="full scale")
        assert level.data.max() == pytest.approx(0, abs=0.05)
        assert (level.name, level.unit) == ("level", "dB")


def test_every_knob_of_the_level_matters():
    power = transform.power(transform.stft(audio(1, 9000)))
    plain = transform.log(power).data
    assert plain.max() == 0
    assert transform.log(power, range=20).data.min() == -20
    assert not np.array_equal(transform.log(power, reference="full scale").data, plain)


def test_a_gain_does_not_change_the_level_below_the_peak():
    spectrogram = transform.stft(audio(1, 9000))
    for exponent in (1.0, 2.0):
        power = transform.power(spectrogram, exponent=exponent)
        for gain in (1e-4, 1e4):
            other = power.like(power.data * np.float32(gain**exponent))
            assert np.abs(transform.log(other).data - transform.log(power).data).max() < 1e-4


def test_silence_has_no_nan():
    silence = transform.stft(Audio(np.zeros((2, 3000)), 44100))
    power = transform.power(silence)
    assert np.all(transform.log(power).data == -80)
    assert np.all(transform.istft(silence).data == 0)


def test_inputs_may_be_read_only_and_are_not_touched():
    spectrogram = transform.stft(audio(1, 9000))
    spectrogram.freeze()
    before = spectrogram.data.copy()
    power = transform.power(spectrogram)
    power.freeze()
    transform.log(power)
    transform.istft(spectrogram)
    assert np.array_equal(spectrogram.data, before)


def test_the_memory_that_is_announced_holds_the_result():
    sound = audio(2, 100_000)
    knobs = transform.stft.__node__.defaults
    spectrogram = transform.stft(sound)
    assert transform.stft.__node__.memory(sound, **knobs) >= spectrogram.nbytes
    assert transform.istft.__node__.memory(spectrogram) >= sound.nbytes
    power = transform.power(spectrogram)
    assert transform.power.__node__.memory(spectrogram, exponent=2.0) >= power.nbytes
    assert transform.log.__node__.memory(power) >= transform.log(power).nbytes


def test_importing_the_nodes_does_not_load_the_slow_parts_of_scipy():
    code = (
        "import sys, nodes.transform, nodes.kernel, nodes.factor\n"
        "slow = ['scipy.signal', 'scipy.ndimage', 'scipy.fft', 'scipy.linalg']\n"
        "print(*(name for name in slow if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_power_is_a_power():
    assert isinstance(transform.power(transform.stft(audio(1, 100))), Power)
