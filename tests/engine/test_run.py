"""What the engine promises of one run: order, cache, errors, cancel, reasons."""

from __future__ import annotations

import threading
import time
import weakref
from dataclasses import replace
from typing import Annotated

import numpy as np
import psutil
import pytest

from nodegraph import edits
from nodegraph.declare import Many, Param, node
from nodegraph.engine import plan
from nodegraph.engine.engine import Engine
from nodegraph.engine.events import Finished, Progressed
from nodegraph.errors import GraphError, NodeFailed
from nodegraph.registry import Registry
from nodegraph.values import Audio, Number
from tests.toys import CALLS, TYPES, engine, graph, n


def diamond(**changed: object):
    nodes = {
        "x": n("one", value=2.0),
        "left": n("add", {"a": "x"}, k=1.0),
        "right": n("add", {"a": "x"}, k=5.0),
        "out": n("mul", {"a": "left", "b": "right"}),
    }
    return graph(**{**nodes, **changed})


def test_a_graph_gives_the_value_of_its_nodes():
    assert engine().run(diamond())["out"].value == 21


def test_the_plan_is_the_same_whatever_the_order_of_the_file():
    forward = diamond()
    backward = replace(forward, nodes=dict(reversed(forward.nodes.items())))
    assert list(plan.make(forward, TYPES).steps) == list(plan.make(backward, TYPES).steps)


def test_only_what_is_wanted_runs():
    result = engine().run(diamond(), only=["left"])
    assert result["left"].value == 3
    assert set(result.records) == {"x", "left"}


def test_a_node_with_several_outputs_gives_them_by_name():
    two = graph(x=n("one"), s=n("split", {"a": "x"}), y=n("add", {"a": "s.left", "b": "s.right"}))
    result = engine().run(two, only=["s", "y"])
    assert result["s"]["right"].value == 2
    assert result["s.left"].value == 0
    assert result["y"].value == 3


def test_a_second_run_of_the_same_graph_runs_nothing():
    e = engine()
    e.run(diamond())
    CALLS.clear()
    result = e.run(diamond())
    assert not CALLS
    assert {r.state for r in result.records.values()} == {"cached"}


def test_a_knob_recomputes_only_what_follows():
    e = engine()
    e.run(diamond())
    CALLS.clear()
    result = e.run(edits.set_knob(diamond(), "left", "k", 2.0))
    assert CALLS == {"add": 1, "mul": 1}
    assert result["out"].value == 28
    assert result.records["right"].state == "cached"


def test_moving_a_node_on_the_canvas_recomputes_nothing():
    e = engine()
    e.run(diamond())
    CALLS.clear()
    e.run(edits.move(diamond(), {"left": (3, 4)}))
    assert not CALLS


def test_a_graph_without_cache_keeps_nothing():
    e = engine(cache_bytes=0)
    e.run(diamond())
    CALLS.clear()
    e.run(diamond())
    assert CALLS == {"one": 1, "add": 2, "mul": 1}


def test_independent_branches_run_side_by_side():
    two = graph(
        x=n("one"),
        a=n("meet", {"a": "x"}),
        b=n("meet", {"a": "x"}),
        c=n("add", {"a": "a", "b": "b"}),
    )
    assert engine(threads=2).run(two)["c"].value == 3


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_changes_no_value(threads: int):
    wide = {f"n{k}": n("add", {"a": "x"}, k=float(k)) for k in range(40)}
    rows = {f"m{k}": n("mul", {"a": f"n{k}", "b": f"n{k + 1}"}) for k in range(39)}
    result = engine(threads).run(graph(x=n("one"), **wide, **rows))
    assert [result[f"m{k}"].value for k in range(39)] == [(1 + k) * (2 + k) for k in range(39)]


def test_arrays_are_read_only_once_they_leave_a_node():
    value = engine().run(graph(r=n("ramp")))["r"]
    with pytest.raises(ValueError, match="read-only"):
        value.data[0, 0] = 1


def test_a_failing_node_blocks_only_what_follows():
    bad = diamond(left=n("fail", {"a": "x"}, above=1.0))
    result = engine().run(bad, only=["out", "right"])
    assert result.state == "partial"
    assert {k: r.state for k, r in result.records.items()} == {
        "x": "ran", "left": "failed", "right": "ran", "out": "blocked",
    }  # fmt: skip
    assert result.faults == ["left: 2 is too large: at most 1"]
    with pytest.raises(NodeFailed, match="out: waits for left"):
        result["out"]


