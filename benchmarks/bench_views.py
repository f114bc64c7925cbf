"""How fast large views are: frames while one pans, zooms and plays, and how soon a picture is sharp.

    python benchmarks/bench_views.py [SECONDS]      needs a display, or Xvfb, which it starts itself

Two spectrograms of a song of so many seconds (19 by default) stand one over the other. Frame times
are those of the whole frame, without the pause between two, and stand beside those of the same
window at rest; drawing in software costs most of them. *sharp* is the time from a turn of the wheel
to the picture that was asked for then, with the engine in its own process.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from bench_window import SIZE, display, milliseconds

from nodegraph import edits
from nodegraph.document import Graph, Link, Node

WAIT = 60.0


def graph(seconds: float) -> Graph:
    """Make a graph with a spectrogram and its energy."""
    bars = max(round(seconds / 2.4), 1)
    made = edits.add(Graph(), "song", Node("source.song", {"bars": min(bars, 64)}))
    made = edits.add(made, "stft", Node("transform.stft", {}, {"audio": Link("song", "mixture")}))
    return edits.add(made, "power", Node("transform.power", {}, {"spectrogram": Link("stft")}))


def row(name: str, times: np.ndarray) -> None:
    """Write a line of the table."""
    middle, late = np.median(times), np.percentile(times, 95)
    print(f"{name:<36} {middle:8.1f} {late:8.1f}", flush=True)


def measure(seconds: float) -> None:
    """Open the window, and do what a hand does."""
    from nodegraph.editor.files import session as sessions
    from nodegraph.editor.files.settings import Settings
    from nodegraph.editor.showing import spans
    from nodegraph.editor.window import opening
    from nodegraph.editor.window.app import App

    folder = Path(tempfile.mkdtemp())
    settings = Settings(width=SIZE[0], height=SIZE[1])
    opening.show(settings, "benchmark")
    app = App(settings, sessions.blank(folder))

    def until(condition, what: str) -> float:  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        while not condition():
            app.frames.draw()
            time.sleep(0.002)
            if time.perf_counter() - began > WAIT:
                sys.exit(f"waited in vain for {what}")
        return time.perf_counter() - began

    app.frames.draw()
    app.files.begin(None)
    app.take(sessions.blank(folder))
    app.edit(graph(seconds))
    until(lambda: app.board["power"].state in ("done", "cached"), "the run")
    app.show_views(app.showing.opened(("stft", "")).added(("power", "")))
    until(
        lambda: (
            len(app.views.panes) == 2
            and all(pane.sight.all for pane in app.views.panes)
            and not app.views.busy
        ),
        "both pictures",
    )
    for _ in range(40):
        app.frames.draw()
    print(f"{'ms a frame, two spectrograms':<36} {'median':>8} {'95 %':>8}")
    row("at rest", milliseconds(lambda _: app.frames.draw()))
    made = app.views.textures.made

    def playing(number: int) -> None:
        for pane in app.views.panes:
            pane.play(0.1 * number)
        app.frames.draw()

    row("playing", milliseconds(playing))
    print(f"{'textures made meanwhile':<36} {app.views.textures.made - made:8d}")
    axis = app.views.time_axis(app.views.panes[0])
    assert axis is not None

    def look(span: spans.Span | None) -> None:
        app.show_views(app.showing.at_time(0, span))

    length = axis.stop - axis.start
    look((axis.start + 0.2 * length, axis.start + 0.4 * length))
    until(lambda: not app.views.busy, "a sharp picture")

    def pan(number: int) -> None:
        way = 0.004 if (number // 60) % 2 == 0 else -0.004
        look(spans.moved(axis, app.showing.shared.time, way))
        app.frames.draw()

    row("panning", milliseconds(pan))

    def zoom(number: int) -> None:
        factor = 1.05 if (number // 40) % 2 == 0 else 1 / 1.05
        look(spans.zoomed(axis, app.showing.shared.time, 0.5, factor))
        app.frames.draw()

    row("zooming", milliseconds(zoom))
    look(None)
    until(lambda: not app.views.busy, "rest")
    sharp = []
    for step in range(12):
        start = axis.start + (0.05 + 0.07 * step) * length
        look((start, start + 0.06 * length))
        app.frames.draw()
        sharp.append(until(lambda: not app.views.busy, "a sharp picture"))
    print(
        f"{'sharp after, ms, both panes':<36} {1e3 * np.median(sharp):8.0f} {1e3 * max(sharp):8.0f}"
    )
    app.end()


if __name__ == "__main__":
    wanted = [float(word) for word in sys.argv[1:] if not word.startswith("--")]
    with display():
        measure(wanted[0] if wanted else 19.0)
