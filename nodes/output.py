"""Outputs: sound, pictures and reports as files.

Whatever a node writes is finished out of sight first, then compared with what is already there,
and only then put in place, all of it or nothing.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, Stream, node
from nodegraph.values import Audio, Files, Number, Scores, Value
from nodes import audio_files
from nodes.dsp import mixing

Folder = Annotated[str, Param(path="folder")]
Sound = Literal["wav", "flac", "ogg", "mp3"]
Existing = Literal["refuse", "number", "replace"]

UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""

SMALL = 1e-12
"""Energy of a residual, relative to the mixture, below which there is none: -120 dB."""


# What all outputs share


class _Batch:
    """The files of one node: named, finished beside their places, then put there together."""

    def __init__(self, folder: str, existing: str, context: Context) -> None:
        self.folder, self.existing, self.context = Path(folder), existing, context
        self.taken: dict[str, str] = {}
        self.temps: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.abort()

    def path(self, template: str, ending: str, **fields: str) -> Path:
        """Fill in a name and claim the file; refuse a name that this node writes already."""
        known = {"track": self.context.track or "track", "node": self.context.node or "node"}
        filled = _filled(template, known | fields).removesuffix(f".{ending}")
        safe = _safe(filled)
        if safe != filled:
            self.context.note(f"{filled!r} is written as {safe!r}: a file name allows no more")
        path = self.folder / f"{safe}.{ending}"
        if len(path.name.encode()) > 255:
            raise ValueError(f"the name {path.name[:40]}... is too long: at most 255 bytes")
        # Some systems do not tell small from capital letters.
        key = unicodedata.normalize("NFC", path.name).casefold()
        if key in self.taken:
            raise ValueError(
                f"{self.taken[key]} and {filled!r} would both be written to {path.name}: "
                "rename one, or put {source} into name"
            )
        self.taken[key] = repr(filled)
        self.context.claim(path)
        return path

    def temp(self, path: Path) -> Path:
        """Give a place to write what will be moved to `path`."""
        with audio_files.explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self.temps.append(audio_files.beside(path))
        return self.temps[-1]

    def place(self, finished: Mapping[Path, Path]) -> Files:
        """Put finished files (path -> temporary file) in place, after a look at all of them."""
        goals = [self._goal(path, temp) for path, temp in finished.items()]
        for (goal, same), temp in zip(goals, finished.values(), strict=True):
            if same:
                temp.unlink(missing_ok=True)
                self.context.note(f"{goal.name} is unchanged")
            else:
                audio_files.place(temp, goal)
            self.context.wrote(goal)
        return Files(tuple(goal for goal, _ in goals))

    def _goal(self, path: Path, temp: Path) -> tuple[Path, bool]:
        """Say where a file goes, and whether the very same is there already."""
        number, goal = 1, path
        while goal.exists():
            if audio_files.same_content(temp, goal, self.context.progress):
                return goal, True
            if self.existing == "replace" and goal.is_file():
                return goal, False
            if self.existing != "number":
                raise self.occupied(goal)
            number += 1
            goal = path.with_name(f"{path.stem}-{number}{path.suffix}")
            self.context.claim(goal)
        return goal, False

    @staticmethod
    def occupied(path: Path) -> ValueError:
        if path.is_dir():
            return ValueError(f"{path} is a folder: choose another name")
        return ValueError(
            f"{path} is already there and differs: choose another name or folder, "
            "or set existing to number or replace"
        )

    def abort(self) -> None:
        """Leave nothing behind."""
        for temp in self.temps:
            temp.unlink(missing_ok=True)


def _filled(template: str, known: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in known:
            allowed = ", ".join(f"{{{name}}}" for name in known)
            raise ValueError(f"name: {match[0]} is not known here; allowed are {allowed}")
        return known[match[1]]

    return re.sub(r"\{([^{}]*)\}", value, template)


def _safe(name: str) -> str:
    """Replace what file systems do not allow."""
    safe = UNSAFE.sub("_", name).strip()
    if not safe.strip("."):
        raise ValueError("name is empty: give the file a name")
    if safe.startswith("."):
        safe = f"_{safe[1:]}"
    return f"{safe}_" if RESERVED.fullmatch(safe) else safe


# Sound


class _Recorder:
    """Sound files that grow together and are put in place together."""

    def __init__(self, params: Mapping[str, Any], context: Context) -> None:
        self.params, self.context = params, context
        self.batch = _Batch(params["folder"], params["existing"], context)
        self.writers: dict[str, audio_files.Writer] = {}
        self.done: dict[str, int] = {}
        self.optional: set[str] = set()
        self.shape: tuple[object, ...] = ()

    def begin(self, names: tuple[str, ...], audio: Audio) -> None:
        """Open a file for each name, at the first piece; later pieces must be of the same kind."""
        shape = names, audio.rate, audio.channels
        if not self.shape:
            self.shape = shape
            form = self.params["format"]
            paths = {
                name: self.batch.path(self.params["name"], form, source=name) for name in names
            }
            graph = self.context.graph_text(self.batch.folder)
            for name, path in paths.items():
                self.writers[name] = audio_files.Writer(
                    path, audio.rate, audio.channels, form, graph
                )
                self.done[name] = 0
        elif shape != self.shape:
            raise ValueError(f"the sound changed on the way: {self.shape}, then {shape}")

    def add(self, name: str, samples: NDArray[Any], part: float, share: float) -> None:
        """Append samples (channel, sample) to a file; it is this share of the work."""
        writer = self.writers[name]
        self._check(name, samples, writer)
        writer.write(samples, lambda done: self.context.progress(part + share * done))
        self.done[name] += samples.shape[-1]

    def _check(self, name: str, samples: NDArray[Any], writer: audio_files.Writer) -> None:
        peak = float(np.abs(samples).max(initial=0))
        if not math.isfinite(peak):
            raise ValueError(f"{name or 'the sound'} holds values that are not numbers")
        if writer.format != "wav" and peak > 1:
            raise ValueError(
                f"{name or 'the sound'} peaks at {peak:.3g}, {20 * math.log10(peak):.1f} dB over "
                f"full scale, which {writer.format.upper()} cannot hold: write WAV, or lower all "
                "sources alike with mix.gain"
            )
        # A long run should not learn at its end that it may not write.
        early = writer.format == "wav" and self.params["existing"] == "refuse"
        if early and name not in self.optional and writer.path.exists():
            rate = writer.rate
            if not audio_files.holds(writer.path, samples, rate, self.done[name]):
                raise self.batch.occupied(writer.path)

    def close(self) -> Files:
        """Complete the files and put them in place."""
        for name in [name for name in self.writers if self.superfluous(name)]:
            self.writers.pop(name).abort()
        for name, writer in self.writers.items():
            if not self.done[name]:
                raise ValueError(f"{name or 'the sound'} has no samples: nothing to write")
            writer.finish()
        return self.batch.place({writer.path: writer.temp for writer in self.writers.values()})

    def superfluous(self, name: str) -> bool:
        """Say whether a finished file is not wanted after all."""
        return False

    def abort(self) -> None:
        """Leave nothing behind."""
        for writer in self.writers.values():
            writer.abort()
        self.batch.abort()


class _Single(_Recorder):
    """One file for one sound."""

    def write(self, inputs: Mapping[str, Value]) -> None:
        audio = inputs["audio"]
        assert isinstance(audio, Audio)
        if len(audio.names) > 1:
            raise ValueError(
                f"one file holds one sound, and audio carries {len(audio.names)} sources "
                f"({', '.join(audio.names)}): pick one with [name], or use output.stems"
            )
        samples = audio.data[0] if audio.names else audio.data
        self.begin(("",), audio)
        self.add("", samples, 0.0, 1.0)


class _Each(_Recorder):
    """A file for each source, and one for what they leave of the mixture."""

    energy = 0.0
    left = 0.0

    def write(self, inputs: Mapping[str, Value]) -> None:
        audio, mixture = inputs["audio"], inputs.get("mixture")
        assert isinstance(audio, Audio)
        assert mixture is None or isinstance(mixture, Audio)
        audio = audio.stacked()
        rest = self._rest(audio, mixture)
        self.begin((*audio.names, *(["residual"] if rest is not None else [])), audio)
        share = 1 / (len(self.writers) + 1)
        for number, (name, samples) in enumerate(zip(audio.names, audio.data, strict=True)):
            self.add(name, samples, (number + 1) * share, share)
        if rest is not None:
            self.add("residual", rest, 1 - share, share)

    def _rest(self, audio: Audio, mixture: Audio | None) -> NDArray[np.float32] | None:
        if mixture is None and self.params["residual"] == "always":
            raise ValueError("a residual needs the mixture: wire it, or set residual to never")
        if mixture is None or self.params["residual"] == "never":
            return None
        if "residual" in audio.names:
            raise ValueError(
                "a source is named residual already: rename it, or set residual to never"
            )
        audio.check_same(mixture, ("audio", "mixture"))
        if audio.channels != mixture.channels:
            raise ValueError(f"audio has {audio.channels} channels, mixture {mixture.channels}")
        whole = mixing.total(mixture.data) if mixture.names else mixture.data
        rest, energy, left = mixing.remainder(
            whole, audio.data, lambda done: self.context.progress(done / (len(audio.names) + 2))
        )
        self.energy, self.left = self.energy + energy, self.left + left
        if self.params["residual"] == "auto":
            self.optional.add("residual")
        return rest

    def superfluous(self, name: str) -> bool:
        if name not in self.optional or self.left > SMALL * self.energy:
            return False
        self.context.note("no residual is written: the sources add up to the mixture")
        return True


def _at_once(stream: Stream, inputs: Mapping[str, Value | None]) -> Files:
    """Write a whole recording through a stream."""
    try:
        stream.write({name: value for name, value in inputs.items() if value is not None})
        return stream.close()
    except BaseException:
        stream.abort()
        raise


@node(
    "output.audio",
    label="Save audio",
    aliases=("export", "write", "wav", "flac", "mp3"),
    effect=True,
    stream=_Single,
)
def audio(
    audio: Audio,
    *,
    folder: Folder = "stems",
    name: str = "{track}_{node}",
    format: Sound = "wav",
    existing: Existing = "refuse",
    context: Context = SILENT,
) -> Files:
    """Write one sound to a file.

    ``name`` may hold {track}, the name of the recording, and {node}, the name of this node.
    WAV is float32 and exact, FLAC is 24 bit, OGG and MP3 are lossy. Nothing is rescaled: a peak
    over full scale fits only into WAV and is refused in the others. WAV, FLAC and OGG carry the
    graph, and open as a graph again.

    ``existing`` says what to do about another file of that name: refuse, write beside it with a
    number, or replace it. A file that already holds the very same sound is left as it is.
    """
    return _at_once(
        _Single({"folder": folder, "name": name, "format": format, "existing": existing}, context),
        {"audio": audio},
    )


@node(
    "output.stems",
    label="Save stems",
    aliases=("export", "write", "sources"),
    effect=True,
    stream=_Each,
)
def stems(
    audio: Many[Audio],
    mixture: Audio | None = None,
    *,
    folder: Folder = "stems",
    name: str = "{track}_{source}",
    format: Sound = "wav",
    residual: Literal["auto", "always", "never"] = "auto",
    existing: Existing = "refuse",
    context: Context = SILENT,
) -> Files:
    """Write each source to a file of its own.

    With the mixture wired, what the sources leave of it is written as the source *residual*: where
    it is louder than -120 dB relative to the mixture (auto), always, or never. Sources and residual
    then add up to the mixture.

    ``name`` may hold {track}, {node} and {source}. Signs that a file name does not allow are
    replaced by _ and the new name is said; two sources that would get one name are refused.
    Formats and ``existing`` are as for saving audio: no source is ever rescaled on its own.
    """
    params = {"folder": folder, "name": name, "format": format, "existing": existing}
    return _at_once(
        _Each(params | {"residual": residual}, context), {"audio": audio, "mixture": mixture}
    )


# Pictures and numbers


@node("output.picture", label="Save picture", aliases=("figure", "image", "png"), effect=True)
def picture(
    value: Value,
    *,
    folder: Folder = "stems",
    name: str = "{track}_{node}",
    width: Annotated[int, Param(min=200, max=8000, unit="px")] = 1600,
    theme: Literal["dark", "light"] = "light",
    existing: Existing = "refuse",
    context: Context = SILENT,
) -> Files:
    """Write the view of any value as a PNG, as it looks in the editor.

    The picture carries the graph and opens as a graph again. ``name`` and ``existing`` are as for
    saving audio. Needs matplotlib.
    """
    with _Batch(folder, existing, context) as batch:
        path = batch.path(name, "png")
        temp = batch.temp(path)
        _draw(value, path, temp, width, theme == "dark", context)
        return batch.place({path: temp})


def _draw(value: Value, path: Path, temp: Path, width: int, dark: bool, context: Context) -> None:
    from nodegraph.figure import draw
    from nodes.views import picture_of

    text = context.graph_text(path.parent)
    context.progress(0.0, "drawing")
    shown = picture_of(value)
    context.progress(0.2, "drawing")
    with audio_files.explained(path):
        draw(shown, temp, width=width, dark=dark, metadata={"nodegraph": text} if text else {})


@node("output.report", label="Save report", aliases=("json", "scores", "metrics"), effect=True)
def report(
    scores: Many[Scores | Number],
    *,
    folder: Folder = "stems",
    name: str = "{track}_{node}",
    existing: Existing = "refuse",
    context: Context = SILENT,
) -> Files:
    """Write scores as JSON: sources, their numbers, and what there is to say about them.

    Keys are sorted. A number that is not defined is null, an endless one "inf" or "-inf". ``name``
    and ``existing`` are as for saving audio.
    """
    with _Batch(folder, existing, context) as batch:
        path = batch.path(name, "json")
        temp = batch.temp(path)
        with audio_files.explained(path):
            temp.write_text(_report(scores, context.track), encoding="utf-8")
        return batch.place({path: temp})


def _report(scores: Scores | Number, track: str) -> str:
    """Put scores into JSON."""
    if isinstance(scores, Number):
        scores = Scores({scores.name or "value": {"value": scores.value}}, scores.unit)
    content = {
        "track": track,
        "unit": scores.unit,
        "notes": list(scores.notes),
        "rows": {
            row: {column: _plain(value) for column, value in columns.items()}
            for row, columns in scores.rows.items()
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _plain(value: float) -> float | str | None:
    """Write a number as JSON can: it knows no NaN and no infinity."""
    if math.isnan(value):
        return None
    return float(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")
