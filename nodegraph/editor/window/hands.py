"""What the mouse does: to popups, to splitters, to what is carried from the palette, to the canvas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor import acting
from nodegraph.editor.acting import Change
from nodegraph.editor.canvas.hits import loop_at
from nodegraph.editor.canvas.view import Point
from nodegraph.editor.interact import events, intents
from nodegraph.editor.interact.machine import step
from nodegraph.editor.interact.overlay import Overlay, overlay
from nodegraph.editor.interact.states import Resting, State
from nodegraph.editor.look.faces import TEXT
from nodegraph.editor.offers.ends import End
from nodegraph.editor.offers.search import Wire, pulled_from, pulled_into
from nodegraph.editor.regions import Splitter, dragged
from nodegraph.editor.stage import Stage, nodes
from nodegraph.editor.window import pointing

if TYPE_CHECKING:
    from nodegraph.editor.window.app import App


class Hands:
    """Gives what happens to the part that it is for, and does what the canvas makes of it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.state: State = Resting()
        self.splitter: Splitter | None = None
        self.carried = ""
        """Type of a node that is being dragged out of the palette."""
        self._ghost: list[int] = []
        self._shown: tuple[object, ...] = ()
        self._overlay = Overlay(app.graph)

    # Where

    @property
    def at(self) -> Point:
        """The pointer in pixels of the canvas."""
        canvas, (x, y) = self.app.regions.canvas, self.app.frames.mouse.at
        return x - canvas.x, y - canvas.y

    @property
    def over_canvas(self) -> bool:
        """Whether the pointer is over the canvas."""
        canvas = self.app.regions.canvas
        return canvas.width > 0 and canvas.holds(self.app.frames.mouse.at)

    @property
    def world(self) -> Point:
        """The world point under the pointer, or in the middle where the pointer is elsewhere."""
        view = self.app.view
        return view.to_world(self.at) if self.over_canvas else view.seen.centre

    @property
    def dragging(self) -> bool:
        """Whether an edit is half done."""
        return not isinstance(self.state, Resting) or self.splitter is not None

    def overlay(self) -> Overlay:
        """Give what is drawn beside the document."""
        app = self.app
        shown = (self.state, app.scene, app.view, app.selection)
        if not self._shown or any(a is not b for a, b in zip(shown, self._shown, strict=True)):
            self._shown = shown
            made, last = overlay(self.state, app.stage), self._overlay.graph
            # The same document as before is the same object, so that no scene is built for it.
            self._overlay = replace(made, graph=last) if made.graph == last else made
        return self._overlay

    # Events

    def take(self, event: pointing.Happened) -> None:
        """Give an event to the part that it is for."""
        app = self.app
        if self._for_views(event):
            return
        if isinstance(event, pointing.Moved):
            self._move()
        elif isinstance(event, pointing.Turned):
            if self.over_canvas and not app.popups.open and not app.in_gallery:
                # Steps add up: they begin where the canvas is gliding to.
                stage = replace(app.stage, view=app.target)
                self._step(events.Wheel(self.at, event.notches), stage)
            elif app.regions.tracks.holds(event.at) and not app.popups.open:
                held = app.frames.keyboard.held
                app.shell.tracks.wheel(event.at, event.notches, ctrl=held.ctrl, shift=held.shift)
        elif isinstance(event, pointing.Pressed):
            self._press(event)
        else:
            self._release(event)

    def _for_views(self, event: pointing.Happened) -> bool:
        """Give an event to the large views, unless something else is in the hand."""
        app = self.app
        if self.dragging or self.carried or app.in_gallery:
            return False
        pressed = event.at if isinstance(event, pointing.Pressed) else None
        if pressed and (app.popups.open or app.regions.splitter(pressed, app.kit.scale / 100)):
            return False
        return app.views.take(event)

    def _move(self) -> None:
        app = self.app
        if self.splitter is not None:
            app.remember(
                **dragged(self.splitter, app.frames.mouse.at, *app.shell.size, app.settings)
            )
        elif self.carried:
            self._draw_ghost()
        elif self.dragging or (self.over_canvas and not app.popups.open):
            self._step(events.Move(self.at, app.frames.keyboard.held))

    def _press(self, event: pointing.Pressed) -> None:
        app = self.app
        if app.popups.press(event.at):
            return
        splitter = app.regions.splitter(event.at, app.kit.scale / 100)
        if event.button == "left" and splitter is not None and not app.in_gallery:
            self.splitter = splitter
        elif self.over_canvas and not app.in_gallery and not app.canvas.hot():
            if app.kit.typing:
                # A press beside a field leaves it.
                dpg.focus_item(app.shell.root)
            self._step(events.Press(self.at, event.button, app.frames.keyboard.held, event.double))

    def _release(self, event: pointing.Released) -> None:
        if self.splitter is not None and event.button == "left":
            self.splitter = None
        elif self.carried and event.button == "left":
            self._drop()
        elif self.dragging or self.over_canvas:
            self._step(events.Release(self.at, event.button, self.app.frames.keyboard.held))

    def _step(self, event: events.Event, stage: Stage | None = None) -> None:
        before = self.state
        self.state, wanted = step(self.state, event, stage or self.app.stage)
        for intent in wanted:
            self._do(intent)
        if self.state is not before or wanted:
            self.app.touch()

    def rest(self) -> None:
        """Let go of everything."""
        self.state = Resting()
        self.splitter, self.carried = None, ""

    def escape(self) -> bool:
        """Leave what is half done, then the presenter mode; False where there is neither."""
        app = self.app
        if self.carried:
            self.carried = ""
            self._draw_ghost()
            return True
        if self.dragging:
            self._step(events.Cancel())
            self.splitter = None
            return True
        view = app.views.focused
        if view is not None and app.views.grip.clear(view):
            return True
        if app.ears.auditioned is not None:
            app.ears.release()
            return True
        if app.presenting:
            app.do("view.presenter")
            return True
        return False

    # What the canvas wants

    def _do(self, intent: intents.Intent) -> None:
        app = self.app
        match intent:
            case intents.SetView():
                app.look_at(intent.view, intent.smooth)
            case intents.Select():
                app.select(intent.keys)
            case intents.Edit():
                app.edit(intent.graph, intent.label, intent.merge)
                if intent.selection is not None:
                    app.select(intent.selection)
            case intents.Settle():
                app.settle()
            case intents.Raise():
                app.raised = [n for n in app.raised if n not in intent.names] + list(intent.names)
            case intents.Fold():
                alone = replace(app.stage, selection=nodes(intent.name))
                app.change(acting.act("graph.collapse", alone))
            case intents.OpenSearch():
                app.popups.search(
                    self._in_window(intent.at), intent.world, intent.wire, intent.loop
                )
            case intents.OpenMenu():
                app.popups.context(intent.hit, self._in_window(intent.at))
            case intents.Offer():
                at = self._in_window(intent.at)
                app.popups.refuse(at, intent.refusal, intent.link, intent.end)
            case intents.Control():
                app.do("loop.control", key=intent.control, loop=intent.loop, share=intent.share)
            case intents.OpenLarge():
                app.select(frozenset([("node", intent.node)]))
                app.do("view.large", node=intent.node, output=intent.output)
            case intents.Rename():
                app.select(frozenset([intent.key]))
                app.do("edit.rename")
            case intents.Say():
                app.say(intent.text)

    def _in_window(self, at: Point) -> Point:
        canvas = self.app.regions.canvas
        return at[0] + canvas.x, at[1] + canvas.y

    # The search

    def search(
        self, at: Point | None = None, node: str = "", port: str = "", *, replacing: str = ""
    ) -> None:
        """Open the node search at a point of the window, by default at the pointer."""
        app = self.app
        canvas, world = app.regions.canvas, self.world
        wire: Wire | None = None
        if node:
            box = app.scene.box(node)
            known = app.types.get(app.board.kinds.get(node, ""))
            if known is not None and known.output(port) is not None and not known.port(port):
                wire = pulled_from(app.graph, app.types, f"{node}.{port}" if port else node)
            else:
                wire = pulled_into(app.graph, app.types, End(node, port))
            if box is not None:
                world = box.x - 256, box.y
        if at is None:
            at = app.frames.mouse.at if self.over_canvas else canvas.centre
        loop = loop_at(app.scene, world)
        app.popups.search(at, world, wire, loop, replacing)

    def insert(self, type_id: str, world: Point, loop: str = "") -> Change:
        """Give the change that adds a node of a type."""
        app = self.app
        if type_id == acting.LOOP_CHOICE.type:
            return acting.insert_loop(app.stage, world, loop)
        for choice in acting.choices(app.types, type_id, None):
            if choice.type == type_id:
                return acting.insert(app.stage, choice, None, world, loop)
        return Change(app.graph, said=f"There is no node {type_id}.")

    # Carried from the palette

    def carry(self, type_id: str) -> None:
        """Take a node out of the palette, to be dropped on the canvas."""
        self.carried = type_id
        self._draw_ghost()

    def _drop(self) -> None:
        type_id, self.carried = self.carried, ""
        self._draw_ghost()
        if self.over_canvas:
            world = self.world
            self.app.change(self.insert(type_id, world, loop_at(self.app.scene, world)))

    def _draw_ghost(self) -> None:
        app = self.app
        for item in self._ghost:
            dpg.delete_item(item)
        self._ghost = []
        known = app.types.get(self.carried)
        if not self.carried:
            return
        words = known.label if known else "Loop"
        theme, kit = app.kit.theme, app.kit
        x, y = app.frames.mouse.at
        layer = int(dpg.add_viewport_drawlist(front=True))
        width, height = kit.width(words, TEXT.title) + kit.px(24), kit.px(32)
        dpg.draw_rectangle(
            (x, y), (x + width, y + height), color=theme.sel, fill=theme.head,
            rounding=kit.px(8), parent=layer,
        )  # fmt: skip
        kit.draw_words((x + kit.px(12), y + kit.px(8)), words, TEXT.title, theme.t1, layer)
        self._ghost = [layer]
