"""A graph file is one canonical text, is saved whole or not at all, and is never trusted."""

from __future__ import annotations

import ctypes
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph import document
from nodegraph.document import (
    MAX_BYTES,
    MAX_DEPTH,
    Graph,
    Link,
    Loop,
    Node,
    State,
    data_of,
    find,
    fingerprint,
    links,
    parse,
    read,
    text,
    walk,
    write,
)
from nodegraph.errors import DocumentError
from tests.strategies import graphs, json_values

SMALL = Graph({"a": Node("x.y", {"k": 1}), "b": Node("x.y", {}, {"in": Link("a")})}, "T")


def refused(match: str) -> pytest.RaisesExc[DocumentError]:
    return pytest.raises(DocumentError, match=match)


def file_of(nodes: object, **more: object) -> str:
    return json.dumps({"format": 1, "nodes": nodes, **more})


def with_knob(written: str) -> str:
    """Give a file in which one knob is written just so."""
    return file_of({"a": {"type": "x", "params": {"k": "HERE"}}}).replace('"HERE"', written)


# Links


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("stft", Link("stft")),
        ("kam.h", Link("kam", "h")),
        ("load[vocals]", Link("load", "", "vocals")),
        ("load.stems[lead vocals]", Link("load", "stems", "lead vocals")),
        ("load[a.b]", Link("load", "", "a.b")),
        ("load[x[1].y]", Link("load", "", "x[1].y")),
        ("load[]]", Link("load", "", "]")),
        ("load[ ]", Link("load", "", " ")),
        ("load[two\nlines]", Link("load", "", "two\nlines")),
        ("größe.テスト[ü]", Link("größe", "テスト", "ü")),
        ("_1", Link("_1")),
    ],
)
def test_a_link_is_read_and_printed_the_same(written: str, link: Link) -> None:
    assert Link.parse(written) == link
    assert str(link) == written


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_a_source_may_have_any_name(source: str) -> None:
    for link in (Link("load", "", source), Link("load", "stems", source)):
        assert Link.parse(str(link)) == link


@pytest.mark.parametrize(
    "written",
    ["", ".", "a.", ".a", "a..b", "a.b.c", "1a", "a b", "a[]", "a[b", "[b]", "a-b", "a\n"],
)
def test_what_is_no_link_is_refused_with_the_way_to_write_one(written: str) -> None:
    with refused("is no link: write node, node.port or node.port"):
        Link.parse(written)


@pytest.mark.parametrize("written", [None, 1, ["a", "b"], {}])
def test_a_link_is_text(written: Any) -> None:
    with refused("is no link"):
        Link.parse(written)


# Finding


NESTED = Graph(
    {
        "load": Node("x.y"),
        "outer": Loop(
            state={"h": State(Link("load"), Link("leaf"))},
            watch={"w": Link("leaf")},
            body={"inner": Loop(body={"leaf": Node("x.y", {}, {"a": {"n": Link("outer", "h")}})})},
        ),
    }
)


def test_every_item_is_found_with_the_loops_around_it() -> None:
    assert [(name, inside) for name, _, inside in walk(NESTED.nodes)] == [
        ("load", ()),
        ("outer", ()),
        ("inner", ("outer",)),
        ("leaf", ("outer", "inner")),
    ]
    assert find(NESTED, "leaf").type == "x.y"
    with refused("there is no node 'nothing'"):
        find(NESTED, "nothing")


def test_every_link_of_an_item_is_given_with_where_it_stands() -> None:
    assert [(where, str(link)) for where, link in links(NESTED.nodes["outer"])] == [
        ("state h: first", "load"),
        ("state h: next", "leaf"),
        ("watch w", "leaf"),
    ]
    assert [(where, str(link)) for where, link in links(find(NESTED, "leaf"))] == [
        ("input a (n)", "outer.h")
    ]


# The canonical text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_saving_an_unchanged_graph_is_byte_identical(graph: Graph) -> None:
    written = text(graph)
    again = parse(written)
    assert again == graph
    assert text(again) == written
    assert fingerprint(again) == fingerprint(graph)
    assert written.endswith("}\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_keys_and_the_spacing_of_a_file_do_not_matter(
    graph: Graph, random: Any
) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            random.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    other = parse(json.dumps(shuffled(data_of(graph)), indent=random.choice([None, 0, 7])))
    assert text(other) == text(graph)
    assert fingerprint(other) == fingerprint(graph)


def test_a_node_is_a_block_and_what_is_short_stays_on_a_line() -> None:
    assert text(SMALL) == (
        "{\n"
        '  "format": 1,\n'
        '  "nodes": {\n'
        '    "a": {\n'
        '      "params": {"k": 1},\n'
        '      "type": "x.y"\n'
        "    },\n"
        '    "b": {\n'
        '      "inputs": {"in": "a"},\n'
        '      "type": "x.y"\n'
        "    }\n"
        "  },\n"
        '  "title": "T"\n'
        "}\n"
    )


