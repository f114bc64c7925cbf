"""Listening tests: files that are read as strictly as they are written, and what follows from answers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nodegraph import mushra
from nodegraph.mushra import Condition, Key, Rating, Session, Stimulus, Trial, statistics

SYSTEMS = {"good": 75.0, "fair": 55.0, "bad": 30.0}
ANCHORS = {"anchor 3.5 kHz": ("low anchor", 20.0), "anchor 7 kHz": ("mid anchor", 45.0)}


def session(folder: Path) -> Session:
    """Put a small test into a folder."""
    folder.mkdir()
    stimuli = tuple(Stimulus(f"s{n}", f"t1_s{n}.wav") for n in (1, 2, 3))
    for name in ["t1_reference.wav", *(one.file for one in stimuli)]:
        (folder / name).write_bytes(b"")
    made = Session(
        folder.name, 3, (Trial("Größe 1", "quality", "t1_reference.wav", stimuli),), folder
    )
    (folder / mushra.SESSION).write_text(mushra.session_text(made), encoding="utf-8")
    return made


def key() -> Key:
    conditions = [Condition("REPET", "system", -1.25), Condition("reference", "reference")]
    conditions.append(Condition("anchor 3.5 kHz", "low anchor", 0.1))
    return Key("test", {"Größe 1": {f"s{n}": one for n, one in enumerate(conditions, 1)}})


def listened(
    listeners: int = 12, trials: int = 4, spread: float = 8.0, seed: int = 0, **more: float
) -> tuple[Rating, ...]:
    """Let a panel listen that hears what is there: the reference is 100, anchors are low."""
    rng = np.random.default_rng(seed)
    levels = SYSTEMS | {name: level for name, (_, level) in ANCHORS.items()} | more
    found = []
    for who in range(listeners):
        bias = rng.normal(0, 5)
        for trial in range(trials):
            found.append(Rating(f"l{who}", f"t{trial}", "reference", 100.0))
            for name, level in levels.items():
                score = float(np.clip(round(level + bias + rng.normal(0, spread)), 0, 100))
                found.append(Rating(f"l{who}", f"t{trial}", name, score))
    return tuple(found)


def panel(ratings: tuple[Rating, ...]) -> statistics.Panel:
    made = statistics.panel(ratings)
    roles = dict(made.roles) | {name: role for name, (role, _) in ANCHORS.items()}
    return replace(made, roles=roles)


# Files


def test_a_session_is_read_as_it_was_written(tmp_path: Path):
    made = session(tmp_path / "test")
    assert mushra.read_session(tmp_path / "test") == made
    assert mushra.read_session(tmp_path / "test" / "session.json") == made
    assert made.trial("Größe 1") is made.trials[0]


def test_a_session_tells_nothing_of_what_is_played(tmp_path: Path):
    text = mushra.session_text(session(tmp_path / "test"))
    assert set(json.loads(text)["trials"][0]["stimuli"][0]) == {"id", "file"}


def test_a_key_is_read_as_it_was_written(tmp_path: Path):
    path = mushra.key_of(tmp_path / "test")
    assert path == tmp_path / "test_key.json"
    path.write_text(mushra.key_text(key()), encoding="utf-8")
    assert mushra.read_key(path) == key()


FAULTS = {
    '{"format": 2}': "session.json: format is 2, this program reads 1",
    "[]": "session.json: must be an object, is an empty list",
    "{": "session.json: line 1, column 2",
    '{"format": 1, "format": 1}': "session.json: 'format' is there twice",
    '{"format": NaN}': "session.json: NaN is no number",
    '{"format": 1}': "session.json: 'trials' is missing",
    '{"format": 1, "colour": 1}': "session.json: 'colour' is not known here; allowed are format",
    '{"format": true}': "session.json: 'format' must be a whole number from 0, is true",
    "[" * 100_000: "session.json: nested too deeply",
}


@pytest.mark.parametrize("text", FAULTS, ids=FAULTS.values())
def test_a_broken_session_is_refused_in_one_line(text: str, tmp_path: Path):
    path = tmp_path / "session.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"^{re.escape(FAULTS[text])}") as caught:
        mushra.read_session(path)
    assert "\n" not in str(caught.value)


CHANGES = {
    ("trials", ()): "'trials' must be a list that is not empty, is an empty list",
    (
        "trials.0.question",
        "beauty",
    ): "trials 1: 'question' is 'beauty'; allowed are quality, target",
    ("trials.0.reference", "../x.wav"): "'reference' must be the name of a file in the folder",
    ("trials.0.reference", "other.wav"): "there is no other.wav in the folder test",
    ("trials.0.stimuli.1.id", "s1"): "trials 1: two stimuli have the id 's1'",
    ("trials.0.stimuli.1.file", "t1_s1.wav"): "two stimuli have the file 't1_s1.wav'",
    ("trials.0.stimuli.1.file", ""): "stimuli 2: 'file' must be a text that is not empty",
    ("trials.0.stimuli.1.condition", "REPET"): "stimuli 2: 'condition' is not known here",
    ("seed", -1): "'seed' must be a whole number from 0, is -1",
    ("name", 3): "'name' must be a text that is not empty, is 3",
}


@pytest.mark.parametrize(("change", "said"), CHANGES.items(), ids=CHANGES.values())
def test_a_session_that_makes_no_sense_is_refused(
    change: tuple[str, object], said: str, tmp_path: Path
):
    made = session(tmp_path / "test")
    data = json.loads(mushra.session_text(made))
    at, (where, value) = data, change
    *way, last = where.split(".")
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    at[last] = value
    path = tmp_path / "test" / "session.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(said)):
        mushra.read_session(path)


def test_what_is_not_there_or_no_text_is_said(tmp_path: Path):
    with pytest.raises(ValueError, match="no such file"):
        mushra.read_session(tmp_path / "nothing.json")
    (tmp_path / "session.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"session\.json: not UTF-8 text \(byte 0\)"):
        mushra.read_session(tmp_path)


def test_more_than_twelve_stimuli_are_refused(tmp_path: Path):
    made = session(tmp_path / "test")
    many = tuple(Stimulus(f"s{n}", f"x{n}.wav") for n in range(13))
    for one in many:
        (made.folder / one.file).write_bytes(b"")
    text = mushra.session_text(replace(made, trials=(replace(made.trials[0], stimuli=many),)))
    (made.folder / "session.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="13 stimuli are more than a trial may have, which is 12"):
        mushra.read_session(made.folder)


YAML = """\
testname: "test"
testId: "test"
bufferSize: 2048
stopOnErrors: true
showButtonPreviousPage: true
remoteService: service/write.php

