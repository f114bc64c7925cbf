"""Making, pasting and setting: what comes with a value, a text, a wire or a point."""

from __future__ import annotations

from dataclasses import replace as changed
from pathlib import Path

import pytest

from nodegraph import edits
from nodegraph.document import Graph, Link, Loop, Node, fingerprint, parse, read, text
from nodegraph.editor import acting
from nodegraph.editor.acting import LOOP_CHOICE, act, copied, paste, pasted_path
from nodegraph.editor.acting.plates import placed
from nodegraph.editor.canvas.building import build
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.offers.converters import why_not
from nodegraph.editor.offers.ends import End
from nodegraph.editor.offers.search import choices, pulled_from, pulled_into
from nodegraph.editor.stage import Stage, nodes
from nodegraph.edits.layout import position, section
from nodegraph.engine import plan
from nodegraph.history import History
from tests.editor.acting.stages import FILES, KAM, TYPES, chain, loop, looped, node, on, staged

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
EMPTY = Stage(types=TYPES)


# The clipboard


@each_file
def test_what_is_pasted_into_an_empty_window_means_what_was_copied(path: Path):
    graph = read(path)
    change = paste(changed(EMPTY, graph=Graph(base=graph.base)), copied(on(graph, *graph.nodes)))
    assert fingerprint(change.graph) == fingerprint(edits.complete(graph, TYPES))
    assert change.selection == nodes(*graph.nodes)
    assert not change.said
    assert position(change.graph, next(iter(graph.nodes))) is not None


@each_file
def test_what_is_pasted_beside_the_original_gets_other_names_and_runs_as_well(path: Path):
    graph = read(path)
    stage = on(graph, *graph.nodes)
    change = paste(stage, copied(stage))
    assert len(on(change.graph).order) == 2 * len(stage.order)
    assert plan.check(change.graph, TYPES) == plan.check(graph, TYPES)
    assert parse(text(change.graph)) == change.graph
    name = next(iter(graph.nodes))
    made = sorted(name for _, name in change.selection or ())[0]
    assert made not in graph.nodes
    assert position(graph, name) is not None


def test_a_paste_has_its_upper_left_corner_at_the_point():
    framed = act("graph.frame", on(chain(), "b", "c"))
    stage = staged(framed.graph, [*nodes("b", "c"), *(framed.selection or ())])
    change = paste(staged(chain()), copied(stage), (-1000.0, 2000.0))
    scene = build(change.graph, TYPES)
    frame = scene.frames["frame"].rect
    assert (frame.x, frame.y) == (-1000, 2000)
    assert frame.encloses(scene.nodes["b_2"].rect)
    assert change.selection == {*nodes("b_2", "c_2"), ("frame", "frame")}
    assert node(change.graph, "b_2").inputs == {"audio": Link("a")}


def test_links_to_what_is_not_there_are_cut_and_told():
    change = paste(EMPTY, copied(on(chain(), "b", "c")))
    assert node(change.graph, "c").inputs == {"audio": Link("b")}
    assert not node(change.graph, "b").inputs
    assert change.said == "1 wire led to what is not here."


def test_what_is_pasted_onto_a_loop_goes_into_it():
    stage = staged(looped())
    change = paste(stage, copied(on(chain(), "b")), (520.0, 200.0))
    assert "b" in loop(change.graph, "again").body


def test_pasting_again_and_again_covers_nothing():
    stage = staged(chain())
    content = copied(on(chain(), "b"))
    for _ in range(3):
        stage = staged(paste(stage, content).graph)
    assert len({stage.scene.nodes[name].rect for name in ("b", "b_2", "b_3", "b_4")}) == 4


def test_bends_are_pasted_where_their_nodes_are():
    graph = edits.set_look(chain(), ["c"], "reroutes", {"audio": [[550, 90]]})
    change = paste(staged(Graph()), copied(on(graph, "b", "c")))
    assert section(change.graph, "look")["c"]["reroutes"] == {"audio": [[574, 114]]}
    alone = paste(staged(Graph()), copied(on(graph, "c")))
    assert not section(alone.graph, "look")


