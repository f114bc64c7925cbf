"""Write what links, ports and knobs mean as Python expressions."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.declare import Knob
from nodegraph.engine.plan import Plan
from nodegraph.engine.steps import Feed, Ref, Slot, Step
from nodegraph.script.layout import Expr, call, flat, literal, mapping, quoted
from nodegraph.script.names import Modules, Names
from nodegraph.script.reach import Guard, Reach, without
from nodegraph.values import Absent, Number, Scores, Sourced, Value

Paths = Mapping[tuple[str, str], str]
"""How to write each knob that is a path, by node and knob."""


class Wiring:
    """Knows the variables of a program, and notes what else it must import or define."""

    def __init__(self, plan: Plan, paths: Paths, tracks: Mapping[str, str]) -> None:
        self.plan = plan
        self.paths = paths
        self.tracks = tracks
        """For each output node, the name of the recording it works on."""
        self.names = Names()
        for name, step in plan.steps.items():
            if step.loop is None:
                self.names.name(name)
        self.modules = Modules(self.names)
        self.reach = Reach(plan)
        self.turns: dict[str, str] = {}
        """Name of the variable that counts the turns of each loop."""
        self.needs: set[str] = set()
        self.held: Guard = ()
        """Tests that hold where the program is being written."""

    def use(self, name: str) -> str:
        """Note a name that the program must import or define."""
        self.needs.add(name)
        return name

    # Values

    def variable(self, slot: Slot) -> str:
        """Name the variable that holds a slot, alone or as one of its fields."""
        name, output = slot
        step = self.plan.steps[name]
        alone = step.loop is not None or (step.kind == "bypass" and output)
        return self.names.name(name, output) if alone else self.names.name(name)

    def slot(self, slot: Slot) -> str:
        """Give the value of a slot."""
        name, output = slot
        step = self.plan.steps[name]
        if step.loop is not None and output in ("iteration", "iterations"):
            return f"{self.use('Number')}(float({self.count(slot)}), {quoted(output)})"
        variable = self.variable(slot)
        return f"{variable}.{output}" if output and step.kind == "call" else variable

    def count(self, slot: Slot) -> str:
        """Name the variable that counts turns: this one inside a loop, all of them outside."""
        return self.turns[slot[0]] if slot[1] == "iteration" else self.variable(slot)

    def value(self, ref: Ref) -> str:
        """Give the value of a link."""
        value = self.slot(ref.slot)
        return f"{value}.pick({quoted(ref.source)})" if ref.source else value

    def number(self, ref: Ref, whole: bool = False) -> str:
        """Give the number that a link carries, as Python's own kind."""
        name, output = ref.slot
        if self.plan.steps[name].loop is not None and output in ("iteration", "iterations"):
            count = self.count(ref.slot)
            return count if whole else f"float({count})"
        return f"{'round' if whole else 'float'}({self.value(ref)}.value)"

    def watched(self, ref: Ref) -> str:
        """Give the number that a loop notes of a link, as the engine does."""
        if all(issubclass(kind, Number) for kind in self.kinds(ref.slot)):
            return self.number(ref)
        return f"{self.use('one_number')}({self.value(ref)})"

    def tests(self, guard: Guard) -> list[str]:
        """Write tests that values are there."""
        return [
            f"{quoted(test.source)} in {self.slot(test.slot)}.names"
            if test.source
            else f"not isinstance({self.slot(test.slot)}, {self.use('Absent')})"
            for test in guard
        ]

    def present(self, guard: Guard, value: Expr, otherwise: str) -> Expr:
        """Give a value, or another where it may not be there."""
        tests = self.tests(without(guard, self.held))
        return f"{flat(value)} if {' and '.join(tests)} else {otherwise}" if tests else value

    # Calls

    def call(self, step: Step) -> Expr:
        """Write the call of a node."""
        node_type = step.type
        assert node_type is not None
        feeds = {feed.port: feed for feed in step.feeds}
        inputs = [
            self.gathered(feeds[port.name]) if port.name in feeds else "None"
            for port in node_type.ports
        ]
        while inputs and inputs[-1] == "None":
            inputs.pop()
        knobs = {knob.name: self.knob(step, knob, feeds.get(knob.name)) for knob in node_type.knobs}
        if node_type.takes_context and node_type.effect:
            track = quoted(self.tracks.get(step.name, ""))
            knobs["context"] = call(self.use("Recording"), track, quoted(step.name))
        return call(self.modules.function(node_type), *inputs, **knobs)

    def gathered(self, feed: Feed) -> Expr:
        """Give the one value that a port receives, as the engine's `gather` does."""
        alone = dict(feed.refs).get("")
        if alone is not None or not feed.many:
            value = self.one(feed)
        elif feed.optional and without(self.reach.feed(feed), self.held):
            return self.some(feed)
        else:
            value = call(self.use("stack"), mapping({n: self.value(ref) for n, ref in feed.refs}))
        return self.present(self.reach.feed(feed), value, "None") if feed.optional else value

    def one(self, feed: Feed) -> Expr:
        """Give the value of a port with one wire; where the port takes many, with a source axis."""
        ref = dict(feed.refs).get("", feed.refs[0][1])
        value, name = self.value(ref), feed.refs[0][1].slot[0]
        if not feed.many:
            return value
        kinds = self.kinds(ref.slot)
        if all(issubclass(kind, Sourced) for kind in kinds):
            return f"{value}.stacked({quoted(name)})"
        if all(issubclass(kind, Scores) for kind in kinds):
            return value
        if all(issubclass(kind, Number) for kind in kinds):
            return call(self.use("stack"), mapping({name: value}))
        self.use("stack")
        return call(self.use("one_wire"), value, quoted(name))

    def some(self, feed: Feed) -> Expr:
        """Give a stack of those wires whose values are there."""
        self.use("stack")
        there = {
            name: self.present(self.reach.guard(ref), self.value(ref), "None")
            for name, ref in feed.refs
        }
        return call(self.use("stack_present"), mapping(there))

    def kinds(self, slot: Slot) -> tuple[type[Value], ...]:
        """Give the types that a slot may hold when it is there."""
        name, output = slot
        step = self.plan.steps[name]
        if step.loop is None:
            assert step.type is not None
            found = step.type.output(output)
            types = found.types if found is not None else (Value,)
            return tuple(kind for kind in types if kind is not Absent)
        first = step.loop.first.get(output)
        return self.kinds(first.slot) if first is not None else (Number,)

    def knob(self, step: Step, knob: Knob, feed: Feed | None) -> Expr:
        """Write the value of a knob."""
        path = self.paths.get((step.name, knob.name))
        if path is not None:
            self.needs.update(name for name in ("HERE", "Path") if name in path)
            return path
        value = literal(step.knobs[knob.name])
        if feed is None:
            return value
        ref = feed.refs[0][1]
        driven = self.number(ref, whole=knob.kind == "int")
        return self.present(self.reach.guard(ref), driven, value)
