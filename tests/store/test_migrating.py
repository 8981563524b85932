"""Data of older versions are brought up: step by step, wherever it is killed, beside everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from alerts import crash
from alerts.domain.audit import AuditEntry
from alerts.domain.errors import StoreTooNew
from alerts.domain.webhooks import Webhook
from alerts.domain.wishes import OPERATOR, Target, TargetKind, Watch, space_of
from alerts.migrating import Migrating
from alerts.store import keys
from alerts.store.redis.migrating import BETWEEN
from alerts.store.redis.store import RedisStore
from alerts.store.redis.version import OURS, Migration, Version
from tests.fakes import FakeClock
from tests.store.dumps import everything
from tests.worlds import START, subscription

ANNA, BEN, CLEO, DORA = (2**60 + number for number in range(4))


@pytest_asyncio.fixture
async def old(server_store: RedisStore) -> RedisStore:
    """A store as the first schema left it: what people made is there, and nothing says where."""
    store = server_store
    await store.add_watch(Watch(guild=1, sku="pi5", added_by=ANNA, added_at=START))
    await store.add_watch(Watch(guild=1, sku="deck", added_by=OPERATOR, added_at=START))
    await store.add_watch(Watch(guild=space_of(ANNA), sku="pi5", added_by=ANNA, added_at=START))
    await store.put_subscription(subscription("s1", guild=2, added_by=BEN, target=Target(type=TargetKind.DM, id=CLEO)))
    await store.note_audit(AuditEntry(at=START, guild=3, by=DORA, what="alert added"))
    hook = Webhook(
        id="w1", guild=4, shown="hooks.test", place="hooks.test:443", since=START, added_by=BEN, added_at=START
    )
    await store.add_webhook(hook, most=9)
    await _link(store).delete(*(keys.traces(user) for user in (ANNA, BEN, CLEO, DORA)))
    await _as_old(store)
    return store


TRACES = {ANNA: {1}, BEN: {2, 4}, CLEO: {2}, DORA: {3}}


def _link(store: RedisStore) -> Any:
    return store._link.redis


async def _as_old(store: RedisStore) -> None:
    await _link(store).delete(keys.META)
    await _link(store).hset(keys.META, mapping={"schema": 1, "partitions": 1})


async def _opened(store: RedisStore, version: Version = OURS) -> RedisStore:
    """Another process on the same store."""
    return await RedisStore(store._link._address.text, version=version).__aenter__()


async def _meta(store: RedisStore) -> dict[str, str]:
    return dict(await _link(store).hgetall(keys.META))


async def _through(store: RedisStore, now: Any = START) -> None:
    while await store.migrate_some(now):
        pass


async def traces(store: RedisStore) -> dict[int, set[int]]:
    return {user: set(await store.traces(user)) for user in TRACES}


async def test_a_new_store_has_nothing_to_bring_up(server_store: RedisStore) -> None:
    assert await _meta(server_store) == {"schema": "2", "partitions": "1", "migrated": "2"}
    assert not await server_store.migrate_some(START)


async def test_who_left_something_before_traces_were_kept_is_found_afterwards(old: RedisStore) -> None:
    store = await _opened(old)
    assert await _meta(store) == {"schema": "2", "partitions": "1", "migrated": "1"}

    await _through(store)
    await _through(store, START + BETWEEN)

    assert await traces(store) == TRACES
    assert (await _meta(store))["migrated"] == "2"
    assert not await _link(store).exists(keys.MIGRATING)
    await store.__aexit__()


async def test_there_are_passes_until_one_changes_nothing(old: RedisStore) -> None:
    """An older process may write behind a pass's back."""
    store = await _opened(old)
    await _through(store)
    assert (await _meta(store))["migrated"] == "1"
    await _link(store).delete(keys.traces(ANNA))

    assert not await store.migrate_some(START + BETWEEN - timedelta(seconds=1))
    await _through(store, START + BETWEEN)
    assert await traces(store) == TRACES
    assert (await _meta(store))["migrated"] == "1"
    await _through(store, START + 2 * BETWEEN)

    assert (await _meta(store))["migrated"] == "2"
    await store.__aexit__()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("server_store", [pytest.param("valkey", marks=pytest.mark.valkey)], indirect=True)
