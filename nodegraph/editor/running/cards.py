"""Fault cards: what is wrong with a node in plain words, and what would mend it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nodegraph.document import Graph, Link, Node, walk
from nodegraph.editor.running.board_data import Board
from nodegraph.editor.running.card_faults import NOT_WIRED, READERS, Fix, Look, Types

__all__ = ["Card", "Fix", "card"]


@dataclass(frozen=True, slots=True)
class Card:
    """A fault in words."""

    node: str
    title: str
    """Short: it also stands in the footer of the node."""
    sentence: str
    """Node and port names stand between asterisks."""
    details: str
    """What *Copy details* puts on the clipboard."""
    fix: Fix | None = None
    urgent: bool = True
    """Else it is only something that is not finished yet, as a wire that is missing."""


def card(
    board: Board,
    node: str,
    graph: Graph,
    types: Types,
    exists: Callable[[Path], bool] = Path.exists,
) -> Card | None:
    """Give the card of a node; None where nothing is wrong with it."""
    item = {name: item for name, item, _ in walk(graph.nodes)}.get(node)
    shown = board[node]
    own = board.faults.get(node, ())
    if item is None or not (shown.state in ("error", "unknown") or own):
        return None
    known = types.get(item.type)
    words = shown.error or "; ".join(own)
    look = Look(node, item, known, words, graph, types, exists)
    title, sentence, fix = next(found for reader in READERS if (found := reader(look)) is not None)
    details = _details(look, shown.why, shown.notes)
    return Card(node, title, sentence, details, fix, urgent=title != NOT_WIRED)


def _details(look: Look, why: str, notes: tuple[str, ...]) -> str:
    lines = [f"{look.node}: {look.words}", f"type: {look.item.type}"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in look.item.params.items()]
    if isinstance(look.item, Node):
        for port, wired in look.item.inputs.items():
            text = wired if isinstance(wired, Link) else {k: str(v) for k, v in wired.items()}
            lines.append(f"{port} <- {text}")
    lines += [f"ran because: {why}"] * bool(why) + list(notes)
    return "\n".join(lines)
