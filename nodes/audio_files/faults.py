"""What the system says about a file, in words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system says about a file being written into one clear line."""
    try:
        yield
    except OSError as error:
        raise ValueError(f"cannot write {path}: {reason(error, path)}") from error


def reason(error: OSError, path: Path) -> str:
    """Say why a file cannot be read or written."""
    words = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EACCES: f"no permission for {path.parent}",
        errno.EPERM: f"no permission for {path.parent}",
        errno.EROFS: "the disk is read-only",
        errno.ENAMETOOLONG: "the name is too long",
        errno.ENOTDIR: f"{path.parent} is not a folder",
        errno.EEXIST: f"{path.parent} is not a folder",
        errno.EISDIR: "it is a folder",
    }
    return words.get(error.errno or 0, error.strerror or str(error))
