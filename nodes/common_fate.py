"""Common fate: what moves together belongs together."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import CommonFate, Spectrogram, numbered
from nodes.dsp import common_fate as dsp


def _patch(spectrogram: Spectrogram, height: float, length: float) -> tuple[int, int]:
    """Give even numbers of bins and frames, no more than cover the plane."""
    grid = spectrogram.grid
    grid.check_linear("the common fate transform")
    wanted = height * grid.n_fft / grid.rate, length * grid.rate / grid.hop
    sizes = (grid.bins, grid.frames)
    rows, columns = (
        2 * min(max(round(size / 2), 1), there) for size, there in zip(wanted, sizes, strict=True)
    )
    return rows, columns


def _there_bytes(spectrogram: Spectrogram, **_: Any) -> float:
    return spectrogram.nbytes * 6.0


@node(
    "transform.common_fate",
    label="Common fate transform",
    whole=True,
    memory=_there_bytes,
    aliases=("CFT", "modulation", "vibrato"),
)
def common_fate(
    spectrogram: Spectrogram,
    *,
    height: Annotated[float, Param(1, 24000, step=10, unit="Hz", log=True)] = 500.0,
    length: Annotated[float, Param(0.001, 60, step=0.01, unit="s", log=True)] = 0.75,
    context: Context = SILENT,
) -> CommonFate:
    """Show how the sound moves: patches of the spectrogram, each Fourier transformed both ways.

    Patches of ``height`` by ``length``, half over each other, under a window that is the root of hann
    both ways:  Z[f, t, a, b] = sum of w X[f A/2 + k, t B/2 + n] exp(-2 pi i (a k / A + b n / B)).
    A steady partial is a line at the b of its frequency, modulo the rate of frames; a vibrato adds lines
    beside it, apart by its rate, and a slide smears it. So voices of one pitch that share all bins of the
    spectrogram lie apart here if they move differently. ``transform.icommon_fate`` gives the
    spectrogram back.

    Shapes: (source?, channel, freq, time) to (source?, channel, patch in freq, patch in time, a, b),
    with about four times the numbers.

    When it fails: a patch must be long enough to hold a turn of the vibrato and short enough to hold one
    note.

    Reference: F.-R. Stoeter, A. Liutkus, R. Badeau, B. Edler, P. Magron, "Common fate model for unison
    source separation", ICASSP 2016.
    """
    patch = _patch(spectrogram, height, length)
    data = dsp.transform(spectrogram.data, patch, context.progress)
    return CommonFate(data, spectrogram.grid, spectrogram.sources)


def _back_bytes(patches: CommonFate, **_: Any) -> float:
    return patches.nbytes / 2.0


@node(
    "transform.icommon_fate",
    label="Inverse common fate transform",
    whole=True,
    memory=_back_bytes,
    aliases=("ICFT",),
)
def icommon_fate(patches: CommonFate, *, context: Context = SILENT) -> Spectrogram:
    """Turn patches back into a spectrogram: the exact inverse.

    Each patch is transformed back, weighted with its window again and added to its neighbours; the
    squared windows add up to one.

    Shapes: (source?, channel, patch in freq, patch in time, a, b) to (source?, channel, freq, time).

    Reference: F.-R. Stoeter, A. Liutkus, R. Badeau, B. Edler, P. Magron, "Common fate model for unison
    source separation", ICASSP 2016.
    """
    grid = patches.grid
    data = dsp.inverse(patches.data, (grid.bins, grid.frames), context.progress)
    return Spectrogram(data, grid, patches.sources)


def _factor_bytes(patches: CommonFate, *, sources: int, **_: Any) -> float:
    return patches.nbytes * (2.0 + sources / 4)


@node(
    "factor.common_fate",
    label="Common fate model",
    whole=True,
    memory=_factor_bytes,
    aliases=("CFM", "unison", "vibrato"),
)
def common_fate_model(
    patches: CommonFate,
    *,
    sources: Annotated[int, Param(1, 16, suggest=(2, 3))] = 2,
    iterations: Annotated[int, Param(1, 5000, suggest=(60, 100))] = 60,
    seed: Annotated[int, Param(min=0)] = 0,
    context: Context = SILENT,
) -> Spectrogram:
    """Tell voices in unison apart by how they move: a vibrato of their own, a slide, a tremolo.

    |Z| ~ sum over j of A[f, a, b, j] H[t, j] C[c, j]: each source has one pattern of movement at each
    frequency, which comes and goes. Found by multiplicative updates of the Kullback-Leibler divergence
    from a random start; then each source gets its share of the model of each patch, and the patches are
    turned back. The estimates (source, channel, freq, time) **sum to the mixture**.

    Two tones of one pitch, each alone for 2 s and then together: 11 dB each, and 1.4 dB with NMF, to
    which their spectra are the same.

    Shapes: (channel, patch in freq, patch in time, a, b) to (source, channel, freq, time).

    When it fails: sources that always sound together cannot be told apart, each must be louder than the
    others somewhere; a source has one pattern, so a melody needs a source for each of its notes; without
    vibrato there is no other fate.

    Reference: F.-R. Stoeter, A. Liutkus, R. Badeau, B. Edler, P. Magron, "Common fate model for unison
    source separation", ICASSP 2016.
    """
    patches.check_one("patches")
    strength = dsp.banded(patches.data)
    model = dsp.start(strength, sources, np.random.default_rng(seed))
    for turn in range(iterations):

        def tick(done: float, turn: int = turn) -> None:
            context.progress((turn + done) / iterations, f"iteration {turn + 1} of {iterations}")

        model = dsp.update(strength, model, tick)
    del strength
    grid = patches.grid
    data = np.empty((sources, patches.channels, grid.bins, grid.frames), np.complex64)
    for source in range(sources):
        mine = dsp.share(patches.data, model, source)
        data[source] = dsp.inverse(mine, (grid.bins, grid.frames))
    return Spectrogram(data, grid, numbered(sources))
