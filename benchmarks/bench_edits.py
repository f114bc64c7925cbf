"""What one edit costs the thread that draws, part by part: knobs, wires and places.

    python benchmarks/bench_edits.py [COUNT]        300 nodes unless another number is given

The graph is that of `bench_window.py`. Every edit goes through the pure functions that the window
calls for it, without a display; a row is one of them, in milliseconds of the processor for one edit.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from bench_window import graph as many
from bench_window import settle

from nodegraph import document, edits
from nodegraph.document import Graph
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.scene import difference
from nodegraph.editor.files import session as sessions
from nodegraph.editor.running import board as boards
from nodegraph.editor.running.board_policy import Policy, RunSettings
from nodegraph.editor.running.cards import troubles
from nodegraph.editor.running.resuming import resumed
from nodegraph.history import History
from nodegraph.registry import discover

EDITS = 200
Edit = Callable[[Graph], Graph]


def of_type(graph: Graph, kind: str) -> list[str]:
    """Name the nodes of a type."""
    return [name for name, item in graph.nodes.items() if item.type == kind]


def knobs(graph: Graph) -> Iterator[Edit]:
    """Turn the knob of one node after another; a node or two follow each."""
    names = of_type(graph, "transform.power")
    for k in range(EDITS):
        name = names[k % len(names)]
        yield lambda g, n=name, k=k: edits.set_knob(g, n, "exponent", 1 + k / EDITS)


def first_knob(graph: Graph) -> Iterator[Edit]:
    """Turn a knob of the node that all others follow."""
    for k in range(EDITS):
        yield lambda g, k=k: edits.set_knob(g, "song", "seed", k + 1)


def wires(graph: Graph) -> Iterator[Edit]:
    """Take one wire after another away, and put it back."""
    names = of_type(graph, "kernel.median")
    for k in range(EDITS // 2):
        name = names[k % len(names)]
        source = graph.nodes[name].inputs["power"]
        yield lambda g, n=name: edits.disconnect(g, n, "power")
        yield lambda g, n=name, s=source: edits.connect(g, s, n, "power")


def moves(graph: Graph) -> Iterator[Edit]:
    """Move one node after another."""
    names = of_type(graph, "transform.power")
    for k in range(EDITS):
        yield lambda g, k=k: edits.move(g, {names[k % len(names)]: (float(k), 2.0 * k)})


def measure(name: str, made: Iterator[Edit], start: Graph) -> None:
    """Make edits as the window does, and write a row for each part."""
    types = discover()
    history = History.start(start, saved=True)
    session = replace(sessions.blank(Path()), history=history)
    board = boards.edited(boards.Board(), Graph(), start, types)
    done = {n: replace(shown, state="done", result=True) for n, shown in board.nodes.items()}
    board = replace(board, nodes=done)
    scene = build(start, types)
    settle()
    policy, settings, visible = Policy(types), RunSettings(), list(start.nodes)[:40]
    times: dict[str, list[float]] = {}

    def timed(part: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        began = time.thread_time()
        result = function(*arguments, **named)
        times.setdefault(part, []).append(1e3 * (time.thread_time() - began))
        return result

    for edit in made:
        old, before = session.graph, board
        graph = timed("edit", edit, old)
        session = timed("session.edited", sessions.edited, session, graph, merge="drag")
        timed("title (dirty)", lambda now: now.title, session)
        board = timed("board.edited", boards.edited, before, old, graph, types)
        if board is not before:
            board = timed("resumed", resumed, before, board, old, graph)
        timed("next_run", policy.next_run, board, graph, visible, settings)
        timed("next_run again", policy.next_run, board, graph, visible, settings)
        timed("text for the engine", document.text, graph)
        last, scene = scene, timed("scene", build, graph, types, old=scene)
        timed("scene difference", difference, last, scene)
        timed("troubles", troubles, board)
    print(f"\n{name:<24} {'median':>8} {'99 %':>8}")
    for part, found in times.items():
        print(f"  {part:<22} {np.median(found):8.2f} {np.percentile(found, 99):8.2f}", flush=True)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    start = many(count)
    for kind in (knobs, first_knob, wires, moves):
        measure(f"{kind.__name__} of {count} nodes", kind(start), start)
