"""Knobs as rows in a panel: name left, widget right, and what they hold kept in step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.declare import Knob
from nodegraph.editor.canvas.knob_kinds import HIGHEST, LOWEST, given, setting, written
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import NODE
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.styles import make
from nodegraph.editor.window.panels import parts
from nodegraph.editor.window.panels.cells_box import CellsBox

NAMES = 0.42
Set = Callable[[str, Any], object]


@dataclass
class _Row:
    knob: Knob
    item: int
    shown: Any
    typed: bool
    """It holds text, which counts once the field is left."""


class KnobRows:
    """The knobs of one node.

    `set_value` is told each value, `rest` that a drag is over, `choose` that the file or folder of a
    knob is to be looked for.
    """

    def __init__(
        self,
        kit: Kit,
        prefix: str,
        set_value: Set,
        rest: Callable[[], object],
        choose: Callable[[str], object],
    ) -> None:
        self.kit, self.prefix = kit, prefix
        self._set, self._rest, self._choose = set_value, rest, choose
        self._rows: list[_Row] = []
        self._boxes: dict[str, CellsBox] = {}
        self._active = False
        self._themes = [_theme(kit, combo) for combo in (False, True)]

    def build(
        self,
        parent: int,
        width: float,
        knobs: Sequence[tuple[Knob, Any, str]],
    ) -> None:
        """Add a row for each knob with its value, and where it is wired from (empty for not)."""
        self._rows, self._boxes = [], {}
        for knob, value, wired in knobs:
            self._row(parent, width, knob, value, wired)
            if knob.param.paint and not wired:
                self._box(parent, width, knob, str(value))

    def _box(self, parent: int, width: float, knob: Knob, value: str) -> None:
        """Add the grid that a text of cells is painted in."""
        tag = f"{self.prefix}.{knob.name}.cells"

        def painted(text: str) -> None:
            self._set(knob.name, text)

        box = self._boxes[knob.name] = CellsBox(self.kit, tag, painted, self._rest)
        box.build(parent, width, value)

    @property
    def rects(self) -> dict[str, Rect]:
        """Where the cells are that can be painted, by the name of their field."""
        return {f"{self.prefix}.{name}.cells": box.rect for name, box in self._boxes.items()}

    def _row(self, parent: int, width: float, knob: Knob, value: Any, wired: str) -> None:
        kit, pitch = self.kit, self.kit.px(NODE.knob_pitch)
        line = dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=0)
        left = round(NAMES * width)
        name = dpg.add_drawlist(left, pitch, parent=line)
        room = Rect(0, 0, left - kit.px(8), pitch)
        parts.words_in(kit, name, room, knob.name.replace("_", " "), TEXT.label, "t2")
        if wired:
            said = dpg.add_drawlist(round(width) - left, pitch, parent=line)
            room = Rect(0, 0, width - left, pitch)
            parts.words_in(kit, said, room, f"from {wired}", TEXT.label, "t3")
            return
        holder = dpg.add_group(parent=line)
        dpg.add_spacer(height=(pitch - kit.px(NODE.knob_height)) // 2, parent=holder)
        self._widget(int(holder), round(width) - left, knob, value)

    def _widget(self, parent: int, width: int, knob: Knob, value: Any) -> None:
        kit, ask = self.kit, setting(knob, value)
        tag = f"{self.prefix}.{knob.name}"
        common: dict[str, Any] = {"parent": parent, "tag": tag}

        def heard(_: Any, raw: Any) -> None:
            self._heard(knob, raw)

        if ask.numeric:
            whole = ask.kind.endswith("int")
            low, high = (int(ask.low), int(ask.high)) if whole else (ask.low, ask.high)
            common |= {
                "width": width, "callback": heard, "format": ask.format, "min_value": low,
                "max_value": high, "clamped": True,
                "default_value": _raw(knob, value),
            }  # fmt: skip
            adders = {
                "slider_int": dpg.add_slider_int,
                "slider_float": dpg.add_slider_float,
                "drag_int": dpg.add_drag_int,
                "drag_float": dpg.add_drag_float,
            }
            if ask.kind.startswith("drag"):
                common["speed"] = ask.speed
            item = adders[ask.kind](**common)
        elif ask.kind == "combo":
            item = dpg.add_combo(
                ask.choices, default_value=str(value), width=width, callback=heard, **common
            )
        elif ask.kind == "check":
            item = dpg.add_checkbox(default_value=bool(value), callback=heard, **common)
        else:
            row, hint = parent, ""
            if ask.kind == "path":
                gap = kit.px(4)
                row = dpg.add_group(horizontal=True, horizontal_spacing=gap, parent=parent)
                width, hint = width - kit.px(NODE.knob_height) - gap, "a path"
            common |= {"parent": row, "width": width}
            item = dpg.add_input_text(default_value=str(value), hint=hint, **common)
            if ask.kind == "path":
                self._folder_button(int(row), knob)
        number = int(dpg.get_alias_id(item))
        kit.tip(number, _tip(knob))
        kit.set(number, TEXT.number if ask.numeric else TEXT.label)
        dpg.bind_item_theme(number, self._themes[ask.kind == "combo"])
        typed = ask.kind in ("text", "path")
        if typed or ask.numeric:
            kit.typed(number)
        self._rows.append(_Row(knob, number, _raw(knob, value), typed))

    def _folder_button(self, row: int, knob: Knob) -> None:
        """Add what opens the file browser."""
        folder = knob.param.path == "folder"
        self.kit.icon_button(
            "folder-open",
            lambda: self._choose(knob.name),
            f"Choose a {'folder' if folder else 'file'}",
            parent=row,
            side=NODE.knob_height,
            tag=f"{self.prefix}.{knob.name}.choose",
        )

    def _heard(self, knob: Knob, raw: Any) -> None:
        for row in self._rows:
            if row.knob is knob:
                row.shown = raw
        self._set(knob.name, given(knob, raw))
        if setting(knob).kind in ("combo", "check"):
            self._rest()

    def refresh(self, values: Mapping[str, Any]) -> None:
        """Show what the document holds now; hand over text that was typed; notice a drag's end."""
        active = False
        for row in self._rows:
            held = dpg.is_item_active(row.item)
            active = active or held
            if held:
                continue
            if row.typed and dpg.get_value(row.item) != row.shown:
                self._commit(row)
            value = _raw(row.knob, values.get(row.knob.name, row.knob.default))
            if value != row.shown:
                row.shown = value
                dpg.set_value(row.item, value)
        for name, box in self._boxes.items():
            box.refresh(str(values.get(name, "")))
        if self._active and not active:
            self._rest()
        self._active = active

    def _commit(self, row: _Row) -> None:
        row.shown = dpg.get_value(row.item)
        self._set(row.knob.name, given(row.knob, row.shown))
        self._rest()

    def leave(self) -> None:
        """Hand over what was typed, before the rows are removed."""
        for row in self._rows:
            there = row.typed and dpg.does_item_exist(row.item)
            if there and dpg.get_value(row.item) != row.shown:
                self._commit(row)
            self.kit.forget(row.item)
        for box in self._boxes.values():
            box.leave()
        if self._active:
            self._rest()
        self._rows, self._boxes, self._active = [], {}, False

    def destroy(self) -> None:
        """Free what does not hang in the tree of widgets."""
        self.leave()
        for theme in self._themes:
            dpg.delete_item(theme)
        self._themes = []


