"""What the engine's own process promises: it answers, it can be stopped, it can die, nothing hangs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import nodegraph
from nodegraph import document, edits
from nodegraph.engine.events import Finished, Started
from nodegraph.engine.worker import Died, Ended, Message, Pictured, Refused, Told, Worker
from nodegraph.views import Heatmap
from tests.commands import ROOT

PLUGIN = '''
import os, time
from nodegraph.context import SILENT, Context
from nodegraph.declare import node
from nodegraph.values import Number

@node("odd.wait")
def wait(*, seconds: float = 60.0, asks: bool = True, context: Context = SILENT) -> Number:
    """Wait, and ask now and then whether to stop."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if asks:
            context.progress(0.5)
        time.sleep(0.01)
    return Number(1.0)

@node("odd.crash")
def crash(*, how: int = 11) -> Number:
    """End the whole process."""
    os.kill(os.getpid(), how)
    return Number(0.0)
'''


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "odd.py").write_text(PLUGIN, encoding="utf-8")
    before = os.environ.get("NODEGRAPH_NODES")
    os.environ["NODEGRAPH_NODES"] = str(folder)
    made = Worker(cache_bytes=2**28, patience=0.5)
    try:
        yield made
    finally:
        made.close()
        if before is None:
            del os.environ["NODEGRAPH_NODES"]
        else:
            os.environ["NODEGRAPH_NODES"] = before


def until(worker: Worker, last: Callable[[Message], bool], seconds: float = 60) -> list[Message]:
    """Collect messages until one that is looked for."""
    messages: list[Message] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for message in worker.poll(0.05):
            messages.append(message)
            if last(message):
                return messages
    raise AssertionError(f"it never came; so far: {messages}")


def ended(ticket: int) -> Callable[[Message], bool]:
    return lambda message: isinstance(message, (Ended, Refused)) and message.ticket == ticket


def small() -> document.Graph:
    graph = nodegraph.load(ROOT / "graphs" / "harmonic_percussive.json")
    return edits.set_knob(graph, "song", "bars", 1)


def odd(kind: str, **params: object) -> document.Graph:
    return document.Graph({"x": document.Node(f"odd.{kind}", params)})


def test_a_run_sends_events_pictures_and_a_report(worker: Worker):
    ticket = worker.run(small(), only=["istft"], looks=["stft", "wiener.masks"])
    messages = until(worker, ended(ticket))
    events = [message.event for message in messages if isinstance(message, Told)]
    assert [e.node for e in events if isinstance(e, Finished)][-1] == "istft"
    pictures = {(m.node, m.output): m.picture for m in messages if isinstance(m, Pictured)}
    assert set(pictures) == {("stft", ""), ("wiener", "masks")}
    assert isinstance(pictures["stft", ""], Heatmap)
    last = messages[-1]
    assert isinstance(last, Ended)
    assert last.report["state"] == "done"
    assert not worker.busy


def test_a_second_run_takes_from_the_cache_and_pictures_come_again(worker: Worker):
    until(worker, ended(worker.run(small(), only=["istft"], looks=["stft"])))
    messages = until(worker, ended(worker.run(small(), only=["istft"], looks=["stft"])))
    states = {
        m.event.state for m in messages if isinstance(m, Told) and isinstance(m.event, Finished)
    }
    assert states == {"cached"}
    assert any(isinstance(message, Pictured) for message in messages)


def test_faults_come_before_anything_runs(worker: Worker):
    ticket = worker.run(edits.set_knob(small(), "stft", "hop", -1))
    messages = until(worker, ended(ticket))
    assert messages == [Refused(ticket, messages[-1].faults)]  # type: ignore[union-attr]
    assert "stft: hop must be" in messages[-1].faults[0]  # type: ignore[union-attr]


def test_the_newest_run_wins(worker: Worker):
    first = worker.run(odd("wait"))
    until(worker, lambda m: isinstance(m, Told) and isinstance(m.event, Started))
    second = worker.run(odd("wait", seconds=0.01))
    messages = until(worker, ended(second))
    report = next(m.report for m in messages if isinstance(m, Ended) and m.ticket == first)
    assert report["state"] == "cancelled"
    assert isinstance(messages[-1], Ended)
    assert messages[-1].report["state"] == "done"


def test_runs_that_were_overtaken_before_they_began_are_dropped(worker: Worker):
    tickets = [worker.run(odd("wait", seconds=0.05 + k / 1000)) for k in range(5)]
    messages = until(worker, ended(tickets[-1]))
    through = [m.ticket for m in messages if isinstance(m, Ended) and m.report["state"] == "done"]
    assert through == [tickets[-1]]


def test_cancel_asks_first(worker: Worker):
    ticket = worker.run(odd("wait"))
    until(worker, lambda m: isinstance(m, Told) and isinstance(m.event, Started))
    child = worker.process_id
    worker.cancel()
    messages = until(worker, ended(ticket), 5)
    assert isinstance(messages[-1], Ended)
    assert messages[-1].report["state"] == "cancelled"
    assert worker.process_id == child


def test_a_cancel_that_comes_before_the_run_began_is_not_lost(worker: Worker):
    for _ in range(10):
        ticket = worker.run(odd("wait"))
        worker.cancel()
        messages = until(worker, ended(ticket), 5)
        assert isinstance(messages[-1], Ended)
        assert messages[-1].report["state"] == "cancelled"


def test_a_node_that_never_answers_is_ended_by_force_and_work_goes_on(worker: Worker):
    ticket = worker.run(odd("wait", asks=False))
    until(worker, lambda m: isinstance(m, Told) and isinstance(m.event, Started))
    child = worker.process_id
    begin = time.monotonic()
    worker.cancel()
    messages = until(worker, lambda m: isinstance(m, Died), 10)
    assert time.monotonic() - begin < 3
    assert messages[-1] == Died(ticket, "it did not stop within 0.5 s and was ended")
    assert worker.process_id != child
    assert until(worker, ended(worker.run(odd("wait", seconds=0.01))))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
@pytest.mark.parametrize("how", ["SIGSEGV", "SIGKILL"])
def test_a_crash_costs_a_recomputation_and_nothing_else(worker: Worker, how: str):
    ticket = worker.run(odd("crash", how=int(getattr(signal, how))))
    messages = until(worker, lambda m: isinstance(m, Died))
    assert isinstance(messages[-1], Died)
    assert messages[-1].ticket == ticket
    assert f"signal {int(getattr(signal, how))}" in messages[-1].reason
    assert until(worker, ended(worker.run(odd("wait", seconds=0.01))))


def test_no_call_waits_for_the_child(worker: Worker):
    worker.run(odd("wait", asks=False))
    begin = time.monotonic()
    for _ in range(20):
        worker.poll()
    worker.run(odd("wait", seconds=0.01))
    assert time.monotonic() - begin < 0.3
    until(worker, lambda m: isinstance(m, (Died, Ended)))


def test_closing_leaves_no_process(tmp_path: Path):
    made = Worker(cache_bytes=0)
    child = made.process_id
    assert child is not None
    made.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def ends_at_once(*_: object) -> None:
    os._exit(3)


def test_a_child_that_cannot_start_is_not_started_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nodegraph.engine.worker.serve", ends_at_once)
    made = Worker()
    try:
        died: list[Message] = []
        end = time.monotonic() + 30
        while len(died) < 3 and time.monotonic() < end:
            died += made.poll(0.1)
        assert len(died) == 3
        assert "the next run tries again" in died[-1].reason
        assert made.poll(1.0) == []
        made.run(document.parse('{"format": 1, "nodes": {}}'))
        while len(died) < 4 and time.monotonic() < end:
            died += made.poll(0.1)
        assert len(died) == 4
    finally:
        made.close()
