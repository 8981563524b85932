"""`first_sight: tell_now`: what is so already on the day of the wish is told once, by the rules of all news."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.deliveries import delivery_for
from alerts.domain.errors import BadInput, StoreError
from alerts.domain.first_sight import GRACE, PATIENCE, first_sight_of
from alerts.domain.model import Availability, ChangeKind, Known, Offer, Point, Product
from alerts.domain.still import already_true, is_first_sight
from alerts.domain.trail import Step
from alerts.domain.wishes import Subscription, Target
from alerts.fanout import Fanout
from alerts.products import Products
from alerts.scan import Scan
from alerts.store.memory import MemoryStore
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from alerts.why import Why
from bot.ui.alerts import alert_embed, alert_text
from tests.fakes import Shops
from tests.test_journey import ADMIN, DEALS, GUILD, PI, World
from tests.worlds import IN, MINUTE, OUT, START, known, offer, pounds, product, subscription

K = ChangeKind
DAY = timedelta(days=1)


async def wish(world: World, target: Target = DEALS, **rules: object) -> Subscription:
    facts = {"first_sight": "tell_now", **rules}
    return await world.subscriptions.add(GUILD, PI, target, by=ADMIN, **facts)  # type: ignore[arg-type]


async def knowing(*offers: Offer) -> World:
    """A world whose shop was looked at, some time ago."""
    world = World()
    for each in offers:
        await world.look(each)
        await world.look(each)
        await world.clock.advance(3600)
    await world.turn()
    return world


async def later(world: World, minutes: float = 1) -> list[tuple[ChangeKind, int]]:
    await world.clock.advance(minutes * 60)
    return await world.turn()


async def test_what_is_in_stock_already_is_told_at_once_and_only_once() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world)

    assert await world.turn() == [(K.RESTOCKED, DEALS.id)]
    await world.look(offer(IN, "90"))
    assert await later(world, 60) == [(K.RESTOCKED, DEALS.id)]


async def test_it_reads_as_what_is_and_not_as_what_has_become() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world)
    await world.turn()

    (letter,) = world.mailbox.letters
    embed = alert_embed(letter, await world.store.snapshot("pi5"))

    assert is_first_sight(letter.change)
    assert alert_text(letter) == "In stock already: **Raspberry Pi 5** at Acme, £90.00"
    assert [field.name for field in embed.fields if field.name in ("Now", "Before")] == ["Now"]
    assert "It was so already; this alert was made" in str(embed.fields[-1].value)


async def test_who_did_not_ask_for_it_is_told_nothing() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world, first_sight="baseline")

    assert await later(world) == []


async def test_what_is_sold_out_is_told_when_it_comes_back_and_not_before() -> None:
    world = await knowing(offer(OUT))
    await wish(world)
    assert await later(world) == []

    await world.look(offer(IN))

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]


async def test_what_nobody_knows_yet_is_told_after_the_first_look() -> None:
    world = World()
    await wish(world)
    assert await later(world, 5) == []

    await world.look(offer(IN, "90"))

    assert await later(world, 5) == [(K.RESTOCKED, DEALS.id)]
    assert await later(world, 60) == [(K.RESTOCKED, DEALS.id)]


async def test_a_restock_after_the_wish_is_told_as_the_restock_that_it_is_and_once() -> None:
    world = await knowing(offer(OUT))
    await wish(world)
    await world.clock.advance(1)
    await world.look(offer(IN, "90"))  # before anybody looked at the wish

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]
    (letter,) = world.mailbox.letters
    assert not is_first_sight(letter.change)
    assert world.mailbox.edits == []


async def test_a_restock_that_was_found_before_the_wish_and_spread_after_it_stands_there_once() -> None:
    world = await knowing(offer(OUT))
    await world.look(offer(IN, "90"))
    await wish(world)

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]


async def test_a_price_that_moved_after_the_wish_does_not_hide_that_it_was_in_stock() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world, kinds=[K.RESTOCKED])
    await world.look(offer(IN, "80"))

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]


async def test_it_opens_the_living_alert_that_says_at_last_that_it_sold_out() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world)
    await world.turn()
    await world.clock.advance(600)
    await world.look(offer(OUT, "90"))
    await world.look(offer(OUT, "90"))

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]
    assert [episode.is_open for episode in world.mailbox.edits] == [False]


@pytest.mark.parametrize(
    "rules", [{"below": "80 GBP"}, {"conditions": ["used"]}, {"paused": True}, {"kinds": [K.SOLD_OUT]}]
)
async def test_the_rules_have_the_last_word(rules: dict[str, object]) -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world, **rules)

    assert await later(world) == []


async def test_a_price_that_is_low_enough_already_is_told_to_who_asked_for_prices_alone() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world, kinds=[K.PRICE_DROP], below="100 GBP")

    assert await later(world) == [(K.PRICE_DROP, DEALS.id)]
    await world.look(offer(IN, "89"))
    assert await later(world) == [(K.PRICE_DROP, DEALS.id)]  # the threshold has told


async def test_in_quiet_hours_it_waits_and_is_told_if_it_is_still_so() -> None:
    quiet = {"start": "12:00", "end": "23:00", "timezone": "UTC"}
    still, gone = await knowing(offer(IN, "90")), await knowing(offer(IN, "90"))
    for world in (still, gone):
        await wish(world, quiet=quiet)
        assert await later(world) == []
    await gone.look(offer(OUT, "90"))
    await gone.look(offer(OUT, "90"))

    assert await later(still, 11 * 60) == [(K.RESTOCKED, DEALS.id)]
    assert await later(gone, 11 * 60) == []


async def test_while_a_listing_keeps_changing_or_waits_for_a_second_look_nothing_is_said() -> None:
    flapping = known(offer(IN)).model_copy(update={"flapping": START})
    world = await knowing(offer(IN, "90", evidence=()))
    await world.look(offer(OUT, "90", evidence=()))  # not believed yet
    await wish(world)

    assert already_true(flapping, "pi5", subscription(first_sight="tell_now"), START) is None
    assert await world.turn() == []
    await world.look(offer(IN, "90", evidence=()))  # it was a glitch
    assert await later(world) == [(K.RESTOCKED, DEALS.id)]


# Crashes


async def test_a_crash_between_queueing_and_saying_so_tells_once_whatever_the_price_is_by_then() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world)
    (sight,) = await world.fanout._sights.due()
    await world.fanout._tell_first(sight)  # and never says that it is done
    await world.look(offer(IN, "89.80"))

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]
    assert await later(world) == [(K.RESTOCKED, DEALS.id)]


class DyingStore(MemoryStore):
    """A store whose process dies before one of its writes."""

    dies_before = ""

    async def put_first_sight(self, *args: object) -> None:  # type: ignore[override]
        self._live("put_first_sight")
        await super().put_first_sight(*args)  # type: ignore[arg-type]

    async def put_subscription(self, *args: object) -> None:  # type: ignore[override]
        self._live("put_subscription")
        await super().put_subscription(*args)  # type: ignore[arg-type]

    async def add_watch(self, *args: object) -> bool:  # type: ignore[override]
        self._live("add_watch")
        return await super().add_watch(*args)  # type: ignore[arg-type]

    def _live(self, write: str) -> None:
        if self.dies_before == write:
            raise StoreError("the process died here")


@pytest.mark.parametrize("write", ["add_watch", "put_first_sight", "put_subscription"])
async def test_a_crash_while_the_wish_is_made_leaves_no_half_of_it_and_asking_again_tells_once(write: str) -> None:
    world = await knowing(offer(IN, "90"))
    dying = DyingStore(clock=world.clock)
    dying.__dict__.update(world.store.__dict__)
    dying.dies_before = write
    watches = Watches(store=dying, products=world.products, clock=world.clock)
    subscriptions = Subscriptions(store=dying, watches=watches, clock=world.clock)
    with pytest.raises(StoreError):
        await subscriptions.add(GUILD, PI, DEALS, by=ADMIN, first_sight="tell_now")
    assert await later(world, 0.1) == []

    dying.dies_before = ""
    await subscriptions.add(GUILD, PI, DEALS, by=ADMIN, first_sight="tell_now")

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]
    assert await later(world, 60) == [(K.RESTOCKED, DEALS.id)]
    assert await world.store.first_sights(world.clock.now() + DAY, limit=9) == []


async def test_a_wish_announced_a_moment_before_it_is_kept_is_not_given_up() -> None:
    world = await knowing(offer(IN, "90"))
    made = subscription(first_sight="tell_now", added_at=world.clock.now())
    await world.store.put_first_sight(first_sight_of(made), world.clock.now())
    await world.turn()
    await world.store.put_subscription(made)

    assert await later(world) == [(K.RESTOCKED, DEALS.id)]


async def test_an_announced_wish_that_never_came_is_forgotten() -> None:
    world = await knowing(offer(IN, "90"))
    never = subscription(first_sight="tell_now", added_at=world.clock.now())
    await world.store.put_first_sight(first_sight_of(never), world.clock.now())

    await later(world, GRACE / MINUTE)

    assert await world.store.first_sights(world.clock.now() + DAY, limit=9) == []


async def test_the_very_same_wish_again_tells_nothing_again_and_another_one_does() -> None:
    world = await knowing(offer(IN, "90"))
    first = await wish(world)
    await world.turn()
    await world.clock.advance(60)

    assert await wish(world) == first
    assert await later(world) == [(K.RESTOCKED, DEALS.id)]
    await wish(world, below="95 GBP")
    await later(world)
    # The message that stands says it already; that it was to be told again is in the trail.
    queued = [each for each in await world.store.trail(GUILD, sku=PI.sku, limit=99) if each.step is Step.QUEUED]
    assert len({each.delivery for each in queued}) == 2
    assert len(world.mailbox.letters) == 1


async def test_a_wish_that_ended_before_it_was_looked_at_is_told_nothing() -> None:
    world = await knowing(offer(IN, "90"))
    made = await wish(world)
    await world.subscriptions.remove(GUILD, made.id)

    assert await later(world, 5) == []


async def test_why_explains_it() -> None:
    world = await knowing(offer(IN, "90"))
    await wish(world)
    await world.turn()

    explained = await Why(store=world.store, clock=world.clock).of_product(GUILD, PI)

    (journey,) = explained.journeys
    assert [stage.step for stage in journey.stages] == [Step.READ, Step.COMPARED, Step.MATCHED, Step.QUEUED, Step.SENT]
    assert "so already" in journey.stages[1].reason


# Several shops, and categories


def goods(sku: str, *vendors: str, category: str = "GPU") -> Product:
    return product(*vendors, sku=sku, name=sku.upper()).model_copy(update={"category": category})


class Market(World):
    """Two products of a category, the second at two shops, and one of another."""

    def __init__(self) -> None:
        super().__init__()
        self.goods = [goods("a1", "Acme"), goods("b2", "Acme", "Bolt"), goods("c3", "Acme", category="CPU")]
        self.shops = Shops(self.clock, Acme=offer(IN, "90"), Bolt=offer(IN, "80"))
        self.products = Products(self.goods)
        self.watches = Watches(store=self.store, products=self.products, clock=self.clock)
        self.subscriptions = Subscriptions(store=self.store, watches=self.watches, clock=self.clock)
        looks = {"Acme": self.shops, "Bolt": self.shops}
        self.scan = Scan(looks=looks, store=self.store, clock=self.clock, patience=MINUTE)
        self.fanout = Fanout(store=self.store, products=self.products, clock=self.clock, name="one")

    async def look_at(self, *products: Product) -> None:
        for each in products:
            await self.scan(each, max_age=timedelta(0))
        await self.clock.advance(1)


async def test_two_shops_that_have_it_make_one_message() -> None:
    world = Market()
    await world.look_at(*world.goods)
    await world.subscriptions.add(GUILD, world.goods[1], DEALS, by=ADMIN, first_sight="tell_now")
    await world.turn()
    await later(world)

    (letter,) = world.mailbox.letters
    assert str(letter.change.new.price) == "80.00 GBP"
    (part,) = world.mailbox.posts[-1].parts
    assert part.episode
    assert {stand.vendor for stand in part.episode.stands} == {"Acme", "Bolt"}


async def test_a_category_is_watched_and_told_in_one_message() -> None:
    world = Market()
    await world.look_at(*world.goods)
    await world.subscriptions.add_category(GUILD, "gpu", DEALS, by=ADMIN, first_sight="tell_now")
    await later(world)

    (letter,) = world.mailbox.letters
    told = [letter.change, *(each.change for each in letter.also)]
    assert [(each.sku, each.vendor) for each in told] == [("a1", "Acme"), ("b2", "Bolt"), ("b2", "Acme")]
    assert alert_text(letter) == "3 offers that are there already:"
    assert {watch.sku for watch, _ in await world.watches.list(GUILD)} == {"a1", "b2"}


async def test_a_category_waits_a_while_for_what_is_not_known_yet() -> None:
    world = Market()
    await world.look_at(world.goods[0])
    await world.subscriptions.add_category(GUILD, "GPU", DEALS, by=ADMIN, first_sight="tell_now")
    assert await later(world) == []

    await later(world, PATIENCE / MINUTE * 1.3)

    (letter,) = world.mailbox.letters
    assert (letter.change.sku, letter.also) == ("a1", ())


async def test_a_category_is_told_once_though_more_is_known_after_a_crash() -> None:
    world = Market()
    await world.look_at(*world.goods[:2])
    await world.subscriptions.add_category(GUILD, "GPU", DEALS, by=ADMIN, first_sight="tell_now")
    (sight,) = await world.fanout._sights.due()
    await world.fanout._tell_first(sight)  # and never says that it is done
    world.shops.vendors["Bolt"] = offer(OUT)
    await world.look_at(world.goods[1])
    await later(world)

    assert len(world.mailbox.letters) == 1


async def test_a_category_without_products_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="no product is in 'toasters'"):
        await Market().subscriptions.add_category(GUILD, "toasters", DEALS, by=ADMIN)


async def test_the_same_category_in_the_same_place_is_one_alert_and_keeps_its_products_watched() -> None:
    world = Market()
    await world.subscriptions.add_category(GUILD, "gpu", DEALS, by=ADMIN)
    await world.subscriptions.add_category(GUILD, "GPU", DEALS, by=ADMIN, kinds=[K.SOLD_OUT])

    (only,) = await world.subscriptions.list(GUILD)
    assert only.kinds == (K.SOLD_OUT,)
    with pytest.raises(BadInput, match="1 alert needs A1"):
        await world.watches.remove(GUILD, world.goods[0])


# What was so when


def point(minute: int, availability: Availability) -> Point:
    return Point(at=START + minute * MINUTE, vendor="Acme", availability=availability, price=pounds(90))


@pytest.mark.parametrize(
    ("points", "is_so"),
    [
        ([point(-5, IN)], True),
        ([point(-5, OUT)], False),
        ([point(-9, OUT), point(-5, IN)], True),
        ([point(-5, OUT), point(5, IN)], False),
        ([point(-5, IN), point(5, OUT), point(6, IN)], True),
        ([point(5, IN)], True),
        ([point(5, OUT), point(6, IN)], False),
        ([point(-5, Availability.LIMITED)], True),
        ([point(-5, Availability.PREORDER)], False),
        ([], True),
    ],
)
def test_what_counts_is_the_time_of_the_wish_or_the_first_look_after_it(points: list[Point], is_so: bool) -> None:
    made = subscription(first_sight="tell_now")
    now: Known = known(offer(IN))

    assert (already_true(now, "pi5", made, START + DAY, points) is not None) is is_so


def test_its_id_depends_on_the_wish_and_the_listing_alone() -> None:
    made = subscription(first_sight="tell_now")
    cheap, dear = (already_true(known(offer(IN, price)), "pi5", made, START) for price in ("80", "90"))
    assert cheap
    assert dear
    sight, anew = first_sight_of(made), first_sight_of(made.model_copy(update={"added_at": START + MINUTE}))

    assert sight.delivery_id(cheap) == sight.delivery_id(dear)
    assert len({sight.delivery_id(), sight.delivery_id(cheap), anew.delivery_id(cheap)}) == 3
    assert sight.delivery_id(cheap) != delivery_for(cheap, made, product_name="Pi", now=START).id
