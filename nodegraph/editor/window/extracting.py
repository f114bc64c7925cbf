"""Go on in code: write the graph as a Python program, or a node as a file to change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.document import Node, find, write_atomically
from nodegraph.editor.files.paths import free
from nodegraph.errors import NodegraphError

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

PYTHON = ".py"


def extractable(app: App) -> bool:
    """Whether a single node is chosen whose type is known."""
    chosen = [name for kind, name in app.selection if kind == "node"]
    return len(chosen) == 1 and app.board.kinds.get(chosen[0], "") in app.types


def extract_graph(app: App) -> None:
    """Ask where the program is to go, and write it there."""

    def chosen(path: Path) -> None:
        from nodegraph.script import script

        try:
            text = script(app.graph, app.types, path.parent)
        except NodegraphError as error:
            app.say(str(error).splitlines()[0], "error")
            return
        _write(app, path, text, f"Saved {path.name}: python {path.name} runs this graph")

    folder = app.files.folder
    name = free(folder / f"{app.session.name}{PYTHON}").name
    title = "Save the graph as a Python program"
    app.popups.files("save", title, "all", folder, name=name, then=chosen, suffix=PYTHON)


def extract_node(app: App) -> None:
    """Write the chosen node's function, with its knobs as they are set, for the user's folder."""
    from nodegraph.registry import user_folders
    from nodegraph.script.own import own

    (name,) = (name for kind, name in app.selection if kind == "node")
    item = find(app.graph, name)
    assert isinstance(item, Node)
    try:
        made = own(app.types[item.type], item.params, app.types)
    except NodegraphError as error:
        app.say(str(error).splitlines()[0], "error")
        return

    def chosen(path: Path) -> None:
        known = path.parent.absolute() in [folder.absolute() for folder in folders]
        when = "when the program starts again" if known else f"once it lies in {folder}"
        _write(app, path, made.text, f"Saved {path.name}: the node {made.id} is there {when}")

    folders = user_folders()
    folder = folders[0] if folders else app.files.folder
    start = folder if _made(folder) else app.files.folder
    file = free(start / made.name).name
    title = "Save the node as a file of your own"
    app.popups.files("save", title, "all", start, name=file, then=chosen, suffix=PYTHON)


def _made(folder: Path) -> bool:
    """Make the folder of the user's nodes; False where the disk will not have it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return True


def _write(app: App, path: Path, text: str, said: str) -> None:
    try:
        write_atomically(path, text.encode())
    except NodegraphError as error:
        app.say(str(error), "error")
        return
    app.say(said, "ok")
