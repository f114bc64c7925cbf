"""The first screen. It is there with the first frame; pictures come after it, one by one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph import shipped
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files.gallery import (
    GalleryCard,
    figures_first,
    filtered,
    gallery,
)
from nodegraph.editor.files.thumbnails import Thumbnails
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import GALLERY, SPACE
from nodegraph.editor.window.gallery import layout
from nodegraph.editor.window.gallery.card import draw
from nodegraph.editor.window.gallery.column import Column
from nodegraph.editor.window.gallery.head import Head
from nodegraph.editor.window.gallery.maker import Maker
from nodegraph.editor.window.gallery.panes import Styles, pane, styles
from nodegraph.editor.window.gallery.textures import Textures

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

Item = int
QUIET = 0.5
"""Seconds after a change of the screen before thumbnails are made, or loaded for another size."""
MOVES = ("Left", "Right", "Up", "Down", "Home", "End")


class Gallery:
    """What to open, and a card for every graph that comes with the program."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.column = Column(host)
        self.cards = figures_first(gallery(shipped.shipped()))
        self.shown = self.cards
        """The cards that fit filter and search."""
        self._thumbnails = Thumbnails()
        self._maker = Maker(self._thumbnails, self.cards)
        self._textures: Textures | None = None
        self._parent = self._scroll = 0
        self._head: Head | None = None
        self._styles: Styles | None = None
        self._rect = self._below = Rect(0, 0, 0, 0)
        self._subject, self._words = "", ""
        self._drawn: dict[str, tuple[Item, bool]] = {}
        """The drawing of each card, and whether it is lit."""
        self._places = layout.cards(1, 100)
        self._loaded_for = 0
        self._changed = 0.0
        self._focus, self._hover, self._by_keys, self._pressed = "", "", False, ""
        self._pointer: object = None
        self._built = 0
        self._measured: tuple[float, ...] = ()

    # Life

    def build(self, parent: int, rect: Rect) -> None:
        """Make the screen; of no height it is hidden."""
        self._parent, self._rect = parent, rect
        if rect.height <= 0 or rect.width <= 0:
            return
        kit = self.host.kit
        if self._textures is None:
            self._textures = Textures(self._thumbnails, kit.theme.name)
            self._textures.want(self.cards)
        self._built, self._measured = dpg.get_frame_count(), self._measure()
        self.column.build(parent, layout.column(rect, kit.scale))
        self._build_main(layout.main(rect, kit.scale))
        self._changed = time.monotonic()

    def resize(self, rect: Rect) -> None:
        """Take another place; of no height the screen is hidden, and makes nothing any more."""
        if rect == self._rect:
            return
        parent = self._parent
        self._clear()
        if rect.height <= 0:
            self._free()
        self.build(parent, rect)

    def destroy(self) -> None:
        """Delete all of it, and end what makes thumbnails."""
        self._clear()
        self._free()

    def _clear(self) -> None:
        self.column.destroy()
        if self._head is not None:
            self._head.destroy()
        if self._scroll and dpg.does_item_exist(self._scroll):
            dpg.delete_item(self._scroll)
        if self._styles is not None:
            self._styles.free()
        self._head, self._styles, self._scroll = None, None, 0
        self._drawn = {}
        self._hover = self._pressed = ""

    def _free(self) -> None:
        self._maker.close()
        if self._textures is not None:
            self._textures.free()
        self._textures, self._loaded_for = None, 0

    @property
    def busy(self) -> bool:
        """Whether pictures are being loaded, so that frames should follow quickly."""
        return bool(self._scroll and self._textures is not None and self._textures.waiting)

    @property
    def making(self) -> str:
        """How far the pictures are that are being made; empty where there are all."""
        whole = len(self.cards)
        if self._maker.done or not self._scroll:
            return ""
        return f"Making pictures of the graphs: {whole - self._maker.left} of {whole}"

    def rects(self) -> dict[str, Rect]:
        """Give where the cards are in the window, by name."""
        return {
            f"gallery.card.{name}": Rect(
                *dpg.get_item_rect_min(item), *dpg.get_item_rect_size(item)
            )
            for name, (item, _) in self._drawn.items()
            if dpg.is_item_visible(item)
        }

    def _measure(self) -> tuple[float, ...]:
        """Measure a few words in the faces of the cards, to see whether they can be measured yet."""
        texts = (TEXT.heading, TEXT.section, TEXT.panel, TEXT.label, TEXT.small, TEXT.small_number)
        return tuple(self.host.kit.width("measured words", text) for text in texts)

    # Building

    def _build_main(self, rect: Rect) -> None:
        # Between the column and this the window's own ground is seen: a hairline.
        kit = self.host.kit
        self._styles = styles(kit)
        self._head = Head(kit, self._styles, self.cards, self._filter, self._enter)
        self._below = self._head.build(self._parent, rect, self._subject, self._words)
        self._build_cards()

    def _build_cards(self) -> None:
        kit, px, rect = self.host.kit, self.host.kit.px, self._below
        assert self._head is not None
        assert self._styles is not None
        self._head.write(len(self.shown))
        side, around = px(layout.SIDE), px(layout.AROUND)
        self._scroll = pane(self._parent, rect, self._styles.ground, scrolls=True)
        self._places = places = layout.cards(rect.width - 2 * side, kit.scale)
        size = places.width + 2 * around, places.height + 2 * around
        self._drawn = {}
        for index, card in enumerate(self.shown):
            place = places.rect(index)
            spot = side - around + round(place.x), round(place.y)
            group = dpg.add_group(parent=self._scroll, pos=spot)
            tag = dpg.add_drawlist(*size, parent=group, tag=f"gallery.card.{card.name}")
            item = int(dpg.get_alias_id(tag))
            self._drawn[card.name] = item, False
            self._draw(card, lit=card.name == self._lit)
        if not self.shown:
            self._nothing(side, self._styles.raised)
            return
        end = places.total(len(self.shown)) + around
        foot = dpg.add_group(parent=self._scroll, pos=(side, end))
        dpg.add_spacer(height=px(layout.TOP), parent=foot)

    def _nothing(self, side: int, style: Item) -> None:
        """Say that no card fits, and offer to show them all."""
        kit, px = self.host.kit, self.host.kit.px
        if self.cards:
            kit.words("No graph fits.", role="t2", parent=self._scroll, pos=(side, px(SPACE.gap)))
            spot = side, px(SPACE.gap + layout.ROW)
            tag = "gallery.show_all"
            kit.button("Show all", self.show_all, parent=self._scroll, tag=tag, pos=spot)
            dpg.bind_item_theme(tag, style)

    def _draw(self, card: GalleryCard, *, lit: bool) -> None:
        item, _ = self._drawn[card.name]
        texture = self._textures.get(card.name) if self._textures is not None else 0
        dpg.delete_item(item, children_only=True)
        draw(self.host.kit, item, self._places.width, card, texture, lit)
        self._drawn[card.name] = item, lit

    def _again(self) -> None:
        """Make all of it anew."""
        parent, rect = self._parent, self._rect
        self._clear()
        self.build(parent, rect)

    # Frames

    def refresh(self) -> None:
        """Follow the pointer and the search field; take in thumbnails."""
        if self._head is None:
            return
        if self._built and dpg.get_frame_count() > self._built + 1:
            # In the frame that a font is loaded in, words are only guessed.
            self._built = 0
            if self._measured != self._measure():
                self._again()
                self._built = 0
        if self.column.outdated:
            self.column.destroy()
            self.column.build(self._parent, layout.column(self._rect, self.host.kit.scale))
        self.column.refresh()
        words = dpg.get_value(self._head.search)
        if words != self._words:
            self._words = words
            self._choose_cards()
            # The field stays as it is: it has the keys.
            dpg.delete_item(self._scroll)
            self._hover = self._pressed = ""
            self._build_cards()
        self._point()
        self._light()
        self._load()
        self._make()

    def _point(self) -> None:
        pointer = tuple(dpg.get_mouse_pos(local=False))
        if pointer != self._pointer:
            self._pointer, self._by_keys = pointer, False
        self._hover = next(
            (name for name, (item, _) in self._drawn.items() if dpg.is_item_hovered(item)), ""
        )
        if dpg.is_mouse_button_clicked(dpg.mvMouseButton_Left):
            self._pressed = self._hover
        if dpg.is_mouse_button_released(dpg.mvMouseButton_Left):
            pressed, self._pressed = self._pressed, ""
            if pressed and pressed == self._hover:
                self._open(pressed)

    @property
    def _lit(self) -> str:
        return self._focus if self._by_keys or not self._hover else self._hover

    def _light(self) -> None:
        for card in self.shown:
            known = self._drawn.get(card.name)
            if known is not None and known[1] != (card.name == self._lit):
                self._draw(card, lit=not known[1])

    def _load(self) -> None:
        """Load one thumbnail a frame; all of them again when the cards have another width."""
        if self._textures is None:
            return
        quiet = time.monotonic() - self._changed > QUIET
        if self._loaded_for and self._loaded_for != self._places.width and quiet:
            self._textures.want(self.cards)
            self._loaded_for = 0
        if not self._textures.waiting or dpg.get_frame_count() < 2:
            return
        self._loaded_for = self._loaded_for or self._places.width
        px = self.host.kit.px
        size = self._places.width, px(GALLERY.picture), px(GALLERY.radius)
        self._redraw(self._textures.step(*size))

    def _make(self) -> None:
        """Make what is missing while nothing else is going on."""
        if self._maker.done or self.busy or not self.host.types:
            return
        if time.monotonic() - self._changed < QUIET:
            return
        made = self._maker.step(self.host.types)
        if made and self._textures is not None:
            self._textures.want(card for card in self.cards if card.name == made)
        if self._maker.done:
            self._maker.close()

    def _redraw(self, name: str) -> None:
        for card in self.shown:
            if card.name == name and name in self._drawn:
                self._draw(card, lit=self._drawn[name][1])

    # What the user does

    def key(self, chord: str) -> bool:
        """Take a key, as `commands.chord` writes it; False where it means nothing here."""
        if self._head is None:
            return False
        if chord == "F11" and self.host.presenting:
            self.host.do("view.presenter")
            return True
        if chord == "Ctrl+F":
            dpg.focus_item(self._head.search)
            return True
        names = [card.name for card in self.shown]
        if chord == "Enter" and self._lit in names:
            self._open(self._lit)
            return True
        if chord not in MOVES or not names:
            return False
        at = names.index(self._lit) if self._lit in names else -1
        to = self._places.moved(at, chord, len(names))
        self._focus, self._by_keys = names[to], True
        self._reveal(to)
        return True

    def show_all(self) -> None:
        """Forget filter and search."""
        self._words = ""
        self._filter("")

    def _filter(self, subject: str) -> None:
        self._subject = subject
        self._choose_cards()
        self._again()

    def _enter(self) -> None:
        """Open the first of the cards that fit what was typed."""
        if self._words and self.shown:
            self._open(self.shown[0].name)

    def _choose_cards(self) -> None:
        found = filtered(self.cards, self._subject, self._words)
        # What has the words in its title is what was meant.
        said = self._words.lower().strip()
        self.shown = tuple(sorted(found, key=lambda card: said not in card.title.lower()))
        self._focus = ""

    def _open(self, name: str) -> None:
        card = next(card for card in self.cards if card.name == name)
        self._maker.close()
        # Who comes back looks for another one.
        self._words = ""
        self._choose_cards()
        self.host.do("gallery.open", key=str(card.path))

    def _reveal(self, index: int) -> None:
        around = self.host.kit.px(layout.AROUND)
        place = self._places.rect(index)
        seen = place._replace(height=place.height + 2 * around)
        high = dpg.get_item_configuration(self._scroll)["height"]
        offset, most = dpg.get_y_scroll(self._scroll), dpg.get_y_scroll_max(self._scroll)
        dpg.set_y_scroll(self._scroll, layout.scrolled(seen, offset, high, most))
