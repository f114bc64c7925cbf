"""Sittings that are not over: read as they were written, and refused in one line where they are not."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from nodegraph.editor.files import sittings
from nodegraph.editor.hearing.mushra import following, hearing, rated, ratings, sitting, spent
from nodegraph.mushra import Session, Stimulus, Trial, append_ratings


@pytest.fixture
def session(tmp_path):
    for file in ("r.wav", "a.wav", "b.wav"):
        soundfile.write(tmp_path / file, np.full((100, 2), 0.1), 44100)
    stimuli = (Stimulus("s1", "a.wav"), Stimulus("s2", "b.wav"))
    trials = tuple(Trial(id, "quality", "r.wav", stimuli) for id in ("one", "zwei ü"))
    return Session("try", 1, trials, tmp_path)


@pytest.fixture
def now(session):
    made = following(sitting(session, "somebody"))
    for id, score in (("s1", 0), ("s2", 100)):
        made = rated(hearing(spent(made, 1.25), id), id, score)
    return following(made)


def test_a_sitting_is_read_as_it_was_written(session, now):
    sittings.keep(session.folder, "mark", now)
    found = sittings.read(sittings.place(session.folder, now), session, "mark")
    assert found.seconds.pop(found.pages[1].trial) == 0
    assert found == now


def test_the_one_that_was_left_last_is_gone_on_with(session, now):
    sittings.keep(session.folder, "mark", now)
    (session.folder / "unfinished_bad.json").write_text("{", "utf-8")
    found = sittings.kept(session, "mark")
    assert found is not None
    assert found.listener == "somebody"
    assert sittings.kept(session, "other") is None


def test_a_sitting_whose_ratings_are_in_the_table_is_over(session, now):
    sittings.keep(session.folder, "mark", now)
    append_ratings(session.folder / "ratings.csv", ratings(now))
    assert sittings.kept(session, "mark") is None


def test_another_sound_of_the_same_name_is_another_session(session):
    before = sittings.fingerprint(session)
    assert sittings.fingerprint(session) == before
    soundfile.write(session.folder / "b.wav", np.full((100, 2), 0.2), 44100)
    assert sittings.fingerprint(session) != before


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("page", 2, "page 2 is none of 2"),
        ("page", -1, "whole number"),
        ("scores", {"one": {"s9": 1}}, "not by its sounds"),
        ("scores", {"one": {"s1": 101}}, "no rating from 0 to 100"),
        ("scores", {"one": {"s1": True}}, "no rating"),
        ("scores", {"one": [1]}, "not by its sounds"),
        ("scores", [], "must be an object"),
        ("heard", {"one": ["s9"]}, "not its sounds"),
        ("heard", {"one": [1]}, "not its sounds"),
        ("seconds", {"one": -1}, "no number of seconds"),
        ("seconds", {"one": "1"}, "no number of seconds"),
        ("session", "another", "another session"),
        ("more", 1, "not known here"),
    ],
)
def test_what_is_no_sitting_is_refused_in_one_line(session, now, name, value, said):
    sittings.keep(session.folder, "mark", now)
    path = sittings.place(session.folder, now)
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), name: value}), "utf-8")
    with pytest.raises(ValueError, match=said) as error:
        sittings.read(path, session, "mark")
    assert "\n" not in str(error.value)
    assert path.name in str(error.value)
