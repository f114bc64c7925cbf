"""How nodes are: bypassed, muted, folded, with their knobs at their defaults."""

from __future__ import annotations

from dataclasses import replace

from nodegraph import edits
from nodegraph.declare import LOOP_KNOBS
from nodegraph.document import Graph, Loop
from nodegraph.editor.acting.change import Change, Point, listed, named, nothing
from nodegraph.editor.acting.plates import tidy
from nodegraph.editor.acting.room import make_room, seen, shifted
from nodegraph.editor.stage import Stage
from nodegraph.edits.checks import same
from nodegraph.edits.layout import position, section
from nodegraph.edits.tree import item_of, with_item


def bypass(stage: Stage, key: str, at: Point) -> Change:
    """Bypass what is chosen; where all is bypassed, switch it on."""
    return _toggled(stage, "bypass", "bypassed")


def mute(stage: Stage, key: str, at: Point) -> Change:
    """Mute what is chosen; where all is muted, switch it on."""
    return _toggled(stage, "mute", "muted")


def _toggled(stage: Stage, mode: str, word: str) -> Change:
    names = stage.chosen
    on = all(item_of(stage.graph, name).mode == mode for name in names)
    graph = edits.set_mode(stage.graph, names, "" if on else mode)
    label = f"{'switched on' if on else word} {named(names)}"
    return Change(graph, label=label)


# Folding


def collapse(stage: Stage, key: str, at: Point) -> Change:
    """Fold what is chosen; where all is folded, open it."""
    names = stage.chosen
    folded = all(is_folded(stage, name) for name in names)
    graph = edits.set_look(stage.graph, names, "collapsed", None if folded else True)
    for name in names:
        if isinstance(item_of(graph, name), Loop):
            graph = _opened(stage, graph, name) if folded else _folded(stage, graph, name)
    return Change(graph, label=f"{'opened' if folded else 'collapsed'} {named(names)}")


def is_folded(stage: Stage, name: str) -> bool:
    """Whether a node or loop is drawn as its header alone."""
    box = stage.scene.nodes.get(name) or stage.scene.loops.get(name)
    if box is not None:
        return box.shape.folded
    look = section(stage.graph, "look").get(name)
    return isinstance(look, dict) and bool(look.get("collapsed"))


def _folded(stage: Stage, graph: Graph, name: str) -> Graph:
    """Put a folded loop where its frame was."""
    frame = stage.scene.loops.get(name)
    return edits.move(graph, {name: (tidy(frame.x), tidy(frame.y))}) if frame else graph


def _opened(stage: Stage, graph: Graph, name: str) -> Graph:
    """Put the body of a loop where it stood folded, and make room for its frame."""
    node = stage.scene.nodes.get(name)
    frame = seen(stage, graph, {name: False}).loops.get(name)
    spot = position(graph, name)
    if node is None or frame is None:
        return graph
    graph = shifted(graph, {name: (node.x - frame.x, node.y - frame.y)})
    if spot:
        graph = edits.move(graph, {name: spot})
    return make_room(stage, graph, name, node.rect, {name: False})


# Knobs


def reset(stage: Stage, key: str, at: Point) -> Change:
    """Put the knobs of what is chosen at their defaults. Which file is loaded is no setting."""
    graph, unknown = stage.graph, list[str]()
    for name in stage.chosen:
        item = item_of(graph, name)
        known = stage.types.get(item.type)
        if isinstance(item, Loop):
            params = {knob.name: knob.default for knob in LOOP_KNOBS}
        elif known is None:
            unknown.append(name)
            continue
        else:
            paths = {knob.name for knob in known.knobs if knob.param.path}
            kept = {knob: value for knob, value in item.params.items() if knob in paths}
            params = {**known.defaults, **kept}
        if not same(params, item.params):
            graph = with_item(graph, name, lambda old, params=params: replace(old, params=params))  # type: ignore[misc]
    if unknown:
        said = f"The defaults of {listed(unknown)} are not known: no such node is installed."
        return Change(graph, said=said)
    if graph is stage.graph:
        return nothing(stage, "All knobs are at their defaults already.")
    return Change(graph, label=f"reset {named(stage.chosen)}")
