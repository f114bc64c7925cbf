"""The signature is the declaration, and every rule is checked when a node is declared."""

# Not `from __future__ import annotations`: types made inside a test could not be found by name.

from typing import Annotated, Any, Literal, NamedTuple

import pytest

from nodegraph.context import SILENT, Context
from nodegraph.declare import LOOP_KNOBS, Knob, Many, NodeType, Output, Param, Port, node
from nodegraph.errors import DeclarationError
from nodegraph.values import Audio, Kernel, Mask, Number, Power, Scores, Value


class Shares(NamedTuple):
    first: Mask
    rest: Mask | Power


def declared(function: Any) -> NodeType:
    known = function.__node__
    assert isinstance(known, NodeType)
    return known


@node("test.all", replaces=("test.old",), aliases=("everything",), version=3, whole=True)
def everything(
    power: Power,
    either: Power | Mask,
    many: Many[Audio],
    maybe: Kernel | None = None,
    some: Many[Audio] | None = None,
    *,
    count: Annotated[int, Param(min=1, max=8, unit="parts")] = 2,
    level: float = -3.0,
    shape: Literal["wide", "tall"] = "tall",
    name: Annotated[str, Param(path="file")] = "",
    fast: bool = True,
    size: Annotated[Literal[1, 2], Param(step=1)] = 2,
    context: Context = SILENT,
) -> Shares:
    """Do all of it.

    The help page.

    With two paragraphs.
    """
    return Shares(power, either)  # type: ignore[arg-type]


ALL = declared(everything)


# What a signature says


def test_the_function_is_returned_unchanged() -> None:
    def plain(*, k: int = 1) -> Number:
        """Give a number."""
        return Number(k)

    assert node("test.plain")(plain) is plain
    assert plain(k=3).value == 3
    assert declared(plain).function is plain


def test_positional_parameters_are_ports() -> None:
    assert ALL.ports == (
        Port("power", (Power,)),
        Port("either", (Power, Mask)),
        Port("many", (Audio,), many=True),
        Port("maybe", (Kernel,), optional=True),
        Port("some", (Audio,), many=True, optional=True),
    )
    assert ALL.ports[1].type_names == "Mask or Power"


def test_keyword_only_parameters_are_knobs() -> None:
    assert [(knob.name, knob.kind, knob.default, knob.choices) for knob in ALL.knobs] == [
        ("count", "int", 2, ()),
        ("level", "float", -3.0, ()),
        ("shape", "choice", "tall", ("wide", "tall")),
        ("name", "str", "", ()),
        ("fast", "bool", True, ()),
        ("size", "choice", 2, (1, 2)),
    ]
    assert ALL.defaults["shape"] == "tall"
    knob = ALL.knob("name")
    assert knob is not None
    assert knob.param.path == "file"


def test_the_return_type_is_the_output() -> None:
    assert ALL.outputs == (Output("first", (Mask,)), Output("rest", (Mask, Power)))
    assert ALL.outputs[1].type_names == "Mask or Power"
    assert ALL.output("rest") is ALL.outputs[1]
    assert ALL.output("") is None
    assert ALL.output("gone") is None

    @node("test.one")
    def one() -> Audio:
        """Make."""
        raise NotImplementedError

    assert declared(one).output("") == Output("", (Audio,))


def test_the_docstring_is_tooltip_and_help() -> None:
    assert ALL.summary == "Do all of it."
    assert ALL.help == "The help page.\n\nWith two paragraphs."


def test_settings_of_the_decorator_are_kept() -> None:
    assert (ALL.id, ALL.family, ALL.version) == ("test.all", "test", 3)
    assert (ALL.replaces, ALL.aliases) == (("test.old",), ("everything",))
    assert (ALL.whole, ALL.effect, ALL.takes_context) == (True, False, True)
    assert (ALL.label, ALL.source) == ("All", False)


def test_a_label_is_made_from_the_id_or_given() -> None:
    def make() -> Audio:
        """Make."""
        raise NotImplementedError

    assert declared(node("source.test_tone")(make)).label == "Test tone"
    assert declared(node("source.test_tone", label="Tone")(make)).label == "Tone"


def test_a_node_without_ports_that_gives_sound_is_a_source() -> None:
    def play() -> Audio:
        """Play."""
        raise NotImplementedError

    def draw() -> Kernel:
        """Draw."""
        raise NotImplementedError

    assert declared(node("a.b")(play)).source
    assert not declared(node("a.b", effect=True)(play)).source
    assert not declared(node("a.c")(draw)).source


