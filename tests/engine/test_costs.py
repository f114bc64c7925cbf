"""What each of several methods took: all that is above its wire, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from nodegraph.cli.summary import summary
from nodegraph.declare import Many, node
from nodegraph.document import Link
from nodegraph.engine import costs, plan
from nodegraph.engine.costs import Cost
from nodegraph.engine.engine import Engine
from nodegraph.errors import DeclarationError
from nodegraph.registry import Registry
from nodegraph.values import Number, Scores
from tests.toys import TYPES, graph, n


@node("toy.compare", methods="numbers")
def compare(numbers: Many[Scores | Number]) -> Scores:
    """Compare numbers: each is its own score."""
    assert isinstance(numbers, Scores)
    return Scores(numbers.rows, "dB")


KNOWN = Registry([*TYPES.values(), compare.__node__])  # type: ignore[attr-defined]

SHARED = {
    "x": n("one"),
    "short": n("add", {"a": "x"}),
    "long": n("add", {"a": "short"}),
    "aside": n("one"),
    "how": n("compare", {"numbers": {"first": "x", "second": "short", "third": "long"}}),
}
SPENT = {
    "x": Cost(1.0, 50),
    "short": Cost(2.0, 10),
    "long": Cost(4.0, 70),
    "aside": Cost(8.0, 900),
    "how": Cost(16.0, 5000),
}


def found(nodes: dict[str, Any], spent: dict[str, Cost], name: str = "how") -> dict[str, Cost]:
    content = graph(**nodes)
    made = plan.make(content, KNOWN)
    return costs.of_graph(content, KNOWN, made.edges, spent)[name]


def test_a_method_costs_what_all_nodes_above_its_wire_cost_and_what_is_shared_counts_for_each():
    assert found(SHARED, SPENT) == {
        "first": Cost(1.0, 50),
        "second": Cost(3.0, 50),
        "third": Cost(7.0, 70),
    }


def test_two_wires_from_one_node_cost_the_same_and_its_other_outputs_cost_nothing_more():
    nodes = {
        "x": n("one"),
        "s": n("split", {"a": "x"}),
        "how": n("compare", {"numbers": {"l": "s.left", "r": "s.right", "x": "x"}}),
    }
    spent = {"x": Cost(1.0, 8), "s": Cost(2.0, 8)}
    assert found(nodes, {**spent, "how": Cost()}) == {
        "l": Cost(3.0, 8),
        "r": Cost(3.0, 8),
        "x": Cost(1.0, 8),
    }


LOOP = {
    "x": n("one"),
    "y": n("one", value=3.0),
    "kam": {
        "type": "loop",
        "params": {"iterations": 3},
        "state": {"s": {"first": "x", "next": "more"}},
        "body": {
            "half": n("add", {"a": "kam.s"}),
            "more": n("add", {"a": "half", "b": "y"}),
        },
    },
    "how": n("compare", {"numbers": {"state": "kam.s", "body": "half", "before": "x"}}),
}


def test_a_loop_costs_what_its_body_costs_wherever_it_is_read():
    spent = {
        "x": Cost(1.0, 8),
        "y": Cost(2.0, 8),
        "kam": Cost(99.0, 64),
        "half": Cost(3.0, 16),
        "more": Cost(4.0, 32),
        "how": Cost(),
    }
    got = found(LOOP, spent)
    assert got["state"] == Cost(10.0, 64)
    assert got["body"] == Cost(10.0, 64)
    assert got["before"] == Cost(1.0, 8)


def test_within_a_turn_a_reader_sees_what_came_before_it():
    nodes: dict[str, Any] = {
        "x": n("one"),
        "kam": {
            "type": "loop",
            "params": {"iterations": 2},
            "state": {"s": {"first": "x", "next": "more"}},
            "body": {
                "half": n("add", {"a": "kam.s"}),
                "more": n("add", {"a": "half"}),
                "how": n("compare", {"numbers": {"a": "half", "b": "more"}}),
            },
        },
    }
    spent = {"x": Cost(1.0), "half": Cost(2.0), "more": Cost(4.0), "how": Cost(), "kam": Cost(9.0)}
    assert found(nodes, spent) == {"a": Cost(3.0), "b": Cost(7.0)}


def test_one_wire_of_many_sources_and_nodes_that_compare_nothing_have_no_costs():
    nodes = {**SHARED, "how": n("compare", {"numbers": "x"}), "s": n("scored", {"a": "x"})}
    content = graph(**nodes)
    made = plan.make(content, KNOWN)
    spent = dict.fromkeys(nodes, Cost(1.0))
    assert costs.of_graph(content, KNOWN, made.edges, spent) == {}


def test_a_wire_from_a_node_that_is_not_there_costs_nothing():
    made = plan.make(graph(**SHARED), KNOWN)
    assert costs.of_wires(made.edges, {"a": Link("gone")}, "how", SPENT) == {"a": Cost()}


def test_a_run_tells_what_each_method_took_and_so_does_its_report():
    nodes = {
        "quick": n("sleep", seconds=0.01),
        "slow": n("sleep", {"a": "quick"}, seconds=0.05),
        "how": n("compare", {"numbers": {"quick": "quick", "slow": "slow"}}),
    }
    result = Engine(KNOWN, cache_bytes=0, threads=1).run(graph(**nodes))
    took = result.costs["how"]
    seconds = {name: record.seconds for name, record in result.records.items()}
    assert took["quick"].seconds == seconds["quick"]
    assert took["slow"].seconds == seconds["quick"] + seconds["slow"] >= 0.06
    report = result.report()["nodes"]
    assert report["how"]["costs"] == {
        name: {"seconds": round(cost.seconds, 6), "bytes": cost.bytes}
        for name, cost in took.items()
    }
    assert "costs" not in report["slow"]


def test_what_compares_methods_must_have_a_wire_for_each():
    def one(number: Number) -> Scores:
        """Take one."""
        return Scores()

    for port in ("number", "numbers"):
        with pytest.raises(DeclarationError, match=r"is no port that takes many wires"):
            node("toy.wrong", methods=port)(one)


def test_the_summary_puts_time_and_memory_beside_the_scores():
    nodes = {
        "quick": n("sleep", seconds=0.01),
        "slow": n("sleep", {"a": "quick"}, seconds=0.25),
        "how": n("compare", {"numbers": {"quick": "quick", "slow": "slow"}}),
        "other": n("scored", {"a": "quick"}),
    }
    result = Engine(KNOWN, cache_bytes=0, threads=1).run(graph(**nodes))
    lines = summary(result).splitlines()
    at = lines.index("how (dB)")
    assert lines[at + 1].split("  ")[-2:] == ["time (s)", "memory (MB)"]
    assert lines[at + 3].split()[0] == "slow"
    assert 0.26 <= float(lines[at + 3].split()[-2]) < 5
    heading = lines[lines.index("other (dB)") + 1]
    assert "time" not in heading, "only what compares methods tells what they took"
