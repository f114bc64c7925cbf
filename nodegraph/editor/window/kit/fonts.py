"""Type: a font item for each face and size, and how wide words are."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.look.faces import TEXT, Face, Text, text_size


class Fonts:
    """The faces of the window. A size is loaded when it is first asked for.

    Widgets take the font that is bound to them or to what they lie in. A `draw_text` takes its size
    from its own setting and its face from a font bound to that very item; without one it has the
    font of the window around it.
    """

    def __init__(self, scale: int = 100) -> None:
        self.scale = scale
        self._registry = dpg.add_font_registry()
        self._made: dict[tuple[Face, int], int] = {}
        self._growing: dict[Face, int] = {}
        for text in vars(TEXT).values():
            self.font(text)  # measured right from the first frame on

    def bind(self) -> None:
        """Make text of panels and menus what widgets have that nothing else is bound to."""
        dpg.bind_font(self.font(TEXT.body))

    def font(self, text: Text, zoom: float = 1.0) -> int:
        """Give the font item of a face at a size in the interface scale, for widgets."""
        return self.at(text.face, max(text_size(text, self.scale, zoom), 1))

    def at(self, face: Face, pixels: int) -> int:
        """Give the font item of a face at a size in pixels."""
        key = face, pixels
        if key not in self._made:
            self._made[key] = int(dpg.add_font(str(face.path), pixels, parent=self._registry))
        return self._made[key]

    def growing(self, face: Face) -> int:
        """Give the font item of a face whose size the canvas changes with its zoom.

        Like all fonts it is never deleted: widgets that are on their way out still have it.
        """
        if face not in self._growing:
            item = dpg.add_font(str(face.path), TEXT.number.size, parent=self._registry)
            self._growing[face] = int(item)
        return self._growing[face]

    def size(self, text: Text, zoom: float = 1.0) -> int:
        """Give the size of type in pixels; 0 where it is too small to draw."""
        return text_size(text, self.scale, zoom)

    def width(self, words: str, text: Text, zoom: float = 1.0) -> float:
        """Measure words in pixels. Works from the first frame on; before that it estimates."""
        size = max(text_size(text, self.scale, zoom), 1)
        measured = dpg.get_text_size(words, font=self.at(text.face, size)) if words else None
        return float(measured[0]) if measured else 0.56 * size * len(words)

    def fitted(self, words: str, text: Text, width: float, zoom: float = 1.0) -> str:
        """Cut words so that they fit a width, with an ellipsis."""
        if self.width(words, text, zoom) <= width:
            return words
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(words[:middle].rstrip() + "…", text, zoom) <= width:
                low = middle
            else:
                high = middle - 1
        return words[:low].rstrip() + "…" if low else ""

    def lines(self, words: str, text: Text, width: float, most: int = 0) -> list[str]:
        """Break words into lines of a width; the last of `most` ends in an ellipsis if cut."""
        lines: list[str] = []
        for paragraph in words.splitlines() or [""]:
            line = ""
            for word in paragraph.split():
                longer = f"{line} {word}" if line else word
                if line and self.width(longer, text) > width:
                    lines.append(line)
                    line = word
                else:
                    line = longer
            lines.append(line)
        if most and len(lines) > most:
            rest = " ".join(lines[most - 1 :])
            lines = [*lines[: most - 1], self.fitted(rest, text, width)]
        return lines
