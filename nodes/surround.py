"""Surround: from stereo sources to 5.1, and from 5.1 back to stereo."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Audio, Field, Mask, Mixing, channels
from nodes import faders
from nodes.dsp import mixing, remix
from nodes.dsp import surround as dsp
from nodes.remix import check

FORM = re.compile(r"(.+?)\s*:?\s+([+-]?\d+(?:\.\d+)?)(?:\s+wide\s+(\d+(?:\.\d+)?))?")
SHARES = {"-3 dB": 0.5**0.5, "-4.5 dB": 0.5**0.75, "-6 dB": 0.5, "off": 0.0}
SILENCE = -120.0
"""dB, from which on a part is not there."""

Place = tuple[float, float]
"""Azimuth and width in degrees."""


class Upmix(NamedTuple):
    """Sound of six channels, and how loud each source is in each of them."""

    surround: Audio
    gains: Mixing


def _places(text: str, names: tuple[str, ...]) -> dict[str, Place]:
    """Read where sources are put: ``vocals 0; keys 70 wide 30``."""
    found: dict[str, Place] = {}
    for entry in faders.entries(text):
        match = FORM.fullmatch(entry)
        if match is None:
            raise ValueError(
                f"azimuths: {entry!r} needs the form 'vocals 0' or 'keys 70 wide 30', in degrees"
            )
        faders.check_known("azimuths", match[1], names, list(found))
        azimuth, width = float(match[2]), float(match[3] or 0)
        if abs(azimuth) > 180 or width > 180:
            raise ValueError(
                f"azimuths: {match[1]!r} must be -180 to 180 degrees, and 0 to 180 wide, got "
                f"{azimuth:g} and {width:g}"
            )
        found[match[1]] = azimuth, width
    return found


def _placed(
    image: Array, place: Place | None, others: str, context: Context
) -> tuple[Array, Array]:
    """Give the matrix (6, channel) of an image, and its level in each channel (6,)."""
    if len(image) == 1:
        matrix = dsp.around(place[0])[:, np.newaxis] if place else dsp.front(1)
        return matrix, dsp.levels(matrix)
    towards = remix.direction(image, lambda done: context.progress(0.0))
    if place is None and others == "by angle":
        # One in antiphase stands where it would with its channels as they should be.
        place = (45 - abs(towards.angle)) / 1.5, 0.0
    matrix = dsp.front(2) if place is None else dsp.placed(towards, *place)
    return matrix, dsp.levels(matrix, towards)


def _upmix_bytes(estimates: Audio, *_: Any, **__: Any) -> float:
    """Six channels, and what is left of the mixture; the ambience for both sides."""
    return float(estimates.length * 4 * (6 + 2 + 2))


@node(
    "mix.upmix",
    label="Upmix to 5.1",
    whole=True,
    memory=_upmix_bytes,
    aliases=("surround", "5.1", "six channels", "spatial audio", "VBAP", "ambience"),
)
def upmix(
    estimates: Many[Audio],
    mixture: Audio | None = None,
    ambience: Audio | None = None,
    *,
    azimuths: Annotated[
        str, Param(suggest=("vocals 0; drums 0 wide 60", "keys 70; guitar -70"))
    ] = "",
    others: Literal["as in stereo", "by angle"] = "as in stereo",
    rear: Annotated[float, Param(min=-120, max=12, step=0.5, unit="dB")] = -6.0,
    late: Annotated[float, Param(min=0, max=40, step=1, unit="ms")] = 15.0,
    low: Annotated[float, Param(min=-120, max=12, step=0.5, unit="dB", suggest=(-10.0,))] = -120.0,
    seed: Annotated[int, Param(min=0)] = 0,
    context: Context = SILENT,
) -> Upmix:
    """Put sources around the listener: 5.1 channels, in the order L, R, C, LFE, Ls, Rs.

    ``azimuths`` is text such as ``vocals 0; keys 70 wide 30``, in degrees: 0 is in front, 90 to the
    left, -90 to the right, 180 behind. The two speakers beside that place share the source with
    constant power (L 30, R -30, C 0, Ls 110, Rs -110). A stereo image is turned until its main
    direction is in the middle; then its halves go to azimuth ± width / 2. Each source keeps its
    power. ``others``, which are not named: *as in stereo* leaves their channels to L and R (mono to
    C); *by angle* makes each a point between L, C and R, where its energy points to.

    With the mixture wired, what all sources leave of it stays in L and R, so nothing is lost. The
    ``ambience`` is played from behind as well: each channel, ``rear`` dB, ``late`` ms later, made
    diffuse by velvet noise (different left and right, by ``seed``). Where none is wired it is what
    the sources leave; -120 dB is none. ``low`` feeds what is below 120 Hz of all others to the LFE
    (Linkwitz-Riley, 4th order; the usual level is -10 dB, since it is played 10 dB louder).

    The *gains* are the root of the share of each source's power that each channel plays. The player
    folds 5.1 to stereo (`mix.downmix`); Save audio writes all six channels.

    When it fails: what an estimate holds of other sources moves with it, and far from where these
    play nothing hides it. Sources at a place of their own sound drier than before: their room stays
    where the others are.

    Cano et al., "Musical source separation: an introduction", IEEE SPM 36(1), 2019. Pulkki, JAES
    45(6), 1997. ITU-R BS.775.
    """
    check(estimates, mixture)
    if estimates.channels > 2:
        raise ValueError(
            f"estimates have {channels(estimates.channels)}: only mono and stereo can be upmixed"
        )
    stack = estimates.stacked()
    places = _places(azimuths, estimates.names)
    found = [
        _placed(image, places.get(name), others, context)
        for name, image in zip(stack.names, stack.data, strict=True)
    ]
    images, matrices = list(stack.data), [matrix for matrix, _ in found]
    rest = None
    if mixture is not None:
        rest, whole, left = mixing.remainder(
            mixture.data, stack.data, lambda done: context.progress(0.0)
        )
        if left > whole * 10 ** (SILENCE / 10):
            images, matrices = [*images, rest], [*matrices, dsp.front(len(rest))]
        else:
            rest = None
    made = dsp.upmixed(
        images,
        matrices,
        rest if ambience is None else _ambience(ambience, estimates),
        estimates.rate,
        rear=mixing.gain_factor(rear),
        late=late / 1000,
        low=mixing.gain_factor(low),
        seed=seed,
        tick=context.progress,
    )
    gains = np.stack([level for _, level in found], axis=-1)[np.newaxis]
    return Upmix(Audio(made, estimates.rate), Mixing(gains, stack.names))


def _ambience(ambience: Audio, estimates: Audio) -> Array:
    """Give what is heard from behind, of one or two channels."""
    ambience.check_one("ambience")
    if ambience.frame() != estimates.frame():
        raise ValueError(f"ambience is on {ambience.frame()}, estimates on {estimates.frame()}")
    if ambience.channels > 2:
        raise ValueError(
            f"ambience has {channels(ambience.channels)}, only mono and stereo can be behind"
        )
    return ambience.data


def _diffuse_bytes(coherence: Field, **_: Any) -> float:
    return float(coherence.data.size * 4)


@node("mask.diffuse", label="Diffuse mask", memory=_diffuse_bytes, aliases=("ambience", "room"))
def diffuse(coherence: Field) -> Mask:
    """Let through what comes from no direction: the room of a recording, for the speakers behind.

    m = 1 - ρ with ρ the *coherence* of Angle (`position.angle`), (channel 1, freq, time): 0 where
    the channels differ in level alone, and 1 where they are equally loud and a quarter of a turn
    apart. Applied to the mixture and turned into sound it can be the ambience of Upmix.

    When it fails: sources that play together in a bin make it incoherent as a room does, and so
    does a delay between the channels. Of a room it catches about what is out of step, not all.

    Avendano and Jot, "A frequency-domain approach to multichannel upmix", JAES 52(7/8), 2004.
    """
    if coherence.name != "coherence":
        raise ValueError(
            f"coherence must be that of position.angle, got {coherence.name or 'another quantity'}"
        )
    return Mask(np.clip(1 - coherence.data, 0, 1), coherence.grid, coherence.names)


def _downmix_bytes(audio: Audio, **_: Any) -> float:
    return float(audio.data.size * 4 / 3)


@node(
    "mix.downmix",
    label="Downmix",
    memory=_downmix_bytes,
    aliases=("fold", "5.1", "stereo", "BS.775", "mono"),
)
def downmix(
    audio: Audio,
    *,
    to: Literal["stereo", "mono"] = "stereo",
    centre: Literal["-3 dB", "-4.5 dB", "-6 dB"] = "-3 dB",
    surround: Literal["-3 dB", "-6 dB", "off"] = "-3 dB",
    context: Context = SILENT,
) -> Audio:
    """Fold 5.1 channels to stereo or mono, as the standard ITU-R BS.775 says.

    Lo = L + c C + s Ls and Ro = R + c C + s Rs, with c and s the root of 1/2 (``centre`` and
    ``surround`` at -3 dB); mono is (Lo + Ro) / sqrt 2. The channels are L, R, C, LFE, Ls, Rs. The
    low-frequency channel is left out, as the standard allows; a note says so where it sounds.
    Stereo and mono sound passes as it is, but that stereo can be made mono.

    Nothing is limited: the sum may peak over full scale, by 7.7 dB where all channels do.

    When it fails: what is the same in two channels but for a delay is coloured when they are added.
    """
    if audio.channels not in (1, 2, 6):
        raise ValueError(
            f"audio has {channels(audio.channels)}: only 5.1 (L, R, C, LFE, Ls, Rs), stereo and mono"
        )
    mono = to == "mono"
    if audio.channels == 1 or (audio.channels == 2 and not mono):
        return audio
    data = audio.data
    if audio.channels == 2:
        both = data.sum(axis=-2, keepdims=True, dtype=np.float64) * np.sqrt(0.5)
        return audio.like(both)
    if context.region is None and data[..., dsp.LOW, :].any():
        context.note("the low-frequency channel is left out")
    made = dsp.downmixed(data, SHARES[centre], SHARES[surround], mono, context.progress)
    return audio.like(made)
