"""Whether there is a display is told in a moment, without Dear PyGui, and in one line."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

from nodegraph.editor import display
from tests.commands import surroundings

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems have a display"
)


@pytest.fixture
def probed(monkeypatch):
    """Count the child processes asked for; each says that all is well."""
    asked = []
    monkeypatch.setattr(display, "probe", lambda: asked.append(1))
    return asked


@contextlib.contextmanager
def server(answer):
    """Be an X server that gives one answer; yield its display and what it was told."""
    told = []
    number = 40000 + os.getpid() % 10000
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0/tmp/.X11-unix/X{number}")
        listening.listen()

        def serve():
            peer, _ = listening.accept()
            with peer:
                told.append(peer.recv(4096))
                if answer:
                    peer.sendall(answer)
                peer.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f":{number}", told
        finally:
            thread.join(5)


def test_no_display_is_said_at_once(probed):
    assert display.fault({}, "linux") == "DISPLAY is not set"
    assert display.fault({"DISPLAY": ""}, "linux") == "DISPLAY is not set"
    assert not probed


def test_wayland_alone_needs_xwayland(probed):
    said = display.fault({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert said is not None
    assert "Xwayland" in said
    assert not probed


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_have_a_display(platform):
    assert display.fault({}, platform) is None


@pytest.mark.alone
@linux
@pytest.mark.parametrize("name", [":987", ":987.0", "unix:987", ":99999999"])
def test_a_display_where_nothing_answers_is_named(name, probed):
    started = time.perf_counter()
    assert display.fault({"DISPLAY": name}, "linux") == f"nothing answers at DISPLAY={name}"
    assert time.perf_counter() - started < 0.5
    assert not probed


@linux
def test_a_server_that_lets_us_in_is_enough(probed, tmp_path):
    with server(b"\x01") as (name, told):
        assert display.fault({"DISPLAY": name, "HOME": str(tmp_path)}, "linux") is None
    assert not probed
    assert told == [struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0)]


@linux
@pytest.mark.parametrize("answer", [b"\x00", b"\x02", b""])
def test_a_server_that_refuses_or_is_silent_is_left_to_a_child_process(answer, probed, tmp_path):
    with server(answer) as (name, _):
        assert display.fault({"DISPLAY": name, "HOME": str(tmp_path)}, "linux") is None
    assert probed == [1]


@linux
@pytest.mark.parametrize("name", ["elsewhere:0", "10.0.0.1:10.0", "nonsense", "[::1]:2"])
def test_the_display_of_another_computer_is_left_to_a_child_process(name, probed):
    assert display.fault({"DISPLAY": name}, "linux") is None
    assert probed == [1]


@linux
def test_the_password_of_the_display_is_given(probed, tmp_path):
    def entry(family, address, number, data):
        words = [address, number, b"MIT-MAGIC-COOKIE-1", data]
        return struct.pack(">H", family) + b"".join(
            struct.pack(">H", len(word)) + word for word in words
        )

    with server(b"\x01") as (name, told):
        number, host = name[1:].encode(), socket.gethostname().encode()
        content = entry(256, b"another", number, b"wrong") + entry(256, host, b"7", b"wrong")
        (tmp_path / "auth").write_bytes(content + entry(256, host, number, b"sesame"))
        environ = {"DISPLAY": name, "XAUTHORITY": str(tmp_path / "auth")}
        assert display.fault(environ, "linux") is None
    assert told[0][12:] == b"MIT-MAGIC-COOKIE-1\0\0sesame\0\0"
    assert not probed


@linux
def test_a_broken_file_of_passwords_is_no_fault(probed, tmp_path):
    (tmp_path / ".Xauthority").write_bytes(b"\x01\x00\x00")
    with server(b"\x01") as (name, _):
        assert display.fault({"DISPLAY": name, "HOME": str(tmp_path)}, "linux") is None
    assert not probed


def test_the_line_names_the_headless_command():
    said = display.line("DISPLAY is not set", "my graph.json")
    assert said == (
        "no display to open a window on: DISPLAY is not set. "
        "Without a window: nodegraph run 'my graph.json'"
    )
    assert display.line("DISPLAY is not set").endswith("nodegraph run GRAPH")


@linux
def test_the_probe_says_why_a_window_cannot_be_opened(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":987")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    said = display.probe()
    assert said is not None
    assert said.startswith("ended with code")


def test_asking_loads_neither_dear_pygui_nor_the_doctor():
    code = (
        "import sys; from nodegraph.editor import display; display.fault({'DISPLAY': ':987'});"
        "print(sorted({'dearpygui', 'nodegraph.doctor', 'subprocess', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]"
