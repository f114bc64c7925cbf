"""What the inspector says, as rows of text: pure, for each thing that can be chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Item, Loop, Node, walk
from nodegraph.editor.canvas.wires import Wire
from nodegraph.editor.look.signs import STATES
from nodegraph.editor.running.board import Board, Shown
from nodegraph.editor.running.cards import Card
from nodegraph.editor.stage import Selection
from nodegraph.editor.window.canvas.words import duration, size, standing
from nodegraph.editor.window.panels.names import LOOP_SUMMARY, Types
from nodegraph.editor.window.panels.status_words import ORDER, hertz

NOTES, FILES = 6, 8
_MARKS = re.compile(r"`+([^`]+)`+|(?<!\w)\*([^\s*][^*]*)\*(?!\w)")
"""Lines shown at most."""


@dataclass(frozen=True)
class Row:
    """One line: a name and what is said of it, or words alone that may take several lines."""

    words: str
    name: str = ""
    role: str = "t1"
    number: bool = False
    sign: str = ""
    """Name of a type of value whose sign stands before the words."""
    icon: str = ""
    icon_role: str = "t2"
    sources: tuple[str, ...] = ()
    """Sources whose squares stand before the words."""


@dataclass(frozen=True)
class Section:
    """Rows below a heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Subject:
    """What the inspector is about."""

    kind: str
    """``node``, ``loop``, ``frame``, ``note``, ``wire``, ``several`` or ``graph``."""
    name: str = ""
    names: tuple[str, ...] = ()
    """Nodes and loops, where there are several."""


def subject(graph: Graph, selection: Selection) -> Subject:
    """Say what a selection is about."""
    items = {name: item for name, item, _ in walk(graph.nodes)}
    keys = [key for key in selection if key[0] != "node" or key[1] in items]
    names = tuple(name for name in items if ("node", name) in selection)
    if len(keys) > 1:
        if len(names) == 1:  # frames, notes and wires beside a node say less than it does
            keys = [("node", names[0])]
        elif len(names) > 1 or len({kind for kind, _ in keys}) > 1 or keys[0][0] != "wire":
            return Subject("several", names=names)
        else:
            keys = sorted(keys)[:1]
    if not keys:
        return Subject("graph")
    kind, name = keys[0]
    if kind == "node":
        return Subject("loop" if isinstance(items[name], Loop) else "node", name)
    return Subject(kind, name)


# Nodes


def output(facts: Any, types: Sequence[str], name: str) -> Section:
    """Tell of an output: of the value itself where one came, else what its type says.

    `facts` is what the engine says of a value, or None.
    """
    title = f"Output: {name}" if name else "Output"
    if facts is None:
        rows = [Row(" or ".join(types) or "anything", "type", sign=types[0] if types else "")]
        return Section(title, tuple(rows))
    rows = [Row(facts.type, "type", sign=facts.type)]
    if facts.sources:
        rows.append(Row(", ".join(facts.sources), "sources", sources=facts.sources))
    if facts.shape:
        rows.append(Row(" × ".join(map(str, facts.shape)), "shape", number=True))
    if facts.grid is not None:
        rows.append(Row(grid(facts.grid), "grid", number=True))
    elif facts.rate:
        seconds = facts.shape[-1] / facts.rate if facts.shape else 0.0
        rows.append(Row(f"{hertz(facts.rate)}, {seconds:.2f} s", "sound", number=True))
    if facts.bytes:
        rows.append(Row(size(facts.bytes), "size", number=True))
    return Section(title, tuple(rows))


def grid(found: Any) -> str:
    """Write a grid: length and hop of the frames, window, rate."""
    if not found.linear:
        return f"{found.scale} / {found.hop}, {hertz(found.rate)}"
    return f"{found.n_fft} / {found.hop}, {found.window}, {hertz(found.rate)}"


def state(board: Board, name: str, item: Item, known: bool) -> Section:
    """Say how a node stands."""
    shown = board[name]
    key = standing(shown, item.mode, known)
    style = STATES[key]
    word = style.word
    if key == "running":
        word = f"{word}, {100 * shown.fraction:.0f} %" if shown.fraction else word
        if shown.left is not None:
            word += f", {duration(shown.left)} left"
    rows = [Row(word, "state", icon=style.icon, icon_role=style.icon_role)]
    if shown.note:
        rows.append(Row(shown.note, "doing", "t2"))
    if shown.seconds:
        rows.append(Row(duration(shown.seconds), "took", number=True))
    if shown.bytes:
        rows.append(Row(size(shown.bytes), "in memory", number=True))
    return Section("Run", tuple(rows))


def told(shown: Shown, base: Path | None, sizes: Mapping[Path, int]) -> list[Section]:
    """Give why a node ran, what it noted, and what it wrote."""
    found = []
    if shown.why:
        found.append(Section("Why it ran", (Row(_sentence(shown.why), role="t2"),)))
    if shown.notes:
        lines = [Row(_sentence(note), role="t2") for note in shown.notes[:NOTES]]
        found.append(Section("Notes", (*lines, *_more(len(shown.notes) - NOTES))))
    if shown.files:
        lines = [
            Row(f"{_short(path, base)}  {_found(sizes.get(path))}") for path in shown.files[:FILES]
        ]
        found.append(Section("Files written", (*lines, *_more(len(shown.files) - FILES))))
    return found


def _found(count: int | None) -> str:
    return "is no longer there" if count is None else size(count) or "0 B"


def _more(left: int) -> list[Row]:
    return [Row(f"and {left} more", role="t3")] if left > 0 else []


