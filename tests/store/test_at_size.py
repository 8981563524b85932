"""A change finds its subscribers by an index, a page at a time, however much else is kept."""

from __future__ import annotations

import pytest

from alerts import crash
from alerts.domain.wishes import Watch
from alerts.store.ports import Store
from tests.worlds import START, subscription

pytestmark = pytest.mark.valkey


async def subscribe(store: Store, sku: str, guilds: range) -> None:
    for guild in guilds:
        await store.add_watch(Watch(guild=guild, sku=sku, added_by=1, added_at=START))
        await store.put_subscription(subscription(guild=guild, sku=sku))


async def asked_for(store: Store, sku: str) -> list[str]:
    """What is asked of the server to find a product's subscribers with all that deciding needs."""
    asked: list[str] = []
    crash.arm(asked.append)
    try:
        found = await store.subscribers(sku)
        await store.watches_of(sku)
        await store.settings_of([each.guild for each in found])
    finally:
        crash.disarm()
    return [name for name in asked if not name.endswith(".done")]


async def test_finding_subscribers_costs_the_same_however_many_others_there_are(server_store: Store) -> None:
    await subscribe(server_store, "pi5", range(1, 11))
    alone = await asked_for(server_store, "pi5")
    for number in range(20):
        await subscribe(server_store, f"other-{number}", range(100 + 10 * number, 110 + 10 * number))

    assert await asked_for(server_store, "pi5") == alone
    assert len(alone) == 5
    assert not any(word in name for name in alone for word in ("SCAN", "KEYS"))


async def test_many_subscribers_are_asked_for_a_page_at_a_time(server_store: Store) -> None:
    await subscribe(server_store, "pi5", range(1, 1102))

    asked = await asked_for(server_store, "pi5")

    assert len(await server_store.subscribers("pi5")) == len(await server_store.watches_of("pi5")) == 1101
    assert asked == [
        "redis.SMEMBERS", *["redis.pipeline(HGET)"] * 3,
        "redis.SMEMBERS", *["redis.pipeline(HGET)"] * 3,
        *["redis.pipeline(HGETALL)"] * 3,
    ]  # fmt: skip
