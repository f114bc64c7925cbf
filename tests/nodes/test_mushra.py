"""Listening tests as files: what they hold, that they tell nothing, and what their answers give."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from nodegraph import mushra as tests
from nodegraph.context import Context
from nodegraph.loudness import loudness
from nodegraph.mushra import Rating
from nodegraph.values import Audio
from nodes import mushra, mushra_results

RATE = 44100


@dataclass
class Listener(Context):
    track: str = "song"
    node: str = "export"
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.notes.append(text)


def sound(
    *names: str, seconds: float = 1.0, rate: int = RATE, channels: int = 2, seed: int = 0
) -> Audio:
    rng = np.random.default_rng(seed)
    shape = (max(len(names), 1), channels, round(seconds * rate))
    data = (rng.standard_normal(shape) / 10).astype(np.float32)
    # Something below 3.5 kHz that all share.
    data += np.sin(2 * np.pi * 440 / rate * np.arange(shape[-1]), dtype=np.float32) / 5
    return Audio(data if names else data[0], rate, names)


def written(folder: Path, **knobs: Any) -> tuple[tests.Session, tests.Key, list[str]]:
    """Write a test and read it."""
    values = {"reference": sound(), "conditions": sound("REPET", "NMF", seed=1)}
    values |= {"interference": sound(seed=2)}
    values |= {name: knobs.pop(name) for name in tuple(values) if name in knobs}
    for value in values.values():
        if value is not None:
            value.freeze()
    context = Listener()
    mushra.session(**values, folder=str(folder), context=context, **knobs)
    test = tests.read_session(folder / "song_export")
    return test, tests.read_key(tests.key_of(test.folder)), context.notes


def samples(test: tests.Session, file: str) -> np.ndarray:
    return soundfile.read(test.folder / file, always_2d=True)[0].T


def named(test: tests.Session, key: tests.Key) -> dict[str, np.ndarray]:
    """Give the sounds of the first trial by what they are."""
    trial = test.trials[0]
    return {key.trials[trial.id][s.id].name: samples(test, s.file) for s in trial.stimuli}


# What is written


def test_the_reference_is_hidden_among_conditions_and_anchors(tmp_path: Path):
    test, key, _ = written(tmp_path)
    heard = named(test, key)
    assert set(heard) == {
        "reference", "REPET", "NMF", "anchor 3.5 kHz", "anchor 7 kHz", "anchor distorted target",
        "anchor interference", "anchor artefacts",
    }  # fmt: skip
    assert np.array_equal(heard["reference"], samples(test, test.trials[0].reference))
    roles = [one.role for one in key.trials["song"].values()]
    assert sorted(roles) == sorted(
        ["reference", "system", "system", "low anchor", "mid anchor", "anchor", "anchor", "anchor"]
    )


def test_all_sounds_have_one_length_one_rate_and_one_loudness(tmp_path: Path):
    loud = sound("REPET", "NMF", seed=1)
    loud = loud.like(loud.data * np.float32([3, 0.1])[:, None, None])
    test, key, _ = written(tmp_path, conditions=loud)
    goal = loudness(samples(test, test.trials[0].reference), RATE)
    for one in test.trials[0].stimuli:
        info = soundfile.info(test.folder / one.file)
        assert (info.frames, info.samplerate, info.channels, info.subtype) == (
            RATE,
            RATE,
            2,
            "PCM_24",
        )
        assert loudness(samples(test, one.file), RATE) == pytest.approx(goal, abs=0.1)
    gains = {one.name: one.gain for one in key.trials["song"].values()}
    assert gains["REPET"] < -9
    assert gains["NMF"] > 19
    assert gains["reference"] == 0


def test_nothing_in_the_folder_tells_what_is_played(tmp_path: Path):
    test, key, _ = written(tmp_path)
    names = {one.name for one in key.trials["song"].values()} - {"reference"}
    sizes = set()
    for path in test.folder.iterdir():
        content = path.read_bytes()
        assert not any(name.encode() in content for name in names), path.name
        if path.suffix == ".wav":
            sizes.add(len(content))
            assert re.fullmatch(r"t1_(reference|s\d+)\.wav", path.name)
    assert len(sizes) == 1
    assert not (test.folder / "song_export_key.json").exists()


def test_the_order_is_drawn_from_the_seed_and_the_sounds(tmp_path: Path):
    orders = []
    for seed in range(6):
        test, key, _ = written(tmp_path / str(seed), seed=seed)
        orders.append([key.trials["song"][s.id].name for s in test.trials[0].stimuli])
    assert len({tuple(order) for order in orders}) > 3
    other, key, _ = written(tmp_path / "other", conditions=sound("REPET", "NMF", seed=9))
    assert orders[0] != [key.trials["song"][s.id].name for s in other.trials[0].stimuli]


def test_the_same_test_is_written_the_same_and_left_as_it_is(tmp_path: Path):
    written(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    _, _, notes = written(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before
    assert "session.json is unchanged" in notes
    with pytest.raises(ValueError, match="is already there and differs"):
        written(tmp_path, seed=1)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before
    written(tmp_path, seed=1, existing="replace")


def test_two_systems_that_are_the_same_have_files_of_their_own(tmp_path: Path):
    one = sound("a", seed=1).data
    twins = Audio(np.concatenate([one, one]), RATE, ("a", "b"))
    test, key, _ = written(tmp_path, conditions=twins)
    heard = named(test, key)
    assert np.array_equal(heard["a"], heard["b"])
    assert len({s.file for s in test.trials[0].stimuli}) == len(test.trials[0].stimuli)


def test_excerpts_fade_over_five_milliseconds(tmp_path: Path):
    level = Audio(np.full((1, RATE), 0.5, np.float32), RATE)
    test, key, _ = written(
        tmp_path,
        reference=level,
        conditions=level,
        interference=None,
        anchors="none",
        loudness="as it is",
    )
    heard = named(test, key)["condition"][0]
    ramp = round(0.005 * RATE)
    assert abs(heard[0]) < 1e-4
    assert (np.diff(heard[:ramp]) > 0).all()
    assert np.abs(heard[ramp:-ramp] - 0.5).max() < 1e-6
    assert np.array_equal(heard, heard[::-1])


def test_excerpts_begin_where_they_should(tmp_path: Path):
    line = Audio((np.arange(3 * RATE, dtype=np.float32) / (4 * RATE))[np.newaxis], RATE)
    test, _, notes = written(
        tmp_path, reference=line, conditions=line, interference=None, anchors="none", loudness="as it is",
        starts="0.5, 2.5", length=1.0,
    )  # fmt: skip
    assert [one.id for one in test.trials] == ["song 1", "song 2"]
    first, second = (samples(test, one.reference)[0] for one in test.trials)
    assert len(first) == RATE
    assert len(second) == RATE // 2
    assert np.abs(first[1000:2000] - line.data[0, RATE // 2 + 1000 : RATE // 2 + 2000]).max() < 1e-6
    assert "the recording ends before 1 s from 2.5 s: that trial is shorter" in notes


def test_without_starts_the_loudest_stretch_is_taken(tmp_path: Path):
    swell = np.zeros((1, 3 * RATE), np.float32)
    swell[0, 70000:100000] = sound(channels=1).data[0, :30000]
    audio = Audio(swell, RATE)
    test, _, notes = written(tmp_path, reference=audio, conditions=audio, anchors="none",
                             interference=None, length=1.0, loudness="as it is")  # fmt: skip
    heard = samples(test, test.trials[0].reference)
    assert np.square(heard).sum() == pytest.approx(np.square(swell).sum(), rel=1e-3)
    assert notes[0].startswith("the reference is loudest from 1.")


def test_four_questions_are_trials_over_the_same_sounds(tmp_path: Path):
    test, key, _ = written(tmp_path, questions="all four")
    assert [one.question for one in test.trials] == list(tests.QUESTIONS)
    assert len({one.stimuli for one in test.trials}) == 1
    assert set(key.trials) == {f"song {question}" for question in tests.QUESTIONS}


def test_what_would_clip_lowers_all_alike(tmp_path: Path):
    reference = sound()
    loud = reference.like(reference.data * np.float32(20))
    test, key, notes = written(tmp_path, reference=loud, anchors="none", loudness="as it is")
    heard = named(test, key)
    peak = max(np.abs(one).max() for one in heard.values())
    assert 0.99 < peak <= 1
    factor = heard["reference"][0, 9000] / loud.data[0, 9000]
    assert heard["NMF"][0, 9000] == pytest.approx(
        factor * sound("REPET", "NMF", seed=1).data[1, 0, 9000], rel=1e-3
    )
    assert any("lowered by" in note for note in notes)


@pytest.mark.parametrize("anchors", ["all", "3.5 and 7 kHz", "separation", "none"])
def test_anchors_are_those_asked_for(anchors: str, tmp_path: Path):
    test, key, _ = written(tmp_path, anchors=anchors)
    count = {"all": 5, "3.5 and 7 kHz": 2, "separation": 3, "none": 0}[anchors]
    assert len(test.trials[0].stimuli) == 3 + count
    assert len(key.trials["song"]) == 3 + count


def test_anchors_are_worse_each_in_its_way(tmp_path: Path):
    test, key, _ = written(tmp_path, loudness="as it is")
    heard = named(test, key)
    spectra = {name: np.abs(np.fft.rfft(one[0, 500:-500])) for name, one in heard.items()}
    hertz = np.fft.rfftfreq(RATE - 1000, 1 / RATE)
    for name, cutoff in (("anchor 3.5 kHz", 4000), ("anchor 7 kHz", 8000)):
        high = spectra[name][hertz > cutoff].max() / spectra["reference"][hertz > cutoff].max()
        assert high < 0.01
    added = heard["anchor interference"] - heard["reference"]
    assert loudness(added, RATE) == pytest.approx(loudness(heard["reference"], RATE), abs=0.2)
    noise = heard["anchor artefacts"] - heard["reference"]
    assert loudness(noise, RATE) == pytest.approx(loudness(heard["reference"], RATE), abs=0.2)


def test_without_interference_its_anchor_is_left_out(tmp_path: Path):
    test, _, notes = written(tmp_path, interference=None)
    assert len(test.trials[0].stimuli) == 7
    assert "anchor interference is left out: no interference is wired" in notes


def test_at_low_rates_anchors_that_change_nothing_are_left_out(tmp_path: Path):
    knobs = {"reference": sound(rate=8000), "conditions": sound("a", rate=8000, seed=1)}
    test, key, notes = written(tmp_path, **knobs, interference=None)
    assert {one.role for one in key.trials["song"].values()} == {"reference", "system", "anchor"}
    assert "anchor 7 kHz is left out: at 8000 Hz it would be the reference itself" in notes
    assert any("webMUSHRA wants the rate of the sound card" in note for note in notes)
    assert test.trials


def test_odd_names_make_no_odd_files(tmp_path: Path):
    values = {"reference": sound(), "conditions": sound('a: "b" # c', seed=1)}
    context = Listener(track='Ä: "x" #1')
    mushra.session(**values, folder=str(tmp_path), context=context)
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    test = tests.read_session(folder)
    assert test.trials[0].id == 'Ä: "x" #1'
    assert json.loads(tests.key_of(folder).read_text(encoding="utf-8"))["name"] == folder.name
    assert "configs/%C3%84_%20_x_%20%231_export/t1_s1.wav" in (folder / "config.yaml").read_text(
        encoding="utf-8"
    )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "many": (
        {"conditions": sound(*"abcdefgh", seed=1)},
        "a trial would have 14 sounds (8 conditions",
    ),
    "mono": (
        {"conditions": sound("a", channels=1)},
        "reference has 2 channels, conditions 1 channel",
    ),
    "short": ({"conditions": sound("a", seconds=0.5)}, "reference is on 44100 Hz, 44100 samples"),
    "stack": ({"reference": sound("a", "b")}, "reference carries 2 sources (a, b)"),
    "others": ({"interference": sound("a", "b")}, "interference carries 2 sources (a, b)"),
    "name": ({"conditions": sound("reference")}, "a condition is named 'reference'"),
    "late": ({"starts": "0, 7"}, "starts: '7' is no time of the recording, which has 1 s"),
    "word": ({"starts": "soon"}, "starts: 'soon' is no time of the recording"),
    "twice": ({"starts": "0 0.0"}, "starts: 0.0 is there twice"),
    "silent": (
        {"reference": Audio(np.zeros((2, RATE), np.float32), RATE)},
        "the reference is silent from 0 s on",
    ),
    "broken": (
        {"interference": Audio(np.full((2, RATE), np.nan, np.float32), RATE)},
        "a sound holds values that are not numbers",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_test_is_refused_and_nothing_is_written(case: str, tmp_path: Path):
    knobs, said = REFUSED[case]
    with pytest.raises(ValueError, match=re.escape(said)):
        written(tmp_path, **knobs)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("gain", [1e-4, 1e4])
def test_the_level_of_a_recording_changes_no_gain(gain: float, tmp_path: Path):
    def scaled(audio: Audio) -> Audio:
        return audio.like(audio.data * np.float32(gain))

    _, plain, _ = written(tmp_path / "plain")
    changed = {"reference": scaled(sound()), "conditions": scaled(sound("REPET", "NMF", seed=1))}
    _, other, _ = written(tmp_path / "other", **changed, interference=scaled(sound(seed=2)))
    ours, theirs = (
        {one.name: one.gain for one in key.trials["song"].values()} for key in (plain, other)
    )
    assert ours == pytest.approx(theirs, abs=1e-3)


# Answers


def answered(test: tests.Session, key: tests.Key, web: bool = False) -> list[Rating]:
    """Let six listeners answer: they hear what is there."""
    levels = {"reference": 100.0, "REPET": 70.0, "NMF": 50.0, "mid": 45.0}
    rng = np.random.default_rng(0)
    found = []
    for who in range(6):
        for trial in test.trials:
            for one in trial.stimuli:
                what = key.trials[trial.id][one.id]
                score = levels.get(what.name, 20.0)
                if what.role != "reference":
                    score = float(np.clip(round(score + rng.normal(0, 6)), 0, 100))
                hidden = web and what.role == "reference"
                found.append(
                    Rating(f"u{who}", trial.id, "reference" if hidden else one.id, score, 1000.0)
                )
    return found


@pytest.mark.parametrize("web", [False, True])
def test_answers_to_what_was_written_give_its_order_back(web: bool, tmp_path: Path):
    test, key, _ = written(tmp_path, starts="0, 0.4", length=0.5)
    tests.append_ratings(test.folder / tests.RATINGS, answered(test, key, web))
    found = mushra_results.mushra(path=str(test.folder))
    assert list(found.rows)[:3] == ["reference", "REPET", "NMF"]
    row = found.rows["REPET"]
    assert row["95 % from"] < row["mean"] < row["95 % to"]
    assert row["ratings"] == 12
    assert found.notes == ("6 listeners, 2 trials",)
    samples = found.windows
    assert samples.data.shape == (8, 1, 12)
    assert samples.rows == tuple(found.rows)
    assert np.nanmean(samples.data[1]) == pytest.approx(row["mean"])
    pairs = mushra_results.mushra_pairs(path=str(test.folder))
    assert list(pairs.rows) in (["REPET - NMF"], ["NMF - REPET"])
    (pair,) = pairs.rows.values()
    assert abs(pair["difference"]) == pytest.approx(20, abs=5)
    assert pair["p (Holm)"] == pair["p"] < 0.01


def test_a_table_that_is_elsewhere_needs_its_key(tmp_path: Path):
    test, key, _ = written(tmp_path)
    table = tmp_path / "results" / "mushra.csv"
    table.parent.mkdir()
    tests.append_ratings(table, answered(test, key, web=True))
    assert "s1" in mushra_results.mushra(path=str(table), screening=False).rows or "s2" in (
        mushra_results.mushra(path=str(table)).rows
    )
    found = mushra_results.mushra(path=str(table), key=str(tests.key_of(test.folder)))
    assert "REPET" in found.rows


def test_each_question_has_its_answers(tmp_path: Path):
    test, key, _ = written(tmp_path, questions="all four", anchors="none")
    ratings = [one for one in answered(test, key) if one.trial != "song artefacts"]
    tests.append_ratings(test.folder / tests.RATINGS, ratings)
    for question in ("quality", "target", "suppression"):
        found = mushra_results.mushra(path=str(test.folder), question=question)
        assert found.rows["NMF"]["ratings"] == 6
    with pytest.raises(
        ValueError, match="nobody was asked for artefacts; what was asked: quality, target"
    ):
        mushra_results.mushra(path=str(test.folder), question="artefacts")


def test_knobs_of_the_results_matter(tmp_path: Path):
    test, key, _ = written(tmp_path, starts="0, 0.4", length=0.5)
    ratings = answered(test, key)
    random = [
        Rating("random", one.trial, one.stimulus, 50.0) for one in ratings[: len(ratings) // 6]
    ]
    tests.append_ratings(test.folder / tests.RATINGS, [*ratings, *random])
    path = str(test.folder)
    plain = mushra_results.mushra(path=path)
    assert plain.notes[1].startswith("left out: random rates the hidden reference below 90 in 2")
    assert mushra_results.mushra(path=path, screening=False).rows["reference"]["mean"] < 100
    assert mushra_results.mushra(path=path, sample="listeners").rows["NMF"]["listeners"] == 6
    assert len(mushra_results.mushra_pairs(path=path, compared="all").rows) == 8 * 7 // 2


def test_screening_that_leaves_nobody_is_said(tmp_path: Path):
    path = tmp_path / "ratings.csv"
    tests.append_ratings(path, [Rating("u", "t", "reference", 10.0), Rating("u", "t", "a", 10.0)])
    with pytest.raises(ValueError, match="screening leaves none of 1 listeners"):
        mushra_results.mushra(path=str(path))


def test_results_depend_on_what_is_in_the_files(tmp_path: Path):
    test, key, _ = written(tmp_path)
    table = test.folder / tests.RATINGS
    tests.append_ratings(table, answered(test, key))
    state = mushra_results.mushra.__node__.fingerprint  # type: ignore[attr-defined]
    knobs = {"path": str(test.folder), "key": ""}
    before = state(knobs)
    assert state(knobs) == before
    tests.append_ratings(table, [Rating("new", "song", "s1", 1.0)])
    assert state(knobs) != before
    assert state({"path": "", "key": ""}) == ""


def test_no_table_is_said(tmp_path: Path):
    with pytest.raises(ValueError, match="no table of answers is chosen"):
        mushra_results.mushra()
    with pytest.raises(ValueError, match="there is no table"):
        mushra_results.mushra(path=str(tmp_path))
