"""One listener's sitting at a MUSHRA test (ITU-R BS.1534): pages, sounds in a drawn order, ratings.

The order of the pages, and on each page that of its sounds, is drawn from the seed of the session and
the listener's own id: each listener has another one, and it can be drawn again. A sound is rated from
0 to 100 once it is heard, and a page is left for the next when all its sounds are rated. Going back
is free. Times are counted by page.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nodegraph.mushra import QUESTIONS, Rating, Session, Stimulus

LOWEST, HIGHEST = 0, 100
LABELS = ("Excellent", "Good", "Fair", "Poor", "Bad")
"""Of the fifths of the scale, from above."""
REFERENCE = ""
"""What the open reference is called among the sounds of a page."""


@dataclass(frozen=True)
class Page:
    """A trial with its sounds in the order in which this listener sees them."""

    trial: str
    question: str
    """The words of it."""
    reference: str
    """File of the reference."""
    stimuli: tuple[Stimulus, ...]

    @property
    def files(self) -> dict[str, str]:
        """The file of each sound by its id, that of the reference first."""
        return {REFERENCE: self.reference} | {one.id: one.file for one in self.stimuli}

    @property
    def names(self) -> dict[str, str]:
        """What each sound is called on screen: a number that says nothing."""
        return {one.id: str(place) for place, one in enumerate(self.stimuli, 1)}


@dataclass(frozen=True)
class Sitting:
    """What was asked and answered so far. It never changes: each answer gives another one."""

    name: str
    listener: str
    """The ``session_uuid`` of the ratings."""
    pages: tuple[Page, ...]
    at: int = -1
    """The page that is shown; -1 before the first, and their number after the last."""
    scores: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By trial and sound."""
    heard: frozenset[tuple[str, str]] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Spent on each trial."""

    @property
    def page(self) -> Page | None:
        """The page that is shown; None before the first and after the last."""
        return self.pages[self.at] if 0 <= self.at < len(self.pages) else None

    @property
    def over(self) -> bool:
        """Whether the last page is done."""
        return self.at >= len(self.pages)

    @property
    def last(self) -> bool:
        """Whether this page is the last one."""
        return self.at == len(self.pages) - 1

    def score(self, id: str) -> int | None:
        """Give what a sound of this page was rated; None where it was not."""
        return self.scores.get((self.page.trial, id)) if self.page else None

    def was_heard(self, id: str) -> bool:
        """Whether a sound of this page was heard."""
        return self.page is not None and (self.page.trial, id) in self.heard

    @property
    def unrated(self) -> tuple[str, ...]:
        """Sounds of this page that have no rating yet."""
        found = self.page.stimuli if self.page else ()
        return tuple(one.id for one in found if self.score(one.id) is None)

    @property
    def ready(self) -> bool:
        """Whether the next page may be shown."""
        return not self.over and not self.unrated


def sitting(session: Session, listener: str) -> Sitting:
    """Draw the order for a listener."""
    draw = random.Random(f"{session.seed} {listener}")
    trials = list(session.trials)
    draw.shuffle(trials)
    pages = []
    for trial in trials:
        stimuli = list(trial.stimuli)
        draw.shuffle(stimuli)
        words = QUESTIONS[trial.question]
        pages.append(Page(trial.id, words, trial.reference, tuple(stimuli)))
    return Sitting(session.name, listener, tuple(pages))


def hearing(now: Sitting, id: str) -> Sitting:
    """Note that a sound of this page is heard."""
    if now.page is None or id not in now.page.files:
        return now
    return replace(now, heard=now.heard | {(now.page.trial, id)})


def rated(now: Sitting, id: str, score: float) -> Sitting:
    """Rate a sound of this page, which must have been heard."""
    if now.page is None or id not in now.page.names or not now.was_heard(id):
        return now
    value = round(min(max(score, LOWEST), HIGHEST))
    return replace(now, scores={**now.scores, (now.page.trial, id): value})


def spent(now: Sitting, seconds: float) -> Sitting:
    """Count time to this page."""
    if now.page is None or seconds <= 0:
        return now
    trial = now.page.trial
    return replace(now, seconds={**now.seconds, trial: now.seconds.get(trial, 0.0) + seconds})


def following(now: Sitting) -> Sitting:
    """Show the next page; stays where something has no rating yet."""
    return replace(now, at=now.at + 1) if now.ready else now


def before(now: Sitting) -> Sitting:
    """Show the page before; from the first page there is no way back."""
    return replace(now, at=now.at - 1) if 0 < now.at <= len(now.pages) else now


def ratings(now: Sitting) -> tuple[Rating, ...]:
    """Give all ratings, page by page in the order in which they were asked, as they are kept."""
    return tuple(
        Rating(
            now.listener,
            page.trial,
            one.id,
            float(now.scores[page.trial, one.id]),
            1000 * now.seconds.get(page.trial, 0.0),
        )
        for page in now.pages
        for one in page.stimuli
        if (page.trial, one.id) in now.scores
    )


# Words


def label(score: float) -> str:
    """Say which fifth of the scale a score lies in."""
    return LABELS[max(math.ceil((HIGHEST - score) / 20) - 1, 0)]


def progress(now: Sitting) -> str:
    """Say what is still to be done on this page."""
    if now.page is None:
        return ""
    left = len(now.unrated)
    if left:
        return f"{len(now.page.stimuli) - left} of {len(now.page.stimuli)} rated"
    if max(now.scores[now.page.trial, one.id] for one in now.page.stimuli) < HIGHEST:
        return "All rated. The reference itself is among them: it is worth 100"
    return "All rated"


def about(now: Sitting, left: Sitting | None = None) -> tuple[str, ...]:
    """Say what a listener needs to know, a paragraph each; first, of a sitting that was left."""
    pages = f"{len(now.pages)} page{'s' * (len(now.pages) != 1)}"
    begun: tuple[str, ...] = ()
    if left is not None:
        count = f"{len(left.scores)} rating{'s' * (len(left.scores) != 1)}"
        begun = (
            f"A listener stopped at page {left.at + 1} of {len(left.pages)}, with {count}. Go on if "
            "that was you; else begin anew, and those ratings stay where they are.",
        )
    return (
        *begun,
        f"There {'are' if len(now.pages) != 1 else 'is'} {pages}. On each, compare some sounds with a "
        "reference that you can hear at any time, and rate every one of them from 0 to 100.",
        "The reference itself is hidden among them. Whatever cannot be told from the reference is "
        "worth 100; all else is worth less.",
        "All sounds run along together: switch as often as you like, and drag on the strip to repeat "
        "a short stretch. Set the volume now, and leave it as it is.",
    )
