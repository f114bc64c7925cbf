"""Which neighbours of a bin are like it, and the median over them: the idea of kernel models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np

from nodegraph.cells import read
from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Kernel, Power, Spectrogram
from nodes.dsp import median as dsp

Seconds = Annotated[float, Param(0, 10, step=0.01, unit="s")]
Hertz = Annotated[float, Param(0, 20000, step=10, unit="Hz")]
Count = Annotated[int, Param(1, 20, suggest=(3, 5))]


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


@node("kernel.periodic", aliases=("repetition", "rhythm", "REPET"))
def periodic(
    plane: Spectrogram | Power,
    *,
    period: Annotated[float, Param(0.01, 30, step=0.01, unit="s", suggest=(0.5, 2.4, 4.8))] = 2.4,
    count: Count = 4,
) -> Kernel:
    """Neighbours one, two, three periods away: what comes again and again, such as a loop.

    The bin itself and those i times the ``period`` before and after it at the same frequency, for i
    up to ``count``: (k, n + i P). The number of a period that was found may be wired to the knob. A
    period need not be a whole number of frames; each step is rounded for itself. The plane is there
    for its grid alone.

    Set ``edges`` of the median to *drop*: there is nothing before the first period, and a mirror
    image of music does not repeat.

    When it fails: whatever the period is not true of counts as a voice, such as a fill or a tempo
    that drifts; a voice that repeats itself counts as the band. With a period of less than a note it
    is a horizontal kernel.

    Reference: A. Liutkus, D. FitzGerald, Z. Rafii, B. Pardo, L. Daudet, "Kernel additive models for
    source separation", IEEE TSP 62(16), 2014.
    """
    places = _steps(period * plane.grid.rate / plane.grid.hop, count)
    cells = np.zeros((1, 2 * int(places[-1]) + 1), bool)
    cells[0, places + places[-1]] = True
    return Kernel(cells, f"periodic, {count} periods of {period:g} s before and after")


@node("kernel.harmonic", aliases=("partials", "comb", "overtones"))
def harmonic(
    plane: Spectrogram | Power,
    *,
    f0: Annotated[float, Param(1, 20000, step=1, unit="Hz", suggest=(110, 220, 440))] = 220.0,
    count: Count = 3,
) -> Kernel:
    """Neighbours one, two, three partials away: what has overtones at the same time.

    The bin itself and those i times ``f0`` above and below it in the same frame, for i up to
    ``count``: (k + i f0, n). The number of a pitch may be wired to the knob. Each step is rounded to
    a bin for itself. The plane is there for its grid alone.

    Set ``edges`` of the median to *drop*: below the first partial there is none.

    When it fails: a pitch that moves needs another spacing in each frame; partials are not equally
    strong, so the median evens them out; two notes an octave apart have most bins in common.

    Reference: A. Liutkus, D. FitzGerald, Z. Rafii, B. Pardo, L. Daudet, "Kernel additive models for
    source separation", IEEE TSP 62(16), 2014.
    """
    places = _steps(f0 * plane.grid.n_fft / plane.grid.rate, count)
    cells = np.zeros((2 * int(places[-1]) + 1, 1), bool)
    cells[places + places[-1], 0] = True
    return Kernel(cells, f"harmonic, {count} partials of {f0:g} Hz above and below")


def _steps(spacing: float, count: int) -> Array:
    """Give the nearest place of each of -count..count steps; a step is one place at least."""
    ahead = np.rint(max(spacing, 1.0) * np.arange(1, count + 1)).astype(int)
    return np.concatenate([-ahead[::-1], [0], ahead])


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
def median(
    power: Power,
    kernel: Kernel,
    *,
    edges: Literal["reflect", "drop"] = "reflect",
    context: Context = SILENT,
) -> Power:
    """Estimate a source robustly: each bin becomes the median over its kernel.

    z(k, n) = median of v(k + i, n + j) over all (i, j) in the kernel. What fills more than half of
    the neighbours stays, anything that fills less vanishes, however loud it is.

    Beyond the ``edges`` of the plane lies its mirror image (*reflect*), or nothing (*drop*, right for
    kernels with gaps): the median is over the neighbours there are; a bin without any stays.

    Shapes: power (source?, channel, freq, time), as it comes; kernel (freq, time).

    When it fails: where a source fills less than half of its own kernel, or two sources fill the same.

    Liutkus et al., "Kernel additive models for source separation", IEEE TSP 62(16), 2014.
    """
    data = dsp.kernel_median(power.data, kernel.data, context.progress, edges == "drop")
    return power.like(data)
