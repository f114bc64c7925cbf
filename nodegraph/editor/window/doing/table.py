"""The table of what the window does, and when a command can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


@dataclass(frozen=True)
class Command:
    """How a command is done, and when it can be."""

    run: Callable[..., None]
    able: Callable[[App], bool] | None = None


COMMANDS: dict[str, Command] = {}


def command(
    name: str, able: Callable[[App], bool] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a function as what a command does: it takes the app, ``key`` and the command's own."""

    def enter(function: Callable[..., None]) -> Callable[..., None]:
        COMMANDS[name] = Command(function, able)
        return function

    return enter


def opened(app: App) -> bool:
    return not app.in_gallery


def one(app: App) -> bool:
    return len(app.stage.chosen) == 1


def some(app: App) -> bool:
    return bool(app.stage.chosen)
