"""The player in its process, on a stream that goes nowhere: what it delivers and what it says of it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from nodegraph import sharing
from nodegraph.player import Level, Player, child
from nodegraph.player.output import PERIOD
from nodegraph.sharing import Shared, Sounding
from tests.commands import surroundings
from tests.player.sounds import SCALE, coded

RATE = 16_000
LONG = 30.0
"""Seconds within which everything happens, however busy the machine."""


def until(true, player=None, seconds=LONG):
    """Wait until something is true, and give the lines that the player said meanwhile."""
    lines, end = [], time.monotonic() + seconds
    while True:
        lines += player.poll() if player else ()
        if true():
            return lines
        assert time.monotonic() < end, (lines, player and (player.fault, player.clock))
        time.sleep(0.005)


class Room:
    """A folder for sounds, and the file of what is delivered."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "delivered.f32"

    def sound(self, samples, rate=RATE, start=0.0):
        return Sounding(
            "", sharing.share(np.asarray(samples, np.float32), self.folder), rate, start
        )

    @property
    def delivered(self):
        """Frames (2, count) so far."""
        if not self.file.exists():
            return np.zeros((2, 0), np.float32)
        size = self.file.stat().st_size // 8
        return np.fromfile(self.file, np.float32, 2 * size).reshape(size, 2).T


@pytest.fixture
def room(tmp_path, monkeypatch):
    room = Room(tmp_path)
    monkeypatch.setenv("NODEGRAPH_SOUND", "null")
    monkeypatch.setenv("NODEGRAPH_SOUND_CAPTURE", str(room.file))
    return room


@pytest.fixture
def player(room):
    player = Player(RATE)
    yield player
    player.close()


def heard(room):
    """Give the places that coded sound tells, frame by frame; -1 for silence."""
    return np.round(room.delivered[0] / SCALE).astype(int) - 1


def playing(room, player, seconds=20):
    player.put({"a": room.sound(coded(int(seconds * RATE)))})
    player.mix({"a": Level()})
    player.play()
    until(lambda: player.clock.seconds > 0.1, player)


def test_it_plays_and_every_frame_arrives(room, player):
    playing(room, player)
    until(lambda: player.clock.seconds > 0.5, player)
    places = heard(room)
    first = int(np.argmax(places >= 0))
    steady = places[first + 100 :]
    np.testing.assert_array_equal(np.diff(steady), 1)
    assert (player.fault, player.device) == ("", "none")


def test_the_playhead_agrees_with_what_was_delivered(room, player):
    playing(room, player)
    block = round(PERIOD * RATE)
    for _ in range(40):
        before = heard(room)[-1]
        shown = player.clock.seconds * RATE
        # The clock goes through a block while the stream plays it, and on where the next is late.
        assert shown >= before - block - 1
        until(lambda: heard(room)[-1] >= shown - 1)  # noqa: B023 - used at once
    player.pause()
    until(lambda: player._child.state.applied >= player._wish.number, player)
    shown = player.clock
    assert not shown.playing
    until(lambda: not room.delivered[0, -10:].any())
    places = heard(room)
    last = int(np.flatnonzero(places >= 0)[-1])
    fade = round(0.005 * RATE)
    # Behind the playhead there is only what fades out.
    assert np.isin(round(shown.seconds * RATE) - 1, places[last - fade - 2 : last + 1])
    assert places[last - fade - 5] < round(shown.seconds * RATE)


def test_a_command_shows_at_once(room, player):
    playing(room, player)
    player.seek(5)
    assert player.clock.seconds == 5
    until(lambda: player.clock.seconds > 5.05, player)
    player.pause()
    shown = player.clock
    assert not shown.playing
    assert 5.05 <= shown.seconds < 6
    player.loop((8, 9))
    assert player.clock.seconds == 8
    player.play()
    assert player.clock.playing
    until(lambda: player.clock.seconds > 8.05, player)


def test_the_time_never_goes_back_while_it_plays(room, player):
    playing(room, player)
    times = []
    until(lambda: times.append(player.clock.seconds) or len(times) > 200, player)
    assert all(a <= b for a, b in itertools.pairwise(times))


def test_a_loop_turns_where_the_clock_says(room, player):
    playing(room, player)
    player.loop((1.0, 1.2))
    seen = []
    until(lambda: seen.append(player.clock.seconds) or player._child.state.played > RATE, player)
    assert all(1.0 <= seconds < 1.2 for seconds in seen)
    places = heard(room)
    starts = np.flatnonzero(places == RATE)
    assert len(starts) > 3
    np.testing.assert_array_equal(np.diff(starts[1:]), round(0.2 * RATE))


def test_it_ends_with_the_material_and_begins_anew(room, player):
    playing(room, player, seconds=0.3)
    until(lambda: not player.clock.playing, player)
    assert player.clock.seconds == pytest.approx(0.3)
    player.play()
    assert player.clock.seconds == 0
    until(lambda: 0.05 < player.clock.seconds < 0.3, player)


