"""Where things stand in the top bar: words are dropped, the least needed first, before they touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MARGIN, GAP, SIDE = 12.0, 8.0, 28.0
LARGE, SECOND = 34.0, 60.0
"""Side of a button in the presenter mode, and what the second line needs at least."""


class Span(NamedTuple):
    """A stretch across the bar."""

    x: float
    width: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width


@dataclass(frozen=True)
class Widths:
    """How wide what stands in the bar is, in pixels."""

    menus: Sequence[float]
    """Of each menu with the room around its word."""
    title: float
    file: float
    switch: float
    """Of the switch alone."""
    switch_words: float
    run: float
    """Of the main button with its words and key."""
    run_short: float
    """Of the main button with its icon only."""


@dataclass(frozen=True)
class Bar:
    """The bar laid out."""

    mark: Span
    menus: tuple[Span, ...]
    title: Span | None
    """None where there is no room for a word."""
    file: Span | None
    switch: Span | None
    switch_words: Span | None
    rule: float
    """Where the line before the buttons stands."""
    buttons: Mapping[str, Span] = field(default_factory=dict)
    """Undo, redo, run, theme and presenter."""
    run_words: bool = True


def layout(width: float, widths: Widths, mark: float = 22.0, scale: float = 1.0) -> Bar:
    """Lay out the top bar.

    The title stands in the middle of the window, or in the middle of what is left where that would
    touch its neighbours. What goes first is the name of the file, then the words of the switch, then
    those of the main button; then the title is cut.
    """
    options = ((True, True, True), (False, True, True), (False, False, True), (False, False, False))
    bar = None
    for file, switch_words, run_words in options:
        bar = _laid(width, widths, mark, scale, file, switch_words, run_words)
        if bar is not None:
            return bar
    return _laid(width, widths, mark, scale, False, False, False, cut=True) or _bare(
        width, widths, mark, scale
    )


def _laid(
    width: float,
    widths: Widths,
    mark: float,
    scale: float,
    file: bool,
    switch_words: bool,
    run_words: bool,
    *,
    cut: bool = False,
) -> Bar | None:
    gap = GAP * scale
    bar = _edges(width, widths, mark, scale, switch_words, run_words)
    assert bar.switch is not None
    left = (bar.menus[-1].right if bar.menus else bar.mark.right) + 2 * gap
    room = bar.switch.x - 2 * gap - left
    wanted = widths.title + (gap + widths.file if file and widths.file else 0)
    if wanted > room and not (cut and room >= 40 * scale):
        return None
    wanted = min(wanted, room)
    x = min(max((width - wanted) / 2, left), left + room - wanted)
    title = Span(x, min(widths.title, room))
    name = Span(title.right + gap, widths.file) if file and widths.file else None
    return Bar(
        bar.mark, bar.menus, title if widths.title else None, name, bar.switch, bar.switch_words,
        bar.rule, bar.buttons, run_words,
    )  # fmt: skip


def _edges(
    width: float,
    widths: Widths,
    mark: float,
    scale: float,
    switch_words: bool,
    run_words: bool,
) -> Bar:
    """Lay out what stands at both ends."""
    gap, side = GAP * scale, SIDE * scale
    sign, menus = _left(widths.menus, mark, scale)
    buttons: dict[str, Span] = {}
    right = width - MARGIN * scale
    run = widths.run if run_words else widths.run_short
    for name, wide in (("presenter", side), ("theme", side), ("run", run)):
        buttons[name] = Span(right - wide, wide)
        right -= wide + gap
    for name in ("redo", "undo"):
        buttons[name] = Span(right - side, side)
        right -= side + gap / 2
    right -= gap / 2
    rule = right
    right -= 1.5 * gap
    words = Span(right - widths.switch_words, widths.switch_words) if switch_words else None
    right = words.x - gap if words else right
    switch = Span(right - widths.switch, widths.switch)
    return Bar(sign, menus, None, None, switch, words, rule, buttons, run_words)


def _left(widths: Sequence[float], mark: float, scale: float) -> tuple[Span, tuple[Span, ...]]:
    """Lay out the mark and the menus."""
    x = MARGIN * scale
    sign = Span(x, mark)
    x += mark + GAP * scale
    menus: list[Span] = []
    for menu in widths:
        menus.append(Span(x, menu))
        x += menu
    return sign, tuple(menus)


def gallery(width: float, menus: Sequence[float], mark: float = 22.0, scale: float = 1.0) -> Bar:
    """Lay out the bar over the gallery, where nothing is open that could be run or undone."""
    gap, side = GAP * scale, SIDE * scale
    sign, found = _left(menus, mark, scale)
    presenter = Span(width - MARGIN * scale - side, side)
    theme = Span(presenter.x - gap - side, side)
    buttons = {"theme": theme, "presenter": presenter}
    return Bar(sign, found, None, None, None, None, theme.x - 1.5 * gap, buttons)


def presenter(
    width: float, title: float, second: float, run: float, leave: float, scale: float = 1.0
) -> Bar:
    """Lay out the bar of the presenter mode: title and second line in a row, few large buttons.

    The second line goes, then the title is cut, before they touch the buttons.
    """
    margin, gap, side = 2 * MARGIN * scale, 2 * GAP * scale, LARGE * scale
    away = Span(width - margin - leave, leave)
    theme = Span(away.x - gap - side, side)
    main = Span(theme.x - gap - run, run)
    room = max(main.x - 2 * gap - margin, 0.0)
    head = Span(margin, min(title, room))
    left = room - title - gap
    more = Span(head.right + gap, min(second, left)) if second and left >= SECOND * scale else None
    buttons = {"run": main, "theme": theme, "presenter": away}
    return Bar(Span(0, 0), (), head if title else None, more, None, None, 0.0, buttons)


def _bare(width: float, widths: Widths, mark: float, scale: float) -> Bar:
    return _edges(width, widths, mark, scale, False, False)
