"""How tests are shared out among processes: ``-n auto``."""

from __future__ import annotations

import pytest

from nodes.dsp.blocks import cores

MOST = 4
"""Processes at most: each of them has threads of its own, and holds some hundred megabytes."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take one process for each core."""
    return min(cores(), MOST)
