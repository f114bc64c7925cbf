"""BSS Eval and its kin: how good estimates are, and what is wrong with them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Audio, Scores, Windows
from nodes.dsp import bss_eval as dsp
from nodes.matching import OVER, check, lossy, match, medians, missing, undefined

COMPONENTS = ("target", "spatial", "interference", "artefacts")
METRICS = ("SDR", "ISR", "SIR", "SAR")


def _bytes(
    estimates: Audio,
    references: Audio | None = None,
    mixture: Audio | None = None,
    *,
    filters: int = dsp.TAPS,
    **_: Any,
) -> float:
    """Count the matrix of all delays of all references, spectra of filters, and what is joined."""
    if references is None:
        return 0.0
    sounds = max(len(references.names), 1) * references.channels
    joined = 2 * estimates.nbytes + references.nbytes
    return 9.0 * (sounds * filters) ** 2 + 16.0 * sounds**2 * 8192 + joined


def _one_bytes(estimate: Audio, references: Audio, *, filters: int = dsp.TAPS, **_: Any) -> float:
    return _bytes(estimate, references, filters=filters) + 4.0 * estimate.nbytes


@node(
    "measure.bss_eval",
    label="BSS Eval",
    whole=True,
    memory=_bytes,
    aliases=("SDR", "SIR", "SAR", "ISR", "museval"),
)
def bss_eval(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    mixture: Audio | None = None,
    *,
    kind: Literal["images", "sources"] = "images",
    version: Literal["v4", "v3"] = "v4",
    window: Annotated[float, Param(0, 600, 0.1, "s", suggest=(0, 1, 30))] = 1.0,
    hop: Annotated[float, Param(0.01, 600, 0.1, "s", suggest=(1, 15))] = 1.0,
    filters: Annotated[int, Param(1, 2048, 1, "samples", suggest=(512,))] = dsp.TAPS,
    permutation: Literal["none", "best"] = "none",
    context: Context = SILENT,
) -> Scores:
    """Score estimates against the true sources, and tell errors apart: SDR, ISR, SIR, SAR in dB.

    Each estimate e is split by projections on the references, delayed by up to 511 samples: P_j on
    those of its own source s, P on those of all sources. So e - s = (P_j - s) + (P - P_j) + (e - P),
    that is spatial distortion, interference and artefacts, and

        SDR = |s|^2 / |e - s|^2      ISR = |s|^2 / |P_j - s|^2
        SIR = |P_j|^2 / |P - P_j|^2  SAR = |P|^2 / |e - P|^2

    in windows of time. **A score of the table is the median over its windows**; the windows are in the
    other views. ``window`` 0 takes the whole recording at once. Version 4 fits the filters once for the
    whole recording (1 s, hop 1 s is usual); version 3 in each window (30 s, hop 15 s). ``kind`` sources
    counts whatever filters make of a source as that source: a dull or echoing estimate costs nothing,
    so it flatters; it has no ISR. With ``mixture`` wired, *improvement* is how much the SDR of the
    estimate is above that of the mixture itself.

    Each estimate meets the reference *of the same name*. With ``permutation`` best, names do not count:
    estimates are given to references so that the mean SIR is largest, and a note says which to which.
    References without an estimate count as interference all the same.

    When it fails: where a reference or an estimate is silent in a window, nothing is defined there, and
    a note counts such windows; the filters are long enough to undo a short room or equaliser, so SIR and
    SAR call good what one hears as coloured; a perfect estimate scores 200 dB. Where channels of
    references are the same but for a gain (panned mono), filters are not unique: the tame ones taken
    here make sense in windows too, those of other programs need not. A reference that is
    lossy (nothing above 16 kHz) makes estimates look bad that have more: a note says so.

    E. Vincent, R. Gribonval and C. Févotte, "Performance measurement in blind audio source separation",
    IEEE TASLP 14(4), 2006; F.-R. Stöter, A. Liutkus and N. Ito, "The 2018 signal separation evaluation
    campaign", LVA/ICA 2018.
    """
    matched = match(estimates, references, mixture, permutation == "best")
    estimates, pairs, notes = matched.estimates, matched.pairs, matched.notes
    measures = METRICS if kind == "images" else ("SDR", "SIR", "SAR")
    columns = measures if mixture is None else (*measures, OVER)
    if matched.references is None or not pairs:
        return undefined(estimates.names, columns, notes)
    references = matched.references
    sounds, scored = estimates.data, list(pairs)
    if mixture is not None:
        # The mixture is one more estimate, of every source.
        sounds = np.concatenate([sounds, mixture.data[np.newaxis]])
        scored += [(len(estimates.names), r) for r in sorted({r for _, r in pairs})]
    made = dsp.evaluate(
        sounds,
        references.data,
        estimates.rate,
        kind=kind,
        version=version,
        window=window,
        hop=hop,
        filters=filters,
        pairs=scored,
        tick=context.progress,
    )
    found = {pair: number for number, pair in enumerate(scored)}
    if permutation == "best":
        pairs = _best(made.sir, found, estimates, references, notes)
    data = np.full((len(estimates.names), len(columns), len(made.starts)), np.nan)
    for estimate, reference in pairs:
        row = found[estimate, reference]
        for column, metric in enumerate(measures):
            data[estimate, column] = getattr(made, metric.lower())[row]
        if mixture is not None:
            data[estimate, -1] = made.sdr[row] - made.sdr[found[len(estimates.names), reference]]
    left_out = int(np.isnan(made.sdr).all(axis=0).sum())
    if left_out and pairs:
        notes.append(
            f"{left_out} of {len(made.starts)} windows are not defined: a reference or an estimate is "
            "silent there"
        )
    notes += lossy(references)
    length = min(window or np.inf, estimates.data.shape[-1] / estimates.rate)
    windows = Windows(data, estimates.names, columns, made.starts, length)
    return Scores(medians(windows), "dB", tuple(notes), windows)


@node(
    "measure.components",
    label="Error components",
    whole=True,
    memory=_one_bytes,
    aliases=("hear interference", "hear artefacts", "BSS Eval"),
)
def components(
    estimate: Audio,
    references: Many[Audio],
    *,
    source: str = "",
    filters: Annotated[int, Param(1, 2048, 1, "samples", suggest=(512,))] = dsp.TAPS,
    context: Context = SILENT,
) -> Audio:
    """Hear what is wrong with an estimate: true source, spatial distortion, interference, artefacts.

    The four sounds of BSS Eval, which sum to the estimate: ``target`` is the reference as it is;
    ``spatial`` what filters of that source change of it; ``interference`` what filters of the other
    references explain; ``artefacts`` the rest, which no reference explains. The filters, of ``filters``
    taps, are fitted on the whole recording, as in version 4 of ``measure.bss_eval``; their tail after
    the end is left out.

    ``source`` is the reference that is estimated; empty, it is the one that the estimate has most of,
    and a note says which.

    Shapes: estimate (channel, sample), references (source, channel, sample) to (4, channel, sample).

    When it fails: components are only as right as references are; what two references share may be
    heard with either. 512 taps are 12 ms: longer echoes of a source count as artefacts.

    E. Vincent, R. Gribonval and C. Févotte, "Performance measurement in blind audio source separation",
    IEEE TASLP 14(4), 2006.
    """
    estimate.check_one("estimate")
    references = references.stacked()
    check(estimate, references, ("estimate", "references"))
    if source:
        fault = missing(source, references)
        if fault:
            raise ValueError(fault)
        which = references.names.index(source)
    else:
        which = dsp.nearest(estimate.data, references.data)
        if len(references.names) > 1:
            context.note(f"taken for an estimate of {references.names[which]}")
    made = dsp.components(
        estimate.data, references.data, which, filters=filters, tick=context.progress
    )
    return Audio(made, estimate.rate, COMPONENTS)


def _best(
    sir: Array,
    found: dict[tuple[int, int], int],
    estimates: Audio,
    references: Audio,
    notes: list[str],
) -> list[tuple[int, int]]:
    """Give estimates to references so that the mean SIR is largest, and say which to which."""
    from scipy.optimize import linear_sum_assignment  # takes long to import

    shape = len(estimates.names), len(references.names)
    means = np.full(shape, np.nan)
    for estimate, reference in np.ndindex(shape):
        values = sir[found[estimate, reference]]
        good = values[~np.isnan(values)]
        means[estimate, reference] = good.mean() if len(good) else np.nan
    # What has no score is given away last.
    chosen = linear_sum_assignment(np.where(np.isnan(means), -1e6, means), maximize=True)
    pairs = [(int(e), int(r)) for e, r in zip(*chosen, strict=True) if not np.isnan(means[e, r])]
    given = dict(pairs)
    for number, name in enumerate(estimates.names):
        if number in given:
            notes.append(f"{name} is taken for {references.names[given[number]]}")
        else:
            notes.append(f"{name} is not defined: no reference is left for it")
    return pairs
