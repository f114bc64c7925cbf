"""Every node that takes a plane takes one of constant Q too, or refuses it in one clear line."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pytest

from nodegraph.values import Audio, Histogram, Spectrogram
from nodes import bands, transform
from nodes.constant_q import cqt
from tests.edges import calling, promises
from tests.edges.material import RECORDINGS, Material

PLANES = {
    "Activity", "Covariance", "Factors", "Field", "Mask", "Power", "Projections", "Spectrogram",
}  # fmt: skip


class Pitched(Material):
    """All planes lie on bins at equal ratios."""

    def _transformed(self, audio: Audio) -> Spectrogram:
        return cqt(audio, lowest=100.0, per_octave=6)

    @cached_property
    def bands(self) -> Histogram:
        """Bands are made of the STFT alone."""
        return bands.mel(transform.power(transform.stft(self.images)), bands=20)


PLAIN = Pitched(RECORDINGS["plain"]())
TYPES = [
    type_id
    for type_id in calling.types()
    if any(
        kind.__name__ in PLANES for port in calling.REGISTRY[type_id].ports for kind in port.types
    )
]


@pytest.mark.parametrize("type_id", TYPES)
def test_a_node_takes_it_or_refuses_it_in_one_line(type_id: str, tmp_path: Path):
    node_type = calling.REGISTRY[type_id]
    assert not promises.faults_of_call(node_type, PLAIN, calling.Variant(), str(tmp_path))
