"""What the status line says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from nodegraph.document import Graph, Node, walk
from nodegraph.editor.files.session import Session
from nodegraph.editor.look.signs import STATES
from nodegraph.editor.running.board import Board

ORDER = (
    "running", "queued", "error", "unknown", "blocked", "stale", "done", "cached", "bypassed",
    "muted", "absent", "idle",
)  # fmt: skip
"""States as they are counted: what asks for a look comes first."""


@dataclass(frozen=True)
class Count:
    """How many nodes are in a state."""

    state: str
    number: int

    @property
    def words(self) -> str:
        """Number and word."""
        many = "s" if self.state == "error" and self.number > 1 else ""
        return f"{self.number} {STATES[self.state].word}{many}"


def working(board: Board, labels: Mapping[str, str]) -> str:
    """Say what runs now; empty where nothing does."""
    running = [name for name, shown in board.nodes.items() if shown.state == "running"]
    inner = [name for name in running if board.kinds.get(name) != "loop"] or running
    if not inner:
        return ("Stopping" if board.stopping else "Getting ready") if board.going else ""
    name = inner[0]
    said = labels.get(name, name)
    loops = [loop for loop in board.wires.paths.get(name, ()) if board[loop].limit]
    if loops:
        shown = board[loops[-1]]
        turn = max(board[name].turn, min(shown.turn + 1, shown.limit))
        said += f", iteration {turn} of {shown.limit}"
    elif board[name].note:
        said += f", {board[name].note}"
    if len(inner) > 1:
        said += f" and {len(inner) - 1} more"
    return f"Stopping: {said}" if board.stopping else said


def counts(board: Board) -> list[Count]:
    """Count the nodes in each state."""
    found = Counter(str(shown.state) for shown in board.nodes.values())
    return [Count(state, found[state]) for state in ORDER if found[state]]


def saved(session: Session) -> str:
    """Say where the document is kept."""
    if not session.history.dirty:
        return "saved" if session.path else "nothing to save"
    return "autosaved" if session.kept is session.graph else "not saved"


def memory(used: float, total: float) -> str:
    """Say how much memory the program has of what there is: ``0.31 GB of 15.9 GB``."""
    return f"{used / 1e9:.2f} GB of {total / 1e9:.1f} GB"


def hertz(rate: float) -> str:
    """Write a rate of samples: ``44.1 kHz``."""
    return f"{rate / 1000:g} kHz"


def rate(graph: Graph, rates: Mapping[str, int]) -> str:
    """Give the rate of the first source: as the engine told, else as its knob has it."""
    for name, item, _ in walk(graph.nodes):
        known = rates.get(name)
        if known:
            return hertz(known)
        chosen = item.params.get("rate")
        if isinstance(item, Node) and not item.inputs and isinstance(chosen, (int, float)):
            return hertz(chosen)
    return ""
