"""Find what every link means, and say in words what cannot be.

Links are lexical. A body reads any node around it; its loop's states and ``iteration`` have the
values of the present turn. From outside, a loop shows its last states, its watched curves and
``iterations``, and a node in a body shows its value of the last turn.

Graphs share what an edit did not touch. So a graph that came from another by an edit is resolved
from what was found in that one: a node that is the same object, and of which nothing it reads looks
another way to its readers, is taken over. Loops are few, and always resolved anew.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx

from nodegraph.declare import LOOP_KNOBS, Knob, NodeType, Port, in_words
from nodegraph.document import Graph, Item, Link, Loop, Node, walk
from nodegraph.edits.scope import RESERVED, reads, shown
from nodegraph.engine.order import connect, line_up, via
from nodegraph.engine.steps import Feed, LoopPlan, Path, Ref, Slot, Step, settle
from nodegraph.values import Curve, Number, Scores, Value

Types = tuple[type[Value], ...]
_LOOP_KNOBS = {knob.name: knob for knob in LOOP_KNOBS}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a node, and what it depends on beside the node itself."""

    step: Step
    faults: list[str]
    reads: list[tuple[str, Ref, bool]]
    near: frozenset[str]
    """What it reads, and the loops around that."""


class Resolver:
    """Resolves one graph; faults are collected, not raised. Used once."""

    def __init__(self, graph: Graph, types: Mapping[str, NodeType]) -> None:
        self.types = types
        self.items: dict[str, Item] = {}
        self.paths: dict[str, Path] = {}
        for name, item, inside in walk(graph.nodes):
            self.items[name] = item
            self.paths[name] = inside
        self.faults: list[str] = []
        self.unknown: dict[str, str] = {}
        self.edges: nx.DiGraph[str] = nx.DiGraph()
        self.order: list[str] = []
        self.steps: dict[str, Step] = {}
        self.depends: dict[str, set[str]] = {}
        """For each name, the loops around it whose turns change its result."""
        self.reads: list[tuple[str, Ref, bool]] = []
        """Reader, what it reads, and whether a loop reads it at the end of each turn."""
        self._types_of: dict[Slot, Types | None] = {}
        self._found: dict[str, Found] = {}
        """What the next graph may take over. What reads a name that is not there is not in it: what
        is said of it depends on all names."""
        self._faces: dict[str, tuple[Any, ...]] = {}
        """All that readers see of a name: while it is the same, so is what they find."""
        self._work: list[str] = []
        """The order of work, with the starts of loops."""

    def resolve(self, only: Iterable[str] | None, old: Resolver | None = None) -> list[Slot]:
        """Resolve what `only` names and all it needs; give the wanted slots.

        `old` is a resolver that is through, of a graph that this one came from by edits. Its steps
        are shared then, so no plan is made from them.
        """
        wanted = self._wanted(only)
        if self.faults:
            return []
        old = old if old is not None and old.types is self.types else Resolver(Graph(), self.types)
        if only is None and old._work and self._wired_as(old):
            self.edges, self._work = old.edges, old._work
        else:
            self.edges = connect(self.items, self.paths)
            names = None if only is None else {name for name, _ in wanted}
            self._work, cycles = line_up(self.edges, self.paths, names)
            self.faults += cycles
        moved = old.items.keys() - self.items.keys()
        for name in self._work:
            if name.endswith("^"):
                self._begin_loop(name[:-1])
            elif isinstance(item := self.items[name], Loop):
                self._finish_loop(name, item)
            elif item is old.items.get(name) and self._take_over(name, old, moved):
                continue
            else:
                self._find_node(name, item)
            if self._faces[name] != old._faces.get(name):
                moved.add(name.removesuffix("^"))
        self.order = [name for name in self._work if not name.endswith("^")]
        return wanted

    def _wired_as(self, old: Resolver) -> bool:
        """Say whether the order of work is that of another graph: nobody reads from elsewhere."""
        return self.paths == old.paths and all(
            item is (was := old.items[name])
            or (
                isinstance(item, Loop) == isinstance(was, Loop)
                and list(reads(name, item, self.paths[name]))
                == list(reads(name, was, self.paths[name]))
            )
            for name, item in self.items.items()
        )

    def _take_over(self, name: str, old: Resolver, moved: set[str]) -> bool:
        """Take over what was found of a node that is the same; say whether it still holds."""
        found = old._found.get(name)
        if found is None or self.paths[name] != old.paths[name] or not moved.isdisjoint(found.near):
            return False
        self._found[name], self._faces[name] = found, old._faces[name]
        self._keep(name, found, old.depends[name])
        return True

    def _find_node(self, name: str, item: Node) -> None:
        """Resolve a node, and note what came of it."""
        faults, seen = len(self.faults), len(self.reads)
        self._resolve_node(name, item)
        self._faces[name] = ("node", item.type, self.paths[name], self.depends[name])
        targets = {link.node for _, link, _ in reads(name, item, self.paths[name])}
        if targets <= self.items.keys():
            near = frozenset(targets.union(*(self.paths[target] for target in targets)))
            self._found[name] = Found(
                self.steps[name], self.faults[faults:], self.reads[seen:], near
            )

    def _keep(self, name: str, found: Found, depends: set[str]) -> None:
        self.steps[name] = found.step
        self.depends[name] = depends
        self.faults += found.faults
        self.reads += found.reads
        if found.step.type is None:
            self.unknown[name] = self.items[name].type
            return
        for output in found.step.type.outputs:
            self._types_of[name, output.name] = output.types

    def outputs(self, name: str) -> list[str]:
        """Name the outputs of a node or loop as seen from outside."""
        item = self.items[name]
        if isinstance(item, Loop):
            return shown(item, inside=False)
        node_type = self.types.get(item.type)
        return [output.name for output in node_type.outputs] if node_type else []

    # The order of work

    def _wanted(self, only: Iterable[str] | None) -> list[Slot]:
        slots: list[Slot] = []
        for word in only or ():
            name, _, output = word.partition(".")
            if name not in self.items:
                self.faults.append(f"there is no node {name!r}{nearest(name, self.items)}")
                continue
            found = self.outputs(name)
            if output and output not in found:
                self.faults.append(f"{name}: no output {output!r}; it has {_listed(found)}")
            slots.extend((name, out) for out in ([output] if output else found or [""]))
        return slots

    def via(self, target: str, scope: Path) -> str | None:
        """Say what must be through before `target` can be read from `scope`."""
        return via(self.paths, target, scope)

    def place(self, name: str) -> Path:
        """Give the loops whose bodies a name really runs in: what depends on no turn is lifted out."""
        turned = [loop for loop in self.paths[name] if loop in self.depends[name]]
        return (*self.place(turned[-1]), turned[-1]) if turned else ()

    # Nodes

    def _resolve_node(self, name: str, item: Node) -> None:
        step = self.steps[name] = Step(name, "call", outputs=tuple(self.outputs(name)))
        self.depends[name] = set()
        node_type = self.types.get(item.type)
        if node_type is None:
            step.kind = "unknown"
            self.unknown[name] = item.type
            for _, link, scope in reads(name, item, self.paths[name]):
                self._ref(name, "input", link, scope)
            return
        step.type = node_type
        for key in item.extra:
            self.faults.append(f"{name}: no key {key!r}; a node has type, params, inputs and mode")
        step.params = self._params(name, item.params, {knob.name: knob for knob in node_type.knobs})
        step.params_text = _canonical(step.params)
        step.feeds = tuple(self._feeds(name, item, node_type))
        settle(step)
        for output in node_type.outputs:
            self._types_of[name, output.name] = output.types
        if item.mode == "mute":
            step.kind = "mute"
        elif item.mode == "bypass":
            step.kind = "bypass"
            step.passes = self._passes(step.feeds, node_type)

    def _params(
        self, name: str, given: Mapping[str, Any], knobs: Mapping[str, Knob]
    ) -> dict[str, Any]:
        params = {knob.name: knob.default for knob in knobs.values()}
        for key, value in given.items():
            knob = knobs.get(key)
            if knob is None:
                self.faults.append(
                    f"{name}: no knob {key!r}{nearest(key, knobs)}; it has {_listed(knobs)}"
                )
                continue
            fault = knob.fault(value)
            if fault:
                self.faults.append(f"{name}: {key} {fault}")
            params[key] = value
        return params

    def _feeds(self, name: str, item: Node, node_type: NodeType) -> Iterator[Feed]:
        names = [port.name for port in node_type.ports]
        for port in node_type.ports:
            wired = item.inputs.get(port.name)
            if wired is not None:
                yield self._feed(name, port, wired)
            elif not port.optional:
                self.faults.append(f"{name}: input {port.name} ({port.type_names}) is not wired")
        for key, wired in sorted(item.inputs.items()):
            if key in names:
                continue
            knob_port = node_type.port(key)
            if knob_port is None:
                self.faults.append(
                    f"{name}: no input {key!r}{nearest(key, names)}; it has {_listed(names)}"
                )
            else:
                yield self._feed(name, knob_port, wired, knob=True)

    def _feed(
        self, name: str, port: Port, wired: Link | Mapping[str, Link], knob: bool = False
    ) -> Feed:
        where = f"input {port.name}"
        if isinstance(wired, Link):
            wired = {"": wired}
        elif not port.many:
            self.faults.append(f"{name}: {where} takes one link, not several")
        elif not wired:
            self.faults.append(f"{name}: {where} is an empty object: wire at least one")
        elif "" in wired:
            self.faults.append(f"{name}: {where}: each of several links needs a name")
        refs: list[tuple[str, Ref]] = []
        for key in sorted(wired):
            ref = self._ref(name, where, wired[key], self.paths[name])
            if ref is not None:
                self._fit(name, where, wired[key], ref, port)
                refs.append((key, ref))
        return Feed(port.name, tuple(refs), port.many, port.optional, knob)

    def _fit(self, name: str, where: str, link: Link, ref: Ref, port: Port) -> None:
        """Refuse a link whose type cannot be what the port takes."""
        given = self._types_of.get(ref.slot)
        if given is not None and not overlap(given, port.types):
            self.faults.append(
                f"{name}: {where} takes {port.type_names}, but {link} gives {in_words(given)}"
            )

    def _passes(self, feeds: tuple[Feed, ...], node_type: NodeType) -> dict[str, Feed]:
        """Find for each output of a bypassed node the first input that fits."""
        passes: dict[str, Feed] = {}
        for output in node_type.outputs:
            for feed in feeds:
                given = [self._types_of.get(ref.slot) for _, ref in feed.refs]
                if not feed.knob and all(overlap(t, output.types) for t in given):
                    passes[output.name] = feed
                    break
        return passes

    # Links

    def _ref(
        self, name: str, where: str, link: Link, scope: Path, turn_end: bool = False
    ) -> Ref | None:
        """Resolve a link that `name` reads from `scope`, and note what `name` depends on."""
        target = self.items.get(link.node)
        if target is None:
            near = nearest(link.node, self.items)
            self.faults.append(f"{name}: {where}: there is no node {link.node!r}{near}")
            return None
        node_type = None if isinstance(target, Loop) else self.types.get(target.type)
        turning = link.node in scope
        if isinstance(target, Loop):
            names = shown(target, inside=turning)
        elif node_type is None:
            names = [link.port]
        else:
            names = self.outputs(link.node)
        if link.port not in names:
            self.faults.append(
                f"{name}: {where}: {_no_output(link, names, isinstance(target, Loop) and turning)}"
            )
            return None
        if turning:
            self.depends[name].add(link.node)
        via = self.via(link.node, scope)
        if via is not None:
            self.depends[name] |= self.depends.get(via, set())
        opened = bool(node_type and node_type.open_sources)
        through = next((loop for loop in self.place(link.node) if loop not in scope), "")
        ref = Ref((link.node, link.port), link.source, opened, turning, through)
        self.reads.append((name, ref, turn_end))
        return ref

    # Loops

    def _begin_loop(self, name: str) -> None:
        """Resolve where a loop starts, before its body."""
        item, path = self.items[name], self.paths[name]
        assert isinstance(item, Loop)
        step = self.steps[name] = Step(name, "loop", outputs=tuple(self.outputs(name)))
        self.depends[name] = set()
        step.params = self._params(name, item.params, _LOOP_KNOBS)
        if item.mode == "bypass":
            step.params["iterations"] = 0
        step.params_text = _canonical(step.params)
        until = step.params["until"]
        if until and until not in item.watch:
            self.faults.append(
                f"{name}: until names a watch; no {until!r} among {_listed(item.watch)}"
            )
        for twin in sorted(
            (item.state.keys() & item.watch.keys()) | ({*RESERVED} & {*item.state, *item.watch})
        ):
            self.faults.append(f"{name}: {twin!r} names two things of this loop")
        step.loop = LoopPlan(step.params["iterations"], float(step.params["tolerance"]), until)
        self._types_of.update({(name, counter): (Number,) for counter in RESERVED})
        for key, state in item.state.items():
            ref = self._ref(name, f"state {key}: first", state.first, path)
            if ref is not None:
                step.loop.first[key] = ref
                self._types_of[name, key] = self._types_of.get(ref.slot)
        types = tuple(self._types_of.get((name, key)) for key in item.state)
        self._faces[f"{name}^"] = ("loop", path, tuple(item.state), tuple(item.watch), types)

    def _finish_loop(self, name: str, item: Loop) -> None:
        """Resolve where the turns of a loop end, behind its body."""
        step, path = self.steps[name], self.paths[name]
        assert step.loop is not None
        step.kind = "mute" if item.mode == "mute" else "loop"
        inside = (*path, name)
        for key, state in item.state.items():
            ref = self._ref(name, f"state {key}: next", state.next, inside, turn_end=True)
            if ref is not None:
                step.loop.next[key] = ref
                begins, goes_on = self._types_of.get((name, key)), self._types_of.get(ref.slot)
                if begins and goes_on and not overlap(begins, goes_on):
                    self.faults.append(
                        f"{name}: state {key} begins as {in_words(begins)} ({state.first}) "
                        f"but goes on as {in_words(goes_on)} ({state.next})"
                    )
        for key, link in item.watch.items():
            ref = self._ref(name, f"watch {key}", link, inside, turn_end=True)
            if ref is not None:
                step.loop.watch[key] = ref
                self._fit(name, f"watch {key}", link, ref, Port(key, (Number, Scores)))
            self._types_of[name, key] = (Curve,)
        for child in self.edges.predecessors(name):
            self.depends[name] |= self.depends.get(child, set())
        self.depends[name] &= set(path)
        self._faces[name] = ("loop", self.depends[name])


def overlap(given: Types | None, taken: Types | None) -> bool:
    """Say whether what is given may be what is taken; what is not known may be anything."""
    if given is None or taken is None:
        return True
    return any(issubclass(a, b) or issubclass(b, a) for a in given for b in taken)


def _no_output(link: Link, names: list[str], turning: bool) -> str:
    if names == [""]:
        return f"{link.node} has one output: write {link.node!r}, not {str(link)!r}"
    full = _listed(f"{link.node}.{name}" for name in names)
    inside = " inside its body" if turning else ""
    if not link.port:
        return f"{link.node} has several outputs{inside}: write one of {full}"
    return (
        f"{link.node} has no output {link.port!r}{inside}{nearest(link.port, names)}; it has {full}"
    )


_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def _listed(names: Iterable[str]) -> str:
    return ", ".join(str(name) for name in names) or "none"


def nearest(name: str, names: Iterable[str]) -> str:
    """Offer the name that was probably meant."""
    near = difflib.get_close_matches(name, [str(known) for known in names], 1)
    return f" (did you mean {near[0]!r}?)" if near else ""
