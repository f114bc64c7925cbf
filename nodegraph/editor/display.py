"""Whether a window can be opened, asked before Dear PyGui is: without a display it ends the process.

`fault` is asked at each start and takes about a millisecond: it greets the X server, without any
library. Where that tells nothing for certain (another computer's display, a server that refuses),
`probe` opens a window in a child process, which takes as long as a window does. `line` is what the
command says then, with `FAULT` as its exit code.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import socket
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

FAULT = 1
"""Exit code of the command: a fault before anything ran."""

PATIENCE = 0.2
"""Seconds that an X server on this computer is given to answer."""

_NAME = re.compile(r"(?:unix)?(?::|/unix:)(?P<number>\d+)(?:\.\d+)?")
"""A display of this computer; every other is left to `probe`."""

_COOKIE = b"MIT-MAGIC-COOKIE-1"
_FAMILY_LOCAL, _FAMILY_ANY = 256, 65535


def fault(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> str | None:
    """Say why no window can be opened, or nothing where one can."""
    environ = os.environ if environ is None else environ
    if not platform.startswith("linux"):
        return None
    name = environ.get("DISPLAY")
    if not name:
        if environ.get("WAYLAND_DISPLAY"):
            return "Wayland alone is not enough: start Xwayland and set DISPLAY"
        return "DISPLAY is not set"
    local = _NAME.fullmatch(name)
    if local is None:
        return probe()
    number = local["number"]
    server = _connect(number)
    if server is None:
        return f"nothing answers at DISPLAY={name}"
    with server:
        return None if _greet(server, _cookie(environ, number)) else probe()


def probe() -> str | None:
    """Open a window in a child process: say what went wrong, or nothing."""
    from nodegraph.doctor import window

    return window()


def line(fault: str, graph: str | None = None) -> str:
    """Give what the command says: what is missing, and how to go on without."""
    name = "GRAPH" if graph is None else shlex.quote(graph)
    return f"no display to open a window on: {fault}. Without a window: nodegraph run {name}"


def _connect(number: str) -> socket.socket | None:
    """Reach an X server of this computer the ways that Xlib tries."""
    path = f"/tmp/.X11-unix/X{number}"
    ways: list[tuple[int, str | tuple[str, int]]] = [
        (socket.AF_UNIX, path),
        (socket.AF_UNIX, f"\0{path}"),
    ]
    if int(number) < 65536 - 6000:
        ways.append((socket.AF_INET, ("127.0.0.1", 6000 + int(number))))
    for family, address in ways:
        server = socket.socket(family, socket.SOCK_STREAM)
        server.settimeout(PATIENCE)
        try:
            server.connect(address)
        except OSError:
            server.close()
        else:
            return server
    return None


def _greet(server: socket.socket, cookie: bytes) -> bool:
    """Tell whether the server lets this user in: the first exchange of the X protocol."""
    name = _COOKIE if cookie else b""
    hello = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie))
    try:
        server.sendall(hello + _padded(name) + _padded(cookie))
        return server.recv(1) == b"\x01"
    except OSError:
        return False


def _padded(words: bytes) -> bytes:
    return words + bytes(-len(words) % 4)


def _cookie(environ: Mapping[str, str], number: str) -> bytes:
    """Find the password of a display in the user's file of them; most servers want none."""
    given = environ.get("XAUTHORITY")
    path = Path(given) if given else Path(environ.get("HOME", "/"), ".Xauthority")
    with contextlib.suppress(OSError, struct.error):
        host = socket.gethostname().encode()
        for family, address, display, name, data in _entries(path.read_bytes()):
            here = family == _FAMILY_ANY or (family == _FAMILY_LOCAL and address == host)
            if here and display in (b"", number.encode()) and name == _COOKIE:
                return data
    return b""


def _entries(content: bytes) -> Iterator[tuple[int, bytes, bytes, bytes, bytes]]:
    """Read family, address, display, kind and password, each but the first after its length."""
    place = 0
    while place < len(content):
        (family,) = struct.unpack_from(">H", content, place)
        place += 2
        words = []
        for _ in range(4):
            (length,) = struct.unpack_from(">H", content, place)
            words.append(content[place + 2 : place + 2 + length])
            place += 2 + length
        yield family, words[0], words[1], words[2], words[3]
