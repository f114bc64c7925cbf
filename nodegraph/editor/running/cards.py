"""Fault cards: what is wrong with a node in plain words, and what would mend it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nodegraph.document import Graph, Item, Link, Node, walk
from nodegraph.editor.running.board_data import Board
from nodegraph.editor.running.card_faults import NOT_WIRED, READERS, Fix, Look, Types

__all__ = ["Card", "Fix", "card", "cards", "troubles"]

_BAD = ("error", "unknown")


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
    return None if item is None else _card(board, node, item, graph, types, exists)


def cards(
    board: Board, graph: Graph, types: Types, exists: Callable[[Path], bool] = Path.exists
) -> dict[str, Card]:
    """Give the urgent card of every node that has one."""
    found = (_card(board, name, item, graph, types, exists) for name, item, _ in walk(graph.nodes))
    return {one.node: one for one in found if one is not None and one.urgent}


def troubles(board: Board) -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """Give all of a board that cards are made from: while it stays the same, so do they."""
    return tuple(
        (name, shown.state, shown.error, board.faults.get(name, ()))
        for name, shown in board.nodes.items()
        if shown.state in _BAD or board.faults.get(name)
    )


def _card(
    board: Board,
    node: str,
    item: Item,
    graph: Graph,
    types: Types,
    exists: Callable[[Path], bool],
) -> Card | None:
    shown = board[node]
    own = board.faults.get(node, ())
    if not (shown.state in _BAD or own):
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
