"""A display of its own for a file of tests: Xvfb, with Mesa drawing in software."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from ctypes.util import find_library
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

INSTALL = "sudo apt-get install xvfb xdotool libgl1 libglx-mesa0 libgl1-mesa-dri"
SCREENSHOTS = "NODEGRAPH_SCREENSHOTS"
"""Names the folder for screenshots; `.screenshots` in the repository where it is not set."""

_OTHERS = ("WAYLAND_DISPLAY", "XAUTHORITY")
"""What would lead a program to another display than the one of the test."""


def missing() -> str | None:
    """Say in one line what this computer lacks for the window suite, and how to install it."""
    lacks = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    if not (find_library("GL") and find_library("GLX_mesa")):
        lacks.append("Mesa")
    return f"no {', no '.join(lacks)} to open a window with: {INSTALL}" if lacks else None


def screenshots() -> Path:
    """Give the folder for screenshots, made where it is missing."""
    given = os.environ.get(SCREENSHOTS)
    folder = Path(given) if given else Path(__file__).parents[2] / ".screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Display:
    """An X server that no one sees, with a number that was free."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        self.size = (width, height)
        self._frame = tempfile.TemporaryDirectory(prefix="xvfb")
        told, tell = os.pipe()
        words = ["-displayfd", str(tell), "-screen", "0", f"{width}x{height}x24"]
        words += ["-fbdir", self._frame.name, "+extension", "GLX", "-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(
            ["Xvfb", *words],
            pass_fds=(tell,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(tell)
        with os.fdopen(told) as answer:
            number = answer.readline().strip()
        if not number:
            self.end()
            raise RuntimeError("Xvfb did not start")
        self.name = f":{number}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Stop the server, and whatever still draws on it."""
        self._server.terminate()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._frame.cleanup()

    def environment(self, others: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Give the environment of a program that draws here."""
        kept = {name: value for name, value in others.items() if name not in _OTHERS}
        return {**kept, "DISPLAY": self.name, "LIBGL_ALWAYS_SOFTWARE": "1"}

    def hand(self, *words: object) -> str:
        """Move the mouse and press keys: commands of xdotool, all in one call of it."""
        done = subprocess.run(
            ["xdotool", *map(str, words)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"xdotool {' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout

    def pixels(self) -> NDArray[np.uint8]:
        """Read what is on the screen: rows, columns, and red, green, blue.

        The server keeps its frame in a file, so this works whatever the program does.
        """
        content = Path(self._frame.name, "Xvfb_screen0").read_bytes()
        head = np.frombuffer(content, ">u4", 25)  # of the format xwd
        offset, width, height, row, colours = (int(head[place]) for place in (0, 4, 5, 12, 19))
        rows: NDArray[Any] = np.frombuffer(content, np.uint8, row * height, offset + 12 * colours)
        return rows.reshape(height, row // 4, 4)[:, :width, 2::-1]

    def screenshot(self, name: str) -> Path:
        """Save what is on the screen."""
        from PIL import Image

        path = screenshots() / f"{name}.png"
        Image.fromarray(np.ascontiguousarray(self.pixels())).save(path)
        return path
