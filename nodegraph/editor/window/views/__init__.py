"""The large views, drawn."""

from nodegraph.editor.window.views.views import Views

__all__ = ["Views"]
