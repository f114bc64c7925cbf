"""No control on a loop's frame is dead: its turns are gone through with keys, buttons and slider."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nodegraph.document import Loop
from tests.window.conftest import Start
from tests.window.harness import Program, State, middle
from tests.window.steps import done, graph, names, settled

SIZE = (1600, 1000)
GRAPHS = Path(__file__).parents[2] / "graphs"


def shows(program: Program, turn: int) -> State:
    """Wait until the loop shows a turn, and all pictures of it are there."""
    return program.wait(lambda s: s.idle and s.turns == {"kam": turn}, 20, f"turn {turn}")


def short(folder: Path) -> Path:
    """Write the shipped graph of a kernel model, of a shorter song and with nothing beside it."""
    shown = json.loads((GRAPHS / "kernel_additive.json").read_text("utf-8"))
    shown["nodes"]["song"]["params"]["bars"] = 2
    shown["layout"] = {"nodes": shown["layout"]["nodes"]}
    path = folder / "short.json"
    path.write_text(json.dumps(shown), "utf-8")
    return path


def test_a_loop_is_gone_through_turn_by_turn(program: Start, tmp_path: Path):
    window = program(str(short(tmp_path)))
    window.wait(lambda s: "kam" in s.nodes, 20, "the graph")
    loaded = window.wait(lambda s: s.idle and done(s, "kam"), 60, "everything to be done")
    x, y, width, _ = loaded.nodes["kam"]
    window.click((x + width / 2, y + 12))
    window.key("period")  # the loop fills the canvas
    before = shows(window, 4)
    window.key("alt+Left", "alt+Left")
    window.wait(lambda s: s.turns == {"kam": 2}, 5, "iteration 2 of 4")
    assert shows(window, 2).board == before.board
    window.key("alt+Right")
    shows(window, 3)
    window.key("alt+Home")
    shows(window, 0)
    window.key("alt+End")
    shows(window, 4)

    window.click(window.state().widgets["kam.back"])
    shows(window, 3)
    window.click(window.state().widgets["kam.start"])
    shows(window, 0)
    window.click(window.state().widgets["kam.step"])
    shows(window, 1)
    x, y, width, height = window.state().widgets["kam.slider"]
    track = middle((x, y, width, height * 0.4))[1]
    window.drag((x + width / 2, track), (x + width * 0.76, track))
    shows(window, 3)
    window.drag((x + width * 0.75, track), (x - 40, track))
    shows(window, 0)
    x, y, width, height = window.state().widgets["kam.curve"]
    window.click((x + width * 0.5, y + height * 0.7))
    shows(window, 2)
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


def wave(hertz: float) -> dict[str, object]:
    return {"type": "source.tone", "params": {"seconds": 1.0, "frequency": hertz}}


IN_TURNS = {
    "format": 1,
    "layout": {
        "nodes": {
            "slow": [0, 40],
            "quick": [0, 440],
            "outer": [240, 0],
            "inner": [380, 140],
            "both": [560, 290],
            "after": [1240, 100],
        }
    },
    "nodes": {
        "slow": wave(1.0),
        "quick": wave(4.0),
        "outer": {
            "type": "loop",
            "params": {"iterations": 3},
            "state": {"s": {"first": "slow", "next": "inner.r"}},
            "body": {
                "inner": {
                    "type": "loop",
                    "params": {"iterations": 2},
                    "state": {"r": {"first": "outer.s", "next": "both"}},
                    "body": {
                        "both": {
                            "type": "mix.sum",
                            "inputs": {"audio": {"so_far": "inner.r", "more": "quick"}},
                        }
                    },
                }
            },
        },
        "after": {"type": "mix.gain", "inputs": {"audio": "outer.s"}},
    },
}
"""A loop in a loop; each turn of the inner one adds a quick wave to a slow one."""


def looks(window: Program, node: str) -> bytes:
    """Give what is seen of the middle of a node, where its picture is."""
    x, y, wide, high = window.state().nodes[node]
    left, top = round(x + 0.15 * wide), round(y + 0.5 * high)
    picture: NDArray[np.uint8] = window.display.pixels()[
        top : top + round(0.2 * high), left : left + round(0.7 * wide), :3
    ]
    return picture.tobytes()


def stands(window: Program, outer: int, inner: int) -> tuple[bytes, bytes]:
    """Wait until both loops show these turns; give what is seen in the body and behind it."""
    turns = {"outer": outer, "inner": inner}
    window.wait(lambda s: s.idle and s.turns == turns, 20, f"turns {turns}")
    settled(window)
    return looks(window, "both"), looks(window, "after")


def test_a_loop_in_a_loop_has_a_slider_of_its_own_and_pictures_follow_both(
    program: Start, tmp_path: Path
):
    path = tmp_path / "turns.json"
    path.write_text(json.dumps(IN_TURNS), "utf-8")
    window = program(str(path))
    window.wait(lambda s: "outer" in s.nodes, 20, "the graph")
    window.wait(lambda s: s.idle and done(s, "outer", "after"), 60, "everything to be done")
    seen = {(3, 2): stands(window, 3, 2)}
    for control, turns in {
        "outer.back": (2, 2),
        "inner.back": (2, 1),
        "outer.start": (0, 0),
        "outer.step": (1, 1),
        "inner.step": (1, 2),
    }.items():
        window.click(window.state().widgets[control])
        seen[turns] = stands(window, *turns)
    assert len({body for body, _ in seen.values()}) == len(seen), "each turn looks different"
    assert len({after for _, after in seen.values()}) == len(seen), "so does what follows"

    x, y, width, high = window.state().widgets["outer.slider"]
    track = y + high * 0.3
    window.drag((x + width / 3, track), (x + width * 0.66, track))
    assert stands(window, 2, 2) == seen[2, 2]
    x, y, width, high = window.state().widgets["inner.slider"]
    track = y + high * 0.3
    window.drag((x + width - 4, track), (x + width * 0.5, track))
    assert stands(window, 2, 1) == seen[2, 1]
    window.click(window.state().widgets["inner.end"])
    window.click(window.state().widgets["outer.end"])
    assert stands(window, 3, 2) == seen[3, 2]


def test_large_views_of_a_loop_form_turn_by_turn(program: Start):
    window = program(str(GRAPHS / "projet_loop.json"))
    forming = window.wait(
        lambda s: len(s.views) == 2 and all(view["pictures"] for view in s.views), 30, "both"
    )
    assert forming.board["projet"]["state"] == "running"
    window.key("Escape")
