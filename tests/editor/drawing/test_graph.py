"""The drawn graph shows what the canvas shows, as data: no window, no matplotlib."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nodegraph
from nodegraph.editor.drawing.graph import graph_figure
from nodegraph.editor.drawing.ruler import fitted, width
from nodegraph.editor.drawing.signs import sign
from nodegraph.editor.look.colours import DARK, LIGHT
from nodegraph.editor.look.signs import TYPES, source_style, type_style
from nodegraph.figure.shapes import Area, Disc, Drawing, Image, Polygon, Stroke, Words
from nodegraph.views import Axis, Heatmap, Wave
from tests.commands import n, save, surroundings

TYPES_KNOWN = nodegraph.discover()
NODES = {
    "song": n("source.song"),
    "stft": n("transform.stft", {"audio": "song.mixture"}),
    "drums": n("transform.stft", {"audio": "song.stems[drums]"}),
    "kam": {
        "type": "loop",
        "params": {"iterations": 5, "tolerance": 0.01},
        "state": {"x": {"first": "song.mixture", "next": "again"}},
        "body": {"again": n("mix.subtract", {"audio": "kam.x", "other": "song.mixture"})},
    },
}
LAYOUT = {
    "nodes": {"song": [0, 0], "stft": [400, 0], "drums": [400, 400], "again": [900, 200]},
    "frames": [{"rect": [-40, -60, 700, 400], "title": "At first", "colour": "source"}],
    "notes": [{"rect": [-40, 700, 300, 120], "text": "# Try it\nPull **hop** down."}],
}


def drawing(tmp_path: Path, nodes=NODES, layout=LAYOUT, **more) -> Drawing:
    path = save(tmp_path / "g.json", nodes, layout=layout)
    return graph_figure(nodegraph.load(path), TYPES_KNOWN, **more)


def words(made: Drawing) -> list[str]:
    return [shape.text for shape in made.shapes if isinstance(shape, Words)]


def points(shape) -> list[tuple[float, float]]:
    if isinstance(shape, (Area, Image)):
        x, y, wide, high = shape.place
        return [(x, y), (x + wide, y + high)]
    if isinstance(shape, Disc):
        (x, y), r = shape.centre, shape.radius
        return [(x - r, y - r), (x + r, y + r)]
    if isinstance(shape, (Polygon, Stroke)):
        return list(shape.points)
    return [shape.at]


def test_titles_ports_knobs_frames_notes_and_loops_are_told(tmp_path):
    said = words(drawing(tmp_path))
    for text in ("Demo song", "STFT", "mixture", "n fft", "4096 samples", "1024 samples", "hann"):
        assert text in said
    for text in ("At first", "Try it", "Pull", "hop", "Kam", "1 state", "STATES IN", "NEXT"):
        assert text in said
    assert "at most 5 turns, until the change is below 0.01" in said


@pytest.mark.parametrize("dark", [False, True])
def test_everything_lies_inside_of_the_margin(tmp_path, dark):
    made = drawing(tmp_path, dark=dark, caption="A caption " * 30)
    for shape in made.shapes:
        for x, y in points(shape):
            assert 16 <= x <= made.width - 16, shape
            assert 16 <= y <= made.height - 16, shape
    assert made.ground == (DARK.canvas if dark else (255, 255, 255, 255))


def test_a_wire_ends_at_its_ports_and_lies_on_a_stroke_of_the_ground(tmp_path):
    nodes = {"song": NODES["song"], "stft": NODES["stft"]}
    made = drawing(tmp_path, nodes, {"nodes": {"song": [0, 0], "stft": [400, 100]}})
    colour = type_style("Audio", LIGHT).colour
    under, wire = (s for s in made.shapes if isinstance(s, Stroke) and s.curved)
    assert under.points == wire.points
    assert (under.thick, wire.thick, wire.line) == (6, 2, colour)
    centres = [s.centre for s in made.shapes if isinstance(s, Disc) and s.fill == colour]
    assert wire.points[0] in centres
    assert wire.points[-1] in centres
    assert len(wire.points) % 3 == 1


def test_several_sources_are_a_double_wire_with_their_number(tmp_path):
    nodes = {"song": NODES["song"], "stft": n("transform.stft", {"audio": "song.stems"})}
    one = drawing(tmp_path, nodes)
    many = drawing(tmp_path, nodes, sources={("song", "stems"): ("a", "b", "c")})
    thick = [[s.thick for s in d.shapes if isinstance(s, Stroke) and s.curved] for d in (one, many)]
    assert thick == [[6, 2], [9, 6, 2]]
    assert "3" in words(many)
    assert "3" not in words(one)


def test_the_source_that_is_picked_stands_before_the_reader(tmp_path):
    made = drawing(tmp_path)
    style = source_style("drums", 0, LIGHT)
    (square,) = (s for s in made.shapes if isinstance(s, Area) and s.fill == style.colour)
    assert square.place[2:] == (16, 16)
    assert "D" in words(made)


def test_a_picture_makes_room_in_its_node(tmp_path):
    time = Axis("time", "s", 0, 1)
    plane = Heatmap(np.zeros((4, 4)), time, Axis("frequency", "Hz", 0, 1e4), "level", "dB", -80, 0)
    wave = Wave("mixture", -np.ones(9), np.ones(9), time)
    pictures = {("stft", ""): plane, ("song", "mixture"): wave}
    bare, made = drawing(tmp_path), drawing(tmp_path, pictures=pictures)
    assert not [s for s in bare.shapes if isinstance(s, Image)]
    images = [s for s in made.shapes if isinstance(s, Image)]
    assert len(images) == 2
    for image in images:
        assert image.pixels.dtype == np.uint8
        assert image.pixels.shape[1] >= 2 * image.place[2]


def test_muted_bypassed_unknown_and_folded_nodes_are_told_apart(tmp_path):
    nodes = {
        "song": NODES["song"],
        "muted": {**n("transform.stft", {"audio": "song.mixture"}), "mode": "mute"},
        "passed": {**n("mix.subtract", {"audio": "song.mixture"}), "mode": "bypass"},
        "strange": n("alien.thing", {"audio": "song.mixture"}, a=1),
        "folded": n("mix.subtract", {"audio": "song.mixture", "other": "song.mixture"}),
    }
    layout = {"look": {"folded": {"collapsed": True}}}
    said = words(drawing(tmp_path, nodes, layout))
    assert "alien.thing" in said
    assert "+1" in said
    assert any(s.dashes for s in drawing(tmp_path, nodes, layout).shapes if isinstance(s, Stroke))


def test_a_graph_without_layout_and_an_empty_one_are_drawn(tmp_path):
    assert "STFT" in words(drawing(tmp_path, layout={}))
    empty = drawing(tmp_path, {}, {})
    assert (empty.shapes, empty.width > 0, empty.height > 0) == ((), True, True)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("name", [*TYPES, "Stranger"])
def test_every_type_has_a_sign_of_its_colour_around_its_port(name, theme):
    style = type_style(name, theme)
    for hollow in (False, True):
        shapes = list(sign(style, (100, 50), theme.canvas, theme.node, hollow=hollow))
        for shape in shapes:
            assert all(abs(x - 100) <= 9 and abs(y - 50) <= 9 for x, y in points(shape))
        colours = {getattr(s, key, None) for s in shapes for key in ("fill", "line", "colour")}
        assert style.colour in colours


def test_no_two_types_of_one_colour_share_a_sign():
    shapes = {TYPES[name][0] for name in ("Curve", "Scores", "Number", "Files")}
    assert len(shapes) == 4
    made = [list(sign(type_style(n, DARK), (0, 0), DARK.canvas, DARK.node)) for n in TYPES]
    tags = ("Peaks", "Partials", "Activity", "Pitch", "Notes")
    assert len({repr(shapes) for shapes in made}) == len(TYPES) - len(tags) + 1


def test_words_are_as_wide_as_their_face_says_and_are_cut_to_fit():
    assert width("", 12) == 0
    assert width("mmm", 12) > width("iii", 12)
    assert width("abc", 12, bold=True) > width("abc", 12)
    assert width("abc", 10, mono=True) == pytest.approx(18)
    assert fitted("short", 12, 100) == "short"
    cut = fitted("a very long title of a node", 12, 60)
    assert cut.endswith("…")
    assert width(cut, 12) <= 60
    assert fitted("word", 12, 1) == ""


def test_neither_window_nor_matplotlib_is_loaded(tmp_path):
    path = save(tmp_path / "g.json", NODES, layout=LAYOUT)
    code = (
        "import sys, nodegraph; from nodegraph.editor.drawing.graph import graph_figure;"
        f"made = graph_figure(nodegraph.load({str(path)!r}), nodegraph.discover());"
        "assert made.shapes;"
        "print({'dearpygui', 'matplotlib', 'nodegraph.editor.window'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=surroundings(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
