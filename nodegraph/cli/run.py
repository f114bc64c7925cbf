"""``nodegraph run``: a graph from end to end, with progress, a summary and a report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nodegraph.cli.say import complain, load, types

if TYPE_CHECKING:
    from nodegraph.cli.interrupts import Interrupts
    from nodegraph.document import Graph
    from nodegraph.engine.engine import Result
    from nodegraph.registry import Registry

EXITS = {"done": 0, "partial": 2}


@click.command(short_help="Run a graph: separate, measure, write files.")
@click.argument("graph")
@click.option(
    "--set",
    "knobs",
    multiple=True,
    metavar="NODE.KNOB=VALUE",
    help="Set a knob; also of a loop, such as kam.iterations=20.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NODE=PATH",
    help="Replace a source by a sound file or by a folder of stems.",
)
@click.option("--out", metavar="DIR", help="Folder for everything that is written.")
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
@click.option("--report", metavar="FILE.json", help="Write what became of every node.")
@click.option("--only", multiple=True, metavar="NODE", help="Run this node and what it needs.")
@click.option(
    "--segment",
    type=float,
    metavar="SECONDS",
    help="Run piece by piece, for recordings larger than memory.",
)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but faults.")
@click.pass_context
def run(
    ctx: click.Context,
    graph: str,
    knobs: tuple[str, ...],
    inputs: tuple[str, ...],
    out: str | None,
    overwrite: bool,
    report: str | None,
    only: tuple[str, ...],
    segment: float | None,
    quiet: bool,
) -> None:
    """Run GRAPH, a file or the name of a shipped graph.

    Exit code 0: done; 1: a fault before the run; 2: partly done; 130: interrupted.
    """
    from nodegraph.cli.interrupts import Interrupts, end
    from nodegraph.cli.settings import apply

    if segment is not None and not segment > 0:
        raise click.UsageError(f"--segment {segment:g}: must be more than 0 seconds", ctx)
    if report is not None:
        _make_room(Path(report))
    known = types()
    asked = apply(load(graph), known, inputs=inputs, out=out, overwrite=overwrite, knobs=knobs)
    with Interrupts() as interrupts:
        result = _go(asked, known, only or None, segment, quiet, interrupts)
        written = _tell(asked, result, report)
        if not quiet:
            from nodegraph.cli.summary import summary

            click.echo(summary(result, out))
        if result.state == "cancelled":
            end()  # the interpreter would take its time to put everything away
    ctx.exit(EXITS[result.state] or (0 if written else 2))


def _go(
    graph: Graph,
    known: Registry,
    only: tuple[str, ...] | None,
    segment: float | None,
    quiet: bool,
    interrupts: Interrupts,
) -> Result:
    """Run with a progress display, in a thread that Ctrl+C can stop."""
    from nodegraph.cli.progress import display
    from nodegraph.cli.witness import Witness
    from nodegraph.engine import plan
    from nodegraph.engine.engine import Engine

    steps = plan.make(graph, known, only)
    engine = Engine(known, cache_bytes=0)

    def work() -> Result:
        told: dict[str, Any] = {"only": only, "listener": witness, "cancel": interrupts.cancel}
        if segment is None:
            return engine.run(graph, discard=True, **told)
        from nodegraph.engine.segments import run_segments

        return run_segments(engine, graph, segment, **told)

    with display(graph, set(steps.steps), quiet) as listener:
        witness = Witness(steps, listener, streams=segment is not None)
        result = interrupts.run(work, witness.may_leave)
    return witness.result() if result is None else result


def _tell(graph: Graph, result: Result, report: str | None) -> bool:
    """Say each fault, and write the report. Says whether it could be written."""
    for fault in result.faults:
        complain(fault)
    if os.environ.get("NODEGRAPH_DEBUG"):
        for record in result.records.values():
            if record.detail:
                click.echo(record.detail, err=True)
    if report is None:
        return True
    from nodegraph.document import write_atomically
    from nodegraph.errors import DocumentError

    data = {**result.report(), "title": graph.title, "faults": result.faults}
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    try:
        write_atomically(Path(report), text.encode("utf-8", "backslashreplace"))
    except DocumentError as error:
        complain(str(error))
        return False
    return True


def _make_room(report: Path) -> None:
    """Find out before a long run whether its report has a place. Raises OSError."""
    report.parent.mkdir(parents=True, exist_ok=True)
    if report.is_dir():
        raise IsADirectoryError(21, "a folder, not a file for the report", str(report))
