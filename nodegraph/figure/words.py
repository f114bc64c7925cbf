"""What a picture shows, in words for its caption."""

from __future__ import annotations

from nodegraph.views import Blend, Curves, Heatmap, Panels, Picture, Table, Wave


def described(picture: Picture) -> str:
    """Say what is measured; of several things the title they have together; empty where none."""
    if isinstance(picture, Panels):
        return described(picture.pictures[0]) if _alike(picture) else picture.title
    if isinstance(picture, Heatmap):
        if picture.name == "level" and picture.unit == "dB":
            return "level in dB below the largest"
        if picture.name == "neighbour":
            return "the neighbours that count"
        return f"{picture.name} in {picture.unit}" if picture.unit else picture.name
    if isinstance(picture, Blend):
        return "sources by colour, level by brightness"
    if isinstance(picture, Curves):
        return f"{picture.y.name} over {picture.x.name}"
    if isinstance(picture, Wave):
        return "amplitude over time"
    assert isinstance(picture, Table)
    return ""


def _alike(picture: Panels) -> bool:
    kinds = {type(part) for part in picture.pictures}
    return len(kinds) == 1
