"""What each command does that is no edit of the canvas; those are in `nodegraph.editor.acting`."""

from nodegraph.editor.window.doing import (
    edits,
    files,
    graphs,
    helps,
    large,
    listening,
    loops,
    pictures,
    runs,
    views,
)
from nodegraph.editor.window.doing.table import COMMANDS

__all__ = [
    "COMMANDS",
    "edits",
    "files",
    "graphs",
    "helps",
    "large",
    "listening",
    "loops",
    "pictures",
    "runs",
    "views",
]
