"""Notes from files and of the demo song, and factorisations that begin with them."""

import mido
import numpy as np
import pytest

from nodegraph.context import Context
from nodegraph.values import Audio, Factors, Grid, Notes, Power
from nodegraph.views import Blend, Lens, Panels, Table
from nodes import (
    constraints,
    factor,
    factor_known,
    mask,
    note_files,
    scores,
    transform,
    views_notes,
)
from nodes import factor_score as nodes
from nodes.dsp import scores as dsp
from nodes.dsp import song as demo
from tests.benches import scores as decibels

RATE = 16000


def notes(*listed, names=("a", "b")):
    """(onset, offset, pitch, part) each."""
    columns = np.array(listed, float).reshape(-1, 4).T
    return Notes(*columns[:3], np.ones(len(listed)), columns[3], names)


def file(tmp_path, text, name="score.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


# Files


@pytest.mark.parametrize(
    "text",
    [
        "0.5,1.25,60,piano\n0,1,64.5,flute\n",
        "onset;offset;midi;part\n0.5;1.25;60;piano\n0;1;64.5;flute\n",
        "\ufeff# a score\npart\tpitch\tstart\tend\npiano\t60\t0.5\t1.25\n\nflute\t64.5\t0\t1\n",
    ],
    ids=["plain", "words", "tabs"],
)
def test_a_table_is_read_whatever_divides_it(tmp_path, text):
    found = scores.notes_file(path=file(tmp_path, text))
    assert found.onsets.tolist() == [0, 0.5]
    assert found.offsets.tolist() == [1, 1.25]
    assert found.pitches.tolist() == [64.5, 60]
    assert [found.names[part] for part in found.parts] == ["flute", "piano"]


def test_a_table_may_lack_parts_and_have_velocities(tmp_path):
    assert scores.notes_file(path=file(tmp_path, "0,1,60\n")).names == ("notes",)
    found = scores.notes_file(path=file(tmp_path, "0,1,60,a,127\n1,2,60,a,0.5\n"))
    assert found.velocities.tolist() == [1, 0.5]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0,1,60\n1,x,60\n", "score.csv, line 2: offset must be a number, got 'x'"),
        ("0,1\n", "line 1: midi must be a number"),
        ("2,1,60\n", "line 1: the note ends at 1 s, before it begins"),
        ("0,1,200\n", "line 1: midi must be 0 to 140"),
        ("0,1,60,a,loud\n", "line 1: velocity must be a number"),
        ("onset,offset\n0,1\n", "the first line needs one column 'midi'"),
        ("nan,1,60\n", "the first line needs one column 'onset'"),
        ("", "has no notes"),
        ("\0\0", "is no notes"),
    ],
)
def test_a_table_that_is_none_says_where(tmp_path, text, fault):
    with pytest.raises(ValueError, match=fault):
        scores.notes_file(path=file(tmp_path, text))


def test_no_file_is_said(tmp_path):
    with pytest.raises(ValueError, match="no file is chosen"):
        scores.notes_file()
    with pytest.raises(ValueError, match=r"gone\.csv: there is no such file"):
        scores.notes_file(path=str(tmp_path / "gone.csv"))


def midi(tmp_path, *tracks, beat=480):
    made = mido.MidiFile(ticks_per_beat=beat)
    for messages in tracks:
        made.tracks.append(mido.MidiTrack(messages))
    path = tmp_path / "score.mid"
    made.save(path)
    return str(path)


def hit(kind, pitch, time, channel=0, velocity=64):
    return mido.Message(kind, note=pitch, time=time, channel=channel, velocity=velocity)


def test_a_midi_file_is_read_with_its_tempos_and_tracks(tmp_path):
    tempo = [
        mido.MetaMessage("set_tempo", tempo=1_000_000, time=0),
        mido.MetaMessage("set_tempo", tempo=500_000, time=960),
    ]
    piano = [
        mido.MetaMessage("track_name", name="piano", time=0),
        hit("note_on", 60, 480), hit("note_on", 60, 960, velocity=0),
        hit("note_on", 64, 0, velocity=127),
        mido.MetaMessage("end_of_track", time=480),
    ]  # fmt: skip
    flute = [hit("note_on", 72, 0), hit("note_off", 72, 480)]
    found = scores.notes_file(path=midi(tmp_path, tempo, piano, flute))
    assert found.names == ("piano", "track 3")
    rows = list(zip(found.onsets, found.offsets, found.pitches, found.parts, strict=True))
    # The tempo doubles after two beats of a second each; what is never let go ends with its track.
    assert rows == [(0, 1, 72, 1), (1, 2.5, 60, 0), (2.5, 3.0, 64, 0)]
    assert found.velocities[2] == 1


