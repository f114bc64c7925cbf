"""A graph is built from an empty canvas with mouse and keys alone, run, undone and done again."""

from __future__ import annotations

from tests.window.conftest import Start
from tests.window.steps import add, done, empty, graph, names, settled, spot, wire

SIZE = (1600, 1000)


def test_eight_nodes_are_built_and_run_and_undone_to_nothing_and_redone(program: Start):
    window = program()
    state = empty(window)
    nothing = state.hash
    window.wheel(spot(state, 0.5, 0.5), -2)
    settled(window)
    song = add(window, "Demo song", 0.02, 0.05)
    stft = add(window, "STFT", 0.22, 0.05)
    power = add(window, "Power", 0.42, 0.05)
    kernel = add(window, "Horizontal", 0.42, 0.55)
    median = add(window, "Kernel median", 0.62, 0.3)
    wiener = add(window, "Wiener filter", 0.22, 0.55)
    inverse = add(window, "Inverse STFT", 0.82, 0.3)
    null = add(window, "Null test", 0.02, 0.6)
    wire(window, f"{song}.out.mixture", f"{stft}.in.audio")
    wire(window, f"{stft}.out.", f"{power}.in.spectrogram")
    wire(window, f"{power}.out.", f"{kernel}.in.plane")
    wire(window, f"{power}.out.", f"{median}.in.power")
    wire(window, f"{kernel}.out.", f"{median}.in.kernel")
    wire(window, f"{stft}.out.", f"{wiener}.in.mixture")
    wire(window, f"{median}.out.", f"{wiener}.in.sources")
    wire(window, f"{wiener}.out.estimates", f"{inverse}.in.spectrogram")
    wire(window, f"{inverse}.out.", f"{null}.in.estimates")
    built = wire(window, f"{song}.out.mixture", f"{null}.in.mixture")
    assert len(graph(built).nodes) == 8
    window.key("F5")
    every = names(built)
    ran = window.wait(lambda s: done(s, *every), 60, "all eight to be done")
    assert not any(shown["error"] for shown in ran.board.values())
    window.screenshot("eight_nodes")

    for _ in range(40):
        window.key("ctrl+z")
        if window.state().hash == nothing:
            break
    assert not names(window.state())
    for _ in range(40):
        window.key("ctrl+y")
        if window.state().hash == built.hash:
            break
    assert window.state().hash == built.hash
    assert window.state().graph == ran.graph
