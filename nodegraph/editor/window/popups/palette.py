"""The command palette: everything the window can be told to do, found by typing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from nodegraph.editor import commands
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.commands import Found
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.window.popups.finder import Finder
from nodegraph.editor.window.popups.layout import centred, parts
from nodegraph.editor.window.popups.line import Line

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host


class CommandPalette(Finder[Found]):
    """Find a command and do it."""

    name = "commands"
    hint = "What should be done?"
    nothing = "No command by these words."
    wide = 560

    def __init__(
        self,
        host: Host,
        shut: Callable[[], None],
        recent: Iterable[str] = (),
        did: Callable[[str], None] = lambda command: None,
    ) -> None:
        super().__init__(host, shut)
        self.recent, self.did = tuple(recent), did

    def find(self, text: str) -> Sequence[Found]:
        """Give the commands that fit and can be done now."""
        return commands.search(text, self.host.able, self.recent)

    def place(self, width: int, height: int) -> Rect:
        """Lie in the upper middle."""
        return centred((width, height), self.window, 0.25)

    def paint(self, line: Line, item: Found) -> None:
        """Draw label, group and key."""
        px = line.kit.px
        key = commands.shown(item.command.keys[0]) if item.command.keys else ""
        if len(item.command.keys) > 2:
            key = commands.key_words(item.command).partition(",")[0]
        left = line.keys(line.width - px(8), key) - px(8)
        left = line.right(left, item.command.menu, TEXT.label, "t3") - px(12)
        line.parts(px(8), parts(item.command.label, item.marks), "t1", left - px(8))

    def label_of(self, item: Found) -> str:
        """Name a row by its command."""
        return item.command.id

    def chosen(self, item: Found) -> None:
        """Do the command."""
        self.did(item.command.id)
        self.host.do(item.command.id)
