"""What a track scored is written so that museval reads it, and read back whoever wrote it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.batch import marks
from nodegraph.engine.records import Record
from nodegraph.values import Windows

NAN, INF = float("nan"), float("inf")


def framed() -> Record:
    data = np.array([[[1.0, 2.123456789, NAN], [INF, 5.0, 6.0]]])
    windows = Windows(data, ("vocals",), ("SDR", "SIR"), np.arange(3) * 0.5, 1.0)
    rows = {"vocals": {"SDR": 1.5, "SIR": INF}}
    return Record("ran", scores=rows, unit="dB", windows=windows, notes=["one is silent"])


def plain() -> Record:
    rows = {"vocals": {"SNR": 3.0}, "drums": {"SNR": NAN, "low": -INF}}
    return Record("ran", scores=rows, unit="dB")


def written(**records: Record) -> dict[str, Any]:
    more = {
        "state": "done",
        "faults": [],
        "files": [],
        "seconds": 1.0,
        "graph": "g",
        "recording": "r",
    }
    return marks.data("test/x", records, list(records), 2.5, **more)


def test_frames_are_those_of_the_windows_as_museval_writes_them():
    (target,) = written(bss=framed())["targets"]
    assert target["name"] == "vocals"
    assert target["frames"] == [
        {"time": 0.0, "duration": 1.0, "metrics": {"SDR": 1.0, "SIR": None}},
        {"time": 0.5, "duration": 1.0, "metrics": {"SDR": 2.12346, "SIR": 5.0}},
        {"time": 1.0, "duration": 1.0, "metrics": {"SDR": None, "SIR": 6.0}},
    ]


def test_a_score_of_the_whole_track_is_one_frame():
    vocals, drums = written(snr=plain())["targets"]
    assert vocals["frames"] == [{"time": 0.0, "duration": 2.5, "metrics": {"SNR": 3.0}}]
    assert drums["frames"][0]["metrics"] == {"SNR": None, "low": None}


def test_framewise_scores_lead_and_a_number_of_no_source_is_no_target():
    number = Record("ran", scores={"": {"null": -140.0}}, unit="dB")
    content = written(snr=plain(), null=number, bss=framed())
    assert [(t["name"], t["node"]) for t in content["targets"]] == [
        ("vocals", "bss"),
        ("drums", "snr"),
    ]
    assert list(content["nodegraph"]["scores"]) == ["snr", "null", "bss"]


def test_it_is_strict_json_and_comes_back_as_it_was(tmp_path: Path):
    path = tmp_path / "x.json"
    content = written(snr=plain(), bss=framed())
    path.write_text(json.dumps(content, allow_nan=False), "utf-8")
    found = marks.read(path)
    assert found is not None
    assert (found.track, found.state, found.graph) == ("test/x", "done", "g")
    assert found.targets["vocals"] == {"SDR": 1.5, "SIR": INF}
    assert math.isnan(found.targets["drums"]["SNR"])
    assert found.targets["drums"]["low"] == -INF
    assert found.nodes["snr"] == ("dB", found.nodes["snr"][1])
    assert found.notes == ("bss: one is silent",)


def test_what_museval_wrote_gives_the_medians_of_its_frames(tmp_path: Path):
    path = tmp_path / "Song.json"
    path.write_text(
        '{"museval_version": "0.4.1", "targets": [{"name": "vocals", "frames": ['
        '{"time": 0.0, "duration": 1.0, "metrics": {"SDR": 1.0, "SIR": NaN}},'
        '{"time": 1.0, "duration": 1.0, "metrics": {"SDR": NaN, "SIR": NaN}},'
        '{"time": 2.0, "duration": 1.0, "metrics": {"SDR": 4.0, "SIR": NaN}}]}]}'
    )
    found = marks.read(path)
    assert found is not None
    assert found.track == "Song"
    assert found.targets["vocals"]["SDR"] == 2.5
    assert math.isnan(found.targets["vocals"]["SIR"])


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"targets": 3}', '{"targets": [], "nodegraph": {"format": 9}}', "\0"],
)
def test_what_is_no_such_file_is_none(text: str, tmp_path: Path):
    path = tmp_path / "x.json"
    path.write_text(text)
    assert marks.read(path) is None
    assert marks.read(tmp_path / "none.json") is None


def test_the_file_fits_the_schema_of_museval():
    """`musdb.schema.json` of museval 0.4.1, by hand; where it wants a number, null is NaN."""
    for target in written(snr=plain(), bss=framed())["targets"]:
        assert isinstance(target["name"], str)
        for frame in target["frames"]:
            assert set(frame) == {"time", "duration", "metrics"}
            assert isinstance(frame["time"], float)
            assert isinstance(frame["duration"], float)
            assert all(v is None or isinstance(v, float) for v in frame["metrics"].values())
