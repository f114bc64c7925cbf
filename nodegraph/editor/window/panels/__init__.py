"""What lies around the canvas: top bar, palette, inspector, tracks, status line."""

from nodegraph.editor.window.panels.inspector import Inspector
from nodegraph.editor.window.panels.palette import Palette
from nodegraph.editor.window.panels.status import StatusLine
from nodegraph.editor.window.panels.topbar import TopBar
from nodegraph.editor.window.panels.tracks import Tracks

__all__ = ["Inspector", "Palette", "StatusLine", "TopBar", "Tracks"]
