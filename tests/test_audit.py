"""Noting who changed what, and reading it again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from alerts.audit import Audit
from alerts.domain.audit import AuditEntry
from alerts.domain.errors import StoreUnavailable
from alerts.store.memory import MemoryStore
from bot.audit import note_change
from tests.fakes import FakeClock

DAY = 86400.0


def fresh() -> tuple[Audit, FakeClock]:
    clock = FakeClock()
    return Audit(store=MemoryStore(clock=clock), clock=clock), clock


def asking(audit: Audit | None, guild: int | None = 1) -> Any:
    return SimpleNamespace(client=SimpleNamespace(audit=audit), guild_id=guild, user=SimpleNamespace(id=7))


async def whats(audit: Audit, guild: int = 1, limit: int = 9, before: str = "", **more: Any) -> list[str]:
    return [row.entry.what for row in (await audit.entries(guild, limit, before, **more)).rows]


async def test_a_page_says_where_the_next_one_begins_and_the_last_says_nothing() -> None:
    audit, _ = fresh()
    for number in range(4):
        await audit.note(1, 7, f"change {number}")

    page = await audit.entries(1, 3)
    last = await audit.entries(1, 3, page.older)

    assert [row.entry.what for row in page.rows] == ["change 3", "change 2", "change 1"]
    assert ([row.entry.what for row in last.rows], last.older) == (["change 0"], "")


async def test_a_page_that_ends_with_the_trail_has_no_older_one() -> None:
    audit, _ = fresh()
    for number in range(3):
        await audit.note(1, 7, f"change {number}")

    assert (await audit.entries(1, 3)).older == ""
    assert (await audit.entries(2, 3)).rows == []


async def test_entries_are_found_by_person_and_by_word_behind_many_others() -> None:
    audit, _ = fresh()
    await audit.note(1, 8, "alert added", "Jetson Orin", "kinds: restocked")
    for _ in range(450):
        await audit.note(1, 7, "settings changed")

    assert await whats(audit, by=8) == ["alert added"]
    assert await whats(audit, word="JETSON") == ["alert added"]
    assert await whats(audit, word="restock", by=7) == []


async def test_what_is_older_than_ninety_days_is_not_shown() -> None:
    audit, clock = fresh()
    await audit.note(1, 7, "long ago")
    await clock.advance(60 * DAY)
    await audit.note(1, 7, "lately")
    await clock.advance(31 * DAY)

    assert await whats(audit) == ["lately"]


async def test_a_change_is_noted_with_who_and_where_and_only_in_a_guild() -> None:
    audit, clock = fresh()

    await note_change(asking(audit), "alert added", "Pi 5", "to #deals")
    await note_change(asking(audit, guild=None), "alert added")
    await note_change(asking(None), "alert added")

    rows = (await audit.entries(1, 9)).rows
    assert [row.entry for row in rows] == [
        AuditEntry(at=clock.now(), guild=1, by=7, what="alert added", about="Pi 5", detail="to #deals")
    ]


async def test_a_change_that_could_not_be_noted_was_made_all_the_same() -> None:
    class Away(MemoryStore):
        async def note_audit(self, entry: AuditEntry) -> None:
            raise StoreUnavailable("The store is away.")

    await note_change(asking(Audit(store=Away(), clock=FakeClock())), "alert added")
