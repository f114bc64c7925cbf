"""Pictures of the window as files and on the clipboard; the engine's process draws them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.document import Graph, Link
from nodegraph.editor.canvas.planning import Sources
from nodegraph.editor.files import pictures
from nodegraph.editor.files.pictures import Copying
from nodegraph.editor.window import pasting
from nodegraph.editor.window.popups.picture import Choice
from nodegraph.editor.window.popups.words import tilde
from nodegraph.engine.asking import Answer, Draw, Drew, Look, Slot, Unanswered
from nodegraph.engine.drawing import Types, caption, fine
from nodegraph.figure.shapes import Drawing
from nodegraph.figure.style import Style, scaled
from nodegraph.views import Lens, Picture

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

Then = Callable[[Drew], None]
ALL = (None, None)
PATIENCE = 10
"""Seconds that a program has to take a picture."""


def _graph_drawing(
    graph: Graph, types: Types, style: Style, seen: Mapping[Slot, Picture], sources: Sources
) -> Drawing:
    from nodegraph.editor.drawing.graph import graph_figure

    return graph_figure(
        graph, types, dark=style.dark, pictures=seen, sources=sources, caption=style.caption,
        colour_map=style.colours,
    )  # fmt: skip


class Picturing:
    """Draws what is shown, and puts it where it is wanted. Nothing here waits."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._folder: Path | None = None
        self._later: list[Callable[[], None]] = []
        """What is to be done in the next frame; threads put it there."""

    # What can be asked for

    def copy(self, look: Look | None = None) -> None:
        """Put the picture of an output on the clipboard, of the one shown where none is named."""
        look = look or self._shown()
        path = self._scratch() / "picture.png"
        settings = self.app.settings
        style = self._style(settings.picture_scale, settings.picture_dark, "")
        node = look.slot[0] if look is not None else ""
        self._draw(path, look, style, lambda drew: self._copy(drew, node), captioned=True)

    def save(self, look: Look | None = None) -> None:
        """Ask how the picture of an output is to look, and where it is to be; then draw it."""
        self._ask(look or self._shown())

    def save_graph(self) -> None:
        """Ask how the picture of the whole graph is to look, and where it is to be."""
        self._ask(None)

    def work(self) -> None:
        """Go on with what threads have done."""
        while self._later:
            self._later.pop(0)()

    def close(self) -> None:
        """Remove what was only drawn to be copied."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    # How

    def _shown(self) -> Look | None:
        """Give the large view that has the keys, else that in the inspector; None is the graph."""
        inspector, showing = self.app.inspector, self.app.showing
        pane = showing.chosen
        if pane is not None:
            window = showing.window(showing.focus)
            (start, stop), (low, high) = window.time or ALL, window.pitch or ALL
            lens = Lens(start, stop, low, high, scale=showing.scale)
            return Look(pane.slot, pane.kind, lens, pane.source, pane.other, pane.other_source)
        if inspector.shown is None:
            return None
        return Look(inspector.shown, lens=Lens(scale="log"), source=inspector.shown_source)

    def _ask(self, look: Look | None) -> None:
        app = self.app
        words = app.graph.title
        if look is not None:
            link = Link(*look.slot, look.source)
            seen = None if look.kind else app.pictures.get(look.slot)
            words = caption(app.graph, app.types, link, seen, app.turns)
        title = "Save the picture" if look is not None else "Picture of the graph"
        settings = app.settings
        before = Choice(
            settings.picture_format, settings.picture_scale, settings.picture_dark, words
        )
        app.popups.picture(title, before, lambda choice: self._place(look, choice))

    def _place(self, look: Look | None, choice: Choice) -> None:
        """Ask where the file is to be."""
        app = self.app
        app.remember(
            picture_format=choice.format, picture_scale=choice.scale, picture_dark=choice.dark
        )
        name = pictures.name_for(self._graph_name, look.slot[0] if look else "", choice.format)
        start = app.files.folder

        def chosen(path: Path) -> None:
            if path.suffix.lower().lstrip(".") not in ("png", "svg", "pdf"):
                path = path.with_name(f"{path.name}.{choice.format}")
            style = self._style(choice.scale, choice.dark, choice.caption)
            self._draw(path, look, style, self._saved)

        ending = f".{choice.format}"
        app.popups.files("save", "Save the picture", "all", start, name, chosen, ending)

    @property
    def _graph_name(self) -> str:
        session = self.app.session
        return session.path.stem if session.path else session.name

    def _style(self, scale: int, dark: bool, words: str) -> Style:
        settings, showing = self.app.settings, self.app.showing
        range_db = showing.window(showing.focus).range_db if showing.chosen else settings.range_db
        return Style(scaled(scale), dark, settings.colour_map, range_db, words)

    def _draw(
        self, path: Path, look: Look | None, style: Style, then: Then, *, captioned: bool = False
    ) -> None:
        """Have the engine draw; without a view the whole graph, as the canvas shows it."""
        self.app.say("Drawing the picture.")
        if look is not None:
            look = replace(look, lens=fine(look.lens, style.width))
            table = self.app.views.table(look)
            self._send(Draw(path, look, style, captioned=captioned, table=table), then)
            return
        app = self.app
        given = app.graph, app.types, style, dict(app.pictures), app.sources

        def compose() -> None:
            drawing = _graph_drawing(*given)
            factor = style.width / scaled(1)
            self._later.append(lambda: self._send(Draw(path, drawing, style, factor), then))

        # Its small pictures are painted anew, and finer: that would keep the window waiting.
        threading.Thread(target=compose, daemon=True).start()

    def _send(self, ask: Draw, then: Then) -> None:
        def answered(answer: Answer) -> None:
            if isinstance(answer, Drew):
                then(answer)
            elif isinstance(answer, Unanswered):
                self.app.say(f"No picture: {answer.reason}.", "error")

        # Each is asked for by itself: a file that was chosen is written, whatever else is asked for.
        self.app.ask(f"picture {ask.path}", ask, answered)

    def _saved(self, answer: Drew) -> None:
        size = answer.bytes / 1000
        told = f"{size:.0f} kB" if size < 1000 else f"{size / 1000:.1f} MB"
        self.app.say(f"Saved {answer.path.name}, {told}", "ok")

    # The clipboard

    def _scratch(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="nodegraph-picture-"))
        return self._folder

    def _copy(self, answer: Drew, node: str) -> None:
        how = pictures.copying(answer.path, sys.platform)
        if how is None:
            self._keep(answer.path, node)
            return
        job = threading.Thread(target=self._hand_over, args=(answer.path, node, how), daemon=True)
        job.start()

    def _hand_over(self, path: Path, node: str, how: Copying) -> None:
        """Let a program take a picture; called in a thread of its own."""
        done = False
        with suppress(OSError, subprocess.SubprocessError):
            with path.open("rb") as file:
                ended = subprocess.run(
                    how.words,
                    stdin=file if how.reads else subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=PATIENCE,
                    check=False,
                )
            done = ended.returncode == 0
        self._later.append(lambda: self._taken() if done else self._keep(path, node))

    def _taken(self) -> None:
        self.app.say("The picture is on the clipboard.", "ok")

    def _keep(self, path: Path, node: str) -> None:
        """Keep a picture that no program takes, and put its path on the clipboard."""
        name = pictures.name_for(self._graph_name, node, "png")
        try:
            place = pictures.folder()
            place.mkdir(parents=True, exist_ok=True)
            kept = pictures.free(place / name)
            shutil.copyfile(path, kept)
        except OSError as error:
            self.app.say(f"The picture could not be kept: {error.strerror or error}.", "error")
            return
        pasting.copy(str(kept))
        home = tilde(str(kept), str(Path.home()))
        self.app.say(
            f"No program here copies pictures. Saved {home}; its path is copied.", "warning"
        )
