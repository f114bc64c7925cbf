"""What the window remembers from one start to the next, in one small JSON file.

Loading never fails: a file that cannot be read is set aside, and a value that makes no sense is
brought into its range or forgotten. Keys of another version of the program are kept as they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nodegraph.document import Json, write_atomically
from nodegraph.errors import DocumentError

FILE = "settings.json"
BROKEN = "settings.broken.json"
RECENT = 10
"""Files remembered, those that are pinned aside."""
PINS = 50

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "theme": ("dark", "light"),
        "colour_map": ("magma", "viridis", "cividis", "greys"),
        "picture_format": ("png", "svg", "pdf"),
    }
)
RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "scale": (80, 200),
        "width": (640, 16384),
        "height": (480, 16384),
        "palette_width": (48, 800),
        "inspector_width": (240, 1200),
        "tracks_height": (96, 2000),
        "view_share": (0.2, 0.8),
        "range_db": (20, 140),
        "picture_scale": (1, 4),
        "volume": (0.0, 1.0),
    }
)


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered. Sizes are pixels at interface scale 100 %."""

    theme: str = "dark"
    scale: int = 100
    """Interface scale in per cent."""
    width: int = 1600
    """Of the window, as is `height`."""
    height: int = 1000
    palette_open: bool = True
    palette_width: int = 208
    inspector_open: bool = True
    inspector_width: int = 352
    tracks_open: bool = True
    tracks_height: int = 224
    view_share: float = 0.58
    """Share of the large view beside the canvas."""
    minimap: bool = True
    run_as_you_edit: bool = True
    animations: bool = True
    grey: bool = False
    """Sources told apart by lines and letters instead of colours."""
    colour_map: str = "magma"
    range_db: float = 70.0
    picture_format: str = "png"
    """Of pictures that are saved; as `picture_scale` and `picture_dark` the choice of last time."""
    picture_scale: int = 2
    picture_dark: bool = False
    volume: float = 1.0
    last_folder: str = ""
    recent: tuple[str, ...] = ()
    """Files opened or saved, the newest first."""
    pins: tuple[str, ...] = ()
    """Files that stay in the list."""
    unknown: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    """What another version of the program wrote."""

    def opened(self, path: Path | str) -> Settings:
        """Remember a file and its folder."""
        name = os.path.abspath(path)  # noqa: PTH100 - links are kept as the user named them
        rest = (known for known in self.recent if known != name)
        return replace(
            self,
            recent=(name, *rest)[:RECENT],
            last_folder=os.path.dirname(name),  # noqa: PTH120
        )

    def pinned(self, path: Path | str, on: bool = True) -> Settings:
        """Keep a file in the list, or no longer."""
        name = os.path.abspath(path)  # noqa: PTH100
        rest = tuple(known for known in self.pins if known != name)
        return replace(self, pins=(*rest, name)[-PINS:] if on else rest)

    def forgotten(self, path: Path | str) -> Settings:
        """Take a file from both lists."""
        name = os.path.abspath(path)  # noqa: PTH100
        recent, pins = (tuple(p for p in known if p != name) for known in (self.recent, self.pins))
        return replace(self, recent=recent, pins=pins)


_LISTS = ("recent", "pins")
_KNOWN = {item.name: item for item in fields(Settings) if item.name != "unknown"}
DEFAULT = Settings()


def folder() -> Path:
    """Give the folder of the settings: ``NODEGRAPH_CONFIG``, or where the system keeps them."""
    given = os.environ.get("NODEGRAPH_CONFIG")
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_config_dir("nodegraph", appauthor=False))


def load(where: Path | None = None) -> tuple[Settings, str]:
    """Give the settings of a folder, and a line to show; it is empty where all is well."""
    path = (where or folder()) / FILE
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
        if not isinstance(found, dict):
            raise ValueError("it holds no settings")
    except FileNotFoundError:
        return DEFAULT, ""
    except (OSError, ValueError, RecursionError) as error:
        return DEFAULT, _set_aside(path, error)
    return read(found), ""


def _set_aside(path: Path, error: Exception) -> str:
    reason = (error.strerror if isinstance(error, OSError) else "") or "it is damaged"
    said = f"The settings could not be read ({reason}); the defaults are used."
    try:
        path.replace(path.with_name(BROKEN))
    except OSError:
        return said
    return f"{said} The file was kept as {BROKEN}."


def save(settings: Settings, where: Path | None = None) -> str:
    """Write the settings as a whole or not at all; gives a line to show, empty where it worked."""
    path = (where or folder()) / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text(settings).encode())
    except (OSError, DocumentError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return f"The settings could not be saved: {reason}"
    return ""


def text(settings: Settings) -> str:
    """Give the file's content."""
    known = {name: getattr(settings, name) for name in _KNOWN}
    return json.dumps({**settings.unknown, **known}, indent=2) + "\n"


def read(found: Mapping[str, Any]) -> Settings:
    """Read plain data; what makes no sense is corrected, what is not known is kept."""
    known = {name: _sensible(name, found[name]) for name in _KNOWN if name in found}
    rest = {name: value for name, value in found.items() if name not in _KNOWN}
    return Settings(**known, unknown=MappingProxyType(rest))


def _sensible(name: str, value: Any) -> Any:
    default = _KNOWN[name].default
    if name in _LISTS:
        listed = value if isinstance(value, list) else []
        names = tuple(dict.fromkeys(item for item in listed if isinstance(item, str) and item))
        return names[: RECENT if name == "recent" else PINS]
    if name in CHOICES:
        return value if value in CHOICES[name] else default
    if name in RANGES:
        return _within(value, RANGES[name], default)
    return value if type(value) is type(default) else default


def _within(value: Any, between: tuple[float, float], default: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # NaN
        return default
    least, most = between
    kept = min(max(value, least), most)
    return round(kept) if isinstance(default, int) else float(kept)