def _sentence(words: str) -> str:
    words = words.strip()
    first = words.partition(" ")[0]
    plain = first.isalpha() and first.islower()  # the name of a file or node stays as it is
    start = words[:1].upper() if plain else words[:1]
    return start + words[1:] + ("" if words.endswith((".", "!", "?", ":")) else ".")


def _short(path: Path, base: Path | None) -> str:
    """Name a file as seen from the graph, where that is shorter."""
    if base is not None and path.is_relative_to(base):
        return str(path.relative_to(base))
    return path.name


def fault(card: Card) -> Section:
    """Say what is wrong with a node."""
    words = card.sentence.replace("*", "")
    role = "err" if card.urgent else "stale"
    return Section(card.title, (Row(words, role="t1", icon="warning", icon_role=role),))


def help_page(known: NodeType | None, item: Item) -> Section:
    """Give what a type does, with its equation and where it comes from."""
    if isinstance(item, Loop):
        return Section("What it does", (Row(LOOP_SUMMARY, role="t2"),))
    if known is None:
        words = f"No node type {item.type!r} is installed. The node is kept as it stands."
        return Section("What it does", (Row(words, role="t2"),))
    return Section("What it does", tuple(_paragraphs(known.summary, known.help)))


def _paragraphs(*texts: str) -> list[Row]:
    """Join the lines of a docstring into paragraphs."""
    rows = []
    for text in texts:
        for part in text.split("\n\n"):
            words = " ".join(part.split())
            if words:
                rows.append(Row(_MARKS.sub(lambda mark: mark[1] or mark[2], words), role="t2"))
    return rows


# Loops


def loop(item: Loop, shown: Shown) -> list[Section]:
    """Tell the states of a loop, what is watched, and how far it is."""
    found = []
    limit = shown.limit or item.params.get("iterations", 0)
    if shown.turn:
        rows = [Row(f"{shown.turn} of {limit}", "iteration", number=True)]
        rows += [Row(f"{value:.4g}", name, number=True) for name, value in shown.numbers.items()]
        found.append(Section("Last turn", tuple(rows)))
    states = [
        Row(f"{state.first}, then {state.next}", name, "t2") for name, state in item.state.items()
    ]
    states = states or [Row("Nothing is carried from turn to turn yet.", role="t3")]
    found.append(Section("States", tuple(states)))
    if item.watch:
        rows = [Row(str(link), name, "t2") for name, link in item.watch.items()]
        found.append(Section("Watched", tuple(rows)))
    return found


# Others


def wire(found: Wire | None, labels: Mapping[str, str], sources: Sequence[str]) -> list[Section]:
    """Say what runs through a wire."""
    if found is None:
        return []
    source, reader = labels.get(found.source, found.source), labels.get(found.node, found.node)
    start = f"{source}, {found.output}" if found.output else source
    into = f"{found.port}[{found.part}]" if found.part else found.port
    rows = [
        Row(found.type or "anything", "type", sign=found.type),
        Row(start, "from"),
        Row(f"{reader}, {into}", "to"),
    ]
    if found.picked:
        rows.append(Row(found.picked, "picks", sources=(found.picked,)))
    elif sources:
        rows.append(Row(", ".join(sources), "sources", sources=tuple(sources)))
    if found.dashed:
        rows.append(Row("only watched, or passed on by a bypassed node", "drawn", "t2"))
    return [Section("What runs through", tuple(rows))]


def several(names: Sequence[str], board: Board) -> list[Section]:
    """Count what is chosen, by state, with time and size of all."""
    found = Counter(str(board[name].state) for name in names)
    rows = [
        Row(str(found[key]), STATES[key].word, number=True) for key in ORDER if found[key]
    ]  # fmt: skip
    return [Section("States", tuple(rows)), *_total(names, board)]


def _total(names: Sequence[str], board: Board) -> list[Section]:
    inner = [name for name in names if board.kinds.get(name) != "loop"]
    seconds = sum(board[name].seconds for name in inner)
    held = sum(board[name].bytes for name in inner)
    rows = []
    if seconds:
        rows.append(Row(duration(seconds), "took", number=True))
    if held:
        rows.append(Row(size(held), "in memory", number=True))
    return [Section("Together", tuple(rows))] if rows else []


def graph_counts(graph: Graph, board: Board) -> list[Section]:
    """Count what a graph is made of."""
    items = {name: item for name, item, _ in walk(graph.nodes)}
    nodes = sum(isinstance(item, Node) for item in items.values())
    loops = len(items) - nodes
    rows = [Row(str(nodes), "nodes", number=True)]
    if loops:
        rows.append(Row(str(loops), "loops", number=True))
    states = Counter(str(board[name].state) for name in items)
    said = ", ".join(f"{states[key]} {STATES[key].word}" for key in ORDER if states[key])
    if said:
        rows.append(Row(said, "states"))
    return [Section("Graph", tuple(rows)), *_total(list(items), board)]


def types_of(known: NodeType | None, name: str) -> tuple[str, ...]:
    """Name the types that an output may give."""
    found = known.output(name) if known else None
    return tuple(kind.__name__ for kind in found.types) if found else ()


def outputs_of(item: Item, types: Types) -> tuple[str, ...]:
    """Name the outputs of a node or loop; the only one of a node has the empty name."""
    if isinstance(item, Loop):
        return (*item.state, *item.watch, "iterations")
    known = types.get(item.type)
    return tuple(output.name for output in known.outputs) if known else ()
