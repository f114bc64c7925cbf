"""What stands around the picture and the knobs of a node in the inspector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.document import Item
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.commands import BY_ID
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.look.measures import INSPECTOR, NODE, WINDOW
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.panels import paper, parts, sheets
from nodegraph.editor.window.panels.names import family_of
from nodegraph.editor.window.panels.sheets import Subject

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

Tool = tuple[str, str, str, Callable[[], object]]
TOP = 12


def head(
    host: Host,
    parent: int,
    width: float,
    subject: Subject,
    item: Item | None,
    words: str,
    pinned: bool,
) -> float:
    """Add the row of the title, and for a node its tools; give where it ends."""
    kit, px = host.kit, host.kit.px
    y, pad, high = px(TOP), px(INSPECTOR.padding), px(INSPECTOR.title)
    side, chip = px(WINDOW.button), px(NODE.chip)
    right = width - px(12)
    for name, icon, tip, press in _tools(host, subject, pinned):
        right -= side
        style = "chosen" if name == "pin" and pinned else "icon"
        tool = kit.icon_button(
            icon, press, tip, parent=parent, style=style, tag=f"inspector.{name}"
        )
        dpg.configure_item(tool, pos=(round(right), round(y + (high - side) / 2)))
    ink = parts.ink(parent, Rect(pad, y, right - pad, high))
    x = 0
    if item is not None:
        parts.chip(kit, ink, (0, (high - chip) / 2), family_of(item))
        x = chip + px(8)
    parts.words_in(kit, ink, Rect(x, 0, right - pad - x - px(4), high), words, TEXT.panel)
    return float(y + high)


def _tools(host: Host, subject: Subject, pinned: bool) -> list[Tool]:
    """Give the icon buttons from the right."""
    if subject.kind not in ("node", "loop"):
        return []
    name = subject.name
    tools: list[Tool] = [
        ("help", "question", "Help on this node (F1)", lambda: host.do("help.node", node=name))
    ]
    if host.able(BY_ID["view.large"]):
        tools.append(("large", "frame-corners", "Large view (V)", lambda: host.do("view.large")))
    tip = "Follow the selection again" if pinned else "Stay with this node (Shift I)"
    return [*tools, ("pin", "push-pin", tip, lambda: host.do("view.pin"))]


def fault(host: Host, parent: int, width: float, name: str) -> None:
    """Say what is wrong, with the fix that is offered."""
    kit, card = host.kit, host.cards[name]
    paper.sections(kit, parent, width, [sheets.fault(card)])
    row = int(dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=kit.px(8)))
    if card.fix is not None:
        mend = card.fix.label
        kit.button(
            mend, lambda: host.do("card.fix", node=name), "main", parent=row, tag="inspector.fix"
        )
    copy = "Copy details"
    kit.button(copy, lambda: host.do("card.copy", node=name), parent=row, tag="inspector.details")


def knob_heading(kit: Kit, parent: int, width: float, reset: Callable[[], object]) -> None:
    """Head the knobs, with what brings them all back."""
    high = kit.px(24)
    dpg.add_spacer(height=kit.px(paper.GAP - 4), parent=parent)
    row = int(dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=0))
    link = kit.width("reset", TEXT.label) + 2 * kit.px(8)
    ink = int(dpg.add_drawlist(round(width - link), high, parent=row))
    paper.heading(kit, ink, Rect(0, 0, width, high), "Knobs")
    kit.button(
        "reset", reset, "ghost", parent=row, height=24, text=TEXT.label, tag="inspector.reset",
        tip="Every knob as it comes (Ctrl Backspace)",
    )  # fmt: skip


def foot(host: Host, parent: int, name: str, at: tuple[int, int] | None) -> None:
    """Add what is done with the output that is shown: at a place, or after what is there."""
    more: dict[str, Any] = {"pos": at} if at else {}
    gap = host.kit.px(8)
    row = int(dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=gap, **more))
    heard = host.ears.auditioned
    playing = heard is not None and heard[0][0] == name
    host.kit.button(
        "Stop" if playing else "Play", lambda: host.do("sound.play_output"), parent=row,
        icon_name="stop-fill" if playing else "speaker-high", tag="inspector.play",
        tip="Hear this output (H)",
    )  # fmt: skip
    host.kit.button(
        "Copy picture", lambda: host.do("view.copy_picture"), parent=row,
        icon_name="copy", tag="inspector.copy", tip="For a slide (Ctrl Shift C)",
    )  # fmt: skip
    host.kit.button(
        "Compare", lambda: host.do("view.compare"), parent=row,
        icon_name="columns", tag="inspector.compare", tip="Beside another output (Shift V)",
    )  # fmt: skip
