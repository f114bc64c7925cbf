"""Thumbnails that are missing are made one after another, whatever the engine's process does."""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.document import Graph
from nodegraph.editor.files.gallery import GalleryCard, figures_first, gallery
from nodegraph.editor.files.thumbnails import Thumbnails
from nodegraph.editor.window.gallery.maker import Maker
from nodegraph.engine.asking import Look, Looked, Unanswered
from nodegraph.engine.worker import Died, Ended, Message, Pictured, Refused
from nodegraph.registry import Registry, discover
from nodegraph.shipped import shipped
from nodegraph.views import Axis, Wave

CARDS = figures_first(gallery(shipped()))
SOUND = Wave("a", np.zeros(4), np.ones(4), Axis("time", "s", 0, 1))


@pytest.fixture(scope="module")
def types() -> Registry:
    return discover()


class Pretender:
    """Answers each run at once, as it is told to."""

    process_id = None

    def __init__(self, faults: Iterable[type] = ()) -> None:
        self.faults = list(faults)
        self.ticket = 0
        self.closed = False
        self.asked: list[tuple[str, ...]] = []
        self.answers: list[Message] = []
        self.kinds: list[str] = []

    def run(self, graph: Graph, *, only: Iterable[str], looks: Iterable[str]) -> int:
        self.ticket += 1
        self.asked.append(tuple(looks))
        return self.ticket

    def ask(self, graph: Graph, ask: Look, *, topic: str) -> int:
        self.ticket += 1
        self.kinds.append(ask.kind)
        refused = Unanswered(self.ticket, "no") if ask.kind == "refused" else None
        self.answers.append(refused or Looked(self.ticket, SOUND))
        return self.ticket

    def poll(self, seconds: float = 0.0) -> list[Message]:
        if self.answers:
            answers, self.answers = self.answers, []
            return answers
        fault = self.faults.pop(0) if self.faults else None
        if fault is Died:
            return [Died(self.ticket, "it fell")]
        if fault is Refused:
            return [Refused(self.ticket, ("no",))]
        slots = [(*look.partition("."),) for look in self.asked[-1]]
        old = Pictured(self.ticket - 1, "other", "", SOUND)
        pictures = [Pictured(self.ticket, name, output, SOUND) for name, _, output in slots]
        return [old, *pictures, Ended(self.ticket, {})]

    def close(self) -> None:
        self.closed = True


def made(maker: Maker, types: Registry, most: float = 20.0) -> list[str]:
    names, end = [], time.monotonic() + most
    while not maker.done and time.monotonic() < end:
        names.append(maker.step(types))
        time.sleep(0.001)
    maker.close()
    return [name for name in names if name]


def test_every_card_gets_its_thumbnail_in_turn(tmp_path: Path, types: Registry):
    thumbnails, worker = Thumbnails(tmp_path), Pretender()
    maker = Maker(thumbnails, CARDS, lambda: worker)  # type: ignore[arg-type, return-value]
    assert made(maker, types) == [card.name for card in CARDS]
    assert thumbnails.missing(CARDS) == []
    assert maker.done
    assert Maker(thumbnails, CARDS).done


def test_a_graph_that_cannot_be_run_costs_its_own_picture(tmp_path: Path, types: Registry):
    worker = Pretender([Died, Refused])
    maker = Maker(Thumbnails(tmp_path), CARDS[:4], lambda: worker)  # type: ignore[arg-type, return-value]
    assert made(maker, types) == [card.name for card in CARDS[2:4]]


@pytest.mark.parametrize("kind", ["loudest", "refused"])
def test_what_is_shown_in_a_way_of_its_own_is_asked_for(tmp_path: Path, types: Registry, kind: str):
    """Where there is no such way, the usual picture serves."""
    card = next(card for card in CARDS if card.name == "loudest_source")
    named = {"thumbnail": {"show": "stems_stft", "kind": kind}}
    card = replace(card, graph=replace(card.graph, layout=named))
    worker = Pretender()
    maker = Maker(Thumbnails(tmp_path), [card], lambda: worker)  # type: ignore[arg-type, return-value]
    assert made(maker, types) == [card.name]
    assert worker.kinds == [kind]


def test_after_a_pause_it_goes_on_where_it_was(tmp_path: Path, types: Registry):
    started: list[Any] = []

    def start() -> Any:
        started.append(Pretender())
        return started[-1]

    maker = Maker(Thumbnails(tmp_path), CARDS[:2], start)
    assert not started
    maker.step(types)
    maker.close()
    assert made(maker, types) == [card.name for card in CARDS[:2]]
    assert len(started) == 2


def test_a_real_run_gives_the_picture_of_a_loop(tmp_path: Path, types: Registry):
    cards: list[GalleryCard] = [card for card in CARDS if card.name == "kernel_additive"]
    assert made(Maker(Thumbnails(tmp_path), cards), types, 120.0) == ["kernel_additive"]
