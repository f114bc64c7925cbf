"""Whatever is done in whatever order: what is heard is finite, bounded and without a click."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.player.levels import Level
from nodegraph.player.mixer import Mixer
from tests.player.sounds import FADE, RAMP, RATE, filled, sine, step, track

A = 0.2
SOUNDS = [
    sine(4000, 61.0, A, rounded=True),
    sine(2500, 83.0, A, 1.0, rounded=True),
    np.concatenate([sine(3000, 97.0, A, k, rounded=True) for k in (0.5, 2.0)]),
    np.zeros((1, 0), np.float32),
]
OWN = max(step(sound) for sound in SOUNDS)
# Of the gates of all that fades at a time those that open move by one in all, and so do those that
# close; the same is true of the gains of what is exchanged.
BOUND = 2 * (OWN + 2 * A / FADE + 2 * A / RAMP)

times = st.floats(0, 0.8)
level = st.builds(Level, st.floats(0, 1), st.floats(-1, 1))
sound = st.builds(track, st.sampled_from(SOUNDS), st.sampled_from([0.0, 0.1, -0.05, 0.0301]))
key = st.sampled_from("ab")
regions = st.one_of(
    st.none(), st.builds(lambda first, more: (first, first + 0.01 + more), times, st.floats(0, 0.1))
)
commands = st.one_of(
    st.tuples(st.just("play")),
    st.tuples(st.just("pause")),
    st.tuples(st.just("seek"), times),
    st.tuples(st.just("loop"), regions),
    st.tuples(st.just("mix"), st.dictionaries(key, level)),
    st.tuples(st.just("put"), st.dictionaries(key, sound)),
)
steps = st.lists(st.tuples(commands, st.sampled_from([0, 1, 5, 30, 100, 700])), max_size=40)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_the_output_is_bounded_and_has_no_step(steps):
    m = Mixer(RATE)
    m.put({key: track(SOUNDS[k]) for k, key in enumerate("ab")})
    m.mix({"a": Level(), "b": Level()})
    m.play()
    parts = [np.zeros((2, 1), np.float32)]
    for (name, *given_), count in steps:
        getattr(m, name)(*given_)
        parts.append(filled(m, count, 64))
        if m.region:
            assert m.region[0] <= m.position < m.region[1] or m.position == m.region[1]
    out = np.concatenate(parts, axis=1)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 2 * A + 1e-6
    assert step(out) <= BOUND
    assert m.clipped == 0


@settings(max_examples=50, deadline=None)
@given(steps, st.integers(1, 500))
def test_blocks_of_any_size_sound_the_same(steps, block):
    one, other = Mixer(RATE), Mixer(RATE)
    for (name, *given_), count in steps:
        for m in (one, other):
            getattr(m, name)(*given_)
        np.testing.assert_allclose(
            filled(one, count, max(1, count)), filled(other, count, block), atol=1e-6
        )
        assert (one.position, one.playing) == (other.position, other.playing)
