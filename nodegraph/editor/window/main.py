"""Open the window, with a graph or with the gallery."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from nodegraph.editor.files import session as sessions
from nodegraph.editor.files import settings as keeping


def open_window(given: str | None = None) -> int:
    """Show the window until it is closed; gives the exit code of the command."""
    from nodegraph.editor.window.app import App

    settings, fault = keeping.load()
    folder = keeping.folder() / "autosaves"
    app = App(settings, sessions.blank(folder, f"{os.getpid()}-{uuid.uuid4().hex[:8]}"))
    app.open()
    probe = os.environ.get("NODEGRAPH_PROBE")
    if probe:
        from nodegraph.editor.window.probe import Probe

        app.probe = Probe(app, Path(probe))
    if fault:
        app.say(fault, "warning")
    app.later(lambda: app.later(lambda: app.files.begin(given)))
    try:
        app.run()
    finally:
        app.end()
    return 0
