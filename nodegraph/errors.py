"""One error class per cause; each message says where, what is wrong, and what is allowed."""

from __future__ import annotations


class NodegraphError(Exception):
    """Any fault this program can explain in one line."""


class DeclarationError(NodegraphError):
    """A node type is declared wrongly: found at import, meant for the author of the node."""


class DocumentError(NodegraphError):
    """A graph file cannot be read, or an edit cannot be made: always one line."""

    def __init__(self, message: str) -> None:
        # A name or path that is quoted may hold line ends.
        super().__init__(" ".join(message.splitlines()))


class GraphError(NodegraphError):
    """A graph cannot run as it stands: names, links, types, knobs, cycles.

    ``faults`` holds one line per fault.
    """

    def __init__(self, faults: list[str] | str) -> None:
        self.faults = [faults] if isinstance(faults, str) else list(faults)
        super().__init__("\n".join(self.faults))


class NodeFailed(NodegraphError):
    """A node could not do its work; the message names the node."""


class Cancelled(NodegraphError):
    """The run was asked to stop."""
