"""One file of promises; every store keeps them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.memory import NOTHING, told
from alerts.domain.model import ChangeKind, Point, Snapshot, Tier, point_of
from alerts.domain.standing import Notice, Standing, after_failure
from alerts.domain.trail import SENT_DAYS, TRAIL_DAYS, TRAIL_LENGTH, Stage, Step
from alerts.domain.wishes import Target, TargetKind, Watch
from alerts.store import keys
from alerts.store.ports import Commit, Due, Lock, Store
from alerts.store.redis.store import RedisStore
from tests.waiting import eventually
from tests.worlds import IN, MINUTE, OUT, START, change, known, offer, pounds, subscription

NOW = timedelta(0)


async def locked(store: Store, sku: str = "pi5") -> Lock:
    lock = await store.lock(sku, ttl=MINUTE)
    assert lock
    return lock


def commit(lock: Lock, revision: int = 0, **more: object) -> Commit:
    snapshot = Snapshot(sku=lock.sku, revision=revision, scanned_at=START, listings=(known(offer(OUT)),))
    return Commit(lock, snapshot, **{"changes": [change()], **more})  # type: ignore[arg-type]


def delivery(channel: int = 10, **more: object) -> Delivery:
    return delivery_for(change(**more), subscription(channel=channel), product_name="Pi", now=START)


# Snapshots


async def test_nothing_read_yet_is_an_empty_snapshot(store: Store) -> None:
    assert await store.snapshot("pi5") == Snapshot(sku="pi5")


async def test_what_is_committed_is_remembered_whole(store: Store) -> None:
    lock = await locked(store)
    assert await store.commit(commit(lock))

    kept = await store.snapshot("pi5")

    assert kept.revision == 1
    assert kept.scanned_at == START
    assert kept.listings == (known(offer(OUT)),)


async def test_the_scans_of_a_day_are_counted_by_product(store: Store) -> None:
    for sku, days in (("pi5", (0, 0, 1)), ("deck", (0,))):
        for revision, day in enumerate(days):
            lock = await locked(store, sku)
            snapshot = Snapshot(sku=sku, revision=revision, scanned_at=START + timedelta(days=day))
            kept = Commit(lock, snapshot)
            assert await store.commit(kept)
            assert await store.commit(kept)  # it may be told twice
            await store.unlock(lock)

    today, tomorrow = START.date(), START.date() + timedelta(days=1)
    assert await store.scans(["pi5"], tomorrow) == 1
    assert await store.scans(["deck", "pi5", "never"], today) == 1
    assert await store.scans([], today) == 0


async def test_only_one_holds_the_lock(store: Store) -> None:
    await locked(store)

    assert await store.lock("pi5", ttl=MINUTE) is None


async def test_a_lock_that_was_given_back_is_free(store: Store) -> None:
    await store.unlock(await locked(store))

    assert await store.lock("pi5", ttl=MINUTE)


async def test_nobody_gives_back_the_lock_of_another(store: Store) -> None:
    lock = await locked(store)
    await store.unlock(Lock("pi5", "somebody else", lock.fence))

    assert await store.lock("pi5", ttl=MINUTE) is None


async def test_a_held_lock_can_be_renewed_and_a_lost_one_cannot(store: Store) -> None:
    lock = await locked(store)

    assert await store.renew(lock, ttl=MINUTE)
    await store.unlock(lock)
    assert not await store.renew(lock, ttl=MINUTE)


async def test_a_scanner_that_woke_too_late_commits_nothing(store: Store) -> None:
    late = await locked(store)
    await store.unlock(late)
    await locked(store)

    assert not await store.commit(commit(late))
    assert await store.snapshot("pi5") == Snapshot(sku="pi5")
    assert not await store.take_news("a", limit=9, wait=NOW)


async def test_a_commit_over_an_older_revision_is_refused(store: Store) -> None:
    lock = await locked(store)
    await store.commit(commit(lock))
    await store.unlock(lock)

    assert not await store.commit(commit(await locked(store), revision=0))


async def test_the_same_commit_twice_is_kept_and_told_once(store: Store) -> None:
    lock = await locked(store)

    assert await store.commit(commit(lock))
    assert await store.commit(commit(lock))
    assert (await store.snapshot("pi5")).revision == 1
    assert len(await store.take_news("a", limit=9, wait=NOW)) == 1


async def test_a_listing_that_left_the_product_leaves_the_snapshot(store: Store) -> None:
    lock = await locked(store)
    await store.commit(commit(lock))
    other = Snapshot(sku="pi5", revision=1, scanned_at=START, listings=(known(offer(), vendor="Bolt"),))

    await store.commit(Commit(lock, other))

    assert [k.vendor for k in (await store.snapshot("pi5")).listings] == ["Bolt"]


async def test_history_is_oldest_first_and_the_newest_when_there_are_many(store: Store) -> None:
    lock = await locked(store)
    points = [Point(at=START + i * MINUTE, vendor="Acme", availability=IN, price=pounds(i)) for i in range(5)]
    for revision, point in enumerate(points):
        assert await store.commit(commit(lock, revision, points={"acme": point}))

    assert await store.history("pi5", "acme", since=None, limit=3) == points[2:]
    assert await store.history("pi5", "acme", since=START + 4 * MINUTE, limit=3) == points[4:]


async def test_a_vendors_listings_that_turned_lately_are_counted_once_each(store: Store) -> None:
    for minute, listing in ((0, "a"), (20, "b"), (25, "b"), (31, "c")):
        count = await store.turned(
            "Volt & Byte", listing, START + minute * MINUTE, since=START + (minute - 30) * MINUTE
        )

    assert count == 2
    assert await store.turned("Acme", "a", START, since=START - 30 * MINUTE) == 1


async def test_a_vendors_failed_looks_are_counted_in_a_row_until_a_good_one(store: Store) -> None:
    looks = [await store.looked("Volt & Byte", START + i * MINUTE, failed=True) for i in range(3)]
    good = await store.looked("Volt & Byte", START + 9 * MINUTE, failed=False)
    again = await store.looked("Volt & Byte", START + 10 * MINUTE, failed=True)

    assert [(row.failed, row.since) for row in looks] == [(1, START), (2, START), (3, START)]
    assert (good.failed, good.since) == (3, START)
    assert (again.failed, again.since, again.is_told) == (1, START + 10 * MINUTE, False)


async def test_a_row_that_was_told_of_stays_until_its_end_is_told(store: Store) -> None:
    row = await store.looked("Acme", START, failed=True)
    lock = await locked(store)
    await store.commit(commit(lock, told=[row]))
    goods = [await store.looked("Acme", START + i * MINUTE, failed=False) for i in (1, 2)]
    await store.commit(commit(lock, revision=1, told=goods[:1]))
    later = await store.looked("Acme", START + 3 * MINUTE, failed=True)

    assert [(good.failed, good.is_told) for good in goods] == [(1, True)] * 2
    assert (later.failed, later.is_told, later.since) == (1, False, START + 3 * MINUTE)


async def test_to_tell_of_a_row_that_is_over_does_nothing_to_the_next_one(store: Store) -> None:
    old = await store.looked("Acme", START, failed=True)
    await store.looked("Acme", START + MINUTE, failed=False)
    await store.looked("Acme", START + 2 * MINUTE, failed=True)
    await store.commit(commit(await locked(store), told=[old]))

    assert not (await store.looked("Acme", START + 3 * MINUTE, failed=True)).is_told


async def test_a_scan_begins_with_one_question(store: Store) -> None:
    row = await store.looked("Acme", START, failed=True)
    await store.commit(commit(await locked(store), told=[row], is_last=True))

    hold = await store.hold_scan("pi5", ["Acme", "Volt & Byte"], ttl=MINUTE)
    other = await store.hold_scan("pi5", ["Acme"], ttl=MINUTE)

    assert hold.lock
    assert hold.lock.fence == 2
    assert (hold.snapshot, hold.told) == (await store.snapshot("pi5"), {"Acme"})
    assert (other.lock, other.snapshot) == (None, hold.snapshot)


async def test_a_scan_that_is_kept_gives_its_lock_back_once(store: Store) -> None:
    lock = await locked(store)
    last = commit(lock, is_last=True)
    assert await store.commit(last)
    other = await locked(store)
    assert await store.commit(last)  # told twice, after somebody else has taken it

    assert await store.renew(other, ttl=MINUTE)


async def test_a_scan_that_comes_too_late_keeps_its_hands_off_the_lock(store: Store) -> None:
    lock = await locked(store)

    assert not await store.commit(commit(lock, revision=7, is_last=True))
    assert await store.renew(lock, ttl=MINUTE)


async def test_good_looks_are_noted_with_what_they_brought(store: Store) -> None:
    await store.looked("Acme", START, failed=True, reason="timeout")
    told = await store.looked("Bolt", START, failed=True)
    lock = await locked(store)
    await store.commit(commit(lock, told=[told]))
    points = {"acme": point_of(offer(OUT), at=START, vendor="Acme")}
    later = commit(lock, 1, points=points, looks={"Acme": START + MINUTE, "Bolt": START + MINUTE})
    assert await store.commit(later)

    looks = await store.last_looks(["Acme", "Bolt"])
    assert (looks["Acme"].at, looks["Acme"].failed, looks["Bolt"].at) == (START + MINUTE, 0, START + MINUTE)
    assert (await store.looked("Acme", START + 2 * MINUTE, failed=True)).failed == 1
    assert (await store.looked("Bolt", START + 2 * MINUTE, failed=True)).is_told  # its end was not told yet
    assert len(await store.history("pi5", "acme", since=None, limit=9)) == 1


# News


async def test_news_is_handed_to_one_taker(store: Store) -> None:
    await store.commit(commit(await locked(store)))

    first = await store.take_news("a", limit=9, wait=NOW)

    assert [news.change for news in first] == [change()]
    assert not await store.take_news("b", limit=9, wait=NOW)


async def test_news_that_is_done_is_gone(store: Store) -> None:
    await store.commit(commit(await locked(store)))
    taken = await store.take_news("a", limit=9, wait=NOW)

    await store.news_done([news.ticket for news in taken])

    assert not await store.take_news("a", limit=9, wait=NOW)


# Standings


def standing(channel: int = 10, **more: object) -> Standing:
    fine = Standing(target=Target(id=channel), guild=1)
    error = DeliveryError("Missing Permissions", remedy=Remedy.PAUSE, code=50013)
    return after_failure(fine, error, START).model_copy(update=more)


async def test_a_standing_is_kept_until_it_is_cleared(store: Store) -> None:
    await store.put_standing(standing(1))
    await store.put_standing(standing(2))
    await store.put_standing(standing(2, strikes=2))

    assert await store.standings() == {"channel:1": standing(1), "channel:2": standing(2, strikes=2)}
    await store.clear_standing(Target(id=1))
    await store.clear_standing(Target(id=1))
    assert await store.standings() == {"channel:2": standing(2, strikes=2)}


async def test_what_admins_were_told_is_kept_until_it_is_cleared(store: Store) -> None:
    first, second = (Notice(standing=standing(n), batch="b", missing=("Send Messages",)) for n in (1, 2))
    await store.put_notices([])
    await store.put_notices([first, second])
    told = first.model_copy(update={"is_told": True})
    await store.put_notices([told])

    assert await store.notices() == {"channel:1": told, "channel:2": second}
    await store.clear_notice(Target(id=1))
    assert await store.notices() == {"channel:2": second}


# Wishes


def watch(guild: int = 1, sku: str = "pi5") -> Watch:
    return Watch(guild=guild, sku=sku, added_by=7, added_at=START)


async def test_a_watch_is_kept_once_and_belongs_to_its_guild(store: Store) -> None:
    assert await store.add_watch(watch())
    assert not await store.add_watch(watch())
    assert await store.add_watch(watch(guild=2))

    assert await store.watches(1) == [watch()]
    assert await store.watchers("pi5") == {1, 2}


async def test_a_removed_watch_is_forgotten_everywhere(store: Store) -> None:
    await store.add_watch(watch())

    assert await store.remove_watch(1, "pi5")
    assert not await store.remove_watch(1, "pi5")
    assert await store.watches(1) == []
    assert await store.watchers("pi5") == frozenset()


async def test_a_product_knows_its_subscribers_of_every_guild(store: Store) -> None:
    first, second = subscription("a", guild=1), subscription("b", guild=2)
    for each in (first, second, subscription("c", guild=1, sku="other")):
        await store.put_subscription(each)

    assert await store.subscribers("pi5") == [first, second]


async def test_a_guild_cannot_end_what_belongs_to_another(store: Store) -> None:
    await store.put_subscription(subscription("a", guild=1))

    assert await store.remove_subscription(2, "a") is None
    assert await store.subscriptions(1) == [subscription("a", guild=1)]


async def test_an_ended_subscription_hears_nothing_more(store: Store) -> None:
    await store.put_subscription(subscription("a"))

    assert await store.remove_subscription(1, "a") == subscription("a")
    assert await store.subscribers("pi5") == []


# Trails


def stage(minute: int = 0, **more: object) -> Stage:
    facts = {"at": START + minute * MINUTE, "step": Step.SENT, "guild": 1, "sku": "pi5", "vendor": "Acme",
             "kind": ChangeKind.RESTOCKED, "change": "c1", "reason": "why not"}  # fmt: skip
    return Stage.model_validate({**facts, **more})


async def test_stages_come_back_whole_and_the_one_noted_last_first(store: Store) -> None:
    first, second = stage(1, subscription="s1", delivery="d1"), stage(2)
    await store.note_stages([first])
    await store.note_stages([second])

    assert await store.trail(1, limit=9) == [second, first]
    assert await store.trail(1, limit=1) == [second]


async def test_noting_nothing_is_fine(store: Store) -> None:
    await store.note_stages([])

    assert await store.trail(1, limit=9) == []


async def test_a_trail_is_asked_for_by_product_or_by_message(store: Store) -> None:
    mine, other, early = stage(1, delivery="d1"), stage(2, sku="jetson", delivery="d2"), stage(3)
    await store.note_stages([mine, other, early])

    assert await store.trail(1, sku="pi5", limit=9) == [early, mine]
    assert await store.trail(1, delivery="d2", limit=9) == [other]
    assert await store.trail(1, sku="pi5", delivery="d2", limit=9) == []


async def test_a_guild_reads_its_own_trail_alone(store: Store) -> None:
    await store.note_stages([stage(1, guild=1, delivery="d"), stage(2, guild=2, delivery="d"), stage(3, guild=1)])

    assert [each.guild for each in await store.trail(1, limit=9)] == [1, 1]
    assert [each.guild for each in await store.trail(2, sku="pi5", delivery="d", limit=9)] == [2]
    assert await store.trail(3, limit=9) == []


async def test_alerts_that_were_sent_are_counted_once_for_their_guild_alone(store: Store) -> None:
    await store.note_stages(
        [stage(1, delivery="d1"), stage(2, delivery="d2"), stage(3, step=Step.EDITED, delivery="d3")]
    )
    await store.note_stages([stage(9, delivery="d1"), stage(4, guild=2, delivery="d4"), stage(5)])

    assert await store.sent(1, since=START) == 2
    assert await store.sent(1, since=START + 2 * MINUTE) == 1
    assert await store.sent(2, since=START) == 1
    assert await store.sent(3, since=START) == 0


async def test_alerts_that_were_sent_are_remembered_longer_than_their_trail_and_not_for_ever(store: Store) -> None:
    month = SENT_DAYS * 24 * 60
    await store.note_stages([stage(0, delivery="old")])
    await store.note_stages([stage(month - 1, delivery="younger")])
    assert await store.sent(1, since=START - MINUTE) == 2

    await store.note_stages([stage(month + 1, delivery="young")])

    assert await store.sent(1, since=START - MINUTE) == 2


async def test_a_trail_keeps_the_newest_of_too_many(store: Store) -> None:
    many = [stage(reason=str(number)) for number in range(TRAIL_LENGTH + 500)]
    await store.note_stages(many)

    kept = await store.trail(1, limit=9999)

    assert TRAIL_LENGTH <= len(kept) <= TRAIL_LENGTH + 200
    assert kept == list(reversed(many))[: len(kept)]


async def test_a_rare_product_is_found_behind_many_others(store: Store) -> None:
    await store.note_stages([stage(sku="rare"), *(stage(reason=str(number)) for number in range(900))])

    assert await store.trail(1, sku="rare", limit=1) == [stage(sku="rare")]


# Timetable


async def test_what_is_due_comes_oldest_first_and_within_the_limit(store: Store) -> None:
    for minute, sku in ((3, "late"), (1, "early"), (2, "middle"), (9, "tomorrow")):
        await store.schedule(sku, Tier.HOT, START + minute * MINUTE)

    due = await store.due(Tier.HOT, START + 5 * MINUTE, limit=2)

    assert [(d.sku, d.at) for d in due] == [("early", START + MINUTE), ("middle", START + 2 * MINUTE)]
    assert not await store.due(Tier.COLD, START + 5 * MINUTE, limit=2)


async def test_scheduling_again_keeps_the_time_and_another_tier_takes_it_over(store: Store) -> None:
    await store.schedule("pi5", Tier.HOT, START)
    await store.schedule("pi5", Tier.HOT, START + MINUTE)
    assert [d.at for d in await store.due(Tier.HOT, START, limit=9)] == [START]

    await store.schedule("pi5", Tier.COLD, START + MINUTE)

    assert not await store.due(Tier.HOT, START + MINUTE, limit=9)
    assert [d.at for d in await store.due(Tier.COLD, START + MINUTE, limit=9)] == [START + MINUTE]


async def test_of_two_schedulers_one_moves_the_slot(store: Store) -> None:
    await store.schedule("pi5", Tier.HOT, START)
    (slot,) = await store.due(Tier.HOT, START, limit=9)

    assert await store.move(slot, Tier.HOT, START + MINUTE)
    assert not await store.move(slot, Tier.HOT, START + 2 * MINUTE)
    assert [d.at for d in await store.due(Tier.HOT, START + MINUTE, limit=9)] == [START + MINUTE]


async def test_a_hurried_product_is_looked_at_earlier_and_never_later(store: Store) -> None:
    await store.schedule("pi5", Tier.HOT, START + 5 * MINUTE)

    await store.hurry("pi5", START + MINUTE)
    await store.hurry("pi5", START + 2 * MINUTE)
    await store.hurry("nobody watches this", START)

    assert await store.hurried(START, limit=9) == []
    assert await store.hurried(START + MINUTE, limit=9) == [Due("pi5", START + MINUTE)]
    assert await store.scheduled() == {"pi5"}


async def test_a_hurry_leaves_the_timetable_as_it_is(store: Store) -> None:
    await store.schedule("pi5", Tier.COLD, START + 5 * MINUTE)
    await store.hurry("pi5", START)

    assert not await store.due(Tier.COLD, START + MINUTE, limit=9)
    assert [d.at for d in await store.due(Tier.COLD, START + 5 * MINUTE, limit=9)] == [START + 5 * MINUTE]


async def test_the_earliest_of_the_hurried_come_first_and_no_more_than_asked_for(store: Store) -> None:
    for minutes, sku in enumerate(["deck", "pi5", "card"]):
        await store.schedule(sku, Tier.WARM, START + timedelta(days=1))
        await store.hurry(sku, START + minutes * MINUTE)

    assert [d.sku for d in await store.hurried(START + timedelta(hours=1), limit=2)] == ["deck", "pi5"]


async def test_a_hurry_that_was_answered_is_over_unless_there_was_another_since(store: Store) -> None:
    await store.schedule("pi5", Tier.HOT, START + timedelta(days=1))
    await store.hurry("pi5", START + MINUTE)
    (old,) = await store.hurried(START + MINUTE, limit=9)
    await store.hurry("pi5", START)

    await store.hurry_done(old)
    (new,) = await store.hurried(START, limit=9)
    await store.hurry_done(new)

    assert not await store.hurried(START + timedelta(days=2), limit=9)


async def test_what_nobody_watches_any_more_is_not_hurried_either(store: Store) -> None:
    await store.schedule("pi5", Tier.HOT, START)
    await store.hurry("pi5", START)

    await store.unschedule("pi5")

    assert not await store.hurried(START + MINUTE, limit=9)


async def test_unscheduled_means_never_due(store: Store) -> None:
    await store.schedule("pi5", Tier.HOT, START)
    assert await store.scheduled() == {"pi5"}

    await store.unschedule("pi5")

    assert await store.scheduled() == frozenset()


# Notes, and being away


async def test_a_note_is_found_again(store: Store) -> None:
    assert await store.note("commands") is None
    await store.set_note("commands", "abc")

    assert await store.note("commands") == "abc"


async def test_what_was_spent_is_summed_by_day(store: Store) -> None:
    today, tomorrow = START.date(), (START + timedelta(days=1)).date()
    await store.add(today, Decimal("0.08"))

    assert await store.add(today, Decimal("0.016")) == Decimal("0.096")
    assert await store.add(today, Decimal("-0.05")) == Decimal("0.046")
    assert await store.add(tomorrow, Decimal(1)) == Decimal(1)


@pytest.mark.valkey
async def test_an_abandoned_lock_frees_itself(server_store: Store) -> None:
    await server_store.lock("pi5", ttl=timedelta(milliseconds=20))

    async def free() -> bool:
        return await server_store.lock("pi5", ttl=MINUTE) is not None

    assert await eventually(free)


@pytest.mark.valkey
async def test_stages_that_are_too_old_go_when_another_is_noted(server_store: RedisStore) -> None:
    redis = server_store._link.redis
    seconds, _ = await redis.time()
    for days in (TRAIL_DAYS + 1, TRAIL_DAYS - 1):
        fields = {"sku": "pi5", "stage": stage(reason=f"{days} days").model_dump_json()}
        await redis.xadd(keys.trail(1), fields, id=f"{(seconds - days * 86400) * 1000}-0")

    await server_store.note_stages([stage(reason="now")])

    assert [each.reason for each in await server_store.trail(1, limit=9)] == ["now", f"{TRAIL_DAYS - 1} days"]
    assert 0 < await redis.ttl(keys.trail(1)) <= TRAIL_DAYS * 86400


# Sealed


async def test_what_is_sealed_is_its_guilds_and_its_targets_alone(store: Store) -> None:
    webhook = Target(type=TargetKind.WEBHOOK, id=10)
    await store.put_sealed(1, webhook, "gAAA first")
    await store.put_sealed(1, webhook, "gAAA second")

    assert await store.sealed(1, webhook) == "gAAA second"
    assert await store.sealed(2, webhook) is None
    assert await store.sealed(1, Target(type=TargetKind.APPRISE, id=10)) is None


async def test_a_sealed_secret_that_is_removed_is_gone(store: Store) -> None:
    webhook = Target(type=TargetKind.WEBHOOK, id=10)
    await store.put_sealed(1, webhook, "gAAA")
    for _ in range(2):
        await store.remove_sealed(1, webhook)

    assert await store.sealed(1, webhook) is None


# Memories


async def test_a_memory_is_changed_only_by_who_knows_what_it_is(store: Store) -> None:
    wish = subscription()
    name = (wish.guild, wish.id)
    await store.put_subscription(wish)
    first, second = (told(NOTHING, change(at=START + n * MINUTE), wish, START + n * MINUTE) for n in (1, 2))

    assert not await store.swap_memories({name: (NOTHING, first)})
    assert list(await store.swap_memories({name: (NOTHING, second)})) == [name]
    assert await store.memory(*name) == first
    assert list(await store.memories([name, (2, "nobody's")])) == [(wish, first), None]
    assert not await store.swap_memories({name: (first, second)})
    assert await store.memory(*name) == second


async def test_who_has_ended_is_remembered_no_more(store: Store) -> None:
    wish = subscription()
    name = (wish.guild, wish.id)

    assert not await store.swap_memories({name: (NOTHING, told(NOTHING, change(), wish, START))})

    assert await store.memory(*name) == NOTHING


async def test_a_server_that_keeps_what_it_is_given_says_so(store: Store) -> None:
    await store.set_note("a", "b")

    found = await store.server()

    assert found.keeps_all
    assert found.writes_arrive
    if isinstance(store, RedisStore):
        assert found.bytes_used > 100_000
        assert found.keys > 0
