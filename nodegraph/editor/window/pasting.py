"""Text from the clipboard of the system, or none where there is none.

Dear PyGui ends the whole process when it is asked for text and the clipboard is empty or holds
something else, such as a picture. So the system is asked first whether there is text.
"""

from __future__ import annotations

import contextlib
import ctypes
import subprocess
import sys
import time
from ctypes import byref, c_char_p, c_int, c_long, c_ulong, c_void_p
from typing import Any

import dearpygui.dearpygui as dpg

PATIENCE = 0.5
"""Seconds in which the program that holds the clipboard must say what it has."""
_UNICODE = 13
_NOTIFY = 31
_own = c_ulong(0)
"""The window that held the clipboard when this program had put something there."""


def copy(text: str) -> None:
    """Put text on the clipboard."""
    dpg.set_clipboard_text(text)
    if _has_x():
        with _X() as x:
            _own.value = x.owner


def paste() -> str:
    """Give the text on the clipboard; empty where there is none."""
    if sys.platform == "darwin":
        done = subprocess.run(["pbpaste"], capture_output=True, check=False, timeout=5)
        return done.stdout.decode("utf-8", "replace")
    return str(dpg.get_clipboard_text() or "") if _is_text() else ""


def _is_text() -> bool:
    if sys.platform == "win32":
        return bool(ctypes.windll.user32.IsClipboardFormatAvailable(_UNICODE))
    with contextlib.suppress(OSError, AttributeError), _X() as x:
        # This program answers only between two frames: what it holds itself it need not ask for.
        return bool(x.owner) and (x.owner == _own.value or x.has_text())
    return False


def _has_x() -> bool:
    return sys.platform not in ("win32", "darwin")


class _X:
    """A connection to the X server beside that of the window."""

    def __enter__(self) -> _X:
        self.lib: Any = ctypes.CDLL("libX11.so.6")
        for name, gives, takes in (
            ("XOpenDisplay", c_void_p, [c_char_p]),
            ("XInternAtom", c_ulong, [c_void_p, c_char_p, c_int]),
            ("XGetSelectionOwner", c_ulong, [c_void_p, c_ulong]),
            ("XDefaultRootWindow", c_ulong, [c_void_p]),
            ("XCreateSimpleWindow", c_ulong, [c_void_p, c_ulong, *[c_int] * 5, c_ulong, c_ulong]),
            ("XConvertSelection", c_int, [c_void_p, *[c_ulong] * 5]),
            ("XCheckTypedWindowEvent", c_int, [c_void_p, c_ulong, c_int, c_void_p]),
            ("XCloseDisplay", c_int, [c_void_p]),
            ("XFree", c_int, [c_void_p]),
            ("XFlush", c_int, [c_void_p]),
        ):
            function = getattr(self.lib, name)
            function.restype, function.argtypes = gives, takes
        self.display = self.lib.XOpenDisplay(None)
        if not self.display:
            raise OSError("no X server")
        return self

    def __exit__(self, *_: object) -> None:
        self.lib.XCloseDisplay(self.display)

    def atom(self, name: str) -> int:
        """Give the number of a name."""
        return int(self.lib.XInternAtom(self.display, name.encode(), 0))

    @property
    def owner(self) -> int:
        """The window that holds the clipboard; 0 where none does."""
        return int(self.lib.XGetSelectionOwner(self.display, self.atom("CLIPBOARD")))

    def has_text(self) -> bool:
        """Ask the holder for the forms that it can give, and look for text among them."""
        x, display = self.lib, self.display
        root = x.XDefaultRootWindow(display)
        window = x.XCreateSimpleWindow(display, root, 0, 0, 1, 1, 0, 0, 0)
        kept = self.atom("NODEGRAPH_TARGETS")
        x.XConvertSelection(
            display, self.atom("CLIPBOARD"), self.atom("TARGETS"), kept, window, 0
        )  # fmt: skip
        x.XFlush(display)
        event, end = ctypes.create_string_buffer(192), time.monotonic() + PATIENCE
        while not x.XCheckTypedWindowEvent(display, window, _NOTIFY, event):
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        wanted = {self.atom(name) for name in ("UTF8_STRING", "STRING")}
        return not wanted.isdisjoint(self._atoms(window, kept))

    def _atoms(self, window: int, name: int) -> list[int]:
        kind, form, count, left, data = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
        self.lib.XGetWindowProperty(
            c_void_p(self.display), c_ulong(window), c_ulong(name), c_long(0), c_long(1024),
            c_int(0), c_ulong(0), byref(kind), byref(form), byref(count), byref(left), byref(data),
        )  # fmt: skip
        if not data.value:
            return []
        found = list(ctypes.cast(data, ctypes.POINTER(c_ulong))[: count.value])
        self.lib.XFree(data)
        return found if form.value == 32 else []
