"""The typeface of every picture: the one that the window ships, or matplotlib's own."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

SANS, MONO = "Nodegraph Sans", "JetBrains Mono"
FALLBACK = "DejaVu Sans"
FILES = (
    ("NodegraphSans-Regular.ttf", SANS, 400),
    ("NodegraphSans-SemiBold.ttf", SANS, 600),
    ("JetBrainsMono-Regular.ttf", MONO, 400),
)
FOLDER = Path(__file__).parent.parent / "editor" / "look" / "fonts"
"""The files alone: nothing of the window is imported."""


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """Name the families of running text, the first that has a sign drawing it."""
    return (SANS, FALLBACK) if _made_known() else (FALLBACK,)


@lru_cache(maxsize=1)
def numbers() -> tuple[str, ...]:
    """Name the families of numbers that stand under each other."""
    return (MONO, "DejaVu Sans Mono") if _made_known() else ("DejaVu Sans Mono",)


@lru_cache(maxsize=1)
def _made_known() -> bool:
    """Tell matplotlib about the files, under plain names; say whether they are there."""
    from matplotlib.font_manager import fontManager

    paths = [FOLDER / name for name, _, _ in FILES]
    if not all(path.is_file() for path in paths):
        return False
    try:
        for path, (_, family, weight) in zip(paths, FILES, strict=True):
            fontManager.addfont(os.fspath(path))
            found: Any = fontManager.ttflist.pop()
            fontManager.ttflist.append(replace(found, name=family, weight=weight))
    except (OSError, RuntimeError):  # a file that is no font
        return False
    return True
