"""The first screen: what to open, and a card for every graph that comes with the program."""

from nodegraph.editor.window.gallery.gallery import Gallery

__all__ = ["Gallery"]
