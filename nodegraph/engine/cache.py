"""Keep results by their keys: what was slow to make and is small to keep stays longest.

The policy is Greedy-Dual-Size (Cao and Irani, "Cost-aware WWW proxy caching algorithms", 1997):
an entry's credit is the clock at its last use plus seconds per byte; the entry with the least
credit goes first and sets the clock. So dear entries outlive many cheap ones, yet none for ever.

States of loops are kept beside, in a `Ring` for each loop: all turns while they fit the budget,
then ever fewer, spread over the whole run, so that any turn can be replayed from one nearby.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nodegraph.values import Number, Value

Slots = Mapping[str, Value]
"""Values of a node by output name."""


def nbytes(values: Slots) -> int:
    """Bytes of all arrays, each memory counted once."""
    owners: dict[int, int] = {}
    for value in values.values():
        if value.__class__ is Number:
            continue
        for array in value.arrays():
            owner: np.ndarray = array
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            owners[id(owner)] = owner.nbytes
    return sum(owners.values())


@dataclass(slots=True)
class _Entry:
    values: Slots
    size: int
    worth: float
    """Seconds it took per byte it needs."""
    credit: float


class Cache:
    """Results under a budget of bytes. Safe to use from several threads."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.bytes = 0
        self.pinned: frozenset[str] = frozenset()
        """Keys that stay whatever they cost, such as what is on screen."""
        self._entries: dict[str, _Entry] = {}
        self._clock = 0.0
        self._lock = threading.Lock()

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Slots | None:
        """Give the values under a key, None where there are none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        entry.credit = self._clock + entry.worth
        return entry.values

    def put(self, key: str, values: Slots, seconds: float, size: int) -> None:
        """Keep values, and let others go until all fit."""
        if not self.budget or (size > self.budget and key not in self.pinned):
            return
        worth = (seconds + 1e-6) / (size + 64)
        with self._lock:
            self._remove(key)
            self._entries[key] = _Entry(values, size, worth, self._clock + worth)
            self.bytes += size
            while self.bytes > self.budget:
                victims = [(e.credit, k) for k, e in self._entries.items() if k not in self.pinned]
                if not victims:
                    return
                self._clock, victim = min(victims)
                self._remove(victim)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self.bytes = 0

    def _remove(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry.size


@dataclass(slots=True)
class Ring:
    """What is known of one loop's turns: states after some of them, numbers of all that ran."""

    states: dict[int, Slots] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, dict[str, float]] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Bytes of the states kept."""
        return sum(self.sizes.values())

    def thin(self) -> None:
        """Drop the state whose neighbours are closest together, never the newest."""
        turns = sorted(self.states)
        if len(turns) == 1:
            self.drop(turns[0])
            return
        before = [0, *turns[:-1]]
        gaps = [(turns[i + 1] - before[i], turns[i]) for i in range(len(turns) - 1)]
        self.drop(min(gaps)[1])

    def drop(self, turn: int) -> None:
        """Forget the states after one turn."""
        del self.states[turn], self.sizes[turn]


class Checkpoints:
    """The rings of all loops under one budget of bytes, the least recently used loop first."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._rings: OrderedDict[str, Ring] = OrderedDict()
        self._lock = threading.Lock()

    def ring(self, base: str) -> Ring:
        """Give the ring of a loop, named by its body and its first states."""
        with self._lock:
            ring = self._rings.setdefault(base, Ring())
            self._rings.move_to_end(base)
            return ring

    def keep(self, base: str, turn: int, states: Slots) -> None:
        """Keep the states after a turn, as far as the budget allows."""
        size = nbytes(states)
        ring = self.ring(base)
        with self._lock:
            if size > self.budget:
                return
            ring.states[turn], ring.sizes[turn] = states, size
            while sum(other.bytes for other in self._rings.values()) > self.budget:
                oldest = next(name for name, other in self._rings.items() if other.states)
                if oldest == base:
                    ring.thin()
                else:
                    self._rings[oldest].states.clear()
                    self._rings[oldest].sizes.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._rings.clear()
