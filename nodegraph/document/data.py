"""A graph as plain JSON data, and back; what comes from outside is never trusted."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.document.model import ID, Graph, Input, Item, Json, Link, Loop, Node, State
from nodegraph.errors import DocumentError
from nodegraph.migrations import FORMAT

# From plain data


def graph_of(data: Json) -> Graph:
    """Read a graph from plain JSON data of this format. Raises DocumentError."""
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


# To plain data


def data_of(graph: Graph) -> dict[str, Json]:
    """Give the graph as plain JSON data; what is empty is left out."""
    data: dict[str, Json] = {"format": FORMAT, "nodes": items_data(graph.nodes)}
    for key in ("title", "about", "layout"):
        if getattr(graph, key):
            data[key] = getattr(graph, key)
    return data


def items_data(items: Mapping[str, Item]) -> dict[str, Json]:
    """Give nodes and loops by name as plain JSON data."""
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
    data["body"] = items_data(item.body)
    return data
