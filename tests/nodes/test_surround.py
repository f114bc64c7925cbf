"""Surround: six channels that hold all there was, files that say so, and stereo back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from nodegraph.context import Context
from nodegraph.values import Audio, Mixing
from nodegraph.views import Curves, Lens, Table, Wave
from nodes import mix, output, position, remix, source, surround, transform, views
from nodes.dsp.surround import BACK_LEFT, BACK_RIGHT, CENTRE, LEFT, LOW, NAMES, RIGHT
from nodes.mask import apply
from nodes.views_surround import audio_channels, mixing_around
from tests import benches


class Listener(Context):
    """A context that remembers what was said."""

    track, node = "song", "upmix"

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def audio(*sources: str, channels: int = 2, length: int = 3000, seed: int = 0) -> Audio:
    rng = np.random.default_rng(seed)
    shape = (*([len(sources)] if sources else []), channels, length)
    made = Audio((0.1 * rng.standard_normal(shape)).astype(np.float32), 8000, sources)
    made.freeze()
    return made


def power(data: np.ndarray) -> float:
    return float(np.square(data, dtype=float).sum())


X, Y = audio(seed=9), audio("keys", "vocals", "guitar")


def test_with_nothing_set_the_front_is_the_mixture():
    made = surround.upmix(Y, X, rear=-120.0).surround
    assert np.abs(made.data[[LEFT, RIGHT]] - X.data).max() < 1e-7
    assert not made.data[2:].any()
    assert made.sources == ()


def test_what_the_sources_leave_is_heard_in_front_and_behind():
    made = surround.upmix(Y, X).surround.data
    assert np.abs(made[[LEFT, RIGHT]] - X.data).max() < 1e-7
    rest = X.data - Y.data.sum(axis=0)
    levels = 10 * np.log10(np.mean(made[[BACK_LEFT, BACK_RIGHT]] ** 2) / np.mean(rest**2))
    assert levels == pytest.approx(-6, abs=1)
    assert not made[[CENTRE, LOW]].any()
    # Sources that sum to the mixture leave nothing.
    assert not surround.upmix(Y, mix.sum(Y)).surround.data[2:].any()
    assert not surround.upmix(Y).surround.data[2:].any()


def test_sources_are_put_where_the_text_says():
    _, images = benches.bench_a(rate=8000, seconds=2)
    made = surround.upmix(images, azimuths="notes 110; melody 0; drums -70")
    gains = np.abs(made.gains.data[0])
    assert gains[:, 0] == pytest.approx(np.eye(6)[BACK_LEFT], abs=1e-3)
    assert gains[:, 1] == pytest.approx(np.eye(6)[CENTRE], abs=1e-3)
    assert gains[[RIGHT, BACK_RIGHT], 2] == pytest.approx([0.5**0.5, 0.5**0.5], abs=1e-3)
    data = made.surround.data
    assert power(data[BACK_LEFT]) == pytest.approx(power(images.pick("notes").data), rel=1e-4)
    assert power(data) == pytest.approx(power(images.data), rel=0.01)
    assert not data[[LEFT, LOW]].any()


def test_by_angle_everybody_stands_where_they_stood_with_a_centre():
    _, images = benches.bench_a(rate=8000, seconds=2)
    gains = np.abs(surround.upmix(images, others="by angle").gains.data[0])
    assert gains[[LEFT, CENTRE], 0] == pytest.approx([0.5**0.5, 0.5**0.5], abs=1e-3)
    assert gains[CENTRE, 1] == pytest.approx(1, abs=1e-3)
    assert gains[[RIGHT, CENTRE], 2] == pytest.approx([0.5**0.5, 0.5**0.5], abs=1e-3)


def test_each_source_keeps_its_power_and_the_gains_are_its_shares():
    for text in ("vocals 0", "vocals 40 wide 90; keys 180 wide 30", "guitar -110"):
        made = surround.upmix(Y, azimuths=text)
        assert np.sum(np.abs(made.gains.data[0]) ** 2, axis=0) == pytest.approx(1)
        for name in Y.sources:
            knobs = {} if name not in text else {"azimuths": text}
            alone = audio("x").like(Y.data[Y.sources.index(name)][np.newaxis], (name,))
            if ";" in text:
                knobs = {}
            data = surround.upmix(alone, **knobs).surround.data
            assert power(data) == pytest.approx(power(alone.data), rel=1e-6)


def test_mono_stands_in_the_centre_or_where_it_is_put():
    mono = audio("a", "b", channels=1)
    made = surround.upmix(mono, azimuths="b 30 wide 40").surround.data
    assert np.array_equal(made[CENTRE], mono.pick("a").data[0])
    assert np.array_equal(made[LEFT], mono.pick("b").data[0])


def test_antiphase_and_silence_are_not_lost():
    one = audio("a", channels=1).data[0]
    pair = Audio(np.stack([np.concatenate([one, -one]), np.zeros((2, 3000))]), 8000, ("a", "b"))
    made = surround.upmix(pair, azimuths="a 0; b 90")
    assert power(made.surround.data) == pytest.approx(power(pair.data), rel=1e-6)
    assert np.isfinite(made.gains.data).all()


@pytest.mark.parametrize(
    "knobs",
    [
        {"azimuths": "vocals 0"}, {"azimuths": "vocals 30 wide 20"}, {"others": "by angle"},
        {"rear": -12.0}, {"late": 5.0}, {"low": -10.0}, {"seed": 1},
    ],
)  # fmt: skip
def test_every_knob_matters(knobs: dict[str, Any]):
    usual = surround.upmix(Y, X).surround.data
    assert not np.array_equal(surround.upmix(Y, X, **knobs).surround.data, usual)


def test_another_ambience_can_be_wired():
    usual, other = surround.upmix(Y, X), surround.upmix(Y, X, audio(seed=4))
    front = [LEFT, RIGHT, CENTRE, LOW]
    assert np.array_equal(usual.surround.data[front], other.surround.data[front])
    assert not np.array_equal(usual.surround.data, other.surround.data)
    assert surround.upmix(Y, X, audio(channels=1)).surround.channels == 6


def test_inputs_stay_as_they_are():
    before = X.data.copy(), Y.data.copy()
    surround.upmix(Y, X, X, azimuths="vocals 0", low=-10.0)
    assert np.array_equal(X.data, before[0])
    assert np.array_equal(Y.data, before[1])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("bass 0", "azimuths: there is no source 'bass'"),
        ("vocals", "azimuths: 'vocals' needs the form"),
        ("vocals 200", "azimuths: 'vocals' must be -180 to 180 degrees"),
        ("vocals 0 wide 300", "must be -180 to 180 degrees, and 0 to 180 wide"),
        ("vocals 0; vocals 1", "azimuths: 'vocals' is there twice"),
    ],
)
def test_a_text_that_names_no_place_is_refused(text: str, fault: str):
    with pytest.raises(ValueError, match=fault):
        surround.upmix(Y, azimuths=text)


def test_numbered_sources_are_told_from_their_places():
    pair = audio("source 1", "source 2")
    gains = surround.upmix(pair, azimuths="source 1 110; source 2 -110 wide 1").gains
    assert np.abs(gains.data[0, BACK_LEFT, 0]) == pytest.approx(1)


def test_what_cannot_be_upmixed_is_refused():
    with pytest.raises(ValueError, match="estimates have 6 channels: only mono and stereo"):
        surround.upmix(audio("a", channels=6))
    with pytest.raises(ValueError, match=r"ambience is on .* 100 samples"):
        surround.upmix(Y, X, audio(length=100))
    with pytest.raises(ValueError, match="ambience carries 3 sources"):
        surround.upmix(Y, X, Y)
    with pytest.raises(ValueError, match="ambience has 6 channels"):
        surround.upmix(Y, X, audio(channels=6))


def test_what_comes_from_no_direction_can_be_the_ambience():
    """A source that is panned is not in it, and one in quadrature is."""
    seconds = np.arange(16000) / 8000
    panned = np.outer([0.8, 0.6], np.cos(2 * np.pi * 500 * seconds))
    turned = np.stack([np.cos(2 * np.pi * 2000 * seconds), np.sin(2 * np.pi * 2000 * seconds)])
    mixture = Audio(panned + turned, 8000)
    spectrogram = transform.stft(mixture, n_fft=512, hop=128)
    mask = surround.diffuse(position.angle(spectrogram).coherence)
    assert mask.data.shape == (1, *spectrogram.data.shape[1:])
    room = transform.istft(apply(spectrogram, mask))
    inner = slice(1000, -1000)
    assert power(room.data[:, inner]) == pytest.approx(power(turned[:, inner]), rel=0.05)
    six = surround.upmix(mixture, ambience=room).surround.data
    assert six[BACK_LEFT].any()
    with pytest.raises(ValueError, match=r"must be that of position.angle, got angle"):
        surround.diffuse(position.angle(spectrogram).angle)


# Downmix


def test_stereo_upmixed_in_front_comes_back():
    six = surround.upmix(Y, X, rear=-120.0).surround
    assert np.abs(mix_back(six).data - X.data).max() < 1e-7
    assert surround.downmix(X) is X
    mono = audio(channels=1)
    assert surround.downmix(mono, to="mono") is mono
    both = surround.downmix(X, to="mono")
    assert np.allclose(both.data[0], 0.5**0.5 * X.data.sum(axis=0), atol=1e-7)


def mix_back(six: Audio) -> Audio:
    return surround.downmix(six)


@pytest.mark.parametrize(
    "knobs", [{"to": "mono"}, {"centre": "-6 dB"}, {"centre": "-4.5 dB"}, {"surround": "-6 dB"}, {"surround": "off"}]
)  # fmt: skip
def test_every_knob_of_the_downmix_matters(knobs: dict[str, Any]):
    six = audio(channels=6)
    usual, other = surround.downmix(six).data, surround.downmix(six, **knobs).data
    assert usual.shape != other.shape or not np.array_equal(usual, other)


def test_the_low_channel_is_left_out_and_that_is_said():
    context = Listener()
    surround.downmix(audio(channels=6), context=context)
    assert context.notes == ["the low-frequency channel is left out"]
    context = Listener()
    surround.downmix(surround.upmix(Y, X).surround, context=context)
    assert context.notes == []


def test_other_numbers_of_channels_are_refused():
    for channels in (3, 5, 8):
        with pytest.raises(ValueError, match=f"audio has {channels} channels: only 5.1"):
            surround.downmix(audio(channels=channels))


def test_a_source_all_the_way_around_keeps_most_of_its_level_in_stereo():
    """Behind it is 3 dB weaker in the downmix, as the standard has it."""
    _, images = benches.bench_a(rate=8000, seconds=1)
    one = images.like(images.data[:1], ("notes",))
    levels = {}
    for azimuth in (30, 0, -30, 110, -110, 180):
        six = surround.upmix(one, azimuths=f"notes {azimuth}").surround
        levels[azimuth] = 10 * np.log10(power(surround.downmix(six).data) / power(one.data))
    assert levels[30] == pytest.approx(0, abs=0.01)
    assert levels[0] == pytest.approx(0, abs=0.01)
    assert levels[110] == pytest.approx(-3.01, abs=0.01)
    assert levels[180] == pytest.approx(-3.01, abs=0.01)


# Files


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_six_channels_are_written_as_5_1(tmp_path: Path, form: Any):
    six = surround.upmix(Y, X, azimuths="vocals 0; keys 110; guitar -110", low=-10.0).surround
    files = output.audio(six, folder=str(tmp_path), name="around", format=form, context=Listener())
    back = source.file(path=str(files.paths[0]))
    assert back.channels == 6
    assert np.abs(back.data - six.data).max() <= (0 if form == "wav" else 2**-23)
    if form == "wav":
        raw = files.paths[0].read_bytes()
        place = raw.index(b"fmt ") + 8
        assert int.from_bytes(raw[place : place + 2], "little") == 0xFFFE
        assert int.from_bytes(raw[place + 20 : place + 24], "little") == 0x3F
        assert soundfile.info(files.paths[0]).subtype == "FLOAT"
    again = output.audio(six, folder=str(tmp_path), name="around", format=form, context=Listener())
    assert again.paths == files.paths


def test_one_and_two_channels_are_written_as_before(tmp_path: Path):
    files = output.audio(X, folder=str(tmp_path), name="stereo", context=Listener())
    raw = files.paths[0].read_bytes()
    place = raw.index(b"fmt ") + 4
    assert raw[place : place + 6] == (18).to_bytes(4, "little") + (3).to_bytes(2, "little")


def test_stems_of_six_channels_are_written(tmp_path: Path):
    stack = audio("a", "b", channels=6)
    files = output.stems(stack, mix.sum(stack), folder=str(tmp_path), context=Listener())
    assert [soundfile.info(path).channels for path in files.paths] == [6, 6]


@pytest.mark.parametrize(("form", "fault"), [("ogg", "another order of six channels"), ("mp3", "cannot hold 6 channels")])  # fmt: skip
def test_formats_that_cannot_say_which_speaker_refuse(tmp_path: Path, form: Any, fault: str):
    with pytest.raises(ValueError, match=rf"{fault}.*write WAV"):
        output.audio(audio(channels=6), folder=str(tmp_path), name="around", format=form)
    assert not list(tmp_path.iterdir())


# Views


def test_gains_of_six_channels_are_seen_by_the_names_of_the_speakers_and_from_above():
    gains = surround.upmix(Y, azimuths="vocals 0; keys 90; guitar 180").gains
    table = views.picture_of(gains)
    assert isinstance(table, Table)
    assert table.columns == ("source", *NAMES)
    seen = mixing_around(gains)
    assert isinstance(seen, Curves)
    ends = {line.name: (line.x[-1], line.y[-1]) for line in seen.lines}
    assert ends["vocals"] == pytest.approx((0, 1), abs=0.1)
    assert ends["keys"][0] < -0.6
    assert ends["guitar"][1] < -0.2
    far = np.hypot(seen.lines[-1].x, seen.lines[-1].y)
    assert np.count_nonzero(far > 1.05) == 5
    silent = mixing_around(Mixing(np.zeros((1, 6, 1)), ("a",)))
    assert np.isfinite(silent.lines[0].x).all()


def test_each_channel_is_seen_on_its_own():
    six = surround.upmix(Y, X, azimuths="vocals 0").surround
    seen = audio_channels(six, lens=Lens(0.1, 0.2, columns=50))
    assert [picture.title for picture in seen.pictures] == list(NAMES)
    centre, low = seen.pictures[CENTRE], seen.pictures[LOW]
    assert isinstance(centre, Wave)
    assert isinstance(low, Wave)
    assert centre.high.max() > 0.05
    assert not low.high.any()
    assert len(centre.high) <= 50
    four = audio_channels(audio(channels=4))
    assert four.pictures[3].title == "channel 4"


# One after another


def test_remix_move_and_upmix_follow_each_other_and_nothing_is_lost():
    louder = remix.remix(Y, X, gains="vocals 3; keys -6")
    moved = remix.repan(louder.images, louder.mixture, names="guitar", angle=20.0)
    turned = remix.rotate(moved.images, moved.mixture, names="keys", turn=10.0)
    six = surround.upmix(turned.images, turned.mixture, rear=-120.0).surround
    assert np.abs(surround.downmix(six).data - turned.mixture.data).max() < 1e-6
    rest = X.data - Y.data.sum(axis=0)
    left = turned.mixture.data - turned.images.data.sum(axis=0)
    assert np.abs(left - rest).max() < 1e-6
