"""What a user does, in steps that every test of the window is made of."""

from __future__ import annotations

from nodegraph import document
from nodegraph.document import Graph, walk
from tests.window.harness import Program, State

DONE = ("done", "cached")


def graph(state: State) -> Graph:
    """Read the document that the window holds."""
    return document.parse(state.graph)


def names(state: State) -> set[str]:
    """Name every node and loop."""
    return {name for name, _, _ in walk(graph(state).nodes)}


def ready(program: Program) -> State:
    """Wait until the nodes are known."""
    return program.wait(lambda s: s.engine_pid and s.frame > 5, 20, "the engine")


def empty(program: Program) -> State:
    """Begin an empty graph with the keys, from whatever is shown; what was made is not kept."""
    before = ready(program)
    program.key("ctrl+n")
    if before.title.startswith("*"):
        asked = program.wait(lambda s: s.popup == "question", 5, "whether to save what was made")
        program.click(asked.buttons["Discard"])
    return program.wait(lambda s: not s.popup and not names(s), 5, "an empty canvas")


def spot(state: State, across: float, down: float) -> tuple[float, float]:
    """Give a point of the canvas by its shares of width and height."""
    x, y, width, height = state.canvas
    return x + across * width, y + down * height


def add(program: Program, words: str, across: float, down: float) -> str:
    """Add a node through the search that Tab opens, where the mouse is."""
    before = program.state()
    program.move(spot(before, across, down))
    program.key("Tab")
    program.wait(lambda s: s.popup == "search", 3, "the search")
    program.type(words, "search.field")
    program.wait_frames(2)
    program.key("Return")
    after = program.wait(lambda s: len(names(s)) == len(names(before)) + 1, 3, f"a node: {words}")
    (name,) = names(after) - names(before)
    program.wait(lambda s: not s.popup, 3, "the search to close")
    return name


def wire(program: Program, output: str, into: str) -> State:
    """Draw a wire from an output to an input: ``song.out.mixture``, ``stft.in.audio``."""
    state = program.wait_frames(2)
    before = state.hash
    program.drag(state.ports[output], state.ports[into])
    return program.wait(lambda s: s.hash != before, 3, f"a wire from {output} to {into}")


def settled(program: Program, seconds: float = 60) -> State:
    """Wait until nothing runs and nothing moves."""
    return program.wait(lambda s: s.idle, seconds, "rest")


def done(state: State, *wanted: str) -> bool:
    """Whether these nodes have their results."""
    return all(state.board.get(name, {}).get("state") in DONE for name in wanted)
