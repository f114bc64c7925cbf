"""Every edit of a graph, as a function that gives a new graph and leaves the old one alone.

An edit raises DocumentError where it cannot be made. It may give a graph that cannot run, never
one that could not be written and read back, and never a link to something that is not there.
What an edit does not touch is shared with the graph before it, so a step to undo costs next to
nothing.
"""

from nodegraph.edits.clipboard import copy, duplicate, paste
from nodegraph.edits.files import complete, relocate, replace_source
from nodegraph.edits.layout import move, set_about, set_layout, set_look, set_title
from nodegraph.edits.loops import (
    add_state,
    move_into,
    move_out,
    remove_state,
    remove_watch,
    rename_state,
    rename_watch,
    set_state,
    set_watch,
    unwrap,
    wrap,
)
from nodegraph.edits.nodes import (
    add,
    connect,
    disconnect,
    fresh_name,
    remove,
    rename,
    replace_type,
    reset_knob,
    set_knob,
    set_mode,
)
from nodegraph.edits.scope import dangling, visible
from nodegraph.edits.shown import (
    ShownView,
    focus,
    set_focus,
    set_tracks,
    set_views,
    span,
    tracks,
    views,
)
from nodegraph.edits.words import describe_change

__all__ = [
    "ShownView",
    "add",
    "add_state",
    "complete",
    "connect",
    "copy",
    "dangling",
    "describe_change",
    "disconnect",
    "duplicate",
    "focus",
    "fresh_name",
    "move",
    "move_into",
    "move_out",
    "paste",
    "relocate",
    "remove",
    "remove_state",
    "remove_watch",
    "rename",
    "rename_state",
    "rename_watch",
    "replace_source",
    "replace_type",
    "reset_knob",
    "set_about",
    "set_focus",
    "set_knob",
    "set_layout",
    "set_look",
    "set_mode",
    "set_state",
    "set_title",
    "set_tracks",
    "set_views",
    "set_watch",
    "span",
    "tracks",
    "unwrap",
    "views",
    "visible",
    "wrap",
]
