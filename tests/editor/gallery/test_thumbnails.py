"""Which picture a graph is known by, how it is drawn, and that its file is kept soundly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nodegraph.declare import NodeType
from nodegraph.document import Graph, Link, Loop, Node
from nodegraph.editor.files.gallery import GalleryCard, gallery
from nodegraph.editor.files.thumbnails import SIZE, Thumbnails, folder, kinds, looks, pixels
from nodegraph.editor.look.colours import DARK, LIGHT
from nodegraph.registry import Registry, discover
from nodegraph.shipped import shipped
from nodegraph.views import Axis, Curves, Heatmap, Line, Panels, Table, Wave

CARDS = {card.name: card for card in gallery(shipped())}
TIME, FREQUENCY = Axis("time", "s", 0, 20), Axis("frequency", "Hz", 0, 22050)
PLANE = Heatmap(
    np.linspace(-70, 0, 200 * 400, dtype=np.float32).reshape(200, 400),
    TIME, FREQUENCY, "level", "dB", -70.0, 0.0,
)  # fmt: skip
SOUND = Wave("audio", np.full(100, -0.5), np.full(100, 0.5), TIME)
CURVE = Curves((Line("cost", np.arange(4.0), np.array([3.0, np.nan, 2.0, 1.0])),), TIME, TIME)


@pytest.fixture(scope="module")
def types() -> Registry:
    return discover()


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("binary_vs_soft", ("binary", "between")),
        ("harmonic_percussive", ("wiener.estimates",)),
        ("hello_mix", ("stft",)),
        ("kernel_additive", ("kam.h", "kam.p")),
        ("nmf_by_hand", ("nmf.cost",)),
        ("nmf_drums", ("nmf",)),
        ("null_test", ("song.mixture", "difference")),
        ("oracle_masks", ("irm2",)),
        ("pan_histogram", ("per_source",)),
    ],
)
def test_each_shipped_graph_is_known_by_what_it_is_about(
    name: str, chosen: tuple[str, ...], types: Registry
):
    assert looks(CARDS[name].graph, types) == chosen


def test_the_layout_has_the_first_word(types: Registry):
    graph = CARDS["nmf_drums"].graph
    for given, chosen in (
        ("stft", ("stft",)),
        (["wiener.estimates", "nmf", "stft"], ("wiener.estimates", "nmf")),
        (["gone", 3], ("nmf",)),
        ({"a": 1}, ("nmf",)),
        ({"show": "stft", "kind": "phase"}, ("stft",)),
        ([{"show": "stft"}, "nmf"], ("stft", "nmf")),
        ({"show": "stft", "kind": 3}, ("nmf",)),
    ):
        named = replace(graph, layout={**graph.layout, "thumbnail": given})
        assert looks(named, types) == chosen


def test_the_layout_may_say_in_which_way():
    graph = CARDS["nmf_drums"].graph
    for given, found in (
        ({"show": "stft", "kind": "phase"}, {"stft": "phase"}),
        ([{"show": "stft"}, "nmf"], {}),
        ({"show": "gone", "kind": "phase"}, {}),
    ):
        assert kinds(replace(graph, layout={"thumbnail": given})) == found


def test_a_loop_is_known_by_what_it_watches(types: Registry):
    loop = Loop(watch={"cost": Link("inner")}, body={"inner": Node("factor.divergence")})
    graph = Graph({"song": Node("source.song"), "loop": loop})
    assert looks(graph, types) == ("loop.cost",)


def test_a_graph_of_which_nothing_is_known_has_no_picture(types: Registry):
    nothing: dict[str, NodeType] = {}
    assert looks(Graph(), types) == ()
    assert looks(Graph({"a": Node("no.such")}), types) == ()
    assert looks(CARDS["null_test"].graph, nothing) == ()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize(
    "pictures",
    [
        [PLANE],
        [SOUND],
        [CURVE],
        [SOUND, SOUND],
        [PLANE, PLANE],
        [Panels((PLANE, PLANE), ((0, 0, 1, 1), (0, 1, 1, 1)))],
        [Panels((PLANE, CURVE), ((0, 0, 1, 1), (1, 0, 1, 1))), SOUND],
    ],
)
def test_every_picture_fills_the_thumbnail(pictures: list[object], theme: object):
    image = pixels(pictures, theme)  # type: ignore[arg-type]
    assert image.shape == (SIZE[1], SIZE[0], 4)
    assert image.dtype == np.uint8
    assert (image[..., 3] == 255).all()
    assert image[..., :3].std() > 0


def test_a_plane_without_columns_or_numbers_is_no_fault():
    for data in (np.zeros((4, 0), np.float32), np.full((4, 9), np.nan, np.float32)):
        assert pixels([replace(PLANE, data=data)], DARK).shape[:2] == SIZE[::-1]


def test_what_was_kept_is_found_in_both_themes(tmp_path: Path):
    card, thumbnails = CARDS["nmf_drums"], Thumbnails(tmp_path / "new")
    assert thumbnails.missing([card]) == [card]
    assert thumbnails.keep(card, [PLANE])
    assert thumbnails.missing([card]) == []
    image = thumbnails.load(card, "dark")
    assert image is not None
    assert np.array_equal(image, pixels([PLANE], DARK))
    assert thumbnails.load(card, "light") is not None


def test_another_meaning_or_another_choice_has_another_file(tmp_path: Path):
    card, thumbnails = CARDS["nmf_drums"], Thumbnails(tmp_path)
    named = replace(card.graph, layout={"thumbnail": "stft"})
    other_way = replace(card.graph, layout={"thumbnail": {"show": "stft", "kind": "phase"}})
    others = [
        replace(card, key="other"), replace(card, graph=named), replace(card, graph=other_way),
    ]  # fmt: skip
    files = {thumbnails.file(one, "dark") for one in (card, *others)}
    assert len(files | {thumbnails.file(card, "light")}) == 5


def test_a_damaged_file_is_removed_and_made_anew(tmp_path: Path):
    card, thumbnails = CARDS["nmf_drums"], Thumbnails(tmp_path)
    thumbnails.keep(card, [SOUND])
    path = thumbnails.file(card, "dark")
    path.write_bytes(path.read_bytes()[:100])
    assert thumbnails.load(card, "dark") is None
    assert thumbnails.missing([card]) == [card]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    assert not Thumbnails(tmp_path / "file").keep(CARDS["nmf_drums"], [SOUND])


def test_a_card_that_could_not_be_read_has_none(tmp_path: Path):
    card = GalleryCard("bad", "Bad", "", tmp_path / "bad.json", fault="it is no graph")
    assert Thumbnails(tmp_path).missing([card]) == []
    assert Thumbnails(tmp_path).find(card, "dark") is None


def test_the_folder_follows_that_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NODEGRAPH_CONFIG", str(tmp_path))
    assert folder() == tmp_path / "thumbnails"
    monkeypatch.delenv("NODEGRAPH_CONFIG")
    assert folder().name == "thumbnails"


def test_a_table_among_pictures_is_left_out():
    table = Table(("a",), (("b",),))
    both = Panels((PLANE, table), ((0, 0, 1, 1), (1, 0, 1, 1)))
    alone = Panels((PLANE,), ((0, 0, 1, 1),))
    assert np.array_equal(pixels([both], DARK), pixels([alone], DARK))
