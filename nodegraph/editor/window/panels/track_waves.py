"""The waves of the tracks as textures: white, so that a tint gives colour and how strong it is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.hearing import waves
from nodegraph.editor.hearing.tracks import Track
from nodegraph.engine.asking import Sounding
from nodegraph.views import Wave

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

BUDGET = 0.006
"""Seconds of a frame that drawing waves may take."""
SAMPLES = 6_000_000
"""Samples of a recording up to which an outline of all of it is made of them."""


@dataclass(eq=False)
class Drawn:
    """The picture of one track."""

    texture: int
    span: tuple[float, float]
    """Seconds that it covers."""
    made_of: tuple[Any, ...]
    """All that decides what it looks like."""


class TrackWaves:
    """Keeps a texture for each track; those that are replaced are freed two frames later."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.drawn: dict[str, Drawn] = {}
        self._old: list[tuple[int, int]] = []
        self._open: dict[str, Any] = {}
        """Samples by their files: a file that is mapped stays, even where it is removed."""
        self._registry = int(dpg.add_texture_registry())

    def destroy(self) -> None:
        """Free everything."""
        for drawn in self.drawn.values():
            dpg.delete_item(drawn.texture)
        for texture, _ in self._old:
            dpg.delete_item(texture)
        dpg.delete_item(self._registry)
        self.drawn, self._old = {}, []

    def refresh(self, tracks: Sequence[Track], width: int, height: int) -> bool:
        """Draw what differs, as far as the time of a frame goes; whether anything was drawn."""
        self._sweep()
        there = {track.key for track in tracks}
        for key in [key for key in self.drawn if key not in there]:
            self._free(self.drawn.pop(key).texture)
        if width < 1 or height < 1:
            return False
        line = self.host.ears.timeline
        sources = {track.key: self._source(track) for track in tracks}
        edge = max([waves.QUIET, *(self._loudest(track) for track in tracks)])
        end = time.monotonic() + BUDGET
        changed = False
        for track in tracks:
            source = sources[track.key]
            made_of = (source, line, width, height, edge)
            old = self.drawn.get(track.key)
            if source is None or (old is not None and _same(old.made_of, made_of)):
                continue
            wave = self._wave(track, source, width)
            self._put(track.key, wave, made_of, (width, height))
            changed = True
            if time.monotonic() > end:
                break
        return changed

    def _source(self, track: Track) -> Any:
        """Give what the outline is made of: samples, or a picture of all of a long recording."""
        sound = self.host.ears.sounds.get(track.key)
        picture = None
        if not track.minus:
            picture = waves.of_picture(self.host.pictures.get(track.slot), track.source)
        if sound is None or picture is None:
            return picture if sound is None else sound
        line = self.host.ears.timeline
        return picture if line.whole and line.length * sound.rate > SAMPLES else sound

    def _loudest(self, track: Track) -> float:
        sound = self.host.ears.sounds.get(track.key)
        if sound is not None:
            return float(sound.peak)
        picture = self.host.pictures.get(track.slot) if not track.minus else None
        wave = waves.of_picture(picture, track.source)
        return waves.loudest(wave) if wave is not None else 0.0

    def _wave(self, track: Track, source: Any, width: int) -> Wave:
        if isinstance(source, Wave):
            return source
        line = self.host.ears.timeline
        span = line.start, line.stop
        samples = self._samples(source)
        return waves.of_samples(samples, source.rate, track.name, span, width, source.start)

    def _samples(self, sound: Sounding) -> NDArray[Any]:
        path = sound.samples.path
        if path not in self._open:
            there = {s.samples.path for s in self.host.ears.sounds.values()}
            self._open = {name: kept for name, kept in self._open.items() if name in there}
            try:
                self._open[path] = sound.samples.open()
            except OSError:  # a newer sound has taken its place
                return np.zeros((1, 0), np.float32)
        opened: NDArray[Any] = self._open[path]
        return opened

    def _put(self, key: str, wave: Wave, made_of: tuple[Any, ...], size: tuple[int, int]) -> None:
        line, edge = made_of[1], made_of[4]
        covered = waves.coverage(wave, line, *size, edge)
        pixels: NDArray[np.float32] = np.ones((*covered.shape, 4), np.float32)
        pixels[..., 3] = covered
        texture = int(dpg.add_static_texture(*size, pixels.ravel(), parent=self._registry))
        if key in self.drawn:
            self._free(self.drawn[key].texture)
        self.drawn[key] = Drawn(texture, (line.start, line.stop), made_of)

    def _free(self, texture: int) -> None:
        self._old.append((texture, dpg.get_frame_count()))

    def _sweep(self) -> None:
        now = dpg.get_frame_count()
        for texture, since in self._old:
            if now > since + 2:
                dpg.delete_item(texture)
        self._old = [(item, since) for item, since in self._old if now <= since + 2]


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    # Two sounds that are equal are none the less different ones.
    return one[0] is other[0] and one[1:] == other[1:]
