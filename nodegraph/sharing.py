"""Arrays that several processes read: files that are mapped into memory.

Where the system keeps files in memory (``/dev/shm``) and there is room, they lie there; else in the
folder for temporary files. A session has one folder, named after its process; what a session that
was killed has left behind is removed by the next one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
PREFIX = "nodegraph-"
_MEMORY = Path("/dev/shm")
_SPARE = 64_000_000
"""Bytes that are left free in memory."""


@dataclass(frozen=True, slots=True)
class Shared:
    """An array in a file."""

    path: str
    shape: tuple[int, ...]
    dtype: str = "float32"

    def open(self) -> Array:
        """Map it, for reading. Raises OSError where it is gone."""
        if 0 in self.shape:
            return np.zeros(self.shape, self.dtype)
        return np.memmap(self.path, self.dtype, "r", shape=self.shape)

    def drop(self) -> None:
        """Remove the file; who has it mapped keeps it."""
        with contextlib.suppress(OSError):
            Path(self.path).unlink()


@dataclass(frozen=True, slots=True)
class Sounding:
    """The sound of one source, where the player finds it: float32 (channel, sample)."""

    name: str
    samples: Shared
    rate: int
    start: float = 0.0
    """Seconds of the recording at which it begins."""
    loudness: float = float("-inf")
    """LUFS (ITU-R BS.1770)."""
    peak: float = 0.0
    """The largest sample."""
    how: str = ""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples.shape[-1] / self.rate


def folder() -> Path:
    """Make the folder of a session, and remove those of sessions that are gone."""
    base = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None
    _sweep(base or Path(tempfile.gettempdir()))
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))


def _sweep(base: Path) -> None:
    import psutil

    for left in base.glob(f"{PREFIX}*-*"):
        number = left.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def share(array: Array, where: Path) -> Shared:
    """Write an array into a session's folder. Raises OSError where there is no room."""
    if array.nbytes > shutil.disk_usage(where).free - _SPARE:
        raise OSError(f"no room for {array.nbytes / 1e6:.0f} MB of sound in {where}")
    path = where / uuid.uuid4().hex
    with path.open("wb") as file:
        np.ascontiguousarray(array).tofile(file)
    return Shared(str(path), array.shape, str(array.dtype))
