"""What every file of the window suite stands on: a display of its own, and pictures of failures."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.window.harness import Program
from tests.window.screen import Display, missing

HERE = Path(__file__).parent
SIZE = (1280, 800)
"""Of the display; a file of tests may have a `SIZE` of its own."""

Start = Callable[..., Program]
"""Start a program: as `Program` is made, with `home` a new folder where none is given."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, before marks are chosen from."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("window")
            item.add_marker("alone")


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    """Skip where there is nothing to open a window with; where all must be tested, fail."""
    lack = missing()
    if lack and (os.environ.get("CI") or os.environ.get("NODEGRAPH_CI")):
        pytest.fail(lack, pytrace=False)
    if lack:
        pytest.skip(lack)


@pytest.fixture(scope="module")
def display(request: pytest.FixtureRequest) -> Iterator[Display]:
    """Give the display of a file of tests."""
    with Display(*getattr(request.module, "SIZE", SIZE)) as made:
        yield made


@pytest.fixture(scope="module")
def start(display: Display, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start programs that stay until the end of the file."""
    with _starting(display, tmp_path_factory) as begin:
        yield begin


@pytest.fixture
def program(display: Display, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start programs that end with the test."""
    with _starting(display, tmp_path_factory) as begin:
        yield begin


@pytest.fixture(scope="module")
def desk(start: Start) -> Program:
    """Give one program for all tests of a file that begin with an empty graph: a start is dear."""
    return start()


@contextmanager
def _starting(display: Display, folders: pytest.TempPathFactory) -> Iterator[Start]:
    with ExitStack() as ends:

        def begin(*words: object, home: Path | None = None, **more: Any) -> Program:
            made = Program(display, home or folders.mktemp("home"), *words, **more)
            ends.callback(_end, made)
            return made

        yield begin


def _end(program: Program) -> None:
    """End a program in whose frames nothing failed: a fault costs what it should have drawn."""
    program.end()
    assert "a fault in the window" not in program.said(), program.said()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Save what was on the display when a test failed."""
    report = yield
    shown = getattr(item, "funcargs", {}).get("display")
    if report.failed and isinstance(shown, Display):
        name = re.sub(r"\W+", "_", f"{item.path.stem} {item.name} {call.when}")
        report.sections.append(("display", str(shown.screenshot(name))))
    return report
