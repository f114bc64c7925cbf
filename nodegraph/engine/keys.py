"""Name every result by what went in: type, version, knobs and the keys of its sources.

Arrays are never hashed; files enter by the fingerprint their node gives. Within a loop a key is a
template, because the same step gives another result each turn: it is completed by the loop's
base (its body's way from states to next states, and its first states) and the number of the turn.
The limit on the turns is no part of that, so 30 turns go on where 20 ended.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nodegraph.engine.plan import Plan
from nodegraph.engine.steps import Feed, Path, Ref, Slot, Step

Region = tuple[float, float] | None
Salts = Mapping[str, str]
"""For each loop that is being turned, its base and the number of the turn."""


def digest(*parts: str) -> str:
    """Hash texts so that no two different lists of texts collide."""
    joined = "\x00".join(parts)
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass
class Keys:
    """Templates of all steps of a plan."""

    results: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    """For each loop, what its states grow from."""
    recipes: dict[str, Recipe] = field(default_factory=dict)
    plain: dict[str, Keys] = field(default_factory=dict)
    """For each loop that holds one shown at an earlier turn: the names for all its turns but the
    last, in which the inner loop goes to its end."""
    wholes: dict[str, str] = field(default_factory=dict)
    """For each source that is cut to a stretch of time, the key of its whole result."""

    def ref(self, ref: Ref) -> str:
        """Name a resolved link."""
        node, output = ref.slot
        if ref.turning:
            owner = f"@{node}"
        elif ref.via:
            owner = f"{self.results[ref.via]} {node}"
        else:
            owner = self.results[node]
        return f"{owner}.{output}[{ref.source}]"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a result is made from, kept to say later why it was made again."""

    type: str
    params: str
    inputs: tuple[tuple[str, str], ...]
    outside: str


def compute(
    plan: Plan,
    outside: Mapping[str, str],
    region: Region = None,
    at: Mapping[str, int] | None = None,
    given: Mapping[str, str] | None = None,
) -> Keys:
    """Give the keys of every step.

    Parameters
    ----------
    plan
        The steps.
    outside
        Fingerprint of each node that looks at the outside world.
    region
        Stretch of time that sources are cut to.
    at
        Loops shown as they stood after fewer turns.
    given
        Keys of results that are taken as they are.
    """
    at, given = at or {}, given or {}
    keys = Keys()
    for name, step in plan.steps.items():
        if step.loop is not None:
            inside = {shown for shown in at if shown != name and _holds(step, shown)}
            if inside:
                fewer = {shown: turn for shown, turn in at.items() if shown not in inside}
                keys.plain[name] = compute(plan, outside, region, fewer, given)
                keys.bases[name] = keys.plain[name].bases[name]
            recipe = _loop_recipe(step, keys, at)
        else:
            recipe = _recipe(step, keys, outside.get(name, ""), region)
        keys.recipes[name] = recipe
        flat = [part for pair in recipe.inputs for part in pair]
        keys.results[name] = given.get(name) or digest(
            recipe.type, recipe.params, recipe.outside, *flat
        )
        if region is not None and step.type is not None and step.type.source:
            whole = outside.get(name, "")
            keys.wholes[name] = digest(recipe.type, recipe.params, whole, *flat)
    return keys


def _recipe(step: Step, keys: Keys, outside: str, region: Region) -> Recipe:
    kind = f"{step.kind} {step.type.id} {step.type.version}" if step.type else step.kind
    if region is not None and step.type is not None and step.type.source:
        outside += f" from {region[0]!r} to {region[1]!r} s"
    feeds: Iterable[Feed] = step.feeds if step.kind != "bypass" else step.passes.values()
    inputs = tuple(
        (f"{feed.port} {name}" if name else feed.port, keys.ref(ref))
        for feed in feeds
        for name, ref in feed.refs
    )
    return Recipe(kind, step.params_text, inputs, outside)


def _loop_recipe(step: Step, keys: Keys, at: Mapping[str, int]) -> Recipe:
    loop = step.loop
    assert loop is not None
    states = [
        (f"state {name} {when}", keys.ref(refs[name]))
        for name in sorted(loop.first)
        for when, refs in (("first", loop.first), ("next", loop.next))
    ]
    keys.bases.setdefault(step.name, digest("states", *(part for pair in states for part in pair)))
    watches = [(f"watch {name}", keys.ref(ref)) for name, ref in sorted(loop.watch.items())]
    shown = [f"{name} after {turns}" for name, turns in sorted(at.items()) if _holds(step, name)]
    exports = [
        (f"body {name}", keys.results[name]) for name in sorted({slot[0] for slot in loop.exports})
    ]
    inputs = (*states, *watches, *exports)
    # A loop that is muted gives nothing, so what reads it is not what it was.
    return Recipe(step.kind, step.params_text, inputs, " ".join(shown))


def _holds(step: Step, name: str) -> bool:
    if step.name == name:
        return True
    return step.body is not None and any(_holds(inner, name) for inner in step.body.steps)


def name_of(plan: Plan, keys: Keys, slot: Slot) -> str:
    """Name the value of a slot as it is seen from outside all loops."""
    node, output = slot
    step = plan.steps[node]
    if step.depends:
        return f"{keys.results[step.depends[0]]} {node}.{output}"
    return f"{keys.results[node]}.{output}"


def salted(template: str, depends: Path, salts: Salts) -> str:
    """Complete a template with the turns it belongs to."""
    if not depends:
        return template
    return digest(template, *(salts[loop] for loop in depends))


def why(now: Recipe, before: Recipe | None) -> str:
    """Say in words what changed since a node last ran."""
    if before is None:
        return "first run"
    if now.type != before.type:
        return f"it was {before.type.split()[1] if ' ' in before.type else before.type}"
    if now.params != before.params:
        return _changed_knobs(json.loads(now.params), json.loads(before.params))
    if now.outside != before.outside:
        return "the file, region or turn shown changed"
    if now.inputs != before.inputs:
        old = dict(before.inputs)
        changed = [name for name, key in now.inputs if old.get(name) != key]
        changed += [name for name in old if name not in dict(now.inputs)]
        return f"changed: {', '.join(changed)}"
    return "its result was no longer kept"


def _changed_knobs(now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    changed = [name for name in now if json.dumps(now[name]) != json.dumps(before.get(name))]
    return ", ".join(f"{name} was {before.get(name)!r}, is {now[name]!r}" for name in changed)
