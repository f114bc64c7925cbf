"""The doctor answers whatever is wrong, and tries what may crash in a process of its own."""

from __future__ import annotations

import sys

import pytest

from nodegraph import doctor
from tests.commands import call


@pytest.fixture
def _no_screen(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.usefixtures("_no_screen")
def test_the_doctor_has_a_line_for_everything():
    done = call("doctor")
    assert (done.code, done.err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    for name in ("nodegraph", "python", "system", "processor", "memory", "numpy", "scipy",
                 "soundfile", "networkx", "dearpygui", "formats", "display", "sound",
                 "plug-ins"):  # fmt: skip
        assert rows[name], name
    assert "libsndfile" in rows["soundfile"]
    assert rows["formats"].startswith("WAV, FLAC, OGG")
    assert "GB free" in rows["memory"]
    assert not any(words.startswith("cannot tell") for words in rows.values())


@pytest.mark.usefixtures("_no_screen")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a display")
def test_no_display_is_no_fault():
    said = doctor.display()
    assert said.startswith("no display: the command line works")
    assert "Xvfb" in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a display")
def test_a_display_that_is_not_there_takes_down_a_child_only(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":987")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert doctor.display().startswith("no display: the command line works")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('fine')", "fine"),
        ("import os; os.abort()", "ended with code"),
        ("raise ValueError('no card')", "ended with code 1: ValueError: no card"),
        ("import time; time.sleep(60)", "no answer within 0.5 s"),
    ],
)
def test_a_child_that_crashes_or_hangs_is_told(code, said):
    patience = 0.5 if "sleep" in code else doctor.PATIENCE
    assert doctor.ask_child(code, patience).startswith(said)


def test_one_fault_costs_one_line(monkeypatch):
    def broken():
        raise RuntimeError("no\nanswer")

    monkeypatch.setattr(doctor, "_memory", broken)
    monkeypatch.setattr(doctor, "display", lambda: "not asked")
    assert "memory      cannot tell: RuntimeError: no answer\n" in call("doctor").out


def test_asked_in_a_window_the_doctor_opens_no_other_one(monkeypatch):
    """A second window takes the keys from the first: an Escape went astray."""
    asked = []
    monkeypatch.setattr(doctor, "ask_child", lambda code, *_: asked.append(code) or "said")
    assert "display     works\n" in doctor.report(in_window=True)
    assert len(asked) == 1
    assert "dearpygui" not in asked[0]


def test_the_doctor_names_no_user(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("NODEGRAPH_NODES", str(tmp_path / "nodes"))
    monkeypatch.setattr(doctor, "display", lambda: "not asked")
    out = call("doctor").out
    assert "own nodes   ~/nodes: no such folder" in out
    assert str(tmp_path) not in out


def test_the_doctor_says_what_sound_is_played_on_or_what_helps():
    said = doctor.sound()
    if said.startswith("No sound device: pictures and files still work."):
        assert not sys.platform.startswith("linux") or "PipeWire" in said
    else:
        backend, _, devices = said.partition(": ")
        assert backend
        assert devices


def test_a_sound_driver_that_crashes_takes_down_a_child_only(monkeypatch):
    monkeypatch.setattr(doctor, "_SOUND", "import os; os.abort()")
    assert doctor.sound().startswith("ended with code")
