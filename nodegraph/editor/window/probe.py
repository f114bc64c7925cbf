"""What the window holds and where, asked over a socket by those who test it.

Listens only where ``NODEGRAPH_PROBE`` names a socket. One JSON object on a line asks, one answers:
``{"ask": "state"}`` gives the document, the view, what is chosen, open and shown, and where on the
window it can be clicked; ``{"ask": "frame"}`` only counts frames, and keeps the window awake;
``{"ask": "close"}`` does what the window's cross does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph import document
from nodegraph.editor.answering import Server
from nodegraph.editor.canvas.view import Rect

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App

_KINDS = {
    "mvAppItemType::mvButton": "button",
    "mvAppItemType::mvSelectable": "button",
    "mvAppItemType::mvImageButton": "button",
    "mvAppItemType::mvInputText": "field",
}
"""What can be clicked, by the type that Dear PyGui calls it."""


class Probe:
    """Answers between two frames."""

    def __init__(self, app: App, path: Path) -> None:
        self.app = app
        asks = {"state": self.state, "frame": self._frame, "close": self._close}
        self._server = Server(path, asks)
        self._kinds: dict[int, str] = {}
        """Of every item seen: asking for a thousand of them takes longer than a frame."""

    def answer(self) -> None:
        """Answer what has come in."""
        self._server.answer()

    def _close(self) -> dict[str, Any]:
        self.app.later(lambda: self.app.do("file.quit"))
        return {}

    def _frame(self) -> dict[str, Any]:
        self.app.frames.wake()
        return {"frame": self.app.frames.count}

    def state(self) -> dict[str, Any]:
        """Give all that a test may want to know."""
        app = self.app
        canvas = app.regions.canvas
        # The title is behind what the user did until the next frame.
        found: dict[str, Any] = {
            "frame": app.frames.count,
            "title": app.session.title,
            "idle": app.frames.idle,
            "graph": document.text(app.graph),
            "hash": document.fingerprint(app.graph),
            "view": [*app.view.pan, app.view.zoom],
            "canvas": list(canvas),
            "selection": sorted(f"{kind}:{name}" for kind, name in app.selection),
            "popup": app.popups.open or ("gallery" if app.in_gallery else ""),
            "toast": app.popups.said or (app.overlay.wire.refused if app.overlay.wire else ""),
            "board": {
                name: {"state": shown.state, "error": shown.error}
                for name, shown in app.board.nodes.items()
            },
            "turns": {
                name: app.engine.turn(name)
                for name, kind in app.board.kinds.items()
                if kind == "loop"
            },
            "engine_pid": app.engine_pid or 0,
            "live": app.engine.live.count,
            **self._listening(),
        }
        found["buttons"], fields, found["text"], found["typed"] = self._items()
        found["places"] = self._places()
        found["views"] = app.views.told()
        if canvas.width:
            found |= self._canvas()
        found["widgets"] = {**fields, **found.get("widgets", {})}
        return found

    def _listening(self) -> dict[str, Any]:
        """Give what is heard."""
        ears = self.app.ears
        heard = ears.auditioned
        return {
            "playing": ears.sounding,
            "seconds": ears.seconds,
            "region": list(ears.region or ()),
            "looping": ears.desk.looping,
            "span": [ears.timeline.start, ears.timeline.stop],
            "tracks": [ears.names[key] for key in ears.shown],
            "heard": list(ears.sounding_keys),
            "loaded": sorted(ears.sounds),
            "sum_level": ears.sum_level,
            "test": self.app.testing.told(),
            "auditioned": ".".join(heard[0]).rstrip(".") if heard else "",
        }

    def _canvas(self) -> dict[str, Any]:
        """Give where nodes, ports and knobs are in the window, as far as they can be seen."""
        app = self.app
        canvas, view, scene = app.regions.canvas, app.view, app.scene
        seen = view.seen

        def rect(world: Rect) -> list[float]:
            return list(view.rect_to_screen(world).moved(canvas.x, canvas.y))

        nodes = {box.name: rect(box.rect) for box in scene.all_boxes if box.rect.touches(seen)}
        for name, plate in (*scene.frames.items(), *scene.notes.items()):
            if plate.rect.touches(seen):
                nodes[name] = rect(plate.rect)
        ports: dict[str, list[float]] = {}
        for box in scene.all_boxes:
            for spot in box.shape.spots:
                if not spot.shown or not seen.holds(box.centre(spot)):
                    continue
                part = f"[{spot.part}]" if spot.part else ""
                rail = f"{spot.rail}rail." if spot.rail else ""
                x, y = view.to_screen(box.centre(spot))
                name = f"{box.name}.{rail}{spot.side}.{spot.port}{part}"
                ports[name] = [x + canvas.x, y + canvas.y]
        widgets = {name: list(place) for name, place in app.canvas.pick_widget_rects().items()}
        for name, box in scene.loops.items():
            for control, place in box.shape.controls:
                if box.world(place).touches(seen):
                    widgets[f"{name}.{control}"] = rect(box.world(place))
        return {"nodes": nodes, "ports": ports, "widgets": widgets}

    def _items(self) -> tuple[dict[str, list[float]], dict[str, list[float]], str, str]:
        """Give the buttons and fields on screen, the field that has the keys, and what is in it."""
        buttons: dict[str, list[float]] = {}
        fields: dict[str, list[float]] = {}
        active = typed = ""
        for item in dpg.get_all_items():
            kind = self._kinds.get(item)
            if kind is None:
                kind = self._kinds[item] = _KINDS.get(dpg.get_item_type(item), "")
            if not kind:
                continue
            state = dpg.get_item_state(item)
            if not state.get("visible") or "rect_min" not in state:
                continue
            place = [*state["rect_min"], *state["rect_size"]]
            alias = dpg.get_item_alias(item) or ""
            label = "".join(c for c in dpg.get_item_label(item) or "" if ord(c) < 0xE000).strip()
            names = {alias, label.partition("##")[0].strip()} - {""}
            for name in names:
                (fields if kind == "field" else buttons)[name] = place
            if kind == "field" and state.get("active"):
                name = alias or label or self.app.canvas.widget_name(item)
                active, typed = name, str(dpg.get_value(item))
        return buttons, fields, active, typed

    def _places(self) -> dict[str, list[float]]:
        """Give what parts draw by hand and can be clicked."""
        app = self.app
        found: dict[str, list[float]] = {}
        for _, part in (*app.shell.parts.items(), ("popups", app.popups)):
            rects = getattr(part, "rects", None)
            if rects is not None:
                found |= {name: list(place) for name, place in rects().items()}
        return found
