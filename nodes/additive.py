"""Kernel additive modelling: a mask with a margin, and the light form that stores little."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Mask, Power
from nodes.dsp import additive as dsp
from nodes.dsp import masks

LAYERS = ("harmonic", "percussive", "residual")


def _margin_bytes(harmonic: Power, percussive: Power, **_: Any) -> float:
    """Three masks, and a power where the exponents differ."""
    return max(harmonic.data.size, percussive.data.size) * 16.0 + 16e6


@node(
    "mask.margin",
    label="Margin mask",
    memory=_margin_bytes,
    aliases=("HPR", "HPRSS", "separation factor", "beta"),
)
def margin(
    harmonic: Power,
    percussive: Power,
    *,
    margin: Annotated[float, Param(min=1, max=20, step=0.1, suggest=(1, 2, 3))] = 2.0,
    kind: Literal["soft", "hard"] = "hard",
    exponent: Annotated[float, Param(min=0.1, max=20, step=0.1, suggest=(1, 2))] = 2.0,
    channels: Literal["each", "shared"] = "each",
    context: Context = SILENT,
) -> Mask:
    """Divide a mixture into what is clearly harmonic, what is clearly percussive, and the rest.

    *hard*: a bin is harmonic where H > b P, percussive where P >= b H, and residual where neither is
    b times as strong as the other. *soft*: M_h = H^p / (H^p + (b P)^p), M_p = P^p / (P^p + (b H)^p),
    and the residual is what is missing to one. H and P are magnitudes, b is the ``margin``, p the
    ``exponent`` (of soft masks alone); it does not matter whether magnitudes or powers come in.

    The masks, called harmonic, percussive and residual, sum to one. A margin of 1 leaves no residual:
    these are the masks of `mask.soft` and `mask.binary`. The greater it is, the purer are the two,
    and the more is residual: noise, voices, transitions. Where both are silent the rest has all.
    ``channels`` set to *shared* makes one mask of the average over the channels.

    Shapes: harmonic and percussive (channel, freq, time) to (source 3, channel, freq, time).

    When it fails: what is harmonic depends on the window. In a long one a vibrato is residual, in a
    short one low notes are percussive: that is why one goes over the residual a second time.

    Reference: Driedger, Müller and Disch, "Extending harmonic-percussive separation of audio
    signals", ISMIR 2014.
    """
    for value, name in ((harmonic, "harmonic"), (percussive, "percussive")):
        value.check_one(name)
    harmonic.check_same(percussive, ("harmonic", "percussive"))
    first, second = harmonic.data, percussive.data
    if percussive.exponent != harmonic.exponent:
        second = second ** np.float32(harmonic.exponent / percussive.exponent)
    if channels == "shared":
        first, second = masks.shared(first), masks.shared(second)
    # Margin and exponent are meant for magnitudes, whatever came in.
    data = dsp.margin_masks(
        first,
        second,
        margin**harmonic.exponent,
        exponent / harmonic.exponent if kind == "soft" else 0.0,
        context.progress,
    )
    return Mask(data, harmonic.grid, LAYERS)


def _compress_bytes(power: Power, *, rank: int, **_: Any) -> float:
    """The result and what each plane needs on the way."""
    grid = power.grid
    return power.data.size * 4.0 + 16.0 * grid.bins * grid.frames + 40.0 * rank * grid.bins


@node(
    "kernel.compress",
    label="Low-rank compression",
    whole=True,
    memory=_compress_bytes,
    aliases=("KAML", "low rank", "SVD", "light kernel additive model", "smooth"),
)
def compress(
    power: Power,
    *,
    rank: Annotated[int, Param(min=1, max=200, suggest=(10, 50, 100))] = 10,
    exponent: Annotated[float, Param(min=0.1, max=2, step=0.1, suggest=(0.5, 1))] = 1.0,
    seed: Annotated[int, Param(min=0)] = 0,
    context: Context = SILENT,
) -> Power:
    """Keep of a source only what a few spectra and their loudness over time can say.

    V^g ~ U W^T with ``rank`` columns, read back as max(U W^T, 0)^(1/g): g is the ``exponent``. The
    columns come from a singular value decomposition within random sums of the frames, twice as many
    and drawn by the ``seed``. Light kernel additive modelling stores the sources this way between the
    turns, which takes rank (F + T) numbers in place of F T. Here it is the smoothing that matters:
    what is only in a few bins is gone. An exponent below 1 lets quiet bins count for more.

    Shapes: power (source?, channel, freq, time), as it comes; each channel of each source for itself.

    When it fails: a glide or a vibrato needs many columns. The columns may be negative, so they
    mean nothing by themselves: for parts that can be named use NMF.

    Reference: Liutkus, FitzGerald and Rafii, "Scalable audio separation with light kernel additive
    modelling", ICASSP 2015.
    """
    rng = np.random.default_rng(seed)
    return power.like(dsp.low_rank(power.data, rank, exponent, rng, context.progress))
