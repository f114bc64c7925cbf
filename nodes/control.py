"""Numbers that steer others."""

from __future__ import annotations

from typing import Annotated

from nodegraph.declare import Param, node
from nodegraph.values import Number


@node("control.number", aliases=("constant", "value", "knob"))
def number(*, value: Annotated[float, Param(step=0.1)] = 1.0) -> Number:
    """Give a number: wired to knobs of several nodes, it sets them all at once.

    Every knob that holds a number takes a wire. What it cannot hold, such as a half where a whole
    number is needed, is refused by the node that it is wired to.
    """
    return Number(float(value))
