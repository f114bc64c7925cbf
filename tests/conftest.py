"""How tests are shared out among processes, ``-n auto``, and that examples may take their time."""

from __future__ import annotations

import pytest
from hypothesis import settings

from nodes.dsp.blocks import cores

MOST = 4
"""Processes at most: each of them has threads of its own, and holds some hundred megabytes."""

# With others at work beside it, any example may be late.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take one process for each core."""
    return min(cores(), MOST)
