"""The cards of the first screen: a graph each, with a title, a sentence and a thumbnail's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph import document
from nodegraph.errors import DocumentError


@dataclass(frozen=True, slots=True)
class GalleryCard:
    """A graph to begin with."""

    name: str
    title: str
    sentence: str
    path: Path
    key: str = ""
    """Names the thumbnail: it changes when the graph's meaning does."""
    fault: str = ""


def gallery(graphs: Mapping[str, Path]) -> list[GalleryCard]:
    """Give a card for each graph file; one that cannot be read says why."""
    return [_card(name, path) for name, path in graphs.items()]


def _card(name: str, path: Path) -> GalleryCard:
    plain = name.replace("_", " ").capitalize()
    try:
        graph = document.read(path)
    except DocumentError as error:
        return GalleryCard(name, plain, "", path, fault=str(error))
    key = document.fingerprint(graph)
    return GalleryCard(name, graph.title or plain, first_sentence(graph.about), path, key)


def first_sentence(text: str) -> str:
    """Give the first sentence of a text, whose lines may be broken anywhere."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    # A full stop within a number or an abbreviation is followed by no capital.
    end = re.search(r"[.!?](?=\s+[^\W\d_a-z]|$)", paragraph)
    return paragraph[: end.end()] if end else paragraph