def test_an_unexpected_error_names_what_the_node_got():
    result = engine().run(graph(r=n("ramp", channels=2), o=n("odd", {"sound": "r"})))
    assert result.faults == ["o: IndexError: index 3 is out of bounds; got sound Audio 2 x 100"]
    assert "Traceback" in result.records["o"].detail


def test_a_failed_node_is_tried_again_next_time():
    e = engine()
    bad = diamond(left=n("fail", {"a": "x"}, above=1.0))
    e.run(bad)
    assert e.run(edits.set_knob(bad, "left", "above", 3.0))["out"].value == 14


def test_a_muted_node_blocks_what_follows_and_is_no_fault():
    result = engine().run(diamond(left=n("add", {"a": "x"}, mode="mute")))
    assert result.state == "done"
    assert result.records["left"].state == "muted"
    assert result.records["out"].state == "blocked"


def test_a_bypassed_node_passes_its_first_fitting_input():
    result = engine().run(diamond(left=n("add", {"a": "x"}, mode="bypass")))
    assert result["out"].value == 2 * 7


def test_a_node_of_unknown_type_blocks_only_what_follows():
    result = engine().run(diamond(left={"type": "other.thing", "inputs": {"what": "x"}}))
    assert result.faults == ["left: unknown type 'other.thing' (did you mean 'toy.nothing'?)"]
    assert result.records["right"].state == "ran"
    assert result.records["out"].state == "blocked"


def test_a_number_on_a_wire_drives_a_knob():
    driven = diamond(out=n("mul", {"a": "left", "b": "right", "times": "x", "k": "left"}))
    assert engine().run(driven)["out"].value == 21 * 3**2


def test_a_number_out_of_a_knobs_range_is_refused_in_words():
    driven = diamond(x=n("one", value=9.0), out=n("mul", {"a": "left", "b": "right", "times": "x"}))
    assert engine().run(driven).faults == ["out: times must be 1 to 5, got 9"]


def test_several_wires_are_stacked_by_name_and_one_is_taken_as_it_is():
    named = graph(
        s=n("stems"),
        t=n("sum", {"sounds": "s"}),
        u=n("sum", {"sounds": {"first": "s[b]", "second": "t"}}),
        c=n("names", {"sounds": "t", "others": "s"}),
    )
    result = engine().run(named, only=["t", "u", "c"])
    assert result["t"].data.tolist() == [[2, 4]]
    assert result["u"].data.tolist() == [[4, 7]]
    assert result["c"].value == 1 + 20


def test_a_source_that_open_material_lacks_is_absent_not_a_fault():
    lacking = graph(
        s=n("stems"),
        c=n("names", {"sounds": "s", "others": {"x": "s[x]", "a": "s[a]"}}),
        d=n("sum", {"sounds": "s[x]"}),
    )
    result = engine().run(lacking)
    assert result.state == "done"
    assert result["c"].value == 12
    assert result.records["d"].state == "absent"
    assert result.records["d"].notes == ["s has no source 'x'; it has a, b"]


def test_a_source_that_a_node_does_not_have_is_a_fault():
    result = engine().run(
        graph(s=n("stems"), t=n("sum", {"sounds": "s"}), d=n("sum", {"sounds": "t[x]"}))
    )
    assert result.faults == ["d: t has no source 'x'; it has one unnamed source"]


def test_nothing_on_an_optional_port_is_none_and_elsewhere_skips_the_node():
    result = engine().run(
        graph(
            s=n("stems"),
            e=n("nothing"),
            c=n("names", {"sounds": "s", "others": "e"}),
            t=n("sum", {"sounds": "e"}),
            after=n("names", {"sounds": "t"}),
        )
    )
    assert result.state == "done"
    assert result["c"].value == 2
    assert [result.records[k].state for k in ("t", "after")] == ["absent", "absent"]


def test_joining_wires_that_do_not_fit_names_both():
    result = engine().run(
        graph(a=n("ramp"), b=n("ramp", rate=200), t=n("sum", {"sounds": {"a": "a", "b": "b"}}))
    )
    assert result.faults == ["t: sounds: 'a' is on 100 Hz, 100 samples, 'b' on 200 Hz, 200 samples"]


@pytest.mark.parametrize("threads", [1, 2])
def test_cancel_ends_the_run_within_half_a_second(threads: int):
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    begin = time.monotonic()
    result = engine(threads).run(
        graph(a=n("sleep"), b=n("sleep"), c=n("sleep", {"a": "a"})), cancel=cancel
    )
    assert time.monotonic() - begin < 0.7
    assert result.state == "cancelled"
    assert {r.state for r in result.records.values()} <= {"cancelled", "blocked"}


