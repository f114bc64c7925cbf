"""Windows of the short-time Fourier transform, all periodic: their period is their length.

A window is known by its text: ``hann``, or ``kaiser(8.6)`` where it has a parameter.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

COSINES = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
}
"""Windows that are sums of cosines: w[n] = a0 - a1 cos(2 pi n / L) + a2 cos(4 pi n / L) - ..."""

SHAPED = ("gaussian", "kaiser")
"""Windows with a parameter, beta."""

TEXT = re.compile(r"([a-z]+)(?:\((.+)\))?")


def text(name: str, beta: float) -> str:
    """Give the text that a window is known by: ``kaiser(8.6)``, or just ``hann``."""
    return f"{name}({float(beta)!r})" if name in SHAPED else name


def window(text: str, length: int) -> Array:
    """Give a window as float64 (sample,), 0 to 1, periodic.

    Parameters
    ----------
    text
        ``hann``, ``hamming``, ``sine`` (the root of hann), ``blackman``, ``blackmanharris``,
        ``boxcar``, ``gaussian(beta)`` or ``kaiser(beta)``. Both shapes agree in beta: with x from
        -1 to 1 the Gaussian is exp(-beta x^2 / 2), which is what a Kaiser window tends to.
    length
        Samples. A window of one sample is 1.

    References
    ----------
    F. J. Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform",
    Proc. IEEE 66(1), 1978.
    """
    name, beta = _parse(text)
    if length < 1:
        raise ValueError(f"a window needs at least 1 sample, got {length}")
    if length == 1:
        return np.ones(1)
    x = np.arange(length) / length
    if name in COSINES:
        terms = (a * (-1) ** k * np.cos(2 * np.pi * k * x) for k, a in enumerate(COSINES[name]))
        return np.asarray(np.maximum(sum(terms), 0.0))
    if name == "sine":
        return np.sin(np.pi * x)
    if name == "gaussian":
        return np.exp(-beta / 2 * (2 * x - 1) ** 2)
    return np.kaiser(length + 1, beta)[:-1]


def _parse(text: str) -> tuple[str, float]:
    """Read the name and the parameter of a window."""
    match = TEXT.fullmatch(text)
    name, beta = match.groups() if match else (text, None)
    try:
        if (name in SHAPED) and beta is not None and 0 <= float(beta) < np.inf:
            return name, float(beta)
        if (name in COSINES or name == "sine") and beta is None:
            return name, 0.0
    except ValueError:
        pass
    known = ", ".join([*COSINES, "sine", *(f"{name}(beta)" for name in SHAPED)])
    raise ValueError(f"{text!r} is no window; there is: {known}, with beta 0 or more")
