"""Where the parts of a track stand, and what a point of it means."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nodegraph.editor.canvas.view import Point, Rect
from nodegraph.editor.look.measures import SPACE, TRACK

KEY, GAIN, STRIP = 18, 44, 8
"""Widths of the number and of the gain, and the height of the strip on which sound is panned."""
END = 6
"""Pixels from an end of the region within which it is grabbed."""


@dataclass(frozen=True)
class Head:
    """Places in the head of a track, from its upper left corner."""

    key: Rect
    square: Rect
    name: Rect
    gain: Rect
    pan: Rect
    solo: Rect
    mute: Rect

    def part(self, at: Point) -> str:
        """Name the part under a point; what has no part of its own is ``name``."""
        for field in fields(self):
            if field.name != "name" and getattr(self, field.name).holds(at):
                return field.name
        return "name"


def head(width: float, height: float, scale: float) -> Head:
    """Lay out the head of a track in pixels; the name takes what is left."""

    def px(measure: float) -> float:
        return float(round(measure * scale))

    def middle(x: float, wide: float, high: float) -> Rect:
        return Rect(x, round((height - high) / 2), wide, high)

    side, gap = px(TRACK.button), px(SPACE.half)
    mute = middle(width - px(SPACE.bar) - side, side, side)
    solo = mute.moved(-(side + gap), 0)
    gain = Rect(solo.x - px(SPACE.gap) - px(GAIN), 0, px(GAIN), height - px(STRIP))
    key = middle(px(SPACE.gap), px(KEY), px(KEY))
    square = middle(key.right + px(SPACE.gap), px(TRACK.square), px(TRACK.square))
    left = square.right + px(10)
    name = Rect(left, 0, max(gain.x - left, 0), height)
    pan = Rect(left, height - px(STRIP), max(gain.right - left, 0), px(STRIP))
    return Head(key, square, name, gain, pan, solo, mute)


def height(count: int, room: float, scale: float) -> int:
    """Give how high a track is: as many as there are share the room, within limits."""
    least, most = TRACK.height_least * scale, TRACK.height_most * scale
    fitting = max(min(count, int(room // least)), 1)
    return int(min(max(room / fitting, least), most))


def drawn(
    span: tuple[float, float], shown: tuple[float, float], left: float, wide: float
) -> tuple[float, float, float, float] | None:
    """Give where a picture over a stretch lies in another one that is shown, and what of it is seen.

    From and to in pixels, then from and to as shares of the picture; None where it is not seen.
    """
    (start, stop), (first, last) = span, shown
    if stop <= start or last <= first or stop <= first or start >= last:
        return None
    begin, end = max(start, first), min(stop, last)
    across = wide / (last - first)
    share = 1 / (stop - start)
    return (
        left + (begin - first) * across,
        left + (end - first) * across,
        (begin - start) * share,
        (end - start) * share,
    )
