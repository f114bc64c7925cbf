"""How a track is played."""

from __future__ import annotations

import math

import pytest

from nodegraph.player.levels import Level


@pytest.mark.parametrize(
    "numbers", [(math.nan, 0), (math.inf, 0), (1, math.nan), (1, math.inf), (1e9, 0)]
)
def test_a_level_that_is_no_number_is_refused(numbers):
    with pytest.raises(ValueError, match=r"^a level is a gain of at most 1e"):
        Level(*numbers)