def test_a_knob_that_is_a_number_is_a_port_for_a_number_as_well() -> None:
    assert ALL.port("count") == Port("count", (Number,), optional=True)
    assert ALL.port("level") == Port("level", (Number,), optional=True)
    for name in ("shape", "name", "fast", "gone", "context"):
        assert ALL.port(name) is None
    assert ALL.port("many") is ALL.ports[2]


# What is refused


def no_doc(audio: Audio) -> Audio:
    raise NotImplementedError


def untyped_port(audio) -> Audio:  # type: ignore[no-untyped-def]
    """Do."""
    raise NotImplementedError


def untyped_knob(*, k=1) -> Audio:  # type: ignore[no-untyped-def]
    """Do."""
    raise NotImplementedError


def star_args(*audio: Audio) -> Audio:
    """Do."""
    raise NotImplementedError


def star_kwargs(**audio: Audio) -> Audio:
    """Do."""
    raise NotImplementedError


def wrong_context(*, context: int = 1) -> Audio:
    """Do."""
    raise NotImplementedError


def optional_without_none(a: Audio | None) -> Audio:
    """Do."""
    raise NotImplementedError


def port_with_default(a: Audio = SILENT) -> Audio:  # type: ignore[assignment]
    """Do."""
    raise NotImplementedError


def port_of_arrays(a: list[float]) -> Audio:
    """Do."""
    raise NotImplementedError


def port_of_text_or_audio(a: Audio | str) -> Audio:
    """Do."""
    raise NotImplementedError


def many_kernels(a: Many[Kernel]) -> Audio:
    """Do."""
    raise NotImplementedError


def many_kernels_maybe(a: Many[Kernel] | None = None) -> Audio:
    """Do."""
    raise NotImplementedError


def knob_without_default(*, k: int) -> Audio:
    """Do."""
    raise NotImplementedError


def knob_of_a_list(*, k: list[int] = []) -> Audio:  # noqa: B006
    """Do."""
    raise NotImplementedError


def knob_out_of_range(*, k: Annotated[int, Param(min=1, max=5, unit="Hz")] = 6) -> Audio:
    """Do."""
    raise NotImplementedError


def knob_of_the_wrong_type(*, k: int = 1.5) -> Audio:  # type: ignore[assignment]
    """Do."""
    raise NotImplementedError


def choice_that_is_none(*, k: Literal["a", "b"] = "c") -> Audio:  # type: ignore[assignment]
    """Do."""
    raise NotImplementedError


def returns_nothing(a: Audio):  # type: ignore[no-untyped-def]
    """Do."""


def returns_none(a: Audio) -> None:
    """Do."""


def returns_an_array(a: Audio) -> float:
    """Do."""
    raise NotImplementedError


class Bad(NamedTuple):
    first: Audio
    second: int


class Empty(NamedTuple):
    pass


def returns_a_bad_tuple(a: Audio) -> Bad:
    """Do."""
    raise NotImplementedError


def returns_an_empty_tuple(a: Audio) -> Empty:
    """Do."""
    raise NotImplementedError


def unknown_type(a: "Odio") -> Audio:  # type: ignore[name-defined] # noqa: F821
    """Do."""
    raise NotImplementedError


