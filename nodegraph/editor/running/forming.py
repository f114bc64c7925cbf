"""What the outputs of a loop look like while it still turns: those of the turn that was made last.

A loop gives its values when it ends. Until then a state is what the node behind it gave in the last
turn, and a watched number is the curve of what was told so far.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nodegraph.document import Graph, Loop, find
from nodegraph.editor.running.watched import DECADE
from nodegraph.errors import DocumentError
from nodegraph.views import Axis, Curves, Line

Slot = tuple[str, str]


def behind(graph: Graph, slot: Slot) -> Slot | None:
    """Name the output inside of a loop that becomes an output of it; None for any other output."""
    loop, link = _loop(graph, slot[0]), None
    while loop is not None and slot[1] in loop.state:
        link = loop.state[slot[1]].next
        slot = link.node, link.port
        loop = _loop(graph, link.node)
    return slot if link is not None else None


def curve(name: str, numbers: Sequence[float], limit: int) -> Curves:
    """Draw the numbers of the turns that were made, with room for those up to a limit.

    As in the frame of the loop the axis is logarithmic over more than a decade.
    """
    y = np.asarray(numbers, np.float64)
    x = np.arange(1, len(y) + 1, dtype=np.float64)
    good = np.isfinite(y)
    low, high = (float(y[good].min()), float(y[good].max())) if good.any() else (0.0, 1.0)
    log = low > 0 and high > DECADE * low
    margin = 0.05 * (high - low) or abs(high) / 10 or 1.0
    span = (low / 1.2, high * 1.2) if log else (low - margin, high + margin)
    return Curves(
        (Line(name, x[good], y[good]),),
        Axis("iteration", "", 1.0, float(max(len(y), limit, 2))),
        Axis(name, "", *span, "log" if log else "linear"),
    )


def _loop(graph: Graph, name: str) -> Loop | None:
    try:
        item = find(graph, name)
    except DocumentError:
        return None
    return item if isinstance(item, Loop) else None
