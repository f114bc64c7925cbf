"""The window's end of the engine, with a worker that says what the test lets it say."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nodegraph import edits
from nodegraph.document import Graph
from nodegraph.editor.running.board_policy import Policy, RunSettings
from nodegraph.editor.window.engine import Engine
from nodegraph.engine.asking import Answer, Ask, Balance, Listen, Look, Unanswered, Weighed
from nodegraph.engine.events import Finished, Started, Turned
from nodegraph.engine.worker import Died, Ended, Facts, Message, Pictured, Refused, Told
from nodegraph.marks import Selection
from nodegraph.views import Axis, Lens, Table, Wave
from tests.toys import TYPES, graph, n

SETTINGS = RunSettings()
LOOP = graph(
    x=n("one"),
    turn={
        "type": "loop",
        "params": {"iterations": 4},
        "state": {"s": {"first": "x", "next": "grow"}},
        "body": {"grow": n("add", {"a": "turn.s", "b": "x"})},
    },
    after=n("add", {"a": "turn.s"}),
)
NAMES = ["grow", "after", "x"]


class Fake:
    """Notes what it is asked for, and gives what was put into it."""

    process_id = 7

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.graphs: list[Graph] = []
        self.questions: list[tuple[Graph, Ask, Mapping[str, Any]]] = []
        self.box: list[Message] = []
        self.cancels = 0

    def run(self, graph: Graph, **settings: Any) -> int:
        self.asked.append(settings)
        self.graphs.append(graph)
        return len(self.asked)

    def ask(self, graph: Graph, ask: Ask, **settings: Any) -> int:
        self.questions.append((graph, ask, settings))
        return 1000 + len(self.questions)

    def cancel(self) -> None:
        self.cancels += 1

    def poll(self) -> list[Message]:
        box, self.box = self.box, []
        return box

    def close(self) -> None:
        pass


def picture(words: str) -> Table:
    return Table((words,), ())


def tell(engine: Engine, *messages: Message) -> None:
    assert isinstance(engine.worker, Fake)
    engine.worker.box += messages
    engine.poll()


def over(ticket: int, state: str = "done") -> Ended:
    return Ended(ticket, {"state": state, "nodes": {}})


@pytest.fixture
def engine() -> Engine:
    """Give an engine whose graph has run, with four turns of its loop."""
    made = Engine(TYPES)
    made.worker = Fake()  # type: ignore[assignment]
    made.opened(LOOP)
    assert made.run_all(NAMES, SETTINGS)
    done = [Told(1, Finished(name, "ran", 0.01)) for name in ("x", "grow", "turn", "after")]
    seen = [Pictured(1, name, "", picture("now")) for name in NAMES]
    tell(made, *seen, Told(1, Turned("turn", 4, 4)), *done, over(1))
    return made


def asked(engine: Engine) -> list[Mapping[str, Any]]:
    assert isinstance(engine.worker, Fake)
    return engine.worker.asked


def words(engine: Engine, name: str) -> str:
    found = engine.seen[name, ""]
    assert isinstance(found, Table)
    return found.columns[0]


def test_what_a_run_of_another_document_still_says_is_not_heard():
    engine = Engine(TYPES)
    engine.worker = Fake()  # type: ignore[assignment]
    engine.opened(LOOP)
    engine.run_all(NAMES, SETTINGS)
    engine.opened(graph(x=n("one")))
    tell(engine, Pictured(1, "x", "", picture("old")), Told(1, Finished("x", "ran", 9.0)), over(1))
    assert (engine.pictures, engine.board["x"].state, engine.board.measured) == ({}, "idle", {})
    tell(engine, Refused(1, ("x: no",)))
    assert engine.board["x"].state == "idle"


def test_a_look_leaves_the_board_and_the_last_pictures_as_they_are(engine: Engine):
    board = engine.board
    engine.look("turn", 2)
    engine.next_look(NAMES, SETTINGS)
    assert asked(engine)[-1]["at"] == {"turn": 2}
    assert set(asked(engine)[-1]["looks"]) == {"grow", "after"}
    tell(
        engine,
        Told(2, Finished("grow", "ran", 9.0, turn=2)),
        Pictured(2, "grow", "", picture("two"), 2),
    )
    assert engine.board is board
    assert (words(engine, "grow"), words(engine, "after")) == ("two", "now")
    tell(engine, over(2))
    assert not engine.busy
    engine.look("turn", 4)
    assert (words(engine, "grow"), engine.at) == ("now", {})
    engine.look("turn", 2)
    engine.next_look(NAMES, SETTINGS)
    assert (words(engine, "grow"), len(asked(engine))) == ("two", 2)


def test_of_many_turns_in_a_drag_only_the_newest_is_asked_for(engine: Engine):
    for turn in (3, 2, 1):
        engine.look("turn", turn)
        engine.next_look(NAMES, SETTINGS)
    assert [run["at"] for run in asked(engine)[1:]] == [{"turn": 3}]
    tell(engine, Pictured(2, "grow", "", picture("three"), 3), over(2))
    engine.next_look(NAMES, SETTINGS)
    assert [run["at"] for run in asked(engine)[1:]] == [{"turn": 3}, {"turn": 1}]
    assert words(engine, "grow") == "now"
    # An earlier one that was given up leaves nothing that could be taken for whole.
    tell(engine, over(3, "cancelled"))
    engine.next_look(NAMES, SETTINGS)
    assert asked(engine)[-1]["at"] == {"turn": 1}


def test_an_edit_or_another_run_ends_a_look(engine: Engine):
    engine.look("turn", 2)
    engine.next_look(NAMES, SETTINGS)
    engine.edited(edits.set_knob(LOOP, "grow", "k", 2.0))
    assert (engine.at, engine.busy) == ({}, False)
    tell(engine, Pictured(2, "grow", "", picture("old"), 2))
    assert words(engine, "grow") == "now"


def test_running_again_shows_the_last_turn(engine: Engine):
    engine.look("turn", 2)
    engine.run_to(["after"], NAMES, SETTINGS)
    assert engine.at == {"turn": 2}
    engine.run_all(NAMES, SETTINGS)
    assert engine.at == {}


def test_stop_and_an_engine_that_dies_lead_back_to_the_last_turn(engine: Engine):
    engine.look("turn", 2)
    engine.next_look(NAMES, SETTINGS)
    assert engine.stop()
    assert (engine.at, engine.busy) == ({}, False)
    engine.look("turn", 3)
    engine.next_look(NAMES, SETTINGS)
    tell(engine, Died(3, "gone"))
    assert (engine.at, engine.busy) == ({}, False)
    assert engine.board["grow"].state == "done"


def test_a_loop_that_ends_earlier_shows_the_turn_it_came_to(engine: Engine):
    engine.look("turn", 3)
    engine.next_look(NAMES, SETTINGS)
    tell(engine, Told(2, Turned("turn", 2, 3)), over(2))
    assert engine.at == {"turn": 2}
    assert engine.said == ["turn came to its end after turn 2."]


def test_another_stretch_of_time_makes_all_stale_and_holds_nothing(engine: Engine):
    engine.look("turn", 2)
    engine.run_all(NAMES, SETTINGS)
    engine.outdated()
    late = [Told(2, Finished("x", "ran")), Told(2, Finished("grow", "cancelled")), over(2)]
    tell(engine, Pictured(2, "x", "", picture("late")), *late)
    assert {shown.state for shown in engine.board.nodes.values()} == {"stale"}
    assert not any(shown.held for shown in engine.board.nodes.values())
    assert words(engine, "x") == "now"
    engine.next_run(NAMES, SETTINGS)
    assert engine.busy


def test_nothing_is_left_of_a_node_that_is_gone_or_of_another_type(engine: Engine):
    engine.run_all(NAMES, SETTINGS)
    tell(engine, Pictured(2, "after", "", None, 0, Facts("Audio", ("voice",))), over(2))
    assert engine.sources == {("after", ""): ("voice",)}
    engine.edited(edits.remove(LOOP, ["after"]))
    assert ("after", "") not in engine.pictures
    assert (engine.facts, engine.sources) == ({}, {})


# Questions


def questions(engine: Engine) -> list[tuple[Graph, Ask, Mapping[str, Any]]]:
    assert isinstance(engine.worker, Fake)
    return engine.worker.questions


X, AFTER, GROW = ("x", ""), ("after", ""), ("grow", "")


def test_an_answer_reaches_who_asked_and_not_before_the_next_messages(engine: Engine):
    got: list[Answer] = []
    engine.ask("sum", Balance(X, (AFTER,)), got.append)
    assert questions(engine)[0] == (
        LOOP, Balance(X, (AFTER,)), {"topic": "sum", "at": {}, "region": None, "live": False},
    )  # fmt: skip
    assert engine.asking
    tell(engine, Weighed(1001, -60.0))
    assert got == [Weighed(1001, -60.0)]
    assert not engine.asking
    assert engine.board["x"].state == "done"


def test_a_newer_question_waits_for_the_one_before_and_takes_its_place(engine: Engine):
    got: list[tuple[str, Answer]] = []
    for name in ("x", "after", "grow"):
        ask = Listen((name, ""))
        engine.ask("ears", ask, lambda answer, name=name: got.append((name, answer)))
    assert [ask for _, ask, _ in questions(engine)] == [Listen(X)]
    tell(engine, Unanswered(1001, "no"))
    assert got == []  # it was overtaken by a question about something else
    assert [ask for _, ask, _ in questions(engine)] == [Listen(X), Listen(GROW)]
    tell(engine, Unanswered(1002, "no"))
    assert got == [("grow", Unanswered(1002, "no"))]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (Look(X, lens=Lens(0, 1)), Look(X, lens=Lens(0, 2))),
        (Listen(X, Selection(parts=("a",))), Listen(X)),
        (Balance(X, ()), Balance(X, ())),
    ],
)
def test_in_a_drag_each_answer_is_seen(engine: Engine, first: Ask, then: Ask):
    got: list[Answer] = []
    engine.ask("pane", first, got.append)
    engine.ask("pane", then, got.append)
    tell(engine, Unanswered(1001, "one"))
    tell(engine, Unanswered(1002, "two"))
    assert got == [Unanswered(1001, "one"), Unanswered(1002, "two")]


def test_topics_do_not_wait_for_each_other(engine: Engine):
    engine.ask("a", Look(X), lambda answer: None)
    engine.ask("b", Look(X), lambda answer: None)
    assert len(questions(engine)) == 2


def test_what_has_no_value_is_answered_without_the_engine():
    engine = Engine(TYPES)
    got: list[str] = []

    def note(answer: Answer) -> None:
        assert isinstance(answer, Unanswered)
        got.append(answer.reason)

    engine.ask("a", Look(X), note)
    assert got == []
    engine.poll()
    engine.worker = Fake()  # type: ignore[assignment]
    engine.opened(LOOP)
    engine.ask("a", Look(X), note)
    engine.ask("b", Look(("gone", "")), note)
    engine.poll()
    assert got == ["the engine is not running", "x has not run yet", "there is no node 'gone'"]
    assert questions(engine) == []
    assert engine.stamp(X) is None


def test_what_is_stale_is_asked_of_the_graph_that_it_was_made_with(engine: Engine):
    newer = edits.set_knob(LOOP, "after", "k", 5.0)
    engine.edited(newer)
    engine.ask("a", Look(AFTER), lambda answer: None)
    engine.ask("b", Look(X), lambda answer: None)
    assert [graph for graph, _, _ in questions(engine)] == [LOOP, newer]


def test_turns_that_are_looked_at_are_asked_about(engine: Engine):
    stamps = [engine.stamp(slot) for slot in (X, GROW)]
    engine.look("turn", 2)
    engine.ask("a", Look(GROW), lambda answer: None)
    assert questions(engine)[-1][2]["at"] == {"turn": 2}
    assert engine.stamp(X) == stamps[0]
    assert engine.stamp(GROW) not in (None, stamps[1])
    engine.look("turn", 4)
    assert [engine.stamp(slot) for slot in (X, GROW)] == stamps


def test_a_loop_that_was_stopped_is_asked_about_where_it_stands(engine: Engine):
    engine.edited(edits.set_knob(LOOP, "turn", "iterations", 9))
    engine.run_to(["turn"], NAMES, SETTINGS)
    tell(engine, Told(2, Started("turn")), Told(2, Turned("turn", 6, 9)))
    engine.stop()
    over_now = Told(2, Finished("turn", "cancelled"))
    tell(engine, over_now, Ended(2, {"state": "cancelled", "nodes": {}}))
    engine.ask("a", Look(("turn", "s")), lambda answer: None)
    graph, _, settings = questions(engine)[-1]
    assert (graph, settings["at"]) == (engine.graph, {"turn": 6})
    assert engine.stamp(GROW) is not None


def test_a_stamp_is_another_one_whenever_the_result_is(engine: Engine):
    engine.run_all(NAMES, SETTINGS)
    tell(engine, Told(2, Finished("x", "ran", key="one")), over(2))
    first = engine.stamp(X)
    engine.run_all(NAMES, SETTINGS)
    tell(engine, Told(3, Finished("x", "cached", key="one")), over(3))
    assert engine.stamp(X) == first
    engine.run_all(NAMES, SETTINGS)
    tell(engine, Told(4, Finished("x", "ran", key="two")), over(4))
    assert engine.stamp(X) not in (None, first)
    engine.run_all(NAMES, SETTINGS)
    tell(engine, Told(5, Finished("x", "failed")), over(5))
    assert engine.stamp(X) is None


def test_an_engine_that_is_started_again_leaves_no_question_open(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("nodegraph.editor.window.engine.Worker", Fake)
    got: list[Answer] = []
    engine.ask("a", Look(X), got.append)
    engine.ask("a", Look(AFTER), got.append)
    engine.restart()
    engine.poll()
    assert [type(answer) for answer in got] == [Unanswered, Unanswered]
    assert not engine.asking


# While a hand is at a knob

SONG = graph(
    song=n("ramp", seconds=60.0),
    late=n("delay", {"sound": "song"}, samples=1),
    later=n("delay", {"sound": "late"}, samples=2),
    aside=n("delay", {"sound": "song"}, samples=3),
)
SEEN = ["song", "late", "later", "aside"]


def wave(height: float, start: float = 0.0, stop: float = 60.0, columns: int = 60) -> Wave:
    data = np.full(columns, height, np.float32)
    return Wave("", -data, data, Axis("time", "s", start, stop))


@pytest.fixture
def playing() -> Engine:
    """Give an engine with a minute of sound that has run."""
    made = Engine(TYPES)
    made.worker = Fake()  # type: ignore[assignment]
    made.opened(SONG)
    assert made.run_all(SEEN, SETTINGS)
    facts = Facts("Audio", (), (1, 6000), 24000, 100)
    done = [Told(1, Finished(name, "ran", 0.01, key=f"{name} 1")) for name in SEEN]
    seen = [Pictured(1, name, "", wave(0.0), 0, facts) for name in SEEN]
    tell(made, *seen, *done, over(1))
    return made


def turn(engine: Engine, samples: int, **more: Any) -> bool:
    """Turn a knob a little, as a hand does that has not let go."""
    engine.edited(edits.set_knob(engine.graph, "late", "samples", samples))
    return engine.next_live(SEEN, SETTINGS, moving=True, **more)


def test_a_knob_that_moves_runs_what_follows_on_a_stretch(playing: Engine):
    assert turn(playing, 5, playhead=20.0)
    run = asked(playing)[-1]
    assert (run["only"], run["looks"], run["live"]) == (("late", "later"), ["late", "later"], True)
    assert run["region"] == (18.5, 24.5)
    board = playing.board
    assert {name: board[name].state for name in SEEN} == {
        "song": "done", "late": "stale", "later": "stale", "aside": "done",
    }  # fmt: skip
    patch = wave(9.0, 18.5, 24.5, 12)
    tell(playing, Told(2, Started("late")), Pictured(2, "late", "", patch, 0, None, (18.5, 24.5)))
    assert playing.board is board
    found = playing.seen["late", ""]
    assert isinstance(found, Wave)
    assert np.flatnonzero(found.high).tolist() == list(range(18, 24))


def test_live_runs_come_one_at_a_time_and_the_newest_next(playing: Engine):
    for samples in range(5, 12):
        assert turn(playing, samples)
    assert len(asked(playing)) == 2
    tell(playing, over(2))
    assert playing.next_live(SEEN, SETTINGS, moving=True)
    assert playing.next_live(SEEN, SETTINGS, moving=True)
    assert len(asked(playing)) == 3
    assert isinstance(playing.worker, Fake)
    assert playing.worker.graphs[-1] is playing.graph


def test_once_the_hand_rests_the_usual_run_follows_and_replaces_what_was_laid_over(playing: Engine):
    turn(playing, 5)
    tell(playing, Pictured(2, "late", "", wave(9.0, 0, 6, 6)), over(2))
    assert not playing.next_live(SEEN, SETTINGS, moving=False)
    playing.next_run(SEEN, SETTINGS)
    run = asked(playing)[-1]
    assert (run.get("live", False), run["region"]) == (False, None)
    tell(playing, Told(3, Finished("late", "ran")), Pictured(3, "late", "", wave(1.0)), over(3))
    found = playing.seen["late", ""]
    assert isinstance(found, Wave)
    assert (found.high == 1).all()


def test_the_live_run_of_the_last_value_is_let_end(playing: Engine):
    turn(playing, 5)
    assert playing.next_live(SEEN, SETTINGS, moving=False)
    tell(playing, over(2))
    assert not playing.next_live(SEEN, SETTINGS, moving=False)


def test_a_knob_that_is_held_still_gets_its_full_run(
    playing: Engine, monkeypatch: pytest.MonkeyPatch
):
    turn(playing, 5)
    tell(playing, over(2))
    assert playing.next_live(SEEN, SETTINGS, moving=True)
    later = time.monotonic() + 1.0
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert not playing.next_live(SEEN, SETTINGS, moving=True)
    playing.next_run(SEEN, SETTINGS)
    assert playing.board.going
    # Moved on, it gives way, and nothing is held that it was about to do.
    turn(playing, 6)
    assert asked(playing)[-1]["live"]
    assert not playing.board.going
    late = [Told(3, Finished("late", "cancelled")), over(3, "cancelled")]
    tell(playing, *late)
    assert not any(shown.held for shown in playing.board.nodes.values())


def test_the_stretch_stays_while_the_playhead_is_in_it(playing: Engine):
    for playhead, region in ((10.0, (8.5, 14.5)), (12.0, (8.5, 14.5)), (14.0, (12.5, 18.5))):
        turn(playing, round(playhead), playhead=playhead)
        assert asked(playing)[-1]["region"] == region
        tell(playing, over(len(asked(playing))))
    turn(playing, 20, playhead=14.0, region=(30.0, 33.0))
    assert asked(playing)[-1]["region"] == (30.0, 33.0)


def test_live_results_are_asked_about_and_stamped(playing: Engine):
    before = playing.stamp(("later", ""))
    turn(playing, 5, playhead=20.0)
    graph = playing.graph
    tell(playing, Told(2, Finished("later", "ran", 0.01, key="live")), over(2))
    assert playing.stamp(("later", "")) not in (None, before)
    playing.ask("a", Listen(("later", "")), lambda answer: None)
    asked_of, _, settings = questions(playing)[-1]
    assert asked_of is graph
    assert settings == {"topic": "a", "at": {}, "region": (18.5, 24.5), "live": True}


def test_what_is_listened_to_takes_part_out_of_sight(playing: Engine):
    playing.stamp(("later", ""))
    playing.edited(edits.set_knob(SONG, "late", "samples", 9))
    assert playing.next_live(["late"], SETTINGS, moving=True)
    assert asked(playing)[-1]["only"] == ("late", "later")
    assert asked(playing)[-1]["looks"] == ["late"]


@pytest.mark.parametrize("seconds", [3.0, 6.0, 7.0])
def test_a_short_song_is_run_as_a_whole(playing: Engine, seconds: float):
    facts = Facts("Audio", (), (1, round(seconds * 100)), 24000, 100)
    playing.facts = dict.fromkeys(playing.facts, facts)
    assert not turn(playing, 5)
    assert len(asked(playing)) == 1


def test_nothing_is_live_where_nobody_wants_runs_or_nothing_follows(playing: Engine):
    playing.edited(edits.set_knob(SONG, "late", "samples", 9))
    off = RunSettings(as_you_edit=False)
    assert not playing.next_live(SEEN, off, moving=True)
    assert not playing.next_live(["song"], SETTINGS, moving=True)
    assert not playing.next_live(SEEN, SETTINGS, moving=False)
    assert len(asked(playing)) == 1


def test_stop_ends_a_live_run_and_another_document_forgets_its_pictures(playing: Engine):
    turn(playing, 5)
    assert playing.busy
    assert playing.stop()
    assert not playing.busy
    turn(playing, 6)
    tell(playing, Pictured(3, "late", "", wave(9.0, 0, 6, 6)))
    playing.opened(SONG)
    assert playing.seen == {}
    assert playing.stamp(("late", "")) is None


def test_where_nothing_is_to_be_run_the_answer_holds_until_something_is_another(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    policy, times = Policy.next_run, []
    monkeypatch.setattr(Policy, "next_run", lambda *given: times.append(1) or policy(*given))
    before = len(asked(engine))

    def again(visible: Sequence[str] = NAMES, settings: RunSettings = SETTINGS) -> int:
        times.clear()
        engine.next_run(visible, settings)
        return len(times)

    assert [again(), again(list(NAMES)), again(settings=replace(SETTINGS))] == [1, 0, 0]
    assert [again(NAMES[:1]), again(NAMES[:1]), again(settings=replace(SETTINGS, heavy=0.7))] == [
        1, 0, 1,
    ]  # fmt: skip
    assert len(asked(engine)) == before
    engine.edited(edits.set_knob(engine.graph, "after", "k", 3.0))
    assert again() == 1
    assert len(asked(engine)) == before + 1
    assert [again(), again()] == [1, 1]  # a run goes on: its answer may come with time
    tell(engine, over(2))
    assert again() == 1
