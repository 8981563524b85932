"""A product added by its address is everybody's, its name is each guild's own, and no guild sees another's."""

from __future__ import annotations

import pytest

from alerts.catalogue import Catalogue
from alerts.domain.canonical import canonical
from alerts.domain.errors import BadInput, UnknownProduct
from alerts.domain.model import SKU_PATTERN, Product, Tier
from alerts.domain.quota import NO_QUOTA
from alerts.domain.wishes import Watch
from alerts.store.memory import MemoryStore
from alerts.watches import Watches
from tests.fakes import FakeClock
from tests.worlds import START, listing, product

PI = product("Acme", "Bolt")
URL = "https://shop.test/products/gpu?variant=1"


class World:
    def __init__(self, *configured: Product) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.configured = configured or (PI,)
        self.catalogue = self.another_process()

    def another_process(self) -> Catalogue:
        return Catalogue(self.configured, store=self.store)

    async def added(self, url: str = URL, name: str = "Graphics card") -> Product:
        return await self.catalogue.add(self.catalogue.proposed(canonical(url), name=name, at=START))

    async def watch(self, guild: int, sku: str, name: str | None = None) -> None:
        await self.store.add_watch(Watch(guild=guild, sku=sku, added_by=1, added_at=START, name=name))


async def test_another_process_notices_what_was_added_while_it_ran() -> None:
    world = World()
    other = world.another_process()
    await other.refresh()

    card = await world.added()

    assert other.get(card.sku) is None
    assert await other.load(card.sku) == card
    assert [each.sku for each in other] == ["pi5", card.sku]
    assert len(other) == 2


async def test_a_sku_says_something_and_fits_where_skus_go() -> None:
    world = World()
    card = await world.added(name="RTX™ 5090 “Größe” " + "x" * 90)
    strange = await world.added("https://shop.test/漢字", name="漢字")

    assert card.sku.startswith("rtxtm-5090-groe")
    for each in (card, strange):
        assert Product(sku=each.sku, name="x")
        assert len(each.sku) <= 64, SKU_PATTERN


async def test_the_same_address_however_pasted_is_one_product() -> None:
    world = World()
    card = await world.added()

    assert await world.catalogue.at(canonical("HTTPS://SHOP.test/products/gpu?utm_source=x&variant=1#buy")) == card
    assert await world.catalogue.at(canonical("https://shop.test/products/gpu?variant=2")) is None


async def test_the_address_of_a_configured_listing_is_the_configured_product() -> None:
    variant = Product(sku="v", name="V", listings=(listing("Acme", "v", url="https://acme.test/v", variant="8GB"),))
    world = World(PI, variant)

    assert await world.catalogue.at("https://acme.test/pi5") == PI
    assert await world.catalogue.at("https://acme.test/v") is None, "its address alone names no variant"


async def test_at_a_configured_vendors_host_it_is_read_as_that_vendors() -> None:
    world = World()

    assert (await world.added("https://acme.test/other")).listings[0].vendor == "Acme"
    assert (await world.added("https://www.shop.test/other")).listings[0].vendor == "shop.test"


async def test_a_guild_finds_what_it_added_by_name_shop_and_address() -> None:
    world = World()
    card = await world.added()
    await world.watch(1, card.sku)
    mine = await world.catalogue.of(1)

    for query in ("graphics card", "Graphics card shop.test", card.sku, URL, f"{URL}&gclid=1"):
        assert mine.find(query) == mine.get(card.sku), query
    assert mine.suggest("graph")[0].sku == card.sku
    assert [each.sku for each in mine.suggest("")] == [card.sku, "pi5"]
    assert mine.find("pi5") == PI


@pytest.mark.parametrize("guild", [2, None])
async def test_what_another_guild_added_is_not_there(guild: int | None) -> None:
    world = World()
    card = await world.added()
    await world.watch(1, card.sku)
    theirs = await world.catalogue.of(guild)

    assert theirs.get(card.sku) is None
    assert card.sku not in [each.sku for each in theirs]
    assert theirs.suggest("graphics") == []
    for query in ("graphics card", card.sku, URL):
        with pytest.raises(UnknownProduct) as caught:
            theirs.find(query)
        assert caught.value.near == ()


