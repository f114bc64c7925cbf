"""The engine is another process: it may be slow, hang or die, and the window goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.window.conftest import Start
from tests.window.steps import add, done, empty, names, spot, wire

SIZE = (1600, 1000)

STUBBORN = '''
import time

from nodegraph.declare import node
from nodegraph.values import Audio, Number


@node("test.stubborn", label="Stubborn")
def stubborn(*, seconds: float = 1.0) -> Number:
    """Take its time and never ask whether to stop."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        time.sleep(0.01)
    return Number(seconds)
'''


def plugged(folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stubborn.py").write_text(STUBBORN, encoding="utf-8")
    return {"NODEGRAPH_NODES": str(folder)}


def test_the_engine_is_killed_in_the_middle_of_a_run_and_the_work_goes_on(program: Start):
    window = program("nmf_drums")
    loaded = window.wait(lambda s: names(s) and s.engine_pid, 20, "the graph")
    window.key("F5")
    window.wait(
        lambda s: any(shown["state"] == "running" for shown in s.board.values()), 20, "a run"
    )
    first = window.state().engine_pid
    os.kill(first, signal.SIGKILL)
    window.wait(lambda s: s.engine_pid not in (0, first), 10, "another engine")
    assert window.state().hash == loaded.hash
    window.key("F5")
    window.wait(lambda s: done(s, *names(loaded)), 90, "everything to be done")


def test_a_node_that_never_answers_is_cancelled(program: Start, tmp_path: Path):
    window = program(env=plugged(tmp_path / "nodes"))
    state = empty(window)
    stubborn = add(window, "Stubborn", 0.3, 0.2)
    window.wait(lambda s: s.board[stubborn]["state"] == "running", 10, "it to run")
    window.move(spot(state, 0.8, 0.8))
    window.key("Escape")
    window.wait(lambda s: s.board[stubborn]["state"] != "running", 6, "it to be ended")
    song = add(window, "Tone", 0.6, 0.2)
    window.wait(lambda s: done(s, song), 20, "the next node to run")
    assert stubborn in names(window.state())


def test_only_what_an_edit_touched_runs_again(program: Start):
    window = program()
    empty(window)
    tone = add(window, "Tone", 0.1, 0.2)
    gain = add(window, "Gain", 0.5, 0.2)
    wire(window, f"{tone}.out.", f"{gain}.in.audio")
    before = window.wait(lambda s: done(s, tone, gain) and s.idle, 20, "both")
    x, y, width, height = before.widgets[f"{gain}.gain"]
    window.drag((x + width / 2, y + height / 2), (x + width * 0.9, y + height / 2))
    window.wait(lambda s: s.hash != before.hash, 5, "the new gain")
    after = window.wait(lambda s: done(s, tone, gain) and s.idle, 20, "both again")
    assert after.board[tone]["state"] == "cached"
    assert after.board[gain]["state"] == "done"
