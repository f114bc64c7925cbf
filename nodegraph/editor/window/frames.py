"""The frames of the window: take in what came, let the parts draw what differs, sleep.

One thread does it all. While nothing moves it sleeps long; it wakes with the next input.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.commands import Context, Place, match
from nodegraph.editor.window.keyboard import Keyboard
from nodegraph.editor.window.pointing import Mouse, Moved

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App
    from nodegraph.editor.window.probe import Probe

ACTIVE, WORKING, IDLE = 1 / 60, 1 / 15, 1 / 10
"""Seconds from frame to frame while something moves, while the engine works, and while nothing is
going on."""
SHARE = 0.6
"""Part of the time that drawing may take while nobody touches anything: where it is dear, as without
a graphics card, the engine and the player need the processor more."""
AWAKE = 1.0
"""Seconds that the window stays awake after the last input."""

log = logging.getLogger(__name__)


class Frames:
    """Draws the window until it is closed."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.count = 0
        self.probe: Probe | None = None
        self.keyboard: Keyboard = Keyboard(self._key, self._let_go)
        self._held: tuple[str, str, str] | None = None
        """A command that acts when its key is let go: the key, the command, the press."""
        self.mouse: Mouse = Mouse()
        self._woken = time.monotonic()
        self._closing = False
        self._title = ""
        self._fault = ""
        self._jobs: list[Callable[[], None]] = []

    def run(self) -> None:
        """Draw until the window is closed."""
        while dpg.is_dearpygui_running() and not self._closing:
            began = time.monotonic()
            self.draw()
            took = time.monotonic() - began
            time.sleep(max(0.0, self._pause(took) - took))

    def close(self) -> None:
        """Draw no further frame."""
        self._closing = True

    def wake(self) -> None:
        """Let frames follow one another quickly for a while."""
        self._woken = time.monotonic()

    def later(self, job: Callable[[], None]) -> None:
        """Do something before the next frame."""
        self._jobs.append(job)

    def draw(self) -> None:
        """Draw one frame."""
        self.mouse.look()
        self._guarded(self._callbacks)
        self.keyboard.refresh()
        jobs, self._jobs = self._jobs, []
        for job in [*jobs, self._mouse, self.app.work, self.app.draw, self._name]:
            self._guarded(job)
        dpg.render_dearpygui_frame()
        self.count += 1
        if self.probe is not None:
            self._guarded(self.probe.answer)

    def _guarded(self, job: Callable[[], None]) -> None:
        """Do a job of a frame: a fault in it costs that job and is said, and never the document."""
        try:
            job()
        except Exception as error:
            log.exception("a fault in the window")
            words = f"A fault in the window: {type(error).__name__}: {error}"
            if words != self._fault:
                self._fault = words  # one that comes with each frame is said once
                self.app.say(words, "error")

    def _callbacks(self) -> None:
        for call, *arguments in dpg.get_callback_queue() or ():
            if call is not None:
                self._guarded(partial(dpg.run_callbacks, [(call, *arguments)]))
                self.wake()

    def _mouse(self) -> None:
        for event in self.mouse.happened():
            self.wake()
            if not isinstance(event, Moved):
                self._held = None  # the key was for a drag
            self.app.hands.take(event)

    def _name(self) -> None:
        if self._title != self.app.session.title:
            self._title = self.app.session.title
            dpg.set_viewport_title(self._title)

    def _key(self, press: str, again: bool) -> None:
        """Give a key press to what is open, else to the command that it means."""
        app, popups = self.app, self.app.popups
        app.touch()
        typing = app.kit.typing
        if popups.key(press) or (app.in_gallery and not typing and app.gallery.key(press)):
            return
        if press == "Escape" and app.hands.escape():
            return
        place = Place.GALLERY if app.in_gallery else Place.CANVAS
        if app.views.grip.over and not app.in_gallery:
            place = Place.VIEW
        if popups.open:
            place = Place.REFUSAL if popups.open == "refusal" else Place.POPUP
        command = match(press, Context(place, typing), app.able)
        if command is None or (again and not command.repeat):
            return
        if command.release and app.hands.over_canvas:  # elsewhere there is no drag to wait for
            self._held = press.rpartition("+")[2], command.id, press
        else:
            app.do(command.id, press)

    def _let_go(self, key: str) -> None:
        """Do a command that waited for its key to be let go."""
        if self._held is not None and self._held[0] == key:
            _, command, press = self._held
            self._held = None
            self.app.do(command, press)

    def _pause(self, took: float) -> float:
        """Give the seconds from this frame to the next, which began so long ago."""
        if self._touched:
            return ACTIVE
        if self.app.ears.playing:
            return max(ACTIVE, took / SHARE)
        return IDLE if self.idle else max(WORKING, took / SHARE)

    @property
    def _touched(self) -> bool:
        """Whether somebody uses the window, or something moves in it."""
        app = self.app
        return (
            time.monotonic() - self._woken < AWAKE
            or bool(self.mouse.down)
            or bool(self._jobs)
            or app.gliding
            or app.hands.dragging
            or app.popups.busy
            or (app.in_gallery and app.gallery.busy)
        )

    @property
    def idle(self) -> bool:
        """Whether nothing is going on: without input all stays as it is."""
        app = self.app
        drawing = app.canvas.busy and app.regions.canvas.width > 0  # where it is drawn at all
        answers = app.engine.busy or app.engine.asking or app.views.busy
        return not (answers or app.gliding or self._jobs or drawing or app.hands.dragging)
