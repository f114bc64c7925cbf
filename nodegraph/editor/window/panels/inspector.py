"""The inspector: the picture of the chosen output, and everything that is known and can be set."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.declare import LOOP_KNOBS, Knob
from nodegraph.document import Item, Link, Loop, Node, walk
from nodegraph.editor import acting
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.look.measures import INSPECTOR
from nodegraph.editor.stage import nodes
from nodegraph.editor.window.canvas.words import empty, standing
from nodegraph.editor.window.panels import node_blocks, paper, parts, sheets
from nodegraph.editor.window.panels.extra_sheets import Extras, title_of
from nodegraph.editor.window.panels.knob_rows import KnobRows
from nodegraph.editor.window.panels.names import labels
from nodegraph.editor.window.panels.picture_box import PictureBox, Style, height_of
from nodegraph.editor.window.panels.segments import Segment, segments, trough_style
from nodegraph.editor.window.panels.sheets import Section, Subject
from nodegraph.views import Panels, Picture

if TYPE_CHECKING:
    from nodegraph.editor.window.host import Host

TALL = 560
"""Height from which picture and readout stay while the rest scrolls."""
ALL = "all"
SOURCES = 6
"""Sources that get a segment each."""


class Inspector:
    """The inspector."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.pinned: Subject | None = None
        self._chosen: dict[str, str] = {}
        """The output chosen at each node."""
        self._parts: dict[tuple[str, str], str] = {}
        """The source chosen of each output."""
        self._pane = self._scroll = self._flow = self._text = 0
        self._rect = Rect(0, 0, 0, 0)
        self._frame = 0
        self._looked: Hashable = None
        self._made: Hashable = None
        self._said: object = None
        self._subject = Subject("graph")
        self._item: Item | None = None
        self._outputs: tuple[str, ...] = ()
        self._output = ""
        self._box: PictureBox | None = None
        self._knobs: KnobRows | None = None
        self._extras: Extras | None = None
        self._troughs = 0
        self._pictured = False
        self._sizes: tuple[Hashable, Mapping[Path, int]] = (None, {})

    # Life

    def build(self, parent: int, rect: Rect) -> None:
        """Make it."""
        kit = self.host.kit
        self._rect, self._made, self._looked = rect, None, None
        self._frame = dpg.get_frame_count()
        self._pane = parts.pane(kit, parent, rect)
        self._box = PictureBox(kit)
        self._knobs = KnobRows(
            kit, "inspector.knob", self._set, self.host.settle, self._choose_file
        )
        self._extras = Extras(self.host)
        self._troughs = trough_style(kit)

    def resize(self, rect: Rect) -> None:
        """Take another place; without a width it is not shown."""
        if rect != self._rect:
            self._rect = rect
            parts.put(self._pane, rect)

    def destroy(self) -> None:
        """Remove it and free what does not hang in it."""
        self._leave()
        for part in (self._box, self._knobs):
            if part is not None:
                part.destroy()
        for item in (self._pane, self._troughs):
            if item and dpg.does_item_exist(item):
                dpg.delete_item(item)
        self._pane = self._troughs = 0
        self._box = self._knobs = self._extras = None

    def _leave(self) -> None:
        """Hand over what was typed, before widgets go."""
        if self._knobs is not None:
            self._knobs.leave()
        if self._extras is not None:
            self._extras.fields.leave()

    def pin(self) -> None:
        """Stay with what is shown, or follow the selection again."""
        node = self._subject.kind in ("node", "loop")
        self.pinned = self._subject if node and self.pinned is None else None
        self._looked = None

    @property
    def shown(self) -> tuple[str, str] | None:
        """The node and output whose picture is shown."""
        if self._subject.kind not in ("node", "loop") or not self._outputs:
            return None
        return self._subject.name, self._output

    @property
    def shown_source(self) -> str:
        """The source that is shown of it alone; empty where all are."""
        return "" if self._part == ALL else self._part

    def rects(self) -> dict[str, Rect]:
        """Give where what is painted by hand lies in the window."""
        return self._knobs.rects if self._rect.width >= 1 and self._knobs is not None else {}

    # Each frame

    def refresh(self) -> None:
        """Show what is chosen; make widgets anew only where other ones are needed."""
        if self._rect.width < 1 or self._rect.height < 1 or self._box is None:
            return
        looked = self.host.version, self._rect, parts.settled(self._frame)
        if looked == self._looked:
            self._follow()
            return
        self._looked = looked
        self._subject = self._now()
        items = {name: item for name, item, _ in walk(self.host.graph.nodes)}
        self._item = items.get(self._subject.name)
        made = self._needs()
        if made != self._made:
            self._leave()
            self._made = made
            self._said = None
            self._compose()
        self._fill()

    def _now(self) -> Subject:
        chosen = sheets.subject(self.host.graph, self.host.selection)
        if self.pinned is None:
            return chosen
        held = sheets.subject(self.host.graph, nodes(self.pinned.name))
        return held if held == self.pinned else chosen

    def _needs(self) -> Hashable:
        """Give all that decides which widgets there are."""
        host, item, subject = self.host, self._item, self._subject
        wired: tuple[str, ...] = ()
        sort = ""
        if item is not None and subject.kind in ("node", "loop"):
            sort = item.type
            wired = tuple(item.inputs) if isinstance(item, Node) else ()
            self._outputs = sheets.outputs_of(item, host.types)
            self._output = self._pick_output()
        else:
            self._outputs, self._output = (), ""
        named = labels(host.graph, host.types).get(subject.name, "")
        return (
            subject, sort, wired, self._outputs, self._output, self._source_names(), self._part,
            height_of(self._picture()),
            self._rect[2:], named, bool(self.pinned), bool(host.types), host.settings.grey,
            item.mode if item else "", subject.name in host.cards, self._extra_key(),
            host.ears.auditioned,
            parts.settled(self._frame),
        )  # fmt: skip

    def _extra_key(self) -> Hashable:
        return self._extras.key(self._subject) if self._extras else None

    def _pick_output(self) -> str:
        name, outputs = self._subject.name, self._outputs
        chosen = self._chosen.get(name)
        if chosen in outputs:
            return str(chosen)
        if isinstance(self._item, Loop):
            outputs = (*self._item.watch, *outputs)
        return next((o for o in outputs if (name, o) in self.host.pictures), (*outputs, "")[0])

    @property
    def _facts(self) -> Any:
        known = getattr(self.host, "facts", {})
        return known.get((self._subject.name, self._output))

    def _source_names(self) -> tuple[str, ...]:
        """Name the sources that the picture shows side by side."""
        picture = self.host.pictures.get((self._subject.name, self._output))
        sources = self._facts.sources if self._facts else ()
        fits = isinstance(picture, Panels) and len(picture.pictures) == len(sources)
        return tuple(sources) if fits and 1 < len(sources) <= SOURCES else ()

    @property
    def _part(self) -> str:
        chosen = self._parts.get((self._subject.name, self._output), ALL)
        return chosen if chosen in self._source_names() else ALL

    def _picture(self) -> Picture | None:
        picture = self.host.pictures.get((self._subject.name, self._output))
        names = self._source_names()
        if isinstance(picture, Panels) and self._part in names:
            return picture.pictures[names.index(self._part)]
        return picture

    def _fill(self) -> None:
        """Bring what the widgets show up to date."""
        host, item = self.host, self._item
        if self._pictured and self._box is not None and item is not None:
            settings = host.settings
            style = Style(settings.colour_map, settings.grey, settings.range_db)
            known = isinstance(item, Loop) or item.type in host.types
            shown = host.board[self._subject.name]
            words = empty(shown, standing(shown, item.mode, known))
            self._box.refresh(self._picture(), style, words, parts.settled(self._frame))
        self._follow()
        found = self._sections()
        if found != self._said:
            self._said = found
            dpg.delete_item(self._text, children_only=True)
            paper.sections(self.host.kit, self._text, self._inner, found, grey=host.settings.grey)
            dpg.add_spacer(height=host.kit.px(12), parent=self._text)

    def _follow(self) -> None:
        """Follow the pointer and the keys."""
        if self._pictured and self._box is not None:
            self._box.follow()
        if self._knobs is not None and self._item is not None:
            self._knobs.refresh(self._item.params)
        if self._extras is not None:
            self._extras.fields.refresh()

    def _sections(self) -> list[Section]:
        host, subject, item = self.host, self._subject, self._item
        if item is None or subject.kind not in ("node", "loop"):
            return self._extras.sections(subject) if self._extras else []
        shown, known = host.board[subject.name], host.types.get(item.type)
        found = []
        if self._output in self._outputs:
            types = sheets.types_of(known, self._output)
            found.append(sheets.output(self._facts, types, self._output))
        is_known = known is not None or isinstance(item, Loop)
        found.append(sheets.state(host.board, subject.name, item, is_known))
        if isinstance(item, Loop):
            found += sheets.loop(item, shown)
        found += sheets.told(shown, host.graph.base, self._file_sizes(shown.files))
        return [*found, sheets.help_page(known, item)]

    def _file_sizes(self, files: tuple[Path, ...]) -> Mapping[Path, int]:
        """Ask the disk once for each run that wrote files."""
        key = (files, self.host.board.going)
        if key != self._sizes[0]:
            self._sizes = key, {path: path.stat().st_size for path in files if path.exists()}
        return self._sizes[1]

    # Widgets

    @property
    def _inner(self) -> float:
        return self._rect.width - 2 * self.host.kit.px(INSPECTOR.padding)

    def _compose(self) -> None:
        kit, px, rect = self.host.kit, self.host.kit.px, self._rect
        dpg.delete_item(self._pane, children_only=True)
        pad = px(INSPECTOR.padding)
        fixed = rect.height >= px(TALL)
        foot = px(52) if fixed and self._subject.kind in ("node", "loop") else 0
        whole = Rect(0, 0, rect.width, rect.height)
        top = self._pane if fixed else parts.pane(kit, self._pane, whole, "clear", scrolls=True)
        words = title_of(self._subject, labels(self.host.graph, self.host.types))
        pinned = bool(self.pinned)
        y = node_blocks.head(self.host, top, rect.width, self._subject, self._item, words, pinned)
        self._pictured = bool(self._outputs)
        if self._pictured and self._box is not None:
            y = self._pickers(top, y)
            group = dpg.add_group(parent=top, pos=(pad, round(y)))
            picture = self._picture()
            self._box.build(int(group), self._inner, picture)
            y += px(height_of(picture))
        if fixed:
            room = Rect(0, y, rect.width, rect.height - y - foot)
            self._scroll = parts.pane(kit, self._pane, room, "clear", scrolls=True)
            self._flow = int(dpg.add_group(parent=self._scroll, pos=(pad, 0)))
        else:
            self._scroll = top
            self._flow = int(dpg.add_group(parent=top, pos=(pad, round(y))))
        self._blocks()
        self._text = int(dpg.add_group(parent=self._flow))
        if self._subject.kind in ("node", "loop"):
            at = (pad, round(rect.height - px(40))) if foot else None
            parent = self._pane if foot else self._flow
            node_blocks.foot(self.host, parent, self._subject.name, at)
        ink = parts.ink(self._pane, Rect(0, 0, 1, rect.height))
        parts.hairline(kit, ink, (0, 0), (1, rect.height))

    def _pickers(self, top: int, y: float) -> float:
        """Add the segments of outputs and of sources; give where they end."""
        kit, px = self.host.kit, self.host.kit.px
        high, known = px(INSPECTOR.segment), self.host.types.get(self._item.type)  # type: ignore[union-attr]
        rows: list[tuple[str, list[Segment], str, Callable[[str], object]]] = []
        if len(self._outputs) > 1:
            found = []
            for name in self._outputs:
                types = sheets.types_of(known, name)
                found.append(Segment(name, name, sign=types[0] if types else ""))
            rows.append(("inspector.output", found, self._output, self._choose))
        names = self._source_names()
        if names:
            found = [Segment(n, n, source=n, index=i) for i, n in enumerate(names)]
            found.append(Segment(ALL, ALL))
            rows.append(("inspector.source", found, self._part, self._choose_part))
        y += px(8)
        for prefix, found, chosen, choose in rows:
            rect = Rect(px(INSPECTOR.padding), y, self._inner, high)
            grey = self.host.settings.grey
            segments(kit, top, rect, self._troughs, prefix, found, chosen, choose, grey=grey)
            y += high + px(8)
        return y

    def _choose(self, output: str) -> None:
        self._chosen[self._subject.name] = output
        self._looked = None

    def _choose_part(self, source: str) -> None:
        self._parts[self._subject.name, self._output] = source
        self._looked = None

    def _blocks(self) -> None:
        """Add the widgets that stand before the text."""
        host, subject, item = self.host, self._subject, self._item
        if item is None or subject.kind not in ("node", "loop"):
            if self._extras is not None:
                self._extras.build(self._flow, subject, self._inner)
            return
        if subject.name in host.cards:
            node_blocks.fault(host, self._flow, self._inner, subject.name)
        known = host.types.get(item.type)
        knobs = LOOP_KNOBS if isinstance(item, Loop) else known.knobs if known else ()
        if knobs and self._knobs is not None:
            node_blocks.knob_heading(host.kit, self._flow, self._inner, self._reset)
            self._knobs.build(self._flow, self._inner, self._knob_values(item, knobs))

    def _knob_values(self, item: Item, knobs: tuple[Knob, ...]) -> list[tuple[Knob, Any, str]]:
        """Give each knob with its value, and what it is wired from."""
        wires = item.inputs if isinstance(item, Node) else {}
        names = labels(self.host.graph, self.host.types)
        found = []
        for knob in knobs:
            wired = wires.get(knob.name)
            source = names.get(wired.node, wired.node) if isinstance(wired, Link) else ""
            found.append((knob, item.params.get(knob.name, knob.default), source))
        return found

    def _set(self, knob: str, value: Any) -> None:
        self.host.change(acting.set_knob(self.host.stage, self._subject.name, knob, value))

    def _choose_file(self, knob: str) -> None:
        self.host.do("file.choose", node=self._subject.name, knob=knob)

    def _reset(self) -> None:
        stage = replace(self.host.stage, selection=nodes(self._subject.name))
        self.host.change(replace(acting.act("graph.reset", stage), selection=None))
        self.host.settle()
