"""How soon a knob shows and sounds: through the engine's own process, without a window.

    python benchmarks/bench_live.py

*picture* is from the edit to the picture of the node that is looked at, on the live stretch; *all*
to the end of the live run, with the pictures of all nodes that follow. *sound* is from the end of
such a run to the sound of the last node, and *key* from a question to the sound of an output that is
there. Median and 95 % of many.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

import nodegraph
from nodegraph import edits
from nodegraph.document import Graph, walk
from nodegraph.editor.running.board_policy import RunSettings
from nodegraph.editor.window.engine import Engine
from nodegraph.engine.asking import Answer, Heard, Listen
from nodegraph.registry import discover
from nodegraph.shipped import graph_file

SETTINGS = RunSettings(heavy=60.0)
RATES = (48000, 32000, 22050, 24000, 16000, 96000, 88200)
Slot = tuple[str, str]


class Hand:
    """Turns knobs of one graph and looks at what comes of it, in frames as a window has them."""

    def __init__(self, name: str) -> None:
        self.engine = Engine(discover())
        self.graph = nodegraph.load(graph_file(name))
        self.engine.start()
        self.engine.opened(self.graph)
        self.names = [
            name
            for name, item, _ in walk(self.graph.nodes)
            if not (known := self.engine.types.get(item.type)) or not known.effect
        ]
        self.engine.run_to(self.names, self.names, SETTINGS)
        self.wait(lambda: not self.engine.busy, 120)
        time.sleep(1.0)

    def wait(self, until: Callable[[], bool], seconds: float = 5.0, live: bool = False) -> float:
        """Poll until something is so; give the seconds it took, NaN where it never was."""
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            if live:
                self.engine.next_live(self.names, SETTINGS, moving=True)
            self.engine.poll()
            if until():
                return time.perf_counter() - began
            time.sleep(0.001)
        return float("nan")

    def turn(self, node: str, knob: str, value: float, slot: Slot) -> tuple[float, float]:
        """Turn a knob; give the seconds to the picture of a slot, and to the end of the run."""
        before = self.engine.seen.get(slot)
        began = time.perf_counter()
        self.graph: Graph = edits.set_knob(self.graph, node, knob, value)
        self.engine.edited(self.graph)
        first = self.wait(lambda: self.engine.seen.get(slot) is not before, live=True)
        self.wait(lambda: self.engine.live.going is None, live=True)
        return first, time.perf_counter() - began

    def hear(self, slot: Slot, rate: int = 48000) -> float:
        """Give the seconds to the sound of a slot."""
        got: list[Answer] = []
        self.engine.ask("ears", Listen(slot, rate=rate), got.append)
        seconds = self.wait(lambda: bool(got), 20)
        if not (got and isinstance(got[0], Heard)):
            print(f"  {slot[0]}: {got}")
            return float("nan")
        return seconds


def line(name: str, seconds: list[float], goal: float) -> None:
    """Print one row."""
    middle, most = np.nanmedian(seconds), np.nanpercentile(seconds, 95)
    lost = f"  {sum(map(np.isnan, seconds))} never came" if np.isnan(seconds).any() else ""
    print(f"{name:52} {middle * 1e3:8.0f} {most * 1e3:8.0f} {goal * 1e3:8.0f}{lost}", flush=True)


CASES = [
    ("harmonic_percussive", "kernel_h", "length", np.linspace(0.2, 0.8, 24), "median_h", "istft"),
    ("binary_vs_soft", "between", "softness", np.linspace(0, 1, 24), "between", "soft_drums"),
    ("pan_histogram", "mask", "width", np.linspace(3.0, 20.0, 24), "mask", "istft"),
    ("nmf_drums", "wiener", "exponent", np.linspace(0.5, 2.0, 6), "wiener", "istft"),
]


def main() -> None:
    """Print the table."""
    wanted = sys.argv[1:]
    print(f"{'ms':52} {'median':>8} {'95 %':>8} {'goal':>8}")
    for case in CASES:
        if wanted and case[0] not in wanted:
            continue
        hand = Hand(case[0])
        try:
            measure(hand, *case)
        finally:
            hand.engine.close()


def measure(
    hand: Hand, name: str, node: str, knob: str, values: np.ndarray, shown: str, heard: str
) -> None:
    """Turn one knob, listen after each turn, then listen to several outputs."""
    output = "masks" if shown == "wiener" else ""
    rows = []
    sounds: list[float] = []
    for k, value in enumerate(values):
        rows.append(hand.turn(node, knob, float(value), (shown, output)))
        if k >= 2:
            sounds.append(hand.hear((heard, "")))
    if all(np.isnan(row[0]) for row in rows):
        print(f"{name}: {node}.{knob}: no live run, as something before it needs the whole")
    else:
        line(f"{name}: {node}.{knob}, picture of {shown}", [r[0] for r in rows[2:]], 0.1)
        line(f"{name}: all that follows", [r[1] for r in rows[2:]], 0.3)
        line(f"{name}: then the sound of {heard}", sounds, 0.5)
    hand.engine.run_to(hand.names, hand.names, SETTINGS)
    hand.wait(lambda: not hand.engine.busy, 60)
    for slot in ((heard, ""), ("stft", ""), ("magnitude", ""), ("song", "mixture")):
        if slot[0] in hand.names:
            first = hand.hear(slot, 0)
            if not np.isnan(first):
                line(f"{name}: key to sound of {slot[0]}", [first], 0.15)
                more = [hand.hear(slot, rate) for rate in RATES]
                line(f"{name}: the same at another rate", more, 0.15)


if __name__ == "__main__":
    main()
