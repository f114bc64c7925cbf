"""Evidence: several masks of one source made into one, and sources that claim bins made to share."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Mask, Power, Spectrogram, channels
from nodes.dsp import evidence as dsp

Decibel = Annotated[float, Param(min=-120, max=120, step=1, unit="dB")]
Hertz = Annotated[float, Param(min=0, max=200000, step=10, unit="Hz")]


def _weights(text: str, names: tuple[str, ...], negative: bool) -> Array:
    """Read how much each mask counts: ``centre 0.6, comb 0.2``; what is not named counts 1."""
    found = dict.fromkeys(names, 1.0)
    for entry in (part.strip() for part in re.split(r"[,;]", text)):
        if not entry:
            continue
        name, _, number = entry.rpartition(" ")
        name = name.strip()
        if name not in found:
            raise ValueError(
                f"weights: {entry!r} is not a mask and a number; there are {', '.join(names)}"
            )
        try:
            weight = float(number)
        except ValueError:
            weight = np.nan
        if not abs(weight) <= 100 or (weight < 0 and not negative):
            allowed = "-100 to 100" if negative else "0 to 100"
            raise ValueError(f"weights: {name} must be a number from {allowed}, got {number!r}")
        found[name] = weight
    return np.array(list(found.values()))


def _one_bytes(masks: Mask, **_: Any) -> float:
    return masks.nbytes / max(len(masks.names), 1)


@node(
    "mask.combine",
    label="Combine masks",
    memory=_one_bytes,
    aliases=("evidence", "product", "odds", "naive Bayes", "and", "or"),
)
def combine(
    masks: Many[Mask],
    *,
    how: Literal["evidence", "product", "smallest", "largest", "mean"] = "evidence",
    weights: Annotated[str, Param(suggest=("place 0.6, melody 0.2",))] = "",
    prior: Decibel = 0.0,
    limit: Annotated[float, Param(min=0, max=60, step=1, unit="dB")] = 20.0,
    context: Context = SILENT,
) -> Mask:
    """Make one mask of several that say something about the same source.

    *evidence* takes each mask as a hint, independent of the others, and multiplies the odds:
    o = prior prod_i (m_i / (1 - m_i))^w_i, and the result is o / (1 + o). A mask of 1/2 says nothing,
    one that is sure counts no more than `limit`, and a negative weight turns a hint round. The
    `prior` says how strong the source is where no hint says anything, against all else.

    *product* prod m_i^w_i keeps what all agree on, *smallest* and *largest* take one of m_i^w_i (for
    masks of 0 and 1: and, or), *mean* is sum w_i m_i / sum w_i.

    `weights` names masks and how much they count, as in *place 0.6, melody 0.2*; the others count 1.

    Shapes: masks (mask, channel, freq, time) to one mask (channel, freq, time).

    When it fails: hints that rest on the same thing are counted twice; give them smaller weights. And
    no hint is better than what it rests on: where all are wrong, the odds are wrong and sure.

    Reference: J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, "On combining classifiers", IEEE TPAMI
    20(3), 1998.
    """
    masks = masks.stacked()
    numbers = _weights(weights, masks.names, how == "evidence")
    if how == "mean" and not numbers.any():
        raise ValueError("weights: a mean needs one mask that counts, all weights are 0")
    data = dsp.combined(masks.data, numbers, how, prior, limit, context.progress)
    return Mask(data, masks.grid)


def _rest_bytes(masks: Mask, **_: Any) -> float:
    return masks.nbytes * (1 + 1 / max(len(masks.names), 1))


@node("mask.with_rest", label="Masks with a rest", memory=_rest_bytes, aliases=("partition",))
def with_rest(masks: Many[Mask], *, rest: str = "rest", context: Context = SILENT) -> Mask:
    """Let sources that each claim a share of the bins agree, and give what nobody claims to a rest.

    M_j = m_j prod_{i != j} (1 - m_i), and for the rest prod_i (1 - m_i), divided by the sum of all: a
    bin belongs to one source or to none, and this is how likely each is where the claims are
    independent. The odds of every source against the rest stay as they were. One mask alone gives
    itself and its inverse.

    Shapes: masks (source, channel, freq, time) to masks with one source more, which is called `rest`
    and comes last; they sum to one in every bin.

    When it fails: where two sources overlap, each of them gets less than it has.
    """
    masks = masks.stacked()
    if not rest.strip() or rest.strip() in masks.names:
        raise ValueError(
            f"rest: {rest!r} must be a name that no mask has; there are {', '.join(masks.names)}"
        )
    data = dsp.with_rest(masks.data, context.progress)
    return Mask(data, masks.grid, (*masks.names, rest.strip()))


def _plane_bytes(plane: Spectrogram | Power, **_: Any) -> float:
    return plane.grid.bins * plane.grid.frames * 4.0 * max(len(plane.names), 1)


@node(
    "mask.band",
    label="Band mask",
    memory=_plane_bytes,
    aliases=("high-pass", "low-pass", "band-pass", "filter"),
)
def band(
    plane: Spectrogram | Power, *, low: Hertz = 100.0, high: Hertz = 0.0, invert: bool = False
) -> Mask:
    """Keep the frequencies from one to another: a high-pass, low-pass or band-pass in the plane.

    m = 1 in the bins from `low` to `high`, else 0, or with `invert` the other way round; a `high` of
    0 is the highest there is. The plane is there for its grid alone.

    Shapes: a plane to a mask (channel 1, freq, time), which serves all channels.

    When it fails: its edges are as steep as one bin, which rings in the sound about hits.
    """
    top = high or plane.grid.rate / 2
    if low > top:
        raise ValueError(f"low ({low:g} Hz) must be at most high ({top:g} Hz)")
    grid = plane.grid
    # Bins lie at floats, and the highest need not be half the rate to the last digit.
    data = dsp.band(grid.frequencies, grid.frames, low, top * (1 + 1e-9))
    return Mask((1 - data if invert else data)[np.newaxis], grid)


@node(
    "position.place",
    label="Place mask",
    memory=_plane_bytes,
    aliases=("centre", "mid side", "soft position"),
)
def place(
    spectrogram: Spectrogram,
    *,
    at: Annotated[float, Param(min=0, max=90, unit="°")] = 45.0,
    context: Context = SILENT,
) -> Mask:
    """Tell which share of each bin stands at one place between two channels.

    The channels are turned so that one of them points to the place, P = cos a X1 + sin a X2, and the
    other is silent of it, Q = cos a X2 - sin a X1; m = |P|^2 / (|P|^2 + |Q|^2). In the middle, at 45
    degrees, these are mid and side. What comes from everywhere alike has 1/2, and so has silence.

    One channel alone is played by both sides alike, so all of it stands in the middle, and a note says
    that nothing else is known.

    Shapes: spectrogram (source?, 1 or 2, freq, time) to a mask (source?, channel 1, freq, time).

    When it fails: two sources to the left and right of the place, in the same bin, look as if one
    stood there; and a place is all it knows, whoever stands there.

    Reference: D. Barry, B. Lawlor, E. Coyle, "Sound source separation: azimuth discrimination and
    resynthesis", DAFx 2004, for places as what a rotation of the channels makes silent.
    """
    grid, names = spectrogram.grid, spectrogram.names
    if spectrogram.channels > 2:
        raise ValueError(
            "a place lies between two channels, this spectrogram has "
            f"{channels(spectrogram.channels)}: use a stereo recording"
        )
    if spectrogram.channels == 1:
        context.note("one channel alone: all of it stands in the middle")
    return Mask(dsp.placed(spectrogram.data, at, context.progress), grid, names)
