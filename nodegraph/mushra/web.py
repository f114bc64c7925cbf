"""The same test for webMUSHRA, which plays it in a browser.

Schoeffler et al., "webMUSHRA - A comprehensive framework for web-based listening tests", Journal of
Open Research Software 6(1), 2018.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from nodegraph.mushra.keys import Key
from nodegraph.mushra.sessions import QUESTIONS, Session, Trial

_WELCOME = (
    "You will hear a reference and several versions of it. One of them is the reference itself, "
    "hidden: please give 100 to whatever sounds just like it."
)
_VOLUME = "Please set the volume to where you listen comfortably, and leave it there."


def web_text(session: Session, key: Key) -> str:
    """Give the test as webMUSHRA reads it (YAML), its folder being in ``configs/``.

    The hidden reference is left out, since webMUSHRA puts it in itself.
    """
    first = _place(session, session.trials[0].reference)
    lines = [
        f"testname: {_quoted(session.name)}",
        f"testId: {_quoted(session.name)}",
        "bufferSize: 2048",
        "stopOnErrors: true",
        "showButtonPreviousPage: true",
        "remoteService: service/write.php",
        "",
        "pages:",
        "    - type: generic",
        "      id: welcome",
        "      name: Welcome",
        f"      content: {_quoted(_WELCOME)}",
        "    - type: volume",
        "      id: volume",
        "      name: Volume",
        f"      content: {_quoted(_VOLUME)}",
        f"      stimulus: {first}",
        "      defaultVolume: 0.5",
        "    -",
        "        - random",
    ]
    for trial in session.trials:
        lines += [f"        {line}" for line in _page(session, trial, key)]
    lines += [
        "    - type: finish",
        "      name: Thank you",
        f"      content: {_quoted('Please send your answers.')}",
        "      showResults: false",
        "      writeResults: true",
        "      questionnaire:",
        "          - type: text",
        "            label: Your name or number",
        "            name: listener",
    ]
    return "\n".join(lines) + "\n"


def _page(session: Session, trial: Trial, key: Key) -> Iterator[str]:
    yield "- type: mushra"
    yield f"  id: {_quoted(trial.id)}"
    yield f"  name: {_quoted(trial.id)}"
    yield f"  content: {_quoted(QUESTIONS[trial.question])}"
    yield "  showWaveform: true"
    yield "  enableLooping: true"
    yield f"  reference: {_place(session, trial.reference)}"
    yield "  createAnchor35: false"
    yield "  createAnchor70: false"
    yield "  stimuli:"
    for stimulus in trial.stimuli:
        if key.trials[trial.id][stimulus.id].role != "reference":
            # Plain words need no quotes, and not every reader of YAML knows quoted keys.
            word = stimulus.id if stimulus.id.isalnum() else _quoted(stimulus.id)
            yield f"      {word}: {_place(session, stimulus.file)}"


def _place(session: Session, file: str) -> str:
    """Say where a sound is, seen from the page of webMUSHRA."""
    return _quoted(quote(f"configs/{session.name}/{file}"))


def _quoted(text: str) -> str:
    """Quote a text: what JSON quotes is understood as YAML too."""
    return json.dumps(text, ensure_ascii=False)
