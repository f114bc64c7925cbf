"""No control on a loop's frame is dead: its turns are gone through with keys, buttons and slider."""

from __future__ import annotations

from nodegraph.document import Loop
from tests.window.conftest import Start
from tests.window.harness import Program, State, middle
from tests.window.steps import done, graph, names

SIZE = (1600, 1000)


def shows(program: Program, turn: int) -> State:
    """Wait until the loop shows a turn, and all pictures of it are there."""
    return program.wait(lambda s: s.idle and s.turns == {"kam": turn}, 20, f"turn {turn}")


def test_a_loop_is_gone_through_turn_by_turn(program: Start):
    window = program("kernel_additive")
    loaded = window.wait(lambda s: "kam" in s.nodes, 20, "the graph")
    x, y, width, _ = loaded.nodes["kam"]
    window.wait(lambda s: s.idle and done(s, "kam"), 60, "everything to be done")
    window.wheel((x + width / 2, y + 15), 3)
    before = shows(window, 4)
    window.key("alt+Left", "alt+Left")
    window.wait(lambda s: s.turns == {"kam": 2}, 5, "iteration 2 of 4")
    assert shows(window, 2).board == before.board
    window.key("alt+Right")
    shows(window, 3)
    window.key("alt+Home")
    shows(window, 1)
    window.key("alt+End")
    shows(window, 4)

    window.click(window.state().widgets["kam.back"])
    shows(window, 3)
    window.click(window.state().widgets["kam.start"])
    shows(window, 1)
    window.click(window.state().widgets["kam.step"])
    shows(window, 2)
    x, y, width, height = window.state().widgets["kam.slider"]
    track = middle((x, y, width, height * 0.4))[1]
    window.drag((x + width / 2, track), (x + width * 0.76, track))
    shows(window, 3)
    window.drag((x + width * 0.75, track), (x - 40, track))
    shows(window, 1)
    window.click(window.state().widgets["kam.end"])
    assert shows(window, 4).hash == before.hash

    window.click(window.state().widgets["kam.step"])
    after = window.wait(lambda s: s.idle and s.turns == {"kam": 5}, 30, "one more turn")
    loop = graph(after).nodes["kam"]
    assert isinstance(loop, Loop)
    assert loop.params["iterations"] == 5
    window.key("alt+Left")
    shows(window, 4)
    window.key("ctrl+z")
    window.wait(lambda s: s.hash == before.hash, 5, "undo")
    window.key("Return")  # on a slow computer the loop waits to be asked
    assert names(shows(window, 4)) == names(before)
