"""How fast the window draws: frames of 100 and 300 nodes, the first frame, memory.

    python benchmarks/bench_window.py           needs a display, or Xvfb, which it starts itself

Frame times are those of the whole frame, without the pause that the window makes between two, and
stand beside those of an empty window of the same size in the same run: drawing in software costs
most of both. *engine* is the idle window while the engine works at full load on another core.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from nodegraph import edits
from nodegraph.document import Graph, Link, Node

SIZE = (1600, 1000)
FRAMES = 120
CHAIN = ("transform.power", "transform.log")


@contextlib.contextmanager
def display() -> Iterator[None]:
    """Have a display: the user's, or one of our own."""
    if os.environ.get("DISPLAY") and "--own" not in sys.argv:
        yield
        return
    if shutil.which("Xvfb") is None:
        sys.exit("no display and no Xvfb: install xvfb, or set DISPLAY")
    told, tell = os.pipe()
    screen = f"{SIZE[0]}x{SIZE[1]}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-screen", "0", screen, "+extension", "GLX", "-noreset"],
        pass_fds=(tell,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(tell)
    with os.fdopen(told) as answer:
        os.environ["DISPLAY"] = f":{answer.readline().strip()}"
    os.environ["LIBGL_ALWAYS_SOFTWARE"] = "1"
    try:
        yield
    finally:
        server.terminate()


def graph(count: int) -> Graph:
    """Make a graph of real nodes: a song, a transform, and chains that branch off it."""
    made = edits.add(Graph(), "song", Node("source.song", {}))
    made = edits.add(made, "stft", Node("transform.stft", {}, {"audio": Link("song", "mixture")}))
    spots: dict[str, tuple[float, float]] = {"song": (0, 0), "stft": (260, 0)}
    columns = max(round(count**0.5), 2)
    names = [f"n{k}" for k in range(count - 2)]
    for k, name in enumerate(names):
        row, column = divmod(k, columns)
        if column % 2 == 0:
            source, kind, port = Link("stft"), "transform.power", "spectrogram"
        else:
            source, kind, port = Link(names[k - 1]), "kernel.median", "power"
        made = edits.add(made, name, Node(kind, {}, {port: source}))
        spots[name] = (260 * column, 320 + 260 * row)
    return edits.move(made, spots)


def settle() -> None:
    """Leave what start-up made out of every later search for garbage, as the program does."""
    gc.collect()
    gc.freeze()


def milliseconds(frame: Callable[[int], None], frames: int = FRAMES) -> np.ndarray:
    """Give the time of each frame."""
    for k in range(5):
        frame(k)
    times = []
    for k in range(frames):
        began = time.perf_counter()
        frame(k)
        times.append(1e3 * (time.perf_counter() - began))
    return np.array(times)


def row(name: str, times: np.ndarray, empty: float) -> None:
    """Write a line of the table."""
    middle, late = np.median(times), np.percentile(times, 99)
    rate = 1e3 / middle
    print(f"{name:<32} {middle:8.1f} {late:8.1f} {rate:8.0f} {middle / empty:8.2f}", flush=True)


def frames() -> None:
    """Measure frames of an empty window and of graphs, in one window."""
    from nodegraph.editor.files import session as sessions
    from nodegraph.editor.files.settings import Settings
    from nodegraph.editor.interact import events
    from nodegraph.editor.window import opening
    from nodegraph.editor.window.app import App

    folder = Path(tempfile.mkdtemp())
    settings = Settings(width=SIZE[0], height=SIZE[1], run_as_you_edit=False)
    opening.show(settings, "benchmark")
    app = App(settings, sessions.blank(folder))
    app.frames.draw()
    app.files.begin(None)
    settle()
    print(f"{'ms a frame':<32} {'median':>8} {'99 %':>8} {'fps':>8} {'/ empty':>8}")
    app.take(sessions.blank(folder))
    for _ in range(30):
        app.frames.draw()
    nothing = milliseconds(lambda _: app.frames.draw())
    empty = float(np.median(nothing))
    row("empty window", nothing, empty)

    def show(count: int, zoom: float | None) -> None:
        app.take(replace(sessions.blank(folder)))
        app.edit(graph(count))
        app.frames.draw()
        view = app.view.fitted(app.scene.bounds)
        app.look_at(view if zoom is None else app.view.fitted(app.scene.bounds).zoomed_to(zoom))
        for _ in range(20):
            app.frames.draw()

    def panning(k: int) -> None:
        app.look_at(app.view.panned(*(6 * np.array([np.cos(k / 9), np.sin(k / 9)]))))
        app.frames.draw()

    def zooming(k: int) -> None:
        app.look_at(app.view.zoomed(1.02 if (k // 20) % 2 == 0 else 1 / 1.02))
        app.frames.draw()

    def dragging(k: int) -> None:
        x, y = 400 + 3 * (k % 60), 300 + 2 * (k % 60)
        app.hands._step(events.Move((x, y), events.Held()))
        app.frames.draw()

    for count in (100, 300):
        for zoom, words in ((1.0, "at 100 %"), (None, "all in sight")):
            show(count, zoom)
            name = f"{count} nodes {words}"
            row(f"{name}, idle", milliseconds(lambda _: app.frames.draw()), empty)
            row(f"{name}, panning", milliseconds(panning), empty)
            row(f"{name}, zooming", milliseconds(zooming), empty)
            show(count, zoom)
            box = min(
                app.scene.nodes.values(),
                key=lambda b: (
                    abs(b.rect.centre[0] - app.view.seen.centre[0])
                    + abs(b.rect.centre[1] - app.view.seen.centre[1])
                ),
            )
            x, y = app.view.to_screen((box.x + 60, box.y + 16))
            app.hands._step(events.Press((x, y), "left", events.Held(), False))
            row(f"{name}, dragging a node", milliseconds(dragging), empty)
            app.hands._step(events.Cancel())
    show(300, 1.0)
    quiet = milliseconds(lambda _: app.frames.draw())
    seeds = iter(range(1, 1000))

    def working(_: int) -> None:
        # Another song as soon as the last one is through: the engine never rests.
        if not app.board.going:
            app.edit(edits.set_knob(app.graph, "song", "seed", next(seeds)))
            app.do("run.all")
        app.frames.draw()

    for k in range(10):
        working(k)
    busy = milliseconds(working, 2 * FRAMES)
    row("300 nodes at 100 %, engine", busy, empty)
    print(f"the engine costs the window {np.median(busy) / np.median(quiet) - 1:+.0%}")
    app.engine.stop()
    memory(app)
    app.end()


def memory(app: object) -> None:
    """Measure what 2,000 nodes leave behind that were made, drawn and deleted, 100 at a time."""
    from nodegraph.editor.window.app import App

    assert isinstance(app, App)
    process = psutil.Process()
    many = graph(100)
    sizes = []
    for turn in range(22):
        app.edit(many)
        app.look_at(app.view.fitted(app.scene.bounds).zoomed_to(0.6))
        for _ in range(3):
            app.frames.draw()
        app.edit(Graph())
        for _ in range(3):
            app.frames.draw()
        # The line of undo keeps graphs on purpose; here it would hide what the window keeps.
        app.session = replace(app.session, history=type(app.session.history).start(app.graph))
        if turn in (1, 21):
            sizes.append(process.memory_info().rss / 2**20)
    print(f"memory after 2,000 nodes made and deleted: {sizes[1] - sizes[0]:+.1f} MB")


def first_frame() -> None:
    """Measure how long the command takes until its window is there, and until the gallery is."""
    seen, filled = [], []
    look = ["xdotool", "search", "--onlyvisible", "--name", "nodegraph"]
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(6):
            probe = Path(folder) / f"probe{turn}"
            environment = {**os.environ, "NODEGRAPH_CONFIG": folder, "NODEGRAPH_PROBE": str(probe)}
            # As after any first start, Python has the modules compiled.
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            environment["PYTHONPYCACHEPREFIX"] = folder
            began = time.perf_counter()
            window = subprocess.Popen([sys.executable, "-m", "nodegraph"], env=environment)
            there = shutil.which("xdotool") is None
            while not probe.exists() and window.poll() is None:
                if not there and subprocess.run(look, capture_output=True, check=False).stdout:
                    there = True
                    seen += [time.perf_counter() - began] if turn else []
                time.sleep(0.002)
            filled += [time.perf_counter() - began] if turn else []
            window.kill()
            window.wait()
            time.sleep(1)
    for words, times in (("the window is there", seen), ("the gallery is drawn", filled)):
        if times:
            print(f"{words} after {np.median(times):.2f} s (best {min(times):.2f})")


if __name__ == "__main__":
    with display():
        first_frame()
        frames()
