"""What every store promises of how often products were asked for."""

from __future__ import annotations

import pytest

from alerts.store import keys
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore

HOUR = 498_000


async def test_what_processes_count_is_added_up_and_the_most_asked_comes_first(store: Store) -> None:
    await store.count_asks(HOUR, {"pi5": 2, "deck": 1})
    await store.count_asks(HOUR, {"jetson": 9, "deck": 4})

    assert list((await store.most_asked(HOUR, limit=2)).items()) == [("jetson", 9), ("deck", 5)]


async def test_each_hour_is_counted_on_its_own(store: Store) -> None:
    await store.count_asks(HOUR, {"pi5": 2})
    await store.count_asks(HOUR + 1, {})

    assert await store.most_asked(HOUR + 1, limit=9) == {}
    assert await store.most_asked(HOUR, limit=9) == {"pi5": 2}


@pytest.mark.valkey
async def test_no_count_is_kept_for_ever(server_store: RedisStore) -> None:
    await server_store.count_asks(HOUR, {"pi5": 2})

    assert 2 * 3600 < await server_store._link.redis.ttl(keys.asks(HOUR)) <= 3 * 3600
