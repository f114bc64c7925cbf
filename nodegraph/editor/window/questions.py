"""Questions to the engine that are on their way: of each topic one, and the newest one next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from nodegraph.engine.asking import Answer, Ask, Listen, Look, Unanswered
from nodegraph.marks import EVERYTHING
from nodegraph.views import WHOLE

Then = Callable[[Answer], None]
Send = Callable[[Ask, str], int | str]
"""Puts a question on a topic; gives its ticket, or why it cannot be put."""


@dataclass(frozen=True, slots=True)
class _Asked:
    topic: str
    ask: Ask
    then: Then


@dataclass
class Questions:
    """Keeps who waits for which answer. Answers are handed out by `hand_out` and never at once."""

    send: Send
    _out: dict[int, _Asked] = field(default_factory=dict)
    """Questions that were put, by ticket."""
    _next: dict[str, _Asked] = field(default_factory=dict)
    """What is asked next on each topic."""
    _answered: list[tuple[_Asked, Answer]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether answers are to come."""
        return bool(self._out or self._answered)

    def ask(self, topic: str, ask: Ask, then: Then) -> None:
        """Put a question once the one before on its topic is answered."""
        asked = _Asked(topic, ask, then)
        if any(one.topic == topic for one in self._out.values()):
            self._next[topic] = asked
        else:
            self._put(asked)

    def take(self, answer: Answer) -> None:
        """Take an answer. That to a question which was overtaken by another one is dropped.

        One that was overtaken by the same for another part, as in a drag, is not: else nobody
        would see anything while it goes on.
        """
        asked = self._out.pop(answer.ticket, None)
        if asked is None:
            return
        following = self._next.pop(asked.topic, None)
        if following is None or _alike(asked.ask, following.ask):
            self._answered.append((asked, answer))
        if following is not None:
            self._put(following)

    def hand_out(self) -> None:
        """Call whoever waits for the answers that have come."""
        while self._answered:
            asked, answer = self._answered.pop(0)
            asked.then(answer)

    def lose(self, reason: str) -> None:
        """Note that none of what was asked will be answered."""
        lost = [*self._out.items(), *((0, asked) for asked in self._next.values())]
        self._out, self._next = {}, {}
        self._answered += [(asked, Unanswered(ticket, reason)) for ticket, asked in lost]

    def _put(self, asked: _Asked) -> None:
        ticket = self.send(asked.ask, asked.topic)
        if isinstance(ticket, str):
            self._answered.append((asked, Unanswered(0, ticket)))
        else:
            self._out[ticket] = asked


def _alike(one: Ask, other: Ask) -> bool:
    """Whether two questions ask the same of different parts."""
    if isinstance(one, Look) and isinstance(other, Look):
        return replace(one, lens=WHOLE) == replace(other, lens=WHOLE)
    if isinstance(one, Listen) and isinstance(other, Listen):
        return replace(one, selection=EVERYTHING) == replace(other, selection=EVERYTHING)
    return one == other
