"""What the README shows works as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import nodegraph
from nodegraph import document
from nodegraph.editor import commands, display
from nodegraph.editor.look.signs import STATES
from nodegraph.engine import plan
from nodegraph.registry import Registry
from tests import documents
from tests.commands import ROOT, call

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return [content for name, content in found if name == language]


def test_its_graph_has_no_fault():
    graph = document.parse(blocks("json")[0])
    assert plan.check(graph, nodegraph.discover()) == []


def test_its_library_call_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(blocks("python")[0], "README", "exec"), {})
    assert float(capsys.readouterr().out) > 0


def test_its_node_in_ten_lines_is_a_node(tmp_path: Path, monkeypatch):
    from nodegraph.registry import discover

    (tmp_path / "mine.py").write_text(blocks("python")[1], encoding="utf-8")
    monkeypatch.setenv("NODEGRAPH_NODES", str(tmp_path))
    registry = discover()
    assert isinstance(registry, Registry)
    assert registry.faults == []
    assert registry["mine.gate"].knob("below") is not None


def test_it_lists_every_graph_that_ships_and_every_command():
    for path in (ROOT / "graphs").glob("*.json"):
        assert f"`{path.stem}`" in TEXT
        assert json.loads(path.read_text(encoding="utf-8"))["title"]
    commands = re.findall(r"^nodegraph ([a-z]+)", blocks("")[0], re.MULTILINE)
    listed = re.findall(r"^  ([a-z]+)  ", call("--help").out, re.MULTILINE)
    assert sorted(commands) == sorted(listed)


def test_the_tests_are_run_as_ci_runs_them():
    (command,) = re.findall(r"^python3 -m venv .*pytest.*$", TEXT, re.MULTILINE)
    assert command in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chosen = re.findall(r'pytest .*?-m "?([\w ]+)', command)
    assert chosen == ["not alone", "alone"], "every test is in one of both"


@pytest.mark.parametrize("path", documents.FILES, ids=lambda path: path.name)
def test_its_tables_are_those_of_the_program(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text == documents.written(text), "write them anew: python -m tests.documents"


def test_every_state_of_a_node_is_explained():
    assert set(documents.MEANING) == set(STATES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_it_links_to_is_there(path: Path):
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert not missing


def test_its_keys_are_those_of_the_program():
    known = {keys for group, rows in commands.key_sheet(documents.offered) for keys, _ in rows}
    singles = {key for keys in known for key in keys.split(", ")}
    table = TEXT.split("| keys | |\n")[1].split("\n\n")[0]
    assert set(re.findall("`([^`]+)`", table)) <= singles


def test_what_it_says_without_a_display_is_what_is_said():
    assert display.line("DISPLAY is not set") + "\n" in blocks("text")
