"""The cards of the first screen, as data: what each graph is about, how they are filtered.

Reading the graphs is all it takes: no node type need be known, so the cards are there at once.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from nodegraph import document
from nodegraph.document import Graph, Item, Loop, links, walk
from nodegraph.editor.files.places import AUDIO, PICTURES
from nodegraph.editor.files.settings import Settings
from nodegraph.errors import DocumentError

LOOPS = "loop"
FIGURES = "figure"
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        FIGURES: "Figures",
        "position": "Position",
        "kernel": "Kernels",
        "factor": "Factors",
        "voice": "Voice",
        LOOPS: "Loops",
        "mask": "Masks",
        "learn": "Learning",
        "measure": "Evaluation",
    }
)
"""What a graph may be about: a figure of the survey, or the family of its nodes. Sources, transforms
and outputs say nothing."""

_SURVEY = re.compile(
    r"\b(figure \d+[a-z]?|section [IVX]+)\b of the survey"
    r"|\bsurvey, (figure \d+[a-z]?|section [IVX]+)\b",
    re.IGNORECASE,
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
    tags: tuple[str, ...] = ()
    """The figures and sections of the survey that it shows."""
    subjects: frozenset[str] = frozenset()
    """Keys of `SUBJECTS`."""
    graph: Graph = field(default_factory=Graph, compare=False, repr=False)

    @property
    def loop(self) -> bool:
        """Whether something in it turns."""
        return LOOPS in self.subjects


def gallery(graphs: Mapping[str, Path]) -> list[GalleryCard]:
    """Give a card for each graph file; one that cannot be read says why."""
    return [_card(name, path) for name, path in graphs.items()]


def _card(name: str, path: Path) -> GalleryCard:
    plain = name.replace("_", " ").capitalize()
    try:
        graph = document.read(path)
    except DocumentError as error:
        return GalleryCard(name, plain, "", path, fault=str(error))
    title = graph.title or plain
    named = tags(graph.about)
    shows = {FIGURES} if any(map(_figure, named)) else set()
    return GalleryCard(
        name,
        title,
        _sentence(graph.about, title),
        path,
        document.fingerprint(graph),
        tags=named,
        subjects=subjects(graph) | shows,
        graph=graph,
    )


def first_sentence(text: str) -> str:
    """Give the first sentence of a text, whose lines may be broken anywhere."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    # A full stop within a number or an abbreviation is followed by no capital.
    end = re.search(r"[.!?](?=\s+[^\W\d_a-z]|$)", paragraph)
    return paragraph[: end.end()] if end else paragraph


def _sentence(about: str, title: str) -> str:
    """Give the first sentence that is not the title once more."""
    first = first_sentence(about)
    rest = " ".join(about.split())[len(first) :]
    return first if first.rstrip(".") != title else first_sentence(rest) or first


def tags(about: str) -> tuple[str, ...]:
    """Give the figures and sections of the survey that a text names."""
    found = (one or other for one, other in _SURVEY.findall(" ".join(about.split())))
    return tuple(dict.fromkeys(name[:1].upper() + name[1:] for name in found))


def _figure(tag: str) -> tuple[int, str] | None:
    """Give number and letter of a figure; None for another tag."""
    found = re.fullmatch(r"figure (\d+)([a-z]?)", tag, re.IGNORECASE)
    return (int(found[1]), found[2]) if found else None


def subjects(graph: Graph) -> frozenset[str]:
    """Say what a graph is about, by the families of its nodes."""
    items = [item for _, item, _ in walk(graph.nodes)]
    families = {item.type.partition(".")[0] for item in items if not isinstance(item, Loop)}
    loops = {LOOPS} if any(isinstance(item, Loop) for item in items) else set()
    return frozenset((families | loops) & SUBJECTS.keys())


def figures_first(cards: Iterable[GalleryCard]) -> tuple[GalleryCard, ...]:
    """Order cards for reading: the figures of the survey, then short chains of nodes, loops last."""

    def rank(card: GalleryCard) -> tuple[object, ...]:
        figures = sorted(filter(None, map(_figure, card.tags)))
        return not figures, figures, card.loop, _length(card), card.title

    return tuple(sorted(cards, key=rank))


def _length(card: GalleryCard) -> int:
    return max(depths(card.graph.nodes).values(), default=0)


def depths(items: Mapping[str, Item]) -> dict[str, int]:
    """Say how many nodes lead to each one; a graph that bites its tail is cut somewhere."""
    depths: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name not in depths:
            before = {link.node for _, link in links(items[name])} & items.keys()
            below = (depth(other, above | {name}) for other in before - above - {name})
            depths[name] = 1 + max(below, default=0)
        return depths[name]

    for name in items:
        depth(name, frozenset())
    return depths


# Filters


def chips(cards: Iterable[GalleryCard]) -> tuple[str, ...]:
    """Give the subjects worth a filter: some of the cards are about it, but not all."""
    about = [card.subjects for card in cards]
    return tuple(name for name in SUBJECTS if 0 < sum(name in own for own in about) < len(about))


def filtered(
    cards: Iterable[GalleryCard], subject: str = "", words: str = ""
) -> tuple[GalleryCard, ...]:
    """Give the cards about a subject in which every word is found, in their order.

    Those that have all words in name or title come first.
    """
    wanted = words.casefold().split()
    found = [
        card
        for card in cards
        if (not subject or subject in card.subjects)
        and all(word in _searched(card) for word in wanted)
    ]

    def elsewhere(card: GalleryCard) -> bool:
        called = f"{card.name.replace('_', ' ')}\n{card.title}".casefold()
        return not all(word in called for word in wanted)

    return tuple(sorted(found, key=elsewhere))


def _searched(card: GalleryCard) -> str:
    types = {item.type for _, item, _ in walk(card.graph.nodes)}
    named = (SUBJECTS[name] for name in card.subjects)
    parts = (card.name, card.title, card.graph.about, card.sentence, *card.tags, *named, *types)
    return "\n".join(parts).casefold()


# Recent files


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A line of the list of recent files."""

    path: Path
    name: str
    icon: str
    day: str
    """When it was changed, in a word."""
    missing: bool
    pinned: bool


def recent_files(
    settings: Settings, now: float, changed: Callable[[Path], float | None] | None = None
) -> tuple[RecentFile, ...]:
    """Give the pinned files, then those opened before, the newest first."""
    ask = changed or _changed
    paths = (Path(name) for name in dict.fromkeys((*settings.pins, *settings.recent)))
    return tuple(_recent(path, ask(path), now, str(path) in settings.pins) for path in paths)


def _recent(path: Path, changed: float | None, now: float, pinned: bool) -> RecentFile:
    day = "missing" if changed is None else day_text(changed, now)
    return RecentFile(path, path.name, kind_icon(path), day, changed is None, pinned)


def _changed(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except (OSError, ValueError):
        return None


def kind_icon(path: Path) -> str:
    """Name the icon of a kind of file."""
    suffix = path.suffix.lower()
    return "music-note" if suffix in AUDIO else "frame-corners" if suffix in PICTURES else "note"


def day_text(seconds: float, now: float) -> str:
    """Say on which day something was, as short as is clear."""
    try:
        day = datetime.datetime.fromtimestamp(seconds).date()
        today = datetime.datetime.fromtimestamp(now).date()
    except (OverflowError, ValueError, OSError):
        return ""
    past = (today - day).days
    if past in (0, 1):
        return ("today", "yesterday")[past]
    if 1 < past < 7:
        return _DAYS[day.weekday()]
    date = f"{day.day} {_MONTHS[day.month - 1]}"
    return date if day.year == today.year else f"{date} {day.year}"
