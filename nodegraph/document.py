"""A graph as immutable plain data, and its one JSON format.

Links live in the receiver; nodes, knobs and ports have names, never positions. A loop owns its
body, and ids are unique in the whole file. Everything but ``layout``, ``title`` and ``about`` is
meaning, and `fingerprint` names it. `text` is canonical: reading it back and writing it again
gives the same bytes.

This module knows nothing of node types. A node of an unknown type is kept as it stands.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nodegraph import carriers
from nodegraph.errors import DocumentError
from nodegraph.migrations import FORMAT, migrate

MAX_BYTES = 32 * 2**20
MAX_DEPTH = 64

ID = re.compile(r"[^\W\d]\w*")
_LINK = re.compile(r"(?P<node>[^\W\d]\w*)(?:\.(?P<port>[^\W\d]\w*))?(?:\[(?P<source>(?s:.+))\])?")

Json = Any
Params = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a value comes from: ``node``, ``node.port``, either with ``[source]`` behind it."""

    node: str
    port: str = ""
    source: str = ""

    @classmethod
    def parse(cls, text: str) -> Link:
        """Read a link. Raises DocumentError."""
        match = _LINK.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise DocumentError(f"{text!r} is no link: write node, node.port or node.port[source]")
        return cls(match["node"], match["port"] or "", match["source"] or "")

    def __str__(self) -> str:
        port = f".{self.port}" if self.port else ""
        return f"{self.node}{port}{f'[{self.source}]' if self.source else ''}"


Input = Link | Mapping[str, Link]
"""What a port is wired to: one link, or for a port that takes many, name -> link."""


@dataclass(frozen=True)
class Node:
    """One node: a type, its knobs, and where its inputs come from."""

    type: str
    params: Params = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    mode: str = ""
    """``bypass``, ``mute``, or empty for normal work."""
    extra: Params = field(default_factory=dict)
    """Keys this version does not know; kept for types it does not know, else a fault."""


@dataclass(frozen=True, slots=True)
class State:
    """A named value of a loop: `first` comes from outside, `next` from inside."""

    first: Link
    next: Link


@dataclass(frozen=True)
class Loop:
    """A node that runs its body again and again, each time with the states the last turn left."""

    params: Params = field(default_factory=dict)
    state: Mapping[str, State] = field(default_factory=dict)
    watch: Mapping[str, Link] = field(default_factory=dict)
    body: Mapping[str, Item] = field(default_factory=dict)
    mode: str = ""

    type = "loop"


Item = Node | Loop


@dataclass(frozen=True)
class Graph:
    """A whole document."""

    nodes: Mapping[str, Item] = field(default_factory=dict)
    title: str = ""
    about: str = ""
    layout: Params = field(default_factory=dict)
    base: Path | None = field(default=None, compare=False)
    """Folder that relative paths start from: that of the file; not written, None for a new graph."""


def walk(
    items: Mapping[str, Item], inside: tuple[str, ...] = ()
) -> Iterator[tuple[str, Item, tuple[str, ...]]]:
    """Give every id, its node or loop, and the loops around it, outermost first."""
    for name, item in items.items():
        yield name, item, inside
        if isinstance(item, Loop):
            yield from walk(item.body, (*inside, name))


def find(graph: Graph, name: str) -> Item:
    """Find a node or loop anywhere in the graph. Raises DocumentError."""
    for known, item, _ in walk(graph.nodes):
        if known == name:
            return item
    raise DocumentError(f"there is no node {name!r}")


def links(item: Item) -> Iterator[tuple[str, Link]]:
    """Give every link that an item holds itself, with a word for where it stands."""
    if isinstance(item, Loop):
        for name, state in item.state.items():
            yield f"state {name}: first", state.first
            yield f"state {name}: next", state.next
        for name, link in item.watch.items():
            yield f"watch {name}", link
        return
    for port, wired in item.inputs.items():
        if isinstance(wired, Link):
            yield f"input {port}", wired
        else:
            for name, link in wired.items():
                yield f"input {port} ({name})", link


# Reading


def read(path: Path) -> Graph:
    """Read a graph file, or the graph that a sound or picture carries: WAV, FLAC, OGG or PNG.

    Raises DocumentError with one line that names the file.
    """
    path = Path(path)
    try:
        kind = carriers.kind(path)
        graph = _carried(path, kind) if kind else parse(_content(path))
        return replace(graph, base=path.parent.absolute())
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from None
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from None


