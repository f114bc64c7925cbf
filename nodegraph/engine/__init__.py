"""The engine: plan a graph, name every result, keep what is dear, run what is missing.

`plan` resolves names, links, types and scopes before anything runs. `keys` gives each result a
name made from what went in. `cache` keeps results and the states of loops. `run` does the work
and tells it as `events`. `segments` runs a recording of any length piece by piece.
"""
