"""The engine's process: it runs one order after another, and answers questions beside them.

Besides the thread that runs, four work here. One reads what the window sends, so that a run can be stopped while it goes
on. Three answer: one what is looked at, one what is heard, one what is to be drawn into a file.
They share what the engine keeps, so what a run has made is there for them at once, and nothing is
made twice. A newer question on the same topic takes the place of one that waits.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from nodegraph.document import Graph
from nodegraph.engine.asking import Ask, Draw, Look, Unanswered
from nodegraph.engine.events import Event, Noted, Previewed
from nodegraph.engine.messages import (
    Document,
    Ended,
    Facts,
    Idle,
    Order,
    Pictured,
    Question,
    Refused,
    Told,
)
from nodegraph.errors import NodegraphError
from nodegraph.reduction import COLUMNS, shifted, small
from nodegraph.views import WHOLE, Lens

if TYPE_CHECKING:
    from nodegraph.engine.engine import Engine

COARSE = 256
"""Rows of each of several sources while a knob moves."""
PAINTING = 0.4
"""Part of the time that pictures of a loop's turns may take while it runs."""


def serve(pipe: Connection, cache_bytes: int | None, nice: int = 0) -> None:
    """Run orders until the pipe closes; without a number the engine's own budget holds."""
    _give_way(nice)
    from nodegraph.engine.engine import CACHE_BYTES, Engine
    from nodegraph.registry import discover

    types = discover()
    desk = _Desk(pipe)
    threading.Thread(target=desk.listen, daemon=True).start()
    engine = Engine(types, cache_bytes=CACHE_BYTES if cache_bytes is None else cache_bytes)
    memory = engine.memory
    live = Engine(types, memory=memory.beside())
    for attendant in (desk.looks, desk.sounds, desk.files):
        beside = Engine(types, threads=1, memory=memory.beside())
        threading.Thread(target=attendant.attend, args=(beside,), daemon=True).start()
    while (asked := desk.orders.get()) is not None:
        order, text = asked
        if desk.begins(order.ticket):
            _obey(order, text, live if order.live else engine, desk)
            desk.sounds.prepare()
        desk.say(Idle(order.ticket))


def _give_way(nice: int) -> None:
    """Let the window go first where both want a core: it needs little, and at once."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            import psutil

            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            os.nice(nice)


class _Text:
    """A document that was sent; read once, by whoever needs it first."""

    def __init__(self, sent: Document) -> None:
        self._sent = sent

    @cached_property
    def graph(self) -> Graph:
        """The graph. Raises DocumentError."""
        return self._sent.read()


class _Desk:
    """Takes commands while the engine works."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.orders: queue.SimpleQueue[tuple[Order, _Text] | None] = queue.SimpleQueue()
        self.looks, self.sounds, self.files = (_Attendant(self) for _ in range(3))
        self.cancel = threading.Event()
        self.newest = 0
        self.cancelled = 0
        """The newest order that was there when the last cancel came."""
        self._texts: dict[int, _Text] = {}
        self._lock = threading.Lock()
        self._saying = threading.Lock()

    def listen(self) -> None:
        """Read commands until the window is gone."""
        with contextlib.suppress(EOFError, OSError):
            while (command := self.pipe.recv()) != "quit":
                if isinstance(command, Document):
                    self._texts[command.number] = _Text(command)
                    self._texts.pop(command.forget, None)
                elif isinstance(command, Question):
                    self._beside(command.ask).take(command, self._texts[command.document])
                else:
                    self._command(command)
        self.cancel.set()
        for attendant in (self.looks, self.sounds, self.files):
            attendant.close()
        self.orders.put(None)

    def _beside(self, ask: Ask) -> _Attendant:
        """Give who answers a question: a large picture must keep neither views nor sounds waiting."""
        if isinstance(ask, Draw):
            return self.files
        return self.looks if isinstance(ask, Look) else self.sounds

    def _command(self, command: object) -> None:
        with self._lock:
            self.cancel.set()
            if isinstance(command, Order):
                self.newest = command.ticket
                self.orders.put((command, self._texts[command.document]))
            else:
                self.cancelled = self.newest

    def begins(self, ticket: int) -> bool:
        """Say whether an order is the newest, and forget cancels that were meant for others."""
        with self._lock:
            if ticket == self.newest and ticket > self.cancelled:
                self.cancel.clear()
            return ticket == self.newest

    def say(self, message: object) -> None:
        """Send a message, from any thread."""
        # Not the lock above: commands are read even while the window is slow to take messages.
        with self._saying, contextlib.suppress(OSError):
            self.pipe.send(message)


