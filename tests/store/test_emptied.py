"""A server that somebody empties while we run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.deliveries import delivery_for
from alerts.domain.errors import StoreError
from alerts.store.redis.store import RedisStore
from tests.worlds import START, change, subscription

NOW = timedelta(0)


async def test_what_comes_after_a_server_was_emptied_is_told(server_store: RedisStore) -> None:
    await server_store._link.redis.flushall()
    delivery = delivery_for(change(), subscription(), product_name="Pi", now=START)
    with pytest.raises(StoreError, match="NOGROUP"):
        await server_store.take_news("one", limit=9, wait=NOW)

    await server_store.enqueue(delivery)

    assert [ticket.id for ticket in await server_store.take(limit=9, wait=NOW)] == [delivery.id]
