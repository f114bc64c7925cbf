"""How the canvas glides from one view to another."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nodegraph.editor.canvas.view import View
from nodegraph.editor.look.measures import MOTION


@dataclass(frozen=True, slots=True)
class Glide:
    """A way from one view to another; the point that both keep in place stays all the while."""

    start: View
    end: View
    began: float

    def at(self, now: float) -> View:
        """Give the view at a time; from the end on it is the end itself."""
        share = min(max((now - self.began) / MOTION.zoom, 0.0), 1.0)
        if share >= 1.0:
            return self.end
        eased = 1 - (1 - share) ** 3
        zoom = self.start.zoom * (self.end.zoom / self.start.zoom) ** eased
        # Where a point stays in place, the pan is a straight function of one over the zoom.
        ends = 1 / self.start.zoom, 1 / self.end.zoom
        part = (
            (1 / zoom - ends[0]) / (ends[1] - ends[0]) if abs(ends[1] - ends[0]) > 1e-9 else eased
        )
        (x, y), (to_x, to_y) = self.start.pan, self.end.pan
        return replace(self.end, zoom=zoom, pan=(x + (to_x - x) * part, y + (to_y - y) * part))

    def over(self, now: float) -> bool:
        """Whether the end is reached."""
        return now - self.began >= MOTION.zoom
