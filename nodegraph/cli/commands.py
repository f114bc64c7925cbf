"""The commands by name, and what happens where none is given."""

from __future__ import annotations

import os

import click

from nodegraph import __version__
from nodegraph.cli.batch import batch
from nodegraph.cli.catalogue import nodes
from nodegraph.cli.figure import figure
from nodegraph.cli.graphs import check, describe, format_, script
from nodegraph.cli.run import run
from nodegraph.cli.say import complain


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

\b
  nodegraph                                  open the window
  nodegraph harmonic_percussive              open a graph in it
  nodegraph run harmonic_percussive --input song=mine.wav --out stems
  nodegraph batch harmonic_percussive songs/*.wav --layout files --out results
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
def nodegraph(ctx: click.Context) -> None:
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
    from nodegraph.editor import display

    why = display.fault()
    if why is None:
        try:
            from nodegraph.editor.window.main import open_window
        except ImportError as error:  # a library of the system that the window needs
            why = str(error)
        else:
            return open_window(graph)
    complain(display.line(why, graph))
    return display.FAULT


@click.command()
def doctor() -> None:
    """Tell what this computer offers, as text to copy into a report."""
    from nodegraph.doctor import report

    click.echo(report())


for _command in (run, batch, check, describe, nodes, format_, script, figure, doctor):
    nodegraph.add_command(_command)
