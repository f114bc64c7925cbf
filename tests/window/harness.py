"""The program in a real window, driven with mouse and keys, and asked what it holds.

How the window answers
----------------------
Where the environment has ``NODEGRAPH_PROBE=PATH``, the program listens on a unix socket at that
path, from its first frame on. A test sends requests, one JSON object on a line; for each, in their
order, the program sends one JSON object on a line, between two frames and from the thread that
draws. One client at a time; it may leave, and come again.

- ``{"ask": "state"}``: the fields of `State`, where those that have a default may be left out. All
  edits and events taken in so far have reached it, and rectangles are those of the last frame.
- ``{"ask": "frame"}``: ``{"frame": ...}`` alone, and frames follow one another quickly for a while.
- ``{"ask": "close"}``: ``{}``, and then the program does what a click on the window's cross does.
- anything else: ``{"error": "..."}``.

Points are ``[x, y]`` and rectangles ``[x, y, width, height]``, in pixels of the window, from the
top left corner inside its border. Only what can be seen is listed, and so can be clicked: a node,
widget or button outside the canvas or folded away has no rectangle.

What the tests rely on besides: a mouse that moves or a key that is pressed wakes an idle window,
so that a double click is two clicks within 0.3 s; and the program takes any size given to it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.commands import surroundings
from tests.window.screen import Display

Spot = Sequence[float]
"""A point, or a rectangle whose middle is meant."""

Rect = tuple[float, float, float, float]

EDITOR = (sys.executable, "-m", "nodegraph")
PATIENCE = 10.0
"""Seconds in which the program must answer, and in which what a test waits for must come true."""
SLOW = 6
"""How many times longer than a user a test waits, up to a minute."""
START = 30.0
"""Seconds in which the first frame must be drawn."""


@dataclass(frozen=True)
class State:
    """What the window holds."""

    frame: int
    """Frames drawn so far."""
    title: str
    """Of the window."""
    idle: bool = False
    """Nothing runs, no job waits and no edit is half done: without input all stays as it is."""
    graph: str = ""
    """Text of the document, as it would be saved."""
    hash: str = ""
    """Fingerprint of the document: equal after undo and redo."""
    view: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """Of the canvas: pan x, pan y, zoom."""
    canvas: Rect = (0.0, 0.0, 0.0, 0.0)
    selection: tuple[str, ...] = ()
    """``kind:name`` as the keys of the scene are, sorted: ``node:stft``, ``wire:...``."""
    popup: str = ""
    """What lies over the window and takes the keys: ``search``, ``commands``, ``keys``, ..."""
    text: str = ""
    """``widgets`` key of the text field that takes the keys."""
    typed: str = ""
    """What is in that field."""
    toast: str = ""
    """The newest message, or the reason at the cursor why a wire is refused."""
    board: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By node ``{"state": ..., "error": ...}``."""
    turns: Mapping[str, int] = field(default_factory=dict)
    """By loop the turn that it shows; 0 where there is none."""
    nodes: Mapping[str, Rect] = field(default_factory=dict)
    """By the name in the document; loops and notes too."""
    ports: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """``node.in.port``, ``node.in.port[part]``, ``node.out.port``: where a wire is taken."""
    widgets: Mapping[str, Rect] = field(default_factory=dict)
    """``node.knob`` and ``loop.control`` on the canvas; fields elsewhere by a name of their own, as
    ``search``."""
    buttons: Mapping[str, Rect] = field(default_factory=dict)
    """Buttons, rows and cards by what is written on them."""
    places: Mapping[str, Rect] = field(default_factory=dict)
    """Rooms of the window by name: ``palette``, ``inspector``, ``tracks``, ``minimap``, ..."""
    playing: bool = False
    """Sound goes on."""
    seconds: float = 0.0
    """Where the playhead is."""
    region: tuple[float, ...] = ()
    """The loop region: from and to; empty where there is none."""
    looping: bool = False
    """It is repeated."""
    span: tuple[float, float] = (0.0, 0.0)
    """The stretch of time on screen."""
    tracks: tuple[str, ...] = ()
    """Names of the tracks as they are shown, in the order of their keys."""
    heard: tuple[str, ...] = ()
    """Keys of the tracks that are heard."""
    loaded: tuple[str, ...] = ()
    """Keys of the tracks whose sound is there."""
    sum_level: float | None = None
    """How far the sum of the parts is from the mixture, in dB below it."""
    auditioned: str = ""
    """The output that is heard in place of the tracks: ``node.port`` or ``node``."""
    test: Mapping[str, Any] = field(default_factory=dict)
    """Of a listening test that is open or kept: where it is, and of its result what is shown."""
    views: Sequence[Mapping[str, Any]] = ()
    """The large views: of each slot, kind, what is seen of time and frequency, and more."""
    engine_pid: int = 0
    """Of the process that computes; 0 while there is none."""
    live: int = 0
    """Runs on a stretch of time, while a knob moved, so far."""


