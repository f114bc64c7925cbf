"""One call of a node: what it gives, held to its declaration; what goes wrong, said in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.engine.steps import Step
from nodegraph.errors import NodeFailed
from nodegraph.values import Absent, Audio, Value


def words(error: BaseException) -> str:
    """Say an error in one line."""
    if isinstance(error, MemoryError):
        detail = f" ({error})" if str(error) else ""
        return (
            f"ran out of memory{detail}: take a shorter stretch, a larger hop, mono, or --segment"
        )
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    text = " ".join(text.split())
    expected = isinstance(error, (ValueError, KeyError, NodeFailed)) and text
    return text if expected else f"{type(error).__name__}: {text}"


def shapes(error: BaseException, got: Mapping[str, Any]) -> str:
    """Add what the ports received, where the error did not come with words of its own."""
    if isinstance(error, (NodeFailed, OSError, MemoryError)) or isinstance(
        error.__cause__, OSError
    ):
        return ""
    sizes = [f"{name} {_shape(v)}" for name, v in got.items() if v is not None and v.nbytes]
    return f"; got {', '.join(sizes)}" if sizes else ""


def _shape(value: Value) -> str:
    sizes = [" x ".join(map(str, array.shape)) for array in value.arrays()]
    return f"{type(value).__name__} {', '.join(sizes)}".strip()


def by_output(step: Step, result: Any) -> dict[str, Value]:
    """Name the values of a result, and hold them to the declared types."""
    node_type = step.type
    assert node_type is not None
    outputs = node_type.outputs
    if outputs[0].name == "" and isinstance(result, outputs[0].types):
        return {"": result}
    values: tuple[Any, ...] = (result,) if outputs[0].name == "" else tuple(result)
    named: dict[str, Value] = {}
    for output, value in zip(outputs, values, strict=True):
        kinds: tuple[type[Value], ...] = (*output.types, Absent)
        if not isinstance(value, kinds):
            raise NodeFailed(f"gave {type(value).__name__} where it declares {output.type_names}")
        named[output.name] = value
    return named


def cut(value: Value, region: tuple[float, float]) -> Value:
    """Limit sound to a stretch of time."""
    if not isinstance(value, Audio):
        return value
    start, stop = (round(edge * value.rate) for edge in region)
    if start >= value.length:
        raise NodeFailed(
            f"the region begins at {region[0]:g} s, the sound ends at {value.seconds:g} s"
        )
    return value.like(value.data[..., start:stop])


def shortened(values: Mapping[str, Value], region: tuple[float, float]) -> dict[str, Value]:
    """Limit values to a stretch of time, in memory of their own: the whole may be let go."""
    made: dict[str, Value] = {}
    for name, value in values.items():
        short = cut(value, region)
        if isinstance(short, Audio):
            short = short.like(short.data.copy())
        short.freeze()
        made[name] = short
    return made


def check_memory(need: float, share: float = 1.0) -> None:
    """Refuse work that takes more than a share of the free memory, before it is begun."""
    if need < 256 * 2**20:
        return
    import psutil

    free = psutil.virtual_memory().available
    if need > share * free:
        raise NodeFailed(
            f"needs about {need / 2**30:.1f} GB; {free / 2**30:.1f} GB are free: "
            "take a shorter stretch, a larger hop, mono, or --segment"
        )
