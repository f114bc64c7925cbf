"""What a run can spare: work whose result is known, and all that only leads there.

A run for the sake of a few values begins at what the cache holds, and does not look further back.
A run that is limited to a stretch of time can take what knows no time, such as a histogram over the
whole recording, as it is: it would be another one for the stretch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from nodegraph.declare import NodeType
from nodegraph.engine.cache import Cache, Slots
from nodegraph.engine.keys import Keys
from nodegraph.engine.plan import Plan
from nodegraph.engine.steps import Step
from nodegraph.values import Value


def anchored(node_type: NodeType) -> bool:
    """Whether a node looks at the whole recording and gives something that has no place in time."""
    kinds = [kind for output in node_type.outputs for kind in output.types]
    in_time = any(_lies_in_time(kind) for kind in kinds)
    return node_type.whole and not node_type.effect and not in_time


def _lies_in_time(kind: type[Value]) -> bool:
    """Whether a value has a sample or a frame for each moment; one of unknown kind may."""
    if kind is Value:
        return True
    return any(part.name in ("grid", "rate") for part in fields(kind))  # type: ignore[arg-type]


def anchors(plan: Plan) -> list[str]:
    """Name the anchored nodes of a plan that stand outside its loops."""
    return [
        step.name
        for step in plan.root.steps
        if step.kind == "call" and step.type is not None and anchored(step.type)
    ]


def spare(
    plan: Plan, keys: Keys, kept: Cache, given: Mapping[str, Slots]
) -> tuple[dict[str, Slots], frozenset[str]]:
    """Give the results that are known, and the steps that nobody needs for what is wanted."""
    owners: dict[tuple[str, str], Step] = {}
    for step in plan.root.steps:
        owners.update(dict.fromkeys(step.loop.exports if step.loop else (), step))
    steps = {step.name: step for step in plan.root.steps}
    known: dict[str, Slots] = {}
    needed: set[str] = set()
    todo = list(plan.wanted)
    while todo:
        slot = todo.pop()
        owner = owners.get(slot) or steps.get(slot[0])
        if owner is None or owner.name in needed:
            continue
        needed.add(owner.name)
        found = given.get(owner.name)
        if found is None and owner.kind in ("call", "loop"):
            found = kept.get(keys.results[owner.name])
        if found is None:
            todo.extend(owner.reads)
        else:
            known[owner.name] = found
    return known, frozenset(steps.keys() - needed)
