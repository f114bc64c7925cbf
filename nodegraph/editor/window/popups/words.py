"""What the popups say, as plain functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nodegraph.declare import Knob, NodeType, Output, Port, in_words
from nodegraph.document import Graph, Loop, Node, walk
from nodegraph.editor.acting import title_of
from nodegraph.editor.look.signs import FAMILIES
from nodegraph.editor.offers.search import Choice, Wire
from nodegraph.history import History

# The node search


def filter_note(wire: Wire | None, replacing: str = "") -> tuple[str, str]:
    """Give the note at the field's end, and the value type whose sign stands before it."""
    if replacing:
        return f"in place of {replacing}", ""
    if wire is None:
        return "", ""
    if wire.types is None:
        return "what fits the wire", ""
    verb = "takes" if wire.link else "gives"
    first = min(kind.__name__ for kind in wire.types) if wire.types else ""
    return f"{verb} {in_words(wire.types)}", first


def right_of(choice: Choice, text: str = "") -> str:
    """Give what stands at the right of a row: what else matched, or else the family."""
    if choice.why and choice.why != choice.summary:
        return choice.why
    known = FAMILIES.get(choice.family)
    return known[0] if known else choice.family.replace("_", " ").capitalize()


# The nodes of a graph


@dataclass(frozen=True)
class FoundNode:
    """A node or loop that fits what was typed."""

    name: str
    label: str
    """Its title where it has one, and its name."""
    kind: str
    """The label of its type, and the loop that it lies in."""
    family: str
    spans: tuple[tuple[int, int], ...] = ()


def find_nodes(graph: Graph, types: Mapping[str, NodeType], text: str) -> tuple[FoundNode, ...]:
    """Give the nodes and loops whose title, name or type holds all words, in their order.

    Those whose name or title begins with the text come first.
    """
    words = text.lower().split()
    found: list[tuple[bool, FoundNode]] = []
    for name, item, around in walk(graph.nodes):
        known = types.get(item.type) if isinstance(item, Node) else None
        kind = known.label if known else item.type if isinstance(item, Node) else "Loop"
        family = known.family if known else "control" if isinstance(item, Loop) else "unknown"
        title = title_of(graph, name)
        label = f"{title} ({name})" if title and title != name else name
        where = f"{kind}, in {around[-1]}" if around else kind
        said = f"{label} {where}".lower()
        if all(word in said for word in words):
            marks = [(label.lower().find(word), len(word)) for word in words]
            spans = tuple((at, at + size) for at, size in marks if at >= 0)
            begins = label.lower().startswith(text.strip().lower())
            found.append((begins, FoundNode(name, label, where, family, spans)))
    return tuple(node for _, node in sorted(found, key=lambda pair: not pair[0]))


# The steps to undo


@dataclass(frozen=True)
class StepRow:
    """A step, the newest first."""

    index: int
    words: str
    now: bool
    undone: bool
    """It lies after the current one: going there does it again."""
    saved: bool
    """The file holds the graph as of this step."""


def steps(history: History) -> tuple[StepRow, ...]:
    """Give the steps that one can go to, the newest first."""
    rows = [
        StepRow(
            index,
            _capital(step.label) if index else "The beginning",
            index == history.index,
            index > history.index,
            history.saved is not None and step.graph is history.saved,
        )
        for index, step in enumerate(history.steps)
    ]
    return tuple(reversed(rows))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:] or "A change"


# Help on a node type

_EMPHASIS = re.compile(r"(?<![\w*])\*{1,2}(\w(?:[^*]*\w)?)\*{1,2}(?![\w*])")
"""Stars around words; those of a product have a space at one side."""
Style = Literal["section", "text", "formula", "port", "output", "knob", "note"]


@dataclass(frozen=True)
class HelpLine:
    """A paragraph of a help page, or a row of its tables."""

    style: Style
    words: str
    more: str = ""
    """Types of a port, range of a knob."""
    kind: str = ""
    """The value type whose sign a port has."""


def help_page(known: NodeType) -> tuple[HelpLine, ...]:
    """Give all that a node type declares about itself, below its title and summary."""
    return tuple(_help(known))


def _help(known: NodeType) -> Iterator[HelpLine]:
    if known.ports:
        yield HelpLine("section", "Takes")
        yield from (_port(port) for port in known.ports)
    yield HelpLine("section", "Gives")
    yield from (_output(output) for output in known.outputs)
    if known.knobs:
        yield HelpLine("section", "Knobs")
        yield from (HelpLine("knob", knob.name, knob_words(knob)) for knob in known.knobs)
    if known.help:
        yield HelpLine("section", "How it works")
        yield from paragraphs(known.help)
    if known.aliases:
        yield HelpLine("note", f"Also called {', '.join(known.aliases)}.")
    facts = [
        words
        for holds, words in (
            (known.effect, "It writes files: it runs each time, and is never cached."),
            (known.whole, "It needs the whole recording: a loop region does not make it faster."),
        )
        if holds
    ]
    yield from (HelpLine("note", words) for words in facts)


def _port(port: Port) -> HelpLine:
    extra = [", several wires" * port.many, ", may be left open" * port.optional]
    first = min(kind.__name__ for kind in port.types)
    return HelpLine("port", port.name, port.type_names + "".join(extra), first)


def _output(output: Output) -> HelpLine:
    first = min(kind.__name__ for kind in output.types)
    return HelpLine("output", output.name or "output", output.type_names, first)


def knob_words(knob: Knob) -> str:
    """Say what a knob allows and how it comes."""
    if knob.kind == "bool":
        return f"on or off, comes {'on' if knob.default else 'off'}"
    unit = f" {knob.param.unit}" if knob.param.unit else ""
    if knob.kind == "choice":
        comes = f"comes as {knob.default}"
        return f"{', '.join(map(str, knob.choices))}{unit}; {comes}"
    if knob.kind == "str":
        what = {"file": "a file", "folder": "a folder"}.get(knob.param.path, "text")
        return f"{what}, comes as {knob.default}" if knob.default else f"{what}, comes empty"
    return f"{knob.span}; comes as {knob.default:g}{unit}"


def paragraphs(text: str) -> Iterator[HelpLine]:
    """Read the help text of a docstring: paragraphs, indented formulas, tables as they are."""
    for block in text.split("\n\n"):
        lines = block.splitlines()
        if not any(line.strip() for line in lines):
            continue
        if lines[0].startswith((" ", "\t", "==")):
            yield from (HelpLine("formula", line.strip("\n").rstrip()) for line in lines)
        else:
            words = " ".join(" ".join(lines).split())
            yield HelpLine("text", _EMPHASIS.sub(r"\1", words.replace("``", "").replace("`", "")))


# The settings file


def tilde(path: str, home: str) -> str:
    """Write a path with ``~`` for the home folder."""
    inside = path.startswith(home.rstrip("/\\") + "/")
    return "~" + path[len(home.rstrip("/\\")) :] if inside and home.strip("/\\") else path


# Answers


def answer_for(chord: str, answers: Sequence[str]) -> str | None:
    """Give the answer that a key means: Enter the first, Escape the last; None for no answer."""
    if not answers:
        return None
    return {"Enter": answers[0], "Escape": answers[-1]}.get(chord)


COLOUR_MAPS: Mapping[str, str] = {
    "magma": "Magma",
    "viridis": "Viridis",
    "cividis": "Cividis",
    "greys": "Greys",
}
