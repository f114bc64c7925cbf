"""What each command does that is no edit of the canvas; those are in `nodegraph.editor.acting`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.declare import LOOP_KNOBS
from nodegraph.document import Loop, walk
from nodegraph.editor import acting
from nodegraph.editor.canvas.view import Rect, around
from nodegraph.editor.files import settings as keeping
from nodegraph.editor.look.measures import PRESENTER
from nodegraph.editor.offers.converters import Wiring
from nodegraph.editor.offers.ends import ends
from nodegraph.editor.running.board import FRESH
from nodegraph.edits import set_knob

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

MAPS = keeping.CHOICES["colour_map"]
ZOOM = 1.25


@dataclass(frozen=True)
class Command:
    """How a command is done, and when it can be."""

    run: Callable[..., None]
    able: Callable[[App], bool] | None = None


COMMANDS: dict[str, Command] = {}


def command(
    name: str, able: Callable[[App], bool] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a function as what a command does: it takes the app, ``key`` and the command's own."""

    def enter(function: Callable[..., None]) -> Callable[..., None]:
        COMMANDS[name] = Command(function, able)
        return function

    return enter


def _open(app: App) -> bool:
    return not app.in_gallery


def _one(app: App) -> bool:
    return len(app.stage.chosen) == 1


def _some(app: App) -> bool:
    return bool(app.stage.chosen)


# File

for _name, _method in {
    "file.new": "new",
    "file.open": "browse",
    "file.save": "save",
    "file.save_as": "save_as",
    "file.quit": "quit",
    "file.relink": "relink",
    "file.revert": "revert",
}.items():
    command(
        _name,
        {
            "file.save": lambda app: not app.in_gallery,
            "file.save_as": _open,
            "file.relink": _open,
            "file.revert": lambda app: app.session.path is not None and app.session.history.dirty,
        }.get(_name),
    )(lambda app, key="", method=_method, **_: getattr(app.files, method)())


@command("file.open_path")
def _open_path(app: App, **_: Any) -> None:
    app.files.open_pasted(dpg.get_clipboard_text() or "")


@command("file.gallery")
def _gallery(app: App, **_: Any) -> None:
    app.show_gallery(not app.in_gallery)


@command("file.recent", lambda app: bool(app.settings.recent or app.settings.pins))
def _recent(app: App, **_: Any) -> None:
    app.popups.recent()


@command("file.export", _open)
def _export(app: App, **_: Any) -> None:
    """Run what writes files."""
    writers = [
        name
        for name, item, _path in walk(app.graph.nodes)
        if (known := app.types.get(item.type)) is not None and known.effect
    ]
    if not writers:
        app.say("Nothing here writes files yet: add Write stems.", "warning")
        return
    app.engine.run_to(writers, app.visible(), app.run_settings)


@command("gallery.open")
def _gallery_open(app: App, key: str = "", **_: Any) -> None:
    if key and key != "Enter":
        app.open_path(Path(key))


@command("file.choose", _open)
def _choose(app: App, node: str = "", knob: str = "", name: str = "", **_: Any) -> None:
    app.files.choose(node, knob or name)


# Edit


@command("edit.undo", lambda app: app.session.history.can_undo and not app.in_gallery)
def _undo(app: App, **_: Any) -> None:
    app.undo()


@command("edit.redo", lambda app: app.session.history.can_redo and not app.in_gallery)
def _redo(app: App, **_: Any) -> None:
    app.redo()


@command("edit.history", _open)
def _history(app: App, **_: Any) -> None:
    app.popups.history()


@command("edit.goto", _open)
def _go_to(app: App, step: int = 0, **_: Any) -> None:
    app.go_to(step)


@command("edit.settings")
def _settings(app: App, **_: Any) -> None:
    app.popups.settings()


@command("edit.copy", lambda app: _open(app) and bool(app.selection))
def _copy(app: App, **_: Any) -> None:
    dpg.set_clipboard_text(acting.copied(app.stage))


@command("edit.cut", lambda app: _open(app) and bool(app.selection))
def _cut(app: App, **_: Any) -> None:
    dpg.set_clipboard_text(acting.copied(app.stage))
    app.change(acting.act("edit.cut", app.stage))


@command("edit.paste", _open)
def _paste(app: App, **_: Any) -> None:
    text = dpg.get_clipboard_text() or ""
    path = acting.pasted_path(text)
    if path is not None:
        app.open_path(path)
        return
    at = app.hands.world if app.hands.over_canvas else None
    app.change(acting.paste(app.stage, text, at))


@command("edit.find", _open)
def _find(app: App, **_: Any) -> None:
    app.popups.find()


@command("edit.found", _open)
def _found(app: App, node: str = "", **_: Any) -> None:
    app.select(frozenset([("node", node)]))
    _show(app, [node])


