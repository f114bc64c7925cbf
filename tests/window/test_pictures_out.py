"""Pictures leave the window: on the clipboard, into files, the whole graph too."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import nodegraph
from nodegraph import document
from nodegraph.carriers import graph_in
from nodegraph.document import Graph, Link, Node
from tests.window.conftest import Start
from tests.window.harness import Program
from tests.window.steps import names, settled

SIZE = (1280, 800)
GRAPH = Graph(
    nodes={
        "tone": Node("source.tone", {"seconds": 0.5}),
        "stft": Node("transform.stft", inputs={"audio": Link("tone")}),
    },
    title="A tone",
    layout={"nodes": {"tone": [0, 0], "stft": [300, 0]}},
)


def opened(program: Start, tmp_path: Path, **env: str) -> Program:
    path = tmp_path / "toned.json"
    nodegraph.save(GRAPH, path)
    pictures = tmp_path / "Pictures"
    window = program(path, env={"XDG_PICTURES_DIR": str(pictures), "WAYLAND_DISPLAY": "", **env})
    window.wait(lambda s: names(s) == {"tone", "stft"}, 20, "the graph")
    settled(window, 60)
    return window


def choose(window: Program, name: str) -> None:
    x, y, width, _ = window.state().nodes[name]
    window.click((x + width / 2, y + 8))
    window.wait(lambda s: s.selection == (f"node:{name}",), 5, "the node to be chosen")


def test_a_picture_goes_to_the_clipboard_by_what_the_system_has(program: Start, tmp_path: Path):
    tools = tmp_path / "tools"
    tools.mkdir()
    taken = tmp_path / "taken.png"
    fake = tools / "xclip"
    fake.write_text(f'#!/bin/sh\ncat > "{taken}"\necho "$@" > "{taken}.words"\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    window = opened(program, tmp_path, PATH=f"{tools}:{os.environ['PATH']}")
    choose(window, "stft")
    window.key("ctrl+shift+c")
    window.wait(lambda s: "on the clipboard" in s.toast, 40, "the picture to be taken")
    assert int.from_bytes(taken.read_bytes()[16:20], "big") == 1600
    assert graph_in(taken) is not None
    assert "image/png" in Path(f"{taken}.words").read_text()
    assert not (tmp_path / "Pictures").exists()


def test_where_no_program_takes_it_the_picture_is_kept_and_its_path_copied(
    program: Start, tmp_path: Path
):
    window = opened(program, tmp_path, PATH="/nonexistent")
    choose(window, "stft")
    window.key("ctrl+shift+c")
    window.wait(lambda s: "its path is copied" in s.toast, 40, "the picture to be kept")
    kept = tmp_path / "Pictures" / "Nodegraph" / "toned_stft.png"
    assert graph_in(kept) is not None


def test_a_picture_and_the_graph_are_saved_in_a_chosen_look(program: Start, tmp_path: Path):
    window = opened(program, tmp_path)
    choose(window, "stft")
    window.key("ctrl+p")
    window.wait(lambda s: s.popup == "picture", 5, "the choice")
    window.screenshot("picture")
    for button in ("picture.format.svg", "picture.dark.dark"):
        window.click(window.state().buttons[button])
        frame = window.state().frame
        window.wait(lambda s, since=frame: s.frame > since + 3, 5, "the choice to be taken")
    window.key("Return")
    window.wait(lambda s: s.popup == "files", 5, "the place")
    window.key("Return")
    window.wait(lambda s: "Saved toned_stft.svg" in s.toast, 40, "the picture")
    text = (tmp_path / "toned_stft.svg").read_text("utf-8")
    assert "A tone – STFT: level in dB below the largest" in text
    assert "#121418" in text
    window.key("alt+p")
    window.wait(lambda s: s.popup == "picture", 5, "the choice")
    # The choice of last time stands.
    window.key("Return")
    window.wait(lambda s: s.popup == "files", 5, "the place")
    window.key("Return")
    window.wait(lambda s: "Saved toned.svg" in s.toast, 40, "the graph")
    text = (tmp_path / "toned.svg").read_text("utf-8")
    assert ">STFT</text>" in text
    assert "<image" in text
    assert document.read(tmp_path / "toned.json").title == "A tone"
