"""What is heard: playing, tracks, comparing, one output alone."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph import edits
from nodegraph.document import walk
from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.hearing import keeping
from nodegraph.editor.hearing.timeline import Region
from nodegraph.editor.window.doing.table import command, opened
from nodegraph.editor.window.panels.names import labels
from nodegraph.editor.window.panels.sheets import outputs_of
from nodegraph.marks import Selection
from nodegraph.mushra import SESSION

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

SKIP = 5.0


def _tracks(app: App) -> bool:
    return opened(app) and bool(app.ears.line.tracks)


def _several(app: App) -> bool:
    return opened(app) and len(app.ears.line.tracks) > 1


@command("sound.play", opened)
def _play(app: App, **_: Any) -> None:
    app.ears.toggle()


@command("sound.start", opened)
def _start(app: App, **_: Any) -> None:
    app.ears.seek(app.region[0] if app.region and app.ears.desk.looping else 0.0)


@command("sound.back", opened)
def _back(app: App, **_: Any) -> None:
    app.ears.seek(max(app.ears.seconds - SKIP, 0.0))


@command("sound.forward", opened)
def _forward(app: App, **_: Any) -> None:
    app.ears.seek(app.ears.seconds + SKIP)


@command("sound.loop", opened)
def _loop(app: App, **_: Any) -> None:
    ears, desk = app.ears, app.ears.desk
    ears.set(replace(desk, looping=not desk.looping))
    what = "the loop region is" if app.region else "all of it is"
    app.say(f"Now {what}{' ' if not desk.looping else ' not '}repeated.")


@command("sound.region", opened)
def _region(app: App, region: Region | None = None, **_: Any) -> None:
    """Set the loop region, which is then repeated; or have none."""
    app.loop_over(region)
    app.ears.set(replace(app.ears.desk, looping=region is not None))


# Tracks


@command("sound.hear", _tracks)
def _hear(app: App, key: str = "1", **_: Any) -> None:
    _hear_number(app, key, more=False)


@command("sound.hear_too", _tracks)
def _hear_too(app: App, key: str = "1", **_: Any) -> None:
    _hear_number(app, key, more=True)


def _hear_number(app: App, key: str, *, more: bool) -> None:
    ears, number = app.ears, int(key.rpartition("+")[2])
    if number > len(ears.shown):
        count = len(ears.shown)
        app.say(f"There is no track {number}: there {'is' if count == 1 else 'are'} {count}.")
        return
    if not more:
        ears.release()
    ears.set(desks.hear(ears.desk, ears.line, ears.shown[number - 1], more=more))


def _aimed(app: App) -> str:
    """Give the track under the pointer, else the one that is heard."""
    return app.shell.tracks.hovered or desks.current(app.ears.desk, app.ears.line)


@command("sound.solo", _tracks)
def _solo(app: App, **_: Any) -> None:
    app.ears.set(desks.solo(app.ears.desk, _aimed(app)))


@command("sound.mute", _tracks)
def _mute(app: App, **_: Any) -> None:
    app.ears.set(desks.mute(app.ears.desk, _aimed(app)))


@command("sound.all_but", _several)
def _all_but(app: App, **_: Any) -> None:
    app.ears.set(desks.all_but(app.ears.desk, app.ears.line, _aimed(app)))


@command("sound.gain", _tracks)
def _gain(app: App, track: str = "", **_: Any) -> None:
    ears, key = app.ears, track or _aimed(app)
    name = ears.names.get(key, key)

    def fault(words: str) -> str | None:
        return None if desks.read_gain(words) is not None else "Write a number of dB, such as -3."

    def set_to(words: str) -> None:
        gain = desks.read_gain(words)
        if gain is not None:
            ears.set(desks.set_gain(ears.desk, key, gain))

    before = desks.gain_words(ears.desk.strip(key).gain)
    app.popups.ask_text(f"Gain of {name} in dB", before, set_to, fault)


# Comparing


@command("sound.ab", _several)
def _ab(app: App, key: str = "", **_: Any) -> None:
    ears, side = app.ears, key if key in ("a", "b") else ""
    ears.release()
    if side == "a" and app.frames.keyboard.held.shift:
        ears.set(desks.make_a(ears.desk, ears.line))
    ears.set(desks.compare(ears.desk, ears.line, side))


@command("sound.make_a", _several)
def _make_a(app: App, **_: Any) -> None:
    ears = app.ears
    ears.set(desks.make_a(ears.desk, ears.line))
    one, _other = desks.pair(ears.desk, ears.line)
    app.say(f"A is {ears.names[one]}.")


@command("sound.match", _several)
def _match(app: App, **_: Any) -> None:
    ears, desk = app.ears, app.ears.desk
    ears.set(replace(desk, matched=not desk.matched))
    app.say("A and B are as they are." if desk.matched else "A and B are equally loud.")


@command("sound.blind", _several)
def _blind(app: App, **_: Any) -> None:
    ears = app.ears
    before = ears.desk
    ears.set(desks.blind(before, ears.line, secrets.randbits(32)))
    if before.blind is None:
        app.say("Names are hidden and the tracks shuffled. Shift B shows what they are.")
    elif before.hidden:
        names = ears.names
        one, other = desks.pair(ears.desk, ears.line)
        app.say(f"A was {names[one]}, B was {names[other]}.")


@command("sound.abx", _several)
def _abx(app: App, **_: Any) -> None:
    app.ears.release()
    app.popups.abx()


@command("sound.mushra")
def _mushra(app: App, path: str = "", **_: Any) -> None:
    """Go on with the test that was begun; else choose one."""
    if app.testing.mushra.now is None:
        if not path:
            _choose_mushra(app)
            return
        fault = app.testing.mushra.open(Path(path))
        if fault:
            app.say(f"This is no listening test: {fault}.", "error")
            return
    app.ears.release()
    app.popups.mushra(lambda: _choose_mushra(app))


def _choose_mushra(app: App) -> None:
    app.popups.files(
        "open", f"Open a MUSHRA test: its {SESSION}", "all", app.files.folder,
        then=lambda path: app.do("sound.mushra", path=str(path)),
    )  # fmt: skip


# One output alone


def _output(app: App, node: str = "", port: str | None = None) -> tuple[str, str] | None:
    """Give the output that is meant: the one that is named, pointed at or shown of the selection."""
    if node and port is not None:
        return node, port
    if app.regions.inspector.width and app.inspector.shown is not None:
        return app.inspector.shown
    items = {name: item for name, item, _ in walk(app.graph.nodes)}
    for name in app.stage.chosen:
        for output in outputs_of(items[name], app.types):
            return name, output
    return None


def _part(app: App, node: str) -> str:
    """Give the source that is shown alone in the inspector, where that is what is meant."""
    return "" if node or not app.regions.inspector.width else app.inspector.shown_source


def _has_output(app: App) -> bool:
    return opened(app) and bool(app.graph.nodes)


@command("sound.play_output", _has_output)
def _play_output(
    app: App, node: str = "", port: str | None = None, source: str = "", **_: Any
) -> None:
    """Hear an output in place of the tracks, or the tracks again."""
    slot = _output(app, node, port)
    if slot is None:
        if app.ears.auditioned is not None:
            app.ears.release()
        else:
            app.say("Choose the node whose output is to be heard.")
        return
    part = source or _part(app, node)
    selection = Selection(parts=(part,) if part else ())
    if app.ears.auditioned == (slot, selection):
        app.ears.release()
        return
    title = labels(app.graph, app.types).get(slot[0], slot[0])
    words = ", ".join(word for word in (part, slot[1] if slot[1] != title else "") if word)
    app.ears.audition(f"{title}: {words}" if words else title, slot, selection)


# Tracks of the graph's own


@command("sound.keep", _has_output)
def _keep(app: App, node: str = "", port: str | None = None, source: str = "", **_: Any) -> None:
    slot = _output(app, node, port)
    if slot is None:
        app.say("Choose the node whose output is to be a track.")
        return
    part = source or _part(app, node)
    graph = keeping.kept(app.graph, app.ears.line, slot, part)
    if graph is app.graph:
        app.say("This is a track already.")
        return
    app.edit(graph, "keep as a track")
    app.settle()
    app.say(f"Kept as track {len(edits.tracks(graph))}.", "ok")


@command("sound.drop", _tracks)
def _drop(app: App, track: str = "", **_: Any) -> None:
    key = track or _aimed(app)
    graph = keeping.dropped(app.graph, app.ears.line, key)
    if graph is app.graph:
        app.say("The last track stays.")
        return
    app.edit(graph, "remove the track")
    app.settle()


@command("sound.own", lambda app: opened(app) and bool(edits.tracks(app.graph)))
def _own(app: App, **_: Any) -> None:
    """Let the graph have the tracks that it would have by itself."""
    app.edit(keeping.forgotten(app.graph), "tracks by themselves")
    app.settle()
