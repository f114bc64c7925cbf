"""Listening tests: what the answers of a MUSHRA session say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np

from nodegraph import mushra as tests
from nodegraph.declare import Param, node
from nodegraph.mushra import statistics
from nodegraph.values import Scores, Windows
from nodes import audio_files

File = Annotated[str, Param(path="file")]
Question = Literal["quality", "target", "suppression", "artefacts"]


def _state(params: Mapping[str, Any]) -> str:
    """Tell what the results depend on: tables, key and session."""
    if not params["path"]:
        return ""
    key = Path(params["key"]) if params["key"] else None
    tables, found, test = tests.files_of(Path(params["path"]), key)
    files = [*tables, *(path for path in (found, test) if path is not None)]
    return " ".join(f"{path.name}:{audio_files.fingerprint(path)}" for path in files)


@node(
    "measure.mushra",
    label="MUSHRA results",
    aliases=("listening test", "webmushra", "ratings", "confidence interval"),
    fingerprint=_state,
)
def mushra(
    *,
    path: File = "",
    key: File = "",
    question: Question = "quality",
    screening: bool = True,
    sample: statistics.Samples = "ratings",
) -> Scores:
    """Read the answers of a listening test: mean, median and 95 % confidence interval.

    ``path`` is the table that this program or webMUSHRA wrote, or a folder of such tables; ``key`` is
    what `output.mushra` wrote beside the folder of the test, and is found by itself where the table
    is in that folder. Without a key, conditions are called as in the table.

    With ``screening``, who rates the hidden reference below 90 in more than 15 % of the trials is
    left out, and who rates the mid anchor (7 kHz) above 90 as often; notes say who and why.

    A ``sample`` is a rating, as in BS.1534, or the mean of a listener over all trials: stricter, since
    ratings of one listener are not independent, and in need of more listeners. Intervals are those
    of Student's t, mean +- t s / sqrt(n). All samples come along for a box plot.

    Fails where a line is no answer, and where the key is that of another test.

    ITU-R BS.1534-3, 2015.
    """
    panel, notes = _panel(path, key, question, screening)
    rows = {
        name: {
            "mean": got.mean,
            "95 % from": got.low,
            "95 % to": got.high,
            "median": got.median,
            sample: float(got.samples),
        }
        for name, got in statistics.summary(panel, sample).items()
    }
    data = np.array([panel.samples(name, sample) for name in rows])[:, np.newaxis]
    numbers = np.arange(data.shape[-1], dtype=np.float64)
    return Scores(
        rows, "", notes, Windows(data, tuple(rows), ("score",), numbers, 0.0), "condition"
    )


@node(
    "measure.mushra_pairs",
    label="MUSHRA pairs",
    aliases=("listening test", "webmushra", "ratings", "wilcoxon", "holm", "significance"),
    fingerprint=_state,
)
def mushra_pairs(
    *,
    path: File = "",
    key: File = "",
    question: Question = "quality",
    screening: bool = True,
    sample: statistics.Samples = "ratings",
    compared: Literal["systems", "all"] = "systems",
) -> Scores:
    """Tell which conditions of a listening test differ: Wilcoxon's paired test, corrected after Holm.

    For each two ``compared`` conditions (all, or only the systems under test, without reference and
    anchors) the mean difference, and p of the two-sided signed-rank test over the samples that both
    have, plain and after Holm for all pairs together. Below 0.05 they differ. All other knobs are
    those of `measure.mushra`.

    Fails where a line is no answer, and where the key is that of another test. Up to five samples
    never give a p below 0.05.

    F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1(6), 1945. S. Holm,
    "A simple sequentially rejective multiple test procedure", Scand. J. Statistics 6(2), 1979.
    """
    panel, notes = _panel(path, key, question, screening)
    names = panel.of("system") if compared == "systems" else panel.conditions
    rows = {
        f"{one.first} - {one.second}": {
            "difference": one.difference,
            "p": one.p,
            "p (Holm)": one.corrected,
            sample: float(one.samples),
        }
        for one in statistics.comparisons(panel, names, sample)
    }
    return Scores(rows, "", notes if rows else (*notes, "there are no two conditions to compare"))


def _panel(
    path: str, key: str, question: str, screening: bool
) -> tuple[statistics.Panel, tuple[str, ...]]:
    """Read the answers to a question, and say how many there are and whose are left out."""
    if not path:
        raise ValueError("no table of answers is chosen: set path")
    found = tests.answers(Path(path), Path(key) if key else None)
    ratings = found.about(question)
    if not ratings:
        asked = ", ".join(dict.fromkeys(found.questions.values())) or "quality"
        raise ValueError(f"nobody was asked for {question}; what was asked: {asked}")
    panel = statistics.panel(ratings, found.key)
    dropped: tuple[str, ...] = ()
    if screening:
        everyone = len(panel.listeners)
        panel, dropped = statistics.screened(panel)
        if not panel.listeners:
            raise ValueError(
                f"screening leaves none of {everyone} listeners ({dropped[0]}): set screening off"
            )
    notes = [f"{len(panel.listeners)} listeners, {len(panel.trials)} trials"]
    return panel, (*notes, *(f"left out: {who}" for who in dropped))
