"""The market of a change: its listing's region, and prices of its own sort alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.changes import advance
from alerts.domain.model import Change, ChangeKind, Condition, Known, Offer, Point, PriceKind, Product, Snapshot
from alerts.domain.rules import Verb, decide
from alerts.market import Markets
from alerts.products import Products
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit
from tests.fakes import FakeClock
from tests.worlds import IN, MINUTE, START, change, known, listing, offer, pounds, reading, subscription

DAY = timedelta(days=1)
USED, FROM = {"condition": Condition.USED}, {"price_kind": PriceKind.FROM}
GOODS = Product(
    sku="pi5", name="Raspberry Pi 5",
    listings=(listing("Acme", region="GB"), listing("Bolt", region="EU"), listing("Coil")),
)  # fmt: skip


def point_from(found: Offer, days: int, state: Known | None = None) -> Point:
    """The point that a look adds, as a scan makes it."""
    step = advance(listing(), state, reading(found, START - days * DAY))
    assert step.point
    return step.point


async def markets(*points: Point) -> Markets:
    store = MemoryStore(FakeClock(START))
    for each in points:
        lock = await store.lock("pi5", ttl=DAY)
        assert lock
        revision = (await store.snapshot("pi5")).revision
        assert await store.commit(Commit(lock, Snapshot(sku="pi5", revision=revision), {"acme": each}))
        await store.unlock(lock)
    return Markets(store=store, products=Products([GOODS]))


@pytest.mark.parametrize(("vendor", "region"), [("acme", "GB"), ("bolt", "EU"), ("coil", None), ("gone", None)])
async def test_the_region_is_that_of_the_changed_listing(vendor: str, region: str | None) -> None:
    market = await (await markets()).of(change(listing=vendor))

    assert market.region == region


@pytest.mark.parametrize(("wanted", "verb"), [("gb", Verb.DELIVER), ("EU", Verb.SUPPRESS)])
async def test_a_wish_for_a_region_is_judged_by_the_listings_own(wanted: str, verb: Verb) -> None:
    market = await (await markets()).of(change())

    assert decide(change(), subscription(regions=[wanted]), market=market).verb is verb


async def test_a_used_or_a_from_price_is_no_low_of_a_new_exact_one_nor_the_other_way_round() -> None:
    asked = await markets(
        point_from(offer(IN, "100"), 20),
        point_from(offer(IN, "40", **USED), 15, known(offer(IN, "100"))),
        point_from(offer(IN, "30", **FROM), 10, known(offer(IN, "40", **USED))),
        point_from(offer(IN, "110"), 4, known(offer(IN, "30", **FROM))),
    )

    async def lows(found: Offer) -> tuple[object, ...]:
        market = await asked.of(Change.model_validate({**change(ChangeKind.PRICE_DROP).model_dump(), "new": found}))
        return market.low_30d, market.low_90d, market.low_ever, market.median_30d

    assert await lows(offer(IN, "90")) == (pounds(100), pounds(100), pounds(100), pounds(100))
    assert await lows(offer(IN, "90", **USED)) == (pounds(40),) * 4
    assert await lows(offer(IN, "90", **FROM)) == (pounds(30),) * 4
    assert await lows(offer(IN, "90", **USED, **FROM)) == (None,) * 4


async def test_a_used_bargain_before_it_does_not_take_a_new_low_away() -> None:
    asked = await markets(
        point_from(offer(IN, "100"), 20), point_from(offer(IN, "40", **USED), 15, known(offer(IN, "100")))
    )
    (drop,) = advance(listing(), known(offer(IN, "100")), reading(offer(IN, "90"), START + MINUTE)).changes
    wish = subscription(kinds=[ChangeKind.PRICE_DROP], new_low=30)

    assert decide(drop, wish, market=await asked.of(drop)).verb is Verb.DELIVER


async def test_what_is_over_a_counter_only_is_marked_and_no_price_to_compare_with() -> None:
    asked = await markets(
        point_from(offer(IN, "100"), 20), point_from(offer(IN, "60", online=False), 10, known(offer(IN, "100")))
    )

    market, counter = await asked.of(change()), await asked.of(change(new=offer(IN, online=False)))

    assert (market.online, market.low_ever) == (None, pounds(100))
    assert counter.online is False


def test_a_point_says_of_what_sort_its_price_is_and_an_old_one_is_of_a_new_thing() -> None:
    found = point_from(offer(IN, "40", **USED, **FROM), 1)
    old = Point.model_validate({"at": START, "vendor": "Acme", "availability": "in_stock", "price": pounds(5)})

    assert (found.price_kind, found.condition, found.online) == (PriceKind.FROM, Condition.USED, None)
    assert (old.price_kind, old.condition, old.online) == (PriceKind.EXACT, Condition.NEW, None)
    assert "kind" not in old.model_dump_json(exclude_defaults=True)  # most points cost what they did
