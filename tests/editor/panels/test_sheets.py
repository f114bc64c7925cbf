from pathlib import Path

from nodegraph.document import Graph, Link, Loop, Node, State
from nodegraph.editor.canvas.wires import Wire
from nodegraph.editor.offers.search import FAMILIES
from nodegraph.editor.running.board import Board, Shown
from nodegraph.editor.running.cards import Card
from nodegraph.editor.stage import nodes
from nodegraph.editor.window.panels import sheets
from nodegraph.editor.window.panels.palette_rows import families
from nodegraph.editor.window.panels.segments import spans
from nodegraph.editor.window.panels.sheets import Subject
from nodegraph.engine.worker import Facts
from nodegraph.registry import discover
from nodegraph.values import Grid

TYPES = discover()
BODY = {"median": Node("kernel.median", {}, {"power": Link("kam", "h")})}
LOOP = Loop({"iterations": 8}, {"h": State(Link("power"), Link("median"))}, body=BODY)
GRAPH = Graph({"power": Node("transform.power"), "kam": LOOP})


def said(section):
    return {row.name: row.words for row in section.rows}


def test_the_subject_is_what_is_chosen():
    assert sheets.subject(GRAPH, frozenset()) == Subject("graph")
    assert sheets.subject(GRAPH, nodes("power")) == Subject("node", "power")
    assert sheets.subject(GRAPH, nodes("kam")) == Subject("loop", "kam")
    assert sheets.subject(GRAPH, frozenset([("note", "0")])) == Subject("note", "0")


def test_several_nodes_are_one_subject_and_a_node_counts_more_than_its_wires():
    several = sheets.subject(GRAPH, nodes("kam", "power"))
    assert several == Subject("several", names=("power", "kam"))
    one = nodes("median") | {("wire", "median.power"), ("frame", "0")}
    assert sheets.subject(GRAPH, one) == Subject("node", "median")
    wires = frozenset([("wire", "b"), ("wire", "a")])
    assert sheets.subject(GRAPH, wires) == Subject("wire", "a")
    mixed = frozenset([("wire", "b"), ("note", "0")])
    assert sheets.subject(GRAPH, mixed).kind == "several"


def test_a_node_that_is_gone_is_no_subject():
    assert sheets.subject(GRAPH, nodes("gone")) == Subject("graph")


def test_a_grid_of_equal_ratios_says_so():
    scale = "constant q 55 24 22050"
    grid = Grid(44100, 882000, 36, "hann", 27864, 846720, scale)
    assert sheets.grid(grid) == "constant q 55 24 22050 / 36, 44.1 kHz"


def test_facts_of_an_output():
    grid = Grid(44100, 4096, 1024, "hann", 4096, 846720)
    facts = Facts(
        "Spectrogram", ("harmonic", "percussive"), (2, 2, 2049, 828), 27_000_000, 44100, grid
    )
    found = said(sheets.output(facts, (), "estimates"))
    assert found == {
        "type": "Spectrogram",
        "sources": "harmonic, percussive",
        "shape": "2 × 2 × 2049 × 828",
        "grid": "4096 / 1024, hann, 44.1 kHz",
        "size": "27.0 MB",
    }
    sound = said(sheets.output(Facts("Audio", (), (2, 44100), 352800, 44100), (), ""))
    assert sound["sound"] == "44.1 kHz, 1.00 s"


def test_before_a_run_an_output_has_the_types_it_may_give():
    assert said(sheets.output(None, ("Mask", "Power"), "")) == {"type": "Mask or Power"}


def test_what_a_run_told(tmp_path):
    path = tmp_path / "stems" / "vocals.wav"
    shown = Shown(
        "done",
        why="knob changed",
        notes=("song_a.wav is unchanged", *"bcdefgh"),
        files=(path, Path("/elsewhere/x.wav")),
    )
    why, notes, files = sheets.told(shown, tmp_path, {path: 2_000_000})
    assert why.rows[0].words == "Knob changed."
    assert notes.rows[0].words == "song_a.wav is unchanged."
    assert len(notes.rows) == sheets.NOTES + 1
    assert notes.rows[-1].words == "and 2 more"
    assert files.rows[0].words == f"{Path('stems') / 'vocals.wav'}  2.0 MB"
    assert files.rows[1].words == "x.wav  is no longer there"


def test_how_a_node_stands():
    board = Board({"power": Shown("running", fraction=0.62, left=2.0, note="frame 3")})
    item = GRAPH.nodes["power"]
    found = said(sheets.state(board, "power", item, True))
    assert found == {"state": "running, 62 %, 2.0 s left", "doing": "frame 3"}


def test_a_loop_tells_its_states_and_its_last_turn():
    turn, states = sheets.loop(LOOP, Shown("done", turn=5, limit=8, numbers={"moved": 0.0551234}))
    assert said(turn) == {"iteration": "5 of 8", "moved": "0.05512"}
    assert said(states) == {"h": "power, then median"}
    (empty,) = sheets.loop(Loop(), Shown())
    assert empty.rows[0].words.startswith("Nothing is carried")


def test_a_fault_is_said_without_marks():
    card = Card("a", "Not wired", "*Power* needs a wire.", "", urgent=False)
    section = sheets.fault(card)
    assert (section.title, section.rows[0].words) == ("Not wired", "Power needs a wire.")
    assert section.rows[0].icon_role == "stale"


def test_help_is_plain_text_for_every_type():
    for known in TYPES.values():
        rows = sheets.help_page(known, Node(known.id)).rows
        assert rows[0].words
        assert not any("`" in row.words or "\n" in row.words for row in rows)
    assert "No node type 'x.y'" in sheets.help_page(None, Node("x.y")).rows[0].words


def test_a_wire_tells_where_it_goes():
    wire = Wire("b.x[h]", "a", "out", "b", "x", "h", ((0, 0), (1, 1)), type="Power", picked="h")
    (section,) = sheets.wire(wire, {"a": "Split"}, ("h", "p"))
    assert said(section) == {"type": "Power", "from": "Split, out", "to": "b, x[h]", "picks": "h"}
    assert sheets.wire(None, {}, ()) == []


def test_a_graph_is_counted_and_its_loop_does_not_count_twice():
    board = Board(
        {"power": Shown("done", seconds=1, bytes=1000), "kam": Shown("done", seconds=9),
         "median": Shown("stale", seconds=2)},
        kinds={"kam": "loop"},
    )  # fmt: skip
    counts, total = sheets.graph_counts(GRAPH, board)
    assert said(counts) == {"nodes": "2", "loops": "1", "states": "1 stale, 2 done"}
    assert said(total) == {"took": "3.0 s", "in memory": "1.0 kB"}
    states, _ = sheets.several(["power", "median"], board)
    assert said(states) == {"stale": "1", "done": "1"}


def test_the_palette_lists_every_type_once_and_the_loop():
    found = families(TYPES)
    listed = [entry.type for family in found for entry in family.entries]
    assert sorted(listed) == sorted([*TYPES, "loop"])
    assert [f.name for f in found] == [name for name in FAMILIES if name in {f.name for f in found}]
    assert families({}) == ()


def test_segments_share_the_room():
    wide = spans([50, 70], 200, 2)
    assert wide == [(0, 89), (91, 109)]
    tight = spans([300, 100], 202, 2)
    assert tight == [(0, 150), (152, 50)]
