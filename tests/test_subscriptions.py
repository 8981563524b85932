"""Changing alerts: all or nothing, one guild's own, never two for the same; and what is shown beside them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.currencies import Currencies
from alerts.domain.errors import BadInput, DeliveryError, NotFound, Remedy
from alerts.domain.guild import GuildSettings
from alerts.domain.model import Snapshot
from alerts.domain.standing import Standing, after_failure
from alerts.domain.trail import Step, noted
from alerts.domain.wishes import FirstSight, Subscription, Target, TargetKind
from alerts.products import Products
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit
from alerts.subscriptions import Subscriptions, changed
from alerts.watches import Watches
from alerts.why import Why
from bot.cogs.lately import Lately
from tests.fakes import FakeClock
from tests.worlds import MINUTE, START, change, known, offer, product, subscription

HERE, THERE = Target(id=10), Target(id=11)
PI, DECK = product("Acme"), product("Acme", sku="deck", name="Steam Deck")


class Small:
    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.store = MemoryStore(clock=self.clock)
        watches = Watches(store=self.store, products=Products([PI, DECK]), clock=self.clock)
        self.subscriptions = Subscriptions(store=self.store, watches=watches, clock=self.clock)

    async def add(self, guild: int = 1, target: Target = HERE, **rules: object) -> Subscription:
        return await self.subscriptions.add(guild, PI, target, by=7, **rules)  # type: ignore[arg-type]

    async def fails(self, target: Target) -> None:
        error = DeliveryError("Discord answered", remedy=Remedy.DISABLE)
        await self.store.put_standing(after_failure(Standing(target=target, guild=1), error, START))

    async def sights(self) -> int:
        return len(await self.store.first_sights(START + timedelta(days=1), limit=9))


@pytest.fixture
def small() -> Small:
    return Small()


async def test_a_change_leaves_the_rest_as_it_was(small: Small) -> None:
    made = await small.add(below="450 GBP", daily_cap=3)
    now = await small.subscriptions.change(1, made.id, below=None, paused=True)

    assert now == made.model_copy(update={"below": None, "paused": True})
    assert await small.subscriptions.get(1, made.id) == now


async def test_a_change_is_all_or_nothing(small: Small) -> None:
    made = await small.add()
    with pytest.raises(BadInput, match="below"):
        await small.subscriptions.change(1, made.id, paused=True, below="cheap")

    assert await small.subscriptions.get(1, made.id) == made


@pytest.mark.parametrize(("guild", "alert"), [(2, ""), (1, "nonesuch")])
async def test_not_yours_and_not_there_look_the_same(guild: int, alert: str, small: Small) -> None:
    made = await small.add()
    for ask in (small.subscriptions.get, small.subscriptions.change, small.subscriptions.remove):
        with pytest.raises(NotFound, match="There is no such alert here"):
            await ask(guild, alert or made.id)  # type: ignore[operator]


async def test_there_are_never_two_for_the_same(small: Small) -> None:
    await small.add()
    other = await small.add(target=THERE)
    with pytest.raises(BadInput, match="There is an alert for the same there already"):
        await small.subscriptions.change(1, other.id, target=HERE)


async def test_other_tags_of_a_forum_are_the_same_alert(small: Small) -> None:
    forum = Target(type=TargetKind.FORUM, id=20)
    made = await small.add(target=forum)
    again = await small.add(target=forum.model_copy(update={"tags": (5,)}))

    assert again.id == made.id
    assert len(await small.subscriptions.list(1)) == 1


async def test_choosing_a_target_clears_how_it_stood_and_another_change_does_not(small: Small) -> None:
    made = await small.add()
    await small.fails(HERE)
    await small.subscriptions.change(1, made.id, snooze_until=START + MINUTE)
    kept = len(await small.store.standings())
    await small.subscriptions.change(1, made.id, target=HERE)
    cleared = len(await small.store.standings())
    await small.fails(HERE)
    await small.add()

    assert (kept, cleared, len(await small.store.standings())) == (1, 0, 0)


async def test_asked_later_to_tell_what_is_so_already_it_does_so_once(small: Small) -> None:
    made = await small.add()
    await small.clock.advance(60)
    told = await small.subscriptions.change(1, made.id, first_sight=FirstSight.TELL_NOW)
    once = await small.sights()
    await small.subscriptions.change(1, made.id, paused=True)

    assert told.added_at == START + MINUTE
    assert (once, await small.sights()) == (1, 1)


async def test_a_draft_keeps_nothing(small: Small) -> None:
    draft = small.subscriptions.draft(1, HERE, by=7, sku="pi5")
    with pytest.raises(BadInput, match="no price is above"):
        changed(draft, below="300 GBP", above="400 GBP")

    assert await small.subscriptions.list(1) == []


async def test_an_end_that_is_taken_back_leaves_the_alert_as_it_was_and_tells_nothing_anew(small: Small) -> None:
    made = await small.add(first_sight=FirstSight.TELL_NOW, below="450 GBP")
    for sight in await small.store.first_sights(START, limit=9):
        await small.store.first_sight_done(sight)
    removed = await small.subscriptions.remove(1, made.id)
    await small.subscriptions.restore(removed, [PI])

    assert await small.subscriptions.list(1) == [made]
    assert await small.sights() == 0


# What is shown and asked beside them


async def test_the_currency_is_the_guilds_choice_else_the_only_one_that_it_is_sold_in(small: Small) -> None:
    currencies = Currencies(store=small.store)
    unknown = await currencies.of(1, [PI])
    lock = await small.store.lock("pi5", ttl=MINUTE)
    assert lock
    await small.store.commit(Commit(lock=lock, snapshot=Snapshot(sku="pi5", listings=(known(offer()),))))
    sold_in = await currencies.of(1, [PI])
    await small.store.put_guild_settings(1, GuildSettings(currency="EUR"))

    assert (unknown, sold_in, await currencies.of(1, [PI])) == (None, "GBP", "EUR")


async def test_of_each_alert_the_last_message_is_known(small: Small) -> None:
    first, second = subscription("one"), subscription("two")
    stages = [
        noted(change(), first, Step.SENT, "", START, delivery_id="a" * 24),
        noted(change(), first, Step.SENT, "", START + MINUTE, delivery_id="b" * 24),
        noted(change(), second, Step.QUEUED, "", START + MINUTE, delivery_id="c" * 24),
    ]
    await small.store.note_stages(stages)
    last = await Why(store=small.store, clock=small.clock).last_told(1)

    assert {name: stage.delivery for name, stage in last.items()} == {"one": "b" * 24}


async def test_what_was_begun_is_forgotten_after_its_time(small: Small) -> None:
    lately: Lately[str] = Lately(small.clock, seconds=60)
    key = lately.keep("a draft")
    await small.clock.advance(59)
    lately.keep("another draft", key)
    await small.clock.advance(59)
    still = lately.find(key)
    await small.clock.advance(1)

    assert (still, lately.find(key), lately.take(key)) == ("another draft", None, None)


async def test_only_the_newest_thousand_are_kept_and_each_is_taken_once(small: Small) -> None:
    lately: Lately[int] = Lately(small.clock, seconds=60)
    keys = [lately.keep(number) for number in range(1001)]

    assert lately.find(keys[0]) is None
    assert (lately.take(keys[1]), lately.take(keys[1])) == (1, None)
