"""What the frames of loops show of their turns, and which of its curves each of them shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.document import Graph, Loop, walk
from nodegraph.editor.running.forming import behind, curve
from nodegraph.editor.running.watched import LoopNow, following, names, scores, watched
from nodegraph.views import Picture

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


class LoopFrames:
    """Which curve is shown is no edit: it is kept as long as the document is open."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._chosen: dict[str, str] = {}
        self._drawn: tuple[tuple[str, str], int, Picture | None] | None = None
        """The last curve that formed, of which output, and of how many turns."""
        self._known: tuple[Graph | None, dict[str, tuple[Loop, tuple[str, ...]]]] = None, {}

    def now(self, loop: str) -> LoopNow:
        """Give what the frame of a loop shows; a loop at work, or a stale one, its newest turn."""
        app, found = self.app, self._loops().get(loop)
        if found is None:
            return LoopNow()
        item, which = found
        engine, shown = app.engine, app.board[loop]
        last, tallies = engine.last(loop), engine.tallies
        paths = app.board.wires.paths.get(loop, ())
        chosen = last or any(engine.at.get(outer) == 0 for outer in paths)
        turn = engine.turn(loop) if chosen else shown.turn
        tally = tallies.get(loop, engine.around(loop)) if chosen else tallies.newest(loop)
        curve = watched(item, tally, self._chosen.get(loop, ""), which)
        limit = max(shown.limit, turn, last)
        return LoopNow(turn, last, limit, engine.back(loop), curve)

    def forming(self, slot: tuple[str, str]) -> Picture | None:
        """Give what an output of a loop at work looks like so far; None for any other output."""
        app, (name, port) = self.app, slot
        if name not in self._loops() or app.board[name].state != "running" or app.engine.at:
            return None
        inside = behind(app.graph, slot)
        if inside is not None:
            return app.pictures.get(inside)
        tally = app.engine.tallies.newest(name)
        numbers = tally.now.get(port, ()) if tally is not None else ()
        if self._drawn is None or self._drawn[:2] != (slot, len(numbers)):
            limit = app.board[name].limit
            self._drawn = slot, len(numbers), curve(port, numbers, limit) if numbers else None
        return self._drawn[2]

    def next_curve(self, loop: str) -> None:
        """Show another of the numbers that a loop watches."""
        found = self._loops().get(loop)
        if found is not None:
            shown = self._chosen.get(loop, "")
            offered = names(found[0])
            self._chosen[loop] = following(found[0], shown if shown in offered else offered[0])

    def _loops(self) -> dict[str, tuple[Loop, tuple[str, ...]]]:
        graph = self.app.graph
        if self._known[0] is not graph:
            types = self.app.types
            self._known = (
                graph,
                {
                    name: (item, scores(graph, types, item))
                    for name, item, _ in walk(graph.nodes)
                    if isinstance(item, Loop)
                },
            )
        return self._known[1]
