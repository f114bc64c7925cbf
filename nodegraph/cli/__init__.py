"""The command line: `main` is the command ``nodegraph``.

Each command imports what it needs when it runs, so that ``--help`` costs next to nothing. Exit
codes: 0 all done, 1 a fault before the run, 2 partly done, 130 interrupted. A fault is one line on
standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    try:
        return _main(arguments)
    except KeyboardInterrupt:  # in the first moments, before anything could be stopped in order
        return 130


def _main(arguments: Sequence[str] | None) -> int:
    import click

    from nodegraph.cli.commands import nodegraph
    from nodegraph.cli.say import complain
    from nodegraph.errors import GraphError, NodegraphError

    _let_any_text_out()
    try:
        return int(nodegraph.main(arguments, "nodegraph", standalone_mode=False) or 0)
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
        complain(_confession(error))
    return 1


def _where(error: Exception) -> str:
    """Name the command whose words were wrong."""
    ctx = getattr(error, "ctx", None)
    return f"{ctx.command_path}: " if ctx is not None else ""


def _confession(error: Exception) -> str:
    """Say in one line that the program itself is wrong."""
    if os.environ.get("NODEGRAPH_DEBUG"):
        raise error
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"this is a fault of the program: {said}; NODEGRAPH_DEBUG=1 before the command shows where"
    )


def _let_any_text_out() -> None:
    """Names of files may hold letters that the terminal cannot show: never fail for that."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
