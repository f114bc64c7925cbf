"""Every edit of a graph, as a function that gives a new graph and leaves the old one alone.

An edit raises DocumentError where it cannot be made. It may give a graph that cannot run, never
one that could not be written and read back, and never a link to something that is not there.
"""

from nodegraph.edits.files import complete, relocate, replace_source

__all__ = ["complete", "relocate", "replace_source"]
