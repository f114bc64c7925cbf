"""Signal processing as pure functions on arrays; imports numpy and scipy and nothing of ours.

Axes count from the right: time -1, frequency -2, channel -3, source -4; samples -1, channel -2.
Write ``import scipy`` and ``scipy.fft.rfft(...)``: scipy loads its parts on first use, so that a
program that only reads graphs never waits for them.

Work that can last takes ``tick``, called with the fraction done; it may raise to stop the work.
"""
