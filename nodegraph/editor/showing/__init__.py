"""Large views, without a window: which there are, what they show, what is marked in them.

`showing` is the state, `spans` what zooming does to an axis, `lenses` what is asked of the engine
for it, `places` where everything stands, `marking` what the hand marks, `making` what the document
gets from it, `kept` what a graph remembers of its views.
"""

from nodegraph.editor.showing.showing import Pane, Showing, Tool

__all__ = ["Pane", "Showing", "Tool"]
