"""Use of what was separated: remix, suppress, and move sources within the mixture."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from nodegraph.context import SILENT, Context
from nodegraph.declare import Many, Param, node
from nodegraph.values import Array, Audio, Scores, channels
from nodes import faders
from nodes.dsp import metrics, mixing, studio
from nodes.dsp import remix as dsp
from nodes.dsp.remix import Fader
from nodes.matching import check_mixture, match

NAMES = ("vocals", "vocals, drums")
STEPS = (-3.0, -6.0, -12.0, -20.0, mixing.OFF)
"""Gains in dB at which the headroom is told."""


class Remix(NamedTuple):
    """A mixture that was changed, and the sources as they are in it."""

    mixture: Audio
    images: Audio


def check(estimates: Audio, mixture: Audio | None) -> None:
    """Raise ValueError where estimates are not parts of the mixture, sample by sample."""
    if mixture is not None:
        check_mixture(estimates, mixture)


def _chosen(names: str, estimates: Audio) -> list[bool]:
    """Say which sources are chosen."""
    if estimates.names:
        return faders.chosen(names, estimates.names)
    if names.strip():
        raise ValueError(f"names: estimates is one sound without a name, not {names.strip()!r}")
    return [True]


def _offset(audio: Audio, context: Context) -> int:
    """Give the sample of the recording at which a stretch of it begins."""
    return round(context.region[0] * audio.rate) if context.region else 0


def _bytes(estimates: Audio, mixture: Audio | None = None, **_: Any) -> float:
    """All images, and the mixture."""
    return estimates.data.size * 4.0 * (1 + 1 / max(len(estimates.names), 1))


def _faded(
    estimates: Audio, mixture: Audio, moved: list[Fader], rest: float, context: Context
) -> Remix:
    """Give sources and rest new levels."""
    rate, offset = mixture.rate, _offset(mixture, context)
    stack = estimates.stacked().data
    made = dsp.remixed(
        mixture.data, stack, moved, rest, rate, offset, lambda done: context.progress(done / 2)
    )
    images = dsp.faded(stack, moved, rate, offset, lambda done: context.progress(0.5 + done / 2))
    return Remix(mixture.like(made), estimates.like(images if estimates.names else images[0]))


@node(
    "mix.remix",
    memory=_bytes,
    aliases=("faders", "levels", "solo", "mute", "automation", "balance", "stems"),
)
def remix(
    estimates: Many[Audio],
    mixture: Audio,
    *,
    gains: Annotated[
        str, Param(suggest=("vocals 3; drums -6", "vocals off", "vocals off at 2, 0 at 4"))
    ] = "",
    residual: Annotated[float, Param(min=-120, max=60, step=0.5, unit="dB")] = 0.0,
    solo: Annotated[str, Param(suggest=NAMES)] = "",
    context: Context = SILENT,
) -> Remix:
    """Give the sources of a mixture new levels; with all at 0 dB it is the mixture, exactly.

    y = sum_j g_j e_j + g_r (x - sum_j e_j) for estimates e_j of the mixture x. ``gains`` is text
    such as ``vocals -3; drums off``, in dB; a fader that moves has times in seconds, ``vocals off at
    2, 0 at 4``, with straight lines (in dB) between them. Sources that are not named stay as they
    are. ``residual`` is the gain g_r of what all sources together leave of the mixture: at 0 dB
    nothing is lost, at -120 dB it is muted, and so heard to be missing. ``solo`` names sources to
    hear alone.

    Out come the new mixture and the images: the sources as they are in it, so that another such
    node, or Upmix, can follow.

    When it fails: an estimate holds some of the others, and lacks some of itself. A few dB are
    nearly always clean, since what was wrong is masked by what stays; the further a gain is from 0
    dB, the more is heard of it. Faders sum to the mixture, mistakes do not.

    Cano et al., "Musical source separation: an introduction", IEEE SPM 36(1), 2019: the first of
    the uses it names.
    """
    check(estimates, mixture)
    # One sound without a name has no fader, and stays as it is.
    moved = faders.read(gains, estimates.names) or [Fader.still(0.0)]
    rest = mixing.gain_factor(residual)
    if solo.strip():
        heard = faders.chosen(solo, estimates.names, "solo")
        moved = [
            fader if there else Fader.still(mixing.OFF)
            for fader, there in zip(moved, heard, strict=True)
        ]
        rest = 0.0
    return _faded(estimates, mixture, moved, rest, context)


@node(
    "mix.suppress",
    memory=_bytes,
    aliases=("karaoke", "minus one", "remove", "mute", "turn down", "instrumental"),
)
def suppress(
    estimates: Many[Audio],
    mixture: Audio,
    *,
    names: Annotated[str, Param(suggest=NAMES)] = "",
    gain: Annotated[
        float, Param(min=-120, max=0, step=0.5, unit="dB", suggest=(-12.0, -120.0))
    ] = -12.0,
    context: Context = SILENT,
) -> Remix:
    """Turn sources down in a mixture, or take them out of it: karaoke, music minus one.

    y = x - (1 - g) sum_j e_j over the sources in ``names``; where it is empty, over all that are
    wired. At a ``gain`` of -120 dB they are taken away as far as the estimate goes.

    Out come the mixture without them, and the images: all sources as they are in it.

    When it fails: y differs from what it should be by (1 - g) (e - s). At -12 dB these mistakes are
    only 2.5 dB weaker than with the source gone, but what stays of the source hides them. Headroom
    (`measure.headroom`) tells how good the result is at several gains, where the true source is known.
    """
    check(estimates, mixture)
    chosen = _chosen(names, estimates)
    moved = [Fader.still(gain if there else 0.0) for there in chosen]
    return _faded(estimates, mixture, moved, 1.0, context)


def _said(level: float) -> str:
    return "removed" if level <= mixing.OFF else f"at {level:g} dB"


@node("measure.headroom", label="Headroom", whole=True, aliases=("artefacts", "karaoke"))
def headroom(
    estimates: Many[Audio],
    mixture: Audio,
    references: Many[Audio] | None = None,
    *,
    context: Context = SILENT,
) -> Scores:
    """Tell how far each source can be turned down before mistakes are heard: SNR in dB at each gain.

    A source turned down to the gain g should leave x - (1 - g) s, and leaves x - (1 - g) e. The
    score is 10 log10 |x - (1 - g) s|^2 / |(1 - g) (e - s)|^2 at -3, -6, -12 and -20 dB and with the
    source removed: plain SNR of the whole result, for each estimate e and the reference s of the
    same name. It is the most that `mix.suppress` can give with this estimate.

    A score is not defined without references, without one of that name, or where it is silent; a
    note says which. Masking by the ear is not in it: the numbers say which gains are alike, not
    where mistakes are heard.
    """
    matched = match(estimates, references, mixture)
    columns = [_said(level) for level in STEPS]
    rows = {name: dict.fromkeys(columns, float("nan")) for name in matched.estimates.names}
    for done, (one, other) in enumerate(matched.pairs):
        assert matched.references is not None
        guess, truth = matched.estimates.data[one], matched.references.data[other]
        sums = dsp.products(mixture.data, guess, truth, context.part(done, len(matched.pairs)))
        scores = [_headroom(sums, level) for level in STEPS]
        rows[matched.estimates.names[one]] = dict(zip(columns, scores, strict=True))
    return Scores(rows, "dB", tuple(matched.notes))


def _headroom(sums: tuple[float, float, float, float], level: float) -> float:
    whole, both, source, wrong = sums
    part = 1 - mixing.gain_factor(level)
    left = whole - 2 * part * both + part * part * source
    return metrics.decibels(left, part * part * wrong)


# Places


def _check_stereo(estimates: Audio) -> None:
    if estimates.channels != 2:
        raise ValueError(
            f"a place lies between two channels, estimates have {channels(estimates.channels)}: "
            "use mix.pan for mono, mix.upmix for more"
        )


def _moved(
    estimates: Audio, mixture: Audio | None, chosen: list[bool], made: list[Array], context: Context
) -> Remix:
    """Put images in the place of those that were chosen."""
    before = estimates.stacked().data
    after = before.copy()
    after[chosen] = made
    if mixture is not None:
        old = [image for image, there in zip(before, chosen, strict=True) if there]
        whole = mixture.like(dsp.exchanged(mixture.data, old, made, context.progress))
    else:
        whole = estimates.like(mixing.total(after), ())
    return Remix(whole, estimates.like(after if estimates.names else after[0]))


@node(
    "mix.repan",
    label="Move a source",
    whole=True,
    memory=_bytes,
    aliases=("re-pan", "pan", "place", "position", "stereo", "left", "right"),
)
def repan(
    estimates: Many[Audio],
    mixture: Audio | None = None,
    *,
    names: Annotated[str, Param(suggest=NAMES)] = "",
    angle: Annotated[float, Param(min=0, max=90, step=1, unit="degrees")] = 45.0,
    where: Literal["measured", "at start"] = "measured",
    start: Annotated[float, Param(min=-90, max=90, step=1, unit="degrees")] = 45.0,
    delay: Annotated[float, Param(min=-20, max=20, step=0.01, unit="ms")] = 0.0,
    context: Context = SILENT,
) -> Remix:
    """Move sources to another place in the stereo image.

    An image e is made one channel, q = a(φ) . e with a(φ) = (cos φ, sin φ), and placed anew,
    e' = a(φ') q, at the ``angle`` φ': 0 is the first channel, 45 the centre, 90 the second. With the
    mixture wired it becomes x - e + e'; else the mixture is the sum of all images. ``names`` says
    which sources are moved, and none means all that are wired. With ``delay`` the second channel
    comes later by so many ms, as between microphones that stand apart.

    φ is where the source stands: *measured*, the principal angle of its energy over the whole
    recording, or *at start*, the angle ``start``. A note says what was measured, and how much of the
    energy lies along it. A source of one direction is moved exactly, with all of its energy.

    When it fails: what does not lie along φ is lost: the width of a stereo source, its room, and
    whatever else the estimate holds from other places. `mix.rotate` keeps all of that.
    """
    check(estimates, mixture)
    _check_stereo(estimates)
    chosen = _chosen(names, estimates)
    made, said = [], []
    for number, (name, image) in enumerate(estimates.singles().items()):
        if not chosen[number]:
            continue
        tick, at = context.part(number, len(chosen) + 1), start
        if where == "measured":
            found = dsp.direction(image.data, tick)
            at = found.angle
            said.append(f"{name or 'it'} from {at:.1f}, where {100 * found.share:.1f} % of it lies")
        image_moved: Array = dsp.through(dsp.moving(at, angle), image.data)
        if delay:
            late = delay * image.rate / 1000
            image_moved[1:] = studio.delay(image_moved[1:], late, tick)
        made.append(image_moved)
    if said:
        context.note(f"moved to {angle:g} degrees: {'; '.join(said)}")
    return _moved(estimates, mixture, chosen, made, context)


@node(
    "mix.rotate",
    label="Turn a source",
    memory=_bytes,
    aliases=("rotate", "rotation", "stereo image", "width", "balance"),
)
def rotate(
    estimates: Many[Audio],
    mixture: Audio | None = None,
    *,
    names: Annotated[str, Param(suggest=NAMES)] = "",
    turn: Annotated[float, Param(min=-90, max=90, step=1, unit="degrees")] = 0.0,
    context: Context = SILENT,
) -> Remix:
    """Turn the stereo image of sources, with all of its width and room.

    e' = R(δ) e with R(δ) = [[cos δ, -sin δ], [sin δ, cos δ]] and δ the ``turn``: what stood at φ
    stands at φ + δ. With the mixture wired it becomes x - e + e'; else the mixture is the sum of all
    images. ``names`` says which sources are turned, and none means all that are wired.

    R is orthogonal: each source keeps its energy, and turning back gives it back. Only the mixture
    may be louder or weaker where sources are alike.

    When it fails: what is turned beyond 0 or 90 degrees has one channel reversed, which sounds wide
    and hollow and cancels in mono. A wide source turned far has parts that go over the edge.
    """
    check(estimates, mixture)
    _check_stereo(estimates)
    chosen, matrix = _chosen(names, estimates), dsp.turn(turn)
    made: list[Array] = [
        dsp.through(matrix, image, context.part(number, len(chosen) + 1))
        for number, image in enumerate(estimates.stacked().data)
        if chosen[number]
    ]
    return _moved(estimates, mixture, chosen, made, context)
