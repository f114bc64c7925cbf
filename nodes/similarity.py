"""Frames that are alike: which they are, wherever they are, and the median over them."""

from __future__ import annotations

from typing import Annotated, Any

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Neighbours, Power, Similarity
from nodes.dsp import similarity as dsp
from nodes.dsp.blocks import cores


def _square_bytes(power: Power, **_: Any) -> float:
    """The matrix, and the frames at unit length."""
    return 4.0 * power.grid.frames * (power.grid.frames + power.grid.bins)


@node(
    "kernel.self_similarity",
    label="Self-similarity",
    whole=True,
    memory=_square_bytes,
    aliases=("recurrence matrix",),
)
def self_similarity(power: Power, *, context: Context = SILENT) -> Similarity:
    """Tell how alike each two frames of a recording are: stripes show what comes again.

    S(m, n) = sum over k of V(k, m) V(k, n) / (|V(m)| |V(n)|), the cosine, with V the magnitude
    averaged over the channels. 1 is the same spectrum at any level, 0 nothing in common; a silent
    frame is like none.

    Shapes: power (channel, freq, time) to (time, time): its memory grows with the square of the
    length, 430 MB for four minutes at hop 1024.

    When it fails: the loudest sound decides; where the foreground is louder than what repeats,
    frames are alike that have the same foreground.

    Reference: J. Foote, "Visualizing music and audio using self-similarity", ACM Multimedia 1999.
    """
    power.check_one("power")
    data = dsp.self_similarity(power.data, power.exponent, context.progress)
    return Similarity(data, power.grid)


Count = Annotated[int, Param(min=1, max=1000)]
Distance = Annotated[float, Param(min=0, max=30, step=0.1, unit="s")]
Threshold = Annotated[float, Param(min=-1, max=1, step=0.05)]


def _neighbour_bytes(similarity: Similarity, *, count: int, **_: Any) -> float:
    return similarity.grid.frames * 4.0 * count


@node("kernel.similar_frames", label="Similar frames", whole=True, memory=_neighbour_bytes)
def similar_frames(
    similarity: Similarity,
    *,
    count: Count = 100,
    distance: Distance = 1.0,
    threshold: Threshold = 0.0,
    context: Context = SILENT,
) -> Neighbours:
    """Find for each frame the frames that are most like it.

    Those are the places where its row of the matrix is highest within `distance` on either side and
    above `threshold`: at most `count` of them, itself among them as the first.

    Shapes: similarity (time, time) to neighbours (time, count), with -1 where there are fewer.

    When it fails: a `count` that is high, with no threshold, takes frames that are not alike at all.

    Reference: Z. Rafii, B. Pardo, "Music/voice separation using the similarity matrix", ISMIR 2012.
    """
    grid = similarity.grid
    frames = round(distance * grid.rate / grid.hop)
    data = dsp.similar_frames(similarity.data, frames, threshold, count, context.progress)
    if not (data[:, 1:] >= 0).any():
        context.note("no frame has another one like it")
    return Neighbours(data, grid)


def _past_bytes(power: Power, *, count: int, buffer: float, **_: Any) -> float:
    """The frames at unit length, their neighbours, and blocks of the matrix."""
    grid = power.grid
    wide = min(dsp.TILE + buffer * grid.rate / grid.hop, grid.frames)
    block = min(dsp.TILE, grid.frames) * wide * 24.0
    return 4.0 * grid.frames * (grid.bins + count) + block * cores()


@node(
    "kernel.past_frames",
    label="Similar frames of the past",
    whole=True,
    memory=_past_bytes,
    aliases=("online REPET-SIM", "streaming"),
)
def past_frames(
    power: Power,
    *,
    buffer: Annotated[float, Param(min=0.1, max=600, step=1, unit="s", suggest=(5, 10, 30))] = 10.0,
    count: Count = 100,
    distance: Distance = 1.0,
    threshold: Threshold = 0.0,
    context: Context = SILENT,
) -> Neighbours:
    """Find for each frame those of the last seconds that are most like it, as while it plays.

    As *Self-similarity* and *Similar frames*, but a frame is compared only with those that came up
    to ``buffer`` before it: what follows is never looked at. The matrix is never whole, so the
    memory grows with the length and not with its square. On the demo song ten seconds give the voice
    4.7 dB, the whole recording 4.5; five seconds, two bars, give 2.4.

    Shapes: power (channel, freq, time) to neighbours (time, count), with -1 where there are fewer.

    When it fails: the beginning has no past, and all of it is background; what comes again only after
    more than the buffer is foreground the first time.

    Reference: Z. Rafii, B. Pardo, "Online REPET-SIM for real-time speech enhancement", ICASSP 2013.
    """
    power.check_one("power")
    per_second = power.grid.rate / power.grid.hop
    data = dsp.past_frames(
        power.data, power.exponent, max(round(buffer * per_second), 1),
        round(distance * per_second), threshold, count, context.progress,
    )  # fmt: skip
    if not (data[:, 1:] >= 0).any():
        context.note("no frame has another one like it before it")
    return Neighbours(data, power.grid)


@node(
    "kernel.neighbour_median",
    label="Background of neighbours",
    aliases=("neighbour median",),
    whole=True,
    memory=lambda power, *_, **__: power.nbytes,
)
def neighbour_median(power: Power, neighbours: Neighbours, *, context: Context = SILENT) -> Power:
    """Estimate what repeats: each frame becomes the median, bin by bin, over the frames like it.

    W(k, n) = median over m of V(k, m), with m among the neighbours of n. What is there in more than
    half of them stays, and what lies over one of them vanishes.

    Shapes: power (source?, channel, freq, time), as it comes; neighbours (time, count).

    When it fails: with one or two neighbours the foreground stays in the median. Where frames are
    alike because of the foreground, it is taken for the background.

    Reference: Z. Rafii, B. Pardo, "Music/voice separation using the similarity matrix", ISMIR 2012.
    """
    if power.grid != neighbours.grid:
        raise ValueError(f"power is on {power.grid}, neighbours on {neighbours.grid}")
    return power.like(dsp.neighbour_median(power.data, neighbours.data, context.progress))
