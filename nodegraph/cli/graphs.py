"""Commands that read graphs and run nothing: ``check``, ``describe``, ``format``, ``script``."""

from __future__ import annotations

from pathlib import Path

import click

from nodegraph.cli.say import complain, counted, load, types
from nodegraph.errors import NodegraphError


@click.command(short_help="Find faults: names, types, knobs, cycles.")
@click.argument("graphs", metavar="GRAPH...", nargs=-1, required=True)
@click.pass_context
def check(ctx: click.Context, graphs: tuple[str, ...]) -> None:
    """Find every fault of graphs, one line each, and run nothing.

    Exit code 1 where there is any.
    """
    from nodegraph.engine import plan

    known = types()
    faults: list[str] = []
    for given in graphs:
        try:
            faults += [f"{given}: {fault}" for fault in plan.check(load(given), known)]
        except NodegraphError as error:
            faults.append(str(error))
    for fault in faults:
        complain(fault)
    if not faults:
        click.echo(f"{counted(len(graphs), 'graph')}, no faults")
    ctx.exit(1 if faults else 0)


@click.command(short_help="Tell what a graph does, as plain text.")
@click.argument("graph")
def describe(graph: str) -> None:
    """Tell what GRAPH does: every node in the order of work, loops indented."""
    from nodegraph.describe import describe

    known = types()
    click.echo(describe(load(graph), known))


@click.command("format", short_help="Write graphs in their canonical form.")
@click.argument("graphs", metavar="GRAPH...", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Change nothing; list what would change, exit code 1.")
@click.pass_context
def format_(ctx: click.Context, graphs: tuple[str, ...], check: bool) -> None:
    """Write graphs in their canonical form, every knob written out.

    What is canonical already keeps its bytes and its date.
    """
    types()
    faulty = changed = 0
    for given in graphs:
        try:
            changed += _format(Path(given), check)
        except NodegraphError as error:
            faulty += 1
            complain(str(error))
    verb = "would change" if check else "changed"
    click.echo(f"{counted(len(graphs), 'graph')}, {changed} {verb}")
    ctx.exit(1 if faulty or (check and changed) else 0)


def _format(path: Path, check: bool) -> bool:
    """Write one graph anew; say whether that changes it. Raises DocumentError."""
    import nodegraph
    from nodegraph import carriers, document

    graph = nodegraph.load(path)
    kind = carriers.kind(path)
    if kind:
        raise NodegraphError(f"{path}: the graph in a {kind} file stays as it was written")
    if document.text(graph).encode() == path.read_bytes():
        return False
    if not check:
        document.write(graph, path)
    click.echo(str(path))
    return True


@click.command(short_help="Turn a graph into a Python program.")
@click.argument("graph")
@click.option("-o", "--output", metavar="FILE.py", help="Write there instead of to the terminal.")
def script(graph: str, output: str | None) -> None:
    """Turn GRAPH into a readable Python program with the same result."""
    from nodegraph.document import write_atomically
    from nodegraph.script import script

    known = types()
    folder = Path(output).parent.absolute() if output else None
    text = script(load(graph), known, folder)
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_atomically(Path(output), text.encode())
