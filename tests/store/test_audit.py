"""What every store promises of the audit trail."""

from __future__ import annotations

import pytest

from alerts.domain.audit import AUDIT_DAYS, AUDIT_LENGTH, AuditEntry
from alerts.store import keys
from alerts.store.ports import Store
from alerts.store.redis.audit import _fields
from alerts.store.redis.store import RedisStore
from tests.worlds import MINUTE, START

ANNA, BEN = 2**60 + 1, 2**60 + 2


def entry(what: str = "alert added", *, by: int = ANNA, guild: int = 1, minute: int = 0, **more: str) -> AuditEntry:
    return AuditEntry(at=START + minute * MINUTE, guild=guild, by=by, what=what, **more)


async def said(store: Store, guild: int = 1, before: str = "", limit: int = 9) -> list[AuditEntry]:
    return [row.entry for row in await store.audit(guild, before=before, limit=limit)]


async def test_entries_come_back_whole_the_newest_first_and_to_their_guild_alone(store: Store) -> None:
    first = entry(about="Pi 5 → #deals", detail="kinds: restocked → price_drop; 'quoted' %d \\ é", minute=1)
    second, other = entry("alert removed", by=BEN, minute=2), entry(guild=2)
    for each in (first, second, other):
        await store.note_audit(each)

    assert await said(store) == [second, first]
    assert await said(store, 2) == [other]
    assert await said(store, 3) == []


async def test_a_page_begins_behind_the_last_one(store: Store) -> None:
    noted = [entry(f"change {number}") for number in range(5)]
    for each in noted:
        await store.note_audit(each)

    newest = await store.audit(1, limit=2)

    assert [row.entry for row in newest] == [noted[4], noted[3]]
    assert await said(store, before=newest[-1].ticket) == [noted[2], noted[1], noted[0]]


async def test_a_trail_keeps_the_newest_of_too_many_entries(store: Store) -> None:
    for number in range(AUDIT_LENGTH + 150):
        await store.note_audit(entry(str(number)))

    kept = await said(store, limit=9999)

    assert AUDIT_LENGTH <= len(kept) <= AUDIT_LENGTH + 150
    assert kept[0].what == str(AUDIT_LENGTH + 149)


async def test_an_alias_takes_the_place_of_a_member_and_of_nobody_else(store: Store) -> None:
    hers, his = entry(detail=f"from {ANNA} to {ANNA}0", minute=1), entry("alert removed", by=BEN, about=f"by {ANNA}")
    for each in (hers, his, entry(guild=2)):
        await store.note_audit(each)
    tickets = [row.ticket for row in await store.audit(1, limit=9)]

    await store.disown_audit(1, ANNA, "gone-1")
    await store.disown_audit(1, ANNA, "gone-2")

    assert await said(store) == [
        his.model_copy(update={"about": "by gone-1"}),
        hers.model_copy(update={"by": None, "alias": "gone-1", "detail": f"from gone-1 to {ANNA}0"}),
    ]
    assert [row.ticket for row in await store.audit(1, limit=9)] == tickets
    assert await said(store, 2) == [entry(guild=2)]
    await store.note_audit(entry("later", by=BEN))
    assert (await said(store))[0].what == "later"


@pytest.mark.valkey
async def test_entries_are_gone_after_ninety_days_and_a_quiet_trail_with_them(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    redis = server_store._link.redis
    seconds, _ = await redis.time()
    for days in (AUDIT_DAYS + 1, AUDIT_DAYS - 1):
        await redis.xadd(keys.audit(1), _fields(entry(f"{days} days")), id=f"{(seconds - days * 86400) * 1000}-0")

    await server_store.note_audit(entry("now"))

    assert [each.what for each in await said(server_store)] == ["now", f"{AUDIT_DAYS - 1} days"]
    assert 0 < await redis.ttl(keys.audit(1)) <= AUDIT_DAYS * 86400
    await server_store.disown_audit(1, ANNA, "gone")
    assert 0 < await redis.ttl(keys.audit(1)) <= AUDIT_DAYS * 86400
