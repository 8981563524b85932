"""Many calls at once: fewer round trips, and each asker gets its own answer, or its own error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from alerts.domain.errors import StoreError
from alerts.store import keys
from alerts.store.ports import Store
from alerts.store.redis.batching import Batches, Call
from tests.store.test_contract import commit
from tests.worlds import MINUTE


class Server:
    """Answers when it is let, and remembers what came together."""

    def __init__(self) -> None:
        self.trips, self.gate = list[list[str]](), asyncio.Event()
        self.batches = Batches(self.one, self.many)

    async def one(self, call: Call) -> Any:
        return (await self.many([call]))[0]

    async def many(self, calls: Sequence[Call]) -> Sequence[Any]:
        self.trips.append([name for name, _, _ in calls])
        await self.gate.wait()
        if any(name == "fatal" for name, _, _ in calls):
            raise StoreError("away")
        return [StoreError(name) if name == "bad" else name for name, _, _ in calls]

    def ask(self, *names: str) -> list[asyncio.Task[Any]]:
        return [asyncio.create_task(self.batches((name, (), ()))) for name in names]


async def settle() -> None:
    for _ in range(9):
        await asyncio.sleep(0)


async def test_a_call_alone_goes_by_itself_and_the_others_behind_it_together() -> None:
    server = Server()
    asked = server.ask("a", "b", "c")
    await settle()
    asked += server.ask("d")
    server.gate.set()

    assert await asyncio.gather(*asked) == ["a", "b", "c", "d"]
    assert server.trips == [["a"], ["b", "c", "d"]]


async def test_the_error_of_one_is_nobody_elses() -> None:
    server = Server()
    server.gate.set()

    found = await asyncio.gather(*server.ask("a", "bad", "c"), return_exceptions=True)

    assert [str(each) for each in found] == ["a", "bad", "c"]
    assert isinstance(found[1], StoreError)


async def test_a_batch_that_was_lost_is_lost_for_all_in_it_and_for_no_others() -> None:
    server = Server()
    asked = server.ask("a", "fatal", "c")
    await settle()
    server.gate.set()
    found = await asyncio.gather(*asked, return_exceptions=True)

    assert [isinstance(each, StoreError) for each in found] == [False, True, True]
    assert await server.ask("d")[0] == "d"


async def test_who_leaves_before_it_is_sent_takes_the_call_along_and_who_leaves_later_holds_up_nobody() -> None:
    server = Server()
    first, left, other = server.ask("a", "b", "c")
    await settle()
    left.cancel()
    first.cancel()
    await settle()
    server.gate.set()

    assert await other == "c"
    assert server.trips == [["a"], ["c"]]


async def test_many_scans_at_once_are_kept_each_by_itself(server_store: Store) -> None:
    skus = [f"board-{number}" for number in range(40)]
    holds = await asyncio.gather(*(server_store.hold_scan(sku, ["Acme"], ttl=MINUTE) for sku in skus))
    locks = [hold.lock for hold in holds if hold.lock]
    kept = await asyncio.gather(*(server_store.commit(commit(lock, revision=at % 2)) for at, lock in enumerate(locks)))

    assert [lock.sku for lock in locks] == skus
    assert kept == [at % 2 == 0 for at in range(40)]
    assert [(await server_store.snapshot(sku)).revision for sku in skus] == [1 - at % 2 for at in range(40)]


async def test_a_server_that_forgot_the_scripts_is_told_them_again(server_store: Store) -> None:
    link = server_store._link  # type: ignore[attr-defined]
    await link.redis.script_flush()

    found = await asyncio.gather(
        *(server_store.hold_scan(f"board-{number}", [], ttl=timedelta(seconds=9)) for number in range(5))
    )

    assert all(hold.lock for hold in found)


async def test_calls_across_slots_are_refused_before_they_are_sent(server_store: Store) -> None:
    link = server_store._link  # type: ignore[attr-defined]

    with pytest.raises(StoreError, match="several slots"):
        await link.run_soon("hold_scan", [keys.lock("pi5"), keys.lead("deliver")], ["me", 1])
