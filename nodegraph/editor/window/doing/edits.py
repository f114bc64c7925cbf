"""Undo, the clipboard, finding and naming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodegraph.editor import acting
from nodegraph.editor.window import pasting
from nodegraph.editor.window.doing.table import command, opened
from nodegraph.editor.window.doing.views import show

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


@command("edit.undo", lambda app: app.session.history.can_undo and not app.in_gallery)
def _undo(app: App, **_: Any) -> None:
    app.undo()


@command("edit.redo", lambda app: app.session.history.can_redo and not app.in_gallery)
def _redo(app: App, **_: Any) -> None:
    app.redo()


@command("edit.history", opened)
def _history(app: App, **_: Any) -> None:
    app.popups.history()


@command("edit.goto", opened)
def _go_to(app: App, step: int = 0, **_: Any) -> None:
    app.go_to(step)


@command("edit.settings")
def _settings(app: App, **_: Any) -> None:
    app.popups.settings()


@command("edit.copy", lambda app: opened(app) and bool(app.selection))
def _copy(app: App, **_: Any) -> None:
    pasting.copy(acting.copied(app.stage))


@command("edit.cut", lambda app: opened(app) and bool(app.selection))
def _cut(app: App, **_: Any) -> None:
    pasting.copy(acting.copied(app.stage))
    app.change(acting.act("edit.cut", app.stage))


@command("edit.paste", opened)
def _paste(app: App, **_: Any) -> None:
    text = pasting.paste()
    path = acting.pasted_path(text)
    if path is not None:
        app.open_path(path)
        return
    at = app.hands.world if app.hands.over_canvas else None
    app.change(acting.paste(app.stage, text, at))


@command("edit.find", opened)
def _find(app: App, **_: Any) -> None:
    app.popups.find()


@command("edit.found", opened)
def _found(app: App, node: str = "", **_: Any) -> None:
    app.select(frozenset([("node", node)]))
    show(app, [node])


@command("edit.rename", lambda app: len(app.selection) == 1)
def _rename(app: App, **_: Any) -> None:
    (chosen,) = app.selection
    kind, name = chosen
    if kind == "node":
        box = app.scene.box(name)
        title = box.shape.title if box else name
        app.popups.ask_text(
            f"Title of {name}",
            title,
            lambda words: app.change(acting.retitle(app.stage, chosen, words)),
        )
    elif kind in ("frame", "note"):
        plate = (app.scene.frames if kind == "frame" else app.scene.notes).get(name)
        app.popups.ask_text(
            f"Text of the {kind}",
            plate.words if plate else "",
            lambda words: app.change(acting.retitle(app.stage, chosen, words)),
        )


@command("graph.about", opened)
def _about(app: App, **_: Any) -> None:
    app.select(frozenset())
    app.remember(inspector_open=True)
    app.popups.ask_text(
        "Title of the graph",
        app.graph.title,
        lambda words: app.change(acting.about(app.stage, words, app.graph.about)),
    )
