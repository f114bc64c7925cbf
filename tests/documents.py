"""The tables in ``docs/`` that the program itself knows: ``python -m tests.documents`` writes them.

A table stands between two comments, ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from nodegraph import values
from nodegraph.editor import acting, commands
from nodegraph.editor.look.signs import FAMILIES, LETTERS, STATES, TYPES
from nodegraph.registry import discover
from tests.commands import ROOT

FILES = (ROOT / "docs" / "keys.md", ROOT / "docs" / "window.md")
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

MEANING: Mapping[str, str] = {
    "idle": "not run yet",
    "queued": "its turn comes; the picture is the old one",
    "running": "with the share that is done",
    "done": "computed in this run; seconds and size beside it",
    "cached": "nothing before it changed, so the result was taken from memory",
    "stale": "something before it changed, and it waits: Enter runs it",
    "error": "it failed; the card below says why, and offers a fix where there is one",
    "blocked": "an input is missing, or something before it failed",
    "absent": "something before it says that there is nothing, as references for a plain recording",
    "stopped": "Esc came while it ran",
    "bypassed": "passes its first input on, unchanged (Ctrl B)",
    "muted": "gives nothing, and nothing behind it runs (M)",
    "unknown": "no node of this type is installed; the file keeps it as it is",
}
"""What each state of a node means."""


def offered(command: commands.Command) -> bool:
    """Whether the window of this version can do a command."""
    from nodegraph.editor.window import doing

    return command.id in doing.COMMANDS or command.id in acting.EDITS


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _keys() -> str:
    groups = []
    for title, rows in commands.key_sheet(offered):
        table = _table(("keys", "what they do"), ((_pressed(keys), does) for keys, does in rows))
        if title == "Mouse":
            table = _table(("mouse", "what it does"), rows)
        groups.append(f"## {title}\n\n{table}")
    return "\n" + "\n".join(groups) + "\n"


def _pressed(keys: str) -> str:
    return ", ".join(f"`{key}`" for key in keys.split(", "))


def _types() -> str:
    known = {name: kind for name, kind in vars(values).items() if inspect.isclass(kind)}
    rows = (
        (f"`{name}`", shape, ", ".join(pair), _first(known[name]))
        for name, (shape, pair) in TYPES.items()
        if name in known
    )
    return _table(("type", "shape of the port", "dark, light", "what travels"), rows)


def _first(kind: type) -> str:
    return (kind.__doc__ or "").splitlines()[0].replace("``", "`").replace("|", "\\|")


def _states() -> str:
    rows = ((style.word, style.icon, MEANING[name]) for name, style in STATES.items())
    return _table(("word", "icon", "what it means"), rows)


def _families() -> str:
    used = {kind.partition(".")[0] for kind in discover()} | {"control"}
    rows = ((title, icon) for name, (title, icon, _) in FAMILIES.items() if name in used)
    return _table(("family", "icon"), rows)


def _sources() -> str:
    return _table(("letter", "source"), ((letter, name) for name, letter in LETTERS.items()))


TABLES: Mapping[str, Callable[[], str]] = {
    "keys": _keys,
    "types": _types,
    "states": _states,
    "families": _families,
    "sources": _sources,
}


def written(text: str) -> str:
    """Give a document with its tables as the program has them."""
    return MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def _write(path: Path) -> None:
    path.write_text(written(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    for file in FILES:
        _write(file)
