"""How well a node type answers a text.

A text is taken word by word. Each word must be found in a type: in its label, id, aliases and
terms of the literature at the start of a word or anywhere, in its summary at the start of a word.
A slip of the finger is forgiven where the caller asks for it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from nodegraph.declare import NodeType
from nodegraph.editor.offers.terms import TERMS

Span = tuple[int, int]
Found = tuple[float, tuple[Span, ...], str, tuple[Span, ...]]
"""How well, what to highlight in the label, what else matched, and what to highlight there."""

_SLIP = 30
"""What a word with a slip can get at most."""


@dataclass(frozen=True)
class _Field:
    """A text of a type, and how much less a match in it counts."""

    kind: str
    text: str
    less: float
    words: tuple[tuple[str, int], ...]
    """Each word in small letters, and where it stands."""
    joined: str


def words_of(text: str) -> list[str]:
    """Give the words of a text in small letters, without accents."""
    return [word for word, _ in _words(text)]


def match(known: NodeType, words: list[str], slips: bool) -> Found | None:
    """Score a type for these words; None where one of them is not found."""
    total, label, reasons = 0.0, list[Span](), dict[str, list[Span]]()
    fields = _fields(known.id, known.label, known.aliases, known.summary)
    for word in words:
        best: tuple[float, _Field, Span] | None = None
        in_label = False
        for field in fields:
            score, span = _score(word, field, slips)
            if score and field.kind == "label":
                in_label = True
                label.append(span)
            if score and (best is None or score - field.less > best[0]):
                best = score - field.less, field, span
        if best is None:
            return None
        total += best[0]
        if not in_label and best[1].kind in ("alias", "term", "summary"):
            reasons.setdefault(best[1].text, []).append(best[2])
    total /= max(1, len(words))
    whole = "".join(words)
    total += max((101 - f.less for f in fields if whole and f.joined == whole), default=0)
    why = max(reasons, key=lambda text: len(reasons[text]), default="")
    return total, _merged(label), why, _merged(reasons.get(why, []))


@lru_cache(maxsize=4096)
def _fields(type_id: str, label: str, aliases: tuple[str, ...], summary: str) -> list[_Field]:
    family, name = type_id.split(".", 1)
    texts = [("label", label, 0.0), ("id", name, 12.0)]
    texts += [("alias", alias, 4.0) for alias in aliases]
    for term, ids in TERMS.items():
        if type_id in ids.split():
            texts.append(("term", term, 8.0 + 2 * ids.split().index(type_id)))
    texts += [("family", family, 25.0), ("summary", summary, 40.0)]
    return [
        _Field(kind, text, less, tuple(_words(text)), "".join(words_of(text)))
        for kind, text, less in texts
    ]


def _score(word: str, field: _Field, slips: bool) -> tuple[float, Span]:
    """Score one word against one text, and say where it stands."""
    best, span = 0.0, (0, 0)
    for number, (part, start) in enumerate(field.words):
        score, length = 0.0, len(word)
        if part == word:
            score = 100 if len(field.words) == 1 else 90
        elif part.startswith(word):
            score = 75 + 5 * len(word) / len(part)
        elif field.kind == "summary":
            continue
        elif len(word) > 1 and word in part:
            score, start = 45, start + part.index(word)
        elif slips and (distance := _slips(word, part)):
            score, length = _SLIP - 5 * distance, len(part)
        score -= min(number, 3) * 2 if score else 0
        if score > best:
            best, span = score, (start, start + length)
    if not best and len(word) > 2 and field.kind != "summary":
        # Words that are written as one, from the start of one of them: "sisdr", not "ti[me di]fference".
        parts = [part for part, _ in field.words]
        begun = (k for k in range(len(parts)) if "".join(parts[k:]).startswith(word))
        first = next(begun, None)
        if first is not None:
            return 40.0 if first else 60.0, (0, len(field.text))
    return best, span


def _slips(word: str, part: str) -> int:
    """Count the slips between two words; 0 for too many.

    One is allowed from three letters on, two from seven; the start of a longer word will do.
    """
    most = 0 if len(word) < 3 else 1 if len(word) < 7 else 2
    starts = {part, *(part[: len(word) + more] for more in (-1, 0, 1) if len(word) > 4)}
    near = [start for start in starts if abs(len(word) - len(start)) <= most]
    found = min((_distance(word, start) for start in near), default=most + 1)
    return found if found <= most else 0


def _distance(one: str, other: str) -> int:
    """Count insertions, deletions, exchanges and swaps of neighbours."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _words(text: str) -> list[tuple[str, int]]:
    """Give each word in small letters without accents, letter for letter, and where it stands."""
    plain = "".join(unicodedata.normalize("NFD", letter)[0].lower()[:1] for letter in text)
    return [(found.group(), found.start()) for found in re.finditer(r"[^\W_]+", plain)]


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """Give spans in order, those that touch as one."""
    merged: list[Span] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((start, stop))
    return tuple(merged)
