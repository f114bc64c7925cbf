"""``nodegraph figure``: a view, or the whole graph, as a file ready for a slide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nodegraph.cli.say import complain, load, shown, size, types
from nodegraph.errors import DocumentError, GraphError

if TYPE_CHECKING:
    from nodegraph.document import Graph
    from nodegraph.figure.style import Style
    from nodegraph.registry import Registry

ONLY_VIEWS = ("kind", "other", "axis", "start", "stop", "decibels", "colours", "turns")
"""Options that say nothing about a drawing of the graph."""
NAMES = {
    "other": "with",
    "start": "from",
    "stop": "to",
    "decibels": "range",
    "colours": "map",
    "turns": "at",
}


@click.command(short_help="Draw a view, or the whole graph, as a file for a slide.")
@click.argument("graph")
@click.argument("view", metavar="[NODE[.PORT][[SOURCE]]]", required=False)
@click.option("-o", "--output", metavar="FILE", required=True, help="The file: .png, .svg or .pdf.")
@click.option("--kind", metavar="KIND", help="Which of the views of the value; a wrong one lists.")
@click.option("--with", "other", metavar="NODE[.PORT][[SOURCE]]", help="For views that show two.")
@click.option(
    "--scale",
    type=click.Choice(["1", "2", "4"]),
    help="Size of a PNG: a view is 800, 1600 (the usual) or 3200 pixels wide, a graph 1, 2 or 4 "
    "times its size on the canvas.",
)
@click.option("--width", type=click.IntRange(200, 12000), metavar="PX", help="Or its width.")
@click.option("--white", "ground", flag_value="white", default=True, help="On white (the usual).")
@click.option("--dark", "ground", flag_value="dark", help="On the dark ground of the window.")
@click.option("--axis", type=click.Choice(["linear", "log", "mel"]), help="Spread of frequency.")
@click.option("--from", "start", type=float, metavar="S", help="Begin there, in seconds.")
@click.option("--to", "stop", type=float, metavar="S", help="End there.")
@click.option("--range", "decibels", type=float, metavar="DB", help="Levels this far down.")
@click.option(
    "--map",
    "colours",
    type=click.Choice(["magma", "viridis", "cividis", "greys"]),
    help="Colours of levels; on white they run backwards.",
)
@click.option("--caption", metavar="TEXT", help="Text below, in place of what is measured.")
@click.option("--no-caption", is_flag=True, help="No text below.")
@click.option("--at", "turns", multiple=True, metavar="LOOP=TURN", help="As it stood in a turn.")
@click.option("--set", "knobs", multiple=True, metavar="NODE.KNOB=VALUE", help="Set a knob.")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NODE=PATH",
    help="Replace a source by a sound file or by a folder of stems.",
)
@click.option("--pictures", is_flag=True, help="Run the graph, and draw its pictures in its nodes.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there already.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but faults.")
@click.pass_context
def figure(ctx: click.Context, /, graph: str, view: str | None, output: str, **given: Any) -> None:
    """Draw what a NODE of GRAPH gives; without NODE the whole graph.

    Only what the picture needs is run, and nothing else is written. The file carries the graph.
    Exit code 0: done; 1: a fault before the run; 2: the run did not get that far.
    """
    from nodegraph.cli.settings import apply

    path = Path(output)
    _check(ctx, path, view, given)
    known = types()
    asked = apply(load(graph), known, inputs=given["inputs"], knobs=given["knobs"])
    if view is None:
        content = _whole(asked, known, path, given)
    else:
        content = _one(asked, known, path, view, given)
    if content is None:
        ctx.exit(2)
    path.parent.mkdir(parents=True, exist_ok=True)
    from nodegraph.document import write_atomically

    write_atomically(path, content)
    if not given["quiet"]:
        click.echo(f"1 file written\n  {shown(path)}  {size(len(content))}")


def _check(ctx: click.Context, path: Path, view: str | None, given: dict[str, Any]) -> None:
    """Find what is wrong before anything is read or run."""
    from nodegraph.figure.style import kind_of

    try:
        kind_of(path)
    except ValueError as error:
        raise click.UsageError(f"-o: {error}", ctx) from None
    if path.is_dir():
        raise IsADirectoryError(21, "a folder, not a file for the picture", str(path))
    if path.exists() and not given["overwrite"]:
        raise DocumentError(f"{path}: is there already; --overwrite replaces it")
    if given["scale"] and given["width"]:
        raise click.UsageError("--scale and --width: give one of them", ctx)
    if given["caption"] is not None and given["no_caption"]:
        raise click.UsageError("--caption and --no-caption: give one of them", ctx)
    start, stop = given["start"], given["stop"]
    if start is not None and stop is not None and not start < stop:
        raise click.UsageError(f"--from {start:g} --to {stop:g}: must end after it begins", ctx)
    if given["decibels"] is not None and not 0 < given["decibels"] < 1000:
        raise click.UsageError(f"--range {given['decibels']:g}: must be 0 to 1000 dB", ctx)
    if view is None:
        for name in ONLY_VIEWS:
            if given[name] not in (None, ()):
                raise click.UsageError(f"--{NAMES.get(name, name)}: needs a NODE to draw", ctx)
    elif given["pictures"]:
        raise click.UsageError("--pictures: is for the whole graph, without a NODE", ctx)
    _matplotlib()


def _matplotlib() -> None:
    from nodegraph.figure import needs_matplotlib

    try:
        needs_matplotlib()
    except ValueError as error:
        raise DocumentError(str(error)) from None


def _style(given: dict[str, Any], caption: str) -> Style:
    from nodegraph.figure.style import Style, scaled

    if given["no_caption"]:
        caption = ""
    return Style(
        given["width"] or scaled(int(given["scale"] or 2)),
        given["ground"] == "dark",
        given["colours"] or "magma",
        given["decibels"],
        given["caption"] if given["caption"] is not None else caption,
    )


def _one(
    graph: Graph, known: Registry, path: Path, view: str, given: dict[str, Any]
) -> bytes | None:
    """Draw what one output gives; None where the run did not get that far."""
    from nodegraph.cli.picturing import NoPicture, look
    from nodegraph.document import Link
    from nodegraph.engine.drawing import caption, fine, graph_text
    from nodegraph.figure import drawn
    from nodegraph.figure.style import kind_of
    from nodegraph.views import Lens

    link = Link.parse(view)
    other = Link.parse(given["other"]) if given["other"] else None
    turns = _turns(graph, given["turns"])
    width = _style(given, "").width
    lens = fine(Lens(given["start"], given["stop"], scale=given["axis"] or "linear"), width)
    try:
        picture = look(
            graph, known, link, other, given["kind"] or "", lens, turns, given["quiet"]
        )  # fmt: skip
    except NoPicture as error:
        for fault in error.faults:
            complain(fault)
        return None
    style = _style(given, caption(graph, known, link, picture, turns))
    return _made(drawn, picture, kind_of(path), style, graph_text(graph, known, path.parent))


def _whole(graph: Graph, known: Registry, path: Path, given: dict[str, Any]) -> bytes | None:
    """Draw the graph, with the pictures of its nodes where they are asked for."""
    from nodegraph.editor.drawing.graph import graph_figure
    from nodegraph.engine.drawing import graph_text
    from nodegraph.figure.shapes import drawn
    from nodegraph.figure.style import kind_of

    style = _style(given, graph.title)
    pictures: dict[tuple[str, str], Any] = {}
    sources: dict[tuple[str, str], tuple[str, ...]] = {}
    if given["pictures"]:
        from nodegraph.cli.picturing import gallery

        pictures, sources = gallery(graph, known, given["quiet"])
    drawing = graph_figure(
        graph, known, dark=style.dark, pictures=pictures, sources=sources, caption=style.caption
    )
    factor = given["width"] / drawing.width if given["width"] else int(given["scale"] or 2)
    return _made(drawn, drawing, kind_of(path), factor, graph_text(graph, known, path.parent))


def _made(draw: Any, *what: Any) -> bytes:
    """Draw; what cannot be drawn is said in one line."""
    try:
        content: bytes = draw(*what)
    except ValueError as error:
        raise DocumentError(str(error)) from None
    return content


def _turns(graph: Graph, words: tuple[str, ...]) -> dict[str, int]:
    """Read in which turns loops are to be seen. Raises GraphError."""
    from nodegraph.document import Loop, walk

    loops = {name: item for name, item, _ in walk(graph.nodes) if isinstance(item, Loop)}
    faults, turns = [], {}
    for word in words:
        name, equals, text = word.partition("=")
        if not (name and equals):
            faults.append(f"--at {word}: write LOOP=TURN, such as kam=3")
        elif name not in loops:
            faults.append(f"--at {word}: no loop {name!r}; there is {', '.join(loops) or 'none'}")
        else:
            limit = int(loops[name].params.get("iterations", 0))
            if not text.isdecimal() or int(text) > limit:
                faults.append(f"--at {word}: must be a turn from 0 to {limit}")
            else:
                turns[name] = int(text)
    if faults:
        raise GraphError(faults)
    return turns
