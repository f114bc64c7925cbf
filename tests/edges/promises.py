"""What is promised of a call, whatever comes in, and in words what a call breaks of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.declare import NodeType
from nodegraph.values import (
    Covariance,
    Curve,
    Factors,
    Files,
    Histogram,
    Kernel,
    Mask,
    Mixing,
    Number,
    Partials,
    Peaks,
    Pitch,
    Power,
    Scores,
    Sourced,
    Value,
)
from tests.edges.calling import Variant, arguments, call
from tests.edges.material import Material, NotMade

CRYPTIC = (
    "argmax", "argmin", "array", "axes", "axis", "broadcast", "buffer", "converge", "dimension",
    "division", "divide by", "dtype", "empty sequence", "fit its grid", "got shape", "index",
    "infs", "invalid value", "math domain", "matmul", "matrix is", "max()", "min()", "nan",
    "NoneType", "numpy", "object", "operand", "out of bounds", "positive definite", "read-only", "reshape",
    "scipy", "shape mismatch", "shapes (", "singular", "slice", "ufunc", "unpack", "zero-size",
)  # fmt: skip
"""Words of a message that was not meant for whoever uses the program."""


# Values


def faults_of(value: Value) -> list[str]:
    """Say what a value breaks of what its type promises."""
    found = []
    if isinstance(value, Files):
        return [f"{path} is not there" for path in value.paths if not path.is_file()]
    if isinstance(value, Number):
        return [] if np.isfinite(value.value) else [f"the number is {value.value}"]
    if isinstance(value, Scores):
        cells = [cell for row in value.rows.values() for cell in row.values()]
        return ["a score is endless"] if np.isinf(cells).any() else []
    for array in value.arrays():
        if not np.isfinite(array).all():
            found.append(f"{(~np.isfinite(array)).sum()} of {array.size} numbers are not finite")
    if found:
        return found
    if isinstance(value, Sourced) and value.data.dtype != value.dtype:
        found.append(f"dtype is {value.data.dtype}")
    broken = [CHECKS[kind](value) for kind in type(value).__mro__ if kind in CHECKS]
    return found + [words for words in broken if words]


def _positive(covariance: Covariance) -> str:
    data = covariance.data.astype(complex)
    size = max(np.abs(data).max(), 1e-30)
    if np.abs(data - data.conj().swapaxes(-1, -2)).max() > 1e-4 * size:
        return "a covariance is not Hermitian"
    least = np.linalg.eigvalsh(data).min() / size
    return f"a covariance has an eigenvalue of {least:.2g} of the largest" if least < -1e-4 else ""


def _not_negative(value: Value) -> str:
    least = min((float(array.min()) for array in value.arrays() if array.size), default=0.0)
    return f"something is negative: {least:g}" if least < 0 else ""


def _share(mask: Mask) -> str:
    low, high = mask.data.min(), mask.data.max()
    return "" if low >= 0 and high <= 1 + 1e-6 else f"shares are from {low:g} to {high:g}"


def _counts(histogram: Histogram) -> str:
    least, top = histogram.data.min(), histogram.data.max()
    # Blurring by FFT rounds.
    if least < -1e-6 * top:
        return f"a count is {least:g}, the largest {top:g}"
    sides = [side for side in (histogram.edges, histogram.across) if side is not None]
    return "" if all((np.diff(side) > 0).all() for side in sides) else "edges do not rise"


def _listed(peaks: Peaks) -> str:
    names = peaks.called
    if len(set(names)) < len(names):
        return f"two peaks have one name: {names}"
    sizes = {len(names), len(peaks.positions), len(peaks.heights)}
    return "" if len(sizes) == 1 else f"names, positions and heights are as many as {sizes}"


def _sung(pitch: Pitch) -> str:
    least, sure = pitch.data.min(initial=0), pitch.confidence
    if least < 0:
        return f"a pitch is {least:g} Hz"
    return "" if ((sure >= 0) & (sure <= 1 + 1e-6)).all() else "a confidence is not from 0 to 1"


def _joined(partials: Partials) -> str:
    same, frames = np.diff(partials.track) == 0, partials.frames
    if (np.diff(partials.track) < 0).any() or (np.diff(frames)[same] != 1).any():
        return "points are not sorted by track and frame"
    low = min(partials.amplitudes.min(initial=0), partials.frequencies.min(initial=0))
    return f"an amplitude or a frequency is {low:g}" if low < 0 else ""


CHECKS: dict[type, Any] = {
    Mask: _share,
    Power: _not_negative,
    Factors: _not_negative,
    Histogram: _counts,
    Peaks: _listed,
    Pitch: _sung,
    Partials: _joined,
    Covariance: _positive,
    Kernel: lambda kernel: "" if kernel.data.dtype == bool else "a kernel is not bool",
    Mixing: lambda mixing: "" if mixing.data.dtype == np.complex128 else "a mixing is not double",
    Curve: lambda curve: "" if len(curve.data) == len(curve.x) else "a curve has no x for each y",
}
"""For each type what of its promises a value breaks, in words; '' where it keeps them."""


def faults(node_type: NodeType, outputs: dict[str, Value]) -> list[str]:
    """Say what outputs break of what their node declares."""
    found = []
    for output in node_type.outputs:
        value = outputs[output.name]
        if not isinstance(value, output.types):
            found.append(f"{output.name} is {type(value).__name__}, not {output.type_names}")
        found += [f"{output.name or 'result'}: {fault}" for fault in faults_of(value)]
    return found


def cryptic(error: ValueError) -> str:
    """Say what is wrong with a refusal; '' where it is one clear line."""
    text = str(error)
    if type(error) is not ValueError:
        return f"{type(error).__name__}: {text}"
    if "\n" in text or not 15 <= len(text) <= 300:
        return f"not one line: {text!r}"
    words = [word for word in CRYPTIC if word.lower() in text.lower()]
    return f"says {', '.join(words)}: {text}" if words else ""


def copies(values: dict[str, Value]) -> list[bytes]:
    return [array.tobytes() for value in values.values() for array in value.arrays()]


# Calls


def faults_of_call(node_type: NodeType, mine: Material, variant: Variant, folder: str) -> list[str]:
    """Call a node once and say what it breaks."""
    try:
        values = arguments(node_type, mine, variant)
    except NotMade:
        return []
    return faults_with(node_type, values, variant, folder)


def faults_with(
    node_type: NodeType, values: dict[str, Value], variant: Variant, folder: str
) -> list[str]:
    """Call a node with given values and say what it breaks."""
    before = copies(values)
    try:
        found = faults(node_type, call(node_type, values, variant, folder))
    except ValueError as error:
        found = [fault] if (fault := cryptic(error)) else []
    except (Exception, Warning) as error:
        error.add_note(f"{node_type.id} {variant}")
        raise
    return found + (["an input was written to"] if copies(values) != before else [])
