"""Pictures kept as files come back, and anything else gives nothing."""

import numpy as np
import pytest

from nodegraph.editor.pictures import still
from nodegraph.errors import DocumentError


def test_pixels_come_back(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (15, 22, 4), np.uint8)
    still.save_png(tmp_path / "a.png", image)
    back = still.load_png(tmp_path / "a.png")
    assert (back == image).all()
    assert back.dtype == np.uint8
    back[0] = 0  # its own


def test_other_programs_read_it(tmp_path):
    image = pytest.importorskip("matplotlib.image")
    pixels = np.arange(4 * 6 * 4, dtype=np.uint8).reshape(4, 6, 4)
    still.save_png(tmp_path / "a.png", pixels)
    assert np.allclose(image.imread(tmp_path / "a.png") * 255, pixels)


def test_what_is_missing_broken_or_foreign_gives_nothing(tmp_path):
    path = tmp_path / "a.png"
    assert still.load_png(path) is None
    assert still.load_png(tmp_path) is None
    whole = still.png(np.full((9, 9, 4), 7, np.uint8))
    for stop in range(len(whole) - 16):
        path.write_bytes(whole[:stop])
        assert still.load_png(path) is None, stop
    path.write_bytes(whole.replace(b"\x08\x06\x00\x00\x00", b"\x08\x02\x00\x00\x00"))
    assert still.load_png(path) is None
    path.write_bytes(b"no picture at all")
    assert still.load_png(path) is None


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DocumentError, match="cannot write"):
        still.save_png(tmp_path / "none" / "a.png", np.zeros((2, 2, 4), np.uint8))
