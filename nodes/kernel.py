"""Which neighbours of a bin are like it, and the median over them: the idea of kernel models."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from nodegraph.cells import read
from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Kernel, Power, Spectrogram
from nodes.dsp import median as dsp

Seconds = Annotated[float, Param(0, 10, step=0.01, unit="s")]
Hertz = Annotated[float, Param(0, 20000, step=10, unit="Hz")]


def _frames(plane: Spectrogram | Power, seconds: float) -> int:
    """Turn a duration into the nearest odd number of frames."""
    return _odd(seconds * plane.grid.rate / plane.grid.hop)


def _bins(plane: Spectrogram | Power, hertz: float) -> int:
    """Turn a width into the nearest odd number of bins. Raises ValueError where bins differ."""
    if not plane.grid.linear:
        raise ValueError(
            f"a height in Hz is another number of bins at each pitch on {plane.grid.scale}: "
            "use kernel.custom, which counts bins"
        )
    return _odd(hertz * plane.grid.n_fft / plane.grid.rate)


def _odd(count: float) -> int:
    return 2 * max(0, round((count - 1) / 2)) + 1


@node("kernel.horizontal", aliases=("harmonic",))
def horizontal(plane: Spectrogram | Power, *, length: Seconds = 0.4) -> Kernel:
    """Neighbours in time at the same frequency: what sounds on and on, such as a held note.

    A bar of one bin by ``length``, rounded to an odd number of frames (17 at 44.1 kHz with hop
    1024). The plane is there for its grid alone.

    When it fails: vibrato and glides leave their bin; a bar much longer than the notes bridges them.

    Reference: D. FitzGerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
    """
    frames = _frames(plane, length)
    return Kernel(np.ones((1, frames), bool), f"horizontal, {frames} frames")


@node("kernel.vertical", aliases=("percussive",))
def vertical(plane: Spectrogram | Power, *, length: Hertz = 340.0) -> Kernel:
    """Neighbours in frequency at the same time: what holds all frequencies at once, such as a drum.

    A bar of ``length``, rounded to an odd number of bins (31 at 44.1 kHz with n_fft 4096), by one
    frame. The plane is there for its grid alone.

    When it fails: dense chords fill the bar as a drum does; hits longer than a frame are not sharp.

    Reference: D. FitzGerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
    """
    bins = _bins(plane, length)
    return Kernel(np.ones((bins, 1), bool), f"vertical, {bins} bins")


@node("kernel.cross")
def cross(plane: Spectrogram | Power, *, time: Seconds = 0.12, frequency: Hertz = 54.0) -> Kernel:
    """Near neighbours in time and in frequency: what changes slowly in both, such as a voice.

    A horizontal bar of ``time`` and a vertical one of ``frequency`` through the same centre, each
    rounded to an odd number of frames or bins. The plane is there for its grid alone.

    When it fails: beside a vertical kernel it cannot tell a voice from drums.

    Reference: A. Liutkus et al., "Kernel additive models for source separation", IEEE TSP 62(16),
    2014.
    """
    bins, frames = _bins(plane, frequency), _frames(plane, time)
    cells = np.zeros((bins, frames), bool)
    cells[bins // 2, :] = cells[:, frames // 2] = True
    return Kernel(cells, f"cross, {bins} bins by {frames} frames")


@node("kernel.custom", aliases=("draw",))
def custom(
    *,
    cells: Annotated[
        str, Param(paint=True, suggest=(".#./###/.#.", "diag(15)", "#.#.#"))
    ] = ".#./###/.#.",
) -> Kernel:
    """Neighbours drawn by hand: one row of text for each bin, the highest frequency on top.

    ``#`` or ``1`` counts, ``.`` or ``0`` does not; rows end with ``/`` or a new line. Time runs to
    the right, and the bin itself is in the middle, so both sides are odd: ``.#./###/.#.`` is a
    cross. ``diag(15)`` is a line that rises over 15 bins in 15 frames. This kernel is in bins and
    frames: it does not follow a change of the grid.
    """
    # Text begins with the upper row, a plane with the lowest frequency.
    return Kernel(read(cells)[::-1], "custom")


def _median_bytes(power: Power, kernel: Kernel, **_: Any) -> float:
    return power.data.size * 4.0 + 1e8


@node("kernel.median", label="Kernel median", memory=_median_bytes)
def median(power: Power, kernel: Kernel, *, context: Context = SILENT) -> Power:
    """Estimate a source robustly: each bin becomes the median over its kernel.

    z(k, n) = median of v(k + i, n + j) over all (i, j) in the kernel. What fills more than half of
    the neighbours stays, anything that fills less vanishes, however loud it is. At its edges the
    plane goes on as its mirror image.

    Shapes: power (source?, channel, freq, time), as it comes; kernel (freq, time).

    When it fails: where a source fills less than half of its own kernel, or two sources fill the same.

    Reference: A. Liutkus, D. FitzGerald, Z. Rafii, B. Pardo, L. Daudet, "Kernel additive models for
    source separation", IEEE TSP 62(16), 2014.
    """
    return power.like(dsp.kernel_median(power.data, kernel.data, context.progress))
