"""What every store promises of products added by their address, of watches, and of what waits for a button."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from alerts.domain.catalogue import UrlProduct, url_product
from alerts.domain.model import Tier
from alerts.domain.wishes import OPERATOR, Watch
from alerts.store.memory import MemoryStore
from alerts.store.ports import Store
from tests.fakes import FakeClock
from tests.waiting import eventually
from tests.worlds import MINUTE, START

NAMED = Watch(guild=1, sku="pi5", added_by=7, added_at=START, name="Our Pi", tier=Tier.HOT, paused=True)


def added(path: str = "pi-5", name: str = "Pi 5") -> UrlProduct:
    return url_product(f"https://shop.test/{path}", name=name, vendor=None, at=START)


async def test_the_first_who_adds_an_address_names_its_product(store: Store) -> None:
    assert await store.add_product(added(name="Pi 5")) == added(name="Pi 5")
    assert await store.add_product(added(name="Something else")) == added(name="Pi 5")

    assert await store.added_products(0) == (1, [added(name="Pi 5")])


async def test_only_what_came_since_is_told(store: Store) -> None:
    products = [added(f"p{number}") for number in range(5)]
    for each in products:
        await store.add_product(each)

    assert await store.added_products(0) == (5, products)
    assert await store.added_products(3) == (5, products[3:])
    assert await store.added_products(5) == (5, [])
    assert await store.added_products(9) == (5, [])


async def test_many_who_add_one_address_at_once_add_one_product(store: Store) -> None:
    kept = await asyncio.gather(*(store.add_product(added(name=f"Name {n}")) for n in range(20)))

    assert len(set(kept)) == 1
    assert (await store.added_products(0))[0] == 1


async def test_a_large_catalogue_comes_whole(store: Store) -> None:
    products = [added(f"p{number}") for number in range(1203)]
    await asyncio.gather(*(store.add_product(each) for each in products))

    count, found = await store.added_products(0)

    assert count == 1203
    assert {each.url for each in found} == {each.url for each in products}


async def test_a_watch_keeps_its_name_tier_and_pause(store: Store) -> None:
    await store.add_watch(NAMED)

    assert await store.watches(1) == [NAMED]
    assert await store.watches_of("pi5") == [NAMED]


async def test_a_watch_is_changed_where_it_is_and_nowhere_else(store: Store) -> None:
    await store.add_watch(NAMED.model_copy(update={"paused": False, "name": None, "tier": None}))

    assert await store.put_watch(NAMED)
    assert not await store.put_watch(NAMED.model_copy(update={"guild": 2}))
    assert not await store.put_watch(NAMED.model_copy(update={"sku": "other"}))
    assert await store.watches(1) == [NAMED]
    assert await store.watches(2) == []
    await store.remove_watch(1, "pi5")
    assert not await store.put_watch(NAMED)
    assert await store.watches(1) == []


async def test_whoever_is_forgotten_leaves_a_changed_watch_as_it_is(store: Store) -> None:
    await store.add_watch(NAMED)
    await store.disown(NAMED.guild, NAMED.added_by)
    # Changed by somebody who had read it before that: the next look finds it all the same.
    await store.forget(NAMED.added_by)
    assert await store.put_watch(NAMED)
    assert await store.traces(NAMED.added_by) == {NAMED.guild}

    await store.disown(NAMED.guild, NAMED.added_by)

    assert await store.watches(NAMED.guild) == [NAMED.model_copy(update={"added_by": OPERATOR})]


async def test_everybodys_watches_of_a_product_come_by_guild(store: Store) -> None:
    for guild in (3, 1, 2):
        await store.add_watch(NAMED.model_copy(update={"guild": guild}))
    await store.add_watch(NAMED.model_copy(update={"sku": "other"}))
    await store.remove_watch(2, "pi5")

    assert [each.guild for each in await store.watches_of("pi5")] == [1, 3]
    assert await store.watches_of("nothing") == []


async def test_what_waits_for_a_button_is_its_guilds_own(store: Store) -> None:
    await store.put_pending(1, "abc", "body", ttl=MINUTE)

    assert await store.pending(1, "abc") == "body"
    assert await store.pending(2, "abc") is None
    assert await store.take_pending(2, "abc") is None
    assert await store.pending(1, "other") is None
    assert await store.pending(1, "abc") == "body"


async def test_what_waits_for_a_button_is_taken_once(store: Store) -> None:
    await store.put_pending(1, "abc", "body", ttl=MINUTE)

    taken = await asyncio.gather(*(store.take_pending(1, "abc") for _ in range(9)))

    assert [each for each in taken if each] == ["body"]
    assert await store.pending(1, "abc") is None


async def test_what_waited_too_long_is_gone(store: Store) -> None:
    await store.put_pending(1, "abc", "body", ttl=timedelta(0, 0, 1000))
    await _pass_a_moment(store)

    assert await store.pending(1, "abc") is None
    assert await store.take_pending(1, "abc") is None


async def _pass_a_moment(store: Store) -> None:
    """Real servers count for themselves."""
    if isinstance(store, MemoryStore):
        assert isinstance(store.clock, FakeClock)
        await store.clock.advance(1)

    async def is_over() -> bool:
        return await store.pending(1, "abc") is None

    await eventually(is_over)
