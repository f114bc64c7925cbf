"""The window. Only modules in here may import dearpygui, and those that decide do not.

`theme` says how everything looks, `settings` what is remembered, `commands` what can be done and
by which key: plain data and pure functions, tested without a display.
"""
