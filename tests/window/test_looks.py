"""Every screen is drawn, in both themes and two sizes, and none of them is empty."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.window.conftest import Start
from tests.window.harness import Program
from tests.window.steps import names, ready

SIZE = (1280, 720)
SCREENS = {
    "gallery": "",
    "graph": "",
    "keys": "question",
    "commands": "ctrl+shift+p",
    "settings": "ctrl+comma",
    "files": "ctrl+o",
    "presenter": "F11",
}


def colours(program: Program) -> int:
    """Count the colours on the display, some alike taken as one."""
    pixels = program.display.pixels()[..., :3] // 8
    flat = pixels.reshape(-1, 3).astype(np.uint32)
    return len(np.unique(flat[:, 0] << 16 | flat[:, 1] << 8 | flat[:, 2]))


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("scale", [100, 150])
def test_every_screen_is_drawn(program: Start, tmp_path: Path, theme: str, scale: int) -> None:
    config = tmp_path / "config"
    config.mkdir()
    chosen = json.dumps({"theme": theme, "scale": scale})
    (config / "settings.json").write_text(chosen, encoding="utf-8")
    window = program(home=tmp_path)
    ready(window)
    brightness = []
    for screen, key in SCREENS.items():
        if screen == "graph":
            window.key("Right", "Return")
            window.wait(lambda s: not s.popup and names(s), 10, "a graph")
        elif key:
            window.key(key)
        window.wait_frames(8)
        assert colours(window) > 30, screen
        brightness.append(window.display.pixels()[..., :3].mean())
        state = window.state()
        assert "fault in the window" not in state.toast
        if state.popup not in ("", "gallery"):
            window.key("Escape")
            window.wait(lambda s: s.popup in ("", "gallery"), 8, "it to close")
    assert "Traceback" not in window.said()
    assert all(shade > 128 for shade in brightness) == (theme == "light")
