"""Turns of loops: running them, and looking back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nodegraph.declare import LOOP_KNOBS
from nodegraph.document import Loop, walk
from nodegraph.editor.running.board import FRESH
from nodegraph.editor.running.watched import turn_of
from nodegraph.editor.window.doing.table import command, opened
from nodegraph.edits import set_knob

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


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
    return opened(app) and bool(_loop(app))


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
    _look(app, loop, to=0)


@command("loop.last", _turned)
def _loop_last(app: App, loop: str = "", **_: Any) -> None:
    name = loop or _loop(app)
    _look(app, name, to=app.engine.last(name))


def _look(app: App, loop: str, by: int = 0, to: int | None = None) -> None:
    """Show another turn of a loop; say why where there is none."""
    name, engine = loop or _loop(app), app.engine
    if engine.last(name):
        engine.look(name, engine.turn(name) + by if to is None else to)
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


@command("loop.control", opened)
def _loop_control(app: App, key: str = "", loop: str = "", share: float = 0.0, **_: Any) -> None:
    """Do what a button on a loop's frame says, or what its slider was dragged to."""
    if key in ("slider", "curve"):
        _look(app, loop, to=turn_of(app.loop(loop), key, share))
    elif key == "watch":
        app.frames_of.next_curve(loop)
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
