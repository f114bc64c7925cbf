"""Use: nothing is lost of a mixture, only what was named changes, and names travel."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import nodegraph
from nodegraph import document
from nodegraph.context import Context
from nodegraph.values import Audio
from nodes import faders, measure, mix, position, remix, studio, transform
from nodes.dsp.mixing import OFF
from nodes.dsp.remix import Fader
from tests import benches

NAMES = ("vocals", "drums", "lead guitar")


class Listener(Context):
    """A context that remembers what was said."""

    def __init__(self, region: tuple[float, float] | None = None) -> None:
        self.region = region
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def audio(*sources: str, channels: int = 2, length: int = 1200, seed: int = 0) -> Audio:
    rng = np.random.default_rng(seed)
    shape = (*([len(sources)] if sources else []), channels, length)
    made = Audio((0.3 * rng.standard_normal(shape)).astype(np.float32), 8000, sources)
    made.freeze()
    return made


X, Y = audio(seed=9), audio(*NAMES)
NODES: dict[str, Any] = {
    "remix": lambda y, x, **k: remix.remix(y, x, **k),
    "suppress": lambda y, x, **k: remix.suppress(y, x, **k),
    "repan": lambda y, x, **k: remix.repan(y, x, **k),
    "rotate": lambda y, x, **k: remix.rotate(y, x, **{"turn": 20.0, **k}),
}


# All of them


@pytest.mark.parametrize("name", NODES)
def test_images_are_those_of_the_singles_and_inputs_stay_as_they_are(name: str):
    before = X.data.copy(), Y.data.copy()
    made = NODES[name](Y, X)
    assert made.images.sources == NAMES
    assert made.mixture.sources == ()
    for source in NAMES:
        alone = NODES[name](Y.pick(source), X).images
        assert np.array_equal(made.images.pick(source).data, alone.data)
    assert np.array_equal(X.data, before[0])
    assert np.array_equal(Y.data, before[1])


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("knobs", [{}, {"names": "drums"}])
def test_what_the_sources_leave_of_the_mixture_stays_in_it(name: str, knobs: dict[str, Any]):
    """So that another such node can follow: the new images leave the same of the new mixture."""
    if name == "remix":
        knobs = {"gains": "vocals -6; drums off"}
    made = NODES[name](Y, X, **knobs)
    rest = X.data - Y.data.sum(axis=0, dtype=float)
    left = made.mixture.data - made.images.data.sum(axis=0, dtype=float)
    assert np.abs(left - rest).max() < 1e-6


@pytest.mark.parametrize("name", ["suppress", "repan", "rotate"])
def test_only_what_is_named_changes(name: str):
    made = NODES[name](Y, X, names="lead guitar, vocals")
    assert np.array_equal(made.images.pick("drums").data, Y.pick("drums").data)
    for source in ("vocals", "lead guitar"):
        assert not np.array_equal(made.images.pick(source).data, Y.pick(source).data)
    with pytest.raises(
        ValueError, match="names: there is no source 'bass'; there is: vocals, drums"
    ):
        NODES[name](Y, X, names="bass")
    with pytest.raises(ValueError, match="names: 'vocals' is there twice"):
        NODES[name](Y, X, names="vocals, vocals")
    with pytest.raises(ValueError, match="one sound without a name, not 'vocals'"):
        NODES[name](Y.pick("vocals"), X, names="vocals")


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("remix", {"gains": "vocals 3"}), ("remix", {"residual": -6.0}), ("remix", {"solo": "drums"}),
        ("suppress", {"gain": -20.0}), ("suppress", {"names": "drums"}),
        ("repan", {"angle": 10.0}), ("repan", {"where": "at start"}), ("repan", {"delay": 1.0}),
        ("repan", {"where": "at start", "start": 20.0}), ("repan", {"names": "drums"}),
        ("rotate", {"turn": 30.0}), ("rotate", {"names": "drums"}),
    ],
)  # fmt: skip
def test_every_knob_matters(name: str, knobs: dict[str, Any]):
    usual = NODES[name](Y, X, **{key: value for key, value in knobs.items() if key == "where"})
    if "start" not in knobs:
        usual = NODES[name](Y, X)
    assert not np.array_equal(usual.mixture.data, NODES[name](Y, X, **knobs).mixture.data)


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("length", [1, 2, 1201])
def test_silence_and_short_sounds_pass(name: str, length: int):
    silent = Audio(np.zeros((2, 2, length), np.float32), 8000, ("a", "b"))
    made = NODES[name](silent, Audio(np.zeros((2, length), np.float32), 8000))
    assert not made.mixture.data.any()
    assert not made.images.data.any()
    made = NODES[name](audio("a", length=length), audio(length=length))
    assert np.isfinite(made.mixture.data).all()


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_louder_in_is_louder_out_and_no_more(name: str, factor: float):
    loud = [sound.like(sound.data * np.float32(factor)) for sound in (Y, X)]
    wanted = NODES[name](Y, X).mixture.data * factor
    assert np.abs(NODES[name](*loud).mixture.data - wanted).max() < 1e-6 * np.abs(wanted).max()


@pytest.mark.parametrize("name", NODES)
def test_what_does_not_belong_together_is_refused(name: str):
    with pytest.raises(ValueError, match=r"estimates is on .* 1200 samples.*, mixture on .* 1100"):
        NODES[name](Y, audio(length=1100))
    with pytest.raises(ValueError, match="estimates has 2 channels, mixture has 1 channel"):
        NODES[name](Y, audio(channels=1))
    with pytest.raises(ValueError, match="mixture carries 3 sources"):
        NODES[name](Y, Y)


@pytest.mark.parametrize("name", ["repan", "rotate"])
def test_a_place_needs_two_channels(name: str):
    for channels in (1, 6):
        with pytest.raises(ValueError, match=f"two channels, estimates have {channels} channel"):
            NODES[name](audio("a", channels=channels), audio(channels=channels))


@pytest.mark.parametrize("name", ["remix", "suppress"])
@pytest.mark.parametrize("channels", [1, 6])
def test_levels_are_for_any_channels(name: str, channels: int):
    made = NODES[name](audio("a", channels=channels), audio(channels=channels))
    assert made.mixture.channels == channels


@pytest.mark.parametrize("name", ["repan", "rotate"])
def test_without_a_mixture_it_is_the_sum_of_the_images(name: str):
    made = NODES[name](Y, None)
    assert np.array_equal(made.mixture.data, mix.sum(made.images).data)
    alone = NODES[name](Y.pick("drums"), None)
    assert np.array_equal(alone.mixture.data, alone.images.data)


# Levels


def test_all_at_0_db_is_the_mixture_bit_for_bit():
    made = remix.remix(Y, X)
    assert np.array_equal(made.mixture.data, X.data)
    assert made.images.data is Y.data
    assert np.array_equal(remix.remix(Y, X, gains="drums 0 dB").mixture.data, X.data)
    assert np.array_equal(remix.suppress(Y, X, gain=0.0).mixture.data, X.data)
    assert np.array_equal(remix.rotate(Y, X, turn=0.0).mixture.data, X.data)
    assert measure.null(remix.remix(Y, X).mixture, X).value == -200


def test_all_off_leaves_the_residual_and_residual_off_the_sources():
    off = remix.remix(Y, X, gains="; ".join(f"{name} off" for name in NAMES))
    assert np.array_equal(off.mixture.data, mix.subtract(X, Y).data)
    alone = remix.remix(Y, X, residual=-120.0)
    assert np.array_equal(alone.mixture.data, mix.sum(Y).data)


def test_solo_is_the_source_alone_at_its_level():
    made = remix.remix(Y, X, gains="drums -6", solo="drums")
    assert np.allclose(made.mixture.data, mix.gain(Y.pick("drums"), gain=-6).data, atol=1e-7)
    assert not made.images.pick("vocals").data.any()
    with pytest.raises(ValueError, match="solo: there is no source 'bass'"):
        remix.remix(Y, X, solo="bass")


def test_true_stems_remix_as_the_desk_does():
    mixture = mix.sum(Y)
    made = remix.remix(Y, mixture, gains="vocals 3; drums off")
    desk = studio.mixer(Y, gains="vocals 3; drums off")
    assert np.abs(made.mixture.data - desk.mixture.data).max() < 1e-6
    assert np.array_equal(made.images.data, desk.images.data)


def test_a_fader_that_moves_is_where_it_would_be_in_the_whole():
    gains = "vocals 0 at 0.02, off at 0.05 s; drums -6 dB at 0.01, 3 at 0.1"
    whole = remix.remix(Y, X, gains=gains)
    part = slice(400, 800)
    stretch = remix.remix(
        Y.like(Y.data[..., part]), X.like(X.data[..., part]), gains=gains,
        context=Listener((0.05, 0.1)),
    )  # fmt: skip
    assert np.array_equal(stretch.mixture.data, whole.mixture.data[..., part])
    assert np.array_equal(stretch.images.data, whole.images.data[..., part])
    assert not whole.images.pick("vocals").data[:, 400:].any()
    moved = studio.mixer(Y, gains=gains).images
    assert np.array_equal(moved.data, whole.images.data)


def test_faders_are_read_as_they_are_written():
    read = faders.read("vocals -3; lead guitar: off \n drums 0 at 2, -12.5 dB at 4 s;", NAMES)
    assert read == [
        Fader.still(-3.0), Fader((2.0, 4.0), (0.0, -12.5)), Fader.still(OFF),
    ]  # fmt: skip
    numbered = ("source 1", "source 2")
    assert faders.read("source 1 -3; source 2 0 at 1, 6 at 2", numbered) == [
        Fader.still(-3.0), Fader((1.0, 2.0), (0.0, 6.0)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("gains", "fault"),
    [
        ("bass -3", "there is no source 'bass'; there is: vocals, drums, lead guitar"),
        ("vocals", "'vocals' needs the form 'vocals -3'"),
        ("vocals 1 at 2, 3", "needs the form"),
        ("vocals 1 at 3, 2 at 3", "times of 'vocals' must rise"),
        ("vocals 300 at 1, 2 at 3", "'vocals' must be -120 to 120 dB or off, got 300"),
    ],
)
def test_a_text_that_sets_no_fader_is_named(gains: str, fault: str):
    with pytest.raises(ValueError, match=f"gains: .*{fault}|gains: {fault}"):
        remix.remix(Y, X, gains=gains)


def test_a_source_turned_down_is_removed_in_part():
    stems = audio("vocals", "drums")
    mixture = mix.sum(stems)
    made = remix.suppress(stems, mixture, names="vocals", gain=-12.0)
    wanted = stems.pick("drums").data + 10 ** (-12 / 20) * stems.pick("vocals").data
    assert np.abs(made.mixture.data - wanted).max() < 1e-6
    gone = remix.suppress(stems.pick("vocals"), mixture, gain=-120.0).mixture
    assert np.abs(gone.data - stems.pick("drums").data).max() < 1e-6


def test_headroom_is_the_snr_of_what_is_left():
    stems = audio("vocals", "drums")
    mixture = mix.sum(stems)
    guess = stems.like(stems.data + 0.1 * audio("vocals", "drums", seed=5).data)
    rows = remix.headroom(guess, mixture, stems).rows
    for label, gain in (("at -3 dB", -3.0), ("at -12 dB", -12.0), ("removed", -120.0)):
        for name in stems.sources:
            made, ideal = (
                remix.suppress(s, mixture, names=name, gain=gain).mixture for s in (guess, stems)
            )
            wanted = measure.snr(made, ideal).rows["source"]["SNR"]
            assert rows[name][label] == pytest.approx(wanted, abs=0.01)
    assert list(rows["vocals"].values()) == sorted(rows["vocals"].values(), reverse=True)


def test_headroom_says_where_it_is_not_defined():
    made = remix.headroom(Y, X)
    assert all(np.isnan(value) for row in made.rows.values() for value in row.values())
    assert made.notes == ("not defined: there are no references",)
    other = remix.headroom(Y, X, audio("vocals", "bass"))
    assert np.isfinite(other.rows["vocals"]["removed"])
    assert "drums is not defined: the references are vocals, bass" in other.notes
    assert np.isfinite(remix.headroom(Y.pick("drums"), X, X).rows["source"]["removed"])


# Places


def test_a_source_is_moved_to_where_it_is_wanted_and_its_histogram_says_so():
    mixture, images = benches.bench_a(seconds=2)
    context = Listener()
    made = remix.repan(images, mixture, names="drums", angle=80.0, context=context)
    wanted = benches.at(22.5, 45, 80, seconds=2)
    assert np.abs(made.images.data - wanted.data).max() < 1e-5 * np.abs(wanted.data).max()
    assert np.abs(made.mixture.data - benches.mixed(wanted).data).max() < 1e-5
    assert context.notes == ["moved to 80 degrees: drums from 67.5, where 100.0 % of it lies"]
    angle = position.angle(transform.stft(made.mixture))
    peaks = position.peaks(position.histogram(angle.angle, angle.weight), count=3)
    assert np.abs(peaks.positions - [22.5, 45, 80]).max() < 1


def test_moving_keeps_all_the_energy_of_a_point_and_there_and_back_is_nothing():
    _, images = benches.bench_a(seconds=1)
    there = remix.repan(images, angle=5.0).images
    for name in images.sources:
        before, after = (
            images.pick(name),
            remix.repan(there, names=name, angle=5.0).images.pick(name),
        )
        assert np.sum(after.data.astype(float) ** 2) == pytest.approx(
            np.sum(before.data.astype(float) ** 2), rel=1e-6
        )
    back = remix.repan(there.pick("notes"), angle=22.5).images
    assert np.abs(back.data - images.pick("notes").data).max() < 1e-5


def test_a_turn_keeps_energy_and_turning_back_gives_it_back():
    there = remix.rotate(Y, X, turn=33.0)
    assert np.sum(there.images.data.astype(float) ** 2, axis=(1, 2)) == pytest.approx(
        np.sum(Y.data.astype(float) ** 2, axis=(1, 2)), rel=1e-6
    )
    back = remix.rotate(there.images, there.mixture, turn=-33.0)
    assert np.abs(back.images.data - Y.data).max() < 5e-7
    assert np.abs(back.mixture.data - X.data).max() < 1e-6


def test_a_delay_lets_the_second_channel_come_later():
    made = remix.repan(Y, angle=45.0, delay=1.0).images.data
    assert np.array_equal(made[:, 1, 8:], made[:, 0, :-8])
    assert not made[:, 1, :8].any()


def test_long_recordings_are_remixed_piece_by_piece():
    """Levels and turns need no more than a stretch at a time."""
    graph = document.parse(json.dumps({"format": 1, "nodes": {
        "noise": {"type": "source.tone", "params": {"seconds": 2.0, "channels": 2}},
        "quiet": {"type": "mix.gain", "inputs": {"audio": "noise"}, "params": {"gain": -6.0}},
        "turned": {"type": "mix.rotate", "params": {"turn": 20.0},
                   "inputs": {"estimates": "quiet", "mixture": "noise"}},
        "remix": {"type": "mix.suppress",
                  "inputs": {"estimates": "turned.images", "mixture": "turned.mixture"}},
    }}))  # fmt: skip
    whole = nodegraph.run(graph, only=["remix.mixture"])["remix.mixture"].data
    part = nodegraph.run(graph, only=["remix.mixture"], region=(0.5, 1.0))["remix.mixture"].data
    assert np.array_equal(part, whole[:, 22050:44100])
