"""The parts of the window: made in one theme and scale, and laid out in its size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.look.colours import THEMES
from nodegraph.editor.regions import PRESENTING, Regions, Viewing, regions
from nodegraph.editor.window.canvas import Canvas
from nodegraph.editor.window.gallery import Gallery
from nodegraph.editor.window.kit import Kit
from nodegraph.editor.window.kit.fonts import Fonts
from nodegraph.editor.window.kit.styles import make
from nodegraph.editor.window.panels.inspector import Inspector
from nodegraph.editor.window.panels.palette import Palette
from nodegraph.editor.window.panels.status import StatusLine
from nodegraph.editor.window.panels.topbar import TopBar
from nodegraph.editor.window.panels.tracks import Tracks
from nodegraph.editor.window.popups import Popups
from nodegraph.editor.window.views import Views

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


class Shell:
    """Everything on screen. Popups outlive a change of theme; all else is made anew."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.regions: Regions = Regions()
        self._fonts: dict[int, Fonts] = {}
        self.root = int(
            dpg.add_window(
                no_title_bar=True,
                no_move=True,
                no_resize=True,
                no_scrollbar=True,
                no_scroll_with_mouse=True,
                no_bring_to_front_on_focus=True,
            )
        )
        dpg.set_primary_window(self.root, True)
        self.kit: Kit = self._kit()
        self.popups: Popups = Popups(app)

    def build(self) -> None:
        """Make every part in the theme and scale of the settings."""
        app = self.app
        self.kit = self._kit()
        ground = make(
            [(dpg.mvThemeCol_WindowBg, self.kit.theme.canvas)],
            [(dpg.mvStyleVar_WindowPadding, (0, 0)), (dpg.mvStyleVar_ItemSpacing, (0, 0))],
        )
        dpg.bind_item_theme(self.root, ground)
        self.canvas: Canvas = Canvas(app)
        self.inspector: Inspector = Inspector(app)
        self.gallery: Gallery = Gallery(app)
        self.tracks: Tracks = Tracks(app)
        self.views: Views = Views(app)
        self.parts: dict[str, Any] = {
            "canvas": self.canvas,
            "palette": Palette(app),
            "view": self.views,
            "inspector": self.inspector,
            "tracks": self.tracks,
            "gallery": self.gallery,
            "topbar": TopBar(app),
            "status": StatusLine(app),
        }
        self.regions = self._wanted()
        for name, part in self.parts.items():
            part.build(self.root, getattr(self.regions, name))
        self._fit()

    def rebuild(self) -> None:
        """Make the parts anew, in another theme or scale."""
        self.destroy()
        dpg.delete_item(self.root, children_only=True)
        dpg.set_viewport_clear_color(THEMES[self.app.settings.theme].win)
        self.build()

    def destroy(self) -> None:
        """Give back what does not hang in the window."""
        for part in self.parts.values():
            part.destroy()
        self.popups.destroy()

    def lay_out(self) -> None:
        """Give every part its place anew, where the window or what it shows has changed."""
        wanted = self._wanted()
        if wanted != self.regions:
            self.regions = wanted
            for name, part in self.parts.items():
                part.resize(getattr(wanted, name))
        self._fit()

    def refresh(self) -> None:
        """Let every part that is shown draw what differs."""
        for name, part in self.parts.items():
            if getattr(self.regions, name).height:
                part.refresh()
        self.popups.refresh()

    @property
    def size(self) -> tuple[float, float]:
        """Size of the window in pixels."""
        return float(dpg.get_viewport_client_width()), float(dpg.get_viewport_client_height())

    @property
    def fits(self) -> bool:
        """Whether the parts are laid out for the size that the window has."""
        shown = self.regions
        rooms = shown.status, shown.canvas, shown.view, shown.tracks, shown.gallery
        parts = [part for part in rooms if part.height]
        return self.size == (shown.topbar.width, max(part.bottom for part in parts))

    def _kit(self) -> Kit:
        app = self.app
        scale = round(app.settings.scale * (PRESENTING if app.presenting else 1))
        kit = Kit(THEMES[app.settings.theme], scale, self._fonts.get(scale))
        self._fonts[scale] = kit.fonts
        return kit

    def _wanted(self) -> Regions:
        app = self.app
        settings = replace(app.settings, scale=self.kit.scale)
        showing = app.showing
        viewing: Viewing = "alone" if showing.alone else "beside" if showing.panes else ""
        return regions(
            *self.size,
            settings,
            presenting=app.presenting,
            in_gallery=app.in_gallery,
            viewing=viewing if showing.panes else "",
        )

    def _fit(self) -> None:
        app, canvas = self.app, self.regions.canvas
        size = (canvas.width or 1.0, canvas.height or 1.0)
        app.view = replace(app.view, size=size, scale=self.kit.scale / 100)
        if app.fitted and canvas.width:
            app.view = app.whole
        self.popups.area = canvas if canvas.width else None
        self.popups.resize(self.size)
