"""Playing sound: tracks in sync, in a process of its own.

The window holds a `Player`; the process mixes (`mixer.py`), gives to a device (`output.py`) and takes
commands (`serving.py`).
"""

from nodegraph.player.client import Player
from nodegraph.player.clock import Clock
from nodegraph.player.levels import Level

__all__ = ["Clock", "Level", "Player"]
