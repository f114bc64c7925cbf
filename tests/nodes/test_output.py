"""Outputs: what is written is what was given, whole or not at all, and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from nodegraph.carriers import graph_in
from nodegraph.context import Context
from nodegraph.values import Audio, Number, Scores
from nodes import audio_files, output, source

Array = NDArray[Any]
GRAPH = json.dumps(
    {"format": 1, "title": "Köln, 東京 ½", "nodes": {f"n{i}": {"type": "mix.sum"} for i in range(900)}},
    ensure_ascii=False,
    indent=1,
)  # fmt: skip


class Stopped(Exception):
    """The run was asked to stop."""


class Listener(Context):
    """A context that remembers what was said, and may stop the work."""

    def __init__(
        self,
        track: str = "song",
        node: str = "out",
        claims: dict[Path, str] | None = None,
        stop_at: float = 2.0,
    ) -> None:
        self.track, self.node, self.stop_at = track, node, stop_at
        self.claims = {} if claims is None else claims
        self.notes: list[str] = []
        self.written: list[Path] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def progress(self, fraction: float, note: str = "") -> None:
        assert 0 <= fraction <= 1 + 1e-9
        if fraction >= self.stop_at:
            raise Stopped

    def claim(self, path: Path) -> None:
        owner = self.claims.setdefault(path, self.node)
        if owner != self.node:
            raise ValueError(f"{path} is written by {owner} too")

    def wrote(self, path: Path) -> None:
        assert path.exists()
        self.written.append(path)

    def graph_text(self, folder: Path) -> str:
        return GRAPH


def sound(*sources: str, channels: int = 2, length: int = 5000, seed: int = 0) -> Audio:
    rng = np.random.default_rng(seed)
    shape = (*([len(sources)] if sources else []), channels, length)
    made = Audio((0.1 * rng.standard_normal(shape)).astype(np.float32), 8000, sources)
    made.freeze()
    return made


def summed(audio: Audio) -> Audio:
    made = audio.like(audio.data.sum(axis=0, dtype=float).astype(np.float32), ())
    made.freeze()
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def read(path: Path) -> Array:
    samples: Array = soundfile.read(path, dtype="float32", always_2d=True)[0].T
    return samples


# Sound as it was


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_wav_is_exact_and_may_pass_full_scale(tmp_path: Path, channels: int) -> None:
    loud = sound(channels=channels)
    loud = loud.like(loud.data * 30)
    files = output.audio(loud, folder=str(tmp_path), context=Listener())
    assert [path.name for path in files.paths] == ["song_out.wav"]
    assert np.array_equal(read(files.paths[0]), loud.data)
    assert soundfile.info(files.paths[0]).subtype == "FLOAT"


def test_flac_is_exact_to_24_bits(tmp_path: Path) -> None:
    files = output.audio(sound(), folder=str(tmp_path), format="flac", context=Listener())
    assert np.abs(read(files.paths[0]) - sound().data).max() <= 2**-23
    assert soundfile.info(files.paths[0]).subtype == "PCM_24"


@pytest.mark.parametrize("form", ["ogg", "mp3"])
def test_lossy_formats_keep_length_and_rate(tmp_path: Path, form: Any) -> None:
    tone = source.tone(channels=2, seconds=1.0)
    files = output.audio(tone, folder=str(tmp_path), format=form, context=Listener())
    made = read(files.paths[0])
    assert made.shape == tone.data.shape
    assert np.corrcoef(made[0], tone.data[0])[0, 1] > 0.999


@pytest.mark.parametrize("form", ["flac", "ogg", "mp3"])
def test_a_peak_over_full_scale_is_refused_not_clipped(tmp_path: Path, form: Any) -> None:
    loud = Audio(np.full((1, 100), 2.0, np.float32), 8000)
    with pytest.raises(ValueError, match=rf"6.0 dB over full scale, which {form.upper()} cannot"):
        output.audio(loud, folder=str(tmp_path), format=form)
    assert names(tmp_path) == []


def test_full_scale_itself_fits(tmp_path: Path) -> None:
    full = Audio(np.array([[1, -1, 1, -1]], np.float32), 8000)
    files = output.audio(full, folder=str(tmp_path), format="flac")
    assert np.abs(read(files.paths[0]) - full.data).max() <= 2**-23


@pytest.mark.parametrize(
    ("form", "channels", "rate"), [("mp3", 8, 44100), ("mp3", 2, 96000), ("flac", 9, 44100)]
)
def test_what_a_format_cannot_hold_is_refused(
    tmp_path: Path, form: Any, channels: int, rate: int
) -> None:
    made = Audio(np.zeros((channels, 100), np.float32), rate)
    with pytest.raises(ValueError, match=rf"cannot hold {channels} channels at {rate} Hz: write W"):
        output.audio(made, folder=str(tmp_path), format=form)
    assert names(tmp_path) == []


def test_what_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds values that are not numbers"):
        output.audio(Audio(np.full((1, 9), np.nan, np.float32), 8000), folder=str(tmp_path))
    assert names(tmp_path) == []


def test_several_sources_do_not_go_into_one_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"carries 2 sources \(a, b\): pick one with \[name\]"):
        output.audio(sound("a", "b"), folder=str(tmp_path))
    assert len(output.audio(sound("a"), folder=str(tmp_path)).paths) == 1


# Stems and what is left


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_stems_and_residual_add_up_to_the_mixture(tmp_path: Path, form: Any) -> None:
    stems, mixture = sound("vocals", "bass"), sound(seed=3)
    files = output.stems(stems, mixture, folder=str(tmp_path), format=form, context=Listener())
    assert [path.name for path in files.paths] == [
        f"song_vocals.{form}", f"song_bass.{form}", f"song_residual.{form}",
    ]  # fmt: skip
    total = sum(read(path) for path in files.paths)
    assert np.abs(total - mixture.data).max() < (1e-7 if form == "wav" else 3 * 2**-23)


@pytest.mark.parametrize(
    ("residual", "same", "written"),
    [("auto", True, False), ("auto", False, True), ("always", True, True),
     ("always", False, True), ("never", True, False), ("never", False, False)],
)  # fmt: skip
def test_when_a_residual_is_written(
    tmp_path: Path, residual: Any, same: bool, written: bool
) -> None:
    stems, context = sound("a", "b"), Listener()
    mixture = summed(stems) if same else sound(seed=3)
    output.stems(stems, mixture, folder=str(tmp_path), residual=residual, context=context)
    assert ("song_residual.wav" in names(tmp_path)) is written
    assert bool(context.notes) is (residual == "auto" and same)


def test_a_residual_needs_a_mixture(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a residual needs the mixture: wire it"):
        output.stems(sound("a"), folder=str(tmp_path), residual="always")
    assert len(output.stems(sound("a", "b"), folder=str(tmp_path)).paths) == 2


def test_a_mixture_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"audio is on 8000 Hz, 5000 samples, mixture on 8000 Hz"):
        output.stems(sound("a"), sound(length=4000), folder=str(tmp_path))
    with pytest.raises(ValueError, match="audio has 2 channels, mixture 1"):
        output.stems(sound("a"), sound(channels=1), folder=str(tmp_path))
    with pytest.raises(ValueError, match="a source is named residual already"):
        output.stems(sound("residual", "a"), sound(), folder=str(tmp_path))
    assert names(tmp_path) == []


def test_no_stem_is_rescaled_on_its_own(tmp_path: Path) -> None:
    stems = sound("a", "b")
    loud = stems.like(stems.data * np.array([0.1, 50], np.float32)[:, None, None])
    with pytest.raises(ValueError, match=r"b peaks at .* lower all sources alike"):
        output.stems(loud, folder=str(tmp_path), format="flac")
    assert names(tmp_path) == []


# Names


def test_signs_that_a_file_name_does_not_allow_are_replaced_visibly(tmp_path: Path) -> None:
    context = Listener(track="a:b")
    output.stems(sound("AC/DC", "..\\up", "Größe ½"), folder=str(tmp_path), context=context)
    assert names(tmp_path) == ["a_b_.._up.wav", "a_b_AC_DC.wav", "a_b_Größe ½.wav"]
    assert "'a:b_AC/DC' is written as 'a_b_AC_DC': a file name allows no more" in context.notes


@pytest.mark.parametrize("pair", [("A/B", "A:B"), ("Vocals", "vocals"), ("é", "e\u0301")])
def test_two_sources_of_one_name_are_refused(tmp_path: Path, pair: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"would both be written to .*rename one"):
        output.stems(sound(*pair), folder=str(tmp_path), context=Listener())
    assert names(tmp_path) == []


def test_a_name_for_all_stems_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"put {source} into name"):
        output.stems(sound("a", "b"), folder=str(tmp_path), name="stem")


@pytest.mark.parametrize(
    ("name", "file"),
    [("{node} of {track}", "out of song.wav"), ("x.wav", "x.wav"), ("CON", "CON_.wav"),
     (".x", "_x.wav"), ("../x", "_._x.wav"), ("a{b", "a{b.wav")],
)  # fmt: skip
def test_a_name_becomes_a_file(tmp_path: Path, name: str, file: str) -> None:
    output.audio(sound(), folder=str(tmp_path / "in"), name=name, context=Listener())
    assert names(tmp_path / "in") == [file]
    assert names(tmp_path) == ["in"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("{artist}", r"{artist} is not known here; allowed are {track}, {node}"),
     ("", "name is empty"), ("..", "name is empty"), ("x" * 300, "too long: at most 255 bytes")],
)  # fmt: skip
def test_a_bad_name_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        output.audio(sound(), folder=str(tmp_path), name=name, context=Listener())
    assert names(tmp_path) == []


def test_without_track_and_node_there_is_a_name_too(tmp_path: Path) -> None:
    output.audio(sound(), folder=str(tmp_path))
    assert names(tmp_path) == ["track_node.wav"]


def test_two_nodes_do_not_write_one_file(tmp_path: Path) -> None:
    claims: dict[Path, str] = {}
    output.audio(sound(), folder=str(tmp_path), name="x", context=Listener(claims=claims))
    with pytest.raises(ValueError, match=r"x.wav is written by out too"):
        output.audio(
            sound(seed=1), folder=str(tmp_path), name="x", existing="replace",
            context=Listener(node="other", claims=claims),
        )  # fmt: skip
    assert np.array_equal(read(tmp_path / "x.wav"), sound().data)


# Files that are already there


@pytest.mark.parametrize("form", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("existing", ["refuse", "number", "replace"])
def test_the_very_same_sound_is_left_alone(tmp_path: Path, form: Any, existing: Any) -> None:
    first = output.audio(sound(), folder=str(tmp_path), format=form, context=Listener())
    before, context = first.paths[0].stat(), Listener()
    again = output.audio(
        sound(), folder=str(tmp_path), format=form, existing=existing, context=context
    )
    assert again.paths == first.paths == tuple(context.written)
    assert first.paths[0].stat().st_mtime_ns == before.st_mtime_ns
    assert context.notes == [f"song_out.{form} is unchanged"]
    assert names(tmp_path) == [f"song_out.{form}"]


@pytest.mark.parametrize("form", ["wav", "flac", "ogg", "mp3"])
def test_another_sound_is_refused(tmp_path: Path, form: Any) -> None:
    output.audio(sound(), folder=str(tmp_path), format=form, context=Listener())
    content = (tmp_path / f"song_out.{form}").read_bytes()
    with pytest.raises(ValueError, match=r"song_out.* is already there and differs: .*replace"):
        output.audio(sound(seed=1), folder=str(tmp_path), format=form, context=Listener())
    assert (tmp_path / f"song_out.{form}").read_bytes() == content
    assert names(tmp_path) == [f"song_out.{form}"]


def test_another_sound_gets_a_number(tmp_path: Path) -> None:
    for seed in (0, 1, 2, 1):
        output.audio(sound(seed=seed), folder=str(tmp_path), existing="number", context=Listener())
    assert names(tmp_path) == ["song_out-2.wav", "song_out-3.wav", "song_out.wav"]
    assert np.array_equal(read(tmp_path / "song_out-2.wav"), sound(seed=1).data)


def test_another_sound_replaces_where_asked_to(tmp_path: Path) -> None:
    output.audio(sound(), folder=str(tmp_path), context=Listener())
    output.audio(sound(seed=1), folder=str(tmp_path), existing="replace", context=Listener())
    assert names(tmp_path) == ["song_out.wav"]
    assert np.array_equal(read(tmp_path / "song_out.wav"), sound(seed=1).data)


def test_a_file_that_is_no_sound_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "song_out.wav").write_text("my diary")
    with pytest.raises(ValueError, match="is already there and differs"):
        output.audio(sound(), folder=str(tmp_path), context=Listener())
    assert (tmp_path / "song_out.wav").read_text() == "my diary"


def test_a_folder_in_the_way_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "song_out.wav").mkdir()
    with pytest.raises(ValueError, match=r"song_out.wav is a folder: choose another name"):
        output.audio(sound(), folder=str(tmp_path), existing="replace", context=Listener())
    assert names(tmp_path) == ["song_out.wav"]


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_one_refused_stem_keeps_all_from_being_written(tmp_path: Path, form: Any) -> None:
    audio_files.write(tmp_path / f"song_b.{form}", sound(seed=9).data, 8000, form)
    with pytest.raises(ValueError, match=r"song_b.* is already there"):
        output.stems(sound("a", "b", "c"), folder=str(tmp_path), format=form, context=Listener())
    assert names(tmp_path) == [f"song_b.{form}"]


def test_another_comment_is_no_other_sound(tmp_path: Path) -> None:
    audio_files.write(tmp_path / "song_out.wav", sound().data, 8000, "wav", '{"nodes": {}}')
    output.audio(sound(), folder=str(tmp_path), context=Listener())
    assert graph_in(tmp_path / "song_out.wav") == '{"nodes": {}}'


# The graph in the file


@pytest.mark.parametrize("form", ["wav", "flac", "ogg"])
def test_sound_carries_its_graph(tmp_path: Path, form: Any) -> None:
    assert len(GRAPH.encode()) > 30_000
    files = output.audio(sound(), folder=str(tmp_path / "東京"), format=form, context=Listener())
    assert graph_in(files.paths[0]) == GRAPH
    assert source.file(path=str(files.paths[0])).length == 5000


def test_mp3_carries_none_and_other_comments_are_no_graph(tmp_path: Path) -> None:
    files = output.audio(sound(), folder=str(tmp_path), format="mp3", context=Listener())
    assert graph_in(files.paths[0]) is None
    for form in ("wav", "flac", "ogg"):
        path = tmp_path / f"a.{form}"
        audio_files.write(path, sound().data, 8000, form, "Recorded in Köln")
        assert graph_in(path) is None
        audio_files.write(path, sound().data, 8000, form)
        assert graph_in(path) is None
    (tmp_path / "text.wav").write_text("RIFF and so on")
    assert graph_in(tmp_path / "text.wav") is None


def test_a_short_comment_is_read_by_others(tmp_path: Path) -> None:
    audio_files.write(tmp_path / "a.wav", sound().data, 8000, "wav", "Recorded in Köln")
    with soundfile.SoundFile(tmp_path / "a.wav") as file:
        assert file.comment == "Recorded in Köln"


# Disks and interruptions


def test_a_stopped_run_leaves_nothing_behind(tmp_path: Path) -> None:
    for stop_at in (0.0, 0.4, 0.7):
        with pytest.raises(Stopped):
            output.stems(
                sound("a", "b", length=200_000), sound(length=200_000), folder=str(tmp_path),
                context=Listener(stop_at=stop_at),
            )  # fmt: skip
        assert names(tmp_path) == []


def test_a_stopped_run_keeps_what_was_there(tmp_path: Path) -> None:
    output.audio(sound(), folder=str(tmp_path), context=Listener())
    with pytest.raises(Stopped):
        output.audio(
            sound(seed=1), folder=str(tmp_path), existing="replace", context=Listener(stop_at=0.5)
        )
    assert np.array_equal(read(tmp_path / "song_out.wav"), sound().data)
    assert names(tmp_path) == ["song_out.wav"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if (
        sys.platform != "linux"
        or os.geteuid()
        or subprocess.run(mount, capture_output=True).returncode
    ):
        pytest.skip("a small disk can be mounted only by root on Linux")  # fmt: skip
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("form", ["wav", "flac", "ogg", "mp3"])
def test_a_full_disk_is_said_and_nothing_half_stays(small_disk: Path, form: Any) -> None:
    long = sound("a", length=900_000)
    with pytest.raises(ValueError, match=rf"^cannot write .*song_a.{form}: the disk is full$"):
        output.stems(long, folder=str(small_disk), format=form, context=Listener())
    assert names(small_disk) == []


def test_a_full_disk_for_a_report(small_disk: Path) -> None:
    rows = {f"source {k}": {"SNR": float(k)} for k in range(20_000)}
    with pytest.raises(ValueError, match="the disk is full"):
        output.report(Scores(rows), folder=str(small_disk), context=Listener())
    assert names(small_disk) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"^cannot write .*x.wav: .*file is not a folder"):
        output.audio(sound(), folder=str(tmp_path / "file"), name="x")
    with pytest.raises(ValueError, match=r"^cannot write .*song_out.json: .*file is not a folder"):
        output.report(Number(1.0), folder=str(tmp_path / "file"), context=Listener())


def test_a_folder_without_permission_is_said(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    if os.access(closed, os.W_OK):
        pytest.skip("root may write anywhere")
    with pytest.raises(ValueError, match=r"no permission for .*closed"):
        output.audio(sound(), folder=str(closed))


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.EACCES, "no permission for .*folder"), (errno.EROFS, "the disk is read-only"),
     (errno.EDQUOT, "the disk quota is used up"), (errno.EIO, "Input/output error")],
)  # fmt: skip
def test_faults_of_the_disk_are_put_into_words(tmp_path: Path, code: int, words: str) -> None:
    path = tmp_path / "folder" / "a.wav"
    with (
        pytest.raises(ValueError, match=rf"^cannot write .*a.wav: {words}$"),
        audio_files.explained(path),
    ):
        raise OSError(code, os.strerror(code))


def test_inputs_are_not_written_to(tmp_path: Path) -> None:
    stems, mixture = sound("a", "b"), sound(seed=2)
    before = stems.data.copy(), mixture.data.copy()
    output.stems(stems, mixture, folder=str(tmp_path))
    assert np.array_equal(stems.data, before[0])
    assert np.array_equal(mixture.data, before[1])


def test_the_same_sound_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        output.audio(sound(), folder=str(tmp_path / folder), context=Listener())
    first, second = (tmp_path / folder / "song_out.wav" for folder in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


# Piece by piece


def pieces(audio: Audio, *edges: int) -> Iterator[Audio]:
    for start, stop in zip((0, *edges), (*edges, audio.length), strict=True):
        yield audio.like(audio.data[..., start:stop])


KNOBS = {"name": "{track}_{source}", "format": "wav", "residual": "auto", "existing": "refuse"}


def streamed(
    node: Any, folder: Path, context: Context, knobs: dict[str, Any], **inputs: Audio
) -> tuple[Path, ...]:
    stream = node.__node__.stream({**KNOBS, "folder": str(folder), **knobs}, context)
    try:
        cut = {name: list(pieces(audio, 700, 701, 4000)) for name, audio in inputs.items()}
        for turn in zip(*cut.values(), strict=True):
            stream.write(dict(zip(cut, turn, strict=True)))
        return tuple(stream.close().paths)
    except BaseException:
        stream.abort()
        raise


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_pieces_give_the_same_files_as_the_whole(tmp_path: Path, form: Any) -> None:
    stems, mixture = sound("a", "b"), sound(seed=3)
    whole = output.stems(
        stems, mixture, folder=str(tmp_path / "whole"), format=form, context=Listener()
    )
    parts = streamed(
        output.stems, tmp_path / "parts", Listener(), {"format": form}, audio=stems, mixture=mixture
    )
    assert [path.name for path in parts] == [path.name for path in whole.paths]
    for mine, theirs in zip(parts, whole.paths, strict=True):
        assert np.array_equal(read(mine), read(theirs))
        assert graph_in(mine) == GRAPH


def test_a_single_sound_streams_too(tmp_path: Path) -> None:
    context = Listener()
    (path,) = streamed(output.audio, tmp_path, context, {"name": "{node}"}, audio=sound())
    assert np.array_equal(read(path), sound().data)
    assert context.written == [path]


def test_a_streamed_residual_that_stays_silent_is_dropped(tmp_path: Path) -> None:
    stems, context = sound("a", "b"), Listener()
    streamed(output.stems, tmp_path, context, {}, audio=stems, mixture=summed(stems))
    assert names(tmp_path) == ["song_a.wav", "song_b.wav"]
    assert context.notes == ["no residual is written: the sources add up to the mixture"]


def test_an_aborted_stream_leaves_nothing(tmp_path: Path) -> None:
    stream = output.stems.__node__.stream({**KNOBS, "folder": str(tmp_path)}, Listener())  # type: ignore[attr-defined]
    stream.write({"audio": sound("a", "b")})
    assert all(name.startswith(".") for name in names(tmp_path))
    stream.abort()
    assert names(tmp_path) == []


def test_a_stream_refuses_at_the_first_piece_that_differs(tmp_path: Path) -> None:
    output.stems(sound("a"), folder=str(tmp_path), context=Listener())
    stream = output.stems.__node__.stream({**KNOBS, "folder": str(tmp_path)}, Listener())  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="is already there and differs"):
        stream.write({"audio": sound("a", seed=1, length=100)})
    stream.abort()
    again = streamed(output.stems, tmp_path, Listener(), {}, audio=sound("a"))
    assert [path.name for path in again] == ["song_a.wav"]


def test_a_stream_of_changing_sources_is_refused(tmp_path: Path) -> None:
    stream = output.stems.__node__.stream({**KNOBS, "folder": str(tmp_path)}, Listener())  # type: ignore[attr-defined]
    stream.write({"audio": sound("a", "b")})
    with pytest.raises(ValueError, match="changed on the way"):
        stream.write({"audio": sound("a", "c")})
    stream.abort()


# Pictures and reports


def test_a_picture_carries_its_graph_and_is_left_alone_when_unchanged(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for _ in range(2):
        context = Listener()
        files = output.picture(sound(), folder=str(tmp_path), width=400, context=context)
    assert names(tmp_path) == ["song_out.png"]
    assert graph_in(files.paths[0]) == GRAPH
    assert context.notes == ["song_out.png is unchanged"]
    with pytest.raises(ValueError, match="is already there and differs"):
        output.picture(sound(), folder=str(tmp_path), width=400, theme="dark", context=Listener())
    assert names(tmp_path) == ["song_out.png"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [b"tEXt", b"iTXt", b"zTXt"])
def test_a_graph_is_found_in_every_kind_of_text_chunk(
    tmp_path: Path, kind: bytes, packed: bool
) -> None:
    import struct
    import zlib

    text = '{"nodes": {"a": "é"}}'
    if kind == b"tEXt":
        body = b"nodegraph\0" + text.encode("latin-1")
    elif kind == b"zTXt":
        body = b"nodegraph\0\0" + zlib.compress(text.encode("latin-1"))
    else:
        raw = zlib.compress(text.encode()) if packed else text.encode()
        body = b"nodegraph\0" + bytes([packed, 0]) + b"\0\0" + raw
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    assert graph_in(path) == text


def test_without_matplotlib_a_picture_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ValueError, match=r'pictures need matplotlib: pip install "nodegraph\[fig'):
        output.picture(sound(), folder=str(tmp_path))
    assert names(tmp_path) == []


def test_a_report_is_sorted_json_that_any_program_reads(tmp_path: Path) -> None:
    scores = Scores(
        {"vocals": {"SNR": 3.5, "SIR": float("inf")}, "bass": {"SNR": float("nan")}},
        notes=("bass is silent: its SNR is not defined",),
    )
    files = output.report(scores, folder=str(tmp_path), context=Listener())
    text = files.paths[0].read_text(encoding="utf-8")
    assert json.loads(text) == {
        "track": "song",
        "unit": "dB",
        "notes": ["bass is silent: its SNR is not defined"],
        "rows": {"vocals": {"SNR": 3.5, "SIR": "inf"}, "bass": {"SNR": None}},
    }
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert files.paths[0].name == "song_out.json"


def test_a_number_makes_a_report(tmp_path: Path) -> None:
    files = output.report(Number(4.8, "period", "s"), folder=str(tmp_path), context=Listener())
    content = json.loads(files.paths[0].read_text())
    assert content["rows"] == {"period": {"value": 4.8}}
    assert content["unit"] == "s"
    output.report(Number(4.8, "period", "s"), folder=str(tmp_path), context=Listener())
    with pytest.raises(ValueError, match="already there"):
        output.report(Number(2.4, "period", "s"), folder=str(tmp_path), context=Listener())
