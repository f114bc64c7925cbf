"""Several methods at one source: which of them comes nearest to it."""

from __future__ import annotations

from typing import Annotated

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Audio, Scores, channels
from nodes.dsp import metrics as dsp

NOT_DEFINED = float("nan")


def _check(estimates: Audio, other: Audio, name: str) -> None:
    """Raise ValueError where methods and truth cannot be compared sample by sample."""
    estimates.check_same(other, ("estimates", name))
    if estimates.channels != other.channels:
        raise ValueError(
            f"estimates has {channels(estimates.channels)}, {name} has {channels(other.channels)}"
        )


def _fault(references: Audio | None, source: str) -> str:
    """Say why nothing can be compared; '' where it can."""
    if references is None:
        return "not defined: there are no references"
    if source not in references.names:
        return f"not defined: {source} is none of the references, {', '.join(references.names)}"
    if not references.pick(source).data.any():
        return f"not defined: the reference {source} is silent"
    return ""


@node(
    "measure.compare",
    label="Compare",
    whole=True,
    methods="estimates",
    aliases=("comparison", "several methods", "which method", "ranking"),
)
def compare(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    mixture: Audio | None = None,
    *,
    source: Annotated[str, Param(suggest=("vocals", "drums"))] = "",
    context: Context = SILENT,
) -> Scores:
    """Compare several methods that estimate one source: a row of scores for each of them."""
    estimates = estimates.stacked()
    if references is not None:
        references = references.stacked(source)
        _check(estimates, references, "references")
        if not source and len(references.names) > 1:
            raise ValueError(
                "source is empty: say which of the references, "
                f"{', '.join(references.names)}, all methods are estimates of"
            )
        source = source or references.names[0]
    if mixture is not None:
        _check(estimates, mixture, "mixture")
        mixture.check_one("mixture")
    fault = _fault(references, source)
    rows = {}
    for name, estimate in estimates.singles().items():
        if references is None or fault:
            rows[name] = {"SDR": NOT_DEFINED}
            continue
        truth = references.pick(source).data
        rows[name] = {"SDR": dsp.snr(estimate.data, truth)}
        rows[name]["SI-SDR"] = dsp.si_sdr(estimate.data, truth)
        if mixture is not None:
            rows[name]["improvement"] = rows[name]["SDR"] - dsp.snr(mixture.data, truth)
    return Scores(rows, "dB", (fault,) if fault else ())
