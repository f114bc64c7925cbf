"""The bundled nodes: thin declarations, a file per family, in the order one would wire them.

source -> mix -> transform -> position, kernel, factor -> mask -> transform -> measure -> output
"""
