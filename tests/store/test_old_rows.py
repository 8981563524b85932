"""What is kept is kept for so long and no longer: by its end in the store, or by the daily round."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from alerts.domain.audit import AuditEntry
from alerts.domain.model import ChangeKind
from alerts.domain.trail import Stage, Step
from alerts.domain.wishes import Target, TargetKind, space_of
from alerts.housekeeping import Housekeeping
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock
from tests.store.filling import Guild, world
from tests.worlds import START, subscription

DAY = timedelta(days=1)
WHO = Guild(id=2**60 + 11, channel=2**60 + 20, role=2**60 + 30, admin=2**60 + 40, word="marigold")
# What stays, and what ends it; whatever else there is has an end of its own, at most these days ahead.
STAYS = {
    "meta": "the store's own", "notes": "a word for each server; goes with it", "changes": "until it was spread",
    "hist": "by the rule of its tier (alerts/retention.py)", "snap": "a baseline never expires",
    "added": "the catalogue",
    "due": "the timetable", "hurried": "the timetable", "plan": "the timetable", "floors": "the timetable",
    "vendor": "how a shop is read", "webhooks": "as long as they are there", "watchers": "as the watch",
    "subscribers": "as the alert", "subscribers/category": "as the alert", "watches": "until removed",
    "subscriptions": "until removed", "memories": "as the alert", "settings": "until reset",
    "sealed": "the daily round",
    "webhooks/sealed": "as the webhook", "api-keys": "until revoked", "key": "until revoked or expired",
    "guilds": "until forgotten", "left": "a week", "guild-erasures": "two minutes", "erasures": "two minutes",
    "queue": "until delivered, at most 6 h", "held": "until told", "first-sights": "until looked at",
    "dlq": "the daily round",
    "targets": "until mended", "notices": "until mended", "seat": "a number", "busy": "until answered",
}  # fmt: skip
LONGEST = {"episode": 90, "letter": 90, "to": 90, "audit": 90, "sent": 30, "trail": 14, "d": 14, "day": 400,
           "products": 400, "users": 400, "guilds": 400, "hour": 14, "dlq": 14, "log": 14}  # fmt: skip


async def round_at(store: Store, days: int) -> None:
    """The daily round, so many days from now by the server's clock."""
    clock = FakeClock(datetime.now(UTC) + days * DAY)
    await Housekeeping(store=store, clock=clock, name="a").round()


async def test_the_audit_goes_after_90_days_also_without_another_entry(store: Store) -> None:
    now = datetime.now(UTC)
    for guild in (1, space_of(5)):
        await store.note_audit(AuditEntry(at=now, guild=guild, by=7, what="alert added"))

    await round_at(store, 89)
    assert [len(await store.audit(guild, limit=9)) for guild in (1, space_of(5))] == [1, 1]
    await round_at(store, 91)
    assert [len(await store.audit(guild, limit=9)) for guild in (1, space_of(5))] == [0, 0]


async def test_the_trail_goes_after_14_days_and_what_was_sent_after_30(store: Store) -> None:
    now = datetime.now(UTC)
    stage = Stage(at=now, step=Step.SENT, guild=1, sku="pi5", vendor="Acme", kind=ChangeKind.RESTOCKED, change="c",
                  delivery="d1")  # fmt: skip
    await store.note_stages([stage])

    await round_at(store, 13)
    assert len(await store.trail(1, limit=9)) == 1
    await round_at(store, 15)
    assert await store.trail(1, limit=9) == []
    assert await store.sent(1, since=now - DAY) == 1
    await round_at(store, 31)
    assert await store.sent(1, since=now - DAY) == 0


async def test_dead_letters_go_after_14_days(store: Store) -> None:
    lived = world(store, FakeClock(datetime.now(UTC)))
    await lived.lives(WHO)
    assert await store.dead_letters(9)

    await round_at(store, 13)
    assert await store.dead_letters(9)
    await round_at(store, 15)
    assert await store.dead_letters(9) == []


async def test_an_address_that_no_alert_uses_goes_after_a_day_and_one_that_is_used_stays(store: Store) -> None:
    used, unused = Target(type=TargetKind.WEBHOOK, id=55), Target(type=TargetKind.APPRISE, id=56)
    await store.put_subscription(subscription("s1", target=used))
    for target in (used, unused):
        await store.put_sealed(1, target, "sealed")
    clock = FakeClock()
    house = Housekeeping(store=store, clock=clock, name="a")

    await house.round()
    assert await store.sealed(1, unused) == "sealed", "its alert may be about to be made, or taken back"
    await clock.advance(DAY.total_seconds())
    await house.round()

    assert await store.sealed(1, unused) is None
    assert await store.sealed(1, used) == "sealed"


async def test_an_address_that_is_used_again_in_between_begins_its_day_anew(store: Store) -> None:
    target = Target(type=TargetKind.APPRISE, id=56)
    await store.put_sealed(1, target, "sealed")
    clock = FakeClock()
    house = Housekeeping(store=store, clock=clock, name="a")
    await house.round()

    await store.put_subscription(subscription("s1", target=target))
    await clock.advance(DAY.total_seconds())
    await house.round()
    await store.remove_subscription(1, "s1")
    await clock.advance(DAY.total_seconds())
    await house.round()

    assert await store.sealed(1, target) == "sealed"


async def test_the_round_is_done_once_a_day_by_one_process(store: Store) -> None:
    clock = FakeClock(START)
    first, second = (Housekeeping(store=store, clock=clock, name=name) for name in "ab")

    await first.turn()
    assert await store.note("housekeeping") == "2026-11-22"
    await store.set_note("housekeeping", "")
    await second.turn()

    assert await store.note("housekeeping") == "", "the other process has the seat"


async def test_every_key_ends_by_itself_or_says_what_ends_it(server_store: Store) -> None:
    await world(server_store, FakeClock(START)).lives(WHO)
    assert isinstance(server_store, RedisStore)
    redis = server_store._link.redis

    endless, late = set[str](), set[str]()
    async for name in redis.scan_iter("hs:*"):
        family = re.sub(r"^hs:\{[^}]*\}:", "", name).split(":")[0]
        seconds = await redis.ttl(name)
        if seconds < 0:
            endless.add(family)
        elif seconds > LONGEST.get(family, 2) * DAY.total_seconds():
            late.add(family)

    assert endless - set(STAYS) == set()
    assert late == set()
