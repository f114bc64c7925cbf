"""Copy, cut, paste, duplicate and delete. The clipboard holds the JSON text of a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodegraph import document, edits
from nodegraph.document import Graph, Node, walk
from nodegraph.editor.acting import plates
from nodegraph.editor.acting.bends import bends, pruned, with_bends
from nodegraph.editor.acting.change import (
    Change,
    Point,
    chosen_wires,
    counted,
    lost,
    nothing,
    refused,
)
from nodegraph.editor.acting.places import pinned
from nodegraph.editor.acting.plates import tidy
from nodegraph.editor.acting.room import room_in
from nodegraph.editor.acting.wires import without_wires
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.hits import loop_at
from nodegraph.editor.canvas.scene import Key, Scene
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files.paths import entered
from nodegraph.editor.offers.arrange import arrange
from nodegraph.editor.stage import Selection, Stage, nodes
from nodegraph.edits.layout import position
from nodegraph.edits.tree import topmost
from nodegraph.errors import DocumentError

BESIDE: Point = (24, 24)
"""Where a copy lies, as seen from the original."""
BASE = "base"
"""In the layout of a clipboard: the folder that its paths start from, where it holds any."""


def copied(stage: Stage) -> str:
    """Give what is chosen as JSON text: nodes, loops, frames and notes; empty for nothing."""
    names = topmost(stage.graph, stage.chosen)
    keys = plates.chosen_plates(stage)
    if not names and not keys:
        return ""
    clip = edits.copy(pinned(stage), names)
    for key in keys:
        plate = plates.plate_of(stage.scene, key)
        if plate is not None:
            clip, _ = plates.added(clip, Stage(), key[0], plate.rect, plate.words, plate.colour)
    if _has_paths(stage, clip):
        folder = str((stage.graph.base or Path()).absolute())
        clip = edits.set_layout(clip, {**clip.layout, BASE: folder})
    return document.text(clip)


def _has_paths(stage: Stage, clip: Graph) -> bool:
    for _, item, _ in walk(clip.nodes):
        known = stage.types.get(item.type) if isinstance(item, Node) else None
        for knob in known.knobs if known else ():
            path = item.params.get(knob.name) if knob.param.path else None
            if isinstance(path, str) and path and not Path(path).is_absolute():
                return True
    return False


def pasted_path(text: str, folder: Path | None = None) -> Path | None:
    """Give the file or folder that a text names, as a path or as an address; None for none."""
    try:
        path = entered(text, folder or Path.cwd())
        return path if path is not None and path.exists() else None
    except (OSError, ValueError):  # far too long for a name, or no name at all
        return None


# Pasting


def paste(stage: Stage, text: str, at: Point | None = None) -> Change:
    """Put what a text holds with its upper left corner at a point; by default beside where it was.

    What lands on a loop goes into it. Links to nodes that this graph does not have are cut.
    """
    if not text.strip():
        return nothing(stage, "The clipboard is empty.")
    try:
        clip = _clip(stage, text)
    except DocumentError as error:
        graphic = text.lstrip().startswith("{")
        return nothing(stage, f"The clipboard holds no nodes{f': {error}' if graphic else '.'}")
    shown = build(clip, stage.types)
    if shown.bounds is None:
        return nothing(stage, "The clipboard holds no nodes.")
    corner = shown.bounds.x, shown.bounds.y
    by = _free(stage, shown) if at is None else (at[0] - corner[0], at[1] - corner[1])
    by = tidy(by[0]), tidy(by[1])
    loop = loop_at(stage.scene, (corner[0] + by[0], corner[1] + by[1])) if clip.nodes else ""
    try:
        graph, ids = edits.paste(pinned(stage), clip, loop, by, stage.used)
        graph = room_in(stage, graph, loop)
    except DocumentError as error:
        return refused(stage, error)
    graph = pruned(_bends_moved(graph, ids, by))
    graph, keys = _plates_pasted(stage, graph, shown, by)
    gone = _cut(clip, graph, ids)
    said = f"{counted(gone, 'wire')} led to what is not here." if gone else ""
    chosen = nodes(*(ids[name] for name in clip.nodes)) | keys
    return Change(graph, chosen, f"pasted {_what(chosen)}", said)


def _free(stage: Stage, shown: Scene) -> Point:
    """Give how far beside its place nothing of a clipboard covers what was pasted before."""
    taken = {rect[:2] for rect in _rects(stage.scene)}
    rects = _rects(shown)
    x, y = BESIDE
    while any((rect.x + x, rect.y + y) in taken for rect in rects):
        x, y = x + BESIDE[0], y + BESIDE[1]
    return x, y


def _rects(scene: Scene) -> list[Rect]:
    plates_drawn = (*scene.frames.values(), *scene.notes.values())
    return [*(box.rect for box in scene.nodes.values()), *(plate.rect for plate in plates_drawn)]


def _clip(stage: Stage, text: str) -> Graph:
    clip = edits.complete(document.parse(text), stage.types)
    base = clip.layout.get(BASE)
    if isinstance(base, str) and Path(base).is_absolute():
        here = (stage.graph.base or Path()).absolute()
        clip = edits.relocate(clip, stage.types, Path(base), here)
    if all(position(clip, name) for name, item, _ in walk(clip.nodes) if isinstance(item, Node)):
        return clip
    return edits.move(clip, arrange(clip, {}))


def _cut(clip: Graph, graph: Graph, ids: Mapping[str, str]) -> int:
    """Count the links of a clipboard that could not be kept."""
    pasted = {name: item for name, item, _ in walk(graph.nodes)}
    return sum(
        len(list(document.links(item))) - len(list(document.links(pasted[ids[name]])))
        for name, item, _ in walk(clip.nodes)
    )


def _bends_moved(graph: Graph, ids: Mapping[str, str], by: Point) -> Graph:
    for name in ids.values():
        kept = bends(graph, name)
        if kept:
            new = {key: [(x + by[0], y + by[1]) for x, y in spots] for key, spots in kept.items()}
            graph = with_bends(graph, name, new)
    return graph


def _plates_pasted(stage: Stage, graph: Graph, shown: Scene, by: Point) -> tuple[Graph, Selection]:
    keys: set[Key] = set()
    for kind, found in (("frame", shown.frames), ("note", shown.notes)):
        for plate in found.values():
            rect = plate.rect.moved(*by)
            graph, name = plates.added(graph, stage, kind, rect, plate.words, plate.colour)
            keys.add(("frame" if kind == "frame" else "note", name))
    return graph, frozenset(keys)


def duplicate(stage: Stage, key: str, at: Point) -> Change:
    """Put a copy beside what is chosen, in the same loops and reading the same nodes."""
    names = topmost(stage.graph, stage.chosen)
    graph, ids = edits.duplicate(pinned(stage), names, BESIDE, stage.used)
    graph = pruned(_bends_moved(graph, ids, BESIDE))
    drawn = {kind: dict[str, Any]() for kind in plates.SECTIONS}
    for chosen in plates.chosen_plates(stage):
        drawn[chosen[0]][chosen[1]] = plates.plate_of(stage.scene, chosen)
    copies = Scene(frames=drawn["frame"], notes=drawn["note"])
    graph, keys = _plates_pasted(stage, graph, copies, BESIDE)
    made = nodes(*(ids[name] for name in names)) | keys
    return Change(graph, made, f"duplicated {_what(made)}")


# Removing


def delete(stage: Stage, key: str, at: Point) -> Change:
    """Remove what is chosen, and all that hangs on it; bends go with their wires."""
    wires, names = chosen_wires(stage), stage.chosen
    keys = plates.chosen_plates(stage)
    cut = without_wires(stage.graph, wires)
    graph = pruned(edits.remove(cut, [name for name in names if name in set(stage.order)]))
    graph = plates.removed(graph, stage, keys)
    several = keys or len(wires) > 1 or (wires and names)  # else the step says which
    label = f"removed {_what(stage.selection)}" if several else ""
    return Change(graph, frozenset(), label, lost(stage.graph, graph, wires.values()))


def cut(stage: Stage, key: str, at: Point) -> Change:
    """Remove what is chosen; the window keeps what `copied` gave."""
    what = f"cut {_what(stage.selection)}"
    return replace(delete(stage, key, at), label=what)


def _what(keys: Selection) -> str:
    kinds = {kind for kind, _ in keys}
    if len(keys) == 1:
        ((kind, name),) = keys
        return name if kind in ("node", "loop") else f"a {kind}"
    return counted(len(keys), next(iter(kinds)) if len(kinds) == 1 else "thing")
