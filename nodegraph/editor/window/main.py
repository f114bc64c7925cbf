"""Open the window, with a graph or with the gallery."""

from __future__ import annotations

import gc
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.editor.files import settings as keeping
from nodegraph.editor.window import opening

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


def open_window(given: str | None = None) -> int:
    """Show the window until it is closed; gives the exit code of the command."""
    # What is made while the program starts stays until it ends: there is no garbage to look for.
    gc.disable()
    settings, fault = keeping.load()
    opening.show(settings, "nodegraph")

    from nodegraph.editor.files import session as sessions
    from nodegraph.editor.window.app import App

    folder = keeping.folder() / "autosaves"
    app = App(settings, sessions.blank(folder, f"{os.getpid()}-{uuid.uuid4().hex[:8]}"))
    probe = os.environ.get("NODEGRAPH_PROBE")
    if probe:
        from nodegraph.editor.window.probe import Probe

        app.frames.probe = Probe(app, Path(probe))
    if fault:
        app.say(fault, "warning")
    app.later(lambda: app.later(lambda: _begin(app, given)))
    try:
        app.frames.run()
    finally:
        app.end()
    return 0


def _begin(app: App, given: str | None) -> None:
    """Open what was asked for, once the first screen is there."""
    app.files.begin(given)
    gc.collect()
    gc.freeze()
    gc.enable()
