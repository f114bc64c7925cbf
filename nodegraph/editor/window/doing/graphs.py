"""Nodes that are searched, replaced, converted and carried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodegraph.editor import acting
from nodegraph.editor.offers.converters import Wiring
from nodegraph.editor.offers.ends import ends
from nodegraph.editor.window.doing.table import command, one, opened

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


@command("graph.add", opened)
def _add(app: App, **_: Any) -> None:
    app.search()


@command("graph.replace", one)
def _replace(app: App, **_: Any) -> None:
    app.search(replacing=app.stage.chosen[0])


@command("search.choose", opened)
def _search_choose(
    app: App, choice: Any = None, wire: Any = None, world: Any = (0, 0), loop: str = "", **_: Any
) -> None:
    if choice.type == acting.LOOP_CHOICE.type:
        app.change(acting.insert_loop(app.stage, world, loop, wire))
    else:
        app.change(acting.insert(app.stage, choice, wire, world, loop))


@command("search.replace", opened)
def _search_replace(app: App, choice: Any = None, node: str = "", **_: Any) -> None:
    app.change(acting.replace(app.stage, node, choice.type))


@command("search.fits", opened)
def _search_fits(app: App, node: str = "", name: str = "", **_: Any) -> None:
    app.search(node=node, port=name)


@command("graph.convert", lambda app: app.popups.open == "refusal")
def _convert(app: App, refusal: Any = None, link: Any = None, end: Any = None, **_: Any) -> None:
    if refusal is not None:
        app.change(acting.convert(app.stage, link, end, refusal))


@command("wire.convert", opened)
def _wire_convert(app: App, node: str = "", name: str = "", **_: Any) -> None:
    """Put in what converts where a wire that is there does not fit."""
    wiring = Wiring(app.graph, app.types)
    for end, link in ends(app.graph):
        if end.node == node and name in (end.port, end.entry):
            refusal = wiring.why_not(link, end.node, end.port, end.entry)
            if refusal is not None and refusal.offer:
                app.change(acting.convert(app.stage, link, end, refusal))
                return
    app.search(node=node, port=name)


@command("palette.add", opened)
def _palette_add(app: App, key: str = "", **_: Any) -> None:
    app.change(app.hands.insert(key, app.view.seen.centre))


@command("palette.drag", opened)
def _palette_drag(app: App, key: str = "", **_: Any) -> None:
    app.hands.carry(key)
