"""A node taken out as a file is a node again, does the same, and can be changed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from nodegraph.declare import NodeType, node
from nodegraph.errors import GraphError
from nodegraph.registry import discover
from nodegraph.script import own
from nodegraph.values import Grid, Kernel, Number, Power
from tests.commands import call, process

TYPES = discover()


def loaded(path: Path, name: str) -> NodeType:
    spec = importlib.util.spec_from_file_location(f"own_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: NodeType = getattr(module, name).__node__
    return found


@pytest.mark.parametrize("type_id", list(TYPES))
def test_every_node_can_be_taken_out_and_is_declared_alike(type_id: str, tmp_path: Path) -> None:
    known = TYPES[type_id]
    made = own(known, {}, TYPES)
    path = tmp_path / made.name
    path.write_text(made.text, encoding="utf-8")
    again = loaded(path, known.function.__name__)
    assert again.id == made.id == f"mine.{type_id.rpartition('.')[2]}"
    assert again.label == f"My {known.label}" or again.label[3:].lower() == known.label.lower()
    assert (again.knobs, again.help, again.effect) == (known.knobs, known.help, known.effect)
    assert [(p.name, [t.__name__ for t in p.types], p.many) for p in again.ports] == [
        (p.name, [t.__name__ for t in p.types], p.many) for p in known.ports
    ]
    assert [o.name for o in again.outputs] == [o.name for o in known.outputs]


def test_it_comes_with_the_knobs_as_they_are_set_and_gives_the_same(tmp_path: Path) -> None:
    known = TYPES["kernel.custom"]
    cells = "/".join(["#......#.......", "......#.......#"] * 7 + ["...............", ])  # fmt: skip
    made = own(known, {"cells": cells}, TYPES)
    (tmp_path / made.name).write_text(made.text, encoding="utf-8")
    again = loaded(tmp_path / made.name, "custom")
    assert again.knobs[0].default == cells
    kernel: Kernel = again.function()
    assert np.array_equal(kernel.data, known.function(cells=cells).data)
    assert max(map(len, made.text.splitlines())) <= 100


def test_a_node_that_computes_computes_the_same(tmp_path: Path) -> None:
    made = own(TYPES["kernel.median"], {}, TYPES)
    (tmp_path / made.name).write_text(made.text, encoding="utf-8")
    grid = Grid(8000, 16, 4, "hann", 16, 80)
    power = Power(np.random.default_rng(0).random((1, grid.bins, grid.frames), np.float32), grid)
    kernel = Kernel(np.ones((3, 3), bool), "square")
    given = loaded(tmp_path / made.name, "median").function(power, kernel)
    assert np.array_equal(given.data, TYPES["kernel.median"].function(power, kernel).data)


def test_it_is_short_enough_to_read() -> None:
    assert len(own(TYPES["kernel.median"], {}).text.splitlines()) < 45


def test_an_id_that_is_taken_gets_a_number() -> None:
    made = own(TYPES["kernel.median"], {}, {"mine.median", "mine.median_2"})
    assert (made.id, made.name) == ("mine.median_3", "mine_median_3.py")


def test_what_is_declared_within_a_function_is_refused_in_one_line() -> None:
    @node("toy.inner")
    def inner() -> Number:
        """Give nothing."""
        return Number(0.0)

    with pytest.raises(GraphError, match="Inner cannot be extracted: it is not declared at"):
        own(inner.__node__, {})  # type: ignore[attr-defined]


def test_the_command_line_gives_it_and_the_program_finds_it(tmp_path: Path) -> None:
    given = call("nodes", "kernel.custom", "--python")
    assert given.code == 0
    (tmp_path / "mine_custom.py").write_text(given.out, encoding="utf-8")
    listed = process("nodes", "mine", cwd=tmp_path, env={"NODEGRAPH_NODES": str(tmp_path)})
    assert "mine.custom" in listed.out


def test_a_family_is_refused_by_the_command_line() -> None:
    given = call("nodes", "kernel", "--python")
    assert given.code == 1
    assert "takes one node type" in given.err
