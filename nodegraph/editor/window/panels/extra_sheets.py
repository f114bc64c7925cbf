"""The inspector for all but nodes: frames, notes, wires, several things, and the whole graph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor import acting
from nodegraph.editor.canvas.scene import Key, Plate
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.signs import FAMILIES, family_style
from nodegraph.editor.window.panels import paper, parts, sheets
from nodegraph.editor.window.panels.names import labels
from nodegraph.editor.window.panels.sheets import Section, Subject
from nodegraph.editor.window.panels.typed_fields import TypedFields

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

BUTTONS = (
    (("Align left", "graph.align", "Ctrl+Left"), ("Align right", "graph.align", "Ctrl+Right")),
    (("Align top", "graph.align", "Ctrl+Up"), ("Align bottom", "graph.align", "Ctrl+Down")),
    (
        ("Space across", "graph.distribute", "Ctrl+Shift+Right"),
        ("Space down", "graph.distribute", "Ctrl+Shift+Down"),
    ),
    (("Bypass", "graph.bypass", "Ctrl+B"), ("Mute", "graph.mute", "M")),
    (("Wrap in a loop", "graph.wrap", "Ctrl+L"), ("Frame", "graph.frame", "Ctrl+G")),
)


def title_of(subject: Subject, labels: Mapping[str, str]) -> str:
    """Say what the inspector is about."""
    if subject.kind in ("node", "loop"):
        return labels.get(subject.name, subject.name)
    if subject.kind == "several":
        count = len(subject.names)
        return f"{count} nodes chosen" if count else "Several things chosen"
    return {"frame": "Frame", "note": "Note", "wire": "Wire"}.get(subject.kind, "This graph")


class Extras:
    """Fields and buttons of what is no node."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.fields = TypedFields(host.kit)

    def key(self, subject: Subject) -> Hashable:
        """Give what decides which widgets there are."""
        plate = self._plate(subject)
        return plate.colour if plate is not None else None

    def _plate(self, subject: Subject) -> Plate | None:
        scene = self.host.scene
        known = {"frame": scene.frames, "note": scene.notes}.get(subject.kind, {})
        return known.get(subject.name)

    def sections(self, subject: Subject) -> list[Section]:
        """Say what is known."""
        host = self.host
        if subject.kind == "several":
            return sheets.several(subject.names, host.board) if subject.names else []
        if subject.kind == "wire":
            found = host.scene.wires.get(subject.name)
            sources = host.sources.get((found.source, found.output), ()) if found else ()
            return sheets.wire(found, labels(host.graph, host.types), sources)
        if subject.kind == "graph":
            return sheets.graph_counts(host.graph, host.board)
        return []

    def build(self, parent: int, subject: Subject, width: float) -> None:
        """Add the widgets."""
        if subject.kind == "several":
            self._buttons(parent, width)
        elif subject.kind == "graph":
            self._about(parent, width)
        elif subject.kind in ("frame", "note") and self._plate(subject) is not None:
            self._words(parent, subject, width)
            if subject.kind == "frame":
                self._colours(parent, subject, width)

    def _heading(self, parent: int, width: float, words: str) -> None:
        kit = self.host.kit
        ink = int(dpg.add_drawlist(round(width), kit.px(34), parent=parent))
        paper.heading(kit, ink, Rect(0, kit.px(10), width, kit.px(22)), words)

    def _about(self, parent: int, width: float) -> None:
        host = self.host
        self._heading(parent, width, "Title")
        self.fields.add(
            parent, "inspector.title", lambda: host.graph.title,
            lambda text: self._change(acting.about(host.stage, text, host.graph.about)),
            width=width, hint="What this graph is called",
        )  # fmt: skip
        self._heading(parent, width, "About")
        self.fields.add(
            parent, "inspector.about", lambda: host.graph.about,
            lambda text: self._change(acting.about(host.stage, host.graph.title, text)),
            width=width, lines=11,
        )  # fmt: skip

    def _change(self, change: acting.Change) -> None:
        self.host.change(change)
        self.host.settle()

    def _words(self, parent: int, subject: Subject, width: float) -> None:
        host = self.host
        key: Key = ("frame" if subject.kind == "frame" else "note", subject.name)

        def get() -> str:
            plate = self._plate(subject)
            return plate.words if plate else ""

        def commit(text: str) -> None:
            if self._plate(subject) is not None:
                self._change(acting.retitle(host.stage, key, text))

        frame = subject.kind == "frame"
        self._heading(parent, width, "Title" if frame else "Text")
        self.fields.add(
            parent, "inspector.text", get, commit, width=width, lines=1 if frame else 12,
            hint="What this part does",
        )  # fmt: skip

    def _colours(self, parent: int, subject: Subject, width: float) -> None:
        """Add a chip for each family whose colour the frame may have."""
        kit, px, plate = self.host.kit, self.host.kit.px, self._plate(subject)
        self._heading(parent, width, "Colour")
        side, gap, names = px(28), px(6), ("", *FAMILIES)
        each = max(int((width + gap) // (side + gap)), 1)
        spots = {
            name: ((at % each) * (side + gap), (at // each) * (side + gap))
            for at, name in enumerate(names)
        }
        tall = -(-len(names) // each) * (side + gap)
        box = int(
            dpg.add_child_window(
                parent=parent, width=round(width), height=tall, border=False, no_scrollbar=True
            )
        )
        kit.style(box, "clear")
        for name, spot in spots.items():
            press = partial(self._restyle, subject.name, name)
            tag = f"inspector.colour.{name or 'none'}"
            item = kit.button("", press, "icon", parent=box, tag=tag)
            dpg.configure_item(item, pos=spot, width=side, height=side)
            kit.tip(item, family_style(name, kit.theme).title if name else "No colour")
        ink = parts.ink(box, Rect(0, 0, width, tall))
        for name, (x, y) in spots.items():
            if name:
                parts.chip(kit, ink, (x, y), name, 28)
            else:
                kit.draw_icon((x + side / 2, y + side / 2), "x", 16, kit.theme.t2, ink)
            if plate is not None and plate.colour == name:
                dpg.draw_rectangle(
                    (x + 1, y + 1), (x + side - 1, y + side - 1), color=kit.theme.sel,
                    thickness=2, rounding=px(5), parent=ink,
                )  # fmt: skip

    def _restyle(self, frame: str, family: str) -> None:
        self._change(acting.restyle(self.host.stage, frame, family))

    def _buttons(self, parent: int, width: float) -> None:
        kit, px = self.host.kit, self.host.kit.px
        dpg.add_spacer(height=px(8), parent=parent)
        wide = int((width - px(8)) // 2)
        for pair in BUTTONS:
            row = int(dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=px(8)))
            for label, command, key in pair:
                press: Callable[[], object] = partial(self.host.do, command, key)
                tag = f"inspector.{label.lower().replace(' ', '_')}"
                item = kit.button(
                    label, press, parent=row, tag=tag, text=TEXT.label, tip=key.replace("+", " ")
                )
                dpg.configure_item(item, width=wide)
            dpg.add_spacer(height=px(8), parent=parent)