async def test_killed_before_or_after_any_command_it_goes_on_and_ends_the_same(old: RedisStore) -> None:
    kills, rest = 0, await _rest(old)
    while True:
        for user in TRACES:
            await _link(old).delete(keys.traces(user))
        await _as_old(old)
        store = await _opened(old)
        was_killed = await _until_killed(store, kills)
        kills += was_killed
        await store._link.close()
        after = await _opened(old)
        await _through(after, START + BETWEEN)
        await _through(after, START + 2 * BETWEEN)
        # What a pass has noted for itself may lie there; it says nothing once the pass is over.
        meta = {name: text for name, text in (await _meta(after)).items() if name in DONE}
        found = await traces(after), meta, await _rest(after)
        await after._link.close()
        assert found == (TRACES, DONE, rest), f"killed at place {kills}"
        if not was_killed:
            break
    assert kills > 60


DONE = {"schema": "2", "partitions": "1", "migrated": "2"}


async def _rest(store: RedisStore) -> dict[str, str]:
    """Whatever a migration has no business with."""
    mine = {keys.META, *(keys.traces(user) for user in TRACES)}
    return {name: text for name, text in (await everything(store)).items() if name not in mine}


async def _until_killed(store: RedisStore, at: int) -> bool:
    passed = 0

    def kill(_: str) -> None:
        nonlocal passed
        passed += 1
        if passed > at:
            raise Killed

    crash.arm(kill)
    try:
        await _through(store)
        await _through(store, START + BETWEEN)
    except Killed:
        return True
    finally:
        crash.disarm()
    return False


async def test_one_process_does_it_and_another_takes_over(old: RedisStore) -> None:
    clock, store = FakeClock(), await _opened(old)
    first, second = (Migrating(store=store, clock=clock, name=name) for name in ("one", "two"))

    assert await first.turn()
    assert not await second.turn()
    await first.leave()
    await clock.advance(1)
    while await second.turn():
        pass

    assert await traces(store) == TRACES
    await store.__aexit__()


async def test_an_older_process_that_has_nothing_to_do_takes_no_seat(old: RedisStore) -> None:
    clock, store = FakeClock(), await _opened(old, Version(OURS.shapes, ()))
    newer = await _opened(old)
    idle, busy = (Migrating(store=each, clock=clock, name=str(each)) for each in (store, newer))

    assert not await idle.turn()
    assert await busy.turn()
    await store.__aexit__()
    await newer.__aexit__()


async def test_a_store_of_a_newer_version_is_refused_with_the_cure_and_left_as_it_is(server_store: RedisStore) -> None:
    await _link(server_store).hset(keys.META, "schema", "3")
    before = await _meta(server_store)

    with pytest.raises(StoreTooNew, match=r"schema 3, this one knows 2\): upgrade hardware-sentry"):
        await _opened(server_store)

    assert await _meta(server_store) == before


def _next(to: int, says: str, bring: Callable[[Any, str], Any]) -> Migration:
    return Migration(to, says, ("hs:{g*}:watches",), bring)


async def test_what_is_two_versions_behind_is_brought_up_before_anybody_works(old: RedisStore) -> None:
    order: list[int] = []

    async def third(redis: Any, name: str) -> bool:
        order.append(3)
        return False

    async def fourth(redis: Any, name: str) -> bool:
        order.append(4)
        return False

    later = Version(OURS.shapes, (*OURS.migrations, _next(3, "third", third), _next(4, "fourth", fourth)))
    store = await _opened(old, later)

    assert await traces(store) == TRACES
    assert (await _meta(store))["migrated"] == "3", "the last one goes on beside the work"
    assert set(order) == {3}
    await _through(store)
    assert (await _meta(store))["migrated"] == "4"
    await store.__aexit__()


@pytest.fixture(autouse=True)
def _no_crash_points() -> AsyncIterator[None]:
    yield
    crash.disarm()
