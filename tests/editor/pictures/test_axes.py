"""Round numbers beside axes, and what is read under the pointer."""

import math
from itertools import pairwise

import numpy as np
import pytest

from nodegraph.editor.pictures.axes import GAP, LETTER, LINE, at, shares, ticks
from nodegraph.editor.pictures.readout import Readout, note_name, value_at
from nodegraph.views import Axis, Curves, Heatmap, Line, Panels, Table, Wave

TIME = Axis("time", "s", 0.0, 9.0)
PITCH = Axis("frequency", "Hz", 50.0, 16000.0, scale="log")


def labels(axis, pixels=400, most=6, **more):
    return [text for _, text in ticks(axis, pixels, most, **more)]


@pytest.mark.parametrize(("axis", "expected"), [
    (PITCH, ["63", "250", "1k", "4k", "16k"]),
    (TIME, ["0", "2", "4", "6", "8"]),
    (Axis("time", "s", 0, 130), ["0:00", "0:30", "1:00", "1:30", "2:00"]),
    (Axis("level", "dB", -70, 0), ["-60", "-40", "-20", "0"]),
    (Axis("angle", "°", 0, 90), ["0°", "30°", "60°", "90°"]),
    (Axis("phase", "rad", -math.pi, math.pi), ["-π", "-π/2", "0", "π/2", "π"]),
    (Axis("part", "", 0.5, 3.5), ["1", "2", "3"]),
    (Axis("frequency", "Hz", -10, 22060), ["0", "5k", "10k", "15k", "20k"]),
    (Axis("cost", "", 2, 3e4, scale="log"), ["10", "100", "1000", "10000"]),
    (Axis("share", "", 0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
])  # fmt: skip
def test_numbers_are_round(axis, expected):
    assert labels(axis) == expected


AXES = [
    PITCH, TIME, Axis("t", "s", -0.011, 3723.2), Axis("f", "Hz", -5.4, 22055), Axis("", "°", -90, 90),
    Axis("x", "", -1e-7, 3e-7), Axis("x", "", 1e9, 1.00001e9), Axis("x", "dB", 3, -90),
    Axis("x", "", 1e-12, 1e12, scale="log"), Axis("x", "Hz", 20, 22050, scale="log"),
    Axis("x", "", 0, 10, scale="log"), Axis("part", "", 0.5, 200.5), Axis("x", "Hz", 430, 450, scale="log"),
]  # fmt: skip


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("upright", [False, True])
def test_labels_lie_inside_never_touch_and_are_not_too_many(axis, upright):
    for pixels in (0, 20, 64, 160, 544, 1600):
        for most in (0, 1, 3, 8, 20):
            found = sorted(ticks(axis, pixels, most, upright=upright))
            assert len(found) <= most
            assert len({text for _, text in found}) == len(found)
            for (a, one), (b, two) in pairwise(found):
                room = LINE if upright else LETTER * (len(one) + len(two)) / 2
                assert (b - a) * pixels >= room + GAP
            assert all(-1e-6 <= share <= 1 + 1e-6 for share, _ in found)


@pytest.mark.parametrize("axis", AXES[:2] + AXES[2:5])
def test_a_large_axis_has_several_numbers(axis):
    assert len(ticks(axis, 600, 8)) >= 3


def test_an_axis_without_length_has_no_numbers():
    for start, stop in ((1, 1), (math.nan, 1), (0, math.inf)):
        assert ticks(Axis("x", "", start, stop), 100, 5) == []


@pytest.mark.parametrize("axis", AXES)
def test_places_and_numbers_belong_together(axis):
    for share in (0, 0.25, 1):
        assert float(shares(axis, at(axis, share))) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("hertz", "name"), [
    (440, "A4 0 ct"), (523.25, "C5 0 ct"), (261.63, "C4 0 ct"), (27.5, "A0 0 ct"),
    (440 * 2 ** (-1 / 1200), "A4 -1 ct"), (440 * 2 ** (12 / 1200), "A4 +12 ct"),
    (466.16, "A#4 0 ct"), (0, ""), (-3, ""), (math.nan, ""), (math.inf, ""),
])  # fmt: skip
def test_notes_have_names(hertz, name):
    assert note_name(hertz) == name


def test_a_spectrogram_is_read_at_the_pointer():
    data = np.zeros((8, 10), np.float32)
    data[6, 2] = -31.24
    picture = Heatmap(data, Axis("time", "s", 0, 100), Axis("frequency", "Hz", 0, 800), "level",
                      "dB", -80, 0)  # fmt: skip
    assert value_at(picture, 0.25, 0.8) == Readout("25.00 s", "640 Hz", "-31.2 dB", "D#5 +49 ct")
    assert value_at(picture, 0.655, 0.0).x == "1:05.50"
    assert value_at(picture, 1, 1).value == "0.0 dB"
    assert value_at(picture, 1.1, 0) == Readout()


def test_the_nearest_curve_is_read():
    x = np.linspace(0, 9, 10)
    picture = Curves((Line("bass", x, x - 40), Line("keys", x, x * 0 - 10)), TIME,
                     Axis("level", "dB", -40, 0))  # fmt: skip
    assert value_at(picture, 0.5, 0.1).value == "bass -35.5 dB"
    assert value_at(picture, 0.5, 0.9).value == "keys -10.0 dB"


def test_waves_and_panels_and_what_cannot_be_read():
    wave = Wave("bass", np.full(4, -0.5), np.full(4, 0.25), TIME)
    table = Table(("a",), ((1.0,),))
    panels = Panels((wave, table), ((0, 0, 1, 1), (1, 0, 1, 1)))
    assert value_at(panels, 0.5, 0.75) == Readout("4.50 s", "", "-0.50 to 0.25")
    assert value_at(panels, 0.5, 0.25) == Readout()
    for odd in (Heatmap(np.zeros((0, 0)), TIME, PITCH, "", "", 0, 1), Curves((), TIME, PITCH),
                Wave("", np.zeros(0), np.zeros(0), TIME), Panels((), ())):  # fmt: skip
        assert value_at(odd, 0.5, 0.5).value == ""
    hole = Heatmap(np.full((1, 1), np.nan), TIME, PITCH, "", "", 0, 1)
    assert value_at(hole, 0, 0).value == "not defined"


MEL = Axis("frequency", "Hz", -5.0, 22055.0, "mel")


def test_a_mel_axis_comes_back_to_where_it_began():
    places = np.array([0.0, 0.1, 0.5, 1.0])
    numbers = [at(MEL, share) for share in places]
    np.testing.assert_allclose(shares(MEL, numbers), places, atol=1e-12)
    assert numbers[-1] == pytest.approx(22055)
    # Half of the picture is below 3.5 kHz.
    assert 3000 < numbers[2] < 4000


@pytest.mark.parametrize("pixels", [40, 120, 300, 900])
def test_a_mel_axis_has_round_numbers(pixels: int):
    found = ticks(MEL, pixels, 12, upright=True)
    assert [text for _, text in found] == {
        40: ["0", "20k"],
        120: ["0", "1k", "8k"],
        300: ["0", "250", "500", "1k", "2k", "4k", "8k", "16k"],
        900: ["0", "250", "500", "1k", "2k", "4k", "8k", "16k"],
    }[pixels]


def test_a_narrow_mel_axis_is_counted_evenly():
    found = ticks(Axis("frequency", "Hz", 1000, 1400, "mel"), 400, 6, upright=True)
    assert [text for _, text in found] == ["1k", "1.1k", "1.2k", "1.3k", "1.4k"]
