"""A process of a batch: it runs the graph on one recording after the other.

Orders come as lines of JSON on standard input, answers go out on what was standard output; what
nodes print goes to standard error. It ends as soon as its input does, so it never outlives the
process that asked. That one may be killed at any moment, and so may this one: files grow in a
hidden folder and are moved to their place when the run is through, and only then is the track's
JSON put beside them.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import json
import os
import queue
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from nodegraph.document import Graph
    from nodegraph.engine.engine import Result
    from nodegraph.registry import Registry


def main() -> None:
    """Obey orders until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    orders = os.fdopen(os.dup(0), encoding="ascii")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders, lines), daemon=True).start()
    bench = Bench(json.loads(lines.get()))
    _say(answers, {"ready": os.getpid()})
    while True:
        _say(answers, bench.obey(json.loads(lines.get())))


def _listen(orders: TextIO, lines: queue.SimpleQueue[str]) -> None:
    """Pass orders on, and end the process when nobody gives them any more."""
    for line in orders:
        lines.put(line)
    os._exit(0)


def _say(answers: TextIO, answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


class Bench:
    """Holds the graphs, and works on recordings."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        import nodegraph

        self.setup = setup
        self.types: Registry = nodegraph.discover()
        self.graphs = {kind: self._graph(given) for kind, given in setup["graphs"].items()}

    def _graph(self, given: Mapping[str, str]) -> Graph:
        from dataclasses import replace

        from nodegraph import document

        return replace(document.parse(given["text"]), base=Path(given["base"]))

    def obey(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Run the graph on one recording and say how that went."""
        began = time.perf_counter()
        try:
            state, faults = self._run(order)
        except Exception as error:  # noqa: BLE001 - one bad file never stops the rest
            from nodegraph.engine.calling import words
            from nodegraph.errors import NodegraphError

            said = str(error) if isinstance(error, NodegraphError) else words(error)
            state, faults = "failed", said.splitlines()
        return {
            "state": state,
            "faults": faults,
            "seconds": time.perf_counter() - began,
            "full": any(word in fault for fault in faults for word in full_words()),
            "peak": peak_bytes(),
        }

    def _run(self, order: Mapping[str, Any]) -> tuple[str, list[str]]:
        """Run, put the files and then the JSON in place; give the state and what went wrong."""
        import nodegraph
        from nodegraph.engine.engine import Engine

        given = self.setup["graphs"][order["kind"]]
        goal = Path(order["files"])
        with _growing(goal) as grows:
            knobs: dict[str, Any] = {f"{given['source']}.path": order["path"]}
            knobs |= {f"{node}.folder": str(grows) for node in given["folders"]}
            graph = nodegraph.set_knobs(self.graphs[order["kind"]], knobs)
            engine = Engine(self.types, cache_bytes=0, threads=self.setup["threads"])
            result = engine.run(
                graph, only=given["only"], discard=True, share=1 / self.setup["processes"]
            )
            mark = Path(order["mark"])
            measured = any(r.scores is not None for r in result.records.values())
            if result.state != "done" and not (measured or result.files):
                return "failed", result.faults
            mark.unlink(missing_ok=True)  # the files beside it are about to change
            files = _placed(result, grows, goal)
        self._write(mark, order, graph, result, files)
        return result.state, result.faults

    def _write(
        self, mark: Path, order: Mapping[str, Any], graph: Graph, result: Result, files: list[Path]
    ) -> None:
        from nodegraph.batch import marks
        from nodegraph.document import write_atomically

        given = self.setup["graphs"][order["kind"]]
        content = marks.data(
            order["track"],
            result.records,
            given["scores"],
            self._duration(graph, given["source"], order["path"]),
            state=result.state,
            faults=result.faults,
            files=[_seen_from(path, Path(self.setup["out"])) for path in files],
            seconds=round(result.seconds, 3),
            graph=self.setup["meaning"],
            recording=order["recording"],
            path=order["path"],
        )
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        mark.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(mark, text.encode("utf-8", "surrogateescape"))

    def _duration(self, graph: Graph, source: str, path: str) -> float:
        from nodegraph import document

        item = document.find(graph, source)
        seconds = self.types[item.type].seconds
        with contextlib.suppress(OSError, ValueError):
            return seconds({**item.params, "path": path}) if seconds else 0.0
        return 0.0


@contextlib.contextmanager
def _growing(goal: Path) -> Iterator[Path]:
    """Give a hidden folder beside `goal` for files that are being made; it is gone afterwards."""
    for left in goal.parent.glob(f".{glob.escape(goal.name)}.*"):  # of a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    grows = goal.with_name(f".{goal.name}.{os.getpid()}")
    try:
        yield grows
    finally:
        shutil.rmtree(grows, ignore_errors=True)


def _placed(result: Result, grows: Path, goal: Path) -> list[Path]:
    """Move the folder of finished files to its place, and say where each file is then."""
    if goal.exists():
        shutil.rmtree(goal)
    if grows.exists():
        grows.replace(goal)
    return [
        goal / path.relative_to(grows) if path.is_relative_to(grows) else path
        for path in result.files
    ]


def _seen_from(path: Path, out: Path) -> str:
    return path.relative_to(out).as_posix() if path.is_relative_to(out) else str(path)


def full_words() -> tuple[str, ...]:
    """Give what is said of a disk without room."""
    said = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))
    return (*said, "the disk is full", "the disk quota is used up")


def peak_bytes() -> int:
    """Give the most memory that this process ever held."""
    try:
        import resource
    except ImportError:
        import psutil

        return int(getattr(psutil.Process().memory_info(), "peak_wset", 0))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


if __name__ == "__main__":
    main()
