"""What the window tells the player, with an engine and a player that only take notes."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from nodegraph.document import Graph, Link, Node
from nodegraph.editor.files.settings import Settings
from nodegraph.editor.hearing import desk as desks
from nodegraph.editor.window import ears as module
from nodegraph.editor.window.ears import Ears
from nodegraph.engine.asking import Balance, Heard, Listen, Sounding, Unanswered, Weighed
from nodegraph.marks import Box, Selection
from nodegraph.player import Clock
from nodegraph.registry import discover
from nodegraph.sharing import Shared

TYPES = discover()
SONG = Graph({"song": Node("source.song")})
MIX, STEMS = ("song", "mixture"), ("song", "stems")
BOXED = Selection((Box(2.0, 3.0, 100, 200),))


class Player:
    """Does at once what it is told."""

    def __init__(self):
        self.fault = ""
        self.tracks, self.levels, self.region = {}, {}, None
        self.seconds, self.going = 0.0, False
        self.lines = []

    def start(self):
        self.started = True

    def close(self):
        self.started = False

    def put(self, tracks):
        assert len({sound.rate for sound in tracks.values()}) <= 1
        self.tracks = dict(tracks)

    def mix(self, levels):
        self.levels = {key: level.gain for key, level in levels.items()}

    def play(self):
        self.going = True

    def pause(self):
        self.going = False

    def seek(self, seconds):
        self.seconds = seconds

    def loop(self, region):
        self.region = region

    def poll(self):
        lines, self.lines = tuple(self.lines), []
        return lines

    @property
    def clock(self):
        return Clock(self.seconds, self.going, 44100, 0, 0, 0)


class Engine:
    """Keeps the questions until they are answered."""

    def __init__(self):
        self.worker, self.busy = object(), False
        self.stamps = {MIX: 1, STEMS: 1}
        self.asked = {}

    def stamp(self, slot):
        return self.stamps.get(slot)

    @property
    def asking(self):
        return bool(self.asked)


class App:
    """What ears need of the program."""

    def __init__(self, graph=SONG, sources=None):
        self.graph, self.types, self.pictures = graph, TYPES, {}
        self.sources = sources or {STEMS: ("vocals", "drums")}
        self.settings, self.region, self.in_gallery = Settings(), None, False
        self.frames = SimpleNamespace(count=100)
        self.engine, self.said = Engine(), []
        self.ears = Ears(self)
        self.ears.player = Player()

    def touch(self):
        pass

    def say(self, words, kind="info"):
        self.said.append(words)

    def ask(self, topic, ask, then):
        self.engine.asked[topic] = ask, then

    def work(self, frames=1):
        for _ in range(frames):
            self.ears.work()

    def answer(self, rate=44100, seconds=19.0, only=None):
        """Answer all questions, and those that follow."""
        self.work()
        while self.engine.asked:
            for topic, (ask, then) in list(self.engine.asked.items()):
                del self.engine.asked[topic]
                if isinstance(ask, Balance):
                    then(Weighed(0, -140.0))
                    continue
                names = ask.selection.parts or (
                    ("vocals", "drums") if ask.slot == STEMS else ("audio",)
                )
                then(Heard(0, tuple(sound(n, ask.rate or rate, seconds) for n in names)))
            self.work()


def sound(name, rate=44100, seconds=19.0):
    return Sounding(name, Shared(f"/{name}", (2, round(rate * seconds))), rate, 0.0, -20.0, 0.5)


@pytest.fixture
def app():
    made = App()
    made.answer()
    return made


def test_every_track_comes_to_the_player_and_the_mixture_is_heard(app):
    assert app.ears.player.tracks.keys() == {
        "song.mixture", "song.stems[vocals]", "song.stems[drums]",
    }  # fmt: skip
    assert app.ears.player.levels == {"song.mixture": 1.0}
    assert app.ears.sum_level == -140.0
    assert app.ears.total == 19.0


def test_the_volume_applies_to_all(app):
    app.settings = Settings(volume=0.5)
    app.work()
    assert app.ears.player.levels == {"song.mixture": 0.5}


def test_playing_waits_for_the_sound_and_says_so_after_a_while(monkeypatch):
    app = App()
    app.ears.play()
    assert app.ears.playing
    assert not app.ears.player.going
    assert app.said == []
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    app.work()
    assert app.said == ["Mixture plays as soon as it is there."]
    app.answer()
    assert app.ears.player.going
    assert len(app.said) == 1


def test_what_has_not_run_cannot_be_waited_for(monkeypatch):
    app = App()
    app.engine.stamps = {}
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    app.ears.play()
    app.work()
    assert not app.ears.playing
    assert "run the graph first" in app.said[0]


def test_without_tracks_it_is_said_what_is_missing(monkeypatch):
    app = App(Graph())
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    app.ears.play()
    app.work()
    assert not app.ears.playing
    assert "add a source" in app.said[0]


def test_a_new_value_replaces_the_sound_while_the_old_one_plays_on(app):
    before = app.ears.player.tracks["song.mixture"]
    app.engine.stamps[MIX] = 2
    app.work()
    assert app.ears.player.tracks["song.mixture"] is before
    app.answer()
    assert app.ears.player.tracks["song.mixture"] is not before


def test_a_question_that_an_engine_took_with_it_is_put_again():
    app = App()
    app.work()
    assert app.engine.asked
    app.engine.asked.clear()
    app.work()
    assert app.engine.asked


def test_all_tracks_have_the_rate_of_the_mixture(app):
    app.engine.stamps = {MIX: 2, STEMS: 1}
    app.answer(rate=48000, seconds=10.0)
    assert {it.rate for it in app.ears.player.tracks.values()} == {44100}


def test_a_loop_region_is_repeated_while_that_is_wanted(app):
    app.region = (2.0, 4.0)
    app.work()
    assert app.ears.player.region is None
    app.ears.set(replace(app.ears.desk, looping=True))
    app.work()
    assert app.ears.player.region == (2.0, 4.0)
    app.region = None
    app.work()
    assert app.ears.player.region == (0.0, 19.0)


def test_an_output_is_heard_in_place_of_the_tracks_and_they_come_back(app):
    app.ears.audition("Stems", STEMS)
    assert app.ears.player.levels == {"song.mixture": 1.0}
    app.answer()
    assert app.ears.player.levels == {"audition 0": 1.0, "audition 1": 1.0}
    assert app.ears.player.going
    assert app.ears.auditioned == (STEMS, Selection())
    app.ears.release()
    assert app.ears.player.levels == {"song.mixture": 1.0}
    assert not app.ears.player.going
    assert "audition 0" not in app.ears.player.tracks


def test_where_it_played_it_plays_on(app):
    app.ears.play()
    app.ears.audition("Stems", STEMS)
    app.answer()
    app.ears.release()
    assert app.ears.player.going


def test_what_is_marked_is_repeated_and_the_playhead_comes_back(app):
    app.ears.seek(10.0)
    app.ears.audition("Box", MIX, BOXED)
    app.work()
    ask, _then = app.engine.asked["audition"]
    assert ask == Listen(MIX, BOXED, rate=44100)
    app.answer()
    assert app.ears.player.region == (2.0, 3.0)
    app.ears.player.seconds = 2.5
    app.ears.release()
    assert app.ears.player.region is None
    assert app.ears.seconds == 10.0


def test_another_mark_takes_the_place_of_the_first_without_a_pause(app):
    app.ears.audition("Box", MIX, BOXED)
    app.answer()
    first = app.ears.player.tracks["audition 0"]
    wider = Selection((Box(2.0, 3.5, 100, 300),))
    app.ears.audition("Box", MIX, wider)
    app.work()
    assert app.ears.player.tracks["audition 0"] is first
    app.answer()
    assert app.ears.player.tracks["audition 0"] is not first
    assert app.ears.player.region == (2.0, 3.5)
    assert app.ears.player.going


def test_an_answer_for_another_mark_is_not_heard(app):
    app.ears.audition("Box", MIX, BOXED)
    app.work()
    _ask, then = app.engine.asked.pop("audition")
    app.ears.audition("Box", STEMS)
    then(Heard(0, (sound("late"),)))
    app.work()
    assert "audition 0" not in app.ears.player.tracks


def test_what_cannot_be_heard_is_said_and_the_tracks_stay(app):
    app.ears.audition("Kernel", MIX)
    app.work()
    _ask, then = app.engine.asked.pop("audition")
    then(Unanswered(0, "a kernel cannot be heard"))
    app.work()
    assert app.ears.auditioned is None
    assert app.said == ["Kernel: a kernel cannot be heard."]
    assert app.ears.player.levels == {"song.mixture": 1.0}


def test_playing_at_the_end_begins_anew(app):
    app.ears.seek(19.0)
    app.ears.play()
    assert app.ears.player.seconds == 0.0


def test_another_document_begins_in_silence(app):
    app.ears.play()
    app.ears.set(desks.hear(app.ears.desk, app.ears.line, "song.stems[drums]"))
    app.graph = Graph({"tone": Node("source.tone")})
    app.sources = {}
    app.ears.opened()
    app.work()
    assert not app.ears.player.going
    assert app.ears.player.tracks == {}
    assert app.ears.heard == ("tone",)


def test_what_a_device_lacks_is_said_once(app):
    app.ears.player.fault = "No sound device: pictures and files still work."
    app.ears.player.lines = [app.ears.player.fault]
    app.work(3)
    assert app.said == ["No sound device: pictures and files still work."]
    assert app.ears.fault


def test_a_track_that_is_edited_away_is_silent_and_the_rest_stays():
    stft = Node("transform.stft", {}, {"audio": Link("song", "mixture")})
    istft = Node("transform.istft", {}, {"spectrogram": Link("stft")})
    app = App(Graph({**SONG.nodes, "stft": stft, "istft": istft}))
    app.engine.stamps["istft", ""] = 1
    app.answer()
    app.ears.set(desks.hear(app.ears.desk, app.ears.line, "istft"))
    app.work()
    assert app.ears.player.levels == {"istft": 1.0}
    app.graph = SONG
    app.answer()
    assert app.ears.player.levels == {"song.mixture": 1.0}
    assert "istft" not in app.ears.player.tracks
