"""Bounds: what the best filter could do with the answer, what nothing at all does, and what lies between."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Audio, Covariance, Power, Scores, Sourced, Spectrogram, Windows
from nodes.dsp import covariance as dsp
from nodes.dsp import wiener
from nodes.dsp.hermitian import normalised

NOT_DEFINED = float("nan")


class Filtered(NamedTuple):
    """The estimates, and the true model that they were made with."""

    estimates: Spectrogram
    sources: Power
    covariance: Covariance


def _filtered_bytes(mixture: Spectrogram, stems: Spectrogram, **_: object) -> float:
    """Spectra of all sources, and twice their powers."""
    return stems.data.size * (8.0 + 8.0 / stems.channels) + 64e6


@node(
    "mask.oracle_multichannel",
    label="Multichannel Wiener oracle",
    whole=True,
    memory=_filtered_bytes,
    aliases=("MWF", "ideal", "bound", "upper bound"),
)
def oracle_multichannel(
    mixture: Spectrogram, stems: Spectrogram, *, context: Context = SILENT
) -> Filtered:
    """Filter by power and by place as well as it can be done, from the true sources.

    The multichannel Wiener filter Y_j = v_j R_j (sum_i v_i R_i)^-1 X with the powers and covariances
    of the true images: C_j = Y_j Y_j^H in each bin, R_j = mean_n C_j / (|Y_j|^2 / C), which has the
    trace C at each frequency, and v_j = tr(R_j^-1 C_j) / C. In one channel it is the ideal ratio mask
    IRM2. It is an upper bound for methods that use place and power, not a method: it needs the
    answer. The estimates sum to the mixture.

    Shapes: mixture (channel, freq, time), stems (source, channel, freq, time); out come spectra like
    the stems, powers of one channel and covariances (source, freq, channel, channel).

    When it fails: where a source comes from many places, one R_j for each frequency says less than a
    ratio mask of each channel by itself, which then is the higher bound (0.3 dB for a real band). The
    published program of the same name scales R_j by a trace over the wrong axes, and so scores lower.

    References: Duong, Vincent and Gribonval, "Under-determined reverberant audio source separation
    using a full-rank spatial covariance model", IEEE TASLP 18(7), 2010. Stöter, Liutkus and Ito, "The
    2018 signal separation evaluation campaign", LVA/ICA 2018.
    """
    mixture.check_one("mixture")
    mixture.check_same(stems, ("mixture", "stems"))
    if mixture.channels != stems.channels:
        raise ValueError(
            f"mixture has {mixture.channels} channels, stems have {stems.channels}: both need as many"
        )
    stems = stems.stacked()
    loud = dsp.strengths(stems.data, tick=lambda done: context.progress(done * 0.2))
    shape = normalised(
        dsp.weighted(stems.data, loud, True, lambda done: context.progress(0.2 + done * 0.2))
    ).astype(np.complex64)
    del loud
    powers = dsp.strengths(stems.data, shape, lambda done: context.progress(0.4 + done * 0.3))
    made = wiener.separate(
        mixture.data, powers, shape, 2.0, lambda done: context.progress(0.7 + done * 0.3)
    )
    grid, names = mixture.grid, stems.names
    return Filtered(
        Spectrogram(made, grid, names),
        Power(powers, grid, names, 2.0),
        Covariance(shape, grid, names),
    )


def _floor_bytes(mixture: Audio, stems: Sourced, **_: object) -> float:
    """One sound for each stem."""
    return mixture.data.size * 4.0 * max(1, len(stems.names))


@node(
    "measure.floor",
    label="Mixture as estimate",
    memory=_floor_bytes,
    aliases=("MIX", "lower bound", "baseline", "nothing done"),
)
def floor(mixture: Audio, stems: Audio) -> Audio:
    """Take the mixture for every source: what doing nothing at all scores.

    Each of the J sources is x / J, so that they sum to the mixture: the estimate called MIX in
    evaluation campaigns. The ``stems`` are there for their names and their number alone. A method that
    scores less than this does harm.

    SNR, SDR and ISR change with the gain 1 / J; SI-SDR, SIR and SAR do not.

    Stöter, Liutkus and Ito, "The 2018 signal separation evaluation campaign", LVA/ICA 2018.
    """
    mixture.check_one("mixture")
    stems = stems.stacked()
    count = len(stems.names)
    share = (mixture.data * (1 / count)).astype(np.float32)
    return Audio(np.repeat(share[np.newaxis], count, axis=0), mixture.rate, stems.names)


def _reached(score: float, low: float, high: float) -> float:
    """Say how much of the way from the floor to the ceiling was gone, in percent."""
    if not all(math.isfinite(x) for x in (score, low, high)) or high <= low:
        return NOT_DEFINED
    return 100 * (score - low) / (high - low)


def _metric(tables: Mapping[str, Scores], wanted: str) -> str:
    """Name the metric to compare by: the one that is wanted, or the first that all tables have."""
    columns = {
        place: list(dict.fromkeys(c for row in table.rows.values() for c in row))
        for place, table in tables.items()
    }
    if wanted:
        for place, there in columns.items():
            if there and wanted not in there:
                raise ValueError(f"{place} has no {wanted!r}; it has {', '.join(there)}")
        return wanted
    for column in columns["scores"]:
        if all(column in there for there in columns.values()):
            return column
    said = "; ".join(f"{place} {', '.join(there) or 'nothing'}" for place, there in columns.items())
    raise ValueError(f"the tables have no metric in common: {said}")


@node(
    "measure.between",
    label="Between floor and ceiling",
    whole=True,
    aliases=("bounds", "reached", "headroom", "how far"),
)
def between(
    scores: Scores,
    floor: Scores,
    ceiling: Scores,
    *,
    metric: Annotated[str, Param(suggest=("SNR", "SDR", "SI-SDR"))] = "",
) -> Scores:
    """Say how far a method came, from what nothing does to what the answer does.

    For each source of ``scores``: the score, that of the ``floor`` (the mixture as estimate, see
    `measure.floor`), that of the ``ceiling`` (an oracle, see `mask.oracle`), and how much of the way
    was gone: 100 (score - floor) / (ceiling - floor) percent. Rows go together by name, whatever the
    measure; ``metric`` is the column to look at, empty for the first that all three have. Where the
    three have the same windows, the table has them too.

    Not defined where a bound is missing, or where the ceiling is not above the floor. More than 100 %
    is no mistake: a ceiling holds for methods of its own kind.
    """
    tables = {"scores": scores, "floor": floor, "ceiling": ceiling}
    if not scores.rows:
        return Scores({}, "", scores.notes)
    name = _metric(tables, metric)
    unit = scores.unit and f" ({scores.unit})"
    columns = (f"{name}{unit}", f"floor{unit}", f"ceiling{unit}", "reached (%)")
    rows: dict[str, dict[str, float]] = {}
    missing: dict[str, list[str]] = {}
    for row in scores.rows:
        values = [table.rows.get(row, {}).get(name, NOT_DEFINED) for table in tables.values()]
        for place, table in tables.items():
            if row not in table.rows:
                missing.setdefault(place, []).append(row)
        rows[row] = dict(zip(columns, [*values, _reached(*values)], strict=True))
    notes = dict.fromkeys(note for table in tables.values() for note in table.notes)
    for place, names in missing.items():
        notes[f"{', '.join(names)}: the {place} does not have it"] = None
    return Scores(rows, "", tuple(notes), _windows(tables, name, columns))


def _windows(tables: Mapping[str, Scores], metric: str, columns: tuple[str, ...]) -> Windows | None:
    """Give the three over time where they have the same windows."""
    found = [table.windows for table in tables.values()]
    first = found[0]
    if first is None:
        return None
    planes = []
    for one in found:
        if one is None or metric not in one.metrics or not set(first.rows) <= set(one.rows):
            return None
        if one.length != first.length or not np.array_equal(one.starts, first.starts):
            return None
        order = [one.rows.index(row) for row in first.rows]
        planes.append(one.data[order, one.metrics.index(metric)])
    way = [
        _reached(*(float(x) for x in three))
        for three in zip(*(plane.ravel() for plane in planes), strict=True)
    ]
    planes.append(np.reshape(way, planes[0].shape))
    return Windows(np.stack(planes, axis=1), first.rows, columns, first.starts, first.length)
