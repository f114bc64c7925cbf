"""Runs while a hand is at a knob: what follows it, on a short stretch of time, as quickly as can be.

The stretch is the loop region, or some seconds around the playhead; it stays where it is while the
playhead is inside, so that what comes before the knob is computed once. Left out is what would
last, what needs the whole recording, and all that follows such a node: it waits for the hand to
rest. A node that needs the whole recording but gives something without a place in time, such as the
peaks of a histogram, takes part where all it reads is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.editor.running.board_data import FRESH, WORK, Board
from nodegraph.editor.running.board_policy import Policy
from nodegraph.engine.sparing import anchored

Region = tuple[float, float]
STRETCH = 6.0
"""Seconds around the playhead."""
LONGEST = 12.0
"""Seconds of a loop region that is taken whole."""
LIGHT = 0.3
"""Seconds that a node may take on the stretch."""
_BEFORE = 1.5
"""Seconds of the stretch that lie before the playhead, at least while it stands."""
_NEAR = 0.8
"""From this share on, the stretch is not worth a run of its own."""


def stretch(
    bounds: Region, playhead: float = 0.0, region: Region | None = None, last: Region | None = None
) -> Region | None:
    """Give the stretch that is computed first; None where that is as good as everything.

    `bounds` is what a whole run goes over, `last` the stretch that was taken before.
    """
    low, high = bounds
    if region is not None and region[0] < high and region[1] > low:
        low, high = max(low, region[0]), min(high, region[1])
    longest = STRETCH if region is None else LONGEST
    found = (low, high)
    if high - low > longest:
        kept = last is not None and low <= last[0] and last[1] <= high
        if last is not None and kept and last[0] <= playhead <= last[1] - _BEFORE:
            found = last
        else:
            start = min(max(playhead - _BEFORE, low), high - STRETCH)
            found = (start, start + STRETCH)
    return None if found[1] - found[0] > _NEAR * (bounds[1] - bounds[0]) else found


def targets(
    board: Board,
    graph: Graph,
    types: Mapping[str, NodeType],
    touched: Collection[str],
    wanted: Sequence[str],
    share: float,
) -> tuple[str, ...]:
    """Name what is wanted (``node`` or ``node.output``) and takes part in a live run.

    `touched` is what the knob made stale, `share` the part of a whole run that the stretch is.
    """
    return _Choice(board, graph, types, touched, share).of(wanted)


class _Choice:
    def __init__(
        self,
        board: Board,
        graph: Graph,
        types: Mapping[str, NodeType],
        touched: Collection[str],
        share: float,
    ) -> None:
        self.board, self.types, self.share = board, types, share
        self.items: dict[str, Item] = {name: item for name, item, _ in walk(graph.nodes)}
        self.touched = {n for n in touched if n in self.items and board[n].state in WORK}
        self.policy = Policy(types)
        self.bad: dict[str, bool] = {}

    def of(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Name those of the wanted ones that take part."""
        return tuple(
            name
            for name in wanted
            if (node := name.partition(".")[0]) in self.touched and not self._barred(node)
        )

    def _barred(self, name: str) -> bool:
        """Whether a node, or any that must run for it, is left out."""
        if name not in self.bad:
            self.bad[name] = False  # for a loop, which comes back to itself
            item = self.items[name]
            paths = self.board.wires.paths.get(name, ())
            self.bad[name] = (
                self._unfit(name, item)
                or (bool(paths) and self._barred(paths[0]))
                or any(self._barred(before) for before in self._before(name, item))
            )
        return self.bad[name]

    def _before(self, name: str, item: Item) -> set[str]:
        """Name what runs for a node; before what is taken whole, and is there, that is nothing."""
        if name not in self.touched and self._anchored(item):
            return set()
        edges = self.board.wires.edges
        ends = [name, f"{name}^"] if isinstance(item, Loop) else [name]
        found = {n.rstrip("^") for end in ends if end in edges for n in edges.pred[end]}
        return (found & self.items.keys()) - {name}

    def _anchored(self, item: Item) -> bool:
        known = self.types.get(item.type)
        return known is not None and anchored(known)

    def _unfit(self, name: str, item: Item) -> bool:
        """Whether a node itself cannot take part."""
        board, shown = self.board, self.board[name]
        if board.faults.get(name) or shown.state not in FRESH | WORK | {"bypassed"}:
            return True
        anew = name in self.touched
        if not anew and shown.state not in FRESH | {"bypassed"}:
            return True  # it waits for something else
        if isinstance(item, Loop):
            return self.policy.cost(board, name, item) * self.share > LIGHT
        known = self.types.get(item.type)
        if known is None or known.effect:
            return True
        cost = self.policy.cost(board, name, item)
        if known.source:
            # One that was not touched is cut from what is there.
            return anew and cost * (self.share if known.regional else 1.0) > LIGHT
        if not known.whole:
            return cost * self.share > LIGHT
        # What is taken whole needs all before it as it is, or taken whole too.
        inside = bool(board.wires.paths.get(name))
        if inside or not anchored(known) or cost > LIGHT:
            return True
        before = self._before(name, item) & self.touched
        return anew and not all(self._anchored(self.items[n]) for n in before)
