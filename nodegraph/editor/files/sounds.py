"""Sound files of a graph: which are missing, where they are now, and one that is opened."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Node, walk
from nodegraph.edits.files import SOUND_FILE, STEM_FOLDER, seen_from
from nodegraph.errors import DocumentError

Types = Mapping[str, NodeType]


@dataclass(frozen=True, slots=True)
class Missing:
    """A path of a source node that names nothing."""

    node: str
    knob: str
    text: str
    """The path as the graph has it."""
    path: Path
    """Where that is on this computer."""


def missing(
    graph: Graph, types: Types, exists: Callable[[Path], bool] = Path.exists
) -> list[Missing]:
    """Give every path of a source node that names nothing; one that is empty is no path."""
    base = (graph.base or Path()).absolute()
    found: list[Missing] = []
    for name, item, _ in walk(graph.nodes):
        known = types.get(item.type)
        if not isinstance(item, Node) or known is None or not known.source:
            continue
        for knob in known.knobs:
            text = item.params.get(knob.name, knob.default)
            if knob.param.path and isinstance(text, str) and text:
                path = base / Path(text).expanduser()
                if not exists(path):
                    found.append(Missing(name, knob.name, text, path))
    return found


def relink(
    graph: Graph, types: Types, folder: Path, exists: Callable[[Path], bool] = Path.exists
) -> tuple[Graph, list[Missing]]:
    """Give the graph with all that can be found by name in a folder, and what is missing still.

    The most of the old path that the folder has decides: ``band/song.wav`` before ``song.wav``. A
    folder that is missed may be the chosen one itself.
    """
    folder = Path(folder).absolute()
    left: list[Missing] = []
    for gap in missing(graph, types, exists):
        target = _found(gap, folder, exists)
        if target is None:
            left.append(gap)
        else:
            graph = edits.set_knob(graph, gap.node, gap.knob, written(target, graph.base))
    return graph, left


def _found(gap: Missing, folder: Path, exists: Callable[[Path], bool]) -> Path | None:
    parts = PurePosixPath(gap.text.replace("\\", "/")).parts
    for start in range(len(parts)):
        tail = [part for part in parts[start:] if part not in ("/", "..", ".")]
        target = folder.joinpath(*tail)
        if tail and exists(target):
            return target
    if not parts:
        return None
    if _plain(folder.name) == _plain(parts[-1]) and exists(folder):
        return folder
    try:
        return next(
            (p for p in sorted(folder.iterdir()) if _plain(p.name) == _plain(parts[-1])), None
        )
    except OSError:
        return None


def _plain(name: str) -> str:
    """Forget case, and how accents are written: file systems differ in both."""
    return unicodedata.normalize("NFC", name).casefold()


def written(path: Path, base: Path | None) -> str:
    """Write an absolute path as a graph in the folder `base` has it."""
    try:
        return path.as_posix() if base is None else seen_from(path, base.absolute())
    except ValueError:  # another drive
        return path.as_posix()


def with_sound(
    graph: Graph,
    types: Types,
    path: Path,
    node: str = "",
    spot: tuple[float, float] = (0.0, 0.0),
) -> tuple[Graph, str]:
    """Give the graph with a sound file or a folder of stems in a source node, and its name.

    It takes the place of what `node` reads, or where no node is named of the only source there is;
    else it comes as a new node at `spot`. Raises DocumentError.
    """
    path = Path(path).absolute()
    if not path.exists():
        raise DocumentError(f"{path}: no such file or folder")
    text = written(path, graph.base)
    sources = [
        name
        for name, item, _ in walk(graph.nodes)
        if isinstance(item, Node) and (known := types.get(item.type)) is not None and known.source
    ]
    chosen = node or (sources[0] if len(sources) == 1 else "")
    if chosen:
        return edits.replace_source(graph, chosen, text, types, folder=path.is_dir()), chosen
    known = types.get(STEM_FOLDER if path.is_dir() else SOUND_FILE)
    if known is None:
        raise DocumentError(f"{path.name} cannot be opened: no node here reads it")
    name = edits.fresh_name(graph, path.stem or known.id)
    grown = edits.add(graph, name, Node(known.id, {**known.defaults, "path": text}))
    return edits.move(grown, {name: spot}), name
