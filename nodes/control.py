"""Numbers that steer others."""

from __future__ import annotations

from typing import Annotated, Literal

from nodegraph.declare import Param, node
from nodegraph.values import Number


@node("control.number", aliases=("constant", "value", "knob"))
def number(*, value: Annotated[float, Param(step=0.1)] = 1.0) -> Number:
    """Give a number: wired to knobs of several nodes, it sets them all at once.

    Every knob that holds a number takes a wire. What it cannot hold, such as a half where a whole
    number is needed, is refused by the node that it is wired to.
    """
    return Number(float(value))


Shape = Literal["linear", "ratio"]


def ramped(turn: float, start: float, stop: float, over: int, shape: Shape = "linear") -> float:
    """Give the number of a turn, counted from 1: `start` in the first, `stop` from turn `over` on."""
    done = 1.0 if over <= 1 else min(max((turn - 1) / (over - 1), 0.0), 1.0)
    if done in (0.0, 1.0):
        return float(stop if done else start)
    if shape == "linear":
        return start + (stop - start) * done
    return float(start * (stop / start) ** done)


@node("control.ramp", label="Ramp", aliases=("annealing", "fade", "schedule"))
def ramp(
    iteration: Number,
    *,
    start: Annotated[float, Param(step=0.1)] = 10.0,
    stop: Annotated[float, Param(step=0.1)] = 1.0,
    over: Annotated[int, Param(min=1, max=5000, unit="turns", suggest=(50, 60, 100))] = 60,
    shape: Shape = "linear",
) -> Number:
    """Lead a number from one value to another over the turns of a loop.

    Wire the loop's ``iteration`` to it, and its number to a knob inside the loop: annealing, where
    noise is led down or a mask is made sharper from turn to turn. The first turn has ``start``, turn
    ``over`` and all after it ``stop``. *linear* goes in equal steps; *ratio* in equal ratios, which
    needs two numbers of the same sign, neither of them 0.

    A loop of fewer turns than ``over`` never gets to ``stop``.
    """
    if shape == "ratio" and not start * stop > 0:
        raise ValueError(
            f"a ramp in equal ratios needs start and stop of the same sign and not 0, got {start:g} "
            f"and {stop:g}"
        )
    return Number(ramped(iteration.value, start, stop, over, shape))
