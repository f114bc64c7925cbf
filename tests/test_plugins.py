"""Nodes from elsewhere: a package with an entry point, files of the user; a broken one costs a line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.commands import ROOT, n, process, save

NODE = '''
import numpy as np
from nodegraph.declare import node
from nodegraph.values import Audio


@node("{id}")
def make(*, level: float = {level}) -> Audio:
    """Give a constant."""
    return Audio(np.full((1, 8), level, np.float32), 8000)
'''


def package(folder: Path, name: str, code: str, inner: str = "") -> None:
    """Install a plug-in package by hand: a module and what its wheel would say about it."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(code)
    if inner:
        (folder / name / "more.py").write_text(inner)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[nodegraph.nodes]\n{name} = {name}\n")


@pytest.fixture
def installed(tmp_path):
    """Give a graph of nodes from elsewhere, and the surroundings that bring them."""
    site, mine = tmp_path / "site", tmp_path / "mine"
    package(
        site,
        "pluck",
        NODE.format(id="pluck.high", level=0.5),
        NODE.format(id="pluck.low", level=0.25),
    )
    mine.mkdir()
    (mine / "own.py").write_text(NODE.format(id="my.own", level=0.125))
    save(tmp_path / "g.json", {
        "high": n("pluck.high"),
        "low": n("pluck.low"),
        "own": n("my.own", level=0.75),
        "null": n("measure.null", {"estimates": {"a": "high", "b": "low"}, "mixture": "own"}),
    })  # fmt: skip
    env = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(site)]),
        "NODEGRAPH_NODES": str(mine),
    }
    return tmp_path, env


def test_nodes_of_a_package_and_of_the_user_run_in_a_graph(installed):
    folder, env = installed
    done = process("run", "g.json", "--report", "r.json", cwd=folder, env=env)
    assert (done.code, done.err) == (0, "")
    # The package gives 0.5 and 0.25, the user's node is set to their sum: nothing is left over.
    nodes = json.loads((folder / "r.json").read_text())["nodes"]
    assert nodes["null"]["scores"][""]["null"] == -200
    assert "my.own" in process("nodes", cwd=folder, env=env).out
    said = process("doctor", cwd=folder, env=env).out
    assert "plug-ins    pluck\n" in said
    assert "mine: 1 file\n" in said


def test_broken_plug_ins_cost_a_line_each_and_nothing_else(installed):
    folder, env = installed
    package(folder / "site", "shaky", "import this_is_nowhere")
    (folder / "mine" / "a_typo.py").write_text("def (:")
    (folder / "mine" / "b_twice.py").write_text(NODE.format(id="my.own", level=1))
    (folder / "mine" / "c_wrong.py").write_text(NODE.format(id="mine", level=1))
    (folder / "mine" / "d_exits.py").write_text("raise SystemExit(3)")
    done = process("run", "g.json", cwd=folder, env=env)
    assert done.code == 0
    faults = {
        "shaky": "ModuleNotFoundError",
        "a_typo": "SyntaxError",
        "b_twice": "my.own: declared in",
        "c_wrong": "DeclarationError",
        "d_exits": "SystemExit",
    }
    assert len(done.lines) == len(faults), done.err
    for name, words in faults.items():
        line = next(line for line in done.lines if name in line)
        assert line.startswith("not loaded: ")
        assert words in line
    said = process("doctor", cwd=folder, env=env)
    assert said.code == 0
    assert said.out.count("not loaded") == len(faults)


def test_a_graph_with_nodes_that_are_not_installed_says_which(installed):
    folder, _ = installed
    done = process("check", "g.json", cwd=folder)
    assert done.code == 1
    assert "g.json: high: unknown type 'pluck.high'" in done.lines
    described = process("describe", "g.json", cwd=folder)
    assert "own: unknown type 'my.own'\n    set: level 0.75" in described.out