def middle(spot: Spot) -> tuple[int, int]:
    """Give the point that a click is meant for."""
    x, y, *size = spot
    width, height = size or (0, 0)
    return round(x + width / 2), round(y + height / 2)


class Program:
    """A program in a window, which fills the display. Ended by `end`, whatever happened to it."""

    def __init__(
        self,
        display: Display,
        home: Path,
        *words: object,
        command: Iterable[str] = EDITOR,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.display = display
        self.home = home
        """Working folder and settings: given to a second program, it finds what the first left."""
        home.mkdir(parents=True, exist_ok=True)
        self._said = home / "said.txt"
        self._folder = Path(tempfile.mkdtemp(prefix="probe"))  # addresses of sockets are short
        address = self._folder / "socket"
        own = {
            "NODEGRAPH_CONFIG": str(home / "config"),
            "NODEGRAPH_PROBE": str(address),
            "NODEGRAPH_SOUND": "null",
        }
        with self._said.open("ab") as said:
            self.process = subprocess.Popen(
                [*command, *map(str, words)],
                cwd=home,
                env=display.environment(surroundings({**own, **(env or {})})),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # so that `end` reaches the processes it started
            )
        try:
            self._socket = self._connect(str(address))
            self._answers = self._socket.makefile("r", encoding="utf-8")
            self.window = self._window()
            self.resize(*display.size)
        except BaseException:
            self.end()
            raise

    # What it holds

    def state(self) -> State:
        """Ask what the window holds now."""
        return State(**_frozen(self.ask("state")))

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Send a request and give the answer."""
        try:
            self._socket.sendall(json.dumps({"ask": what, **more}).encode() + b"\n")
            line = self._answers.readline()
        except TimeoutError:
            raise AssertionError(f"the window did not answer within {PATIENCE:g} s") from None
        except OSError:
            line = ""
        if not line:
            raise AssertionError(self._ended())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"the window did not understand {what}: {answer['error']}")
        return answer

    def wait(self, condition: Callable[[State], object], seconds: float, what: str) -> State:
        """Wait until a condition holds, and give the state in which it does.

        A busy machine gets more time than a user would have: waiting costs only where it fails.
        """
        end = time.monotonic() + max(seconds, min(SLOW * seconds, 60))
        while not condition(state := self.state()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds:g} s for {what}; there is {_brief(state)}")
            time.sleep(0.01)
        return state

    def wait_frames(self, count: int = 3) -> State:
        """Wait until some more frames are drawn."""
        end = time.monotonic() + SLOW * PATIENCE
        last = self.ask("frame")["frame"] + count
        while self.ask("frame")["frame"] < last:
            assert time.monotonic() < end, f"waited for {count} frames"
        return self.state()

    def said(self) -> str:
        """Give what it wrote to standard output and standard error."""
        return self._said.read_text("utf-8", errors="replace")

    def screenshot(self, name: str) -> Path:
        """Save a picture of the display."""
        return self.display.screenshot(name)

    # What a hand does

    def move(self, spot: Spot) -> None:
        """Move the mouse."""
        self.display.hand(*self._to(spot), "sleep", 0.04)

    def click(
        self, spot: Spot, button: int = 1, *, double: bool = False, held: Sequence[str] = ()
    ) -> None:
        """Click, once or twice, with keys held."""
        once = ["mousedown", button, "sleep", 0.03, "mouseup", button, "sleep", 0.04]
        self._with(held, *self._to(spot), "sleep", 0.05, *once * (1 + double))

    def drag(
        self,
        start: Spot,
        end: Spot,
        button: int = 1,
        *,
        held: Sequence[str] = (),
        steps: int = 8,
        drop: bool = True,
    ) -> None:
        """Drag along a straight line; without `drop` the button stays down until `drop` is called."""
        (x, y), (to_x, to_y) = middle(start), middle(end)
        words: list[object] = [*self._to((x, y)), "sleep", 0.05, "mousedown", button, "sleep", 0.05]
        for step in range(1, steps + 1):
            part = step / steps
            words += [*self._to((x + part * (to_x - x), y + part * (to_y - y))), "sleep", 0.02]
        words += ["sleep", 0.05]
        self._with(held, *words, *(["mouseup", button, "sleep", 0.04] if drop else []))

    def drop(self, button: int = 1) -> None:
        """Let go of what is dragged."""
        self.display.hand("mouseup", button, "sleep", 0.04)

    def wheel(self, spot: Spot, notches: int, *, held: Sequence[str] = ()) -> None:
        """Turn the wheel: away from the hand where `notches` is positive."""
        turn = ["click", "--repeat", abs(notches), "--delay", 25, 4 if notches > 0 else 5]
        self._with(held, *self._to(spot), "sleep", 0.04, *turn, "sleep", 0.04)

    def key(self, *names: str) -> None:
        """Press keys one after another: ``ctrl+z``, ``Return``, ``Delete``.

        A key is let go before what is held with it, as a hand does it. Left to itself, xdotool lets
        go of Ctrl first; where a slow frame takes in the A of ``ctrl+a`` together with the end of
        Ctrl, a text field sees an A alone and selects nothing.
        """
        self.display.hand(*(word for name in names for word in _stroke(name)), "sleep", 0.04)

    def type(self, text: str, into: str = "") -> None:
        """Type a text into whatever takes the keys; into a field of a name once it takes them."""
        if into:
            self.wait(lambda s: s.text == into, PATIENCE, f"{into} to take the keys")
        self.display.hand("type", "--delay", 25, "--", text)
        time.sleep(0.04)
        if into:
            self.wait(lambda s: text in s.typed, PATIENCE, f"{text!r} to be in {into}")

    def front(self) -> None:
        """Bring this window before the others, and the keys to it."""
        to_us = ["windowraise", self.window, "windowfocus", self.window, *self._to((1, 1))]
        self.display.hand(*to_us, "sleep", 0.1)

    def resize(self, width: int, height: int) -> None:
        """Give the window a size, in the corner of the display, and bring it to the front."""
        moved = ["windowmove", self.window, 0, 0, "windowsize", self.window, width, height]
        self.display.hand(*moved, "sleep", 0.1)
        self.front()
        self.wait_frames()

    # How it ends

    def close(self) -> int:
        """Close the window as its cross does, and give the exit code of the program."""
        self.ask("close")
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"did not close within {PATIENCE:g} s") from None

    def kill(self) -> None:
        """Take the program down without a warning; processes that it started are left to see it."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """End the program and all it started, however it stands."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for opened in ("_answers", "_socket"):
            if hasattr(self, opened):
                getattr(self, opened).close()
        shutil.rmtree(self._folder, ignore_errors=True)

    # Inside

    def _with(self, held: Sequence[str], *words: object) -> None:
        downs = [word for key in held for word in ("keydown", key)]
        ups = [word for key in reversed(held) for word in ("keyup", key)]
        self.display.hand(*downs, *words, *ups)

    def _to(self, spot: Spot) -> list[object]:
        return ["mousemove", "--window", self.window, *middle(spot)]

    def _connect(self, address: str) -> socket.socket:
        end = time.monotonic() + START
        while self.process.poll() is None:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(PATIENCE)
            try:
                client.connect(address)
            except OSError:
                client.close()
            else:
                return client
            if time.monotonic() > end:
                raise AssertionError(f"no window within {START:g} s: {self.said()}")
            time.sleep(0.02)
        raise AssertionError(self._ended())

    def _window(self) -> str:
        """Find the window: the only one of the process that can be seen."""
        words = ("search", "--sync", "--onlyvisible", "--pid", self.process.pid)
        return self.display.hand(*words).split()[0]

    def _ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        return f"the program ended with code {self.process.returncode}: {self.said()[-2000:]}"


def _stroke(name: str) -> list[object]:
    """Press a key with what is held, and let go of it first: ``ctrl+shift+s``."""
    *held, key = name.split("+")
    downs = [word for each in held for word in ("keydown", each)]
    ups = [word for each in reversed(held) for word in ("keyup", each)]
    return [*downs, "keydown", key, "sleep", 0.02, "keyup", key, *ups, "sleep", 0.02]


def _frozen(value: Any) -> Any:
    """Make tuples of the lists that JSON gives."""
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    return value


def _brief(state: State) -> str:
    """Say what is most likely to explain why a test waited in vain."""
    names = (
        "title",
        "frame",
        "idle",
        "popup",
        "text",
        "selection",
        "toast",
        "board",
        "engine_pid",
    )
    told = {name: getattr(state, name) for name in names}
    return f"{told}, nodes {sorted(state.nodes)}, buttons {sorted(state.buttons)}"
