"""Find node types: the bundled package, entry points, and the user's folder.

Importing a module declares nothing; a `Registry` is built by whoever needs one. A plug-in that
cannot be loaded costs its own nodes and one line in ``faults``, never the program.

Plug-ins are packages with an entry point in the group ``nodegraph.nodes`` that names a module, or
single files in the user's folder (`user_folder`, or those in ``NODEGRAPH_NODES``).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from nodegraph.declare import NodeType
from nodegraph.errors import DeclarationError
from nodegraph.values import Value
from nodegraph.views import Shown

BUNDLED = "nodes"
GROUP = "nodegraph.nodes"


class Registry(Mapping[str, NodeType]):
    """Node types by id. Old ids that a type replaces are found as well, but not listed."""

    def __init__(self, types: Iterable[NodeType] = ()) -> None:
        self._types: dict[str, NodeType] = {}
        self._old: dict[str, str] = {}
        self._views: list[Shown] = []
        self._sounds: list[Shown] = []
        self.faults: list[str] = []
        """One line for each plug-in or node that could not be used."""
        for node_type in types:
            self.add(node_type)

    def add(self, node_type: NodeType) -> None:
        """Add a type. Raises DeclarationError where its id is taken."""
        known = self._types.get(node_type.id)
        if known is not None and known.function is not node_type.function:
            raise DeclarationError(
                f"{node_type.id}: declared in {node_type.function.__module__} "
                f"and in {known.function.__module__}"
            )
        self._types[node_type.id] = node_type
        self._old.update(dict.fromkeys(node_type.replaces, node_type.id))

    def add_module(self, module: ModuleType) -> None:
        """Add every node, view and sound that a module declares itself; faults are noted."""
        for thing in list(vars(module).values()):
            if getattr(thing, "__module__", None) != module.__name__:
                continue
            try:
                if isinstance(getattr(thing, "__node__", None), NodeType):
                    self.add(thing.__node__)
                if isinstance(getattr(thing, "__view__", None), Shown):
                    self._views.append(thing.__view__)
                if isinstance(getattr(thing, "__sound__", None), Shown):
                    self._sounds.append(thing.__sound__)
            except DeclarationError as error:
                self.faults.append(str(error))

    def views(self, value: Value) -> dict[str, Shown]:
        """Give the ways in which a value can be shown, by kind, the usual one first."""
        found: dict[str, Shown] = {}
        for kind in type(value).__mro__:
            for shown in self._views:
                if shown.shows is kind and shown.fits(value):
                    found.setdefault(shown.kind, shown)
        return dict(sorted(found.items(), key=lambda entry: bool(entry[0])))

    def view(self, value: Value) -> Callable[[Any], Any] | None:
        """Find the usual picture function for a value by its type or the nearest base of it."""
        shown = self.views(value).get("")
        return shown.function if shown else None

    def sound(self, value: Value) -> Shown | None:
        """Find what one hears of a value by its type or the nearest base of it."""
        fitting = (s for t in type(value).__mro__ for s in self._sounds if s.shows is t)
        return next((shown for shown in fitting if shown.fits(value)), None)

    def __getitem__(self, type_id: str) -> NodeType:
        return self._types[self._old.get(type_id, type_id)]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._types))

    def __len__(self) -> int:
        return len(self._types)


def discover() -> Registry:
    """Build the registry of everything installed on this computer."""
    registry = Registry()
    for module in _modules(BUNDLED, registry.faults):
        registry.add_module(module)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        for module in _modules(point.module, registry.faults, f"plug-in {point.name}: "):
            registry.add_module(module)
    for folder in user_folders():
        for path in sorted(folder.glob("*.py")):
            try:
                registry.add_module(_load(path))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - any fault of a user's file
                registry.faults.append(f"{path}: {type(error).__name__}: {error}")
    return registry


def user_folders() -> list[Path]:
    """Give the folders whose files are loaded as nodes."""
    given = os.environ.get("NODEGRAPH_NODES")
    if given is not None:
        return [Path(part) for part in given.split(os.pathsep) if part]
    import platformdirs

    return [Path(platformdirs.user_data_dir("nodegraph", appauthor=False)) / "nodes"]


def _modules(name: str, faults: list[str], origin: str = "") -> Iterator[ModuleType]:
    """Import a module and, where it is a package, the modules directly in it."""
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any fault of a plug-in
        faults.append(f"{origin}{name}: {type(error).__name__}: {error}")
        return
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", [])):
        if not found.ispkg and not found.name.startswith("_"):
            yield from _modules(f"{name}.{found.name}", faults, origin)


def _load(path: Path) -> ModuleType:
    name = f"nodegraph_user_nodes_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
