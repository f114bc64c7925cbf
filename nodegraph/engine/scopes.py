"""Put resolved steps into scopes: who runs together, who waits for whom, what is kept how long."""

from __future__ import annotations

from nodegraph.engine.resolve import Resolver
from nodegraph.engine.steps import Path, Ref, Scope, Slot


def arrange(resolver: Resolver, wanted: list[Slot]) -> Scope:
    """Build the tree of scopes and give its root."""
    return _Arranger(resolver).arrange(wanted)


class _Arranger:
    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.steps = resolver.steps
        self.scopes: dict[Path, Scope] = {(): Scope(())}
        self.places: dict[str, Path] = {}
        """Scope that each step runs in: inside the innermost loop that it depends on."""
        self.reads: dict[str, set[Slot]] = {}

    def arrange(self, wanted: list[Slot]) -> Scope:
        order = self.resolver.order
        for name in order:
            path = self.resolver.paths[name]
            self.steps[name].depends = tuple(x for x in path if x in self.resolver.depends[name])
        for name in order:
            place = self.places[name] = self.resolver.place(name)
            scope = self.scopes.get(place)
            if scope is None:
                scope = self.scopes[place] = Scope(place)
            step = self.steps[name]
            scope.steps.append(step)
            if step.loop is not None:
                inside = (*place, name)
                step.body = self.scopes.setdefault(inside, Scope(inside))
        self._queue(order)
        for name, ref, turn_end in self.resolver.reads:
            self._read(name, ref, turn_end)
        for slot in wanted:
            self._hand_out(slot, self.places[slot[0]], ())
            self.scopes[()].keep.add(slot)
        for name, slots in self.reads.items():
            self.steps[name].reads = tuple(sorted(slots))
            readers = self.scopes[self.places[name]].readers
            for slot in slots:
                readers[slot] = readers.get(slot, 0) + 1
        return self.scopes[()]

    def _queue(self, order: list[str]) -> None:
        """Let the steps of each scope wait for one another."""
        rank = {name: i for i, name in enumerate(order)}
        edges = self.resolver.edges
        for u in order:
            held: set[tuple[str, str]] = set()
            for name in edges.adj[u]:
                v = name.rstrip("^")
                if v in rank:
                    held.add(self._meet(u, v))
            for first, second in sorted(held, key=lambda pair: rank[pair[1]]):
                follower, followers = self.steps[second], self.steps[first].followers
                if first != second and follower not in followers:
                    followers.append(follower)
                    follower.waits += 1

    def _meet(self, u: str, v: str) -> tuple[str, str]:
        """Give the steps of one scope that are, or hold, two names."""
        one, two = self.places[u], self.places[v]
        if one == two:
            return u, v
        a, b = (*one, u), (*two, v)
        level = 0
        while level < min(len(a), len(b)) - 1 and a[level] == b[level]:
            level += 1
        return a[level], b[level]

    def _read(self, name: str, ref: Ref, turn_end: bool) -> None:
        """Note who reads a slot in the scope that has it, and what loops must hand out."""
        owner = ref.slot[0]
        place = self.places[name]
        has = (*self.places[owner], owner) if ref.turning else self.places[owner]
        if has == place and not turn_end:
            self.reads.setdefault(name, set()).add(ref.slot)
            return
        # What a loop reads at the end of a turn, it reads inside its body.
        reader = (*place, name, "") if turn_end else (*place, name)
        level = 0
        while level < min(len(has), len(reader) - 1) and has[level] == reader[level]:
            level += 1
        self._hand_out(ref.slot, has, has[:level])
        if reader[level]:
            self.reads.setdefault(reader[level], set()).add(ref.slot)
        else:
            self.scopes[has[:level]].keep.add(ref.slot)

    def _hand_out(self, slot: Slot, has: Path, to: Path) -> None:
        """Have every loop between two scopes keep a slot and hand it out when it is through."""
        while len(has) > len(to):
            self.scopes[has].keep.add(slot)
            loop = self.steps[has[-1]].loop
            assert loop is not None
            loop.exports.add(slot)
            has = has[:-1]
            if len(has) > len(to):
                self.scopes[has].keep.add(slot)
