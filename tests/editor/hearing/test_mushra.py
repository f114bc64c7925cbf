import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from nodegraph.editor.hearing import mushra
from nodegraph.mushra import Session, Stimulus, Trial, append_ratings, read_ratings

SESSION = Session(
    "song_mushra",
    7,
    tuple(
        Trial(
            f"part {n}", "quality", f"t{n}_reference.wav",
            tuple(Stimulus(f"s{k}", f"t{n}_s{k}.wav") for k in range(1, 7)),
        )
        for n in range(1, 4)
    ),
)  # fmt: skip
NAMES = sorted(trial.id for trial in SESSION.trials)


def begun(listener="someone"):
    return mushra.following(mushra.sitting(SESSION, listener))


def rate_all(now, score=50):
    for one in now.page.stimuli:
        now = mushra.rated(mushra.hearing(now, one.id), one.id, score)
    return now


@given(st.uuids())
def test_every_listener_has_all_pages_and_sounds_in_an_order_of_their_own(listener):
    now = mushra.sitting(SESSION, str(listener))
    assert now == mushra.sitting(SESSION, str(listener))
    assert sorted(page.trial for page in now.pages) == NAMES
    for page in now.pages:
        assert {one.id for one in page.stimuli} == {f"s{k}" for k in range(1, 7)}
        assert page.files[mushra.REFERENCE] == SESSION.trial(page.trial).reference


def test_no_place_is_more_likely_than_another():
    found = [mushra.sitting(SESSION, str(uuid.UUID(int=n))) for n in range(1200)]
    first = sum(now.pages[0].trial == "part 1" for now in found)
    assert binomtest(first, 1200, 1 / 3).pvalue > 1e-4
    for place in range(6):
        hits = sum(now.pages[0].stimuli[place].id == "s1" for now in found)
        assert binomtest(hits, 1200, 1 / 6).pvalue > 1e-4


def test_names_on_screen_are_numbers_in_the_order_shown():
    page = begun().page
    assert [page.names[one.id] for one in page.stimuli] == ["1", "2", "3", "4", "5", "6"]


def test_what_was_not_heard_is_not_rated():
    now = begun()
    id = now.page.stimuli[0].id
    assert mushra.rated(now, id, 50) is now
    assert mushra.rated(mushra.hearing(now, id), id, 50).score(id) == 50
    assert mushra.rated(mushra.hearing(now, ""), "", 50).scores == {}


@given(st.floats(-1e3, 1e3))
def test_ratings_are_whole_numbers_from_0_to_100(score):
    now = begun()
    id = now.page.stimuli[0].id
    found = mushra.rated(mushra.hearing(now, id), id, score).score(id)
    assert isinstance(found, int)
    assert 0 <= found <= 100


def test_a_page_is_left_when_all_is_rated_and_can_be_gone_back_to():
    now = begun()
    assert mushra.following(now) is now
    done = rate_all(now)
    assert done.ready
    second = mushra.following(done)
    assert second.at == 1
    back = mushra.before(second)
    assert back.scores == done.scores
    assert mushra.before(back) is back


def test_an_answer_leaves_what_was_before_as_it_was():
    now = begun()
    rate_all(now)
    assert now.scores == {}
    assert now.heard == frozenset()


def test_time_is_counted_by_page():
    now = mushra.spent(begun(), 2.5)
    first = now.page.trial
    now = mushra.following(rate_all(now))
    now = mushra.spent(mushra.spent(now, 1.0), 0.5)
    assert now.seconds == {first: 2.5, now.page.trial: 1.5}
    assert mushra.spent(mushra.sitting(SESSION, "x"), 3).seconds == {}


def test_the_ratings_are_read_as_they_were_given(tmp_path):
    now, score = begun(), 0
    while not now.over:
        now = mushra.spent(now, 12.0)
        for one in now.page.stimuli:
            now = mushra.rated(mushra.hearing(now, one.id), one.id, score := score + 5)
        now = mushra.following(now)
    found = mushra.ratings(now)
    assert len(found) == 18
    append_ratings(tmp_path / "ratings.csv", found)
    assert read_ratings(tmp_path / "ratings.csv") == found
    assert {one.time for one in found} == {12000}
    assert {one.session for one in found} == {"someone"}


@pytest.mark.parametrize(
    ("score", "label"),
    [(100, "Excellent"), (81, "Excellent"), (80, "Excellent"), (79, "Good"), (50, "Fair"),
     (20, "Poor"), (19, "Bad"), (0, "Bad")],
)  # fmt: skip
def test_the_scale_has_five_labels(score, label):
    assert mushra.label(score) == label


def test_it_is_said_what_is_missing():
    now = begun()
    assert mushra.progress(now) == "0 of 6 rated"
    assert "worth 100" in mushra.progress(rate_all(now))
    done = rate_all(now)
    assert mushra.progress(mushra.rated(done, done.page.stimuli[2].id, 100)) == "All rated"
    assert mushra.progress(mushra.sitting(SESSION, "x")) == ""
