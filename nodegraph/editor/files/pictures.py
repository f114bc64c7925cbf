"""Pictures that leave the window: what they are called, where they go, how they get on the clipboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = (
    ("WAYLAND_DISPLAY", "wl-copy", ("--type", "image/png")),
    ("DISPLAY", "xclip", ("-selection", "clipboard", "-t", "image/png", "-i")),
)
"""On Linux: what must be set, the program, and what it is told; it reads the picture."""
_POWERSHELL = (
    "Add-Type -AssemblyName System.Windows.Forms, System.Drawing; "
    "$image = [System.Drawing.Image]::FromFile('{path}'); "
    "[System.Windows.Forms.Clipboard]::SetImage($image)"
)
LONGEST = 60
"""Letters of a name that is made up."""


@dataclass(frozen=True)
class Copying:
    """A program that puts a picture on the clipboard."""

    words: tuple[str, ...]
    """The command."""
    reads: bool = False
    """The picture is what it reads, not a word of the command."""


def copying(
    path: Path,
    platform: str,
    environ: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> Copying | None:
    """Say how this system takes a PNG on its clipboard; None where nothing there can."""
    if platform == "darwin":
        quoted = str(path).replace("\\", "\\\\").replace('"', '\\"')
        script = f'set the clipboard to (read (POSIX file "{quoted}") as «class PNGf»)'
        return Copying(("osascript", "-e", script))
    if platform == "win32":
        script = _POWERSHELL.format(path=str(path).replace("'", "''"))
        return Copying(("powershell", "-NoProfile", "-STA", "-Command", script))
    for variable, program, told in PROGRAMS:
        found = which(program) if environ.get(variable) else None
        if found:
            return Copying((found, *told), reads=True)
    return None


def folder() -> Path:
    """Give the folder for pictures of this program, in that of the user's pictures."""
    import platformdirs

    return Path(platformdirs.user_pictures_dir()) / "Nodegraph"


def name_for(graph: str, node: str, ending: str) -> str:
    """Make up the name of a file."""
    words = "_".join(part for part in (graph, node) if part) or "picture"
    plain = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in words)
    return f"{plain.strip(' .')[:LONGEST] or 'picture'}.{ending}"


def free(path: Path) -> Path:
    """Give a path at which there is nothing yet: the one given, or with a number."""
    number, found = 2, path
    while found.exists():
        found = path.with_name(f"{path.stem}_{number}{path.suffix}")
        number += 1
    return found
