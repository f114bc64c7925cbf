"""One open document: nothing is lost, nothing is overwritten, sounds that moved are found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from nodegraph import document, edits
from nodegraph.document import Graph, Link, Node
from nodegraph.editor.files import session as sessions
from nodegraph.editor.files.sounds import missing, relink, with_sound
from nodegraph.errors import DocumentError
from nodegraph.registry import Registry, discover

GRAPH = Graph({"song": Node("source.file", {"path": "song.wav"})})


@pytest.fixture(scope="module")
def types() -> Registry:
    return discover()


def with_path(graph: Graph, path: str) -> Graph:
    return edits.set_knob(graph, "song", "path", path)


def saved_file(folder: Path, name: str = "g.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    document.write(GRAPH, folder / name)
    return folder / name


def test_the_title_shows_the_name_and_what_is_not_saved(tmp_path: Path, types: Registry):
    session = sessions.blank(tmp_path)
    assert session.title == "untitled - nodegraph"
    assert sessions.closing(session) is None
    session = sessions.edited(session, GRAPH)
    assert session.title == "*untitled - nodegraph"
    session = sessions.saved(session, types, tmp_path / "größe.json")
    assert session.title == "größe.json - nodegraph"


def test_an_autosave_comes_after_a_while_and_goes_when_saved(tmp_path: Path, types: Registry):
    session = sessions.opened(saved_file(tmp_path), tmp_path)
    session = sessions.edited(session, with_path(session.graph, "a.wav"), now=10.0)
    session = sessions.edited(session, with_path(session.graph, "b.wav"), now=10.9)
    assert sessions.autosaved(session, types, 10.95) is session
    session = sessions.autosaved(session, types, 11.0)
    assert document.read(session.autosave).nodes["song"].params["path"] == "b.wav"
    session = sessions.saved(session, types)
    assert not session.autosave.exists()
    assert session.due is None


def test_an_edit_that_is_undone_leaves_no_autosave(tmp_path: Path, types: Registry):
    session = sessions.opened(saved_file(tmp_path), tmp_path)
    session = sessions.edited(session, with_path(session.graph, "a.wav"), now=0)
    session = sessions.autosaved(session, types, 2)
    assert session.autosave.exists()
    session = sessions.autosaved(sessions.undone(session, now=3), types, 5)
    assert not session.autosave.exists()
    assert sessions.redone(session, now=6).history.dirty


def test_a_drag_is_one_step(tmp_path: Path):
    session = sessions.blank(tmp_path)
    session = sessions.edited(session, GRAPH)
    for name in ("a", "b", "c"):
        session = sessions.edited(session, with_path(session.graph, name), merge="drag")
    session = sessions.edited(
        sessions.settled(session), with_path(session.graph, "d"), merge="drag"
    )
    assert sessions.undone(session).graph.nodes["song"].params["path"] == "c"
    assert sessions.undone(sessions.undone(session)).graph == GRAPH


def test_saving_elsewhere_keeps_every_step_at_the_same_files(tmp_path: Path, types: Registry):
    session = sessions.opened(saved_file(tmp_path / "one"), tmp_path)
    session = sessions.edited(session, with_path(session.graph, "other.wav"))
    (tmp_path / "two").mkdir()
    session = sessions.saved(session, types, tmp_path / "two" / "h.json")
    assert session.graph.nodes["song"].params["path"] == "../one/other.wav"
    assert not session.history.dirty
    before = sessions.undone(session)
    assert before.graph.nodes["song"].params["path"] == "../one/song.wav"
    assert before.history.dirty
    assert (tmp_path / "one" / "g.json").exists()


def test_a_document_without_a_file_asks_for_a_name(tmp_path: Path, types: Registry):
    session = sessions.edited(sessions.blank(tmp_path), GRAPH)
    with pytest.raises(DocumentError, match="choose a name"):
        sessions.saved(session, types)
    question = sessions.closing(session)
    assert question is not None
    assert question.answers == ("Save as", "Discard", "Cancel")


def test_a_sound_that_carries_a_graph_is_opened_and_never_written_over(
    tmp_path: Path, types: Registry
):
    path = tmp_path / "take.flac"
    with soundfile.SoundFile(path, "w", 8000, 1) as file:
        file.comment = document.text(GRAPH)
        file.write(np.zeros(10))
    session = sessions.opened(path, tmp_path)
    assert (session.graph.nodes, session.path) == (GRAPH.nodes, None)
    assert session.title == "take - nodegraph"
    with pytest.raises(DocumentError, match="FLAC"):
        sessions.saved(session, types, path)


def test_a_shipped_graph_is_opened_as_a_copy(tmp_path: Path):
    assert sessions.opened(saved_file(tmp_path), tmp_path, copy=True).path is None


def test_after_a_crash_the_graph_comes_back_as_an_edit(tmp_path: Path, types: Registry):
    path = saved_file(tmp_path)
    session = sessions.opened(path, tmp_path)
    assert sessions.offer(session) is None
    session = sessions.edited(session, with_path(session.graph, "new.wav"), now=0)
    sessions.autosaved(session, types, 5)
    again = sessions.opened(path, tmp_path)
    offer = sessions.offer(again)
    assert offer is not None
    back = sessions.recovered(again, offer)
    assert back.graph == session.graph
    assert back.history.dirty
    assert sessions.undone(back).graph == GRAPH
    sessions.declined(offer)
    assert sessions.offer(again) is None


def test_untitled_graphs_come_back_unless_their_window_is_open(tmp_path: Path, types: Registry):
    kept, base = tmp_path / "kept", tmp_path / "work"
    base.mkdir()
    session = sessions.blank(kept, "untitled-7")
    graph = Graph(GRAPH.nodes, base=base)
    sessions.autosaved(sessions.edited(session, graph, now=0), types, 5)
    (kept / ".broken.autosave").write_text("{")
    assert sessions.offers(kept, lambda key: key == "untitled-7") == []
    found = sessions.offers(kept)
    assert len(found) == 1
    back = sessions.recovered(sessions.blank(kept, "untitled-8"), found[0])
    assert back.key == "untitled-7"
    # The sound is still the one beside the folder that the graph was made in.
    assert missing(back.graph, types)[0].path.resolve() == (base / "song.wav").resolve()


def test_sounds_that_are_missing_are_found_by_name_in_one_edit(tmp_path: Path, types: Registry):
    graph = Graph(
        {
            "a": Node("source.file", {"path": "old/Größe.wav"}),
            "b": Node("source.file", {"path": "C:\\music\\drums.wav"}),
            "c": Node("source.stems", {"path": "/gone/stems"}),
            "d": Node("source.file", {"path": "nowhere.wav"}),
            "e": Node("source.file", {"path": ""}),
            "f": Node("output.audio", {"path": "out"}),
        },
        base=tmp_path,
    )
    folder = tmp_path / "found"
    (folder / "stems").mkdir(parents=True)
    (folder / "gröSSE.wav".replace("SSE", "ße").upper().replace(".WAV", ".wav")).touch()
    (folder / "drums.wav").touch()
    assert [gap.node for gap in missing(graph, types)] == ["a", "b", "c", "d"]
    linked, left = relink(graph, types, folder)
    assert [gap.node for gap in left] == ["d"]
    assert linked.nodes["b"].params["path"] == "found/drums.wav"
    assert linked.nodes["c"].params["path"] == "found/stems"
    assert [gap.node for gap in missing(linked, types)] == ["d"]


def test_the_most_of_the_old_path_decides(tmp_path: Path, types: Registry):
    graph = Graph({"a": Node("source.file", {"path": "x/band/song.wav"})}, base=tmp_path)
    (tmp_path / "new" / "band").mkdir(parents=True)
    (tmp_path / "new" / "song.wav").touch()
    (tmp_path / "new" / "band" / "song.wav").touch()
    linked, _ = relink(graph, types, tmp_path / "new")
    assert linked.nodes["a"].params["path"] == "new/band/song.wav"


def test_a_sound_that_is_opened_takes_the_place_of_the_only_source(tmp_path: Path, types: Registry):
    graph = Graph(
        {
            "song": Node("source.song"),
            "mono": Node("mix.to_mono", {}, {"audio": Link("song", "mixture")}),
        },
        base=tmp_path,
    )
    (tmp_path / "mine.wav").touch()
    changed, name = with_sound(graph, types, tmp_path / "mine.wav")
    assert (name, changed.nodes["song"].type) == ("song", "source.stems")
    assert changed.nodes["song"].params["path"] == "mine.wav"


def test_a_sound_that_is_opened_in_an_empty_graph_is_a_new_node(tmp_path: Path, types: Registry):
    (tmp_path / "my take 2.wav").touch()
    (tmp_path / "stems").mkdir()
    graph, name = with_sound(Graph(base=tmp_path), types, tmp_path / "my take 2.wav", spot=(3, 4))
    assert (name, graph.nodes[name].type) == ("my_take_2", "source.file")
    graph, name = with_sound(Graph(base=tmp_path), types, tmp_path / "stems")
    assert graph.nodes[name].type == "source.stems"
    with pytest.raises(DocumentError, match="no such file"):
        with_sound(Graph(), types, tmp_path / "gone.wav")
