"""What every store promises of webhooks out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.domain.model import ChangeKind
from alerts.domain.webhooks import (
    LOG_LENGTH,
    MOST_GIVEN_UP,
    HookAttempt,
    HookDelivery,
    HookDeliveryState,
    HookState,
    Webhook,
)
from alerts.domain.wishes import OPERATOR, Watch
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit, Store
from alerts.store.promises.webhooks import HookClaim
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock
from tests.store.dumps import naming
from tests.store.test_contract import locked
from tests.worlds import IN, SECOND, START, change, known, offer

NOW = timedelta(0)
LEASE = 25 * SECOND


def hook(identity: str = "a", guild: int = 1, **more: Any) -> Webhook:
    facts = {"id": identity, "guild": guild, "shown": "https://hooks.test/…", "place": "hooks.test:443", "since": START,
             "added_by": 7, "added_at": START}  # fmt: skip
    return Webhook.model_validate({**facts, **more})


def message(
    identity: str = "m1", webhook: str = "a", guild: int = 1, due: datetime = START, **more: Any
) -> HookDelivery:
    facts = {"id": identity, "guild": guild, "webhook": webhook, "type": "change.restocked", "body": "{}",
             "queued_at": START, "due": due}  # fmt: skip
    return HookDelivery.model_validate({**facts, **more})


def attempt(delivery: HookDelivery, number: int = 1) -> HookAttempt:
    return HookAttempt(at=START, delivery=delivery.id, type=delivery.type, attempt=number, status="200", took_ms=number)


async def claims(store: Store, at: datetime = START, limit: int = 9) -> Sequence[HookClaim]:
    return await store.claim_hooks(at, limit=limit, lease=LEASE)


async def changed(store: Store, *kinds: ChangeKind) -> None:
    """Commit changes of the Pi."""
    revision = (await store.snapshot("pi5")).revision
    snapshot = (await store.snapshot("pi5")).model_copy(update={"listings": (known(offer(IN)),), "revision": revision})
    lock = await locked(store)
    assert await store.commit(Commit(lock, snapshot, changes=[change(kind) for kind in kinds]))
    await store.unlock(lock)


# Records


async def test_a_webhook_is_its_guilds_own(store: Store) -> None:
    assert await store.add_webhook(hook(), most=10)
    await store.put_hook_secret(1, "a", "sealed")

    assert await store.webhooks(1) == [hook(revision=1)]
    assert await store.webhook(1, "a") == hook(revision=1)
    assert await store.hook_secret(1, "a") == "sealed"
    assert await store.webhook(2, "a") is None
    assert await store.webhooks(2) == []
    assert await store.hook_secret(2, "a") is None
    assert not await store.remove_webhook(2, "a")
    assert await store.webhook(1, "a")


async def test_a_guild_that_has_enough_gets_no_more_however_many_ask_at_once(store: Store) -> None:
    made = await asyncio.gather(*(store.add_webhook(hook(f"h{number}"), most=3) for number in range(9)))

    assert sum(made) == 3
    assert len(await store.webhooks(1)) == 3
    assert await store.add_webhook(hook("other", guild=2), most=3)


async def test_of_two_who_change_a_webhook_at_once_one_has_to_look_again(store: Store) -> None:
    await store.add_webhook(hook(), most=10)
    read = await store.webhook(1, "a")
    assert read

    assert await store.swap_webhook(read.model_copy(update={"state": HookState.ACTIVE}))
    assert not await store.swap_webhook(read.model_copy(update={"kinds": (ChangeKind.RESTOCKED,)}))

    kept = await store.webhook(1, "a")
    assert kept
    assert kept.is_active
    assert kept.kinds == ()


async def test_a_webhook_that_was_removed_is_not_brought_back_by_who_read_it_before(store: Store) -> None:
    await store.add_webhook(hook(), most=10)
    read = await store.webhook(1, "a")
    assert read
    await store.put_hook_secret(1, "a", "sealed")

    assert await store.remove_webhook(1, "a")

    assert not await store.swap_webhook(read)
    assert await store.webhooks(1) == []
    assert await store.hook_secret(1, "a") is None
    assert not await store.remove_webhook(1, "a")


async def test_whoever_made_a_webhook_can_be_forgotten(store: Store) -> None:
    anna = 2**60 + 5
    await store.add_webhook(hook(added_by=anna), most=10)
    assert await store.traces(anna) == {1}

    await store.disown(1, anna)
    await store.forget(anna)

    assert [each.added_by for each in await store.webhooks(1)] == [OPERATOR]
    assert await naming(store, anna) == []


# News


async def test_without_any_webhook_no_change_is_kept_for_them(server_store: RedisStore) -> None:
    await changed(server_store, ChangeKind.RESTOCKED)

    assert await server_store.take_hook_news("one", limit=9, wait=NOW) == []
    news = await server_store.take_news("one", limit=9, wait=NOW)
    await server_store.news_done([each.ticket for each in news])

    assert await server_store._link.redis.xlen("hs:{p0}:changes") == 0


async def test_fan_out_and_webhooks_each_get_every_change_and_then_it_is_gone(store: Store) -> None:
    await store.add_webhook(hook(), most=10)
    await changed(store, ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP)

    mine = await store.take_hook_news("one", limit=9, wait=NOW)
    others = await store.take_news("one", limit=9, wait=NOW)
    assert [each.change for each in mine] == [each.change for each in others]
    assert len(mine) == 2

    await store.news_done([each.ticket for each in others])
    await store.hook_news_done([mine[0].ticket])
    await store.hook_news_done([mine[0].ticket, mine[1].ticket])

    assert await store.take_hook_news("one", limit=9, wait=NOW) == []
    if isinstance(store, RedisStore):
        assert await store._link.redis.xlen("hs:{p0}:changes") == 0


@pytest.mark.parametrize("is_fanout_first", [True, False])
async def test_whoever_is_done_first_takes_nothing_from_the_other(store: Store, is_fanout_first: bool) -> None:
    await store.add_webhook(hook(), most=10)
    await changed(store, ChangeKind.RESTOCKED)
    if is_fanout_first:
        await store.news_done([each.ticket for each in await store.take_news("one", limit=9, wait=NOW)])
        left = await store.take_hook_news("one", limit=9, wait=NOW)
    else:
        await store.hook_news_done([each.ticket for each in await store.take_hook_news("one", limit=9, wait=NOW)])
        left = await store.take_news("one", limit=9, wait=NOW)

    assert [each.change.kind for each in left] == [ChangeKind.RESTOCKED]


async def test_only_guilds_that_watch_it_and_have_a_webhook_are_looked_at(store: Store) -> None:
    for guild in (1, 2):
        await store.add_watch(Watch(guild=guild, sku="pi5", added_by=7, added_at=START))
    for guild in (2, 3):
        await store.add_webhook(hook(guild=guild), most=10)

    assert await store.hook_guilds("pi5") == {2}
    assert await store.hook_guilds("nothing") == frozenset()


# Messages


async def test_a_message_is_queued_once_also_after_it_arrived(store: Store) -> None:
    assert await store.enqueue_hook(message())
    assert not await store.enqueue_hook(message())
    [claim] = await claims(store)
    await store.finish_hook(message(state=HookDeliveryState.DONE), attempt(message()), START)
    await store.free_hook(claim)

    assert not await store.enqueue_hook(message())
    assert await claims(store, START + timedelta(days=1)) == []


async def test_of_a_webhook_one_message_is_under_way_and_the_oldest_goes_first(store: Store) -> None:
    for number in range(3):
        await store.enqueue_hook(message(f"m{number}", due=START + number * SECOND))
    await store.enqueue_hook(message("n", webhook="b"))
    at = START + 10 * SECOND

    first = await claims(store, at)

    assert sorted(each.delivery.id for each in first) == ["m0", "n"]
    assert await claims(store, at) == []
    await store.enqueue_hook(message("m3", due=at))
    assert await claims(store, at) == []


async def test_what_a_killed_sender_held_comes_back_when_its_lease_is_over(store: Store) -> None:
    await store.enqueue_hook(message())
    [lost] = await claims(store)

    assert await claims(store, START + LEASE - SECOND) == []
    [again] = await claims(store, START + LEASE)

    assert again.delivery == lost.delivery
    await store.free_hook(lost)  # too late: somebody else has it
    assert await claims(store, START + LEASE + SECOND) == []


async def test_a_message_that_waits_for_its_next_attempt_lets_younger_ones_pass(store: Store) -> None:
    await store.enqueue_hook(message("old"))
    [claim] = await claims(store)
    waits = message("old", attempts=1, due=START + timedelta(hours=5), status="500")
    await store.finish_hook(waits, attempt(waits), START)
    await store.free_hook(claim)
    await store.enqueue_hook(message("young", due=START + SECOND))

    [young] = await claims(store, START + SECOND)
    await store.finish_hook(message("young", state=HookDeliveryState.DONE), None, START)
    await store.free_hook(young)

    assert await claims(store, START + timedelta(hours=4)) == []
    assert [each.delivery for each in await claims(store, START + timedelta(hours=5))] == [waits]


async def test_a_webhook_that_asked_for_rest_is_left_alone_with_all_its_messages(store: Store) -> None:
    await store.enqueue_hook(message("m1"))
    await store.enqueue_hook(message("m2"))
    [claim] = await claims(store)
    await store.free_hook(claim, not_before=START + 60 * SECOND)
    await store.enqueue_hook(message("m3", due=START + SECOND))

    assert await claims(store, START + 59 * SECOND) == []
    assert len(await claims(store, START + 60 * SECOND)) == 1


async def test_what_was_given_up_can_be_sent_again_under_its_id(store: Store) -> None:
    await store.enqueue_hook(message())
    [claim] = await claims(store)
    gone = message(state=HookDeliveryState.GIVEN_UP, attempts=8, status="500")
    await store.finish_hook(gone, attempt(gone, 8), START)
    await store.free_hook(claim)
    assert await store.given_up_hooks(1, "a") == [gone]
    assert await store.given_up_hooks(2, "a") == []

    fresh = message(due=START + SECOND)
    assert await store.redrive_hook(fresh)
    assert not await store.redrive_hook(fresh)

    assert await store.given_up_hooks(1, "a") == []
    assert [each.delivery for each in await claims(store, START + SECOND)] == [fresh]


async def test_of_what_was_given_up_the_newest_are_kept(store: Store) -> None:
    for number in range(MOST_GIVEN_UP + 2):
        gone = message(f"m{number:04}", state=HookDeliveryState.GIVEN_UP)
        await store.enqueue_hook(message(f"m{number:04}"))
        await store.finish_hook(gone, None, START + number * SECOND)

    kept = await store.given_up_hooks(1, "a")

    assert len(kept) == MOST_GIVEN_UP
    assert kept[0].id == "m0002"


async def test_a_log_holds_the_last_attempts_newest_first_and_each_once(store: Store) -> None:
    await store.enqueue_hook(message())
    for number in range(1, LOG_LENGTH + 6):
        waits = message(attempts=number)
        await store.finish_hook(waits, attempt(waits, number), START)

    log = await store.hook_log(1, "a")

    assert len(log) == LOG_LENGTH
    assert [each.attempt for each in log[:2]] == [LOG_LENGTH + 5, LOG_LENGTH + 4]
    assert await store.hook_log(2, "a") == []


async def test_nothing_of_a_dropped_queue_is_left(store: Store) -> None:
    for number in range(3):
        await store.enqueue_hook(message(f"m{number}"))
    await store.enqueue_hook(message("theirs", webhook="b"))
    [claim] = await claims(store, limit=1)
    await store.drop_hook_queue(1, "a")

    waits = message(claim.delivery.id, webhook=claim.delivery.webhook, attempts=1)
    await store.finish_hook(waits, attempt(waits), START)
    await store.free_hook(claim)

    if claim.delivery.webhook == "a":
        assert await store.hook_log(1, "a") == []
    found = await claims(store, START + timedelta(hours=1))
    assert {each.delivery.webhook for each in found} == {"b"}


async def test_two_senders_never_hold_the_same_webhook(store: Store) -> None:
    for number in range(20):
        await store.enqueue_hook(message(f"m{number}", webhook=f"w{number % 5}"))

    found = await asyncio.gather(*(claims(store) for _ in range(4)))

    held = [each.delivery.webhook for some in found for each in some]
    assert sorted(held) == [f"w{number}" for number in range(5)]


async def test_news_of_a_taker_that_died_is_handed_out_again() -> None:
    clock = FakeClock()
    store = MemoryStore(clock=clock)
    await store.add_webhook(hook(), most=10)
    await changed(store, ChangeKind.RESTOCKED)
    assert len(await store.take_hook_news("one", limit=9, wait=NOW)) == 1

    assert await store.take_hook_news("two", limit=9, wait=NOW) == []
    await clock.advance(6)

    assert len(await store.take_hook_news("two", limit=9, wait=NOW)) == 1
