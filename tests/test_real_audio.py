"""On real recordings, where they are there: as good as the best known peer, and nothing lost."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import nodegraph
import nodegraph.edits
from tests.commands import ROOT, call

AUDIO = ROOT.parent / "shared" / "audio"
pytestmark = pytest.mark.skipif(
    not AUDIO.is_dir(),
    reason="real recordings are looked for in ../shared/audio, which is not there",
)

PEER = {"percussive": 3.44, "harmonic": 7.09}
"""librosa 0.11 `decompose.hpss`, 4096/1024, lengths (17, 31), BSS Eval v4 SDR over 1 s frames."""


IMPROVEMENT = {
    ("harmonic_percussive", "cc0-band"): 7.7,
    ("harmonic_percussive", "falcon69"): 6.8,
    ("kernel_additive", "cc0-band"): 7.3,
    ("kernel_additive", "falcon69"): 5.0,
}
"""Of the drums over the mixture as it is, measured, in dB."""


def on(name: str, folder: str):
    graph = nodegraph.load(ROOT / "graphs" / f"{name}.json")
    path = nodegraph.path_in(graph, AUDIO / folder)
    return nodegraph.edits.replace_source(graph, "song", path, nodegraph.discover())


def test_hpss_is_within_a_fifth_of_a_decibel_of_the_peer():
    """SDR of BSS Eval, images: the same in v3 and v4, since no filter enters into it."""
    import mir_eval

    result = nodegraph.run(on("harmonic_percussive", "falcon69"), only=["istft", "rest", "song"])
    names = ("percussive", "harmonic")
    references = [result["song"]["stems"].pick("drums").data, result["rest"].data]
    estimates = [result["istft"].pick(name).data for name in names]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the module is to move elsewhere
        scores = mir_eval.separation.bss_eval_images_framewise(
            np.stack([sound.T for sound in references]).astype(float),
            np.stack([sound.T for sound in estimates]).astype(float),
            window=44100, hop=44100, compute_permutation=False,
        )[0]  # fmt: skip
    for name, frames, plain in zip(names, scores, sdr(references, estimates), strict=True):
        assert abs(np.nanmedian(frames) - PEER[name]) < 0.2, name
        assert abs(np.nanmedian(frames) - plain) < 0.01, name


def sdr(references: list[Any], estimates: list[Any], frame: int = 44100) -> list[float]:
    """Give the SDR of images as BSS Eval defines it, the median over frames: no filter is in it.

    As the test above shows, mir_eval has the same, but takes a minute.
    """
    found = []
    for true, estimate in zip(references, estimates, strict=True):
        error = true.astype(float) - estimate
        starts = range(0, true.shape[-1] - frame + 1, frame)
        energies = [
            [(sound[:, at : at + frame].astype(float) ** 2).sum() for sound in (true, error)]
            for at in starts
        ]
        levels = [10 * np.log10(signal / wrong) for signal, wrong in energies if signal > 0]
        found.append(float(np.median(levels)))
    return found


@pytest.mark.parametrize(
    ("name", "vocals", "rest"),
    [("repet", 0.96, 8.15), ("repet_sim", 1.43, 7.71), ("repet_fourier", 0.51, 7.03)],
)
def test_repetition_is_within_a_fifth_of_a_decibel_of_the_peer_or_better(name, vocals, rest):
    """nussl 1.1.9, its `Repet`, `RepetSim` and `FT2D`, on the sum of the stems."""
    result = nodegraph.run(on(name, "falcon69"), only=["istft", "rest", "song"])
    references = [result["song"]["stems"].pick("vocals").data, result["rest"].data]
    estimates = [result["istft"].pick(part).data for part in ("foreground", "background")]
    found = sdr(references, estimates)
    assert found[0] > vocals - 0.2
    assert found[1] > rest - 0.2


RPCA_PEER = -1.59
"""nussl's RPCA of the voice of falcon69, BSS Eval v4 SDR over 1 s frames."""


