"""One card, drawn: picture or placeholder, title, up to two lines, tags."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files.gallery import GalleryCard
from nodegraph.editor.look.colours import HALO, mix, with_alpha
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import GALLERY, NODE, SPACE, WINDOW
from nodegraph.editor.look.signs import family_style
from nodegraph.editor.window.gallery.layout import AROUND
from nodegraph.editor.window.gallery.miniature import miniature
from nodegraph.editor.window.gallery.panes import fill
from nodegraph.editor.window.kit import Kit

Item = int
TITLE, LINES, PITCH, TAGS, TAG = 16, 39, 17, 29, 20
"""Title and first line from the picture down, from line to line, tags from the foot up, their height."""
TAG_PADDING = 6


def draw(kit: Kit, parent: Item, width: int, card: GalleryCard, texture: Item, lit: bool) -> None:
    """Draw a card into an empty drawlist; `texture` is 0 where there is no picture yet."""
    px, theme = kit.px, kit.theme
    around, radius = px(AROUND), px(GALLERY.radius)
    body = Rect(around, around, width, px(GALLERY.card))
    if lit:
        fill(parent, body.grown(px(NODE.halo)), with_alpha(theme.sel, HALO), radius + px(NODE.halo))
        edge = px(NODE.outline_selected)
        fill(parent, body.grown(edge), theme.sel, radius + edge)
    else:
        fill(parent, body.grown(SPACE.hairline), theme.line, radius + SPACE.hairline)
    fill(parent, body, theme.panel, radius)
    picture = Rect(body.x, body.y, body.width, px(GALLERY.picture))
    _picture(kit, parent, picture, card, texture)
    if lit and not card.fault:
        _play(kit, parent, picture)
    _words(kit, parent, body, card)


def _picture(kit: Kit, parent: Item, rect: Rect, card: GalleryCard, texture: Item) -> None:
    theme, radius = kit.theme, kit.px(GALLERY.radius)
    if texture:
        dpg.draw_image(texture, (rect.x, rect.y), (rect.right, rect.bottom), parent=parent)
        return
    # The ground is round above and square below.
    fill(parent, rect._replace(height=rect.height / 2 + radius), theme.plot, radius)
    fill(parent, rect._replace(y=rect.y + rect.height / 2, height=rect.height / 2), theme.plot)
    if card.fault:
        kit.draw_icon(rect.centre, "warning", 2 * WINDOW.icon, theme.stale, parent)
        return
    small = miniature(card.graph, rect.width, rect.height)
    for (x, y), (right, bottom) in small.wires:
        bend = max((right - x) / 2, 4)
        points = ((x, y), (x + bend, y), (right - bend, bottom), (right, bottom))
        placed = [(rect.x + a, rect.y + b) for a, b in points]
        dpg.draw_bezier_cubic(*placed, color=theme.line, thickness=1.2, segments=16, parent=parent)
    for box, family in small.boxes:
        colour = mix(family_style(family, theme).colour, theme.plot, 0.45)
        fill(parent, box.moved(rect.x, rect.y), colour, min(3, box.height / 3))


def _play(kit: Kit, parent: Item, picture: Rect) -> None:
    centre = round(picture.centre[0]), round(picture.centre[1])
    radius = kit.px(GALLERY.play) / 2
    dpg.draw_circle(
        centre, radius, color=(0, 0, 0, 0), fill=kit.theme.accbg, segments=48, parent=parent
    )
    kit.draw_icon(centre, "play-fill", WINDOW.icon, kit.theme.acct, parent)


def _words(kit: Kit, parent: Item, body: Rect, card: GalleryCard) -> None:
    px, theme = kit.px, kit.theme
    x, room = body.x + px(SPACE.panel), body.width - 2 * px(SPACE.panel)
    y = body.y + px(GALLERY.picture)
    title = kit.fonts.fitted(card.title, TEXT.panel, room)
    kit.draw_words((x, y + px(TITLE)), title, TEXT.panel, theme.t1, parent)
    sentence, colour = (card.fault, theme.err) if card.fault else (card.sentence, theme.t2)
    lines = kit.fonts.lines(sentence, TEXT.label, room, GALLERY.lines)
    for number, line in enumerate(lines):
        spot = x, y + px(LINES) + number * px(PITCH)
        kit.draw_words(spot, line, TEXT.label, colour, parent)
    _tags(kit, parent, (x, body.bottom - px(TAGS)), room, card)


def _tags(kit: Kit, parent: Item, at: tuple[float, float], room: float, card: GalleryCard) -> None:
    px, theme = kit.px, kit.theme
    x, y = at
    right = x + room
    high, padding = px(TAG), px(TAG_PADDING)
    text_y = y + (high - kit.fonts.size(TEXT.small)) / 2
    for tag in card.tags:
        width = round(kit.width(tag, TEXT.small)) + 2 * padding
        if x + width > right:
            return
        fill(parent, Rect(x, y, width, high), theme.frame, px(WINDOW.key_radius))
        kit.draw_words((x + padding, text_y), tag, TEXT.small, theme.t2, parent)
        x += width + px(SPACE.gap)
    if card.loop and x + px(48) <= right:
        icon = px(WINDOW.small_icon)
        kit.draw_icon((x + icon / 2, y + high / 2), "repeat", WINDOW.small_icon, theme.loop, parent)
        kit.draw_words((x + icon + padding, text_y), "loop", TEXT.small, theme.loop, parent)
