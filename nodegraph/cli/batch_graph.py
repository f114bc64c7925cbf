"""What a batch asks of its graph: which source takes the recordings, which nodes measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.errors import DocumentError, GraphError

if TYPE_CHECKING:
    from nodegraph.document import Graph
    from nodegraph.registry import Registry

PREFIX = "{track}_"
"""How names of files begin by default; in a folder of its own each track needs it no more."""


@dataclass(frozen=True)
class Asked:
    """A graph, and what the options say of it."""

    graph: Graph
    types: Registry
    source: str
    """The source that takes each recording."""
    scores: tuple[str, ...]
    """The nodes whose scores are kept."""
    knobs: tuple[str, ...]
    inputs: tuple[str, ...]
    scores_only: bool

    @property
    def only(self) -> list[str] | None:
        """The nodes that are wanted; None for all."""
        return list(self.scores) if self.scores_only else None

    @property
    def meaning(self) -> str:
        """All that the results depend on, but for the recordings, as a hash."""
        from nodegraph import document
        from nodegraph.batch.store import hashed

        used = {item.type for _, item, _ in document.walk(self.graph.nodes)}
        versions = [f"{t} {self.types[t].version}" for t in sorted(used) if t in self.types]
        words = [*self.knobs, *self.inputs, self.source, *self.scores, str(self.scores_only)]
        return hashed([document.fingerprint(self.graph), *versions, *words])


def asked(graph: Graph, types: Registry, options: Mapping[str, Any]) -> Asked:
    """Understand the options of a batch. Raises NodegraphError."""
    scores = scoring(graph, types, options["scores"])
    if options["scores_only"] and not scores:
        raise GraphError("--scores-only: the graph measures nothing")
    return Asked(
        graph,
        types,
        source_of(graph, types, options["inputs"]),
        tuple(scores),
        tuple(options["knobs"]),
        tuple(word for word in options["inputs"] if "=" in word),
        options["scores_only"],
    )


def scoring(graph: Graph, known: Registry, chosen: Sequence[str]) -> list[str]:
    """Name the nodes whose scores are kept: those chosen, or all that measure."""
    from nodegraph.document import walk
    from nodegraph.engine.resolve import nearest
    from nodegraph.values import Number, Scores

    kinds = {
        name: {kind for output in known[item.type].outputs for kind in output.types}
        for name, item, _ in walk(graph.nodes)
        if item.type in known
    }
    measuring = [name for name, found in kinds.items() if found & {Scores, Number}]
    for name in chosen:
        if name not in measuring:
            near = nearest(name, measuring) or f"; there are {', '.join(measuring) or 'none'}"
            raise DocumentError(f"--scores {name}: no node that measures has this name{near}")
    tables = [name for name in measuring if Scores in kinds[name]]
    return list(chosen) or tables + [name for name in measuring if name not in tables]


def source_of(graph: Graph, known: Registry, inputs: Sequence[str]) -> str:
    """Name the source that takes each recording."""
    from nodegraph.document import walk

    named = [word for word in inputs if "=" not in word]
    fixed = {word.partition("=")[0] for word in inputs if "=" in word}
    sources = [
        name
        for name, item, _ in walk(graph.nodes)
        if item.type in known and known[item.type].source and name not in fixed
    ]
    if len(named) > 1:
        raise DocumentError(f"--input {' --input '.join(named)}: one source takes the recordings")
    if named and named[0] not in sources:
        raise DocumentError(
            f"--input {named[0]}: no source has this name; there are {', '.join(sources) or 'none'}"
        )
    usual = [name for name in sources if name == "song"]
    chosen = named or (sources if len(sources) == 1 else usual)
    if not chosen:
        listed = ", ".join(sources) or "none"
        raise DocumentError(f"which source takes each recording? --input NODE; there are {listed}")
    return chosen[0]


def prepared(asked: Asked, example: Path, place: Path) -> dict[str, Any]:
    """Give a graph ready for recordings like the example, its files to go into `place`.

    Every fault is found here. Raises GraphError.
    """
    import nodegraph
    from nodegraph import document
    from nodegraph.cli.settings import apply
    from nodegraph.engine import plan

    graph = apply(
        asked.graph,
        asked.types,
        inputs=[*asked.inputs, f"{asked.source}={example}"],
        out=str(place),
        overwrite=True,
        knobs=asked.knobs,
    )
    folders = list(_in_folder(graph, nodegraph.path_in(graph, place)))
    by_hand = {word.partition("=")[0] for word in asked.knobs}
    graph = nodegraph.set_knobs(graph, dict(_without_track(graph, folders, by_hand)))
    plan.make(graph, asked.types, asked.only)
    blank = {f"{asked.source}.path": "", **{f"{name}.folder": "" for name in folders}}
    return {
        "text": document.text(nodegraph.set_knobs(graph, blank)),
        "base": str((graph.base or Path()).absolute()),
        "source": asked.source,
        "folders": folders,
        "scores": list(asked.scores),
        "only": asked.only,
    }


def _in_folder(graph: Graph, place: str) -> Iterator[str]:
    from nodegraph.document import walk

    for name, item, _ in walk(graph.nodes):
        if item.params.get("folder") == place:
            yield name


def _without_track(
    graph: Graph, folders: Sequence[str], by_hand: set[str]
) -> Iterator[tuple[str, str]]:
    """Leave the name of the track out of names of files that lie in a folder of that name."""
    from nodegraph.document import find

    for name in folders:
        given = find(graph, name).params.get("name")
        if isinstance(given, str) and given.startswith(PREFIX) and f"{name}.name" not in by_hand:
            yield f"{name}.name", given.removeprefix(PREFIX)
