"""Bring an old graph file up to the present format: one pure function per format number.

``MIGRATIONS[n]`` takes the JSON data of format n and returns that of format n + 1. To change the
format: raise `FORMAT`, add the function, and put a file of the old format into
``tests/golden/``, where every file ever shipped stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nodegraph.errors import DocumentError

FORMAT = 1

Data = dict[str, Any]
MIGRATIONS: Mapping[int, Callable[[Data], Data]] = {}


def migrate(
    data: Any,
    target: int = FORMAT,
    migrations: Mapping[int, Callable[[Data], Data]] = MIGRATIONS,
) -> Data:
    """Give the same graph in the `target` format. Raises DocumentError."""
    if not isinstance(data, dict) or "format" not in data:
        raise DocumentError('this is no graph: a graph is an object with "format" and "nodes"')
    found = data["format"]
    if isinstance(found, bool) or not isinstance(found, int) or found < 1:
        raise DocumentError(f"format must be a whole number from 1, got {found!r}")
    if found > target:
        raise DocumentError(
            f"format {found} was written by a newer version; this one reads up to format {target}"
        )
    migrated: Data = data
    for number in range(found, target):
        migrated = {**migrations[number](migrated), "format": number + 1}
    return migrated
