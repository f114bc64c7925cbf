"""The window's end of the engine, with a worker that says what the test lets it say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from nodegraph import edits
from nodegraph.document import Graph
from nodegraph.editor.running.board_policy import RunSettings
from nodegraph.editor.window.engine import Engine
from nodegraph.engine.events import Finished, Turned
from nodegraph.engine.worker import Died, Ended, Facts, Message, Pictured, Refused, Told
from nodegraph.views import Table
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
        self.box: list[Message] = []
        self.cancels = 0

    def run(self, graph: Graph, **settings: Any) -> int:
        self.asked.append(settings)
        return len(self.asked)

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
