"""Below £500: one message from the crossing to its end, changed in between, and the mention once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.episodes import Act, Episode, follow, posted
from alerts.domain.market import GONE
from alerts.domain.model import ChangeKind, Offer, Snapshot
from alerts.domain.money import Money
from alerts.domain.thresholds import threshold_of
from bot.ui import words
from bot.ui.alerts import alert_embed, episode_embed, episode_text
from tests.histories import LOOKS, changes, letters, newest
from tests.test_journey import ADMIN, DEALS, GUILD, PI, World
from tests.worlds import IN, MINUTE, OUT, START, change, offer, pounds, subscription

K = ChangeKind
DROPS = (K.RESTOCKED, K.PRICE_DROP)
ROLE = 77


async def below(limit: str = "500 GBP", start: Offer | None = None, **rules: Any) -> World:
    made = World()
    wish = {"below": limit, "kinds": DROPS, "mention_role": ROLE, **rules}
    await made.subscriptions.add(GUILD, PI, DEALS, by=ADMIN, **wish)
    await made.look(start or offer(IN, "520"))
    return made


async def happens(world: World, *offers: Offer, every: float = 3600) -> None:
    for each in offers:
        await world.clock.advance(every)
        for _ in range(3):  # a turn and a steep fall need looks that agree
            await world.look(each)
        await world.turn()


def prices(edits: list[Episode]) -> list[str]:
    return [str(edit.stands[0].offer.price) for edit in edits]


async def test_a_price_below_the_threshold_is_one_message_until_it_has_left() -> None:
    world = await below()

    await happens(world, *(offer(IN, price) for price in ("490", "480", "505", "515")))

    (letter,), edits = world.mailbox.letters, world.mailbox.edits
    assert (letter.change.kind, letter.mention_role) == (K.PRICE_DROP, ROLE)
    assert prices(edits) == ["480.00 GBP", "505.00 GBP", "515.00 GBP"]
    assert [edit.is_open for edit in edits] == [True, True, False]
    assert "Was below £500.00 for 3 h: **Raspberry Pi 5** at Acme, £490.00" in episode_text(edits[-1])


async def test_the_next_crossing_is_a_new_message() -> None:
    world = await below()

    await happens(world, *(offer(IN, price) for price in ("490", "505", "495", "515", "499", "498")))

    assert [str(letter.change.new.price) for letter in world.mailbox.letters] == ["490.00 GBP", "499.00 GBP"]
    assert [edit.is_open for edit in world.mailbox.edits] == [True, True, False, True]


async def test_what_sells_out_below_its_threshold_says_so() -> None:
    world = await below()

    await happens(world, offer(IN, "490"), offer(OUT, "490"), every=840)

    assert "Sold out after 14 min" in episode_text(world.mailbox.edits[-1])


async def test_a_restock_below_the_threshold_closes_like_any_crossing() -> None:
    world = await below(start=offer(OUT, "490"))

    await happens(world, offer(IN, "490"), offer(IN, "520"), every=7200)

    assert [letter.change.kind for letter in world.mailbox.letters] == [K.RESTOCKED]
    assert episode_text(world.mailbox.edits[-1]).startswith(f"<@&{ROLE}> Was below £500.00 for 2 h")


async def test_a_new_low_below_the_threshold_lives_too() -> None:
    world = await below(kinds=[K.NEW_LOW])

    await happens(world, offer(IN, "490"), offer(OUT, "490"))

    assert [letter.change.kind for letter in world.mailbox.letters] == [K.NEW_LOW]
    assert [edit.is_open for edit in world.mailbox.edits] == [False]


async def test_above_is_below_the_other_way_round() -> None:
    world = await below(below=None, above="300 GBP", kinds=[K.PRICE_RISE], start=offer(IN, "280"))

    await happens(world, *(offer(IN, price) for price in ("310", "299", "290")))

    assert [str(letter.change.new.price) for letter in world.mailbox.letters] == ["310.00 GBP"]
    assert "Was above £300.00 for" in episode_text(world.mailbox.edits[-1])


async def test_a_restock_held_alone_in_quiet_hours_is_told_in_the_morning() -> None:
    quiet = {"start": "22:00", "end": "07:00", "timezone": "UTC"}
    world = await below(limit="900 GBP", quiet=quiet, kinds=[K.RESTOCKED], start=offer(OUT, "490"))
    await world.clock.advance(11 * 3600)
    await happens(world, offer(IN, "490"))
    assert world.mailbox.letters == []

    await world.clock.advance(8 * 3600)
    await world.turn()

    assert [letter.change.kind for letter in world.mailbox.letters] == [K.RESTOCKED]


BELOW = subscription(below="500 GBP", kinds=DROPS)


def news(
    kind: ChangeKind = K.PRICE_DROP, price: str = "490", minute: int = 1, shop: str = "Acme", *,
    told: bool = False, stock: Any = IN, wish: Any = BELOW,
) -> Delivery:  # fmt: skip
    facts = {"listing": shop.lower(), "vendor": shop, "old": offer(IN, "600"), "new": offer(stock, price)}
    found = change(kind, at=START + minute * MINUTE, **facts)
    return delivery_for(found, wish, product_name="Raspberry Pi 5", now=START, is_follow_up=not told)


def told(*later: Delivery) -> tuple[Episode, list[Act]]:
    """A drop at Acme below £500 is told in minute 1, and then the others are followed."""
    episode, acts = follow(None, news(told=True)).episode, []
    assert episode
    episode = posted(episode, 9)
    for each in later:
        step = follow(episode, each)
        assert step.episode
        episode = step.episode
        acts.append(step.act)
    return episode, acts


@pytest.mark.parametrize(
    ("later", "act", "shops"),
    [
        (news(price="480", shop="Bolt"), Act.EDIT, ["Acme", "Bolt"]),
        (news(price="480", shop="Bolt", told=True), Act.EDIT, ["Acme", "Bolt"]),
        (news(K.RESTOCKED, "480", shop="Bolt"), Act.EDIT, ["Acme", "Bolt"]),
        (news(price="500", shop="Bolt"), Act.NOTHING, ["Acme"]),
        (news(K.RESTOCKED, "501", shop="Bolt"), Act.NOTHING, ["Acme"]),
        (news(K.RESTOCKED, "501", shop="Bolt", told=True, wish=subscription()), Act.POST, ["Acme"]),
        (news(K.RESTOCKED, "480", shop="Bolt", told=True, wish=subscription()), Act.POST, ["Acme", "Bolt"]),
        (news(price="480", told=True, wish=subscription()), Act.POST, ["Acme"]),
        (news(K.LOW_STOCK, told=True), Act.POST, ["Acme"]),
        (news(price="470", shop="Bolt", stock="backorder"), Act.NOTHING, ["Acme"]),
    ],
)
def test_who_joins_the_message_and_what_gets_one_of_its_own(later: Delivery, act: Act, shops: list[str]) -> None:
    later = later.model_copy(update={"change": later.change.model_copy(update={"at": START + 2 * MINUTE})})

    episode, acts = told(later)

    assert acts == [act]
    assert [stand.vendor for stand in episode.stands] == shops


def test_it_lives_until_the_last_shop_has_left_and_takes_back_who_returns() -> None:
    drop = news(price="480", shop="Bolt", minute=2)
    left = news(K.PRICE_RISE, "520", minute=3)
    back = news(price="495", minute=4, told=True)

    episode, acts = told(drop, left, back)
    assert (acts, [stand.gone_at for stand in episode.stands]) == ([Act.EDIT] * 3, [None, None])

    gone = news(K.SOLD_OUT, minute=5, shop="Bolt", stock=OUT)
    episode, _ = told(drop, left, gone)
    assert not episode.is_open
    assert episode_text(episode).startswith("Was below £500.00 for 4 min")


def test_a_drop_that_was_over_before_it_came_is_not_posted_after_its_end() -> None:
    over = news(K.PRICE_RISE, "520", minute=3), news(K.PRICE_RISE, "530", minute=9)

    _, acts = told(*over, news(price="485", minute=7, told=True))

    assert acts == [Act.EDIT, Act.NOTHING, Act.NOTHING]


def test_a_restock_outside_the_message_that_sold_out_before_it_came_is_no_message() -> None:
    gone = news(K.SOLD_OUT, minute=9, shop="Bolt", stock=OUT)

    _, acts = told(gone, news(K.RESTOCKED, "600", minute=5, shop="Bolt", told=True, wish=subscription()))

    assert acts == [Act.NOTHING, Act.NOTHING]


def test_the_closed_message_shows_how_it_ended_at_each_shop() -> None:
    gone = news(K.SOLD_OUT, minute=5, shop="Bolt", stock=OUT)
    episode, _ = told(news(price="480", shop="Bolt", minute=2), news(K.PRICE_RISE, "520", minute=3), gone)

    shown = episode_embed(episode, Snapshot(sku="pi5"))

    assert [field.value for field in shown.fields[:2]] == [
        "£520.00\n⚪ Was below £500.00 for 2 min", "~~£480.00~~\n🔴 Sold out after 4 min",
    ]  # fmt: skip
    assert "The alert is for prices below £500.00." in str(shown.fields[-1].value)


def test_the_alert_says_what_it_was_asked_for() -> None:
    shown = alert_embed(news(told=True), Snapshot(sku="pi5"))

    assert "The alert is for prices below £500.00." in str(shown.fields[-1].value)


def test_a_preorder_below_the_threshold_becomes_a_restock_in_the_same_message() -> None:
    opening = news(K.PREORDER_OPEN, stock="preorder", told=True)
    episode = follow(None, opening).episode
    assert episode
    assert episode_text(episode).startswith("Pre-order open")

    episode = follow(posted(episode, 9), news(K.RESTOCKED, minute=2)).episode

    assert episode
    assert episode_text(episode).startswith("Back in stock")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"below": "500 GBP"}, "below £500.00"),
        ({"above": "300 GBP"}, "above £300.00"),
        ({"below": "500 GBP", "above": "300 GBP"}, "between £300.00 and £500.00"),
    ],
)
def test_a_threshold_in_words(rules: dict[str, Any], said: str) -> None:
    limit = threshold_of(subscription(**rules))

    assert limit
    assert words.within(limit) == said


@pytest.mark.parametrize(
    ("found", "holds", "is_left"),
    [
        (offer(IN, "499.99"), True, False),
        (offer(IN, "500"), False, False),
        (offer(IN, "510"), False, False),
        (offer(IN, "510.01"), False, True),
        (offer(IN, "495", shipping=pounds(20)), False, True),
        (offer(IN, None), False, False),
        (offer(IN, Money.of(900, "USD")), False, False),
        (offer(IN, "294"), False, False),
        (offer(IN, "293.99"), False, True),
    ],
)
def test_within_and_left_leave_room_between_them(found: Offer, holds: bool, is_left: bool) -> None:
    limit = threshold_of(subscription(below="500 GBP", above="300 GBP", with_shipping=True))

    assert limit
    assert (limit.holds(found), limit.is_left_by(found)) == (holds, is_left)


@given(LOOKS, st.data())
def test_in_any_order_a_shop_stands_as_long_as_its_newest_price_is_within(
    looks: list[tuple[str, Offer]], data: st.DataObject
) -> None:
    queue = letters(changes(looks), subscription(below="105 GBP", kinds=DROPS))
    first = next((at for at, each in enumerate(queue) if not each.is_follow_up and each.threshold), len(queue))
    opening, rest = queue[first : first + 1], queue[first + 1 :]
    episode = None
    for each in opening + data.draw(st.permutations(rest + rest[::2])):
        episode = follow(episode, each).episode

    last = newest([each.change for each in opening + rest])
    for stand in episode.stands if episode else ():
        assert episode
        _, found = last[stand.listing]
        opened_in_stock = episode.opening.change.new.availability.is_in_stock
        can_be_had = found.availability.is_in_stock if opened_in_stock else found.availability not in GONE
        is_within = found.price is not None and found.price.amount <= 107
        # Closed is closed: a pre-order that comes back unasked opens nothing.
        assert (stand.gone_at is None) is (can_be_had and is_within and (opened_in_stock or episode.is_open))
