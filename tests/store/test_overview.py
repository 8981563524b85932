"""What every store promises of the questions that an overview asks: each in brief, however much there is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.deliveries import Delivery, DeliveryState, delivery_for
from alerts.domain.model import Tier
from alerts.store import keys
from alerts.store.ports import Attempt, Backlog, LastLooks, Outcome, Store, Upcoming
from alerts.store.redis.store import RedisStore
from tests.worlds import MINUTE, START, change, subscription

NOW = timedelta(0)


def delivery(minute: int) -> Delivery:
    at = START + minute * MINUTE
    return delivery_for(change(at=at), subscription(channel=minute + 1), product_name="Pi", now=at)


async def test_an_empty_queue_has_no_oldest(store: Store) -> None:
    assert await store.backlog() == Backlog()


async def test_the_backlog_counts_what_has_not_ended_from_the_first_that_was_queued(store: Store) -> None:
    for minute in range(3):
        await store.enqueue(delivery(minute))
    assert await store.backlog() == Backlog(3, START)
    seat = await store.lead("deliver", "a", ttl=MINUTE)
    claims = await store.open(await store.take(limit=2, wait=NOW))
    assert await store.backlog() == Backlog(3, START)
    await store.begin(seat, [Attempt(each.delivery.id, [each]) for each in claims], START)

    ends = [Outcome(claims[0], DeliveryState.SENT, "1"), Outcome(claims[1], DeliveryState.POSTPONED, "later", START)]
    await store.finish(seat, ends, START)

    assert await store.backlog() == Backlog(2, START + MINUTE)


async def test_each_tier_says_how_many_there_are_how_many_are_due_and_when_the_next_is(store: Store) -> None:
    for minute, sku in enumerate(("a", "b", "c")):
        await store.schedule(sku, Tier.HOT, START + minute * MINUTE)
    await store.schedule("d", Tier.COLD, START + 9 * MINUTE)

    found = await store.upcoming(START + MINUTE)

    assert found[Tier.HOT] == Upcoming(3, 2, START)
    assert found[Tier.COLD] == Upcoming(1, 0, START + 9 * MINUTE)
    assert found[Tier.WARM] == Upcoming()
    assert set(found) == set(Tier)


async def test_a_shop_nobody_looked_at_has_no_last_look(store: Store) -> None:
    assert await store.last_looks(["Acme"]) == {"Acme": LastLooks()}
    assert await store.last_looks([]) == {}


async def test_a_row_of_failures_says_when_it_began_and_why_it_goes_on(store: Store) -> None:
    await store.looked("Acme", START, failed=False)
    await store.looked("Acme", START + MINUTE, failed=True, reason="timeout")
    await store.looked("Acme", START + 2 * MINUTE, failed=True, reason="blocked")

    assert await store.last_looks(["Acme", "Bolt"]) == {
        "Acme": LastLooks(START + 2 * MINUTE, 2, START + MINUTE, "blocked"),
        "Bolt": LastLooks(),
    }


async def test_a_good_look_ends_the_row_and_is_the_last(store: Store) -> None:
    await store.looked("Acme", START, failed=True, reason="timeout")
    await store.looked("Acme", START + MINUTE, failed=False)

    assert await store.last_looks(["Acme"]) == {"Acme": LastLooks(START + MINUTE)}


@pytest.mark.valkey
async def test_a_row_that_an_older_version_began_is_understood(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    redis = server_store._link.redis
    await redis.hset(keys.vendor("Acme"), mapping={"failed": 6, "since": START.isoformat()})

    assert await server_store.last_looks(["Acme"]) == {"Acme": LastLooks(START, 6, START)}


@pytest.mark.valkey
async def test_a_queue_whose_first_delivery_is_forgotten_still_says_how_old_it_is(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    await server_store.enqueue(delivery(0))
    await server_store._link.redis.delete(keys.delivery(delivery(0).id))

    found = await server_store.backlog()

    assert found.count == 1
    assert found.oldest
    assert found.oldest > START - timedelta(days=3650)
