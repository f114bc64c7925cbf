"""All that opens over the window: searches, menus, questions, the file browser, toasts."""

from nodegraph.editor.window.popups.manager import Popups

__all__ = ["Popups"]
