"""What each node shows: the newest message wins, an edit makes stale what follows, nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, Node, walk
from nodegraph.editor.running.board import Board, Order, begun, died, edited, stopped, told
from nodegraph.editor.running.board_policy import Policy, RunSettings
from nodegraph.editor.running.cards import card
from nodegraph.engine.events import Finished, Noted, Progressed, Started, Turned
from nodegraph.engine.keys import compute
from nodegraph.engine.plan import make
from nodegraph.engine.worker import Died, Ended, Pictured, Refused, Told, Worker
from nodegraph.errors import DocumentError, GraphError
from nodegraph.registry import Registry, discover
from tests.strategies import changes, runnable_graphs
from tests.toys import TYPES, graph, n

CHAIN = graph(a=n("one"), b=n("add", {"a": "a"}), c=n("add", {"a": "b"}), d=n("one"))
LOOP = graph(
    x=n("one"),
    turn={
        "type": "loop",
        "params": {"iterations": 3},
        "state": {"s": {"first": "x", "next": "grow"}},
        "body": {
            "still": n("add", {"a": "x"}),
            "grow": n("add", {"a": "turn.s", "b": "still"}),
        },
    },
    after=n("add", {"a": "turn.s"}),
    aside=n("add", {"a": "x"}),
)
POLICY = Policy(TYPES)


def opened(shown: Graph) -> Board:
    return edited(Board(), Graph(), shown, TYPES)


def order(*names: str, **values: Any) -> Order:
    return Order(None, frozenset(names), **values)


def event(board: Board, *events: Any, now: float = 0.0) -> Board:
    return told(board, *(Told(board.ticket, event) for event in events), now=now)


def through(board: Board, *names: str) -> Board:
    """Run some nodes to their end."""
    board = begun(board, board.ticket + 1, order(*names))
    board = event(board, *(Finished(name, "ran", 0.01, 8) for name in names))
    return told(board, Ended(board.ticket, {"nodes": {}}))


def states(board: Board) -> dict[str, str]:
    return {name: shown.state for name, shown in board.nodes.items()}


def stale(board: Board) -> set[str]:
    return {name for name, state in states(board).items() if state == "stale"}


def test_a_graph_that_is_opened_is_idle():
    assert set(states(opened(CHAIN)).values()) == {"idle"}


def test_a_node_goes_from_queued_to_running_to_done():
    board = begun(opened(CHAIN), 1, order("a", "b"))
    assert states(board) == {"a": "queued", "b": "queued", "c": "idle", "d": "idle"}
    board = event(board, Started("a"), now=1.0)
    board = event(board, Progressed("a", 0.25, "a quarter"), now=2.0)
    assert (board["a"].state, board["a"].fraction, board["a"].left) == ("running", 0.25, 3.0)
    board = event(board, Finished("a", "ran", 0.5, 64, why="first run"))
    assert (board["a"].state, board["a"].seconds, board["a"].bytes) == ("done", 0.5, 64)
    assert (board["a"].why, board["a"].fraction) == ("first run", 0.0)
    assert board["b"].state == "queued"


def test_messages_of_an_older_run_say_nothing():
    board = begun(begun(opened(CHAIN), 1, order("a")), 2, order("a"))
    assert told(board, Told(1, Finished("a", "ran"))) == board
    assert told(board, Ended(1, {"nodes": {}}), Refused(1, ("a: no",))) == board


def test_what_a_run_says_of_a_node_that_was_edited_since_is_old():
    board = begun(opened(CHAIN), 1, order("a", "b", "c"))
    board = edited(board, CHAIN, edits.set_knob(CHAIN, "b", "k", 5.0), TYPES)
    board = event(board, *(Finished(name, "ran") for name in "abc"))
    assert states(board) == {"a": "done", "b": "idle", "c": "idle", "d": "idle"}


def test_a_knob_makes_exactly_the_followers_stale():
    board = through(opened(CHAIN), *"abcd")
    board = edited(board, CHAIN, edits.set_knob(CHAIN, "b", "k", 5.0), TYPES)
    assert stale(board) == {"b", "c"}


def test_a_node_that_moved_or_a_knob_written_out_makes_nothing_stale():
    board = through(opened(CHAIN), *"abcd")
    for new in (
        edits.move(CHAIN, {"b": (5, 5)}),
        edits.set_title(CHAIN, "x"),
        edits.set_knob(CHAIN, "b", "k", 1.0),
    ):
        assert stale(edited(board, CHAIN, new, TYPES)) == set()


def test_a_change_in_a_body_turns_the_loop_anew_but_not_what_no_turn_changes():
    board = through(opened(LOOP), *(name for name, _, _ in walk(LOOP.nodes)))
    new = edits.set_knob(LOOP, "grow", "k", 2.0)
    assert stale(edited(board, LOOP, new, TYPES)) == {"grow", "turn", "after"}
    new = edits.set_knob(LOOP, "turn", "iterations", 9)
    assert stale(edited(board, LOOP, new, TYPES)) == {"grow", "turn", "after"}
    new = edits.set_knob(LOOP, "x", "value", 9.0)
    assert stale(edited(board, LOOP, new, TYPES)) == set(board.nodes)
    new = edits.set_knob(LOOP, "aside", "k", 9.0)
    assert stale(edited(board, LOOP, new, TYPES)) == {"aside"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_no_edit_reached_stays_done_and_every_node_is_on_the_board(data: st.DataObject):
    start = data.draw(runnable_graphs(TYPES))
    names = [name for name, _, _ in walk(start.nodes)]
    board = through(opened(start), *names)
    try:
        new = data.draw(changes(start))(start)
    except DocumentError:
        return
    after = edited(board, start, new, TYPES)
    assert set(after.nodes) == {name for name, _, _ in walk(new.nodes)}
    reached = {name for name in after.nodes if after[name].state != "done"}
    items = {name: item for name, item, _ in walk(new.nodes)}
    assert {name for name in items if name not in names} <= reached
    # Staleness goes on: who reads a stale node is not done.
    for name, item in items.items():
        for wired in item.inputs.values() if isinstance(item, Node) else ():
            for link in [wired] if isinstance(wired, Link) else wired.values():
                if link.node in reached and link.node in after.wires.before(name):
                    assert name in reached, (link, name)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_the_engine_would_make_anew_is_never_shown_as_done(data: st.DataObject):
    start = data.draw(runnable_graphs(TYPES))
    names = [name for name, _, _ in walk(start.nodes)]
    board = through(opened(start), *names)
    try:
        new = data.draw(changes(start))(start)
        old_plan, new_plan = make(start, TYPES), make(new, TYPES)
    except (DocumentError, GraphError):
        return
    before, after = compute(old_plan, {}).results, compute(new_plan, {}).results
    anew = {name for name, key in after.items() if before.get(name) != key}
    shown = edited(board, start, new, TYPES)
    assert {name for name in anew if shown[name].state == "done"} == set()


def test_modes_and_unknown_types_show_at_once():
    new = edits.set_mode(edits.set_mode(CHAIN, ["b"], "mute"), ["c"], "bypass")
    new = edits.add(new, "odd", Node("plugin.gone"))
    assert states(edited(opened(CHAIN), CHAIN, new, TYPES)) == {
        "a": "idle",
        "b": "muted",
        "c": "bypassed",
        "d": "idle",
        "odd": "unknown",
    }


def test_a_wire_that_is_missing_blocks_and_what_follows_waits():
    new = edits.disconnect(CHAIN, "b", "a")
    board = edited(opened(CHAIN), CHAIN, new, TYPES)
    assert states(board) == {"a": "idle", "b": "blocked", "c": "blocked", "d": "idle"}
    assert board["c"].error == "waits for b"
    assert stale(edited(board, new, CHAIN, TYPES)) == set()
    assert edited(board, new, CHAIN, TYPES)["c"].state == "idle"


def test_a_stop_gives_back_what_was_there_and_holds_it():
    board = begun(through(opened(CHAIN), "a"), 2, order("a", "b", "c"))
    board = event(stopped(board), Started("b"), Finished("b", "cancelled"))
    board = told(board, Ended(2, {"nodes": {}}))
    assert states(board) == {"a": "done", "b": "idle", "c": "idle", "d": "idle"}
    assert board["b"].held
    wanted = POLICY.next_run(board, CHAIN)
    assert wanted is not None
    assert wanted.only == ("d",)


def test_an_engine_that_dies_blames_what_ran_and_loses_no_more():
    board = event(begun(opened(CHAIN), 1, order("a", "b")), Finished("a", "ran"), Started("b"))
    board = told(board, Died(1, "the engine's process ended by itself (signal 9)"))
    assert states(board) == {"a": "done", "b": "error", "c": "idle", "d": "idle"}
    assert not board.going
    found = card(board, "b", CHAIN, TYPES)
    assert found is not None
    assert found.fix is not None
    assert found.fix.command == "run.here"
    wanted = POLICY.next_run(board, CHAIN)
    assert wanted is not None
    assert wanted.only == ("d",)
    assert died(Board(), "x") == Board()


def test_loops_show_their_turn_and_bodies_add_up_their_seconds():
    names = [name for name, _, _ in walk(LOOP.nodes)]
    board = begun(opened(LOOP), 1, order(*names))
    board = event(board, Progressed("turn", 0.0, "turn 1 of 3"), now=1.0)
    for k in (1, 2):
        board = event(
            board, Started("grow", k), Finished("grow", "ran", 0.25, 8, k), Turned("turn", k, 3)
        )
    assert (board["turn"].turn, board["turn"].limit) == (2, 3)
    assert (board["grow"].turn, board["grow"].seconds) == (2, 0.5)
    assert board.measured["toy.add"] == 0.25
    board = event(board, Finished("turn", "ran"), now=3.0)
    assert board["turn"].seconds == 2.0


def test_notes_pictures_and_files_are_kept():
    board = begun(opened(CHAIN), 1, order("a", looks=("a",)))
    board = told(board, Pictured(1, "a", "", None), Told(1, Noted("a", "x")), now=0)
    assert (board["a"].picture, board["a"].notes, board["a"].looked) == (1, ("x",), True)


def test_a_refused_run_shows_its_faults_and_is_not_asked_for_again():
    board = begun(opened(CHAIN), 1, order("a", "b"))
    named = told(board, Refused(1, ("b: k must be finite, got inf",)))
    assert (named["b"].state, named["a"].state) == ("error", "idle")
    other = told(board, Refused(1, ("something else",)))
    assert other["a"].held
    assert other["b"].held


# What runs next


def test_what_is_on_screen_comes_first_and_the_rest_after():
    board = opened(CHAIN)
    first = POLICY.next_run(board, CHAIN, ["b"])
    assert first is not None
    assert (first.only, first.looks) == (("b",), ("b",))
    assert first.nodes == {"a", "b"}
    board = through(begun(board, 1, first), "a", "b")
    rest = POLICY.next_run(begun_and_ended(board, first), CHAIN, ["b"])
    assert rest is not None
    assert set(rest.only or ()) == {"c", "d"}


def begun_and_ended(board: Board, asked: Order) -> Board:
    board = begun(board, board.ticket + 1, asked)
    return told(board, Ended(board.ticket, {"nodes": {}}))


def test_nothing_runs_where_nothing_is_stale_or_the_switch_is_off():
    assert POLICY.next_run(through(opened(CHAIN), *"abcd"), CHAIN) is None
    assert POLICY.next_run(opened(CHAIN), CHAIN, (), RunSettings(as_you_edit=False)) is None


def test_what_lasts_waits_for_enter_and_so_does_what_follows():
    board = begun(opened(CHAIN), 1, order("a", "b"))
    board = event(board, Finished("a", "ran", 0.1), Finished("b", "ran", 3.0))
    board = told(board, Ended(1, {"nodes": {}}))
    board = edited(board, CHAIN, edits.set_knob(CHAIN, "a", "value", 2.0), TYPES)
    assert POLICY.waiting(board, CHAIN) == {"b": "b", "c": "c"}
    wanted = POLICY.next_run(board, CHAIN)
    assert wanted is not None
    assert set(wanted.only or ()) == {"a", "d"}
    here = POLICY.run_to(board, ["c"])
    assert here is not None
    assert here.only == ("c",)
    assert here.nodes == {"a", "b", "c"}
    # The run is given up for an edit elsewhere, and what was asked for is still wanted.
    board = begun(board, 2, here)
    board = begun(board, 3, order("d"))
    assert "b" not in POLICY.waiting(board, CHAIN)


def test_output_nodes_never_run_by_themselves():
    out = graph(s=n("ramp"), out=n("tape", {"sound": "s"}))
    board = opened(out)
    wanted = POLICY.next_run(board, out)
    assert wanted is not None
    assert wanted.only == ("s",)
    everything = POLICY.run_all(board, out)
    assert everything is not None
    assert everything.only is None
    assert "out" in everything.asked


def test_run_all_leaves_out_what_cannot_run():
    new = edits.disconnect(CHAIN, "b", "a")
    everything = POLICY.run_all(edited(opened(CHAIN), CHAIN, new, TYPES), new)
    assert everything is not None
    assert everything.only == ("a", "d")


def test_a_drag_shows_the_newest_value_and_makes_no_queue():
    board = begun(opened(CHAIN), 1, order(*"abcd"))
    board = edited(board, CHAIN, edits.set_knob(CHAIN, "b", "k", 2.0), TYPES, now=10.0)
    assert POLICY.next_run(board, CHAIN, now=10.05) is None
    assert POLICY.next_run(board, CHAIN, now=10.5) is not None
    board = event(board, Finished("a", "ran"), Finished("d", "ran"))
    board = told(board, Ended(1, {"nodes": {}}))
    assert POLICY.next_run(board, CHAIN, now=10.05) is not None


def test_a_run_is_not_given_up_for_the_rest_of_the_same_graph():
    first = POLICY.next_run(opened(CHAIN), CHAIN, ["a"])
    assert first is not None
    assert POLICY.next_run(begun(opened(CHAIN), 1, first), CHAIN, ["a"]) is None


def test_a_loop_is_asked_for_as_a_whole():
    wanted = POLICY.next_run(opened(LOOP), LOOP, ["grow"])
    assert wanted is not None
    assert wanted.only == ("turn",)
    assert wanted.nodes == {"x", "still", "grow", "turn"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_asking_again_and_again_comes_to_an_end_with_all_done(data: st.DataObject):
    start = data.draw(runnable_graphs(TYPES))
    visible = data.draw(st.lists(st.sampled_from([name for name, _, _ in walk(start.nodes)])))
    board = opened(start)
    for _ in range(3 * len(board.nodes)):
        wanted = POLICY.next_run(board, start, visible)
        if wanted is None:
            break
        board = begun(board, board.ticket + 1, wanted)
        board = event(board, *(Finished(name, "ran", 0.01) for name in sorted(wanted.nodes)))
        board = told(board, Ended(board.ticket, {"nodes": {}}))
    assert POLICY.next_run(board, start, visible) is None
    waiting = POLICY.waiting(board, start)
    assert all(board[name].state == "done" or name in waiting for name in board.nodes)


# Cards


def failed(shown: Graph, name: str, error: str, types: Any = TYPES) -> Any:
    board = begun(edited(Board(), Graph(), shown, types), 1, order(name))
    board = event(board, Finished(name, "failed", error=error))
    return card(board, name, shown, types, exists=lambda path: path.name != "gone.wav")


@pytest.fixture(scope="module")
def real() -> Registry:
    return discover()


def test_a_file_that_is_missing_can_be_linked_again(real: Registry):
    shown = Graph({"song": Node("source.file", {"path": "gone.wav"})}, base=Path("/music"))
    found = failed(shown, "song", "there is no file /music/gone.wav", real)
    assert found.title == "File not found"
    assert found.sentence == "*Audio file* cannot find *gone.wav* in /music."
    assert (found.fix.command, found.fix.name) == ("file.relink", "path")
    assert 'path = "gone.wav"' in found.details


def test_different_channels_offer_the_node_that_the_message_names(real: Registry):
    shown = Graph(
        {
            "one": Node("source.noise", {"channels": 2}),
            "two": Node("source.noise"),
            "rest": Node("mix.subtract", {}, {"audio": Link("one"), "other": Link("two")}),
        }
    )
    words = "audio has 2 channels, other 1 channel: use mix.to_mono or mix.pan before"
    found = failed(shown, "rest", words, real)
    assert "got 2 channels on *audio* and 1 on *other*. Insert *To mono*?" in found.sentence
    mended = found.fix.edit(shown)
    assert mended.nodes["rest"].inputs["audio"] == Link("to_mono")
    assert mended.nodes["to_mono"].inputs["audio"] == Link("one")


def test_too_little_memory_names_what_would_lower_it(real: Registry):
    shown = Graph(
        {
            "stft": Node("transform.stft", {"hop": 512}, {"audio": Link("song", "mixture")}),
            "song": Node("source.song"),
            "power": Node("transform.power", {}, {"spectrogram": Link("stft")}),
        }
    )
    found = failed(shown, "power", "needs about 3.1 GB; 2.0 GB are free: take a ...", real)
    assert (
        "needs about 3.1 GB; 2.0 GB are free. Use the loop region, a hop of 1024" in found.sentence
    )
    assert found.fix.edit(shown).nodes["stft"].params["hop"] == 1024


def test_a_missing_wire_is_no_alarm_and_offers_a_search():
    new = edits.disconnect(CHAIN, "b", "a")
    found = card(edited(opened(CHAIN), CHAIN, new, TYPES), "b", new, TYPES)
    assert found is not None
    assert (found.title, found.urgent) == ("Not wired", False)
    assert found.fix is not None
    assert (found.fix.command, found.fix.name) == ("search.fits", "a")


def test_a_setting_that_is_not_allowed_can_be_reset():
    new = edits.set_knob(CHAIN, "a", "value", 1e10)
    found = card(edited(opened(CHAIN), CHAIN, new, TYPES), "a", new, TYPES)
    assert found is not None
    assert found.fix is not None
    assert found.fix.edit is not None
    assert "value" not in found.fix.edit(new).nodes["a"].params


def test_a_type_that_is_probably_meant_is_offered():
    new = edits.replace_type(CHAIN, "b", "toy.ad")
    found = failed(new, "b", "unknown type 'toy.ad' (did you mean 'toy.add'?)")
    assert found.title == "Unknown type"


def test_any_other_fault_is_said_as_it_is_and_a_node_that_is_well_has_no_card():
    found = failed(CHAIN, "b", "IndexError: 3")
    assert (found.sentence, found.fix) == ("*Add*: IndexError: 3.", None)
    assert card(opened(CHAIN), "b", CHAIN, TYPES) is None
    assert card(opened(CHAIN), "nobody", CHAIN, TYPES) is None


# With the real engine

PLUGIN = '''
from nodegraph.declare import node
from nodegraph.values import Number

@node("odd.one")
def one(*, value: float = 1.0) -> Number:
    """Give a number."""
    return Number(value)

@node("odd.add")
def add(a: Number, *, k: float = 1.0) -> Number:
    """Add a knob."""
    return Number(a.value + k)
'''


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    (tmp_path / "odd.py").write_text(PLUGIN, encoding="utf-8")
    monkeypatch.setenv("NODEGRAPH_NODES", str(tmp_path))
    made = Worker(cache_bytes=2**26)
    yield made
    made.close()


def carry_on(worker: Worker, board: Board, shown: Graph, wanted: Order) -> tuple[Board, Any]:
    """Run an order to its end; give what each node went through as well."""
    ticket = worker.run(shown, only=wanted.only, looks=wanted.looks)
    board = begun(board, ticket, wanted)
    seen: dict[str, list[str]] = {name: [shown.state] for name, shown in board.nodes.items()}
    end = time.monotonic() + 60
    while board.going and time.monotonic() < end:
        for message in worker.poll(0.05):
            board = told(board, message, now=time.monotonic())
            for name, now in states(board).items():
                if seen[name][-1] != now:
                    seen[name].append(now)
    assert not board.going
    return board, seen


def test_with_the_real_engine_states_go_round_as_promised(worker: Worker):
    types = discover()
    shown = Graph(
        {
            "a": Node("odd.one"),
            "b": Node("odd.add", {}, {"a": Link("a")}),
            "c": Node("odd.add", {}, {"a": Link("b")}),
            "d": Node("odd.add", {"k": 3.0}, {"a": Link("a")}),
        }
    )
    policy = Policy(types)
    board = edited(Board(), Graph(), shown, types)
    assert set(states(board).values()) == {"idle"}
    wanted = policy.next_run(board, shown, list(shown.nodes))
    assert wanted is not None
    board, seen = carry_on(worker, board, shown, wanted)
    assert set(map(tuple, seen.values())) == {("queued", "running", "done")}
    assert policy.next_run(board, shown, list(shown.nodes)) is None
    new = edits.set_knob(shown, "b", "k", 2.0)
    board = edited(board, shown, new, types)
    assert stale(board) == {"b", "c"}
    wanted = policy.next_run(board, new, list(shown.nodes))
    assert wanted is not None
    board, _ = carry_on(worker, board, new, wanted)
    assert board["b"].state == board["c"].state == "done"
    assert board["b"].why == "k was 1.0, is 2.0"
    everything = policy.run_all(board, new)
    assert everything is not None
    board, _ = carry_on(worker, board, new, everything)
    assert set(states(board).values()) == {"cached"}


def test_what_ran_after_an_edit_stays_done_when_a_later_wave_finds_it_cached():
    board = begun(opened(CHAIN), 1, order("a"))
    board = event(board, Started("a"), now=5.0)
    board = event(board, Finished("a", "ran", 0.1), now=5.1)
    board = told(board, Ended(1, {"nodes": {}}))
    wave = begun(board, 2, order("a", "b"))
    assert event(wave, Finished("a", "cached"), now=6.0)["a"].state == "done"
    later = replace(wave, changed=7.0)
    assert event(later, Finished("a", "cached"), now=8.0)["a"].state == "cached"
