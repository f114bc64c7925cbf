"""The whole graph as a drawing of plain shapes, for files: the canvas without a window."""
