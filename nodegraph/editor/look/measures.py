"""Sizes of everything, in pixels at interface scale 100 % and zoom 100 %; `scaled` makes them whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Space:
    """Distances used everywhere; everything sits on 8, halves on 4."""

    unit: int = 8
    half: int = 4
    hairline: int = 1
    """Never scaled."""
    panel: int = 16
    bar: int = 12
    """Inside the palette and the bars."""
    gap: int = 8
    segment_gap: int = 4


@dataclass(frozen=True)
class Window:
    """Regions of the window, and what stands in bars and panels."""

    top_bar: int = 40
    palette: int = 208
    rail: int = 48
    """The palette when folded, or in a window narrower than `narrow`."""
    narrow: int = 1400
    canvas_width: int = 560
    """At least."""
    canvas_height: int = 360
    """At least."""
    inspector: int = 352
    inspector_narrow: int = 320
    tracks: int = 224
    tracks_low: int = 156
    """In a window lower than `low`."""
    low: int = 800
    tracks_share: float = 0.5
    """Of the window's height, at most."""
    status: int = 24
    splitter: int = 1
    splitter_hit: int = 8
    strip: int = 40
    """Title strip of a large view."""
    mark_width: int = 22
    mark_height: int = 20
    button: int = 28
    main_button: int = 40
    """Width of a main button that holds an icon only."""
    button_padding: int = 12
    button_radius: int = 6
    segment: int = 24
    segment_radius: int = 4
    trough_radius: int = 6
    trough_padding: int = 2
    key: int = 18
    """Height of a key hint."""
    key_radius: int = 4
    popup_radius: int = 8
    search_radius: int = 10
    popup_shadow: tuple[int, int] = (2, 6)
    icon: int = 16
    small_icon: int = 13
    """In chips and footers."""
    caret: int = 11


@dataclass(frozen=True)
class NodeMeasures:
    """A node, part by part."""

    small: int = 176
    medium: int = 208
    large: int = 272
    radius: int = 8
    header: int = 32
    chip: int = 20
    chip_left: int = 8
    chip_radius: int = 5
    icon: int = 13
    title_left: int = 36
    port_name: int = 14
    """From the edge to the name."""
    knob_pitch: int = 28
    knob_height: int = 24
    side: int = 8
    """From the edges to widgets and picture."""
    picture_small: int = 64
    picture_medium: int = 80
    picture_large: int = 96
    footer: int = 24
    progress: int = 3
    halo: int = 4
    shadow: tuple[int, int] = (4, 2)
    outline: int = 1
    outline_selected: int = 2
    slider_grab: int = 10
    slider_grab_radius: int = 3

    def picture(self, width: int) -> int:
        """Give the height of the picture in a node of a width."""
        if width >= self.large:
            return self.picture_large
        return self.picture_medium if width >= self.medium else self.picture_small


@dataclass(frozen=True)
class CardMeasures:
    """The error card below a node, and the refusal at the pointer."""

    gap: int = 12
    width: int = 400
    radius: int = 8
    triangle: int = 20
    """From the left edge to the point."""
    refusal_width: int = 300
    refusal_offset: int = 24
    """Below and right of the pointer."""


@dataclass(frozen=True)
class FarMeasures:
    """Nodes as boxes, seen from far."""

    zoom: float = 0.45
    """Below this zoom."""
    radius: int = 4
    outline: int = 1
    no_title: int = 56
    """Pixels on the screen below which a box has no title."""
    no_picture: int = 32
    """Pixels on the screen below which it has no picture, and shows its family's colour."""


@dataclass(frozen=True)
class PortMeasures:
    """Ports. Where a shape is not round, `radius` does not hold."""

    radius: float = 5.5
    square: float = 5
    """Half side."""
    diamond: float = 7
    """Half diagonal."""
    outline: float = 1.6
    """Half-filled shapes."""
    diamond_outline: float = 1.7
    dot: float = 2
    """In the open diamond."""
    zigzag_outline: float = 1.3
    zigzag: float = 1.6
    bar: float = 2.2
    ring: float = 2.2
    half_points: int = 17
    """Points of half a circle."""
    ground: float = 1.5
    """Line of `Theme.canvas` around filled shapes."""
    hit: int = 12
    fitting: float = 7.5
    """Radius while a wire is dragged that would fit."""
    fading: float = 0.35
    """Share of the others."""
    names_zoom: float = 1.5
    """From this zoom on type and sources stand beside the port."""
    presenter_radius: float = 8


