"""Colour maps in a theme of the window: 256 colours each, those of the figures."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from nodegraph.editor.look.colours import Rgba, Theme
from nodegraph.figure.maps import DEFAULT, NAMES, diverging, fixed

__all__ = ["DEFAULT", "NAMES", "table"]


def table(name: str, theme: Theme) -> NDArray[Any]:
    """Give the 256 colours of a map, uint8 (256, 3), read-only; of an unknown one those of magma."""
    if name == "diverging":
        ends = theme.sources["harmonic"], theme.plot, theme.sources["percussive"]
        return diverging(*map(_rgb, ends))
    return fixed(name)


def _rgb(colour: Rgba) -> tuple[int, int, int]:
    return colour[:3]