def test_a_region_cuts_sources_and_is_part_of_the_keys():
    e = engine()
    g = graph(r=n("ramp", seconds=3.0))
    assert e.run(g, region=(1.0, 2.0))["r"].data[0, [0, -1]].tolist() == [100, 199]
    assert e.run(g)["r"].length == 300
    assert e.run(g, region=(1.0, 2.0))["r"].length == 100
    assert "begins at 9 s" in e.run(g, region=(9.0, 10.0)).faults[0]


def test_the_engine_says_why_a_node_ran_again():
    e = engine()
    assert e.run(diamond()).records["left"].why == "first run"
    changed = edits.set_knob(diamond(), "left", "k", 2.0)
    result = e.run(changed)
    assert result.records["left"].why == "k was 1.0, is 2.0"
    assert result.records["out"].why == "changed: a"
    assert result.records["right"].why == ""
    e.memory.cache.clear()
    assert e.run(changed).records["left"].why == "its result was no longer kept"


def test_one_one_point_zero_and_true_have_different_keys():
    e = engine()
    for value in (1, 1.0):
        e.run(diamond(x=n("one", value=value)))
    assert CALLS["one"] == 2


def test_events_tell_every_start_and_end():
    seen: list[object] = []
    engine().run(diamond(), listener=seen.append)
    assert [e.node for e in seen if isinstance(e, Finished)] == ["x", "left", "right", "out"]
    seen.clear()
    engine().run(graph(s=n("sleep", seconds=0.2)), listener=seen.append)
    assert any(isinstance(e, Progressed) for e in seen)


def test_the_report_has_an_entry_for_each_node():
    report = engine().run(diamond(left=n("fail", {"a": "x"}))).report()
    assert report["state"] == "partial"
    assert report["nodes"]["right"]["state"] == "ran"
    assert report["nodes"]["right"]["scores"] == {"": {"value": 7.0}}
    assert report["nodes"]["left"]["error"].startswith("2 is too large")
    assert report["files"] == []


def test_values_are_let_go_as_soon_as_nobody_reads_them():
    chain = {f"r{k}": n("delay", {"sound": f"r{k - 1}" if k else "r"}) for k in range(5)}
    result = engine(cache_bytes=0).run(graph(r=n("ramp"), **chain), discard=True)
    assert not result.slots


