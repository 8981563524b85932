"""Two versions side by side: what a newer one has written is left to it, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from alerts.domain.errors import StoreTooNew
from alerts.domain.model import ChangeKind
from alerts.domain.trail import Stage, Step
from alerts.domain.webhooks import HookDelivery
from alerts.store import keys
from alerts.store.redis.store import RedisStore
from alerts.store.redis.version import OURS, Version
from tests.store.test_contract import commit, delivery, locked
from tests.worlds import MINUTE, START

NEWER = Version(frozenset({"1", "2"}), OURS.migrations)
NOW = timedelta(0)


@pytest_asyncio.fixture
async def newer(server_store: RedisStore) -> AsyncIterator[RedisStore]:
    """A process of the next version on the same store."""
    async with RedisStore(server_store._link._address.text, version=NEWER) as store:
        yield store


def redis(store: RedisStore) -> Any:
    return store._link.redis


async def written_by_a_newer(store: RedisStore, stream: str) -> str:
    """The last entry again, as a newer version would have written it."""
    [(ticket, fields)] = await redis(store).xrevrange(stream, count=1)
    await redis(store).xdel(stream, ticket)
    found: str = await redis(store).xadd(stream, {**fields, "v": "2"})
    return found


async def test_news_of_a_newer_version_wait_for_it_and_hold_up_no_others(
    server_store: RedisStore, newer: RedisStore
) -> None:
    await server_store.commit(commit(await locked(server_store)))
    parked = await written_by_a_newer(server_store, keys.CHANGES)
    await server_store.commit(commit(await locked(server_store, "deck")))

    mine = await server_store.take_news("old", limit=9, wait=NOW)
    again = await server_store.take_news("old", limit=9, wait=NOW)
    theirs = await newer.take_news("new", limit=9, wait=NOW)

    assert parked not in {each.ticket for each in mine}
    assert len(mine) == 1
    assert again == []
    assert [each.ticket for each in theirs] == [parked], "at once, and not when the old process is taken for dead"


async def test_many_that_wait_hide_nothing_that_a_dead_process_left(
    server_store: RedisStore, newer: RedisStore
) -> None:
    for _ in range(5):
        await redis(server_store).xadd(keys.CHANGES, {"v": "2", "change": "{}"})
    await server_store.commit(commit(await locked(server_store)))
    [mine] = await server_store.take_news("dead", limit=9, wait=NOW)
    await redis(server_store).xclaim(keys.CHANGES, keys.CHANGES_GROUP, "dead", 0, [mine.ticket], idle=6000)

    assert await server_store.take_news("old", limit=2, wait=NOW) == [mine]


async def test_a_delivery_of_a_newer_version_waits_for_the_next_who_sits(
    server_store: RedisStore, newer: RedisStore
) -> None:
    sent = delivery()
    await server_store.enqueue(sent)
    await redis(server_store).hset(keys.delivery(sent.id), "v", "2")
    tickets = await server_store.take(limit=9, wait=NOW)

    assert await server_store.open(tickets) == []
    left = await newer.left(after="", limit=9)
    assert [claim.delivery for claim in await newer.open(left)] == [sent]


async def test_a_product_that_a_newer_version_keeps_is_scanned_by_it_alone(
    server_store: RedisStore, newer: RedisStore
) -> None:
    lock = await locked(newer)
    await newer.commit(commit(lock))
    await newer.unlock(lock)
    await redis(newer).hset(keys.snapshot("pi5"), "v", "2")

    with pytest.raises(StoreTooNew, match="snapshot of pi5 was kept by a newer version"):
        await server_store.hold_scan("pi5", ["Acme"], ttl=MINUTE)
    with pytest.raises(StoreTooNew):
        await server_store.snapshot("pi5")
    with pytest.raises(StoreTooNew):
        await server_store.snapshots(["pi5"])

    hold = await newer.hold_scan("pi5", ["Acme"], ttl=MINUTE)
    assert hold.lock, "the old process has given its lock back"
    assert hold.snapshot.revision == 1


async def test_rows_of_a_newer_version_are_left_out_of_what_is_told(server_store: RedisStore) -> None:
    stage = Stage(at=START, step=Step.SENT, guild=1, sku="pi5", vendor="A", kind=ChangeKind.RESTOCKED, change="c")
    await server_store.note_stages([stage, stage])
    await written_by_a_newer(server_store, keys.trail(1))

    assert await server_store.trail(1, limit=9) == [stage]


async def test_a_message_to_a_webhook_of_a_newer_version_holds_up_no_other(
    server_store: RedisStore, newer: RedisStore
) -> None:
    first, second = (
        HookDelivery(id=name, guild=1, webhook="w", type="t", body="{}", queued_at=START, due=START)
        for name in ("a", "b")
    )
    await server_store.enqueue_hook(first)
    await server_store.enqueue_hook(second)
    await redis(server_store).hset(keys.hook_delivery("a"), "v", "2")

    [claim] = await server_store.claim_hooks(START, limit=9, lease=MINUTE)
    assert claim.delivery == second
    await server_store.free_hook(claim)
    [theirs] = await newer.claim_hooks(START, limit=9, lease=MINUTE)
    assert theirs.delivery == first
