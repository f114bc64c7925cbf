import pytest

from nodegraph.declare import Knob, Param
from nodegraph.editor.canvas.knob_kinds import given, number_format, setting, share, written
from nodegraph.registry import discover


def knob(kind, default, **param):
    return Knob("k", kind, default, (), Param(**param))


def test_a_number_within_narrow_bounds_is_a_slider():
    asked = setting(knob("float", 2.0, min=0.1, max=20, step=0.1))
    assert (asked.kind, asked.low, asked.high) == ("slider_float", 0.1, 20)
    assert setting(knob("int", 8, min=1, max=64)).kind == "slider_int"


@pytest.mark.parametrize(
    "param", [{"min": 0}, {"min": 0, "max": 86400}, {"min": 1, "max": 100, "log": True}]
)
def test_a_number_that_a_hand_could_not_set_on_a_slider_is_dragged(param):
    assert setting(knob("float", 1.0, **param), 1.0).kind == "drag_float"


def test_what_moves_in_ratios_moves_faster_where_it_is_larger():
    log = knob("float", 440.0, min=0, max=192000, unit="Hz", log=True)
    assert setting(log, 10_000.0).speed > 10 * setting(log, 100.0).speed


def test_other_knobs_have_the_widget_of_their_kind():
    assert setting(knob("bool", True)).kind == "check"
    assert setting(knob("str", "", path="file")).kind == "path"
    assert setting(knob("str", "x")).kind == "text"
    assert setting(Knob("k", "choice", 4096, (1024, 4096))).choices == ("1024", "4096")


def test_numbers_are_written_with_their_unit():
    assert written(knob("float", 0.4, min=0, max=10, step=0.01, unit="s"), 0.4) == "0.40 s"
    assert written(knob("float", 5.0, min=0, max=90, unit="°"), 5.0) == "5.0°"
    assert written(knob("float", 2.0, min=0, max=100, step=0.5, unit="%"), 2.0) == "2.0 %"
    assert written(knob("int", 1600, min=200, max=8000, unit="px"), 1600) == "1600 px"


def test_what_a_widget_holds_keeps_to_the_declaration():
    choice = Knob("k", "choice", 4096, (1024, 4096))
    assert given(choice, "1024") == 1024
    number = given(knob("float", 0.0, min=0, max=1), 0.30000001192092896)
    assert number == 0.3
    assert given(knob("int", 1, min=1, max=8), 99) == 8
    assert isinstance(given(knob("int", 1), 3), int)


def test_the_grab_of_a_slider_sits_at_its_share():
    one = knob("float", 0.0, min=-10, max=10, step=1)
    assert [share(one, value) for value in (-10, 0, 10, 99)] == [0, 0.5, 1, 1]


def test_every_knob_that_ships_can_be_set_to_what_it_shows():
    for kind in discover().values():
        for one in kind.knobs:
            asked = setting(one, one.default)
            raw = str(one.default) if asked.kind == "combo" else one.default
            value = given(one, raw)
            assert one.fault(value) is None, f"{kind.id}.{one.name}"
            if asked.numeric:
                assert number_format(one) % one.default
