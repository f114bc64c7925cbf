"""Which widget a knob gets, how its value is written, and how far it goes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from nodegraph.declare import Knob

Kind = Literal[
    "slider_int", "slider_float", "drag_int", "drag_float", "combo", "check", "text", "path"
]
MOST_STEPS = 600
"""A slider as wide as a node cannot set more steps than this by hand."""
LOWEST, HIGHEST = -(2**31) + 1, 2**31 - 1


@dataclass(frozen=True, slots=True)
class Setting:
    """A widget as it is asked for."""

    kind: Kind
    low: float = 0.0
    high: float = 0.0
    format: str = ""
    speed: float = 1.0
    choices: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether it holds a number."""
        return self.kind in ("slider_int", "slider_float", "drag_int", "drag_float")


def setting(knob: Knob, value: Any = None) -> Setting:
    """Choose the widget of a knob. `value` sets how fast one is that moves in ratios."""
    param = knob.param
    if knob.kind == "bool":
        return Setting("check")
    if knob.kind == "choice":
        return Setting("combo", choices=tuple(map(str, knob.choices)))
    if knob.kind == "str":
        return Setting("path" if param.path else "text")
    low = float(LOWEST if param.min is None else max(param.min, LOWEST))
    high = float(HIGHEST if param.max is None else min(param.max, HIGHEST))
    whole = knob.kind == "int"
    step = param.step or (1.0 if whole else 0.0)
    steps = (high - low) / step if step else 0.0 if high - low <= 360 else math.inf
    bounded = param.min is not None and param.max is not None
    slides = bounded and not param.log and steps <= MOST_STEPS
    now = abs(float(value)) if isinstance(value, (int, float)) else 0.0
    speed = max(0.01 * now, step or 0.001) if param.log else step or max(0.005 * now, 0.01)
    kind: Kind
    if slides:
        kind = "slider_int" if whole else "slider_float"
    else:
        kind = "drag_int" if whole else "drag_float"
    return Setting(kind, low, high, number_format(knob), speed)


def number_format(knob: Knob) -> str:
    """Give the C format of a number with its unit."""
    unit = knob.param.unit.replace("%", "%%")
    tail = f" {unit}" if unit and unit != "°" else unit
    return f"%d{tail}" if knob.kind == "int" else f"{_places(knob)}{tail}"


def _places(knob: Knob) -> str:
    """Give as many places as the step has, or what the range is worth."""
    step = knob.param.step
    if step:
        return f"%.{min(max(-math.floor(math.log10(step) + 1e-9), 0), 6)}f"
    low, high = knob.param.min, knob.param.max
    wide = math.inf if low is None or high is None else high - low
    return "%.4g" if wide > 1000 else "%.2f" if wide <= 20 else "%.1f"


def written(knob: Knob, value: Any) -> str:
    """Write a value as its widget does."""
    if knob.kind in ("int", "float") and isinstance(value, (int, float)):
        number = round(value) if knob.kind == "int" else float(value)
        return number_format(knob) % number
    return "" if knob.kind == "bool" else str(value)


def share(knob: Knob, value: Any) -> float:
    """Say how far along its range a number is, 0 to 1, where a slider's grab sits."""
    asked = setting(knob)
    if not isinstance(value, (int, float)) or asked.high <= asked.low:
        return 0.0
    return min(max((float(value) - asked.low) / (asked.high - asked.low), 0.0), 1.0)


def given(knob: Knob, raw: Any) -> Any:
    """Turn what a widget holds into a value of the document.

    A number keeps to its range, and loses what only single precision added.
    """
    if knob.kind == "choice":
        return next((choice for choice in knob.choices if str(choice) == raw), knob.default)
    if knob.kind in ("bool", "str"):
        return bool(raw) if knob.kind == "bool" else str(raw)
    low, high = knob.param.min, knob.param.max
    number = float(raw)
    if knob.kind == "float":
        number = float(f"{number:.6g}")
    if low is not None:
        number = max(number, float(low))
    if high is not None:
        number = min(number, float(high))
    return round(number) if knob.kind == "int" else number
