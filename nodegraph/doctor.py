"""What this computer offers, as plain text to copy into a report.

Whatever may take the process down or hang (a window without a display, a sound card) is tried in a
child process, for a limited time.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

PATIENCE = 15.0
"""Seconds a child process is given."""

WORKS = "works"
"""What is said of a display on which a window can be opened."""

LIBRARIES = ("numpy", "scipy", "networkx", "click", "rich", "dearpygui", "matplotlib")

# A window one pixel wide, off the screen: nothing flashes up.
_WINDOW = f"""
import dearpygui.dearpygui as dpg
dpg.create_context()
dpg.create_viewport(title="nodegraph doctor", width=1, height=1, x_pos=-2000, decorated=False)
dpg.setup_dearpygui()
dpg.show_viewport()
dpg.render_dearpygui_frame()
dpg.destroy_context()
print("{WORKS}")
"""

_SOUND = """
from nodegraph.player.output import described
print(described())
"""


def report(*, in_window: bool = False) -> str:
    """Give a line for each thing worth knowing; a fault of one costs its own line only.

    What is asked in a window opens no other one: that would take the keys from it.
    """
    rows: list[tuple[str, Callable[[], str]]] = [
        ("nodegraph", _program),
        ("python", _python),
        ("system", _system),
        ("processor", _cores),
        ("memory", _memory),
        *((name, lambda name=name: version(name)) for name in LIBRARIES),
        ("soundfile", _soundfile),
        ("formats", _formats),
        ("display", (lambda: WORKS) if in_window else display),
        ("sound", sound),
        ("temporary", _temporary),
        ("graphs", _graphs),
    ]
    lines = [f"{name:<11} {_careful(ask)}" for name, ask in rows]
    return "\n".join([*lines, *_nodes()])


def _careful(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - a diagnosis never fails
        return f"cannot tell: {type(error).__name__}: {' '.join(str(error).split())}"


def version(library: str) -> str:
    """Give the version of a library without importing it."""
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"


def _program() -> str:
    from nodegraph import __version__
    from nodegraph.migrations import FORMAT

    return f"{__version__}, file format {FORMAT}"


def _python() -> str:
    return f"{platform.python_version()} {platform.python_implementation()}"


def _system() -> str:
    return f"{platform.system()} {platform.release()}, {platform.machine()}"


def _cores() -> str:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{usable} cores to use, of {os.cpu_count()}"


def _memory() -> str:
    import psutil

    memory = psutil.virtual_memory()
    return f"{memory.total / 2**30:.1f} GB, {memory.available / 2**30:.1f} GB free"


def _soundfile() -> str:
    import soundfile

    return f"{soundfile.__version__} with libsndfile {soundfile.__libsndfile_version__}"


def _formats() -> str:
    """Name the formats that recordings may come in."""
    import soundfile

    known = soundfile.available_formats()
    first = [name for name in ("WAV", "FLAC", "OGG", "MP3") if name in known]
    missing = [name for name in ("FLAC", "OGG", "MP3") if name not in known]
    lack = f"; missing: {', '.join(missing)}" if missing else ""
    others = sorted(set(known) - set(first))
    return f"{', '.join(first)}{lack}; also {', '.join(others)}; M4A and AAC are not read"


def display() -> str:
    """Say whether a window can be opened."""
    if version("dearpygui") == "not installed":
        return "dearpygui is not installed: the command line works"
    linux = sys.platform.startswith("linux")
    if linux and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return _no_display()
    fault = window()
    return WORKS if fault is None else _no_display(fault)


def window() -> str | None:
    """Open a window in a process of its own: say what went wrong, or nothing."""
    said = ask_child(_WINDOW)
    return None if said == WORKS else said


def _no_display(said: str = "") -> str:
    advice = "no display: the command line works"
    if sys.platform.startswith("linux"):
        advice += "; for a window without a screen install Xvfb and start the program with xvfb-run"
    return f"{advice} ({said})" if said else advice


def sound() -> str:
    """Say what sound can be played on."""
    if version("miniaudio") == "not installed":
        return "miniaudio is not installed: pictures and files still work"
    return ask_child(_SOUND)


def ask_child(code: str, patience: float = PATIENCE) -> str:
    """Run a few lines in a process of their own and give what they say last, or how they ended."""
    with tempfile.TemporaryDirectory() as folder:  # where a crash may leave its traces
        try:
            done = subprocess.run(
                [sys.executable, "-c", code],
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=patience,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"no answer within {patience:g} s"
    if done.returncode == 0:
        return (done.stdout.strip().splitlines() or ["said nothing"])[-1]
    last = (done.stderr.strip().splitlines() or [""])[-1]
    return f"ended with code {done.returncode}: {last}".rstrip(": ")


def _temporary() -> str:
    import psutil

    folder = tempfile.gettempdir()
    return f"{psutil.disk_usage(folder).free / 1e9:.1f} GB free for temporary files"


def _graphs() -> str:
    from nodegraph.shipped import shipped

    return ", ".join(shipped()) or "none"


def _nodes() -> Iterator[str]:
    """Tell of node types, where more of them come from, and which could not be loaded."""
    import nodegraph
    from nodegraph.registry import GROUP, user_folders

    known = nodegraph.discover()
    points = sorted(point.name for point in metadata.entry_points(group=GROUP))
    yield f"{'node types':<11} {len(known)}"
    yield f"{'plug-ins':<11} {', '.join(points) or 'none'}"
    for folder in user_folders():
        yield f"{'own nodes':<11} {_tilde(folder)}: {_content(folder)}"
    for fault in known.faults:
        yield f"{'not loaded':<11} {' '.join(fault.split())}"


def _content(folder: Path) -> str:
    if not folder.is_dir():
        return "no such folder"
    count = len(list(folder.glob("*.py")))
    return f"{count} file{'s' * (count != 1)}"


def _tilde(folder: Path) -> str:
    """Keep the user's name out of a text that others will read."""
    home = Path.home()
    return (
        f"~/{folder.relative_to(home).as_posix()}" if folder.is_relative_to(home) else str(folder)
    )
