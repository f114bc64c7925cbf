"""Key presses of Dear PyGui as the chords of the table of commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import dearpygui.dearpygui as dpg

from nodegraph.editor.commands import chord
from nodegraph.editor.interact.events import Held

_NAMED = {
    "Tab": "Tab",
    "Escape": "Escape",
    "Return": "Enter",
    "NumPadEnter": "Enter",
    "Spacebar": "Space",
    "Delete": "Delete",
    "Back": "Backspace",
    "Home": "Home",
    "End": "End",
    "Prior": "PageUp",
    "Next": "PageDown",
    "Left": "Left",
    "Right": "Right",
    "Up": "Up",
    "Down": "Down",
    "Plus": "=",
    "Minus": "-",
    "Add": "Plus",
    "Subtract": "Minus",
    "Period": ".",
    "Comma": ",",
    "Slash": "/",
    "Open_Brace": "[",
    "Close_Brace": "]",
}

_CONTROL = ("LWin", "RWin") if sys.platform == "darwin" else ("LControl", "RControl")
_MODIFIERS = tuple(
    frozenset(getattr(dpg, f"mvKey_{name}") for name in names)
    for names in (("LShift", "RShift"), _CONTROL, ("LAlt", "RAlt"))
)
"""Shift, control and alt. In a slow frame a key may be let go before its press is told of, so for
presses the order of what is told counts, and not what is down by then."""


def _codes() -> Iterator[tuple[int, str]]:
    for name, key in _NAMED.items():
        yield getattr(dpg, f"mvKey_{name}"), key
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        yield getattr(dpg, f"mvKey_{letter}"), letter
    for number in range(10):
        yield getattr(dpg, f"mvKey_NumPad{number}"), str(number)
    for number in range(1, 13):
        yield getattr(dpg, f"mvKey_F{number}"), f"F{number}"


class Keyboard:
    """Calls `pressed` with the chord of each press, and with True where a held key repeats it.

    `released` is called with the name of each key that is let go.
    """

    def __init__(
        self, pressed: Callable[[str, bool], None], released: Callable[[str], None]
    ) -> None:
        self._keys = dict(_codes())
        self._down: set[int] = set()
        self._pressed, self._released = pressed, released
        self._registry = dpg.add_handler_registry()
        dpg.add_key_press_handler(parent=self._registry, callback=self._on_press)
        dpg.add_key_release_handler(parent=self._registry, callback=self._on_release)

    def _on_press(self, _sender: object, code: int) -> None:
        again = code in self._down
        self._down.add(code)
        key = self._keys.get(code)
        if key is not None:
            # Presses of one frame are told by their codes, and some keys come before the modifiers.
            late = {other for codes in _MODIFIERS for other in codes if other > code}
            down = self._down | set(filter(dpg.is_key_down, late))
            shift, ctrl, alt = (bool(down & codes) for codes in _MODIFIERS)
            self._pressed(chord(key, ctrl=ctrl, alt=alt, shift=shift), again)

    def _on_release(self, _sender: object, code: int) -> None:
        self._down.discard(code)
        if code in self._keys:
            self._released(self._keys[code])

    def refresh(self) -> None:
        """Forget keys whose release was not seen, as when the window lost the keys meanwhile."""
        self._down = {code for code in self._down if dpg.is_key_down(code)}

    @property
    def held(self) -> Held:
        """What is held down now."""
        shift, ctrl, alt = (any(map(dpg.is_key_down, codes)) for codes in _MODIFIERS)
        return Held(shift, ctrl, alt, space=dpg.is_key_down(dpg.mvKey_Spacebar))
