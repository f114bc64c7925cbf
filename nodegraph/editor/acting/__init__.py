"""What every command of the canvas does to a document: pure functions from stage to change.

`act` does what a key or menu says; the rest is for what comes with more than a key, such as a value
typed, a text pasted or a wire dropped. Nothing here raises DocumentError or changes what it is
given: what cannot be done changes nothing and says why.
"""

from __future__ import annotations

from collections.abc import Callable

from nodegraph.document import Loop, walk
from nodegraph.editor.acting import clipboard, loops, modes, places, plates, selecting, wires
from nodegraph.editor.acting.change import Change, Point, chosen_wires, nothing, refused
from nodegraph.editor.acting.clipboard import copied, paste, pasted_path
from nodegraph.editor.acting.loops import insert_loop
from nodegraph.editor.acting.making import (
    LOOP_CHOICE,
    about,
    choices,
    insert,
    replace,
    restyle,
    retitle,
    set_knob,
    title_of,
)
from nodegraph.editor.acting.wires import convert
from nodegraph.editor.stage import Stage
from nodegraph.edits.tree import path_of
from nodegraph.errors import DocumentError

__all__ = [
    "EDITS",
    "LOOP_CHOICE",
    "Change",
    "able",
    "about",
    "act",
    "choices",
    "convert",
    "copied",
    "insert",
    "insert_loop",
    "paste",
    "pasted_path",
    "replace",
    "restyle",
    "retitle",
    "set_knob",
    "title_of",
]

Act = Callable[[Stage, str, Point], Change]


def _keep(stage: Stage, key: str, at: Point) -> Change:
    return Change(stage.graph)


def _frame(stage: Stage, key: str, at: Point) -> Change:
    return plates.add_frame(stage, at)


def _note(stage: Stage, key: str, at: Point) -> Change:
    return plates.add_note(stage, at)


_ACTS: dict[str, Act] = {
    "edit.copy": _keep,
    "edit.cut": clipboard.cut,
    "edit.duplicate": clipboard.duplicate,
    "edit.delete": clipboard.delete,
    "edit.select_all": selecting.select_all,
    "edit.select_none": selecting.select_none,
    "edit.select_before": selecting.select_before,
    "edit.select_after": selecting.select_after,
    "graph.bypass": modes.bypass,
    "graph.mute": modes.mute,
    "graph.collapse": modes.collapse,
    "graph.reset": modes.reset,
    "graph.disconnect": wires.disconnect,
    "graph.reroute": wires.reroute,
    "graph.nudge": places.nudge,
    "graph.align": places.align_chosen,
    "graph.distribute": places.distribute_chosen,
    "graph.arrange": places.arrange_chosen,
    "graph.frame": _frame,
    "graph.note": _note,
    "graph.wrap": loops.wrap,
    "graph.unwrap": loops.unwrap,
    "graph.into": loops.into,
    "graph.out": loops.out,
}

EDITS = frozenset(_ACTS)
"""The commands that `act` does. Paste is none of them, as it comes with a text: see `paste`."""


# What has to be chosen


def _any(stage: Stage) -> bool:
    return bool(_things(stage) or chosen_wires(stage))


def _things(stage: Stage) -> bool:
    return bool(stage.chosen or plates.chosen_plates(stage))


def _nodes(stage: Stage) -> bool:
    return bool(stage.chosen)


def _several(stage: Stage) -> bool:
    return len(places.movable(stage, stage.selection)) > 1


def _wired(stage: Stage) -> bool:
    return bool(stage.chosen or chosen_wires(stage))


def _wires(stage: Stage) -> bool:
    return bool(chosen_wires(stage))


def _loops(stage: Stage) -> bool:
    return bool(loops.loops_of(stage))


def _inside(stage: Stage) -> bool:
    return any(path_of(stage.graph, name) for name in stage.chosen)


def _loop_and_nodes(stage: Stage) -> bool:
    items = (item for _, item, _ in walk(stage.graph.nodes))
    return bool(stage.chosen) and any(isinstance(item, Loop) for item in items)


def _filled(stage: Stage) -> bool:
    return bool(stage.graph.nodes)


def _something(stage: Stage) -> bool:
    return bool(stage.selection)


_NODES = "Choose a node first."
_THINGS = "Choose something first."
_NEEDS: dict[str, tuple[Callable[[Stage], bool], str]] = {
    "edit.copy": (_things, _THINGS),
    "edit.cut": (_things, _THINGS),
    "edit.duplicate": (_things, _THINGS),
    "edit.delete": (_any, _THINGS),
    "edit.select_none": (_something, ""),
    "edit.select_before": (_nodes, _NODES),
    "edit.select_after": (_nodes, _NODES),
    "graph.bypass": (_nodes, _NODES),
    "graph.mute": (_nodes, _NODES),
    "graph.collapse": (_nodes, _NODES),
    "graph.reset": (_nodes, _NODES),
    "graph.disconnect": (_wired, "Choose a wire or a node first."),
    "graph.reroute": (_wires, "Choose a wire first."),
    "graph.nudge": (_things, _THINGS),
    "graph.align": (_several, "Choose at least two nodes first."),
    "graph.distribute": (_several, "Choose at least two nodes first."),
    "graph.arrange": (_filled, "There is nothing to lay out."),
    "graph.wrap": (_nodes, "Choose the nodes that should repeat first."),
    "graph.unwrap": (_loops, "Choose a loop first."),
    "graph.into": (_loop_and_nodes, "This needs a loop and a chosen node."),
    "graph.out": (_inside, "None of what is chosen lies in a loop."),
}


def able(command: str, stage: Stage) -> bool:
    """Whether a command can do something now; true for what is no command of the canvas."""
    needs = _NEEDS.get(command)
    return needs is None or needs[0](stage)


def act(command: str, stage: Stage, key: str = "", at: Point = (0, 0)) -> Change:
    """Do a command of `EDITS`.

    `key` is the key that was pressed, for what has several; `at` the world point under the pointer,
    or the middle of the view.
    """
    if not able(command, stage):
        return nothing(stage, _NEEDS[command][1])
    try:
        return _ACTS[command](stage, key, at)
    except DocumentError as error:
        return refused(stage, error)
