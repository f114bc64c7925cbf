"""Colours, signs, type and measures; the fonts with their licences."""
