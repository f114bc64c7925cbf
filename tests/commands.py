"""The command line as tests call it: in this process, or as a real one."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodegraph.cli import main

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Lines on standard error."""
        return self.err.splitlines()


def call(*words: object) -> Outcome:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(word) for word in words])
    return Outcome(code, out.getvalue(), err.getvalue())


def process(*words: object, cwd: Path, env: Mapping[str, str] | None = None) -> Outcome:
    """Run a command as a process of its own, without the user's own nodes."""
    done = subprocess.run(
        [sys.executable, "-m", "nodegraph", *map(str, words)],
        cwd=cwd,
        env=surroundings(env),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def surroundings(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment of a process: this one's, no nodes of the user, and what is asked for."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NODEGRAPH_NODES": "",
        **(env or {}),
    }


def save(path: Path, nodes: Mapping[str, Any], **more: Any) -> Path:
    """Write a graph file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"format": 1, "nodes": nodes, **more}), "utf-8")
    return path


def n(kind: str, inputs: Mapping[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    """Write a node."""
    node: dict[str, Any] = {"type": kind, "params": params}
    return {**node, "inputs": inputs} if inputs else node
