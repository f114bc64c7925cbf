"""Multiple input spectrogram inversion: the phases of all sources, so that they sum to the mixture.

``transform.misi`` does it at one stroke. The same can be wired as a loop of ``transform.misi_step``
from ``transform.misi_start``, with the same result bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from nodegraph.context import SILENT, Context
from nodegraph.declare import node
from nodegraph.values import Audio, Curve, Number, Power, channels
from nodes.dsp import phase as dsp
from nodes.phase import Iterations, curve_of, frames_of, magnitude_of


class MisiStep(NamedTuple):
    """Estimates, better by one turn, and how far those that came in were from their magnitudes."""

    estimates: Audio
    distance: Number


class Misi(NamedTuple):
    """Estimates that sum to the mixture, and how far they were from their magnitudes at each turn."""

    estimates: Audio
    distance: Curve


def _check_misi(mixture: Audio, magnitudes: Power, estimates: Audio | None = None) -> Power:
    """Give the magnitudes as a stack. Raises ValueError where they do not fit the mixture."""
    mixture.check_one("mixture")
    stacked, grid = magnitudes.stacked(), magnitudes.grid
    if (mixture.rate, mixture.length) != (grid.rate, grid.length):
        raise ValueError(
            f"mixture is of {mixture.rate} Hz, {mixture.length} samples, magnitudes of {grid.rate} Hz, "
            f"{grid.length} samples"
        )
    if magnitudes.channels not in (1, mixture.channels):
        raise ValueError(
            f"mixture has {channels(mixture.channels)}, magnitudes have {channels(magnitudes.channels)}"
        )
    if estimates is not None:
        mixture.check_same(estimates, ("mixture", "estimates"))
        if estimates.stacked().names != stacked.names or estimates.channels != mixture.channels:
            raise ValueError(
                f"estimates must be {', '.join(stacked.names)} with {channels(mixture.channels)}, as "
                f"magnitudes and mixture are, got {', '.join(estimates.names) or 'one sound'} with "
                f"{channels(estimates.channels)}"
            )
    return stacked


def _misi_bytes(mixture: Audio, magnitudes: Power, *_: Any, **__: Any) -> float:
    sources = max(len(magnitudes.names), 1)
    planes = sources * mixture.channels * magnitudes.grid.bins * magnitudes.grid.frames
    return 16.0 * planes + 12.0 * sources * mixture.data.size


@node("transform.misi_start", label="MISI start", whole=True, memory=_misi_bytes)
def misi_start(mixture: Audio, magnitudes: Power, *, context: Context = SILENT) -> Audio:
    """Begin with the phase of the mixture: sounds of given magnitudes that sum to the mixture.

    y_j = ISTFT(S_j exp(i angle(X))), and then each gets an even share of what they lack of the
    mixture: y_j + (x - sum_i y_i) / J.

    Shapes: mixture (channel, sample), magnitudes (source, channel or 1, freq, time) to (source,
    channel, sample).
    """
    stacked = _check_misi(mixture, magnitudes)
    frames = frames_of(magnitudes.grid)
    data = dsp.misi_start(mixture.data, magnitude_of(stacked), frames, context.progress)
    return Audio(data, mixture.rate, stacked.names)


@node("transform.misi_step", label="MISI step", whole=True, memory=_misi_bytes)
def misi_step(
    mixture: Audio, magnitudes: Power, estimates: Audio, *, context: Context = SILENT
) -> MisiStep:
    """Give estimates their magnitudes back, and see that they sum to the mixture.

    y_j <- ISTFT(S_j exp(i angle(STFT(y_j)))), then each gets an even share of what they lack of the
    mixture: y_j + (x - sum_i y_i) / J. For a loop whose state is the estimates, from
    ``transform.misi_start``.

    *distance* is how far those that came in were from their magnitudes, in dB of these. It never rises
    from turn to turn where the squared windows add up to a constant, as of hann with a hop of a quarter.

    Shapes: mixture (channel, sample), magnitudes (source, channel or 1, freq, time), estimates
    (source, channel, sample).

    Reference: D. Gunawan, D. Sen, "Iterative phase estimation for the synthesis of separated sources
    from single-channel mixtures", IEEE Signal Processing Letters 17(5), 2010.
    """
    stacked = _check_misi(mixture, magnitudes, estimates)
    better, distance = dsp.misi_step(
        mixture.data,
        magnitude_of(stacked),
        estimates.stacked().data,
        frames_of(magnitudes.grid),
        context.progress,
    )
    return MisiStep(Audio(better, mixture.rate, stacked.names), Number(distance, "distance", "dB"))


@node(
    "transform.misi",
    label="MISI",
    whole=True,
    memory=_misi_bytes,
    aliases=("multiple input spectrogram inversion", "phase retrieval"),
)
def misi(
    mixture: Audio,
    magnitudes: Power,
    *,
    iterations: Iterations = 20,
    context: Context = SILENT,
) -> Misi:
    """Look for the phases of all sources at once, under which they sum to the mixture.

    ``iterations`` turns of ``transform.misi_step`` from ``transform.misi_start``, bit for bit: each
    estimate gets its magnitude back, then its share of what all lack of the mixture. The estimates
    **sum to the mixture**, and unlike those of a mask they do not borrow its phase.

    *distance* has for each turn how far what went into it was from the magnitudes, in dB.

    Shapes: mixture (channel, sample), magnitudes (source, channel or 1, freq, time) to (source,
    channel, sample).

    When it fails: with the true magnitudes twenty turns bring more than 20 dB; with estimated ones,
    which are those of no sounds, little or nothing. An error of a magnitude becomes one of phases.

    Reference: D. Gunawan, D. Sen, "Iterative phase estimation for the synthesis of separated sources
    from single-channel mixtures", IEEE Signal Processing Letters 17(5), 2010.
    """
    stacked = _check_misi(mixture, magnitudes)
    frames, magnitude = frames_of(magnitudes.grid), magnitude_of(stacked)
    numbers: list[float] = []

    def tick(done: float) -> None:
        context.progress(min((len(numbers) + done) / iterations, 1.0))

    def states() -> Iterator[Audio]:
        sounds = dsp.misi_start(mixture.data, magnitude, frames)
        while True:
            sounds, distance = dsp.misi_step(mixture.data, magnitude, sounds, frames, tick)
            numbers.append(distance)
            yield Audio(sounds, mixture.rate, stacked.names)

    estimates = context.advance(states(), iterations)
    return Misi(estimates, curve_of(numbers, "distance"))
