"""Sums over tracks, box plots, pages, and the test of two methods against each other."""

from __future__ import annotations

import csv
import io
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from nodegraph.batch import boxes, page, pairs, tables
from nodegraph.batch.marks import Marks
from nodegraph.batch.tables import Row, Spread
from nodegraph.batch.tracks import Track
from nodegraph.ranks import signed_rank

NAN = float("nan")


def marks(name: str, *scores: float, **more) -> Marks:
    rows = {f"s{k}": {"SDR": score} for k, score in enumerate(scores)}
    return Marks(name, rows, nodes={"bss": ("dB", rows)}, **more)


def rows() -> list[Row]:
    made = [Track(f"<b>{k}", Path(f"/x/{k}"), "stems", "test") for k in range(5)]
    return [
        Row(made[0], marks("0", 1.0, NAN, notes=("bss: s1 is not defined: its reference is silent",))),
        Row(made[1], marks("1", 2.0, 4.0)),
        Row(made[2], marks("2", 6.0, float("inf"), state="partial", faults=("save: full",))),
        Row(made[3], None, ("song: broken, & cut off",)),
        Row(made[4], None),
    ]  # fmt: skip


def test_a_spread_has_the_quantiles_of_numpy_and_counts_what_is_not_defined():
    values = list(np.random.default_rng(0).standard_normal(11))
    found = Spread.over([*values, NAN, float("inf")])
    assert found.missing == 2
    assert found.median == np.median(values)
    assert found.mean == pytest.approx(np.mean(values))
    for part in (0, 0.25, 0.6, 1):
        assert found.quantile(part) == pytest.approx(np.quantile(values, part))
    assert math.isnan(Spread.over([NAN]).median)


def test_the_table_has_a_line_for_each_score_and_for_each_track_without():
    lines = list(csv.DictReader(io.StringIO(tables.as_csv(rows()))))
    assert [line["score"] for line in lines] == [
        "1.00000", "", "2.00000", "4.00000", "6.00000", "inf", "", ""
    ]  # fmt: skip
    assert lines[1]["note"] == "s1 is not defined: its reference is silent"
    assert lines[4]["note"] == "save: full"
    assert (lines[6]["state"], lines[6]["note"]) == ("failed", "song: broken, & cut off")
    assert lines[7]["state"] == "not run"
    assert {line["subset"] for line in lines} == {"test"}


def test_the_list_of_failures_names_track_path_and_reason():
    assert tables.failures(rows()).splitlines() == [
        "test/<b>2\t/x/2\tsave: full", "test/<b>3\t/x/3\tsong: broken, & cut off"
    ]  # fmt: skip


def test_the_report_stands_alone_and_shows_names_as_they_are():
    text = page.report("A & <i>B</i>", {"graph": "g"}, rows())
    assert not re.search(r"(src|href)=|@import|url\(|http", text)
    assert "<b>" not in text
    assert "<i>B" not in text
    assert "&lt;b&gt;3" in text
    assert "song: broken, &amp; cut off" in text
    assert "median over the tracks" in text
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        assert ET.fromstring(svg).get("role") == "img"


def test_a_picture_says_in_words_what_it_shows():
    spreads = {
        "vocals": Spread.over([1, 2, 3, 4, 10]),
        "drums": Spread.over([5]),
        "x": Spread.over([]),
    }
    root = ET.fromstring(boxes.plot("SDR", "dB", spreads, {"vocals": "#E69F00"}))
    words = root.get("aria-label")
    assert words == root.findtext("desc")
    assert "vocals 3.00 (2.00 to 4.00, 5 tracks)" in words
    assert len(root.findall("rect")) == 2
    assert len(root.findall("circle")) == 6
    assert "not defined" in boxes.plot("SDR", "dB", {"x": spreads["x"]}, {})


@pytest.mark.parametrize("values", [[0.0], [5.0, 5.0], [-0.001, 0.002], [-120.0, 200.0]])
def test_an_axis_holds_all_values_and_has_a_few_round_numbers(values: list[float]):
    low, high, ticks = boxes.scale(values)
    assert low < min(values)
    assert max(values) < high
    assert 3 <= len(ticks) <= 8
    assert all(low <= tick <= high for tick in ticks)


def test_tracks_are_paired_by_name_and_those_of_one_method_alone_do_not_count():
    one = {f"test/{k}": marks(f"{k}", 1.0 + k) for k in (3, 1, 2)}
    two = {f"test/{k}": marks(f"{k}", 2.0 * k) for k in (1, 2, 3, 4)} | {"test/9": marks("9", NAN)}
    (pair,) = pairs.compare({"a": one, "b": two})
    assert (pair.tracks, pair.better, pair.difference) == (3, 1 - 1, -1.0)
    (pair,) = pairs.compare({"b": two, "a": one})
    assert (pair.tracks, pair.better, pair.difference) == (3, 2, 1.0)
    assert pair.p == signed_rank([-0.0, 1.0, 2.0][1:])


def test_tracks_meet_without_their_folder_where_one_set_has_none():
    found = pairs.matched({"a": {"test/x": marks("x", 1.0)}, "b": {"x": marks("x", 2.0)}})
    assert [list(method) for method in found.values()] == [["x"], ["x"]]
    same = {"a": {"test/x": marks("x", 1.0)}, "b": {"test/x": marks("x", 2.0)}}
    assert pairs.matched(same) == same
