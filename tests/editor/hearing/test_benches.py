"""Listening tests as the window runs them, with an engine and a player that only take notes."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from nodegraph.editor.window import ears as module
from nodegraph.editor.window import rating, testing
from nodegraph.errors import DocumentError
from nodegraph.mushra import Session, Stimulus, Trial, read_ratings, session_text
from tests.editor.hearing.test_ears import App

MIXTURE, VOCALS = "song.mixture", "song.stems[vocals]"


@pytest.fixture
def app(monkeypatch):
    made = App()
    made.answer()
    made.testing = testing.Testing(made)
    made.clock = 100.0
    monkeypatch.setattr(testing, "_there", lambda sound: True)
    for part in (module, rating):
        monkeypatch.setattr(part.time, "monotonic", lambda: made.clock)
    return made


@pytest.fixture
def folder(tmp_path):
    where = tmp_path / "try_mushra"
    where.mkdir()
    trials = []
    for n in (1, 2):
        files = [f"t{n}_{name}.wav" for name in ("reference", "s1", "s2")]
        for file in files:
            soundfile.write(where / file, np.full((4410, 2), 0.1), 44100)
        stimuli = tuple(Stimulus(f"s{k}", files[k]) for k in (1, 2))
        trials.append(Trial(f"part {n}", "quality", files[0], stimuli))
    session = Session("try_mushra", 1, tuple(trials))
    (where / "session.json").write_text(session_text(session), "utf-8")
    return where


# ABX


def test_only_the_test_is_played_and_no_track_tells_what(app):
    bench = app.testing.abx
    bench.begin(MIXTURE, VOCALS)
    assert app.player.tracks.keys() == {"test a", "test b", "test x"}
    assert app.player.going
    assert app.ears.sounding_keys == ()
    app.clock += 1
    app.work()
    assert app.player.levels.keys() == {"test a"}


def test_all_is_silent_between_two_sounds(app):
    bench = app.testing.abx
    bench.begin(MIXTURE, VOCALS)
    for name in ("x", "a", "b", "x", "b"):
        app.clock += 1
        app.work()
        assert app.player.levels
        bench.hear(name)
        assert app.player.levels == {}
    app.clock += 1
    app.work()
    assert app.player.levels.keys() == {"test b"}


def test_after_an_answer_a_is_heard_whatever_x_was(app):
    bench = app.testing.abx
    bench.begin(MIXTURE, VOCALS)
    bench.answer("a")
    assert bench.run.test.trial == 0  # X was not heard
    bench.hear("x")
    bench.answer("a")
    assert bench.run.test.trial == 1
    assert (bench.run.heard, bench.run.x_heard) == ("a", False)


def test_the_tracks_come_back_where_they_were(app):
    app.ears.seek(7.0)
    app.ears.play()
    bench = app.testing.abx
    bench.begin(MIXTURE, VOCALS)
    app.player.seconds = 12.0
    bench.rest()
    assert app.player.going
    assert app.player.seconds == 7.0
    assert MIXTURE in app.player.tracks
    assert app.ears.sounding_keys == (MIXTURE,)


def test_two_that_cannot_be_compared_are_refused(app):
    bench = app.testing.abx
    assert "two different" in bench.fault(MIXTURE, MIXTURE)
    assert "no sound yet" in bench.fault(MIXTURE, "elsewhere")
    assert bench.fault(MIXTURE, VOCALS) == ""


def test_nothing_of_what_x_is_is_told_before_the_end(app):
    bench = app.testing.abx
    bench.begin(MIXTURE, VOCALS)
    assert not {"a", "b", "right", "p"} & set(app.testing.told())
    bench.reveal()
    assert {app.testing.told()["a"], app.testing.told()["b"]} == {"Mixture", "Vocals"}


def test_a_kept_test_ends_where_its_sounds_are_gone(app, monkeypatch):
    bench = app.testing.abx
    bench.begin(MIXTURE, VOCALS)
    bench.rest()
    bench.resume()
    assert bench.run is not None
    bench.rest()
    monkeypatch.setattr(testing, "_there", lambda sound: False)
    bench.resume()
    assert bench.run is None
    assert "sounds are gone" in app.said[-1]


def test_another_document_forgets_the_test(app):
    app.testing.abx.begin(MIXTURE, VOCALS)
    app.testing.opened()
    app.ears.opened()
    assert app.testing.told() == {}
    assert app.ears.staged is None


# MUSHRA


def test_a_session_is_played_rated_and_written(app, folder):
    bench = app.testing.mushra
    assert bench.open(folder) == ""
    bench.resume()
    assert app.ears.staged is None  # nothing to hear yet
    for page in range(2):
        assert bench.move(True) == ""
        assert bench.now.at == page
        assert len(app.player.tracks) == 3
        assert bench.heard == ""
        for one in bench.now.page.stimuli:
            app.clock += 2
            bench.rate(one.id, 40)
            assert app.player.levels.keys() == {f"test {one.id}"}
    assert bench.move(True) == ""
    assert app.ears.staged is None
    found = read_ratings(folder / "ratings.csv")
    assert [one.score for one in found] == [40] * 4
    assert {one.time for one in found} == {4000}


def test_the_clock_stands_still_while_the_panel_is_closed(app, folder):
    bench = app.testing.mushra
    bench.open(folder)
    bench.move(True)
    app.clock += 3
    bench.rest()
    app.clock += 40
    bench.resume()
    app.clock += 2
    bench.tick()
    assert list(bench.now.seconds.values()) == [5.0]


def test_what_cannot_be_written_keeps_the_ratings(app, folder):
    bench = app.testing.mushra
    (folder / "ratings.csv").write_text("something,else\n", "utf-8")
    bench.open(folder)
    while True:
        fault = bench.move(True)
        if fault:
            break
        for one in bench.now.page.stimuli:
            bench.rate(one.id, 10)
    assert "ratings.csv" in fault
    assert bench.now.last
    assert bench.now.ready
    (folder / "ratings.csv").unlink()
    assert bench.move(True) == ""
    assert len(read_ratings(folder / "ratings.csv")) == 4


def test_two_sittings_stand_in_one_table(app, folder):
    for _ in range(2):
        bench = app.testing.mushra
        bench.open(folder)
        bench.move(True)
        while not bench.now.over:
            for one in bench.now.page.stimuli:
                bench.rate(one.id, 70)
            bench.move(True)
    assert len({one.session for one in read_ratings(folder / "ratings.csv")}) == 2


def crashed(app):
    """Give the test of a program that is started after one that was killed."""
    return testing.Testing(app).mushra


def rate_all(app, bench, score):
    for one in bench.now.page.stimuli:
        app.clock += 2
        bench.rate(one.id, score)
        bench.tick()


def test_a_crash_loses_no_rating(app, folder):
    bench = app.testing.mushra
    bench.open(folder)
    bench.move(True)
    rate_all(app, bench, 40)
    bench.move(True)
    rate_all(app, bench, 60)
    before = bench.now
    bench = crashed(app)
    assert bench.open(folder) == ""
    assert bench.now.listener != before.listener
    assert bench.go_on() == ""
    now = bench.now
    assert (now.listener, now.pages, now.at) == (before.listener, before.pages, before.at)
    assert now.scores == before.scores
    assert now.heard == before.heard
    assert bench.heard == ""
    assert bench.move(True) == ""
    found = read_ratings(folder / "ratings.csv")
    assert [one.score for one in found] == [40, 40, 60, 60]
    assert {one.time for one in found} == {4000}
    assert not list(folder.glob("unfinished_*"))
    bench.open(folder)
    assert bench.left is None


def test_whoever_begins_anew_leaves_the_other_sitting_alone(app, folder):
    bench = app.testing.mushra
    bench.open(folder)
    bench.move(True)
    rate_all(app, bench, 40)
    first = bench.now.listener
    bench.forget()
    bench.open(folder)
    assert bench.left.listener == first
    for _ in range(2):
        bench.move(True)
        rate_all(app, bench, 90)
    bench.move(True)
    assert bench.saved is not None
    bench.open(folder)
    assert bench.left.listener == first


def test_what_is_given_up_is_not_offered_again(app, folder):
    bench = app.testing.mushra
    bench.open(folder)
    bench.move(True)
    rate_all(app, bench, 40)
    assert len(list(folder.glob("unfinished_*"))) == 1
    bench.give_up()
    assert not list(folder.glob("unfinished_*"))
    assert app.testing.told() == {}


def test_a_sitting_at_other_sounds_is_not_gone_on_with(app, folder):
    bench = app.testing.mushra
    bench.open(folder)
    bench.move(True)
    rate_all(app, bench, 40)
    bench.forget()
    soundfile.write(folder / "t1_s1.wav", np.full((4410, 2), 0.2), 44100)
    bench.open(folder)
    assert bench.left is None
    assert len(list(folder.glob("unfinished_*"))) == 1


def test_a_folder_that_takes_no_file_is_told_at_the_first_rating(app, folder, monkeypatch):
    def full(path, content):
        raise DocumentError(f"cannot write {path.name}: no space left on device")

    monkeypatch.setattr(rating.sittings, "write_atomically", full)
    bench = app.testing.mushra
    bench.open(folder)
    bench.move(True)
    rate_all(app, bench, 40)
    assert "no space left" in app.said[-1]
    assert all(bench.now.score(one.id) == 40 for one in bench.now.page.stimuli)


def test_sounds_that_do_not_fit_each_other_are_refused_at_once(app, folder):
    soundfile.write(folder / "t1_s1.wav", np.zeros((100, 2)), 44100)
    assert "differ" in app.testing.mushra.open(folder)
    soundfile.write(folder / "t1_s1.wav", np.zeros((4410, 6)), 44100)
    assert "6 channels" in app.testing.mushra.open(folder)
    (folder / "t1_s1.wav").write_bytes(b"nothing")
    assert "t1_s1.wav" in app.testing.mushra.open(folder)
    assert app.testing.told() == {}


def test_nothing_is_left_behind(app, folder):
    bench = app.testing.mushra
    bench.open(folder)
    bench.move(True)
    where = bench._shared
    assert len(list(where.iterdir())) == 3
    for one in bench.now.page.stimuli:
        bench.rate(one.id, 10)
    bench.move(True)
    assert len(list(where.iterdir())) == 3  # those of the page before are gone
    bench.forget()
    assert not where.exists()
