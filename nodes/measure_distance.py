"""How far estimates are from the true sources: by gains alone, and by magnitudes alone."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Audio, Scores, Windows
from nodes.dsp import metrics
from nodes.dsp import spectral as dsp
from nodes.dsp.bss_eval import windows_of
from nodes.matching import OVER, match, undefined

SCALED = ("SI-SDR", "SI-SIR", "SI-SAR", "SD-SDR")
SPECTRAL = ("spectral convergence", "log-spectral distance")


@node(
    "measure.scale_invariant",
    label="SI-SDR, SI-SIR, SI-SAR",
    whole=True,
    aliases=("SD-SDR", "scale invariant"),
)
def scale_invariant(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    mixture: Audio | None = None,
    *,
    window: Annotated[float, Param(0, 600, 0.1, "s", suggest=(0, 1))] = 1.0,
    context: Context = SILENT,
) -> Scores:
    """Score estimates whatever their gain, and tell errors apart: SI-SDR, SI-SIR, SI-SAR, SD-SDR in dB.

    As ``measure.bss_eval``, with one gain in place of filters: with a = <e, s> / |s|^2 the rest e - a s
    is split into its projection on all references, i, and what is left, r. So

        SI-SDR = |a s|^2 / |e - a s|^2    SI-SIR = |a s|^2 / |i|^2
        SD-SDR = |a s|^2 / |e - s|^2      SI-SAR = |a s|^2 / |r|^2

    SD-SDR (scale dependent) also counts a wrong gain. The table has the scores of the whole recording;
    those of each ``window``, with a gain of its own, are in the other views. Channels are put one after
    the other, so a wrong place of a source counts as an error. The mean is not removed. With ``mixture``
    wired, *improvement* is how much the SI-SDR is above that of the mixture itself.

    A score is not defined without references, without one *of the same name*, or where the reference is
    silent; a note says which. A silent estimate scores -120 dB, a perfect one 200.

    When it fails: a delay of one sample, or any filter, counts as an artefact that nobody may hear.

    J. Le Roux, S. Wisdom, H. Erdogan and J. R. Hershey, "SDR - half-baked or well done?", ICASSP 2019.
    """
    matched = match(estimates, references, mixture)
    columns = SCALED if mixture is None else (*SCALED, OVER)
    if matched.references is None or not matched.pairs:
        return undefined(matched.estimates.names, columns, matched.notes)
    sounds, truths, rate = matched.estimates.data, matched.references.data, matched.estimates.rate
    length = truths.shape[-1]
    size = round(window * rate)
    stretches = [(0, length), *windows_of(length, size, size)]
    data = np.full((len(sounds), len(columns), len(stretches)), np.nan)
    steps = [(*pair, number) for pair in matched.pairs for number in range(len(stretches))]
    for done, (estimate, reference, number) in enumerate(steps):
        where = slice(*stretches[number])
        known = truths[..., where]
        if known[reference].any():
            tick = context.part(done, len(steps))
            scores = metrics.scale_invariant(sounds[estimate, :, where], known, reference, tick)
            data[estimate, : len(SCALED), number] = scores
            if mixture is not None:
                floor = metrics.si_sdr(mixture.data[:, where], known[reference])
                data[estimate, -1, number] = scores.si_sdr - floor
    starts = np.array([start / rate for start, _ in stretches[1:]])
    seconds = min(window or np.inf, length / rate)
    names = matched.estimates.names
    whole = {
        name: dict(zip(columns, map(float, row[:, 0]), strict=True))
        for name, row in zip(names, data, strict=True)
    }
    windows = Windows(np.ascontiguousarray(data[..., 1:]), names, columns, starts, seconds)
    return Scores(whole, "dB", tuple(matched.notes), windows)


@node("measure.spectral", label="Spectral distance", whole=True, aliases=("LSD", "convergence"))
def spectral(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    *,
    n_fft: Annotated[int, Param(16, 32768, unit="samples", log=True, suggest=(1024, 2048))] = 2048,
    hop: Annotated[int, Param(1, 32768, unit="samples", log=True, suggest=(256, 512))] = 512,
    context: Context = SILENT,
) -> Scores:
    """Compare magnitudes with those of the true sources, phase apart: **the lower, the better**.

    *Spectral convergence* is 20 log10 of | |S| - |E| | / | |S| |: -20 dB is a tenth of the reference,
    0 dB an estimate that might as well be silent. *Log-spectral distance* is the mean over frames of the
    root mean square, over frequencies, of the difference in dB: loud and soft bins count alike, down to
    60 dB below the mean power of the reference. S and E are short-time spectra under a Hann window.

    Each estimate meets the reference *of the same name*. Not defined without one, or where it is silent.
    A perfect estimate has a convergence of -200 dB and a distance of 0.

    When it fails: what sounds wrong by its phase alone (smeared hits, hollow stereo) is not seen, and a
    faint hiss that nobody hears costs much distance.
    """
    matched = match(estimates, references, None)
    if matched.references is None or not matched.pairs:
        return undefined(matched.estimates.names, SPECTRAL, matched.notes)
    rows = {name: dict.fromkeys(SPECTRAL, float("nan")) for name in matched.estimates.names}
    for done, (estimate, reference) in enumerate(matched.pairs):
        tick = context.part(done, len(matched.pairs))
        sounds = matched.estimates.data[estimate], matched.references.data[reference]
        found = dsp.distance(*sounds, n_fft, hop, tick)
        rows[matched.estimates.names[estimate]] = dict(zip(SPECTRAL, found, strict=True))
    return Scores(rows, "dB", tuple(matched.notes))
