"""Connections are bounded, and who finds none free waits."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import BlockingConnectionPool

from alerts.store.redis.clients import _AT_ONCE
from alerts.store.redis.store import RedisStore

pytestmark = pytest.mark.valkey


async def test_a_thousand_commands_at_once_share_a_few_connections(addresses: dict[str, str]) -> None:
    async with RedisStore(addresses["valkey"]) as store:
        redis = store._link.redis
        pool = redis.connection_pool
        await asyncio.gather(*(store.note("nothing") for _ in range(1000)))
        opened = sum(each.is_connected for each in [*pool._available_connections, *pool._in_use_connections])

    assert isinstance(pool, BlockingConnectionPool)
    assert pool.max_connections == _AT_ONCE
    assert 0 < opened <= _AT_ONCE
    assert pool.connection_kwargs["socket_timeout"]
