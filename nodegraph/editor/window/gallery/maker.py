"""Makes the thumbnails that are missing, by running each graph in an engine process of its own.

It works only while somebody asks it to `step`, one graph after another, behind the window: the
user's own runs come first. A graph that cannot be run keeps its drawn placeholder until the next
start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from nodegraph.declare import NodeType
from nodegraph.editor.files.gallery import GalleryCard
from nodegraph.editor.files.thumbnails import Thumbnails, kinds, looks
from nodegraph.engine.asking import Look, Looked, Unanswered
from nodegraph.engine.worker import Died, Ended, Message, Pictured, Refused, Worker
from nodegraph.views import Picture

MESSAGES = 0.004
"""Seconds of a step for taking in messages."""


class Maker:
    """A queue of graphs, and the process that runs them while there are any."""

    def __init__(
        self,
        thumbnails: Thumbnails,
        cards: Iterable[GalleryCard],
        start: Callable[[], Worker] = Worker,
    ) -> None:
        self._thumbnails = thumbnails
        self._left = thumbnails.missing(cards)
        self._start = start
        self._worker: Worker | None = None
        self._ticket = 0
        self._wanted: tuple[str, ...] = ()
        self._pictures: dict[str, Picture] = {}
        self._asked: dict[int, str] = {}
        """By ticket, what is shown in a way of its own and was asked for."""
        self._drawing: list[tuple[GalleryCard, Future[bool]]] = []
        self._aside = ThreadPoolExecutor(1, "thumbnails")
        """Draws and writes files, which takes longer than a frame."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to make."""
        return not self._left and not self._drawing

    @property
    def left(self) -> int:
        """How many are still to be made."""
        return len(self._left) + len(self._drawing)

    def step(self, types: Mapping[str, NodeType]) -> str:
        """Go on, without waiting; gives the name of a card whose thumbnail has just been made."""
        if self._left:
            self._go_on(types)
        elif not self._drawing:
            self.close()
        if self._drawing and self._drawing[0][1].done():
            return self._drawn()
        return ""

    def _go_on(self, types: Mapping[str, NodeType]) -> None:
        if not self._ticket:
            self._begin(types)
            return
        assert self._worker is not None
        ended = False
        for message in self._worker.poll(MESSAGES):
            ended = self._take(message) or ended
        if ended:
            self._finish()
            # The next one runs while this one is drawn.
            if self._left:
                self._begin(types)

    def close(self) -> None:
        """End the process, without waiting. Another `step` begins anew where this one stopped."""
        if self._worker is not None:
            self._aside.submit(self._worker.close)
        self._worker, self._ticket = None, 0

    def _begin(self, types: Mapping[str, NodeType]) -> None:
        graph = self._left[0].graph
        self._wanted, self._pictures, self._asked = looks(graph, types), {}, {}
        if not self._wanted:
            self._left.pop(0)
            return
        if self._worker is None:
            self._worker = self._start()
        nodes = dict.fromkeys(look.partition(".")[0] for look in self._wanted)
        self._ticket = self._worker.run(graph, only=nodes, looks=self._wanted)

    def _take(self, message: Message) -> bool:
        """Take in a message; tell whether nothing more is to come of this graph."""
        if isinstance(message, Died):
            return True
        if isinstance(message, Looked | Unanswered):
            return self._answered(message)
        if message.ticket != self._ticket:
            return False
        if isinstance(message, Pictured) and message.picture is not None:
            name = f"{message.node}.{message.output}" if message.output else message.node
            # Of a node with several outputs that is named alone, the first is shown.
            key = name if name in self._wanted else message.node
            if key in self._wanted and (key == name or key not in self._pictures):
                self._pictures[key] = message.picture
        if isinstance(message, Ended):
            self._ask()
            return not self._asked
        return isinstance(message, Refused)

    def _ask(self) -> None:
        """Ask for what is shown in a way of its own, now that it is there."""
        assert self._worker is not None
        graph = self._left[0].graph
        for look, kind in kinds(graph).items():
            node, _, output = look.partition(".")
            question = Look((node, output), kind)
            self._asked[self._worker.ask(graph, question, topic=look)] = look

    def _answered(self, message: Looked | Unanswered) -> bool:
        look = self._asked.pop(message.ticket, "")
        if look and isinstance(message, Looked):
            self._pictures[look] = message.picture
        return bool(look) and not self._asked

    def _finish(self) -> None:
        self._ticket = 0
        made = [self._pictures[look] for look in self._wanted if look in self._pictures]
        card = self._left.pop(0)
        if len(made) == len(self._wanted):
            self._drawing.append((card, self._aside.submit(self._thumbnails.keep, card, made)))

    def _drawn(self) -> str:
        """Take in that a thumbnail was drawn and written, or could not be."""
        card, drawing = self._drawing.pop(0)
        return card.name if drawing.exception() is None and drawing.result() else ""
