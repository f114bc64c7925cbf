"""The hand on the canvas as a pure state machine: mouse events go in, intents come out.

`machine.step` takes one event; `overlay.overlay` says what is drawn beside the document meanwhile.
Nothing here changes anything: whoever calls carries the intents out and hands in the stage that
came of them.
"""