async def test_a_guilds_own_name_is_its_own() -> None:
    world = World()
    card = await world.added()
    await world.watch(1, card.sku, name="Zephyr")
    await world.watch(2, card.sku)
    await world.watch(1, "pi5", name="Raspi")
    mine, theirs = await world.catalogue.of(1), await world.catalogue.of(2)

    assert mine.find("zephyr").name == "Zephyr"
    assert mine.find("graphics card").name == "Zephyr", "the shop's name finds it still"
    assert mine.find("raspi").sku == "pi5"
    assert mine.find("raspberry pi 5").name == "Raspi"
    assert theirs.find("graphics card").name == "Graphics card"
    with pytest.raises(UnknownProduct):
        theirs.find("zephyr")
    assert world.catalogue.get(card.sku) == card


async def test_two_shops_with_one_name_are_told_apart_by_the_shop() -> None:
    world = World()
    for host in ("one.test", "two.test"):
        await world.watch(1, (await world.added(f"https://{host}/card")).sku)
    mine = await world.catalogue.of(1)

    assert len(mine.suggest("graphics card")) == 2
    assert mine.find("graphics card two.test").listings[0].vendor == "two.test"
    with pytest.raises(UnknownProduct) as caught:
        mine.find("graphics card")
    assert caught.value.near == ("Graphics card", "Graphics card")


async def test_find_and_suggest_without_a_guild_know_the_configured_alone() -> None:
    world = World()
    card = await world.added()

    assert world.catalogue.suggest("graphics") == []
    with pytest.raises(UnknownProduct):
        world.catalogue.find(card.sku)


async def test_an_emptied_store_is_noticed() -> None:
    world = World()
    old = await world.added()
    await world.catalogue.refresh()
    world.store._added.clear()
    world.store._marks.clear()
    assert await world.catalogue.load("unknown") is None

    new = await world.added("https://shop.test/new")

    assert world.catalogue.get(old.sku) is None
    assert world.catalogue.get(new.sku) == new


async def test_a_page_that_nobody_read_expects_no_name_of_its_page() -> None:
    world = World()
    unread = world.catalogue.proposed("https://shop.test/nice-thing", at=START).product()
    read = world.catalogue.proposed("https://shop.test/nice-thing", name="Nice thing, 8 GB", at=START).product()

    assert (unread.name, unread.listings[0].product_name) == ("Nice thing", "")
    assert (read.name, read.listings[0].product_name) == ("Nice thing, 8 GB", "Nice thing, 8 GB")
    assert unread.tier is Tier.WARM


async def test_what_is_no_address_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="address"):
        (await World().catalogue.of(1)).find("https://me:secret@shop.test/")


async def test_what_faces_hold_leads_to_no_added_product_but_by_its_guild() -> None:
    world = World()
    card = await world.added()
    await world.watch(1, card.sku)
    offered = world.catalogue.offered

    assert offered.get(card.sku) is None
    assert await offered.load(card.sku) is None
    assert [each.sku for each in offered] == ["pi5"]
    assert (await offered.of(1)).get(card.sku)
    assert (await offered.of(2)).get(card.sku) is None


async def test_what_a_guild_has_named_is_read_once_in_a_second_but_a_change_made_here_is_there_at_once() -> None:
    world = World()
    held = Catalogue(world.configured, store=world.store, clock=world.clock)
    watches = Watches(store=world.store, products=held, clock=world.clock, quota=NO_QUOTA)
    assert (await held.of(1)).find("pi5").name == PI.name

    await world.watch(1, "pi5", name="Berry")  # by another process
    assert (await held.of(1)).find("pi5").name == PI.name
    await world.clock.advance(1)
    assert (await held.of(1)).find("pi5").name == "Berry"

    await watches.change(1, "pi5", name="Himbeere")
    assert (await held.of(1)).find("pi5").name == "Himbeere"
    assert (await held.of(2)).find("pi5").name == PI.name
    await watches.remove(1, PI)
    assert (await held.of(1)).find("pi5").name == PI.name