def test_it_is_started_again_where_it_was_after_it_was_killed(room, player):
    playing(room, player)
    player.loop((4, 12))
    until(lambda: player.clock.seconds > 4.1, player)
    was = player.process_id
    os.kill(was, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    lines = until(lambda: player.process_id != was, player)
    assert len(lines) == 1
    assert lines[0].startswith("The player was started again: its process ended by itself (")
    assert player.fault == lines[0]
    before = room.delivered.shape[1]
    went = player.clock
    assert went.playing
    assert 4.1 <= went.seconds < 12
    until(lambda: player.clock.seconds > went.seconds + 0.2, player)
    places = heard(room)[before:]
    assert places.max() >= went.seconds * RATE
    assert places[places >= 0][100] >= went.seconds * RATE
    assert player.region == (4, 12)
    player.play()
    assert player.fault == ""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="a process cannot be stopped here")
def test_one_that_hangs_is_ended_and_started_again(room, player, monkeypatch):
    monkeypatch.setattr(child, "PATIENCE", 1.0)
    playing(room, player)
    was = player.process_id
    os.kill(was, signal.SIGSTOP)
    player.seek(3)
    lines = until(lambda: player.process_id != was, player)
    assert lines[0].startswith("The player was started again: it did not answer within")
    until(lambda: player.clock.seconds > 3.1, player)


def test_one_that_cannot_start_is_not_started_for_ever(room, player, monkeypatch):
    monkeypatch.setenv("NODEGRAPH_SOUND_CAPTURE", str(room.folder / "no" / "folder"))
    player.play()
    lines = until(lambda: player.process_id is None, player)
    assert len(lines) == 3
    assert lines[-1].startswith("The player does not start: ")
    player.mix({"a": Level()})
    assert player.process_id is None
    monkeypatch.setenv("NODEGRAPH_SOUND_CAPTURE", str(room.file))
    playing(room, player)


def test_after_closing_nothing_sounds_and_nothing_is_left(room, player):
    playing(room, player)
    process = player.process_id
    player.close()
    size = room.file.stat().st_size
    time.sleep(0.2)
    assert room.file.stat().st_size == size
    assert not psutil.pid_exists(process)
    assert not player.clock.playing
    assert player.clock.seconds > 0.1
    player.close()


def test_it_fades_out_when_it_is_closed(room, player):
    level = np.full((1, 10 * RATE), 0.5, np.float32)
    player.put({"a": room.sound(level)})
    player.mix({"a": Level()})
    player.play()
    until(lambda: room.delivered[0].any(), player)
    player.close()
    assert np.abs(np.diff(room.delivered)).max() < 0.5 / 50
    assert not room.delivered[:, -1].any()


def test_it_ends_with_the_window(room):
    code = """
import time, os
from nodegraph.player import Player
if __name__ == "__main__":
    player = Player()
    player.start()
    while not player.device:
        player.poll()
    print(player.process_id, flush=True)
    os._exit(1)
"""
    script = room.folder / "window.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=surroundings(), timeout=60,
        check=False,
    )  # fmt: skip
    process = int(done.stdout)
    until(lambda: not psutil.pid_exists(process))


def test_a_sound_that_is_gone_is_said_and_the_others_play(room, player):
    gone = Sounding("", Shared(str(room.folder / "gone"), (1, 100)), RATE)
    wide = room.sound(np.zeros((8, 100)))
    player.put({"a": room.sound(coded(5 * RATE)), "b": gone, "c": wide})
    player.mix({"a": Level(), "b": Level(), "c": Level()})
    player.play()
    lines = until(lambda: player.clock.seconds > 0.3, player)
    assert [line.split(" cannot be played: ")[0] for line in lines] == ["b", "c"]
    assert not any("\n" in line for line in lines)
    assert heard(room).max() > 0.2 * RATE


def test_files_that_are_removed_while_they_play_go_on(room, player):
    sound = room.sound(coded(5 * RATE))
    player.put({"a": sound})
    player.mix({"a": Level()})
    player.play()
    until(lambda: player.clock.seconds > 0.1, player)
    sound.samples.drop()
    player.put({"a": sound, "b": room.sound(coded(RATE))})
    until(lambda: player.clock.seconds > 0.3, player)
    assert heard(room).max() > 0.2 * RATE
    assert player.fault == ""


def test_tracks_of_another_rate_are_played_at_theirs(room, player):
    playing(room, player)
    player.seek(2)
    player.put({"a": room.sound(coded(5 * 48_000), rate=48_000)})
    lines = until(lambda: player.clock.rate == 48_000 and player.clock.seconds > 2.2, player)
    assert lines == []
    assert player.clock.seconds < 3
    assert heard(room)[-1] > 2.1 * 48_000


def test_bad_input_is_one_line_and_changes_nothing(room, player):
    with pytest.raises(ValueError, match=r"^tracks that play together have one rate, not 8000 and"):
        player.put({"a": room.sound(coded(10)), "b": room.sound(coded(10), rate=8000)})
    with pytest.raises(ValueError, match=r"^the playhead moves to a time in seconds, not to nan$"):
        player.seek(float("nan"))
    with pytest.raises(ValueError, match=r"^a loop takes 0.01 s at least"):
        player.loop((1, 1.001))
    assert player.process_id is None
    player.seek(-5)
    assert player.clock.seconds == 0


def test_importing_the_player_loads_no_sound_library():
    code = "import sys, nodegraph.player; print('miniaudio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=surroundings(), timeout=60,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
