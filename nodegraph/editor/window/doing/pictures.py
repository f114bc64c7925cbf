"""Pictures as files and on the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodegraph.editor.window.doing.table import command, opened
from nodegraph.engine.asking import Look

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


@command("view.copy_picture", opened)
def _copy(app: App, look: Look | None = None, **_: Any) -> None:
    app.picturing.copy(look)


@command("view.save_picture", opened)
def _save(app: App, look: Look | None = None, **_: Any) -> None:
    app.picturing.save(look)


@command("file.picture", opened)
def _graph(app: App, **_: Any) -> None:
    app.picturing.save_graph()
