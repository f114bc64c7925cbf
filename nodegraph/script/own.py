"""Write a node type as a file of one's own: its function, all it needs, under another id.

What stands in the function's module and is used is taken along, as it is written; what is imported
there is imported here. The knobs come as they are set, so that the new node does at once what the
old one did.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.declare import NodeType
from nodegraph.errors import GraphError
from nodegraph.script.layout import WIDTH, Expr, call, docstring, lay, literal, quoted

FAMILY = "mine"
_LEFT = ("label", "version", "replaces", "aliases")
"""What a node of one's own does not take over from the declaration."""
_LONG = 70
"""Letters of a text that are written on one line."""


@dataclass(frozen=True)
class Own:
    """A node file."""

    id: str
    text: str

    @property
    def name(self) -> str:
        """How the file is called."""
        return f"{self.id.replace('.', '_')}.py"


def own(known: NodeType, values: Mapping[str, Any], taken: Collection[str] = ()) -> Own:
    """Give the file of a node that does what `known` does with these knobs.

    `taken` are the ids that there are already. Raises GraphError, where the source of the node cannot
    be read or taken out of its module.
    """
    source = _Source.of(known)
    type_id = _free(known, taken)
    function = source.definitions[known.function.__name__]
    if not isinstance(function, ast.FunctionDef):
        raise _refused(known, "it is not declared at the top of its module")
    needs = source.needs(function)
    parts = [source.text(item) for item in needs if item is not function]
    parts.append(_function(source, function, known, type_id, values))
    about = (
        f"{known.label}, as a node of your own.\n\nChange it as you like. In the folder that "
        f"`nodegraph doctor` names it is found when the program starts, as {type_id}."
    )
    head = "\n".join([*docstring(about), "", *source.imports(needs), ""]).rstrip()
    return Own(type_id, "\n\n\n".join([head, *(part.rstrip() for part in parts)]) + "\n")


def _free(known: NodeType, taken: Collection[str]) -> str:
    base = f"{FAMILY}.{known.id.rsplit('.', 1)[1]}"
    found, number = base, 2
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    return found


def _refused(known: NodeType, why: str) -> GraphError:
    return GraphError([f"{known.label} cannot be extracted: {why}"])


# The module


class _Source:
    """The module that a node is declared in."""

    def __init__(self, known: NodeType, text: str) -> None:
        self.known = known
        self.lines = [f"{line}\n" for line in text.split("\n")]
        self.order = ast.parse(text).body
        self.definitions: dict[str, ast.stmt] = {}
        self.bindings: dict[str, tuple[ast.Import | ast.ImportFrom, ast.alias]] = {}
        for item in self.order:
            for name in _defined(item):
                self.definitions[name] = item
            if isinstance(item, (ast.Import, ast.ImportFrom)):
                for alias in item.names:
                    self.bindings[alias.asname or alias.name.partition(".")[0]] = item, alias

    @classmethod
    def of(cls, known: NodeType) -> _Source:
        """Read it. Raises GraphError."""
        module = sys.modules.get(known.function.__module__)
        try:
            text = inspect.getsource(module) if module else ""
        except (OSError, TypeError):
            text = ""
        if not text:
            raise _refused(known, "its source is not there")
        source = cls(known, text)
        if known.function.__name__ not in source.definitions:
            raise _refused(known, "it is not declared at the top of its module")
        return source

    def needs(self, first: ast.stmt) -> list[ast.stmt]:
        """Give a definition and all that it uses of the module, in the order of the module."""
        found: list[ast.stmt] = []
        waiting = [first]
        while waiting:
            item = waiting.pop()
            if item in found:
                continue
            found.append(item)
            for name in _used(item):
                if name in self.definitions:
                    waiting.append(self.definitions[name])
                elif name not in self.bindings and name in self._globals - {*dir(builtins)}:
                    raise _refused(self.known, f"{name} is not declared at the top of its module")
        return [item for item in self.order if item in found]

    @property
    def _globals(self) -> set[str]:
        return set(vars(sys.modules[self.known.function.__module__]))

    def text(self, item: ast.stmt) -> str:
        """Give a statement as it is written, with the words that explain it."""
        last = item.end_lineno or item.lineno
        after = self.order[self.order.index(item) + 1 :][:1]
        if isinstance(item, (ast.Assign, ast.AnnAssign)) and after and _is_text(after[0]):
            last = after[0].end_lineno or last
        return "".join(self.lines[_first_line(item) - 1 : last])

    def imports(self, items: Iterable[ast.stmt]) -> list[str]:
        """Give the lines that import what these use: Python's own, other libraries, then ours."""
        used = {name for item in items for name in _used(item)}
        plain: dict[str, str] = {}
        named: dict[str, list[str]] = {}
        for name in sorted(used & self.bindings.keys()):
            statement, alias = self.bindings[name]
            written = alias.name + (f" as {alias.asname}" if alias.asname else "")
            if isinstance(statement, ast.Import):
                plain[written] = alias.name
            else:
                named.setdefault("." * statement.level + (statement.module or ""), []).append(
                    written
                )
        lines = [(module, f"import {written}") for written, module in plain.items()]
        lines += [
            (module, f"from {module} import {', '.join(sorted(found, key=_case))}")
            for module, found in named.items()
        ]
        lazy = any(
            isinstance(item, ast.ImportFrom) and item.module == "__future__" for item in self.order
        )
        groups = [["from __future__ import annotations"] if lazy else []]
        ours = _packages(self.known)
        for rank in range(3):
            found = [
                (line.startswith("from"), module, line)
                for module, line in lines
                if _rank(module, ours) == rank
            ]
            groups.append([line for _, _, line in sorted(found)])
        return [line for group in groups if group for line in (*group, "")]


