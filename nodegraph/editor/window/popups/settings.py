"""The settings; every change acts at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.files import settings as stored
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import NODE, SPACE, WINDOW
from nodegraph.editor.window import pasting
from nodegraph.editor.window.popups.layout import centred
from nodegraph.editor.window.popups.popup import Popup
from nodegraph.editor.window.popups.surface import number
from nodegraph.editor.window.popups.words import COLOUR_MAPS, tilde

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

WIDE, ROW, HEAD, NAME = 480, 40, 52, 190
SWITCHES = (
    ("run_as_you_edit", "Run as you edit", "Only what changed runs"),
    ("animations", "Motion", "Zoom and new places glide"),
    ("minimap", "Minimap", "In the corner of the canvas"),
    ("grey", "Sources without colour", "Told apart by lines and letters"),
)
"""Setting, its name, and what it means."""
VOLUMES = (0.1, 0.25, 0.5, 0.75, 1.0)
SCALES = tuple(range(80, 201, 10))


def next_scale(scale: int, by: int) -> int:
    """Give the interface scale one step larger or smaller."""
    steps = [step for step in SCALES if (step > scale if by > 0 else step < scale)]
    return (steps[0] if by > 0 else steps[-1]) if steps else scale


class SettingsPanel(Popup):
    """Rows of name and control."""

    name = "settings"

    def __init__(self, host: Host, shut: Callable[[], None]) -> None:
        super().__init__(host, shut)
        self._drawn: object = None

    def build(self) -> None:
        """Open the surface and fill it."""
        kit, known = self.kit, self.host.settings
        names = {field.name for field in fields(known)}
        switches = [switch for switch in SWITCHES if switch[0] in names]
        heavy = "heavy_seconds" in names
        rows = 4 + len(switches) + heavy
        width = min(kit.px(WIDE), round(self.window[0]) - 16)
        height = kit.px(HEAD) + rows * kit.px(ROW) + kit.px(64)
        body = self.surface.open(centred((width, height), self.window, 0.3))
        self._drawn = known
        self.heading("Settings", kit.px(48), body)
        kit.icon_button(
            "x", self.cancel, "Close  Esc", parent=body, tag="settings.close",
            pos=(width - kit.px(WINDOW.button) - kit.px(10), kit.px(10)),
        )  # fmt: skip
        y = kit.px(HEAD)
        self._choice(body, y, "Theme", "theme", [("dark", "Dark"), ("light", "Light")])
        y += kit.px(ROW)
        self._scale(body, y)
        y += kit.px(ROW)
        for name, label, hint in switches:
            self._switch(body, y, name, label, hint)
            y += kit.px(ROW)
        if heavy:
            self._heavy(body, y)
            y += kit.px(ROW)
        volumes = [(share, f"{share:.0%}".replace("%", " %")) for share in VOLUMES]
        self._choice(body, y, "Volume", "volume", volumes)
        y += kit.px(ROW)
        maps = [(name, COLOUR_MAPS.get(name, name)) for name in stored.CHOICES["colour_map"]]
        self._choice(body, y, "Colour map", "colour_map", maps)
        self._foot(body, y + kit.px(ROW), width)

    def _name(self, body: int, y: int, label: str) -> None:
        top = y + round((self.kit.px(ROW) - self.kit.px(TEXT.body.size)) / 2)
        self.label(label, (self.pad, top), parent=body)

    def _control(self, y: int) -> tuple[int, int]:
        kit = self.kit
        return self.pad + kit.px(NAME), y + round((kit.px(ROW) - kit.px(WINDOW.button)) / 2)

    def _choice(
        self, body: int, y: int, label: str, name: str, choices: Sequence[tuple[Any, str]]
    ) -> None:
        kit, now = self.kit, getattr(self.host.settings, name)
        self._name(body, y, label)
        x, top = self._control(y)
        for value, words in choices:
            wide = round(kit.width(words)) + kit.px(2 * SPACE.gap + 2)
            item = kit.button(
                words, partial(self._set, name, value),
                "chosen" if value == now else "segment",
                parent=body, tag=f"settings.{name}.{value}", pos=(x, top),
            )  # fmt: skip
            dpg.configure_item(item, width=wide)
            x += wide + kit.px(SPACE.segment_gap)

    def _scale(self, body: int, y: int) -> None:
        kit, scale = self.kit, self.host.settings.scale
        self._name(body, y, "Interface scale")
        x, top = self._control(y)
        side = kit.px(WINDOW.button)
        kit.icon_button(
            "minus", lambda: self._set("scale", next_scale(scale, -1)), "Smaller  Alt -",
            parent=body, tag="settings.scale.down", pos=(x, top),
        )  # fmt: skip
        words = f"{scale} %"
        middle = kit.px(64)
        left = x + side + (middle - kit.width(words, TEXT.number)) / 2
        at = left, top + (side - kit.px(TEXT.number.size)) / 2
        self.label(words, at, TEXT.number, parent=body)
        kit.icon_button(
            "plus", lambda: self._set("scale", next_scale(scale, 1)), "Larger  Alt +",
            parent=body, tag="settings.scale.up", pos=(x + side + middle, top),
        )  # fmt: skip
        if scale != 100:
            kit.button(
                "100 %", lambda: self._set("scale", 100), "ghost", parent=body,
                tag="settings.scale.reset", pos=(x + 2 * side + middle + kit.px(8), top),
            )  # fmt: skip

    def _switch(self, body: int, y: int, name: str, label: str, hint: str) -> None:
        kit = self.kit
        self._name(body, y, label)
        x, top = self._control(y)
        on = bool(getattr(self.host.settings, name))
        side = kit.px(NODE.knob_height)
        top += round((kit.px(WINDOW.button) - side) / 2)
        item = dpg.add_checkbox(
            parent=body, tag=f"settings.{name}", default_value=on, pos=(x, top),
            callback=lambda _, value: self._set(name, bool(value)),
        )  # fmt: skip
        kit.set(number(item), TEXT.body)
        at = x + kit.px(36), top + (side - kit.px(TEXT.label.size)) / 2
        self.label(hint, at, TEXT.label, "t3", parent=body)

    def _heavy(self, body: int, y: int) -> None:
        self._name(body, y, "Waits for Enter")
        x, top = self._control(y)
        kit = self.kit
        item = kit.typed(
            number(
                dpg.add_input_float(
                    parent=body, tag="settings.heavy_seconds", pos=(x, top), step=0,
                    width=kit.px(72), default_value=float(self.host.settings.heavy_seconds),  # type: ignore[attr-defined]
                    format="%.1f s", on_enter=True,
                    callback=lambda _, value: self._set("heavy_seconds", float(value)),
                )
            )
        )  # fmt: skip
        kit.set(item, TEXT.number)
        kit.style(item, "field")
        at = x + kit.px(84), top + kit.px(8)
        self.label("what takes longer than this", at, TEXT.label, "t3", parent=body)

    def _foot(self, body: int, y: int, width: int) -> None:
        kit = self.kit
        path = stored.folder() / stored.FILE
        words = f"Kept in {tilde(str(path), str(Path.home()))}"
        copy = kit.px(80)
        words = kit.fonts.fitted(words, TEXT.label, width - 2 * self.pad - copy)
        self.label(words, (self.pad, y + kit.px(22)), TEXT.label, "t3", parent=body)
        kit.button(
            "Copy", lambda: pasting.copy(str(path)), "ghost", parent=body,
            tag="settings.copy", pos=(width - self.pad - kit.px(64), y + kit.px(14)), icon_name="copy",
        )  # fmt: skip

    def _set(self, name: str, value: Any) -> None:
        if getattr(self.host.settings, name) != value:
            self.host.remember(**{name: value})
        # A theme or scale builds the window anew, and this panel with it.
        if self.surface.shown and self._drawn is not self.host.settings:
            self.build()

    def key(self, chord: str) -> bool:
        """Leave with Escape; Enter belongs to the fields."""
        return super().key(chord) or chord in ("Enter", "Tab")
