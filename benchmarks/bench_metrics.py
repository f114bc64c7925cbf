"""BSS Eval against museval and mir_eval.

    python benchmarks/bench_metrics.py [--quick]

Four sources in thirty seconds of stereo (ten with --quick), coloured noise, with estimates that have
some of everything wrong. museval: version 4, windows of a second. mir_eval has no such windows: there
the whole recording is one. museval is no part of the tests' requirements, since its package needs
ffmpeg to be imported; only its file of measures is used here (`pip install --no-deps museval`), and
where that is missing so are its rows. Goals: three times as fast as museval, in half its memory. See
`bench_dsp.py` for what the columns mean.
"""

from __future__ import annotations

import argparse
import importlib.util
import warnings
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from measure import Row, table
from mir_eval import separation
from numpy.typing import NDArray
from scipy.signal import lfilter

from nodes.dsp import bss_eval

Array = NDArray[Any]
SOURCES, CHANNELS, RATE = 4, 2, 44100


def museval() -> ModuleType | None:
    """Give museval's file of measures, if it is installed."""
    found = importlib.util.find_spec("museval")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "metrics.py"
    spec = importlib.util.spec_from_file_location("museval_metrics", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def material(seconds: int) -> tuple[Array, Array]:
    """Give estimates and references (source, channel, sample)."""
    rng = np.random.default_rng(0)
    shape = (SOURCES, CHANNELS, seconds * RATE)
    references = np.empty(shape)
    for number in range(SOURCES):
        references[number] = lfilter([1.0], [1, -0.2 * number], rng.standard_normal(shape[1:]))
    estimates = 0.9 * references + 0.2 * np.roll(references, 1, axis=0)
    estimates += 0.1 * rng.standard_normal(shape)
    return estimates, references


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten seconds of sound")
    seconds = 10 if parser.parse_args().quick else 30
    estimates, references = material(seconds)
    theirs = [np.ascontiguousarray(s.transpose(0, 2, 1)) for s in (references, estimates)]
    # As they come from a graph.
    mine = [sounds.astype(np.float32) for sounds in (estimates, references)]
    name = f"{SOURCES} stereo sources, {seconds} s"
    ours = partial(bss_eval.evaluate, *mine, RATE)
    warnings.simplefilter("ignore", FutureWarning)
    rows = []
    peer = museval()
    if peer is not None:
        work = partial(peer.bss_eval, *theirs, window=RATE, hop=RATE)
        rows += [
            Row(f"v4, {name}", ours, "museval", work, 3, 1),
            Row(
                "v3, 1 window of all",
                partial(ours, version="v3", window=0),
                "museval",
                partial(peer.bss_eval_images, *theirs, compute_permutation=False),
                3,
                1,
            ),
        ]
    images = partial(separation.bss_eval_images, *theirs, compute_permutation=False)
    rows.append(Row("v3, 1 window of all", partial(ours, window=0), "mir_eval", images, 3, 1))
    table(rows)


if __name__ == "__main__":
    main()
