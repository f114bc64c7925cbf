"""Places for nodes to which the layout gives none: in columns by what they read, below the rest.

This is no layout to look at, only one in which nothing covers anything else and which is the same
each time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from nodegraph.document import Item, Loop
from nodegraph.editor.canvas.loop_shapes import FLOOR, HEAD, INNER, LOOP_WIDTH, RAIL
from nodegraph.editor.canvas.view import Point, Rect, around

ACROSS, DOWN = 72.0, 24.0
_EMPTY_LOOP = (LOOP_WIDTH, HEAD + 200.0)

Chain = tuple[str, ...]


class Placer:
    """Finds places. `sizes` holds what is drawn as one box, `reads` who reads whom."""

    def __init__(
        self,
        spots: Mapping[str, Point],
        sizes: Mapping[str, Point],
        chains: Mapping[str, Chain],
        reads: Collection[tuple[str, str]],
    ) -> None:
        self.spots = dict(spots)
        self.sizes = sizes
        self.chains = chains
        self.reads = reads

    def place(self, items: Mapping[str, Item], path: Chain = (), at: Point = (0, 0)) -> Rect | None:
        """Place all in one body, and give what it takes up with the frames around inner bodies."""
        taken: list[Rect] = []
        loose: dict[str, Item] = {}
        for name, item in items.items():
            size = self.sizes.get(name)
            opened = size is None and isinstance(item, Loop) and bool(item.body)
            if opened and isinstance(item, Loop) and (name in self.spots or self._settled(item)):
                x, y = self.spots.get(name, (0.0, 0.0))
                rect = self.place(item.body, (*path, name), (x + RAIL + INNER, y + HEAD + INNER))
                taken += [framed(rect)] if rect else []
            elif name in self.spots:
                taken.append(Rect(*self.spots[name], *(size or _EMPTY_LOOP)))
            else:
                loose[name] = item
        bounds = around(taken)
        if loose:
            x, y = (bounds.x, bounds.bottom + FLOOR) if bounds else at
            for column in self._columns(loose, len(path)):
                rects = self._stack(column, loose, path, (x, y))
                taken += rects
                x = max(rect.right for rect in rects) + ACROSS
        return around(taken)

    def _stack(
        self, names: Iterable[str], items: Mapping[str, Item], path: Chain, at: Point
    ) -> list[Rect]:
        rects: list[Rect] = []
        x, y = at
        for name in names:
            item, rect = items[name], None
            if name not in self.sizes and isinstance(item, Loop) and item.body:
                corner = x + RAIL + INNER, y + HEAD + INNER
                body = self.place(item.body, (*path, name), corner)
                rect = framed(body) if body else None
            self.spots[name] = (x, y)
            rects.append(rect or Rect(x, y, *self.sizes.get(name, _EMPTY_LOOP)))
            y = rects[-1].bottom + DOWN
        return rects

    def _settled(self, loop: Loop) -> bool:
        """Whether anything in a body has a place."""
        return any(
            name in self.spots or (isinstance(item, Loop) and self._settled(item))
            for name, item in loop.body.items()
        )

    def _columns(self, names: Collection[str], level: int) -> list[list[str]]:
        """Sort names by the longest way of reads to them; a cycle counts as no way."""
        after: dict[str, set[str]] = defaultdict(set)
        for source, reader in self.reads:
            one, two = (self.chains[name][level : level + 1] for name in (source, reader))
            if one and two and one != two and one[0] in names and two[0] in names:
                after[one[0]].add(two[0])
        waits = dict.fromkeys(names, 0)
        for readers in after.values():
            for reader in readers:
                waits[reader] += 1
        depth = dict.fromkeys(names, 0)
        ready = [name for name in names if not waits[name]]
        for name in ready:
            for reader in sorted(after[name]):
                depth[reader] = max(depth[reader], depth[name] + 1)
                waits[reader] -= 1
                if not waits[reader]:
                    ready.append(reader)
        columns: dict[int, list[str]] = defaultdict(list)
        for name in names:
            columns[depth[name]].append(name)
        return [columns[key] for key in sorted(columns)]


def framed(body: Rect) -> Rect:
    """Give the frame of a loop around what its body takes up."""
    x, y = body.x - RAIL - INNER, body.y - HEAD - INNER
    width, height = body.width + 2 * (RAIL + INNER), body.height + HEAD + INNER + FLOOR
    return Rect(x, y, max(width, LOOP_WIDTH), height)
