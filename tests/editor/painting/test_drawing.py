"""What is decided before anything is drawn: lines of a note, curves, detail, stamps."""

import numpy as np

from nodegraph.editor.canvas.markdown import lines
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.canvas.wires import Wire, points
from nodegraph.editor.window.canvas.detail import Origin, length, level, pixels
from nodegraph.editor.window.canvas.stamps import Stamp
from nodegraph.editor.window.canvas.stamps import pixels as stamped
from nodegraph.editor.window.canvas.strokes import curves, leg, pieces


def laid(text, width=1000.0):
    found = lines(text, width, lambda words, style: 10.0 * len(words), 20.0)
    return [[(run.words, run.style) for run in line.runs] for line in found]


def test_a_note_has_headings_bold_and_lists():
    text = "# Try it\nPull *length* to **0.2 s**.\n- one\n- two"
    assert laid(text) == [
        [("Try it", "heading")],
        [("Pull length to", "text"), ("0.2 s", "bold"), (".", "text")],
        [("•", "text"), ("one", "text")],
        [("•", "text"), ("two", "text")],
    ]


def test_a_full_stop_stays_with_the_bold_word_before_it():
    (line,) = lines("a **b**.", 1000, lambda words, style: 10.0 * len(words), 20)
    bold, stop = line.runs[1:]
    assert stop.x == bold.x + 10


def test_long_rows_wrap_and_underscores_inside_words_are_kept():
    assert laid("snake_case_name stays", 160) == [
        [("snake_case_name", "text")],
        [("stays", "text")],
    ]


def test_an_empty_note_has_no_lines():
    assert laid("\n\n") == []


def test_curves_end_where_the_wire_ends_and_run_where_it_is_hit():
    for end in ((300.0, 80.0), (-200.0, 150.0)):
        found = leg((0.0, 0.0), end)
        assert (found[0][0], found[-1][-1]) == ((0.0, 0.0), end)
        assert len(found) == (1 if end[0] >= 0 else 3)
        hit = points(np.array([(0.0, 0.0)]), np.array([end]))[0]
        t = np.linspace(0, 1, 200)[:, None]
        drawn = np.concatenate(
            [
                (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
                for a, b, c, d in (tuple(map(np.array, curve)) for curve in found)
            ]
        )
        away = np.sqrt(((hit[:, None] - drawn[None]) ** 2).sum(-1)).min(1)
        assert away.max() < 2


def test_a_wire_through_points_has_a_curve_for_each_leg():
    wire = Wire("n.p", "s", "", "n", "p", "", ((0, 0), (100, 0), (300, 50)))
    assert len(curves(wire)) == 2


def test_straight_wires_need_two_pieces_and_none_more_than_asked():
    (flat,), (steep,) = leg((0, 0), (60, 0)), leg((0, 0), (400, 900))
    assert pieces(flat, 0.1, 32) < pieces(steep, 1.0, 32) <= 32
    assert pieces(steep, 0.25, 32) < pieces(steep, 1.0, 32)
    assert pieces(steep, 4.0, 16) == 16


def test_widgets_are_there_as_long_as_their_words_can_be_read():
    assert level(View(zoom=1.0)) == "full"
    assert level(View(zoom=0.6)) == "drawn"
    assert level(View(zoom=0.6, scale=2.0)) == "full"
    assert level(View(zoom=0.44, scale=2.0)) == "far"


def test_neighbours_share_an_edge_at_every_zoom():
    for zoom in np.linspace(0.1, 4, 60):
        one = pixels(Rect(10, 10, 33, 20), zoom)
        other = pixels(Rect(43, 10, 20, 20), zoom)
        assert one.right == other.x or one.width == 1
    assert (length(0, 5), length(1, 0.1), length(1.5, 2)) == (0, 1, 3)


def test_panning_moves_everything_by_the_same_whole_pixels():
    view = View(pan=(3.3, 4.4), zoom=0.77)
    moved = view.panned(-10.4, 7.9)
    before, after = Origin.of(view), Origin.of(moved)
    steps = {
        tuple(b - a for a, b in zip(before.corner(x, x / 2), after.corner(x, x / 2), strict=True))
        for x in range(0, 900, 7)
    }
    assert len(steps) == 1


def test_a_stamp_is_its_colours_inside_and_clear_at_its_corners():
    red, blue, line = (255, 0, 0, 255), (0, 0, 255, 255), (9, 9, 9, 255)
    stamp = Stamp(8.0, red, blue, line, 1, ((4.0, (0, 0, 0, 40)),))
    picture = stamped(stamp)
    half = stamp.corner
    assert picture.shape == (2 * half, 2 * half, 4)
    assert picture[half - 1, half].tolist() == [1, 0, 0, 1]
    assert picture[half, half].tolist() == [0, 0, 1, 1]
    assert picture[0, 0, 3] == 0
    edge = picture[half, stamp.margin - 1]
    assert np.allclose(edge, np.array([9, 9, 9, 255]) / 255)
    assert np.allclose(picture[:, ::-1], picture)
