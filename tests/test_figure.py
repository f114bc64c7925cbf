"""Every picture becomes a file, in both themes, with its metadata."""

from __future__ import annotations

import builtins
import json
import math
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.figure import DARK, LIGHT, draw
from nodegraph.views import Axis, Curves, Heatmap, Line, Panels, Picture, Table, Wave

pytest.importorskip("matplotlib")

TIME = Axis("time", "s", -0.01, 4.2)
PITCH = Axis("frequency", "Hz", -5, 8005)
RNG = np.random.default_rng(0)


def heatmap(colours: str = "magma", title: str = "", y: Axis = PITCH) -> Heatmap:
    return Heatmap(RNG.random((40, 60)) * -80, TIME, y, "level", "dB", -80, 0, colours, title)


def wave(name: str) -> Wave:
    return Wave(name, -RNG.random(50), RNG.random(50), TIME, name)


def curves(names: tuple[str, ...] = ("mixture", "vocals", "mine"), log: bool = False) -> Curves:
    x = np.linspace(0, 90, 50)
    lines = tuple(Line(name, x, 1 + RNG.random(50)) for name in names)
    marks = ((20.0, "vocals 20.0°"), (21.0, "mine 21.0°"), (22.0, "other"))
    return Curves(
        lines,
        Axis("angle", "°", 0, 90),
        Axis("e", "dB", 1, 2, "log" if log else "linear"),
        marks,
        "title",
    )


PICTURES: dict[str, Picture] = {
    "levels": heatmap(),
    "mask": heatmap("grey"),
    "difference": heatmap("diverging"),
    "phase": Heatmap(RNG.random((9, 9)), TIME, PITCH, "phase", "rad", -3.14, 3.14, "cyclic"),
    "log_frequency": heatmap(y=Axis("frequency", "Hz", 50, 8000, scale="log")),
    "one_bin": Heatmap(np.zeros((1, 1)), TIME, PITCH, "share", "", 0, 1, "grey"),
    "minutes": Heatmap(
        np.zeros((4, 4)), Axis("time", "s", 0, 240), PITCH, "level", "dB", -80, 0, "magma"
    ),
    "curves": curves(),
    "cost": curves(("cost",), log=True),
    "wave": wave("vocals"),
    "silent_wave": Wave("a", np.zeros(1), np.zeros(1), Axis("time", "s", 0, 0)),
    "table": Table(
        ("source", "SNR (dB)"), (("vocals", -3.217), ("bass", math.nan)), ("a note " * 40,), "SNR"
    ),
    "empty_table": Table(("file", "folder"), ()),
    "waves": Panels((wave("vocals"), wave("drums")), ((0, 0, 1, 1), (1, 0, 1, 1)), "two"),
    "maps": Panels((heatmap(title="a"), heatmap(title="b")), ((0, 0, 1, 1), (0, 1, 1, 1))),
    "mixed": Panels(
        (curves(), heatmap(), Table(("x",), ((1.0,),))),
        ((0, 0, 2, 1), (0, 1, 2, 3), (2, 1, 1, 3)),
    ),
    "strange_names": Wave("$x^2 鼓_{ \\frac", np.zeros(3), np.ones(3), TIME, "$ 鼓"),
}


def chunks(path: Path) -> dict[str, str]:
    """Text of a PNG, read by hand."""
    data, at, found = path.read_bytes(), 8, {}
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind == b"tEXt":
            key, _, text = body.partition(b"\0")
            found[key.decode()] = text.decode("latin-1")
        if kind == b"zTXt":
            key, _, text = body.partition(b"\0")
            found[key.decode()] = zlib.decompress(text[1:]).decode("latin-1")
        if kind == b"iTXt":
            key, _, rest = body.partition(b"\0")
            found[key.decode()] = rest[2:].split(b"\0", 2)[2].decode()
        if kind == b"IHDR":
            found["width"] = str(struct.unpack(">I", body[:4])[0])
        at += 12 + size
    return found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_draws_in_both_themes(name: str, dark: bool, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    draw(PICTURES[name], path, width=480, dark=dark)
    assert chunks(path)["width"] == "480"


@pytest.mark.parametrize("ending", ["svg", "pdf", "PNG"])
def test_the_ending_says_the_format(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{ending}"
    draw(PICTURES["curves"], path, metadata={"nodegraph": "{}"})
    start = {"svg": b"<?xml", "pdf": b"%PDF", "PNG": b"\x89PNG"}[ending]
    assert path.read_bytes().startswith(start)


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.png, \.svg or \.pdf"):
        draw(PICTURES["wave"], tmp_path / "picture.gif")


def test_metadata_comes_back(tmp_path: Path) -> None:
    graph = json.dumps({"format": 1, "title": "Ein Lied für drei Töne 鼓 <&>"})
    draw(PICTURES["wave"], tmp_path / "a.png", metadata={"nodegraph": graph})
    assert chunks(tmp_path / "a.png")["nodegraph"] == graph
    draw(PICTURES["wave"], tmp_path / "a.svg", metadata={"nodegraph": graph})
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "&quot;" in text or '"format": 1' in text
    assert "nodegraph: " in text


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_picture_gives_the_same_file(ending: str, tmp_path: Path) -> None:
    one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
    for path in (one, two):
        draw(PICTURES["maps"], path, metadata={"nodegraph": "{}"})
    assert one.read_bytes() == two.read_bytes()


def test_the_settings_of_the_user_change_nothing(tmp_path: Path) -> None:
    import matplotlib

    draw(PICTURES["curves"], tmp_path / "one.png", width=480)
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "image.cmap": "jet"}):
        draw(PICTURES["curves"], tmp_path / "two.png", width=480)
        assert matplotlib.rcParams["font.size"] == 30
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_no_window_system_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys, numpy; from pathlib import Path; from nodegraph.figure import draw;"
        "assert 'matplotlib' not in sys.modules;"
        "from nodegraph.views import Axis, Wave;"
        "one = numpy.ones(3);"
        f"draw(Wave('a', -one, one, Axis('time', 's', 0, 1)), Path({str(tmp_path / 'a.png')!r}));"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_themes_differ(tmp_path: Path) -> None:
    for name, dark in (("light", False), ("dark", True)):
        draw(PICTURES["curves"], tmp_path / f"{name}.png", width=320, dark=dark)
    assert (tmp_path / "light.png").read_bytes() != (tmp_path / "dark.png").read_bytes()


def test_sources_have_their_colours_and_strangers_another_one() -> None:
    for theme in (LIGHT, DARK):
        colours = theme.named(["mixture", "Vocals", "drums", "kazoo", "part 2"])
        assert colours["Vocals"] == theme.sources["vocals"]
        assert len(set(colours.values())) == 5
    many = LIGHT.named([f"part {k}" for k in range(20)])
    assert len(many) == 20
    assert LIGHT.sources["mixture"] == "#000000"
    assert DARK.sources["mixture"] == "#FFFFFF"


def test_without_matplotlib_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ValueError, match=r'pip install "nodegraph\[figures\]"'):
        draw(PICTURES["wave"], tmp_path / "a.png")
