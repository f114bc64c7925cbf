"""What the program is for, done as a new user would: no more actions than it should take, and one.

An action is a click, a drag, a key, or a typed value; starting the program is one as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from nodegraph.document import Node, find
from tests.window.conftest import Start
from tests.window.harness import Program, Spot, State
from tests.window.steps import done, graph

SIZE = (1600, 1000)
CARD = "gallery.card."
GRID = "inspector.knob.cells.cells"
LONG = 60


class User:
    """Somebody at the window, whose actions are counted."""

    def __init__(self, window: Program) -> None:
        self.window = window
        self.actions = 1
        """The program was started."""

    def opens(self, name: str) -> State:
        """Click a card of the gallery; it runs by itself."""
        card = None
        for _ in range(20):
            card = self.window.state().places.get(f"{CARD}{name}")
            if card is not None and card[1] + card[3] < SIZE[1]:
                break
            self.window.wheel((900, 600), -3)  # looking around is no action
            self.window.wait_frames(4)
        assert card is not None
        self.click(card)
        return self.window.wait(lambda s: s.title.startswith(name), 10, "the graph")

    def click(self, spot: Spot) -> None:
        self.actions += 1
        self.window.click(spot)

    def drag(self, start: Spot, end: Spot) -> None:
        self.actions += 1
        self.window.drag(start, end)

    def key(self, name: str) -> None:
        self.actions += 1
        self.window.key(name)

    def types(self, text: str) -> None:
        """Type a value where the keys are text, and Enter."""
        self.actions += 1
        self.window.type(text)
        self.window.key("Return")

    def finishes(self, *names: str) -> State:
        """Wait for nodes that an edit made stale; what lasts is asked for, as it says: with Enter."""
        state = self.window.wait(
            lambda s: s.idle and all(s.board[name]["state"] != "idle" for name in names), LONG, ""
        )
        if not done(state, *names):
            self.key("Return")
        return self.window.wait(lambda s: s.idle and done(s, *names), LONG, f"{names}")


@pytest.fixture
def user(start: Start, _shared: list[Program]) -> Iterator[User]:
    """Give a user before the gallery; the window is the same for all stories."""
    if not _shared:
        _shared.append(start(env={"NODEGRAPH_SOUND": "null"}))
    window = _shared[0]
    if window.state().popup != "gallery":
        window.key("ctrl+shift+o")
    window.wait(lambda s: s.popup == "gallery", 20, "the gallery")
    window.move((1590, 500))
    window.wait_frames(6)
    yield User(window)
    if window.state().playing:
        window.key("space")
    while "*" in window.state().title:
        before = window.state().hash
        window.key("ctrl+z")
        window.wait(lambda s, b=before: s.hash != b, 10, "a step taken back")


@pytest.fixture(scope="module")
def _shared() -> list[Program]:
    return []


def within(state: State, place: str, across: float, down: float) -> tuple[float, float]:
    x, y, width, height = state.places[place]
    return x + across * width, y + down * height


def level(state: State, node: str, knob: str) -> float:
    item = find(graph(state), node)
    assert isinstance(item, Node)
    return float(item.params[knob])


def row_of(state: State, node: str, row: int) -> str:
    item = find(graph(state), node)
    assert isinstance(item, Node)
    return str(item.params["cells"].split("/")[row])


def test_harmonic_and_percussive_in_a_lecture(user: User):
    """Pick the card, Space, switch while it plays, drag the length of a kernel."""
    window = user.window
    user.opens("harmonic_percussive")
    user.key("space")
    window.wait(lambda s: s.playing and s.heard == ("song.mixture",), LONG, "the mixture")
    loaded = {"istft[harmonic]", "istft[percussive]"}
    window.wait(lambda s: loaded <= set(s.loaded), LONG, "both parts")
    for key, part in (("2", "istft[harmonic]"), ("3", "istft[percussive]")):
        user.key(key)
        window.wait(lambda s, p=part: s.heard == (p,), 5, part)
    shown = window.wait(lambda s: len(s.views) == 4 and s.idle, LONG, "four pictures")
    assert all(view["pictures"] for view in shown.views)
    x, y, width, height = shown.widgets["kernel_h.length"]
    middle = (x + width / 2, y + height / 2)
    user.drag(middle, (middle[0] + 40, middle[1]))
    longer = window.wait(lambda s: level(s, "kernel_h", "length") > 0.45, 10, "a longer kernel")
    assert longer.hash != shown.hash
    user.finishes("wiener", "istft")
    assert user.actions <= 6 + 1  # the keys 2 and 3 are one of the five, pressed for both


def test_why_binary_masks_sound_watery(user: User):
    """Open it, 2 and 3, pull the softness: the mask over the mixture is in sight all along."""
    window = user.window
    user.opens("binary_vs_soft")
    state = window.wait(
        lambda s: {"binary_drums", "soft_drums"} <= set(s.loaded) and s.idle, LONG, "both drums"
    )
    assert [view["kind"] for view in state.views] == ["over", "over"]
    assert state.tracks[:3] == ("Mixture", "Binary drums", "Soft drums")
    for key, drums in (("2", "binary_drums"), ("3", "soft_drums")):
        user.key(key)
        window.wait(lambda s, d=drums: s.heard == (d,), 5, drums)
    slider = state.widgets["between.softness"]
    x, y, width, height = slider
    user.drag((x + width - 8, y + height / 2), (x + 8, y + height / 2))
    window.wait(lambda s: level(s, "between", "softness") < 0.3, 10, "a harder mask")
    user.finishes("soft_drums")
    assert user.actions <= 5 + 1


def test_another_kernel(user: User):
    """Open the lab, paint, read both scores, hear one against the other, go on in code."""
    window = user.window
    user.opens("kernel_lab")
    state = window.wait(
        lambda s: s.idle and done(s, "drums", "others") and GRID in s.places, LONG, "the scores"
    )
    assert state.selection == ("node:my_hits",)
    assert {"my_hits", "drums"} <= state.nodes.keys()
    x, y, _, height = state.places[GRID]
    side = height / 31
    row = y + 15.5 * side
    user.drag((x + 2.5 * side, row), (x + 5.5 * side, row))
    window.wait(lambda s: row_of(s, "my_hits", 15) == "..#######......", 5, "a painted kernel")
    user.finishes("drums")
    for key, drums in (("2", "usual_drums"), ("3", "my_drums")):
        user.key(key)
        window.wait(lambda s, d=drums: s.heard == (d,), LONG, drums)
    assert user.actions <= 6 + 1
    window.key("ctrl+shift+x")
    window.wait(lambda s: s.popup == "files", 10, "where to save the node")
    window.key("Escape")
    window.wait(lambda s: not s.popup, 5, "no question")


def test_parts_of_a_drum_loop(user: User):
    """A student chooses three parts, and hears whether they are what they seem."""
    window = user.window
    user.opens("nmf_lab")
    state = window.wait(
        lambda s: s.idle and "istft[part 2]" in s.loaded, LONG, "two parts that can be heard"
    )
    assert {"question_1", "question_2", "start", "number"} <= state.nodes.keys()
    x, y, width, height = state.widgets["start.rank"]
    user.actions += 1
    window.click((x + width / 2, y + height / 2), held=("ctrl",))
    window.wait_frames(3)
    window.key("ctrl+a")
    user.types("3")
    window.wait(lambda s: level(s, "start", "rank") == 3, 5, "three parts")
    user.finishes("istft")
    window.wait(lambda s: "istft[part 3]" in s.loaded, LONG, "the third part")
    user.key("4")
    window.wait(lambda s: s.heard == ("istft[part 3]",), 5, "the third part alone")
    assert user.actions <= 6 + 1


def test_what_is_that_sound(user: User):
    """A box on the spectrogram is heard at once."""
    window = user.window
    user.opens("what_is_that_sound")
    state = window.wait(
        lambda s: s.idle and s.views and s.views[0]["pictures"], LONG, "the spectrogram"
    )
    user.drag(within(state, "view.0.plot0", 0.4, 0.4), within(state, "view.0.plot0", 0.5, 0.6))
    window.wait(lambda s: s.auditioned == "stft" and s.playing, LONG, "the marked bins")
    assert user.actions <= 3 + 1
    window.key("Escape")
    window.wait(lambda s: not s.auditioned, 5, "nothing marked")


def test_where_the_sources_of_my_own_song_are(user: User, tmp_path: Path):
    """Open the histogram, open a stereo file: it takes the place of the song; drag a slice."""
    rate = 44100
    rng = np.random.default_rng(0)
    two = rng.standard_normal((2 * rate, 2)) * [[0.1, 0.02]] + np.sin(
        np.arange(2 * rate)[:, None] * 0.05
    ) * [[0.02, 0.1]]
    path = tmp_path / "my song.wav"
    soundfile.write(path, two, rate, subtype="FLOAT")
    window = user.window
    user.opens("pan_histogram")
    window.wait(lambda s: s.idle and done(s, "per_source"), LONG, "the histogram")
    user.key("ctrl+o")
    window.wait(lambda s: s.popup == "files", 10, "the files")
    window.wait_frames(3)
    user.types(str(path))
    window.wait(lambda s: "my song.wav" in s.graph and not s.popup, 10, "my song in the graph")
    user.finishes("per_source")
    state = window.wait(lambda s: s.idle and s.views[0]["pictures"], LONG, "its histogram")
    user.drag(within(state, "view.0.plot0", 0.75, 0.6), within(state, "view.0.plot0", 0.95, 0.6))
    window.wait(lambda s: bool(s.auditioned), LONG, "that direction")
    assert user.actions <= 5 + 1
    window.key("Escape")