def unknown_attribute(a: "Audio.nothing") -> Audio:  # type: ignore[name-defined]
    """Do."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_doc, "needs a docstring; its first line is the tooltip"),
        (untyped_port, "audio needs a type"),
        (untyped_knob, "k needs a type"),
        (star_args, "audio must be a named parameter"),
        (star_kwargs, "audio must be a named parameter"),
        (wrong_context, "context must be typed Context"),
        (optional_without_none, "optional port a needs the default None"),
        (port_with_default, r"port a has a default; knobs stand behind \*"),
        (port_of_arrays, "port a must be typed with values, got list"),
        (port_of_text_or_audio, "port a must be typed with values"),
        (many_kernels, "port a: Kernel cannot carry sources"),
        (many_kernels_maybe, "port a: Kernel cannot carry sources"),
        (knob_without_default, "knob k needs a default"),
        (knob_of_a_list, "knob k must be bool, int, float, str or Literal"),
        (knob_out_of_range, "default of k must be 1 to 5 Hz, got 6"),
        (knob_of_the_wrong_type, "default of k must be a whole number, got 1.5"),
        (choice_that_is_none, "default of k must be one of 'a', 'b', got 'c'"),
        (returns_nothing, "must return values or a NamedTuple of values"),
        (returns_none, "must return values or a NamedTuple of values"),
        (returns_an_array, "must return values or a NamedTuple of values"),
        (returns_a_bad_tuple, "must return values or a NamedTuple of values"),
        (returns_an_empty_tuple, "must return values or a NamedTuple of values"),
        (unknown_type, "name 'Odio' is not defined"),
        (unknown_attribute, "nothing"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_wrong_declaration_is_named_with_its_rule(function: Any, message: str) -> None:
    with pytest.raises(DeclarationError, match=f"test.wrong: .*{message}"):
        node("test.wrong")(function)
    assert not hasattr(function, "__node__")


@pytest.mark.parametrize(
    "type_id", ["", "stft", "Transform.stft", "a.b-c", "a.", ".b", "1.b", "ü.b"]
)
def test_a_type_id_is_a_family_and_a_name_in_small_letters(type_id: str) -> None:
    def make() -> Audio:
        """Make."""
        raise NotImplementedError

    with pytest.raises(DeclarationError, match=r"a type id is family\.name"):
        node(type_id)(make)


def test_many_takes_what_can_be_stacked() -> None:
    def table(rows: Many[Scores | Number]) -> Scores:
        """Join."""
        raise NotImplementedError

    assert declared(node("test.table")(table)).ports == (Port("rows", (Scores, Number), many=True),)


# Knobs


@pytest.mark.parametrize(
    ("knob", "value", "fault"),
    [
        (Knob("k", "bool", True), True, None),
        (Knob("k", "bool", True), 1, "must be true or false, got 1"),
        (Knob("k", "str", ""), "x", None),
        (Knob("k", "str", ""), 1, "must be text, got 1"),
        (Knob("k", "int", 1), 3, None),
        (Knob("k", "int", 1), True, "must be a whole number, got True"),
        (Knob("k", "int", 1), 1.0, "must be a whole number, got 1.0"),
        (Knob("k", "float", 1.0), 3, None),
        (Knob("k", "float", 1.0), 3.5, None),
        (Knob("k", "float", 1.0), True, "must be a number, got True"),
        (Knob("k", "float", 1.0), "1", "must be a number, got '1'"),
        (Knob("k", "float", 1.0), None, "must be a number, got None"),
        (Knob("k", "float", 1.0), float("nan"), "must be finite, got nan"),
        (Knob("k", "float", 1.0), float("inf"), "must be finite, got inf"),
        (Knob("k", "choice", "a", ("a", "b")), "b", None),
        (Knob("k", "choice", "a", ("a", "b")), "c", "must be one of 'a', 'b', got 'c'"),
        (Knob("k", "choice", 1, (1, 2)), True, "must be one of 1, 2, got True"),
        (Knob("k", "choice", 1, (1, 2)), 1.0, "must be one of 1, 2, got 1.0"),
        (Knob("k", "int", 1, (), Param(min=1)), 0, "must be at least 1, got 0"),
        (Knob("k", "int", 1, (), Param(max=9, unit="dB")), 10, "must be at most 9 dB, got 10"),
        (Knob("k", "float", 1.0, (), Param(min=0, max=1)), 1, None),
        (Knob("k", "float", 1.0, (), Param(min=0, max=1)), 1.01, "must be 0 to 1, got 1.01"),
    ],
)
def test_a_knob_says_in_words_why_a_value_is_not_allowed(
    knob: Knob, value: Any, fault: str | None
) -> None:
    assert knob.fault(value) == fault


def test_a_knob_says_its_range_in_words() -> None:
    spans = [
        Knob("k", "float", 1.0, (), Param(*ends, unit="Hz")).span
        for ends in ((0, 5), (0, None), (None, 5), (None, None))
    ]
    assert spans == ["0 to 5 Hz", "at least 0 Hz", "at most 5 Hz", "any number Hz"]


def test_the_knobs_of_a_loop_allow_their_defaults() -> None:
    assert {knob.name: knob.default for knob in LOOP_KNOBS} == {
        "iterations": 10,
        "tolerance": 0.0,
        "until": "",
    }
    assert all(knob.fault(knob.default) is None for knob in LOOP_KNOBS)


def test_values_of_a_plug_in_can_travel_as_well() -> None:
    class Own(Value):
        pass

    def make(a: Own) -> Own:
        """Make."""
        return a

    assert declared(node("plugin.own")(make)).ports == (Port("a", (Own,)),)
