"""Independent component analysis of sound that is mixed by level alone, x = A s.

Whitening leaves a rotation to be found: the one whose outputs are least Gaussian (`fast_step`), or
whose fourth cumulants vanish across outputs (`jade`). All sums run over blocks of samples in double
precision, and blocks are added in order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodes.dsp.blocks import Tick, one_blas_thread, parallel, silent, spans

Array = NDArray[Any]
Nonlinearity = Literal["tanh", "cube", "gauss"]

BLOCK = 1 << 15
"""Numbers worked on at once."""
SMALLEST = 1e-10
"""What varies less than this, as a share of the strongest direction, is no sound of its own."""
SWEEPS = 100
"""Most rounds of rotations; a dozen is usual."""
CROWD = 16
"""Most channels for JADE, whose cumulants grow with the fourth power of their number."""


def _summed(sound: Array, function: Callable[[Array], Array], tick: Tick) -> Array:
    """Add up `function` over blocks (channel, sample) in double precision, in their order."""
    parts = spans(sound.shape[-1], max(1, BLOCK // len(sound)))
    sums: list[Array] = [np.empty(0)] * len(parts)

    def work(number: int) -> None:
        first, last = parts[number]
        sums[number] = function(sound[:, first:last].astype(np.float64))

    with one_blas_thread():
        parallel(work, range(len(parts)), tick)
    total: Array = np.sum(np.stack(sums), axis=0)
    return total


def means(sound: Array, tick: Tick = silent) -> Array:
    """Give the mean of each channel."""
    made: Array = _summed(sound, lambda part: part.sum(axis=1), tick) / sound.shape[-1]
    return made


def whitening(sound: Array, count: int = 0, tick: Tick = silent) -> tuple[Array, Array]:
    """Find the uncorrelated directions of a sound.

    Parameters
    ----------
    sound
        (channel, sample).
    count
        How many directions to keep, the strongest; 0: all that carry sound.
    tick
        Called with the fraction done.

    Returns
    -------
    mean
        float64 (channel,).
    mixing
        float64 D (channel, direction), by falling strength: sound = mean + D white. Directions
        below 1e-10 of the strongest one's power are left out; silence has none.
    """
    mean = means(sound, lambda done: tick(done / 2))

    def products(part: Array) -> Array:
        part -= mean[:, np.newaxis]
        made: Array = part @ part.T
        return made

    covariance = _summed(sound, products, lambda done: tick(0.5 + done / 2)) / sound.shape[-1]
    powers, directions = np.linalg.eigh(covariance)
    order = np.argsort(-powers, kind="stable")
    powers, directions = powers[order], directions[:, order]
    # The least number, so that a constant channel is silence however large it is.
    level = np.max(np.abs(mean), initial=0.0) ** 2 * np.finfo(np.float32).eps ** 2
    kept = powers > max(SMALLEST * powers[0], level, np.finfo(float).tiny)
    kept[count or len(kept) :] = False
    # Signs are those of the first channel that matters, not of the library's mood.
    directions = upright(directions[:, kept])
    return mean, directions * np.sqrt(powers[kept])


def whitened(sound: Array, mean: Array, mixing: Array, tick: Tick = silent) -> Array:
    """Give the sound seen from its directions: float32 (direction, sample), each with power 1."""
    unmixing = _inverse(mixing)
    return _each(sound, lambda part: unmixing @ (part - mean[:, np.newaxis]), len(unmixing), tick)


def _each(sound: Array, function: Callable[[Array], Array], count: int, tick: Tick) -> Array:
    """Turn blocks of sound into blocks of `count` channels, float32."""
    made = np.empty((count, sound.shape[-1]), np.float32)

    def work(span: tuple[int, int]) -> None:
        made[:, slice(*span)] = function(sound[:, slice(*span)].astype(np.float64))

    with one_blas_thread():
        parallel(work, spans(sound.shape[-1], max(1, BLOCK // len(sound))), tick)
    return made


def start(count: int, rng: np.random.Generator) -> Array:
    """Give a random rotation (count, count)."""
    return orthogonal(rng.standard_normal((count, count)))


def orthogonal(matrix: Array) -> Array:
    """Give the nearest matrix with orthonormal rows, (W W^T)^(-1/2) W."""
    left, _, right = np.linalg.svd(matrix, full_matrices=False)
    made: Array = left @ right
    return made


def _bent(outputs: Array, nonlinearity: Nonlinearity) -> tuple[Array, Array]:
    """Give g(u) and the sum over samples of g'(u)."""
    square = outputs * outputs
    if nonlinearity == "cube":
        return square * outputs, 3 * square.sum(axis=1)
    if nonlinearity == "gauss":
        bell = np.exp(-square / 2)
        return outputs * bell, ((1 - square) * bell).sum(axis=1)
    curve = np.tanh(outputs)
    return curve, (1 - curve * curve).sum(axis=1)


