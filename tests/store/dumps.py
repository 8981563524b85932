"""Everything that a store holds, as text: what must not be kept must not be found in it."""

from __future__ import annotations

import re
from typing import Any

from alerts.store.memory import MemoryStore
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore


async def everything(store: Store) -> dict[str, str]:
    """By key, or by the name of the dictionary."""
    if isinstance(store, MemoryStore):
        return {name: repr(value) for name, value in vars(store).items()}
    return {name: repr(value) for name, value in (await values(store)).items()}


async def values(store: Store) -> dict[str, Any]:
    """By key, as redis-py answers them."""
    assert isinstance(store, RedisStore)
    redis = store._link.redis
    return {name: await _value(redis, name) async for name in redis.scan_iter("*")}


async def naming(store: Store, number: int) -> list[str]:
    """The keys in whose name or value this number stands, also a negative one or in a word."""
    found = re.compile(rf"(?<!\d){number}(?!\d)")
    return sorted(name for name, text in (await everything(store)).items() if found.search(name) or found.search(text))


async def _value(redis: Any, name: str) -> object:
    kind = await redis.type(name)
    match kind:
        case "string" if name.startswith(("hs:{stats}:guilds:", "hs:{stats}:users:")):
            return await redis.pfcount(name)  # a HyperLogLog is no text
        case "string":
            return await redis.get(name)
        case "hash":
            return await redis.hgetall(name)
        case "list":
            return await redis.lrange(name, 0, -1)
        case "set":
            return await redis.smembers(name)
        case "zset":
            return await redis.zrange(name, 0, -1, withscores=True)
        case "stream":
            waiting = await redis.xinfo_groups(name)
            return await redis.xrange(name), waiting
    raise AssertionError(f"{name} is a {kind}: say here how to read it")
