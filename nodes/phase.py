"""Phase: which planes are the spectrum of a sound, and phases that make them so.

``transform.griffin_lim`` does it at one stroke. The same can be wired as a loop of
``transform.consistent`` and ``transform.with_magnitude``, with the same result bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import (
    Array,
    Curve,
    Grid,
    Number,
    Power,
    Sourced,
    Spectrogram,
)
from nodes.dsp import phase as dsp
from nodes.dsp import windows

Momentum = Annotated[float, Param(min=0, max=2, step=0.01, suggest=(0, 0.5, 0.99))]
Iterations = Annotated[int, Param(1, 5000, suggest=(20, 50, 100))]
Seed = Annotated[int, Param(min=0)]


class Found(NamedTuple):
    """Planes with phases that were looked for, and how that went."""

    estimate: Spectrogram
    consistency: Curve


def frames_of(grid: Grid) -> dsp.Frames:
    """Give what the signal processing needs to know of a grid."""
    grid.check_linear("finding phases")
    window = windows.window(grid.window, grid.window_length)
    return dsp.Frames(window, grid.hop, grid.n_fft, grid.length)


def magnitude_of(power: Power) -> Array:
    """Give the magnitude, whatever the exponent."""
    if power.exponent == 1:
        return power.data
    return np.asarray(power.data ** np.float32(1 / power.exponent))


def _check_names(first: Sourced, second: Sourced, names: tuple[str, str]) -> None:
    """Raise ValueError where two stacks are not of the same sources."""
    if first.names and second.names and first.names != second.names:
        raise ValueError(
            f"{names[0]} has {', '.join(first.names)}, {names[1]} has {', '.join(second.names)}: "
            "both need the same sources"
        )


def curve_of(numbers: list[float], name: str) -> Curve:
    data = np.array(numbers, np.float32)
    return Curve(data, np.arange(1.0, len(data) + 1), name, "dB")


def _two_planes(spectrogram: Spectrogram, *_: Any, **__: Any) -> float:
    return spectrogram.nbytes * 2.0


@node(
    "transform.consistent",
    label="Consistency projection",
    whole=True,
    memory=_two_planes,
    aliases=("STFT of ISTFT",),
)
def consistent(spectrogram: Spectrogram, *, context: Context = SILENT) -> Spectrogram:
    """Give the nearest plane that is the spectrogram of a sound.

    G Z = STFT(ISTFT(Z)). Frames overlap, so that most planes, a masked one for instance, are the
    spectrogram of no sound: what comes out of the loudspeaker has another one, and this is it. Done
    twice it changes nothing more. It is half a turn of Griffin and Lim's method: see
    ``transform.griffin_lim``.

    Shapes: (source?, channel, freq, time), as they come.

    Reference: D. W. Griffin, J. S. Lim, "Signal estimation from modified short-time Fourier
    transform", IEEE TASSP 32(2), 1984.
    """
    nearest = frames_of(spectrogram.grid).nearest(spectrogram.data, context.progress)
    return spectrogram.like(nearest)


def _joined_bytes(power: Power, phase: Spectrogram, *_: Any, **__: Any) -> float:
    return 8.0 * max(power.data.size, phase.data.size) + 4.0 * power.data.size


@node("transform.with_magnitude", label="Set magnitude", memory=_joined_bytes, aliases=("phase",))
def with_magnitude(
    power: Power,
    phase: Spectrogram,
    before: Spectrogram | None = None,
    *,
    momentum: Momentum = 0.99,
    context: Context = SILENT,
) -> Spectrogram:
    """Join the magnitude of one plane and the phase of another.

    Z = S exp(i angle(P)), with S the magnitude, whatever the exponent of the power. Where P is zero the
    phase is zero. Of one phase and many powers, or the other way round, each is joined with the one.

    In a loop, with ``before`` wired to what ``phase`` was a turn ago, the phase is that of P +
    ``momentum`` (P - before): it goes on in the direction of the last turn, as the fast method of
    Griffin and Lim does. Without ``before`` the momentum does nothing.

    Shapes: power and phase (source?, channel, freq, time); a power of one channel serves all.

    When it fails: the result is the spectrogram of a sound only if magnitude and phase fit each other.

    Reference: N. Perraudin, P. Balazs, P. L. Sondergaard, "A fast Griffin-Lim algorithm", WASPAA 2013.
    """
    power.check_same(phase, ("power", "phase"))
    _check_names(power, phase, ("power", "phase"))
    if before is not None:
        phase.check_same(before, ("phase", "before"))
        if phase.names != before.names or phase.data.shape != before.data.shape:
            raise ValueError("phase and before must be of the same sources and channels")
    pushed = None if before is None else before.data
    data = dsp.with_magnitude(magnitude_of(power), phase.data, pushed, momentum, context.progress)
    return Spectrogram(data, phase.grid, power.names or phase.names)


@node(
    "transform.phase",
    label="Phase to begin with",
    memory=lambda power, **_: power.data.size * 16.0,
    aliases=("zero phase", "random phase"),
)
def phase(
    power: Power, *, start: Literal["zero", "random"] = "zero", seed: Seed = 0
) -> Spectrogram:
    """Give a power a phase that knows nothing: zero, or left to chance.

    Z = S or S exp(i u), with S the magnitude and u *random*, even over all angles, the same for the
    same ``seed``. To hear what is lost without phases, and for loops to begin with.

    Shapes: (source?, channel, freq, time), as they come.

    When it fails: *zero* makes each frame a click in its middle, heard as a buzz at the rate of
    frames; *random* smears each note and each hit over a frame.
    """
    power.grid.check_linear("finding phases")
    magnitude = magnitude_of(power)
    if start == "zero":
        return Spectrogram(magnitude, power.grid, power.sources)
    data = dsp.random_phase(magnitude, power.grid.n_fft, np.random.default_rng(seed))
    return Spectrogram(data, power.grid, power.sources)


def _griffin_bytes(power: Power, phase: Spectrogram | None = None, **_: Any) -> float:
    return 40.0 * max(power.data.size, phase.data.size if phase else 0)


@node(
    "transform.griffin_lim",
    label="Griffin-Lim",
    whole=True,
    memory=_griffin_bytes,
    aliases=("phase retrieval", "GLA", "phase reconstruction"),
)
def griffin_lim(
    power: Power,
    phase: Spectrogram | None = None,
    *,
    iterations: Iterations = 50,
    momentum: Momentum = 0.99,
    start: Literal["zero", "random"] = "random",
    seed: Seed = 0,
    context: Context = SILENT,
) -> Found:
    """Look for phases under which magnitudes are those of a sound.

    Each turn goes to the nearest spectrogram of a sound, t_i = STFT(ISTFT(c_i)), and gives it the
    magnitude back: c_{i+1} = S exp(i angle(t_i + alpha (t_i - t_{i-1}))), alpha the ``momentum``. It
    begins with the phase of a spectrogram where one is wired, that of the mixture for instance, else
    with ``start``: see ``transform.phase``. Bit for bit what a loop of ``transform.consistent`` and
    ``transform.with_magnitude`` gives.

    *consistency* has for each turn how far c_i was from t_i, in dB of its size: without momentum it
    never rises, with 0.99 it gets lower, and not always at once.

    Shapes: (source?, channel, freq, time), as they come.

    When it fails: there are many phases that almost fit, and it stays at the first it finds; from a
    random start the sound is reverberant, and its samples have nothing to do with those of the
    original, whatever the score. With channels of one sound their phases part: the image gets wide.
    Estimated magnitudes are those of no sound, and there is no phase that fits.

    References: D. W. Griffin, J. S. Lim, "Signal estimation from modified short-time Fourier
    transform", IEEE TASSP 32(2), 1984. N. Perraudin, P. Balazs, P. L. Sondergaard, "A fast Griffin-Lim
    algorithm", WASPAA 2013.
    """
    first = _begin(power, start, seed) if phase is None else with_magnitude(power, phase)
    frames, numbers = frames_of(power.grid), list[float]()

    def tick(done: float) -> None:
        context.progress(min((len(numbers) + done) / iterations, 1.0))

    def states() -> Iterator[Spectrogram]:
        steps = dsp.griffin_lim_steps(magnitude_of(power), first.data, momentum, frames, tick)
        for data, number in steps:
            numbers.append(number)
            yield first.like(data)

    estimate = context.advance(states(), iterations)
    return Found(estimate, curve_of(numbers, "consistency"))


def _begin(power: Power, start: Literal["zero", "random"], seed: int) -> Spectrogram:
    return phase(power, start=start, seed=seed)


@node("measure.consistency", label="Consistency", whole=True, memory=_two_planes)
def consistency(
    spectrogram: Spectrogram, nearest: Spectrogram | None = None, *, context: Context = SILENT
) -> Number:
    """Tell how far a plane is from being the spectrogram of a sound, in dB.

    20 log10 |Z - G Z| / |Z| with G Z = STFT(ISTFT(Z)), and -200 where nothing at all is between them.
    The spectrogram of a recording has about -140, the precision of the arithmetic. ``nearest`` is G Z
    where a loop has it already, from ``transform.consistent``.

    Shapes: (source?, channel, freq, time); several sources and channels count as one.

    When it fails: a plane can be wrong and consistent, as another recording is.

    Reference: J. Le Roux, N. Ono, S. Sagayama, "Explicit consistency constraints for STFT spectrograms
    and their application to phase reconstruction", SAPA 2008.
    """
    frames = frames_of(spectrogram.grid)
    if nearest is None:
        projected = frames.nearest(spectrogram.data, context.progress)
    else:
        spectrogram.check_same(nearest, ("spectrogram", "nearest"))
        if nearest.names != spectrogram.names or nearest.data.shape != spectrogram.data.shape:
            raise ValueError("spectrogram and nearest must be of the same sources and channels")
        projected = nearest.data
    number = dsp.inconsistency(spectrogram.data, projected, frames.n_fft)
    return Number(number, "consistency", "dB")
