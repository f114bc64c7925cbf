"""Turn a typed function into a node type: the signature is the declaration.

Positional parameters are input ports, keyword-only ones are knobs, the return type is the output
(a ``NamedTuple`` for several), the first docstring line is the tooltip, the rest the help page.
The decorator attaches a `NodeType` as ``function.__node__`` and returns the function unchanged, so
it can be called by hand. Nothing is registered here: `nodegraph.registry` collects declarations.

Every rule is checked at import and raises `DeclarationError`.
"""

from __future__ import annotations

import inspect
import math
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    Literal,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from nodegraph.context import Context
from nodegraph.errors import DeclarationError
from nodegraph.values import Audio, Files, Number, Scores, Sourced, Value

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_MANY = "many"
Many = Annotated[T, _MANY]
"""A port that takes one wire with several sources, or several named wires, which are stacked."""

TYPE_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


@dataclass(frozen=True)
class Param:
    """What a knob allows and how to show it."""

    min: float | None = None
    max: float | None = None
    step: float | None = None
    unit: str = ""
    log: bool = False
    """A slider should move in ratios."""
    path: Literal["", "file", "folder"] = ""
    """The text is a path, kept relative to the graph file."""
    align: bool = False
    """When a recording is cut into segments, they start at multiples of this many samples."""
    suggest: tuple[str | float, ...] = ()
    """Values worth offering."""
    places: bool = False
    """The text is a list of numbers on the axis of the histogram that is wired in: its picture
    shows them, and they can be dragged there."""
    paint: bool = False
    """The text is a small grid of cells that a hand may paint, see `nodegraph.cells`."""


def in_words(types: Iterable[type[Value]]) -> str:
    """Name types, such as ``Mask or Plane``."""
    return " or ".join(sorted(t.__name__ for t in types))


@dataclass(frozen=True)
class Port:
    """An input: what may be wired in."""

    name: str
    types: tuple[type[Value], ...]
    many: bool = False
    optional: bool = False

    @property
    def type_names(self) -> str:
        """The types in words."""
        return in_words(self.types)


@dataclass(frozen=True)
class Output:
    """An output; its name is empty where a node has only one."""

    name: str
    types: tuple[type[Value], ...]

    @property
    def type_names(self) -> str:
        """The types in words."""
        return in_words(self.types)


@dataclass(frozen=True)
class Knob:
    """A setting."""

    name: str
    kind: Literal["bool", "int", "float", "str", "choice"]
    default: Any
    choices: tuple[Any, ...] = ()
    param: Param = Param()

    def fault(self, value: Any) -> str | None:
        """Say in words why `value` is not allowed; None when it is."""
        if self.kind == "choice":
            ok = any(value == choice and type(value) is type(choice) for choice in self.choices)
            return (
                None
                if ok
                else f"must be one of {', '.join(map(repr, self.choices))}, got {value!r}"
            )
        if self.kind == "bool":
            return None if isinstance(value, bool) else f"must be true or false, got {value!r}"
        if self.kind == "str":
            return None if isinstance(value, str) else f"must be text, got {value!r}"
        if isinstance(value, bool) or not isinstance(
            value, int if self.kind == "int" else (int, float)
        ):
            return (
                f"must be {'a whole number' if self.kind == 'int' else 'a number'}, got {value!r}"
            )
        if not math.isfinite(value):
            return f"must be finite, got {value!r}"
        low, high = self.param.min, self.param.max
        if (low is not None and value < low) or (high is not None and value > high):
            return f"must be {self.span}, got {value!r}"
        return None

    @property
    def span(self) -> str:
        """The range in words."""
        low, high, unit = self.param.min, self.param.max, f" {self.param.unit}".rstrip()
        if low is not None and high is not None:
            return f"{low:g} to {high:g}{unit}"
        if low is not None:
            return f"at least {low:g}{unit}"
        return f"at most {high:g}{unit}" if high is not None else f"any number{unit}"


LOOP_KNOBS = (
    Knob("iterations", "int", 10, (), Param(min=0, max=100_000)),
    Knob("tolerance", "float", 0.0, (), Param(min=0)),
    Knob("until", "str", ""),
)
"""Knobs of a loop: how many turns at most, and below which number it may stop earlier. ``until``
names a watch; empty means the relative change of the states."""


