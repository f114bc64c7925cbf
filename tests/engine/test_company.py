"""What stands before an output is found by its type, the nearest first, the same way every time."""

from __future__ import annotations

from nodegraph.engine.company import Candidate, nearest, upstream
from nodegraph.values import Audio, Number, Value
from tests.toys import TYPES, graph, n

CHAIN = graph(
    song=n("ramp"),
    late=n("delay", {"sound": "song"}),
    later=n("delay", {"sound": "late"}),
    count=n("names", {"sounds": {"x": "late", "a": "song"}, "others": "stems[b]"}),
    stems=n("stems"),
)
LOOP = graph(
    song=n("ramp"),
    x=n("one"),
    kam={
        "type": "loop",
        "params": {"iterations": 2},
        "state": {"h": {"first": "song", "next": "grow"}},
        "watch": {"w": "size"},
        "body": {
            "grow": n("delay", {"sound": "still"}),
            "still": n("delay", {"sound": "kam.h"}),
            "size": n("names", {"sounds": "grow"}),
        },
    },
    after=n("names", {"sounds": "kam.h"}),
)


def found(shown: object, slot: tuple[str, str], kind: type[Value]) -> list[str]:
    return [
        c.slot[0] + (f".{c.slot[1]}" if c.slot[1] else "")
        for c in nearest(shown, TYPES, slot, kind)
    ]  # type: ignore[arg-type]


def test_the_nearest_comes_first():
    assert found(CHAIN, ("later", ""), Audio) == ["late", "song"]
    assert found(CHAIN, ("song", ""), Audio) == []
    assert found(CHAIN, ("later", ""), Number) == []


def test_ports_come_in_the_order_of_the_node_and_entries_by_name():
    assert list(upstream(CHAIN, TYPES, ("count", ""))) == [
        Candidate(("song", "")), Candidate(("late", "")), Candidate(("stems", ""), "b"),
    ]  # fmt: skip


def test_a_state_leads_to_what_it_begins_with_and_goes_on_with():
    assert found(LOOP, ("kam", "h"), Audio) == ["song", "grow", "still"]
    assert found(LOOP, ("after", ""), Audio) == ["kam.h", "song", "grow", "still"]
    assert found(LOOP, ("still", ""), Audio) == ["kam.h", "song", "grow"]
    assert found(LOOP, ("kam", "w"), Number) == ["size"]


def test_what_is_missing_unknown_or_writes_files_is_no_company():
    odd = graph(
        tape=n("tape", {"sound": "song"}),
        song=n("ramp"),
        new={"type": "no.such", "inputs": {"a": "gone", "b": "song", "c": "tape"}},
        end=n("delay", {"sound": "new"}),
    )
    assert found(odd, ("end", ""), Audio) == ["song"]
    assert found(odd, ("end", ""), Value) == ["song"]
    assert list(upstream(odd, TYPES, ("nobody", ""))) == []
