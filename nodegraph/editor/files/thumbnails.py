"""Thumbnails of graphs: pictures of what comes out when the graph is really run, kept as files.

Which picture it is, of a whole graph (`looks`):

1. what the layout names under ``thumbnail``: a value such as ``nmf`` or ``kam.change``, or one in a
   way of its own, ``{"show": "stft", "kind": "loudest"}``, or a list of two of these;
2. else what the graph itself saves as pictures: the first of them, and the second beside it where
   both are of one type, since then the graph compares the two;
3. else what tells most: the first watched number of a loop, or the value nearest to the end of the
   most telling family (`TELLING`). Tables are not chosen while there is anything else; of sound,
   what goes in is shown above what comes out.

A file is named after the graph's meaning, what is shown of it, the theme and the program's version,
so a change of any of them makes a new one. Files are written as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import __version__
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Link, Loop, links, write_atomically
from nodegraph.editor.files.gallery import GalleryCard, depths
from nodegraph.editor.look.colours import THEMES, Theme
from nodegraph.editor.look.measures import GALLERY
from nodegraph.errors import DocumentError
from nodegraph.values import Audio, Files, Number, Scores, Value
from nodegraph.views import Blend, Curves, Heatmap, Panels, Picture, Single, Table, Wave

SIZE = 528, 2 * GALLERY.picture
"""Pixels across and down: a card's picture twice as large, for large interface scales."""
FORM = 2
"""Grows when thumbnails are chosen or drawn in another way."""
STRETCH = 8.0
"""Seconds of sound that a plane shows."""
NAMED = "thumbnail"
"""Key in the layout."""
TELLING = ("view", "position", "factor", "mask", "kernel", "voice", "learn")
"""Families whose values tell what a graph does, the best first."""

_TABLES = (Files, Number, Scores)


# Which value


def looks(graph: Graph, types: Mapping[str, NodeType]) -> tuple[str, ...]:
    """Name the one or two values whose pictures are the thumbnail: ``node`` or ``node.output``."""
    return _named(graph) or _saved(graph, types) or _telling(graph, types)


def kinds(graph: Graph) -> dict[str, str]:
    """Say of what `looks` names in which way it is shown, where that is not the usual one."""
    return {look: kind for look, kind in _entries(graph) if kind}


def _named(graph: Graph) -> tuple[str, ...]:
    return tuple(look for look, _ in _entries(graph))


def _entries(graph: Graph) -> list[tuple[str, str]]:
    """Give what the layout names: value and kind of picture."""
    given = graph.layout.get(NAMED)
    found: list[tuple[str, str]] = []
    for entry in given if isinstance(given, list) else [given]:
        show, kind = _parts_of(entry)
        known = isinstance(show, str) and show.partition(".")[0] in graph.nodes
        if known and isinstance(kind, str):
            found.append((show, kind))
    return list(dict(found[:2]).items())


def _parts_of(entry: Any) -> tuple[Any, Any]:
    if isinstance(entry, Mapping):
        return entry.get("show"), entry.get("kind", "")
    return entry, ""


def _saved(graph: Graph, types: Mapping[str, NodeType]) -> tuple[str, ...]:
    """Name what goes into nodes that save a picture of anything."""
    found = [
        link
        for item in graph.nodes.values()
        if _saves_anything(types.get(item.type))
        for _, link in links(item)
        if link.node in graph.nodes
    ]
    kinds = [_type(graph, types, link) for link in found]
    two = len(found) > 1 and kinds[0] is not None and kinds[0] == kinds[1]
    return tuple(str(Link(link.node, link.port)) for link in found[: 2 if two else 1])


def _saves_anything(known: NodeType | None) -> bool:
    return known is not None and known.effect and any(Value in port.types for port in known.ports)


def _type(graph: Graph, types: Mapping[str, NodeType], link: Link) -> type | None:
    item = graph.nodes[link.node]
    known = types.get(item.type)
    output = known.output(link.port) if known is not None else None
    return output.types[0] if output is not None and output.types else None


def _telling(graph: Graph, types: Mapping[str, NodeType]) -> tuple[str, ...]:
    far = depths(graph.nodes)
    ranked = [
        ((plain, -family, far[name]), look)
        for name, item in graph.nodes.items()
        for plain, family, look in _offered(name, item, types)
    ]
    if not ranked:
        return ()
    best = max(ranked)[1]
    return (*_fed(graph, types, best), best)


def _fed(graph: Graph, types: Mapping[str, NodeType], look: str) -> tuple[str, ...]:
    """Name the sound that a value which is sound is made from."""
    if _type(graph, types, Link.parse(look)) is not Audio:
        return ()
    name = look.partition(".")[0]
    before = (link for _, link in links(graph.nodes[name]) if link.node in graph.nodes)
    sounds = (link for link in before if _type(graph, types, link) is Audio)
    return tuple(str(Link(link.node, link.port)) for link in sounds)[:1]


def _offered(
    name: str, item: Item, types: Mapping[str, NodeType]
) -> Iterator[tuple[bool, int, str]]:
    """Give the outputs of an item: whether it is no table, the rank of its family, and its name."""
    if isinstance(item, Loop):
        if item.watch:
            yield True, 0, f"{name}.{next(iter(item.watch))}"
        return
    known = types.get(item.type)
    if known is None or known.effect or item.mode == "mute":
        return
    family = TELLING.index(known.family) if known.family in TELLING else len(TELLING)
    for output in known.outputs[:1]:
        plain = not all(issubclass(kind, _TABLES) for kind in output.types)
        yield plain, family, f"{name}.{output.name}" if output.name else name