class Stream(Protocol):
    """A file that grows piece by piece while a recording is run in segments."""

    def write(self, inputs: Mapping[str, Value]) -> None:
        """Append the next stretch: the values of the node's ports, without overlap."""

    def close(self) -> Files:
        """Complete the files and put them in place."""

    def abort(self) -> None:
        """Leave nothing behind."""


@dataclass(frozen=True)
class NodeType:
    """What the program knows about a node: everything but how it works."""

    id: str
    function: Callable[..., Any]
    label: str
    summary: str
    help: str
    ports: tuple[Port, ...]
    knobs: tuple[Knob, ...]
    outputs: tuple[Output, ...]
    version: int = 1
    replaces: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    takes_context: bool = False
    effect: bool = False
    """It writes files: run every time, never cached."""
    whole: bool = False
    """It needs the whole recording and cannot run in segments."""
    regional: bool = False
    """It honours ``context.region`` itself; the engine cuts the sound of other sources."""
    open_sources: bool = False
    """Its source names depend on the user's material: a name that is missing is no fault."""
    fingerprint: Callable[[Mapping[str, Any]], str] | None = None
    """State of the outside world that the result depends on, such as a file's content."""
    seconds: Callable[[Mapping[str, Any]], float] | None = None
    """Duration of what a source node gives."""
    track: Callable[[Mapping[str, Any]], str] | None = None
    """Name of the recording a source node gives."""
    memory: Callable[..., float] | None = None
    """Bytes that a call would need, from the same arguments as the function."""
    stream: Callable[[Mapping[str, Any], Context], Stream] | None = None
    """How an output node writes a recording that runs in segments."""
    methods: str = ""
    """Name of a port with a wire for each of several methods, and each a row of the scores that it
    gives: what a method took in time and memory stands beside its scores."""

    @property
    def family(self) -> str:
        """First part of the id."""
        return self.id.split(".", 1)[0]

    def port(self, name: str) -> Port | None:
        """Find a port; a numeric knob is a port for a `Number` as well."""
        for port in self.ports:
            if port.name == name:
                return port
        knob = self.knob(name)
        if knob and knob.kind in ("int", "float"):
            return Port(name, (Number,), optional=True)
        return None

    def knob(self, name: str) -> Knob | None:
        """Find a knob."""
        return next((knob for knob in self.knobs if knob.name == name), None)

    def output(self, name: str) -> Output | None:
        """Find an output; the empty name means the only one."""
        if not name:
            return self.outputs[0] if len(self.outputs) == 1 else None
        return next((output for output in self.outputs if output.name == name), None)

    @property
    def defaults(self) -> dict[str, Any]:
        """Every knob at its default."""
        return {knob.name: knob.default for knob in self.knobs}

    @property
    def source(self) -> bool:
        """Whether the node makes sound from nothing."""
        sound = any(Audio in output.types for output in self.outputs)
        return sound and not self.ports and not self.effect


def node(
    type_id: str,
    *,
    label: str = "",
    version: int = 1,
    replaces: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    effect: bool = False,
    whole: bool = False,
    regional: bool = False,
    open_sources: bool = False,
    fingerprint: Callable[[Mapping[str, Any]], str] | None = None,
    seconds: Callable[[Mapping[str, Any]], float] | None = None,
    track: Callable[[Mapping[str, Any]], str] | None = None,
    memory: Callable[..., float] | None = None,
    stream: Callable[[Mapping[str, Any], Context], Stream] | None = None,
    methods: str = "",
) -> Callable[[F], F]:
    """Declare the function below as a node type; see `NodeType` for the settings."""

    def attach(function: F) -> F:
        try:
            hints = get_type_hints(function, include_extras=True)
        except (NameError, AttributeError, TypeError, SyntaxError) as error:
            raise DeclarationError(f"{type_id}: {error}") from error
        if not TYPE_ID.fullmatch(type_id):
            raise DeclarationError(f"{type_id!r}: a type id is family.name in small letters")
        doc = inspect.getdoc(function)
        if not doc:
            raise DeclarationError(f"{type_id}: needs a docstring; its first line is the tooltip")
        summary, _, rest = doc.partition("\n")
        ports, knobs, takes_context = _parameters(type_id, function, hints)
        if methods and not any(port.name == methods and port.many for port in ports):
            raise DeclarationError(
                f"{type_id}: methods: {methods!r} is no port that takes many wires"
            )
        function.__node__ = NodeType(  # type: ignore[attr-defined]
            id=type_id,
            function=function,
            label=label or type_id.rsplit(".", 1)[1].replace("_", " ").capitalize(),
            summary=summary.strip(),
            help=rest.strip(),
            ports=ports,
            knobs=knobs,
            outputs=_outputs(type_id, hints.get("return")),
            version=version,
            replaces=replaces,
            aliases=aliases,
            takes_context=takes_context,
            effect=effect,
            whole=whole,
            regional=regional,
            open_sources=open_sources,
            fingerprint=fingerprint,
            seconds=seconds,
            track=track,
            memory=memory,
            stream=stream,
            methods=methods,
        )
        return function

    return attach


