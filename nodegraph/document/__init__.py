"""A graph as immutable plain data, and its one JSON format.

Links live in the receiver; nodes, knobs and ports have names, never positions. A loop owns its
body, and ids are unique in the whole file. Everything but ``layout``, ``title`` and ``about`` is
meaning, and `fingerprint` names it. `text` is canonical: reading it back and writing it again
gives the same bytes.

Nothing here knows node types. A node of an unknown type is kept as it stands.
"""

from nodegraph.document.data import data_of, item_data
from nodegraph.document.model import (
    ID,
    Graph,
    Input,
    Item,
    Json,
    Link,
    Loop,
    Node,
    Params,
    State,
    find,
    links,
    walk,
)
from nodegraph.document.reading import MAX_BYTES, MAX_DEPTH, parse, read
from nodegraph.document.writing import fingerprint, text, write, write_atomically

__all__ = [
    "ID",
    "MAX_BYTES",
    "MAX_DEPTH",
    "Graph",
    "Input",
    "Item",
    "Json",
    "Link",
    "Loop",
    "Node",
    "Params",
    "State",
    "data_of",
    "find",
    "fingerprint",
    "item_data",
    "links",
    "parse",
    "read",
    "text",
    "walk",
    "write",
    "write_atomically",
]
