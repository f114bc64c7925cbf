"""Outputs: sound, pictures and reports as files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Literal

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Audio, Files, Number, Scores, Value
from nodes import audio_files
from nodes.saving import Batch, Each, Single, at_once

Folder = Annotated[str, Param(path="folder")]
Sound = Literal["wav", "flac", "ogg", "mp3"]
Existing = Literal["refuse", "number", "replace"]

# Sound


@node(
    "output.audio",
    label="Save audio",
    aliases=("export", "write", "wav", "flac", "mp3"),
    effect=True,
    stream=Single,
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
    graph, and open as a graph again. Six channels are written as 5.1 (L, R, C, LFE, Ls, Rs), which
    a WAV says in its header and a FLAC by its standard; OGG and MP3 refuse them. Of other numbers
    of channels a file does not say which speakers they are for.

    ``existing`` says what to do about another file of that name: refuse, write beside it with a
    number, or replace it. A file that already holds the very same sound is left as it is.
    """
    return at_once(
        Single({"folder": folder, "name": name, "format": format, "existing": existing}, context),
        {"audio": audio},
    )


@node(
    "output.stems",
    label="Save stems",
    aliases=("export", "write", "sources"),
    effect=True,
    stream=Each,
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
    return at_once(
        Each(params | {"residual": residual}, context), {"audio": audio, "mixture": mixture}
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

    On the light ground, which is white, the colours of levels run backwards: more is darker.
    The picture carries the graph and opens as a graph again. ``name`` and ``existing`` are as for
    saving audio. Needs matplotlib.
    """
    with Batch(folder, existing, context) as batch:
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
    with Batch(folder, existing, context) as batch:
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
