import numpy as np
import pytest

from nodegraph.editor.hearing import waves
from nodegraph.editor.hearing.timeline import Timeline
from nodegraph.views import Axis, Panels, Wave

LINE = Timeline().of(4.0)


def wave(name, seconds=4.0, high=1.0, points=8):
    side = np.full(points, high, np.float32)
    return Wave(name, -side, side, Axis("time", "s", 0, seconds))


def test_the_outline_of_a_source_is_found_by_its_name():
    both = Panels((wave("vocals"), wave("drums")), ((0, 0, 1, 1), (1, 0, 1, 1)))
    assert waves.of_picture(both, "drums") is both.pictures[1]
    assert waves.of_picture(both, "bass") is None
    assert waves.of_picture(both).name == "vocals"
    assert waves.of_picture(wave("audio"), "vocals").name == "audio"
    assert waves.of_picture(None) is None


def test_an_outline_has_the_extremes_of_every_column():
    samples = np.zeros((2, 1000), np.float32)
    samples[0, 123], samples[1, 877] = 0.5, -0.25
    made = waves.of_samples(samples, 100, "x", (0.0, 10.0), 10)
    assert np.flatnonzero(made.high) == [1]
    assert np.flatnonzero(made.low) == [8]
    assert (made.x.start, made.x.stop) == (0.0, 10.0)


def test_an_outline_of_a_stretch_begins_where_the_sound_does():
    samples = np.ones((1, 1000), np.float32)
    made = waves.of_samples(samples, 100, "x", (0.0, 30.0), 100, start=5.0)
    assert (made.x.start, made.x.stop) == (5.0, 15.0)
    nothing = waves.of_samples(samples, 100, "x", (20.0, 30.0), 100, start=5.0)
    assert len(nothing.low) == 0


def test_of_a_long_recording_only_some_samples_are_read(monkeypatch):
    monkeypatch.setattr(waves, "READ", 1000)
    samples = np.sin(np.arange(100_000, dtype=np.float32))[None]
    made = waves.of_samples(samples, 1000, "x", (0.0, 100.0), 50)
    assert len(made.low) == 50
    assert made.high.min() > 0.8


def test_a_wave_covers_its_middle_and_reaches_as_far_as_it_is_loud():
    half = waves.coverage(wave("x", high=0.5 * waves.MARGIN), LINE, 16, 40, 1.0)
    assert half.shape == (40, 16)
    assert half.sum(axis=0) == pytest.approx(20, abs=0.01)
    assert half[19:21].min() == 1


def test_silence_is_a_line_and_where_a_sound_has_ended_there_is_nothing():
    silent = waves.coverage(wave("x", seconds=2.0, high=0.0), LINE, 16, 40, 1.0)
    assert silent[:, :8].sum(axis=0) == pytest.approx(1)
    assert not silent[:, 8:].any()


@pytest.mark.parametrize("line", [LINE.showing(1, 2), LINE.showing(3.9, 4), LINE.zoomed(1000, 2)])
def test_a_stretch_of_a_wave_fills_the_width(line):
    assert (waves.coverage(wave("x"), line, 16, 40, 1.0).sum(axis=0) > 30).all()


def test_what_is_no_number_is_silence():
    odd = Wave("x", np.full(4, np.nan), np.full(4, np.inf), Axis("time", "s", 0, 4))
    assert np.isfinite(waves.coverage(odd, LINE, 8, 10, 1.0)).all()
    assert waves.loudest(odd) == 0
