"""Everything the window can be told to do: by key, by menu, in the command palette.

Keys are written as on a keyboard with English words, ``Ctrl`` standing for the command key on a
Mac: ``Ctrl+Shift+P``, ``F5``, ``Tab``, ``.``. A command that takes several keys for several things,
such as ``1`` to ``9``, is told the key that was pressed.

Before any command, Escape leaves what is open: a popup, a drag, the presenter mode; only then does
it stop the run. Space plays when it is let go without a drag, since Space and a drag pan.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby


class Place(StrEnum):
    """Where the keys of a command hold."""

    ANYWHERE = "anywhere"
    CANVAS = "canvas"
    VIEW = "view"
    """The pointer is over a large view: its keys come before those of the canvas."""
    GALLERY = "gallery"
    REFUSAL = "refusal"
    """A wire was refused, and its reason is shown."""
    POPUP = "popup"
    """A menu, a search or a question is open: it has the keys, but for those that hold in text."""


@dataclass(frozen=True)
class Context:
    """What the user is at when a key is pressed."""

    place: Place = Place.CANVAS
    typing: bool = False
    """A text field has the keys."""


@dataclass(frozen=True)
class Command:
    """One thing the window can do."""

    id: str
    label: str
    keys: tuple[str, ...]
    menu: str
    """File, Edit, View, Graph, Run, Help, or a group without a menu: Loops, Listen, Gallery."""
    where: Place = Place.ANYWHERE
    edit: bool = False
    """It makes a step to undo."""
    typing: bool = False
    """Its keys hold in a text field as well."""
    release: bool = False
    """It acts when the key is let go, unless a drag came between."""
    repeat: bool = False
    """It acts again while the key is held."""
    words: str = ""
    """Other words by which it is found."""


MENUS = ("File", "Edit", "View", "Graph", "Run", "Help")
GROUPS = (*MENUS, "Loops", "Listen", "Gallery")
Able = Callable[[Command], bool]
"""Whether a command can be done: those that cannot are neither found nor listed."""

_MODIFIERS = ("Ctrl", "Alt", "Shift")
_SAME_KEY = {
    "=": "Plus",
    "+": "Plus",
    "Add": "Plus",
    "-": "Minus",
    "_": "Minus",
    "Subtract": "Minus",
    "Esc": "Escape",
    "Return": "Enter",
    "NumPadEnter": "Enter",
    "Del": "Delete",
    "Back": "Backspace",
    " ": "Space",
}
_SIGNS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Plus": "+", "Minus": "-"}
_SHORT = {"Escape": "Esc", "Delete": "Del"}


def chord(key: str, *, ctrl: bool = False, alt: bool = False, shift: bool = False) -> str:
    """Write a key press in the one form the table has: ``Ctrl+Shift+P``.

    Escape is Escape whatever is held, and Enter means the same with Shift: of a chord or a capital
    letter just before, a key may still be down.
    """
    if key in ("?", "/") and (shift or key == "?"):
        key, shift = "?", False
    if key in ("+", "=", "_"):
        shift = False
    key = _SAME_KEY.get(key, key.upper() if len(key) == 1 else key)
    if key == "Escape":
        return key
    shift = shift and key != "Enter"
    held = zip(_MODIFIERS, (ctrl, alt, shift), strict=True)
    return "+".join([*(name for name, down in held if down), key])


def shown(keys: str, *, mac: bool = False) -> str:
    """Write a key for people: ``Ctrl Shift P``, ``Alt ←``."""
    words = ("Cmd" if mac and word == "Ctrl" else word for word in keys.split("+"))
    return " ".join(_SIGNS.get(word, _SHORT.get(word, word)) for word in words)


_CANVAS, _GALLERY, _REFUSAL = Place.CANVAS, Place.GALLERY, Place.REFUSAL
_VIEW = Place.VIEW
_C = Command
_ARROWS = ("Left", "Right", "Up", "Down")

COMMANDS: tuple[Command, ...] = (
    _C("file.new", "Empty graph", ("Ctrl+N",), "File", typing=True, words="new blank create"),
    _C("file.open", "Open a file", ("Ctrl+O",), "File", typing=True, words="load browse import"),
    _C("file.open_path", "Open the pasted path", ("Ctrl+Shift+V",), "File",
       words="paste address url clipboard"),
    _C("file.gallery", "Gallery", ("Ctrl+Shift+O",), "File", typing=True,
       words="examples shipped graphs cards start welcome lessons"),
    _C("file.recent", "Recent files", ("Ctrl+R",), "File", words="last history open"),
    _C("file.save", "Save", ("Ctrl+S",), "File", typing=True, words="write store keep"),
    _C("file.save_as", "Save as", ("Ctrl+Shift+S",), "File", typing=True,
       words="write copy rename"),
    _C("file.revert", "Back to the saved file", ("Ctrl+Shift+R",), "File", edit=True,
       words="revert reload discard"),
    _C("file.relink", "Find missing audio", ("Ctrl+Shift+F",), "File", edit=True,
       words="relink locate folder lost"),
    _C("file.export", "Export stems", ("Ctrl+E",), "File",
       words="write sources wav flac render bounce"),
    _C("file.picture", "Picture of the graph", ("Alt+P",), "File",
       words="image figure export png svg pdf print slide"),
    _C("file.script", "Extract the graph to Python", ("Ctrl+Shift+E",), "File",
       words="script program code save export"),
    _C("file.own", "Extract the node to Python", ("Ctrl+Shift+X",), "File",
       words="script plug-in code mine own kernel"),
    _C("file.quit", "Quit", ("Ctrl+Q",), "File", typing=True, words="exit close leave"),
    _C("edit.undo", "Undo", ("Ctrl+Z",), "Edit", repeat=True, words="back revert step"),
    _C("edit.redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Edit", repeat=True,
       words="again forward step"),
    _C("edit.history", "Steps to undo", ("Ctrl+H",), "Edit", words="history list undo"),
    _C("edit.cut", "Cut", ("Ctrl+X",), "Edit", _CANVAS, edit=True, words="clipboard move"),
    _C("edit.copy", "Copy", ("Ctrl+C",), "Edit", _CANVAS, words="clipboard json"),
    _C("edit.paste", "Paste", ("Ctrl+V",), "Edit", _CANVAS, edit=True, words="clipboard insert"),
    _C("edit.duplicate", "Duplicate", ("Ctrl+D",), "Edit", _CANVAS, edit=True,
       words="copy clone twice"),
    _C("edit.delete", "Delete", ("Delete", "Backspace"), "Edit", _CANVAS, edit=True,
       words="remove erase"),
    _C("edit.select_all", "Select all", ("Ctrl+A",), "Edit", _CANVAS, words="everything"),
    _C("edit.select_none", "Select nothing", ("Ctrl+Shift+A",), "Edit", _CANVAS,
       words="deselect clear none"),
    _C("edit.select_before", "Select what leads here", ("[",), "Edit", _CANVAS,
       words="upstream inputs ancestors"),
    _C("edit.select_after", "Select what follows", ("]",), "Edit", _CANVAS,
       words="downstream outputs descendants"),
    _C("edit.find", "Find a node in this graph", ("Ctrl+F",), "Edit", _CANVAS,
       words="search go to"),
    _C("edit.rename", "Rename", ("F2",), "Edit", _CANVAS, edit=True, words="name id title"),
    _C("edit.settings", "Settings", ("Ctrl+,",), "Edit", words="preferences options configure"),
    _C("view.fit", "Show everything", ("Home",), "View", _CANVAS, words="fit all zoom frame"),
    _C("view.fit_selection", "Show the selection", (".",), "View", _CANVAS,
       words="fit zoom focus"),
    _C("view.zoom_in", "Zoom in", ("Ctrl+Plus",), "View", _CANVAS, repeat=True,
       words="larger closer magnify"),
    _C("view.zoom_out", "Zoom out", ("Ctrl+Minus",), "View", _CANVAS, repeat=True,
       words="smaller farther"),
    _C("view.zoom_reset", "Zoom to 100 %", ("Ctrl+0",), "View", _CANVAS,
       words="actual size reset"),
    _C("view.palette", "Palette", ("Ctrl+1",), "View", words="panel left nodes fold hide"),
    _C("view.inspector", "Inspector", ("Ctrl+2",), "View", words="panel right fold hide"),
    _C("view.tracks", "Tracks", ("Ctrl+3",), "View", words="panel transport mixer fold hide"),
    _C("view.minimap", "Minimap", ("Ctrl+M",), "View", words="overview map hide"),
    _C("view.large", "Large view of the output", ("V",), "View", _CANVAS,
       words="picture spectrogram open big port"),
    _C("view.compare", "Compare two outputs", ("Shift+V",), "View", _CANVAS,
       words="difference beside pictures"),
    _C("view.add", "One more large view", ("Alt+Shift+V",), "View", _CANVAS,
       words="beside second pane linked"),
    _C("view.alone", "Large view in the place of the canvas", ("F",), "View",
       words="whole full screen canvas"),
    _C("view.close", "Close the large view", ("Alt+V",), "View", words="shut pane"),
    _C("view.keep", "Open the graph with these views", ("Alt+Shift+O",), "View", edit=True,
       words="remember large layout"),
    _C("large.fit", "All of time and frequency", ("Home",), "View", _VIEW, words="zoom whole"),
    _C("large.kind", "Show it in the next way", ("Tab",), "View", _VIEW, words="kind way"),
    _C("large.scale", "Linear, log or mel", ("Y",), "View", _VIEW, words="frequency axis"),
    _C("large.notes", "Notes or Hz", ("Shift+Y",), "View", _VIEW, words="names keys axis"),
    _C("large.link", "Link with the other views", ("Shift+K",), "View", _VIEW,
       words="chain own range zoom"),
    _C("large.top_up", "Upper limit up", ("Shift+U",), "View", _VIEW, repeat=True,
       words="dB range level brighter ceiling"),
    _C("large.top_down", "Upper limit down", ("U",), "View", _VIEW, repeat=True,
       words="dB range level ceiling"),
    _C("large.low_up", "Lower limit up", ("Shift+D",), "View", _VIEW, repeat=True,
       words="dB range level floor darker"),
    _C("large.low_down", "Lower limit down", ("D",), "View", _VIEW, repeat=True,
       words="dB range level floor"),
    _C("large.tool", "Pointer, box, brush, eraser", ("Alt+1", "Alt+2", "Alt+3", "Alt+4"), "View",
       words="mark select paint tool hear only"),
    _C("large.make", "A node of what is marked", ("Enter",), "View", _VIEW, edit=True,
       words="mask box brush"),
    _C("large.clear", "Unmark", ("Delete", "Backspace"), "View", _VIEW,
       words="clear erase selection"),
    _C("view.pin", "Pin the inspector", ("Shift+I",), "View", words="hold lock keep"),
    _C("view.copy_picture", "Copy the picture", ("Ctrl+Shift+C",), "View",
       words="image clipboard figure"),
    _C("view.save_picture", "Save the picture", ("Ctrl+P",), "View",
       words="image figure png svg print"),
    _C("view.colour_map", "Next colour map", ("Ctrl+Shift+M",), "View",
       words="color magma viridis cividis greys"),
    _C("view.grey", "Sources without colour", ("Alt+G",), "View",
       words="grey gray mode colour blind dashes print"),
    _C("view.theme", "Light or dark", ("Ctrl+T",), "View", words="theme night day bright"),
    _C("view.scale_up", "Larger interface", ("Alt+Plus",), "View", words="scale font size dpi"),
    _C("view.scale_down", "Smaller interface", ("Alt+Minus",), "View",
       words="scale font size dpi"),
    _C("view.scale_reset", "Interface at 100 %", ("Alt+0",), "View", words="scale font size"),
    _C("view.motion", "Motion on or off", ("Alt+M",), "View", words="animations reduce still"),
    _C("view.presenter", "Presenter mode", ("F11",), "View", typing=True,
       words="lecture teach full screen large"),
    _C("graph.add", "Add a node", ("Tab",), "Graph", _CANVAS, edit=True,
       words="new insert create search"),
    _C("graph.replace", "Replace by another node", ("Shift+Tab",), "Graph", _CANVAS, edit=True,
       words="swap change type exchange"),
    _C("graph.bypass", "Bypass", ("Ctrl+B",), "Graph", _CANVAS, edit=True,
       words="skip pass through off disable"),
    _C("graph.mute", "Mute", ("M",), "Graph", _CANVAS, edit=True, words="off disable block"),
    _C("graph.collapse", "Collapse or open", ("C",), "Graph", _CANVAS, edit=True,
       words="fold small header expand"),
    _C("graph.disconnect", "Cut the wires", ("X",), "Graph", _CANVAS, edit=True,
       words="disconnect unlink remove links detach"),
    _C("graph.convert", "Insert what converts", ("Enter",), "Graph", _REFUSAL, edit=True,
       words="fix wire refused converter both"),
    _C("graph.reset", "Knobs to their defaults", ("Ctrl+Backspace",), "Graph", _CANVAS, edit=True,
       words="reset parameters standard"),
    _C("graph.nudge", "Move the selection", _ARROWS + tuple(f"Shift+{key}" for key in _ARROWS),
       "Graph", _CANVAS, edit=True, repeat=True, words="nudge arrow shift position"),
    _C("graph.align", "Align the edges", tuple(f"Ctrl+{key}" for key in _ARROWS), "Graph", _CANVAS,
       edit=True, words="left right top bottom line up"),
    _C("graph.distribute", "Space out evenly", ("Ctrl+Shift+Right", "Ctrl+Shift+Down"), "Graph",
       _CANVAS, edit=True, words="distribute gaps"),
    _C("graph.arrange", "Lay out", ("A",), "Graph", _CANVAS, edit=True,
       words="arrange auto layout tidy clean layers"),
    _C("graph.frame", "Frame the selection", ("Ctrl+G",), "Graph", _CANVAS, edit=True,
       words="group box section comment"),
    _C("graph.note", "Add a note", ("N",), "Graph", _CANVAS, edit=True,
       words="comment text markdown"),
    _C("graph.reroute", "Bend the wire", ("R",), "Graph", _CANVAS, edit=True,
       words="reroute point knot"),
    _C("graph.wrap", "Wrap in a loop", ("Ctrl+L",), "Graph", _CANVAS, edit=True,
       words="iterate repeat group"),
    _C("graph.unwrap", "Take the loop apart", ("Ctrl+Shift+L",), "Graph", _CANVAS, edit=True,
       words="unwrap remove ungroup"),
    _C("graph.into", "Move into the loop", ("I",), "Graph", _CANVAS, edit=True, words="inside"),
    _C("graph.out", "Move out of the loop", ("O",), "Graph", _CANVAS, edit=True, words="outside"),
    _C("graph.about", "Title and description", ("Alt+Enter",), "Graph", edit=True,
       words="about name text properties"),
    _C("run.all", "Run all", ("F5",), "Run", typing=True, words="start compute go execute"),
    _C("run.here", "Run to here", ("Shift+F5",), "Run", typing=True,
       words="selected node compute until"),
    _C("run.waiting", "Run what waits", ("Enter",), "Run", _CANVAS, words="stale heavy compute"),
    _C("run.again", "Run again from scratch", ("Ctrl+F5",), "Run", typing=True,
       words="fresh cache forget recompute"),
    _C("run.stop", "Stop", ("Escape",), "Run", words="cancel abort halt"),
    _C("run.as_you_edit", "Run as you edit", ("F6",), "Run", typing=True,
       words="automatic live switch"),
    _C("run.region", "Only the loop region", ("F7",), "Run", typing=True,
       words="limit part stretch time"),
    _C("run.next_fault", "Next fault", ("F8",), "Run", typing=True, words="error problem warning"),
    _C("run.why", "Why it ran", ("W",), "Run", _CANVAS, words="reason changed cache"),
    _C("run.restart", "Start the engine again", ("Ctrl+Shift+F5",), "Run", typing=True,
       words="restart kill process hang"),
    _C("help.keys", "All keys", ("?",), "Help", words="shortcuts sheet keyboard help"),
    _C("help.node", "Help on this node", ("F1",), "Help", typing=True,
       words="manual equation reference documentation"),
    _C("help.commands", "All commands", ("Ctrl+Shift+P",), "Help", typing=True,
       words="palette search find"),
    _C("help.computer", "About this computer", ("Shift+F1",), "Help", typing=True,
       words="doctor sound display memory version diagnose"),
    _C("loop.play", "Run or pause the loop", ("P",), "Loops", _CANVAS, words="iterate"),
    _C("loop.step", "One turn", ("Shift+P",), "Loops", _CANVAS, words="step iteration next"),
    _C("loop.stop", "Stop the loop", ("Ctrl+Shift+Backspace",), "Loops", _CANVAS,
       words="cancel end"),
    _C("loop.back", "Look one turn back", ("Alt+Left",), "Loops", repeat=True,
       words="past iteration before"),
    _C("loop.forward", "Look one turn on", ("Alt+Right",), "Loops", repeat=True,
       words="iteration after"),
    _C("loop.first", "Look at what the turns begin with", ("Alt+Home",), "Loops", words="start first iteration zero"),
    _C("loop.last", "Look at the last turn", ("Alt+End",), "Loops", words="end iteration now"),
    _C("sound.play", "Play or pause", ("Space",), "Listen", release=True,
       words="hear start stop listen"),
    _C("sound.play_output", "Play this output", ("H",), "Listen", words="hear listen port"),
    _C("sound.hear", "Hear one track", tuple("123456789"), "Listen",
       words="listen source stem switch number"),
    _C("sound.hear_too", "Hear one more track", tuple(f"Shift+{n}" for n in "123456789"), "Listen",
       words="listen add together mix number"),
    _C("sound.start", "To the start", ("Ctrl+Home",), "Listen", words="rewind begin"),
    _C("sound.back", "Back five seconds", ("J",), "Listen", repeat=True, words="rewind skip"),
    _C("sound.forward", "On five seconds", ("K",), "Listen", repeat=True, words="skip ahead"),
    _C("sound.loop", "Repeat the loop region", ("L",), "Listen", words="cycle region again"),
    _C("sound.solo", "Solo", ("S",), "Listen", words="only alone track"),
    _C("sound.mute", "Mute the track", ("Shift+M",), "Listen", words="silence off"),
    _C("sound.all_but", "Hear all but this track", ("Alt+Shift+M",), "Listen",
       words="mute others karaoke without minus"),
    _C("sound.gain", "Gain of the track", ("Alt+Shift+G",), "Listen", words="level volume decibel"),
    _C("sound.ab", "A or B", ("B",), "Listen", words="compare switch mixture"),
    _C("sound.make_a", "Compare with this track", ("Alt+B",), "Listen", words="a reference set"),
    _C("sound.match", "Match loudness", ("Shift+L",), "Listen", words="level gain fair"),
    _C("sound.blind", "Blind", ("Shift+B",), "Listen", words="test shuffle guess reveal"),
    _C("sound.abx", "Blind ABX test", ("Alt+Shift+B",), "Listen",
       words="compare difference x hear p value binomial guess double"),
    _C("sound.mushra", "MUSHRA listening test", ("Alt+Shift+R",), "Listen",
       words="rate ratings quality score session hidden reference anchor webmushra"),
    _C("sound.keep", "Keep as a track", ("Shift+H",), "Listen", edit=True,
       words="add pin output hear"),
    _C("sound.drop", "Remove the track", ("Alt+Shift+H",), "Listen", edit=True,
       words="delete away output"),
    _C("sound.own", "Tracks by themselves", ("Ctrl+Shift+H",), "Listen", edit=True,
       words="reset default automatic"),
    _C("gallery.open", "Open the card", ("Enter",), "Gallery", _GALLERY, words="graph play"),
    _C("gallery.move", "Next card", _ARROWS, "Gallery", _GALLERY, repeat=True,
       words="arrow choose"),
    _C("gallery.search", "Search the graphs", ("Ctrl+F",), "Gallery", _GALLERY,
       words="find filter"),
)  # fmt: skip

BY_ID = {command.id: command for command in COMMANDS}

GESTURES: tuple[tuple[str, str], ...] = (
    ("Wheel", "Zoom at the pointer"),
    ("Middle drag, or Space and drag", "Move the canvas"),
    ("Drag on empty canvas", "Select what lies in the box"),
    ("Shift and click", "Add to the selection, or take from it"),
    ("Double click on empty canvas", "Add a node there"),
    ("Double click on a title", "Rename"),
    ("Double click on a picture", "Open it large"),
    ("Wheel over a large view", "Zoom time; with Shift, frequency; over a brush, its size"),
    ("Drag in a large view", "Hear only what is in the box; with Shift, all but it"),
    ("Click in a large view", "Play from there; a double click shows all of it"),
    ("Double click on a wire", "Bend it; on a bend, straighten it"),
    ("Right click", "All that can be done there"),
    ("Drag from a port", "Draw a wire; dropped on empty canvas, it offers what fits"),
    ("Drag off an input", "Move the wire, or drop it to remove it"),
    ("Drop a node on a wire", "Splice it in"),
    ("Drop a node on a loop", "Move it in"),
    ("Alt while a node is dragged", "Keep to the dots of the grid"),
    ("Ctrl and click on a slider", "Type its value"),
    ("Click on a wave or on the ruler", "Play from there"),
    ("Drag on the ruler", "Repeat this stretch"),
    ("Wheel over the waves", "Move in time; with Ctrl, zoom"),
    ("Click on a track's name", "Hear it alone; with Shift, beside the others"),
    ("Drag a track's gain", "Louder or softer; double click to type it"),
    ("Alt and click on M", "Hear all parts but this one"),
)
"""What the mouse does, for the sheet."""


def _always(command: Command) -> bool:
    return True


_BY_KEY = {(command.where, key): command for command in COMMANDS for key in command.keys}


def match(press: str, context: Context, able: Able = _always) -> Command | None:
    """Find the command that a key press means, written as `chord` does."""
    places: tuple[Place, ...] = () if context.place is Place.POPUP else (context.place,)
    if context.place is Place.VIEW:
        places = (Place.VIEW, Place.CANVAS)
    found = (_BY_KEY.get((place, press)) for place in (*places, Place.ANYWHERE))
    known = [command for command in found if command is not None]
    # Over a view, a key that does nothing there does what it does on the canvas.
    command = next((c for c in known if c.where is not Place.VIEW or able(c)), None)
    if command is None or not able(command):
        return None
    text = context.typing or context.place is Place.POPUP
    return command if command.typing or not text else None


# The command palette


@dataclass(frozen=True)
class Found:
    """A command that fits what was typed."""

    command: Command
    marks: tuple[tuple[int, int], ...] = ()
    """Stretches of the label that fit, each from and up to."""


def search(text: str, able: Able = _always, recent: Iterable[str] = ()) -> tuple[Found, ...]:
    """Find commands by label, menu, other words and letters in order, the best first.

    Every word must fit. Among equals those used lately come first, then the order of the table.
    """
    words = text.lower().split()
    lately = {name: at for at, name in enumerate(recent)}
    ranked = []
    for at, command in enumerate(COMMANDS):
        if not able(command):
            continue
        fits = [_fit(word, command) for word in words]
        known = [fit for fit in fits if fit is not None]
        if len(known) == len(words):
            cost = sum(cost for cost, _ in known) if words != command.label.lower().split() else -1
            rank = (cost, lately.get(command.id, len(lately)), at)
            marks = sorted(mark for _, mark in known if mark)
            ranked.append((rank, Found(command, _joined(marks))))
    return tuple(found for _, found in sorted(ranked, key=lambda item: item[0]))


def _fit(word: str, command: Command) -> tuple[float, tuple[int, int] | None] | None:
    """Give what it costs to find a word in a command, and where in the label it is."""
    label = command.label.lower()
    at = label.find(word)
    if at == 0:
        return (0 if label == word else 1), (0, len(word))
    inner = label.find(" " + word) + 1
    if inner:
        return 2, (inner, inner + len(word))
    if word == command.keys[0].lower():
        return 2, None
    if len(word) > 1 and word == "".join(part[0] for part in label.split()):
        return 2, None
    others = [*command.words.split(), *command.id.split("."), command.menu.lower()]
    if word in others:
        return 3, None
    if any(other.startswith(word) for other in others):
        return 4, None
    if at > 0:
        return 5, (at, at + len(word))
    if len(word) > 1 and _in_order(word, label):
        return 7, None
    near = len(word) > 3 and difflib.get_close_matches(word, [*label.split(), *others], 1, 0.75)
    return (8, None) if near else None


def _in_order(letters: str, label: str) -> bool:
    """Whether the letters come one after another, each beginning a word or following the last."""
    at = {-2}  # where the last letter may have been found; a word may begin anywhere
    for letter in letters:
        at = {
            k
            for k, char in enumerate(label)
            if char == letter and (k - 1 in at or ((k == 0 or label[k - 1] == " ") and min(at) < k))
        }
        if not at:
            return False
    return True


def _joined(marks: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Join stretches that overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


# Lists


def menu(name: str, able: Able = _always) -> tuple[Command, ...]:
    """Give the commands of a menu in order."""
    return tuple(command for command in COMMANDS if command.menu == name and able(command))


def key_sheet(
    able: Able = _always, *, mac: bool = False
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Give every group with its rows of keys and label, for the sheet behind ``?``."""
    ordered = sorted(COMMANDS, key=lambda command: GROUPS.index(command.menu))
    groups = [
        (group, tuple((key_words(c, mac=mac), c.label) for c in members if able(c)))
        for group, members in groupby(ordered, key=lambda command: command.menu)
    ]
    return (*((group, rows) for group, rows in groups if rows), ("Mouse", GESTURES))


def key_words(command: Command, *, mac: bool = False) -> str:
    """Write all keys of a command: ``Ctrl Shift Z, Ctrl Y``, ``1 to 9``, ``arrows``."""
    keys = command.keys
    for held in ("", "Shift+"):
        if keys == tuple(held + number for number in "123456789"):
            return f"{shown(held.rstrip('+'), mac=mac)} 1 to 9".strip()
    words = []
    for held in ("", "Ctrl+", "Shift+"):
        four = tuple(held + key for key in _ARROWS)
        if set(four) <= set(keys):
            words.append(f"{shown(held.rstrip('+'), mac=mac)} arrows".strip())
            keys = tuple(key for key in keys if key not in four)
    return ", ".join([*words, *(shown(key, mac=mac) for key in keys)])
