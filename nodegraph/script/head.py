"""Write what stands above the statements: docstring, imports, folder and helpers."""

from __future__ import annotations

from pathlib import Path

from nodegraph.document import Graph
from nodegraph.script.layout import WIDTH, Group, docstring, lay, quoted
from nodegraph.script.wiring import Wiring

_VALUES = ("Absent", "Curve", "Number", "stack")
_LOOPS = ("finite", "one_number", "relative_change")

_HELPERS = {
    "Recording": '''\
class Recording(Context):
    """Tells an output node the name of the recording, and its own, for the names of files."""

    def __init__(self, track, node):
        self.track = track
        self.node = node
''',
    "one_wire": '''\
def one_wire(value, name):
    """Give the value of a single wire as a port for several sources takes it."""
    if hasattr(value, "stacked"):
        return value.stacked(name)
    return stack({name: value}) if isinstance(value, Number) else value
''',
    "stack_present": '''\
def stack_present(values):
    """Stack those values that are there; give None where there is none."""
    present = {name: value for name, value in values.items() if value is not None}
    return stack(present) if present else None
''',
}


def head(graph: Graph, wiring: Wiring, folder: Path | None) -> list[str]:
    """Give all lines above the statements."""
    title = graph.title.strip() or "A graph as a program."
    above = docstring(f"{title}\n\n{graph.about.strip()}")
    parts = [above, _imports(wiring), *_definitions(wiring, folder)]
    return [line for part in parts if part for line in (*part, "")]


def _imports(wiring: Wiring) -> list[str]:
    needs = wiring.needs
    if "one_wire" in needs:
        needs.add("Number")
    ours = {
        "nodegraph": ["discover"] if wiring.modules.discovered else [],
        "nodegraph.context": ["Context"] if "Recording" in needs else [],
        "nodegraph.engine.loops": [name for name in _LOOPS if name in needs],
        "nodegraph.values": [name for name in _VALUES if name in needs],
    }
    lines = [f"from {module} import {', '.join(found)}" for module, found in ours.items() if found]
    lines += wiring.modules.lines()
    lines += ["import numpy as np"] if "np" in needs else []
    lines.sort(key=lambda line: (line.startswith("from"), line.split()[1]))
    lines = [text for line in lines for text in _broken(line)]
    standard = ["from pathlib import Path", ""] if needs & {"HERE", "Path"} else []
    return standard + lines


def _broken(line: str) -> list[str]:
    """Break an import that is too long for one line."""
    if len(line) <= WIDTH:
        return [line]
    start, _, names = line.partition(" import ")
    parts = tuple(("", name) for name in names.split(", "))
    return lay(f"{start} import ", Group("(", parts, ")", bare=True))


def _definitions(wiring: Wiring, folder: Path | None) -> list[list[str]]:
    """Give what stands between imports and statements."""
    parts: list[list[str]] = []
    if "HERE" in wiring.needs:
        start = "Path.cwd()" if folder is None else "Path(__file__).resolve().parent"
        parts.append([f"HERE = {start}"])
    if wiring.modules.discovered:
        note = "# From the user's folder of nodes, whose files cannot be imported by name."
        found = wiring.modules.discovered.items()
        calls = [f"{name} = discover()[{quoted(kind)}].function" for kind, name in found]
        parts.append([note, *calls])
    helpers = [["", *text.splitlines()] for name, text in _HELPERS.items() if name in wiring.needs]
    if helpers:
        helpers[-1].append("")  # two lines apart from the statements, too
    return parts + helpers
