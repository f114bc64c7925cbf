"""The large views: which are open, how they are drawn, what is marked in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodegraph.document import Loop, find
from nodegraph.editor.showing import kept
from nodegraph.editor.window.doing.table import command, opened

if TYPE_CHECKING:
    from nodegraph.editor.showing import Showing
    from nodegraph.editor.window.app import App
    from nodegraph.editor.window.views.pane import PaneView

TOOLS = ("pointer", "box", "brush", "eraser")


def _slots(app: App) -> list[tuple[str, str]]:
    """Give the output of each chosen node: the one that the inspector shows, or its first."""
    found = []
    for name in app.stage.chosen:
        shown = app.inspector.shown
        if shown is not None and shown[0] == name:
            found.append(shown)
            continue
        outputs = _outputs(app, name)
        if outputs:
            found.append((name, outputs[0]))
    return found


def _outputs(app: App, name: str) -> list[str]:
    item = find(app.graph, name)
    if isinstance(item, Loop):
        return list(item.state) or list(item.watch)
    known = app.types.get(item.type)
    outputs = [output.name for output in known.outputs] if known is not None else []
    # What has a picture comes before what has none.
    return sorted(outputs, key=lambda output: (name, output) not in app.pictures)


def _some(app: App) -> bool:
    return opened(app) and bool(_slots(app))


def _viewing(app: App) -> bool:
    return opened(app) and bool(app.showing.panes)


@command("view.large", lambda app: _some(app) or _viewing(app))
def _large(app: App, node: str = "", output: str | None = None, **_: Any) -> None:
    """Open what is chosen; what is open already, and nothing else is chosen, closes."""
    if node:
        app.show_views(app.showing.opened((node, output if output is not None else "")))
        return
    slots = _slots(app)
    showing = app.showing
    shown = [pane.slot for pane in showing.panes]
    if not slots or (shown == slots[:1] and len(slots) == 1):
        app.show_views(showing.emptied())
    elif len(slots) == 1:
        app.show_views(showing.opened(slots[0]))
    else:
        first, *rest = slots[:4]
        made = replace(showing, panes=()).opened(first)
        for slot in rest:
            made = made.added(slot)
        app.show_views(made)


@command("view.add", _some)
def _add(app: App, **_: Any) -> None:
    made = app.showing
    for slot in _slots(app):
        made = made.added(slot) if slot not in [p.slot for p in made.panes] else made
    app.show_views(made)


@command("view.compare", lambda app: _some(app))
def _compare(app: App, **_: Any) -> None:
    """Compare two chosen outputs, or a chosen one with the one that is shown."""
    slots, chosen = _slots(app), app.showing.chosen
    if len(slots) >= 2:
        app.show_views(app.showing.compared(slots[0], slots[1]))
    elif chosen is not None and chosen.slot != slots[0]:
        app.show_views(app.showing.compared(chosen.slot, slots[0]))
    else:
        app.show_views(app.showing.opened(slots[0]))
        app.say("Choose another node and press Shift V again: both, and their difference.")


@command("view.alone", _viewing)
def _alone(app: App, **_: Any) -> None:
    app.show_views(replace(app.showing, alone=not app.showing.alone))


@command("view.close", _viewing)
def _close(app: App, **_: Any) -> None:
    app.show_views(app.showing.closed(app.showing.focus))


@command("view.keep", opened)
def _keep(app: App, **_: Any) -> None:
    graph = kept.remembered(app.graph, app.showing)
    if graph is not app.graph:
        app.edit(graph, "views to open with")
    count = len(app.showing.panes)
    app.say(f"The graph opens with {count} large view{'s' * (count != 1)}." if count else
            "The graph opens without large views.")  # fmt: skip


# The view under the pointer, or the one used last


def _pane(app: App) -> PaneView | None:
    """Find the pane under the pointer, or the one that was used last."""
    views = app.views
    over = next((pane for pane in views.panes if pane.at is not None), None)
    return over or views.focused


def _change(app: App, make: Any) -> None:
    pane = _pane(app)
    if pane is not None:
        made: Showing = make(app.showing, pane.index)
        app.show_views(made)


@command("large.fit", _viewing)
def _fit(app: App, **_: Any) -> None:
    _change(app, lambda showing, index: showing.fitted(index))


@command("large.kind", _viewing)
def _kind(app: App, **_: Any) -> None:
    pane = _pane(app)
    if pane is not None:
        app.views.press(pane.index, "kinds", "")


@command("large.scale", _viewing)
def _scale(app: App, **_: Any) -> None:
    app.show_views(app.showing.next_scale())


@command("large.notes", _viewing)
def _notes(app: App, **_: Any) -> None:
    app.show_views(replace(app.showing, notes=not app.showing.notes))


@command("large.link", _viewing)
def _link(app: App, **_: Any) -> None:
    _change(app, lambda showing, index: showing.link(index, not showing.panes[index].linked))


def _limit(app: App, top: float = 0.0, low: float = 0.0) -> None:
    """Move a limit of levels; the distance of both is that of all pictures, and is kept."""
    _change(app, lambda showing, index: showing.limited(index, top, low))
    pane = _pane(app)
    if pane is not None and pane.pane.linked:
        app.remember(range_db=app.showing.shared.range_db)


@command("large.top_up", _viewing)
def _top_up(app: App, **_: Any) -> None:
    _limit(app, top=5.0)


@command("large.top_down", _viewing)
def _top_down(app: App, **_: Any) -> None:
    _limit(app, top=-5.0)


@command("large.low_up", _viewing)
def _low_up(app: App, **_: Any) -> None:
    _limit(app, low=5.0)


@command("large.low_down", _viewing)
def _low_down(app: App, **_: Any) -> None:
    _limit(app, low=-5.0)


@command("large.tool", _viewing)
def _tool(app: App, key: str = "Alt+2", **_: Any) -> None:
    number = int(key[-1]) - 1 if key[-1:] in "1234" else 1
    app.show_views(replace(app.showing, tool=TOOLS[number]))  # type: ignore[arg-type]


def _marked(app: App) -> bool:
    pane = _pane(app) if _viewing(app) else None
    return pane is not None and bool(pane.marking.marks) and not pane.marking.node


@command("large.make", _marked)
def _make(app: App, **_: Any) -> None:
    pane = _pane(app)
    if pane is not None:
        app.views.grip.make(pane)


@command("large.clear", _viewing)
def _clear(app: App, **_: Any) -> None:
    pane = _pane(app)
    if pane is not None:
        app.views.grip.clear(pane)