def test_a_new_graph_is_written_and_read() -> None:
    assert parse(text(Graph())) == Graph()


# The fingerprint


@settings(max_examples=50, deadline=None)
@given(graphs(), json_values)
def test_layout_title_and_about_are_no_meaning(graph: Graph, value: Any) -> None:
    other = replace(graph, layout={"x": value}, title="other", about="other", base=Path("/x"))
    assert fingerprint(other) == fingerprint(graph)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "x.z"},
        {"params": {"k": 2}},
        {"params": {"k": 1.0}},
        {"params": {"k": True}},
        {"params": {"k": "1"}},
        {"params": {}},
        {"params": {"k": 1, "l": None}},
        {"mode": "mute"},
        {"inputs": {"in": Link("b")}},
        {"extra": {"odd": 1}},
    ],
)
def test_everything_else_is_meaning(change: dict[str, Any]) -> None:
    other = replace(SMALL, nodes={**SMALL.nodes, "a": replace(SMALL.nodes["a"], **change)})
    assert fingerprint(other) != fingerprint(SMALL)


def test_names_and_places_are_meaning() -> None:
    inside = Graph({"loop": Loop(body={"a": Node("x.y")})})
    outside = Graph({"loop": Loop(), "a": Node("x.y")})
    assert fingerprint(inside) != fingerprint(outside)
    assert fingerprint(Graph({"a": Node("x.y")})) != fingerprint(Graph({"b": Node("x.y")}))


def test_1_and_1_0_and_true_differ() -> None:
    prints = {fingerprint(Graph({"a": Node("x.y", {"k": k})})) for k in (1, 1.0, True, "1", 2)}
    assert len(prints) == 5


# Unknown types


def test_an_unknown_type_keeps_its_json_exactly() -> None:
    odd = {
        "type": "plugin.not_here",
        "colour": {"deep": [[], {}, [None]]},
        "2": 3,
        "wires": ["a", 1],
        "params": {"a b": {"n": [1, 1.0, -0.0, 1e-300, 10**40, True, None]}, "": ""},
        "inputs": {"weird port!": "b", "many": {}, "": {"": "b.out[x]"}},
    }
    graph = parse(file_of({"a": odd, "b": {"type": "b"}}))
    written = json.loads(text(graph))["nodes"]["a"]
    assert json.dumps(written, sort_keys=True) == json.dumps(odd, sort_keys=True)


@given(st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), json_values, max_size=4))
def test_any_extra_keys_of_a_node_come_back(extra: dict[str, Any]) -> None:
    keys = {key: extra[key] for key in extra if key not in ("type", "params", "inputs", "mode")}
    graph = parse(file_of({"a": {"type": "odd", **keys}}))
    written = json.loads(text(graph))["nodes"]["a"]
    assert json.dumps(written, sort_keys=True) == json.dumps(
        {"type": "odd", **keys}, sort_keys=True
    )


# What is refused


def test_ids_are_unique_in_the_whole_file_loop_bodies_included() -> None:
    inner = {"type": "loop", "body": {"a": {"type": "x"}}}
    with refused("the name 'a' is used twice"):
        parse(file_of({"a": {"type": "x"}, "loop": inner}))
    with refused("the name 'a' is used twice"):
        parse(file_of({"one": inner, "two": {"type": "loop", "body": {"a": {"type": "x"}}}}))
    with refused("the name 'loop' is used twice"):
        parse(file_of({"loop": {"type": "loop", "body": {"loop": {"type": "x"}}}}))


@pytest.mark.parametrize(
    "content",
    [
        '{"format": 1, "format": 1, "nodes": {}}',
        '{"format": 1, "nodes": {"a": {"type": "x"}, "a": {"type": "y"}}}',
        '{"format": 1, "nodes": {"a": {"type": "x", "params": {"k": {"d": 1, "d": 2}}}}}',
        '{"format": 1, "nodes": {"a": {"type": "x", "\\u0061b": 1, "ab": 2}}}',
    ],
)
def test_a_key_that_stands_twice_is_refused(content: str) -> None:
    with refused("stands twice"):
        parse(content)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_numbers_are_finite(number: str) -> None:
    with refused("finite"):
        parse(with_knob(f"[{number}]"))


def test_an_integer_of_thousands_of_digits_is_refused_in_one_line() -> None:
    with pytest.raises(DocumentError) as caught:
        parse(with_knob("9" * 9999))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"format": 1, "nodes": '])
