"""What an edit of a loop's number of turns costs: only the turns that are missing.

The states after each turn are kept by the engine, so more turns go on where the loop ended, and
fewer show one that it has been through. Such a run is light where those turns are.
"""

from __future__ import annotations

from dataclasses import replace

from nodegraph.document import Graph, Item, Loop, walk
from nodegraph.editor.running.board_data import FRESH, Board
from nodegraph.editor.running.looking import body

_TURNS = "iterations"


def resumed(before: Board, after: Board, old: Graph, new: Graph) -> Board:
    """Give the board after an edit, with what the missing turns of loops probably take."""
    was = {name: item for name, item, _ in walk(old.nodes)}
    nodes = dict(after.nodes)
    for name, item, _ in walk(new.nodes):
        made = before[name].turn
        if not isinstance(item, Loop) or before[name].state not in FRESH or not made:
            continue
        if after[name].state != "stale" or not _only_turns(was.get(name), item):
            continue
        # To show the body as the last turn left it, that turn may have to be made once more.
        missing = max(int(item.params.get(_TURNS, made)) - made, 0) + 1
        for inner in body(after, name):
            if inner in nodes:
                share = before[inner].seconds / made * missing
                nodes[inner] = replace(nodes[inner], remaining=share)
    return replace(after, nodes=nodes)


def _only_turns(old: Item | None, new: Loop) -> bool:
    """Say whether nothing of a loop is another but how often it turns."""
    if not isinstance(old, Loop) or old.params.get(_TURNS) == new.params.get(_TURNS):
        return False
    return replace(old, params={**old.params, _TURNS: 0}) == replace(
        new, params={**new.params, _TURNS: 0}
    )
