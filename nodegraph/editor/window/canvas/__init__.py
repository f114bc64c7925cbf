"""The painter of the canvas: a scene in a view, with real widgets in its nodes."""

from nodegraph.editor.window.canvas.canvas import Canvas

__all__ = ["Canvas"]
