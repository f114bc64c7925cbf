"""Masks: divide a mixture among sources whose strength is known or estimated."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.marks import parse
from nodegraph.values import Mask, Power, Sourced, Spectrogram
from nodes.dsp import masks as dsp
from nodes.marking import marked as marked_bins


class Filtered(NamedTuple):
    """A mixture divided among its sources."""

    estimates: Spectrogram
    masks: Mask


def _shares(sources: Power, exponent: float, shared: bool, context: Context) -> Mask:
    """Give the soft masks; the exponent is meant for magnitudes, whatever the sources are."""
    sources = sources.stacked()
    strength = dsp.shared(sources.data) if shared else sources.data
    data = dsp.soft_mask(strength, exponent / sources.exponent, context.progress)
    return Mask(data, sources.grid, sources.names)


def _mask_bytes(sources: Sourced, *_: object, **__: object) -> float:
    """One mask for each source."""
    return sources.data.size * 4.0


def _apply_bytes(mixture: Spectrogram, mask: Sourced, **_: object) -> float:
    """One spectrum for each source."""
    return mixture.data.size * 8.0 * (1 if mixture.names else max(len(mask.names), 1))


def _wiener_bytes(mixture: Spectrogram, sources: Power, **_: object) -> float:
    """Masks and spectra."""
    return _mask_bytes(sources) + _apply_bytes(mixture, sources)


def _oracle_bytes(mixture: Spectrogram, stems: Spectrogram, **_: object) -> float:
    """One mask for each stem."""
    return _mask_bytes(stems)


@node("mask.soft", label="Soft mask", memory=_mask_bytes, aliases=("Wiener mask", "ratio mask"))
def soft(
    sources: Many[Power],
    *,
    exponent: Annotated[float, Param(min=0.1, max=20, step=0.1, suggest=(1, 2))] = 2.0,
    channels: Literal["each", "shared"] = "each",
    context: Context = SILENT,
) -> Mask:
    """Share each bin among the sources by strength.

    m_j = |S_j|^p / sum_i |S_i|^p, with p the exponent of the *magnitude*: 1 is the formula of the
    survey, 2 the classical Wiener filter; above 10 the mask is nearly binary. It does not matter
    whether the sources come as magnitudes or powers.

    The masks (source, channel, freq, time) sum to one in every bin; silence is shared evenly.
    `channels` set to *shared* makes one mask from the average over the channels, which keeps each
    source at its place in the stereo image.

    A mask cannot be better than the strengths it is made from, and where two sources meet in a
    bin each keeps some of the other.

    Liutkus and Badeau, "Generalized Wiener filtering with fractional power spectrograms", 2015.
    """
    return _shares(sources, exponent, channels == "shared", context)


@node("mask.binary", label="Binary mask", memory=_mask_bytes)
def binary(
    sources: Many[Power],
    *,
    channels: Literal["each", "shared"] = "each",
    context: Context = SILENT,
) -> Mask:
    """Give each bin wholly to the strongest source.

    m_j = 1 where |S_j| is the largest, else 0; ties and silence go to the first source. Exactly
    one source owns each bin, so the masks (source, channel, freq, time) sum to one. `channels` set
    to *shared* decides once for all channels, by their average.

    Where sources overlap this cuts holes, heard as watery *musical noise*: compare `mask.soft`.
    """
    sources = sources.stacked()
    strength = dsp.shared(sources.data) if channels == "shared" else sources.data
    return Mask(dsp.binary_mask(strength, context.progress), sources.grid, sources.names)


@node("mask.threshold", label="Threshold mask", memory=_mask_bytes)
def threshold(
    source: Power,
    mixture: Spectrogram,
    *,
    exponent: Literal[1, 2] = 1,
    threshold: Annotated[float, Param(min=0, max=1, step=0.05)] = 0.5,
    context: Context = SILENT,
) -> Mask:
    """Keep each bin where the source has at least this share of the mixture.

    m = 1 where |S|^a / |X|^a is at least the threshold, else 0, with a the exponent: 1 compares
    magnitudes, 2 powers.

    Threshold masks of several sources are **not a partition**: a bin may have no owner or several,
    and the estimates need not sum to the mixture. Use `mask.binary` where they should.
    """
    mixture.check_one("mixture")
    source.check_same(mixture, ("source", "mixture"))
    magnitude = source.data if source.exponent == 1 else source.data ** (1 / source.exponent)
    data = dsp.threshold_mask(magnitude, mixture.data, exponent, threshold, context.progress)
    return Mask(data, source.grid, source.names)


@node("mask.apply", label="Apply mask", memory=_apply_bytes)
def apply(
    mixture: Spectrogram, mask: Mask, *, invert: bool = False, context: Context = SILENT
) -> Spectrogram:
    """Let through what a mask marks.

    Y = M X, bin by bin, with the phase of the mixture. A mask with several sources gives as many
    spectra; a mask of one channel serves all channels. `invert` lets through everything else: with
    a mask and its inverse the two results sum to the mixture.
    """
    mixture.check_same(mask, ("mixture", "mask"))
    if mixture.names and mask.names and mixture.names != mask.names:
        raise ValueError(
            f"mixture has {', '.join(mixture.names)}, mask has {', '.join(mask.names)}"
        )
    data = dsp.apply_mask(mixture.data, mask.data, invert, context.progress)
    return Spectrogram(data, mixture.grid, mask.names or mixture.names)


@node(
    "mask.wiener",
    label="Wiener filter",
    memory=_wiener_bytes,
    aliases=("GWF", "generalised Wiener filter"),
)
def wiener(
    mixture: Spectrogram,
    sources: Many[Power],
    *,
    exponent: Annotated[float, Param(min=0.1, max=20, step=0.1, suggest=(1, 2))] = 2.0,
    channels: Literal["each", "shared"] = "each",
    context: Context = SILENT,
) -> Filtered:
    """Divide a mixture among sources by their strength.

    Soft masks and their use in one node: Y_j = X |S_j|^p / sum_i |S_i|^p, the generalised Wiener
    filter of the survey's section III (p = 1 there, p = 2 classically). The estimates
    (source, channel, freq, time) sum to the mixture. See `mask.soft` for the settings.

    The phase is that of the mixture, which limits the quality however good the strengths are.

    Cano, FitzGerald, Liutkus, Plumbley and Stöter, "Musical source separation: an introduction",
    IEEE Signal Processing Magazine 36(1), 2019.
    """
    mixture.check_one("mixture")
    mixture.check_same(sources, ("mixture", "sources"))
    masks = _shares(sources, exponent, channels == "shared", context)
    estimates = dsp.apply_mask(mixture.data, masks.data, tick=context.progress)
    return Filtered(Spectrogram(estimates, mixture.grid, masks.names), masks)


@node(
    "mask.oracle", label="Oracle mask", memory=_oracle_bytes, aliases=("ideal mask", "IRM", "IBM")
)
def oracle(
    mixture: Spectrogram,
    stems: Spectrogram,
    *,
    kind: Literal["IRM1", "IRM2", "IBM1", "IBM2"] = "IRM2",
    context: Context = SILENT,
) -> Mask:
    """Make the best mask of its kind, from the true sources.

    IRM1 and IRM2, ideal ratio masks: |Y_j|^p / sum_i |Y_i|^p with p = 1 or 2. IBM1 and IBM2, ideal
    binary masks: 1 where |Y_j|^a / |X|^a is at least 1/2 with a = 1 or 2; these are not a partition.
    The result (source, channel, freq, time) is an upper bound for any method that masks with the
    phase of the mixture, not a method: it needs the answer.

    Stöter, Liutkus and Ito, "The 2018 signal separation evaluation campaign", LVA/ICA 2018.
    """
    mixture.check_one("mixture")
    mixture.check_same(stems, ("mixture", "stems"))
    stems, power = stems.stacked(), int(kind[-1])
    if kind.startswith("IRM"):
        data = dsp.soft_mask(stems.data, power, context.progress)
    else:
        data = dsp.threshold_mask(stems.data, mixture.data, power, 0.5, context.progress)
    return Mask(data, stems.grid, stems.names)


def _plane_bytes(plane: Spectrogram | Power, **_: object) -> float:
    """One channel of one source."""
    return plane.grid.bins * plane.grid.frames * 5.0


@node(
    "mask.marked",
    label="Box or brush mask",
    memory=_plane_bytes,
    aliases=("selection", "draw", "paint", "rectangle", "lasso"),
)
def marked(
    plane: Spectrogram | Power,
    *,
    marks: Annotated[
        str, Param(suggest=("box 0 1 200 4000", "brush 0.05 80 0.5,440 1.2,660"))
    ] = "",
    invert: bool = False,
    context: Context = SILENT,
) -> Mask:
    """Keep what was marked by hand on a picture: boxes and strokes of a brush.

    m = 1 in the bins that are marked, else 0, or with `invert` the other way round: the two sum to
    one. ``marks`` are text, in seconds and Hz, with ``;`` between one mark and the next:

    - ``box 1.2 3.4 200 4000`` is a rectangle, from and to in time, from and to in frequency;
    - ``brush 0.05 80 1.2,440 1.25,450`` is a stroke, half its width in seconds and in Hz, then the
      points (time,frequency) that an ellipse of that size is led along;
    - a mark that begins with ``-`` takes away from those before it.

    Every bin whose middle is covered is marked, and the one in which a mark begins or ends. The
    edges are hard; the windows of the frames, which overlap, make them soft in the sound. The mask
    (channel 1, freq, time) serves all channels. The plane is there for its grid alone, so marks
    stay where they are when window or hop change.

    When it fails: a box takes all that sounds in it, whoever plays it.
    """
    start = context.region[0] if context.region else 0.0
    bins = marked_bins(parse(marks), plane.grid, start)
    return Mask((~bins if invert else bins)[np.newaxis], plane.grid)


@node("mask.between", label="Between two masks", memory=_mask_bytes, aliases=("softness", "blend"))
def between(
    binary: Mask,
    soft: Mask,
    *,
    softness: Annotated[float, Param(min=0, max=1, step=0.01)] = 0.5,
) -> Mask:
    """Go from one mask to another in small steps, to hear where musical noise begins.

    m = (1 - s) binary + s soft, bin by bin, with s the `softness`: at 0 the first mask alone, at 1
    the second. Where both sum to one over their sources, so does the result; a mask of one channel
    serves all channels. Both need the same sources in the same order.

    With a binary mask first and a soft one of the same sources second, the holes of the binary mask
    fill up as the softness rises: less flicker, and more of the other sources.
    """
    binary.check_same(soft, ("binary", "soft"))
    if binary.names != soft.names:
        mine, theirs = (", ".join(side.names) or "one source" for side in (binary, soft))
        raise ValueError(f"binary has {mine}, soft has {theirs}: both need the same sources")
    return Mask(dsp.blended(binary.data, soft.data, softness), binary.grid, binary.names)
