"""Studio nodes: images stay what the mixture is made of, and what is lost is said."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import nodegraph
from nodegraph import document
from nodegraph.context import Context
from nodegraph.values import Audio
from nodes import instruments, mix, studio

Array = NDArray[Any]


class Listener(Context):
    """A context that remembers what was said."""

    def __init__(self, region: tuple[float, float] | None = None) -> None:
        self.region = region
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def audio(*sources: str, channels: int = 2, length: int = 1200, rate: int = 8000, seed: int = 0) -> Audio:  # fmt: skip
    rng = np.random.default_rng(seed)
    shape = (*([len(sources)] if sources else []), channels, length)
    made = Audio((0.3 * rng.standard_normal(shape)).astype(np.float32), rate, sources)
    made.freeze()
    return made


def room(channels: int = 2, rate: int = 8000, level: float = -6.0) -> Audio:
    return instruments.impulse_response(
        rt60=0.05, pre_delay=2.0, level=level, channels=channels, rate=rate
    )


def graph(nodes: dict[str, Any]) -> document.Graph:
    return document.parse(json.dumps({"format": 1, "nodes": nodes}))


NODES: dict[str, Any] = {
    "delay": lambda a, **k: studio.delay(a, **{"delay": 0.3, **k}),
    "convolve": lambda a, **k: studio.convolve(a, room(), **k),
    "auto_pan": lambda a, **k: studio.auto_pan(mix.to_mono(a), **{"period": 0.1, **k}),
    "soft_clip": lambda a, **k: studio.soft_clip(a, **k),
    "mixer": lambda a, **k: studio.mixer(a, **k).images,
    "pan": lambda a, **k: mix.pan(mix.to_mono(a), **{"angle": 20.0, **k}),
}


@pytest.mark.parametrize("name", NODES)
def test_a_stack_equals_its_singles_and_inputs_stay_as_they_are(name: str) -> None:
    stack = audio("a", "b", "c")
    before = stack.data.copy()
    made = NODES[name](stack)
    assert made.sources == ("a", "b", "c")
    for source in stack.sources:
        assert np.array_equal(made.pick(source).data, NODES[name](stack.pick(source)).data)
    assert np.array_equal(stack.data, before)


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("delay", {"delay": 1.0}), ("delay", {"channels": "second"}), ("delay", {"channels": "first"}),
        ("convolve", {"wet": 30.0}), ("convolve", {"tail": "keep"}), ("auto_pan", {"start": 0.0}),
        ("auto_pan", {"end": 90.0}), ("auto_pan", {"period": 0.3}), ("auto_pan", {"shape": "triangle"}),
        ("auto_pan", {"shape": "ramp once"}), ("soft_clip", {"drive": 20.0}),
        ("soft_clip", {"make_up": 6.0}), ("mixer", {"gains": "b -3"}), ("pan", {"angle": 30.0}),
        ("pan", {"law": "linear"}), ("pan", {"law": "-4.5 dB"}),
    ],
)  # fmt: skip
def test_every_knob_matters(name: str, knobs: dict[str, Any]) -> None:
    usual, changed = NODES[name](audio("a", "b")), NODES[name](audio("a", "b"), **knobs)
    assert usual.data.shape != changed.data.shape or not np.array_equal(usual.data, changed.data)


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("length", [1, 2, 1201])
def test_silence_and_short_sounds_pass(name: str, length: int) -> None:
    assert not NODES[name](Audio(np.zeros((2, length), np.float32), 8000)).data.any()
    made = NODES[name](audio(length=length)).data
    assert made.shape == (2, length)
    assert np.isfinite(made).all()


@pytest.mark.parametrize("name", [name for name in NODES if name != "soft_clip"])
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_louder_in_is_louder_out_and_no_more(name: str, factor: float) -> None:
    quiet = audio()
    loud = Audio(quiet.data * np.float32(factor), quiet.rate)
    wanted = NODES[name](quiet).data * factor
    assert np.abs(NODES[name](loud).data - wanted).max() < 1e-6 * np.abs(wanted).max()


# Pan laws


@pytest.mark.parametrize(("law", "centre"), [("constant power", -3.01), ("-4.5 dB", -4.52), ("linear", -6.02)])  # fmt: skip
def test_each_law_has_its_level_in_the_centre_and_the_same_ends(law: Any, centre: float) -> None:
    one = Audio(np.ones((1, 1), np.float32), 8000)
    assert np.allclose(20 * np.log10(mix.pan(one, angle=45, law=law).data), centre, atol=0.01)
    assert np.array_equal(mix.pan(one, angle=0, law=law).data[:, 0], [1, 0])
    assert np.array_equal(mix.pan(one, angle=90, law=law).data[:, 0], [0, 1])


def test_the_linear_law_keeps_the_sum_of_the_channels() -> None:
    mono = audio(channels=1)
    made = mix.pan(mono, angle=31.0, law="linear")
    assert np.allclose(made.data.sum(axis=0), mono.data[0], atol=1e-6)


def test_a_graph_from_before_the_law_gives_the_same_result() -> None:
    nodes = {
        "noise": {"type": "source.noise", "params": {"seconds": 0.1}},
        "pan": {"type": "mix.pan", "inputs": {"audio": "noise"}, "params": {"angle": 20.0}},
    }
    result = nodegraph.run(graph(nodes), only=["noise", "pan"])
    usual = mix.pan(result["noise"], angle=20.0, law="constant power")
    assert np.array_equal(result["pan"].data, usual.data)


# Delay


def test_a_delay_moves_the_channels_it_is_told_to() -> None:
    sound = audio("a", "b")
    for channels, moved in (("all", (0, 1)), ("first", (0,)), ("second", (1,))):
        made = studio.delay(sound, delay=0.5, channels=channels).data  # type: ignore[arg-type]
        for channel in (0, 1):
            late = 4 if channel in moved else 0
            assert np.array_equal(made[:, channel, late:], sound.data[:, channel, : 1200 - late])


def test_no_delay_is_the_sound_itself() -> None:
    sound = audio()
    assert studio.delay(sound) is sound


def test_a_later_second_channel_is_what_the_phase_says() -> None:
    """Positive delay: the second channel comes later, X2 = X1 e^{-i 2 pi f d}."""
    mono = mix.pan(audio(channels=1, length=8192), angle=45.0)
    made = studio.delay(mono, delay=0.2, channels="second").data.astype(float)
    window = np.hanning(8192)
    first, second = np.fft.rfft(made * window)
    frequencies = np.fft.rfftfreq(8192, 1 / 8000)
    low = (frequencies > 50) & (frequencies < 2000)
    phase = np.angle((second * np.conj(first))[low])
    weight = np.abs(second * first)[low]
    found = -np.sum(weight * phase * frequencies[low]) / np.sum(weight * frequencies[low] ** 2)
    assert found / (2 * np.pi) == pytest.approx(0.0002, rel=0.01)


def test_what_leaves_at_an_end_is_said() -> None:
    loud = Audio(np.full((1, 800), 0.5, np.float32), 8000)
    for by, note in (
        (2.0, "the last 2 ms leave at the end, up to -6.0 dBFS"),
        (-2.0, "the first 2 ms leave at the start, up to -6.0 dBFS"),
        (200.0, "the last 100 ms leave at the end, up to -6.0 dBFS"),
    ):
        listener = Listener()
        made = studio.delay(loud, delay=by, context=listener)
        assert listener.notes == [note]
        assert made.length == 800
    quiet = np.zeros((1, 800), np.float32)
    quiet[0, 100] = 1
    listener = Listener()
    studio.delay(Audio(quiet, 8000), delay=2.0, context=listener)
    assert listener.notes == []
    listener = Listener((1.0, 2.0))
    studio.delay(loud, delay=2.0, context=listener)
    assert listener.notes == []


def test_mono_has_no_second_channel_to_delay() -> None:
    with pytest.raises(ValueError, match="audio has 1 channel, there is no second: choose all or"):
        studio.delay(audio(channels=1), delay=1.0, channels="second")


def test_six_channels_are_delayed_together() -> None:
    sound = audio(channels=6)
    assert np.array_equal(studio.delay(sound, delay=1.0).data[:, 8:], sound.data[:, :-8])


# Convolution


def test_a_unit_impulse_as_room_is_the_sound_itself() -> None:
    sound = audio()
    response = room(level=-120.0)
    assert np.array_equal(studio.convolve(sound, response).data, sound.data)


def test_mono_gets_the_channels_of_the_room_and_a_mono_room_serves_all() -> None:
    mono, response = audio(channels=1), room()
    made = studio.convolve(mono, response, tail="keep")
    assert made.data.shape == (2, 1200 + response.length - 1)
    for channel in (0, 1):
        wanted = np.convolve(mono.data[0].astype(float), response.data[channel].astype(float))
        assert np.abs(made.data[channel] - wanted).max() < 1e-6
    both = studio.convolve(audio(), room(channels=1))
    for channel in (0, 1):
        one = Audio(audio().data[channel : channel + 1], 8000)
        assert np.array_equal(both.data[channel], studio.convolve(one, room(channels=1)).data[0])


def test_dry_is_the_sound_itself_and_between_them_is_between() -> None:
    sound, response = audio(), room()
    dry, wet = (studio.convolve(sound, response, wet=w).data for w in (0.0, 100.0))
    assert np.array_equal(dry, sound.data)
    half = studio.convolve(sound, response, wet=50.0).data
    assert np.allclose(half, (dry + wet) / 2, atol=1e-6)


def test_a_tail_that_could_be_heard_is_not_cut_in_silence() -> None:
    listener = Listener()
    studio.convolve(audio(), room(), context=listener)
    assert len(listener.notes) == 1
    assert listener.notes[0].startswith("the tail is cut, -")
    ends = audio().data.copy()
    ends[:, 400:] = 0
    for sound, tail in ((Audio(ends, 8000), "cut"), (audio(), "keep")):
        listener = Listener()
        studio.convolve(sound, room(), tail=tail, context=listener)  # type: ignore[arg-type]
        assert listener.notes == []
    late = np.zeros((1, 50), np.float32)
    late[0, 40] = 1
    listener = Listener()
    made = studio.convolve(Audio(np.ones((1, 10), np.float32), 8000), Audio(late, 8000), context=listener)  # fmt: skip
    assert not made.data.any()
    assert listener.notes == ["the tail is cut: choose keep to hear it"]


def test_sounds_that_do_not_fit_a_room_are_refused_in_a_line() -> None:
    with pytest.raises(ValueError, match=r"audio is on 8000 Hz, response on 16000 Hz: use mix.res"):
        studio.convolve(audio(), room(rate=16000))
    with pytest.raises(ValueError, match="audio has 2 channels, response has 3 channels: one of"):
        studio.convolve(audio(), room(channels=3))
    with pytest.raises(ValueError, match=r"response carries 2 sources \(a, b\): pick one"):
        studio.convolve(audio(), audio("a", "b"))


def test_a_room_stays_whole_where_a_stretch_of_the_sound_is_run() -> None:
    nodes = {
        "noise": {"type": "source.noise", "params": {"seconds": 3.0, "rate": 8000}},
        "room": {"type": "source.impulse_response", "params": {"rate": 8000}},
        "wet": {"type": "mix.convolve", "inputs": {"audio": "noise", "response": "room"}},
    }
    result = nodegraph.run(graph(nodes), only=["room", "wet"], region=(2.0, 2.5))
    assert result["room"].length == 80 + 4000
    assert result["wet"].data.shape == (2, 4000)


# Moving


def test_a_source_moves_by_the_time_of_the_recording() -> None:
    mono = audio(channels=1, length=8000)
    whole = studio.auto_pan(mono, period=0.7).data
    part = studio.auto_pan(
        Audio(mono.data[:, 4000:6000], 8000), period=0.7, context=Listener((0.5, 0.75))
    )
    assert np.array_equal(part.data, whole[:, 4000:6000])


def test_only_mono_can_be_moved() -> None:
    with pytest.raises(ValueError, match=r"audio has 2 channels, only 1 can be moved: use mix.to_"):
        studio.auto_pan(audio())


# Mixer


def test_at_rest_the_images_pass_and_the_mixture_is_their_sum_rounded_once() -> None:
    stack = audio("vocals", "drums", "bass")
    made = studio.mixer(stack)
    assert made.images is stack
    assert made.mixture.sources == ()
    assert np.array_equal(made.mixture.data, mix.sum(stack).data)


def test_faders_are_set_by_name() -> None:
    stack = audio("vocals", "lead guitar", "bass")
    made = studio.mixer(stack, gains=" vocals -3; lead guitar: off \n bass +6.5 dB;")
    for name, decibels in (("vocals", -3), ("bass", 6.5)):
        wanted = mix.gain(stack.pick(name), gain=decibels)
        assert np.array_equal(made.images.pick(name).data, wanted.data)
    assert not made.images.pick("lead guitar").data.any()
    assert np.array_equal(made.mixture.data, mix.sum(made.images).data)


@pytest.mark.parametrize(
    ("gains", "fault"),
    [
        ("voice -3", "there is no source 'voice'; there is: vocals, drums"),
        ("vocals", "'vocals' needs the form 'vocals -3'"),
        ("vocals loud", "'vocals loud' needs the form"),
        ("vocals -3, drums 2 x", "needs the form"),
        ("vocals 1; vocals 2", "'vocals' is there twice"),
        ("vocals 300", "'vocals' must be -120 to 120 dB or off, got 300"),
    ],
)
def test_a_text_that_sets_no_fader_is_named(gains: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"gains: .*{fault}|gains: {fault}"):
        studio.mixer(audio("vocals", "drums"), gains=gains)


def test_one_sound_without_a_name_is_the_mixture() -> None:
    sound = audio()
    made = studio.mixer(sound)
    assert made.mixture is sound
    assert made.images is sound
    with pytest.raises(ValueError, match="there is no source 'a'; there is: one sound without a"):
        studio.mixer(sound, gains="a 1")


def test_eight_sources_of_six_channels_are_mixed() -> None:
    stack = audio(*"abcdefgh", channels=6)
    assert np.allclose(studio.mixer(stack).mixture.data, stack.data.sum(axis=0), atol=1e-5)


def test_a_mixture_that_is_clipped_says_that_it_is_no_sum() -> None:
    stack, listener = audio("a", "b"), Listener()
    made = studio.mixer(stack, clip=True, drive=12.0, context=listener)
    assert listener.notes == ["clip is on: the images do not sum to the mixture"]
    assert made.images is stack
    assert np.array_equal(made.mixture.data, studio.soft_clip(mix.sum(stack), drive=12.0).data)
    other = studio.mixer(stack, clip=True, drive=0.0).mixture
    assert not np.array_equal(other.data, made.mixture.data)
