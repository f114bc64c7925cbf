"""``nodegraph nodes``: what every node type takes, gives and can be set to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from nodegraph.cli.say import types
from nodegraph.errors import NodegraphError

if TYPE_CHECKING:
    from nodegraph.declare import Knob, NodeType, Output, Port

LOOP = "loop"
_LOOP_HELP = """\
Turn a part of the graph again and again: estimate, filter, estimate again.

A loop owns its body. Each state begins as `first`, from outside, and goes on as `next`, from
inside; all states go on together. A body reads any node around it, its states (`kam.h`) and the
number of the turn (`kam.iteration`). From outside, `kam.h` is the last state, `kam.iterations`
the number of turns that ran, and a watch the curve of a number over the turns."""


@click.command(short_help="List node types, or tell everything about one.")
@click.argument("type_id", metavar="[TYPE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
@click.option("--markdown", is_flag=True, help="Write Markdown: the reference of all nodes.")
@click.option("--python", is_flag=True, help="Write TYPE as a node file of your own, to change.")
def nodes(type_id: str | None, as_json: bool, markdown: bool, python: bool) -> None:
    """List node types by family, or tell everything about one TYPE or family."""
    known = types()
    if python:
        from nodegraph.script.own import own

        found = _chosen(known, type_id)
        if len(found) != 1 or found[0].id != type_id:
            raise NodegraphError("--python takes one node type: nodegraph nodes TYPE --python")
        click.echo(own(found[0], {}, known).text, nl=False)
        return
    if type_id == LOOP and not markdown:
        click.echo(_json(_loop()) if as_json else _loop_help())
        return
    chosen = _chosen(known, type_id)
    if as_json:
        single = type_id is not None and type_id in known
        click.echo(_json(data(chosen[0]) if single else [data(t) for t in chosen]))
    elif markdown:
        click.echo(_markdown(chosen))
    elif type_id is not None and type_id in known:
        click.echo("\n".join(page(chosen[0])))
    else:
        loop = [] if type_id else _LOOP_HELP.splitlines()[:1]
        click.echo("\n".join(_listing(chosen, loop)).rstrip())


def _chosen(known: Mapping[str, NodeType], word: str | None) -> list[NodeType]:
    """Give all types, those of one family, or one type."""
    if word is None:
        return list(known.values())
    if word in known:
        return [known[word]]
    family = [node_type for node_type in known.values() if node_type.family == word]
    if not family:
        raise NodegraphError(f"there is no node type {word!r}{_meant(known, word)}")
    return family


def _meant(known: Mapping[str, NodeType], word: str) -> str:
    """Offer the type that was probably meant: by its last word, a name it goes by, or nearly."""
    from nodegraph.engine.resolve import nearest

    low = word.lower()
    for node_type in known.values():
        names = (node_type.id.rsplit(".", 1)[1], node_type.label, *node_type.aliases)
        if low in (name.lower() for name in names):
            return f" (did you mean {node_type.id!r}?)"
    return nearest(word, known) or "; nodegraph nodes lists them all"


# The list


def _listing(chosen: Iterable[NodeType], loop: list[str]) -> Iterator[str]:
    chosen = list(chosen)
    width = max((len(node_type.id) for node_type in chosen), default=0)
    for family, members in groupby(chosen, key=lambda node_type: node_type.family):
        yield family
        yield from (f"  {member.id:{width}}  {member.summary}" for member in members)
        yield ""
    yield from (f"{LOOP:{width}}    {line}" for line in loop)


# One type


def page(node_type: NodeType) -> Iterator[str]:
    """Give everything about a type as lines of text."""
    yield f"{node_type.id}: {node_type.label}"
    yield node_type.summary
    if node_type.help:
        yield ""
        yield node_type.help
    yield from _section("Inputs", [(p.name, port_words(p)) for p in node_type.ports])
    yield from _section("Outputs", [(o.name or "(one)", o.type_names) for o in node_type.outputs])
    yield from _section("Knobs", [(k.name, knob_words(k)) for k in node_type.knobs])
    remarks = list(_remarks(node_type))
    if remarks:
        yield ""
        yield from remarks


def _section(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if not rows:
        return
    width = max(len(name) for name, _ in rows)
    yield ""
    yield title
    yield from (f"  {name:{width}}  {words}" for name, words in rows)


def port_words(port: Port) -> str:
    """Say what an input takes."""
    several = ", one wire with several sources or several named wires" if port.many else ""
    return f"{port.type_names}{several}{'; may stay unwired' if port.optional else ''}"


def knob_words(knob: Knob) -> str:
    """Say what a knob stands at and what it allows."""
    return f"{knob_default(knob)}; {knob_range(knob)}"


def knob_default(knob: Knob) -> str:
    """Say what a knob stands at."""
    unit = f" {knob.param.unit}" if knob.param.unit else ""
    return f"{json.dumps(knob.default, ensure_ascii=False)}{unit}"


def knob_range(knob: Knob) -> str:
    """Say what a knob allows."""
    if knob.kind == "choice":
        return "one of " + ", ".join(json.dumps(c, ensure_ascii=False) for c in knob.choices)
    if knob.kind == "bool":
        return "true or false"
    allowed = f"path of a {knob.param.path}" if knob.param.path else "text"
    if knob.kind != "str":
        allowed = knob.span + (", whole" if knob.kind == "int" else "")
    tries = ", ".join(str(value) for value in knob.param.suggest)
    return f"{allowed}; try {tries}" if tries else allowed


def _remarks(node_type: NodeType) -> Iterator[str]:
    if node_type.aliases:
        yield f"Also known as {', '.join(node_type.aliases)}."
    if node_type.replaces:
        yield f"Older graphs name it {', '.join(node_type.replaces)}."
    if node_type.effect:
        yield "It writes files."
    if node_type.whole:
        yield "It needs the whole recording: it cannot run in segments."
    if any(knob.kind in ("int", "float") for knob in node_type.knobs):
        yield "A wire that carries a number can drive any of its numbers."


# For programs


def data(node_type: NodeType) -> dict[str, Any]:
    """Give everything about a type as JSON data."""
    return {
        "id": node_type.id,
        "label": node_type.label,
        "family": node_type.family,
        "summary": node_type.summary,
        "help": node_type.help,
        "version": node_type.version,
        "aliases": list(node_type.aliases),
        "replaces": list(node_type.replaces),
        "source": node_type.source,
        "effect": node_type.effect,
        "whole": node_type.whole,
        "inputs": [_port(port) for port in node_type.ports],
        "outputs": [{"name": out.name, "types": _names(out)} for out in node_type.outputs],
        "knobs": [_knob(knob) for knob in node_type.knobs],
    }


def _port(port: Port) -> dict[str, Any]:
    return {
        "name": port.name,
        "types": _names(port),
        "many": port.many,
        "optional": port.optional,
    }


def _names(port: Port | Output) -> list[str]:
    return sorted(kind.__name__ for kind in port.types)


def _knob(knob: Knob) -> dict[str, Any]:
    param = knob.param
    found = {
        "name": knob.name,
        "kind": knob.kind,
        "default": knob.default,
        "choices": list(knob.choices),
        "min": param.min,
        "max": param.max,
        "step": param.step,
        "unit": param.unit,
        "log": param.log,
        "path": param.path,
        "paint": param.paint,
        "suggest": list(param.suggest),
    }
    always = ("name", "kind", "default")
    return {k: v for k, v in found.items() if k in always or v not in (None, "", False, [])}


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


# Loops, which are no type but stand in a graph like one


def _loop() -> dict[str, Any]:
    from nodegraph.declare import LOOP_KNOBS

    summary, _, rest = _LOOP_HELP.partition("\n")
    knobs = [_knob(knob) for knob in LOOP_KNOBS]
    return {"id": LOOP, "summary": summary, "help": rest.strip(), "knobs": knobs}


def _loop_help() -> str:
    from nodegraph.declare import LOOP_KNOBS

    knobs = _section("Knobs", [(knob.name, knob_words(knob)) for knob in LOOP_KNOBS])
    return "\n".join([_LOOP_HELP, *knobs])


# For the documentation


def _markdown(chosen: Iterable[NodeType]) -> str:
    lines: list[str] = []
    for family, members in groupby(chosen, key=lambda node_type: node_type.family):
        lines += [f"## {family}", ""]
        for member in members:
            lines += _markdown_page(member)
    return "\n".join(lines).rstrip()


def _markdown_page(node_type: NodeType) -> Iterator[str]:
    yield f"### {node_type.label} (`{node_type.id}`)"
    yield ""
    yield node_type.summary
    yield ""
    if node_type.help:
        yield node_type.help
        yield ""
    for port in node_type.ports:
        yield f"- input `{port.name}`: {port_words(port)}"
    for output in node_type.outputs:
        yield f"- output{f' `{output.name}`' if output.name else ''}: {output.type_names}"
    if node_type.knobs:
        yield ""
        yield "| knob | default | allowed |"
        yield "|---|---|---|"
        for knob in node_type.knobs:
            yield f"| `{knob.name}` | {_cell(knob_default(knob))} | {_cell(knob_range(knob))} |"
    yield ""
    for remark in _remarks(node_type):
        yield remark
        yield ""


def _cell(words: str) -> str:
    """Keep a vertical bar from ending a cell of a table."""
    return words.replace("|", "\\|")
