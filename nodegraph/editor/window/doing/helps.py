"""Help, menus and the sheet of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodegraph.editor.window.doing.table import command, one

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


@command("help.keys")
def _keys(app: App, **_: Any) -> None:
    app.popups.keys()


@command("help.node", one)
def _help(app: App, node: str = "", **_: Any) -> None:
    name = node or app.stage.chosen[0]
    app.popups.help(app.board.kinds.get(name, name))


@command("help.type")
def _help_type(app: App, key: str = "", **_: Any) -> None:
    app.popups.help(key)


@command("help.commands")
def _commands(app: App, **_: Any) -> None:
    app.popups.commands()


@command("help.computer")
def _computer(app: App, **_: Any) -> None:
    app.popups.computer()


@command("menu")
def _menu(app: App, key: str = "", at: tuple[float, float] = (0, 0), **_: Any) -> None:
    app.popups.menu(key, at)
