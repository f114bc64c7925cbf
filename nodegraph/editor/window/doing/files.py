"""Commands on files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.document import walk
from nodegraph.editor.window import pasting
from nodegraph.editor.window.doing.table import command, opened
from nodegraph.editor.window.extracting import extract_graph, extract_node, extractable

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


@command("file.new")
def _new(app: App, **_: Any) -> None:
    app.files.new()


@command("file.open")
def _browse(app: App, **_: Any) -> None:
    app.files.browse()


@command("file.save", opened)
def _save(app: App, **_: Any) -> None:
    app.files.save()


@command("file.save_as", opened)
def _save_as(app: App, **_: Any) -> None:
    app.files.save_as()


@command("file.revert", lambda app: app.session.path is not None and app.session.history.dirty)
def _revert(app: App, **_: Any) -> None:
    app.files.revert()


@command("file.relink", opened)
def _relink(app: App, **_: Any) -> None:
    app.files.relink()


@command("file.quit")
def _quit(app: App, **_: Any) -> None:
    app.files.quit()


@command("file.open_path")
def _open_path(app: App, **_: Any) -> None:
    app.files.open_pasted(pasting.paste())


@command("file.gallery")
def _gallery(app: App, **_: Any) -> None:
    app.show_gallery(not app.in_gallery)


@command("file.recent", lambda app: bool(app.settings.recent or app.settings.pins))
def _recent(app: App, **_: Any) -> None:
    app.popups.recent()


@command("file.export", opened)
def _export(app: App, **_: Any) -> None:
    """Run what writes files."""
    writers = [
        name
        for name, item, _path in walk(app.graph.nodes)
        if (known := app.types.get(item.type)) is not None and known.effect
    ]
    if not writers:
        app.say("Nothing here writes files yet: add Write stems.", "warning")
        return
    app.engine.run_to(writers, app.visible(), app.run_settings)


@command("gallery.open")
def _gallery_open(app: App, key: str = "", **_: Any) -> None:
    if key and key != "Enter":
        app.open_path(Path(key))


@command("file.choose", opened)
def _choose(app: App, node: str = "", knob: str = "", name: str = "", **_: Any) -> None:
    app.files.choose(node, knob or name)


@command("file.script", opened)
def _script(app: App, **_: Any) -> None:
    extract_graph(app)


@command("file.own", extractable)
def _own(app: App, **_: Any) -> None:
    extract_node(app)
