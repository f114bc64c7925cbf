"""Inside the player's process: nothing that fails there ends the sound, and late calls do no harm."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from nodegraph import sharing
from nodegraph.player import clock, serving
from nodegraph.player.levels import Level
from nodegraph.player.mixer import Mixer
from nodegraph.player.output import PERIOD, SLACK
from nodegraph.player.serving import Opened, Order, Service, Trouble
from nodegraph.sharing import Sounding
from tests.player.sounds import RATE, coded, where


class Still:
    """A stream that asks for nothing by itself."""

    name, latency, fault = "still", 0.0, ""

    def __init__(self):
        self.alive = True

    def close(self):
        self.alive = False


class Desk:
    """A service without a process, a stream and a thread."""

    def __init__(self, monkeypatch, tmp_path):
        self.outs = []

        def opened(rate, fill):
            self.outs.append(Still())
            return self.outs[-1]

        monkeypatch.delenv("NODEGRAPH_SOUND_CAPTURE", raising=False)
        monkeypatch.setattr(serving, "open_out", opened)
        self.pipe, theirs = multiprocessing.Pipe()
        self.board = [0.0] * clock.SIZE
        self.service = Service(theirs, self.board, RATE)
        sound = Sounding("", sharing.share(coded(RATE), tmp_path), RATE)
        for k, (name, value) in enumerate(
            [("put", {"a": sound}), ("mix", {"a": Level()}), ("play", None)]
        ):
            self.service.obey(Order(k + 1, name, value))

    def block(self, count=160):
        return self.service._block(count)[:, 0], clock.read(self.board)

    def said(self):
        self.service.watch()
        messages = []
        while self.pipe.poll():
            messages.append(self.pipe.recv())
        return messages


@pytest.fixture
def desk(monkeypatch, tmp_path):
    desk = Desk(monkeypatch, tmp_path)
    yield desk
    desk.service._out.close()


def test_commands_take_effect_with_the_next_block_and_are_told(desk):
    samples, state = desk.block()
    assert where(samples[-1]) == 159
    assert (state.applied, state.playing, state.played, state.block) == (3, 1, 0, 160)
    desk.service.obey(Order(4, "seek", 0.5))
    samples, state = desk.block()
    assert where(samples[-1]) == RATE // 2 + 159
    assert (state.applied, state.origin, state.delivered) == (4, RATE // 2, 320)


def test_a_block_that_fails_is_silent_and_said(desk, monkeypatch):
    def broken(mixer, count):
        raise ZeroDivisionError("no\nreason")

    desk.block()
    with monkeypatch.context() as patch:
        patch.setattr(Mixer, "fill", broken)
        assert not desk.block()[0].any()
    said = [message.line for message in desk.said() if isinstance(message, Trouble)]
    assert said == ["a block could not be played: no reason"]
    assert desk.block()[0].any()


def test_a_command_that_fails_costs_itself_only(desk):
    desk.service.obey(Order(4, "loop", (2, 1)))
    samples, state = desk.block()
    assert samples.any()
    assert state.applied == 4
    assert [type(message) for message in desk.said()] == [Opened, Trouble]


def test_a_device_that_is_gone_is_followed_by_another_one(desk):
    desk.block()
    desk.outs[0].alive = False
    assert [type(message) for message in desk.said()] == [Opened, Opened]
    assert len(desk.outs) == 2
    samples, state = desk.block()
    assert where(samples[-1]) == 319
    assert state.delivered == 160


def test_a_device_that_asks_no_more_is_followed_by_another_one(desk, monkeypatch):
    monkeypatch.setattr(serving, "DEAD", -1.0)
    desk.said()
    assert len(desk.outs) == 2


def test_another_rate_goes_on_at_the_same_time(desk, tmp_path):
    for _ in range(25):
        desk.block()
    other = Sounding("", sharing.share(coded(2 * RATE), tmp_path), 2 * RATE)
    desk.service.obey(Order(4, "put", {"a": other}))
    samples, state = desk.block()
    assert state.rate == 2 * RATE
    assert where(samples[-1]) == 2 * 25 * 160 + 159
    assert not desk.outs[0].alive


def test_the_time_of_a_block_is_without_the_jitter_of_calls(desk):
    rng = np.random.default_rng(0)
    count, told = round(PERIOD * RATE), []
    for k in range(500):
        told.append(desk.service._paced(100 + k * PERIOD + rng.uniform(0, SLACK / 2)))
        desk.service._delivered += count
    steady = np.diff(told[100:])
    np.testing.assert_allclose(steady, PERIOD, atol=1e-3)
    assert desk.service._late == 0


def test_a_call_that_comes_too_late_is_counted_and_time_goes_on_from_there(desk):
    count = round(PERIOD * RATE)
    for now in (100.0, 100.0 + PERIOD):
        desk.service._paced(now)
        desk.service._delivered += count
    late = 100 + 2 * PERIOD + SLACK + 0.01
    assert desk.service._paced(late) == pytest.approx(late)
    desk.service._delivered += count
    assert desk.service._paced(late + PERIOD) == pytest.approx(late + PERIOD)
    assert desk.service._late == 1
