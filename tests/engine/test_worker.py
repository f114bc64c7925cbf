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
from nodegraph.engine.asking import Answer, Ask, Balance, Heard, Listen, Look, Looked, Unanswered
from nodegraph.engine.events import Finished, Started
from nodegraph.engine.worker import Died, Ended, Message, Pictured, Refused, Told, Worker
from nodegraph.views import Heatmap
from tests.commands import ROOT

pytestmark = pytest.mark.alone

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
    time.sleep(10.0)  # another thread may get the signal
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


def answered(ticket: int) -> Callable[[Message], bool]:
    return lambda message: isinstance(message, Answer) and message.ticket == ticket


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


SOUND = Look(("song", "mixture"))


def test_questions_are_answered_beside_a_run_that_lasts(worker: Worker):
    until(worker, ended(worker.run(small(), only=["istft"])))
    ticket = worker.run(odd("wait"))
    until(worker, lambda m: isinstance(m, Told) and isinstance(m.event, Started))
    asks: list[Ask] = [
        Look(("stft", "")),
        Listen(("istft", ""), rate=48000),
        Balance(("song", "mixture"), (("istft", ""),)),
    ]
    tickets = [worker.ask(small(), ask, topic=str(k)) for k, ask in enumerate(asks)]
    found: list[Message] = []
    while len(found) < 3:
        found += [m for m in until(worker, lambda m: isinstance(m, Answer)) if m.ticket in tickets]
    assert {type(m).__name__ for m in found} == {"Looked", "Heard", "Weighed"}
    assert worker.busy
    heard = next(m for m in found if isinstance(m, Heard))
    assert [sound.name for sound in heard.sounds] == ["harmonic", "percussive"]
    assert heard.sounds[0].samples.open().any()
    worker.cancel()
    until(worker, ended(ticket))


def test_of_questions_on_one_topic_the_newest_counts(worker: Worker):
    until(worker, ended(worker.run(small(), only=["song"])))
    # The first one keeps the attendant at work, so that the others wait.
    slow = edits.set_knob(small(), "song", "seed", 5)
    first = worker.ask(slow, SOUND, topic="b")
    tickets = [worker.ask(slow, SOUND, topic="a") for _ in range(20)]
    messages = until(worker, answered(tickets[-1]))
    got = [m.ticket for m in messages if isinstance(m, Looked)]
    assert got[-1] == tickets[-1]
    assert first in got
    assert len(got) < 10


def test_a_stretch_is_shown_where_it_lies(worker: Worker):
    run = worker.run(small(), only=["stft"], looks=["stft"], region=(1.0, 1.5))
    picture = next(m for m in until(worker, ended(run)) if isinstance(m, Pictured))
    assert picture.region == (1.0, 1.5)
    assert picture.picture.x.start == pytest.approx(1.0, abs=0.1)
    ticket = worker.ask(small(), Look(("stft", "")), topic="a", region=(1.0, 1.5))
    answer = until(worker, answered(ticket))[-1]
    assert isinstance(answer, Looked)
    assert isinstance(answer.picture, Heatmap)
    assert answer.picture.x == picture.picture.x


def test_a_graph_is_sent_once_however_often_it_is_asked_about(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
):
    written: list[document.Graph] = []
    text = document.text

    def writing(graph: document.Graph) -> str:
        written.append(graph)
        return text(graph)

    monkeypatch.setattr("nodegraph.document.text", writing)
    graphs = [odd("wait", seconds=0.001 * k) for k in range(10)]
    for graph in [graphs[0], graphs[0], graphs[1], graphs[0], *graphs, graphs[9]]:
        until(worker, answered(worker.ask(graph, Look(("x", "")), topic="a")))
    assert len(written) == 10


def test_a_graph_that_cannot_be_read_or_run_is_an_answer(worker: Worker):
    bad = edits.set_knob(small(), "stft", "hop", -1)
    answer = until(worker, answered(worker.ask(bad, Look(("stft", "")), topic="a")))[-1]
    assert isinstance(answer, Unanswered)
    assert "hop must be" in answer.reason


def test_questions_to_a_child_that_dies_are_answered_with_what_happened(worker: Worker):
    until(worker, ended(worker.run(odd("wait", seconds=0.01))))
    ticket = worker.ask(odd("crash"), Look(("x", "")), topic="a")
    other = worker.ask(odd("wait"), Listen(("x", "")), topic="b")
    messages = until(worker, answered(other))
    lost = {m.ticket: m.reason for m in messages if isinstance(m, Unanswered)}
    assert lost.keys() == {ticket, other}
    assert "signal 11" in lost[ticket]
    assert any(isinstance(m, Died) for m in messages)
    again = worker.ask(small(), SOUND, topic="a")
    assert isinstance(until(worker, answered(again))[-1], Looked)


def test_a_live_run_does_only_what_is_missing(worker: Worker):
    until(worker, ended(worker.run(small(), only=["istft"])))
    turned = edits.set_knob(small(), "kernel_h", "length", 0.3)
    run = worker.run(turned, only=["median_h"], looks=["median_h"], region=(0.5, 1.5), live=True)
    messages = until(worker, ended(run))
    states = {
        m.event.node: m.event.state
        for m in messages
        if isinstance(m, Told) and isinstance(m.event, Finished)
    }
    assert states["song"] == "cached"
    assert states["median_h"] == "ran"
    assert [m.node for m in messages if isinstance(m, Pictured)] == ["median_h"]
    again = until(
        worker, ended(worker.run(turned, only=["median_h"], region=(0.5, 1.5), live=True))
    )
    states = {
        m.event.node: m.event.state
        for m in again
        if isinstance(m, Told) and isinstance(m.event, Finished)
    }
    assert states["song"] == "spared"


def test_closing_removes_the_sounds():
    made = Worker(cache_bytes=2**26)
    ticket = made.ask(small(), Listen(("song", "mixture")), topic="a")
    heard = until(made, answered(ticket))[-1]
    assert isinstance(heard, Heard)
    path = Path(heard.sounds[0].samples.path)
    assert path.exists()
    made.close()
    assert not path.parent.exists()


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
        ticket = made.ask(small(), SOUND, topic="a")
        assert made.poll() == [Unanswered(ticket, "the engine's process does not start")]
        made.run(document.parse('{"format": 1, "nodes": {}}'))
        while len(died) < 4 and time.monotonic() < end:
            died += made.poll(0.1)
        assert len(died) == 4
    finally:
        made.close()


def test_quick_turns_do_not_wait_for_their_pictures_and_the_last_one_has_its_own(worker: Worker):
    graph = edits.set_knob(nodegraph.load(ROOT / "graphs" / "nmf_by_hand.json"), "song", "bars", 1)
    graph = edits.set_knob(graph, "nmf", "iterations", 200)
    body = ["activations", "templates", "normalised", "divergence"]
    ticket = worker.run(graph, only=["nmf"], looks=body)
    turns: dict[str, list[int]] = {name: [] for name in body}
    for message in until(worker, ended(ticket)):
        if isinstance(message, Pictured) and message.node in turns:
            turns[message.node].append(message.turn)
    for seen in turns.values():
        assert seen == sorted(seen)
        assert seen[-1] == 200
    assert sum(map(len, turns.values())) < 700
