"""What a file can hold: names, text and data that come back as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nodegraph.document import ID, Graph, Item, Json, parse, text
from nodegraph.edits.tree import search
from nodegraph.errors import DocumentError


def check_id(name: str, what: str = "node name") -> None:
    """Raise DocumentError where a name could not be read back."""
    if not isinstance(name, str) or not ID.fullmatch(name):
        raise DocumentError(f"{name!r} is no {what}: letters, digits and _, no digit first")


def check_free(graph: Graph, name: str) -> None:
    """Raise DocumentError where a name is no id or is taken."""
    check_id(name)
    if search(graph.nodes, name) is not None:
        raise DocumentError(f"the name {name!r} is taken: names are unique in the whole graph")


def check_text(content: str, what: str) -> str:
    """Give text back. Raises DocumentError where it is none that a file can hold."""
    if not isinstance(content, str) or not content:
        raise DocumentError(f"{what} must be text and not empty, got {content!r}")
    return str(plain(content, what))


def plain(value: Any, what: str) -> Json:
    """Give a private copy of JSON data. Raises DocumentError where a file could not hold it."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        written.encode("utf-8")
        copied = json.loads(written)
    except (TypeError, ValueError, RecursionError):
        raise DocumentError(_NOT_PLAIN.format(what, shown(value))) from None
    # Keys that are no text, and tuples, would come back as something else.
    if copied != value:
        raise DocumentError(_NOT_PLAIN.format(what, shown(value)))
    return copied


_NOT_PLAIN = "{} must be true, false, a finite number, text, or lists and objects of these, got {}"


def shown(value: Any) -> str:
    """Give the start of a value as text; only its kind where it has no text."""
    try:
        return repr(value)[:80]
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list in itself
        return f"something of the kind {type(value).__name__}"


def readable(name: str, item: Item) -> Item:
    """Give an item as a file would give it back. Raises DocumentError where it would not."""
    written = Graph({name: item})
    fault = f"node {name} holds something that a file cannot: {shown(item)}"
    try:
        found = parse(text(written))
    except (TypeError, ValueError, RecursionError, AttributeError):
        raise DocumentError(fault) from None
    if found != written:
        raise DocumentError(fault)
    return found.nodes[name]


def same(one: Any, other: Any) -> bool:
    """Say whether two pieces of data are the same in a file, where 1, 1.0 and true differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)
