"""Which parts belong to which source: found by clustering, or told by the true sources."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Factors, Power
from nodes.dsp import convolutive, nmf
from nodes.dsp import grouping as dsp
from nodes.factor import Seed, joined, plane_bytes


class Grouped(NamedTuple):
    """The sources, and the parts named after them."""

    sources: Power
    parts: Factors


def _grouped(factors: Factors, names: tuple[str, ...], labels: Array, context: Context) -> Grouped:
    """Join parts by label; each is named after its group, with a number."""
    groups = {name: np.flatnonzero(labels == k).tolist() for k, name in enumerate(names)}
    called = [""] * factors.rank
    for name, parts in groups.items():
        for number, part in enumerate(parts, 1):
            called[part] = f"{name} {number}"
    return Grouped(joined(factors, groups, context), replace(factors, labels=tuple(called)))


@node(
    "factor.cluster",
    label="Cluster parts",
    whole=True,
    aliases=("group", "k-means", "timbre"),
    memory=lambda factors, *, count, **_: plane_bytes(factors, count),
)
def cluster(
    factors: Factors,
    *,
    count: Annotated[int, Param(1, 32, unit="sources", suggest=(2, 3, 4))] = 2,
    features: Literal["all", "spectrum", "rhythm", "place"] = "all",
    restarts: Annotated[int, Param(1, 200)] = 10,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Grouped:
    """Join parts that are alike into sources, without being told how: k-means++ on what they are like.

    *spectrum*: 13 cepstral coefficients of the template on a mel axis, its centroid and flatness.
    *rhythm*: kurtosis of the activation and the height of its autocorrelation, which tell drums
    from notes. *place*: how loud the template is in each channel, for stereo. *all*: these
    together, each way of looking counting alike. Every feature has mean 0 and variance 1 over the
    parts. Of ``restarts`` tries the tightest is kept.

    The sources are called *cluster 1* and so on, from low to high; ``parts`` are named after them.
    The order of the parts does not matter. Where there are fewer parts than ``count``, the last
    sources are silent.

    Shapes: templates (channel, freq, part) and activations (part, time) to (source, channel, freq,
    time).

    When it fails: the bass of a piano is nearer to a bass than to its own treble. That is why
    grouping is where factorisation loses most: compare with ``factor.oracle_groups``, the most that
    any grouping could reach.

    References: M. Spiertz, V. Gnann, "Source-filter based clustering for monaural blind source
    separation", DAFx 2009. D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful
    seeding", SODA 2007.
    """
    w, h = factors.templates, factors.activations
    flat = w.mean(axis=0) if factors.convolutive else w
    order = nmf.by_pitch(flat)
    points = dsp.features(
        flat[..., order],
        h[order],
        factors.grid.rate,
        factors.grid.rate / factors.grid.hop,
        features,
    )
    labels = np.empty(factors.rank, int)
    labels[order] = dsp.cluster(points, count, np.random.default_rng(seed), restarts)
    # From low to high, by the loudness of all that belongs to a cluster.
    loud = flat.astype(np.float64) * h.sum(axis=1, dtype=np.float64)
    shapes = np.stack([loud[..., labels == k].sum(axis=-1) for k in range(count)], axis=-1)
    rank = np.argsort(nmf.by_pitch(shapes))
    names = tuple(f"cluster {k + 1}" for k in range(count))
    return _grouped(factors, names, rank[labels], context)


def _oracle_bytes(factors: Factors, stems: Power, **_: object) -> float:
    return plane_bytes(factors, max(len(stems.names), 1))


@node(
    "factor.oracle_groups",
    label="Group by the truth",
    whole=True,
    aliases=("bound", "ideal"),
    memory=_oracle_bytes,
)
def oracle_groups(factors: Factors, stems: Many[Power], *, context: Context = SILENT) -> Grouped:
    """Join parts by the true sources: each part goes to the one that it is most like.

    j(k) = argmax_j <W_k H_k, S_j> / sum S_j, with S_j the strengths of the true sources. It needs
    what one is looking for, and so is no method but a bound: no way of grouping the same parts is
    much better. The sources have the names of the ``stems``; one that no part belongs to is silent.

    Shapes: templates (channel, freq, part) and activations (part, time), stems (source, channel,
    freq, time) to (source, channel, freq, time).

    When it fails: where a part holds two sources at once, no grouping divides it.
    """
    stems = stems.stacked()
    if stems.grid != factors.grid:
        raise ValueError(f"stems are on {stems.grid}, factors on {factors.grid}")
    if stems.channels != factors.channels:
        raise ValueError(f"stems have {stems.channels} channels, factors have {factors.channels}")
    w, h = convolutive.unrolled(factors.templates, factors.activations)
    like = dsp.likeness(w, h, stems.data, context.progress)
    like = like.reshape(len(stems.names), factors.lags, factors.rank).sum(axis=1)
    return _grouped(factors, stems.names, like.argmax(axis=0), context)
