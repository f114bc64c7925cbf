"""The node search finds what was meant, offers what fits, and every offer can be made."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, find, read, text, walk
from nodegraph.editor.offers.ends import End, ends
from nodegraph.editor.offers.search import (
    FAMILIES,
    Wire,
    choices,
    insert,
    pulled_from,
    pulled_into,
)  # fmt: skip
from nodegraph.editor.offers.terms import TERMS
from nodegraph.engine import plan
from nodegraph.errors import DocumentError
from nodegraph.registry import discover
from nodegraph.values import Number
from tests.commands import ROOT

TYPES = discover()
KAM = read(ROOT / "graphs" / "kernel_additive.json")

slow = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def found(words: str, wire: Wire | None = None) -> list[str]:
    return [choice.type for choice in choices(TYPES, words, wire)]


def new_faults(before: Graph, after: Graph, types: Any = TYPES) -> list[str]:
    """Give what is newly wrong, but for inputs that are still to be wired."""
    new = set(plan.check(after, types)) - set(plan.check(before, types))
    return sorted(fault for fault in new if not fault.endswith("is not wired"))


# Finding


@pytest.mark.parametrize("type_id", list(TYPES))
def test_a_node_is_found_by_its_label_its_id_and_each_alias(type_id: str):
    known = TYPES[type_id]
    assert found(known.label)[0] == type_id
    for words in (type_id, *known.aliases):
        best = choices(TYPES, words)
        assert type_id in [choice.type for choice in best][:6], words


@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_the_literature_finds_its_nodes(term: str):
    known = [type_id for type_id in TERMS[term].split() if type_id in TYPES]
    assert known, "the table names nodes that do not exist"
    assert set(known) <= set(found(term))
    assert len(known) == len(TERMS[term].split())


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("winer", "mask.wiener"),
        ("weiner", "mask.wiener"),
        ("wiener filtre", "mask.wiener"),
        ("spectogram", "transform.stft"),
        ("sftt", "transform.stft"),
        ("harmoinc", "kernel.harmonic"),
        ("percusive", "kernel.vertical"),
        ("resampel", "mix.resample"),
        ("hisogram", "position.histogram"),
        ("treshold", "mask.threshold"),
        ("meidan", "kernel.median"),
        ("sutbract", "mix.subtract"),
        ("orcale", "mask.oracle"),
        ("binray mask", "mask.binary"),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(words: str, first: str):
    assert found(words)[0] == first


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("stft", "transform.stft"),
        ("istft", "transform.istft"),
        ("HPSS", "kernel.median"),
        ("wiener", "mask.wiener"),
        ("mel", "transform.log"),
        ("med", "kernel.median"),
        ("si sdr", "measure.si_sdr"),
        ("sisdr", "measure.si_sdr"),
        ("nmf", "factor.nmf"),
        ("GWF", "mask.wiener"),
        ("IRM", "mask.oracle"),
        ("pan", "mix.pan"),
        ("volume", "mix.gain"),
        ("mask.soft", "mask.soft"),
        ("mask soft", "mask.soft"),
        ("export stems", "output.stems"),
    ],
)
def test_what_was_meant_comes_first(words: str, first: str):
    assert found(words)[0] == first


def test_a_slip_counts_only_where_nothing_else_is_found():
    assert found("sum")[0] == "mix.sum"
    told = [(TYPES[known].label, TYPES[known].summary) for known in found("medi")]
    assert all("medi" in " ".join(words).lower() for words in told)
    assert found("qqqqqqq") == []


def test_matches_are_shown():
    choice = choices(TYPES, "med")[0]
    start, stop = choice.spans[0]
    assert choice.label[start:stop] == "med"
    alias = next(c for c in choices(TYPES, "fader") if c.type == "mix.gain")
    assert (alias.spans, alias.why, alias.why_spans) == ((), "fader", ((0, 5),))


@slow
@given(st.text(max_size=12))
def test_any_text_can_be_typed(words: str):
    for choice in choices(TYPES, words):
        texts = [(choice.label, choice.spans), (choice.why, choice.why_spans)]
        for shown, spans in texts:
            assert all(0 <= start < stop <= len(shown) for start, stop in spans)


def test_an_empty_text_gives_all_by_family_in_wiring_order():
    given_families = list(dict.fromkeys(choice.family for choice in choices(TYPES)))
    assert sorted(found("")) == list(TYPES)
    assert given_families == [family for family in FAMILIES if family in given_families]
    assert found("") == found("  ") == found("")


@pytest.mark.alone
def test_the_search_keeps_up_with_typing():
    choices(TYPES, "warm")
    start = time.perf_counter()
    for words in ("m", "me", "med", "medi", "medain", "soft mask"):
        choices(TYPES, words)
    each = (time.perf_counter() - start) / 6
    print(f"{each * 1e3:.1f} ms a letter")  # noqa: T201
    assert each < 0.1


# What fits a wire


def test_a_wire_from_an_output_finds_inputs_that_take_it():
    wire = pulled_from(KAM, TYPES, "power")
    offered = {choice.type: choice.port for choice in choices(TYPES, "", wire)}
    assert offered["kernel.median"] == "power"
    assert offered["mask.wiener"] == "sources"
    assert offered["output.picture"] == "value"
    assert "transform.istft" not in offered
    assert list(offered)[-1] == "output.picture"  # what takes anything is the last to be meant


def test_a_wire_from_an_input_finds_outputs_that_give_it():
    wire = pulled_into(KAM, TYPES, End("wiener", "mixture"))
    offered = {choice.type: choice.port for choice in choices(TYPES, "", wire)}
    assert offered["transform.stft"] == ""
    assert offered["mask.wiener"] == "estimates"
    assert "source.file" not in offered


def test_a_number_fits_a_knob():
    offered = {c.type: c.port for c in choices(TYPES, "gain", Wire((Number,), link=Link("a")))}
    assert offered["mix.gain"] == "gain"


def test_a_wire_of_unknown_type_fits_anything():
    assert len(choices(TYPES, "", Wire(None, link=Link("a")))) > 30


@pytest.mark.parametrize("pulled", ["song.mixture", "stft", "power", "kernel_h", "wiener.masks",
                                    "kam.h", "kam.change", "kam.iterations"])  # fmt: skip
def test_every_choice_for_an_output_can_be_wired_in_one_edit(pulled: str):
    before = text(KAM)
    wire = pulled_from(KAM, TYPES, pulled)
    offered = choices(TYPES, "", wire)
    assert offered
    for choice in offered:
        name = edits.fresh_name(KAM, choice.type)
        after = insert(KAM, TYPES, choice, wire, (40, 50))
        node = find(after, name)
        assert isinstance(node, Node)
        assert node.inputs == {choice.port: Link.parse(pulled)}
        assert node.params == TYPES[choice.type].defaults
        assert after.layout["nodes"][name] == [40, 50]
        assert new_faults(KAM, after) == []
    assert text(KAM) == before


@pytest.mark.parametrize("end", [end for end, _ in ends(KAM)], ids=str)
def test_every_choice_for_an_input_can_be_wired_in_one_edit(end: End):
    wire = pulled_into(KAM, TYPES, end)
    inside = [path for name, _, path in walk(KAM.nodes) if name == end.node][0]  # noqa: RUF015
    loop = "kam" if inside or end.port in ("next", "watch") else ""
    for choice in choices(TYPES, "", wire):
        after = insert(KAM, TYPES, choice, wire, loop=loop)
        link = dict(ends(after))[end]
        assert link == Link(edits.fresh_name(KAM, choice.type), choice.port)
        assert new_faults(KAM, after) == []


def test_a_wire_is_not_led_into_a_loop_that_it_comes_out_of():
    wire = pulled_from(KAM, TYPES, "istft")
    choice = choices(TYPES, "gain", wire)[0]
    with pytest.raises(DocumentError, match="circle"):
        insert(KAM, TYPES, choice, wire, loop="kam")
    assert insert(KAM, TYPES, choice, wire)


def test_a_choice_without_a_wire_is_only_added():
    after = insert(KAM, TYPES, choices(TYPES, "noise")[0], None, (1, 2), "kam")
    loop = find(after, "kam")
    assert isinstance(loop, Loop)
    assert "noise" in loop.body
