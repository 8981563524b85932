"""Feed and sender killed at every command to a real server: every message arrives, always under the same id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from alerts import crash
from alerts.store.redis import news
from alerts.store.redis.store import RedisStore
from tests.webhooks.world import URL, World
from tests.worlds import change


class Killed(BaseException):
    pass


async def _played(store: RedisStore, kill_at: int | None) -> tuple[World, int]:
    """One change from the stream to its webhook; the process dies at a point of that number, and another goes on."""
    passed = 0

    def tap(_: str) -> None:
        nonlocal passed
        passed += 1
        if passed == kill_at:
            raise Killed

    world = World(store=store)
    await store._link.redis.flushall()
    await store._link._groups()
    await world.hook(URL)
    await world.happens(change())
    crash.arm(tap)
    try:
        await _until_done(world.feed)
        await _until_done(world.sender)
    except Killed:
        pass
    finally:
        crash.disarm()
    feed, sender = world.another("two")
    await _until_done(feed)
    await world.clock.advance(30)
    await _until_done(sender)
    return world, passed


async def _until_done(turn: Callable[[], Awaitable[bool]]) -> None:
    while await turn():
        pass


async def test_a_kill_at_any_point_loses_no_message_and_changes_no_id(
    server_store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "TAKER_IS_DEAD_AFTER", timedelta(0))
    world, points = await _played(server_store, None)
    assert len(world.addresses.ids) == 1
    assert points > 20

    for at in range(1, points + 1):
        world, _ = await _played(server_store, at)
        [webhook] = await world.webhooks.list(1)
        assert 1 <= len(world.addresses.ids) <= 2, at
        assert len(set(world.addresses.ids)) == 1, at
        assert await server_store._link.redis.zcard("hs:{hooks}:due") == 0, at
        assert (await world.webhooks.log(1, webhook.id))[0].status == "200", at
