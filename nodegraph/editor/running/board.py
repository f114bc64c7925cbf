"""What each node shows while the engine works: immutable data, and functions that carry it on.

A node is *idle* until it runs; a run makes it *queued*, *running*, and then *done* or *cached*. An
edit makes it, and all that follows it, *stale*. What keeps it from running is an *error* of its own,
or something before it: *blocked*, *absent*. The newest message about a node wins. Messages of a run
that another one took the place of say nothing any more, and what a run says of a node that was
edited after it began is old.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from nodegraph.editor.running.board_data import FRESH, WORK, Board, Order, Shown, State, Wires
from nodegraph.editor.running.board_stale import by_node, edited
from nodegraph.engine import events
from nodegraph.engine.worker import Died, Ended, Message, Pictured, Refused, Told

__all__ = [
    "FRESH",
    "WORK",
    "Board",
    "Order",
    "Shown",
    "State",
    "Wires",
    "begun",
    "died",
    "edited",
    "given_up",
    "stopped",
    "told",
]

_STATES: Mapping[str, State] = {
    "ran": "done",
    "cached": "cached",
    "failed": "error",
    "blocked": "blocked",
    "absent": "absent",
    "muted": "muted",
    "bypassed": "bypassed",
}
_AT_WORK: frozenset[State] = frozenset({"queued", "running"})
_FIXED: frozenset[State] = frozenset({"muted", "bypassed", "unknown"})


def begun(board: Board, ticket: int, order: Order) -> Board:
    """Give the board once a run was asked for; it takes the place of the one before."""
    looks = {name.partition(".")[0] for name in order.looks}
    nodes = {}
    for name, shown in board.nodes.items():
        now = _returned(shown) if shown.state in _AT_WORK else shown
        if name in order.nodes:
            now = replace(
                now,
                looked=now.looked or name in looks,
                asked=now.asked or name in order.asked,
                held=False,
            )
            if now.state not in FRESH | _FIXED and not board.faults.get(name):
                now = replace(now, state="queued", was=now.state, error="")
        nodes[name] = now
    return replace(
        board,
        nodes=nodes,
        ticket=ticket,
        going=True,
        stopping=False,
        newer=False,
        follows=order.nodes,
    )


def stopped(board: Board) -> Board:
    """Give the board once the run was asked to stop by hand."""
    return replace(board, stopping=True) if board.going else board


def told(board: Board, *messages: Message, now: float = 0.0) -> Board:
    """Give the board after messages of the worker, the oldest first.

    `now` is the time on any clock that goes on; from it come the seconds that are left.
    """
    for message in messages:
        if isinstance(message, Died):
            board = died(board, message.reason)
        elif message.ticket == board.ticket:
            if isinstance(message, Told):
                board = _happened(board, message.event, now)
            elif isinstance(message, Pictured):
                board = _changed(board, message.node, picture=board[message.node].picture + 1)
            elif isinstance(message, Refused):
                board = _refused(board, message.faults)
            elif isinstance(message, Ended):
                board = _ended(board, message.report)
    return board


def given_up(board: Board) -> Board:
    """Give the board once its run has made room for something that is no run of the board."""
    return replace(_over(board), ticket=0)


def died(board: Board, reason: str) -> Board:
    """Give the board after the engine's process ended, and its results with it.

    What was at work when it ended by itself is to blame, and does not begin again by itself.
    """
    if not board.going:
        return board
    blamed = [] if board.stopping else [n for n, s in board.nodes.items() if s.state == "running"]
    nodes = {name: _returned(shown, board.stopping) for name, shown in board.nodes.items()}
    for name in blamed:
        words = f"{reason} while this node was at work"
        nodes[name] = replace(nodes[name], state="error", error=words, asked=False)
    return replace(board, nodes=nodes, going=False, stopping=False)


def _returned(shown: Shown, held: bool = False) -> Shown:
    """Give what a node shows once its run is gone."""
    if shown.state not in _AT_WORK:
        return shown
    state = shown.was if shown.state == "queued" else shown.rest
    if state in _AT_WORK:
        state = shown.rest
    asked = shown.asked and not held
    return replace(
        shown, state=state, held=held, asked=asked, fraction=0.0, left=None, note="", looked=False
    )


def _changed(board: Board, name: str, **values: Any) -> Board:
    shown = board.nodes.get(name)
    if shown is None or name not in board.follows:
        return board
    return replace(board, nodes={**board.nodes, name: replace(shown, **values)})


# Events


def _happened(board: Board, event: events.Event, now: float) -> Board:
    if isinstance(event, events.Turned):
        numbers = _watched(event.numbers)
        return _changed(board, event.loop, turn=event.turn, limit=event.limit, numbers=numbers)
    if isinstance(event, events.Recalled):
        turn = max(map(len, event.numbers.values()), default=0)
        numbers = _watched({name: told[-1] for name, told in event.numbers.items() if told})
        return _changed(board, event.loop, turn=turn, limit=event.limit, numbers=numbers)
    shown = board[event.node]
    if isinstance(event, events.Started):
        known = board.measured.get(board.kinds.get(event.node, ""))
        seconds = shown.seconds if event.turn > 1 else 0.0
        return _changed(
            board, event.node, state="running", fraction=0.0, left=known, note="", error="",
            turn=event.turn, seconds=seconds, began=now, notes=shown.notes if event.turn > 1 else (),
        )  # fmt: skip
    if isinstance(event, events.Progressed):
        fresh = shown.state != "running"
        began = now if fresh else shown.began
        # A loop that goes on from its fifth turn did not make the first four in this time; it
        # tells how far it is before it has done anything.
        loop = board.kinds.get(event.node, "") == "loop"
        start = (event.fraction if loop else 0.0) if fresh else shown.start
        left = shown.left if loop else None
        if event.fraction > start and now > began:
            left = (now - began) * max(0.0, 1 - event.fraction) / (event.fraction - start)
        return _changed(
            board, event.node, state="running", fraction=min(max(event.fraction, 0.0), 1.0),
            left=left, note=event.note, began=began, start=start,
        )  # fmt: skip
    if isinstance(event, events.Noted):
        notes = tuple(dict.fromkeys((*shown.notes, event.text)))
        return _changed(board, event.node, notes=notes)
    if isinstance(event, events.Wrote):
        return _changed(board, event.node, files=tuple(dict.fromkeys((*shown.files, event.path))))
    if isinstance(event, events.Finished):
        return _finished(board, event, now)
    return board


def _watched(numbers: Mapping[str, float]) -> dict[str, float]:
    """Leave out what nobody watches: the relative change of the states."""
    return {name: value for name, value in numbers.items() if name != events.CHANGE}


def _finished(board: Board, event: events.Finished, now: float) -> Board:
    shown = board[event.node]
    kind = board.kinds.get(event.node, "")
    if kind == "loop" and shown.state == "running":
        event = replace(event, seconds=max(0.0, now - shown.began))
    elif event.state == "ran" and event.node in board.follows:
        # One quick call does not make a type quick, nor one slow call slow for good.
        seconds = max(event.seconds, 0.7 * board.measured.get(kind, 0.0))
        board = replace(board, measured={**board.measured, kind: seconds})
    # The turn of a loop is its own, and not that of the loop around it.
    turn = shown.turn if kind == "loop" else event.turn or shown.turn
    values: dict[str, Any] = {"turn": turn, "why": event.why or shown.why}
    if event.state == "ran":
        values["seconds"] = event.seconds + (shown.seconds if event.turn > 1 else 0.0)
    if event.bytes:
        values["bytes"] = event.bytes
    return _settled(board, event.node, event.state, event.error, **values)


def _settled(board: Board, name: str, state: str, error: str, **values: Any) -> Board:
    """Bring a node to its end."""
    shown = board[name]
    if state == "cancelled":
        ended = replace(_returned(shown, held=True), asked=False)
        values = {key: getattr(ended, key) for key in ("state", "held", "looked")}
    else:
        end = _STATES.get(state, "done")
        again = shown.state == "done" and shown.began > board.changed and not shown.asked
        if end == "cached" and again:
            end = "done"  # it ran after the last edit: another wave of the same edit found it
        values["state"] = "unknown" if shown.state == "unknown" and end == "error" else end
        values["error"] = error if end in ("error", "blocked") else ""
        values["result"] = shown.result or end in FRESH
    return _changed(board, name, fraction=0.0, left=None, note="", asked=False, **values)


def _ended(board: Board, report: Mapping[str, Any]) -> Board:
    """Settle every node as the report has it; what the run never came to is as it was."""
    entries: Mapping[str, Mapping[str, Any]] = report["nodes"]
    for name, entry in entries.items():
        values: dict[str, Any] = {}
        if entry["runs"] and entry["seconds"]:
            values = {"seconds": entry["seconds"], "bytes": entry["bytes"]}
        if entry.get("why"):
            values["why"] = entry["why"]
        if entry.get("notes"):
            values["notes"] = tuple(entry["notes"])
        if entry["state"] == "cancelled" and board[name].state not in _AT_WORK:
            continue
        board = _settled(board, name, entry["state"], entry.get("error", ""), **values)
    return _over(board)


def _over(board: Board, held: Collection[str] = ()) -> Board:
    nodes = {name: _returned(shown, name in held) for name, shown in board.nodes.items()}
    bad = {
        name
        for name, shown in nodes.items()
        if shown.state in ("error", "unknown", "muted") or board.faults.get(name)
    }
    for name, shown in nodes.items():
        # What it waited for may have come in a run that did not go as far as here.
        waits = shown.state == "blocked" and name not in board.follows | bad
        if waits and not board.wires.before(name) & bad:
            nodes[name] = replace(shown, state=shown.rest, error="")
    return replace(board, nodes=nodes, going=False, stopping=False)


def _refused(board: Board, faults: Iterable[str]) -> Board:
    """Show a fault where it belongs; a run that is refused for something else is not asked again."""
    found = by_node(faults, board.nodes)
    queued = [name for name, shown in board.nodes.items() if shown.state == "queued"]
    board = _over(board, () if found.keys() & set(board.follows) else queued)
    for name, words in found.items():
        board = _changed(board, name, state="error", error="; ".join(words), asked=False)
    return board