def test_relative_paths_follow_into_another_folder(tmp_path: Path):
    known = TYPES["source.file"]
    song = Node("source.file", {**known.defaults, "path": "a/song.wav"})
    graph = Graph({"song": song}, base=tmp_path)
    other = changed(EMPTY, graph=Graph(base=tmp_path / "b"))
    after = paste(other, copied(on(graph, "song"))).graph
    assert node(after, "song").params["path"] == "../a/song.wav"
    assert str(tmp_path) not in copied(on(chain(), "b"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The clipboard is empty."),
        (" \n", "The clipboard is empty."),
        ("hello", "The clipboard holds no nodes."),
        ("[1, 2]", "The clipboard holds no nodes"),
        ('{"nodes"', "The clipboard holds no nodes: line 1"),
        ("{}", "The clipboard holds no nodes"),
    ],
)
def test_text_that_is_no_graph_is_told_in_one_line(content: str, said: str):
    change = paste(EMPTY, content)
    assert change.graph is EMPTY.graph
    assert change.said.startswith(said)
    assert "\n" not in change.said


def test_a_path_in_the_clipboard_is_found_if_it_exists(tmp_path: Path):
    song = tmp_path / "my song.wav"
    song.touch()
    assert pasted_path(f'"{song}"') == song
    assert pasted_path(song.as_uri()) == song
    assert pasted_path("my song.wav", tmp_path) == song
    for none in ("", "no such file", copied(on(KAM, "kam")), "x" * 9999):
        assert pasted_path(none) is None


# Knobs and names


def test_a_knob_is_set_within_its_bounds_and_a_drag_is_one_step():
    history = History.start(chain())
    for value in (1.0, 2.0, 3.0):
        change = acting.set_knob(staged(history.graph), "b", "gain", value)
        history = history.push(change.graph, change.label, change.merge)
    assert len(history.steps) == 2
    assert history.undo_label == "set b.gain"
    wrong = acting.set_knob(staged(chain()), "b", "gain", "loud")
    assert wrong.said == "Gain: gain must be a number, got 'loud'."
    assert "no knob" in acting.set_knob(staged(chain()), "b", "hop", 1).said
    assert "no node" in acting.set_knob(staged(chain()), "z", "gain", 1).said
    assert acting.set_knob(staged(looped()), "again", "iterations", -1).said


def test_titles_and_texts_are_written_and_taken_off():
    graph = acting.retitle(staged(chain()), ("node", "b"), " Quiet ").graph
    assert acting.title_of(graph, "b") == "Quiet"
    assert acting.retitle(staged(graph), ("node", "b"), "").graph == chain()
    framed = act("graph.frame", on(graph, "b")).graph
    noted = act("graph.note", staged(framed)).graph
    titled = acting.retitle(staged(noted), ("frame", "frame"), "Voices").graph
    written = acting.retitle(staged(titled), ("note", "note"), "# Why").graph
    styled = acting.restyle(staged(written), "frame", "mask").graph
    scene = build(styled, TYPES)
    assert (scene.frames["frame"].words, scene.frames["frame"].colour) == ("Voices", "mask")
    assert scene.notes["note"].words == "# Why"
    plain = acting.restyle(staged(styled), "frame", "").graph
    assert plain == written
    about = acting.about(staged(chain()), "Song", "Text").graph
    assert (about.title, about.about) == ("Song", "Text")
    assert acting.about(staged(about), "Song", "Text").graph is about


