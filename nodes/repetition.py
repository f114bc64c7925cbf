"""Repetition: how long it takes until the music comes again, and what is the same each time."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Curve, Histogram, Mask, Number, Power, Spectrogram
from nodes.dsp import modulation as dsp_modulation
from nodes.dsp import repetition as dsp

Seconds = Annotated[float, Param(min=0.05, max=60, step=0.1, unit="s")]


def _step(power: Power) -> float:
    """Give the seconds from one frame to the next."""
    return power.grid.hop / power.grid.rate


@node("kernel.beat_spectrum", label="Beat spectrum", whole=True, aliases=("autocorrelation",))
def beat_spectrum(power: Power, *, context: Context = SILENT) -> Curve:
    """Tell after which times the music is like itself: peaks stand at the period and its multiples.

    b(l) = mean over k of 1/(T - l) sum over n of P(k, n) P(k, n + l), divided by b(0), with P the
    energy averaged over the channels. The curve goes from lag 0 to half the recording; beyond, too
    few frames are left to compare.

    Shapes: power (channel, freq, time), whatever its exponent, to a curve over the lag in seconds.

    When it fails: where the loudest sound does not repeat, or the tempo drifts, no peak stands out.

    Reference: J. Foote, S. Uchihashi, "The beat spectrum: a new approach to rhythm analysis",
    ICME 2001; Z. Rafii, B. Pardo, IEEE TASLP 21(1), 2013.
    """
    power.check_one("power")
    whole = [(0, power.grid.frames)]
    beats = dsp.beat_spectrogram(power.data, power.exponent, whole, context.progress)[:, 0]
    lags = np.arange(len(beats)) * _step(power)
    return Curve(beats.astype(np.float32), lags, "beat spectrum", "", "lag", "s")


@node(
    "kernel.beat_spectrogram",
    label="Beat spectra over time",
    whole=True,
    aliases=("beat spectrogram",),
)
def beat_spectrogram(
    power: Power,
    *,
    window: Annotated[float, Param(min=0.5, max=120, step=0.5, unit="s")] = 10.0,
    step: Annotated[float, Param(min=0.1, max=60, step=0.5, unit="s")] = 5.0,
    context: Context = SILENT,
) -> Histogram:
    """Tell how the beat spectrum changes, for music whose tempo or pattern does.

    The beat spectrum of a window around each stretch of `step` seconds, which stands for the whole
    stretch. Windows stay inside the recording: the first and the last ones are moved inwards, and
    where it is shorter than one there is a single window.

    Shapes: power (channel, freq, time) to a histogram of lag in s by time in s.

    When it fails: a window must hold a period three times, or two at the very least: the longest
    period is a third of the window.

    Reference: A. Liutkus et al., "Adaptive filtering for music/voice separation exploiting the
    repeating musical structure", ICASSP 2012.
    """
    power.check_one("power")
    frames, hop = power.grid.frames, _step(power)
    length = min(max(round(window / hop), 1), frames)
    stride = max(round(step / hop), 1)
    starts = np.arange(0, frames, stride)
    firsts = np.clip(starts + (stride - length) // 2, 0, frames - length)
    windows = [(first, first + length) for first in firsts.tolist()]
    beats = dsp.beat_spectrogram(power.data, power.exponent, windows, context.progress)
    lags = (np.arange(len(beats) + 1) - 0.5) * hop
    begin = float(power.grid.times[0]) - hop / 2
    times = begin + np.append(starts, starts[-1] + stride) * hop
    return Histogram(beats, lags, "s", "lag", "beat spectrum", (), times, "s", "time")


Shortest = Annotated[float, Param(min=0.05, max=60, step=0.1, unit="s")]


def _limits(lags: Array, shortest: float, longest: float, context: Context) -> tuple[int, int]:
    """Give the first and the last lag that may be a period, as indices; at least lag 1."""
    step = float(lags[1] - lags[0])
    if shortest > longest:
        raise ValueError(f"shortest must be at most longest ({longest:g} s), got {shortest:g} s")
    # The curve ends at half of what it was made from; the third time may be cut short by a frame.
    third = min(-(-(2 * len(lags) - 1) // 3), len(lags) - 1)
    low, high = max(1, math.ceil(shortest / step - 1e-6)), math.floor(longest / step + 1e-6)
    if high > third:
        context.note(
            f"the longest period looked for is {third * step:.2f} s, a third of the sound, "
            f"in place of {longest:g} s"
        )
        high = third
    if low > high:
        context.note(f"the shortest period looked for is {high * step:.2f} s: the sound is short")
        low = high
    return low, high


def _by_hand(text: str) -> float:
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    try:
        (place,) = (float(word) for word in words)
    except ValueError:
        place = math.nan
    if not (math.isfinite(place) and place > 0):
        raise ValueError(f"at: {text!r} must be one period in seconds above 0, such as '2.4'")
    return place


@node("kernel.period", label="Period", whole=True)
def period(
    beats: Curve,
    *,
    shortest: Shortest = 0.8,
    longest: Shortest = 8.0,
    at: Annotated[str, Param(places=True)] = "",
    context: Context = SILENT,
) -> Number:
    """Pick the period from a beat spectrum: the lag whose peak stands out the most.

    Looks from `shortest` to `longest`, and no further than a third of the recording (two thirds of
    the curve), so that the period comes three times. A peak stands out by its height above the mean
    of the curve around it, over as much as `shortest`; of peaks that do so as much, within 5 per
    cent, it is the first, as a period's multiples are as good as the period.
    `at` sets the period by hand, in seconds: on the large picture of the beat spectrum the mark can
    be dragged, to one beat, one bar or the whole verse.

    A beat spectrum of silence gives the shortest period.

    When it fails: the peak may be a half or a multiple of what is wanted; set it by hand.
    """
    if at.strip():
        return Number(_by_hand(at), "period", "s")
    lags = np.asarray(beats.x)
    if beats.x_unit != "s" or len(lags) < 2:
        raise ValueError(
            f"beats must run over a lag in s, as Beat spectrum gives it, got {beats.x_name}"
        )
    low, high = _limits(lags, shortest, longest, context)
    if not np.asarray(beats.data).any():
        context.note("silence has no period")
    return Number(float(lags[dsp.best_lag(beats.data, low, high)]), "period", "s")


@node("kernel.periods", label="Periods", whole=True)
def periods(
    beats: Histogram,
    *,
    shortest: Shortest = 0.8,
    longest: Shortest = 8.0,
    context: Context = SILENT,
) -> Curve:
    """Pick a period for each stretch of a beat spectrogram: how the tempo goes.

    As `kernel.period` does it for each column. The curve has a point in the middle of each stretch;
    between them the nearest holds.

    When it fails: it may jump between a period and its multiples from one stretch to the next.
    """
    if beats.across is None or beats.unit != "s" or beats.across_unit != "s" or beats.names:
        raise ValueError("beats must be lag in s by time in s, as Beat spectra over time gives it")
    low, high = _limits(beats.centres, shortest, longest, context)
    found = [dsp.best_lag(column, low, high) for column in beats.data.T]
    times = beats.across_centres
    return Curve(beats.centres[found].astype(np.float32), times, "period", "s", "time", "s")


def _in_frames(seconds: Array, power: Power) -> Array:
    if not (np.isfinite(seconds).all() and (seconds > 0).all()):
        raise ValueError("period must be above 0 s")
    return np.maximum(np.rint(seconds / _step(power)), 1).astype(int)


@node(
    "kernel.periodic_median",
    label="Periodic median",
    whole=True,
    memory=lambda power, *_, **__: power.nbytes,
)
def periodic_median(
    power: Power,
    period: Number | Curve,
    *,
    order: Annotated[int, Param(min=0, max=101, suggest=(0, 3, 5, 7))] = 0,
    context: Context = SILENT,
) -> Power:
    """Estimate what repeats: each bin becomes the median over all that lies whole periods away.

    W(k, n) = median over i of V(k, n + i p), with the period p in frames. `order` 0 takes all
    repetitions in the recording; an odd number takes that many around the bin, 5 as in adaptive
    REPET. Repetitions beyond an edge are left out. A period that is a curve over time, as
    *Periods* gives it, holds at each frame from the nearest of its points.

    Shapes: power (source?, channel, freq, time), as it comes.

    When it fails: what is at the same place of the bar in more than half of the repetitions, such
    as a refrain, counts as repeating whoever sings it. A period that is off by a frame smears.

    References: Z. Rafii, B. Pardo, IEEE TASLP 21(1), 2013; A. Liutkus et al., ICASSP 2012.
    """
    if order % 2 == 0 and order:
        raise ValueError(f"order must be odd, or 0 for all repetitions, got {order}")
    frames = power.grid.frames
    if isinstance(period, Number):
        lengths = _in_frames(np.array([period.value]), power)
        if lengths[0] >= frames:
            context.note("the period is as long as the recording: nothing comes again")
    elif len(period.data) == 0 or period.x_unit != "s":
        raise ValueError("period must be a curve over time in s, as Periods gives it")
    else:
        times, places = power.grid.times, np.asarray(period.x, float)
        nearest = np.searchsorted((places[1:] + places[:-1]) / 2, times)
        lengths = _in_frames(np.asarray(period.data, float), power)[nearest]
    if order == 0 and (lengths == lengths[0]).all():
        data = dsp.periodic_median(power.data, int(min(lengths[0], frames)), context.progress)
    else:
        lengths = np.broadcast_to(np.minimum(lengths, frames), (frames,))
        data = dsp.adaptive_median(power.data, lengths, order, context.progress)
    return power.like(data)


@node("kernel.minimum", label="Smaller of two", memory=lambda power, *_, **__: power.nbytes)
def minimum(power: Power, other: Power) -> Power:
    """Take the smaller of two strengths in each bin: a part is never stronger than the whole.

    min(V, W), bin by bin, as strength of the first one's exponent. A plane of one channel serves
    all channels.

    Shapes: (source?, channel, freq, time), as they come; both with the same sources, or one.
    """
    power.check_same(other, ("power", "other"))
    if power.names and other.names and power.names != other.names:
        raise ValueError(
            f"power has {', '.join(power.names)}, other has {', '.join(other.names)}: both need the "
            "same sources"
        )
    data = other.data
    if other.exponent != power.exponent:
        data = data ** np.float32(power.exponent / other.exponent)
    return power.like(np.minimum(power.data, data), power.names or other.names)


def _modulation_bytes(power: Power, **_: Any) -> float:
    return power.nbytes + power.grid.bins * power.grid.frames * 12.0


@node(
    "kernel.modulation",
    label="2-D Fourier background",
    whole=True,
    memory=_modulation_bytes,
    aliases=("FT2D", "2DFT", "modulation spectrum"),
)
def modulation(
    power: Power,
    *,
    neighbourhood: Annotated[int, Param(min=3, max=999, step=2, unit="bins")] = 15,
    soft: bool = False,
    context: Context = SILENT,
) -> Power:
    """Estimate what repeats from the peaks of the two-dimensional Fourier transform.

    The magnitude spectrogram is transformed again, along both axes. What repeats every p seconds is
    there a row of peaks at the multiples of 1/p, whatever its phase. Only bins that are the highest
    within `neighbourhood` bins along the axis of rates are kept, and transformed back:
    W = |IFT2(weight * FT2(|X|))|. One bin is 1 / duration Hz wide.

    With `soft` each peak weighs (peak - mean) / deviation of its neighbourhood, against the most
    that is possible; without, every peak counts fully whose neighbourhood spans more than the
    standard deviation of the whole transform.

    Shapes: power (source?, channel, freq, time), as it comes; magnitudes are transformed, whatever
    the exponent.

    When it fails: a tempo that drifts has no sharp peaks; a sustained voice has one, at rate 0.

    Reference: P. Seetharaman, F. Pishdadian, B. Pardo, "Music/voice separation using the 2D Fourier
    transform", WASPAA 2017.
    """
    if neighbourhood % 2 == 0:
        raise ValueError(f"neighbourhood must be odd, got {neighbourhood}")
    magnitude = power.data
    if power.exponent != 1:
        magnitude = magnitude ** np.float32(1 / power.exponent)
    data = dsp_modulation.repeating(magnitude, neighbourhood // 2, soft, context.progress)
    return power.like(data if power.exponent == 1 else data ** np.float32(power.exponent))


def _background_bytes(background: Power, *_: object, **__: object) -> float:
    return 2.0 * background.nbytes


@node("mask.background", label="Background mask", memory=_background_bytes, aliases=("REPET mask",))
def background(
    background: Power,
    mixture: Spectrogram,
    *,
    high_pass: Annotated[float, Param(min=0, max=20000, step=10, unit="Hz")] = 100.0,
    names: str = "background, foreground",
    context: Context = SILENT,
) -> Mask:
    """Divide a mixture into what repeats and what lies over it.

    M_b = (min(W, V) + e) / (V + e) with V the magnitude of the mixture, W the background as a
    magnitude, and e 1e-10 of the largest bin; M_f = 1 - M_b. Bins below `high_pass` belong to the
    background, as voices have nothing there. `names` calls the two, the background first.

    The masks (source 2, channel, freq, time) sum to one in every bin; silence is background.

    When it fails: a background that is too weak leaves all that is missing to the foreground.

    Reference: Z. Rafii, B. Pardo, IEEE TASLP 21(1), 2013.
    """
    background.check_one("background")
    mixture.check_one("mixture")
    mixture.check_same(background, ("mixture", "background"))
    called = tuple(word.strip() for word in names.split(",") if word.strip())
    if len(called) != 2 or called[0] == called[1]:
        raise ValueError(f"names: {names!r} must be two different names, the background first")
    model = background.data
    if background.exponent != 1:
        model = model ** np.float32(1 / background.exponent)
    low = int(np.searchsorted(background.grid.frequencies, high_pass))
    data = dsp.background_mask(model, mixture.data, low, context.progress)
    return Mask(data, mixture.grid, called)
