"""No command imports what it does not use. Asked of the modules that are there, not of the clock."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.commands import n, save, surroundings

HEAVY = (
    "numpy", "scipy", "networkx", "soundfile", "rich", "psutil", "matplotlib", "miniaudio", "dearpygui"
)  # fmt: skip
SLOW = (
    "scipy.fft",
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.signal",
    "scipy.special",
    "scipy.stats",
    "soundfile",
    "matplotlib",
    "miniaudio",
    "rich",
    "dearpygui",
)

ASK = """
import json, sys
from nodegraph.cli import main
code = main({words!r})
print(json.dumps([code, sorted(sys.modules)]))
"""


def loaded(words, folder):
    """Run a command in a fresh process and give the modules that are there at its end."""
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(words=[str(word) for word in words])],
        cwd=folder,
        env=surroundings(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["run", "--help"], ["batch", "--help"], ["figure", "--help"]],
)
def test_help_needs_no_arrays_no_graphs_and_no_window(words, tmp_path):
    modules = loaded(words, tmp_path)
    assert not modules.intersection(HEAVY)
    assert "nodegraph.registry" not in modules


@pytest.mark.parametrize("command", ["check", "describe", "format"])
def test_looking_at_a_graph_loads_no_signal_processing(command, tmp_path):
    path = save(tmp_path / "g.json", {
        "song": n("source.song"),
        "stft": n("transform.stft", {"audio": "song.mixture"}),
    })  # fmt: skip
    assert not loaded([command, path], tmp_path).intersection(SLOW)


def test_listing_nodes_loads_no_signal_processing(tmp_path):
    modules = loaded(["nodes"], tmp_path)
    assert not modules.intersection({*SLOW, "networkx"})


def test_a_run_without_a_terminal_needs_no_progress_display_and_no_window(tmp_path):
    path = save(tmp_path / "g.json", {"tone": n("source.tone")})
    assert not loaded(["run", path], tmp_path).intersection({"rich", "matplotlib", "dearpygui"})


def test_the_library_imports_when_first_used(tmp_path):
    code = f"import sys, nodegraph; print(sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=surroundings(), capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
