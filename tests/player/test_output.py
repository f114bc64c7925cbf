"""Streams ask for frames at the pace of a sound card, and one that does not open says so."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from nodegraph.player import output
from nodegraph.player.output import BUFFER, Capture, DeviceOut, NoDevice, NullOut, open_out

RATE = 8000


class Asked:
    """Gives ones, and keeps how many were asked for."""

    def __init__(self, wanted=RATE // 5):
        self.frames = 0
        self.enough = threading.Event()
        self.wanted = wanted

    def __call__(self, count):
        self.frames += count
        if self.frames >= self.wanted:
            self.enough.set()
        return np.ones((count, 2), np.float32)


def miniaudio_null(rate):
    return DeviceOut(rate, "NULL")


@pytest.mark.parametrize("kind", [NullOut, miniaudio_null])
def test_a_stream_asks_until_it_is_closed_and_never_faster_than_time_goes(kind):
    asked = Asked()
    began = time.perf_counter()
    out = kind(RATE)
    out.start(asked)
    assert asked.enough.wait(30)
    assert out.alive
    passed = time.perf_counter() - began
    # What has not been played yet is at most what a stream holds.
    assert asked.frames <= RATE * (passed + 3 * BUFFER)
    out.close()
    assert not out.alive
    frames = asked.frames
    time.sleep(0.1)
    assert asked.frames == frames


def test_a_stream_that_ran_dry_does_not_make_up_for_it():
    asked = Asked(wanted=RATE // 2)

    def slow(count):
        if asked.frames == 0:
            time.sleep(0.5)
        return asked(count)

    began = time.perf_counter()
    out = NullOut(RATE)
    out.start(slow)
    assert asked.enough.wait(30)
    passed = time.perf_counter() - began
    out.close()
    assert passed > 0.5 + 0.5 - 3 * BUFFER


def test_where_no_device_opens_there_is_a_stream_and_a_line(monkeypatch):
    def none(rate):
        raise NoDevice("nothing there")

    monkeypatch.setattr(output, "DeviceOut", none)
    asked = Asked()
    out = open_out(RATE, asked, "device")
    assert asked.enough.wait(30)
    out.close()
    assert out.fault.startswith("No sound device: pictures and files still work.")
    assert out.fault.endswith("(nothing there)")
    assert "\n" not in out.fault


def test_a_sound_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(output, "PATIENCE", 0.05)
    waiting = threading.Event()
    monkeypatch.setattr(output, "DeviceOut", lambda rate: waiting.wait(30))
    out = open_out(RATE, Asked(), "device")
    out.close()
    waiting.set()
    assert out.fault.endswith("(no answer within 0.05 s)")


def test_a_driver_that_fails_in_any_way_is_no_device(monkeypatch):
    monkeypatch.setattr(output, "DeviceOut", lambda rate: 1 / 0)
    out = open_out(RATE, Asked(), "device")
    out.close()
    assert "ZeroDivisionError" in out.fault


def test_no_device_is_wanted_and_nothing_is_wrong(monkeypatch):
    monkeypatch.setenv("NODEGRAPH_SOUND", "null")
    out = open_out(RATE, Asked())
    out.close()
    assert (out.name, out.fault) == ("none", "")


def test_what_is_delivered_is_written_down(tmp_path, monkeypatch):
    path = tmp_path / "sound.f32"
    Capture(Asked())(10)
    assert not path.exists()
    monkeypatch.setenv("NODEGRAPH_SOUND_CAPTURE", str(path))
    capture = Capture(Asked())
    assert capture(10).shape == (10, 2)
    capture(5)
    capture.close()
    np.testing.assert_array_equal(np.fromfile(path, np.float32), np.ones(30))
