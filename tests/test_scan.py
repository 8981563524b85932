"""The one door: fresh or from memory, one flight at a time, nothing lost and nothing eaten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from alerts.domain.model import ChangeKind
from alerts.scan import Scan, Source
from alerts.store.memory import MemoryStore
from alerts.store.ports import ScanHold
from tests.fakes import FakeClock, Shops
from tests.worlds import IN, MINUTE, OUT, failure, offer, product

NOW = timedelta(0)
PRODUCT = product("Acme", "Bolt")


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.shops = Shops(self.clock, Acme=offer(OUT, "100"), Bolt=offer(IN, "110"))
        self.scan = self.another()

    def another(self) -> Scan:
        """The same program in another process."""
        looks = {"Acme": self.shops, "Bolt": self.shops}
        return Scan(looks=looks, store=self.store, clock=self.clock, patience=MINUTE)

    async def news(self) -> list[ChangeKind]:
        taken = await self.store.take_news("test", limit=99, wait=NOW)
        return [each.change.kind for each in taken]


@pytest.fixture
def world() -> World:
    return World()


async def test_every_vendor_is_in_the_answer(world: World) -> None:
    answer = await world.scan(PRODUCT, max_age=NOW)

    assert answer.source is Source.FRESH
    assert [k.offer for k in answer.snapshot.listings] == [offer(OUT, "100"), offer(IN, "110")]
    assert answer.snapshot.best
    assert answer.snapshot.best.vendor == "Bolt"


async def test_a_young_answer_comes_from_memory(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    await world.clock.advance(59)

    answer = await world.scan(PRODUCT, max_age=MINUTE)

    assert answer.source is Source.CACHED
    assert world.shops.looks == 2


async def test_an_old_answer_is_read_anew(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    await world.clock.advance(60)

    assert (await world.scan(PRODUCT, max_age=MINUTE)).source is Source.FRESH
    assert world.shops.looks == 4


async def test_a_new_vendor_is_not_hidden_by_a_young_answer(world: World) -> None:
    await world.scan(product("Acme"), max_age=NOW)

    answer = await world.scan(PRODUCT, max_age=MINUTE)

    assert [k.vendor for k in answer.snapshot.listings] == ["Acme", "Bolt"]


async def test_a_change_found_by_anybody_is_news(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    world.shops.vendors["Acme"] = offer(IN, "100")

    answer = await world.scan(PRODUCT, max_age=NOW)

    assert [c.kind for c in answer.changes] == [ChangeKind.RESTOCKED]
    assert await world.news() == [ChangeKind.RESTOCKED]


async def test_the_same_look_again_is_no_news(world: World) -> None:
    for _ in range(3):
        await world.scan(PRODUCT, max_age=NOW)

    assert await world.news() == []


async def test_one_failing_shop_does_not_spoil_the_others(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    world.shops.vendors |= {"Acme": failure(), "Bolt": offer(OUT, "110")}

    answer = await world.scan(PRODUCT, max_age=NOW)

    acme, bolt = answer.snapshot.listings
    assert (acme.offer, acme.failure) == (offer(OUT, "100"), failure())
    assert bolt.offer == offer(OUT, "110")
    assert answer.source is Source.FRESH
    assert await world.news() == [ChangeKind.SOLD_OUT]


async def test_when_no_shop_answers_the_last_known_is_marked_stale(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    world.shops.vendors |= {"Acme": failure(), "Bolt": failure()}

    answer = await world.scan(PRODUCT, max_age=NOW)

    assert answer.source is Source.STALE
    assert [k.offer for k in answer.snapshot.listings] == [offer(OUT, "100"), offer(IN, "110")]
    assert await world.news() == []


async def test_askers_at_the_same_time_share_one_look(world: World) -> None:
    answers = await asyncio.gather(*(world.scan(PRODUCT, max_age=NOW) for _ in range(20)))

    assert world.shops.looks == 2
    assert {a.source for a in answers} == {Source.FRESH}


async def test_an_asker_who_leaves_does_not_take_the_scan_along(world: World) -> None:
    world.shops.gate.clear()
    leaves = asyncio.create_task(world.scan(PRODUCT, max_age=NOW))
    stays = asyncio.create_task(world.scan(PRODUCT, max_age=NOW))
    await world.clock.advance(1)
    leaves.cancel()
    world.shops.gate.set()

    assert (await stays).source is Source.FRESH


async def test_another_process_waits_for_the_scan_under_way(world: World) -> None:
    world.shops.gate.clear()
    first = asyncio.create_task(world.scan(PRODUCT, max_age=NOW))
    await world.clock.advance(1)
    second = asyncio.create_task(world.another()(PRODUCT, max_age=NOW))
    await world.clock.advance(1)
    world.shops.gate.set()
    await world.clock.advance(1)

    assert (await first).snapshot == (await second).snapshot
    assert world.shops.looks == 2


async def test_a_slow_scan_keeps_its_lock(world: World) -> None:
    world.shops.gate.clear()
    first = asyncio.create_task(world.scan(PRODUCT, max_age=NOW))
    await world.clock.advance(40)

    assert await world.store.lock(PRODUCT.sku, ttl=MINUTE) is None
    world.shops.gate.set()
    assert (await first).source is Source.FRESH


async def test_a_killed_scanner_blocks_nobody_for_long(world: World) -> None:
    await world.store.lock(PRODUCT.sku, ttl=timedelta(seconds=15))
    asking = asyncio.create_task(world.scan(PRODUCT, max_age=NOW))
    await world.clock.advance(16)

    assert (await asking).source is Source.FRESH


async def test_whoever_waits_in_vain_gets_the_last_known(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    await world.clock.advance(1)
    await world.store.lock(PRODUCT.sku, ttl=timedelta(hours=1))
    asking = asyncio.create_task(world.scan(PRODUCT, max_age=NOW))
    await world.clock.advance(61)

    assert (await asking).source is Source.STALE


async def test_a_look_by_a_clock_that_was_set_back_since_is_none_since_the_slot(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    world.clock._now -= timedelta(hours=1)

    await world.scan.for_slot(PRODUCT, world.clock.now())

    assert world.shops.looks == 4


async def test_a_scheduled_scan_is_done_once_somebody_looked(world: World) -> None:
    slot = world.clock.now()
    await world.clock.advance(5)
    await world.scan(PRODUCT, max_age=NOW)

    await world.scan.for_slot(PRODUCT, slot)
    assert world.shops.looks == 2
    await world.clock.advance(5)
    await world.scan.for_slot(PRODUCT, world.clock.now())
    assert world.shops.looks == 4


async def test_only_a_difference_that_is_held_is_looked_at_afresh(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    world.shops.vendors["Acme"] = offer(IN, "100", confidence=0.5)
    await world.scan(PRODUCT, max_age=NOW)
    assert world.shops.fresh == []

    await world.scan(PRODUCT, max_age=NOW)
    await world.scan(PRODUCT, max_age=NOW)

    assert world.shops.fresh == ["Acme"]
    assert await world.news() == [ChangeKind.RESTOCKED]


async def test_while_a_canary_lies_no_turn_of_that_shop_is_believed_at_once(world: World) -> None:
    canary = product("Acme", sku="always")
    scan = Scan(
        looks={"Acme": world.shops, "Bolt": world.shops}, store=world.store, clock=world.clock, patience=MINUTE,
        canaries={"Acme": [("always", True)]},
    )  # fmt: skip
    for found in (offer(IN, "100"), offer(OUT, "100")):
        world.shops.vendors["Acme"] = found
        await scan(canary, max_age=NOW)
        await scan(PRODUCT, max_age=NOW)

    acme = (await world.store.snapshot(PRODUCT.sku)).listings[0]
    assert acme.held
    assert acme.held.why == "many listings of this shop turned at once"
    assert await world.news() == []


async def test_a_scheduled_scan_that_somebody_has_just_done_gives_the_lock_back(world: World) -> None:
    slot = world.clock.now()
    await world.clock.advance(5)
    await world.scan(PRODUCT, max_age=NOW)

    await world.scan.for_slot(PRODUCT, slot)

    assert await world.store.lock(PRODUCT.sku, ttl=MINUTE)


async def test_a_look_gives_its_lock_back_whatever_came_of_it(world: World) -> None:
    await world.scan(PRODUCT, max_age=NOW)
    world.shops.vendors |= {"Acme": failure(), "Bolt": failure()}
    await world.scan(PRODUCT, max_age=NOW)

    assert await world.store.lock(PRODUCT.sku, ttl=MINUTE)


class RacedStore(MemoryStore):
    """Somebody else is quicker, in the very moment before a lock is taken."""

    quicker: Callable[[], Awaitable[object]] | None = None

    async def hold_scan(self, sku: str, vendors: Sequence[str], *, ttl: timedelta) -> ScanHold:
        if self.quicker:
            quicker, self.quicker = self.quicker, None
            await quicker()
        return await super().hold_scan(sku, vendors, ttl=ttl)


@pytest.mark.parametrize("behind", [NOW, timedelta(hours=1)])
async def test_who_comes_just_too_late_takes_the_others_look_whatever_its_clock_says(behind: timedelta) -> None:
    world, clock = World(), FakeClock()
    other_clock = FakeClock(clock.now() - behind)
    store = RacedStore(clock=clock)
    looks = {"Acme": world.shops, "Bolt": world.shops}
    late, other = (Scan(looks=looks, store=store, clock=each, patience=MINUTE) for each in (clock, other_clock))
    store.quicker = lambda: other(PRODUCT, max_age=NOW)

    answer = await late(PRODUCT, max_age=timedelta(seconds=1))

    assert (answer.source, answer.snapshot.revision, world.shops.looks) == (Source.FRESH, 1, 2)


async def test_who_waits_for_a_look_that_failed_is_told_that_the_answer_is_stale(world: World) -> None:
    world.shops.vendors |= {"Acme": failure(), "Bolt": failure()}
    world.shops.gate.clear()
    first = asyncio.create_task(world.scan(PRODUCT, max_age=NOW))
    await world.clock.advance(1)
    second = asyncio.create_task(world.another()(PRODUCT, max_age=NOW))
    await world.clock.advance(1)
    world.shops.gate.set()
    await world.clock.advance(1)

    assert [(await each).source for each in (first, second)] == [Source.STALE, Source.STALE]
