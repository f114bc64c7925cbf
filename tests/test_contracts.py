"""The import contracts hold, and each of them bites: it is broken here once on purpose."""

from __future__ import annotations

import pkgutil
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.commands import ROOT

BREAKS = {
    "The workbench imports in one direction": ("nodegraph/values/core.py", "import nodegraph.edits"),
    "Nodes see declarations, values, views and the context": (
        "nodes/mask.py", "import nodegraph.document",
    ),
    "Signal processing knows arrays": ("nodes/dsp/masks.py", "import nodegraph.values"),
    "The workbench knows no node by name": ("nodegraph/engine/run.py", "import nodes.mask"),
    "Nothing headless imports the window": ("nodegraph/engine/engine.py", "import dearpygui"),
    "Sound cards are known in one place": ("nodegraph/player/client.py", "import miniaudio"),
    "What the window shows and does": (
        "nodegraph/editor/canvas/view.py", "import nodegraph.editor.window",
    ),
}  # fmt: skip


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as c; c()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("nodegraph", "nodes"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


def test_every_import_keeps_the_contracts(house: Path):
    found = lint(house)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("contract", BREAKS)
def test_a_contract_that_is_broken_is_reported(contract: str, house: Path):
    name, line = BREAKS[contract]
    path = house / name
    good = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{good}\n\n{line}\n", encoding="utf-8")
        found = lint(house)
    finally:
        path.write_text(good, encoding="utf-8")
    assert found.returncode == 1, found.stdout + found.stderr
    assert any(contract in text and "BROKEN" in text for text in found.stdout.splitlines())


def test_signal_processing_is_kept_from_every_module_of_declarations():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    listed = next(c for c in contracts if c["name"].startswith("Signal processing"))
    modules = {f"nodes.{m.name}" for m in pkgutil.iter_modules([str(ROOT / "nodes")])}
    assert modules - {"nodes.dsp"} == {m for m in listed["forbidden_modules"] if "nodes." in m}
