"""Lay the picture of a stretch of time over that of the whole: what lies outside stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nodegraph.reduction import How, how
from nodegraph.views import Axis, Blend, Heatmap, Panels, Picture, Wave

Array = NDArray[Any]
_Map = TypeVar("_Map", Heatmap, Blend)


def patched(base: Picture | None, patch: Picture) -> Picture:
    """Give the base with the stretch that the patch shows put over it.

    Planes and outlines whose other axes are equal are joined, column by column of the base, be the
    patch coarser or finer; of anything else the patch takes the place.
    """
    if isinstance(base, Panels) and isinstance(patch, Panels):
        if base.places != patch.places:
            return patch
        pairs = zip(base.pictures, patch.pictures, strict=True)
        return replace(patch, pictures=tuple(patched(one, other) for one, other in pairs))  # type: ignore[misc]
    if isinstance(base, Heatmap) and isinstance(patch, Heatmap):
        return _heatmap(base, patch)
    if isinstance(base, Blend) and isinstance(patch, Blend):
        return _blend(base, patch)
    if isinstance(base, Wave) and isinstance(patch, Wave):
        return _wave(base, patch)
    return patch


def _heatmap(base: Heatmap, patch: Heatmap) -> Heatmap:
    same = base.y == patch.y and base.data.shape[0] > 0 and patch.data.shape[0] > 0
    same = same and (base.unit, base.colours) == (patch.unit, patch.colours)
    where = _columns(base.x, base.data.shape[-1], patch.x, patch.data.shape[-1])
    if not same or where is None:
        return patch
    data = base.data.copy()
    columns, edges = where
    found = _joined(patch.data, edges, how(base)) + _louder(base, patch)
    data[:, columns] = _rows(found, len(data))
    return replace(base, data=data)


def _blend(base: Blend, patch: Blend) -> Blend:
    same = (base.y, base.names) == (patch.y, patch.names)
    same = same and base.level.shape[0] > 0 and patch.level.shape[0] > 0
    where = _columns(base.x, base.level.shape[-1], patch.x, patch.level.shape[-1])
    if not same or where is None:
        return patch
    shares, level = base.shares.copy(), base.level.copy()
    columns, edges = where
    found = _joined(patch.level, edges, "largest") + _louder(base, patch)
    level[:, columns] = _rows(found, len(level))
    for mine, theirs in zip(shares, patch.shares, strict=True):
        mine[:, columns] = _rows(_joined(theirs, edges, "average"), len(mine))
    return replace(base, shares=shares, level=level)


def _wave(base: Wave, patch: Wave) -> Wave:
    where = _columns(base.x, len(base.low), patch.x, len(patch.low))
    if base.name != patch.name or where is None:
        return patch
    low, high = base.low.copy(), base.high.copy()
    columns, edges = where
    low[columns] = -_joined(-patch.low[np.newaxis], edges, "largest")[0]
    high[columns] = _joined(patch.high[np.newaxis], edges, "largest")[0]
    return replace(base, low=low, high=high)


def _columns(base: Axis, wide: int, patch: Axis, cells: int) -> tuple[slice, Array] | None:
    """Give the columns of the base whose middle the patch covers, and its cells under each.

    None where the two do not lie on one axis, or the patch reaches beyond the base: then the base
    shows something else.
    """
    alike = (base.name, base.unit, base.scale) == (patch.name, patch.unit, patch.scale)
    length, seconds = base.stop - base.start, patch.stop - patch.start
    if not alike or base.scale != "linear" or not wide or not cells or min(length, seconds) <= 0:
        return None
    cell = seconds / cells
    if patch.start < base.start - cell or patch.stop > base.stop + max(cell, length / wide):
        return None
    first = max(int(np.ceil((patch.start - base.start) / length * wide - 0.5)), 0)
    last = min(int(np.ceil((patch.stop - base.start) / length * wide - 0.5)), wide)
    sides = base.start + np.arange(first, max(last, first) + 1) * length / wide
    edges = np.clip(np.round((sides - patch.start) / cell).astype(int), 0, cells)
    edges[:-1] = np.minimum(edges[:-1], cells - 1)
    return slice(first, max(last, first)), edges


def _rows(data: Array, count: int) -> Array:
    """Give as many rows as the base has, where the patch is coarser or finer."""
    if len(data) == count:
        return data
    made: Array = data[np.arange(count) * len(data) // count]
    return made


def _joined(data: Array, edges: Array, way: How) -> Array:
    """Join the cells of each column."""
    starts, ends = edges[:-1], np.maximum(edges[1:], edges[:-1] + 1)
    if not len(starts):
        return np.zeros((data.shape[0], 0), np.float32)
    if way == "one":
        return data[:, (starts + ends - 1) // 2].astype(np.float32)
    ufunc = np.fmax if way == "largest" else np.add
    with np.errstate(all="ignore"):
        made: Array = ufunc.reduceat(data[:, : ends[-1]].astype(np.float32), starts, axis=1)
        return made if way == "largest" else made / (ends - starts)


def _louder(base: _Map, patch: _Map) -> float:
    """Give by how many dB the reference of the patch lies above that of the base."""
    difference = patch.top - base.top
    return float(difference) if np.isfinite(difference) else 0.0
