"""What a pane asks for: its own pictures, and those of what stands below them or lies on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.document import Link, Node, walk
from nodegraph.editor.showing import Pane, places, spans
from nodegraph.editor.showing.lenses import Need
from nodegraph.editor.window.views.captions import AT
from nodegraph.editor.window.views.sight import Sight
from nodegraph.views import Curves

if TYPE_CHECKING:
    from nodegraph.editor.window.views.pane import PaneView

OVER_TIME = "over_time"
"""The kind of a quantity that stands below its histogram."""
PLACED = "placed"
"""The kind of a kernel that says how far it reaches on its plane."""


def ask(pane: PaneView) -> None:
    """Ask for the pictures of a pane, as large and as close as it shows them."""
    room, showing = pane.room, pane.app.showing
    px = pane.app.kit.scale / 100
    width = max(room.width - (places.LEFT + places.BARE) * px, 64)
    height = max(room.height - places.BOTTOM * px, 64)
    pane.sight.want(round(width), round(height), showing.scale, _need(pane, pane.sight))
    pane.kernel = None
    if pane.pane.kind == AT:
        pane.kernel = pane.views.sight(Pane(pane.pane.slot, kind=PLACED))
        pane.kernel.want(256, 256, "linear", None)
    _ask_below(pane, round(width), round(height))


def _ask_below(pane: PaneView, width: int, height: int) -> None:
    """Look for the quantity of a histogram over time, to stand below it."""
    parts = places.parts_of(pane.picture) if pane.picture is not None else ()
    is_curve = len(parts) == 1 and isinstance(parts[0], Curves) and not places.over_time(parts[0])
    if not is_curve or pane.pane.kind or pane.pane.other is not None:
        pane.under = None
        return
    slot = _field(pane)
    shown = [(each.slot, each.kind) for each in pane.app.showing.panes]
    if slot is None or (slot, OVER_TIME) in shown:
        pane.under = None
        return
    pane.under = pane.views.sight(Pane(slot, kind=OVER_TIME))
    pane.under.want(width, height // 2, pane.app.showing.scale, _need(pane, pane.under))


def _field(pane: PaneView) -> tuple[str, str] | None:
    """Find the plane that a histogram was made of: the first that is wired into its node."""
    app, (name, port) = pane.app, pane.pane.slot
    item = next((i for n, i, _ in walk(app.graph.nodes) if n == name), None)
    known = app.types.get(item.type) if isinstance(item, Node) else None
    output = known.output(port) if known is not None else None
    if known is None or output is None or "Histogram" not in output.type_names:
        return None
    assert isinstance(item, Node)
    for port_type in known.ports:
        link = item.inputs.get(port_type.name)
        if "Field" in port_type.type_names and link is not None and isinstance(link, Link):
            return link.node, link.port
    return None


def _need(pane: PaneView, sight: Sight) -> Need | None:
    """Give what is seen of the planes of a pane, where it is not all."""
    window, known = pane.app.showing.window(pane.index), sight.axes()
    if known is None or (window.time is None and window.pitch is None):
        return None
    plots = [plot for plot in pane.plots if plot.timed]
    if not plots:
        return None
    widest = max(plots, key=lambda plot: plot.rect.width)
    across = pane.views.time_axis(pane)
    upright = pane.views.pitch_axis(pane)
    time = window.time or (spans.whole(across) if across is not None else (0.0, 1.0))
    pitch = None
    if known[1] is not None and upright is not None:
        pitch = window.pitch or spans.whole(upright)
    tall = max((plot for plot in plots), key=lambda plot: plot.rect.height)
    return Need(time, pitch, round(widest.rect.width), round(tall.rect.height))