@command("edit.rename", lambda app: len(app.selection) == 1)
def _rename(app: App, **_: Any) -> None:
    (chosen,) = app.selection
    kind, name = chosen
    if kind == "node":
        box = app.scene.box(name)
        title = box.shape.title if box else name
        app.popups.ask_text(
            f"Title of {name}",
            title,
            lambda words: app.change(acting.retitle(app.stage, chosen, words)),
        )
    elif kind in ("frame", "note"):
        plate = (app.scene.frames if kind == "frame" else app.scene.notes).get(name)
        app.popups.ask_text(
            f"Text of the {kind}",
            plate.words if plate else "",
            lambda words: app.change(acting.retitle(app.stage, chosen, words)),
        )


@command("graph.about", _open)
def _about(app: App, **_: Any) -> None:
    app.select(frozenset())
    app.remember(inspector_open=True)
    app.popups.ask_text(
        "Title of the graph",
        app.graph.title,
        lambda words: app.change(acting.about(app.stage, words, app.graph.about)),
    )


# View


def _show(app: App, names: list[str]) -> None:
    rects = [box.rect for name in names if (box := app.scene.box(name)) is not None]
    rects += _plates(app) if not names else []
    app.look_at(app.view.fitted(around(rects) or app.scene.bounds), smooth=True)


def _plates(app: App) -> list[Rect]:
    both = {"frame": app.scene.frames, "note": app.scene.notes}
    return [
        both[kind][name].rect for kind, name in app.selection if kind in both and name in both[kind]
    ]


@command("view.fit", _open)
def _fit(app: App, **_: Any) -> None:
    app.look_at(app.view.fitted(app.scene.bounds), smooth=True)


@command("view.fit_selection", lambda app: _open(app) and bool(app.selection))
def _fit_selection(app: App, **_: Any) -> None:
    _show(app, list(app.stage.chosen))


@command("view.zoom_in", _open)
def _zoom_in(app: App, **_: Any) -> None:
    app.look_at(app.target.zoomed(ZOOM), smooth=True)


@command("view.zoom_out", _open)
def _zoom_out(app: App, **_: Any) -> None:
    app.look_at(app.target.zoomed(1 / ZOOM), smooth=True)


@command("view.zoom_reset", _open)
def _zoom_reset(app: App, **_: Any) -> None:
    app.look_at(app.target.zoomed_to(1.0), smooth=True)


@command("view.palette", _open)
def _palette(app: App, **_: Any) -> None:
    app.remember(palette_open=not app.settings.palette_open)


@command("view.inspector", _open)
def _inspector(app: App, **_: Any) -> None:
    app.remember(inspector_open=not app.settings.inspector_open)


@command("view.tracks", _open)
def _tracks(app: App, **_: Any) -> None:
    app.remember(tracks_open=not app.settings.tracks_open)


@command("view.minimap", _open)
def _minimap(app: App, **_: Any) -> None:
    app.remember(minimap=not app.settings.minimap)


@command("view.pin", _open)
def _pin(app: App, **_: Any) -> None:
    app.inspector.pin()


@command("view.colour_map")
def _colour_map(app: App, **_: Any) -> None:
    following = MAPS[(MAPS.index(app.settings.colour_map) + 1) % len(MAPS)]
    app.remember(colour_map=following)
    app.say(f"Levels are drawn in {following}.")


@command("view.grey")
def _grey(app: App, **_: Any) -> None:
    app.remember(grey=not app.settings.grey)


@command("view.theme")
def _theme(app: App, **_: Any) -> None:
    app.remember(theme="light" if app.settings.theme == "dark" else "dark")


@command("view.scale_up")
def _scale_up(app: App, **_: Any) -> None:
    app.remember(scale=min(app.settings.scale + 10, 200))


@command("view.scale_down")
def _scale_down(app: App, **_: Any) -> None:
    app.remember(scale=max(app.settings.scale - 10, 80))


@command("view.scale_reset")
def _scale_reset(app: App, **_: Any) -> None:
    app.remember(scale=100)


@command("view.motion")
def _motion(app: App, **_: Any) -> None:
    app.remember(animations=not app.settings.animations)
    app.say("Motion is on." if app.settings.animations else "Motion is off.")


@command("view.presenter")
def _presenter(app: App, **_: Any) -> None:
    app.present(not app.presenting)
    zoom = max(app.view.zoom, PRESENTER.zoom) if app.presenting else 1.0
    seen = around([box.rect for n in app.stage.chosen if (box := app.scene.box(n))])
    if not app.in_gallery:
        app.look_at(app.view.fitted(seen or app.scene.bounds, most=zoom))


# Graph


