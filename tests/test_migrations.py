"""Every file ever shipped loads for ever, and means what it meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nodegraph.document import data_of, find, fingerprint, read, text
from nodegraph.errors import DocumentError
from nodegraph.migrations import FORMAT, MIGRATIONS, migrate

GOLDEN = Path(__file__).parent / "golden"

MEANING = {"format_1.json": "38da54a94c15c28e34188f27463005a77fcd0acbfb5e28e163f0ae5ff45ab50a"}
"""Fingerprints, frozen when the format was shipped. A change here is a change of every old file."""


@pytest.mark.parametrize("name", MEANING)
def test_a_file_of_every_format_keeps_its_meaning(name: str) -> None:
    assert fingerprint(read(GOLDEN / name)) == MEANING[name]


def test_there_is_a_file_and_a_migration_for_every_format() -> None:
    assert {path.name for path in GOLDEN.glob("format_*.json")} == set(MEANING)
    assert {f"format_{number}.json" for number in range(1, FORMAT + 1)} == set(MEANING)
    assert set(MIGRATIONS) == set(range(1, FORMAT))


def test_a_file_of_the_present_format_is_written_back_byte_for_byte() -> None:
    content = (GOLDEN / f"format_{FORMAT}.json").read_bytes()
    assert text(read(GOLDEN / f"format_{FORMAT}.json")).encode() == content


def test_the_oldest_file_holds_one_of_everything() -> None:
    graph = read(GOLDEN / "format_1.json")
    assert find(graph, "median_h").params == {"percentile": 50.0}
    assert find(graph, "deeper").params["iterations"] == 2
    assert data_of(graph)["nodes"]["magic"]["wires"] == {"nested": [1, 1.0, True, None]}


def test_migrations_run_in_order_each_once() -> None:
    def step(number: int) -> Any:
        return lambda data: {**data, "steps": [*data.get("steps", []), number]}

    chain = {number: step(number) for number in range(1, 5)}
    data = {"format": 2, "nodes": {}}
    assert migrate(data, 5, chain) == {"format": 5, "nodes": {}, "steps": [2, 3, 4]}
    assert data == {"format": 2, "nodes": {}}
    assert migrate({"format": 5}, 5, chain) == {"format": 5}


def test_a_newer_format_is_refused_by_number() -> None:
    with pytest.raises(DocumentError, match=r"format 7 was written .* up to format 1"):
        migrate({"format": 7}, 1)


@pytest.mark.parametrize("found", [0, -1, True, 1.0, "1", None, [], 1e300])
def test_a_format_is_a_whole_number_from_1(found: object) -> None:
    with pytest.raises(DocumentError, match="format must be a whole number from 1"):
        migrate({"format": found, "nodes": {}})


@pytest.mark.parametrize("data", [[], "x", 1, None, {}, {"nodes": {}}])
def test_what_has_no_format_is_no_graph(data: object) -> None:
    with pytest.raises(DocumentError, match="this is no graph"):
        migrate(data)
