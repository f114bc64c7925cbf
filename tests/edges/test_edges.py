"""Whatever comes in, every node gives sane values or says in one line why it cannot.

This runs over all node types there are, new ones included: see `tests/edges/calling.py` for what
each is given, `tests/edges/material.py` for the recordings, and `tests/edges/promises.py` for what
is held to be sane and clear.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from nodegraph.values import Covariance, Field, Mask, Peaks, Value
from nodegraph.views import WHOLE, Lens
from tests.edges.calling import (
    LEFT_OUT,
    MADE_OF,
    PORTS,
    REGISTRY,
    Variant,
    arguments,
    call,
    ends,
    knobs,
    types,
    variants,
)
from tests.edges.material import RECORDINGS, Material, NotMade
from tests.edges.promises import copies, faults_of_call, faults_with

ORDINARY = [
    "plain", "an odd length", "a prime length", "very quiet", "very loud", "one source",
    *(name for name in RECORDINGS if name.endswith(" Hz")),
]  # fmt: skip
"""Recordings that no node may refuse."""

TROUBLED = ("silence", "one sample", "one frame", "mono", "eight sources", "denormal samples")
"""Recordings that trouble most: with these every knob is tried as well."""

NOT_RELATIVE = {("transform.log", "with reference full scale")}
"""Calls whose fields tell how loud the sound is, and so do depend on the gain."""
AS_LOUD = ("low rank", "sparse", "dual")
"""Names of fields that are parts of the sound, and as loud as it is."""


@cache
def material(name: str) -> Material:
    return Material(RECORDINGS[name]())


def run(type_id: str, recording: str, variant: Variant, folder: Any = "") -> dict[str, Value]:
    """Call a node with what can be made of a recording. Raises NotMade where nothing can."""
    node_type = REGISTRY[type_id]
    return call(node_type, arguments(node_type, material(recording), variant), variant, str(folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    return str(tmp_path_factory.mktemp("written"))


def matrix() -> list[Any]:
    """Give every node with every recording; a node without inputs is run once."""
    return [
        pytest.param(type_id, name, id=f"{type_id}-{name}")
        for type_id in types()
        for name in (RECORDINGS if REGISTRY[type_id].ports else ["plain"])
    ]


@pytest.mark.parametrize(("type_id", "recording"), matrix())
def test_a_node_gives_sane_values_or_says_in_one_line_why_not(type_id, recording, folder):
    node_type, mine = REGISTRY[type_id], material(recording)
    found = [
        f"{variant}: {fault}"
        for variant in variants(node_type, every=recording in ("plain", *TROUBLED))
        for fault in faults_of_call(node_type, mine, variant, folder)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("type_id", [t for t in types() if any(ends(REGISTRY[t]))])
def test_every_knob_may_go_to_its_ends(type_id, folder):
    node_type = REGISTRY[type_id]
    found = [
        f"{recording}, {variant}: {fault}"
        for recording in (("plain", *TROUBLED) if node_type.ports else ["plain"])
        for variant in ends(node_type)
        for fault in faults_of_call(node_type, material(recording), variant, folder)
    ]
    assert not found, "\n".join(found)


OTHERS = ("an odd length", "16000 Hz", "mono", "six channels", "one source", "eight sources")


@pytest.mark.parametrize("type_id", [t for t in types() if len(REGISTRY[t].ports) > 1])
def test_what_does_not_belong_together_is_refused_or_makes_sense(type_id, folder):
    node_type, found = REGISTRY[type_id], []
    for variant in variants(node_type, every=False):
        fitting = arguments(node_type, material("plain"), variant)
        for other in OTHERS:
            try:
                strange = arguments(node_type, material(other), variant)
            except NotMade:
                continue
            for port in fitting:
                mixed = fitting | {port: strange[port]}
                broken = faults_with(node_type, mixed, variant, folder)
                found += [f"{variant}, {port} of {other}: {fault}" for fault in broken]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("type_id", [t for t in types() if REGISTRY[t].memory])
def test_the_memory_that_a_node_needs_can_be_told(type_id):
    node_type = REGISTRY[type_id]
    for recording in RECORDINGS if node_type.ports else ["plain"]:
        for variant in variants(node_type):
            try:
                values = arguments(node_type, material(recording), variant)
            except NotMade:
                continue
            every = node_type.defaults | knobs(node_type, variant)
            assert node_type.memory is not None
            # By place, as the engine does it: the function may have names of its own.
            need = node_type.memory(*(values.get(port.name) for port in node_type.ports), **every)
            assert 0 <= need < 1e9, f"{recording}, {variant}: {need} bytes"


@pytest.mark.parametrize("type_id", types())
def test_ordinary_sound_is_refused_by_no_node(type_id, folder):
    for recording in ORDINARY if REGISTRY[type_id].ports else ["plain"]:
        assert run(type_id, recording, Variant(), folder)


def _relative(outputs: dict[str, Value]) -> list[np.ndarray[Any, Any]]:
    """Give what may not depend on the gain: shares, fields, places, covariances of trace C."""
    values = outputs.values()
    planes = [
        value.data
        for value in values
        if isinstance(value, (Mask, Field, Covariance))
        and getattr(value, "name", "") not in AS_LOUD
    ]
    return planes + [value.positions for value in values if isinstance(value, Peaks)]


@pytest.mark.parametrize(
    "type_id",
    [
        type_id
        for type_id in types()
        if REGISTRY[type_id].ports
        and any(
            {Mask, Field, Peaks, Covariance} & set(output.types)
            for output in REGISTRY[type_id].outputs
        )
    ],
)
def test_a_gain_changes_no_mask_no_field_and_no_place(type_id):
    for variant in variants(REGISTRY[type_id]):
        if (type_id, str(variant)) in NOT_RELATIVE:
            continue
        try:
            plain = _relative(run(type_id, "plain", variant))
        except ValueError:
            continue
        for recording in ("very quiet", "very loud"):
            for mine, theirs in zip(
                plain, _relative(run(type_id, recording, variant)), strict=True
            ):
                least = 1e-5 * max(1.0, float(np.abs(mine).max()))
                np.testing.assert_allclose(theirs, mine, rtol=0, atol=least, err_msg=f"{variant}")


@pytest.mark.parametrize("type_id", [t for t in types() if not REGISTRY[t].effect])
def test_the_same_bits_come_twice(type_id):
    node_type = REGISTRY[type_id]
    for recording in ("plain", "eight sources", "silence") if node_type.ports else ("plain",):
        for variant in variants(node_type, every=bool(node_type.ports)):
            try:
                one, two = (copies(run(type_id, recording, variant)) for _ in range(2))
            except (ValueError, NotMade):
                continue
            assert one == two, f"{recording}, {variant}"


LENSES = (WHOLE, Lens(0.02, 0.03, 500, 900, 40, 30, "mel"))


def _company(mine: Material, kind: type[Value]) -> Value:
    return getattr(mine, MADE_OF[kind.__name__][0])  # type: ignore[no-any-return]


@pytest.mark.parametrize("type_id", [t for t in types() if REGISTRY[t].ports])
def test_what_comes_out_can_be_seen_and_heard(type_id):
    if REGISTRY[type_id].effect:
        return
    for recording in ("plain", *TROUBLED):
        mine = material(recording)
        try:
            outputs = run(type_id, recording, Variant())
        except (ValueError, NotMade):
            continue
        for value in outputs.values():
            look_and_listen(value, mine)


def look_and_listen(value: Value, mine: Material) -> None:
    """Draw each view of a value and play its sound."""
    heard = REGISTRY.sound(value)
    assert REGISTRY.views(value)
    for shown in [*REGISTRY.views(value).values(), *([heard] if heard else [])]:
        try:
            given = {name: _company(mine, kind) for name, kind in shown.company.items()}
        except NotMade:
            continue
        given |= {"other": value} if "other" in shown.takes else {}
        for lens in LENSES if "lens" in shown.takes else LENSES[:1]:
            seen = {"lens": lens} if "lens" in shown.takes else {}
            made = shown.function(value, **given, **seen)
            if shown is heard:
                assert all(np.isfinite(clip.data).all() for clip in made)


def test_the_tables_name_what_is_there():
    assert not REGISTRY.faults
    assert set(LEFT_OUT) <= set(REGISTRY)
    for port in PORTS:
        type_id, _, name = port.rpartition(".")
        if type_id in REGISTRY:
            assert REGISTRY[type_id].port(name), port
