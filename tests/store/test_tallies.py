"""What every store promises of the numbers that all processes add to, and of how much waits."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from alerts.store import keys
from alerts.store.memory import MemoryStore
from alerts.store.ports import Store
from alerts.store.promises.tallies import (
    MOST_FIELDS,
    MOST_KEPT,
    MOST_PRODUCTS,
    OTHER,
    Batch,
    Counts,
    Depths,
    Slot,
    Span,
)
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock
from tests.store.test_contract import commit, delivery, locked
from tests.waiting import eventually
from tests.worlds import SECOND, START

NOON = START.replace(minute=0)
DAY = Slot(Span.DAY, NOON.replace(hour=0))
HOUR = Slot(Span.HOUR, NOON)
TODAY = NOON.date()


def batch(name: str, counts: dict[Slot, Counts] | None = None, **more: object) -> Batch:
    return Batch(name, TODAY, counts or {}, **more)  # type: ignore[arg-type]


async def test_numbers_of_several_processes_are_one_sum(store: Store) -> None:
    for name in ("one-1", "two-1", "one-2"):
        await store.add_tallies(batch(name, {DAY: Counts({"looks": 2, name: 1}), HOUR: Counts({"looks": 1})}))

    day, hour, empty = await store.tallies([DAY, HOUR, Slot(Span.DAY, DAY.at, "Acme")])
    assert day == {"looks": 6, "one-1": 1, "two-1": 1, "one-2": 1}
    assert hour == {"looks": 3}
    assert empty == {}
    assert await store.tallies([]) == []


async def test_a_batch_whose_answer_was_lost_is_added_once(store: Store) -> None:
    told = batch("one-1", {DAY: Counts({"looks": 2})}, products={"pi5": 3})
    for _ in range(3):
        await store.add_tallies(told)

    assert await store.tallies([DAY]) == [{"looks": 2}]
    assert await store.most_scanned(TODAY, limit=9) == [("pi5", 3)]


async def test_the_least_and_the_most_are_kept(store: Store) -> None:
    slot = Slot(Span.DAY, DAY.at, "Acme: {x} *")
    for number, (low, high) in enumerate([(30, 40), (10, 20), (50, 90)]):
        await store.add_tallies(batch(f"b{number}", {slot: Counts({"n": 1}, {"min": low}, {"max": high})}))

    assert await store.tallies([slot]) == [{"n": 3, "min": 10, "max": 90}]


async def test_a_slot_holds_so_many_numbers_whatever_is_counted(store: Store) -> None:
    for number in range(5):
        plus = {f"f{number}-{i}": 1 for i in range(200)}
        await store.add_tallies(batch(f"b{number}", {DAY: Counts(plus, {"low": 5}, {f"h{i}": 1 for i in range(9)})}))

    found = (await store.tallies([DAY]))[0]
    assert len(found) <= MOST_FIELDS
    assert sum(n for name, n in found.items() if name.startswith(("f", OTHER))) == 1000
    assert found[OTHER] > 500


async def test_the_products_that_are_scanned_most_are_remembered(store: Store) -> None:
    often = {f"often{n}": 1000 + n for n in range(20)}
    for number in range(10):
        seldom = {f"seldom{number}-{n}": 1 for n in range(200)}
        await store.add_tallies(batch(f"b{number}", products={**often, **seldom}))

    found = await store.most_scanned(TODAY, limit=10 * MOST_PRODUCTS)
    assert len(found) == MOST_PRODUCTS
    assert found[:2] == [("often19", 10_190), ("often18", 10_180)]
    assert {sku for sku, _ in found[:20]} == set(often)
    assert len(await store.most_scanned(TODAY, limit=3)) == 3


async def test_of_a_day_that_is_over_fewer_products_are_kept(store: Store) -> None:
    yesterday = TODAY - timedelta(days=1)
    await store.add_tallies(Batch("b1", yesterday, products={f"p{n}": n + 1 for n in range(300)}))
    await store.add_tallies(batch("b2", products={"pi5": 1}, over=yesterday))
    await store.add_tallies(batch("b3", over=yesterday - timedelta(days=9)))  # a day without any

    found = await store.most_scanned(yesterday, limit=999)
    assert len(found) == MOST_KEPT
    assert found[0] == ("p299", 300)
    assert await store.most_scanned(TODAY, limit=9) == [("pi5", 1)]


async def test_what_is_kept_of_a_day_that_is_over_is_small(server_store: RedisStore) -> None:
    name, redis = keys.tally_products(TODAY), server_store._link.redis
    await server_store.add_tallies(batch("b1", products={f"product-{n}": n + 1 for n in range(MOST_PRODUCTS)}))
    before = await redis.memory_usage(name, samples=0)
    await server_store.add_tallies(Batch("b2", TODAY + timedelta(days=1), over=TODAY))

    assert await redis.memory_usage(name, samples=0) < before / 10
    assert await redis.ttl(name) > 0


async def test_who_was_there_is_counted_once_a_day(store: Store) -> None:
    for number in range(3):
        users = [f"mark{n}" for n in range(200)]
        await store.add_tallies(batch(f"b{number}", guilds=["a", "b"], users=users))

    tomorrow = TODAY + timedelta(days=1)
    (guilds, users), nobody = await store.actives([TODAY, tomorrow])
    assert guilds == 2
    assert 190 <= users <= 210
    assert nobody == (0, 0)


async def test_a_day_has_one_secret_the_first_that_was_offered(server_store: Store) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(hours=1)

    assert await server_store.day_salt(TODAY, "first", until=until) == "first"
    assert await server_store.day_salt(TODAY, "second", until=until) == "first"
    assert await server_store.day_salt(TODAY + timedelta(days=1), "third", until=until) == "third"


async def test_the_secret_of_a_day_that_is_over_is_forgotten(server_store: RedisStore) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    await server_store.day_salt(TODAY, "first", until=soon)

    async def is_gone() -> bool:
        return not await server_store._link.redis.exists(keys.tally_salt(TODAY))

    await eventually(is_gone)


async def test_in_memory_the_secret_is_forgotten_too() -> None:
    clock = FakeClock(START)
    store, until = MemoryStore(clock=clock), START + timedelta(hours=12)
    assert await store.day_salt(TODAY, "first", until=until) == "first"
    await clock.advance(12 * 3600)

    assert await store.day_salt(TODAY, "second", until=until) == "second"


@pytest.mark.parametrize(("slot", "days"), [(DAY, 400), (HOUR, 14)])
async def test_numbers_end_by_themselves(server_store: RedisStore, slot: Slot, days: int) -> None:
    await server_store.add_tallies(batch("b", {slot: Counts({"n": 1})}, products={"pi5": 1}, guilds=["g"], users=["u"]))
    redis = server_store._link.redis

    assert await redis.ttl(keys.tally(slot.span, slot.at)) == pytest.approx(days * 86_400, abs=5)
    for name in (keys.tally_products(TODAY), keys.tally_actives("guilds", TODAY), keys.tally_actives("users", TODAY)):
        assert await redis.ttl(name) == pytest.approx(400 * 86_400, abs=5)
    assert 0 < await redis.ttl(keys.tally_batch("b")) <= 600


async def test_in_memory_they_do_too() -> None:
    clock = FakeClock(START)
    store = MemoryStore(clock=clock)
    await store.add_tallies(batch("b", {DAY: Counts({"n": 1}), HOUR: Counts({"n": 1})}))
    await clock.advance(15 * 86_400)
    assert await store.tallies([DAY, HOUR]) == [{"n": 1}, {}]

    await clock.advance(400 * 86_400)
    assert await store.tallies([DAY, HOUR]) == [{}, {}]


async def test_an_empty_store_has_nothing_waiting(store: Store) -> None:
    assert await store.depths() == Depths()


async def test_what_waits_is_counted_wherever_it_waits(store: Store) -> None:
    lock = await locked(store)
    await store.commit(commit(lock))
    await store.enqueue(delivery(10), delivery(11))

    found = await store.depths()

    assert (found.changes, found.queued, found.held, found.dead) == (1, 2, 0, 0)
    assert [each.target for each in found.front] == ["channel:10", "channel:11"]
    assert found.changes_since
    assert Counter(type(each.since) for each in found.front) == {datetime: 2}
    assert all(abs(each.since - found.front[0].since) < 5 * SECOND for each in found.front)
