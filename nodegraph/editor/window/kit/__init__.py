"""What every part of the window is made with: type, colours, buttons, measures."""

from nodegraph.editor.window.kit.kit import Kit

__all__ = ["Kit"]