def test_plates_without_an_id_keep_the_name_they_were_drawn_by():
    layout = {
        "frames": [{"rect": [0, 0, 10, 10], "kept": 1}, {"rect": "nonsense"}],
        "notes": ["only text", {"text": "Two", "rect": [0, 0, 9, 9]}],
    }
    graph = chain(1, **layout)
    scene = build(graph, TYPES)
    where = scene.notes["0"].rect
    change = acting.act("edit.delete", staged(graph, [("note", "1")]))
    assert build(change.graph, TYPES).notes == {"0": scene.notes["0"]}
    assert change.graph.layout["notes"][0] == {
        "id": "0",
        "text": "only text",
        "rect": [where.x, where.y, where.width, where.height],
    }
    moved = placed(graph, {("frame", "0"): Rect(1.5, 2, 20, 20)})
    assert moved.layout["frames"] == [
        {"rect": [1.5, 2, 20, 20], "kept": 1},
        {"rect": "nonsense"},
    ]
    assert placed(moved, {("frame", "0"): Rect(1.5, 2, 20, 20), ("frame", "9"): where}) is moved
    assert acting.retitle(staged(graph), ("frame", "9"), "x").said


# Other nodes


def test_a_replaced_node_says_what_it_lost():
    change = acting.replace(staged(KAM), "istft", "measure.null")
    assert change.said.startswith("Lost: ")
    assert node(change.graph, "istft").type == "measure.null"
    assert acting.replace(staged(KAM), "kam", "mix.gain").said
    assert acting.replace(staged(KAM), "istft", "no.such").said


def test_a_refused_wire_is_made_with_what_converts():
    graph = edits.add(chain(1), "power", Node("transform.power", {}))
    refusal = why_not(graph, TYPES, "a", "power", "spectrogram")
    assert refusal is not None
    assert refusal.offer
    stage = staged(graph, used={"stft"})
    change = acting.convert(stage, "a", End("power", "spectrogram"), refusal)
    assert change.selection == nodes("stft_2")
    assert node(change.graph, "power").inputs == {"spectrogram": Link("stft_2")}


def test_a_chosen_type_is_added_and_chosen():
    stage = staged(chain(), used={"gain"})
    wire = pulled_from(stage.graph, TYPES, "c")
    choice = next(c for c in choices(TYPES, "gain", wire) if c.type == "mix.gain")
    change = acting.insert(stage, choice, wire, (5.25, 7.0))
    assert change.selection == nodes("gain_2")
    assert node(change.graph, "gain_2").inputs == {"audio": Link("c")}
    assert position(change.graph, "gain_2") == (5.25, 7)


# The loop in the search


def test_the_loop_is_found_by_its_words_and_in_the_whole_list():
    for words in ("loop", "iterate", "repeat", "re-estimate", "EM", "lopo", "estimate filter"):
        found = [choice.type for choice in acting.choices(TYPES, words)]
        assert "loop" in found[:6], words
    assert acting.choices(TYPES, "loop")[0].type == "loop"
    assert LOOP_CHOICE in acting.choices(TYPES)
    assert "loop" not in [choice.type for choice in acting.choices(TYPES, "stft")]
    pulled = pulled_into(KAM, TYPES, End("istft", "sources"))
    for text_typed in ("", "loop"):
        assert "loop" not in [c.type for c in acting.choices(TYPES, text_typed, pulled)]


def test_an_empty_loop_is_added_also_inside_another():
    stage = staged(looped())
    change = acting.insert(stage, LOOP_CHOICE, None, (500.0, 300.0), "again")
    assert change.selection == nodes("loop")
    assert isinstance(loop(change.graph, "again").body["loop"], Loop)
    assert build(change.graph, TYPES).loops["loop"].rect[:2] == (500, 300)


def test_a_loop_at_the_end_of_a_wire_carries_what_it_gives():
    stage = staged(chain())
    wire = pulled_from(stage.graph, TYPES, "c")
    assert acting.choices(TYPES, "loop", wire)[0].type == "loop"
    change = acting.insert(stage, LOOP_CHOICE, wire, (1200.0, 0.0))
    state = loop(change.graph, "loop").state["c"]
    assert (state.first, state.next) == (Link("c"), Link("loop", "c"))
    assert plan.check(change.graph, TYPES) == plan.check(stage.graph, TYPES)
