"""A wire in the hand: where it may end, and why not elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nodegraph import edits
from nodegraph.declare import NodeType
from nodegraph.document import ID, Graph, Link, Loop, find
from nodegraph.editor.canvas.scene import Box
from nodegraph.editor.canvas.shapes import Rail, Spot
from nodegraph.editor.offers import converters
from nodegraph.editor.offers.converters import Refusal
from nodegraph.editor.offers.ends import End, scope, unwire, wire
from nodegraph.edits.nodes import next_free
from nodegraph.edits.scope import RESERVED
from nodegraph.engine.resolve import Types
from nodegraph.errors import DocumentError


@dataclass(frozen=True)
class Joint:
    """A wire as it would be: what it reads, where it ends, or why it cannot be."""

    link: Link
    end: End
    refusal: Refusal | None = None
    new: bool = False
    """It begins a new state of a loop."""


class Plug:
    """Answers for one wire while it is dragged, and remembers them.

    It is pulled out of an output (`link`), or backwards out of an input (`end`), or was taken off
    where it ended (`taken`, and `link`). `rail` is the rail of a loop that an output sits on.
    """

    def __init__(
        self,
        graph: Graph,
        types: Mapping[str, NodeType],
        link: Link | None = None,
        end: End | None = None,
        taken: End | None = None,
        rail: Rail = "",
    ) -> None:
        self.graph, self.link, self.end, self.taken, self.rail = graph, link, end, taken, rail
        # A state is nothing without its two ends: its wire is copied, and not taken away.
        self.of_state = taken is not None and _is_state(graph, taken)
        self.base = unwire(graph, taken) if taken and not self.of_state else graph
        self._wiring = converters.Wiring(self.base, types)
        self._known: dict[tuple[str, str, str, str, str], Joint | None] = {}

    @property
    def origin(self) -> str:
        """The node whose port was pressed."""
        end = self.taken or self.end
        return end.node if end else self.link.node if self.link else ""

    @property
    def types(self) -> Types:
        """What it gives or wants; empty where that is not known."""
        if self.link:
            return self._wiring.given(self.link) or ()
        return (self._wiring.wanted(self.end) if self.end else None) or ()

    def joint(self, box: Box, spot: Spot) -> Joint | None:
        """Say how the wire would end at a port; None at one that it cannot mean."""
        key = box.name, spot.side, spot.rail, spot.port, spot.part
        if key not in self._known:
            self._known[key] = self._joint(box, spot)
        return self._known[key]

    def fits(self, box: Box, spot: Spot) -> bool:
        """Whether the wire may end at a port."""
        joint = self.joint(box, spot)
        return joint is not None and joint.refusal is None

    def at_rail(self, loop: str, rail: Rail) -> Joint | None:
        """Say how the wire would end at a loop beside its ports: as a new state, or a new watch."""
        item = self._wiring.items.get(loop)
        if self.link is None or not rail or not isinstance(item, Loop):
            return None
        key = loop, "in", rail, "", ""
        if key not in self._known:
            names = {*item.state, *item.watch, *RESERVED}
            name = next_free(_word(self.link), names)
            end = End(loop, "first" if rail == "in" else "watch", name)
            if (
                rail == "out"
                and self.taken
                and (self.taken.node, self.taken.port) == (loop, "watch")
            ):
                end = self.taken
            asked = replace(end, entry="") if rail == "in" else end
            refusal = self._why_not(self.link, asked)
            self._known[key] = Joint(self.link, end, refusal, rail == "in")
        return self._known[key]

    def made(self, joint: Joint) -> Graph:
        """Give the graph with the wire in. Raises DocumentError."""
        link, end = joint.link, joint.end
        if end == self.taken:
            return self.graph
        if joint.new:
            return edits.add_state(self.base, end.node, end.entry, link, Link(end.node, end.entry))
        return wire(self.base, end, link)

    def _joint(self, box: Box, spot: Spot) -> Joint | None:
        if self.link is not None and spot.side == "in":
            end = self._end(self.link, box, spot)
            refusal = None
            if end != self.taken:
                refusal = self._wrong_side(self.link, end, self.rail)
                refusal = refusal or self._why_not(self.link, end)
            return Joint(self.link, end, refusal)
        if self.end is not None and spot.side == "out":
            link = Link(box.name, spot.port)
            refusal = self._wrong_side(link, self.end, spot.rail)
            return Joint(link, self.end, refusal or self._why_not(link, self.end))
        return None

    def _end(self, link: Link, box: Box, spot: Spot) -> End:
        """Give where a wire ends; at the open place of a port that takes many, as a new entry."""
        end = End(box.name, spot.port, spot.part)
        if not spot.many or spot.part:
            return end
        if self.taken and (self.taken.node, self.taken.port) == (end.node, end.port):
            return self.taken
        names = entries(self.base, end)
        return replace(end, entry=next_free(link.source or link.node, names)) if names else end

    def _why_not(self, link: Link, end: End) -> Refusal | None:
        try:
            return self._wiring.why_not(link, end.node, end.port, end.entry)
        except DocumentError as error:
            return Refusal(str(error))

    def _wrong_side(self, link: Link, end: End, rail: Rail) -> Refusal | None:
        """Refuse a state's value of the last turn inside its loop, and of this turn outside."""
        if not rail:
            return None
        if (link.node in scope(self.base, end)) == (rail == "in"):
            return None
        if rail == "in":
            return Refusal(f"{link} changes turn by turn: outside, take it from the right rail")
        return Refusal(f"{link} is known after the last turn: inside, take it from the left rail")


def entries(graph: Graph, end: End) -> list[str]:
    """Name the wires at a port that takes many; a single one as it would be named beside others."""
    item = find(graph, end.node)
    wired = {} if isinstance(item, Loop) else item.inputs.get(end.port, {})
    return [wired.source or wired.node] if isinstance(wired, Link) else list(wired)


def _is_state(graph: Graph, end: End) -> bool:
    return isinstance(find(graph, end.node), Loop) and end.port in ("first", "next")


def _word(link: Link) -> str:
    """Name a state or watch after what it reads."""
    word = re.sub(r"\W+", "_", link.source or link.node).strip("_")
    return word if ID.fullmatch(word) else link.node
