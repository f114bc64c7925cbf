"""Pitch against librosa: YIN and pYIN on the voice of the demo song.

    python benchmarks/bench_pitch.py [--quick]

The whole song, 19.2 s in one channel (two bars with --quick), 65 to 1000 Hz, a frame every 512
samples. Nothing here is a test: the times depend on the machine and on what else it does; the ratios
much less.
"""

from __future__ import annotations

import argparse
from functools import partial

import librosa
import numpy as np
from measure import Row, table

from nodes.dsp import pitch
from nodes.dsp.song.players import play

RATE, HOP, WINDOW = 44100, 512, 2048
LOW, HIGH = 65.0, 1000.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two bars, fewer repeats")
    quick = parser.parse_args().quick
    sound = np.float32(play("vocals", RATE, 2 if quick else 8, 0, lambda part: None))
    knobs = {"fmin": LOW, "fmax": HIGH, "sr": RATE, "hop_length": HOP}
    peer_yin = partial(librosa.yin, sound, frame_length=WINDOW, trough_threshold=0.1, **knobs)
    peer_pyin = partial(librosa.pyin, sound, frame_length=WINDOW, **knobs)
    mine = (sound[np.newaxis], RATE, LOW, HIGH, HOP, WINDOW)
    repeats = 3 if quick else 5
    table(
        [
            Row("YIN 2048/512", partial(pitch.yin, *mine), "librosa", peer_yin, 1, repeats),
            Row("pYIN 2048/512", partial(pitch.pyin, *mine), "librosa", peer_pyin, 5, repeats),
        ]
    )


if __name__ == "__main__":
    main()
