"""A product that leaves the configuration while the program runs, and comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.errors import UnknownProduct
from alerts.reading.looks import Looks
from alerts.store.memory import MemoryStore
from bot.app import Engine, assemble
from bot.notify.apprise_worker import AppriseWorker
from tests.fakes import FakeClock, Shops
from tests.test_reload import DECK, settings
from tests.worlds import offer

WITHOUT = settings("products", [DECK])


def engine() -> Engine:
    clock = FakeClock()
    shops = Shops(clock, Acme=offer(price="100"), Bolt=offer())
    return assemble(settings(), clock=clock, store=MemoryStore(clock), jobs_url="",
                    looks=Looks([], lambda _: shops), worker=AppriseWorker())  # fmt: skip


async def test_faces_find_what_was_added_and_no_longer_what_was_removed() -> None:
    parts = engine()
    offered, own = parts.products.offered, await parts.products.offered.of(7)
    assert own.find("pi5")

    parts.live.swap(WITHOUT)

    for products in (offered, await offered.of(7), await offered.of(None)):
        assert products.find("deck").name == "Steam Deck"
        with pytest.raises(UnknownProduct):
            products.find("pi5")
    assert await parts.products.at("https://bolt.test/deck")
    assert await parts.products.at("https://acme.test/pi5") is None


async def test_its_watches_stay_and_say_that_it_is_gone_and_nobody_looks_at_it() -> None:
    parts = engine()
    product = parts.products.find("pi5")
    await parts.watches.add(7, product, by=1)

    parts.live.swap(WITHOUT)
    await parts.watches.settle()

    assert [(watch.sku, found) for watch, found in await parts.watches.list(7)] == [("pi5", None)]
    assert await parts.store.scheduled() == frozenset()
    assert (await parts.watches.watched(7, "pi5"))[0].sku == "pi5", "so that it can be removed"


async def test_under_the_same_sku_it_goes_on_where_it_ended() -> None:
    parts = engine()
    product = parts.products.find("pi5")
    await parts.watches.add(7, product, by=1)
    await parts.scan(product, max_age=timedelta(0))

    parts.live.swap(WITHOUT)
    await parts.watches.settle()
    parts.live.swap(settings())
    await parts.watches.settle()
    again = await parts.scan(parts.products.find("pi5"), max_age=timedelta(0))

    assert await parts.store.scheduled() == {"pi5"}
    assert again.changes == ()
    assert len(await parts.store.history("pi5", product.listings[0].id, since=None, limit=9)) == 1
