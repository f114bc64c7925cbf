"""What ``nodegraph figure`` draws: runs what it needs, and asks what that looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nodegraph.cli.interrupts import Interrupts, end
from nodegraph.cli.progress import display
from nodegraph.cli.witness import Witness
from nodegraph.engine import plan
from nodegraph.engine.answering import answer, named
from nodegraph.engine.asking import Look, Looked, Unanswered
from nodegraph.engine.engine import Engine, Result
from nodegraph.errors import GraphError
from nodegraph.values import Absent, Value
from nodegraph.views import Lens, Picture

if TYPE_CHECKING:
    from nodegraph.document import Graph, Link
    from nodegraph.registry import Registry

Slot = tuple[str, str]


class NoPicture(Exception):
    """The run did not get that far."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def look(
    graph: Graph,
    known: Registry,
    link: Link,
    other: Link | None,
    kind: str,
    lens: Lens,
    turns: Mapping[str, int],
    quiet: bool,
) -> Picture:
    """Run what an output needs, and another one for views that show two, and give its picture.

    Raises
    ------
    GraphError
        Where the output, its source or the kind of view does not exist.
    NoPicture
        Where a node on the way failed, or there is nothing to show.
    """
    slots = [_slot(graph, known, wanted) for wanted in (link, other) if wanted is not None]
    only = [named(slot) for slot in slots]
    steps = plan.make(graph, known, only)
    for step in steps.steps.values():
        if step.type is not None and step.type.effect:
            fault = "writes files, and has nothing to draw; name the node before it"
            raise GraphError(f"{step.name}: {fault}")
    engine = Engine(known)
    result = _run(engine, graph, steps, only, turns, quiet)
    for slot in slots:
        value = result.slots.get(slot)
        if value is None or isinstance(value, Absent):
            raise NoPicture(_why(result, slot, value))
    _check(known, result.slots[slots[0]], link, kind)
    beside = slots[1] if other is not None else None
    ask = Look(slots[0], kind, lens, link.source, beside, other.source if other else "")
    found = asked(engine, graph, ask, turns)
    return found.picture


def _slot(graph: Graph, known: Registry, link: Link) -> Slot:
    """Find the output that is meant. Raises GraphError."""
    wanted = sorted(plan.make(graph, known, [named((link.node, link.port))]).wanted)
    if len(wanted) > 1:
        outputs = ", ".join(output for _, output in wanted)
        one = f"write which output, such as {named(wanted[0])}"
        raise GraphError(f"{link.node}: {one}: {outputs}")
    return wanted[0]


def _why(result: Result, slot: Slot, value: Value | None) -> list[str]:
    if isinstance(value, Absent):
        return [f"{slot[0]}: nothing to draw: {value.reason}"]
    record = result.records[slot[0]]
    return result.faults or [f"{slot[0]}: nothing to draw: {record.error or record.state}"]


def _check(known: Registry, value: Value, link: Link, kind: str) -> None:
    """Make sure of the source and the kind. Raises GraphError."""
    views = known.views(value)
    if kind and kind not in views:
        listed = ", ".join(f"{k} ({shown.label})" for k, shown in views.items() if k)
        raise GraphError(f"--kind {kind}: {link} has {listed or 'only its usual view'}")
    names = getattr(value, "names", ())
    if link.source and link.source not in names:
        listed = ", ".join(names) or "no named sources"
        raise GraphError(f"{link}: no source {link.source!r}; it has {listed}")


def asked(engine: Engine, graph: Graph, ask: Look, turns: Mapping[str, int]) -> Looked:
    """Ask what an output looks like that was run just now. Raises GraphError."""
    found = answer(engine, graph, ask, at=turns)
    if isinstance(found, Unanswered):
        raise GraphError(found.reason)
    assert isinstance(found, Looked)
    return found


def _run(
    engine: Engine,
    graph: Graph,
    steps: plan.Plan,
    only: list[str],
    turns: Mapping[str, int],
    quiet: bool,
    shown: Callable[..., None] | None = None,
) -> Result:
    """Run with a progress display, in a thread that Ctrl+C can stop."""
    with Interrupts() as interrupts, display(graph, set(steps.steps), quiet) as listener:
        witness = Witness(steps, listener, streams=False)

        def work() -> Result:
            return engine.run(
                graph, only=only, at=turns, listener=witness, cancel=interrupts.cancel, shown=shown,
                discard=shown is not None,
            )  # fmt: skip

        result = interrupts.run(work, witness.may_leave)
    if result is None or result.state == "cancelled":
        end()
    return result


def gallery(
    graph: Graph, known: Registry, quiet: bool
) -> tuple[dict[Slot, Picture], dict[Slot, tuple[str, ...]]]:
    """Run all but what writes files; give the picture of every output and its sources."""
    steps = plan.make(graph, known)
    only = [s.name for s in steps.steps.values() if s.type is not None and not s.type.effect]
    pictures: dict[Slot, Picture] = {}
    sources: dict[Slot, tuple[str, ...]] = {}

    def show(node: str, values: Mapping[str, Any], turn: int) -> None:
        for output, value in values.items():
            sources[node, output] = tuple(getattr(value, "names", ()))
            view = known.view(value)
            if view is not None and not isinstance(value, Absent):
                pictures[node, output] = view(value)

    needed = plan.make(graph, known, only)
    result = _run(Engine(known), graph, needed, only, {}, quiet, show)
    if result.faults:
        from nodegraph.cli.say import complain

        for fault in result.faults:
            complain(fault)
    return pictures, sources
