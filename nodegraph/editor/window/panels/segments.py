"""A trough of segments, of which one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import WINDOW
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.styles import make
from nodegraph.editor.window.panels import parts

SQUARE = 14


@dataclass(frozen=True)
class Segment:
    """One of them."""

    name: str
    words: str
    sign: str = ""
    """Name of a type of value."""
    source: str = ""
    """Source whose square stands before the words."""
    index: int = 0


def spans(widths: Sequence[float], room: float, gap: float) -> list[tuple[float, float]]:
    """Share out a trough: what is wanted and an equal part of the rest, or less where it is tight.

    Gives the start and the width of each.
    """
    spare = room - gap * (len(widths) - 1)
    total = sum(widths) or 1.0
    if total <= spare:
        made = [wide + (spare - total) / len(widths) for wide in widths]
    else:
        made = [wide * spare / total for wide in widths]
    found, x = [], 0.0
    for wide in made:
        found.append((x, wide))
        x += wide + gap
    return found


def trough_style(kit: Kit) -> int:
    """Make the style of a trough; whoever asks for it frees it."""
    return make(
        [(dpg.mvThemeCol_ChildBg, kit.theme.frame)],
        [
            (dpg.mvStyleVar_ChildRounding, (kit.px(WINDOW.trough_radius),)),
            (dpg.mvStyleVar_WindowPadding, (0, 0)),
        ],
    )


def segments(
    kit: Kit,
    parent: int,
    rect: Rect,
    style: int,
    prefix: str,
    found: Sequence[Segment],
    chosen: str,
    choose: Callable[[str], object],
    *,
    grey: bool = False,
) -> None:
    """Add a row of segments at a place, in a trough of a style."""
    px, pad = kit.px, kit.px(WINDOW.trough_padding)
    trough = parts.pane(kit, parent, rect)
    dpg.bind_item_theme(trough, style)
    signs = [px(18) if part.sign or part.source else 0 for part in found]
    wanted = [
        kit.width(part.words, TEXT.body) + sign + px(16)
        for part, sign in zip(found, signs, strict=True)
    ]
    places = spans(wanted, rect.width - 2 * pad, pad)
    high = px(WINDOW.segment)
    for part, (x, wide) in zip(found, places, strict=True):
        look = "chosen" if part.name == chosen else "segment"
        tag = f"{prefix}.{part.name or 'only'}"
        item = kit.button("", partial(choose, part.name), look, parent=trough, tag=tag)
        dpg.configure_item(item, pos=(round(pad + x), pad), width=round(wide), height=high)
        if wanted[0] and kit.width(part.words) + px(24) > wide:
            kit.tip(item, part.words)
    ink = parts.ink(trough, Rect(0, 0, rect.width, rect.height))
    for part, (x, wide), sign in zip(found, places, signs, strict=True):
        room = max(wide - sign - px(8), 0)
        words = kit.fonts.fitted(part.words, TEXT.body, room)
        start = pad + x + max((wide - sign - kit.width(words)) / 2, px(2))
        middle = rect.height / 2
        if part.source:
            at = start, middle - px(SQUARE) / 2
            parts.square(kit, ink, at, part.source, part.index, side=SQUARE, grey=grey)
        elif part.sign:
            parts.sign(kit, ink, (start + px(6), middle), part.sign)
        row = Rect(start + sign, 0, room + 1, rect.height)
        role = "t1" if part.name == chosen else "t2"
        parts.words_in(kit, ink, row, words, TEXT.body, role)