def _packages(known: NodeType) -> tuple[str, ...]:
    """Give the packages that are imported last: the workbench, and that of the node."""
    return "nodegraph", known.function.__module__.partition(".")[0]


def _rank(module: str, ours: tuple[str, ...]) -> int:
    top = module.partition(".")[0]
    return 0 if top in sys.stdlib_module_names else 2 if top in ours else 1


def _case(name: str) -> tuple[bool, bool, str]:
    """Order names as a formatter does: constants, classes, the rest."""
    return not name.isupper(), not name[:1].isupper(), name


def _defined(item: ast.stmt) -> Iterator[str]:
    if isinstance(item, (ast.FunctionDef, ast.ClassDef)):
        yield item.name
    elif isinstance(item, (ast.Assign, ast.AnnAssign)):
        targets = item.targets if isinstance(item, ast.Assign) else [item.target]
        for target in targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


def _used(item: ast.stmt) -> set[str]:
    """Give every name that a statement reads, those within annotations as text too."""
    found = {part.id for part in ast.walk(item) if isinstance(part, ast.Name)}
    return found - set(_defined(item))


def _is_text(item: ast.stmt) -> bool:
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)


def _first_line(item: ast.stmt) -> int:
    marks = item.decorator_list if isinstance(item, (ast.FunctionDef, ast.ClassDef)) else []
    return min([item.lineno, *(mark.lineno for mark in marks)])


# The function


def _function(
    source: _Source,
    function: ast.FunctionDef,
    known: NodeType,
    type_id: str,
    values: Mapping[str, Any],
) -> str:
    """Give the function under another id, with its knobs as they are set."""
    mark = next((part for part in function.decorator_list if _declares(part, known)), None)
    if not isinstance(mark, ast.Call):
        raise _refused(known, "its declaration is not written out")
    first = _first_line(function)
    body = "".join(source.lines[first - 1 : function.end_lineno or first]).encode()
    edits = [(_span(mark, body, first), _declaration(mark, known, type_id))]
    for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        knob = known.knob(argument.arg)
        if knob is None or default is None:
            continue
        value = values.get(knob.name, knob.default)
        if value != knob.default:
            edits.append((_span(default, body, first), _default(value)))
    for (start, end), text in sorted(edits, reverse=True):
        body = body[:start] + text.encode() + body[end:]
    return body.decode()


def _declares(part: ast.expr, known: NodeType) -> bool:
    return (
        isinstance(part, ast.Call)
        and bool(part.args)
        and isinstance(part.args[0], ast.Constant)
        and part.args[0].value == known.id
    )


def _declaration(mark: ast.Call, known: NodeType, type_id: str) -> str:
    kept: dict[str, Expr] = {
        word.arg: ast.unparse(word.value)
        for word in mark.keywords
        if word.arg is not None and word.arg not in _LEFT
    }
    written = call(ast.unparse(mark.func), quoted(type_id), label=quoted(_label(known)), **kept)
    # One column less: the sign before it.
    return "\n".join(lay("@", written))[1:]


def _label(known: NodeType) -> str:
    first = known.label[:1]
    plain = known.label[1:2].islower()
    return f"My {first.lower() if plain else first}{known.label[1:]}"


def _default(value: Any) -> str:
    """Write the value of a knob; a long text in pieces that one can read."""
    if not isinstance(value, str) or len(value) <= _LONG:
        return literal(value)
    rows = value.split("/")
    pieces = [f"{row}/" for row in rows[:-1]] + rows[-1:]
    step = WIDTH - 12
    short = [part[at : at + step] for part in pieces for at in range(0, len(part), step)]
    return "\n".join(["(", *(f"        {quoted(part)}" for part in short), "    )"])


def _span(part: ast.expr, text: bytes, first: int) -> tuple[int, int]:
    """Give where an expression begins and ends in the bytes of its lines."""
    starts = [0]
    for line in text.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    end_line, end_column = part.end_lineno or part.lineno, part.end_col_offset or 0
    return starts[part.lineno - first] + part.col_offset, starts[end_line - first] + end_column
