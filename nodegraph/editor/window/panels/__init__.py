"""What lies around the canvas: top bar, palette, inspector, tracks, status line."""
