"""Names in a program: a node's id where that can be one, else the nearest that can."""

from __future__ import annotations

import builtins
import importlib.machinery
import keyword
import sys
import unicodedata
from collections.abc import Iterable

from nodegraph.declare import NodeType

# What a program may import or define; no node takes these names.
OURS = (
    "Absent", "Context", "Curve", "HERE", "Number", "Path", "Recording", "discover", "finite", "np",
    "one_number", "one_wire", "relative_change", "stack", "stack_present", "turn",
)  # fmt: skip
USER = "nodegraph_user_nodes_"
"""How the registry begins the names of modules from the user's folder."""


class Names:
    """Gives every variable a name of its own."""

    def __init__(self) -> None:
        self.taken = {*OURS, *keyword.kwlist, *dir(builtins)}
        self.given: dict[tuple[str, ...], str] = {}

    def name(self, *what: str) -> str:
        """Give the name of a thing, always the same: its words joined, with `_` where taken."""
        if what not in self.given:
            self.given[what] = self.fresh("_".join(filter(None, what)))
        return self.given[what]

    def fresh(self, wish: str) -> str:
        """Give a name that nothing has yet."""
        name = identifier(wish)
        if name.startswith("__") and name.endswith("__"):  # Python's own, such as __file__
            name = f"_{name.strip('_')}_"
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def identifier(text: str) -> str:
    """Give the identifier nearest to a text; Python itself takes names in this normal form."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(sign if f"a{sign}".isidentifier() else "_" for sign in text)
    return text if text.isidentifier() else f"_{text}"


class Modules:
    """The modules that a program imports its functions from, and what it calls them."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.imports: dict[str, str] = {}
        """Name in the program of each module."""
        self.discovered: dict[str, str] = {}
        """Name in the program of each function that is found by its type's id only."""

    def function(self, node_type: NodeType) -> str:
        """Say how to call a type's function."""
        module = node_type.function.__module__
        if module.startswith(USER):
            if node_type.id not in self.discovered:
                self.discovered[node_type.id] = self.names.fresh(node_type.id.replace(".", "_"))
            return self.discovered[node_type.id]
        if module not in self.imports:
            self.imports[module] = self._short(module)
        return f"{self.imports[module]}.{node_type.function.__name__}"

    def _short(self, module: str) -> str:
        """Call a module by its last name, unless a node has that name."""
        short = module.rpartition(".")[2]
        return self.names.fresh(f"{short}_nodes" if short in self.names.taken else short)

    def lines(self) -> list[str]:
        """Give the import statements."""
        whole: list[str] = []
        parts: dict[str, list[str]] = {}
        for module, name in sorted(self.imports.items()):
            package, _, short = module.rpartition(".")
            text = short if name == short else f"{short} as {name}"
            if package:
                parts.setdefault(package, []).append(text)
            else:
                whole.append(f"import {text}")
        return whole + [
            f"from {package} import {', '.join(names)}" for package, names in parts.items()
        ]


def unreachable(nodes: Iterable[tuple[str, NodeType]]) -> list[str]:
    """Give one line for each node whose function no program could import."""
    nodes = list(nodes)
    types = {node_type.id: node_type for _, node_type in nodes}
    hidden = {kind for kind, node_type in types.items() if not _importable(node_type)}
    return [
        f"{name}: {node_type.id} is made inside {node_type.function.__module__}, "
        "where no program can import it from"
        for name, node_type in nodes
        if node_type.id in hidden
    ]


def _importable(node_type: NodeType) -> bool:
    function = node_type.function
    if function.__module__.startswith(USER):
        return True  # it is looked up by its type
    module = sys.modules.get(function.__module__)
    if getattr(module, getattr(function, "__name__", ""), None) is not function:
        return False
    top = function.__module__.partition(".")[0]
    return top != "__main__" and any(_finds(finder, top) for finder in sys.meta_path)


def _finds(finder: object, name: str) -> bool:
    # Not importlib.util.find_spec: that believes any module which is loaded already.
    find = getattr(finder, "find_spec", None)
    spec: importlib.machinery.ModuleSpec | None = find(name, None) if find else None
    return spec is not None
