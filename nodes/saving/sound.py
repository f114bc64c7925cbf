"""Sound as files, piece by piece or at once: one for a sound, or one for each source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.context import Context
from nodegraph.declare import Stream
from nodegraph.values import Audio, Files, Value
from nodes import audio_files
from nodes.dsp import mixing
from nodes.saving.batch import Batch

SMALL = 1e-12
"""Energy of a residual, relative to the mixture, below which there is none: -120 dB."""


class Recorder:
    """Sound files that grow together and are put in place together."""

    def __init__(self, params: Mapping[str, Any], context: Context) -> None:
        self.params, self.context = params, context
        self.batch = Batch(params["folder"], params["existing"], context)
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


class Single(Recorder):
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


class Each(Recorder):
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


def at_once(stream: Stream, inputs: Mapping[str, Value | None]) -> Files:
    """Write a whole recording through a stream."""
    try:
        stream.write({name: value for name, value in inputs.items() if value is not None})
        return stream.close()
    except BaseException:
        stream.abort()
        raise