def fast_step(
    white: Array, unmixing: Array, nonlinearity: Nonlinearity = "tanh", tick: Tick = silent
) -> Array:
    """Turn once towards outputs that are less Gaussian: one step of symmetric FastICA.

    W <- E[g(u) z^T] - diag(E[g'(u)]) W with u = W z, then made orthogonal.

    Parameters
    ----------
    white
        z (direction, sample), as `whitened` gives it.
    unmixing
        W (source, direction), orthonormal rows.
    nonlinearity
        g: tanh u, u^3 or u exp(-u^2 / 2).
    tick
        Called with the fraction done.

    References
    ----------
    Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", IEEE
    Transactions on Neural Networks 10(3), 1999.
    """

    def moments(part: Array) -> Array:
        curve, slope = _bent(unmixing @ part, nonlinearity)
        return np.concatenate([curve @ part.T, slope[:, np.newaxis]], axis=1)

    sums = _summed(white, moments, tick) / white.shape[-1]
    turned = sums[:, :-1] - sums[:, -1:] * unmixing
    # Where the start is a stationary point of no use, nothing is left to turn to.
    return orthogonal(turned) if np.linalg.norm(turned) > 1e-12 else unmixing


def turned_by(before: Array, after: Array) -> float:
    """Tell how far a step has turned: 0 where each row stays on its line, whatever its sign."""
    return float(np.max(np.abs(1 - np.abs(np.einsum("ij,ij->i", before, after))), initial=0.0))


def cumulants(white: Array, tick: Tick = silent) -> Array:
    """Give the fourth cumulants as matrices Q_pq (pair, direction, direction), p <= q.

    Q_pq = E[z_p z_q z z^T] - E[z_p z_q] I - e_p e_q^T - e_q e_p^T, times sqrt 2 for p < q.
    """
    size = len(white)
    first, second = np.triu_indices(size)

    def fourth(part: Array) -> Array:
        pairs = part[first] * part[second]
        made: Array = pairs @ pairs.T
        return made

    moments = _summed(white, fourth, tick) / white.shape[-1]
    full = np.empty((len(first), size, size))
    full[:, first, second] = full[:, second, first] = moments
    eye = np.eye(size)
    for matrix, p, q in zip(full, first, second, strict=True):
        matrix -= eye[p, q] * eye + np.outer(eye[p], eye[q]) + np.outer(eye[q], eye[p])
        if p != q:
            matrix *= math.sqrt(2)
    return full


def jade(white: Array, tolerance: float = 1e-10, tick: Tick = silent) -> Array:
    """Find the rotation W (source, direction) that makes all cumulants across sources small.

    Jacobi rotations diagonalise the matrices of `cumulants` together, until in one round none turns
    by `tolerance` radians.

    References
    ----------
    Cardoso and Souloumiac, "Blind beamforming for non-Gaussian signals", IEE Proceedings F 140(6),
    1993.
    """
    matrices = cumulants(white, tick)
    size = len(white)
    rotation = np.eye(size)
    for _ in range(SWEEPS):
        largest = 0.0
        for p in range(size):
            for q in range(p + 1, size):
                angle = _jacobi(matrices, p, q)
                if abs(angle) > tolerance:
                    _rotate(matrices, rotation, p, q, angle)
                largest = max(largest, abs(angle))
        if largest <= tolerance:
            break
    return rotation.T


