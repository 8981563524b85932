"""Answers over a real store: one look for all processes, and what is left while the store is stalled."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.clock import SystemClock
from alerts.scan import Source
from alerts.store.redis.store import RedisStore
from tests.asker import PRODUCT, Shop, answers_over, ask_in_processes
from tests.servers import Node
from tests.store.conftest import bundled
from tests.waiting import eventually

pytestmark = pytest.mark.valkey


class AheadClock(SystemClock):
    """The real time, and as much more as is said."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A Valkey of the test's own, which may be stopped."""
    node = Node(bundled(), tmp_path / "node")
    node.start()
    try:
        yield node
    finally:
        node.kill()


def test_fifty_askers_in_each_of_three_processes_are_one_look(node: Node) -> None:
    said = ask_in_processes(node.url, processes=3, askers=50)

    assert sum(each["looks"] for each in said) == 1  # type: ignore[misc]
    assert [sum(each["sources"].values()) for each in said] == [50] * 3  # type: ignore[attr-defined]
    assert {source for each in said for source in each["sources"]} <= {"fresh", "cached"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("fresh", [False, True])
async def test_a_stalled_store_keeps_nobody_waiting_for_what_was_seen(node: Node, fresh: bool) -> None:
    clock = AheadClock()
    async with RedisStore(node.url) as store:
        shop = Shop(clock)
        answers = answers_over(store, clock, shop)
        seen_at = (await answers(PRODUCT)).snapshot.listings[0].observed_at
        assert node._process
        os.kill(node._process.pid, signal.SIGSTOP)
        try:
            clock.ahead = 1  # past the second in which memory need not be asked
            began = time.monotonic()
            first = await answers(PRODUCT, fresh=fresh)
            took = time.monotonic() - began
            began = time.monotonic()
            others = await asyncio.gather(*(answers(PRODUCT, fresh=fresh) for _ in range(20)))
            took_others = time.monotonic() - began
        finally:
            os.kill(node._process.pid, signal.SIGCONT)

        assert took < 1.5
        assert took_others < 0.2
        for each in (first, *others):
            assert (each.source, each.is_store_away, each.as_of) == (Source.STALE, True, seen_at)
        assert shop.looks == 1

        async def is_back() -> bool:
            return (await answers(PRODUCT)).source is Source.CACHED

        await eventually(is_back)


async def test_a_store_that_is_gone_and_comes_back_with_what_it_kept(node: Node) -> None:
    clock = SystemClock()
    async with RedisStore(node.url) as store:
        answers = answers_over(store, clock, Shop(clock))
        await answers(PRODUCT)
        node.kill()

        async def is_marked() -> bool:
            return (await answers(PRODUCT)).is_store_away

        await eventually(is_marked)
        node.start()

        async def is_back() -> bool:
            return (await answers(PRODUCT)).source is Source.CACHED

        await eventually(is_back)