def _content(path: Path) -> str:
    _check_size(path.stat().st_size)
    # Some editors put a byte order mark before the text.
    return path.read_bytes().decode("utf-8-sig")


def _carried(path: Path, kind: str) -> Graph:
    content = carriers.graph_in(path)
    if content is None:
        raise DocumentError(f"this {kind} file carries no graph")
    try:
        _check_size(len(content.encode()))
        return parse(content)
    except DocumentError as error:
        raise DocumentError(f"the graph in this {kind} file: {error}") from None


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise DocumentError(f"{size / 2**20:.0f} MB is too large: at most {MAX_BYTES // 2**20} MB")


def parse(content: str) -> Graph:
    """Read a graph from JSON text, of any format number up to this one. Raises DocumentError."""
    try:
        data = json.loads(content, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DocumentError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise DocumentError(f"nested too deeply: at most {MAX_DEPTH} levels") from None
    except ValueError as error:  # an integer of thousands of digits
        raise DocumentError(str(error)) from None
    _check_content(data)
    return _graph(migrate(data))


def _no_twins(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    data = dict(pairs)
    if len(data) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise DocumentError(f"the key {key!r} stands twice in one object")
            seen.add(key)
    return data


def _no_constant(name: str) -> None:
    raise DocumentError(f"{name} is not allowed: numbers must be finite")


def _check_content(data: Json) -> None:
    """Limit the depth, and refuse text and numbers that could not be written again."""
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise DocumentError(f"nested too deeply: at most {MAX_DEPTH} levels")
        inner: list[Json] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value)
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
            elif isinstance(value, str) and not value.isascii():
                _check_text(value)
            elif isinstance(value, float) and not math.isfinite(value):
                raise DocumentError("a number is too large: numbers must be finite")
        level = inner


def _check_text(value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise DocumentError(f"{value!r} is not text: it holds half a character") from None


def _graph(data: Json) -> Graph:
    known = {"format", "title", "about", "nodes", "layout"}
    _allow(data, known, "the graph")
    seen: set[str] = set()
    return Graph(
        nodes=_items(data.get("nodes", {}), seen),
        title=_text(data, "title"),
        about=_text(data, "about"),
        layout=_object(data.get("layout", {}), "layout"),
    )


def _items(data: Json, seen: set[str]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for name, content in _object(data, "nodes").items():
        if not ID.fullmatch(name):
            raise DocumentError(f"{name!r} is no node name: letters, digits and _, no digit first")
        if name in seen:
            raise DocumentError(f"the name {name!r} is used twice")
        seen.add(name)
        try:
            items[name] = _item(content, seen)
        except DocumentError as error:
            inner = str(error)
            raise DocumentError(
                inner if inner.startswith("node ") else f"node {name}: {inner}"
            ) from None
    return items


def _item(data: Json, seen: set[str]) -> Item:
    data = _object(data, "a node")
    kind = data.get("type")
    if not isinstance(kind, str) or not kind:
        raise DocumentError('needs a type, such as "transform.stft"')
    mode = data.get("mode", "")
    if mode not in ("", "bypass", "mute"):
        raise DocumentError(f"mode must be 'bypass' or 'mute', got {mode!r}")
    params = _object(data.get("params", {}), "params")
    if kind != "loop":
        inputs = {
            port: _input(port, wired)
            for port, wired in _object(data.get("inputs", {}), "inputs").items()
        }
        extra = {key: data[key] for key in data if key not in ("type", "params", "inputs", "mode")}
        return Node(kind, params, inputs, mode, extra)
    _allow(data, {"type", "params", "state", "watch", "body", "mode"}, "a loop")
    return Loop(
        params=params,
        state={
            _name(k, "state"): _state(k, v)
            for k, v in _object(data.get("state", {}), "state").items()
        },
        watch={
            _name(k, "watch"): _link(v, f"watch {k}")
            for k, v in _object(data.get("watch", {}), "watch").items()
        },
        body=_items(data.get("body", {}), seen),
        mode=mode,
    )


def _name(name: str, what: str) -> str:
    if not ID.fullmatch(name):
        raise DocumentError(f"{what} {name!r}: letters, digits and _, no digit first")
    return name


def _state(name: str, data: Json) -> State:
    data = _object(data, f"state {name}")
    _allow(data, {"first", "next"}, f"state {name}")
    missing = {"first", "next"} - data.keys()
    if missing:
        raise DocumentError(f"state {name}: needs {' and '.join(sorted(missing))}")
    return State(_link(data["first"], f"state {name}"), _link(data["next"], f"state {name}"))


def _input(port: str, data: Json) -> Input:
    if isinstance(data, dict):
        return {name: _link(link, f"input {port} ({name})") for name, link in data.items()}
    return _link(data, f"input {port}")


def _link(data: Json, where: str) -> Link:
    try:
        return Link.parse(data)
    except DocumentError as error:
        raise DocumentError(f"{where}: {error}") from None


def _object(data: Json, what: str) -> dict[str, Json]:
    if not isinstance(data, dict):
        raise DocumentError(f"{what} must be an object, got {_kind(data)}")
    return data


def _text(data: dict[str, Json], key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise DocumentError(f"{key} must be text, got {_kind(value)}")
    return value


def _allow(data: dict[str, Json], known: set[str], what: str) -> None:
    for key in data:
        if key not in known:
            raise DocumentError(
                f"{what} has no key {key!r}; it may have: {', '.join(sorted(known))}"
            )


def _kind(value: Json) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(value), "a number")


# Writing


def data_of(graph: Graph) -> dict[str, Json]:
    """Give the graph as plain JSON data; what is empty is left out."""
    data: dict[str, Json] = {"format": FORMAT, "nodes": _items_data(graph.nodes)}
    for key in ("title", "about", "layout"):
        if getattr(graph, key):
            data[key] = getattr(graph, key)
    return data


def _items_data(items: Mapping[str, Item]) -> dict[str, Json]:
    return {name: item_data(item) for name, item in items.items()}


def item_data(item: Item) -> dict[str, Json]:
    """Give one node or loop as plain JSON data."""
    data: dict[str, Json] = {"type": item.type}
    if item.params:
        data["params"] = dict(item.params)
    if item.mode:
        data["mode"] = item.mode
    if isinstance(item, Node):
        data.update(item.extra)
        if item.inputs:
            data["inputs"] = {
                port: str(wired)
                if isinstance(wired, Link)
                else {name: str(link) for name, link in wired.items()}
                for port, wired in item.inputs.items()
            }
        return data
    if item.state:
        data["state"] = {
            name: {"first": str(s.first), "next": str(s.next)} for name, s in item.state.items()
        }
    if item.watch:
        data["watch"] = {name: str(link) for name, link in item.watch.items()}
    data["body"] = _items_data(item.body)
    return data


def text(graph: Graph) -> str:
    """Write the canonical text: keys sorted, one node to a block, a newline at the end."""
    return _pretty(data_of(graph), "") + "\n"


def _pretty(value: Json, indent: str) -> str:
    """Write JSON with sorted keys; what fits on a line and holds nothing nested stays on one."""
    flat = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    nested = isinstance(value, (dict, list)) and any(
        isinstance(inner, (dict, list)) and inner
        for inner in (value.values() if isinstance(value, dict) else value)
    )
    if (
        not isinstance(value, (dict, list))
        or not value
        or (not nested and len(flat) + len(indent) <= 88)
    ):
        return flat
    deeper = indent + "  "
    if isinstance(value, dict):
        lines = [
            f"{json.dumps(key, ensure_ascii=False)}: {_pretty(value[key], deeper)}"
            for key in sorted(value)
        ]
        opening, closing = "{", "}"
    else:
        lines = [_pretty(inner, deeper) for inner in value]
        opening, closing = "[", "]"
    return f"{opening}\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}{closing}"


def fingerprint(graph: Graph) -> str:
    """Hash the meaning of a graph: all but layout, title and about."""
    meaning = {"format": FORMAT, "nodes": _items_data(graph.nodes)}
    compact = json.dumps(meaning, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(compact.encode("utf-8", "surrogatepass")).hexdigest()


def write(graph: Graph, path: Path) -> None:
    """Save a graph so that the file is either the old one or the new one, never half of it.

    Raises DocumentError, also where the graph holds what no file can, and where a sound or
    picture lies in its place, as one that the graph was read from.
    """
    kind = carriers.kind(Path(path))
    if kind:
        raise DocumentError(f"cannot write {path}: it is a {kind} file: choose another name")
    try:
        content = text(graph).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise DocumentError(f"cannot write {path}: {error}") from None
    write_atomically(Path(path), content)


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the file, flush to the disk, and rename. Raises DocumentError."""
    temporary = None
    path = Path(os.path.realpath(path))  # a symbolic link stays one
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode)
        else:
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise DocumentError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
