"""Independent component analysis: as many sources as channels, told apart by being independent.

``position.ica`` does it at one stroke. The same can be wired as a loop of ``position.ica_step`` from
``position.whiten`` and ``position.ica_start`` to ``position.ica_images``, with the same result.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Param, node
from nodegraph.values import Array, Audio, Mixing, Peaks, channels
from nodes.dsp import ica as dsp

Nonlinearity = Literal["tanh", "cube", "gauss"]
Sources = Annotated[int, Param(min=0, max=64, unit="sources")]
Seed = Annotated[int, Param(min=0)]

GAUSSIAN = 0.1
"""Excess kurtosis below which a sound is as good as Gaussian."""


class Whitened(NamedTuple):
    """Sound without correlation, and how it makes up the channels."""

    white: Audio
    mixing: Mixing


class Images(NamedTuple):
    """What each source puts into the channels, and where it stands."""

    images: Audio
    peaks: Peaks


class Components(NamedTuple):
    """What each source puts into the channels, by which gains, and where it stands."""

    images: Audio
    mixing: Mixing
    peaks: Peaks


def _check(audio: Audio, sources: int = 0) -> None:
    """Raise ValueError where the sound cannot hold that many sources."""
    audio.check_one("audio")
    if audio.channels < 2:
        raise ValueError(
            "ICA needs as many channels as sources, audio has 1 channel: use a stereo recording"
        )
    if sources > audio.channels:
        raise ValueError(
            f"sources {sources}: ICA estimates an unmixing matrix and needs as many channels as "
            f"sources, audio has {channels(audio.channels)} (survey, section IV-A)"
        )


def _matrix(mixing: Mixing, name: str, rows: int, what: str) -> Array:
    """Give the one real matrix of a mixing. Raises ValueError where it does not fit."""
    if len(mixing.data) != 1 or np.any(mixing.data.imag):
        raise ValueError(f"{name} must be gains that are the same at all frequencies")
    if mixing.channels != rows:
        raise ValueError(f"{name} leads to {channels(mixing.channels)}, {what} has {rows}")
    return np.ascontiguousarray(mixing.data[0].real)


def _named(matrix: Array, name: str = "source") -> Mixing:
    return Mixing(matrix[np.newaxis], tuple(f"{name} {k + 1}" for k in range(matrix.shape[1])))


def _white(audio: Audio, sources: int, context: Context, share: float) -> tuple[Array, Array]:
    """Give the whitened sound and what leads back; this is the first `share` of the work."""
    _check(audio, sources)
    half = share / 2
    mean, matrix = dsp.whitening(audio.data, sources, lambda done: context.progress(half * done))
    found = matrix.shape[1]
    if found == 0:
        raise ValueError("audio is silent or constant: there is nothing to learn a mixing from")
    if found < sources:
        raise ValueError(
            f"sources {sources}: the {channels(audio.channels)} of this recording carry only "
            f"{found} different sound{'s' if found > 1 else ''}"
        )
    if found < audio.channels and not sources:
        context.note(
            f"the {channels(audio.channels)} carry only {found} different "
            f"sound{'s' if found > 1 else ''}: as many sources can be found"
        )
    white = dsp.whitened(audio.data, mean, matrix, lambda done: context.progress(half * (1 + done)))
    return white, matrix


def _finished(audio: Audio, matrix: Array, context: Context, begin: float = 0.0) -> Components:
    """Order the sources from left to right and give their images."""
    part = (1 - begin) / 2
    matrix = dsp.upright(matrix)
    matrix = np.ascontiguousarray(matrix[:, np.argsort(dsp.places(matrix), kind="stable")])
    excess = dsp.kurtosis(audio.data, matrix, lambda done: context.progress(begin + part * done))
    mixing = _named(matrix)
    gaussian = [name for name, k in zip(mixing.sources, excess, strict=True) if abs(k) < GAUSSIAN]
    if len(gaussian) >= 2:
        context.note(
            f"{', '.join(gaussian)} are nearly Gaussian (excess kurtosis below {GAUSSIAN:g}): ICA "
            "cannot tell such sounds apart"
        )
    data = dsp.images(audio.data, matrix, lambda done: context.progress(begin + part * (1 + done)))
    energy = (matrix * matrix).sum(axis=0)
    peaks = Peaks(
        dsp.places(matrix).astype(np.float32),
        (energy / max(energy.max(), np.finfo(float).tiny)).astype(np.float32),
        "°" if audio.channels == 2 else "channel",
        mixing.sources,
    )
    return Components(Audio(data, audio.rate, mixing.sources), mixing, peaks)


def _white_bytes(audio: Audio, **_: Any) -> float:
    return audio.nbytes + 8e6


def _ica_bytes(audio: Audio, *_: Any, **__: Any) -> float:
    """The whitened sound, and an image of all channels for each source."""
    return audio.nbytes * (1.0 + audio.channels) + 8e6


@node(
    "position.whiten",
    label="Whiten",
    whole=True,
    memory=_white_bytes,
    aliases=("PCA", "decorrelate"),
)
def whiten(audio: Audio, *, sources: Sources = 0, context: Context = SILENT) -> Whitened:
    """Turn and scale the channels so that they are uncorrelated and equally strong.

    z = L^(-1/2) E^T (x - mean), with E and L the eigenvectors and eigenvalues of the covariance of
    the channels. The *mixing* E L^(1/2) leads back: x = mean + mixing z. Directions with less than
    1e-10 of the power of the strongest are dropped, so identical channels give one; `sources` keeps
    that many of the strongest (0: all).

    After this only a rotation is missing to independent sources: see `position.ica_step`.

    Shapes: audio (channel, sample) to white (direction, sample) and mixing (1, channel, direction).
    """
    white, matrix = _white(audio, sources, context, 1.0)
    return Whitened(Audio(white, audio.rate), _named(matrix, "direction"))


@node("position.ica_start", label="ICA start", whole=True)
def ica_start(white: Audio, *, seed: Seed = 0) -> Mixing:
    """Begin with a random rotation.

    Its columns say how each source makes up the whitened directions. The same ``seed`` gives the same
    start. Shapes: white (direction, sample) to mixing (1, direction, source).
    """
    white.check_one("white")
    return _named(dsp.start(white.channels, np.random.default_rng(seed)).T)


@node("position.ica_step", label="ICA step", whole=True, aliases=("FastICA step",))
def ica_step(
    white: Audio,
    mixing: Mixing,
    *,
    nonlinearity: Nonlinearity = "tanh",
    context: Context = SILENT,
) -> Mixing:
    """Turn once towards sources that are less Gaussian: one step of symmetric FastICA.

    W <- E[g(u) z^T] - diag(E[g'(u)]) W with u = W z, then W <- (W W^T)^(-1/2) W; the mixing is W^T.
    The `nonlinearity` g is tanh u, u^3 (*cube*: kurtosis) or u exp(-u^2 / 2) (*gauss*: outliers matter
    least). Half a dozen turns are usual.

    Shapes: white (direction, sample), mixing (1, direction, source).

    Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", IEEE
    Transactions on Neural Networks 10(3), 1999.
    """
    white.check_one("white")
    unmixing = _matrix(mixing, "mixing", white.channels, "white").T
    return _named(dsp.fast_step(white.data, unmixing, nonlinearity, context.progress).T)


@node("position.ica_images", label="ICA images", whole=True, memory=_ica_bytes)
def ica_images(
    audio: Audio, whitening: Mixing, mixing: Mixing, *, context: Context = SILENT
) -> Images:
    """Give what each source puts into the channels, from left to right.

    With A = whitening x mixing, image j is column j of A times row j of the inverse of A times the
    sound: scale and order, which ICA cannot know, do not matter. Levels stay, and where there are as
    many sources as channels the images sum to the mixture.

    The *peaks* tell where the columns point: for two channels the angle, 0 to 90 degrees, below 0
    where one channel is reversed; for more the mean channel, weighted by energy.

    Shapes: audio (channel, sample), whitening (1, channel, direction), mixing (1, direction, source)
    to images (source, channel, sample).
    """
    _check(audio)
    back = _matrix(whitening, "whitening", audio.channels, "audio")
    turn = _matrix(mixing, "mixing", back.shape[1], "whitening")
    done = _finished(audio, back @ turn, context)
    return Images(done.images, done.peaks)


def _settled(
    white: Array,
    nonlinearity: Nonlinearity,
    tolerance: float,
    iterations: int,
    seed: int,
    context: Context,
) -> Array:
    """Turn until a turn changes nothing any more."""
    unmixing = dsp.start(len(white), np.random.default_rng(seed))
    for turn in range(iterations):
        said = f"turn {turn + 1} of {iterations} at most"

        def tick(done: float, turn: int = turn, said: str = said) -> None:
            context.progress(0.2 + 0.5 * (turn + done) / iterations, said)

        before, unmixing = unmixing, dsp.fast_step(white, unmixing, nonlinearity, tick)
        if dsp.turned_by(before, unmixing) < tolerance:
            return unmixing
    context.note(f"FastICA has not settled after {iterations} turns: allow more iterations")
    return unmixing


@node(
    "position.ica",
    label="ICA",
    whole=True,
    memory=_ica_bytes,
    aliases=("FastICA", "JADE", "independent component analysis", "unmixing"),
)
def ica(
    audio: Audio,
    *,
    method: Literal["FastICA", "JADE"] = "FastICA",
    nonlinearity: Nonlinearity = "tanh",
    sources: Sources = 0,
    tolerance: Annotated[float, Param(min=0, log=True, suggest=(1e-9, 1e-6, 1e-4))] = 1e-9,
    iterations: Annotated[int, Param(min=1, max=5000, suggest=(50, 200))] = 200,
    seed: Seed = 0,
    context: Context = SILENT,
) -> Components:
    """Find as many independent sources as there are channels, and what each puts into them.

    x = A s: the channels are whitened, then rotated until the outputs are independent. *FastICA*
    turns towards outputs that are least Gaussian, as `position.ica_step` does with the same
    `nonlinearity`, until a turn changes less than the `tolerance` or `iterations` are done, from a
    random start by `seed`. *JADE* makes the fourth cumulants across outputs small by Jacobi rotations
    and needs none of these.

    The *images* (source, channel, sample) keep their levels and sum to the mixture; they are ordered
    by their place, which the *peaks* tell: the angle for two channels, the mean channel for more. A
    column of the *mixing* (1, channel, source) holds the gains of a source whose rms is 1. With fewer
    `sources` than channels the strongest directions are kept and the rest belongs to nobody.

    When it fails: with more sources than channels no unmixing matrix exists, and it finds mixtures;
    with delays and reverberation, since it knows gains only; where two sources are Gaussian, which it
    says; where sources play the same rhythm and are not independent.

    Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", 1999.
    Cardoso and Souloumiac, "Blind beamforming for non-Gaussian signals", 1993.
    """
    if method == "JADE" and audio.channels > dsp.CROWD:
        raise ValueError(
            f"JADE takes {dsp.CROWD} channels at most, audio has {audio.channels}: use FastICA"
        )
    white, back = _white(audio, sources, context, 0.2)
    if method == "JADE":
        turned = dsp.jade(white, tick=lambda done: context.progress(0.2 + 0.5 * done))
    else:
        turned = _settled(white, nonlinearity, tolerance, iterations, seed, context)
    return _finished(audio, back @ np.ascontiguousarray(turned.T), context, 0.7)
