"""What stands in the menus of the top bar, and in those of a right click, as command ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nodegraph.document import Link, Loop, Node, walk
from nodegraph.editor import commands
from nodegraph.editor.canvas.hits import Hit
from nodegraph.editor.commands import BY_ID, MENUS, Able
from nodegraph.editor.stage import Stage

Ids = Sequence[str | None]
"""Commands in order; None for a separator."""

_BREAKS = frozenset(
    {
        "file.save", "file.relink", "file.export", "file.quit", "edit.cut", "edit.select_all", "edit.find",
        "edit.settings", "view.zoom_in", "view.palette", "view.large", "view.copy_picture",
        "view.colour_map", "view.scale_up", "view.presenter", "graph.bypass", "graph.nudge",
        "graph.frame", "graph.wrap", "graph.about", "run.stop", "run.as_you_edit",
        "run.next_fault", "help.computer",
    }
)  # fmt: skip
"""A separator stands before each of these."""
_KEYS_ONLY = frozenset({"graph.convert", "graph.nudge"})
"""Commands that only keys can do."""


@dataclass(frozen=True)
class MenuRow:
    """A row of a menu: a command, or a separator."""

    id: str = ""
    label: str = ""
    keys: str = ""
    able: bool = False

    @property
    def rule(self) -> bool:
        """Whether it is a separator."""
        return not self.id


def bar_menu(name: str) -> tuple[str | None, ...]:
    """Give the commands of a menu of the top bar, with separators."""
    ids: list[str | None] = []
    for command in commands.menu(name):
        if command.id in _BREAKS and ids:
            ids.append(None)
        if command.id not in _KEYS_ONLY:
            ids.append(command.id)
    return tidy(ids)


def rows_for(hit: Hit, stage: Stage) -> tuple[str | None, ...]:
    """Give the commands that a right click offers for what lies under it."""
    kind: str = hit.kind
    if kind in ("input", "output"):
        return tidy(_PORT)
    if kind in ("wire", "reroute"):
        return tidy(_WIRE)
    if kind in ("frame", "note"):
        return tidy(_PLATE)
    if hit.node:
        loops = {name for name, item, _ in walk(stage.graph.nodes) if isinstance(item, Loop)}
        inside = {name for name, _, around in walk(stage.graph.nodes) if around}
        ids = list(_LOOP if hit.node in loops else _NODE)
        if hit.node not in inside:
            ids.remove("graph.out")
        if not loops - {hit.node}:
            ids.remove("graph.into")
        if len(stage.chosen) > 1:
            ids += _SEVERAL
        return tidy(ids)
    return tidy(_EMPTY)


def meant(hit: Hit, stage: Stage) -> dict[str, str]:
    """Give the output that a right click means: the one under it, or what comes in there."""
    if hit.kind == "output":
        return {"node": hit.node, "port": hit.port, "source": hit.part}
    item = next((item for name, item, _ in walk(stage.graph.nodes) if name == hit.node), None)
    if hit.kind != "input" or not isinstance(item, Node):
        return {}
    link = item.inputs.get(hit.port)
    if link is not None and not isinstance(link, Link):
        link = link.get(hit.part)
    if link is None:
        return {}
    return {"node": link.node, "port": link.port, "source": link.source}


_NODE: Ids = (
    "run.here", "run.why", None,
    "view.large", "sound.play_output", "sound.keep", "view.compare", "view.pin", None,
    "graph.replace", "edit.rename", "graph.bypass", "graph.mute", "graph.collapse",
    "graph.reset", "graph.disconnect", None,
    "graph.into", "graph.out", "graph.wrap", "graph.frame", None,
    "edit.cut", "edit.copy", "edit.duplicate", "edit.delete", None,
    "help.node",
)  # fmt: skip
_LOOP: Ids = (
    "loop.play", "loop.step", "loop.stop", None,
    "loop.first", "loop.back", "loop.forward", "loop.last", None,
    "edit.rename", "graph.mute", "graph.collapse", "graph.unwrap", "graph.into", "graph.out",
    "graph.frame", None,
    "edit.cut", "edit.copy", "edit.duplicate", "edit.delete",
)  # fmt: skip
_SEVERAL: Ids = (None, "graph.arrange", "graph.align", "graph.distribute", "view.fit_selection")
_WIRE: Ids = ("graph.reroute", None, "edit.delete")
_PLATE: Ids = ("edit.rename", None, "edit.cut", "edit.copy", "edit.duplicate", "edit.delete")
_PORT: Ids = (
    "view.large", "sound.play_output", "sound.keep", "view.compare", None,
    "view.copy_picture", "view.save_picture", None,
    "graph.disconnect",
)  # fmt: skip
_EMPTY: Ids = (
    "graph.add", "graph.note", "edit.paste", None,
    "edit.select_all", "graph.arrange", None,
    "view.fit", "view.zoom_reset", "view.minimap", None,
    "run.all", "graph.about",
)  # fmt: skip


def tidy(ids: Iterable[str | None]) -> tuple[str | None, ...]:
    """Give the list without separators at its ends or side by side."""
    kept: list[str | None] = []
    for name in ids:
        if name is not None or (kept and kept[-1] is not None):
            kept.append(name)
    while kept and kept[-1] is None:
        kept.pop()
    return tuple(kept)


def menu_rows(
    ids: Iterable[str | None], able: Able, offered: Able = lambda command: True
) -> tuple[MenuRow, ...]:
    """Give the rows to draw: of commands that there are and that are offered, able now or not."""
    there = (name for name in ids if name is None or (name in BY_ID and offered(BY_ID[name])))
    known = tidy(there)
    return tuple(MenuRow() if name is None else _row(name, able) for name in known)


def _row(name: str, able: Able) -> MenuRow:
    command = BY_ID[name]
    keys = commands.shown(command.keys[0]) if command.keys else ""
    if len(command.keys) > 2:
        keys = commands.key_words(command).partition(",")[0]
    return MenuRow(name, command.label, keys, able(command))


def neighbour(name: str, by: int) -> str:
    """Give the menu beside another; past the last comes the first."""
    return MENUS[(MENUS.index(name) + by) % len(MENUS)] if name in MENUS else name