@command("graph.add", _open)
def _add(app: App, **_: Any) -> None:
    app.search()


@command("graph.replace", _one)
def _replace(app: App, **_: Any) -> None:
    app.search(replacing=app.stage.chosen[0])


@command("search.choose", _open)
def _search_choose(
    app: App, choice: Any = None, wire: Any = None, world: Any = (0, 0), loop: str = "", **_: Any
) -> None:
    if choice.type == acting.LOOP_CHOICE.type:
        app.change(acting.insert_loop(app.stage, world, loop, wire))
    else:
        app.change(acting.insert(app.stage, choice, wire, world, loop))


@command("search.replace", _open)
def _search_replace(app: App, choice: Any = None, node: str = "", **_: Any) -> None:
    app.change(acting.replace(app.stage, node, choice.type))


@command("search.fits", _open)
def _search_fits(app: App, node: str = "", name: str = "", **_: Any) -> None:
    app.search(node=node, port=name)


@command("graph.convert", lambda app: app.popups.open == "refusal")
def _convert(app: App, refusal: Any = None, link: Any = None, end: Any = None, **_: Any) -> None:
    if refusal is not None:
        app.change(acting.convert(app.stage, link, end, refusal))


@command("wire.convert", _open)
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


@command("palette.add", _open)
def _palette_add(app: App, key: str = "", **_: Any) -> None:
    app.change(app.hands.insert(key, app.view.seen.centre))


@command("palette.drag", _open)
def _palette_drag(app: App, key: str = "", **_: Any) -> None:
    app.hands.carry(key)


# Run


@command("run.all", _open)
def _run_all(app: App, **_: Any) -> None:
    if not app.engine.run_all(app.visible(), app.run_settings):
        app.say("There is nothing that could run yet.", "warning")


@command("run.here", _some)
def _run_here(app: App, node: str = "", **_: Any) -> None:
    names = [node] if node else app.stage.chosen
    app.engine.run_to(names, app.visible(), app.run_settings)


@command("run.anyway", _open)
def _run_anyway(app: App, node: str = "", **_: Any) -> None:
    app.engine.run_anyway(node, app.visible(), app.run_settings)


@command("run.waiting", _open)
def _run_waiting(app: App, **_: Any) -> None:
    """Run what waits because it lasts or was stopped; what writes files is for Run all."""
    waits = app.engine.waiting(app.run_settings)
    for name in waits.values():
        known = app.types.get(app.board.kinds.get(name, ""))
        if known is not None and known.effect:
            waits = {n: by for n, by in waits.items() if by != name}
    ready = [n for n in waits if app.board[n].state not in ("error", "unknown", "blocked")]
    if ready:
        app.engine.run_to(ready, app.visible(), app.run_settings)


@command("run.again", _open)
def _run_again(app: App, **_: Any) -> None:
    app.engine.restart()
    app.engine.run_all(app.visible(), app.run_settings)


@command("run.stop", lambda app: app.engine.busy)
def _stop(app: App, **_: Any) -> None:
    app.engine.stop()


@command("run.as_you_edit")
def _as_you_edit(app: App, **_: Any) -> None:
    app.remember(run_as_you_edit=not app.settings.run_as_you_edit)


@command("run.region", _open)
def _region(app: App, region: tuple[float, float] | None = None, key: str = "", **_: Any) -> None:
    if region != app.region:
        app.region = region
        app.engine.outdated()


@command("run.next_fault", lambda app: bool(app.cards))
def _next_fault(app: App, **_: Any) -> None:
    names = [name for name in app.stage.order if name in app.cards]
    chosen = [name for name in app.stage.chosen if name in names]
    at = names.index(chosen[-1]) + 1 if chosen else 0
    _found(app, node=names[at % len(names)])


@command("run.why", _one)
def _why(app: App, node: str = "", **_: Any) -> None:
    name = node or app.stage.chosen[0]
    shown = app.board[name]
    words = shown.why or ("it has not run yet" if shown.state in ("idle", "stale") else shown.error)
    app.say(f"{name}: {words or 'its result is the one from before'}")


@command("run.restart", _open)
def _restart(app: App, **_: Any) -> None:
    app.engine.restart()
    app.say("The engine is started again.")


# Loops


def _loop(app: App) -> str:
    """Name the loop that is chosen, around what is chosen, or the only one there is."""
    inside = {name: path for name, _, path in walk(app.graph.nodes)}
    loops = [name for name, item, _ in walk(app.graph.nodes) if isinstance(item, Loop)]
    for name in app.stage.chosen:
        if name in loops:
            return name
        if inside[name]:
            return inside[name][-1]
    return loops[0] if len(loops) == 1 else ""


def _some_loop(app: App) -> bool:
    return _open(app) and bool(_loop(app))


