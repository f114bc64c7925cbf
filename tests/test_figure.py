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

from nodegraph.figure import DARK, LIGHT, Style, draw, drawn, maps
from nodegraph.figure.axes import shares, uneven, uneven_ticks
from nodegraph.figure.page import caption_height, height
from nodegraph.figure.shapes import Area, Disc, Drawing, Image, Polygon, Stroke, Words
from nodegraph.figure.shapes import drawn as drawn_shapes
from nodegraph.figure.words import described
from nodegraph.views import Axis, Blend, Curves, Heatmap, Line, Panels, Picture, Scale, Table, Wave

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


def blend(scale: Scale = "linear") -> Blend:
    shares = RNG.random((3, 20, 30)).astype(np.float16) / 3
    level = (RNG.random((20, 30)) * -80).astype(np.float16)
    level[0, 0] = np.nan
    y = Axis("frequency", "Hz", 50, 8000, scale)
    return Blend(shares, level, ("vocals", "drums", "mine"), TIME, y, -70, 0)


def kernel(rows: int, columns: int) -> Heatmap:
    x, y = Axis("frames", "", -columns / 2, columns / 2), Axis("bins", "", -rows / 2, rows / 2)
    data = np.ones((rows, columns), np.float32)
    return Heatmap(data, x, y, "neighbour", "", 0, 1, "grey", "a kernel")


PICTURES: dict[str, Picture] = {
    "levels": heatmap(),
    "mask": heatmap("grey"),
    "difference": heatmap("diverging"),
    "phase": Heatmap(RNG.random((9, 9)), TIME, PITCH, "phase", "rad", -3.14, 3.14, "cyclic"),
    "log_frequency": heatmap(y=Axis("frequency", "Hz", 50, 8000, scale="log")),
    "mel_frequency": heatmap(y=Axis("frequency", "Hz", 0, 22050, scale="mel")),
    "log_from_zero": heatmap(y=Axis("frequency", "Hz", 0, 22050, scale="log")),
    "nothing_is_a_number": Heatmap(
        np.full((3, 3), np.nan), TIME, PITCH, "level", "dB", math.nan, math.nan
    ),
    "blend": blend(),
    "blend_log": blend("log"),
    "blend_mel": blend("mel"),
    "blends": Panels((blend(), blend()), ((0, 0, 1, 1), (1, 0, 1, 1)), "two"),
    "horizontal_kernel": kernel(1, 17),
    "vertical_kernel": kernel(301, 1),
    "templates": Panels(
        (
            Curves(
                tuple(Line(f"{k}", k + RNG.random(9), np.linspace(50, 8e3, 9)) for k in (1, 2)),
                Axis("part", "", 0.5, 2.5),
                Axis("frequency", "Hz", 50, 8e3, "log"),
                title="W",
            ),
            heatmap(y=Axis("frequency", "Hz", 50, 8e3, "log")),
            Curves((Line("1", np.arange(4.0), np.ones(4)),), TIME, Axis("1 kick", "", 0, 1)),
        ),
        ((0, 0, 4, 1), (0, 1, 4, 4), (4, 1, 1, 4)),
    ),
    "factors": Panels(
        (
            Curves(
                (Line("a", np.arange(4.0), 1 + RNG.random(4)),), TIME, Axis("part", "", 1.5, 0.5)
            ),
            Table(("part", "hits", "centroid (Hz)"), (("a", 20.0, 709.1), ("b", 0.0, math.nan))),
        ),
        ((0, 1, 1, 4), (0, 0, 1, 1)),
        "V ≈ W H",
    ),
    "kernel_in_hertz": Heatmap(
        np.eye(5, dtype=np.float32),
        Axis("distance", "s", -0.1, 0.1),
        Axis("distance", "Hz", -50, 50),
        "neighbour",
        "",
        0,
        1,
        "grey",
    ),
    "mel_curves": Curves(
        (Line("a", np.linspace(0, 8e3, 9), np.ones(9)),),
        Axis("frequency", "Hz", 0, 8e3, "mel"),
        Axis("level", "dB", -80, 0),
    ),
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


# Scales


def test_more_of_a_mel_axis_is_for_low_frequencies() -> None:
    axis = Axis("frequency", "Hz", 0, 8000, "mel")
    assert shares(axis, [0, 8000]).tolist() == [0, 1]
    assert 0.3 < shares(axis, 1000) < shares(axis, 4000) < 1


@pytest.mark.parametrize("scale", ["log", "mel"])
@pytest.mark.parametrize(("low", "high"), [(20, 22050), (55, 440), (1000, 1100), (1e-9, 3e5)])
def test_numbers_on_an_uneven_axis_are_inside_and_apart(
    scale: Scale, low: float, high: float
) -> None:
    axis = Axis("frequency", "Hz", low, high, scale)
    values, labels = uneven_ticks(axis)
    assert len(values) == len(labels) == len(set(labels)) >= 2
    places = shares(axis, values)
    assert (places >= -1e-9).all()
    assert (places <= 1 + 1e-9).all()
    assert (np.diff(places) >= 0.04).all()


def test_a_logarithm_that_would_reach_zero_is_even() -> None:
    assert not uneven(Axis("frequency", "Hz", 0, 100, "log"))
    assert uneven(Axis("frequency", "Hz", 0, 100, "mel"))
    assert not uneven(Axis("frequency", "Hz", 0, 100))


# Colours


@pytest.mark.parametrize("name", maps.LEVELS)
def test_on_white_a_map_begins_white_and_more_is_darker(name: str) -> None:
    colours = LIGHT.colour_map(name).astype(float)
    assert colours[0].tolist() == [255, 255, 255]
    light = (colours / 255) ** 2.2 @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(light) <= 0.002).all()
    assert (DARK.colour_map(name) == maps.fixed(name)).all()
    assert (colours[maps.FADE :] == maps.fixed(name)[::-1][maps.FADE :]).all()


