"""What is said of a large view in its strip: title, what is measured, and what can be chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from nodegraph.document import walk
from nodegraph.editor.showing import places
from nodegraph.editor.window.panels.names import family_of, labels
from nodegraph.editor.window.views.strip import Told
from nodegraph.engine.asking import Choice
from nodegraph.views import Curves, Heatmap, Wave

if TYPE_CHECKING:
    from nodegraph.editor.window.views.pane import PaneView

AT = "at"
"""The kind of a kernel that is drawn around the pointer, over its plane."""


def node_family(view: PaneView) -> str:
    """Give the family of the node that is shown."""
    item = next((i for n, i, _ in walk(view.app.graph.nodes) if n == view.pane.slot[0]), None)
    return family_of(item) if item is not None else "view"


def title(view: PaneView) -> str:
    """Say what is shown."""
    app, pane = view.app, view.pane
    named = _distinct(labels(app.graph, app.types))
    words = named.get(pane.slot[0], pane.slot[0])
    known = app.types.get(app.board.kinds.get(pane.slot[0], ""))
    several = known is not None and len(known.outputs) > 1
    if pane.slot[1] and several:
        words = f"{words}, {pane.slot[1]}"
    if pane.source:
        words = f"{words}: {pane.source}"
    if pane.other is not None:
        words = f"{words} minus {named.get(pane.other[0], pane.other[0])}"
    return words


def measured(view: PaneView) -> str:
    """Say what the numbers of the picture are."""
    parts = view.parts()
    if not parts:
        return ""
    title = getattr(view.picture, "title", "")
    if title and len(parts) != 1 and " " in title:
        return str(title)
    planes = [part for part in parts if isinstance(part, Heatmap)]
    part = planes[0] if planes and view.under is None else parts[0]
    if isinstance(part, Heatmap):
        below = part.unit == "dB" and part.high == 0
        said = f"{part.name}, dB below the largest" if below else _labelled(part.name, part.unit)
        # Everybody knows a spectrogram; of other planes it is said what lies along the sides.
        usual = part.x.name == "time" and part.y.name == "frequency"
        return said if usual else f"{part.y.label} over {part.x.label}: {said}"
    if isinstance(part, Curves):
        level = part.y.unit == "dB" and part.y.stop < 10
        of = f"{part.y.name} per {part.x.name}" if part.y.name else part.x.name
        if not level and part.y.name and part.x.name.endswith("channel"):
            return f"{part.y.label} over {part.x.label}"
        return f"{of}, dB below the highest" if level else part.y.label or part.x.label
    if isinstance(part, Wave):
        return "lowest and highest sample"
    return ""


def told(view: PaneView) -> Told:
    """Give what decides what stands in the strip."""
    showing, sight = view.app.showing, view.sight
    parts = view.parts()
    pitched = any(map(places.over_pitch, parts))
    return Told(
        title=title(view),
        family=node_family(view),
        measured=measured(view),
        letter=view.pane.source,
        choices=choices(view),
        kind=view.pane.kind,
        sources=sight.sources if view.factors is None else (),
        source=view.pane.source,
        scale=showing.scale if pitched else "",
        notes=showing.notes,
        tool=showing.tool if view.index == showing.focus and view.can_mark else "",
        linked=view.pane.linked,
        several=len(showing.panes) > 1,
        beside=showing.beside,
        alone=showing.alone,
        first=view.index == 0,
        grey=view.app.settings.grey,
    )


def choices(view: PaneView) -> tuple[Choice, ...]:
    """Give the ways in which the value can be shown; the usual one is called after its type."""
    kernel = view.views.plane_of(view.pane.slot) is not None
    own = (view.kernel or view.sight).choices
    app, (node, port) = view.app, view.pane.slot
    known = app.types.get(app.board.kinds.get(node, ""))
    output = known.output(port) if known is not None else None
    usual = output.type_names if output is not None and len(output.types) == 1 else "Picture"
    usual = "V" if view.factors is not None else usual
    named = tuple(replace(choice, label=choice.label or usual) for choice in own)
    return (*named, Choice(AT, "At the pointer")) if own and kernel else named


def _distinct(named: dict[str, str]) -> dict[str, str]:
    """Tell nodes of one title apart by their names."""
    often = Counter(named.values())
    return {
        name: f"{title} ({name})" if often[title] > 1 else title for name, title in named.items()
    }


def _labelled(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name