def _parameters(
    type_id: str, function: Callable[..., Any], hints: dict[str, Any]
) -> tuple[tuple[Port, ...], tuple[Knob, ...], bool]:
    """Read ports, knobs and whether the function takes a context."""
    ports: list[Port] = []
    knobs: list[Knob] = []
    takes_context = False
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise DeclarationError(f"{type_id}: {name} must be a named parameter")
        if name not in hints:
            raise DeclarationError(f"{type_id}: {name} needs a type")
        if name == "context":
            if hints[name] is not Context:
                raise DeclarationError(f"{type_id}: context must be typed Context")
            takes_context = True
        elif parameter.kind is parameter.KEYWORD_ONLY:
            knobs.append(_knob(type_id, name, parameter.default, hints[name]))
        else:
            ports.append(_port(type_id, name, parameter.default, hints[name]))
    return tuple(ports), tuple(knobs), takes_context


def _port(type_id: str, name: str, default: Any, hint: Any) -> Port:
    many = False
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        many = _MANY in extras
    members = _members(hint)
    optional = type(None) in members
    if optional and default is not None:
        raise DeclarationError(f"{type_id}: optional port {name} needs the default None")
    if not optional and default is not inspect.Parameter.empty:
        raise DeclarationError(f"{type_id}: port {name} has a default; knobs stand behind *")
    found = tuple(member for member in members if member is not type(None))
    for member in found:
        # Many[Audio] | None arrives as a union whose member is annotated.
        if get_origin(member) is Annotated:
            inner = _port(type_id, name, inspect.Parameter.empty, member)
            return Port(name, inner.types, inner.many, optional)
        if not (isinstance(member, type) and issubclass(member, Value)):
            raise DeclarationError(f"{type_id}: port {name} must be typed with values, got {hint}")
        if many and not issubclass(member, (Sourced, Scores, Number)):
            raise DeclarationError(
                f"{type_id}: port {name}: {member.__name__} cannot carry sources"
            )
    return Port(name, found, many, optional)


def _knob(type_id: str, name: str, default: Any, hint: Any) -> Knob:
    param = Param()
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        param = next((extra for extra in extras if isinstance(extra, Param)), param)
    if default is inspect.Parameter.empty:
        raise DeclarationError(f"{type_id}: knob {name} needs a default")
    if get_origin(hint) is Literal:
        knob = Knob(name, "choice", default, get_args(hint), param)
    elif hint in (bool, int, float, str):
        knob = Knob(name, hint.__name__, default, (), param)
    else:
        raise DeclarationError(
            f"{type_id}: knob {name} must be bool, int, float, str or Literal, got {hint}"
        )
    fault = knob.fault(default)
    if fault:
        raise DeclarationError(f"{type_id}: default of {name} {fault}")
    return knob


def _members(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, types.UnionType):
        return get_args(hint)
    return (hint,)


def _outputs(type_id: str, hint: Any) -> tuple[Output, ...]:
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        fields = get_type_hints(hint)
        if not fields:
            raise DeclarationError(f"{type_id}: must return values or a NamedTuple of values")
        return tuple(Output(name, _output_types(type_id, fields[name])) for name in hint._fields)
    return (Output("", _output_types(type_id, hint)),)


def _output_types(type_id: str, hint: Any) -> tuple[type[Value], ...]:
    members = _members(hint)
    if not all(isinstance(member, type) and issubclass(member, Value) for member in members):
        raise DeclarationError(
            f"{type_id}: must return values or a NamedTuple of values, got {hint}"
        )
    return members