pages:
    - type: generic
      id: welcome
      name: Welcome
      content: "You will hear a reference and several versions of it. One of them is the reference \
itself, hidden: please give 100 to whatever sounds just like it."
    - type: volume
      id: volume
      name: Volume
      content: "Please set the volume to where you listen comfortably, and leave it there."
      stimulus: "configs/test/t1_reference.wav"
      defaultVolume: 0.5
    -
        - random
        - type: mushra
          id: "Größe 1"
          name: "Größe 1"
          content: "Rate the overall quality of each sound, compared with the reference."
          showWaveform: true
          enableLooping: true
          reference: "configs/test/t1_reference.wav"
          createAnchor35: false
          createAnchor70: false
          stimuli:
              s1: "configs/test/t1_s1.wav"
              s3: "configs/test/t1_s3.wav"
    - type: finish
      name: Thank you
      content: "Please send your answers."
      showResults: false
      writeResults: true
      questionnaire:
          - type: text
            label: Your name or number
            name: listener
"""


def test_webmushra_is_told_all_but_the_hidden_reference(tmp_path: Path):
    assert mushra.web_text(session(tmp_path / "test"), key()) == YAML


# Answers


def test_answers_are_read_as_they_were_written(tmp_path: Path):
    path = tmp_path / "ratings.csv"
    first = [Rating("u1", "t, 1", "s1", 55.0, 1200.0, 'said "no", twice\nand left')]
    second = [Rating("u2", "t, 1", "s1", 100.0, 1.0), Rating("u2", "t, 1", "s2", 0.0)]
    mushra.append_ratings(path, first)
    mushra.append_ratings(path, second)
    assert mushra.read_ratings(path) == (*first, *second)
    assert path.read_text(encoding="utf-8").splitlines()[0] == ",".join(mushra.COLUMNS)


def test_answers_are_not_added_to_another_table(tmp_path: Path):
    path = tmp_path / "ratings.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ratings\.csv: its columns are not session_uuid"):
        mushra.append_ratings(path, [Rating("u", "t", "s", 1.0)])
    assert path.read_text(encoding="utf-8") == "a,b\n1,2\n"


def test_a_table_of_webmushra_is_read(tmp_path: Path):
    path = tmp_path / "mushra.csv"
    path.write_text(
        '"session_test_id","listener","session_uuid","trial_id","rating_stimulus","rating_score",'
        '"rating_time","rating_comment"\n'
        "song,Ada,u-1,t1,reference,100,73000,\n"
        "song,Ada,u-1,t1,anchor35,20,73000,\n"
        "song,Ada,u-1,t1,C1,63,73000,fine\n",
        encoding="utf-8",
    )
    ratings = mushra.read_ratings(path)
    assert ratings[2] == Rating("u-1", "t1", "C1", 63.0, 73000.0, "fine")
    made = statistics.panel(ratings)
    assert made.conditions == ("reference", "anchor 3.5 kHz", "C1")
    assert [made.roles[name] for name in made.conditions] == ["reference", "low anchor", "system"]


def test_listeners_without_an_id_are_told_by_where_answers_begin_anew(tmp_path: Path):
    path = tmp_path / "mushra.csv"
    head = "session_test_id,trial_id,rating_stimulus,rating_score,rating_time,rating_comment\n"
    one = "song,t1,reference,100,1,\nsong,t1,C1,63,1,\nsong,t2,C1,60,1,\n"
    path.write_text(head + one + head + one, encoding="utf-8")
    ratings = mushra.read_ratings(path)
    assert [rating.session for rating in ratings] == ["song 1"] * 3 + ["song 2"] * 3


LINES = {
    "u,t,s,101,1,": "line 2: rating_score must be 0 to 100, got 101",
    "u,t,s,many,1,": "line 2: rating_score must be a number, got 'many'",
    "u,t,s,nan,1,": "line 2: rating_score must be a number, got 'nan'",
    "u,t,s,50": "line 2: 4 cells under 6 columns",
    "u,,s,50,1,": "line 2: trial_id is empty",
    ",t,s,50,1,": "line 2: session_uuid is empty",
    "u,t,s,50,1,\nu,t,s,50,1,": "u rates s of t more than once",
    'u,t,s,50,1,"': "line 2: unexpected end of data",
    "": "there are no answers",
}


@pytest.mark.parametrize("line", LINES, ids=LINES.values())
def test_a_line_that_is_no_answer_is_named(line: str, tmp_path: Path):
    path = tmp_path / "ratings.csv"
    path.write_text(f"{','.join(mushra.COLUMNS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^ratings\.csv.*{re.escape(LINES[line])}"):
        mushra.read_ratings(path)


def test_a_table_without_the_columns_is_refused(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("trial_id,rating_score\n", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"x\.csv: the first line needs one column 'rating_stimulus'"
    ):
        mushra.read_ratings(path)


def test_the_key_says_what_was_rated(tmp_path: Path):
    folder = session(tmp_path / "test").folder
    mushra.append_ratings(folder / mushra.RATINGS, [Rating("u", "Größe 1", "s1", 40.0)])
    mushra.key_of(folder).write_text(mushra.key_text(key()), encoding="utf-8")
    for path in (folder, folder / mushra.RATINGS):
        found = mushra.answers(path)
        assert statistics.panel(found.about("quality"), found.key).conditions == ("REPET",)
        assert found.about("target") == ()


def test_a_key_of_another_test_is_refused():
    with pytest.raises(
        ValueError, match="trial 'other' is not in the key of test, which has Größe 1"
    ):
        statistics.panel([Rating("u", "other", "s1", 1.0)], key())
    with pytest.raises(ValueError, match="stimulus 's9' of trial 'Größe 1' is not in the key"):
        statistics.panel([Rating("u", "Größe 1", "s9", 1.0)], key())


# A simulated panel


@pytest.mark.parametrize("kind", ["ratings", "listeners"])
def test_the_order_of_conditions_is_recovered(kind: statistics.Samples):
    found = statistics.summary(panel(listened()), kind)
    expected = ["reference", "good", "fair", "anchor 7 kHz", "bad", "anchor 3.5 kHz"]
    assert list(found) == expected
    assert found["reference"].mean == 100
    for name, level in SYSTEMS.items():
        assert abs(found[name].mean - level) < 5
        assert found[name].low < found[name].mean < found[name].high
    pairs = statistics.comparisons(panel(listened()), list(SYSTEMS), kind)
    assert all(one.corrected < 0.05 for one in pairs)


def test_intervals_of_identical_systems_overlap_and_they_do_not_differ():
    found = panel(listened(twin=SYSTEMS["fair"]))
    got = statistics.summary(found)
    assert got["twin"].low < got["fair"].high
    assert got["fair"].low < got["twin"].high
    (pair,) = statistics.comparisons(found, ["fair", "twin"])
    assert pair.corrected > 0.05


def test_screening_keeps_who_hears_and_drops_who_rates_at_random():
    rng = np.random.default_rng(1)
    random = [
        replace(one, session="random", score=float(rng.integers(0, 101))) for one in listened(1)
    ]
    kept, dropped = statistics.screened(panel((*listened(), *random)))
    assert kept.listeners == tuple(f"l{n}" for n in range(12))
    assert len(dropped) == 1
    assert dropped[0].startswith("random rates the hidden reference below 90 in ")
    assert kept.scores.shape[0] == 12


def test_screening_drops_who_takes_the_mid_anchor_for_the_reference():
    deaf = [
        replace(one, session="deaf", score=95.0 if one.stimulus == "anchor 7 kHz" else one.score)
        for one in listened(1)
    ]
    _, dropped = statistics.screened(panel((*listened(3), *deaf)))
    assert dropped == ("deaf rates the mid anchor above 90 in 4 of 4 trials",)


@pytest.mark.parametrize(("wrong", "stays"), [(3, True), (4, False)])
def test_fifteen_per_cent_of_trials_are_forgiven(wrong: int, stays: bool):
    scores = [(80.0 if n < wrong else 90.0) for n in range(20)]
    ratings = [Rating("u", f"t{n}", "reference", score) for n, score in enumerate(scores)]
    kept, _ = statistics.screened(statistics.panel(ratings))
    assert bool(kept.listeners) is stays


def test_answers_that_are_missing_are_left_out():
    ratings = listened(3, 2)[:-1]
    found = panel(ratings)
    assert np.isnan(found.scores).sum() == 1
    assert statistics.summary(found)["anchor 7 kHz"].samples == 5
    assert statistics.summary(found, "listeners")["anchor 7 kHz"].samples == 3


def test_one_rating_has_no_interval():
    got = statistics.summary(statistics.panel([Rating("u", "t", "a", 40.0)]))["a"]
    assert (got.mean, got.median, got.samples) == (40.0, 40.0, 1)
    assert np.isnan(got.low)
    assert np.isnan(got.high)


# Known answers


def test_the_interval_is_that_of_student():
    from scipy.stats import sem, t

    scores = [61.0, 70.0, 55.0, 80.0, 64.0]
    made = statistics.panel([Rating(f"l{n}", "t", "a", score) for n, score in enumerate(scores)])
    got = statistics.summary(made)["a"]
    low, high = t.interval(0.95, 4, np.mean(scores), sem(scores))
    assert (got.low, got.high) == (pytest.approx(low, rel=1e-12), pytest.approx(high, rel=1e-12))
