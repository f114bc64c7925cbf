"""Dear PyGui themes made from the table of colours: one for everything, and some for single items.

Which names there are: `STYLES`. A style is bound to a widget with ``kit.style(item, "main")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import dearpygui.dearpygui as dpg

from nodegraph.editor.look.colours import Rgba, Theme
from nodegraph.editor.look.faces import scaled
from nodegraph.editor.look.measures import NODE, WIDGETS, WINDOW

Colours = Iterable[tuple[int, Rgba]]
Sizes = Iterable[tuple[int, tuple[float, ...]]]
CLEAR: Rgba = (0, 0, 0, 0)


def make(colours: Colours = (), sizes: Sizes = (), kind: int = 0) -> int:
    """Make a theme; sizes are in pixels."""
    theme = dpg.add_theme()
    part = dpg.add_theme_component(kind or dpg.mvAll, parent=theme)
    for target, colour in colours:
        dpg.add_theme_color(target, colour, parent=part)
    for target, values in sizes:
        dpg.add_theme_style(target, *values, parent=part)
    return int(theme)


def root(theme: Theme, scale: int) -> int:
    """Make the theme that everything has unless a style of its own is bound."""

    def px(*sizes: float) -> tuple[float, ...]:
        return tuple(scaled(size, scale) for size in sizes)

    t = theme
    return make(
        [
            (dpg.mvThemeCol_WindowBg, t.win),
            (dpg.mvThemeCol_ChildBg, CLEAR),
            (dpg.mvThemeCol_PopupBg, t.panel),
            (dpg.mvThemeCol_ModalWindowDimBg, (*t.win[:3], 140)),
            (dpg.mvThemeCol_Border, t.line2),
            (dpg.mvThemeCol_BorderShadow, CLEAR),
            (dpg.mvThemeCol_Text, t.t1),
            (dpg.mvThemeCol_TextDisabled, t.t3),
            (dpg.mvThemeCol_TextSelectedBg, (*t.accbg[:3], 150)),
            (dpg.mvThemeCol_FrameBg, t.frame),
            (dpg.mvThemeCol_FrameBgHovered, t.hover),
            (dpg.mvThemeCol_FrameBgActive, t.act),
            (dpg.mvThemeCol_Button, t.frame),
            (dpg.mvThemeCol_ButtonHovered, t.hover),
            (dpg.mvThemeCol_ButtonActive, t.act),
            (dpg.mvThemeCol_Header, t.act),
            (dpg.mvThemeCol_HeaderHovered, t.hover),
            (dpg.mvThemeCol_HeaderActive, t.act),
            (dpg.mvThemeCol_SliderGrab, t.line2),
            (dpg.mvThemeCol_SliderGrabActive, t.acc),
            (dpg.mvThemeCol_CheckMark, t.acc),
            (dpg.mvThemeCol_ScrollbarBg, CLEAR),
            (dpg.mvThemeCol_ScrollbarGrab, t.act),
            (dpg.mvThemeCol_ScrollbarGrabHovered, t.line2),
            (dpg.mvThemeCol_ScrollbarGrabActive, t.line2),
            (dpg.mvThemeCol_Separator, t.line),
            (dpg.mvThemeCol_NavHighlight, t.acc),
            (dpg.mvThemeCol_TitleBg, t.panel),
            (dpg.mvThemeCol_TitleBgActive, t.panel),
        ],
        [
            (dpg.mvStyleVar_FrameRounding, px(WIDGETS.frame_radius)),
            (dpg.mvStyleVar_ChildRounding, (0,)),
            (dpg.mvStyleVar_WindowRounding, (0,)),
            (dpg.mvStyleVar_PopupRounding, px(WIDGETS.popup_radius)),
            (dpg.mvStyleVar_GrabRounding, px(WIDGETS.grab_radius)),
            (dpg.mvStyleVar_GrabMinSize, px(NODE.slider_grab)),
            (dpg.mvStyleVar_ScrollbarSize, px(WIDGETS.scrollbar)),
            (dpg.mvStyleVar_ScrollbarRounding, px(WIDGETS.scrollbar_radius)),
            (dpg.mvStyleVar_WindowPadding, px(*WIDGETS.window_padding)),
            (dpg.mvStyleVar_FramePadding, px(*WIDGETS.frame_padding)),
            (dpg.mvStyleVar_ItemSpacing, px(*WIDGETS.item_spacing)),
            (dpg.mvStyleVar_WindowBorderSize, (0,)),
            (dpg.mvStyleVar_ChildBorderSize, (0,)),
            (dpg.mvStyleVar_FrameBorderSize, (0,)),
            (dpg.mvStyleVar_PopupBorderSize, (WIDGETS.popup_border,)),
            (dpg.mvStyleVar_WindowMinSize, (8, 8)),
            (dpg.mvStyleVar_DisabledAlpha, (0.4,)),
        ],
    )


def _buttons(plain: Rgba, hovered: Rgba, pressed: Rgba, words: Rgba) -> Colours:
    return [
        (dpg.mvThemeCol_Button, plain),
        (dpg.mvThemeCol_ButtonHovered, hovered),
        (dpg.mvThemeCol_ButtonActive, pressed),
        (dpg.mvThemeCol_Text, words),
    ]


def _round(scale: int, radius: float, *padding: float) -> Sizes:
    sizes: list[tuple[int, tuple[float, ...]]] = [
        (dpg.mvStyleVar_FrameRounding, (scaled(radius, scale),))
    ]
    if padding:
        sizes.append((dpg.mvStyleVar_FramePadding, tuple(scaled(p, scale) for p in padding)))
    return sizes


def _brighter(colour: Rgba, by: float) -> Rgba:
    red, green, blue = (min(255, round(part + (255 - part) * by)) for part in colour[:3])
    return red, green, blue, colour[3]


def _main(t: Theme, scale: int) -> int:
    colours = _buttons(t.accbg, _brighter(t.accbg, 0.12), _brighter(t.accbg, 0.2), t.acct)
    return make(colours, _round(scale, WINDOW.button_radius, WINDOW.button_padding, 4))


def _button(t: Theme, scale: int) -> int:
    colours = _buttons(t.frame, t.hover, t.act, t.t1)
    return make(colours, _round(scale, WINDOW.button_radius, WINDOW.button_padding, 4))


def _ghost(t: Theme, scale: int) -> int:
    return make(_buttons(CLEAR, t.hover, t.act, t.t2), _round(scale, WINDOW.button_radius, 8, 4))


def _icon(t: Theme, scale: int) -> int:
    return make(_buttons(CLEAR, t.hover, t.act, t.t2), _round(scale, WINDOW.button_radius, 0, 0))


def _chosen(t: Theme, scale: int) -> int:
    """A chosen segment or chip."""
    return make(_buttons(t.act, t.act, t.act, t.t1), _round(scale, WINDOW.segment_radius, 8, 4))


def _segment(t: Theme, scale: int) -> int:
    return make(_buttons(CLEAR, t.hover, t.act, t.t2), _round(scale, WINDOW.segment_radius, 8, 4))


def _row(t: Theme, scale: int) -> int:
    """A row of a list that is one wide button with its words at the left."""
    colours = _buttons(CLEAR, t.hover, t.act, t.t1)
    return make(
        colours,
        [
            *_round(scale, WINDOW.button_radius, 8, 4),
            (dpg.mvStyleVar_ButtonTextAlign, (0.0, 0.5)),
        ],
    )


def _row_chosen(t: Theme, scale: int) -> int:
    colours = _buttons(t.accbg, t.accbg, t.accbg, t.acct)
    return make(
        colours,
        [
            *_round(scale, WINDOW.button_radius, 8, 4),
            (dpg.mvStyleVar_ButtonTextAlign, (0.0, 0.5)),
        ],
    )


def _panel(t: Theme, scale: int) -> int:
    return make([(dpg.mvThemeCol_ChildBg, t.panel)], [(dpg.mvStyleVar_WindowPadding, (0, 0))])


def _raised(t: Theme, scale: int) -> int:
    return make(
        [(dpg.mvThemeCol_ChildBg, t.panel2)],
        [
            (dpg.mvStyleVar_ChildRounding, (scaled(WINDOW.popup_radius, scale),)),
            (dpg.mvStyleVar_WindowPadding, (0, 0)),
        ],
    )


def _clear(t: Theme, scale: int) -> int:
    """A child window that is not seen."""
    return make(
        [(dpg.mvThemeCol_ChildBg, CLEAR)],
        [(dpg.mvStyleVar_WindowPadding, (0, 0)), (dpg.mvStyleVar_ItemSpacing, (0, 0))],
    )


def _popup(t: Theme, scale: int) -> int:
    return make(
        [(dpg.mvThemeCol_WindowBg, t.panel), (dpg.mvThemeCol_Border, t.line2)],
        [
            (dpg.mvStyleVar_WindowRounding, (scaled(WINDOW.popup_radius, scale),)),
            (dpg.mvStyleVar_WindowBorderSize, (1,)),
            (dpg.mvStyleVar_WindowPadding, (scaled(8, scale), scaled(8, scale))),
        ],
    )


def _field(t: Theme, scale: int) -> int:
    """A text field in a bar or popup, 28 high."""
    return make(
        [(dpg.mvThemeCol_FrameBg, t.frame), (dpg.mvThemeCol_Text, t.t1)],
        _round(scale, WINDOW.button_radius, 8, 6),
    )


def _knob(t: Theme, scale: int) -> int:
    """A combo in the inspector: its arrow has no fill of its own."""
    return make(
        [
            (dpg.mvThemeCol_Button, CLEAR),
            (dpg.mvThemeCol_ButtonHovered, CLEAR),
            (dpg.mvThemeCol_ButtonActive, CLEAR),
        ]
    )


def _words(role: str) -> Callable[[Theme, int], int]:
    return lambda t, scale: make([(dpg.mvThemeCol_Text, t.role(role))])


STYLES: dict[str, Callable[[Theme, int], int]] = {
    "main": _main,
    "button": _button,
    "ghost": _ghost,
    "icon": _icon,
    "segment": _segment,
    "chosen": _chosen,
    "row": _row,
    "row chosen": _row_chosen,
    "panel": _panel,
    "raised": _raised,
    "clear": _clear,
    "popup": _popup,
    "field": _field,
    "knob": _knob,
    **{role: _words(role) for role in ("t1", "t2", "t3", "acc", "ok", "stale", "err", "run")},
}