def test_deep_nesting_is_refused_and_takes_no_stack(opening: str) -> None:
    with refused("nested too deeply"):
        parse(opening * 100_000)


def test_the_deepest_graph_that_is_read_is_written_and_one_more_level_is_refused() -> None:
    def nested(levels: int) -> str:
        value: Any = 0
        for _ in range(levels):
            value = [value]
        return file_of({"a": {"type": "x", "params": {"k": value}}})

    graph = parse(nested(MAX_DEPTH - 5))
    assert text(parse(text(graph))) == text(graph)
    with refused(f"at most {MAX_DEPTH} levels"):
        parse(nested(MAX_DEPTH - 4))


@pytest.mark.parametrize("where", ['"\\ud800"', '{"\\udc00": 1}', '["x\\udfffy"]'])
def test_half_a_character_is_no_text(where: str) -> None:
    with refused("half a character"):
        parse(with_knob(where))


def test_a_whole_character_in_two_halves_is_text() -> None:
    graph = parse('{"format": 1, "nodes": {}, "title": "\\ud83d\\ude00"}')
    assert graph.title == "\U0001f600"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1, column 1"),
        ("{", "line 1"),
        ('{"format": 1,\n "nodes": {]}', "line 2, column 12"),
        ("[]", "this is no graph"),
        ("3", "this is no graph"),
        ("null", "this is no graph"),
        ('"graph"', "this is no graph"),
        ("{}", "this is no graph"),
        ('{"nodes": {}}', "this is no graph"),
        ('{"format": 2, "nodes": {}}', "format 2 was written by a newer version"),
        ('{"format": "1", "nodes": {}}', "format must be a whole number"),
        ('{"format": true, "nodes": {}}', "format must be a whole number"),
        ('{"format": 1, "node": {}}', "the graph has no key 'node'; it may have: about, format"),
        ('{"format": 1, "nodes": []}', "nodes must be an object, got a list"),
        ('{"format": 1, "nodes": null}', "nodes must be an object, got null"),
        ('{"format": 1, "title": 3}', "title must be text, got a number"),
        ('{"format": 1, "about": ["x"]}', "about must be text, got a list"),
        ('{"format": 1, "layout": true}', "layout must be an object, got true or false"),
    ],
)
def test_what_is_no_graph_is_refused_in_words(content: str, message: str) -> None:
    with refused(message) as caught:
        parse(content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (3, "node n: a node must be an object, got a number"),
        ({}, "node n: needs a type"),
        ({"type": ""}, "node n: needs a type"),
        ({"type": 3}, "node n: needs a type"),
        ({"type": "x", "params": []}, "node n: params must be an object, got a list"),
        ({"type": "x", "inputs": "a"}, "node n: inputs must be an object, got text"),
        ({"type": "x", "inputs": {"p": 3}}, "node n: input p: 3 is no link"),
        ({"type": "x", "inputs": {"p": ["a", 0]}}, "node n: input p: .* is no link"),
        ({"type": "x", "inputs": {"p": {"v": "a b"}}}, r"node n: input p \(v\): 'a b' is no link"),
        ({"type": "x", "inputs": {"p": {"v": {"w": "a"}}}}, "is no link"),
        ({"type": "x", "inputs": {"two\nlines": 3}}, "node n: input two lines: 3 is no link"),
        ({"type": "x", "mode": "off"}, "node n: mode must be 'bypass' or 'mute', got 'off'"),
        ({"type": "x", "mode": None}, "node n: mode must be"),
        ({"type": "loop", "inputs": {}}, "node n: a loop has no key 'inputs'; it may have: body"),
        ({"type": "loop", "state": []}, "node n: state must be an object"),
        ({"type": "loop", "state": {"h": "a"}}, "node n: state h must be an object, got text"),
        ({"type": "loop", "state": {"h": {"first": "a"}}}, "node n: state h: needs next"),
        ({"type": "loop", "state": {"h": {}}}, "node n: state h: needs first and next"),
        (
            {"type": "loop", "state": {"h": {"first": "a", "next": "b", "last": "c"}}},
            "state h has no key 'last'",
        ),
        ({"type": "loop", "state": {"1": {"first": "a", "next": "b"}}}, "state '1': letters"),
        ({"type": "loop", "watch": {"a b": "a"}}, "watch 'a b': letters"),
        ({"type": "loop", "watch": {"w": 1}}, "node n: watch w: 1 is no link"),
        ({"type": "loop", "body": []}, "node n: nodes must be an object, got a list"),
        ({"type": "loop", "body": {"m": 3}}, "node m: a node must be an object"),
        ({"type": "loop", "body": {"2nd": {"type": "x"}}}, "'2nd' is no node name"),
    ],
)
def test_a_node_of_the_wrong_shape_is_named_with_what_is_wrong(node: Any, message: str) -> None:
    with refused(message) as caught:
        parse(file_of({"n": node}))
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["loop", "x.y", "a", "a.b[c]", ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "nodes",
                    "type",
                    "params",
                    "inputs",
                    "state",
                    "first",
                    "next",
                    "watch",
                    "body",
                    "mode",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "1"]), JSON, max_size=3))
