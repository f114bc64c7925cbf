"""Lay out Python text as a formatter would: in 100 columns, broken at brackets."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

WIDTH = 100
STEP = "    "


@dataclass(frozen=True)
class Group:
    """Parts between brackets, each with what stands before it: a name, a key, or nothing."""

    opening: str
    parts: tuple[tuple[str, Expr], ...]
    closing: str
    bare: bool = False
    """The brackets are left out as long as all fits on one line."""


Expr = str | Group


def call(function: str, *inputs: Expr, **knobs: Expr) -> Group:
    """Write a call."""
    named = [(f"{name}=", value) for name, value in knobs.items()]
    return Group(f"{function}(", (*(("", value) for value in inputs), *named), ")")


def mapping(items: dict[str, Expr]) -> Group:
    """Write a dictionary whose keys are text."""
    return Group("{", tuple((f"{quoted(key)}: ", value) for key, value in items.items()), "}")


def row(values: list[str]) -> Expr:
    """Write a tuple without brackets where it fits; of one value, the value."""
    if len(values) == 1:
        return values[0]
    return Group("(", tuple(("", value) for value in values), ")", bare=True)


def flat(expr: Expr) -> str:
    """Write on one line."""
    if isinstance(expr, str):
        return expr
    inside = ", ".join(before + flat(part) for before, part in expr.parts)
    return inside if expr.bare else f"{expr.opening}{inside}{expr.closing}"


def lay(before: str, expr: Expr, after: str = "", indent: str = "") -> list[str]:
    """Give the lines of an expression with what stands before and after it."""
    line = f"{indent}{before}{flat(expr)}{after}"
    if len(line) <= WIDTH or isinstance(expr, str) or not expr.parts:
        return [line]
    deeper = indent + STEP
    inside = deeper + ", ".join(name + flat(part) for name, part in expr.parts)
    if expr.opening.endswith("(") and not expr.bare and len(inside) <= WIDTH:
        middle = [inside]
    else:
        middle = [line for name, part in expr.parts for line in lay(name, part, ",", deeper)]
    return [f"{indent}{before}{expr.opening}", *middle, f"{indent}{expr.closing}{after}"]


def condition(parts: list[str], room: int) -> list[str]:
    """Give the lines of ``if this and that:``."""
    line = f"if {' and '.join(parts)}:"
    if len(line) <= room or len(parts) == 1:
        return [line]
    first, *others = parts
    return ["if (", STEP + first, *(f"{STEP}and {part}" for part in others), "):"]


def quoted(text: str) -> str:
    """Write text as a literal, in double quotes where that needs no more escapes."""
    literal = repr(text)
    plain = literal.startswith("'") and '"' not in literal
    return f'"{literal[1:-1]}"' if plain else literal


def literal(value: object) -> str:
    """Write the value of a knob."""
    return quoted(value) if isinstance(value, str) else repr(value)


def docstring(text: str) -> list[str]:
    """Write text as the lines of a docstring; long lines are wrapped, signs of control dropped."""
    lines = [line for given in text.splitlines() for line in _wrapped(given)]
    joined = "\n".join(lines).strip()
    raw = "\\" in joined and '"""' not in joined
    if not raw:
        joined = joined.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    lines = f'{"r" if raw else ""}"""{joined}'.splitlines()
    if len(lines) == 1 and not joined.endswith(('"', "\\")) and len(lines[0]) + 3 <= WIDTH:
        return [f'{lines[0]}"""']
    return [*lines, '"""']


def _wrapped(line: str) -> list[str]:
    line = "".join(c if c.isprintable() else " " for c in line.expandtabs(4)).rstrip()
    if len(line) <= WIDTH:
        return [line]
    # What follows the mark of a list item hangs under its text.
    mark = re.match(r"\s*(?:[-*+]|\d+\.)?\s*", line)
    hanging = " " * (mark.end() if mark else 0)
    return textwrap.wrap(line, WIDTH, subsequent_indent=hanging, break_long_words=False)


class Page:
    """Lines of a program as they are written, from top to bottom."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._indent = ""

    def put(self, before: str, expr: Expr = "") -> None:
        """Write one statement."""
        self.lines += lay(before, expr, "", self._indent)

    def note(self, text: str) -> None:
        """Write a comment."""
        start = f"{self._indent}# "
        self.lines += textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=start)

    def gap(self) -> None:
        """Set what follows apart from what stands before it, unless that opens a block."""
        if self.lines and self.lines[-1] and not self.lines[-1].endswith(":"):
            self.lines.append("")

    @contextmanager
    def block(self, *head: str) -> Iterator[None]:
        """Write the head of a block, and inside it what follows; an empty one passes."""
        self.lines += [self._indent + line for line in head]
        start, before = len(self.lines), self._indent
        self._indent += STEP
        yield
        while not self.lines[-1]:
            self.lines.pop()
        if all(line.lstrip()[:1] in ("", "#") for line in self.lines[start:]):
            self.put("pass")
        self._indent = before

    @property
    def room(self) -> int:
        """Columns left on a line."""
        return WIDTH - len(self._indent)
