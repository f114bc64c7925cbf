"""Runs, and what is done about faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodegraph.editor.window import pasting
from nodegraph.editor.window.doing.table import command, one, opened, some

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


@command("run.all", opened)
def _run_all(app: App, **_: Any) -> None:
    if not app.engine.run_all(app.visible(), app.run_settings):
        app.say("There is nothing that could run yet.", "warning")


@command("run.here", some)
def _run_here(app: App, node: str = "", **_: Any) -> None:
    names = [node] if node else app.stage.chosen
    app.engine.run_to(names, app.visible(), app.run_settings)


@command("run.anyway", opened)
def _run_anyway(app: App, node: str = "", **_: Any) -> None:
    app.engine.run_anyway(node, app.visible(), app.run_settings)


@command("run.waiting", opened)
def _run_waiting(app: App, **_: Any) -> None:
    """Run what waits because it lasts or was stopped; what writes files is for Run all."""
    if app.engine.wish():
        return  # what lasts, and follows a loop that is looked back at, is to show its turn
    waits = app.engine.waiting(app.run_settings)
    for name in waits.values():
        known = app.types.get(app.board.kinds.get(name, ""))
        if known is not None and known.effect:
            waits = {n: by for n, by in waits.items() if by != name}
    ready = [n for n in waits if app.board[n].state not in ("error", "unknown", "blocked")]
    if ready:
        app.engine.run_to(ready, app.visible(), app.run_settings)


@command("run.again", opened)
def _run_again(app: App, **_: Any) -> None:
    app.engine.restart()
    app.engine.run_all(app.visible(), app.run_settings)


@command("run.stop", lambda app: app.engine.busy)
def _stop(app: App, **_: Any) -> None:
    app.engine.stop()


@command("run.as_you_edit")
def _as_you_edit(app: App, **_: Any) -> None:
    app.remember(run_as_you_edit=not app.settings.run_as_you_edit)


@command("run.region", opened)
def _region(app: App, key: str = "", **details: Any) -> None:
    """Limit runs to the loop region, or no more; with a region, choose that one."""
    if "region" in details:
        app.loop_over(details["region"])
    elif app.region is None:
        app.remember(tracks_open=True)
        app.say("Drag on the ruler of the tracks to choose the loop region first.")
    else:
        app.limit(not app.limited)
        stretch = "the loop region" if app.limited else "the whole recording"
        app.say(f"Runs go over {stretch}.")


@command("run.next_fault", lambda app: bool(app.cards))
def _next_fault(app: App, **_: Any) -> None:
    names = [name for name in app.stage.order if name in app.cards]
    chosen = [name for name in app.stage.chosen if name in names]
    at = names.index(chosen[-1]) + 1 if chosen else 0
    app.do("edit.found", node=names[at % len(names)])


@command("run.why", one)
def _why(app: App, node: str = "", **_: Any) -> None:
    name = node or app.stage.chosen[0]
    shown = app.board[name]
    words = shown.why or ("it has not run yet" if shown.state in ("idle", "stale") else shown.error)
    app.say(f"{name}: {words or 'its result is the one from before'}")


@command("run.restart", opened)
def _restart(app: App, **_: Any) -> None:
    app.engine.restart()
    app.say("The engine is started again.")


@command("card.select", opened)
def _card_select(app: App, node: str = "", **_: Any) -> None:
    app.select(frozenset([("node", node)]))


@command("card.copy", opened)
def _card_copy(app: App, node: str = "", **_: Any) -> None:
    card = app.cards.get(node)
    if card is not None:
        pasting.copy(card.details)
        app.say("The details are copied.", "ok")


@command("card.fix", opened)
def _card_fix(app: App, node: str = "", **_: Any) -> None:
    card = app.cards.get(node)
    if card is None or card.fix is None:
        return
    fix = card.fix
    if fix.edit is not None:
        app.edit(fix.edit(app.graph), fix.label.lower())
        app.settle()
    elif fix.command == "transport.region":
        app.remember(tracks_open=True)
        app.say("Drag on the ruler of the tracks to choose a stretch.")
    else:
        app.select(frozenset([("node", fix.node or node)]))
        app.do(fix.command, node=fix.node or node, name=fix.name)
