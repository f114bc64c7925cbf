import itertools

from nodegraph.editor.window.panels.bar_layout import Widths, layout

MENUS = [44, 46, 52, 58, 46, 50]


def widths(title=160.0, file=120.0):
    return Widths(MENUS, title, file, 28, 110, 118, 40)


def spans(bar):
    found = [bar.mark, *bar.menus, bar.title, bar.file, bar.switch, bar.switch_words]
    return sorted((span for span in (*found, *bar.buttons.values()) if span), key=lambda s: s.x)


def test_nothing_in_the_bar_overlaps_at_any_width():
    for width in range(640, 2600, 20):
        for title in (0, 30, 160, 500, 1500):
            found = spans(layout(width, widths(title)))
            assert all(a.right <= b.x + 0.01 for a, b in itertools.pairwise(found)), (
                width,
                title,
            )
            assert found[-1].right <= width


def test_the_title_stands_in_the_middle_of_a_wide_window():
    bar = layout(1600, widths())
    assert bar.title is not None
    assert bar.file is not None
    assert (bar.title.x + bar.file.right) / 2 == 800


def test_words_go_in_the_order_of_how_little_they_are_needed():
    kept = []
    for width in range(1600, 640, -10):
        bar = layout(width, widths())
        kept.append((bool(bar.file), bool(bar.switch_words), bar.run_words))
    assert kept == sorted(kept, reverse=True)
    assert kept[0] == (True, True, True)
    assert not kept[-1][0]
    assert not kept[-1][1]


def test_a_title_that_is_too_long_is_cut_and_not_left_out():
    bar = layout(900, widths(title=2000.0))
    assert bar.title is not None
    assert 40 <= bar.title.width < 2000


def test_everything_scales():
    half = layout(800, widths(), 22.0, 1.0)
    twice = Widths([2 * m for m in MENUS], 320, 240, 56, 220, 236, 80)
    whole = layout(1600, twice, 44.0, 2.0)
    assert [2 * s.x for s in spans(half)] == [s.x for s in spans(whole)]
