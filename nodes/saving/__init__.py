"""Saving: how the files of an output come to be.

Whatever a node writes is finished out of sight first, then compared with what is already there,
and only then put in place, all of it or nothing.
"""

from nodes.saving.batch import Batch
from nodes.saving.sound import Each, Single, at_once

__all__ = ["Batch", "Each", "Single", "at_once"]