# Pixels


def pixels(pictures: Sequence[Picture], theme: Theme) -> NDArray[np.uint8]:
    """Draw one or two pictures of the size of a thumbnail, uint8 (row, column, 4)."""
    from nodegraph.editor.pictures.raster import raster
    from nodegraph.editor.pictures.warp import logarithmic

    width, height = SIZE
    picture = logarithmic(_closer(_plain(_joined(pictures))), height)
    if all(isinstance(part, (Curves, Wave)) for part in _parts(picture)):
        # Lines are drawn for the size at which they are seen, so that they are thick enough.
        small = raster(picture, width // 2, height // 2, theme)
        return small.repeat(2, axis=0).repeat(2, axis=1)
    drawn: NDArray[np.uint8] = raster(picture, width, height, theme)
    return drawn


def _parts(picture: Picture) -> tuple[Single, ...]:
    return picture.pictures if isinstance(picture, Panels) else (picture,)


def _joined(pictures: Sequence[Picture]) -> Picture:
    """Put two pictures together: sounds one above the other, else side by side.

    Of several sources in each only the last is shown, so that the two can be compared.
    """
    if len(pictures) < 2:
        return pictures[0]
    two = tuple(_parts(picture)[-1] for picture in pictures[:2])
    over = all(isinstance(part, Wave) for part in two)
    return Panels(two, ((0, 0, 1, 1), (1, 0, 1, 1) if over else (0, 1, 1, 1)))


def _plain(picture: Picture) -> Picture:
    """Leave out tables that stand among pictures: they could not be read."""
    if not isinstance(picture, Panels):
        return picture
    kept = [
        (part, place)
        for part, place in zip(picture.pictures, picture.places, strict=True)
        if not isinstance(part, Table)
    ]
    if not kept or len(kept) == len(picture.pictures):
        return picture
    parts, places = zip(*kept, strict=True)
    return replace(picture, pictures=parts, places=places)


def _closer(picture: Picture) -> Picture:
    """Show planes over time from their beginning only: a whole song would be a blur."""
    parts = _parts(picture)
    planes = [part for part in parts if isinstance(part, Heatmap | Blend) and part.x.unit == "s"]
    if len(planes) < len(parts):
        return picture
    near = tuple(_beginning(plane) for plane in planes)
    return replace(picture, pictures=near) if isinstance(picture, Panels) else near[0]


def _beginning(plane: Heatmap | Blend) -> Heatmap | Blend:
    axis = plane.x
    columns = (plane.data if isinstance(plane, Heatmap) else plane.level).shape[1]
    if axis.stop <= axis.start + STRETCH or not columns:
        return plane
    kept = max(round(columns * STRETCH / (axis.stop - axis.start)), 1)
    stop = axis.start + kept * (axis.stop - axis.start) / columns
    near = replace(axis, stop=stop)
    if isinstance(plane, Heatmap):
        return replace(plane, data=plane.data[:, :kept], x=near)
    return replace(plane, shares=plane.shares[..., :kept], level=plane.level[:, :kept], x=near)


# Files


def folder() -> Path:
    """Give where thumbnails are kept: beside the settings if told where, else in the cache."""
    given = os.environ.get("NODEGRAPH_CONFIG")
    if given:
        return Path(given) / "thumbnails"
    import platformdirs

    return Path(platformdirs.user_cache_dir("nodegraph", appauthor=False)) / "thumbnails"


class Thumbnails:
    """The thumbnails in a folder."""

    def __init__(self, where: Path | None = None) -> None:
        self.folder = where or folder()

    def file(self, card: GalleryCard, theme: str) -> Path:
        """Name the file of a card's thumbnail, whether it is there or not."""
        named = ",".join(f"{look} {kind}".strip() for look, kind in _entries(card.graph))
        meaning = "\n".join((card.key, named, __version__, str(FORM), "x".join(map(str, SIZE))))
        return self.folder / f"{hashlib.sha256(meaning.encode()).hexdigest()[:32]}-{theme}.png"

    def find(self, card: GalleryCard, theme: str) -> Path | None:
        """Give the file of a card's thumbnail if it has been made."""
        path = self.file(card, theme)
        return path if card.key and path.is_file() else None

    def missing(self, cards: Iterable[GalleryCard]) -> list[GalleryCard]:
        """Give the cards that lack a thumbnail in any theme."""
        return [
            card
            for card in cards
            if card.key and any(self.find(card, theme) is None for theme in THEMES)
        ]

    def load(self, card: GalleryCard, theme: str) -> NDArray[np.uint8] | None:
        """Give a card's thumbnail, uint8 (row, column, 4); None where there is none that is sound.

        A file that is damaged is removed, so that another one is made.
        """
        from nodegraph.editor.pictures.still import load_png

        path = self.find(card, theme)
        if path is None:
            return None
        image = load_png(path)
        if image is None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        return image

    def keep(self, card: GalleryCard, pictures: Sequence[Picture]) -> bool:
        """Draw and write a card's thumbnail in every theme; False where the disk will not have it."""
        from nodegraph.editor.pictures.still import png

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, theme in THEMES.items():
                write_atomically(self.file(card, name), png(pixels(pictures, theme)))
        except (OSError, DocumentError):
            return False
        return True