def test_a_real_voice_is_found_no_worse_than_by_the_peer():
    """RPCA at the peer's score less a fifth of a decibel; the source-filter model beyond it."""
    import mir_eval

    usual = {"start.lowest": 100.0, "start.highest": 800.0}
    for name, knobs, floor in (
        ("rpca_voice", {}, RPCA_PEER - 0.2),
        ("source_filter_voice", usual, 2.0),
    ):
        graph = nodegraph.set_knobs(on(name, "falcon69"), knobs)
        result = nodegraph.run(graph, only=["istft", "rest", "song"])
        references = [result["song"]["stems"].pick("vocals").data, result["rest"].data]
        estimates = [result["istft"].pick(source).data for source in ("voice", "accompaniment")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the module is to move elsewhere
            scores = mir_eval.separation.bss_eval_images_framewise(
                np.stack([sound.T for sound in references]).astype(float),
                np.stack([sound.T for sound in estimates]).astype(float),
                window=44100, hop=44100, compute_permutation=False,
            )[0]  # fmt: skip
        assert np.nanmedian(scores[0]) >= floor, name


BLIND = {
    "falcon69": {"vocals": 3.7, "drums": 7.4},
    "cc0-band": {"drums": 4.5},
}
"""SDR of `best_blind`, measured and rounded down."""

SINGLE = {
    "falcon69": [
        ("repet_sim", "vocals", "foreground"),
        ("harmonic_percussive", "drums", "percussive"),
    ],
    "cc0-band": [("harmonic_percussive", "drums", "percussive")],
}
"""The best single method for each."""


@pytest.mark.parametrize("folder", sorted(BLIND))
def test_the_best_without_training_is_a_decibel_above_the_best_single_method(folder: str):
    result = nodegraph.run(on("best_blind", folder), only=["istft", "song"])
    stems = result["song"]["stems"]
    made = {
        name: sdr([stems.pick(name).data], [result["istft"].pick(name).data])[0]
        for name in BLIND[folder]
    }
    for name, floor in BLIND[folder].items():
        assert made[name] > floor
    for method, target, part in SINGLE[folder]:
        alone = nodegraph.run(on(method, folder), only=["istft"])["istft"].pick(part).data
        assert made[target] > sdr([stems.pick(target).data], [alone])[0] + 1


def test_a_real_voice_is_turned_down_and_a_real_band_at_0_db_is_itself():
    room = nodegraph.run(on("karaoke", "falcon69"), only=["headroom"])["headroom"]
    floors = {"at -3 dB": 19.2, "at -12 dB": 10.6, "removed": 8.0}
    assert all(room.rows["foreground"][gain] > floor for gain, floor in floors.items())
    made = nodegraph.run(on("remix_upmix", "cc0-band"), only=["unchanged", "song", "downmix"])
    mixture = made["song"]["mixture"].data
    assert np.array_equal(made["unchanged"]["mixture"].data, mixture)
    assert made["downmix"].data.shape == mixture.shape


@pytest.mark.parametrize("folder", ["cc0-band", "falcon69"])
@pytest.mark.parametrize("name", ["harmonic_percussive", "kernel_additive", "pan_histogram"])
def test_a_real_band_is_separated_and_the_stems_sum_to_the_mixture(
    name: str, folder: str, tmp_path: Path
):
    ended = call(
        "run", ROOT / "graphs" / f"{name}.json", "--input", f"song={AUDIO / folder}",
        "--out", tmp_path, "--report", tmp_path / "r.json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["state"] == "done"
    stems = sorted(tmp_path.glob(f"{folder}_*.wav"))
    assert stems
    total = sum(soundfile.read(path)[0] for path in stems)
    mixture = nodegraph.run(on(name, folder), only=["song"])["song"]["mixture"].data.T.astype(float)
    assert 20 * np.log10(np.linalg.norm(mixture - total) / np.linalg.norm(mixture)) < -120
    if name != "pan_histogram":
        improvement = report["nodes"]["snr"]["scores"]["percussive"]["improvement"]
        assert improvement > IMPROVEMENT[name, folder]
        assert {path.stem for path in stems} >= {f"{folder}_harmonic", f"{folder}_percussive"}


def test_segments_of_a_real_band_equal_the_whole_away_from_the_seams(tmp_path: Path):
    words = ["run", ROOT / "graphs" / "harmonic_percussive.json", "--input", f"song={AUDIO / 'cc0-band'}",
             "--only", "stems"]  # fmt: skip
    assert call(*words, "--out", tmp_path / "whole").code == 0
    assert call(*words, "--out", tmp_path / "parts", "--segment", "10").code == 0
    for source in ("harmonic", "percussive"):
        whole, _ = soundfile.read(tmp_path / "whole" / f"cc0-band_{source}.wav")
        parts, _ = soundfile.read(tmp_path / "parts" / f"cc0-band_{source}.wav")
        assert whole.shape == parts.shape
        assert np.abs(whole - parts).max() < 1e-5
