"""Bring values from links to a node's arguments: pick, stack, check, refuse in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.declare import NodeType, Port
from nodegraph.engine.steps import Feed, Ref, Scope, Slot, Step
from nodegraph.errors import NodeFailed
from nodegraph.values import Absent, Number, Scores, Sourced, Value, stack


class Env:
    """Values of one scope by slot; what it does not have, the scope around it has."""

    __slots__ = ("left", "parent", "values")

    def __init__(self, scope: Scope, parent: Env | None = None) -> None:
        self.values: dict[Slot, Any] = {}
        self.parent = parent
        self.left = dict(scope.readers)
        """How many steps have still to read each slot."""

    def find(self, slot: Slot) -> Any:
        """Give the value or `Blocked` at a slot."""
        env: Env | None = self
        while env is not None:
            if slot in env.values:
                return env.values[slot]
            env = env.parent
        return Blocked(slot[0])


class Blocked:
    """Stands where a value should be, and names the node to blame."""

    __slots__ = ("cause",)

    def __init__(self, cause: str) -> None:
        self.cause = cause


class NotReady(Exception):
    """An input is blocked or absent, so the node cannot run; not an error of the node."""

    def __init__(self, value: Blocked | Absent) -> None:
        self.value = value


def follow(ref: Ref, env: Env) -> Value:
    """Give the value a link names. Raises NotReady where it is blocked, NodeFailed where it cannot be."""
    value = env.find(ref.slot)
    if value.__class__ is Blocked:
        raise NotReady(value)
    if not ref.source or value.__class__ is Absent:
        return value  # type: ignore[no-any-return]
    shown = ".".join(part for part in ref.slot if part)
    if not isinstance(value, Sourced):
        raise NodeFailed(f"{shown} is {type(value).__name__} and has no sources to pick from")
    if ref.source not in value.names:
        known = ", ".join(value.names) or "one unnamed source"
        text = f"{shown} has no source {ref.source!r}; it has {known}"
        if ref.open:
            return Absent(text)
        raise NodeFailed(text)
    return value.pick(ref.source)


def arguments(
    step: Step, env: Env, knobs: Mapping[str, Any]
) -> tuple[list[Any], Mapping[str, Any]]:
    """Give the positional and keyword arguments of a call."""
    if step.direct is not None:
        values: list[Any] = []
        here = env.values
        for port, slot in step.direct:
            if slot is None:
                values.append(None)
                continue
            value = here[slot] if slot in here else env.find(slot)
            if not isinstance(value, port.types):
                break  # blocked, absent or wrong: said below
            values.append(value)
        else:
            return values, knobs
    node_type = step.type
    assert node_type is not None
    keywords = knobs
    found: dict[str, Any] = {}
    for feed in step.feeds:
        if feed.knob:
            number = follow(feed.refs[0][1], env)
            if not isinstance(number, Absent):
                keywords = {**keywords, feed.port: _driven(node_type, feed.port, number)}
        else:
            found[feed.port] = gather(feed, env, _port(node_type, feed.port))
    return [found.get(port.name) for port in node_type.ports], keywords


def gather(feed: Feed, env: Env, port: Port | None) -> Value | None:
    """Give the one value that a port receives."""
    value = _stacked(feed, env) if feed.many else follow(feed.refs[0][1], env)
    if isinstance(value, Absent):
        if feed.optional:
            return None
        raise NotReady(value)
    if port is not None and not isinstance(value, port.types):
        raise NodeFailed(f"{feed.port} takes {port.type_names}, got {type(value).__name__}")
    return value


def _stacked(feed: Feed, env: Env) -> Value:
    values = {name: follow(ref, env) for name, ref in feed.refs}
    absent = {name: value for name, value in values.items() if isinstance(value, Absent)}
    if absent and (not feed.optional or len(absent) == len(values)):
        return next(iter(absent.values()))
    present = {name: value for name, value in values.items() if name not in absent}
    only = present.get("")
    if only is None:
        return _named(feed, present)
    name = feed.refs[0][1].slot[0]
    if isinstance(only, Sourced):
        return only.stacked(name)
    return only if isinstance(only, Scores) else stack({name: only})


def _named(feed: Feed, values: Mapping[str, Value]) -> Value:
    try:
        return stack(values)
    except ValueError as error:
        raise NodeFailed(f"{feed.port}: {error}") from None


def _driven(node_type: NodeType, name: str, value: Value) -> float | int:
    """Turn a number on a wire into the value of a knob."""
    knob = node_type.knob(name)
    assert knob is not None
    if not isinstance(value, Number):
        raise NodeFailed(f"{name} takes Number, got {type(value).__name__}")
    number = round(value.value) if knob.kind == "int" else float(value.value)
    fault = knob.fault(number)
    if fault:
        raise NodeFailed(f"{name} {fault}")
    return number


def _port(node_type: NodeType, name: str) -> Port | None:
    return next((port for port in node_type.ports if port.name == name), None)