def _turned(app: App) -> bool:
    """Whether there is a loop with turns to look at."""
    return _some_loop(app) and app.engine.last(_loop(app)) > 0


@command("loop.play", _some_loop)
def _loop_play(app: App, loop: str = "", **_: Any) -> None:
    if app.board.going:
        app.engine.stop()
    else:
        app.engine.run_to([loop or _loop(app)], app.visible(), app.run_settings)


@command("loop.stop", lambda app: app.engine.busy)
def _loop_stop(app: App, **_: Any) -> None:
    app.engine.stop()


@command("loop.back", _turned)
def _loop_back(app: App, loop: str = "", **_: Any) -> None:
    _look(app, loop, -1)


@command("loop.forward", _turned)
def _loop_forward(app: App, loop: str = "", **_: Any) -> None:
    _look(app, loop, 1)


@command("loop.first", _turned)
def _loop_first(app: App, loop: str = "", **_: Any) -> None:
    _look(app, loop, to=1)


@command("loop.last", _turned)
def _loop_last(app: App, loop: str = "", **_: Any) -> None:
    name = loop or _loop(app)
    _look(app, name, to=app.engine.last(name))


def _look(app: App, loop: str, by: int = 0, to: int = 0) -> None:
    """Show another turn of a loop; say why where there is none."""
    name, engine = loop or _loop(app), app.engine
    if engine.last(name):
        engine.look(name, to or engine.turn(name) + by)
    elif app.board[name].state in ("running", "queued"):
        app.say("Pause the loop to look at one of its turns.")
    else:
        app.say("There is no turn to look at yet: run the loop first.")


@command("loop.step", _some_loop)
def _loop_step(app: App, loop: str = "", **_: Any) -> None:
    """Look one turn on; after the last one, turn once more."""
    name, engine = loop or _loop(app), app.engine
    turn, last, most = engine.turn(name), engine.last(name), _iterations(app, name)
    state = app.board[name].state
    if state in ("running", "queued"):
        app.say("Pause the loop to go on turn by turn.")
    elif turn < last:
        engine.look(name, turn + 1)
    elif last < most and state not in FRESH:
        engine.look(name, turn + 1, ahead=True)
    elif last < most:
        app.say(f"The loop came to its end after turn {last}: another turn would change nothing.")
    else:
        more = set_knob(app.graph, name, "iterations", most + 1)
        app.edit(more, "one more turn", ("loop.step", name))
        engine.run_to([name], app.visible(), app.run_settings)


def _iterations(app: App, loop: str) -> int:
    """Give how many turns a loop is to make."""
    item = next(item for name, item, _ in walk(app.graph.nodes) if name == loop)
    default = next(knob.default for knob in LOOP_KNOBS if knob.name == "iterations")
    return int(item.params.get("iterations", default))


@command("loop.control", _open)
def _loop_control(app: App, key: str = "", loop: str = "", share: float = 0.0, **_: Any) -> None:
    """Do what a button on a loop's frame says, or what its slider was dragged to."""
    if key == "slider":
        shown = app.board[loop]
        _look(app, loop, to=max(round(share * max(shown.limit, shown.turn)), 1))
    elif key in _CONTROLS:
        _CONTROLS[key](app, loop=loop)


_CONTROLS: dict[str, Callable[..., None]] = {
    "start": _loop_first,
    "back": _loop_back,
    "run": _loop_play,
    "step": _loop_step,
    "end": _loop_last,
    "stop": _loop_stop,
}


# Help


@command("help.keys")
def _keys(app: App, **_: Any) -> None:
    app.popups.keys()


@command("help.node", _one)
def _help(app: App, node: str = "", **_: Any) -> None:
    name = node or app.stage.chosen[0]
    app.popups.help(app.board.kinds.get(name, name))


@command("help.type")
def _help_type(app: App, key: str = "", **_: Any) -> None:
    app.popups.help(key)


@command("help.commands")
def _commands(app: App, **_: Any) -> None:
    app.popups.commands()


@command("help.computer")
def _computer(app: App, **_: Any) -> None:
    app.popups.computer()


@command("menu")
def _menu(app: App, key: str = "", at: tuple[float, float] = (0, 0), **_: Any) -> None:
    app.popups.menu(key, at)


# Fault cards


@command("card.select", _open)
def _card_select(app: App, node: str = "", **_: Any) -> None:
    app.select(frozenset([("node", node)]))


@command("card.copy", _open)
def _card_copy(app: App, node: str = "", **_: Any) -> None:
    card = app.cards.get(node)
    if card is not None:
        dpg.set_clipboard_text(card.details)
        app.say("The details are copied.", "ok")


@command("card.fix", _open)
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
