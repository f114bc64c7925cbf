"""What a plan is made of: steps in scopes, joined by resolved links."""

from __future__ import annotations

import os
import pathlib
from dataclasses import dataclass, field
from typing import Any

from nodegraph.declare import NodeType, Port
from nodegraph.values import Value

Slot = tuple[str, str]
"""Where a value is kept: the node or loop that gives it, and the name of the output."""
Path = tuple[str, ...]
"""Loops around something, outermost first."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A resolved link."""

    slot: Slot
    source: str = ""
    """Name of the one source that is picked; empty for all."""
    open: bool = False
    """A source that is missing is no fault, because the names depend on the user's material."""
    turning: bool = False
    """It is a state or the turn number of a loop, read from inside its body."""
    via: str = ""
    """The loop that hands it out, where it is read from outside that loop's body."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What one port receives: a single value, or named ones that are stacked."""

    port: str
    refs: tuple[tuple[str, Ref], ...]
    many: bool = False
    optional: bool = False
    knob: bool = False
    """The port is a knob that a number drives."""


@dataclass(eq=False)
class LoopPlan:
    """How a loop goes round."""

    iterations: int
    tolerance: float
    until: str
    first: dict[str, Ref] = field(default_factory=dict)
    next: dict[str, Ref] = field(default_factory=dict)
    watch: dict[str, Ref] = field(default_factory=dict)
    exports: set[Slot] = field(default_factory=set)
    """Slots of the body that are read from outside, as the last turn left them."""


@dataclass(eq=False)
class Step:
    """One node in the order of work."""

    name: str
    kind: str
    """``call``, ``loop``, ``bypass``, ``mute`` or ``unknown``."""
    type: NodeType | None = None
    feeds: tuple[Feed, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    params_text: str = ""
    direct: tuple[tuple[Port, Slot | None], ...] | None = None
    """Each port with the one slot it reads as it stands; None where a value must be picked,
    stacked or turned into a knob first."""
    knobs: dict[str, Any] = field(default_factory=dict)
    """The knobs as the function takes them, but for paths, which depend on where a run starts."""
    paths: tuple[str, ...] = ()
    """Knobs that are paths."""
    outputs: tuple[str, ...] = ()
    """Names of the outputs as seen from outside."""
    passes: dict[str, Feed] = field(default_factory=dict)
    """For a bypassed node: which input each output shows."""
    loop: LoopPlan | None = None
    body: Scope | None = None
    depends: Path = ()
    """Loops whose turns change the result."""
    waits: int = 0
    """How many steps of the same scope come before it."""
    followers: list[Step] = field(default_factory=list)
    """Steps of the same scope that wait for it."""
    reads: tuple[Slot, ...] = ()
    """Slots of its own scope that it reads, itself or inside."""

    @property
    def refs(self) -> list[Ref]:
        """Every resolved link of a node."""
        return [ref for feed in self.feeds for _, ref in feed.refs]


@dataclass(eq=False)
class Scope:
    """Steps that run together, in an order that respects their links."""

    path: Path
    steps: list[Step] = field(default_factory=list)
    readers: dict[Slot, int] = field(default_factory=dict)
    """How many steps of this scope read each slot."""
    keep: set[Slot] = field(default_factory=set)
    """Slots that must outlive their readers."""


def resolved(step: Step, base: pathlib.Path) -> dict[str, Any]:
    """Give the knobs as the function takes them, with paths made absolute."""
    if not step.paths:
        return step.knobs
    absolute = {
        name: _plain(base / pathlib.Path(step.knobs[name]).expanduser())
        for name in step.paths
        if step.knobs[name]
    }
    return {**step.knobs, **absolute}


def _plain(path: pathlib.Path) -> str:
    """Take `..` out of a path, for people to read, unless a symbolic link makes it matter."""
    plain = os.path.normpath(path)
    same = ".." not in path.parts or os.path.realpath(plain) == os.path.realpath(path)
    return plain if same else str(pathlib.Path(os.path.realpath(path.parent)) / path.name)


def settle(step: Step) -> None:
    """Work out, once for all runs, how a step is called."""
    node_type = step.type
    if node_type is None:
        return
    step.knobs = {
        knob.name: float(step.params[knob.name]) if knob.kind == "float" else step.params[knob.name]
        for knob in node_type.knobs
        if knob.fault(step.params[knob.name]) is None
    }
    step.paths = tuple(knob.name for knob in node_type.knobs if knob.param.path)
    plain = all(
        not (feed.many or feed.knob or any(ref.source for _, ref in feed.refs))
        for feed in step.feeds
    )
    if plain and not any(Value in port.types for port in node_type.ports):
        slots = {feed.port: feed.refs[0][1].slot for feed in step.feeds if feed.refs}
        step.direct = tuple((port, slots.get(port.name)) for port in node_type.ports)