def _raw(knob: Knob, value: Any) -> Any:
    """Give what the widget of a knob holds for a value."""
    if knob.kind == "bool":
        return bool(value)
    if knob.kind in ("choice", "str"):
        return str(value)
    number = value if isinstance(value, (int, float)) else knob.default
    return int(min(max(number, LOWEST), HIGHEST)) if knob.kind == "int" else float(number)


def _tip(knob: Knob) -> str:
    span = f"{knob.span}; " if knob.kind in ("int", "float") else ""
    usual = written(knob, knob.default) if knob.kind != "bool" else "on" if knob.default else "off"
    lines = [knob.name, f"{span}usually {usual or 'empty'}"]
    if knob.kind in ("int", "float"):
        lines.append("Ctrl and a click types a value.")
    return "\n".join(lines)


def _theme(kit: Kit, combo: bool) -> int:
    """Make the theme of a widget that is as high as a row asks for."""
    size = kit.fonts.size(TEXT.label)
    padding = max((kit.px(NODE.knob_height) - size) / 2, 0)
    # The arrow of a combo is a button of its own; in the colour of the frame it is part of it.
    arrow = [
        (dpg.mvThemeCol_Button, kit.theme.frame),
        (dpg.mvThemeCol_ButtonHovered, kit.theme.hover),
        (dpg.mvThemeCol_ButtonActive, kit.theme.act),
    ]
    return make(
        arrow if combo else [],
        [(dpg.mvStyleVar_FramePadding, (kit.px(8), padding))],
    )