def test_channels_of_one_track_are_parts_and_percussion_is_left_out(tmp_path):
    track = [
        hit("note_on", 60, 0), hit("note_on", 62, 0, 1), hit("note_on", 36, 0, 9),
        hit("note_off", 60, 480), hit("note_off", 62, 0, 1), hit("note_off", 36, 0, 9),
    ]  # fmt: skip
    found = note_files.read(note_files.Path(midi(tmp_path, track)))
    assert found.notes.names == ("channel 1", "channel 2")
    assert found.said == "channel 10 is percussion: 1 hits are left out"


def test_a_broken_midi_file_is_refused_in_one_line(tmp_path):
    path = tmp_path / "broken.mid"
    whole = note_files.Path(midi(tmp_path, [hit("note_on", 60, 0), hit("note_off", 60, 480)]))
    for content in (b"MThd", whole.read_bytes()[:-6], b"MThd" + bytes(40)):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"broken\.mid") as caught:
            scores.notes_file(path=str(path))
        assert "\n" not in str(caught.value)


# The demo song


def test_the_notes_of_the_song_are_its_score():
    found, score = scores.song_notes(seed=3, bars=4), demo.score(4, 3)
    assert found.names == ("vocals", "bass", "keys", "guitar")
    for part, name in enumerate(found.names):
        mine = found.parts == part
        assert sorted(found.pitches[mine]) == sorted(note.pitch for note in score[name])
        assert np.allclose(sorted(found.onsets[mine]), sorted(note.start for note in score[name]))
    assert found.offsets.max() <= demo.seconds(4)


@pytest.mark.parametrize("knobs", [{"seed": 1}, {"bars": 3}, {"players": "figure 5"}])
def test_every_knob_of_the_song_matters(knobs):
    plain, other = scores.song_notes(), scores.song_notes(**knobs)
    assert plain.names != other.names or not np.array_equal(plain.pitches, other.pitches)


# Notes


def test_notes_are_put_in_order_and_bad_ones_refused():
    assert notes((2, 3, 60, 0), (1, 2, 61, 1)).onsets.tolist() == [1, 2]
    with pytest.raises(ValueError, match="ends before it begins"):
        notes((2, 1, 60, 0))
    with pytest.raises(ValueError, match="none of the 2"):
        notes((1, 2, 60, 2))
    with pytest.raises(ValueError, match="not finite"):
        notes((1, np.nan, 60, 0))
    assert len(notes()) == 0


@pytest.mark.parametrize(
    ("pitch", "name"), [(60, "C4"), (69, "A4"), (58, "A#3"), (60.5, "C4+50"), (59.75, "C4-25")]
)
def test_pitches_have_the_names_that_musicians_use(pitch, name):
    assert nodes.note_name(pitch) == name


def test_a_piano_roll_shows_who_plays_what_when():
    value = notes((0, 1, 60, 0), (1, 2, 64, 1))
    roll = views_notes.notes_picture(value, lens=Lens(rows=30, columns=20))
    assert isinstance(roll, Blend)
    assert roll.names == ("a", "b")
    assert roll.shares.shape[1] <= 30
    assert roll.shares.shape[2] == 20
    low, high = roll.y.start, roll.y.stop
    for pitch, part, columns in ((60, 0, slice(0, 10)), (64, 1, slice(10, 20))):
        row = int((pitch - 0.5 - low) / (high - low) * roll.shares.shape[1] + 1e-6)
        assert np.all(roll.shares[part, row, columns] == 1)
        assert np.all(roll.level[row, columns] == 0)
    assert isinstance(views_notes.notes_picture(notes()), Table)
    assert views_notes.notes_table(value).rows[1][:2] == ("b", "E4")


def test_notes_are_heard_part_by_part():
    clips = views_notes.notes_sound(notes((0, 1, 69, 0), (1, 2, 64, 1)))
    assert [clip.name for clip in clips] == ["a", "b"]
    sound = clips[0].data[0]
    spectrum = np.abs(np.fft.rfft(sound[: views_notes.RATE]))
    assert spectrum.argmax() == 440
    assert not sound[views_notes.RATE + 10 :].any()


def test_terms_are_seen():
    power = Power(np.ones((1, 129, 20)), Grid(8000, 256, 64, "hann", 256, 64 * 17), (), 1.0)
    terms = constraints.continuity(power, factor.start(power, rank=2)).terms
    picture = views_notes.terms_picture(terms)
    assert isinstance(picture, Panels)
    assert [part.data.shape for part in picture.pictures] == [(2, 20), (2, 20)]


# A start from a score


def played(value, seconds=3.0):
    """Each part as it sounds, of tones; and their mixture."""
    length = round(seconds * RATE)
    images = [
        dsp.tones(
            length, RATE, value.onsets[mine], value.offsets[mine], value.frequencies[mine],
            value.velocities[mine],
        )[np.newaxis]
        for mine in (value.parts == part for part in range(len(value.names)))
    ]  # fmt: skip
    images = Audio(np.stack(images), RATE, value.names)
    return Audio(images.data.sum(axis=0), RATE), images


