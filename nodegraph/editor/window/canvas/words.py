"""What a node says about itself: the words of its footer and of an empty picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nodegraph.editor.look.signs import STATES
from nodegraph.editor.running.board import Board, Shown
from nodegraph.editor.running.board_policy import HEAVY
from nodegraph.editor.running.cards import Card


@dataclass(frozen=True, slots=True)
class Footer:
    """The line at the foot of a node."""

    state: str
    """Key of `STATES`."""
    icon: str
    icon_role: str
    word: str
    word_role: str
    right: str = ""


def footer(board: Board, name: str, mode: str, known: bool, card: Card | None) -> Footer:
    """Say at the foot of a node how it stands."""
    shown = board[name]
    state = standing(shown, mode, known)
    style = STATES[state]
    line = Footer(state, style.icon, style.icon_role, style.word, style.word_role)
    if state == "error":
        return replace(line, word=card.title if card else style.word)
    return replace(line, right=_right(board, name, shown, state))


class Footers:
    """The footers of all nodes, each said once for a board and its cards."""

    def __init__(self) -> None:
        self._of: tuple[object, object] = (None, None)
        self._said: dict[tuple[str, str, bool], Footer] = {}

    def get(
        self, board: Board, cards: Mapping[str, Card], name: str, mode: str, known: bool
    ) -> Footer:
        """Give the footer of a node."""
        if self._of[0] is not board or self._of[1] is not cards:
            self._of = board, cards
            self._said.clear()
        key = name, mode, known
        found = self._said.get(key)
        if found is None:
            found = self._said[key] = footer(board, name, mode, known, cards.get(name))
        return found


def standing(shown: Shown, mode: str, known: bool) -> str:
    """Give the key of `STATES` for a node; what was set by hand shows at once."""
    if not known:
        return "unknown"
    if mode in ("mute", "bypass"):
        return "muted" if mode == "mute" else "bypassed"
    if shown.held and shown.state in ("idle", "stale"):
        return "stopped"
    return shown.state


def _right(board: Board, name: str, shown: Shown, state: str) -> str:
    if state == "running":
        left = f"{duration(shown.left)} left" if shown.left is not None else ""
        return "  ".join(filter(None, (f"{100 * shown.fraction:.0f} %", left)))
    if state == "queued":
        before = next(
            (n for n in sorted(board.wires.before(name)) if board[n].state == "running"), ""
        )
        return f"after {before}" if before else ""
    if state in ("stale", "stopped"):
        heavy = board.measured.get(board.kinds.get(name, ""), 0.0) > HEAVY
        return "Enter runs it" if heavy or shown.held else ""
    if state == "blocked":
        return shown.error
    if state == "muted":
        return "M"
    if state == "bypassed":
        return "Ctrl+B"
    if state == "done":
        return "  ".join(filter(None, (duration(shown.seconds), size(shown.bytes))))
    return size(shown.bytes) if state == "cached" else ""


def empty(shown: Shown, state: str) -> str:
    """Say in a picture area why there is no picture; empty words where one is on its way."""
    if state == "blocked":
        return shown.error or "waits for what is before it"
    if state in ("idle", "queued", "stopped"):
        return "not run yet"
    if state == "unknown":
        return ""
    if state in ("muted", "bypassed", "absent"):
        return STATES[state].word
    if state == "error":
        return "no result"
    return "no picture" if shown.looked and state in ("done", "cached") else ""


def duration(seconds: float | None) -> str:
    """Write a time that something took; nothing for none."""
    if not seconds:
        return ""
    if seconds < 0.01:
        return "<0.01 s"
    if seconds < 10:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min"


def size(count: int) -> str:
    """Write a number of bytes; nothing for none."""
    if not count:
        return ""
    for unit, power in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= power:
            value = count / power
            return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"
    return f"{count} B"
