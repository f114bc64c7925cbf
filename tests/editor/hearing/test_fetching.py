from nodegraph.editor.hearing.fetching import Fetching, Want, end, want
from nodegraph.editor.hearing.tracks import Lineup, Track
from nodegraph.engine.asking import Heard, Sounding, Unanswered
from nodegraph.sharing import Shared

MIX = Track("mix", "Mixture", ("song", "mixture"))
PARTS = tuple(Track(f"istft[{name}]", name, ("istft", ""), name) for name in ("h", "p"))
REST = Track("rest", "Residual", ("song", "mixture"), "", (("istft", ""),))
LINE = Lineup((MIX, *PARTS, REST))


def sound(name, rate=44100, seconds=1.0, start=0.0):
    return Sounding(name, Shared("/nowhere", (2, round(rate * seconds))), rate, start)


class Values:
    """The stamps of some outputs."""

    def __init__(self):
        self.stamps = {("song", "mixture"): 1, ("istft", ""): 1}

    def __call__(self, slot):
        return self.stamps.get(slot)


def answered(fetching, wanted, *names, rate=44100):
    fetching.take(wanted, Heard(0, tuple(sound(name, rate) for name in names)))


def test_what_is_heard_is_asked_for_first_and_one_at_a_time():
    fetching, values = Fetching(), Values()
    first = fetching.next(LINE, ("istft[p]",), values)
    assert first == Want(("istft", ""))
    assert fetching.next(LINE, ("mix",), values) is None
    answered(fetching, first, "h", "p")
    assert fetching.next(LINE, ("istft[p]",), values) == want(MIX)


def test_an_output_of_several_sources_is_asked_for_once():
    fetching, values = Fetching(), Values()
    asked = []
    while (wanted := fetching.next(LINE, ("mix",), values)) is not None:
        asked.append(wanted)
        answered(fetching, wanted, *(("h", "p") if wanted.slot[0] == "istft" else ("audio",)))
    assert asked == [want(MIX), Want(("istft", "")), want(REST)]
    assert fetching.sounds(LINE).keys() == set(LINE.keys)
    assert asked[-1].ask.minus == (("istft", ""),)


def test_a_new_value_is_asked_for_and_the_old_sound_stays_meanwhile():
    fetching, values = Fetching(), Values()
    line = Lineup((MIX,))
    answered(fetching, fetching.next(line, ("mix",), values), "audio")
    old = fetching.sounds(line)["mix"]
    assert fetching.next(line, ("mix",), values) is None
    values.stamps["song", "mixture"] = 2
    wanted = fetching.next(line, ("mix",), values)
    assert wanted == want(MIX)
    assert fetching.sounds(line)["mix"] is old
    answered(fetching, wanted, "audio")
    assert fetching.sounds(line)["mix"] is not old


def test_what_has_no_value_is_not_asked_for():
    fetching, values = Fetching(), Values()
    del values.stamps["istft", ""]
    assert fetching.next(Lineup((REST, *PARTS)), (), values) is None


def test_what_cannot_be_heard_is_not_asked_for_again_and_says_why():
    fetching, values = Fetching(), Values()
    line = Lineup((MIX,))
    wanted = fetching.next(line, ("mix",), values)
    fetching.take(wanted, Unanswered(0, "no sound"))
    assert fetching.faults == {wanted: "no sound"}
    assert fetching.next(line, ("mix",), values) is None


def test_all_sounds_are_made_to_have_one_rate():
    fetching, values = Fetching(), Values()
    line = Lineup((MIX,))
    answered(fetching, fetching.next(line, ("mix",), values), "audio", rate=48000)
    assert fetching.next(line, ("mix",), values, 48000) is None
    assert fetching.next(line, ("mix",), values, 44100) == want(MIX)


def test_tracks_that_are_gone_are_forgotten_even_with_an_answer_on_its_way():
    fetching, values = Fetching(), Values()
    wanted = fetching.next(Lineup((MIX,)), ("mix",), values)
    assert fetching.next(Lineup(PARTS), ("mix",), values) is None
    answered(fetching, wanted, "audio")
    assert fetching.got == {}
    assert fetching.next(Lineup(PARTS), (), values) == Want(("istft", ""))


def test_of_very_long_recordings_only_what_is_heard_is_asked_for():
    fetching, values = Fetching(), Values()
    wanted = fetching.next(LINE, ("mix",), values)
    fetching.take(wanted, Heard(0, (sound("audio", seconds=3600.0),)))
    assert fetching.next(LINE, ("mix",), values) is None
    assert fetching.next(LINE, ("istft[p]",), values) == Want(("istft", ""))


def test_the_last_sound_ends_where_its_stretch_does():
    assert end([sound("a", seconds=2.0, start=3.0), sound("b", seconds=4.0)]) == 5.0
    assert end([]) == 0.0
