"""The test as it is played: trials, what is heard in each, and nothing of what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from nodegraph.mushra.plain import FORMAT, Reader, loaded, text_of

SESSION, CONFIG = "session.json", "config.yaml"
MOST = 12
"""Stimuli of a trial, hidden reference and anchors included (BS.1534-3, 5.2)."""
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "quality": "Rate the overall quality of each sound, compared with the reference.",
        "target": "Rate how well the wanted source itself is preserved in each sound, compared with "
        "the reference.",
        "suppression": "Rate how well all other sources are suppressed in each sound, compared with "
        "the reference.",
        "artefacts": "Rate how free each sound is of additional artificial noise, compared with the "
        "reference.",
    }
)
"""What a listener is asked (Emiya et al., "Subjective and objective quality assessment of audio
source separation", IEEE TASLP 19(7), 2011)."""
ROLES = ("system", "reference", "low anchor", "mid anchor", "anchor")
"""What a stimulus is in the test. There is one hidden reference, at most one low anchor (3.5 kHz)
and one mid anchor (7 kHz); all other anchors are just that."""


@dataclass(frozen=True)
class Stimulus:
    """A sound that is rated."""

    id: str
    file: str


@dataclass(frozen=True)
class Trial:
    """One page of the test."""

    id: str
    question: str
    reference: str
    """The file that is played openly."""
    stimuli: tuple[Stimulus, ...]


@dataclass(frozen=True)
class Session:
    """A whole test, and the folder where its sounds are."""

    name: str
    seed: int
    trials: tuple[Trial, ...]
    folder: Path = Path()

    def trial(self, id: str) -> Trial:
        """Find a trial. Raises ValueError where there is none of that id."""
        for trial in self.trials:
            if trial.id == id:
                return trial
        raise ValueError(f"{self.name} has no trial {id!r}")


def session_path(path: Path) -> Path:
    """Give the session file of a folder, or the file itself."""
    return path / SESSION if path.is_dir() else path


def read_session(path: Path) -> Session:
    """Read a test from its session file or its folder. The sounds must be there.

    Raises ValueError in one line that names the file and what is wrong in it.
    """
    path = session_path(path)
    reader = loaded(path)
    reader.only("format", "name", "seed", "trials")
    trials = tuple(_trial(one, path.parent) for one in reader.each("trials"))
    twin = _twin([trial.id for trial in trials])
    if twin:
        reader.fail(f"two trials have the id {twin!r}")
    return Session(reader.text("name"), reader.whole("seed"), trials, path.parent)


def _trial(reader: Reader, folder: Path) -> Trial:
    reader.only("id", "question", "reference", "stimuli")
    question = reader.one_of("question", tuple(QUESTIONS))
    stimuli = [_stimulus(one, folder) for one in reader.each("stimuli")]
    if len(stimuli) > MOST:
        reader.fail(f"{len(stimuli)} stimuli are more than a trial may have, which is {MOST}")
    for what, names in (("id", [s.id for s in stimuli]), ("file", [s.file for s in stimuli])):
        if twin := _twin(names):
            reader.fail(f"two stimuli have the {what} {twin!r}")
    reference = _sound(reader, "reference", folder)
    return Trial(reader.text("id"), question, reference, tuple(stimuli))


def _stimulus(reader: Reader, folder: Path) -> Stimulus:
    reader.only("id", "file")
    return Stimulus(reader.text("id"), _sound(reader, "file", folder))


def _sound(reader: Reader, name: str, folder: Path) -> str:
    """Give the name of a sound that lies in the folder."""
    file = reader.text(name)
    if file in (".", "..") or any(sign in file for sign in "/\\:\0"):
        reader.fail(f"{name!r} must be the name of a file in the folder, is {file!r}")
    if not (folder / file).is_file():
        reader.fail(f"there is no {file} in the folder {folder.name}")
    return file


def _twin(names: list[str]) -> str:
    return next((name for n, name in enumerate(names) if name in names[:n]), "")


def session_text(session: Session) -> str:
    """Give the text of a session file: what `read_session` reads."""
    trials = [
        {
            "id": trial.id,
            "question": trial.question,
            "reference": trial.reference,
            "stimuli": [{"id": one.id, "file": one.file} for one in trial.stimuli],
        }
        for trial in session.trials
    ]
    return text_of({"format": FORMAT, "name": session.name, "seed": session.seed, "trials": trials})
