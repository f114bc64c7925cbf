"""File names: filled in from a template, and made fit for every file system."""

from __future__ import annotations

import re
from collections.abc import Mapping

UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def fill(template: str, known: Mapping[str, str]) -> str:
    """Put what is known into a template such as ``{track}_{node}``. Raises ValueError."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in known:
            allowed = ", ".join(f"{{{name}}}" for name in known)
            raise ValueError(f"name: {match[0]} is not known here; allowed are {allowed}")
        return known[match[1]]

    return re.sub(r"\{([^{}]*)\}", value, template)


def usable(name: str) -> str:
    """Replace what file systems do not allow."""
    safe = UNSAFE.sub("_", name).strip()
    if not safe.strip("."):
        raise ValueError("name is empty: give the file a name")
    if safe.startswith("."):
        safe = f"_{safe[1:]}"
    return f"{safe}_" if RESERVED.fullmatch(safe) else safe
