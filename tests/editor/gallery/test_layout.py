"""Where cards, filters and keys stand, at every size of window and interface."""

import itertools

import numpy as np
import pytest

from nodegraph.document import Graph, Loop, Node
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.files.gallery import gallery
from nodegraph.editor.window.gallery import layout
from nodegraph.editor.window.gallery.miniature import miniature
from nodegraph.editor.window.gallery.textures import rounded
from nodegraph.shipped import shipped

SCALES = (80, 100, 125, 150, 200)


@pytest.mark.parametrize(("width", "across"), [(1600, 4), (1280, 3), (2560, 8)])
def test_as_many_cards_stand_abreast_as_have_room(width: int, across: int):
    main = layout.main(Rect(0, 40, width, 900), 100)
    assert layout.cards(main.width - 2 * layout.SIDE, 100).across == across


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [640, 1280, 1600, 3840])
def test_cards_do_not_overlap_nor_leave_the_window(width: int, scale: int):
    main = layout.main(Rect(0, 40, width, 900), scale)
    room = max(main.width - 2 * layout.SIDE * scale / 100, 1)
    cards = layout.cards(room, scale)
    places = [cards.rect(index) for index in range(9)]
    assert all(not _overlap(one, two) for one, two in itertools.combinations(places, 2))
    assert cards.total(9) == max(place.bottom for place in places)
    if cards.across > 1:
        assert max(place.right for place in places) <= room


def _overlap(one: Rect, two: Rect) -> bool:
    return one.x < two.right and two.x < one.right and one.y < two.bottom and two.y < one.bottom


def test_arrows_go_through_the_cards_and_stop_at_the_ends():
    cards = layout.cards(1272, 100)
    assert cards.across == 4
    go = [("Right", 0, 1), ("Left", 0, 0), ("Down", 0, 4), ("Up", 4, 0), ("Down", 4, 8)]
    go += [("Down", 6, 8), ("Down", 8, 8), ("Right", 8, 8), ("Home", 7, 0), ("End", 0, 8)]
    for key, index, to in go:
        assert cards.moved(index, key, 9) == to, (key, index)
    assert cards.moved(-1, "Down", 9) == 0
    assert cards.moved(-1, "End", 9) == 8
    assert cards.moved(-1, "Right", 0) == -1


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [400, 752, 1015, 1335])
def test_filters_stand_beside_the_heading_or_below_it(width: int, scale: int):
    chips = [size * scale / 100 for size in (47, 65, 63, 63, 56, 57)]
    head = layout.head(width, 180 * scale / 100, chips, scale)
    places = [*head.chips, head.search]
    assert all(not _overlap(one, two) for one, two in itertools.combinations(places, 2))
    assert max(place.bottom for place in places) <= head.height
    if width > 600:
        assert max(place.right for place in places) <= width


def test_words_of_a_key_stay_with_it():
    placed = layout.flow([(30, False), (40, True), (30, False), (60, True)], 130, 10)
    assert placed == [(0.0, 0), (40.0, 0), (0.0, 1), (40.0, 1)]


def test_a_card_is_scrolled_into_sight_by_the_least():
    card = Rect(0, 300, 200, 264)
    assert layout.scrolled(card, 0, 500, 1000) == 64
    assert layout.scrolled(card, 400, 500, 1000) == 300
    assert layout.scrolled(card, 100, 500, 1000) == 100


def test_a_miniature_lies_within_its_picture():
    for card in gallery(shipped()):
        small = miniature(card.graph, 300, 152)
        assert small.boxes
        assert small.wires
        for box, _ in small.boxes:
            assert 0 <= box.x < box.right <= 300
            assert 0 <= box.y < box.bottom <= 152


def test_a_layout_of_nonsense_is_no_fault():
    items = {"a": Node("x.a"), "b": Loop(body={"c": Node("x.c")}), "d": Node("x.d")}
    spots = {"a": "here", "b": [0, 0], "c": [1, None], "d": [5, 5]}
    assert len(miniature(Graph(items, layout={"nodes": spots}), 300, 152).boxes) == 1
    assert miniature(Graph(items, layout={"nodes": 3}), 300, 152).boxes == ()
    assert miniature(Graph(), 300, 152).boxes == ()


def test_only_the_upper_corners_are_clear():
    image = np.full((304, 528, 4), 255, np.uint8)
    cover = rounded(image, 300, 152, 10)[..., 3]
    assert cover[0, 0] == cover[0, -1] == 0
    assert cover[-1, 0] == cover[-1, -1] == cover[0, 264] == cover[40, 0] == 255
    assert (cover == cover[:, ::-1]).all()
    assert image.min() == 255
