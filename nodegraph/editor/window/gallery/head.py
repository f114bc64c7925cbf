"""What stands above the cards: heading, filters, search field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files.gallery import SUBJECTS, GalleryCard, chips
from nodegraph.editor.look.faces import TEXT, icon
from nodegraph.editor.look.measures import GALLERY, WINDOW
from nodegraph.editor.window.gallery import layout
from nodegraph.editor.window.gallery.panes import FIELD_PADDING, Styles, pane
from nodegraph.editor.window.kit import Kit

Item = int
HEADING = "Ready to run"


def subtitle(shown: int, whole: int) -> str:
    """Say how many graphs there are."""
    if not whole:
        return "No graphs came with the program."
    return (
        f"{shown} of {whole} graphs."
        if shown < whole
        else f"{whole} graphs that come with the program."
    )


class Head:
    """Heading, filters and search, for the cards below."""

    def __init__(
        self,
        kit: Kit,
        styles: Styles,
        cards: Sequence[GalleryCard],
        choose: Callable[[str], None],
        enter: Callable[[], None],
    ) -> None:
        self._kit, self._styles, self._cards = kit, styles, cards
        self._choose, self._enter = choose, enter
        self._pane = self._ink = 0
        self._width = 0
        self.search: Item = 0

    def build(self, parent: Item, rect: Rect, subject: str, words: str) -> Rect:
        """Make it at the top of a place, and give what is left of the place."""
        kit = self._kit
        found = chips(self._cards)
        labels = [f"All {len(self._cards)}", *(SUBJECTS[name] for name in found)]
        widths = [kit.width(label) + 2 * kit.px(WINDOW.button_padding) for label in labels]
        whole = subtitle(len(self._cards), len(self._cards))
        heading = max(kit.width(HEADING, TEXT.section), kit.width(whole, TEXT.label))
        places = layout.head(rect.width, heading, widths, kit.scale)
        high = min(places.height, rect.height)
        self._width = round(rect.width)
        self._pane = pane(parent, rect._replace(height=high), self._styles.ground)
        for name, label, place in zip(("", *found), labels, places.chips, strict=True):
            self._chip(name, label, place, chosen=name == subject)
        self._field(places.search, words)
        # Drawn last, over the widgets: what comes first has the mouse.
        group = dpg.add_group(parent=self._pane, pos=(0, 0))
        self._ink = int(dpg.add_drawlist(self._width, places.height, parent=group))
        return Rect(rect.x, rect.y + high, rect.width, max(rect.height - high, 1))

    def write(self, shown: int) -> None:
        """Write heading and count anew."""
        kit, px = self._kit, self._kit.px
        dpg.delete_item(self._ink, children_only=True)
        room = self._width - 2 * px(layout.SIDE)
        for words, text, role, y in (
            (HEADING, TEXT.section, "t1", 0),
            (subtitle(shown, len(self._cards)), TEXT.label, "t2", layout.SUBTITLE),
        ):
            said = kit.fonts.fitted(words, text, room)
            spot = px(layout.SIDE), px(layout.TOP + y)
            kit.draw_words(spot, said, text, kit.theme.role(role), self._ink)

    def destroy(self) -> None:
        """Delete it."""
        if self._pane and dpg.does_item_exist(self._pane):
            dpg.delete_item(self._pane)
        self._pane = self._ink = self.search = 0

    def _chip(self, name: str, label: str, place: Rect, *, chosen: bool) -> None:
        chip = self._kit.button(
            label,
            lambda: self._choose(name),
            "main",
            parent=self._pane,
            tag=f"gallery.chip.{name or 'all'}",
            pos=(round(place.x), round(place.y)),
            height=GALLERY.chip,
        )
        dpg.configure_item(chip, width=round(place.width))
        if not chosen:
            dpg.bind_item_theme(chip, self._styles.raised)

    def _field(self, place: Rect, words: str) -> None:
        kit = self._kit
        high = kit.fonts.size(TEXT.body) + 2 * kit.px(FIELD_PADDING)
        self.search = kit.field(
            parent=self._pane,
            hint=f"{icon('magnifying-glass')}  Search graphs",
            width=round(place.width),
            tag="gallery.search",
            pos=(round(place.x), round(place.y + (place.height - high) / 2)),
            default_value=words,
            on_enter=True,
            callback=lambda *_: self._enter(),
        )
        dpg.bind_item_theme(self.search, self._styles.raised)
