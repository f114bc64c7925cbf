"""Looking at loops as they were: which turn of each is shown, and the run that makes the pictures.

A loop that is looked back at stands in `At` with the turn shown; one that is not shows its last.
What the turn reaches is the loop, its body, and what follows it as far as that is light: such a
look must be quick, write no file, and say nothing of what the graph gives now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Loop, Node, links, walk
from nodegraph.editor.running.board_data import FRESH, Board
from nodegraph.editor.running.board_policy import HEAVY, Policy

At = Mapping[str, int]
"""Turn shown of each loop that is not shown at its last; 0 is before the first."""
LAST = "last turn"
"""What is said of a node that follows a loop that is looked back at, but does not show its turn."""
NEAR = (1, -1, 2, -2)
"""How far from the turn shown pictures are made ahead, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Peek:
    """A run that only makes pictures: `Worker.run` takes `only`, `at` and `looks`."""

    at: At
    only: tuple[str, ...]
    looks: tuple[str, ...]


def reached(board: Board, loop: str) -> int:
    """Give the last turn there is of a loop; 0 where there is none of the graph as it is."""
    shown = board[loop]
    at_work = shown.state in ("queued", "running")
    return shown.turn if not at_work and (shown.state in FRESH or shown.held) else 0


def turned(
    board: Board, at: At, loop: str, turn: int, ahead: int = 0, last: int | None = None
) -> At:
    """Give what is looked at once a loop is to be shown at a turn, as near as there is one.

    `ahead` is a turn that was looked at beyond the last, of a loop that was stopped before its end;
    `last` is the last turn where it is another than the board knows, as in an earlier turn of a
    loop around it.
    """
    last = reached(board, loop) if last is None else last
    most = max(last, ahead)
    if not most:
        return at
    turn = min(max(turn, 0), most)
    rest = {name: shown for name, shown in at.items() if name != loop}
    if turn >= last and board[loop].state in FRESH:
        return rest
    return {**rest, loop: turn}


def body(board: Board, loop: str) -> set[str]:
    """Name a loop and all that stands in it."""
    return {loop, *(name for name, path in board.wires.paths.items() if loop in path)}


def kept(at: At, before: Board, after: Board) -> At:
    """Give what is looked at after an edit: a loop that was touched shows its last turn again."""
    anew = touched(before, after)
    left = {
        loop: turn
        for loop, turn in at.items()
        if not anew & (body(before, loop) | body(after, loop))
    }
    return left if len(left) < len(at) else at


def touched(before: Board, after: Board) -> set[str]:
    """Name what an edit made stale, put in or took out."""
    return {
        name
        for name in before.nodes.keys() | after.nodes.keys()
        if before.nodes.get(name) is not after.nodes.get(name)
    }


def live(board: Board, at: At) -> set[str]:
    """Name all whose results are others at these turns."""
    return set().union(*(board.wires.followers(loop) for loop in at))


def peek(
    board: Board,
    graph: Graph,
    types: Mapping[str, NodeType],
    at: At,
    visible: Sequence[str],
    known: Collection[str] = (),
    wished: Collection[str] = (),
) -> Peek | None:
    """Give the run that makes the pictures still to be seen; None where there are none.

    `known` names what has its pictures of these turns, `wished` what is looked at though it lasts.
    Without a loop that is looked back at, it is bodies that came into sight since their loop ran.
    """
    if at:
        seen = reach(board, graph, types, at, wished) - empty(board, at)
        looks = tuple(n for n in visible if n.partition(".")[0] in seen and n not in known)
        only = dict.fromkeys((*at, *(n.partition(".")[0] for n in looks)))
        return Peek(at, tuple(only), looks) if looks else None
    looks = tuple(name for name in visible if unseen(board, name) and name not in known)
    return Peek({}, looks, looks) if looks else None


def unseen(board: Board, name: str) -> bool:
    """Say whether a node in a loop has its result, but nobody looked when it was made."""
    shown = board[name]
    path = board.wires.paths.get(name, ())
    done = bool(path) and shown.state in FRESH and board[path[0]].state in FRESH
    return done and not shown.looked and shown.state != "absent"


def empty(board: Board, at: At) -> set[str]:
    """Name what has no value at these turns: what turns in a loop before its first turn."""
    fresh = {loop for loop, turn in at.items() if turn == 0}
    return set().union(*(body(board, loop) - {loop} for loop in fresh)) & live(board, at)


def incoming(graph: Graph, board: Board, at: At, name: str) -> list[tuple[str, str]]:
    """Give the outputs that a node in a loop before its first turn reads, those of states first."""
    none = empty(board, at)
    items = {found: item for found, item, _ in walk(graph.nodes)}
    item = items.get(name)
    if name not in none or not isinstance(item, Node):
        return []
    read: list[tuple[str, str]] = []
    for _, wire in links(item):
        link = wire
        # What a loop in there begins with may come from further out.
        while isinstance(inner := items.get(link.node), Loop) and link.node in none:
            if link.port not in inner.state:
                break
            link = inner.state[link.port].first
        if link.node not in none:
            read.append((link.node, link.port))
    return sorted(read, key=lambda slot: slot[0] not in at)


def heavy(board: Board, graph: Graph, types: Mapping[str, NodeType], at: At) -> set[str]:
    """Name what follows these loops and shows their last turns, since it, or what it needs, lasts."""
    every = {name for name, item, _ in walk(graph.nodes) if not _writes(types, item.type)}
    near = reach(board, graph, types, at)
    return {name for name in live(board, at) & every - near if board[name].state in FRESH}


def reach(
    board: Board,
    graph: Graph,
    types: Mapping[str, NodeType],
    at: At,
    wished: Collection[str] = (),
) -> set[str]:
    """Name what is looked at: the bodies, and what follows them and is light or wished for."""
    inside = set().union(*(body(board, loop) for loop in at))
    items = {name: item for name, item, _ in walk(graph.nodes)}
    policy = Policy(types)
    writers = {name for name, item in items.items() if _writes(types, item.type)}
    wanted = set(wished).union(*(board.wires.before(name) for name in wished))
    reach = live(board, at)
    barred = set().union(
        *(
            board.wires.followers(name)
            for name in reach - inside
            if name in writers
            or board[name].state not in FRESH
            or (name not in wanted and policy.cost(board, name, items[name]) > HEAVY)
        )
    )
    return (reach & inside | (reach - barred)) - writers


def _writes(types: Mapping[str, NodeType], kind: str) -> bool:
    known = types.get(kind)
    return known is not None and known.effect