def _jacobi(matrices: Array, p: int, q: int) -> float:
    """Give the angle that makes the elements (p, q) of all matrices smallest."""
    apart = matrices[:, p, p] - matrices[:, q, q]
    across = matrices[:, p, q] + matrices[:, q, p]
    on = float(apart @ apart - across @ across)
    off = float(2 * apart @ across)
    return 0.5 * math.atan2(off, on + math.hypot(on, off))


def _rotate(matrices: Array, rotation: Array, p: int, q: int, angle: float) -> None:
    """Turn the matrices and what has been turned so far in the plane of p and q."""
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    rotation[:, [p, q]] = rotation[:, [p, q]] @ turn
    matrices[:, :, [p, q]] = matrices[:, :, [p, q]] @ turn
    matrices[:, [p, q], :] = turn.T @ matrices[:, [p, q], :]


def kurtosis(sound: Array, mixing: Array, tick: Tick = silent) -> Array:
    """Give the excess kurtosis of each source, E[s^4] / E[s^2]^2 - 3: 0 where it is Gaussian.

    Parameters
    ----------
    sound
        x = A s (channel, sample); its mean does not count.
    mixing
        A (channel, source).
    tick
        Called with the fraction done.
    """
    unmixing = _inverse(mixing)
    mean = means(sound, lambda done: tick(done / 3))[:, np.newaxis]

    def moments(part: Array) -> Array:
        output = unmixing @ (part - mean)
        square = output * output
        return np.stack([square.sum(axis=1), (square * square).sum(axis=1)])

    sums = _summed(sound, moments, lambda done: tick((1 + 2 * done) / 3)) / sound.shape[-1]
    second, fourth = sums
    excess: Array = fourth / np.maximum(second * second, np.finfo(float).tiny) - 3
    return excess


def images(sound: Array, mixing: Array, tick: Tick = silent) -> Array:
    """Give what each source puts into the channels, A_j times row j of the inverse of A times x.

    Parameters
    ----------
    sound
        x (channel, sample), with its mean.
    mixing
        A (channel, source).
    tick
        Called with the fraction done.

    Returns
    -------
    float32 (source, channel, sample). They do not depend on the scale of the columns of A, and
    where there are as many as channels they sum to x.
    """
    size, count = mixing.shape
    unmixing = _inverse(mixing)
    # One matrix gives all images at once.
    single = (mixing.T[:, :, np.newaxis] * unmixing[:, np.newaxis, :]).reshape(count * size, size)
    made = _each(sound, lambda part: np.asarray(single @ part), count * size, tick)
    return made.reshape(count, size, -1)


def _inverse(mixing: Array) -> Array:
    """Give the matrix that takes channels to sources."""
    made: Array = np.linalg.pinv(mixing, rcond=1e-12)
    return made


def upright(mixing: Array) -> Array:
    """Give each column (channel, source) the sign that makes its first large element positive."""
    large = np.abs(mixing) >= 1e-6 * np.abs(mixing).max(axis=0, keepdims=True, initial=0.0)
    first = large.argmax(axis=0)
    made: Array = mixing * np.where(mixing[first, np.arange(mixing.shape[1])] < 0, -1.0, 1.0)
    return made


def places(mixing: Array) -> Array:
    """Tell where each column (channel, source) lies.

    For two channels the angle in degrees, over -90 to 90, where a source with one channel reversed
    is below 0. For more the mean number of the channel, from 1, weighted by energy.
    """
    if len(mixing) == 2:
        first, second = upright(mixing)
        angle: Array = np.rad2deg(np.arctan2(second, first))
        return angle
    energy = mixing * mixing
    mean: Array = np.arange(1, len(mixing) + 1) @ (energy / energy.sum(axis=0))
    return mean