FAULTY = {
    "there is no node 'xx' (did you mean 'x'?)": {"a": n("add", {"a": "xx"})},
    "input a takes Number, but r gives Audio": {"r": n("ramp"), "a": n("add", {"a": "r"})},
    "input a (Number) is not wired": {"a": n("add")},
    "no input 'c'; it has a, b": {"a": n("add", {"a": "x", "c": "x"})},
    "no knob 'kk' (did you mean 'k'?); it has k": {"a": n("add", {"a": "x"}, kk=1)},
    "times must be 1 to 5, got 7": {"a": n("mul", {"a": "x", "b": "x"}, times=7)},
    "k must be a number, got 'three'": {"a": n("add", {"a": "x"}, k="three")},
    "has several outputs: write one of s.left, s.right": {
        "s": n("split", {"a": "x"}), "a": n("add", {"a": "s"}),
    },
    "x has one output: write 'x', not 'x.value'": {"a": n("add", {"a": "x.value"})},
    "s has no output 'lefd' (did you mean 'left'?)": {
        "s": n("split", {"a": "x"}), "a": n("add", {"a": "s.lefd"}),
    },
    "input sounds: each of several links needs a name": {
        "r": n("ramp"), "t": n("sum", {"sounds": {"": "r", "b": "r"}}),
    },
    "input a takes one link, not several": {"a": n("add", {"a": {"p": "x", "q": "x"}})},
    "no key 'colour'": {"a": {**n("add", {"a": "x"}), "colour": "red"}},
    "cycle: a -> b -> c -> a; what should repeat belongs in a loop": {
        "a": n("add", {"a": "c"}), "b": n("add", {"a": "a"}), "c": n("add", {"a": "b"}),
    },
    "cycle: a -> a": {"a": n("add", {"a": "a"})},
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_is_found_before_anything_runs_and_said_in_words(fault: str):
    e = engine()
    with pytest.raises(GraphError) as caught:
        e.run(graph(x=n("one"), **FAULTY[fault]))
    assert fault in str(caught.value)
    assert not CALLS
    assert len(caught.value.faults) == 1


def test_all_faults_come_at_once():
    g = graph(x=n("one", value="a"), a=n("add", {"a": "y"}), b=n("add", k=None))
    assert len(plan.check(g, TYPES)) == 4


def test_a_fault_elsewhere_does_not_stop_what_is_wanted():
    g = diamond(broken=n("add", {"a": "nowhere"}))
    assert engine().run(g, only=["out"])["out"].value == 21


def test_a_file_that_changed_runs_its_node_again(tmp_path):
    file = tmp_path / "number.txt"
    calls = []

    @node("toy.read", fingerprint=lambda p: str(file.read_text()))
    def read(*, path: Annotated[str, Param(path="file")] = "") -> Number:
        """Read a number."""
        calls.append(path)
        return Number(float(file.read_text()))

    e = Engine(Registry([read.__node__]))  # type: ignore[attr-defined]
    g = replace(graph(r=n("read", path="number.txt")), base=tmp_path)
    for content, expected in (("1", 1), ("1", 1), ("2", 2)):
        file.write_text(content)
        result = e.run(g)
        assert result["r"].value == expected
    assert calls == [str(file)] * 2
    assert "file" in result.records["r"].why


def test_a_thousand_nodes_in_a_row_need_no_stack():
    chain = {f"c{k}": n("add", {"a": f"c{k - 1}" if k else "x"}, k=0.0) for k in range(3000)}
    assert engine().run(graph(x=n("one"), **chain))["c2999"].value == 1


def test_unequal_branches_do_not_wait_for_each_other():
    """A long node and a row of short ones take the time of the long one."""
    short = {f"s{k}": n("sleep", {"a": f"s{k - 1}" if k else "x"}, seconds=0.1) for k in range(4)}
    begin = time.monotonic()
    engine(threads=2).run(graph(x=n("one"), long=n("sleep", {"a": "x"}, seconds=0.4), **short))
    assert time.monotonic() - begin < 0.75


def test_a_quick_step_does_not_wait_for_a_long_one_elsewhere():
    """A long node beside a row of long and quick ones: the row goes on meanwhile."""
    e = engine(threads=2)
    e.memory.seconds["toy.add"] = 1e-6
    row = {
        "s0": n("sleep", {"a": "x"}, seconds=0.1),
        "q0": n("add", {"a": "s0"}),
        "s1": n("sleep", {"a": "q0"}, seconds=0.1),
        "q1": n("add", {"a": "s1"}),
        "s2": n("sleep", {"a": "q1"}, seconds=0.1),
    }
    ends: list[str] = []
    e.run(
        graph(x=n("one"), long=n("sleep", {"a": "x"}, seconds=1.0), **row),
        listener=lambda event: ends.append(event.node) if isinstance(event, Finished) else None,
    )
    assert ends[-1] == "long"


def test_values_of_every_kind_freeze():
    value = engine().run(graph(s=n("stems")))["s"]
    assert isinstance(value.pick("a").data, np.ndarray)
    assert not value.data.flags.writeable


def test_what_is_stacked_is_not_kept_beside_its_stack():
    alive: list[int] = []
    made: list[weakref.ref[Audio]] = []

    @node("toy.make")
    def make(*, value: float = 0.0) -> Audio:
        """Make a sound."""
        sound = Audio(np.full((1, 10), value, np.float32), 100)
        made.append(weakref.ref(sound))
        return sound

    @node("toy.look")
    def look(sounds: Many[Audio]) -> Number:
        """Count the single sounds that are still there."""
        alive.append(sum(ref() is not None for ref in made))
        return Number(float(sounds.data.sum()))

    types = Registry([make.__node__, look.__node__])  # type: ignore[attr-defined]
    g = graph(
        a=n("make", value=1.0),
        b=n("make", value=2.0),
        t=n("look", {"sounds": {"a": "a", "b": "b"}}),
    )
    assert Engine(types, cache_bytes=0, threads=1).run(g)["t"].value == 30
    assert alive == [0]


def test_a_node_that_takes_more_than_its_share_of_the_free_memory_is_not_begun():
    free = psutil.virtual_memory().available
    begun = []

    @node("toy.large", memory=lambda a: 0.7 * free)
    def large(a: Number) -> Number:
        """Take much."""
        begun.append(a)
        return a

    types = Registry([*TYPES.values(), large.__node__])  # type: ignore[attr-defined]
    wired = graph(a=n("one"), b=n("large", {"a": "a"}))
    result = Engine(types).run(wired, share=0.5)
    assert result.records["b"].state == "failed"
    assert "needs about" in result.records["b"].error
    assert not begun
    assert Engine(types).run(wired).records["b"].state == "ran"
