"""The code is formatted, linted and typed as CONTRIBUTING says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.commands import ROOT

CHECKS = {
    "formatted": ["ruff", "format", "--check", "."],
    "linted": ["ruff", "check", "."],
    "typed": ["mypy"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_code_is(name: str):
    words = [sys.executable, "-m", *CHECKS[name]]
    found = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