def test_any_json_is_a_graph_or_one_line_saying_why_not(nodes: Any) -> None:
    said = ""
    try:
        graph = parse(file_of(nodes))
        assert parse(text(graph)) == graph
    except DocumentError as error:
        said = str(error)
    assert "\n" not in said


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40))
def test_random_bytes_are_refused_in_one_line(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "g.json"
        path.write_bytes(content)
        with pytest.raises(DocumentError) as caught:
            read(path)
    assert "\n" not in str(caught.value)


# Files


def test_a_file_is_read_with_the_folder_that_its_paths_start_from(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "g.json")
    graph = read(tmp_path / "g.json")
    assert graph == SMALL
    assert graph.base == tmp_path


def test_a_byte_order_mark_before_the_text_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    path.write_bytes(b"\xef\xbb\xbf" + text(SMALL).encode())
    assert read(path) == SMALL


def test_line_ends_of_another_system_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    path.write_bytes(text(SMALL).replace("\n", "\r\n").encode())
    assert read(path) == SMALL


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe{\x00", "not UTF-8 text"),
        (b'{"format": 1, "title": "\xe4"}', r"not UTF-8 text \(byte 24\)"),
        (b"RIFF....WAVE", "this WAV file carries no graph"),
        (b"", "line 1, column 1"),
        (b"{", "line 1, column 2"),
    ],
)
def test_a_file_that_is_no_graph_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "g.json"
    path.write_bytes(content)
    with refused(message) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with refused("no such file"):
        read(tmp_path / "missing.json")
    with refused("directory"):
        read(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(DocumentError):
        read(tmp_path / "file" / "below.json")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 2**20)
    with refused("33 MB is too large: at most 32 MB"):
        read(path)


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "g.json"
    write(SMALL, path)

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    for name in ("replace", "fsync"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fails)
            with refused("cannot write .*g.json: Input/output error"):
                write(Graph(), path)
        assert path.read_text() == text(SMALL)
        assert [found.name for found in tmp_path.iterdir()] == ["g.json"]


def test_an_interrupted_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(SMALL, tmp_path / "g.json")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"none", os.fsencode(tmp_path), b"tmpfs", 0, b"size=64k") != 0:
        pytest.skip(f"cannot mount: {os.strerror(ctypes.get_errno())}")
    yield tmp_path
    libc.umount2(os.fsencode(tmp_path), 2)


def test_a_full_disk_leaves_the_old_file(small_disk: Path) -> None:
    path = small_disk / "g.json"
    write(SMALL, path)
    with refused("No space left on device"):
        write(Graph(about="x" * 200_000), path)
    assert path.read_text() == text(SMALL)
    assert [found.name for found in small_disk.iterdir()] == ["g.json"]


def test_a_folder_that_is_not_there_or_a_folder_in_place_of_the_file_is_named(
    tmp_path: Path,
) -> None:
    with refused("cannot write .*No such file or directory"):
        write(SMALL, tmp_path / "missing" / "g.json")
    (tmp_path / "folder").mkdir()
    with refused("cannot write"):
        write(SMALL, tmp_path / "folder")
    assert [found.name for found in tmp_path.iterdir()] == ["folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="no file modes")
def test_the_mode_of_a_file_is_kept_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    mask = os.umask(0o027)
    try:
        write(SMALL, path)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    write(Graph(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_saving_through_a_symbolic_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "g.json", tmp_path / "g.json"
    write(SMALL, target)
    link.symlink_to(target)
    write(Graph(), link)
    assert link.is_symlink()
    assert target.read_text() == text(Graph())


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", object()], ids=["nan", "inf", "half", "object"]
)
def test_a_graph_that_no_file_can_hold_is_not_written(tmp_path: Path, value: object) -> None:
    path = tmp_path / "g.json"
    write(SMALL, path)
    with refused("cannot write"):
        write(Graph({"a": Node("x.y", {"k": value})}), path)
    assert path.read_text() == text(SMALL)


def test_loading_runs_no_code_and_imports_nothing() -> None:
    before = set(sys.modules)
    parse(file_of({"a": {"type": "this.s", "params": {"x": "__import__('antigravity')"}}}))
    assert set(sys.modules) == before
    assert not {"pickle", "importlib"} & set(vars(document))