SCORE = notes((0.2, 1.2, 60, 0), (1.4, 2.6, 62, 0), (0.2, 1.4, 67.5, 1), (1.5, 2.6, 70.5, 1))


def analysed(mixture, exponent=1.0):
    spectrum = transform.stft(mixture, n_fft=2048, hop=512)
    return spectrum, transform.power(spectrum, exponent=exponent)


@pytest.mark.parametrize("late", [-0.1, 0.0, 0.1])
def test_players_whose_harmonics_do_not_meet_are_told_apart_also_a_tenth_of_a_second_off(late):
    mixture, images = played(SCORE)
    spectrum, power = analysed(mixture)
    moved = Notes(
        SCORE.onsets + late, SCORE.offsets + late, SCORE.pitches, SCORE.velocities, SCORE.parts,
        SCORE.names,
    )  # fmt: skip
    start = nodes.score_start(power, moved)
    sources = nodes.group_by_name(factor_known.refine(power, start))
    estimates = transform.istft(mask.wiener(spectrum, sources).estimates)
    assert min(decibels(images, estimates)) > (20 if late == 0 else 15)
    assert sources.names == ("a", "b")


@pytest.mark.parametrize("beta", [0, 1])
def test_zeros_stay_zero(beta):
    power = analysed(played(SCORE)[0])[1]
    start = nodes.score_start(power, SCORE)
    made = factor_known.refine(power, start, beta=beta)
    for before, after in ((start.templates, made.templates), (start.activations, made.activations)):
        assert np.all(after[before == 0] == 0)
        assert np.isfinite(after).all()
    assert made.labels == ("a C4", "a D4", "b G4+50", "b A#4+50")


def test_a_template_is_zero_but_around_its_harmonics():
    frequencies = np.arange(0, 4001, 10.0)
    template = dsp.harmonics(frequencies, 1000, 0.5)
    assert template.max() == template[100] == 1
    assert template[200] == 0.5
    for number in range(1, 5):
        width = max(1000 * number * (2 ** (0.5 / 12) - 1), 15)
        near = np.abs(frequencies - 1000 * number) < width
        assert np.allclose(template[near], 1 / number)
        template[near] = 0
    assert not template.any()
    assert not dsp.harmonics(frequencies, 5000, 0.5).any()


def test_what_cannot_sound_has_no_part_and_is_said():
    class Listener(Context):
        said = ""

        def note(self, text):
            self.said = text

    listener, power = Listener(), analysed(played(SCORE)[0])[1]
    value = notes((0, 1, 60, 0), (50, 51, 62, 0), (0, 1, 130, 1), names=("a", "b", "nobody"))
    assert nodes.score_start(power, value, context=listener).labels == ("a C4",)
    assert listener.said == "2 notes lie outside the recording, or above half its rate"
    with pytest.raises(ValueError, match="no note of the score lies within"):
        nodes.score_start(power, notes((50, 51, 60, 0)))


@pytest.mark.parametrize(
    "knobs", [{"tolerance": 2.0}, {"early": 0.3}, {"late": 0.5}, {"attacks": True}]
)
def test_every_knob_of_the_start_matters(knobs):
    power = analysed(played(SCORE)[0])[1]
    plain, other = nodes.score_start(power, SCORE), nodes.score_start(power, SCORE, **knobs)
    same = plain.rank == other.rank and np.array_equal(plain.activations, other.activations)
    assert not same or not np.array_equal(plain.templates, other.templates)


def test_attacks_are_flat_and_short():
    power = analysed(played(SCORE)[0])[1]
    made = nodes.score_start(power, SCORE, attacks=True)
    part = made.labels.index("a attack")
    assert np.ptp(made.templates[..., part]) == 0
    near = np.abs(power.grid.times[:, np.newaxis] - SCORE.onsets[SCORE.parts == 0]).min(axis=1)
    assert np.array_equal(made.activations[part] > 0, near <= dsp.ATTACK)


def test_silence_starts_silent():
    grid = Grid(RATE, 2048, 512, "hann", 2048, 3 * RATE)
    silence = Power(np.zeros((2, grid.bins, grid.frames)), grid, (), 1.0)
    made = factor_known.refine(silence, nodes.score_start(silence, SCORE), iterations=3)
    assert not nodes.group_by_name(made).data.any()


def test_parts_are_grouped_by_all_but_the_last_word_of_their_names():
    grid = Grid(8000, 256, 64, "hann", 256, 1000)
    w, h = np.ones((1, grid.bins, 3)), np.ones((3, grid.frames))
    named = Factors(w, h, grid, 1.0, ("electric piano C4", "bass A1", "electric piano D4"))
    grouped = nodes.group_by_name(named)
    assert grouped.names == ("electric piano", "bass")
    assert np.array_equal(grouped.data[0], 2 * grouped.data[1])
    with pytest.raises(ValueError, match=r"use factor\.group"):
        nodes.group_by_name(Factors(w, h, grid))
