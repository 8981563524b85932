"""A change of the secret key killed at every command to a real server: all opens, and the next run ends it."""

from __future__ import annotations

from alerts import crash
from alerts.addresses import Addresses
from alerts.domain.wishes import Target
from alerts.resealing import Resealing
from alerts.store.redis.store import RedisStore
from alerts.store.seal import KeyRing
from alerts.webhooks.vault import Opened, Vault, new_secret
from tests.canary.collecting import MARK
from tests.test_resealing import API, HOOK, KEYS

OLD, NEW = KEYS[0], KEYS[1]


class Killed(BaseException):
    pass


async def _killed(store: RedisStore, kill_at: int | None) -> tuple[Target, int]:
    """Two addresses and a webhook's secrets under the old key, and a run that dies at a point of that number."""
    await store._link.redis.flushall()
    target = await addresses(store, OLD).add(1, HOOK)
    await addresses(store, OLD).add(2, HOOK)
    await vault(store, OLD).put(1, "hook", Opened(f"https://example.com/{MARK}-path", new_secret()))
    passed = 0

    def tap(_: str) -> None:
        nonlocal passed
        passed += 1
        if passed == kill_at:
            raise Killed

    crash.arm(tap)
    try:
        await Resealing(store=store, keys=KeyRing(f"{NEW},{OLD}"))(is_dry=False)
    except Killed:
        pass
    finally:
        crash.disarm()
    return target, passed


def addresses(store: RedisStore, keys: str) -> Addresses:
    return Addresses(store=store, seal=KeyRing(keys), api_base=API)


def vault(store: RedisStore, keys: str) -> Vault:
    return Vault(store=store, seal=KeyRing(keys))


async def test_a_kill_at_any_point_loses_no_secret(server_store: RedisStore) -> None:
    _, points = await _killed(server_store, None)
    assert points >= 12

    for at in range(1, points + 1):
        target, _ = await _killed(server_store, at)
        dry = await Resealing(store=server_store, keys=KeyRing(f"{NEW},{OLD}"))(is_dry=True)
        assert (dry.current + dry.older, dry.lost) == (3, []), at

        await Resealing(store=server_store, keys=KeyRing(f"{NEW},{OLD}"))(is_dry=False)
        assert [await addresses(server_store, NEW).of(guild, target) for guild in (1, 2)] == [HOOK, HOOK], at
        assert await vault(server_store, NEW).of(1, "hook"), at
