"""Widgets of knobs: one pool for all nodes in sight, moved to where the nodes are.

They lie in a layer above the drawing. A widget that something lies over is hidden; the drawing
below it looks the same. Widgets that scrolled away wait for the next node that comes in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.knob_kinds import Kind, Setting, given, setting
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.shapes import KnobRow
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT, Face, icon
from nodegraph.editor.look.measures import NODE, WIDGETS
from nodegraph.editor.look.signs import STATES
from nodegraph.editor.window.canvas.detail import NOWHERE, Origin, length, type_size
from nodegraph.editor.window.canvas.node_look import Tones
from nodegraph.editor.window.kit import Kit

Slot = tuple[str, str]
"""Node and knob."""


@dataclass(slots=True, eq=False)
class _Widget:
    kind: Kind
    item: int
    button: int = 0
    slot: Slot | None = None
    row: KnobRow | None = None
    place: Rect = NOWHERE
    asked: Setting | None = None
    value: Any = None
    shown: bool = True
    faded: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    theme: int
    numbers: list[int]
    """Items of `_NUMBERS`."""


_NUMBERS = (
    (dpg.mvStyleVar_FramePadding, 8, 4),
    (dpg.mvStyleVar_FrameRounding, 4),
    (dpg.mvStyleVar_GrabMinSize, 10),
    (dpg.mvStyleVar_GrabRounding, 3),
)
"""What changes with the zoom, and what it is before the first."""
_COLOURS = (
    (dpg.mvThemeCol_Button, "frame"),
    (dpg.mvThemeCol_ButtonHovered, "hover"),
    (dpg.mvThemeCol_ButtonActive, "act"),
    (dpg.mvThemeCol_FrameBg, "frame"),
    (dpg.mvThemeCol_Text, "t1"),
    (dpg.mvThemeCol_FrameBgHovered, "hover"),
    (dpg.mvThemeCol_SliderGrab, "line2"),
    (dpg.mvThemeCol_CheckMark, "acc"),
)
"""The first four differ from other widgets; the others only where all is faded."""


class Knobs:
    """The widgets in sight."""

    def __init__(
        self,
        kit: Kit,
        layer: int,
        change: Callable[[str, str, Any], None],
        settle: Callable[[], None],
        choose: Callable[[str, str], None],
    ) -> None:
        self.kit, self.layer = kit, layer
        self.change, self.settle, self.choose = change, settle, choose
        self._used: dict[Slot, _Widget] = {}
        self._free: dict[Kind, list[_Widget]] = {}
        self._by_item: dict[int, _Widget] = {}
        self._factor = 0.0
        # Two fonts that grow and shrink with the zoom, whatever number of widgets there is.
        self._numbers, self._words = map(kit.fonts.growing, (Face.MONO, Face.REGULAR))
        self._plain, self._faded = self._style(1.0), self._style(STATES["muted"].whole)
        with dpg.item_handler_registry() as handlers:
            dpg.add_item_deactivated_after_edit_handler(callback=self._ended)
        self._handlers = int(handlers)

    # What the canvas asks

    def refresh(
        self,
        boxes: Sequence[Box],
        origin: Origin,
        covered: Mapping[str, frozenset[str]],
        faded: Collection[str] = (),
    ) -> None:
        """Have a widget for every knob of these nodes that is not wired."""
        self._size(origin.factor)
        wanted: dict[Slot, tuple[KnobRow, Rect]] = {}
        for box in boxes:
            for row in box.shape.knobs:
                if not row.wired:
                    wanted[box.name, row.knob.name] = row, origin.widget(box, row)
        for slot in self._used.keys() - wanted.keys():
            self._put_away(self._used.pop(slot))
        for slot, (row, place) in wanted.items():
            widget = self._used.get(slot)
            asked = widget.asked if widget and widget.row is row else setting(row.knob, row.value)
            assert asked is not None
            if widget is not None and widget.kind != asked.kind:
                self._put_away(self._used.pop(slot))
                widget = None
            if widget is None:
                widget = self._used[slot] = self._take(asked.kind)
                widget.slot = slot
            self._fit(widget, row, asked, place)
            if (slot[0] in faded) != widget.faded:
                self._fade(widget, slot[0] in faded)
            shown = slot[1] not in covered.get(slot[0], ()) or self._active(widget)
            if shown != widget.shown:
                widget.shown = shown
                for item in filter(None, (widget.item, widget.button)):
                    dpg.configure_item(item, show=shown)

    def hide(self) -> None:
        """Put all of them away."""
        for widget in self._used.values():
            self._put_away(widget)
        self._used.clear()

    @property
    def hot(self) -> bool:
        """Whether the mouse is over one, or holds one."""
        return any(
            widget.shown
            and (
                dpg.is_item_hovered(widget.item)
                or dpg.is_item_active(widget.item)
                or (widget.button and dpg.is_item_hovered(widget.button))
            )
            for widget in self._used.values()
        )

    def rects(self, corner: tuple[float, float]) -> dict[str, Rect]:
        """Give where each widget lies, by ``node.knob``."""
        return {
            ".".join(slot): widget.place.moved(*corner)
            for slot, widget in self._used.items()
            if widget.shown
        }

    def name(self, item: int) -> str:
        """Say whose widget an item is, as ``node.knob``."""
        widget = self._by_item.get(item)
        return ".".join(widget.slot) if widget is not None and widget.slot is not None else ""

    def destroy(self) -> None:
        """Give back what does not hang in the layer."""
        for item in (self._plain.theme, self._faded.theme, self._handlers):
            if item and dpg.does_item_exist(item):
                dpg.delete_item(item)

    # Pool

    def _take(self, kind: Kind) -> _Widget:
        free = self._free.get(kind)
        widget = free.pop() if free else self._make(kind)
        widget.row, widget.asked, widget.value, widget.place = None, None, None, NOWHERE
        if not widget.shown:
            widget.shown = True
            for item in filter(None, (widget.item, widget.button)):
                dpg.configure_item(item, show=True)
        return widget

    def _put_away(self, widget: _Widget) -> None:
        widget.slot, widget.shown = None, False
        for item in filter(None, (widget.item, widget.button)):
            dpg.configure_item(item, show=False)
        self._free.setdefault(widget.kind, []).append(widget)

    def _make(self, kind: Kind) -> _Widget:
        common: dict[str, Any] = {"parent": self.layer, "callback": self._changed}
        if kind == "slider_int":
            item = dpg.add_slider_int(clamped=True, **common)
        elif kind == "slider_float":
            item = dpg.add_slider_float(clamped=True, **common)
        elif kind == "drag_int":
            item = dpg.add_drag_int(clamped=True, **common)
        elif kind == "drag_float":
            item = dpg.add_drag_float(clamped=True, **common)
        elif kind == "combo":
            item = dpg.add_combo(**common)
        elif kind == "check":
            item = dpg.add_checkbox(**common)
        else:
            item = dpg.add_input_text(parent=self.layer)
        widget = _Widget(kind, int(item))
        dpg.bind_item_handler_registry(item, self._handlers)
        words = kind in ("combo", "text", "path")
        dpg.bind_item_font(item, self._words if words else self._numbers)
        # Not bound to the layer: the buttons of cards in it keep the look of the window.
        dpg.bind_item_theme(item, self._plain.theme)
        if kind not in ("combo", "check"):
            self.kit.typed(int(item))
        if kind == "path":
            widget.button = int(
                dpg.add_button(
                    label=icon("folder-open"),
                    parent=self.layer,
                    callback=lambda: widget.slot and self.choose(*widget.slot),
                )
            )
            dpg.bind_item_font(widget.button, self._words)
            dpg.bind_item_theme(widget.button, self._plain.theme)
        self._by_item[int(item)] = widget
        return widget

    def _fade(self, widget: _Widget, faded: bool) -> None:
        widget.faded = faded
        for item in filter(None, (widget.item, widget.button)):
            dpg.bind_item_theme(item, (self._faded if faded else self._plain).theme)

    # One widget

    def _fit(self, widget: _Widget, row: KnobRow, asked: Setting, place: Rect) -> None:
        if widget.asked != asked:
            if asked.kind == "combo":
                dpg.configure_item(widget.item, items=asked.choices)
            elif asked.numeric:
                self._range(widget.item, asked)
            widget.asked = asked
            widget.place = NOWHERE
        if widget.place[2:] != place[2:]:
            wide = int(place.width)
            if widget.button:
                wide -= int(place.height)
                dpg.configure_item(widget.button, width=int(place.height), height=int(place.height))
            if asked.kind != "check":
                dpg.configure_item(widget.item, width=wide)
        if widget.place != place:
            dpg.set_item_pos(widget.item, [place.x, place.y])
            if widget.button:
                dpg.set_item_pos(widget.button, [place.right - place.height, place.y])
            widget.place = place
        if widget.row is not row:
            fresh = widget.row is None
            widget.row = row
            value = row.value if asked.numeric or asked.kind == "check" else str(row.value)
            if value != widget.value or fresh:
                widget.value = value
                # What is being dragged or typed is newer than the document.
                if not self._active(widget):
                    self._write(widget, asked, value)

    def _write(self, widget: _Widget, asked: Setting, value: Any) -> None:
        if asked.kind in ("slider_int", "drag_int"):
            value = round(value) if isinstance(value, (int, float)) else 0
        elif asked.numeric:
            value = float(value) if isinstance(value, (int, float)) else 0.0
        dpg.set_value(widget.item, bool(value) if asked.kind == "check" else value)

    @staticmethod
    def _range(item: int, asked: Setting) -> None:
        low, high = asked.low, asked.high
        more: dict[str, Any] = {}
        if asked.kind in ("slider_int", "drag_int"):
            low, high = int(low), int(high)
        if asked.kind in ("drag_int", "drag_float"):
            more["speed"] = asked.speed
        dpg.configure_item(item, min_value=low, max_value=high, format=asked.format, **more)

    @staticmethod
    def _active(widget: _Widget) -> bool:
        return bool(widget.shown and dpg.is_item_active(widget.item))

    def _changed(self, item: int, raw: Any) -> None:
        widget = self._by_item.get(item)
        if widget is None or widget.slot is None or widget.row is None:
            return
        value = given(widget.row.knob, raw)
        if value != widget.row.value:
            self.change(*widget.slot, value)

    def _ended(self, _: Any, item: int) -> None:
        widget = self._by_item.get(item)
        if widget is not None and widget.slot is not None and widget.row is not None:
            # Words count when they are complete: half a path is no path.
            if widget.kind in ("text", "path"):
                self._changed(item, dpg.get_value(item))
            elif widget.row is not None and widget.asked is not None:
                self._write(widget, widget.asked, dpg.get_value(item))
        self.settle()

    # Type and padding, for all at once

    def _style(self, share: float) -> _Style:
        """Make the look of widgets; `share` is how much of their colours is left."""
        tone = Tones(self.kit.theme, share)
        with dpg.theme() as theme, dpg.theme_component(dpg.mvAll):
            for target, role in _COLOURS if share < 1 else _COLOURS[:4]:
                dpg.add_theme_color(target, tone(role))
            numbers = [int(dpg.add_theme_style(target, *start)) for target, *start in _NUMBERS]
        return _Style(int(theme), numbers)

    def _size(self, factor: float) -> None:
        if factor == self._factor:
            return
        self._factor = factor
        size = max(type_size(TEXT.number, factor), 1)
        dpg.configure_item(self._numbers, size=size)
        dpg.configure_item(self._words, size=max(type_size(TEXT.label, factor), 1))
        side = length(WIDGETS.frame_padding[0], factor)
        high = length(NODE.knob_height, factor)
        values = (
            [side, max((high - size) / 2, 0)],
            [WIDGETS.frame_radius * factor],
            [length(NODE.slider_grab, factor)],
            [NODE.slider_grab_radius * factor],
        )
        for style in (self._plain, self._faded):
            for item, value in zip(style.numbers, values, strict=True):
                dpg.set_value(item, value)