@dataclass(frozen=True)
class WireMeasures:
    """Wires, and what sits on them."""

    width: float = 2
    under: float = 6
    under_share: float = 0.85
    many: float = 6
    many_under: float = 9
    many_inside: float = 2
    badge_width: int = 20
    badge_height: int = 18
    badge_radius: int = 9
    square: int = 16
    """The source's square where one of several is picked."""
    dashes: tuple[int, int] = (5, 4)
    """On and off, to an observer and through a bypassed node."""
    hover: float = 8
    hover_share: float = 0.30
    refused: tuple[int, int] = (7, 5)
    refused_circle: int = 8
    muted_share: float = 0.35
    handle: int = 28
    """Length of a handle, at least."""
    back: int = 30
    """Way out of a port before a wire turns back."""
    segments: int = 32
    segments_far: int = 16
    far: float = 0.6
    """Zoom below which fewer segments do."""
    reroute: float = 5
    presenter_factor: float = 1.5


@dataclass(frozen=True)
class CanvasMeasures:
    """What lies on the canvas besides nodes and wires."""

    frame_radius: int = 10
    frame_share: float = 0.08
    frame_outline: float = 1.5
    frame_outline_share: float = 0.40
    frame_title: tuple[int, int] = (12, 8)
    note_radius: int = 8
    note_padding: int = 14
    map_margin: int = 16
    map_radius: int = 6
    map_share: float = 0.94
    map_loop_share: float = 0.28
    map_view: float = 1.5
    zoom_control: int = 28
    dot: float = 1.2


@dataclass(frozen=True)
class LoopMeasures:
    """The frame of a loop."""

    radius: int = 12
    outline: float = 1.5
    outline_share: float = 0.60
    head: int = 88
    row: int = 32
    button: int = 28
    main_button: int = 40
    track: int = 6
    track_radius: int = 3
    knob: int = 8
    """Radius."""
    knob_ring: int = 3
    ticks: int = 20
    """More turns than this have every fifth tick numbered."""
    curve_width: int = 208
    curve_radius: int = 6
    curve: float = 2.2
    ghost: float = 1.5
    """The run before, dashed."""
    ghost_dashes: tuple[int, int] = (4, 3)
    dot: float = 3.5
    best: float = 5.5
    rail: int = 88
    floor: int = 28
    """From the lower edge up to the return path."""
    dots: tuple[int, int] = (2, 5)
    arrow: int = 140
    """From one arrow on the return path to the next."""
    drop_outline: float = 2.5


@dataclass(frozen=True)
class InspectorMeasures:
    """The inspector."""

    padding: int = 16
    title: int = 32
    segment: int = 28
    plot: int = 216
    axis: int = 40
    ruler: int = 10
    readout: int = 24
    row: int = 20


@dataclass(frozen=True)
class TrackMeasures:
    """Transport and tracks."""

    bar: int = 40
    ruler: int = 20
    band: int = 4
    band_share: float = 0.10
    height: int = 36
    height_least: int = 32
    height_most: int = 41
    head: int = 256
    button: int = 24
    button_radius: int = 4
    quiet: float = 0.40
    square: int = 20
    """A source's square."""
    square_radius: int = 4


@dataclass(frozen=True)
class GalleryMeasures:
    """The first screen."""

    column: int = 264
    gap: int = 24
    radius: int = 10
    card: int = 264
    """Height."""
    picture: int = 152
    lines: int = 2
    play: int = 40
    chip: int = 28
    wide: int = 1600
    """From this width on four cards stand side by side, below it three."""


@dataclass(frozen=True)
class PresenterMeasures:
    """The presenter mode."""

    title: int = 28
    subtitle: int = 20
    bar: int = 72
    canvas: float = 0.42
    zoom: float = 1.26
    """At least."""
    tracks: int = 272
    axis: int = 18
    curve: float = 3.5
    track: int = 72
    square: int = 44
    square_radius: int = 8
    letter: int = 26
    outline: int = 3
    button: int = 56
    slider: int = 10
    knob: int = 15
    number: int = 18
    progress: int = 5


@dataclass(frozen=True)
class Motion:
    """How long things take, in seconds; with motion off all of them are at once."""

    zoom: float = 0.120
    move: float = 0.160
    spinner: float = 0.125
    """One of eight angles."""
    toast: float = 4.0
    progress: float = 1 / 15


@dataclass(frozen=True)
class Widgets:
    """Style variables of all widgets, in both themes."""

    frame_radius: int = 4
    button_radius: int = 6
    popup_radius: int = 8
    grab_radius: int = 3
    scrollbar: int = 10
    scrollbar_radius: int = 5
    window_padding: tuple[int, int] = (16, 16)
    frame_padding: tuple[int, int] = (8, 4)
    item_spacing: tuple[int, int] = (8, 8)
    popup_border: int = 1


SPACE = Space()
WINDOW = Window()
NODE = NodeMeasures()
CARD = CardMeasures()
FAR = FarMeasures()
PORT = PortMeasures()
WIRE = WireMeasures()
CANVAS = CanvasMeasures()
LOOP = LoopMeasures()
INSPECTOR = InspectorMeasures()
TRACK = TrackMeasures()
GALLERY = GalleryMeasures()
PRESENTER = PresenterMeasures()
MOTION = Motion()
WIDGETS = Widgets()
