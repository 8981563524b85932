"""A page is read at once and kept only by who asked, in their guild, in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.additions import Additions
from alerts.catalogue import Catalogue
from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import FailureReason, Tier
from alerts.domain.quota import Quota
from alerts.scan import Scan
from alerts.store.memory import MemoryStore
from alerts.watches import Watches
from tests.fakes import FakeClock, Shops
from tests.worlds import IN, failure, offer, product

URL = "https://shop.test/products/gpu"
OFFER = offer(IN, "899", name="Graphics card\u202e 5090")


class World:
    def __init__(self, **quota: int) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.shops = Shops(self.clock, Acme=offer(IN), **{"shop.test": OFFER})
        self.quota = Quota(**quota)
        self.start()

    def start(self) -> None:
        """As after a restart: only memory is the same."""
        looks = dict.fromkeys(("Acme", "shop.test"), self.shops)
        self.catalogue = Catalogue([product("Acme")], store=self.store)
        self.watches = Watches(store=self.store, products=self.catalogue, clock=self.clock, quota=self.quota)
        self.scan = Scan(looks=looks, store=self.store, clock=self.clock, patience=timedelta(seconds=5))
        self.additions = Additions(
            catalogue=self.catalogue, watches=self.watches, scan=self.scan, looks=looks, store=self.store,
            clock=self.clock,
        )  # fmt: skip


async def test_a_page_is_shown_before_it_is_kept() -> None:
    world = World()

    preview = await world.additions.propose(1, f"{URL}?utm_source=x", by=7)

    assert preview.product.name == "Graphics card 5090"
    assert preview.offer == OFFER
    assert world.shops.looks == 1
    assert await world.watches.list(1) == []
    assert await world.store.added_products(0) == (0, [])


async def test_what_is_kept_is_watched_and_due_at_once_after_a_restart_too() -> None:
    world = World()
    preview = await world.additions.propose(1, URL, by=7, name=" My\ncard ", tier=Tier.HOT)
    world.start()

    kept, is_new = await world.additions.keep(1, preview.id, by=7)

    assert is_new
    assert kept.name == "My card"
    [(watch, found)] = await world.watches.list(1)
    assert (watch.sku, watch.name, watch.tier) == (kept.sku, "My card", Tier.HOT)
    assert found == kept
    assert [due.sku for due in await world.store.due(Tier.HOT, world.clock.now(), limit=9)] == [kept.sku]
    assert (await world.store.added_products(0))[1][0].name == "Graphics card 5090", "shared, so the shop's own name"


@pytest.mark.parametrize(("guild", "by"), [(2, 7), (1, 8), (2, 8)])
async def test_nobody_else_keeps_or_drops_it(guild: int, by: int) -> None:
    world = World()
    preview = await world.additions.propose(1, URL, by=7)

    for act in (world.additions.keep, world.additions.drop):
        with pytest.raises(NotFound, match="expired"):
            await act(guild, preview.id, by=by)
    assert (await world.additions.keep(1, preview.id, by=7))[1]


async def test_it_is_kept_once() -> None:
    world = World()
    preview = await world.additions.propose(1, URL, by=7)
    await world.additions.keep(1, preview.id, by=7)

    with pytest.raises(NotFound, match="expired"):
        await world.additions.keep(1, preview.id, by=7)


async def test_what_waited_too_long_says_so() -> None:
    world = World()
    preview = await world.additions.propose(1, URL, by=7)
    await world.clock.advance(15 * 60)

    with pytest.raises(NotFound, match="expired"):
        await world.additions.keep(1, preview.id, by=7)


async def test_what_was_dropped_is_gone() -> None:
    world = World()
    preview = await world.additions.propose(1, URL, by=7)
    await world.additions.drop(1, preview.id, by=7)

    with pytest.raises(NotFound):
        await world.additions.keep(1, preview.id, by=7)
    assert await world.watches.list(1) == []


async def test_two_guilds_share_one_product_and_one_scan() -> None:
    world = World()
    kept = []
    for guild in (1, 2):
        preview = await world.additions.propose(guild, URL, by=7)
        kept.append((await world.additions.keep(guild, preview.id, by=7))[0])

    assert kept[0] == kept[1]
    assert await world.store.watchers(kept[0].sku) == {1, 2}
    assert await world.store.scheduled() == {kept[0].sku}


async def test_a_known_page_is_looked_at_through_the_door() -> None:
    world = World()
    first = await world.additions.propose(1, URL, by=7)
    kept, _ = await world.additions.keep(1, first.id, by=7)

    await world.additions.propose(2, URL, by=7)

    assert (await world.store.snapshot(kept.sku)).revision == 1


async def test_the_address_of_a_configured_product_is_that_product() -> None:
    world = World(urls=0)
    preview = await world.additions.propose(1, "https://acme.test/pi5", by=7)

    assert preview.product.sku == "pi5"
    assert (await world.additions.keep(1, preview.id, by=7))[0].sku == "pi5"


async def test_what_is_watched_already_needs_no_answer() -> None:
    world = World()
    preview = await world.additions.propose(1, URL, by=7)
    await world.additions.keep(1, preview.id, by=7)

    again = await world.additions.propose(1, URL + "#x", by=7)

    assert again.id == ""
    assert again.product.name == "Graphics card 5090"


@pytest.mark.parametrize("quota", [{"watches": 0}, {"urls": 0}])
async def test_a_full_quota_is_said_before_the_shop_is_asked(quota: dict[str, int]) -> None:
    world = World(**quota)

    with pytest.raises(BadInput, match="0 products"):
        await world.additions.propose(1, URL, by=7)
    assert world.shops.looks == 0


async def test_room_that_was_used_up_meanwhile_is_said_and_the_offer_stays() -> None:
    world = World(watches=1)
    preview = await world.additions.propose(1, URL, by=7)
    await world.watches.add(1, product("Acme"), by=7)

    with pytest.raises(BadInput, match="1 products"):
        await world.additions.keep(1, preview.id, by=7)
    await world.watches.remove(1, product("Acme"))
    assert (await world.additions.keep(1, preview.id, by=7))[1]


@pytest.mark.parametrize("reason", [FailureReason.NOT_FOUND, FailureReason.UNREADABLE, FailureReason.UNREACHABLE])
async def test_what_is_no_product_page_is_refused_in_words(reason: FailureReason) -> None:
    world = World()
    world.shops.vendors["shop.test"] = failure(reason)

    with pytest.raises(BadInput, match="I cannot watch that page"):
        await world.additions.propose(1, URL, by=7)


@pytest.mark.parametrize("reason", [FailureReason.BLOCKED, FailureReason.TIMEOUT])
async def test_a_shop_that_does_not_let_us_read_now_may_be_kept_all_the_same(reason: FailureReason) -> None:
    world = World()
    world.shops.vendors["shop.test"] = failure(reason)

    preview = await world.additions.propose(1, "https://shop.test/nice-thing", by=7)

    assert preview.failure
    assert preview.product.name == "Nice thing"
    assert (await world.additions.keep(1, preview.id, by=7))[1]
