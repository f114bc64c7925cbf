"""Sources: what is read is what the file holds, and every bad file is named in one line."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.declare import NodeType
from nodegraph.values import Absent, Audio
from nodes import audio_files, source
from nodes.audio_files.wav import Sink, Wav

Array = NDArray[Any]


class Listener(Context):
    """A context that remembers what was said."""

    def __init__(self, region: tuple[float, float] | None = None) -> None:
        self.region = region
        self.notes: list[str] = []
        self.fractions: list[float] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def progress(self, fraction: float, note: str = "") -> None:
        self.fractions.append(fraction)


def sound(channels: int = 2, length: int = 1000, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal((channels, length))).astype(np.float32)


def save(path: Path, samples: Array, rate: int = 8000, **kind: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples.T, rate, **(kind or {"subtype": "FLOAT"}))
    return path


def declared(function: Any) -> NodeType:
    found: NodeType = function.__node__
    return found


# One file


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("channels", [1, 2, 6, 8])
def test_a_file_is_read_as_it_is(tmp_path: Path, rate: int, channels: int) -> None:
    samples = sound(channels)
    made = source.file(path=str(save(tmp_path / "a.wav", samples, rate)))
    assert made.rate == rate
    assert made.data.dtype == np.float32
    assert np.array_equal(made.data, samples)


@pytest.mark.parametrize("name", ["Größe.wav", "東京 — ½.flac", "a b (1)'s.aiff", "Ω/Ω.wav"])
def test_any_name_is_fine(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / name, sound(), subtype="PCM_24")
    assert source.file(path=str(path)).length == 1000
    assert declared(source.file).track is not None
    assert declared(source.file).track({"path": str(path)}) == path.stem  # type: ignore[misc]


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("flac", {}), ("ogg", {}), ("mp3", {}), ("aiff", {}), ("opus", {"format": "OGG", "subtype": "OPUS"})],
)  # fmt: skip
def test_other_formats_keep_their_length(tmp_path: Path, ending: str, kind: dict[str, str]) -> None:
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, sound(2, 48001).T, 48000, **kind)
    made = source.file(path=str(path))
    assert (made.channels, made.length, made.rate) == (2, 48001, 48000)


@pytest.mark.parametrize(
    ("start", "length", "region"),
    [(0, 0, None), (0.05, 0, None), (0, 0.05, None), (0.02, 0.07, None), (0, 0, (0.01, 0.06)),
     (0.02, 0, (0.01, 0.06)), (0.02, 0.05, (0.01, 0.03)), (0.02, 0.05, (0.04, 9.0))],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
def test_a_region_is_a_slice_of_the_whole(
    tmp_path: Path, start: float, length: float, region: tuple[float, float] | None, ending: str
) -> None:
    path = tmp_path / f"a.{ending}"
    audio_files.write(path, sound(), 8000, ending)
    whole = source.file(path=str(path)).data[:, round(start * 8000) :]
    whole = whole[:, : round(length * 8000)] if length else whole
    if region:
        whole = whole[:, round(region[0] * 8000) : round(region[1] * 8000)]
    made = source.file(path=str(path), start=start, length=length, context=Listener(region))
    assert np.array_equal(made.data, whole)


def test_a_region_beyond_the_end_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sound())
    with pytest.raises(ValueError, match=r"from 0.2 s on is beyond the end: a.wav gives 0.125 s"):
        source.file(path=str(path), context=Listener((0.2, 0.3)))


def test_a_start_beyond_the_end_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sound())
    with pytest.raises(ValueError, match=r"start 1 s is beyond the end: a.wav lasts 0.125 s"):
        source.file(path=str(path), start=1.0)


def test_a_length_beyond_the_end_gives_what_there_is_and_says_so(tmp_path: Path) -> None:
    path, context = save(tmp_path / "a.wav", sound()), Listener()
    assert source.file(path=str(path), start=0.1, length=2.0, context=context).length == 200
    assert context.notes == ["the recording ends after 0.025 s of the 2 s asked for"]


def test_reading_reports_and_can_be_stopped(tmp_path: Path) -> None:
    path, context = save(tmp_path / "a.wav", sound(2, 200_000)), Listener()
    source.file(path=str(path), context=context)
    assert context.fractions == sorted(context.fractions)
    assert len(context.fractions) > 3
    assert context.fractions[-1] == 1


BAD: dict[str, tuple[bytes | None, str]] = {
    "missing.wav": (None, "there is no file .*missing.wav"),
    "empty.wav": (b"", r"empty.wav is empty \(0 bytes\)"),
    "text.wav": (b"Dear diary, " * 50, "text.wav is not an audio file that can be read"),
    "text.raw": (b"Dear diary, " * 50, "text.raw is not an audio file that can be read"),
    "song.m4a": (b"\0\0\0\x20ftypM4A " + b"\0" * 99, r"M4A \(AAC\) is not supported: save it as WAV"),
    "renamed.wav": (b"\0\0\0\x20ftypM4A " + b"\0" * 99, r"M4A \(AAC\) is not supported"),
    "video.mp4": (b"\0\0\0\x20ftypisom" + b"\0" * 99, "is not supported: save it as WAV, FLAC"),
    "song.aac": (b"\xff\xf1" + b"\0" * 99, "AAC is not supported"),
    "half.wav": (b"RIFF\x24\0\0\0WAVE", "half.wav is not an audio file that can be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named(tmp_path: Path, name: str) -> None:
    content, message = BAD[name]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        source.file(path=str(path))
    assert "\n" not in str(caught.value)


def test_a_folder_and_nothing_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is a folder, not an audio file"):
        source.file(path=str(tmp_path))
    with pytest.raises(ValueError, match="no file is chosen"):
        source.file(path="")


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a.wav has no samples"):
        source.file(path=str(save(tmp_path / "a.wav", sound(1, 0))))


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "an infinite value")])
def test_a_sample_that_is_no_number_is_found(tmp_path: Path, value: float, word: str) -> None:
    samples = sound(2, 8000)
    samples[1, 4000] = value
    path = save(tmp_path / "a.wav", samples)
    expected = rf"a.wav holds {word} at sample 4000 \(0.500 s\), channel 2; 1 of its values"
    with pytest.raises(ValueError, match=expected):
        source.file(path=str(path))
    with pytest.raises(ValueError, match=r"at sample 4000 \(0.500 s\)"):
        source.file(path=str(path), start=0.4)
    assert source.file(path=str(path), length=0.4).length == 3200


@pytest.mark.parametrize("ending", ["wav", "flac", "aiff", "mp3"])
def test_a_cut_file_is_refused_beyond_what_is_there(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, sound(2, 100_000).T, 8000)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=rf"a.{ending} is .*cut off"):
        source.file(path=str(path))
    assert source.file(path=str(path), length=2.0).length == 16000


def test_a_wav_from_a_pipe_does_not_know_its_length(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sound())
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(content)
    assert source.file(path=str(path)).length == 1000


def test_a_flac_from_a_pipe_is_named(tmp_path: Path) -> None:
    path = save(tmp_path / "a.flac", sound(), subtype="PCM_16")
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a.flac does not say how long it is"):
        source.file(path=str(path))


@pytest.mark.parametrize("subtype", ["GSM610", "MS_ADPCM", "ULAW", "PCM_U8", "DOUBLE"])
def test_old_kinds_of_wav_are_read(tmp_path: Path, subtype: str) -> None:
    path = save(tmp_path / "a.wav", sound(1, 8000), subtype=subtype)
    whole = source.file(path=str(path)).data
    assert whole.shape[1] >= 8000
    assert np.array_equal(source.file(path=str(path), start=0.5).data, whole[:, 4000:])


def test_a_wav_over_4_gb_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    sink = Sink(path, "x+b")
    wav = Wav(sink, 44100, 2, "")
    # A hole in the file stands for five gigabytes of silence.
    wav.bytes = 5 << 30
    sink.seek(wav.header + wav.bytes)
    wav.close()
    sink.truncate(wav.header + wav.bytes)
    sink.close()
    with path.open("rb") as file:
        assert file.read(4) == b"RF64"
    assert audio_files.info(path).frames == (5 << 30) // 8
    made = source.file(path=str(path), context=Listener((10_000.0, 10_000.01)))
    assert made.length == 441


# A folder of stems


def folder(place: Path, **lengths: int) -> dict[str, Array]:
    stems = {name: sound(2, length, n) for n, (name, length) in enumerate(lengths.items())}
    for name, samples in stems.items():
        save(place / f"{name}.wav", samples)
    return stems


def test_stems_are_sources_by_name_and_their_sum_is_the_mixture(tmp_path: Path) -> None:
    stems = folder(tmp_path / "My Song", vocals=900, bass=900, drums=900)
    made = source.stems(path=str(tmp_path / "My Song"))
    assert isinstance(made.stems, Audio)
    assert made.stems.sources == ("bass", "drums", "vocals")
    for name, samples in stems.items():
        assert np.array_equal(made.stems.pick(name).data, samples)
    total = np.sum([s.astype(float) for s in stems.values()], axis=0).astype(np.float32)
    assert np.array_equal(made.mixture.data, total)
    assert declared(source.stems).track({"path": str(tmp_path / "My Song")}) == "My Song"  # type: ignore[misc]


def test_a_short_stem_is_padded_and_said_to_be(tmp_path: Path) -> None:
    stems, context = folder(tmp_path, long=800, short=400), Listener()
    made = source.stems(path=str(tmp_path), context=context)
    assert isinstance(made.stems, Audio)
    assert np.array_equal(made.stems.pick("short").data[:, :400], stems["short"])
    assert not made.stems.pick("short").data[:, 400:].any()
    assert context.notes == ["padded with silence to 0.100 s: short.wav (0.050 s)"]


@pytest.mark.parametrize("region", [(0.0, 0.02), (0.04, 0.08), (0.06, 0.2)])
def test_a_region_of_stems_is_a_slice_of_them(tmp_path: Path, region: tuple[float, float]) -> None:
    folder(tmp_path, long=800, short=400)
    whole = source.stems(path=str(tmp_path), start=0.01)
    context = Listener(region)
    made = source.stems(path=str(tmp_path), start=0.01, context=context)
    assert isinstance(whole.stems, Audio)
    assert isinstance(made.stems, Audio)
    part = slice(round(region[0] * 8000), round(region[1] * 8000))
    assert np.array_equal(made.stems.data, whole.stems.data[..., part])
    assert np.array_equal(made.mixture.data, whole.mixture.data[..., part])
    assert context.notes == ["padded with silence to 0.100 s: short.wav (0.050 s)"]


@pytest.mark.parametrize("name", ["mixture.wav", "Mix.wav", "MASTER.wav"])
def test_a_finished_mix_is_no_stem(tmp_path: Path, name: str) -> None:
    folder(tmp_path, bass=100, drums=100)
    save(tmp_path / name, sound(2, 100, 9))
    context = Listener()
    made = source.stems(path=str(tmp_path), context=context)
    assert isinstance(made.stems, Audio)
    assert made.stems.sources == ("bass", "drums")
    assert context.notes == [f"{name} is left out: the mixture is the sum of the stems"]


def test_what_is_no_stem_is_passed_over(tmp_path: Path) -> None:
    folder(tmp_path, bass=100)
    (tmp_path / ".hidden.wav").write_bytes(b"nothing")
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "cover.png").write_bytes(b"nothing")
    (tmp_path / "takes.wav").mkdir()
    made = source.stems(path=str(tmp_path))
    assert isinstance(made.stems, Audio)
    assert made.stems.sources == ("bass",)


def test_stems_that_disagree_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, bass=100)
    save(tmp_path / "voice.wav", sound(2), 16000)
    with pytest.raises(ValueError, match=r"bass.wav has 8000 Hz .* voice.wav 16000 Hz"):
        source.stems(path=str(tmp_path))
    save(tmp_path / "voice.wav", sound(1), 8000)
    with pytest.raises(ValueError, match=r"2 channels, voice.wav 8000 Hz and 1"):
        source.stems(path=str(tmp_path))


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, bass=100)
    save(tmp_path / "bass.flac", sound(2, 100), subtype="PCM_24")
    with pytest.raises(ValueError, match=r"bass.flac and bass.wav would both be the source 'bass'"):
        source.stems(path=str(tmp_path))


def test_a_folder_without_stems_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no audio file"):
        source.stems(path=str(tmp_path))
    save(tmp_path / "mix.wav", sound())
    with pytest.raises(ValueError, match=r"holds only mix.wav"):
        source.stems(path=str(tmp_path))


def test_an_unreadable_stem_is_not_passed_over(tmp_path: Path) -> None:
    folder(tmp_path, bass=100)
    (tmp_path / "vocals.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    with pytest.raises(ValueError, match=r"vocals.m4a: M4A \(AAC\) is not supported"):
        source.stems(path=str(tmp_path))


def test_lossy_stems_are_pointed_out(tmp_path: Path) -> None:
    folder(tmp_path, bass=1000)
    soundfile.write(tmp_path / "vocals.ogg", sound(2, 1000).T, 8000)
    context = Listener()
    source.stems(path=str(tmp_path), context=context)
    assert context.notes[0].startswith("vocals.ogg: a lossy file is no exact reference")


def test_one_file_has_no_stems(tmp_path: Path) -> None:
    path = save(tmp_path / "song.wav", sound())
    made = source.stems(path=str(path))
    assert isinstance(made.stems, Absent)
    assert made.stems.reason == "song.wav is one file: it has no stems"
    assert np.array_equal(made.mixture.data, sound())


# What the engine asks


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sound())
    first = audio_files.fingerprint(path)
    assert first == audio_files.fingerprint(path)
    (tmp_path / "b.wav").write_bytes(path.read_bytes())
    assert audio_files.fingerprint(tmp_path / "b.wav") == first
    save(path, sound(seed=1))
    assert audio_files.fingerprint(path) != first
    assert audio_files.fingerprint(tmp_path / "none.wav") == "missing"


def test_a_stem_more_changes_the_fingerprint(tmp_path: Path) -> None:
    fingerprint = declared(source.stems).fingerprint
    assert fingerprint is not None
    folder(tmp_path, bass=100)
    first = fingerprint({"path": str(tmp_path)})
    folder(tmp_path, bass=100, drums=100)
    assert fingerprint({"path": str(tmp_path)}) != first
    fingerprint({"path": ""})
    fingerprint({"path": str(tmp_path / "none")})


def test_sources_say_how_long_they_are(tmp_path: Path) -> None:
    folder(tmp_path, long=800, short=400)
    knobs: dict[str, Any] = {"path": str(tmp_path), "start": 0.0, "length": 0.0}
    for node, path, expected in (
        (source.stems, tmp_path, 0.1),
        (source.stems, tmp_path / "short.wav", 0.05),
        (source.file, tmp_path / "long.wav", 0.1),
    ):
        seconds = declared(node).seconds
        assert seconds is not None
        assert seconds(knobs | {"path": str(path)}) == pytest.approx(expected)
        assert seconds(knobs | {"path": str(path), "length": 0.02}) == pytest.approx(0.02)
    for node in (source.song, source.tone, source.noise):
        kind = declared(node)
        made: Any = node()
        audio = made if isinstance(made, Audio) else made.mixture
        assert kind.seconds is not None
        assert kind.seconds(kind.defaults) == pytest.approx(audio.seconds)


# Made sounds


def test_the_song_node_gives_mixture_and_stems() -> None:
    made = source.song(bars=1)
    assert isinstance(made.stems, Audio)
    assert made.stems.sources == ("vocals", "drums", "bass", "keys", "guitar")
    assert made.mixture.seconds == pytest.approx(2.4)


def test_a_clipped_song_says_that_it_is_no_sum() -> None:
    context = Listener()
    source.song(bars=1, clip=True, context=context)
    assert context.notes == ["clip is on: the mixture is not the sum of the stems"]


def test_a_tone_has_its_level_length_and_channels() -> None:
    made = source.tone(frequency=1000.0, level=-20.0, seconds=0.5, rate=48000, channels=3)
    assert made.data.shape == (3, 24000)
    assert np.abs(made.data).max() == pytest.approx(0.1, rel=1e-4)
    with pytest.raises(ValueError, match="above half the rate: at 8000 Hz at most 4000 Hz"):
        source.tone(frequency=5000.0, rate=8000)


def test_noise_is_its_seed_and_differs_between_channels() -> None:
    made = source.noise(level=-20.0, channels=2, seconds=1.0)
    assert np.array_equal(made.data, source.noise(level=-20.0, channels=2, seconds=1.0).data)
    assert np.sqrt(np.mean(made.data.astype(float) ** 2, axis=-1)) == pytest.approx([0.1, 0.1])
    assert abs(np.corrcoef(made.data)[0, 1]) < 0.03


KNOBS: dict[str, tuple[Any, dict[str, Any]]] = {
    "tone": (source.tone, {"frequency": 441.0, "level": -13.0, "seconds": 1.9, "rate": 48000, "channels": 2, "phase": 9.0}),
    "noise": (source.noise, {"colour": "pink", "level": -13.0, "seconds": 1.9, "rate": 48000, "channels": 2, "seed": 1}),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "knob"), [(k, n) for k, (_, v) in KNOBS.items() for n in v])
def test_every_knob_changes_the_signal(kind: str, knob: str) -> None:
    node, values = KNOBS[kind]
    plain, changed = node(), node(**{knob: values[knob]})
    assert (plain.data.shape, plain.rate) != (changed.data.shape, changed.rate) or not (
        np.array_equal(plain.data, changed.data)
    )


def test_a_program_that_only_reads_graphs_loads_neither_scipy_nor_soundfile() -> None:
    code = (
        "import nodes.source, nodes.output, nodes.mix, sys;"
        "bad = {'scipy.signal', 'scipy.ndimage', 'soundfile', 'matplotlib', 'nodegraph.figure'};"
        "sys.exit(', '.join(bad & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
