"""Several methods at one source: which of them comes nearest to it, and what each does wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Audio, Scores, Windows
from nodes.dsp import bss_eval, metrics
from nodes.dsp.blocks import Tick
from nodes.matching import OVER, check, check_mixture, lossy, medians, undefined

QUICK = ("SDR", "SI-SDR")
ALL = ("SDR", "SIR", "SAR", "ISR", "SI-SDR")


def _bytes(
    estimates: Audio,
    references: Audio | None = None,
    mixture: Audio | None = None,
    *,
    measures: str = "all",
    filters: int = bss_eval.TAPS,
    **_: Any,
) -> float:
    """Two matrices of all delays of all references, as for `measure.bss_eval`."""
    if references is None or measures == "quick":
        return 0.0
    sounds = max(len(references.names), 2) * references.channels
    return 9.0 * (sounds * filters) ** 2 + 16.0 * sounds**2 * 8192 + 4.0 * estimates.nbytes


@node(
    "measure.compare",
    label="Compare",
    whole=True,
    memory=_bytes,
    methods="estimates",
    aliases=("comparison", "several methods", "which method", "ranking", "benchmark"),
)
def compare(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    mixture: Audio | None = None,
    *,
    source: Annotated[str, Param(suggest=("vocals", "drums"))] = "",
    measures: Literal["all", "quick"] = "all",
    window: Annotated[float, Param(min=0, max=600, step=0.1, unit="s", suggest=(0, 1))] = 1.0,
    filters: Annotated[
        int, Param(min=1, max=2048, step=1, unit="samples", suggest=(512,))
    ] = bss_eval.TAPS,
    context: Context = SILENT,
) -> Scores:
    """Compare several methods that estimate the same source: a row of scores for each, in dB.

    Each wire of ``estimates`` is one method, and gives its row the name. ``source`` says which of the
    references all of them are to be; it may stay empty where there is one reference only. A click on
    the head of a column sorts the large view of the table. Beside the scores stands what each method
    took: the time of all nodes above its wire, nodes that methods share counting for each, and the
    largest result that one of these nodes gave. Lay the same wires on tracks, and the keys 1 to 9
    switch between the methods at matched loudness.

    **A score is the median over windows** of ``window`` seconds, 0 being all of it at once; the
    windows are in the other views. SDR, SIR, SAR and ISR are those of BSS Eval v4, images (see
    `measure.bss_eval`): against all errors, against what the other sources could explain, against what
    no source could, and against what filters of the source itself could. Every other reference may
    explain interference; where there is none, what the mixture has beside the source does. SI-SDR
    leaves the gain out (see `measure.si_sdr`). With ``mixture`` wired, *improvement* is how much the SDR
    is above that of the mixture itself. ``filters`` have so many taps. *quick* are SDR, SI-SDR and improvement, which need no filters.

    When it fails: a window in which a reference or a method is silent counts for no method, so that all
    are measured on the same ones; a note counts them. One number ranks methods as no listener would:
    look at several, and listen. With one song, a difference of a decibel may be chance.

    References: see `measure.bss_eval`.
    """
    estimates = estimates.stacked()
    if references is not None:
        # One reference needs no name.
        references = references.stacked(source)
        check(estimates, references, ("estimates", "references"))
        if len(references.names) == 1:
            source = source or references.names[0]
    if mixture is not None:
        check_mixture(estimates, mixture)
    columns = ALL if measures == "all" else QUICK
    columns = columns if mixture is None else (*columns, OVER)
    fault = _fault(references, source)
    if references is None or fault:
        return replace(undefined(estimates.names, columns, [fault]), each="method")
    truth = references.pick(source).data
    others = _others(references, source, mixture)
    sounds = estimates.data
    if mixture is not None:
        # The mixture is one more method: the one that does nothing.
        sounds = np.concatenate([sounds, mixture.data[np.newaxis]])
    size = round(window * estimates.rate)
    stretches = bss_eval.windows_of(estimates.length, size, max(size, 1))
    if measures == "all":
        made = bss_eval.evaluate(
            sounds,
            np.concatenate([truth[np.newaxis], others]),
            estimates.rate,
            window=window,
            hop=window or 1.0,
            filters=filters,
            pairs=[(number, 0) for number in range(len(sounds))],
            tick=_part(context, 0, 0.9),
        )
        # Without other sources there is no interference, however bad a method is.
        sir = made.sir if len(others) else np.full_like(made.sir, np.nan)
        found = {"SDR": made.sdr, "SIR": sir, "SAR": made.sar, "ISR": made.isr}
    else:
        found = {"SDR": _over(stretches, metrics.snr, sounds, truth, _part(context, 0, 0.5))}
        found["SDR"][~_heard(sounds, truth, stretches)] = np.nan
    found["SI-SDR"] = _over(stretches, metrics.si_sdr, sounds, truth, _part(context, 0.9, 1))
    silent = np.isnan(found["SDR"])
    found["SI-SDR"][silent] = np.nan
    if mixture is not None:
        found[OVER] = found["SDR"] - found["SDR"][-1]
    data = np.stack([found[column][: len(estimates.names)] for column in columns], axis=1)
    notes = _notes(estimates, silent[: len(estimates.names)], columns, others)
    notes += lossy(references)
    starts = np.array([start / estimates.rate for start, _ in stretches])
    length = (stretches[0][1] - stretches[0][0]) / estimates.rate
    windows = Windows(data, estimates.names, columns, starts, length)
    return Scores(medians(windows), "dB", tuple(notes), windows, "method")


def _part(context: Context, first: float, last: float) -> Tick:
    """Report a part of the work as that share of all."""
    return lambda done: context.progress(first + done * (last - first))


def _fault(references: Audio | None, source: str) -> str:
    """Say why nothing can be compared; '' where it can."""
    if references is None:
        return "not defined: there are no references"
    listed = ", ".join(references.names)
    if not source:
        return f"not defined: write in source which one all methods estimate, of {listed}"
    if source not in references.names:
        return f"not defined: {source} is none of the references, {listed}"
    if not references.pick(source).data.any():
        return f"not defined: the reference {source} is silent"
    return ""


def _others(references: Audio, source: str, mixture: Audio | None) -> Array:
    """Give all that may explain interference (source, channel, sample); empty where nothing can."""
    rest = [name for name in references.names if name != source]
    if rest or mixture is None:
        return references.data[[references.names.index(name) for name in rest]]
    found: Array = (mixture.data - references.data[0])[np.newaxis]
    return found if found.any() else found[:0]


def _over(
    stretches: list[tuple[int, int]], metric: Any, sounds: Array, truth: Array, tick: Tick
) -> Array:
    """Give a measure of each method in each window."""
    made = np.empty((len(sounds), len(stretches)))
    for number, (start, stop) in enumerate(stretches):
        for method, sound in enumerate(sounds):
            made[method, number] = metric(sound[..., start:stop], truth[..., start:stop])
        tick((number + 1) / len(stretches))
    return made


def _heard(sounds: Array, truth: Array, stretches: list[tuple[int, int]]) -> Array:
    """Tell where a method can be measured (method, window): where all are heard, and the source is.

    A method that is silent everywhere takes nothing from the others.
    """
    there = [
        [bool(sound[..., start:stop].any()) for start, stop in stretches]
        for sound in (truth, *sounds)
    ]
    heard: Array = np.array(there, bool)
    lost: Array = ~np.any(heard, axis=1)
    together: Array = np.all(heard[~lost], axis=0)
    return together & ~lost[1:, np.newaxis]


def _notes(estimates: Audio, silent: Array, columns: tuple[str, ...], others: Array) -> list[str]:
    """Say what is not defined, and why."""
    names = estimates.names
    quiet = [name for name in names if not estimates.pick(name).data.any()]
    notes = [f"{name} is not defined: the estimate is silent" for name in quiet]
    count = 0 if len(quiet) == len(names) else int(silent.all(axis=0).sum())
    if count:
        notes.append(
            f"{count} of {silent.shape[1]} windows count for no method: a source or a method is "
            "silent there"
        )
    if "SIR" in columns and not len(others):
        notes.append("SIR is not defined: there is no other reference, and no mixture beside it")
    return notes
