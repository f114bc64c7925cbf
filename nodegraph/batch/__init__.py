"""One graph over many recordings.

`tracks` finds the recordings, `child` runs the graph on one after the other in a process of its own,
`crew` keeps such processes at work, `store` is the folder where all ends up, `marks` says what a
track scored in the format of museval, `tables` and `page` sum it up, and `pairs` compares two.

A track is finished when its JSON lies in the folder, and not before. Each such file is moved there
whole, after the track's sound files: so whatever is killed at whatever moment, what is finished
stays, and all else is done again by ``--resume``. Seeds are those of the graph, the same for every
track, so that no order and no number of processes changes a result.
"""
