"""The command line: `main` is the command ``nodegraph``.

Each command stands in a file of its own and imports what it needs when it runs, so that
``--help`` costs next to nothing. Exit codes: 0 all done, 1 a fault before the run, 2 partly done,
130 interrupted. A fault is one line on standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from nodegraph import __version__
from nodegraph.cli.catalogue import nodes
from nodegraph.cli.graphs import check, describe, format_, script
from nodegraph.cli.run import run
from nodegraph.cli.say import complain
from nodegraph.errors import GraphError, NodegraphError


class _Commands(click.Group):
    """What is no command is a graph for the editor."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and _means_a_graph(args[0]):
            return "edit", _edit, args
        return super().resolve_command(ctx, args)


def _means_a_graph(word: str) -> bool:
    """Tell a graph from a mistyped command."""
    from pathlib import Path

    from nodegraph.shipped import shipped

    return "." in word or os.sep in word or Path(word).exists() or word in shipped()


_HELP = """Separate music with graphs of small nodes.

With a GRAPH, or with nothing at all, the editor opens.

\b
  nodegraph run harmonic_percussive --input song=mine.wav --out stems
  nodegraph describe harmonic_percussive
  nodegraph nodes transform.stft
"""


@click.group(
    help=_HELP,
    cls=_Commands,
    invoke_without_command=True,
    options_metavar="",
    subcommand_metavar="[GRAPH | COMMAND ...]",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="nodegraph", message="%(prog)s %(version)s")
@click.pass_context
def _nodegraph(ctx: click.Context) -> None:
    """Open the editor where no command follows."""
    if ctx.invoked_subcommand is None:
        ctx.exit(_open_editor(None))


@click.command("edit")
@click.argument("graph", required=False)
@click.pass_context
def _edit(ctx: click.Context, graph: str | None) -> None:
    """Open the editor."""
    ctx.exit(_open_editor(graph))


def _open_editor(graph: str | None) -> int:
    """Open the editor, with a graph or with the gallery."""
    complain(f"this version has no editor yet: use nodegraph run {graph or 'GRAPH'}")
    return 1


@click.command()
def doctor() -> None:
    """Tell what this computer offers, as text to copy into a report."""
    from nodegraph.doctor import report

    click.echo(report())


for _command in (run, check, describe, nodes, format_, script, doctor):
    _nodegraph.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    _let_any_text_out()
    try:
        return int(_nodegraph.main(arguments, "nodegraph", standalone_mode=False) or 0)
    except click.Abort:
        complain("interrupted")
        return 130
    except click.ClickException as error:
        complain(_where(error) + " ".join(error.format_message().split()))
    except GraphError as error:
        for fault in error.faults:
            complain(fault)
    except NodegraphError as error:
        complain(str(error))
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        complain(f"{error.filename or 'the computer'}: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - the last line of defence
        _confess(error)
    return 1


def _where(error: click.ClickException) -> str:
    """Name the command whose words were wrong."""
    ctx = getattr(error, "ctx", None)
    return f"{ctx.command_path}: " if ctx is not None else ""


def _confess(error: Exception) -> None:
    """Say in one line that the program itself is wrong."""
    if os.environ.get("NODEGRAPH_DEBUG"):
        raise error
    said = " ".join(f"{type(error).__name__}: {error}".split())
    complain(
        f"this is a fault of the program: {said}; NODEGRAPH_DEBUG=1 before the command shows where"
    )


def _let_any_text_out() -> None:
    """Names of files may hold letters that the terminal cannot show: never fail for that."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
