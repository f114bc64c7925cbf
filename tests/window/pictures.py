"""The pictures of the window in the documents, made by the program itself.

``python -m tests.window.pictures`` opens the program on a display of its own, uses it with mouse
and keys, and writes the files into ``docs/``. It needs what the window suite needs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.commands import ROOT
from tests.window.harness import Program, Rect, State, middle
from tests.window.screen import Display, missing
from tests.window.steps import add, empty, names, ready, settled

SIZE = (1600, 1000)
MOST = 250_000
"""Bytes that a picture in the repository may have."""
ASIDE = (1000, 20)
"""Where the mouse points at nothing."""
CARDS = 240
"""Seconds in which the cards of the gallery must have their pictures."""


def main() -> None:
    """Write every picture."""
    lack = missing()
    if lack:
        raise SystemExit(lack)
    with _program() as window:
        ready(window)
        window.move(ASIDE)
        _unchanging(window)
        save(window, "gallery")
        save(window, "refused", _refused(window))
    with _program("kernel_additive") as window:
        _ran(window)
        window.key("alt+v", "alt+v", "alt+v")
        _still(window)
        window.key("Home")
        _still(window)
        _near(window, "kam", 4)
        window.click(_title(window, "split"))
        _still(window)
        save(window, "loop")
    with _program("pan_histogram") as window:
        state = _ran(window)
        x, y, width, height = state.places["view.0.plot0"]
        row = y + 0.55 * height
        window.drag((x + 0.7 * width, row), (x + 0.86 * width, row))
        _still(window)
        save(window, "position")
    with _program("nmf_drums") as window:
        state = _ran(window)
        window.click(state.places["part:part 2"])
        _still(window)
        save(window, "parts")
    with _program("compare_five") as window:
        state = _ran(window)
        window.click(middle(state.places["view.0.head1"]))
        _still(window)
        save(window, "compare")
    with _program("harmonic_percussive") as window:
        _ran(window)
        window.key("ctrl+t")
        _still(window)
        save(window, "light")


@contextmanager
def _program(*words: str) -> Iterator[Program]:
    with tempfile.TemporaryDirectory() as home, Display(*SIZE) as display:
        window = Program(display, Path(home), *words)
        try:
            yield window
        finally:
            window.end()


def _ran(window: Program) -> State:
    """Wait until the graph is there and nothing runs any more."""
    window.wait(lambda s: s.engine_pid and names(s), 20, "the graph")
    time.sleep(1)
    return settled(window, 120)


def _still(window: Program, seconds: float = 1.0) -> State:
    """Take the mouse out of the way, and wait until nothing glides or fades."""
    window.move(ASIDE)
    time.sleep(seconds)
    return settled(window)


def _unchanging(window: Program, seconds: float = 4) -> None:
    """Wait until the screen has stayed the same for a while."""
    end, since, before = time.monotonic() + CARDS, time.monotonic(), window.display.pixels()
    while time.monotonic() < min(end, since + seconds):
        time.sleep(0.5)
        now = window.display.pixels()
        if not np.array_equal(now, before):
            since, before = time.monotonic(), now


def _near(window: Program, node: str, notches: int) -> State:
    """Zoom in on the left upper corner of a node."""
    x, y, width, height = window.state().nodes[node]
    window.wheel((x + width / 2, y + height / 2), notches)
    time.sleep(1)
    return settled(window)


def _title(window: Program, node: str) -> tuple[float, float]:
    x, y, width, _ = window.state().nodes[node]
    return x + width / 2, y + 12


def _refused(window: Program) -> Rect:
    """Hold a wire over a port that it does not fit, and give the stretch worth showing."""
    state = empty(window)
    song = add(window, "Demo song", 0.05, 0.1)
    nmf = add(window, "NMF", 0.5, 0.3)
    state = window.wait_frames(5)
    window.drag(state.ports[f"{song}.out.mixture"], state.ports[f"{nmf}.in.power"], drop=False)
    window.wait(lambda s: "power takes Power" in s.toast, 3, "the reason")
    window.wait_frames(5)
    x, y, width, height = state.canvas
    return x, y, width * 0.9, height * 0.9


def save(window: Program, name: str, part: Rect | None = None) -> None:
    """Write what is on the screen, or a part of it, with as many colours as the size allows."""
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(window.display.pixels()))
    if part:
        x, y, width, height = map(round, part)
        picture = picture.crop((x, y, x + width, y + height))
    path = ROOT / "docs" / f"{name}.png"
    for colours in (256, 192, 128, 96, 64):
        reduced = picture.quantize(colours, dither=Image.Dither.NONE)
        reduced.save(path, optimize=True)
        if path.stat().st_size < MOST:
            break
    sys.stdout.write(f"docs/{path.name}  {path.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
