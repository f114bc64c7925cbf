"""Measures: how good estimates are, and how much a plane has changed."""

from __future__ import annotations

from collections.abc import Callable

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, node
from nodegraph.values import Audio, Mask, Number, Power, Scores
from nodes.dsp import metrics as dsp
from nodes.matching import OVER, check_mixture, match


def _compare(
    metric: Callable[..., float],
    label: str,
    estimates: Audio,
    references: Audio | None,
    mixture: Audio | None,
    context: Context,
) -> Scores:
    """Score every estimate against the reference of the same name."""
    matched = match(estimates, references, mixture)
    columns = (label,) if mixture is None else (label, OVER)
    rows = {name: dict.fromkeys(columns, float("nan")) for name in matched.estimates.names}
    for done, (estimate, reference) in enumerate(matched.pairs):
        assert matched.references is not None
        row, truth = rows[matched.estimates.names[estimate]], matched.references.data[reference]
        tick = context.part(done, len(matched.pairs))
        row[label] = metric(matched.estimates.data[estimate], truth, tick)
        if mixture is not None:
            row[OVER] = row[label] - metric(mixture.data, truth, tick)
    return Scores(rows, "dB", tuple(matched.notes))


@node("measure.snr", label="SNR", whole=True, aliases=("plain SDR",))
def snr(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    mixture: Audio | None = None,
    *,
    context: Context = SILENT,
) -> Scores:
    """Score estimates against the true sources: signal-to-noise ratio in dB.

    SNR = 10 log10 |s|^2 / |s - e|^2 for each estimate e and the reference s *of the same name*; the
    channels count as one long sound. With `mixture` wired, *improvement* is how much better the
    estimate is than the mixture itself.

    A score is not defined without references, without one of that name, or where the reference is
    silent; a note says which. A silent estimate scores 0 dB, a perfect one 200. A wrong gain or a
    delay of one sample costs many dB that nobody hears: see `measure.si_sdr` for the gain.
    """
    return _compare(dsp.snr, "SNR", estimates, references, mixture, context)


@node("measure.si_sdr", label="SI-SDR", whole=True)
def si_sdr(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    mixture: Audio | None = None,
    *,
    context: Context = SILENT,
) -> Scores:
    """Score estimates against the true sources, whatever their gain: SI-SDR in dB.

    10 log10 |a s|^2 / |e - a s|^2 with a = <e, s> / |s|^2, for each estimate e and the reference s *of
    the same name*. The channels are put one after the other (there is no agreed definition for
    stereo), so a source at the wrong place scores badly. The mean is not removed. With `mixture`
    wired, *improvement* is how much better the estimate is than the mixture itself.

    A score is not defined without references, without one of that name, or where the reference is
    silent; a note says which. A silent estimate scores -120 dB, a perfect one 200.

    Le Roux, Wisdom, Erdogan and Hershey, "SDR - half-baked or well done?", ICASSP 2019.
    """
    return _compare(dsp.si_sdr, "SI-SDR", estimates, references, mixture, context)


@node("measure.change", label="Change")
def change(before: Power | Mask, after: Power | Mask, *, context: Context = SILENT) -> Number:
    """Tell how much a plane has changed, relative to its size.

    |after - before| / |before|, over all bins, channels and sources. Two silent planes give 0, anything after
    silence 1. Watched in a loop it tells when turning on is of no more use.
    """
    before.check_same(after, ("before", "after"))
    kinds = [(type(v).__name__, getattr(v, "exponent", 1), v.data.shape) for v in (before, after)]
    if kinds[0] != kinds[1]:
        one, other = (f"{kind} (exponent {power:g}) of shape {s}" for kind, power, s in kinds)
        raise ValueError(f"before is {one}, after is {other}: both must be of one kind")
    return Number(dsp.relative_change(before.data, after.data, context.progress), "change")


@node("measure.null", label="Null test", whole=True)
def null(estimates: Many[Audio], mixture: Audio, *, context: Context = SILENT) -> Number:
    """Tell how far the sum of the estimates is from the mixture, in dB.

    20 log10 |x - sum_j e_j| / |x|, and -200 where nothing at all is left. About -140 is the
    precision of the arithmetic: the estimates sum to the mixture.
    """
    check_mixture(estimates, mixture)
    parts = estimates.stacked().data
    return Number(dsp.null_depth(parts, mixture.data, tick=context.progress), "null", "dB")
