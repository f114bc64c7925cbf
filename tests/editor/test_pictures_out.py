"""Pictures that leave the window: names, folders, and how each system takes one on its clipboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph.editor.files.pictures import Copying, copying, folder, free, name_for

PNG = Path("/tmp/a 'b' \"c\".png")


def found(*programs):
    return lambda name: f"/usr/bin/{name}" if name in programs else None


@pytest.mark.parametrize(
    ("environ", "programs", "program"),
    [
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, ("wl-copy", "xclip"), "wl-copy"),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, ("xclip",), "xclip"),
        ({"DISPLAY": ":0"}, ("wl-copy", "xclip"), "xclip"),
        ({"DISPLAY": ":0"}, ("wl-copy",), None),
        ({"WAYLAND_DISPLAY": "w"}, ("xclip",), None),
        ({"DISPLAY": ""}, ("xclip",), None),
        ({}, ("wl-copy", "xclip"), None),
    ],
)
def test_on_linux_the_program_of_the_display_takes_it(environ, programs, program):
    how = copying(PNG, "linux", environ, found(*programs))
    if program is None:
        assert how is None
    else:
        assert how is not None
        assert (how.words[0], how.reads) == (f"/usr/bin/{program}", True)
        assert "image/png" in how.words


def test_paths_are_quoted_for_the_scripts_of_mac_and_windows():
    mac = copying(PNG, "darwin", {}, found())
    assert mac is not None
    assert mac.words[:2] == ("osascript", "-e")
    assert '\\"c\\".png' in mac.words[2]
    windows = copying(PNG, "win32", {}, found())
    assert isinstance(windows, Copying)
    assert windows.words[0] == "powershell"
    assert "a ''b''" in windows.words[-1]


@pytest.mark.parametrize(
    ("graph", "node", "name"),
    [
        ("kam", "stft", "kam_stft.png"),
        ("kam", "", "kam.png"),
        ("", "", "picture.png"),
        ("a/b:c", "", "a_b_c.png"),
        ("...", "", "picture.png"),
        ("x" * 300, "", "x" * 60 + ".png"),
    ],
)
def test_names_are_made_of_graph_and_node(graph, node, name):
    assert name_for(graph, node, "png") == name


def test_nothing_is_overwritten_in_the_folder_of_pictures(tmp_path):
    one = tmp_path / "a.png"
    assert free(one) == one
    one.touch()
    assert free(one).name == "a_2.png"
    free(one).touch()
    assert free(one).name == "a_3.png"


def test_the_folder_is_in_that_of_the_users_pictures(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path))
    assert folder().name == "Nodegraph"