class _Attendant:
    """Answers questions, the oldest topic first and of each topic only the newest question."""

    def __init__(self, desk: _Desk) -> None:
        self.desk = desk
        self.cancel = threading.Event()
        self._asked: OrderedDict[str, tuple[Question, _Text]] = OrderedDict()
        self._changed = threading.Condition()
        self._fresh = True

    def prepare(self) -> None:
        """Load what sound needs, once, and not before the first run: that one is waited for."""
        with self._changed:
            self._fresh, fresh = False, self._fresh
        if fresh:
            from nodegraph.engine import listening

            threading.Thread(target=listening.prepare, daemon=True).start()

    def take(self, question: Question, text: _Text) -> None:
        """Put a question in the place of an older one on its topic, or behind the others."""
        with self._changed:
            self._asked[question.topic] = question, text
            self._changed.notify()

    def close(self) -> None:
        """Answer nothing more."""
        self.cancel.set()
        with self._changed:
            self._changed.notify()

    def attend(self, engine: Engine) -> None:
        """Answer until the window is gone."""
        from nodegraph.engine.answering import answer

        while True:
            with self._changed:
                while not self._asked and not self.cancel.is_set():
                    self._changed.wait()
                if self.cancel.is_set():
                    return
                question, text = self._asked.popitem(last=False)[1]
            try:
                graph = text.graph
            except NodegraphError as error:
                self.desk.say(Unanswered(question.ticket, str(error)))
                continue
            self.desk.say(
                answer(
                    engine, graph, question.ask, at=question.at, region=question.region,
                    live=question.live, folder=question.folder, ticket=question.ticket,
                    cancel=self.cancel,
                )
            )  # fmt: skip


def _obey(order: Order, text: _Text, engine: Engine, desk: _Desk) -> None:
    """Run one order and tell what comes of it.

    In a live run the first picture is that of the knob's own node, and made at once; the others are
    made beside the nodes that follow. In loops whose turns are quick, pictures of some turns are
    left out, so that they take no more than `PAINTING` of the time; those of the last turn are made
    in any case.
    """
    painter = ThreadPoolExecutor(1, "pictures") if order.live else None
    painted: list[str] = []
    late: dict[tuple[str, str], tuple[Any, ...]] = {}
    began, spent = time.perf_counter(), 0.0

    def tell(event: Event) -> None:
        # A value is no message; pictures of it are sent below.
        if not isinstance(event, Previewed):
            desk.say(Told(order.ticket, event))

    def show(node: str, values: Mapping[str, Any], turn: int) -> None:
        nonlocal spent
        for output, value in values.items():
            name = f"{node}.{output}" if output else node
            if not {node, name} & order.looks:
                continue
            args = order, engine, desk, (node, output), value, turn
            now = time.perf_counter()
            if turn and spent > PAINTING * (now - began):
                late[node, output] = args
            elif painter is None or not painted:
                painted.append(node)
                late.pop((node, output), None)
                _picture(*args)
                spent += time.perf_counter() - now
            else:
                painter.submit(_picture, *args)

    try:
        result = engine.run(
            text.graph,
            only=order.only,
            region=order.region,
            at=order.at,
            listener=tell,
            cancel=desk.cancel,
            discard=True,
            shown=show if order.looks else None,
            share=order.share,
            lazy=order.live,
            live=order.live,
        )
    except NodegraphError as error:
        desk.say(Refused(order.ticket, tuple(getattr(error, "faults", [str(error)]))))
        return
    finally:
        if painter is not None:
            painter.shutdown(cancel_futures=desk.cancel.is_set())
    if not desk.cancel.is_set():
        for args in list(late.values()):
            _picture(*args)
    desk.say(Ended(order.ticket, result.report()))


def _picture(
    order: Order, engine: Engine, desk: _Desk, slot: tuple[str, str], value: Any, turn: int
) -> None:
    from nodegraph.engine.answering import lies_in_time

    shown = engine.types.views(value).get("")
    # Several sources share the room of one picture; while a knob moves they may be coarser.
    coarse = order.live and len(getattr(value, "names", ())) > 1
    lens = Lens(columns=COLUMNS, rows=COARSE if coarse else WHOLE.rows)
    given = {"lens": lens} if shown and "lens" in shown.takes else {}
    region = order.region if lies_in_time(value) else None
    try:
        picture = small(shown.function(value, **given)) if shown else None
        if picture is not None and region is not None:
            picture = shifted(picture, region[0])
        desk.say(Pictured(order.ticket, *slot, picture, turn, _facts(value), region))
    except Exception as error:  # noqa: BLE001 - a view that fails costs its picture, not the run
        desk.say(Told(order.ticket, Noted(slot[0], f"no picture: {type(error).__name__}: {error}")))


def _facts(value: Any) -> Facts:
    grid = getattr(value, "grid", None)
    return Facts(
        type(value).__name__,
        tuple(getattr(value, "names", ())),
        tuple(getattr(getattr(value, "data", None), "shape", ())),
        value.nbytes,
        getattr(value, "rate", 0) or (grid.rate if grid else 0),
        grid,
    )
