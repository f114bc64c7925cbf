"""Random graphs and random edits, thrown at the engine: it always ends, and never gives stale values."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.document import Graph
from nodegraph.engine.engine import Engine, Result
from nodegraph.errors import DocumentError, GraphError
from nodegraph.registry import Registry
from nodegraph.values import Curve, Number
from tests.strategies import changes, runnable_graphs
from tests.toys import TYPES

QUICK = Registry(TYPES[name] for name in ("toy.one", "toy.add", "toy.mul", "toy.invert", "toy.split", "toy.fail"))  # fmt: skip
STATES = {"ran", "cached", "failed", "blocked", "absent", "muted", "bypassed"}
CALM = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)  # fmt: skip


def numbers(result: Result) -> dict[object, object]:
    """Give all values in a form that compares, with NaN equal to itself."""
    shown: dict[object, object] = {}
    for slot, value in result.slots.items():
        if isinstance(value, Number):
            shown[slot] = repr(value.value)
        elif isinstance(value, Curve):
            shown[slot] = repr(value.data.tolist())
    return shown


def states(result: Result) -> Mapping[str, str]:
    settled = {"ran": "good", "cached": "good"}
    return {name: settled.get(r.state, r.state) for name, r in result.records.items()}


@CALM
@given(runnable_graphs(QUICK, max_nodes=8))
def test_any_graph_runs_to_its_end_with_the_same_values_on_any_number_of_threads(graph: Graph):
    one = Engine(QUICK, cache_bytes=0, threads=1).run(graph)
    two = Engine(QUICK, cache_bytes=2**24, threads=3).run(graph)
    assert {record.state for record in one.records.values()} <= STATES
    assert numbers(one) == numbers(two)
    assert states(one) == states(two)


@CALM
@given(st.data())
def test_after_any_edits_the_cache_gives_what_a_fresh_engine_gives(data: st.DataObject):
    graph = data.draw(runnable_graphs(QUICK, max_nodes=6))
    kept = Engine(QUICK, cache_bytes=2**24, threads=1)
    for _ in range(data.draw(st.integers(1, 5))):
        try:
            found = numbers(kept.run(graph))
        except GraphError:
            found = None
        if found is not None:
            assert found == numbers(Engine(QUICK, cache_bytes=0, threads=1).run(graph))
        try:
            graph = data.draw(changes(graph))(graph)
        except DocumentError:
            continue


@CALM
@given(runnable_graphs(QUICK, max_nodes=6), st.integers(0, 4))
def test_an_earlier_turn_is_the_same_however_it_is_reached(graph: Graph, turns: int):
    loops = [name for name, item in graph.nodes.items() if item.type == "loop"]
    if not loops:
        return
    fresh = Engine(QUICK, cache_bytes=0, threads=1).run(graph, at={loops[0]: turns})
    kept = Engine(QUICK, cache_bytes=2**24, threads=1)
    kept.run(graph)
    assert numbers(kept.run(graph, at={loops[0]: turns})) == numbers(fresh)
