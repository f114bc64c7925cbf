"""Colour maps: 256 colours each, that a number from `low` to `high` is drawn in.

magma, viridis, cividis and twilight are the tables of matplotlib (`_cm_listed.py`): by Nathaniel
J. Smith, Stéfan van der Walt and Eric Firing; Jamie Nuñez, Christopher Anderton and Ryan Renslow;
Bastian Bechtold. All are released under CC0. They are kept as the packed differences of
neighbouring colours, which loses nothing. The diverging map is made from the colours of a theme.
"""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LEVELS = ("magma", "viridis", "cividis", "greys")
"""Maps for levels, of which one may choose."""
NAMES = (*LEVELS, "diverging", "cyclic")
DEFAULT = "magma"
FADE = 24
"""Steps from white to the first colour of a map that runs backwards."""

_PACKED = {
    "magma": (
        "eNp9UgESwyAIE9z/v+xuAUOwdhAD55lWgWFjAGZYMGfYcAdFssPetfSX5En3VHRwXMOtbCTghaTkP7Yu2X59uIJ/"
        "AS3qFmWiarrS96B+pgU2wrUHWnqvcEnagReu9BMf9+m0mQQkTZ74XSOuFiOjzWg9sKPQSwoIJMEbsEiJEJxNq5mt"
        "yWXJ7DF0+vqIX8rJLbk="
    ),
    "viridis": (
        "eNqFUokRhCAMTLC1K+H6L+VQshtYyehlv+AoyEw+5hcsBNPqaZ2k3ZoKjTRJbTPQ4Qcc8JB7CxGD9zqgoCCtkoYv"
        "ZOsAT9PInkbP2Nqt7P8Te1vb3tlyW0IY+wIwk0R857WbXHTeSA8qGy7J6JQZeqj+MGFzdjhMg1Nb/aBkII2kxiJe"
        "7xgzXrK1EyuPiAo="
    ),
    "cividis": (
        "eNqNUgESgCAIA/QlPaj/v0YTQQPFqzHGrA4vFCAE5pRTIgFKKHHoCbC5pUL48tAjBv14TJsjU1jaj166GTjalS//"
        "F6cOpix2y4PZrZ+sGR98zJRu5PNlqvBJtwFA7fegTlF9a3htvEEnmoO4fu4bL/ub7LQyQ9hkpoigqBQORhsIPU3n"
        "Qx8="
    ),
    "cyclic": (
        "eNptklsWwyAIRAe1+19ff7ONVi0zoCbnlGeCxujFa87hJumjP4Xv8zv69MfZx+A89KlPMOWgQn5SlqSayF/4h1pB"
        "5gov+qgVQynF3EulMVRPYVRrGtqC6tNTaTeBHBGwn1Vf43uSK9653ynhPpce09nRIx8PJg5nMA0HRYLMqjg8Fha4"
        "OC95bEraxy6YXJt6bNksjpmMyCph1PSgtJLDafVRI79DMJYKDsCFbKQOvxMiRIORAZmW3Tt8W2K1uItDnx9epW8f"
        "Hw9ufD9c1qG1newlymmSsPwXw27ypiRGVnWHeI0ozV6tNs8RfKARRlD4Ae8EMa0="
    ),
}


Rgb = tuple[int, int, int]


def fixed(name: str) -> Array:
    """Give the 256 colours of a map, uint8 (256, 3), read-only; of an unknown one those of magma."""
    return _fixed(name if name in _PACKED or name == "greys" else DEFAULT)


@lru_cache
def _fixed(name: str) -> Array:
    if name == "greys":
        return _frozen(np.arange(256)[:, np.newaxis].repeat(3, axis=1))
    steps = np.frombuffer(zlib.decompress(base64.b64decode(_PACKED[name])), np.uint8)
    return _frozen(steps.reshape(3, 256).cumsum(axis=1, dtype=np.uint8).T)


@lru_cache
def backwards(name: str) -> Array:
    """Give a map for a white page: it begins white, and more is darker."""
    colours = _oklab(fixed(name)[::-1].astype(float))
    # The brightest colour of a map is not white: the first steps lead there.
    share = np.clip(np.arange(256) / FADE, 0, 1)[:, np.newaxis]
    return _frozen(_srgb(_oklab(np.full(3, 255.0)) * (1 - share) + colours * share))


@lru_cache
def diverging(low: Rgb, centre: Rgb, high: Rgb) -> Array:
    """Go from one colour over the ground to another; both middle entries are the ground itself."""
    ends = [_oklab(np.array(colour)) for colour in (low, centre, high)]
    share = (np.arange(128) / 127)[:, np.newaxis]
    halves = [ends[1] + share * (end - ends[1]) for end in (ends[0], ends[2])]
    return _frozen(_srgb(np.concatenate((halves[0][::-1], halves[1]))))


def _frozen(colours: Array) -> Array:
    made = np.ascontiguousarray(colours, dtype=np.uint8)
    made.flags.writeable = False
    return made


# Oklab (Björn Ottosson, 2020, public domain): equal steps in it look about equal.

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _oklab(colours: Array) -> Array:
    """Turn sRGB from 0 to 255 into lightness and two opponent colours (..., 3)."""
    unit = colours / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    lab: Array = np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def _srgb(lab: Array) -> Array:
    """Turn Oklab back into sRGB from 0 to 255, whole numbers."""
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    linear = linear.clip(0, 1)
    unit = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (255 * unit).round()
