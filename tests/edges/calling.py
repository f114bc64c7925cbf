"""How a node type is called with a material: which value goes to which port, and with what knobs.

What fits a port is told by its type and its name: names in the plural take a stack of sources. Only
where that is not enough does a node stand in a table here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nodegraph.context import Context
from nodegraph.declare import Knob, NodeType, Port
from nodegraph.registry import discover
from nodegraph.values import Sourced, Value
from tests.edges.material import HOP, N_FFT, Material, NotMade

REGISTRY = discover()

LEFT_OUT = {
    "source.file": "reads a file: see tests/test_bad_input.py",
    "source.notes_file": "reads a file: see tests/nodes/test_scores.py",
    "source.stems": "reads files: see tests/test_bad_input.py",
    "measure.mushra": "reads files: see tests/nodes/test_mushra.py",
    "measure.mushra_pairs": "reads files: see tests/nodes/test_mushra.py",
    "output.picture": "draws any value with matplotlib, which is slow: see tests/test_figure.py",
}
"""Node types that are not run here, and why."""

KNOBS: dict[str, Any] = {
    "n_fft": N_FFT,
    "hop": HOP,
    "iterations": 3,
    "seconds": 0.05,
    "bars": 1,
    "filters": 32,
    "existing": "replace",
    "source": "source 1",
}
"""Knobs that are set for every node that has them, so that little is computed."""

STACKS = {
    "sources", "stems", "estimates", "references", "images", "strengths",
    "masks", "magnitudes", "mask", "binary", "soft", "before", "after",
}  # fmt: skip
"""Names of ports that take several sources on one wire, beside those declared `Many`."""

MADE_OF: dict[str, tuple[str, str]] = {
    "Audio": ("mixture", "images"),
    "Spectrogram": ("spectrogram", "stems"),
    "Power": ("power", "powers"),
    "Mask": ("mask", "masks"),
    "Field": ("angle", "angle"),
    "Histogram": ("histogram", "histogram"),
    "Peaks": ("peaks", "peaks"),
    "Kernel": ("kernel", "kernel"),
    "Factors": ("factors", "factors"),
    "Notes": ("notes", "notes"),
    "Terms": ("terms", "terms"),
    "Covariance": ("covariance", "covariance"),
    "Mixing": ("mixing", "mixing"),
    "Activity": ("activity", "activity"),
    "SourceFilter": ("voice.start>", "voice.start>"),
    "Projections": ("projections", "projections"),
    "CommonFate": ("transform.common_fate>", "transform.common_fate>"),
    "Pitch": ("pitch", "pitches"),
    "Partials": ("partials", "partials"),
    "Number": ("number", "number"),
    "Curve": ("curve", "curve"),
    "Scores": ("scores", "scores"),
    "Similarity": ("similarity", "similarity"),
    "Neighbours": ("neighbours", "neighbours"),
}
"""For each type of value which attribute of the material fits: one sound alone, or a stack."""

PORTS: dict[str, str] = {
    "mixture: Audio": "mixture",
    "weight: Power": "weight",
    "attenuation: Field": "attenuation",
    "delay: Field": "delay",
    "strength: Power": "weight",
    "response: Audio": "response",
    "mix.pan.audio": "first_channel",
    "mix.auto_pan.audio": "first_channel",
    "mix.downmix.audio": "mix.upmix>surround",
    "mask.diffuse.coherence": "position.angle>coherence",
    "position.adress_select.angle": "position.adress>angle",
    "position.adress_select.strength": "position.adress>strength",
    "position.peaks_2d.histogram": "histogram_2d",
    "position.duet_mask.peaks": "peaks_2d",
    "position.duet_demix.peaks": "peaks_2d",
    "position.duet_demix.masks": "position.duet_mask>",
    "white: Audio": "position.whiten>white",
    "position.ica_step.mixing": "position.ica_start>",
    "position.ica_images.whitening": "position.whiten>mixing",
    "position.ica_images.mixing": "position.ica_start>",
    "position.projet_cost.strengths": "position.projet_start>strengths",
    "position.projet_filter.strengths": "position.projet_start>strengths",
    "position.projet_places.strengths": "position.projet_start>strengths",
    "position.projet_strengths.strengths": "position.projet_start>strengths",
    "factor.multichannel_step.mixing": "factor.multichannel_start>mixing",
    "factor.multichannel_step.factors": "factor.multichannel_start>factors",
    "factor.multichannel_filter.mixing": "factor.multichannel_start>mixing",
    "factor.multichannel_filter.factors": "factor.multichannel_start>factors",
    "mask.multichannel.sources": "strengths",
    "transform.mel_mask.bands": "bands",
    "transform.icqt.spectrogram": "transform.cqt>",
    "measure.consistency.nearest": "transform.consistent>",
    "transform.with_magnitude.before": "transform.consistent>",
    "transform.misi_step.estimates": "transform.misi_start>",
    "position.em_step.sources": "strengths",
    "position.likelihood.sources": "strengths",
    "position.weighted_covariance.sources": "strengths",
    "mask.margin.percussive": "kernel.median>",
    "voice.rpca.low": "voice.rpca_start>low",
    "low: Field": "voice.rpca>low",
    "sparse: Field": "voice.rpca>sparse",
    "dual: Field": "voice.rpca_start>dual",
    "pattern: Field": "voice.pattern>",
    "mu: Number": "voice.rpca_start>mu",
    "most: Number": "voice.rpca_start>most",
    "balance: Number": "voice.rpca_start>balance",
    "beats: Curve": "beats",
    "beats: Histogram": "kernel.beat_spectrogram>",
    "period: Curve": "tempo",
    "factor.group_by_name.factors": "called",
    "factor.convolutive_step.factors": "patches",
    "places: Histogram": "position.projet_start>places",
    "voice.path.salience": "voice.salience>",
    "voice.phase_masks.deviation": "voice.phase_deviation>",
}
"""Ports that take another attribute: by name and type for every node, or for one node alone. Where
there is a ">", the value is an output of another node: ``node.type>output``."""


ENDLESS: dict[str, str] = {
    "transform.stft.window_length": "longer than n_fft, which is refused: tests/nodes/test_transform.py",
    "position.projet.directions": "slow, and tried with position.projections",
    "position.projet.delays": "slow, and tried with position.projections",
}
"""Numbers that are not set to the ends of their range, and why."""


@dataclass(frozen=True)
class Variant:
    """One way to call a node: types of its ports, ports left open, and knobs set."""

    label: str = "as it is"
    choice: int = 0
    without: str = ""
    turned: str = ""
    """A port that takes a stack where it has one sound, and one sound where it has a stack."""
    knobs: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.label


def types() -> list[str]:
    """Give the ids of all node types that are run."""
    return [type_id for type_id in REGISTRY if type_id not in LEFT_OUT]


def variants(node_type: NodeType, every: bool = True) -> Iterator[Variant]:
    """Give the ways to call a node: each type of a port, each port open.

    With `every` also each choice of a knob, and stacks where one sound belongs.
    """
    yield Variant()
    for choice in range(1, max((len(port.types) for port in node_type.ports), default=1)):
        yield Variant(f"with type {choice + 1} at each port", choice)
    for port in node_type.ports:
        if port.optional:
            yield Variant(f"without {port.name}", without=port.name)
    for port in node_type.ports if every else ():
        if any(issubclass(kind, Sourced) for kind in port.types):
            yield Variant(f"with the other of one and many at {port.name}", turned=port.name)
    for knob in node_type.knobs if every else ():
        for value in _choices(knob):
            yield Variant(f"with {knob.name} {value}", knobs={knob.name: value})


def ends(node_type: NodeType) -> Iterator[Variant]:
    """Give calls with each number at the lowest and at the highest that is allowed."""
    for knob in node_type.knobs:
        if knob.kind in ("int", "float") and f"{node_type.id}.{knob.name}" not in ENDLESS:
            for value in (knob.param.min, knob.param.max):
                if value is not None and knob.name not in KNOBS:
                    value = int(value) if knob.kind == "int" else float(value)
                    yield Variant(f"with {knob.name} {value}", knobs={knob.name: value})


def _choices(knob: Knob) -> list[Any]:
    """Give the other values of a switch or a choice, and those that a number suggests."""
    if knob.name in KNOBS or knob.name == "format":
        return []
    if knob.kind == "bool":
        return [not knob.default]
    if knob.kind == "choice":
        return [choice for choice in knob.choices if choice != knob.default]
    if knob.kind in ("int", "float") and knob.param.suggest and knob.param.unit != "Hz":
        ends = min(knob.param.suggest), max(knob.param.suggest)  # type: ignore[type-var]
        return [value for value in dict.fromkeys(ends) if value != knob.default]
    return []


def arguments(node_type: NodeType, material: Material, variant: Variant) -> dict[str, Value]:
    """Give a value for each port. Raises NotMade where this material has none that fits."""
    return {
        port.name: _value(node_type, port, material, variant)
        for port in node_type.ports
        if port.name != variant.without
    }


def _value(node_type: NodeType, port: Port, material: Material, variant: Variant) -> Value:
    kinds = sorted((kind.__name__ for kind in port.types), reverse=True)
    kind = kinds[min(variant.choice, len(kinds) - 1)]
    stacked = port.many or port.name in STACKS
    attribute = (
        MADE_OF[kind][not stacked]
        if port.name == variant.turned
        else (
            PORTS.get(f"{node_type.id}.{port.name}")
            or (None if port.many else PORTS.get(f"{port.name}: {kind}"))
            or MADE_OF[kind][stacked]
        )
    )
    if ">" not in attribute:
        return getattr(material, attribute)  # type: ignore[no-any-return]
    type_id, _, output = attribute.partition(">")
    if type_id not in material.made:
        before = REGISTRY[type_id]
        try:
            material.made[type_id] = call(before, arguments(before, material, Variant()))
        except (ValueError, Warning) as error:
            # What is wrong with that node shows where it is run itself.
            raise NotMade(f"{type_id}: {error}") from error
    return material.made[type_id][output]


def knobs(node_type: NodeType, variant: Variant, folder: str = "") -> dict[str, Any]:
    """Give the knobs of a call that are not at their defaults."""
    mine = {knob.name for knob in node_type.knobs}
    there = KNOBS | ({"folder": folder} if folder else {}) | variant.knobs
    return {name: value for name, value in there.items() if name in mine}


class Listener(Context):
    """Hears what a node says, and holds it to what is promised of it."""

    track, node = "song", "node"

    def progress(self, fraction: float, note: str = "") -> None:
        assert 0 <= fraction <= 1 + 1e-9, f"progress {fraction} is not from 0 to 1"
        assert "\n" not in note

    def preview(self, value: object) -> None:
        parts = value if isinstance(value, tuple) else (value,)
        assert all(isinstance(part, Value) for part in parts), f"preview of {type(value).__name__}"

    def note(self, text: str) -> None:
        assert text
        assert "\n" not in text


def call(
    node_type: NodeType,
    values: dict[str, Value],
    variant: Variant = Variant(),
    folder: str = "",
) -> dict[str, Value]:
    """Call a node as the engine does, with inputs that cannot be written to; outputs by name."""
    for value in values.values():
        value.freeze()
    extra = {"context": Listener()} if node_type.takes_context else {}
    found = node_type.function(**values, **knobs(node_type, variant, folder), **extra)
    if len(node_type.outputs) == 1 and not node_type.outputs[0].name:
        return {"": found}
    return found._asdict()  # type: ignore[no-any-return]
