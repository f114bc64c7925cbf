"""Pictures of turns that were looked back at, so that they are there at once the second time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np

from nodegraph.views import Picture

Slot = tuple[str, str]
_Key = tuple[frozenset[tuple[str, int]], str]
MOST_BYTES, MOST = 96_000_000, 4000


def size(picture: object) -> int:
    """Give the bytes of a picture's numbers."""
    if isinstance(picture, np.ndarray):
        return picture.nbytes
    if isinstance(picture, (tuple, list)):
        return sum(map(size, picture))
    if is_dataclass(picture):
        return sum(size(getattr(picture, part.name)) for part in fields(picture))
    return 0


@dataclass
class Past:
    """Pictures by turn and node; the ones that were not looked at for longest go first."""

    most: int = MOST_BYTES
    bytes: int = 0
    _kept: OrderedDict[_Key, dict[str, Picture]] = field(default_factory=OrderedDict)

    def put(self, at: Mapping[str, int], node: str, pictures: Mapping[str, Picture]) -> None:
        """Keep pictures of a node by output: none, where there are none to be had."""
        key = frozenset(at.items()), node
        mine = self._kept.setdefault(key, {})
        self._kept.move_to_end(key)
        for output, picture in pictures.items():
            self.bytes += size(picture) - size(mine.get(output))
            mine[output] = picture
        while (self.bytes > self.most or len(self._kept) > MOST) and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def find(self, at: Mapping[str, int]) -> dict[Slot, Picture]:
        """Give the pictures of these turns."""
        turns = frozenset(at.items())
        found: dict[Slot, Picture] = {}
        for key in [key for key in self._kept if key[0] == turns]:
            self._kept.move_to_end(key)
            found |= {(key[1], output): picture for output, picture in self._kept[key].items()}
        return found

    def known(self, at: Mapping[str, int]) -> set[str]:
        """Name the nodes that were looked at in these turns."""
        turns = frozenset(at.items())
        return {node for there, node in self._kept if there == turns}

    def forget(self, nodes: Collection[str]) -> None:
        """Let go of all pictures of some nodes."""
        for key in [key for key in self._kept if key[1] in nodes]:
            self._drop(key)

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()
        self.bytes = 0

    def _drop(self, key: _Key) -> None:
        self.bytes -= sum(map(size, self._kept.pop(key).values()))
