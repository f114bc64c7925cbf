"""What is shown, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodegraph.editor.canvas.view import Rect, around
from nodegraph.editor.files import settings as keeping
from nodegraph.editor.look.measures import PRESENTER
from nodegraph.editor.window.doing.table import command, opened

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

MAPS = keeping.CHOICES["colour_map"]
ZOOM = 1.25


def show(app: App, names: list[str]) -> None:
    rects = [box.rect for name in names if (box := app.scene.box(name)) is not None]
    rects += _plates(app) if not names else []
    app.look_at(app.view.fitted(around(rects) or app.scene.bounds), smooth=True)


def _plates(app: App) -> list[Rect]:
    both = {"frame": app.scene.frames, "note": app.scene.notes}
    return [
        both[kind][name].rect for kind, name in app.selection if kind in both and name in both[kind]
    ]


@command("view.fit", opened)
def _fit(app: App, **_: Any) -> None:
    app.show_all(smooth=True)


@command("view.fit_selection", lambda app: opened(app) and bool(app.selection))
def _fit_selection(app: App, **_: Any) -> None:
    show(app, list(app.stage.chosen))


@command("view.zoom_in", opened)
def _zoom_in(app: App, **_: Any) -> None:
    app.look_at(app.target.zoomed(ZOOM), smooth=True)


@command("view.zoom_out", opened)
def _zoom_out(app: App, **_: Any) -> None:
    app.look_at(app.target.zoomed(1 / ZOOM), smooth=True)


@command("view.zoom_reset", opened)
def _zoom_reset(app: App, **_: Any) -> None:
    app.look_at(app.target.zoomed_to(1.0), smooth=True)


@command("view.palette", opened)
def _palette(app: App, **_: Any) -> None:
    app.remember(palette_open=not app.settings.palette_open)


@command("view.inspector", opened)
def _inspector(app: App, **_: Any) -> None:
    app.remember(inspector_open=not app.settings.inspector_open)


@command("view.tracks", opened)
def _tracks(app: App, **_: Any) -> None:
    app.remember(tracks_open=not app.settings.tracks_open)


@command("view.minimap", opened)
def _minimap(app: App, **_: Any) -> None:
    app.remember(minimap=not app.settings.minimap)


@command("view.pin", opened)
def _pin(app: App, **_: Any) -> None:
    app.inspector.pin()


@command("view.colour_map")
def _colour_map(app: App, **_: Any) -> None:
    following = MAPS[(MAPS.index(app.settings.colour_map) + 1) % len(MAPS)]
    app.remember(colour_map=following)
    app.say(f"Levels are drawn in {following}.")


@command("view.grey")
def _grey(app: App, **_: Any) -> None:
    app.remember(grey=not app.settings.grey)


@command("view.theme")
def _theme(app: App, **_: Any) -> None:
    app.remember(theme="light" if app.settings.theme == "dark" else "dark")


@command("view.scale_up")
def _scale_up(app: App, **_: Any) -> None:
    app.remember(scale=min(app.settings.scale + 10, 200))


@command("view.scale_down")
def _scale_down(app: App, **_: Any) -> None:
    app.remember(scale=max(app.settings.scale - 10, 80))


@command("view.scale_reset")
def _scale_reset(app: App, **_: Any) -> None:
    app.remember(scale=100)


@command("view.motion")
def _motion(app: App, **_: Any) -> None:
    app.remember(animations=not app.settings.animations)
    app.say("Motion is on." if app.settings.animations else "Motion is off.")


@command("view.presenter")
def _presenter(app: App, **_: Any) -> None:
    app.present(not app.presenting)
    zoom = max(app.view.zoom, PRESENTER.zoom) if app.presenting else 1.0
    seen = around([box.rect for n in app.stage.chosen if (box := app.scene.box(n))])
    if not app.in_gallery:
        app.look_at(app.view.fitted(seen or app.scene.bounds, most=zoom))
