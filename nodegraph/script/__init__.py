"""Write a graph as a Python program that gives the same values, sample for sample.

A node becomes one call, its id the variable that holds what it gives; a loop becomes a ``for``.
The program is made from the engine's plan, so the order of work, what runs once and what a loop
hands out are the engine's own. `layout` knows how lines break, `names` what things are called,
`reach` which steps run, `wiring` how links and knobs are written, `program` the statements, and
`head` what stands above them. `own` writes a single node type as a file to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nodegraph import document, edits
from nodegraph.declare import NodeType
from nodegraph.document import Graph, Node
from nodegraph.engine import plan as planning
from nodegraph.engine.plan import Plan
from nodegraph.engine.steps import resolved
from nodegraph.errors import GraphError
from nodegraph.script.head import head
from nodegraph.script.layout import quoted
from nodegraph.script.names import unreachable
from nodegraph.script.own import Own, own
from nodegraph.script.program import Writer
from nodegraph.script.wiring import Wiring

__all__ = ["Own", "own", "script"]


def script(graph: Graph, types: Mapping[str, NodeType], folder: Path | None = None) -> str:
    """Give the text of a program.

    Parameters
    ----------
    graph
        The document.
    types
        All node types.
    folder
        Where the program will be saved: its paths start from there. By default they start from
        the current folder, now and when the program runs.

    Raises
    ------
    GraphError
        Where the graph cannot run, or a node cannot be called by a program; one line per fault.
    """
    faults = planning.check(graph, types)
    if faults:
        raise GraphError(faults)
    graph = edits.complete(graph, types)
    plan = planning.make(graph, types)
    faults = unreachable((name, step.type) for name, step in plan.steps.items() if step.type)
    if faults:
        raise GraphError(faults)
    wiring = Wiring(plan, _paths(plan, types, folder or Path()), _tracks(plan))
    statements = Writer(wiring).write()
    return "\n".join([*head(graph, wiring, folder), *statements]).rstrip() + "\n"


def _paths(plan: Plan, types: Mapping[str, NodeType], folder: Path) -> dict[tuple[str, str], str]:
    """Write every path, so that it names the same file when the program runs."""
    base = _base(plan)
    moved = edits.relocate(plan.graph, types, base, folder.absolute())
    texts: dict[tuple[str, str], str] = {}
    for name, step in plan.steps.items():
        for knob in step.paths:
            given = step.knobs[knob]
            if given.startswith("~"):
                texts[name, knob] = f"str(Path({quoted(given)}).expanduser())"
            elif given and not Path(given).is_absolute():
                item = document.find(moved, name)
                assert isinstance(item, Node)
                texts[name, knob] = f"str(HERE / {quoted(item.params[knob])})"
    return texts


def _tracks(plan: Plan) -> dict[str, str]:
    """Name the recording that each output node works on, as the engine does."""
    tracks: dict[str, str] = {}
    for name, step in plan.steps.items():
        if step.type is not None and step.type.effect:
            sources = plan.sources_of(name)
            if sources and sources[0].type is not None:
                track = sources[0].type.track
                tracks[name] = (
                    track(resolved(sources[0], _base(plan))) if track else sources[0].name
                )
    return tracks


def _base(plan: Plan) -> Path:
    return (plan.graph.base or Path()).absolute()