def test_no_difference_is_the_ground_in_both_themes() -> None:
    for theme in (LIGHT, DARK):
        middle = theme.colour_map("diverging")[127]
        assert "#{:02X}{:02X}{:02X}".format(*middle) == theme.plot


# Styles and captions


def test_every_part_of_a_style_changes_the_file() -> None:
    plain = Style(width=320)
    styles = (
        Style(width=321),
        Style(width=320, dark=True),
        Style(width=320, colours="viridis"),
        Style(width=320, decibels=30),
        Style(width=320, caption="a caption"),
    )
    made = [drawn(PICTURES["levels"], "png", style) for style in (plain, *styles)]
    assert len(set(made)) == len(made)


def test_a_long_caption_makes_the_figure_higher_and_takes_nothing_from_the_picture() -> None:
    assert caption_height("") == 0
    assert caption_height("long " * 100) > 3 * caption_height("short")
    size = [
        struct.unpack(">II", drawn(PICTURES["wave"], "png", Style(400, caption=c))[16:24])
        for c in ("", "long " * 100)
    ]
    assert size[0][0] == size[1][0]
    assert size[1][1] - size[0][1] == pytest.approx(50 * caption_height("long " * 100), abs=2)


def test_text_of_an_svg_is_text_in_the_shipped_face() -> None:
    svg = drawn(PICTURES["curves"], "svg", Style(caption="Größe & <Φ>")).decode()
    assert "Größe &amp; &lt;Φ&gt;</text>" in svg
    assert "'Nodegraph Sans', Inter" in svg
    assert "vocals 20.0°</text>" in svg
    assert "<dc:date>" not in svg


def test_a_png_that_would_take_all_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        drawn(PICTURES["wave"], "png", Style(width=60000))


def test_pictures_are_named_by_what_they_measure() -> None:
    assert described(PICTURES["levels"]) == "level in dB below the largest"
    assert described(PICTURES["curves"]) == "e over angle"
    assert described(PICTURES["waves"]) == "amplitude over time"
    assert described(PICTURES["blend"]) == "sources by colour, level by brightness"
    assert described(PICTURES["table"]) == described(PICTURES["mixed"]) == ""
    assert described(PICTURES["factors"]) == "V ≈ W H"
    assert described(PICTURES["kernel_in_hertz"]) == "the neighbours that count"
    assert described(PICTURES["mask"]) == "level in dB below the largest"


def test_every_picture_has_a_height_that_fits_a_page() -> None:
    for name, picture in PICTURES.items():
        assert 0.4 < height(picture) <= 8, name


def test_drawing_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    drawn(PICTURES["strange_names"], "png", Style(width=320))
    assert capfd.readouterr() == ("", "")


# Drawings of shapes

RED, CLEAR = (255, 0, 0, 255), (0, 0, 0, 0)
DRAWING = Drawing(
    100,
    60,
    False,
    (255, 255, 255, 255),
    (
        Area((10, 10, 20, 20), RED),
        Area((40, 10, 20, 20), CLEAR, RED, 2, 6),
        Disc((80, 20), 10, RED),
        Polygon(((10, 40), (30, 40), (20, 55)), RED),
        Stroke(((40, 40), (60, 55)), RED, 3, dashes=(4, 2)),
        Stroke(((70, 40), (80, 40), (80, 55), (95, 55)), RED, 2, curved=True),
        Words((50, 50), "Ω", 12, RED, "center"),
        Image((85, 5, 10, 5), np.zeros((2, 2, 4), np.uint8) + np.uint8(255)),
    ),
)


def test_shapes_lie_where_they_say() -> None:
    matplotlib_image = pytest.importorskip("matplotlib.image")
    import io

    pixels = matplotlib_image.imread(io.BytesIO(drawn_shapes(DRAWING, "png", 2)))[..., :3]
    assert pixels.shape == (120, 200, 3)

    def at(x: float, y: float) -> list[float]:
        return pixels[int(2 * y), int(2 * x)].tolist()

    for x, y in ((20, 20), (11, 11), (80, 20), (20, 45), (40, 20), (71, 40), (94, 55)):
        assert at(x, y) == [1, 0, 0], (x, y)
    for x, y in ((5, 5), (50, 20), (35, 20), (80, 33), (12, 53)):
        assert at(x, y) == [1, 1, 1], (x, y)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_drawing_gives_the_same_file(kind: str) -> None:
    one, two = (drawn_shapes(DRAWING, kind, 1, {"nodegraph": "{}"}) for _ in range(2))
    assert one == two


def test_an_axis_that_falls_shows_all_of_its_cells() -> None:
    """Parts are counted from the top: the axis runs from the last to the first."""
    from matplotlib.figure import Figure

    from nodegraph.figure.pictures import heatmap as drawn_heatmap

    data = np.linspace(-80, 0, 12 * 5, dtype=np.float32).reshape(12, 5)
    falling = Axis("part", "", 12.5, 0.5)
    picture = Heatmap(data, TIME, falling, "level", "dB", -80, 0)
    axes = Figure().add_subplot()
    drawn_heatmap(axes, picture, LIGHT, Style())
    assert tuple(axes.images[0].get_extent())[2:] == (12.5, 0.5)
    assert axes.get_ylim() == (12.5, 0.5)
