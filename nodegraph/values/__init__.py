"""What flows on wires: a read-only array each, with what is needed to label or undo it.

Axes count from the right. In planes time is -1, frequency -2, channel -3, source -4; in audio
sample is -1, channel -2, source -3. Several sources travel on one wire as a leading axis with
names in ``sources``; where ``sources`` is empty there is no such axis.

Values hold arrays and are never compared: ``eq=False``. They do not copy: whoever makes a value
gives its array away.
"""

from nodegraph.values.activity import Activity
from nodegraph.values.common_fate import CommonFate
from nodegraph.values.core import (
    Absent,
    Array,
    Grid,
    Sourced,
    Value,
    channels,
    constant_q,
    numbered,
)
from nodegraph.values.models import Factors, Kernel, Terms
from nodegraph.values.notes import Notes
from nodegraph.values.numbers import Curve, Files, Number, Scores, Windows, stack
from nodegraph.values.places import Covariance, Histogram, Mixing, Peaks
from nodegraph.values.planes import Audio, Field, Mask, Plane, Power, Projections, Spectrogram
from nodegraph.values.repetition import Neighbours, Similarity
from nodegraph.values.singing import SourceFilter
from nodegraph.values.voices import Partials, Pitch

__all__ = [
    "Absent",
    "Activity",
    "Array",
    "Audio",
    "CommonFate",
    "Covariance",
    "Curve",
    "Factors",
    "Field",
    "Files",
    "Grid",
    "Histogram",
    "Kernel",
    "Mask",
    "Mixing",
    "Neighbours",
    "Notes",
    "Number",
    "Partials",
    "Peaks",
    "Pitch",
    "Plane",
    "Power",
    "Projections",
    "Scores",
    "Similarity",
    "SourceFilter",
    "Sourced",
    "Spectrogram",
    "Terms",
    "Value",
    "Windows",
    "channels",
    "constant_q",
    "numbered",
    "stack",
]
