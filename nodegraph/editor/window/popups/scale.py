"""The scale of a MUSHRA page and the sliders on it, drawn by hand: one without a rating is hollow."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.hearing.mushra import HIGHEST, LABELS
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import LOOP
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.panels import parts

NUMBER = 24
"""Height of the number below a slider."""


def draw_scale(kit: Kit, ink: int, rect: Rect, left: float) -> None:
    """Draw the fifths of the scale, their names left of `left`, behind all sliders."""
    px, fifth = kit.px, rect.height / len(LABELS)
    for place, words in enumerate(LABELS):
        top = rect.y + place * fifth
        if place % 2 == 0:
            parts.block(ink, Rect(left, top, rect.right - left, fifth), kit.theme.panel2)
        parts.hairline(kit, ink, (left, top), (rect.right, top + 1))
        row = Rect(rect.x, top, left - rect.x - px(40), fifth)
        parts.words_in(kit, ink, row, words, TEXT.body, "t2")
        _mark(kit, ink, left, top, HIGHEST - 20 * place)
    parts.hairline(kit, ink, (left, rect.bottom), (rect.right, rect.bottom + 1))
    _mark(kit, ink, left, rect.bottom, 0)


def _mark(kit: Kit, ink: int, left: float, y: float, score: int) -> None:
    row = Rect(left - kit.px(44), y - kit.px(8), kit.px(36), kit.px(16))
    parts.words_in(kit, ink, row, str(score), TEXT.small_number, "t3", align=1.0)


def draw_slider(kit: Kit, layer: int, rect: Rect, score: int | None, on: bool) -> None:
    """Draw a slider with its number below; `on` where its sound is heard."""
    px, theme = kit.px, kit.theme
    middle, half = round(rect.centre[0]), px(LOOP.track) / 2
    track = Rect(middle - half, rect.y, 2 * half, rect.height)
    parts.block(layer, track, theme.frame, px(LOOP.track_radius))
    share = (score if score is not None else 50) / HIGHEST
    y = rect.bottom - share * rect.height
    if score is not None:
        filled = Rect(track.x, y, track.width, rect.bottom - y)
        parts.block(layer, filled, theme.acc if on else theme.line2, px(LOOP.track_radius))
    ground = theme.panel if score is None else theme.t1 if on else theme.t2
    dpg.draw_circle(
        (middle, round(y)), px(LOOP.knob), color=theme.t1 if on else theme.t3, fill=ground,
        thickness=px(2), parent=layer,
    )  # fmt: skip
    row = Rect(rect.x, rect.bottom + px(6), rect.width, px(NUMBER) - px(6))
    words = "–" if score is None else str(score)
    parts.words_in(
        kit, layer, row, words, TEXT.number, "t1" if score is not None else "t3", align=0.5
    )
