"""A thousand random actions leave a valid document and a window that answers."""

from __future__ import annotations

import os
import random

import pytest

from nodegraph import document
from nodegraph.edits.scope import dangling
from tests.window.conftest import Start
from tests.window.harness import Program, Spot, State
from tests.window.steps import graph, names, ready, settled, spot

SIZE = (1600, 1000)
ACTIONS = int(os.environ.get("NODEGRAPH_ACTIONS", "1000"))
KEYS = (
    "ctrl+z", "ctrl+z", "ctrl+y", "Delete", "ctrl+d", "ctrl+a", "ctrl+c", "ctrl+v", "ctrl+l",
    "ctrl+shift+l", "ctrl+b", "m", "c", "a", "ctrl+g", "n", "r", "x", "i", "o", "Escape", "Home",
    "period", "bracketleft", "bracketright", "ctrl+Left", "ctrl+shift+Right", "Left", "shift+Down",
    "ctrl+BackSpace", "F6", "F8", "ctrl+1", "ctrl+2", "ctrl+3", "w",
)  # fmt: skip
"""No key that opens a file, leaves the program or begins a run that lasts."""


def act(window: Program, state: State, dice: random.Random) -> None:
    """Do one thing that a restless hand might do."""
    anywhere = spot(state, dice.uniform(0.03, 0.97), dice.uniform(0.05, 0.95))
    x, y, width, height = state.canvas

    def inside(at: Spot) -> bool:
        return x < at[0] < x + width and y < at[1] < y + height

    ports = [place for place in state.ports.values() if inside(place)]
    heads = [(left + wide / 3, top + 12) for left, top, wide, _ in state.nodes.values()]
    heads = [head for head in heads if inside(head)]
    kind = dice.random()
    if kind < 0.35:
        window.key(*dice.choices(KEYS, k=3))
    elif kind < 0.55 and ports:
        goal = dice.choice(ports) if dice.random() < 0.8 else anywhere
        window.drag(dice.choice(ports), goal, steps=4)
    elif kind < 0.75 and heads:
        window.drag(dice.choice(heads), anywhere, steps=4)
    elif kind < 0.82:
        window.wheel(anywhere, dice.choice((-2, -1, 1, 2)))
    elif kind < 0.9:
        window.click(anywhere, held=("shift",) if dice.random() < 0.3 else ())
    else:
        window.drag(anywhere, spot(state, dice.random(), dice.random()), steps=4)


@pytest.mark.timeout(900)
def test_a_thousand_random_actions_leave_a_valid_document(program: Start):
    window = program("kernel_additive")
    ready(window)
    window.wait(names, 20, "the graph")
    window.key("F6")  # not as you edit: the hand is what is tried here
    dice = random.Random(7)
    done = 0
    while done < ACTIONS:
        state = window.state()
        if state.popup:
            window.key("Escape")
            state = window.wait_frames(2)
        if len(names(state)) > 60:
            window.key("ctrl+a", "Delete", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
        act(window, state, dice)
        done += 3
        if done % 30 == 0:
            now = graph(window.state())
            assert document.parse(document.text(now)) == now
            assert not dangling(now)
    window.key("Escape", "Escape")
    settled(window)
    assert "fault in the window" not in window.state().toast
    assert "Traceback" not in window.said()
