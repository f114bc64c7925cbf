"""Questions about values: what one looks like, how it sounds, how far a sum is off; or why not."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyloudnorm
import pytest

from nodegraph.declare import node
from nodegraph.document import Graph
from nodegraph.engine.answering import answer
from nodegraph.engine.asking import (
    Answer,
    Ask,
    Balance,
    Choice,
    Heard,
    Listen,
    Look,
    Looked,
    Sounding,
    Unanswered,
    Weighed,
)
from nodegraph.engine.engine import Engine
from nodegraph.engine.listening import loudness
from nodegraph.marks import EVERYTHING, Box, Selection
from nodegraph.registry import Registry
from nodegraph.values import Audio, Grid, Number, Power, Spectrogram
from nodegraph.views import WHOLE, Axis, Blend, Clip, Heatmap, Lens, Wave, sound, view
from tests import toys
from tests.toys import graph, n

RATE = 44100


def grid(audio: Audio, hop: int) -> Grid:
    return Grid(audio.rate, 2 * hop, hop, "hann", 2 * hop, audio.length)


def plane(audio: Audio, hop: int) -> np.ndarray[Any, Any]:
    made = grid(audio, hop)
    return np.ones((*audio.data.shape[:-1], made.bins, made.frames), np.float32)


@node("toy.spectrum")
def spectrum(audio: Audio, *, hop: int = 10) -> Spectrogram:
    """Give a plane that is one everywhere."""
    return Spectrogram(plane(audio, hop), grid(audio, hop), audio.sources)


@node("toy.level")
def level(plane: Spectrogram) -> Power:
    """Give the level of a plane."""
    toys.CALLS["level"] += 1
    return Power(np.abs(plane.data), plane.grid, plane.sources)


@node("toy.tone")
def tone(
    *, seconds: float = 1.0, channels: int = 2, gain: float = 0.5, rate: int = RATE, bad: int = 0
) -> Audio:
    """Give a tone, the same in all channels; the first `bad` samples are no numbers."""
    t = np.arange(round(seconds * rate)) / rate
    data = np.tile(gain * np.sin(2 * np.pi * 997 * t), (channels, 1))
    data[:, :bad] = np.nan
    return Audio(data, rate)


@node("toy.orchestra")
def orchestra(*, seconds: float = 1.0) -> Audio:
    """Give two sources."""
    one = tone(seconds=seconds).data
    return Audio(np.stack([one, 0.5 * one]), RATE, ("loud", "soft"))


@node("toy.average", whole=True)
def average(audio: Audio) -> Number:
    """Give the average of all samples."""
    toys.CALLS["average"] += 1
    return Number(float(audio.data.mean()))


@node("toy.lift")
def lift(audio: Audio, by: Number) -> Audio:
    """Add a number to sound."""
    return audio.like(audio.data + np.float32(by.value))


@view
def audio_wave(value: Audio, *, lens: Lens = WHOLE) -> Wave:
    stop = value.seconds if lens.stop is None else lens.stop
    time = Axis("time", "s", lens.start or 0.0, stop)
    return Wave("", value.data[0, :4], value.data[0, :4], time)


@view
def power_map(value: Power) -> Heatmap:
    time = Axis("time", "s", 0.0, value.grid.length / value.grid.rate)
    return Heatmap(
        value.data.reshape(-1)[:8].reshape(2, 4), time, Axis("y", "", 0, 1), "level", "", 0, 1
    )


@view("over", label="Over the mixture")
def power_over(value: Power, *, mixture: Spectrogram) -> Heatmap:
    found = power_map(value)
    return Heatmap(
        found.data, found.x, found.y, f"{mixture.data.shape[0]} {mixture.names}", "", 0, 1
    )


@view("less", label="Difference")
def power_less(value: Power, *, other: Power) -> Heatmap:
    found = power_map(value)
    return Heatmap(
        found.data - other.data.reshape(-1)[:8].reshape(2, 4), found.x, found.y, "d", "", 0, 1
    )


@view("shares", label="Shares")
def spectrum_shares(value: Spectrogram) -> Blend:
    names, x = value.names or ("mask",), Axis("time", "s", 0, 1)
    shares = np.ones((len(names), 2, 2), np.float32)
    return Blend(shares, shares[0], names, x, x, -80, 0)


@view("broken", label="Broken")
def power_broken(value: Power) -> Heatmap:
    raise ValueError("there is\nno light")


@sound
def power_sound(value: Power, *, mixture: Spectrogram) -> tuple[Clip, ...]:
    data = np.full((1, 441), mixture.data.shape[-2], np.float32)
    return (Clip("", data, RATE, "with the phase of the mixture"),)


TYPES = Registry(toys.TYPES.values())
TYPES.add_module(sys.modules[__name__])

FLOW = graph(
    song=n("tone"),
    spectrum=n("spectrum", {"audio": "song"}),
    coarse=n("spectrum", {"audio": "song"}, hop=20),
    level=n("level", {"plane": "spectrum"}),
    bare=n("one"),
    band=n("orchestra"),
    many=n("spectrum", {"audio": "band"}),
    levels=n("level", {"plane": "many"}),
)


@pytest.fixture
def engine() -> Engine:
    toys.CALLS.clear()
    return Engine(TYPES, threads=1)


def hear(engine: Engine, shown: Graph, ask: Ask, folder: Path, **more: Any) -> tuple[Sounding, ...]:
    found = answer(engine, shown, ask, folder=folder, ticket=3, **more)
    assert isinstance(found, Heard), found
    assert found.ticket == 3
    return found.sounds


def reason(found: Answer) -> str:
    assert isinstance(found, Unanswered), found
    assert "\n" not in found.reason
    return found.reason


def refused(engine: Engine, shown: Graph, ask: Ask, **more: Any) -> str:
    return reason(answer(engine, shown, ask, ticket=3, **more))


def samples(sounding: Sounding) -> np.ndarray[Any, Any]:
    return np.asarray(sounding.samples.open())


# Looking


def test_a_look_gives_the_picture_and_the_other_ways_to_show_it(engine: Engine):
    found = answer(engine, FLOW, Look(("level", "")), ticket=5)
    assert isinstance(found, Looked)
    assert isinstance(found.picture, Heatmap)
    assert (found.ticket, found.sources) == (5, ())
    assert found.choices[:2] == (Choice("", ""), Choice("over", "Over the mixture"))
    # One that shows two outputs is no choice while there is no second one.
    assert "less" not in [choice.kind for choice in found.choices]


def test_a_view_gets_the_nearest_value_of_the_type_it_takes(engine: Engine):
    found = answer(engine, FLOW, Look(("level", ""), "over"))
    assert isinstance(found, Looked)
    assert isinstance(found.picture, Heatmap)
    assert found.picture.name == "2 ()"


def test_company_lies_on_the_same_grid(engine: Engine):
    apart = graph(
        song=n("tone"), coarse=n("spectrum", {"audio": "song"}, hop=20),
        fine=n("spectrum", {"audio": "back"}), back=n("delay", {"sound": "song"}),
        both=n("join", {"near": "coarse", "far": "fine"}),
    )  # fmt: skip

    @node("toy.join")
    def join(near: Spectrogram, far: Spectrogram) -> Power:
        """Give the level of the second one."""
        return level(far)

    types = Registry([*TYPES.values(), join.__node__])  # type: ignore[attr-defined]
    types.add_module(sys.modules[__name__])
    made = Engine(types, threads=1)
    heard = answer(made, apart, Listen(("both", "")))
    assert isinstance(heard, Heard)
    assert samples(heard.sounds[0])[0, 0] == 11  # bins of the finer one


def test_company_of_a_single_source_comes_before_that_of_several(engine: Engine):
    @node("toy.divide")
    def divide(parts: Spectrogram, mixture: Spectrogram) -> Power:
        """Give the level of the mixture."""
        return level(mixture)

    types = Registry([*TYPES.values(), divide.__node__])  # type: ignore[attr-defined]
    types.add_module(sys.modules[__name__])
    both = graph(
        song=n("tone"), spectrum=n("spectrum", {"audio": "song"}), band=n("orchestra"),
        many=n("spectrum", {"audio": "band"}),
        out=n("divide", {"parts": "many", "mixture": "spectrum"}),
        named=n("divide", {"parts": "many[soft]", "mixture": "spectrum"}),
    )  # fmt: skip
    for name in ("out", "named"):
        found = answer(Engine(types, threads=1), both, Look((name, ""), "over"))
        assert isinstance(found, Looked)
        assert isinstance(found.picture, Heatmap)
        assert found.picture.name == "2 ()"


def test_one_source_is_looked_at_by_name(engine: Engine):
    found = answer(engine, FLOW, Look(("levels", ""), source="soft"))
    assert isinstance(found, Looked)
    assert found.sources == ("loud", "soft")
    words = refused(engine, FLOW, Look(("levels", ""), source="horn"))
    assert words == "levels has no source 'horn'; it has loud, soft"


def test_a_source_that_is_looked_at_alone_keeps_its_name(engine: Engine):
    for source, names in (("soft", ("soft",)), ("", ("loud", "soft"))):
        found = answer(engine, FLOW, Look(("many", ""), "shares", source=source))
        assert isinstance(found, Looked)
        assert isinstance(found.picture, Blend)
        assert found.picture.names == names


def test_two_outputs_are_compared(engine: Engine):
    ask = Look(("level", ""), "less", other=("level", ""))
    found = answer(engine, FLOW, ask)
    assert isinstance(found, Looked)
    assert isinstance(found.picture, Heatmap)
    assert not found.picture.data.any()
    assert "less" in [choice.kind for choice in found.choices]
    assert "choose another one" in refused(engine, FLOW, Look(("level", ""), "less"))


def test_pictures_and_lenses_of_a_stretch_are_in_the_time_of_the_recording(engine: Engine):
    ask = Look(("song", ""), lens=Lens(0.3, 0.4))
    found = answer(engine, FLOW, ask, region=(0.25, 0.5))
    assert isinstance(found, Looked)
    assert isinstance(found.picture, Wave)
    assert (found.picture.x.start, found.picture.x.stop) == pytest.approx((0.3, 0.4))
    assert found.picture.low[0] == samples(hear_all(engine))[0, RATE // 4]


def hear_all(engine: Engine) -> Sounding:
    found = answer(engine, FLOW, Listen(("song", "")))
    assert isinstance(found, Heard)
    return found.sounds[0]


def test_what_cannot_be_looked_at_says_why_in_one_line(engine: Engine):
    broken = graph(
        a=n("fail", {"a": "b"}), b=n("one"), after=n("add", {"a": "a"}), off=n("one", mode="mute"),
        tape=n("tape", {"sound": "s"}), s=n("ramp"), nothing=n("nothing"),
        lost=n("add", {"a": "gone"}),
    )  # fmt: skip
    assert refused(engine, FLOW, Look(("bare", ""))) == "there is no picture of Number"
    assert refused(engine, FLOW, Look(("gone", ""))) == "there is no node 'gone'"
    assert "no view 'x'; its views are 'over'" in refused(engine, FLOW, Look(("level", ""), "x"))
    assert refused(engine, FLOW, Look(("level", ""), "broken")) == "there is no light"
    del broken.nodes["lost"]  # type: ignore[attr-defined]
    assert refused(engine, broken, Look(("after", ""))) == "a: 1 is too large: at most 0"
    assert "muted" in refused(engine, broken, Look(("off", "")))
    assert "nothing here" in refused(engine, broken, Look(("nothing", "")))
    assert "writes files" in refused(engine, broken, Look(("tape", "")))
    assert toys.CALLS["tape"] == 0
    wrong = graph(x=n("add", {"a": "gone"}))
    assert "there is no node 'gone'" in refused(engine, wrong, Look(("x", "")))


def test_only_what_is_missing_is_computed(engine: Engine):
    engine.run(FLOW, only=["level"])
    toys.CALLS.clear()
    assert isinstance(answer(engine, FLOW, Look(("level", ""))), Looked)
    assert not toys.CALLS


# Listening


def test_sound_is_shared_as_it_is(engine: Engine, tmp_path: Path):
    (found,) = hear(engine, FLOW, Listen(("song", "")), tmp_path)
    assert (found.rate, found.start, found.name, found.how) == (RATE, 0.0, "", "")
    assert samples(found).shape == (2, RATE)
    assert found.peak == pytest.approx(0.5, abs=1e-3)
    assert Path(found.samples.path).parent == tmp_path
    expected = pyloudnorm.Meter(RATE).integrated_loudness(samples(found).T.astype(float))
    assert found.loudness == pytest.approx(expected, abs=0.01)


def test_each_source_is_a_sound_and_the_same_question_costs_nothing(engine: Engine, tmp_path: Path):
    first = hear(engine, FLOW, Listen(("band", "")), tmp_path)
    assert [found.name for found in first] == ["loud", "soft"]
    assert first[0].loudness - first[1].loudness == pytest.approx(6.02, abs=0.01)
    assert hear(engine, FLOW, Listen(("band", "")), tmp_path) is first
    (one,) = hear(engine, FLOW, Listen(("band", ""), Selection(parts=("soft",))), tmp_path)
    assert one.name == "soft"
    # A file that is gone is made again.
    first[0].samples.drop()
    again = hear(engine, FLOW, Listen(("band", "")), tmp_path)
    assert samples(again[0]).any()


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
def test_every_number_of_channels_is_heard_on_two(engine: Engine, tmp_path: Path, channels: int):
    shown = graph(song=n("tone", channels=channels))
    (found,) = hear(engine, shown, Listen(("song", "")), tmp_path)
    assert samples(found).shape == (min(channels, 2), RATE)
    assert bool(found.how) == (channels > 2)
    gain = 1 + 2 * math.sqrt(0.5) if channels == 6 else 1
    assert found.peak == pytest.approx(0.5 * gain, abs=1e-3)


@pytest.mark.parametrize("rate", [8000, 22050, 48000, 192000])
def test_sound_comes_at_the_rate_that_is_wanted(engine: Engine, tmp_path: Path, rate: int):
    shown = graph(song=n("tone", rate=rate))
    (found,) = hear(engine, shown, Listen(("song", ""), rate=48000), tmp_path)
    assert (found.rate, samples(found).shape) == (48000, (2, 48000))
    assert ("Hz" in found.how) == (rate != 48000)
    assert found.peak == pytest.approx(0.5, rel=0.05)
    assert found.loudness == pytest.approx(-6.0, abs=0.3)


def test_silence_one_sample_and_what_is_no_number_are_ordinary(engine: Engine, tmp_path: Path):
    shown = graph(
        still=n("tone", gain=0.0), one=n("tone", seconds=1 / RATE, channels=1),
        bad=n("tone", bad=10), none=n("tone", seconds=0.0),
    )  # fmt: skip
    (still,) = hear(engine, shown, Listen(("still", "")), tmp_path)
    assert (still.loudness, still.peak) == (-math.inf, 0.0)
    (one,) = hear(engine, shown, Listen(("one", ""), rate=48000), tmp_path)
    assert samples(one).shape[0] == 1
    (bad,) = hear(engine, shown, Listen(("bad", "")), tmp_path)
    assert np.isfinite(samples(bad)).all()
    assert bad.how == "10 samples that are no numbers are silent"
    assert math.isfinite(bad.loudness)
    (none,) = hear(engine, shown, Listen(("none", ""), rate=48000), tmp_path)
    assert samples(none).shape == (2, 0)


def test_loudness_is_that_of_the_standard_and_falls_back_to_the_whole(tmp_path: Path):
    rng = np.random.default_rng(1)
    long = (rng.standard_normal((2, 90 * 8000)) * np.linspace(0.001, 0.3, 90 * 8000)).astype("f4")
    expected = pyloudnorm.Meter(8000).integrated_loudness(long.T.astype(float))
    assert loudness(long, 8000) == pytest.approx(expected, abs=0.01)
    for rate, length in ((44100, 100), (100, 1000), (44100, 1)):
        found = loudness(np.full((1, length), 0.5, np.float32), rate)
        assert found == pytest.approx(20 * math.log10(0.5) - 0.691)
    assert loudness(np.full((1, 44100), 1e-6, np.float32), 44100) == -math.inf


def test_a_long_sound_is_as_loud_as_its_stretches():
    rng = np.random.default_rng(1)
    minute = rng.normal(0, 0.1, (2, 60 * 8000)).astype(np.float32)
    whole = np.tile(minute, 25)
    assert loudness(whole, 8000) == pytest.approx(loudness(minute, 8000), abs=0.05)
    # Where the second half is softer by 20 dB, the gate leaves it out, as it does in short sounds.
    whole[:, whole.shape[1] // 2 :] *= 0.1
    assert loudness(whole, 8000) == pytest.approx(loudness(minute, 8000), abs=0.1)


def test_a_level_is_heard_on_what_comes_before_it_and_says_how(engine: Engine, tmp_path: Path):
    (found,) = hear(engine, FLOW, Listen(("level", "")), tmp_path)
    assert found.how == "with the phase of the mixture"


def test_without_company_there_is_no_sound_and_it_says_what_is_missing(engine: Engine):
    @node("toy.powers")
    def powers() -> Power:
        """Give a level from nowhere."""
        return level(spectrum(tone()))

    types = Registry([*TYPES.values(), powers.__node__])  # type: ignore[attr-defined]
    types.add_module(sys.modules[__name__])
    alone = graph(x=n("powers"))
    made = Engine(types, threads=1)
    assert refused(made, alone, Listen(("x", ""))) == (
        "Power has no sound by itself: there is no Spectrogram (mixture) before x that fits it"
    )
    found = answer(made, alone, Look(("x", "")))
    assert isinstance(found, Looked)
    assert "over" not in [choice.kind for choice in found.choices]
    assert refused(engine, FLOW, Listen(("bare", ""))) == "Number cannot be heard"


def test_marks_are_refused_where_a_sound_does_not_know_them(engine: Engine):
    marked = Selection((Box(0, 1, 0, 100),))
    assert "on its spectrogram" in refused(engine, FLOW, Listen(("song", ""), marked))
    assert "in part" in refused(engine, FLOW, Listen(("level", ""), marked))
    parts = Selection(parts=("horn",))
    assert "no part horn" in refused(engine, FLOW, Listen(("band", ""), parts))


def test_marks_are_in_the_time_of_the_recording_also_in_a_stretch(tmp_path: Path):
    told: list[Selection] = []

    @sound
    def marked(value: Spectrogram, *, selection: Selection = EVERYTHING) -> tuple[Clip, ...]:
        told.append(selection)
        return (Clip("", np.zeros((1, 8), np.float32), RATE),)

    local = ModuleType("local")
    marked.__module__ = local.__name__
    local.marked = marked  # type: ignore[attr-defined]
    types = Registry(TYPES.values())
    types.add_module(local)
    wanted = Selection((Box(0.4, 0.5, 100, 200),), invert=True)
    for region in (None, (0.25, 0.75)):
        ask = Listen(("spectrum", ""), wanted)
        heard = answer(Engine(types, threads=1), FLOW, ask, region=region, folder=tmp_path)
        assert isinstance(heard, Heard)
    assert told[0] == wanted
    (box,) = told[1].marks
    assert isinstance(box, Box)
    assert (box.start, box.stop) == (pytest.approx(0.15), pytest.approx(0.25))
    assert (box.low, box.high, told[1].invert) == (100, 200, True)


def test_a_difference_is_sample_by_sample(engine: Engine, tmp_path: Path):
    shown = graph(
        song=n("tone"), half=n("tone", gain=0.25), short=n("tone", seconds=0.5),
        slow=n("tone", rate=22050, seconds=2.0), band=n("orchestra"), mono=n("tone", channels=1),
    )  # fmt: skip
    (same,) = hear(engine, shown, Listen(("song", ""), other=("song", "")), tmp_path)
    assert (same.peak, same.how) == (0.0, "less song")
    (half,) = hear(engine, shown, Listen(("song", ""), other=("half", "")), tmp_path)
    assert half.peak == pytest.approx(0.25, abs=1e-3)
    loud, soft = hear(engine, shown, Listen(("band", ""), other=("mono", "")), tmp_path)
    assert (loud.name, soft.name) == ("loud", "soft")
    assert (loud.peak, soft.peak) == pytest.approx((0.0, 0.25), abs=1e-3)
    words = refused(engine, shown, Listen(("song", ""), other=("short", "")))
    assert words == "song has 44100 samples, short has 22050"
    assert "44100 Hz, slow has 22050 Hz" in refused(
        engine, shown, Listen(("song", ""), other=("slow", ""))
    )
    assert "no source" in refused(engine, shown, Listen(("song", ""), other=("band", "")))


def test_a_sound_of_a_stretch_begins_where_the_stretch_does(engine: Engine, tmp_path: Path):
    (found,) = hear(engine, FLOW, Listen(("song", "")), tmp_path, region=(0.25, 0.5))
    assert (found.start, found.seconds) == (0.25, 0.25)


def test_without_room_for_sound_the_answer_says_so(engine: Engine, tmp_path: Path):
    words = refused(engine, FLOW, Listen(("song", "")), folder=tmp_path / "gone")
    assert "gone" in words


# Weighing


def test_a_balance_is_what_is_left_of_the_mixture(engine: Engine):
    shown = graph(
        all=n("tone"), band=n("orchestra"), half=n("tone", gain=0.25), still=n("tone", gain=0.0),
        most=n("tone", gain=0.45), short=n("tone", seconds=0.5), bad=n("tone", bad=1),
        bare=n("one"), wide=n("tone", channels=3), loud=n("tone", gain=0.75),
    )  # fmt: skip

    def level_of(mixture: str, *parts: str) -> float:
        found = answer(engine, shown, Balance((mixture, ""), tuple((p, "") for p in parts)))
        assert isinstance(found, Weighed), found
        return found.level

    assert level_of("loud", "band") < -130
    assert level_of("all", "half", "half") == -200
    assert level_of("all", "most") == pytest.approx(-20, abs=0.01)
    assert level_of("all") == pytest.approx(0)
    assert level_of("still", "still") == -200
    assert "is silent" in refused(engine, shown, Balance(("still", ""), (("all", ""),)))
    assert "22050 samples" in refused(engine, shown, Balance(("all", ""), (("short", ""),)))
    assert "no numbers" in refused(engine, shown, Balance(("all", ""), (("bad", ""),)))
    assert "is Number" in refused(engine, shown, Balance(("all", ""), (("bare", ""),)))
    assert "3 channels" in refused(engine, shown, Balance(("all", ""), (("wide", ""),)))


# Stretches


def test_what_has_no_place_in_time_is_taken_from_the_whole_in_a_live_run(engine: Engine):
    shown = graph(
        song=n("ramp"), mean=n("average", {"audio": "song"}),
        up=n("lift", {"audio": "song", "by": "mean"}),
    )  # fmt: skip
    whole = engine.run(shown, only=["mean"])["mean"].value
    assert whole == 49.5
    toys.CALLS.clear()
    live = engine.run(shown, only=["up"], region=(0.0, 0.5), live=True, lazy=True)
    np.testing.assert_allclose(live["up"].data[0], np.arange(50) + whole)
    assert toys.CALLS == {}  # the average was there, and the song was cut from what was there
    plain = engine.run(shown, only=["up"], region=(0.0, 0.5))
    np.testing.assert_allclose(plain["up"].data[0], np.arange(50) + 24.5)


def test_a_source_makes_the_whole_once_for_all_stretches(engine: Engine):
    shown = graph(song=n("ramp"), late=n("delay", {"sound": "song"}))
    for start in (0.0, 0.2, 0.4):
        found = engine.run(shown, only=["song"], region=(start, start + 0.1))["song"]
        np.testing.assert_array_equal(found.data[0], np.arange(10) + round(start * 100))
    engine.run(shown, only=["late"])
    assert toys.CALLS["ramp"] == 1
    gone = engine.run(shown, only=["song"], region=(2.0, 3.0))
    assert "the region begins at 2 s" in gone.records["song"].error


def test_a_run_for_a_value_spares_what_the_cache_makes_needless(engine: Engine):
    shown = graph(
        a=n("one"), b=n("add", {"a": "a"}), c=n("add", {"a": "b"}),
        turn={
            "type": "loop", "params": {"iterations": 2},
            "state": {"s": {"first": "b", "next": "grow"}},
            "body": {"grow": n("add", {"a": "turn.s", "b": "b"})},
        },
        after=n("add", {"a": "grow"}),
    )  # fmt: skip
    engine.run(shown)
    for name, spared in (("c", {"a", "b"}), ("after", {"a", "b", "turn"}), ("grow", {"a", "b"})):
        result = engine.run(shown, only=[name], lazy=True)
        states = {k: record.state for k, record in result.records.items()}
        assert {k for k, state in states.items() if state == "spared"} == spared
        assert isinstance(result[name], Number)
    engine.memory.cache.clear()
    toys.CALLS.clear()
    assert engine.run(shown, only=["c"], lazy=True)["c"].value == 3.0
    assert toys.CALLS == {"one": 1, "add": 2}
