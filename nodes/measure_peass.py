"""PEASS: what is wrong with an estimate as it can be heard, and how bad listeners would find it."""

from __future__ import annotations

import importlib
import tempfile
from typing import Annotated, Any, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Audio, Scores
from nodes.dsp import bss_eval
from nodes.dsp import peass as dsp
from nodes.matching import check, match, missing

NOT_DEFINED = float("nan")
PACKAGE = "peass"
MISSING = (
    "not defined: the scores need the package python-peass (GPL-3), which is not installed: "
    "pip install python-peass"
)
SCORES = {
    "OPS": "overall_perceptual_score",
    "TPS": "target_perceptual_score",
    "IPS": "interference_perceptual_score",
    "APS": "artifact_perceptual_score",
}


class Decomposed(NamedTuple):
    """What an estimate is the sum of, and how large each part is."""

    components: Audio
    scores: Scores


@node(
    "measure.peass",
    label="PEASS components",
    whole=True,
    memory=lambda estimate, *_, **__: estimate.data.size * 100.0 + 256e6,
    aliases=("distortion", "interference", "artefacts", "decomposition", "error components"),
)
def peass(
    estimate: Audio,
    references: Many[Audio],
    *,
    source: str = "",
    filter: Annotated[float, Param(min=0, max=100, step=5, unit="ms", suggest=(20, 40))] = 40.0,
    window: Annotated[float, Param(min=100, max=2000, step=100, unit="ms")] = 500.0,
    context: Context = SILENT,
) -> Decomposed:
    """Take an estimate apart into what can be heard: distortion, interference and artefacts.

    e = target + distortion + interference + artefacts. In each band of a gammatone bank, 3 to an ERB
    from 20 Hz on, and each frame of ``window`` ms, the error e - s_j is explained by all references
    at once, each channel through a ``filter`` of its own, by least squares: what the filters of
    source j give is *distortion*, what those of the others give *interference*, the rest are
    *artefacts*. Listen to each: the sum is the estimate, to the last bit but one.

    ``source`` is the reference that is estimated; empty, it is the one that the estimate has most of,
    and a note says which. The scores in dB are SDR = |s|^2 / |e - s|^2, ISR = |s|^2 / |distortion|^2, SIR = |s +
    distortion|^2 / |interference|^2 and SAR = |s + distortion + interference|^2 / |artefacts|^2. Not
    those of BSS Eval, whose filters are the same in all bands and at all times.

    Shapes: estimate (channel, sample), references (source, channel, sample) to components (4, channel,
    sample).

    When it fails: filters of 40 ms in frames of 500 ms are 8 % of the numbers to be explained for
    each channel of each reference; four references in stereo explain 64 % of anything by chance, and
    artefacts look small. Give two references, the source and the sum of all others. It takes long:
    cut a few seconds out with `mix.trim`. Filters are held at nothing a little (1e-6 of the energy of
    their reference); without, sources that hold one note at a time could not be told apart.

    V. Emiya, E. Vincent, N. Harlander, V. Hohmann, "Subjective and objective quality assessment of
    audio source separation", IEEE TASLP 19(7), 2011.
    """
    estimate.check_one("estimate")
    references = references.stacked()
    check(estimate, references, ("estimate", "references"))
    if source:
        fault = missing(source, references)
        if fault:
            raise ValueError(fault)
    else:
        source = references.names[bss_eval.nearest(estimate.data, references.data)]
        if len(references.names) > 1:
            context.note(f"taken for an estimate of {source}")
    made = dsp.decompose(
        estimate.data,
        references.data,
        references.names.index(source),
        estimate.rate,
        window / 1000,
        filter / 1000,
        context.progress,
    )
    return Decomposed(
        Audio(np.stack(made), estimate.rate, made._fields),
        Scores({source: dsp.ratios(made)}),
    )


@node(
    "measure.peass_scores",
    label="PEASS scores",
    whole=True,
    aliases=("OPS", "TPS", "IPS", "APS", "perceptual"),
)
def peass_scores(
    estimates: Many[Audio],
    references: Many[Audio] | None = None,
    *,
    context: Context = SILENT,
) -> Scores:
    """Guess how listeners would rate an estimate, from 0 to 100.

    OPS overall, TPS how well the target is kept, IPS how well the others are suppressed, APS how free
    of artificial noise it is. An ear model compares the estimate with itself less each component of
    `measure.peass`, and a small network, trained on listening tests, makes scores of that.

    The ear model and the numbers that were learnt are not ours: the scores come from the package
    ``python-peass`` (GPL-3) where it is installed, and are not defined where it is not, which a note
    says. Estimates and references go together *by name*.

    When it fails: trained on a few hundred ratings of short excerpts in 2011. Later tests found that
    APS tracks the ratings of artefacts best, and that IPS says no more of interference than SIR. Show
    several measures, never one. It takes minutes.

    V. Emiya, E. Vincent, N. Harlander, V. Hohmann, "Subjective and objective quality assessment of
    audio source separation", IEEE TASLP 19(7), 2011. Ward, Wierstorf, Mason, Grais and Plumbley, "BSS
    Eval or PEASS? Predicting the perception of singing-voice separation", ICASSP 2018.
    """
    matched = match(estimates, references, None)
    notes = list(matched.notes)
    try:
        package: Any = importlib.import_module(PACKAGE)
    except ImportError:
        package = None
        notes.append(MISSING)
    names = matched.estimates.names
    rows = {name: dict.fromkeys(SCORES, NOT_DEFINED) for name in names}
    for number, (one, _) in enumerate(matched.pairs):
        context.progress(number / len(matched.pairs))
        if package and matched.references is not None:
            estimate = matched.estimates.pick(names[one])
            rows[names[one]] = _asked(package, names[one], estimate, matched.references)
    return Scores(rows, "", tuple(dict.fromkeys(notes)))


def _asked(package: Any, name: str, estimate: Audio, references: Audio) -> dict[str, float]:
    """Ask the package, which wants the target first, and sounds as (sample, channel)."""
    others = [other for other in references.names if other != name]
    sounds = [references.pick(each).data.T.astype(np.float64) for each in (name, *others)]
    with tempfile.TemporaryDirectory() as folder:
        found = package.predict_perceptual_evaluation_scores(
            sounds,
            estimate.data.T.astype(np.float64),
            configuration=package.DecompositionConfiguration(destination_directory=folder),
            sampling_frequency_hz=float(estimate.rate),
        )
    return {short: float(getattr(found, long)) for short, long in SCORES.items()}
