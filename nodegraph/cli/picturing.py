"""What ``nodegraph figure`` draws: runs what it needs, and asks what that looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nodegraph.cli.interrupts import Interrupts, end
from nodegraph.cli.progress import display
from nodegraph.cli.witness import Witness
from nodegraph.engine import plan
from nodegraph.engine.asking import Look, Looked
from nodegraph.engine.engine import Engine, Result
from nodegraph.errors import GraphError
from nodegraph.figure.words import described
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


@dataclass(frozen=True)
class Found:
    """A picture, and what it is of."""

    picture: Picture
    link: Link
    turns: Mapping[str, int]


def look(
    graph: Graph,
    known: Registry,
    link: Link,
    kind: str,
    lens: Lens,
    turns: Mapping[str, int],
    quiet: bool,
) -> Found:
    """Run what an output needs and give its picture.

    Raises
    ------
    GraphError
        Where the output, its source or the kind of view does not exist.
    NoPicture
        Where a node on the way failed, or there is nothing to show.
    """
    name = f"{link.node}.{link.port}" if link.port else link.node
    steps = plan.make(graph, known, [name])
    wanted = sorted(steps.wanted)
    if len(wanted) > 1:
        outputs = ", ".join(output for _, output in wanted)
        raise GraphError(f"{link.node}: write which output, such as {link.node}.{wanted[0][1]}: {outputs}")  # fmt: skip
    for step in steps.steps.values():
        if step.type is not None and step.type.effect:
            raise GraphError(f"{step.name}: writes files, and has nothing to draw; name the node before it")  # fmt: skip
    engine = Engine(known)
    result = _run(engine, graph, steps, [name], turns, quiet)
    (slot,) = wanted
    value = result.slots.get(slot)
    if value is None or isinstance(value, Absent):
        raise NoPicture(_why(result, slot, value))
    _check(known, value, link, kind)
    answer = asked(engine, graph, Look(slot, kind, lens, link.source), turns)
    return Found(answer.picture, link, turns)


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
    if not views:
        raise GraphError(f"{link}: there is no view of a {type(value).__name__}")
    names = getattr(value, "names", ())
    if link.source and link.source not in names:
        listed = ", ".join(names) or "no named sources"
        raise GraphError(f"{link}: no source {link.source!r}; it has {listed}")


def asked(engine: Engine, graph: Graph, ask: Look, turns: Mapping[str, int]) -> Looked:
    """Ask what an output looks like that was run just now. Raises GraphError."""
    slot = ask.slot
    value: Any = engine.run(graph, only=[".".join(part for part in slot if part)], at=turns).slots[slot]  # fmt: skip
    if ask.source:
        value = value.singles()[ask.source]
    shown = engine.types.views(value)[ask.kind]
    if shown.company.keys() - shown.optional:
        raise GraphError(f"--kind {ask.kind}: needs what is not there yet")
    given = {"lens": ask.lens} if "lens" in shown.takes else {}
    return Looked(0, shown.function(value, **given))


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


def caption(graph: Graph, known: Registry, found: Found) -> str:
    """Say what a picture shows: the graph, the node, its output, and what is measured."""
    from nodegraph.document import Node, find
    from nodegraph.edits.layout import section

    item = find(graph, found.link.node)
    named = section(graph, "look").get(found.link.node)
    title = named.get("title") if isinstance(named, Mapping) else ""
    if not title and isinstance(item, Node):
        node_type = known.get(item.type)
        title = node_type.label if node_type else item.type
    node = str(title or found.link.node.replace("_", " ").capitalize())
    link = replace(found.link, node="")
    part = str(link).removeprefix(".").replace("[", " ").rstrip("]").strip()
    turns = ", ".join(f"turn {turn} of {loop}" for loop, turn in found.turns.items())
    whole = " – ".join(word for word in (graph.title, f"{node} ({part})" if part else node) if word)
    said = ", ".join(word for word in (described(found.picture), turns) if word)
    return f"{whole}: {said}" if said else whole
